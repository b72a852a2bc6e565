/* SPDX-License-Identifier: Apache-2.0 */
/* test_mail.c - messages become pages, alone and in boxes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/import_case.h"

#define HEAD                                                                   \
	"From: Ada Lind <ada@a.example>\n"                                     \
	"Date: Fri, 01 Mar 2024 12:00:00 +0100 (CET)\n"                        \
	"Message-ID: <m1@a.example>\n"

static void a_message_has_facts_and_text(void **state)
{
	struct import_case *c = *state;
	const char *text = HEAD "Subject: =?utf-8?B?U27DtiBhbmQ=?=\n"
				"  =?iso-8859-1?Q?_r=E4in?= today\n"
				"List-Id: \"The Letter\" <l.a.example>\n"
				"Archived-At: <https://a.example/m1>\n"
				"Keywords: roads, rain\n"
				"\nIt snows.\n\nMore.\n";

	import_text(c, "a.eml", text);
	assert_count(c, 1);
	assert_bytes(c, 0, text);
	assert_has(c, 0, "\"type\":\"message/rfc822\"");
	assert_has(c, 0, "\"title\":\"Sn\xc3\xb6 and r\xc3\xa4in today\"");
	assert_has(c, 0, "\"authors\":[\"Ada Lind\"]");
	assert_has(c, 0, "\"source\":\"a.example\"");
	assert_has(c, 0, "\"site_name\":\"The Letter\"");
	assert_has(c, 0, "\"id\":\"m1@a.example\"");
	assert_has(c, 0, "\"url\":\"https://a.example/m1\"");
	assert_has(c, 0, "\"tags\":[\"roads\",\"rain\"]");
	assert_has(c, 0, "\"published\":\"Fri, 01 Mar 2024 12:00:00 +0100\"");
	assert_text(c, 0, "It snows.\n\nMore.");
	assert_quiet(c);
}

static void parts_and_encodings_are_undone(void **state)
{
	static const struct {
		const char *rest, *text;
	} rows[] = {
		{ "Content-Type: text/plain; charset=windows-1251\n"
		  "Content-Transfer-Encoding: quoted-printable\n\n"
		  "=CC=E8=\n=F0 =3D\n",
		  "\xd0\x9c\xd0\xb8\xd1\x80 =" },
		{ "Content-Transfer-Encoding: BASE64\n\nSXQg\r\nc25vd3Mu\n",
		  "It snows." },
		{ "Content-Type: text/html; charset=utf-8\n\n"
		  "<style>x</style><p>One</p><p>Two</p>",
		  "One\n\nTwo" },
		{ "Content-Type: multipart/mixed; boundary=\"a b\"\n\nnone\n"
		  "--a b\nContent-Type: multipart/alternative;\n"
		  " boundary=in\n\n--in\n\nPlain text.\n--in\nContent-Type: "
		  "text/html\n\n<p>Plain text.</p>\n--in--\n--a b\n"
		  "Content-Type: text/plain\nContent-Disposition: "
		  "attachment\n\nno\n--a b--\nno\n",
		  "Plain text." },
		{ "Content-Type: multipart/alternative; boundary=x\n\n--x\n\n"
		  "See web.\n--x\nContent-Type: text/html\n\n<p>A long "
		  "letter with all that there is to say.</p>\n--x--\n",
		  "A long letter with all that there is to say." },
		{ "Content-Type: multipart/mixed; boundary=x\n\n--x\n\nCut",
		  "Cut" },
		{ "Subject: Only this\n\n", "Only this" },
		{ "\r\nLine one\r\nline two\r\n", "Line one\nline two" },
	};
	struct import_case *c = *state;
	char text[1000];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s", HEAD, rows[i].rest);
		import_text(c, "a", text);
		assert_count(c, 1);
		assert_text(c, 0, rows[i].text);
	}
}

static const char box[] =
	"From ada@a.example Fri Mar  1 12:00:00 2024\n" HEAD
	"Subject: One\n\nFrom here on\n>From there\n>>From afar\n\n"
	"From bo@b.example Sat Mar  2 12:00:00 2024\n"
	"From: bo@b.example (Bo Berg)\nDate: Sat, 2 Mar 2024 12:00:00 GMT\n"
	"\nTwo.\n";

static void an_mbox_is_cut_at_its_lines(void **state)
{
	struct import_case *c = *state;

	import_text(c, "box", box);
	assert_count(c, 2);
	assert_bytes(c, 0,
	             HEAD "Subject: One\n\nFrom here on\n>From there\n"
	                  ">>From afar\n");
	assert_text(c, 0, "From here on\nFrom there\n>From afar");
	assert_has(c, 1, "\"authors\":[\"Bo Berg\"]");
	assert_text(c, 1, "Two.");
	assert_int_equal(c->writer.records[1].line, 2);
	assert_quiet(c);
}

static void letters_in_a_text_are_no_mail(void **state)
{
	static const char *const texts[] = {
		"From: the mayor\nTo: the town\n\nDear all\n",
		"From 12:30 to 14:00 the road is closed\n\nText\n",
		"Date: Monday\nPlace: the square\n\nText\n",
		"Note: this\nis no header\n",
	};
	struct import_case *c = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		import_text(c, "a.txt", texts[i]);
		assert_count(c, 1);
		assert_has(c, 0, "\"type\":\"text/plain\"");
	}
}

static void a_message_too_long_is_told_and_the_next_is_read(void **state)
{
	struct import_case *c = *state;
	size_t big = 3000000;
	char *text = malloc(big + sizeof(box) + 200), *at = text;

	assert_non_null(text);
	c->opt.record_max = 2000;
	for (int lines = 0; lines < 2; lines++) {
		at = text + sprintf(text,
		                    "From x Fri Mar  1 12:00:00 2024\n%s"
		                    "\n",
		                    HEAD);
		memset(at, 'x', big);
		for (size_t i = 0; lines && i < big; i += 70)
			at[i] = '\n';
		at += big;
		at += sprintf(at, "\n\n%s", box);
		import_bytes(c, "box", text, (size_t)(at - text));
		assert_count(c, 2);
		assert_said(c, "W box:1: longer than 2000 bytes: left out");
	}
	free(text);
}

static void hostile_headers_take_no_time(void **state)
{
	struct import_case *c = *state;
	size_t n = 4000000, i;
	char *text = malloc(n);

	assert_non_null(text);
	i = (size_t)sprintf(text, HEAD "Subject: ");
	for (size_t k = i; k < n; k++)
		text[k] = "=?a?q?"[k % 6];
	import_bytes(c, "a", text, n);
	assert_count(c, 1);
	i = (size_t)sprintf(text, HEAD "Content-Type: multipart/mixed; "
	                               "boundary=-\n\n");
	for (size_t k = i; k < n; k++)
		text[k] = "---\n"[k % 4];
	import_bytes(c, "a", text, n);
	assert_count(c, 1);
	free(text);
}

static void a_box_cut_anywhere_is_survived(void **state)
{
	struct import_case *c = *state;

	assert_every_cut(c, "box", box, sizeof(box) - 1);
	assert_every_allocation(c, "box", box, sizeof(box) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(a_message_has_facts_and_text),
		IMPORT_TEST(parts_and_encodings_are_undone),
		IMPORT_TEST(an_mbox_is_cut_at_its_lines),
		IMPORT_TEST(letters_in_a_text_are_no_mail),
		IMPORT_TEST(a_message_too_long_is_told_and_the_next_is_read),
		IMPORT_TEST(hostile_headers_take_no_time),
		IMPORT_TEST(a_box_cut_anywhere_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
