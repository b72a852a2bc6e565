/* SPDX-License-Identifier: Apache-2.0 */
/* test_utf8.c - base/utf8: what is a character and what replaces the rest. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

struct row {
	const char *rule;
	const char *text;
	const char *clean; /* NULL: the text is valid */
};

#define R "\xef\xbf\xbd"

static const struct row rows[] = {
	{ "ASCII", "plain text, longer than eight bytes", NULL },
	{ "two bytes", "\xc2\x80\xdf\xbf", NULL },
	{ "three bytes", "\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80", NULL },
	{ "four bytes", "\xf0\x90\x80\x80\xf4\x8f\xbf\xbf", NULL },
	{ "a byte that never occurs",
	  "a\xff"
	  "b",
	  "a" R "b" },
	{ "a continuation alone", "\x80\xbf", R R },
	{ "two bytes are one too many", "\xc0\xaf", R R },
	{ "three bytes are one too many", "\xe0\x9f\xbf", R R R },
	{ "four bytes are one too many", "\xf0\x8f\xbf\xbf", R R R R },
	{ "a surrogate", "\xed\xa0\x80", R R R },
	{ "above U+10FFFF", "\xf4\x90\x80\x80", R R R R },
	{ "five bytes", "\xf8\x88\x80\x80\x80", R R R R R },
	{ "a beginning is replaced as one", "\xf0\x9f\x98", R },
	{ "a beginning, then a letter",
	  "\xe2\x82"
	  "x",
	  R "x" },
	{ "a beginning, then a character", "\xe2\x82\xc3\xa9", R "\xc3\xa9" },
	{ "the example of the Unicode standard (table 3-8)",
	  "\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64",
	  "a" R R R "b" R "c" R R "d" },
};

static void foreign_bytes_are_replaced_as_whatwg_says(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		const char *clean = r->clean ? r->clean : r->text;

		buf_clear(&out);
		utf8_put_clean(&out, r->text, strlen(r->text));
		if (utf8_is_valid(r->text, strlen(r->text)) != !r->clean ||
		    out.len != strlen(clean) ||
		    memcmp(out.ptr, clean, out.len) != 0)
			fail_msg("row '%s'", r->rule);
	}
	buf_done(&out);
}

static void validity_does_not_depend_on_the_place_in_a_word(void **state)
{
	char text[40];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t at = 0; at < 12; at++) {
			size_t len = strlen(rows[i].text);

			memset(text, 'x', sizeof(text));
			if (len > 20)
				continue;
			memcpy(text + at, rows[i].text, len);
			if (utf8_is_valid(text, at + len + 9) != !rows[i].clean)
				fail_msg("row '%s' at %zu", rows[i].rule, at);
		}
}

static void every_code_point_comes_back(void **state)
{
	struct buf out = { 0 };
	uint32_t back = 0;
	unsigned n;

	(void)state;
	for (uint32_t c = 0; c < 0x110000; c++) {
		if (c >= 0xd800 && c < 0xe000)
			continue;
		buf_clear(&out);
		utf8_encode(&out, c);
		n = utf8_decode(&back, (const char *)out.ptr, out.len);
		if (n != out.len || back != c ||
		    !utf8_is_valid((const char *)out.ptr, out.len))
			fail_msg("U+%04X", (unsigned)c);
		/* Cut short it is no character. */
		for (size_t len = 1; len < out.len; len++)
			if (utf8_decode(&back, (const char *)out.ptr, len) ||
			    utf8_is_valid((const char *)out.ptr, len))
				fail_msg("U+%04X cut", (unsigned)c);
	}
	buf_done(&out);
}

static void nothing_is_valid(void **state)
{
	struct buf out = { 0 };

	(void)state;
	assert_true(utf8_is_valid(NULL, 0));
	utf8_put_clean(&out, NULL, 0);
	assert_int_equal(out.len, 0);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(foreign_bytes_are_replaced_as_whatwg_says),
		cmocka_unit_test(
			validity_does_not_depend_on_the_place_in_a_word),
		cmocka_unit_test(every_code_point_comes_back),
		cmocka_unit_test(nothing_is_valid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
