/* SPDX-License-Identifier: Apache-2.0 */
/* test_json.c - article/json: the scanner against jansson, and where it is
 * more forgiving on purpose. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* jansson's names for types are ours too. */
#define JSON_OBJECT ORACLE_OBJECT
#define JSON_ARRAY  ORACLE_ARRAY
#define JSON_STRING ORACLE_STRING
#define JSON_TRUE   ORACLE_TRUE
#define JSON_FALSE  ORACLE_FALSE
#define JSON_NULL   ORACLE_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

#include "article/json.h"
#include "base/alloc.h"
#include "base/utf8.h"

static uint32_t random_below(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 33) % n;
}

/* ---- One notation for what was read: types, keys and strings ---- */

static void note_string(struct buf *out, const char *text, size_t len)
{
	buf_printf(out, "s%zu:", len);
	buf_put(out, text, len);
}

static bool note_scanned(struct buf *out, const char *text, size_t len)
{
	struct buf plain = { 0 };
	struct json_scanner s;
	struct json_item item;
	enum json_type type;

	json_init(&s, text, len);
	while ((type = json_next(&s, &item)) != JSON_END && type != JSON_BAD) {
		if (item.key) {
			buf_clear(&plain);
			json_unescape(&plain, item.key, item.key_len, NULL);
			note_string(out, (const char *)plain.ptr, plain.len);
		}
		if (type == JSON_STRING) {
			buf_clear(&plain);
			json_unescape(&plain, item.raw, item.raw_len, NULL);
			note_string(out, (const char *)plain.ptr, plain.len);
		} else {
			buf_u8(out, (uint8_t) "e{[)s#tfn?"[type]);
		}
	}
	buf_done(&plain);
	return type == JSON_END;
}

/* The documents of this test are shallow. */
static void note_loaded(struct buf *out, const json_t *v)
{
	json_t *top = (json_t *)(uintptr_t)v;
	const char *key;
	json_t *member;
	size_t i;

	switch (json_typeof(v)) {
	case ORACLE_OBJECT:
		buf_text(out, "{");
		json_object_foreach(top, key, member)
		{
			note_string(out, key, strlen(key));
			note_loaded(out, member);
		}
		buf_text(out, ")");
		break;
	case ORACLE_ARRAY:
		buf_text(out, "[");
		json_array_foreach(top, i, member) note_loaded(out, member);
		buf_text(out, ")");
		break;
	case ORACLE_STRING:
		note_string(out, json_string_value(v), json_string_length(v));
		break;
	case ORACLE_TRUE:
		buf_text(out, "t");
		break;
	case ORACLE_FALSE:
		buf_text(out, "f");
		break;
	case ORACLE_NULL:
		buf_text(out, "n");
		break;
	case JSON_INTEGER:
	case JSON_REAL:
	default:
		buf_text(out, "#");
		break;
	}
}

static void put_value(struct buf *out, uint64_t *seed, unsigned depth)
{
	static const char *const leaves[] = {
		"0",
		"-1",
		"12.5",
		"1e5",
		"-0.25E-3",
		"true",
		"false",
		"null",
		"\"\"",
		"\"plain\"",
		"\"a long string, with \\n\"",
		"\"\\u00e9\\ud83d\\ude00\"",
		"\"\\/\\\"\\\\\\b\\f\\r\\t\"",
		"\"\xc3\xa9\xe2\x82\xac\"",
		"{}",
		"[]",
		" 7 ",
	};
	uint32_t n = random_below(seed, 4);
	bool object = random_below(seed, 2) == 0;

	if (depth == 5 || random_below(seed, 3) == 0) {
		buf_text(out, leaves[random_below(seed, 17)]);
		return;
	}
	buf_text(out, object ? "{" : "[\n");
	for (uint32_t i = 0; i < n; i++) {
		if (i)
			buf_text(out, random_below(seed, 2) ? "," : " , ");
		if (object)
			buf_printf(out, "\"k\\u00e9%u\" :", i);
		put_value(out, seed, depth + 1);
	}
	buf_text(out, object ? "}" : "\t]");
}

/* Remove, double or exchange one byte of ASCII. */
static void damage(struct buf *b, uint64_t *seed)
{
	static const char bytes[] = "{}[]:,\"\\ 0-.e+tn/u";
	size_t at = random_below(seed, (uint32_t)b->len);

	if (b->ptr[at] >= 0x80)
		return;
	switch (random_below(seed, 3)) {
	case 0:
		memmove(b->ptr + at, b->ptr + at + 1, b->len - at - 1);
		b->len--;
		break;
	case 1:
		buf_u8(b, 0);
		memmove(b->ptr + at + 1, b->ptr + at, b->len - at - 1);
		break;
	default:
		b->ptr[at] = (uint8_t)bytes[random_below(seed, 18)];
		break;
	}
}

/* Where jansson knows better or less: lone surrogates, control characters. */
static bool is_comparable(const char *text, size_t len)
{
	struct buf plain = { 0 };
	struct json_scanner s;
	struct json_item item;
	enum json_type type;
	bool exact = true, ok = utf8_is_valid(text, len);

	json_init(&s, text, len);
	while ((type = json_next(&s, &item)) != JSON_END && type != JSON_BAD) {
		if (type == JSON_STRING) {
			json_unescape(&plain, item.raw, item.raw_len, &exact);
			ok = ok && exact;
		}
		if (item.key) {
			json_unescape(&plain, item.key, item.key_len, &exact);
			ok = ok && exact;
		}
		for (size_t i = 0; i < item.raw_len; i++)
			ok = ok && (uint8_t)item.raw[i] >= 0x20;
		for (size_t i = 0; i < item.key_len; i++)
			ok = ok && (uint8_t)item.key[i] >= 0x20;
		/* Numbers beyond what C can hold. */
		ok = ok && (type != JSON_NUMBER || item.raw_len < 12);
		ok = ok &&
		     !(type == JSON_NUMBER &&
		       memchr(item.raw, 'e', item.raw_len)) &&
		     !(type == JSON_NUMBER &&
		       memchr(item.raw, 'E', item.raw_len));
	}
	ok = ok && !(plain.len && memchr(plain.ptr, 0, plain.len));
	buf_done(&plain);
	return ok;
}

static void compare(const char *text, size_t len, bool damaged)
{
	struct buf ours = { 0 }, theirs = { 0 };
	json_error_t error;
	json_t *v = json_loadb(text, len, JSON_DECODE_ANY, &error);
	bool ok = note_scanned(&ours, text, len);

	if (damaged && !(v && ok) && !(v == NULL && !ok) &&
	    !is_comparable(text, len)) {
		json_decref(v);
		buf_done(&ours);
		return;
	}
	if (ok != (v != NULL))
		fail_msg("jansson says '%s' to: %.*s", v ? "" : error.text,
		         (int)len, text);
	json_decref(v);
	/* Equal keys are one member there and two here. */
	v = json_loadb(text, len, JSON_DECODE_ANY | JSON_REJECT_DUPLICATES,
	               &error);
	if (v) {
		note_loaded(&theirs, v);
		if (ours.len != theirs.len ||
		    memcmp(ours.ptr, theirs.ptr, ours.len) != 0)
			fail_msg("read differently: %.*s", (int)len, text);
	}
	json_decref(v);
	buf_done(&ours);
	buf_done(&theirs);
}

static void documents_are_read_as_jansson_reads_them(void **state)
{
	struct buf doc = { 0 };
	uint64_t seed = 3;

	(void)state;
	for (int i = 0; i < 4000; i++) {
		buf_clear(&doc);
		put_value(&doc, &seed, 0);
		compare((const char *)doc.ptr, doc.len, false);
		for (uint32_t n = 1 + random_below(&seed, 3); n && doc.len; n--)
			damage(&doc, &seed);
		compare((const char *)doc.ptr, doc.len, true);
	}
	buf_done(&doc);
}

static void every_truncated_document_is_refused(void **state)
{
	static const char doc[] = "{\"a\": [1, true, \"x\\u00e9\\n\", {}], "
				  "\"b\": null}";
	char *exact;

	(void)state;
	for (size_t len = 0; len < sizeof(doc) - 1; len++) {
		struct buf out = { 0 };

		exact = alloc_bytes(len);
		memcpy(exact, doc, len);
		assert_false(note_scanned(&out, exact, len));
		alloc_free(exact);
		buf_done(&out);
	}
}

static const struct {
	const char *rule, *text;
	const char *why; /* NULL: accepted */
	size_t at;
} rows[] = {
	{ "NaN and infinities", "[NaN, Infinity, -Infinity]", NULL, 0 },
	{ "numbers of any size", "[1e99999, 123456789012345678901234567890]",
	  NULL, 0 },
	{ "control characters", "\"a\nb\tc\x01\"", NULL, 0 },
	{ "foreign bytes", "\"\xff\xc3\"", NULL, 0 },
	{ "lone surrogates", "\"\\ud83d \\ude00\"", NULL, 0 },
	{ "a byte order mark", "\xef\xbb\xbf{}", NULL, 0 },
	{ "blanks behind", "{} \r\n\t", NULL, 0 },
	{ "nothing", "", "expected a value, found the end", 0 },
	{ "blanks", "  ", "expected a value, found the end", 2 },
	{ "a word", "hello", "expected a value", 0 },
	{ "a leading zero", "[01]", "expected a value", 1 },
	{ "a leading plus", "[+1]", "expected a value", 1 },
	{ "no digits behind the point", "[1.]", "expected a value", 1 },
	{ "a comma too many", "[1,]", "expected a value", 3 },
	{ "a comma too many in an object", "{\"a\":1,}", "expected a key", 7 },
	{ "no comma", "[1 2]", "expected ',' or ']'", 3 },
	{ "no comma in an object", "{\"a\":1 \"b\":2}", "expected ',' or '}'",
	  7 },
	{ "the wrong bracket", "[1}", "expected ',' or ']'", 2 },
	{ "no colon", "{\"a\" 1}", "expected ':'", 5 },
	{ "a key without quotes", "{a:1}", "expected a key", 1 },
	{ "an unknown escape", "\"ab\\x41\"", "an unknown escape in a string",
	  3 },
	{ "too few hex digits", "\"\\u12g4\"", "an unknown escape in a string",
	  1 },
	{ "two documents", "{} {}", "more behind the value", 3 },
	{ "an open string", "[\"ab", "a string without an end", 2 },
	{ "an open object", "{\"a\":1", "an object without an end", 6 },
	{ "an open array", "[1", "an array without an end", 2 },
	{ "a NUL behind", "{}\xc0\x80", "more behind the value", 2 },
};

static void scrapers_are_forgiven_and_the_rest_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct json_scanner s;
		struct json_item item;
		enum json_type type;

		json_init(&s, rows[i].text, strlen(rows[i].text));
		do
			type = json_next(&s, &item);
		while (type != JSON_BAD && type != JSON_END);
		if ((type == JSON_END) != (rows[i].why == NULL))
			fail_msg("row '%s': %s", rows[i].rule, s.why);
		if (rows[i].why && (strcmp(s.why, rows[i].why) != 0 ||
		                    (size_t)(s.at - s.start) != rows[i].at))
			fail_msg("row '%s': %s at %zu", rows[i].rule, s.why,
			         (size_t)(s.at - s.start));
		/* It stays at what it said. */
		assert_int_equal(json_next(&s, &item), type);
	}
}

static void nesting_is_limited_to_512(void **state)
{
	char doc[2 * JSON_MAX_DEPTH + 2];

	(void)state;
	for (size_t depth = JSON_MAX_DEPTH; depth <= JSON_MAX_DEPTH + 1;
	     depth++) {
		struct json_scanner s;
		struct json_item item;

		memset(doc, '[', depth);
		memset(doc + depth, ']', depth);
		json_init(&s, doc, 2 * depth);
		assert_int_equal(json_next(&s, &item), JSON_ARRAY);
		assert_int_equal(json_skip(&s), depth == JSON_MAX_DEPTH
		                                        ? JSON_CLOSE
		                                        : JSON_BAD);
		if (depth > JSON_MAX_DEPTH)
			assert_string_equal(s.why, "nested deeper than 512");
		else
			assert_int_equal(json_next(&s, &item), JSON_END);
	}
}

static void items_tell_key_depth_and_bytes(void **state)
{
	static const char doc[] = "{\"k\\n\": [-1.5e3, \"a\\n\xc3\xa9\"]}";
	struct json_scanner s;
	struct json_item item;

	(void)state;
	json_init(&s, doc, sizeof(doc) - 1);
	assert_int_equal(json_next(&s, &item), JSON_OBJECT);
	assert_int_equal(item.depth, 0);
	assert_int_equal(json_next(&s, &item), JSON_ARRAY);
	assert_int_equal(item.depth, 1);
	assert_int_equal(item.key_len, 3);
	assert_memory_equal(item.key, "k\\n", 3);
	assert_int_equal(json_next(&s, &item), JSON_NUMBER);
	assert_int_equal(item.depth, 2);
	assert_null(item.key);
	assert_int_equal(item.raw_len, 6);
	assert_int_equal(json_next(&s, &item), JSON_STRING);
	assert_int_equal(item.raw_len, 5);
	assert_true(item.has_escape && item.has_high);
	assert_int_equal(json_next(&s, &item), JSON_CLOSE);
	assert_int_equal(item.depth, 1);
	assert_int_equal(json_next(&s, &item), JSON_CLOSE);
	assert_int_equal(item.depth, 0);
	assert_int_equal(json_next(&s, &item), JSON_END);
}

static void unescaping_says_whether_it_is_exact(void **state)
{
	static const struct {
		const char *raw, *plain;
		bool exact;
	} cases[] = {
		{ "a\\n\\/\\u0041", "a\n/A", true },
		{ "\\ud83d\\ude00", "\xf0\x9f\x98\x80", true },
		{ "\\ud83d", "\xef\xbf\xbd", false },
		{ "\\ude00\\ud83d", "\xef\xbf\xbd\xef\xbf\xbd", false },
		{ "\\ud83dx", "\xef\xbf\xbdx", false },
		{ "a\xff", "a\xef\xbf\xbd", false },
		{ "\\ufffd", "\xef\xbf\xbd", true },
		/* A character may not be made of pieces. */
		{ "\xc3\\n\xa9", "\xef\xbf\xbd\n\xef\xbf\xbd", false },
		/* Not from the scanner, but not a danger either. */
		{ "\\", "\xef\xbf\xbd", false },
		{ "\\u12", "\xef\xbf\xbdu12", false },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		bool exact = !cases[i].exact;

		buf_clear(&out);
		json_unescape(&out, cases[i].raw, strlen(cases[i].raw), &exact);
		if (exact != cases[i].exact ||
		    out.len != strlen(cases[i].plain) ||
		    memcmp(out.ptr, cases[i].plain, out.len) != 0)
			fail_msg("row %zu", i);
	}
	buf_done(&out);
}

static void what_is_quoted_is_read_back(void **state)
{
	struct buf quoted = { 0 }, plain = { 0 };
	struct json_scanner s;
	struct json_item item;
	uint64_t seed = 5;
	char text[40];
	bool exact;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t len = random_below(&seed, sizeof(text));

		for (size_t k = 0; k < len; k++)
			text[k] = (char)random_below(&seed, i % 2 ? 128 : 256);
		buf_clear(&quoted);
		buf_clear(&plain);
		json_quote(&quoted, text, len);
		assert_true(
			utf8_is_valid((const char *)quoted.ptr, quoted.len));
		json_init(&s, (const char *)quoted.ptr, quoted.len);
		assert_int_equal(json_next(&s, &item), JSON_STRING);
		json_unescape(&plain, item.raw, item.raw_len, &exact);
		assert_true(exact);
		buf_clear(&quoted);
		utf8_put_clean(&quoted, text, len);
		assert_int_equal(plain.len, quoted.len);
		if (len)
			assert_memory_equal(plain.ptr, quoted.ptr, plain.len);
	}
	buf_done(&quoted);
	buf_done(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_are_read_as_jansson_reads_them),
		cmocka_unit_test(every_truncated_document_is_refused),
		cmocka_unit_test(scrapers_are_forgiven_and_the_rest_is_named),
		cmocka_unit_test(nesting_is_limited_to_512),
		cmocka_unit_test(items_tell_key_depth_and_bytes),
		cmocka_unit_test(unescaping_says_whether_it_is_exact),
		cmocka_unit_test(what_is_quoted_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
