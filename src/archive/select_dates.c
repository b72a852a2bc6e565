/* SPDX-License-Identifier: Apache-2.0 */
/* select_dates.c - records whose date overlaps an interval (spec 4.4). */

#include "archive/select.h"
#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"

#define YEAR_SECONDS ((int64_t)366 * 86400)

static int64_t date_end(int64_t begin, unsigned meta)
{
	return date_make(begin,
	                 (enum fiche_precision)(meta & DATE_META_PRECISION),
	                 false)
	        .end;
}

/* A few dates: through the date order. */
static int dates_by_order(struct selecting *q, const struct reader_segment *s,
                          struct segment_in *in, uint64_t lo, uint64_t hi,
                          struct fiche_error *err)
{
	uint64_t idx, begin, meta;
	int r = 0;

	for (uint64_t pos = lo; r == 0 && pos < hi; pos++) {
		r = segment_dord(&s->segment, in, pos, &idx, err);
		if (r == 0)
			r = segment_column(&s->segment, in, COLUMN_DATE, idx,
			                   &begin, err);
		if (r == 0)
			r = segment_column(&s->segment, in, COLUMN_DATE_META,
			                   idx, &meta, err);
		if (r == 0 && (int64_t)begin < q->sel->to &&
		    date_end((int64_t)begin, (unsigned)meta) > q->sel->from)
			set_run(&q->some, s->where.first_record + idx, 1);
	}
	return r;
}

/* Many: through the columns. */
static int dates_by_column(struct selecting *q, const struct reader_segment *s,
                           struct segment_in *in, struct fiche_error *err)
{
	uint64_t *begin = alloc_zeroed(SELECT_CHUNK, sizeof(*begin));
	uint64_t *meta = alloc_zeroed(SELECT_CHUNK, sizeof(*meta));
	int r = begin && meta ? 0 : err_nomem(err);

	for (uint64_t at = 0; r == 0 && at < s->segment.count;
	     at += SELECT_CHUNK) {
		uint64_t n = s->segment.count - at < SELECT_CHUNK
		                     ? s->segment.count - at
		                     : SELECT_CHUNK;

		r = segment_columns(&s->segment, in, COLUMN_DATE, at, n, begin,
		                    err);
		if (r == 0)
			r = segment_columns(&s->segment, in, COLUMN_DATE_META,
			                    at, n, meta, err);
		for (uint64_t i = 0; r == 0 && i < n; i++)
			if ((meta[i] & DATE_META_PRECISION) &&
			    (int64_t)begin[i] < q->sel->to &&
			    date_end((int64_t)begin[i], (unsigned)meta[i]) >
			            q->sel->from)
				set_run(&q->some,
				        s->where.first_record + at + i, 1);
	}
	alloc_free(begin);
	alloc_free(meta);
	return r;
}

int select_dates(struct selecting *q, struct fiche_error *err)
{
	const struct fiche_selection *sel = q->sel;
	int r = 0;

	if (sel->from == INT64_MIN && sel->to == INT64_MAX)
		return 0;
	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;
		uint64_t lo = 0, hi = 0;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		hi = s->segment.dated;
		/* An interval is at most a year long. */
		if (sel->from > INT64_MIN + YEAR_SECONDS)
			r = segment_date_lower(&s->segment, in,
			                       sel->from - YEAR_SECONDS, &lo,
			                       err);
		if (r == 0 && sel->to < INT64_MAX)
			r = segment_date_lower(&s->segment, in, sel->to, &hi,
			                       err);
		if (r < 0 || lo >= hi)
			continue;
		r = hi - lo < s->segment.count / 16
		            ? dates_by_order(q, s, in, lo, hi, err)
		            : dates_by_column(q, s, in, err);
	}
	select_narrow(q);
	return r;
}
