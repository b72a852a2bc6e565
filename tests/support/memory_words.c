/* SPDX-License-Identifier: Apache-2.0 */
/* memory_words.c - see memory_words.h. */

#include "support/memory_words.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "index/token.h"
#include "index/words_merge.h"

#define OFFSET   4096
#define RUNS_MAX 64

#define FIND_EVERY 11 /* words, when all of them are walked */

static void require(bool ok)
{
	if (!ok)
		abort();
}

void memory_words_wire(struct memory_words *m, const void *bytes, uint64_t len,
                       uint64_t records, uint64_t word_len)
{
	struct segment *s = &m->segment;

	memset(s, 0, sizeof(*s));
	memset(&m->words, 0, sizeof(m->words));
	s->offset = OFFSET;
	s->len = len;
	s->count = records;
	s->width = segment_idx_width(records);
	s->tokenizer = TOKENIZER_VERSION;
	s->wlen = (struct segment_part){ 0, records };
	s->word = (struct segment_part){ records, word_len };
	s->wpst = (struct segment_part){ records + word_len,
		                         len - records - word_len };
	memory_segment_init(&m->in, bytes, (size_t)len);
}

/* ---- making one ---- */

/* What words_merge() reads and writes. */
struct making {
	struct words_builder *builder;
	struct memory_out sorted, pages, lists;
	struct memory_segment sorted_in;
	struct words_run run[RUNS_MAX];
	size_t run_count;
	struct words_part *part;
	struct words_output out;
};

static int end_run(struct making *k, struct fiche_error *err)
{
	struct words_run *r = &k->run[k->run_count];

	require(k->run_count < RUNS_MAX);
	r->in = &k->sorted_in.in;
	r->at = k->sorted.bytes.len;
	k->run_count++;
	return words_builder_run(k->builder, &k->sorted.out, &r->len, err);
}

/* Does something of `size` end behind article i? */
static bool ends(size_t i, size_t size)
{
	return size > 0 && (i + 1) % size == 0;
}

static int collect(struct making *k, const struct fiche_article *a,
                   size_t count, const struct words_plan *plan,
                   struct fiche_error *err)
{
	struct words_block *block = words_block_new();
	int r = block ? 0 : FICHE_ERR_NOMEM;

	for (size_t i = 0; r == 0 && i < count; i++) {
		const bool run = ends(i, plan->per_run);

		r = words_block_add(block, &a[i]);
		if (r == 0 &&
		    (run || ends(i, plan->per_block) || i + 1 == count)) {
			r = words_builder_add(k->builder, block);
			words_block_clear(block);
		}
		if (r == 0 && run && (r = end_run(k, err)) < 0) {
			words_block_free(block);
			return r;
		}
	}
	words_block_free(block);
	return r < 0 ? err_nomem(err) : end_run(k, err);
}

static int lay_out(struct memory_words *m, const struct making *k,
                   struct fiche_error *err)
{
	const struct words_output *o = &k->out;
	struct buf *to = &m->bytes;

	require(o->pages_len == k->pages.bytes.len &&
	        o->lists_len == k->lists.bytes.len);
	buf_put(to, o->norms.ptr, o->norms.len);
	buf_put(to, o->head.ptr, o->head.len);
	buf_put(to, k->pages.bytes.ptr, k->pages.bytes.len);
	buf_put(to, k->lists.bytes.ptr, k->lists.bytes.len);
	if (!buf_ok(to))
		return err_nomem(err);
	memory_words_wire(m, to->ptr, to->len, o->norms.len,
	                  o->head.len + k->pages.bytes.len);
	return 0;
}

static int merge(struct memory_words *out, struct making *k,
                 struct memory_words *before, size_t before_count,
                 struct fiche_error *err)
{
	struct words_input in = { .part_count = before_count,
		                  .runs = k->run,
		                  .run_count = k->run_count,
		                  .builder = k->builder };
	struct words_part *part = alloc_zeroed(before_count, sizeof(*part));
	int r;

	if (!part)
		return err_nomem(err);
	for (size_t i = 0; i < before_count; i++) {
		part[i].words = &before[i].words;
		part[i].in = &before[i].in.in;
	}
	in.parts = part;
	k->out.pages = &k->pages.out;
	k->out.lists = &k->lists.out;
	memory_segment_init(&k->sorted_in, k->sorted.bytes.ptr,
	                    k->sorted.bytes.len);
	r = words_merge(&in, &k->out, err);
	alloc_free(part);
	return r == 0 ? lay_out(out, k, err) : r;
}

int memory_words_make(struct memory_words *out, struct memory_words *before,
                      size_t before_count, const struct fiche_article *a,
                      size_t count, const struct words_plan *plan,
                      struct fiche_error *err)
{
	struct making k = { .builder = words_builder_new() };
	int r = k.builder ? 0 : err_nomem(err);

	memset(out, 0, sizeof(*out));
	memory_out_init(&k.sorted);
	memory_out_init(&k.pages);
	memory_out_init(&k.lists);
	if (r == 0)
		r = collect(&k, a, count, plan, err);
	if (r == 0)
		r = merge(out, &k, before, before_count, err);
	if (r == 0)
		r = words_open(&out->words, &out->segment, &out->in.in, err);
	words_output_done(&k.out);
	words_builder_free(k.builder);
	buf_done(&k.sorted.bytes);
	buf_done(&k.pages.bytes);
	buf_done(&k.lists.bytes);
	if (r < 0)
		memory_words_done(out);
	return r;
}

void memory_words_done(struct memory_words *m)
{
	words_done(&m->words);
	buf_done(&m->bytes);
	memset(m, 0, sizeof(*m));
}

/* ---- the drive ---- */

/* The answer, if it is one; any failure must name corruption. */
static bool good(int r, const struct fiche_error *err)
{
	require(r == 0 || r == FICHE_END ||
	        (r == FICHE_ERR_CORRUPT && err->code == r && err->text[0] &&
	         err->offset == OFFSET));
	return r == 0;
}

static void check_list(const struct posting *p, size_t count, uint64_t records)
{
	for (size_t i = 0; i < count; i++)
		require(p[i].idx < records && p[i].count >= 1 &&
		        p[i].count <= POSTINGS_COUNT_MAX && p[i].title <= 1 &&
		        (i == 0 || p[i].idx > p[i - 1].idx));
}

/* A walk, a second one that looks its words up, and what they fill. */
struct drive {
	struct memory_words *m;
	struct word_walk walk, look;
	struct posting_buf list, again;
	struct buf scratch;
};

/* The word of the walk, looked up, is the same one with the same list. */
static void drive_find(struct drive *d)
{
	const struct word_page *w = &d->walk.page, *l = &d->look.page;
	struct fiche_error err;
	int r = word_walk_find(&d->look, w->word, w->len, &err);

	require(r == 0 && l->len == w->len && l->count == w->count &&
	        memcmp(l->word, w->word, w->len) == 0);
	d->again.count = 0;
	r = word_walk_postings(&d->look, 7, &d->again, &d->scratch, &err);
	require(r == 0 && d->again.count == d->list.count);
	for (size_t i = 0; i < d->list.count; i++)
		require(d->again.p[i].idx == d->list.p[i].idx + 7 &&
		        d->again.p[i].count == d->list.p[i].count &&
		        d->again.p[i].title == d->list.p[i].title);
}

static bool drive_words(struct drive *d)
{
	const uint64_t records = d->m->segment.count;
	uint8_t last[WORD_MAX];
	size_t last_len = 0, n = 0;
	struct fiche_error err;
	bool all = true;
	int r;

	for (; (r = word_walk_next(&d->walk, &err)) == 0; n++) {
		const struct word_page *w = &d->walk.page;

		require(w->len >= 1 && w->len <= WORD_MAX && w->count >= 1 &&
		        w->count <= records &&
		        term_compare(last, last_len, w->word, w->len) < 0);
		memcpy(last, w->word, w->len);
		last_len = w->len;
		d->list.count = 0;
		if (!good(word_walk_postings(&d->walk, 0, &d->list, &d->scratch,
		                             &err),
		          &err)) {
			all = false;
			continue;
		}
		require(d->list.count == w->count);
		check_list(d->list.p, d->list.count, records);
		/* Each costs half a page. */
		if (n % FIND_EVERY == 0)
			drive_find(d);
	}
	(void)good(r, &err);
	return all && r == FICHE_END;
}

/* Words that may be there or not. */
static void drive_seek(struct drive *d)
{
	static const char *const keys[] = { "",         "a",        "kom", "z",
		                            "\xff\xff", "\xd0\xbc", "0" };
	struct fiche_error err;

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		const size_t len = strlen(keys[i]);
		const struct word_page *w = &d->look.page;

		if (!good(word_walk_seek(&d->look, keys[i], len, &err), &err))
			continue;
		for (int n = 0; n < 3; n++)
			if (good(word_walk_next(&d->look, &err), &err))
				require(term_compare(w->word, w->len, keys[i],
				                     len) >= 0);
			else
				break;
	}
}

static void drive_merge(struct memory_words *m, bool whole)
{
	struct memory_words merged;
	const struct words_plan plan = { 0, 0 };
	struct fiche_error err;

	if (!good(memory_words_make(&merged, m, 1, NULL, 0, &plan, &err),
	          &err)) {
		require(!whole);
		return;
	}
	/* What a merge makes of anything says the same. */
	require(whole && merged.segment.count == m->segment.count);
	memory_words_done(&merged);
}

bool memory_words_drive(struct memory_words *m)
{
	struct drive d = { .m = m };
	struct fiche_error err;
	bool whole;

	if (!good(words_open(&m->words, &m->segment, &m->in.in, &err), &err))
		return false;
	word_walk_init(&d.walk, &m->words, &m->in.in);
	word_walk_init(&d.look, &m->words, &m->in.in);
	whole = drive_words(&d);
	drive_seek(&d);
	word_walk_done(&d.walk);
	word_walk_done(&d.look);
	alloc_free(d.list.p);
	alloc_free(d.again.p);
	buf_done(&d.scratch);
	drive_merge(m, whole);
	words_done(&m->words);
	memset(&m->words, 0, sizeof(m->words));
	return whole;
}
