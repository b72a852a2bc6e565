/* SPDX-License-Identifier: Apache-2.0 */
/* test_card.c - article/card: splitting and joining give the same bytes. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "article/card.h"
#include "article/fields.h"
#include "base/alloc.h"

struct split {
	struct buf card, body;
	bool ok;
};

static void do_split(struct split *s, const char *json, size_t len)
{
	memset(s, 0, sizeof(*s));
	s->ok = card_split(&s->card, &s->body, NULL, json, len);
}

static void split_done(struct split *s)
{
	buf_done(&s->card);
	buf_done(&s->body);
}

static void require_joined(const struct split *s, const char *json, size_t len)
{
	struct buf out = { 0 };

	assert_true(s->ok);
	assert_int_equal(card_join(&out, (const char *)s->card.ptr, s->card.len,
	                           (const char *)s->body.ptr, s->body.len,
	                           NULL),
	                 0);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.ptr, json, len);
	buf_done(&out);
}

/* Cards of records whose text is the only long string. */
static const struct {
	const char *rule;
	const char *json, *card, *body;
} rows[] = {
	{ "a plain text", "{\"id\": 1, \"text\": \"Hi\"}",
	  "{\"id\": 1, \"text\": \"\\u001f0:2\"}", "Hi" },
	{ "short escapes", "{\"text\":\"a\\\"\\\\\\n\\r\\t\\b\\f\\u0001\"}",
	  "{\"text\":\"\\u001f0:9\"}", "a\"\\\n\r\t\b\f\001" },
	{ "raw letters", "{\"text\":\"\xc3\xa9\"}", "{\"text\":\"\\u001f0:2\"}",
	  "\xc3\xa9" },
	{ "1: beyond ASCII", "{\"text\":\"\\u00e9\\ud83d\\ude00\"}",
	  "{\"text\":\"\\u001f1:6\"}", "\xc3\xa9\xf0\x9f\x98\x80" },
	{ "2: slashes", "{\"text\":\"a\\/b\"}", "{\"text\":\"\\u001f2:3\"}",
	  "a/b" },
	{ "1 + 4: upper case", "{\"text\":\"\\u00E9\\uD83D\\uDE00\"}",
	  "{\"text\":\"\\u001f5:6\"}", "\xc3\xa9\xf0\x9f\x98\x80" },
	{ "8: DEL", "{\"text\":\"a\\u007f\"}", "{\"text\":\"\\u001f8:2\"}",
	  "a\177" },
	{ "16: long \\b and \\f", "{\"text\":\"\\u0008\\u000c.\"}",
	  "{\"text\":\"\\u001f16:3\"}", "\b\f." },
	{ "32: HTML", "{\"text\":\"\\u003cp\\u003e\\u0026\"}",
	  "{\"text\":\"\\u001f32:4\"}", "<p>&" },
	{ "64: line ends of JavaScript",
	  "{\"text\":\"\xc3\xa9\\u2028\\u2029\"}", "{\"text\":\"\\u001f64:8\"}",
	  "\xc3\xa9\xe2\x80\xa8\xe2\x80\xa9" },
	{ "128: apostrophe", "{\"text\":\"it\\u0027s\"}",
	  "{\"text\":\"\\u001f128:4\"}", "it's" },
	{ "several habits", "{\"text\":\"\\u00e9\\/\\u003c\\u0027\"}",
	  "{\"text\":\"\\u001f163:5\"}", "\xc3\xa9/<'" },

	{ "a habit that is not kept", "{\"text\":\"\\u00e9\xc3\xa9\"}",
	  "{\"text\":\"\\u00e9\xc3\xa9\"}", "" },
	{ "mixed case", "{\"text\":\"\\u00e9\\u00E9\"}",
	  "{\"text\":\"\\u00e9\\u00E9\"}", "" },
	{ "a needless escape", "{\"text\":\"\\u0041\"}",
	  "{\"text\":\"\\u0041\"}", "" },
	{ "a raw line end", "{\"text\":\"a\nb\"}", "{\"text\":\"a\nb\"}", "" },
	{ "a lone surrogate", "{\"text\":\"\\ud83d.\"}",
	  "{\"text\":\"\\ud83d.\"}", "" },
	{ "foreign bytes", "{\"text\":\"a\xff\"}", "{\"text\":\"a\xff\"}", "" },

	{ "the preferred text", "{\"content\":\"c\",\"maintext\":\"m\"}",
	  "{\"content\":\"c\",\"maintext\":\"\\u001f0:1\"}", "m" },
	{ "of equal keys the last", "{\"text\":\"1\",\"text\":\"2\"}",
	  "{\"text\":\"1\",\"text\":\"\\u001f0:1\"}", "2" },
	{ "not a word for nothing", "{\"text\":\"None\",\"body\":\"b\"}",
	  "{\"text\":\"None\",\"body\":\"\\u001f0:1\"}", "b" },
	{ "the only string of an object", "{\"body\":{\"rendered\":\"b\"}}",
	  "{\"body\":{\"rendered\":\"\\u001f0:1\"}}", "b" },
	{ "several strings stay", "{\"body\":[\"a\",\"b\"]}",
	  "{\"body\":[\"a\",\"b\"]}", "" },
	{ "blanks outside", " {\"text\" : \"x\"} \r\n",
	  " {\"text\" : \"\\u001f0:1\"} \r\n", "x" },
	{ "a mark before", "\xef\xbb\xbf{\"text\":\"x\"}",
	  "\xef\xbb\xbf{\"text\":\"\\u001f0:1\"}", "x" },
	{ "no text", "{\"id\":1}", "{\"id\":1}", "" },
};

static void a_card_has_the_text_replaced_by_its_style_and_length(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		size_t len = strlen(rows[i].json);
		struct split s;

		do_split(&s, rows[i].json, len);
		if (!s.ok || s.card.len != strlen(rows[i].card) ||
		    memcmp(s.card.ptr, rows[i].card, s.card.len) != 0 ||
		    s.body.len != strlen(rows[i].body) ||
		    (s.body.len &&
		     memcmp(s.body.ptr, rows[i].body, s.body.len) != 0))
			fail_msg("row '%s': %d '%.*s'", rows[i].rule, s.ok,
			         (int)s.card.len, (const char *)s.card.ptr);
		require_joined(&s, rows[i].json, len);
		split_done(&s);
	}
}

/* A record with a value of `n` bytes under the key. */
static size_t long_value(char *out, size_t cap, const char *key, size_t n)
{
	int len = snprintf(out, cap, "{\"text\":\"t\",\"%s\":\"%0*d\"}", key,
	                   (int)n, 0);

	assert_true(len > 0 && (size_t)len < cap);
	return (size_t)len;
}

static void long_strings_move_unless_the_card_needs_them(void **state)
{
	static const struct {
		const char *key;
		size_t n;
		bool moves;
	} cases[] = {
		{ "html", 512, true },
		{ "html", 511, false },
		{ "summary", 600, false },
		{ "tags", 600, false },
		{ "comments", 600, true },
		{ "url", 600, false },
		{ "canonical_url", 600, false },
		{ "title", 600, false },
		{ "id", 600, false },
		{ "source", 600, false },
		{ "language", 600, false },
		{ "date", 600, false },
	};
	char json[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = long_value(json, sizeof(json), cases[i].key,
		                        cases[i].n);
		struct split s;

		do_split(&s, json, len);
		require_joined(&s, json, len);
		if (s.body.len != (cases[i].moves ? 2 + cases[i].n : 1))
			fail_msg("%s of %zu", cases[i].key, cases[i].n);
		split_done(&s);
	}
}

static void splitting_refuses_what_joining_could_not_restore(void **state)
{
	static const char *const refused[] = {
		"",
		"[1]",
		"\"text\"",
		"{\"text\":\"a\"",
		"{\"text\":\"a\"}x",
		"{\"text\":\"\\u001f0:3\"}",
		"{\"a\":\"\\u001f0:0\"}",
		"{\"a\":[\"\\u001f9\"],\"text\":\"abc\"}",
		"{\"\\u001f0:0\":1}",
		"{\"\\u001f0:1\":1,\"text\":\"abc\"}",
		"{\"a\":\"\\\"\\u001f0:1\\\"\",\"text\":\"abc\"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct split s = { 0 };

		buf_text(&s.card, "old");
		if (card_split(&s.card, &s.body, NULL, refused[i],
		               strlen(refused[i])) ||
		    s.card.len != 3 || s.body.len != 0)
			fail_msg("'%s'", refused[i]);
		split_done(&s);
	}
}

static void joining_refuses_a_body_that_does_not_fit(void **state)
{
	static const struct {
		const char *rule, *card, *body;
		int status;
	} cases[] = {
		{ "fits", "{\"a\":\"\\u001f0:3\"}", "abc", 0 },
		{ "an empty piece", "{\"a\":\"\\u001f0:0\"}", "", 0 },
		{ "two pieces", "[\"\\u001f0:1\",\"\\u001f0:1\"]", "a\nb", 0 },
		{ "not a placeholder", "[\"\\u001fx\",\"\\u001F0:1\"]", "", 0 },
		{ "body too short", "{\"a\":\"\\u001f0:3\"}", "ab", -8 },
		{ "body too long", "{\"a\":\"\\u001f0:3\"}", "abcd", -8 },
		{ "no placeholder", "{\"a\":1}", "a", -8 },
		{ "no separator", "[\"\\u001f0:1\",\"\\u001f0:1\"]", "ab", -8 },
		{ "another separator", "[\"\\u001f0:1\",\"\\u001f0:1\"]", "a b",
		  -8 },
		{ "a separator behind", "[\"\\u001f0:1\"]", "a\n", -8 },
		{ "style 256", "{\"a\":\"\\u001f256:3\"}", "abc", -8 },
		{ "zeros before the style", "{\"a\":\"\\u001f00:3\"}", "abc",
		  -8 },
		{ "zeros before the length", "{\"a\":\"\\u001f0:03\"}", "abc",
		  -8 },
		{ "no length", "{\"a\":\"\\u001f0:\"}", "abc", -8 },
		{ "no colon", "{\"a\":\"\\u001f0\"}", "abc", -8 },
		{ "more behind", "{\"a\":\"\\u001f0:3 \"}", "abc", -8 },
		{ "2^64", "{\"a\":\"\\u001f0:18446744073709551616\"}", "abc",
		  -8 },
		{ "2^64 - 1", "[\"\\u001f0:18446744073709551615\"]", "abc",
		  -8 },
		{ "a sum of 2^64",
		  "[\"\\u001f0:1\",\"\\u001f0:18446744073709551615\"]", "a\nb",
		  -8 },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fiche_text piece;
		size_t card_len = strlen(cases[i].card);
		size_t body_len = strlen(cases[i].body);

		buf_clear(&out);
		if (card_join(&out, cases[i].card, card_len, cases[i].body,
		              body_len, NULL) != cases[i].status)
			fail_msg("row '%s'", cases[i].rule);
		if (cases[i].status < 0) {
			assert_int_equal(out.len, 0);
			assert_false(card_piece(&piece, 0, cases[i].card,
			                        card_len, cases[i].body,
			                        body_len));
		}
	}
	buf_done(&out);
}

static const char many[] = "{\"id\":7,\"text\":\"one\\ntwo\",\"body\":[\"x\"],"
			   "\"t\\u00e9\":{\"a\":[1,null,\"\\u003cp\\u003e\"]}}";

static void no_truncated_card_or_body_is_read_out_of_bounds(void **state)
{
	struct split s;
	struct buf out = { 0 };
	struct fiche_text piece;
	char *card, *body;

	(void)state;
	do_split(&s, many, sizeof(many) - 1);
	assert_true(s.ok);
	/* Copies of the exact size, so that a sanitizer sees each byte. */
	for (size_t c = 0; c <= s.card.len; c++)
		for (size_t b = 0; b <= s.body.len; b++) {
			int r;

			card = alloc_bytes(c);
			body = alloc_bytes(b);
			memcpy(card, s.card.ptr, c);
			memcpy(body, s.body.ptr, b);
			buf_clear(&out);
			r = card_join(&out, card, c, body, b, NULL);
			if (card_piece(&piece, 0, card, c, body, b))
				assert_true(piece.len <= b);
			if (c == s.card.len)
				assert_int_equal(r, b == s.body.len ? 0 : -8);
			alloc_free(card);
			alloc_free(body);
		}
	buf_done(&out);
	split_done(&s);
}

static void no_flipped_byte_of_a_card_is_dangerous(void **state)
{
	struct split s;
	struct buf out = { 0 };

	(void)state;
	do_split(&s, many, sizeof(many) - 1);
	for (size_t at = 0; at < s.card.len; at++)
		for (unsigned bit = 0; bit < 8; bit++) {
			s.card.ptr[at] ^= (uint8_t)(1u << bit);
			buf_clear(&out);
			(void)card_join(&out, (const char *)s.card.ptr,
			                s.card.len, (const char *)s.body.ptr,
			                s.body.len, NULL);
			s.card.ptr[at] ^= (uint8_t)(1u << bit);
		}
	buf_done(&out);
	split_done(&s);
}

static uint32_t random_below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % n;
}

/* Write a string as an encoder of the style would, or a careless one. */
static void put_string(struct buf *out, uint64_t *seed, unsigned style,
                       unsigned len)
{
	static const char *const raw[] = {
		"a",
		"b c",
		"<",
		">",
		"&",
		"'",
		"/",
		"\177",
		"\xc3\xa9",
		"\xe2\x80\xa8",
		"\xf0\x9f\x98\x80",
		"\\n",
		"\\\"",
		"\\\\",
		"\\u0001",
		"\\b",
		"\\f",
	};
	static const struct {
		unsigned bit;
		const char *lower, *upper;
	} escaped[] = {
		{ 0 },
		{ 0 },
		{ 32, "\\u003c", "\\u003C" },
		{ 32, "\\u003e", "\\u003E" },
		{ 32, "\\u0026", "\\u0026" },
		{ 128, "\\u0027", "\\u0027" },
		{ 2, "\\/", "\\/" },
		{ 8, "\\u007f", "\\u007F" },
		{ 1, "\\u00e9", "\\u00E9" },
		{ 65, "\\u2028", "\\u2028" },
		{ 1, "\\ud83d\\ude00", "\\uD83D\\uDE00" },
		{ 0 },
		{ 0 },
		{ 0 },
		{ 0 },
		{ 16, "\\u0008", "\\u0008" },
		{ 16, "\\u000c", "\\u000C" },
	};
	bool careless = random_below(seed, 8) == 0;

	buf_text(out, "\"");
	for (unsigned i = 0; i < len; i++) {
		uint32_t k = random_below(seed, 17);

		if (careless && random_below(seed, 4) == 0)
			style = random_below(seed, 256);
		buf_text(out, !(escaped[k].bit & style) ? raw[k]
		              : style & 4               ? escaped[k].upper
		                                        : escaped[k].lower);
	}
	buf_text(out, "\"");
}

static void records_of_every_style_come_back(void **state)
{
	static const char *const keys[] = { "text",  "body", "html",
		                            "title", "tags", "metadata" };
	struct buf json = { 0 };
	uint64_t seed = 1;

	(void)state;
	for (unsigned i = 0; i < 4096; i++) {
		struct split s;

		buf_clear(&json);
		buf_text(&json, "{");
		for (unsigned k = 0; k < 6; k++) {
			buf_printf(&json, "%s\"%s\": ", k ? ", " : "",
			           keys[random_below(&seed, 6)]);
			if (k == 4)
				buf_text(&json, "[");
			put_string(&json, &seed, i % 256,
			           random_below(&seed, k == 3 ? 600 : 12));
			if (k == 4)
				buf_text(&json, "]");
		}
		buf_text(&json, "}");
		do_split(&s, (const char *)json.ptr, json.len);
		require_joined(&s, (const char *)json.ptr, json.len);
		split_done(&s);
	}
	buf_done(&json);
}

static void the_fields_of_a_card_point_at_the_piece_with_the_text(void **state)
{
	static const char json[] =
		"{\"a\":[{\"b\":\"%0600d\"}],\"summary\":\"%0600d\","
		"\"body\":\"the text\",\"title\":\"T\"}";
	struct fiche_article a = { 0 };
	struct arena arena = { 0 };
	struct buf line = { 0 };
	struct fiche_text text;
	struct split s;
	size_t piece = 0;

	(void)state;
	buf_printf(&line, json, 0, 0);
	do_split(&s, (const char *)line.ptr, line.len);
	require_joined(&s, (const char *)line.ptr, line.len);
	assert_int_equal(fields_from_json(&a, &piece, &arena,
	                                  (const char *)s.card.ptr, s.card.len,
	                                  NULL, 0, NULL),
	                 0);
	assert_int_equal(piece, 1);
	assert_null(a.text.ptr);
	assert_int_equal(a.summary.len, 600);
	assert_true(card_piece(&text, piece, (const char *)s.card.ptr,
	                       s.card.len, (const char *)s.body.ptr,
	                       s.body.len));
	assert_int_equal(text.len, 8);
	assert_memory_equal(text.ptr, "the text", 8);
	arena_done(&arena);
	buf_done(&line);
	split_done(&s);
}

static void running_out_of_memory_leaves_the_buffers_as_they_were(void **state)
{
	(void)state;
	for (long n = 0;; n++) {
		struct split s = { 0 };
		unsigned long fired;

		alloc_fail_after(n, true);
		s.ok = card_split(&s.card, &s.body, NULL, many, sizeof(many) - 1);
		fired = alloc_faults_fired();
		alloc_fail_after(-1, false);
		if (!s.ok)
			assert_int_equal(s.card.len + s.body.len, 0);
		split_done(&s);
		assert_int_equal(s.ok, fired == 0);
		if (fired == 0)
			return;
	}
}

static void a_file_has_its_text_behind_it_if_its_card_ends_so(void **state)
{
	static const struct {
		const char *card, *body, *record, *text; /* NULL: refused */
	} cases[] = {
		/* The text is the record. */
		{ "{}", "abc", "abc", "abc" },
		{ "{\"text\":\"abc\"}", "abc", "abc", "abc" },
		{ "{\"text\":\"\\u001f0:1\"} ", "a\nb", "a\nb", "a\nb" },
		{ "{\"text\":\"\\u001f1:1\"}", "a\nb", "a\nb", "a\nb" },
		{ "{\"text\":\"\\u001f0:01\"}", "a\nb", "a\nb", "a\nb" },
		{ "{\"text\":\"\\u001f0:\"}", "a\nb", "a\nb", "a\nb" },
		{ "{\"x\":\"\\\"text\\\":\\\"\\u001f0:1\"}", "a\nb", "a\nb",
		  "a\nb" },
		/* It stands beside it. */
		{ "{\"text\":\"\\u001f0:1\"}", "a\nb", "a", "b" },
		{ "{\"a\":1,\"text\":\"\\u001f0:0\"}", "a\n", "a", "" },
		{ "{\"text\":\"\\u001f0:2\"}", "\nbc", "", "bc" },
		/* It has no place there. */
		{ "{\"text\":\"\\u001f0:2\"}", "a\nb", NULL, NULL },
		{ "{\"text\":\"\\u001f0:0\"}", "a", NULL, NULL },
		{ "{\"text\":\"\\u001f0:0\"}", "", NULL, NULL },
		{ "{\"text\":\"\\u001f0:18446744073709551615\"}", "a\nb", NULL,
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *card = cases[i].card, *body = cases[i].body;
		struct fiche_text record, text;
		int r = card_file(&record, &text, card, strlen(card), body,
		                  strlen(body), NULL);

		assert_int_equal(r, cases[i].record ? 0 : FICHE_ERR_CORRUPT);
		if (r < 0)
			continue;
		assert_int_equal(record.len, strlen(cases[i].record));
		assert_memory_equal(record.ptr, cases[i].record, record.len);
		assert_int_equal(text.len, strlen(cases[i].text));
		assert_memory_equal(text.ptr, cases[i].text, text.len);
	}
}

static void the_place_of_a_text_is_put_at_the_end_of_a_card(void **state)
{
	static const char *const cases[][2] = {
		{ "{}", "{\"text\":\"\\u001f0:7\"}" },
		{ "{\"a\":{}}", "{\"a\":{},\"text\":\"\\u001f0:7\"}" },
		{ "{\"a\":1 } \t", "{\"a\":1 ,\"text\":\"\\u001f0:7\"}" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf out = { 0 };

		card_file_put(&out, cases[i][0], strlen(cases[i][0]), 7);
		assert_int_equal(out.len, strlen(cases[i][1]));
		assert_memory_equal(out.ptr, cases[i][1], out.len);
		assert_true(out.len <= strlen(cases[i][0]) + CARD_FILE_MORE);
		buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_file_has_its_text_behind_it_if_its_card_ends_so),
		cmocka_unit_test(
			the_place_of_a_text_is_put_at_the_end_of_a_card),
		cmocka_unit_test(
			a_card_has_the_text_replaced_by_its_style_and_length),
		cmocka_unit_test(long_strings_move_unless_the_card_needs_them),
		cmocka_unit_test(
			splitting_refuses_what_joining_could_not_restore),
		cmocka_unit_test(joining_refuses_a_body_that_does_not_fit),
		cmocka_unit_test(
			no_truncated_card_or_body_is_read_out_of_bounds),
		cmocka_unit_test(no_flipped_byte_of_a_card_is_dangerous),
		cmocka_unit_test(records_of_every_style_come_back),
		cmocka_unit_test(
			the_fields_of_a_card_point_at_the_piece_with_the_text),
		cmocka_unit_test(
			running_out_of_memory_leaves_the_buffers_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
