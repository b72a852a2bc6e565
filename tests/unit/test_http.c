/* SPDX-License-Identifier: Apache-2.0 */
/* test_http.c - header lines, responses and what was done to their bodies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "ingest/coding.h"
#include "ingest/head.h"
#include "ingest/http.h"

static struct fiche_text text_of(const char *s)
{
	return (struct fiche_text){ s, strlen(s) };
}

static void assert_bytes(struct bytes is, const char *should)
{
	assert_int_equal(is.len, strlen(should));
	if (is.len > 0)
		assert_memory_equal(is.ptr, should, is.len);
}

static void assert_field(struct fiche_text is, const char *should)
{
	assert_bytes((struct bytes){ (const uint8_t *)is.ptr, is.len }, should);
}

/* ---- Heads ---- */

static void a_head_ends_with_its_empty_line(void **state)
{
	static const struct {
		const char *text;
		size_t len;
	} rows[] = {
		{ "a: b\r\n\r\nc", 8 }, { "a: b\n\nc", 6 },
		{ "a: b\r\n\nc", 7 },   { "a: b\r\r\n\r\r\nc", 10 },
		{ "\r\nc", 2 },         { "a: b\r\n", 0 },
		{ "a: b\r\n\r", 0 },    { "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(head_len((const uint8_t *)rows[i].text,
		                          strlen(rows[i].text)),
		                 rows[i].len);
}

static void fields_are_found_by_name_the_first_of_two(void **state)
{
	static const char head[] =
		"GET x: y\r\nOne : 1\r\nTWO:\r\n  2\r\n\t3\r\n"
		"one: no\r\nno colon\r\n:\r\nThree:3";
	static const char *const names[] = { "one", "two", "three", "four" };
	struct fiche_text v[4];

	(void)state;
	head_find(v, names, 4, (const uint8_t *)head, sizeof(head) - 1);
	assert_field(v[0], "1");
	assert_field(v[1], "2\r\n\t3");
	assert_field(v[2], "3");
	assert_null(v[3].ptr);
}

static void a_media_type_gives_its_name_and_charset(void **state)
{
	static const struct {
		const char *value, *type, *charset;
	} rows[] = {
		{ "text/html", "text/html", "" },
		{ " Text/HTML ; Charset=UTF-8", "text/html", "utf-8" },
		{ "text/html; encoding=utf-8", "text/html", "utf-8" },
		{ "text/html;charset=\"koi8-r\"", "text/html", "koi8-r" },
		{ "text/html; charset='x'; charset=y", "text/html", "x" },
		{ "text/html;a=b;charset = z", "text/html", "z" },
		{ "text/html, text/html; charset=q", "text/html", "q" },
		{ "; charset=UTF-8", "", "utf-8" },
		{ "charset", "charset", "" },
		{ "", "", "" },
		{ ";=;", "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct media m;

		head_media(&m, text_of(rows[i].value));
		assert_string_equal(m.type, rows[i].type);
		assert_string_equal(m.charset, rows[i].charset);
	}
}

static void a_number_is_digits_that_fit(void **state)
{
	uint64_t n = 7;

	(void)state;
	assert_true(head_number(&n, text_of("0")) && n == 0);
	assert_true(head_number(&n, text_of("9223372036854775807")));
	assert_int_equal(n, INT64_MAX);
	assert_false(head_number(&n, text_of("")));
	assert_false(head_number(&n, text_of("-1")));
	assert_false(head_number(&n, text_of("1 ")));
	assert_false(head_number(&n, text_of("18446744073709551616")));
}

/* ---- Responses ---- */

static void status_lines_of_all_times_are_read(void **state)
{
	static const struct {
		const char *text;
		unsigned status;
	} rows[] = {
		{ "HTTP/1.1 200 OK\r\n\r\n", 200 },
		{ "HTTP/2 200\r\n\r\n", 200 },
		{ "HTTP/1.1 404 HUH?\r\n\r\n", 404 },
		{ "http/1.0  302 \r\n\r\n", 302 },
		{ "ICY 200 OK\r\n\r\n", 200 },
		{ "HTTP/1.1 200", 200 },
		{ "HTTP/1.1 20", 0 },
		{ "HTTP/1.1 2x0 OK\r\n\r\n", 0 },
		{ "HTTP/1.1\r\n200 OK", 0 },
		{ "HTTP", 0 },
		{ "GET / HTTP/1.1\r\n\r\n", 0 },
		{ "", 0 },
	};
	struct http h;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const uint8_t *at = (const uint8_t *)rows[i].text;
		bool is = http_read(&h, at, strlen(rows[i].text));

		assert_int_equal(is, rows[i].status != 0);
		if (is)
			assert_int_equal(h.status, rows[i].status);
	}
}

static void body_of(struct buf *out, const char *head, const void *content,
                    size_t len)
{
	struct buf block = { 0 }, spare[2] = { { 0 }, { 0 } };
	struct bytes payload, body;
	struct http h;

	buf_printf(&block, "HTTP/1.1 200 OK\r\n%s\r\n", head);
	buf_put(&block, content, len);
	assert_true(http_read(&h, block.ptr, block.len));
	assert_int_equal(http_payload(&payload, &spare[0], &h, block.ptr,
	                              block.len, NULL),
	                 0);
	assert_int_equal(http_body(&body, &spare[1], &h, payload, NULL), 0);
	buf_clear(out);
	buf_put(out, body.ptr, body.len);
	buf_done(&block);
	buf_done(&spare[0]);
	buf_done(&spare[1]);
}

static void assert_body(const char *head, const void *content, size_t len,
                        const char *should)
{
	struct buf out = { 0 };

	body_of(&out, head, content, len);
	assert_bytes((struct bytes){ out.ptr, out.len }, should);
	buf_done(&out);
}

static void chunks_are_joined_as_far_as_they_go(void **state)
{
	static const struct {
		const char *sent, *body;
	} rows[] = {
		{ "3\r\nabc\r\n0\r\n\r\n", "abc" },
		{ "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n",
		  "abc0123456789" },
		{ "00003  \nabc\n2\nde\n0\n\n", "abcde" },
		{ "3\r\nab", "ab" },       /* cut */
		{ "3\r\nabc\r\n", "abc" }, /* cut */
		{ "ffffffffffffffff\r\nab", "ab" },
		{ "fffffffffffffffff\r\nab", "fffffffffffffffff\r\nab" },
		{ "<html>not chunked", "<html>not chunked" },
		{ "3\r\nabcdef", "abcdef" }, /* a length that lies */
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_body("Transfer-Encoding: chunked\r\n", rows[i].sent,
		            strlen(rows[i].sent), rows[i].body);
}

/* ---- Content codings ---- */

static size_t pack(uint8_t *out, size_t cap, const char *name, int window,
                   const void *bytes, size_t len)
{
	size_t n = cap;

	if (strcmp(name, "br") == 0) {
		assert_true(BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, len,
		                                  bytes, &n, out));
	} else if (strcmp(name, "zstd") == 0) {
		n = ZSTD_compress(out, cap, bytes, len, 3);
		assert_false(ZSTD_isError(n));
	} else {
		z_stream z = { 0 };

		assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, 0),
		                 Z_OK);
		z.next_in = (Bytef *)(uintptr_t)bytes;
		z.avail_in = (unsigned)len;
		z.next_out = out;
		z.avail_out = (unsigned)cap;
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		n = z.total_out;
		(void)deflateEnd(&z);
	}
	return n;
}

static const struct {
	const char *name;
	int window;
} codings[] = {
	{ "gzip", 31 },     { "X-GZip", 31 }, { "deflate", 15 },
	{ "deflate", -15 }, { "zstd", 0 },    { "br", 0 },
};
#define CODINGS (sizeof(codings) / sizeof(codings[0]))

static void every_coding_is_undone_and_every_cut_survived(void **state)
{
	static const char text[] = "The river rose by two metres, two metres.";
	uint8_t packed[500];
	struct buf out = { 0 };
	char head[64];

	(void)state;
	for (size_t i = 0; i < CODINGS; i++) {
		size_t n = pack(packed, sizeof(packed), codings[i].name,
		                codings[i].window, text, sizeof(text) - 1);

		(void)snprintf(head, sizeof(head), "Content-Encoding: %s\r\n",
		               codings[i].name);
		assert_body(head, packed, n, text);
		for (size_t len = 0; len < n; len++)
			body_of(&out, head, packed, len);
		for (size_t bit = 0; bit < n * 8; bit++) {
			packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
			body_of(&out, head, packed, n);
			packed[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		/* Many crawlers undo it and leave the header. */
		assert_body(head, "<p>As it is.", 12, "<p>As it is.");
	}
	buf_done(&out);
}

static void codings_may_be_one_upon_the_other(void **state)
{
	uint8_t one[500], two[500];
	size_t n = pack(one, sizeof(one), "gzip", 31, "text", 4);

	(void)state;
	n = pack(two, sizeof(two), "br", 0, one, n);
	assert_body("Content-Encoding: gzip, identity , BR\r\n", two, n,
	            "text");
	assert_body("Content-Encoding: gzip, UTF-8\r\n", "as sent", 7,
	            "as sent");
	assert_body("Content-Encoding: ,,,\r\n", "as sent", 7, "as sent");
}

static void bombs_end_at_the_bound(void **state)
{
	size_t len = (size_t)100 << 20, cap = (size_t)1 << 20, n;
	uint8_t *zeros = calloc(1, len), *packed = malloc(cap);
	struct buf out = { 0 };
	char head[64];

	(void)state;
	assert_non_null(zeros);
	assert_non_null(packed);
	for (size_t i = 0; i < CODINGS; i++) {
		n = pack(packed, cap, codings[i].name, codings[i].window, zeros,
		         len);
		(void)snprintf(head, sizeof(head), "Content-Encoding: %s\r\n",
		               codings[i].name);
		body_of(&out, head, packed, n);
		assert_true(out.len <= CODING_MAX);
		assert_true(out.len <= n * CODING_RATIO + (1 << 20));
		assert_true(out.len >= 1 << 20);
	}
	free(zeros);
	free(packed);
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_ends_with_its_empty_line),
		cmocka_unit_test(fields_are_found_by_name_the_first_of_two),
		cmocka_unit_test(a_media_type_gives_its_name_and_charset),
		cmocka_unit_test(a_number_is_digits_that_fit),
		cmocka_unit_test(status_lines_of_all_times_are_read),
		cmocka_unit_test(chunks_are_joined_as_far_as_they_go),
		cmocka_unit_test(every_coding_is_undone_and_every_cut_survived),
		cmocka_unit_test(codings_may_be_one_upon_the_other),
		cmocka_unit_test(bombs_end_at_the_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
