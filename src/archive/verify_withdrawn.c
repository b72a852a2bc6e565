/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_withdrawn.c - each list of withdrawn records that a commit names is
 * one, and names its records by the ids that they have (spec 3.9).
 */

#include <string.h>

#include "archive/verify.h"
#include "base/err.h"

/* What the index cannot tell is somebody else's finding. */
static void check_id(struct verify *v, const struct fiche_statement *s,
                     uint64_t at)
{
	size_t i = reader_find_segment(v->reader, s->number);
	const struct reader_segment *seg;
	struct fiche_error why = { 0 };
	uint8_t digest[32];
	union view_in in;

	if (i == v->reader->segment_count ||
	    reader_segment(v->reader, v->view, i, false, &seg, NULL) < 0 ||
	    segment_digest(&seg->segment, view_in_init(&in, v->view, seg),
	                   s->number - seg->where.first_record, digest,
	                   NULL) < 0 ||
	    memcmp(digest, s->digest, sizeof(digest)) == 0)
		return;
	(void)err_set(&why, FICHE_ERR_CORRUPT, at,
	              "record %llu is withdrawn under another id",
	              (unsigned long long)s->number);
	verify_finding(v, &why, 0, 0);
}

static int check_list(struct verify *v, const struct commit *c,
                      struct fiche_error *err)
{
	struct withdrawals w = { 0 };
	struct fiche_error why = { 0 };
	int r;

	if (verify_is_damaged(v, c->withdrawal))
		return 0;
	r = withdrawals_read(&w, v->archive, c->withdrawal, c->record_count,
	                     &why);
	if (r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO)
		return err_copy(err, &why);
	if (r < 0)
		verify_finding(v, &why, 0, 0);
	for (size_t i = 0; i < w.count; i++)
		check_id(v, &w.list[i], c->withdrawal);
	withdrawals_done(&w);
	return 0;
}

int verify_withdrawn(struct verify *v, struct fiche_error *err)
{
	uint64_t last = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->chain_count; i++) {
		const struct commit *c = &v->chain[i].commit;

		if (c->withdrawal != last && c->withdrawal != 0)
			r = check_list(v, c, err);
		last = c->withdrawal;
	}
	return r;
}
