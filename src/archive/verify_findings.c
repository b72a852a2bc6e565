/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_findings.c - how what is wrong is told: where, why, and which records
 * it costs, as far as the index still names them.
 */

#include "archive/verify.h"

#include "archive/describe.h"
#include "base/alloc.h"
#include "base/err.h"

void verify_progress(struct verify *v, uint64_t bytes)
{
	v->done += bytes;
	if (v->opt->on_progress)
		v->opt->on_progress(v->opt->ctx, v->done, v->total);
}

void verify_finding(struct verify *v, const struct fiche_error *why,
                    uint64_t first_record, uint64_t count)
{
	struct fiche_finding f = {
		.code = why->code,
		.offset = why->offset,
		.text = why->text,
		.first_record = first_record,
		.record_count = count,
	};
	struct description d;

	v->report.findings++;
	v->unsupported += why->code == FICHE_ERR_UNSUPPORTED;
	v->over_limit += why->code == FICHE_ERR_LIMIT;
	v->report.records_lost += count;
	if (!v->opt->on_finding)
		return;
	if (count > 0) {
		describe_record(&d, v->view, first_record);
		f.id = d.id;
		f.title = d.title;
	}
	v->opt->on_finding(v->opt->ctx, &f);
}

bool verify_is_damaged(const struct verify *v, uint64_t offset)
{
	for (size_t i = 0; i < v->damaged_count; i++)
		if (v->damaged[i] == offset)
			return true;
	return false;
}

int verify_damaged_section(struct verify *v, const struct fiche_error *why,
                           uint64_t offset, uint64_t first, uint64_t count,
                           struct fiche_error *err)
{
	if (alloc_grow(&v->damaged, &v->damaged_cap, v->damaged_count + 1,
	               sizeof(*v->damaged)) < 0)
		return err_nomem(err);
	v->damaged[v->damaged_count++] = offset;
	verify_finding(v, why, first, count);
	return 0;
}

bool verify_ends_check(int r)
{
	return r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO;
}

int verify_note(struct verify *v, int r, const struct fiche_error *why,
                struct fiche_error *err)
{
	if (r == 0)
		return 0;
	if (verify_ends_check(r))
		return err_copy(err, why);
	verify_finding(v, why, 0, 0);
	return 0;
}

void verify_records_at(struct verify *v, uint64_t offset, uint64_t *first,
                       uint64_t *count)
{
	struct fiche_reader *rd = v->reader;

	*first = *count = 0;
	for (size_t i = 0; i < rd->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_block b;
		union view_in in;

		if (reader_segment(rd, v->view, i, false, &s, NULL) < 0)
			continue;
		for (uint64_t k = 0; k < s->segment.block_count; k++) {
			if (segment_block_at(&s->segment,
			                     view_in_init(&in, v->view, s), k,
			                     &b, NULL) < 0)
				break;
			if (b.offset != offset)
				continue;
			*first = s->where.first_record + b.first_idx;
			*count = b.record_count;
			return;
		}
	}
}
