/* SPDX-License-Identifier: Apache-2.0 */
/* search.c - the calls of fiche/search.h; see archive/search.h. */

#include "archive/search.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define LIMIT_DEFAULT 10

#define K1 1.2
#define B  0.75

/* ---- queries ---- */

int fiche_query_parse(struct fiche_query **out, const char *text, size_t len,
                      struct fiche_error *err)
{
	struct fiche_query *q = alloc_zeroed(1, sizeof(*q));
	int r;

	*out = NULL;
	if (!q)
		return err_nomem(err);
	r = query_parse(&q->query, text, len, err);
	if (r < 0) {
		alloc_free(q);
		return r;
	}
	*out = q;
	return 0;
}

const char *fiche_query_notice(const struct fiche_query *q)
{
	return q->query.notice;
}

bool fiche_query_is_empty(const struct fiche_query *q)
{
	return q->query.root == NULL;
}

void fiche_query_free(struct fiche_query *q)
{
	if (!q)
		return;
	query_done(&q->query);
	alloc_free(q);
}

/* ---- parts ---- */

static int open_archives(struct fiche_hits *h,
                         struct fiche_reader *const *readers, size_t count,
                         struct fiche_error *err)
{
	size_t parts = 0;

	h->archive = alloc_zeroed(count, sizeof(*h->archive));
	if (!h->archive)
		return err_nomem(err);
	h->archive_count = count;
	for (size_t i = 0; i < count; i++) {
		h->archive[i].reader = readers[i];
		h->archive[i].view = view_borrow(readers[i]);
		if (!h->archive[i].view)
			return err_nomem(err);
		parts += readers[i]->segment_count;
	}
	h->part = alloc_zeroed(parts, sizeof(*h->part));
	return h->part ? 0 : err_nomem(err);
}

/* Records without keyword index, in all archives. */
static int no_index(uint64_t records, struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_NOINDEX, FICHE_NOWHERE,
	               records == 1 ? "%llu article has no keyword index"
	                            : "%llu articles have no keyword index",
	               (unsigned long long)records);
}

/* Where no words are asked for, none are needed. */
static int open_part(struct fiche_hits *h, struct search_archive *a, size_t i,
                     const struct reader_segment **out, struct fiche_error *err)
{
	if (h->group_count == 0)
		return reader_segment(a->reader, a->view, i, false, out, err);
	return reader_words(a->reader, a->view, i, h->opt.scan, out, err);
}

static int open_parts(struct fiche_hits *h, struct fiche_error *err)
{
	uint64_t missing = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < h->archive_count; i++) {
		struct search_archive *a = &h->archive[i];

		for (size_t k = 0; r == 0 && k < a->reader->segment_count;
		     k++) {
			struct search_part *p = &h->part[h->part_count];

			r = open_part(h, a, k, &p->segment, err);
			if (r == FICHE_ERR_NOINDEX) {
				missing += p->segment->where.record_count;
				r = 0;
				continue;
			}
			if (r < 0)
				break;
			p->reader = i;
			p->view = a->view;
			h->records += p->segment->where.record_count;
			if (h->group_count > 0) {
				p->words = &p->segment->words;
				h->tokens += p->words->tokens;
			}
			h->part_count++;
		}
	}
	return r == 0 && missing > 0 ? no_index(missing, err) : r;
}

/* What BM25 makes of the lengths, now that all records are known. */
static void weigh_lengths(struct fiche_hits *h)
{
	double mean =
		h->records > 0 ? (double)h->tokens / (double)h->records : 1;

	/* Without any word there is nothing to weigh. */
	mean = mean > 0 ? mean : 1;
	for (unsigned i = 0; i < NORMS; i++)
		h->length_part[i] =
			K1 *
			(1 - B + B * (double)norm_to_length((uint8_t)i) / mean);
	for (size_t i = 0; h->group_count > 0 && i < h->part_count; i++) {
		struct search_part *p = &h->part[i];
		double stretch = mean / p->words->average;

		p->weights.norms = p->words->norms.ptr;
		p->weights.length_part = h->length_part;
		p->weights.stretch = stretch > 1 ? stretch : 1;
	}
}

/* ---- the call ---- */

static int search(struct fiche_hits *h, struct fiche_reader *const *readers,
                  size_t count, struct fiche_error *err)
{
	int r = open_archives(h, readers, count, err);

	if (r == 0)
		r = search_plan(h, err);
	if (r == 0)
		r = open_parts(h, err);
	if (r == 0)
		r = search_filters(h, err);
	if (r == 0)
		r = search_look_up(h, err);
	if (r == 0)
		weigh_lengths(h);
	if (r == 0)
		r = search_collect(h, err);
	if (r == 0)
		r = search_suggest(h, err);
	return r;
}

int fiche_search(struct fiche_hits **out, struct fiche_reader *const *readers,
                 size_t count, const struct fiche_query *q,
                 const struct fiche_search_options *opt,
                 struct fiche_error *err)
{
	static const struct fiche_search_options standard = {
		.limit = LIMIT_DEFAULT
	};
	struct fiche_selection everything;
	struct fiche_hits *h = alloc_zeroed(1, sizeof(*h));
	int r;

	*out = NULL;
	if (!h)
		return err_nomem(err);
	fiche_selection_init(&everything);
	h->opt = opt ? *opt : standard;
	h->query = &q->query;
	h->selection = h->opt.selection ? h->opt.selection : &everything;
	r = search(h, readers, count, err);
	h->selection = NULL; /* the caller's, or gone */
	if (r < 0) {
		fiche_hits_free(h);
		return r;
	}
	*out = h;
	return 0;
}

void fiche_hits_free(struct fiche_hits *h)
{
	if (!h)
		return;
	text_reader_free(h->text);
	for (size_t i = 0; i < h->part_count; i++) {
		for (size_t k = 0; h->part[i].list && k < h->group_count; k++)
			group_list_done(&h->part[i].list[k], h->part[i].view);
		alloc_free(h->part[i].list);
	}
	for (size_t i = 0; i < h->archive_count; i++) {
		struct search_archive *a = &h->archive[i];

		for (size_t k = 0; a->field && k < h->field_count; k++)
			alloc_free(a->field[k].word);
		alloc_free(a->field);
		alloc_free(a->filter.word);
		alloc_free(a->matches.word);
		if (a->view)
			view_give_back(a->view);
	}
	for (size_t i = 0; i < h->group_count; i++)
		alloc_free(h->group[i].terms);
	alloc_free(h->group);
	alloc_free(h->field);
	alloc_free(h->archive);
	alloc_free(h->part);
	alloc_free(h->hit);
	arena_done(&h->arena);
	alloc_free(h);
}

/* ---- results ---- */

uint64_t fiche_hits_count(const struct fiche_hits *h)
{
	return h->hit_count;
}

const struct fiche_hit *fiche_hits_get(const struct fiche_hits *h, uint64_t i)
{
	return &h->hit[i];
}

uint64_t fiche_hits_total(const struct fiche_hits *h, bool *exact)
{
	if (exact)
		*exact = h->exact;
	return h->total;
}

uint64_t fiche_hits_unread(const struct fiche_hits *h, struct fiche_error *why)
{
	if (why && h->unread > 0)
		*why = h->unread_why;
	return h->unread;
}

bool fiche_hits_missing(const struct fiche_hits *h, size_t i, const char **word,
                        const char **suggestion)
{
	for (size_t k = 0; k < h->group_count; k++) {
		const struct word_group *g = &h->group[k];

		if (g->count > 0 || i-- > 0)
			continue;
		*word = g->typed;
		*suggestion = g->nearest;
		return true;
	}
	return false;
}
