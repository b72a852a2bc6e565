/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_words.c - the keyword index of a segment: built, merged, asked and
 * damaged, all in memory.
 *
 * A plain list of (word, record, count, title), made by looking at each article
 * for itself, says what has to be in it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "format/word_page.h"
#include "index/token.h"
#include "index/words_merge.h"
#include "support/memory_words.h"
#include "support/texts.h"

#define PARTS_MAX 6
#define RAW_MAX   2048 /* of the page that is damaged */

/* ---- what has to be there ---- */

struct entry {
	uint8_t word[WORD_MAX];
	uint8_t len;
	uint8_t title;
	unsigned count;
	uint32_t idx;
};

struct plain {
	struct entry *entry; /* by word, then by record */
	size_t count, cap;
	uint8_t *norms;
	uint64_t tokens;
	size_t records;
};

static int by_word(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = term_compare(x->word, x->len, y->word, y->len);

	return order ? order : (x->idx > y->idx) - (x->idx < y->idx);
}

static size_t add_text(struct plain *p, struct fiche_text text, size_t idx,
                       bool title)
{
	struct tokenizer t;
	struct token token;
	size_t n = 0;

	tokenizer_init(&t, text.ptr, text.len);
	for (; tokenizer_next(&t, &token); n++) {
		struct entry *e;

		assert_int_equal(alloc_grow(&p->entry, &p->cap, p->count + 1,
		                            sizeof(*p->entry)),
		                 0);
		e = &p->entry[p->count++];
		*e = (struct entry){ .len = (uint8_t)token.len,
			             .title = title,
			             .count = 1,
			             .idx = (uint32_t)idx };
		memcpy(e->word, token.bytes, token.len);
	}
	return n;
}

/* Every token is an entry first; then those of a word in a record are one. */
static void join_entries(struct plain *p)
{
	size_t kept = 0;

	if (p->count > 1)
		qsort(p->entry, p->count, sizeof(*p->entry), by_word);
	for (size_t i = 0; i < p->count; i++) {
		struct entry *last = &p->entry[kept ? kept - 1 : 0];

		if (kept > 0 && by_word(last, &p->entry[i]) == 0) {
			last->count++;
			last->title |= p->entry[i].title;
		} else {
			p->entry[kept++] = p->entry[i];
		}
	}
	p->count = kept;
}

static struct plain make_plain(const struct fiche_article *a, size_t count)
{
	struct plain p = { .records = count };

	p.norms = calloc(count, 1);
	assert_non_null(p.norms);
	for (size_t i = 0; i < count; i++) {
		size_t length = add_text(&p, a[i].title, i, true);

		length += add_text(&p, a[i].text, i, false);
		for (size_t k = 0; k < a[i].tag_count; k++)
			length += add_text(&p, a[i].tags[k], i, false);
		p.norms[i] = norm_of_length((uint32_t)length);
		p.tokens += length;
	}
	join_entries(&p);
	return p;
}

static void plain_done(struct plain *p)
{
	alloc_free(p->entry);
	free(p->norms);
}

/* Behind the entries of the word that begins at `i`. */
static size_t next_word(const struct plain *p, size_t i)
{
	size_t from = i;

	while (i < p->count &&
	       term_compare(p->entry[from].word, p->entry[from].len,
	                    p->entry[i].word, p->entry[i].len) == 0)
		i++;
	return i;
}

static size_t words_of(const struct plain *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count; i = next_word(p, i))
		n++;
	return n;
}

/* ---- what is there ---- */

struct asking {
	struct word_walk walk;
	struct posting_buf list;
	struct buf scratch;
};

static void ask(struct asking *a, struct memory_words *m)
{
	memset(a, 0, sizeof(*a));
	word_walk_init(&a->walk, &m->words, &m->in.in);
}

static void asking_done(struct asking *a)
{
	word_walk_done(&a->walk);
	alloc_free(a->list.p);
	buf_done(&a->scratch);
}

/* The walk is at the word of entry `i`, and its list is that of the entries. */
static void require_word(struct asking *a, const struct plain *p, size_t i)
{
	const struct word_page *w = &a->walk.page;
	const size_t end = next_word(p, i);
	struct fiche_error err = { 0 };

	assert_int_equal(w->len, p->entry[i].len);
	assert_memory_equal(w->word, p->entry[i].word, w->len);
	assert_int_equal(w->count, end - i);
	assert_int_equal(w->long_len > 0, end - i >= POSTINGS_BLOCK);
	a->list.count = 0;
	assert_int_equal(
		word_walk_postings(&a->walk, 0, &a->list, &a->scratch, &err),
		0);
	assert_int_equal(a->list.count, end - i);
	for (size_t k = 0; k < a->list.count; k++) {
		const struct entry *e = &p->entry[i + k];

		assert_int_equal(a->list.p[k].idx, e->idx);
		assert_int_equal(a->list.p[k].title, e->title);
		assert_int_equal(a->list.p[k].count,
		                 e->count < POSTINGS_COUNT_MAX
		                         ? e->count
		                         : POSTINGS_COUNT_MAX);
	}
}

static void require_all(struct memory_words *m, const struct plain *p)
{
	struct fiche_error err = { 0 };
	struct asking a;
	size_t i = 0;
	int r;

	assert_int_equal(m->segment.count, p->records);
	assert_int_equal(m->words.tokens, p->tokens);
	assert_int_equal(m->words.count, words_of(p));
	assert_memory_equal(m->words.norms.ptr, p->norms, p->records);
	ask(&a, m);
	for (; (r = word_walk_next(&a.walk, &err)) == 0; i = next_word(p, i)) {
		assert_true(i < p->count);
		require_word(&a, p, i);
	}
	assert_int_equal(r, FICHE_END);
	assert_int_equal(i, p->count);
	/* And it stays at the end. */
	assert_int_equal(word_walk_next(&a.walk, &err), FICHE_END);
	asking_done(&a);
}

static void make_whole(struct memory_words *out, const struct fiche_article *a,
                       size_t count)
{
	const struct words_plan plan = { 0, 0 };
	struct fiche_error err = { 0 };

	assert_int_equal(memory_words_make(out, NULL, 0, a, count, &plan, &err),
	                 0);
}

/* ---- the same index, whatever the records went through ---- */

static void require_same(const struct memory_words *a,
                         const struct memory_words *b)
{
	assert_int_equal(a->bytes.len, b->bytes.len);
	assert_int_equal(a->segment.word.len, b->segment.word.len);
	assert_memory_equal(a->bytes.ptr, b->bytes.ptr, a->bytes.len);
}

/* In parts that end before the articles `end`, the last one joined by the
 * merge itself if `direct`. */
static void require_parts(const struct memory_words *whole,
                          const struct texts *t, const size_t *end,
                          size_t parts, bool direct)
{
	static const struct words_plan plans[] = { { 0, 0 },
		                                   { 3, 0 },
		                                   { 0, 5 } };
	struct memory_words part[PARTS_MAX], merged;
	const struct words_plan *plan = plans;
	struct fiche_error err = { 0 };
	size_t at = 0, made = 0;

	for (; made < parts - direct; made++) {
		plan = &plans[made % 3];
		assert_int_equal(memory_words_make(&part[made], NULL, 0,
		                                   t->article + at,
		                                   end[made] - at, plan, &err),
		                 0);
		at = end[made];
	}
	assert_int_equal(memory_words_make(&merged, part, made, t->article + at,
	                                   t->count - at, plan, &err),
	                 0);
	require_same(&merged, whole);
	memory_words_done(&merged);
	while (made > 0)
		memory_words_done(&part[--made]);
}

static void the_bytes_do_not_depend_on_blocks_runs_and_parts(void **state)
{
	static const struct words_plan plans[] = {
		{ 1, 0 },  { 2, 0 },    { 7, 0 },   { 64, 0 }, { 0, 100 },
		{ 1, 40 }, { 13, 101 }, { 50, 50 }, { 5, 299 }
	};
	static const size_t ends[][PARTS_MAX] = {
		{ 300 },      { 1, 300 },        { 299, 300 },
		{ 150, 300 }, { 100, 101, 300 }, { 3, 50, 51, 130, 300 }
	};
	static const size_t parts[] = { 1, 2, 2, 2, 3, 5 };
	struct memory_words whole;
	struct plain p;
	struct texts t;

	(void)state;
	texts_make(&t, 11, 300, 4000, 150);
	p = make_plain(t.article, t.count);
	make_whole(&whole, t.article, t.count);
	require_all(&whole, &p);
	for (size_t i = 0; i < sizeof(plans) / sizeof(*plans); i++) {
		struct memory_words m;
		struct fiche_error err = { 0 };

		assert_int_equal(memory_words_make(&m, NULL, 0, t.article,
		                                   t.count, &plans[i], &err),
		                 0);
		require_same(&m, &whole);
		memory_words_done(&m);
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		for (int direct = 0; direct < 2; direct++)
			require_parts(&whole, &t, ends[i], parts[i], direct);
	print_message("%zu records, %zu words, %zu bytes\n", t.count,
	              words_of(&p), whole.bytes.len);
	memory_words_done(&whole);
	plain_done(&p);
	texts_done(&t);
}

/* ---- records of every kind ---- */

#define TEXT(s)                                                                \
	{                                                                      \
		(s), sizeof(s) - 1                                             \
	}

static void require_articles(const struct fiche_article *a, size_t count)
{
	struct plain p = make_plain(a, count);
	struct memory_words m, again;
	const struct words_plan single = { 1, 1 };
	struct fiche_error err = { 0 };

	make_whole(&m, a, count);
	require_all(&m, &p);
	assert_int_equal(
		memory_words_make(&again, &m, 1, NULL, 0, &single, &err), 0);
	require_same(&again, &m);
	memory_words_done(&again);
	assert_int_equal(
		memory_words_make(&again, NULL, 0, a, count, &single, &err), 0);
	require_same(&again, &m);
	memory_words_done(&again);
	memory_words_done(&m);
	plain_done(&p);
}

static void records_without_words_are_records(void **state)
{
	const struct fiche_text tags[] = { TEXT("..."), TEXT("") };
	struct fiche_article a[5] = {
		{ .text = TEXT("\xff\xfe -- !") },
		{ .title = TEXT("one") },
		{ .tags = tags, .tag_count = 2 },
	};
	struct memory_words m;
	struct asking ask_it;
	struct fiche_error err = { 0 };

	(void)state;
	require_articles(a, 5);
	require_articles(a + 2, 3);
	require_articles(a + 1, 1);
	/* No word at all: WORD is 24 bytes, WPST none. */
	make_whole(&m, a + 2, 3);
	assert_int_equal(m.segment.word.len, 24);
	assert_int_equal(m.segment.wpst.len, 0);
	assert_int_equal(m.words.average, 1);
	ask(&ask_it, &m);
	assert_int_equal(word_walk_next(&ask_it.walk, &err), FICHE_END);
	assert_int_equal(word_walk_find(&ask_it.walk, "one", 3, &err),
	                 FICHE_END);
	assert_int_equal(word_walk_seek(&ask_it.walk, "", 0, &err), 0);
	assert_int_equal(word_walk_next(&ask_it.walk, &err), FICHE_END);
	asking_done(&ask_it);
	memory_words_done(&m);
}

static void a_word_of_title_text_and_tags_is_counted_once_in_each(void **state)
{
	const struct fiche_text tags[] = { TEXT("Flood"), TEXT("harbour flood"),
		                           TEXT("mayor") };
	const struct fiche_article a = { .title = TEXT("Flood at harbour"),
		                         .text = TEXT("flood, FLOOD: mayor"),
		                         .tags = tags,
		                         .tag_count = 3 };
	static const struct {
		const char *word;
		unsigned count;
		bool title;
	} row[] = { { "at", 1, true },
		    { "flood", 5, true },
		    { "harbour", 2, true },
		    { "mayor", 2, false } };
	struct plain p = make_plain(&a, 1);

	(void)state;
	assert_int_equal(p.count, 4);
	assert_int_equal(p.norms[0], 10);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(p.entry[i].count, row[i].count);
		assert_int_equal(p.entry[i].title, row[i].title);
		assert_memory_equal(p.entry[i].word, row[i].word,
		                    p.entry[i].len);
	}
	plain_done(&p);
	require_articles(&a, 1);
}

static void counts_above_31_are_31_and_lengths_go_on(void **state)
{
	struct buf text = { 0 };
	struct fiche_article a[3] = { { .title = TEXT("x") } };

	(void)state;
	for (unsigned i = 0; i < 100000; i++)
		buf_text(&text, i % 3 ? "x " : "y ");
	assert_true(buf_ok(&text));
	a[1].text = (struct fiche_text){ (char *)text.ptr, text.len };
	a[2].text = (struct fiche_text){ (char *)text.ptr, 31 * 2 };
	require_articles(a, 3);
	buf_done(&text);
}

/* Words of all lengths up to 64 bytes, and what is cut to 64. */
static void long_words_that_begin_alike_stay_apart(void **state)
{
	struct buf text = { 0 };
	struct fiche_article a[2] = { { 0 } };

	(void)state;
	for (size_t len = 1; len <= 80; len++)
		for (char end = 'a'; end <= 'z'; end++) {
			for (size_t i = 1; i < len; i++)
				buf_u8(&text, 'm');
			buf_u8(&text, (uint8_t)end);
			buf_u8(&text, ' ');
		}
	/* 16 Thai letters and 21 of three bytes: cut at whole ones. */
	for (size_t i = 0; i < 30; i++)
		buf_text(&text, "м");
	for (size_t i = 0; i < 40; i++)
		buf_text(&text, "ж");
	assert_true(buf_ok(&text));
	a[0].text = (struct fiche_text){ (char *)text.ptr, text.len };
	a[1].text = (struct fiche_text){ (char *)text.ptr, text.len / 2 };
	require_articles(a, 2);
	buf_done(&text);
}

/* ---- pages ---- */

/* A page of words, taken out of an index. */
static void load_page(struct word_page *page, const struct memory_words *m,
                      uint32_t i)
{
	const struct terms_fence *f = &m->words.fences.fence[i];
	const struct bytes stored = { m->bytes.ptr + m->segment.word.at +
		                              WORDS_HEAD + f->page_at,
		                      f->page_len };

	assert_int_equal(word_page_load(page, stored, m->segment.count), 0);
}

/* What the columns of a page take together, as the writer counts it. */
static size_t columns_len(const struct word_page *page)
{
	struct cursor c;

	cursor_init(&c, page->raw.ptr, page->raw.len);
	for (int i = 0; i < 4; i++)
		(void)cursor_varint(&c);
	return c.left;
}

/* Spec 3.5: a page is closed before a word when its columns or its short lists
 * have a number of bytes or more, and no earlier. */
static void require_pages(const struct memory_words *m, size_t *by_columns,
                          size_t *by_lists)
{
	struct word_page page = { 0 };

	*by_columns = *by_lists = 0;
	for (uint32_t i = 0; i + 1 < m->words.fences.count; i++) {
		struct posting list[POSTINGS_BLOCK];
		size_t columns;
		uint64_t last = 0;

		load_page(&page, m, i);
		columns = columns_len(&page);
		while (page.words > 0) {
			assert_true(word_page_next(&page));
			/* The bits in front of the last word. */
			if (page.words == 0)
				last = page.lists.at;
			if (page.count < POSTINGS_BLOCK)
				assert_true(word_page_list(&page, list));
		}
		if (columns >= WORD_PAGE_RAW)
			++*by_columns;
		else if (page.lists.at / 8 >= WORD_PAGE_LISTS)
			++*by_lists;
		else
			fail_msg("page %u is closed early", (unsigned)i);
		assert_true(columns < WORD_PAGE_RAW + 64 + 10);
		assert_true(last / 8 < WORD_PAGE_LISTS);
		assert_true(m->words.fences.fence[i].page_len <= WORD_PAGE_MAX);
	}
	word_page_done(&page);
}

static void pages_close_when_their_columns_are_full(void **state)
{
	enum { WORDS = 24000, RECORDS = 20 };
	struct buf text[RECORDS] = { { 0 } };
	struct fiche_article a[RECORDS] = { { 0 } };
	size_t by_columns, by_lists;
	struct memory_words m;
	struct plain p;

	(void)state;
	for (size_t w = 0; w < WORDS; w++) {
		struct buf *b = &text[w * 7 % RECORDS];

		texts_word(b, w);
		buf_text(b, " ");
	}
	for (size_t i = 0; i < RECORDS; i++) {
		assert_true(buf_ok(&text[i]));
		a[i].text =
			(struct fiche_text){ (char *)text[i].ptr, text[i].len };
	}
	p = make_plain(a, RECORDS);
	make_whole(&m, a, RECORDS);
	require_all(&m, &p);
	require_pages(&m, &by_columns, &by_lists);
	print_message("%zu words, %zu pages\n", words_of(&p), by_columns + 1);
	assert_true(words_of(&p) > 20000);
	assert_true(by_columns > 5);
	assert_int_equal(by_lists, 0);
	memory_words_done(&m);
	plain_done(&p);
	for (size_t i = 0; i < RECORDS; i++)
		buf_done(&text[i]);
}

static void pages_of_an_index_like_any_close_either_way(void **state)
{
	size_t by_columns, by_lists;
	struct memory_words m;
	struct plain p;
	struct texts t;

	(void)state;
	texts_make(&t, 5, 1500, 60000, 400);
	p = make_plain(t.article, t.count);
	make_whole(&m, t.article, t.count);
	require_all(&m, &p);
	require_pages(&m, &by_columns, &by_lists);
	print_message("%zu words, pages: %zu by columns, %zu by lists\n",
	              words_of(&p), by_columns, by_lists);
	assert_true(by_columns + by_lists > 5);
	memory_words_done(&m);
	plain_done(&p);
	texts_done(&t);
}

static void pages_close_when_their_lists_are_full(void **state)
{
	enum { RECORDS = 40000, WORDS = 700, IN_EACH = 127 };
	struct fiche_article *a = calloc(RECORDS, sizeof(*a));
	struct buf *text = calloc(RECORDS, sizeof(*text));
	size_t by_columns, by_lists;
	struct memory_words m;
	struct plain p;
	uint64_t rng = 3;

	(void)state;
	assert_true(a && text);
	for (unsigned w = 0; w < WORDS; w++)
		for (unsigned i = 0; i < IN_EACH; i++) {
			size_t n = i * (RECORDS / IN_EACH) +
			           texts_any(&rng, RECORDS / IN_EACH);

			/* Far above its mean, so that a list is long. */
			for (uint64_t k = texts_any(&rng, 12) + 1; k > 0; k--)
				buf_printf(&text[n], "w%u ", w);
		}
	for (size_t i = 0; i < RECORDS; i++) {
		assert_true(buf_ok(&text[i]));
		a[i].text =
			(struct fiche_text){ (char *)text[i].ptr, text[i].len };
	}
	p = make_plain(a, RECORDS);
	make_whole(&m, a, RECORDS);
	require_all(&m, &p);
	require_pages(&m, &by_columns, &by_lists);
	assert_int_equal(m.segment.wpst.len, 0);
	assert_int_equal(by_columns, 0);
	assert_true(by_lists >= 2);
	memory_words_done(&m);
	plain_done(&p);
	for (size_t i = 0; i < RECORDS; i++)
		buf_done(&text[i]);
	free(text);
	free(a);
}

/* ---- looking up ---- */

/* The first entry of the first word that is not below the key. */
static size_t lower(const struct plain *p, const uint8_t *key, size_t len)
{
	size_t lo = 0, hi = p->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (term_compare(p->entry[mid].word, p->entry[mid].len, key,
		                 len) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void require_seek(struct asking *a, const struct plain *p,
                         const uint8_t *key, size_t len)
{
	const size_t at = lower(p, key, len);
	const bool there = at < p->count && p->entry[at].len == len &&
	                   memcmp(p->entry[at].word, key, len) == 0;
	struct fiche_error err = { 0 };
	size_t i = at;

	assert_int_equal(word_walk_find(&a->walk, key, len, &err),
	                 there ? 0 : FICHE_END);
	if (there)
		require_word(a, p, at);
	assert_int_equal(word_walk_seek(&a->walk, key, len, &err), 0);
	/* Over the end of a page, now and then. */
	for (int n = 0; n < 3; n++) {
		int r = word_walk_next(&a->walk, &err);

		assert_int_equal(r, i < p->count ? 0 : FICHE_END);
		if (r == FICHE_END)
			break;
		require_word(a, p, i);
		i = next_word(p, i);
	}
}

static void every_word_is_found_and_nothing_else(void **state)
{
	struct memory_words m;
	struct asking a;
	struct plain p;
	struct texts t;
	uint64_t rng = 1;

	(void)state;
	texts_make(&t, 6, 400, 9000, 150);
	p = make_plain(t.article, t.count);
	make_whole(&m, t.article, t.count);
	assert_true(m.words.fences.count > 2);
	ask(&a, &m);
	require_seek(&a, &p, (const uint8_t *)"", 0);
	require_seek(&a, &p, (const uint8_t *)"\0", 1);
	require_seek(&a, &p, (const uint8_t *)"\xff", 1);
	for (size_t i = 0; i < p.count; i = next_word(&p, i)) {
		const struct entry *e = &p.entry[i];
		uint8_t key[WORD_MAX + 1];

		memcpy(key, e->word, e->len);
		require_seek(&a, &p, key, e->len);
		/* Right above it, right below it, and a part of it. */
		key[e->len] = 0;
		require_seek(&a, &p, key, e->len + 1u);
		key[e->len - 1]--;
		key[e->len] = 0xff;
		require_seek(&a, &p, key, e->len + 1u);
		require_seek(&a, &p, e->word, texts_any(&rng, e->len));
	}
	asking_done(&a);
	memory_words_done(&m);
	plain_done(&p);
	texts_done(&t);
}

static void postings_are_appended_and_shifted(void **state)
{
	struct posting_buf all = { 0 };
	struct fiche_error err = { 0 };
	struct buf scratch = { 0 };
	struct memory_words m;
	struct word_walk w;
	struct texts t;
	size_t count = 0;

	(void)state;
	texts_make(&t, 8, 300, 50, 100);
	make_whole(&m, t.article, t.count);
	word_walk_init(&w, &m.words, &m.in.in);
	while (word_walk_next(&w, &err) == 0) {
		uint32_t shift = (uint32_t)count * 3;

		assert_int_equal(
			word_walk_postings(&w, shift, &all, &scratch, &err), 0);
		assert_int_equal(all.count, count + w.page.count);
		for (; count < all.count; count++)
			assert_true(all.p[count].idx - shift < t.count);
	}
	word_walk_done(&w);
	alloc_free(all.p);
	buf_done(&scratch);
	memory_words_done(&m);
	texts_done(&t);
}

/* ---- failures ---- */

/* All that reads an index; the first failure. */
static int read_all(struct memory_words *m, struct fiche_error *err)
{
	struct asking a;
	int r = words_open(&m->words, &m->segment, &m->in.in, err);

	if (r < 0)
		return r;
	ask(&a, m);
	r = word_walk_find(&a.walk, "ko", 2, err);
	if (r >= 0)
		r = word_walk_seek(&a.walk, "", 0, err);
	while (r == 0) {
		a.list.count = 0;
		r = word_walk_next(&a.walk, err);
		if (r == 0)
			r = word_walk_postings(&a.walk, 0, &a.list, &a.scratch,
			                       err);
	}
	asking_done(&a);
	if (r == FICHE_END) {
		struct memory_words merged;
		const struct words_plan plan = { 0, 0 };

		r = memory_words_make(&merged, m, 1, NULL, 0, &plan, err);
		if (r == 0)
			memory_words_done(&merged);
	}
	words_done(&m->words);
	memset(&m->words, 0, sizeof(m->words));
	return r;
}

static void a_read_that_fails_is_told(void **state)
{
	struct memory_words m;
	struct texts t;
	uint64_t tried = 0;

	(void)state;
	texts_make(&t, 9, 900, 9000, 40);
	make_whole(&m, t.article, t.count);
	words_done(&m.words);
	for (uint64_t n = 1;; n++, tried++) {
		struct fiche_error err = { 0 };
		int r;

		m.in.reads = 0;
		m.in.fail_at = n;
		r = read_all(&m, &err);
		if (m.in.reads < n) {
			assert_int_equal(r, 0);
			break;
		}
		assert_int_equal(r, FICHE_ERR_IO);
		assert_int_equal(err.code, FICHE_ERR_IO);
	}
	print_message("%u reads failed\n", (unsigned)tried);
	assert_true(tried > 20);
	memory_words_done(&m);
	texts_done(&t);
}

static void a_write_that_fails_is_told(void **state)
{
	struct fiche_error err = { 0 };
	struct memory_words m;
	struct words_part part;
	struct words_input in = { .parts = &part, .part_count = 1 };
	struct texts t;
	uint64_t tried = 0;

	(void)state;
	texts_make(&t, 9, 900, 9000, 40);
	make_whole(&m, t.article, t.count);
	part = (struct words_part){ &m.words, &m.in.in };
	for (int kind = 0; kind < 2; kind++)
		for (uint64_t n = 1;; n++, tried++) {
			struct memory_out pages, lists;
			struct words_output out = { .pages = &pages.out,
				                    .lists = &lists.out };
			bool hit;
			int r;

			memory_out_init(&pages);
			memory_out_init(&lists);
			pages.fail_at = kind == 0 ? n : 0;
			lists.fail_at = kind == 1 ? n : 0;
			r = words_merge(&in, &out, &err);
			hit = (kind ? lists.writes : pages.writes) >= n;
			words_output_done(&out);
			buf_done(&pages.bytes);
			buf_done(&lists.bytes);
			assert_int_equal(r, hit ? FICHE_ERR_IO : 0);
			if (!hit)
				break;
		}
	assert_true(tried > 5);
	memory_words_done(&m);
	texts_done(&t);
}

static void memory_that_is_not_there_is_told(void **state)
{
	static const struct words_plan plan = { 4, 11 };
	struct memory_words m, part;
	struct fiche_error err = { 0 };
	struct texts t;
	long tried = 0;

	(void)state;
	texts_make(&t, 10, 160, 700, 60);
	make_whole(&part, t.article, 140);
	for (int for_ever = 0; for_ever < 2; for_ever++)
		for (long n = 0;; n++, tried++) {
			unsigned long fired;
			int r;

			alloc_fail_after(n, for_ever);
			r = memory_words_make(&m, &part, 1, t.article + 140, 20,
			                      &plan, &err);
			fired = alloc_faults_fired();
			alloc_fail_after(-1, false);
			if (r == 0)
				memory_words_done(&m);
			if (!fired)
				break;
			assert_int_equal(r, FICHE_ERR_NOMEM);
			assert_int_equal(err.code, FICHE_ERR_NOMEM);
		}
	print_message("%ld allocations failed\n", tried);
	memory_words_done(&part);
	texts_done(&t);
}

/* ---- lies ---- */

/* Few words, with short and long lists. */
static void make_small(struct memory_words *out, struct texts *t)
{
	texts_make(t, 4, 230, 40, 14);
	make_whole(out, t->article, t->count);
	words_done(&out->words);
	assert_true(out->segment.wpst.len > 0);
}

static void drive(const uint8_t *bytes, const struct memory_words *like,
                  uint64_t len, size_t *whole)
{
	struct memory_words m;

	memory_words_wire(&m, bytes, len, like->segment.count,
	                  like->segment.word.len);
	*whole += memory_words_drive(&m);
}

static void any_byte_may_be_another_one(void **state)
{
	size_t whole = 0, tried = 0;
	struct memory_words m;
	uint8_t *copy;
	struct texts t;

	(void)state;
	make_small(&m, &t);
	copy = malloc(m.bytes.len);
	assert_non_null(copy);
	memcpy(copy, m.bytes.ptr, m.bytes.len);
	drive(copy, &m, m.bytes.len, &whole);
	assert_int_equal(whole, 1);
	/* One norm is like the others. */
	for (size_t at = m.segment.count - 1; at < m.bytes.len; at++) {
		const uint8_t is = m.bytes.ptr[at];
		const uint8_t other[] = { 0,
			                  1,
			                  127,
			                  128,
			                  255,
			                  (uint8_t)(is + 1),
			                  (uint8_t)(is - 1),
			                  is ^ 16,
			                  is ^ 64 };

		for (size_t k = 0; k < sizeof(other); k++) {
			copy[at] = other[k];
			drive(copy, &m, m.bytes.len, &whole);
			tried++;
		}
		copy[at] = is;
	}
	print_message("%zu bytes, %zu lies, %zu of them tell something\n",
	              m.bytes.len, tried, whole);
	free(copy);
	memory_words_done(&m);
	texts_done(&t);
}

static void the_index_may_end_anywhere(void **state)
{
	size_t whole = 0;
	struct memory_words m;
	struct texts t;

	(void)state;
	make_small(&m, &t);
	for (uint64_t len = m.segment.wpst.at; len < m.bytes.len; len++) {
		uint8_t *copy = malloc((size_t)len);

		assert_non_null(copy);
		memcpy(copy, m.bytes.ptr, (size_t)len);
		drive(copy, &m, len, &whole);
		free(copy);
	}
	assert_int_equal(whole, 0);
	/* WORD cut, and what is behind it taken for long lists. */
	for (uint64_t cut = 1; cut <= m.segment.word.len - 24; cut++) {
		struct memory_words short_one;

		memory_words_wire(&short_one, m.bytes.ptr, m.bytes.len,
		                  m.segment.count, m.segment.word.len - cut);
		assert_false(memory_words_drive(&short_one));
	}
	memory_words_done(&m);
	texts_done(&t);
}

/* ---- pages that lie behind their frame ---- */

/* A page with this content in its frame, and these bits behind. */
static struct buf packed(const uint8_t *raw, size_t raw_len,
                         const uint8_t *lists, size_t lists_len)
{
	struct buf out = { 0 };
	uint8_t frame[RAW_MAX + 64];
	size_t len = ZSTD_compress(frame, sizeof(frame), raw, raw_len, 1);

	assert_false(ZSTD_isError(len));
	buf_varint(&out, len);
	buf_put(&out, frame, len);
	buf_put(&out, lists, lists_len);
	assert_true(buf_ok(&out));
	return out;
}

/* True: it was read to its end. */
static bool walk_page(struct word_page *page, const struct buf *stored,
                      uint64_t records, bool lists)
{
	struct posting list[POSTINGS_BLOCK];
	uint8_t last[WORD_MAX], *copy = malloc(stored->len);
	struct bytes bytes = { copy, stored->len };
	size_t last_len = 0;
	bool good;

	assert_non_null(copy);
	memcpy(copy, stored->ptr, stored->len);
	good = word_page_load(page, bytes, records) == 0;
	assert_int_equal(page->bad, !good);
	while (good && word_page_next(page)) {
		assert_true(page->len >= 1 && page->len <= WORD_MAX);
		assert_true(page->count >= 1 && page->count <= records);
		assert_true(term_compare(last, last_len, page->word,
		                         page->len) < 0);
		memcpy(last, page->word, page->len);
		last_len = page->len;
		if (lists && page->count < POSTINGS_BLOCK &&
		    word_page_list(page, list))
			for (size_t i = 0; i < page->count; i++)
				assert_true(list[i].idx < records &&
				            (i == 0 ||
				             list[i].idx > list[i - 1].idx));
	}
	good = good && !page->bad;
	free(copy);
	return good;
}

static void a_page_whose_frame_lies_is_refused_or_a_page(void **state)
{
	static const uint8_t other[] = { 0,   1,   2,   14,  15,  16,  17,  31,
		                         32,  63,  64,  65,  96,  127, 128, 129,
		                         192, 224, 239, 240, 241, 254, 255 };
	struct word_page page = { 0 }, trial = { 0 };
	size_t tried = 0, good = 0;
	struct memory_words m;
	struct buf stored;
	struct texts t;

	(void)state;
	texts_make(&t, 4, 230, 40, 14);
	make_whole(&m, t.article, t.count);
	load_page(&page, &m, 0);
	assert_true(page.raw.len <= RAW_MAX);
	for (size_t at = 0; at < page.raw.len; at++) {
		const uint8_t is = page.raw.ptr[at];

		for (size_t k = 0; k < sizeof(other); k++, tried++) {
			page.raw.ptr[at] = other[k];
			stored = packed(page.raw.ptr, page.raw.len,
			                page.lists.ptr, page.lists.len);
			if (walk_page(&trial, &stored, m.segment.count, k & 1))
				good++;
			else
				assert_true(other[k] != is);
			buf_done(&stored);
		}
		page.raw.ptr[at] = is;
	}
	for (size_t len = 1; len < page.raw.len; len++) {
		stored = packed(page.raw.ptr, len, page.lists.ptr,
		                page.lists.len);
		assert_false(walk_page(&trial, &stored, m.segment.count, true));
		buf_done(&stored);
	}
	for (size_t len = 0; len < page.lists.len; len++) {
		stored =
			packed(page.raw.ptr, page.raw.len, page.lists.ptr, len);
		assert_false(
			walk_page(&trial, &stored, m.segment.count, len & 1));
		buf_done(&stored);
	}
	print_message("%zu bytes of columns, %zu lies, %zu are pages\n",
	              page.raw.len, tried, good);
	word_page_done(&page);
	word_page_done(&trial);
	memory_words_done(&m);
	texts_done(&t);
}

/* Spec 3.5: varint length of a zstd frame; the frame, which carries its content
 * size. */
static void a_page_has_exactly_one_frame(void **state)
{
	static const uint8_t skippable[] = {
		0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0
	};
	static const uint8_t empty[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x20,
		                         0,    1,    0,    0 };
	static const struct {
		const uint8_t *bytes;
		size_t len;
	} behind[] = { { skippable, sizeof(skippable) },
		       { empty, sizeof(empty) },
		       { empty, 1 } };
	struct word_page page = { 0 }, trial = { 0 };
	struct memory_words m;
	struct cursor c;
	struct buf good;
	struct bytes frame;
	struct texts t;

	(void)state;
	texts_make(&t, 4, 230, 40, 14);
	make_whole(&m, t.article, t.count);
	load_page(&page, &m, 0);
	good = packed(page.raw.ptr, page.raw.len, page.lists.ptr,
	              page.lists.len);
	assert_true(walk_page(&trial, &good, m.segment.count, true));
	cursor_init(&c, good.ptr, good.len);
	frame = cursor_take(&c, (size_t)cursor_varint(&c));
	for (size_t i = 0; i < sizeof(behind) / sizeof(*behind); i++) {
		struct buf b = { 0 };

		buf_varint(&b, frame.len + behind[i].len);
		buf_put(&b, frame.ptr, frame.len);
		buf_put(&b, behind[i].bytes, behind[i].len);
		buf_put(&b, page.lists.ptr, page.lists.len);
		assert_true(buf_ok(&b));
		assert_false(walk_page(&trial, &b, m.segment.count, true));
		buf_done(&b);
	}
	buf_done(&good);
	word_page_done(&page);
	word_page_done(&trial);
	memory_words_done(&m);
	texts_done(&t);
}

/* Those of zstd 0.7 are no frames of RFC 8878, although libzstd may know them.
 */
static void a_frame_from_before_the_standard_is_refused(void **state)
{
	/* One word "a" in the one record: columns, and bits. */
	static const uint8_t raw[] = { 1, 1, 1, 0, 0x01, 1, 'a' };
	static const uint8_t lists[] = { 0x06 };
	struct word_page trial = { 0 };
	struct buf old = { 0 }, good;

	(void)state;
	good = packed(raw, sizeof(raw), lists, sizeof(lists));
	assert_true(walk_page(&trial, &good, 1, true));
	buf_varint(&old, 6 + 3 + sizeof(raw) + 3);
	buf_u32(&old, 0xFD2FB527);
	buf_u16(&old, sizeof(raw) << 8 | 0x20);
	buf_uint(&old, (uint64_t)sizeof(raw) << 16 | 0x40, 3);
	buf_put(&old, raw, sizeof(raw));
	buf_uint(&old, 0xC0, 3);
	buf_put(&old, lists, sizeof(lists));
	assert_true(buf_ok(&old));
	assert_false(walk_page(&trial, &old, 1, true));
	word_page_done(&trial);
	buf_done(&good);
	buf_done(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_bytes_do_not_depend_on_blocks_runs_and_parts),
		cmocka_unit_test(records_without_words_are_records),
		cmocka_unit_test(
			a_word_of_title_text_and_tags_is_counted_once_in_each),
		cmocka_unit_test(counts_above_31_are_31_and_lengths_go_on),
		cmocka_unit_test(long_words_that_begin_alike_stay_apart),
		cmocka_unit_test(pages_close_when_their_columns_are_full),
		cmocka_unit_test(pages_close_when_their_lists_are_full),
		cmocka_unit_test(pages_of_an_index_like_any_close_either_way),
		cmocka_unit_test(every_word_is_found_and_nothing_else),
		cmocka_unit_test(postings_are_appended_and_shifted),
		cmocka_unit_test(a_read_that_fails_is_told),
		cmocka_unit_test(a_write_that_fails_is_told),
		cmocka_unit_test(memory_that_is_not_there_is_told),
		cmocka_unit_test(any_byte_may_be_another_one),
		cmocka_unit_test(the_index_may_end_anywhere),
		cmocka_unit_test(a_page_whose_frame_lies_is_refused_or_a_page),
		cmocka_unit_test(a_page_has_exactly_one_frame),
		cmocka_unit_test(a_frame_from_before_the_standard_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
