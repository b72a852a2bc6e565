/* SPDX-License-Identifier: Apache-2.0 */
/* compare.c - see compare.h. */

#include "index/compare.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "index/layout.h"
#include "index/words.h"

#define CHUNK ((size_t)256 << 10)

struct comparison {
	const struct segment *s, *other;
	struct segment_in *in, *other_in;
	uint8_t *a, *b; /* a chunk of each */
	struct fiche_error *err;
};

static int differ(const struct comparison *c)
{
	return err_set(c->err, FICHE_ERR_CORRUPT, c->s->offset,
	               "the index is not what the articles give");
}

/* 0, or FICHE_END where the bytes differ. */
static int same_bytes(const struct comparison *c, struct segment_part x,
                      struct segment_part y)
{
	if (x.len != y.len)
		return FICHE_END;
	for (uint64_t at = 0; at < x.len; at += CHUNK) {
		size_t n = x.len - at < CHUNK ? (size_t)(x.len - at) : CHUNK;
		int r = c->in->read(c->in, x.at + at, c->a, n, c->err);

		if (r == 0)
			r = c->other_in->read(c->other_in, y.at + at, c->b, n,
			                      c->err);
		if (r < 0)
			return r;
		if (memcmp(c->a, c->b, n) != 0)
			return FICHE_END;
	}
	return 0;
}

/* Stored bytes of page `i`. */
static int load_page(const struct words *w, struct segment_in *in, uint32_t i,
                     struct buf *stored, struct word_page *page,
                     struct fiche_error *err)
{
	const struct terms_fence *f = &w->fences.fence[i];
	struct bytes bytes;
	int r;

	stored->len = 0;
	if (!buf_reserve(stored, f->page_len))
		return err_nomem(err);
	r = in->read(in, w->segment->word.at + WORDS_HEAD + f->page_at,
	             stored->ptr, f->page_len, err);
	if (r < 0)
		return r;
	bytes = (struct bytes){ stored->ptr, f->page_len };
	r = word_page_load(page, bytes, w->segment->count);
	if (r == FICHE_ERR_NOMEM)
		return err_nomem(err);
	return r < 0 ? FICHE_END : 0;
}

struct two_pages {
	struct buf stored[2];
	struct word_page page[2];
};

/* All of a page but how its frame is coded. */
static int same_page(const struct comparison *c, const struct words *x,
                     const struct words *y, uint32_t i, struct two_pages *t)
{
	const struct terms_fence *f = &x->fences.fence[i];
	const struct terms_fence *g = &y->fences.fence[i];
	const struct word_page *a = &t->page[0], *b = &t->page[1];
	int r;

	if (f->lists_len != g->lists_len ||
	    term_compare(f->first.ptr, f->first.len, g->first.ptr,
	                 g->first.len) != 0)
		return FICHE_END;
	r = load_page(x, c->in, i, &t->stored[0], &t->page[0], c->err);
	if (r == 0)
		r = load_page(y, c->other_in, i, &t->stored[1], &t->page[1],
		              c->err);
	if (r != 0)
		return r;
	if (a->raw.len != b->raw.len || a->lists.len != b->lists.len ||
	    memcmp(a->raw.ptr, b->raw.ptr, a->raw.len) != 0 ||
	    (a->lists.len > 0 &&
	     memcmp(a->lists.ptr, b->lists.ptr, a->lists.len) != 0))
		return FICHE_END;
	return 0;
}

static int same_words(const struct comparison *c)
{
	struct words x = { 0 }, y = { 0 };
	struct two_pages t = { 0 };
	int r;

	r = words_open(&x, c->s, c->in, c->err);
	if (r == 0)
		r = words_open(&y, c->other, c->other_in, c->err);
	if (r == 0 && (x.tokens != y.tokens || x.count != y.count ||
	               x.fences.count != y.fences.count))
		r = FICHE_END;
	for (uint32_t i = 0; r == 0 && i < x.fences.count; i++)
		r = same_page(c, &x, &y, i, &t);
	for (int i = 0; i < 2; i++) {
		buf_done(&t.stored[i]);
		word_page_done(&t.page[i]);
	}
	words_done(&x);
	words_done(&y);
	return r;
}

/* The head and the table, but for what the lengths of WORD moves. */
static int same_table(const struct comparison *c)
{
	const size_t size = SEGMENT_HEAD + (size_t)PART_COUNT * SEGMENT_ENTRY;
	const size_t entry = SEGMENT_HEAD + (size_t)PART_WORD * SEGMENT_ENTRY;
	int r = c->in->read(c->in, 0, c->a, size, c->err);

	if (r == 0)
		r = c->other_in->read(c->other_in, 0, c->b, size, c->err);
	if (r < 0)
		return r;
	/* The length of WORD and the offset of WPST. */
	memcpy(c->a + entry + 16, c->b + entry + 16, 8);
	memcpy(c->a + entry + SEGMENT_ENTRY + 8,
	       c->b + entry + SEGMENT_ENTRY + 8, 8);
	return memcmp(c->a, c->b, size) == 0 ? 0 : FICHE_END;
}

/* Component by component, the words by what they say. */
static int same_parts(const struct comparison *c)
{
	const struct segment *s = c->s, *o = c->other;
	const struct segment_part *const parts[][2] = {
		{ &s->digs, &o->digs }, { &s->idor, &o->idor },
		{ &s->keys, &o->keys }, { &s->cols, &o->cols },
		{ &s->dord, &o->dord }, { &s->blkt, &o->blkt },
		{ &s->term, &o->term }, { &s->post, &o->post },
		{ &s->wlen, &o->wlen }, { &s->wpst, &o->wpst },
	};
	int r;

	if (!words_present(s) || !words_present(o))
		return FICHE_END;
	r = same_table(c);
	for (size_t i = 0; r == 0 && i < sizeof(parts) / sizeof(*parts); i++)
		r = same_bytes(c, *parts[i][0], *parts[i][1]);
	return r == 0 ? same_words(c) : r;
}

int index_compare(const struct segment *s, struct segment_in *in,
                  struct segment_in *made, uint64_t made_len,
                  struct fiche_error *err)
{
	struct segment other;
	struct comparison c = { s, &other, in, made, NULL, NULL, err };
	struct segment_part whole = { 0, s->len }, made_whole = { 0, made_len };
	int r;

	c.a = alloc_bytes(CHUNK);
	c.b = alloc_bytes(CHUNK);
	r = c.a && c.b ? 0 : err_nomem(err);
	if (r == 0)
		r = same_bytes(&c, whole, made_whole);
	if (r == FICHE_END) {
		r = segment_open(&other, made, made_len, s->offset,
		                 s->first_record, s->count, err);
		if (r == 0)
			r = same_parts(&c);
	}
	alloc_free(c.a);
	alloc_free(c.b);
	return r == FICHE_END ? differ(&c) : r;
}
