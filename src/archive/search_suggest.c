/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_suggest.c - "did you mean": the nearest word of the index to one that
 * is nowhere in it.
 *
 * The whole dictionary is walked; it has some hundred thousand words, and this
 * is done for words only that found nothing.
 */

#include <string.h>

#include "archive/search.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

#define CHARS_MIN   3 /* shorter words are near to everything */
#define SUGGEST_MAX 5 /* words that are looked for */

struct spelling {
	uint32_t c[TOKEN_MAX];
	size_t count;
};

/* Characters of a word.  False: it is not UTF-8. */
static bool spell(struct spelling *s, const uint8_t *word, size_t len)
{
	s->count = 0;
	for (size_t at = 0; at < len;) {
		unsigned n = utf8_decode(&s->c[s->count],
		                         (const char *)word + at, len - at);

		if (n == 0 || s->count == TOKEN_MAX - 1)
			return false;
		s->count++;
		at += n;
	}
	return true;
}

/*
 * Insertions, deletions, changes and exchanges of neighbours that lead from one
 * to the other (optimal string alignment); above `limit` if they are more.
 */
static unsigned distance(const struct spelling *a, const struct spelling *b,
                         unsigned limit)
{
	unsigned char row[3][TOKEN_MAX + 1];

	for (size_t k = 0; k <= b->count; k++)
		row[0][k] = (unsigned char)k;
	for (size_t i = 1; i <= a->count; i++) {
		unsigned char *now = row[i % 3], *last = row[(i + 2) % 3];
		const unsigned char *before = row[(i + 1) % 3];
		unsigned least = now[0] = (unsigned char)i;

		for (size_t k = 1; k <= b->count; k++) {
			unsigned best = last[k - 1];

			if (a->c[i - 1] != b->c[k - 1])
				best++;
			if (last[k] + 1u < best)
				best = last[k] + 1u;
			if (now[k - 1] + 1u < best)
				best = now[k - 1] + 1u;
			if (i > 1 && k > 1 && a->c[i - 1] == b->c[k - 2] &&
			    a->c[i - 2] == b->c[k - 1] &&
			    before[k - 2] + 1u < best)
				best = before[k - 2] + 1u;
			now[k] = (unsigned char)best;
			least = best < least ? best : least;
		}
		if (least > limit)
			return limit + 1;
	}
	return row[a->count % 3][b->count];
}

struct nearest {
	struct spelling wanted;
	unsigned limit; /* of the distance; lower once something is found */
	uint64_t records;
	uint8_t word[TOKEN_MAX];
	size_t len;
	/* Of the part that is walked. */
	struct word_walk walk;
	const struct fiche_reader *reader;
	uint64_t first_record;
	struct posting_buf postings;
	struct buf scratch;
};

/* Is the word, with the walk at it, in a record that may be shown? */
static int is_shown(struct nearest *n, bool *out, struct fiche_error *err)
{
	int r;

	/* In more records than are withdrawn, it is. */
	*out = n->reader->shows_withdrawn ||
	       n->walk.page.count > n->reader->withdrawn.count;
	if (*out)
		return 0;
	n->postings.count = 0;
	r = word_walk_postings(&n->walk, 0, &n->postings, &n->scratch, err);
	for (size_t i = 0; r == 0 && i < n->postings.count && !*out; i++)
		*out = !reader_hides(n->reader,
		                     n->first_record + n->postings.p[i].idx);
	return r;
}

static int offer(struct nearest *n, struct fiche_error *err)
{
	const struct word_page *w = &n->walk.page;
	bool shown;
	int r;
	struct spelling s;
	unsigned d;

	/* A length in bytes bounds the one in characters. */
	if (w->len + n->limit < n->wanted.count || !spell(&s, w->word, w->len))
		return 0;
	if (s.count + n->limit < n->wanted.count ||
	    n->wanted.count + n->limit < s.count)
		return 0;
	d = distance(&n->wanted, &s, n->limit);
	if (d > n->limit ||
	    (d == n->limit && n->len > 0 && w->count <= n->records))
		return 0;
	r = is_shown(n, &shown, err);
	if (r < 0 || !shown)
		return r;
	n->limit = d;
	n->records = w->count;
	memcpy(n->word, w->word, w->len);
	n->len = w->len;
	return 0;
}

static int suggest(struct fiche_hits *h, struct word_group *g,
                   struct fiche_error *err)
{
	struct nearest n = { 0 };
	int r = 0;

	if (!spell(&n.wanted, g->text, g->len) || n.wanted.count < CHARS_MIN)
		return 0;
	n.limit = n.wanted.count < 6 ? 1 : 2;
	for (size_t i = 0; r == 0 && i < h->part_count; i++) {
		struct search_part *p = &h->part[i];

		n.reader = h->archive[p->reader].reader;
		n.first_record = p->segment->where.first_record;
		word_walk_init(
			&n.walk, p->words,
			view_words_in(&p->words_in, p->view, p->segment));
		while (r == 0 && (r = word_walk_next(&n.walk, err)) == 0)
			r = offer(&n, err);
		word_walk_done(&n.walk);
		r = r == FICHE_END ? 0 : r;
	}
	alloc_free(n.postings.p);
	buf_done(&n.scratch);
	if (r == 0 && n.len > 0) {
		g->nearest =
			arena_strndup(&h->arena, (const char *)n.word, n.len);
		if (!g->nearest)
			return err_nomem(err);
	}
	return r;
}

int search_suggest(struct fiche_hits *h, struct fiche_error *err)
{
	unsigned left = SUGGEST_MAX;
	int r = 0;

	for (size_t i = 0; r == 0 && left > 0 && i < h->group_count; i++) {
		struct word_group *g = &h->group[i];

		if (g->kind != QUERY_WORD || g->count > 0)
			continue;
		left--;
		r = suggest(h, g, err);
	}
	return r;
}
