/* SPDX-License-Identifier: Apache-2.0 */
/* words_merge.c - see words_merge.h. */

#include "index/words_merge.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define RUN_CHUNK ((size_t)64 << 10)
#define RUN_WORD                                                               \
	(WORD_MAX + 30u) /* a word and its numbers have at most this           \
	                  */

/* Of pages.  A commit that waits for them has few records, which are merged
 * again soon; a hundredth of the index, and three times as fast. */
#define LEVEL       15
#define LEVEL_FEW   6
#define RECORDS_FEW 512u

/* ---- one input ---- */

/* A segment or a run, and the word that is next in it. */
struct source {
	uint8_t word[WORD_MAX];
	size_t len;
	uint32_t shift; /* from its idx to those of the whole */

	/* a segment, */
	struct word_walk walk;
	bool is_part;

	/* or a run: a window on its bytes, of which `used` are taken */
	struct words_run run;
	struct buf window;
	size_t used;
	uint64_t count, list_len;
};

/* See that `len` bytes are in the window, if the run has so many. */
static int run_need(struct source *s, size_t len, struct fiche_error *err)
{
	size_t have = s->window.len - s->used, more;
	int r;

	if (have >= len || s->run.len == 0)
		return 0;
	if (have > 0)
		memmove(s->window.ptr, s->window.ptr + s->used, have);
	s->window.len = have;
	s->used = 0;
	more = len - have < RUN_CHUNK ? RUN_CHUNK : len - have;
	more = more < s->run.len ? more : (size_t)s->run.len;
	if (!buf_reserve(&s->window, more))
		return err_nomem(err);
	r = s->run.in->read(s->run.in, s->run.at, s->window.ptr + have, more,
	                    err);
	if (r < 0)
		return r;
	s->window.len += more;
	s->run.at += more;
	s->run.len -= more;
	return 0;
}

static int run_next(struct source *s, struct fiche_error *err)
{
	struct cursor c;
	int r = run_need(s, RUN_WORD, err);

	if (r < 0)
		return r;
	if (s->used == s->window.len)
		return FICHE_END;
	cursor_init(&c, s->window.ptr + s->used, s->window.len - s->used);
	s->len = (size_t)cursor_varint(&c);
	cursor_copy(&c, s->word, s->len);
	s->count = cursor_varint(&c);
	s->list_len = cursor_varint(&c);
	s->used = s->window.len - c.left;
	return 0;
}

static int run_postings(struct source *s, struct posting_buf *out,
                        struct fiche_error *err)
{
	struct posting *p;
	uint32_t next = s->shift;
	struct cursor c;
	int r = run_need(s, (size_t)s->list_len, err);

	if (r == 0 &&
	    alloc_grow(&out->p, &out->cap, out->count + (size_t)s->count,
	               sizeof(*out->p)) < 0)
		r = err_nomem(err);
	if (r < 0)
		return r;
	p = out->p + out->count;
	cursor_init(&c, s->window.ptr + s->used, (size_t)s->list_len);
	for (uint64_t i = 0; i < s->count; i++) {
		uint32_t idx = next + (uint32_t)cursor_varint(&c);
		uint8_t mark = cursor_u8(&c);

		p[i] = (struct posting){ idx, mark >> 1, mark & 1 };
		next = idx + 1;
	}
	out->count += (size_t)s->count;
	s->used += (size_t)s->list_len;
	return 0;
}

static int source_next(struct source *s, struct fiche_error *err)
{
	int r;

	if (!s->is_part)
		return run_next(s, err);
	r = word_walk_next(&s->walk, err);
	if (r == 0) {
		s->len = s->walk.page.len;
		memcpy(s->word, s->walk.page.word, s->len);
	}
	return r;
}

/* ---- the merge ---- */

struct words_merge {
	struct source *source;
	size_t count;
	struct source **heap; /* the least word in front, then by idx */
	size_t heap_count;
	struct posting_buf list;
	struct buf scratch, page, long_list;
	struct word_page_writer writer;
	struct postings_of of;
	struct buf fences;
	uint32_t page_count;
	uint64_t word_count;
	struct words_output *out;
	struct fiche_error *err;
};

/* Sources stand in the order of their records. */
static bool before(const struct source *a, const struct source *b)
{
	int order = term_compare(a->word, a->len, b->word, b->len);

	return order != 0 ? order < 0 : a < b;
}

static void sink(struct words_merge *m, size_t at)
{
	for (;;) {
		size_t least = at, child = 2 * at + 1;
		struct source *t = m->heap[at];

		for (size_t c = child; c < child + 2 && c < m->heap_count; c++)
			if (before(m->heap[c], m->heap[least]))
				least = c;
		if (least == at)
			return;
		m->heap[at] = m->heap[least];
		m->heap[least] = t;
		at = least;
	}
}

static int fill_heap(struct words_merge *m)
{
	for (size_t i = 0; i < m->count; i++) {
		int r = source_next(&m->source[i], m->err);

		if (r < 0)
			return r;
		if (r == 0)
			m->heap[m->heap_count++] = &m->source[i];
	}
	for (size_t at = m->heap_count / 2; at-- > 0;)
		sink(m, at);
	return 0;
}

static int write_page(struct words_merge *m)
{
	struct word_page_writer *w = &m->writer;
	const uint64_t lists = w->long_bytes;
	uint8_t first[WORD_MAX];
	size_t first_len = w->first_len;
	int r;

	memcpy(first, w->first, first_len);
	buf_clear(&m->page);
	r = word_page_finish(w, &m->page);
	if (r == FICHE_ERR_CORRUPT)
		return err_set(m->err, r, FICHE_NOWHERE,
		               "libzstd decodes a page of words to something "
		               "else than went in");
	if (r < 0)
		return err_nomem(m->err);
	buf_varint(&m->fences, m->page.len);
	buf_varint(&m->fences, lists);
	buf_varint(&m->fences, first_len);
	buf_put(&m->fences, first, first_len);
	m->page_count++;
	r = m->out->pages->write(m->out->pages, m->page.ptr, m->page.len,
	                         m->err);
	m->out->pages_len += m->page.len;
	return r;
}

static int write_word(struct words_merge *m, const uint8_t *word, size_t len)
{
	const struct posting_buf *list = &m->list;
	int r = 0;

	if (word_page_is_full(&m->writer))
		r = write_page(m);
	buf_clear(&m->long_list);
	if (r == 0 && list->count >= POSTINGS_BLOCK) {
		postings_put_long(&m->long_list, list->p, list->count, &m->of);
		if (!buf_ok(&m->long_list))
			return err_nomem(m->err);
		r = m->out->lists->write(m->out->lists, m->long_list.ptr,
		                         m->long_list.len, m->err);
		m->out->lists_len += m->long_list.len;
	}
	if (r == 0)
		word_page_add(&m->writer, word, len, list->p, list->count,
		              &m->of, m->long_list.len);
	m->word_count++;
	return r;
}

/* All that have the least word. */
static int merge_word(struct words_merge *m)
{
	uint8_t word[WORD_MAX];
	const size_t len = m->heap[0]->len;
	int r;

	memcpy(word, m->heap[0]->word, len);
	m->list.count = 0;
	while (m->heap_count > 0 && m->heap[0]->len == len &&
	       memcmp(m->heap[0]->word, word, len) == 0) {
		struct source *s = m->heap[0];

		r = s->is_part
		            ? word_walk_postings(&s->walk, s->shift, &m->list,
		                                 &m->scratch, m->err)
		            : run_postings(s, &m->list, m->err);
		if (r == 0)
			r = source_next(s, m->err);
		if (r < 0)
			return r;
		if (r == FICHE_END)
			m->heap[0] = m->heap[--m->heap_count];
		if (m->heap_count > 0)
			sink(m, 0);
	}
	return write_word(m, word, len);
}

/* Lengths of the records, and where each source begins. */
static int begin(struct words_merge *m, const struct words_input *in,
                 uint64_t *tokens)
{
	struct buf *norms = &m->out->norms;

	m->count = in->part_count + in->run_count;
	m->source = alloc_zeroed(m->count, sizeof(*m->source));
	m->heap = alloc_zeroed(m->count, sizeof(*m->heap));
	if (!m->source || !m->heap)
		return err_nomem(m->err);
	for (size_t i = 0; i < in->part_count; i++) {
		struct source *s = &m->source[i];
		const struct words *w = in->parts[i].words;

		s->is_part = true;
		s->shift = (uint32_t)norms->len;
		word_walk_init(&s->walk, w, in->parts[i].in);
		buf_put(norms, w->norms.ptr, w->norms.len);
		*tokens += w->tokens;
	}
	for (size_t i = 0; i < in->run_count; i++) {
		struct source *s = &m->source[in->part_count + i];

		s->run = in->runs[i];
		s->shift = (uint32_t)norms->len;
	}
	if (in->builder) {
		const struct buf *own = words_builder_norms(in->builder);

		buf_put(norms, own->ptr, own->len);
		*tokens += words_builder_tokens(in->builder);
	}
	if (!buf_ok(norms))
		return err_nomem(m->err);
	m->of.records = norms->len;
	m->of.norms = norms->ptr;
	m->of.average = 1;
	m->writer.level = norms->len < RECORDS_FEW ? LEVEL_FEW : LEVEL;
	if (norms->len > 0 && *tokens / norms->len > 1)
		m->of.average = (uint32_t)(*tokens / norms->len);
	return 0;
}

static void put_head(struct words_merge *m, uint64_t tokens)
{
	struct buf *head = &m->out->head;

	buf_u64(head, tokens);
	buf_u32(head, m->page_count);
	buf_u32(head, (uint32_t)m->fences.len);
	buf_u64(head, m->word_count);
	buf_put(head, m->fences.ptr, m->fences.len);
}

static void merge_done(struct words_merge *m)
{
	for (size_t i = 0; m->source && i < m->count; i++) {
		if (m->source[i].is_part)
			word_walk_done(&m->source[i].walk);
		buf_done(&m->source[i].window);
	}
	alloc_free(m->source);
	alloc_free(m->heap);
	alloc_free(m->list.p);
	buf_done(&m->scratch);
	buf_done(&m->page);
	buf_done(&m->long_list);
	buf_done(&m->fences);
	word_page_writer_done(&m->writer);
}

void words_output_done(struct words_output *out)
{
	buf_done(&out->head);
	buf_done(&out->norms);
}

int words_merge(const struct words_input *in, struct words_output *out,
                struct fiche_error *err)
{
	struct words_merge m = { .out = out, .err = err };
	uint64_t tokens = 0;
	int r;

	r = begin(&m, in, &tokens);
	if (r == 0)
		r = fill_heap(&m);
	while (r == 0 && m.heap_count > 0)
		r = merge_word(&m);
	if (r == 0 && m.writer.words > 0)
		r = write_page(&m);
	if (r == 0) {
		put_head(&m, tokens);
		if (!buf_ok(&out->head) || !buf_ok(&m.fences))
			r = err_nomem(err);
	}
	merge_done(&m);
	return r;
}
