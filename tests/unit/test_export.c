/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_export.c - formats given made-up articles, and files that fail.
 *
 * What whole exports look like is tests/cli/export; here is what a command line
 * cannot bring about.
 */

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/hash.h"
#include "export/format.h"
#include "export/out.h"
#include "export/partition.h"
#include "export/place.h"
#include "export/target.h"

#define TEXT(s)                                                                \
	(struct fiche_text)                                                    \
	{                                                                      \
		(s), sizeof(s) - 1                                             \
	}

static char box[64];

static int make_box(void **state)
{
	(void)state;
	(void)snprintf(box, sizeof(box), "/tmp/fiche-export.XXXXXX");
	return mkdtemp(box) && chdir(box) == 0 ? 0 : -1;
}

static int drop_box(void **state)
{
	int r = chdir("/");

	(void)state;
	place_remove(box);
	return r;
}

static size_t files_here(void)
{
	uint64_t files = 0, bytes = 0;

	place_measure(".", &files, &bytes);
	return (size_t)files;
}

static struct buf contents(const char *path)
{
	struct buf b = { 0 };
	char chunk[4096];
	FILE *f = fopen(path, "rb");
	size_t n;

	assert_non_null(f);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(&b, chunk, n);
	fclose(f);
	/* A NUL behind it, for strstr(). */
	buf_u8(&b, 0);
	assert_true(buf_ok(&b));
	b.len--;
	return b;
}

/* ---- formats ------------------------------------------------------- */

static const struct fiche_text people[] = {
	{ "Ada Writer", 10 },
	{ "Ben & Co, \"x\"", 13 },
};

static struct fiche_article article_of(struct fiche_text record)
{
	struct fiche_article a = {
		.title = TEXT("A title"),
		.source = TEXT("example.org"),
		.url = TEXT("https://example.org/a"),
		.media_type = TEXT("application/json"),
		.published = { 1709632800, 1709632801, FICHE_DATE_SECOND,
		               true },
		.authors = people,
		.author_count = 2,
		.tags = people,
		.tag_count = 2,
		.text = TEXT("One line.\nAnother."),
		.text_size = 18,
	};

	assert_int_equal(sha256_of(a.digest, record.ptr, record.len), 0);
	return a;
}

static int export_to(const struct export_format *format, const char *path,
                     const struct fiche_article *a, struct fiche_text record)
{
	struct fiche_export_options opt = { .has_time = true, .time = 1000 };
	struct fiche_export_stats stats = { 0 };
	struct export_article e = { .article = a,
		                    .record = record,
		                    .json = TEXT("{\"title\":\"A title\"}") };
	struct target t = { 0 };
	struct fiche_error err;
	int r;

	r = target_open(&t, format, path, 1 << 20, &opt, &err);
	if (r == 0) {
		r = target_add(&t, &e, &err);
		if (r == 0)
			r = target_close(&t, &opt, &stats, &err);
		target_done(&t);
	}
	return r;
}

/* Is `record`, as a record of type application/warc, the end of the file? */
static bool comes_out_as(const char *record, const char *expected)
{
	struct fiche_text bytes = { record, strlen(record) };
	struct fiche_article a = article_of(bytes);
	size_t len = strlen(expected);
	struct buf all;
	bool same;

	a.media_type = TEXT("application/warc");
	assert_int_equal(export_to(&export_warc, "x.warc", &a, bytes), 0);
	all = contents("x.warc");
	same = all.len > len &&
	       memcmp(all.ptr + all.len - len, expected, len) == 0;
	/* As a resource it has one more header. */
	same = same && !strstr((const char *)all.ptr, "Type: resource");
	buf_done(&all);
	(void)unlink("x.warc");
	return same;
}

static void records_of_a_warc_go_out_as_they_came(void **state)
{
	static const char record[] = "WARC/1.0\r\nWARC-Type: response\r\n"
				     "content-LENGTH:  5 \r\n\r\nblock";
	static const char ended[] = "WARC/1.0\r\nWARC-Type: response\r\n"
				    "content-LENGTH:  5 \r\n\r\nblock\r\n\r\n";

	(void)state;
	assert_true(comes_out_as(record, ended));
	assert_true(comes_out_as(ended, ended));
}

static void what_is_no_record_of_a_warc_becomes_a_resource(void **state)
{
	static const char *const rows[] = {
		"WARC/1.0\r\nContent-Length: 6\r\n\r\nblock",
		"WARC/1.0\r\nContent-Length: 4\r\n\r\nblock",
		"WARC/1.0\r\nContent-Length: 5\r\n\r\nblock\r\n",
		"WARC/1.0\r\nContent-Length: 5\r\n\r\nblock\r\n\r\nWARC/1.0",
		"WARC/1.0\r\nContent-Length: -5\r\n\r\nblock",
		"WARC/1.0\r\nContent-Length: 18446744073709551621\r\n\r\nblock",
		"WARC/1.0\r\nContent-Length: 5x\r\n\r\nblock",
		"WARC/1.0\r\nContent-Length:\r\n\r\n",
		"WARC/1.0\r\nX: 5\r\n\r\nblock",
		"WARC/1.0\nContent-Length: 5\n\nblock",
		"WARC/1.0\r\nContent-Length: 5\r\n",
		"WARC/2.0\r\nContent-Length: 5\r\n\r\nblock",
		"WARC/1.",
		"",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_false(comes_out_as(rows[i], rows[i]));
}

static const struct export_format *const formats[] = {
	&export_jsonl, &export_csv,   &export_tsv, &export_warc,
	&export_html,  &export_bagit, &export_ris, &export_bibtex,
};
#define FORMATS (sizeof(formats) / sizeof(*formats))

static void every_allocation_may_fail_and_leaves_nothing(void **state)
{
	struct fiche_text record = TEXT("{\"title\":\"A title\"}");
	struct fiche_article a = article_of(record);

	(void)state;
	for (size_t i = 0; i < FORMATS; i++) {
		int r = -1;

		for (long n = 0; r != 0; n++) {
			assert_true(n < 1000);
			alloc_fail_after(n, false);
			r = export_to(formats[i], "out", &a, record);
			alloc_fail_after(-1, false);
			if (r == 0)
				break;
			assert_int_equal(r, FICHE_ERR_NOMEM);
			assert_int_equal(files_here(), 0);
		}
		place_remove("out");
	}
}

/* ---- files --------------------------------------------------------- */

static void a_file_is_there_only_when_it_is_whole(void **state)
{
	struct fiche_error err;
	struct out *o = NULL;
	struct buf b;

	(void)state;
	assert_int_equal(out_open(&o, "a", false, FICHE_COMPRESS_AUTO, &err),
	                 0);
	assert_int_equal(out_put(o, "text", 4, &err), 0);
	assert_int_equal(access("a", F_OK), -1);
	out_free(o);
	assert_int_equal(files_here(), 0);

	assert_int_equal(out_open(&o, "a", false, FICHE_COMPRESS_AUTO, &err),
	                 0);
	assert_int_equal(out_put(o, "text", 4, &err), 0);
	assert_int_equal(out_finish(o, &err), 0);
	assert_int_equal(out_stored(o), 4);
	out_free(o);
	b = contents("a");
	assert_int_equal(b.len, 4);
	buf_done(&b);
	assert_int_equal(files_here(), 1);
	assert_int_equal(out_open(&o, "a", false, FICHE_COMPRESS_AUTO, &err),
	                 FICHE_ERR_EXISTS);
}

static void a_file_that_came_meanwhile_is_not_replaced(void **state)
{
	struct fiche_error err;
	struct out *o = NULL;
	struct buf b;
	int fd;

	(void)state;
	assert_int_equal(out_open(&o, "b", false, FICHE_COMPRESS_NONE, &err),
	                 0);
	assert_int_equal(out_put(o, "text", 4, &err), 0);
	fd = open("b", O_CREAT | O_WRONLY, 0600);
	assert_true(fd >= 0 && write(fd, "mine", 4) == 4);
	close(fd);
	assert_int_equal(out_finish(o, &err), FICHE_ERR_EXISTS);
	out_free(o);
	b = contents("b");
	assert_memory_equal(b.ptr, "mine", 4);
	buf_done(&b);
	assert_int_equal(files_here(), 1);
}

static void a_failure_comes_back_from_every_later_call(void **state)
{
	static uint8_t much[1 << 17];
	struct fiche_error err = { 0 };
	struct out *o = NULL;

	(void)state;
	if (access("/dev/full", W_OK) != 0)
		skip();
	assert_int_equal(
		out_open(&o, "/dev/full", false, FICHE_COMPRESS_NONE, &err), 0);
	assert_int_equal(out_put(o, much, sizeof(much), &err), FICHE_ERR_IO);
	assert_int_equal(out_put(o, "x", 1, NULL), FICHE_ERR_IO);
	assert_int_equal(out_cut(o, NULL), FICHE_ERR_IO);
	err = (struct fiche_error){ 0 };
	assert_int_equal(out_finish(o, &err), FICHE_ERR_IO);
	assert_string_equal(err.text, "cannot write: No space left on device");
	out_free(o);
}

/* ---- names of folders ---------------------------------------------- */

static void foreign_text_becomes_one_safe_component(void **state)
{
	static const char *const rows[][2] = {
		{ "example.org", "example.org" },
		{ "a/b\\c", "a%2Fb%5Cc" },
		{ "..", ".." }, /* "source=.." is no way up */
		{ "a b\n%", "a%20b%0A%25" },
		{ "x=y&z", "x%3Dy%26z" },
		{ "\xc3\xa9t\xc3\xa9", "\xc3\xa9t\xc3\xa9" },
		{ "\xc2\x9b", "%C2%9B" },
		{ "a\xe2\x80\xae"
		  "b",
		  "a%E2%80%AEb" }, /* would show as from right to left */
		{ "\xe2\x81\xa6\xe2\x80\xa8", "%E2%81%A6%E2%80%A8" },
		{ "\xe2\x80\x93", "\xe2\x80\x93" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf b = { 0 };

		partition_escape(&b, rows[i][0], strlen(rows[i][0]));
		buf_u8(&b, 0);
		assert_string_equal((const char *)b.ptr, rows[i][1]);
		buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_of_a_warc_go_out_as_they_came),
		cmocka_unit_test(
			what_is_no_record_of_a_warc_becomes_a_resource),
		cmocka_unit_test_setup_teardown(
			every_allocation_may_fail_and_leaves_nothing, make_box,
			drop_box),
		cmocka_unit_test_setup_teardown(
			a_file_is_there_only_when_it_is_whole, make_box,
			drop_box),
		cmocka_unit_test_setup_teardown(
			a_file_that_came_meanwhile_is_not_replaced, make_box,
			drop_box),
		cmocka_unit_test_setup_teardown(
			a_failure_comes_back_from_every_later_call, make_box,
			drop_box),
		cmocka_unit_test(foreign_text_becomes_one_safe_component),
	};

	return cmocka_run_group_tests(tests, make_box, drop_box);
}
