/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_collect.c - from iterators to the hits that were asked for.
 *
 * The best few of many are kept in a heap.  While it is full, stretches of
 * records that cannot get into it are passed over - or, if all matches must be
 * counted, are counted without being weighed.  If texts have to be read, or
 * dates decide, all candidates are listed first and taken in order until there
 * are enough.
 */

#include <stdlib.h>
#include <string.h>

#include "archive/search.h"
#include "base/alloc.h"
#include "base/err.h"

#define FIRST_TRY 100 /* candidates for each hit that is wanted */

struct collector {
	struct fiche_hits *h;
	struct candidate *c; /* a heap, the worst in front, or a list */
	size_t count, cap;
	uint64_t wanted; /* from the first hit to the last one shown */
	bool heap;       /* keep the best `wanted` only */
	bool weigh;      /* scores matter */
	bool passed;     /* some stretch was passed over uncounted */
	uint64_t most;   /* matches, as far as lists tell */
	struct fiche_error *err;
};

/* ---- order ---- */

/* Is x the better hit?  No two candidates are equal. */
static bool better(const struct candidate *x, const struct candidate *y)
{
	if (x->score != y->score)
		return x->score > y->score;
	return x->part != y->part ? x->part < y->part : x->idx < y->idx;
}

static int best_first(const void *a, const void *b)
{
	return better(a, b) ? -1 : 1;
}

/* Let the worst of the heap come to the front again. */
static void sink(struct candidate *c, size_t count, size_t at)
{
	for (;;) {
		size_t worst = at, child = 2 * at + 1;
		struct candidate t = c[at];

		for (size_t k = child; k < child + 2 && k < count; k++)
			if (better(&c[worst], &c[k]))
				worst = k;
		if (worst == at)
			return;
		c[at] = c[worst];
		c[worst] = t;
		at = worst;
	}
}

static void rise(struct candidate *c, size_t at)
{
	while (at > 0 && better(&c[(at - 1) / 2], &c[at])) {
		struct candidate t = c[at];

		c[at] = c[(at - 1) / 2];
		c[(at - 1) / 2] = t;
		at = (at - 1) / 2;
	}
}

static int keep(struct collector *k, const struct candidate *c)
{
	if (k->heap && k->count == k->wanted) {
		if (k->count > 0 && better(c, &k->c[0])) {
			k->c[0] = *c;
			sink(k->c, k->count, 0);
		}
		return 0;
	}
	if (alloc_grow(&k->c, &k->cap, k->count + 1, sizeof(*k->c)) < 0)
		return err_nomem(k->err);
	k->c[k->count++] = *c;
	if (k->heap)
		rise(k->c, k->count - 1);
	return 0;
}

/* ---- one part ---- */

/* Later records of the same score do not get in. */
static bool may_pass(const struct collector *k, double bound)
{
	return k->heap && k->count == k->wanted &&
	       (k->count == 0 || bound <= k->c[0].score);
}

static void note_match(struct collector *k, const struct search_part *p,
                       uint32_t idx)
{
	struct set *all = &k->h->archive[p->reader].matches;

	k->h->total++;
	if (all->word)
		set_run(all, p->segment->where.first_record + idx, 1);
}

/* What is known of the records from a place to `until`. */
struct stretch {
	bool known;
	uint32_t until;
	double bound;
};

static int collect_part(struct collector *k, uint32_t part, struct match *root)
{
	const struct search_part *p = &k->h->part[part];
	const bool count_all = k->h->opt.total != FICHE_TOTAL_ANY;
	struct candidate c = { .part = part };
	struct stretch s = { 0 };
	int r = 0;

	while (r == 0) {
		if (k->heap && (!s.known || c.idx > s.until)) {
			s.bound = match_bound(root, c.idx, &s.until);
			s.known = true;
		}
		if (!count_all && may_pass(k, s.bound)) {
			k->passed = true;
			if (s.until == MATCH_END)
				break;
			c.idx = s.until + 1;
			continue;
		}
		c.idx = match_seek(root, c.idx);
		if (c.idx == MATCH_END)
			break;
		/* Another stretch: ask again what it can be worth. */
		if (k->heap && c.idx > s.until)
			continue;
		note_match(k, p, c.idx);
		if (!may_pass(k, s.bound)) {
			c.score = k->weigh ? match_score(root) : 0;
			/* Of equals the first one is there already. */
			if (!k->heap || k->count < k->wanted ||
			    c.score > k->c[0].score)
				r = keep(k, &c);
		}
		c.idx++;
	}
	return r;
}

/*
 * The commonest search is for one word, and the commonest words are in most
 * records: then there is nothing to seek, and each block is gone through at
 * once.  `bits` are those of the filter, or NULL.
 */
static int collect_list(struct collector *k, uint32_t part, struct match *m,
                        const uint64_t *bits)
{
	const struct search_part *p = &k->h->part[part];
	const uint64_t first = p->segment->where.first_record;
	const bool count_all = k->h->opt.total != FICHE_TOTAL_ANY;
	const bool exact = k->h->opt.total == FICHE_TOTAL_EXACT;
	struct candidate c = { .part = part };
	int r = 0;

	for (uint32_t b = 0; r == 0 && b < m->list.block_count; b++) {
		const bool pass = may_pass(
			k, match_block_bound(m, m->list.table[b].impact));
		const struct posting *posting;
		size_t n;

		k->passed |= pass && !count_all;
		if (pass && !count_all)
			continue;
		n = list_block(&m->list, b, !pass, &posting);
		for (size_t i = 0; r == 0 && i < n; i++) {
			const uint64_t number = first + posting[i].idx;

			if (bits && !(bits[number / 64] >> number % 64 & 1))
				continue;
			if (exact)
				note_match(k, p, posting[i].idx);
			else
				k->h->total++;
			if (pass)
				continue;
			c.idx = posting[i].idx;
			c.score = match_posting_score(
				&posting[i], m->weights->norms[c.idx],
				m->weight, m->weights->length_part);
			/* Of equals the first one is there already. */
			if (k->count < k->wanted || c.score > k->c[0].score)
				r = keep(k, &c);
		}
	}
	return r;
}

/* Is it a list, or a list and a filter? */
static struct match *only_list(struct match *root, const uint64_t **bits)
{
	struct match *m = root;

	*bits = NULL;
	if (root->kind == MATCH_AND && root->child_count == 2 &&
	    root->excluded == 0 && root->child[1]->kind == MATCH_SET &&
	    root->child[1]->bits) {
		m = root->child[0];
		*bits = root->child[1]->bits;
	}
	return m->kind == MATCH_LIST && !m->title ? m : NULL;
}

static int collect_tree(struct collector *k, uint32_t part, struct match *root)
{
	const uint64_t *bits;
	struct match *list = only_list(root, &bits);
	int r;

	if (k->heap && list)
		r = collect_list(k, part, list, bits);
	else
		r = collect_part(k, part, root);
	if (r == 0 && match_is_bad(root))
		return err_set(k->err, FICHE_ERR_CORRUPT,
		               k->h->part[part].segment->where.offset,
		               "index has a malformed list of a word");
	return r;
}

static int collect_all(struct collector *k)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->h->part_count; i++) {
		struct search_tree t;

		r = search_tree(&t, k->h, &k->h->part[i], k->err);
		if (r == 0 && t.root) {
			k->most += t.root->cost;
			r = collect_tree(k, (uint32_t)i, t.root);
		}
		search_tree_done(&t);
	}
	return r;
}

/* ---- dates ---- */

/* Some consecutive dates of a part. */
struct date_chunk {
	uint32_t part;
	uint64_t first, count;
	uint64_t date[SELECT_CHUNK], meta[SELECT_CHUNK];
};

/* See that the date of a candidate is in the chunk.  They come in order. */
static int load_date(struct date_chunk *d, const struct fiche_hits *h,
                     const struct candidate *c, struct fiche_error *err)
{
	const struct search_part *p = &h->part[c->part];
	const struct segment *s = &p->segment->segment;
	struct segment_in *in;
	union view_in mem;
	int r;

	if (d->count > 0 && d->part == c->part && c->idx >= d->first &&
	    c->idx - d->first < d->count)
		return 0;
	d->part = c->part;
	d->first = c->idx - c->idx % SELECT_CHUNK;
	d->count = s->count - d->first < SELECT_CHUNK ? s->count - d->first
	                                              : SELECT_CHUNK;
	in = view_in_init(&mem, p->view, p->segment);
	r = segment_columns(s, in, COLUMN_DATE, d->first, d->count, d->date,
	                    err);
	if (r == 0)
		r = segment_columns(s, in, COLUMN_DATE_META, d->first, d->count,
		                    d->meta, err);
	return r;
}

/* For the order by date the score is the date, newest or oldest highest; what
 * has none comes last. */
static int score_by_date(struct collector *k)
{
	const bool newest = k->h->opt.rank == FICHE_RANK_NEWEST;
	struct date_chunk *d = alloc_bytes(sizeof(*d));
	int r = d ? 0 : err_nomem(k->err);

	if (d)
		d->count = 0;
	for (size_t i = 0; r == 0 && i < k->count; i++) {
		struct candidate *c = &k->c[i];
		int64_t date;

		r = load_date(d, k->h, c, k->err);
		if (r < 0)
			break;
		date = (int64_t)d->date[c->idx - d->first];
		/* Seconds fit a double to the year 285 million. */
		if (!(d->meta[c->idx - d->first] & DATE_META_PRECISION))
			c->score = -1e300;
		else
			c->score = newest ? (double)date : -(double)date;
	}
	alloc_free(d);
	return r;
}

/* Drop all but the best that are wanted. */
static int keep_best(struct collector *k)
{
	struct collector best = {
		.h = k->h, .wanted = k->wanted, .heap = true, .err = k->err
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->count; i++)
		r = keep(&best, &k->c[i]);
	alloc_free(k->c);
	k->c = best.c;
	k->count = best.count;
	k->cap = best.cap;
	return r;
}

/* ---- texts ---- */

/* As search_judge(); a text that cannot be read is noted and does not match. */
static int judge(struct collector *k, struct candidate *c)
{
	struct fiche_error why = { 0 };
	int r = search_judge(k->h, c, &why);

	if (r == FICHE_ERR_CORRUPT || r == FICHE_ERR_TRUNCATED ||
	    r == FICHE_ERR_LIMIT) {
		if (k->h->unread++ == 0)
			k->h->unread_why = why;
		return FICHE_END;
	}
	return r < 0 ? err_copy(k->err, &why) : r;
}

/* Judge all candidates in their order in the archive, which decodes each block
 * once; drop those that do not match. */
static int judge_all(struct collector *k)
{
	size_t kept = 0;

	k->h->total = 0;
	for (size_t i = 0; i < k->h->archive_count; i++) {
		struct set *s = &k->h->archive[i].matches;

		if (s->word)
			memset(s->word, 0, s->words * sizeof(*s->word));
	}
	for (size_t i = 0; i < k->count; i++) {
		struct candidate c = k->c[i];
		int r = judge(k, &c);

		if (r < 0)
			return r;
		if (r == FICHE_END)
			continue;
		note_match(k, &k->h->part[c.part], c.idx);
		k->c[kept++] = c;
	}
	k->count = kept;
	k->h->exact = true;
	return 0;
}

/* Let the best of the list come to the front. */
static void lift(struct candidate *c, size_t count, size_t at)
{
	for (;;) {
		size_t best = at, child = 2 * at + 1;
		struct candidate t = c[at];

		for (size_t k = child; k < child + 2 && k < count; k++)
			if (better(&c[k], &c[best]))
				best = k;
		if (best == at)
			return;
		c[at] = c[best];
		c[best] = t;
		at = best;
	}
}

/*
 * Judge candidates from the best on, until `wanted` are known to be better than
 * what is left: no text can raise a score.  Few are judged of many, so they are
 * taken from a heap.  Then the list is of those that match; *enough tells
 * whether there were so many.
 */
static int judge_best(struct collector *k, uint64_t wanted, bool *enough)
{
	struct collector good = {
		.h = k->h, .wanted = wanted, .heap = true, .err = k->err
	};
	const bool by_date = k->h->opt.rank != FICHE_RANK_RELEVANCE;
	size_t left = k->count;
	int r = 0;

	*enough = false;
	for (size_t at = left / 2; at-- > 0;)
		lift(k->c, left, at);
	while (r == 0 && left > 0) {
		struct candidate c = k->c[0];
		const double date = c.score;

		if (good.count == good.wanted && better(&good.c[0], &c)) {
			*enough = true;
			break;
		}
		k->c[0] = k->c[--left];
		lift(k->c, left, 0);
		r = judge(k, &c);
		if (r == FICHE_END) {
			k->h->total--;
			r = 0;
			continue;
		}
		if (by_date)
			c.score = date;
		if (r == 0)
			r = keep(&good, &c);
	}
	k->h->exact = left == 0;
	alloc_free(k->c);
	k->c = good.c;
	k->count = good.count;
	k->cap = good.cap;
	return r;
}

/* ---- hits ---- */

static int make_hits(struct collector *k)
{
	struct fiche_hits *h = k->h;
	const bool dated = h->opt.rank != FICHE_RANK_RELEVANCE;
	size_t from =
		h->opt.offset < k->count ? (size_t)h->opt.offset : k->count;
	size_t to = k->wanted < k->count ? (size_t)k->wanted : k->count;

	h->hit = alloc_zeroed(to - from, sizeof(*h->hit));
	if (!h->hit)
		return err_nomem(k->err);
	for (size_t i = from; i < to; i++) {
		const struct candidate *c = &k->c[i];
		const struct search_part *p = &h->part[c->part];
		struct fiche_hit *hit = &h->hit[h->hit_count++];

		hit->reader = p->reader;
		hit->number = p->segment->where.first_record + c->idx;
		hit->score = dated ? 0 : c->score;
	}
	return 0;
}

/*
 * Phrases by relevance: most often the best of a few hundred candidates will
 * do, and those are found without weighing the others.  If not, all are listed.
 */
static int collect_texts(struct collector *k)
{
	const uint64_t wanted = k->wanted;
	bool enough;
	int r;

	if (wanted < UINT64_MAX / FIRST_TRY)
		k->wanted = wanted * FIRST_TRY;
	k->heap = true;
	r = collect_all(k);
	if (r < 0)
		return r;
	if (k->passed || k->h->total > k->count) {
		const uint64_t total = k->passed ? k->most : k->h->total;

		k->h->total = total;
		r = judge_best(k, wanted, &enough);
		k->h->exact = false;
		k->wanted = wanted;
		if (r < 0 || enough)
			return r;
		/* Not enough: begin again. */
		k->heap = k->passed = false;
		k->count = 0;
		k->h->total = k->h->unread = 0;
		r = collect_all(k);
	}
	k->wanted = wanted;
	return r == 0 ? judge_best(k, wanted, &enough) : r;
}

int search_collect(struct fiche_hits *h, struct fiche_error *err)
{
	const bool by_date = h->opt.rank != FICHE_RANK_RELEVANCE;
	const bool texts = h->query->root && search_needs_text(h->query->root);
	const bool all =
		h->opt.limit == 0 || h->opt.limit > UINT64_MAX - h->opt.offset;
	struct collector k = { .h = h, .err = err };
	bool enough;
	int r = 0;

	k.wanted = all ? UINT64_MAX : h->opt.offset + h->opt.limit;
	k.heap = !texts && !by_date && !all;
	k.weigh = !by_date;
	for (size_t i = 0; r == 0 && i < h->archive_count; i++) {
		struct search_archive *a = &h->archive[i];

		if (h->opt.total == FICHE_TOTAL_EXACT &&
		    set_new(&a->matches, a->reader->record_end) < 0)
			r = err_nomem(err);
	}
	h->exact = !texts;
	if (r == 0 && texts && !by_date && !all &&
	    h->opt.total != FICHE_TOTAL_EXACT) {
		r = collect_texts(&k);
		goto done;
	}
	if (r == 0)
		r = collect_all(&k);
	if (k.passed) {
		h->exact = false;
		h->total = k.most;
	}
	if (r == 0 && texts && (all || h->opt.total == FICHE_TOTAL_EXACT))
		r = judge_all(&k);
	if (r == 0 && by_date)
		r = score_by_date(&k);
	if (r == 0 && texts && !h->exact)
		r = judge_best(&k, k.wanted, &enough);
	if (r == 0 && k.count > k.wanted)
		r = keep_best(&k);
done:
	if (r == 0 && k.count > 1)
		qsort(k.c, k.count, sizeof(*k.c), best_first);
	if (r == 0)
		r = make_hits(&k);
	alloc_free(k.c);
	return r;
}
