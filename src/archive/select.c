/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select.c - which records: one bit for each, narrowed by every filter
 * (spec 4.4, 4.5).
 */

#include "archive/select.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

struct fiche_results {
	uint64_t *number;
	uint64_t count;
	uint64_t total;
	uint64_t older;
	uint64_t *hidden;
	size_t hidden_count;
};

void fiche_selection_init(struct fiche_selection *s)
{
	memset(s, 0, sizeof(*s));
	s->from = INT64_MIN;
	s->to = INT64_MAX;
}

int set_new(struct set *s, uint64_t records)
{
	s->words = (size_t)(records / 64 + 1);
	s->word = alloc_zeroed(s->words, sizeof(*s->word));
	return s->word ? 0 : FICHE_ERR_NOMEM;
}

void set_run(struct set *s, uint64_t first, uint64_t count)
{
	while (count > 0 && first % 64) {
		s->word[first / 64] |= (uint64_t)1 << first % 64;
		first++;
		count--;
	}
	for (; count >= 64; first += 64, count -= 64)
		s->word[first / 64] = UINT64_MAX;
	for (; count > 0; first++, count--)
		s->word[first / 64] |= (uint64_t)1 << first % 64;
}

void set_drop(struct set *s, uint64_t n)
{
	s->word[n / 64] &= ~((uint64_t)1 << n % 64);
}

void select_narrow(struct selecting *q)
{
	for (size_t i = 0; i < q->hits.words; i++)
		q->hits.word[i] &= q->some.word[i];
	memset(q->some.word, 0, q->some.words * sizeof(*q->some.word));
}

struct dated {
	int64_t time;
	uint64_t number;
	bool has_date;
};

static int oldest_first(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->has_date != y->has_date)
		return x->has_date ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static int newest_first(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->has_date != y->has_date)
		return x->has_date ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return (x->number < y->number) - (x->number > y->number);
}

static int sort_by_date(struct selecting *q, struct fiche_results *res,
                        struct fiche_error *err)
{
	struct dated *d = alloc_zeroed((size_t)res->count, sizeof(*d));
	int r = d ? 0 : err_nomem(err);

	for (uint64_t i = 0; r == 0 && i < res->count; i++) {
		size_t seg = reader_find_segment(q->reader, res->number[i]);
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;
		uint64_t idx, time, meta;

		r = reader_segment(q->reader, q->view, seg, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		idx = res->number[i] - s->where.first_record;
		r = segment_column(&s->segment, in, COLUMN_DATE, idx, &time,
		                   err);
		if (r == 0)
			r = segment_column(&s->segment, in, COLUMN_DATE_META,
			                   idx, &meta, err);
		if (r < 0)
			break;
		d[i].number = res->number[i];
		d[i].has_date = meta & DATE_META_PRECISION;
		d[i].time = d[i].has_date ? (int64_t)time : 0;
	}
	if (r == 0 && res->count > 1)
		qsort(d, (size_t)res->count, sizeof(*d),
		      q->sel->sort == FICHE_SORT_OLDEST ? oldest_first
		                                        : newest_first);
	for (uint64_t i = 0; r == 0 && i < res->count; i++)
		res->number[i] = d[i].number;
	alloc_free(d);
	return r;
}

static int collect(struct selecting *q, struct fiche_results **out,
                   struct fiche_error *err)
{
	struct fiche_results *res = alloc_zeroed(1, sizeof(*res));
	uint64_t n = 0;
	int r = 0;

	if (!res)
		return err_nomem(err);
	for (uint64_t i = 0; i < q->reader->record_end; i++)
		n += set_has(&q->hits, i);
	res->number = alloc_zeroed((size_t)n, sizeof(*res->number));
	if (!res->number) {
		alloc_free(res);
		return err_nomem(err);
	}
	for (uint64_t i = 0; i < q->reader->record_end; i++)
		if (set_has(&q->hits, i))
			res->number[res->count++] = i;
	res->total = res->count;
	res->older = q->older;
	res->hidden = q->hidden;
	res->hidden_count = q->hidden_count;
	q->hidden = NULL;
	if (q->sel->sort != FICHE_SORT_ARCHIVE)
		r = sort_by_date(q, res, err);
	if (q->sel->limit && res->count > q->sel->limit)
		res->count = q->sel->limit;
	if (r < 0)
		fiche_results_free(res);
	else
		*out = res;
	return r;
}

static void hide_withdrawn(struct selecting *q)
{
	const struct withdrawals *w = &q->reader->withdrawn;

	for (size_t i = 0; i < w->count && !q->reader->shows_withdrawn; i++)
		if (w->list[i].number < q->reader->record_end)
			set_drop(&q->hits, w->list[i].number);
}

/* Narrow q->hits, which are all set, by all filters. */
static int narrow(struct selecting *q, struct fiche_error *err)
{
	const struct fiche_selection *s = q->sel;
	struct fiche_reader *r = q->reader;
	int status = 0;

	for (size_t i = 0; status == 0 && i < r->segment_count; i++)
		set_run(&q->hits, r->segments[i].where.first_record,
		        r->segments[i].where.record_count);
	hide_withdrawn(q);
	if (status == 0)
		status = select_names(q, TERM_SOURCE, s->sources,
		                      s->source_count, err);
	if (status == 0)
		status = select_names(q, TERM_LANGUAGE, s->languages,
		                      s->language_count, err);
	if (status == 0)
		status = select_names(q, TERM_TAG, s->tags, s->tag_count, err);
	if (status == 0)
		status = select_names(q, TERM_AUTHOR, s->authors,
		                      s->author_count, err);
	if (status == 0)
		status = select_dates(q, err);
	if (status == 0)
		status = select_identity(q, err);
	if (status == 0)
		status = select_versions(q, err);
	return status;
}

static int begin(struct selecting *q, struct fiche_reader *r,
                 const struct fiche_selection *s, struct fiche_error *err)
{
	q->reader = r;
	q->sel = s;
	if (set_new(&q->hits, r->record_end) < 0 ||
	    set_new(&q->some, r->record_end) < 0)
		return err_nomem(err);
	return 0;
}

int select_set(struct set *bits, uint64_t *older, struct fiche_reader *r,
               struct fiche_view *v, const struct fiche_selection *sel,
               struct fiche_error *err)
{
	struct selecting q = { .view = v };
	int status = begin(&q, r, sel, err);

	if (status == 0)
		status = narrow(&q, err);
	alloc_free(q.some.word);
	alloc_free(q.hidden);
	if (status < 0) {
		alloc_free(q.hits.word);
		return status;
	}
	*bits = q.hits;
	*older = q.older;
	return 0;
}

int fiche_select(struct fiche_results **out, struct fiche_reader *r,
                 const struct fiche_selection *s, struct fiche_error *err)
{
	struct selecting q = { .view = fiche_view_new(r) };
	int status = q.view ? begin(&q, r, s, err) : err_nomem(err);

	*out = NULL;
	if (status == 0)
		status = narrow(&q, err);
	if (status == 0)
		status = collect(&q, out, err);
	alloc_free(q.hits.word);
	alloc_free(q.some.word);
	alloc_free(q.hidden);
	fiche_view_free(q.view);
	return status;
}

uint64_t fiche_results_count(const struct fiche_results *r)
{
	return r->count;
}

uint64_t fiche_results_total(const struct fiche_results *r)
{
	return r->total;
}

uint64_t fiche_results_older(const struct fiche_results *r)
{
	return r->older;
}

uint64_t fiche_results_withdrawn(const struct fiche_results *r)
{
	return r->hidden_count;
}

uint64_t fiche_results_withdrawn_number(const struct fiche_results *r,
                                        uint64_t i)
{
	return r->hidden[i];
}

uint64_t fiche_results_number(const struct fiche_results *r, uint64_t i)
{
	return r->number[i];
}

void fiche_results_free(struct fiche_results *r)
{
	if (!r)
		return;
	alloc_free(r->number);
	alloc_free(r->hidden);
	alloc_free(r);
}
