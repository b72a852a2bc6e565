/* SPDX-License-Identifier: Apache-2.0 */
/* test_charset.c - page/charset: what the bytes of a document mean. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <iconv.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "page/charset.h"
#include "page/charset_labels.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static const char cyrillic[] =
	"Сегодня в городском совете обсуждали новый мост через реку, который "
	"жители ждут уже десять лет. Работы начнутся весной, сказал глава "
	"строительного отдела.";
static const char japanese[] =
	"市議会は今日、川に架ける新しい橋について話し合った。住民は十年も待って"
	"いる。工事は春に始まる予定だ。";
static const char chinese[] =
	"市议会今天讨论了跨河新桥的建设。居民们已经等了十年。工程将于春天开始，"
	"建设部门负责人说。";
static const char german[] =
	"Der Stadtrat hat heute über die neue Brücke gesprochen, auf die die "
	"Bürger seit zehn Jahren warten. Die Arbeiten fangen im Frühjahr an, "
	"heißt es, und kosten fünf Millionen.";

/* Append UTF-8 in another encoding. */
static void put_in(struct buf *out, const char *encoding, const char *text)
{
	iconv_t cd = iconv_open(encoding, "UTF-8");
	char *from = (char *)(uintptr_t)text, *to;
	size_t left = strlen(text), room;

	assert_true(cd != (iconv_t)-1);
	assert_true(buf_reserve(out, left * 4 + 16));
	to = (char *)out->ptr + out->len;
	room = out->cap - out->len;
	assert_int_equal(iconv(cd, &from, &left, &to, &room), 0);
	assert_int_equal(iconv(cd, NULL, NULL, &to, &room), 0);
	out->len = out->cap - room;
	(void)iconv_close(cd);
}

static void check(const void *bytes, size_t len, const char *declared,
                  const char *name, enum charset_how how, const char *expected)
{
	struct charset found = { CHARSET_DEFAULT, NULL };
	struct buf buf = { 0 }, got = { 0 };
	struct fiche_text text;

	assert_int_equal(charset_to_utf8(&text, &buf, &found, bytes, len,
	                                 declared, true, NULL),
	                 0);
	assert_true(utf8_is_valid(text.ptr, text.len));
	buf_put(&got, text.ptr, text.len);
	buf_u8(&got, '\0');
	assert_string_equal((char *)got.ptr, expected);
	assert_string_equal(found.name, name);
	assert_int_equal(found.how, how);
	buf_done(&got);
	buf_done(&buf);
}

static void a_byte_order_mark_decides(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *name, *text;
	} rows[] = {
		{ "\xef\xbb\xbf"
		  "a\xc3\xa4",
		  6, "UTF-8", "aä" },
		{ "\xef\xbb\xbf"
		  "a\xff",
		  5, "UTF-8", "a\ufffd" },
		{ "\xff\xfe"
		  "a\0\xe4\0",
		  6, "UTF-16LE", "aä" },
		{ "\xfe\xff"
		  "\0a\0\xe4",
		  6, "UTF-16BE", "aä" },
		{ "\xff\xfe"
		  "\x3d\xd8\x00\xde",
		  6, "UTF-16LE", "😀" },
		{ "\xff\xfe"
		  "a\0\x00\xd8"
		  "b\0",
		  8, "UTF-16LE", "a\ufffdb" },
		{ "\xff\xfe\0\0"
		  "a\0\0\0",
		  8, "UTF-32LE", "a" },
		{ "\0\0\xfe\xff\0\0\0a", 8, "UTF-32BE", "a" },
		{ "\xef\xbb\xbf", 3, "UTF-8", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i].bytes, rows[i].len, "windows-1251", rows[i].name,
		      CHARSET_MARK, rows[i].text);
}

static void what_is_said_is_believed_outside_first(void **state)
{
	static const struct {
		const char *bytes, *declared, *name;
		enum charset_how how;
		const char *text;
	} rows[] = {
		{ "\xe4", "latin1", "windows-1252", CHARSET_OUTSIDE, "ä" },
		{ "\xe4", " ISO-8859-1 ", "windows-1252", CHARSET_OUTSIDE,
		  "ä" },
		{ "\x93\x81", "iso-8859-1", "windows-1252", CHARSET_OUTSIDE,
		  "“\xc2\x81" },
		{ "<meta charset=windows-1251>\xe4", "koi8-r", "KOI8-R",
		  CHARSET_OUTSIDE, "<meta charset=windows-1251>Д" },
		{ "<meta charset=windows-1251>\xe4", "nonsense", "windows-1251",
		  CHARSET_INSIDE, "<meta charset=windows-1251>д" },
		{ "<META content='text/html; charset=\"koi8-r\"'>\xe4", NULL,
		  "KOI8-R", CHARSET_INSIDE,
		  "<META content='text/html; charset=\"koi8-r\"'>Д" },
		{ "<?xml version='1.0' encoding='iso-8859-2'?>\xb3", NULL,
		  "ISO-8859-2", CHARSET_INSIDE,
		  "<?xml version='1.0' encoding='iso-8859-2'?>ł" },
		{ "<meta charset = 'latin9' />\xa4", NULL, "ISO-8859-15",
		  CHARSET_INSIDE, "<meta charset = 'latin9' />€" },
		{ "<meta charset=utf-16>\xc3\xa4", NULL, "UTF-8",
		  CHARSET_INSIDE, "<meta charset=utf-16>ä" },
		{ "<metal charset=koi8-r>\xc3\xa4", NULL, "UTF-8",
		  CHARSET_VALID, "<metal charset=koi8-r>ä" },
		{ "<meta charset", NULL, "UTF-8", CHARSET_VALID,
		  "<meta charset" },
		{ "\x88\x9f", "shift_jis", "Shift_JIS", CHARSET_OUTSIDE, "亜" },
		{ "\xb0\xa1", "gb2312", "gb18030", CHARSET_OUTSIDE, "啊" },
		{ "\xb0\xa1", "ks_c_5601-1987", "EUC-KR", CHARSET_OUTSIDE,
		  "가" },
		{ "\xa1", "tis-620", "windows-874", CHARSET_OUTSIDE, "ก" },
		{ "\xf0", "iso-8859-9", "windows-1254", CHARSET_OUTSIDE, "ğ" },
		{ "\x1b$B0!\x1b(B", "iso-2022-jp", "ISO-2022-JP",
		  CHARSET_OUTSIDE, "亜" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		check(rows[i].bytes, strlen(rows[i].bytes), rows[i].declared,
		      rows[i].name, rows[i].how, rows[i].text);
}

static void plain_lies_are_overruled(void **state)
{
	struct buf b = { 0 };

	(void)state;
	/* Servers say Latin-1 of everything. */
	check(german, strlen(german), "iso-8859-1", "UTF-8", CHARSET_VALID,
	      german);
	/* Nothing in it is UTF-8. */
	put_in(&b, "CP1251", cyrillic);
	check(b.ptr, b.len, "utf-8", "windows-1251", CHARSET_GUESSED, cyrillic);
	buf_done(&b);
	/* But one bad byte makes no other encoding. */
	check("\xc3\xa4\xc3\xb6\xff", 5, "utf-8", "UTF-8", CHARSET_OUTSIDE,
	      "äö\ufffd");
}

static void what_nobody_says_is_guessed(void **state)
{
	static const struct {
		const char *text, *iconv, *name;
	} rows[] = {
		{ cyrillic, "CP1251", "windows-1251" },
		{ cyrillic, "KOI8-R", "KOI8-R" },
		{ japanese, "CP932", "Shift_JIS" },
		{ japanese, "EUC-JP", "EUC-JP" },
		{ japanese, "ISO-2022-JP", "ISO-2022-JP" },
		{ chinese, "GB18030", "gb18030" },
		{ german, "CP1252", "windows-1252" },
		{ german, "UTF-16LE", "UTF-16LE" },
		{ german, "UTF-16BE", "UTF-16BE" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct buf b = { 0 };

		put_in(&b, rows[i].iconv, rows[i].text);
		check(b.ptr, b.len, NULL, rows[i].name, CHARSET_GUESSED,
		      rows[i].text);
		buf_done(&b);
	}
	check("", 0, NULL, "UTF-8", CHARSET_VALID, "");
	check("abc", 3, NULL, "UTF-8", CHARSET_VALID, "abc");
}

static void valid_text_is_not_copied(void **state)
{
	struct buf buf = { 0 };
	struct fiche_text text;

	(void)state;
	assert_int_equal(charset_to_utf8(&text, &buf, NULL, german,
	                                 strlen(german), NULL, false, NULL),
	                 0);
	assert_ptr_equal(text.ptr, german);
	assert_int_equal(buf.len, 0);
	buf_done(&buf);
}

static void any_bytes_in_any_encoding_become_valid(void **state)
{
	static const char *const labels[] = {
		"utf-8",       "gb18030",     "big5",      "shift_jis",
		"euc-jp",      "iso-2022-jp", "euc-kr",    "utf-16",
		"windows-874", "utf-32",      "macintosh", "iso-2022-kr",
	};
	char bytes[4096];
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		seed = seed * 1664525u + 1013904223u;
		bytes[i] = (char)(seed >> 24);
	}
	for (size_t i = 0; i < COUNT(labels); i++) {
		struct buf buf = { 0 };
		struct fiche_text text;

		assert_non_null(charset_find(labels[i], strlen(labels[i])));
		assert_int_equal(charset_to_utf8(&text, &buf, NULL, bytes,
		                                 sizeof(bytes), labels[i], true,
		                                 NULL),
		                 0);
		assert_true(utf8_is_valid(text.ptr, text.len));
		assert_true(text.len <= 4 * sizeof(bytes));
		buf_done(&buf);
	}
}

static void running_out_of_memory_is_reported(void **state)
{
	struct buf b = { 0 };
	int r = -1;

	(void)state;
	put_in(&b, "CP1251", cyrillic);
	for (long n = 0; r < 0 && n < 100; n++) {
		struct buf buf = { 0 };
		struct fiche_text text = { NULL, 0 };

		alloc_fail_after(n, true);
		r = charset_to_utf8(&text, &buf, NULL, b.ptr, b.len,
		                    "windows-1251", false, NULL);
		alloc_fail_after(-1, false);
		if (r < 0) {
			assert_int_equal(r, FICHE_ERR_NOMEM);
			assert_null(text.ptr);
		}
		buf_done(&buf);
	}
	assert_int_equal(r, 0);
	buf_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_byte_order_mark_decides),
		cmocka_unit_test(what_is_said_is_believed_outside_first),
		cmocka_unit_test(plain_lies_are_overruled),
		cmocka_unit_test(what_nobody_says_is_guessed),
		cmocka_unit_test(valid_text_is_not_copied),
		cmocka_unit_test(any_bytes_in_any_encoding_become_valid),
		cmocka_unit_test(running_out_of_memory_is_reported),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
