/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_snippet.c - the passage that shows why an article was found, and the
 * marks in it; of texts, and of any bytes.
 *
 * The marks depend on the words of the query only, so no archive is needed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fiche/search.h"
#include "index/token.h"
#include "support/archive_case.h"
#include "support/search_oracle.h"
#include "support/texts.h"

#define PLACES_MAX 4000
#define GROUPS_MAX 40

/* ---- a query without an archive ---- */

struct asked {
	struct fiche_query *q;
	struct fiche_hits *h;
	struct query tree;
	const struct query_node *group[GROUPS_MAX];
	size_t count;
};

static void add_groups(struct asked *k, const struct query_node *n)
{
	if (n->kind <= QUERY_SINGLE) {
		assert_true(k->count < GROUPS_MAX);
		k->group[k->count++] = n;
	}
	for (size_t i = 0; i < n->child_count; i++)
		add_groups(k, n->child[i]);
}

static void ask(struct asked *k, const char *text)
{
	struct fiche_reader *none = NULL;

	k->count = 0;
	assert_int_equal(fiche_query_parse(&k->q, text, strlen(text), NULL), 0);
	assert_int_equal(query_parse(&k->tree, text, strlen(text), NULL), 0);
	if (k->tree.root)
		add_groups(k, k->tree.root);
	assert_int_equal(fiche_search(&k->h, &none, 0, k->q, NULL, NULL), 0);
}

static void asked_done(struct asked *k)
{
	fiche_hits_free(k->h);
	fiche_query_free(k->q);
	query_done(&k->tree);
}

/* ---- what has to be marked ---- */

/* Words of a text that the query looks for. */
struct places {
	struct {
		size_t from, to;
		uint64_t groups;
	} at[PLACES_MAX];
	size_t count;
	size_t longest;   /* characters of any word, wanted or not */
	size_t first_end; /* of the first word */
	/* Bytes that stand within a word of letters, or within a character. */
	bool inside[PLACES_MAX * 4];
};

static bool is_lead(char c)
{
	return ((unsigned char)c & 0xc0) != 0x80;
}

static size_t chars_of(const char *text, size_t from, size_t to)
{
	size_t n = 0;

	for (; from < to; from++)
		n += is_lead(text[from]);
	return n;
}

static uint64_t groups_of(const struct asked *k, const struct token *t)
{
	const struct oracle_word w = { (const char *)t->bytes, t->len };
	uint64_t groups = 0;

	for (size_t i = 0; i < k->count; i++)
		if (oracle_stands_for(k->group[i], &w, false))
			groups |= UINT64_C(1) << i;
	return groups;
}

static void find_places(struct places *p, const struct asked *k,
                        struct fiche_text text)
{
	struct tokenizer words;
	struct token t;

	p->count = p->longest = 0;
	assert_true(text.len < sizeof(p->inside));
	memset(p->inside, 0, text.len + 1);
	tokenizer_init(&words, text.ptr, text.len);
	while (tokenizer_next(&words, &t)) {
		const uint64_t groups = groups_of(k, &t);
		const size_t chars = chars_of(text.ptr, t.from, t.to);

		if (p->longest == 0)
			p->first_end = t.to;
		p->longest = chars > p->longest ? chars : p->longest;
		for (size_t i = t.from + 1; i < t.to; i++)
			if (t.kind == TOKEN_WORD || !is_lead(text.ptr[i]))
				p->inside[i] = true;
		if (!groups)
			continue;
		assert_true(p->count < PLACES_MAX);
		p->at[p->count].from = t.from;
		p->at[p->count].to = t.to;
		p->at[p->count++].groups = groups;
	}
}

static unsigned bits(uint64_t v)
{
	return (unsigned)__builtin_popcountll(v);
}

/* The most different words of the query that stand within `chars`. */
static unsigned best_kinds(const struct places *p, const char *text,
                           size_t chars)
{
	unsigned best = 0;

	for (size_t i = 0; i < p->count; i++) {
		uint64_t groups = 0;

		for (size_t k = i; k < p->count; k++) {
			if (k > i &&
			    chars_of(text, p->at[i].from, p->at[k].to) > chars)
				break;
			groups |= p->at[k].groups;
			best = bits(groups) > best ? bits(groups) : best;
		}
	}
	return best;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool only_blanks(const char *text, size_t from, size_t to)
{
	while (from < to && is_blank(text[from]))
		from++;
	return from == to;
}

/* The marks are the places within the snippet; those that touch are one. */
static uint64_t require_marks(const struct places *p,
                              const struct fiche_snippet *s, size_t from)
{
	const size_t to = from + s->text.len;
	uint64_t groups = 0;
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++) {
		if (p->at[i].from < from || p->at[i].to > to)
			continue;
		if (n > 0 && p->at[i].from - from <= s->marks[n - 1].to) {
			groups |= p->at[i].groups;
			assert_true(p->at[i].to - from <= s->marks[n - 1].to);
			continue;
		}
		if (n == FICHE_SNIPPET_MARKS)
			break;
		groups |= p->at[i].groups;
		assert_true(n < s->mark_count);
		assert_int_equal(s->marks[n].from, p->at[i].from - from);
		n++;
	}
	assert_int_equal(n, s->mark_count);
	return groups;
}

/* Whatever the text is. */
static size_t require_shape(struct fiche_text text,
                            const struct fiche_snippet *s)
{
	size_t from;

	if (text.len == 0) {
		assert_int_equal(s->text.len, 0);
		assert_int_equal(s->mark_count, 0);
		assert_false(s->cut_before || s->cut_after);
		return 0;
	}
	assert_true(s->text.ptr >= text.ptr);
	from = (size_t)(s->text.ptr - text.ptr);
	assert_true(from <= text.len && s->text.len <= text.len - from);
	assert_int_equal(s->cut_before, !only_blanks(text.ptr, 0, from));
	assert_int_equal(s->cut_after,
	                 !only_blanks(text.ptr, from + s->text.len, text.len));
	if (s->text.len > 0)
		assert_false(is_blank(s->text.ptr[0]) ||
		             is_blank(s->text.ptr[s->text.len - 1]));
	assert_true(s->mark_count <= FICHE_SNIPPET_MARKS);
	for (size_t i = 0; i < s->mark_count; i++) {
		assert_true(s->marks[i].from < s->marks[i].to);
		assert_true(s->marks[i].to <= s->text.len);
		if (i > 0)
			assert_true(s->marks[i].from > s->marks[i - 1].to);
	}
	return from;
}

static void require_snippet(struct places *p, const struct asked *k,
                            struct fiche_text text, size_t chars)
{
	struct fiche_snippet s;
	size_t from, to, len;
	uint64_t groups;
	unsigned best;

	fiche_hits_snippet(k->h, text, chars, &s);
	from = require_shape(text, &s);
	to = from + s.text.len;
	find_places(p, k, text);
	/* It begins and ends at words, unless the first one is too long; marks
	 * are the words of the text. */
	if (p->inside[from] || (p->inside[to] && p->first_end <= to))
		fail_msg("'%.*s' is cut out of '%.*s'", (int)s.text.len,
		         s.text.ptr, (int)text.len, text.ptr);
	groups = require_marks(p, &s, from);
	/* And shows the most that can be shown. */
	best = best_kinds(p, text.ptr, chars);
	if (s.mark_count < FICHE_SNIPPET_MARKS && bits(groups) < best)
		fail_msg("%u of %u words in '%.*s'", bits(groups), best,
		         (int)s.text.len, s.text.ptr);
	len = chars_of(text.ptr, from, to);
	if (len > chars && len > p->longest)
		fail_msg("%zu characters, not %zu: '%.*s'", len, chars,
		         (int)s.text.len, s.text.ptr);
}

/* ---- texts ---- */

static const char *const queries[] = {
	"ko",
	"ko sta ми",
	"ko* OR \"sta mus\"",
	"港 OR 渡",
	"-ko",
	"title:ko лё",
	"新* 大",
	"nowhere",
	"l* OR б* OR π*",
	"",
	"ko near/3 ми re* ρο*",
};

#define QUERIES (sizeof(queries) / sizeof(*queries))

static void a_snippet_is_a_passage_of_the_text_with_its_words_marked(
	void **state)
{
	static const size_t lengths[] = { 0, 1, 5, 20, 60, 160, 400, 100000 };
	struct places *p = malloc(sizeof(*p));
	uint64_t rng = 1;
	size_t tried = 0;

	(void)state;
	assert_non_null(p);
	for (size_t q = 0; q < QUERIES; q++) {
		struct asked k;

		ask(&k, queries[q]);
		for (int n = 0; n < 60; n++) {
			struct buf b = { 0 };
			struct fiche_text text;

			texts_some(&b, &rng, 1 + (size_t)texts_any(&rng, 200),
			           (size_t)texts_any(&rng, 200));
			assert_true(buf_ok(&b));
			text.ptr = (const char *)b.ptr;
			text.len = b.len;
			for (size_t i = 0;
			     i < sizeof(lengths) / sizeof(*lengths);
			     i++, tried++)
				require_snippet(p, &k, text, lengths[i]);
			buf_done(&b);
		}
		asked_done(&k);
	}
	print_message("%zu snippets\n", tried);
	free(p);
}

/* ---- by hand ---- */

static void the_best_passage_is_shown(void **state)
{
	static const struct {
		const char *query, *text;
		size_t chars;
		const char *snippet; /* marks in brackets, cuts as .. */
	} row[] = {
		{ "flood", "", 20, "" },
		{ "flood", "no such word here", 8, "no such.." },
		{ "flood", "  Flood  ", 20, "[Flood]" },
		{ "flood", "\n\nThe flood.\n", 20, "The [flood]." },
		{ "flood", "Flood-hit towns", 60, "[Flood]-hit towns" },
		{ "flood mayor",
		  "flood here, and the mayor; far away a flood hit the mayor",
		  20, "..[flood] hit the [mayor]" },
		{ "flood", "one two three four flood five six seven eight", 20,
		  "..[flood] five six.." },
		{ "\"storm surge\"", "a storm and a storm surge", 14,
		  "..a [storm] [surge]" },
		{ "-draft", "a draft", 20, "a [draft]" },
		{ "fl*", "flow, flag; fly", 20, "[flow], [flag]; [fly]" },
		{ "联播", "看新闻联播了", 20, "看新闻[联播]了" },
		{ "新闻联播", "看新闻联播了", 20, "看[新闻联播]了" },
		{ "闻", "新闻联播", 20, "[新闻联]播" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		const struct fiche_text text = { row[i].text,
			                         strlen(row[i].text) };
		struct buf b = { 0 };
		struct fiche_snippet s;
		struct asked k;
		size_t mark = 0;

		ask(&k, row[i].query);
		fiche_hits_snippet(k.h, text, row[i].chars, &s);
		buf_text(&b, s.cut_before ? ".." : "");
		for (size_t at = 0; at <= s.text.len; at++) {
			if (mark < s.mark_count && s.marks[mark].to == at) {
				buf_text(&b, "]");
				mark++;
			}
			if (mark < s.mark_count && s.marks[mark].from == at)
				buf_text(&b, "[");
			if (at < s.text.len)
				buf_u8(&b, (uint8_t)s.text.ptr[at]);
		}
		buf_text(&b, s.cut_after ? ".." : "");
		buf_u8(&b, 0);
		assert_true(buf_ok(&b));
		assert_string_equal((char *)b.ptr, row[i].snippet);
		buf_done(&b);
		asked_done(&k);
	}
}

static void a_text_may_be_no_text_at_all(void **state)
{
	struct fiche_snippet s;
	struct asked k;

	(void)state;
	ask(&k, "flood");
	for (size_t chars = 0; chars < 3; chars++) {
		fiche_hits_snippet(k.h, (struct fiche_text){ NULL, 0 }, chars,
		                   &s);
		(void)require_shape((struct fiche_text){ NULL, 0 }, &s);
	}
	asked_done(&k);
}

static void more_marks_than_there_is_room_for_are_left_out(void **state)
{
	struct buf b = { 0 };
	struct fiche_snippet s;
	struct fiche_text text;
	struct asked k;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_text(&b, "x, ");
	assert_true(buf_ok(&b));
	text = (struct fiche_text){ (const char *)b.ptr, b.len };
	ask(&k, "x");
	fiche_hits_snippet(k.h, text, 100000, &s);
	(void)require_shape(text, &s);
	assert_int_equal(s.mark_count, FICHE_SNIPPET_MARKS);
	asked_done(&k);
	buf_done(&b);
}

/* More words than the marks tell apart. */
static void a_query_may_have_any_number_of_words(void **state)
{
	struct buf q = { 0 }, t = { 0 };
	struct fiche_text text;
	struct fiche_query *query;
	struct fiche_reader *none = NULL;
	struct fiche_snippet s;
	struct fiche_hits *h;

	(void)state;
	for (int i = 0; i < 500; i++) {
		buf_printf(&q, "w%d ", i);
		buf_printf(&t, "w%d x ", i);
	}
	assert_true(buf_ok(&q) && buf_ok(&t));
	text = (struct fiche_text){ (const char *)t.ptr, t.len };
	assert_int_equal(
		fiche_query_parse(&query, (const char *)q.ptr, q.len, NULL), 0);
	assert_int_equal(fiche_search(&h, &none, 0, query, NULL, NULL), 0);
	for (size_t chars = 0; chars < 2000; chars += 37) {
		fiche_hits_snippet(h, text, chars, &s);
		(void)require_shape(text, &s);
		assert_true(s.mark_count > 0);
	}
	fiche_hits_free(h);
	fiche_query_free(query);
	buf_done(&q);
	buf_done(&t);
}

/* ---- any bytes ---- */

/* Bytes of texts, of broken characters, of none. */
static void any_bytes(char *out, size_t len, uint64_t *rng)
{
	static const char pieces[] = "ko ми港渡新 sta\xff\x80\xcc\x81\xe2\x80";
	const uint64_t kind = texts_any(rng, 4);

	for (size_t i = 0; i < len; i++)
		switch (kind) {
		case 0:
			out[i] = (char)texts_any(rng, 256);
			break;
		case 1:
			out[i] = (char)(texts_any(rng, 2)
			                        ? 0x80 + texts_any(rng, 64)
			                        : texts_any(rng, 256));
			break;
		case 2:
			out[i] = pieces[i % (sizeof(pieces) - 1)];
			break;
		default:
			out[i] = pieces[texts_any(rng, sizeof(pieces) - 1)];
			break;
		}
}

static void any_bytes_have_a_snippet(void **state)
{
	uint64_t rng = 3;
	size_t marks = 0;

	(void)state;
	for (size_t q = 0; q < QUERIES; q++) {
		struct asked k;

		ask(&k, queries[q]);
		for (int n = 0; n < 700; n++) {
			const size_t len = (size_t)texts_any(
				&rng, texts_any(&rng, 2) ? 40 : 2001);
			char *bytes = malloc(len ? len : 1);
			const struct fiche_text text = { bytes, len };
			struct fiche_snippet s;

			assert_non_null(bytes);
			any_bytes(bytes, len, &rng);
			fiche_hits_snippet(k.h, text,
			                   (size_t)texts_any(&rng, 401), &s);
			(void)require_shape(text, &s);
			marks += s.mark_count;
			free(bytes);
		}
		asked_done(&k);
	}
	print_message("%zu marks\n", marks);
	assert_true(marks > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_best_passage_is_shown),
		cmocka_unit_test(
			a_snippet_is_a_passage_of_the_text_with_its_words_marked),
		cmocka_unit_test(a_text_may_be_no_text_at_all),
		cmocka_unit_test(
			more_marks_than_there_is_room_for_are_left_out),
		cmocka_unit_test(a_query_may_have_any_number_of_words),
		cmocka_unit_test(any_bytes_have_a_snippet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
