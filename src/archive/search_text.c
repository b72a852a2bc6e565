/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_text.c - what only the text of an article can tell: phrases, and
 * distances between words.
 *
 * The article is cut into words as it was for the index, the places of each
 * group are noted, and the query is judged as a whole.  So an article that was
 * read gets its exact score, also where a phrase was one of several ways to
 * match.
 */

#include <string.h>

#include "archive/search.h"
#include "base/alloc.h"
#include "base/err.h"

/* Title, text and each tag are texts of their own. */
#define FIELD_TITLE 0u
#define FIELD_TEXT  1u
#define FIELD_SHIFT 40 /* a place is field << FIELD_SHIFT | position */

struct places {
	uint64_t *at; /* ascending */
	size_t count, cap;
	unsigned in_title;
};

/* A stretch of words in one field. */
struct span {
	uint64_t from, to;
};

struct spans {
	struct span *span;
	size_t count, cap;
};

struct text_reader {
	const struct fiche_hits *hits;
	struct places *places; /* one for each group */
	struct spans left, right;
	bool failed; /* out of memory */
};

struct text_reader *text_reader_new(const struct fiche_hits *h)
{
	struct text_reader *t = alloc_zeroed(1, sizeof(*t));

	if (!t)
		return NULL;
	t->hits = h;
	t->places = alloc_zeroed(h->group_count, sizeof(*t->places));
	if (!t->places) {
		alloc_free(t);
		return NULL;
	}
	return t;
}

void text_reader_free(struct text_reader *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->hits->group_count; i++)
		alloc_free(t->places[i].at);
	alloc_free(t->places);
	alloc_free(t->left.span);
	alloc_free(t->right.span);
	alloc_free(t);
}

/* ---- reading ---- */

static void note_place(struct text_reader *t, size_t group, uint64_t place)
{
	struct places *p = &t->places[group];

	if (alloc_grow(&p->at, &p->cap, p->count + 1, sizeof(*p->at)) < 0) {
		t->failed = true;
		return;
	}
	p->at[p->count++] = place;
	p->in_title += place >> FIELD_SHIFT == FIELD_TITLE;
}

static void read_field(struct text_reader *t, struct fiche_text text,
                       uint64_t field)
{
	const struct fiche_hits *h = t->hits;
	uint64_t place = field << FIELD_SHIFT;
	struct tokenizer words;
	struct token w;

	tokenizer_init(&words, text.ptr, text.len);
	for (; tokenizer_next(&words, &w); place++)
		for (size_t i = 0; i < h->group_count; i++)
			if (search_group_has(&h->group[i], w.bytes, w.len))
				note_place(t, i, place);
}

static void read_article(struct text_reader *t, const struct fiche_article *a)
{
	for (size_t i = 0; i < t->hits->group_count; i++)
		t->places[i].count = t->places[i].in_title = 0;
	read_field(t, a->title, FIELD_TITLE);
	read_field(t, a->text, FIELD_TEXT);
	for (size_t i = 0; i < a->tag_count; i++)
		read_field(t, a->tags[i], FIELD_TEXT + 1 + i);
}

/* ---- judging ---- */

struct judge {
	struct text_reader *text;
	const struct fiche_hits *hits;
	const struct search_part *part;
	uint32_t idx;
};

static const struct places *places_of(const struct judge *j,
                                      const struct query_node *n)
{
	return &j->text->places[search_group_of(j->hits, n)];
}

static bool has_place(const struct places *p, uint64_t place)
{
	size_t lo = 0, hi = p->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->at[mid] < place)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < p->count && p->at[lo] == place;
}

/* The next stretch, from the index *i of its first word on. */
static bool next_span(const struct judge *j, const struct query_node *n,
                      size_t *i, struct span *out)
{
	const bool phrase = n->kind == QUERY_PHRASE;
	const struct places *first = places_of(j, phrase ? n->child[0] : n);

	for (; *i < first->count; ++*i) {
		uint64_t place = first->at[*i];
		size_t k = 1;

		while (phrase && k < n->child_count &&
		       has_place(places_of(j, n->child[k]), place + k))
			k++;
		if (phrase && k < n->child_count)
			continue;
		out->from = place;
		out->to = place + k - 1;
		++*i;
		return true;
	}
	return false;
}

static void all_spans(const struct judge *j, const struct query_node *n,
                      bool title, struct spans *out)
{
	struct span s;
	size_t i = 0;

	out->count = 0;
	while (next_span(j, n, &i, &s)) {
		if (title && s.from >> FIELD_SHIFT != FIELD_TITLE)
			continue;
		if (alloc_grow(&out->span, &out->cap, out->count + 1,
		               sizeof(*out->span)) < 0) {
			j->text->failed = true;
			return;
		}
		out->span[out->count++] = s;
	}
}

static bool phrase_is_there(const struct judge *j, const struct query_node *n,
                            bool title)
{
	struct span s;
	size_t i = 0;

	while (next_span(j, n, &i, &s))
		if (!title || s.from >> FIELD_SHIFT == FIELD_TITLE)
			return true;
	return false;
}

/* One of either side, apart, with at most `distance` words between them. */
static bool near_is_there(const struct judge *j, const struct query_node *n,
                          bool title)
{
	struct spans *a = &j->text->left, *b = &j->text->right;
	size_t from = 0;

	all_spans(j, n->child[0], title, a);
	all_spans(j, n->child[1], title, b);
	for (size_t i = 0; i < a->count; i++) {
		const struct span *x = &a->span[i];
		uint64_t reach = n->distance + 1u;

		while (from < b->count && b->span[from].to + reach < x->from)
			from++;
		for (size_t k = from;
		     k < b->count && b->span[k].from <= x->to + reach; k++)
			if (b->span[k].to < x->from || b->span[k].from > x->to)
				return true;
	}
	return false;
}

static double word_score(const struct judge *j, const struct query_node *n)
{
	const size_t group = search_group_of(j->hits, n);
	const struct places *places = &j->text->places[group];
	const struct match_weights *w = &j->part->weights;
	struct posting p = { .idx = j->idx, .title = places->in_title > 0 };

	p.count = places->count < POSTINGS_COUNT_MAX
	                  ? (uint8_t)places->count
	                  : (uint8_t)POSTINGS_COUNT_MAX;
	return match_posting_score(&p, w->norms[j->idx],
	                           j->hits->group[group].weight,
	                           w->length_part);
}

static bool field_fits(const struct judge *j, const struct query_node *n)
{
	const struct search_archive *a = &j->hits->archive[j->part->reader];

	return set_has(&a->field[search_field_of(j->hits, n)],
	               j->part->segment->where.first_record + j->idx);
}

/* Does it match, and with what score? */
static bool judge(const struct judge *j, const struct query_node *n, bool title,
                  double *score)
{
	bool any = false, all = true;
	double sum = 0, s;

	title |= n->title;
	*score = 0;
	switch (n->kind) {
	case QUERY_WORD:
	case QUERY_PREFIX:
	case QUERY_SINGLE:
		if (title ? places_of(j, n)->in_title == 0
		          : places_of(j, n)->count == 0)
			return false;
		*score = word_score(j, n);
		return true;
	case QUERY_FIELD:
		return field_fits(j, n);
	case QUERY_NOT:
		return !judge(j, n->child[0], title, &s);
	case QUERY_PHRASE:
	case QUERY_NEAR:
		all = n->kind == QUERY_NEAR ? near_is_there(j, n, title)
		                            : phrase_is_there(j, n, title);
		break;
	default:
		break;
	}
	for (size_t i = 0; all && i < n->child_count; i++) {
		bool fits = judge(j, n->child[i], title, &s);

		sum += fits ? s : 0;
		any |= fits;
		all = n->kind == QUERY_OR || fits;
	}
	if (n->kind == QUERY_OR ? !any : !all)
		return false;
	*score = sum;
	return true;
}

int search_judge(struct fiche_hits *h, struct candidate *c,
                 struct fiche_error *err)
{
	const struct search_part *p = &h->part[c->part];
	struct judge j = { .hits = h, .part = p, .idx = c->idx };
	struct fiche_article a;
	bool fits;
	int r;

	if (!h->text)
		h->text = text_reader_new(h);
	if (!h->text)
		return err_nomem(err);
	r = view_article(p->view, p->segment->where.first_record + c->idx, true,
	                 &a, err);
	if (r < 0)
		return r;
	read_article(h->text, &a);
	j.text = h->text;
	fits = judge(&j, h->query->root, false, &c->score);
	if (h->text->failed)
		return err_nomem(err);
	return fits ? 0 : FICHE_END;
}
