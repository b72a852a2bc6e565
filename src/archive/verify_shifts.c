/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_shifts.c - is what follows the last commit a part of the archive, but
 * for the place where it stands (spec 4.15)?
 */

#include "archive/shifts.h"
#include "archive/verify.h"
#include "base/err.h"

static void tell(struct verify *v, const struct shifts *s, size_t i)
{
	uint64_t after = s->run[i - 1].from + s->run[i - 1].size;
	int64_t by = shifts_before(s, i);
	struct fiche_error why = { 0 };

	(void)err_set(&why, FICHE_ERR_CORRUPT, after,
	              "%llu bytes %s before offset %llu; all that follows is "
	              "not in its place",
	              (unsigned long long)(by < 0 ? -by : by),
	              by < 0 ? "are missing" : "were put in",
	              (unsigned long long)s->run[i].from);
	verify_finding(v, &why, 0, 0);
}

int verify_shifts(struct verify *v, struct fiche_error *err)
{
	struct archive *a = v->archive;
	struct shifts_options opt = { 0 };
	struct shifts s;
	int r;

	if (a->has_commit || a->has_superblock) {
		opt.from = a->end;
		opt.uuid = a->uuid;
	}
	r = shifts_find(&s, a->file, &opt, err);
	for (size_t i = 1; r == 0 && i < s.count; i++)
		tell(v, &s, i);
	v->report.shifts = s.count > 0 ? s.count - 1 : 0;
	shifts_done(&s);
	return r;
}
