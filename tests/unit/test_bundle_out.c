/* SPDX-License-Identifier: Apache-2.0 */
/* test_bundle.c - export/bundle: tar and zip, read again with libarchive. */

#define _GNU_SOURCE 1 /* tzset() */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>

#include "article/date.h"
#include "base/alloc.h"
#include "export/bundle_name.h"
#include "support/export_case.h"

static struct export_case where;

static int enter(void **state)
{
	(void)state;
	return export_case_init(&where, "x");
}

static int leave(void **state)
{
	(void)state;
	export_case_done(&where);
	return 0;
}

/* ---- names --------------------------------------------------------- */

static struct fiche_date day_of(int64_t begin, enum fiche_precision p)
{
	return date_make(begin, p, true);
}

static const struct {
	const char *rule;
	const char *title, *source;
	int64_t date;
	enum fiche_precision precision;
	const char *name;
} names[] = {
	{ "all is known", "Floods hit the valley", "example.org", 1709251200,
	  FICHE_DATE_SECOND,
	  "2024/03/01/example.org/floods-hit-the-valley-01020304" },
	{ "a month", "A", "b", 1709251200, FICHE_DATE_MONTH,
	  "2024/03/b/a-01020304" },
	{ "a year", "A", "b", 1709251200, FICHE_DATE_YEAR,
	  "2024/b/a-01020304" },
	{ "before 1970", "A", "b", -1, FICHE_DATE_DAY,
	  "1969/12/31/b/a-01020304" },
	{ "nothing is known", NULL, NULL, 0, FICHE_DATE_NONE,
	  "undated/unknown/01020304" },
	{ "out of the folder", "../../etc/passwd", "../..", 0, FICHE_DATE_NONE,
	  "undated/unknown/etc-passwd-01020304" },
	{ "hidden", ".bashrc", ".ssh", 0, FICHE_DATE_NONE,
	  "undated/ssh/bashrc-01020304" },
	{ "dots together", "a", "a..b", 0, FICHE_DATE_NONE,
	  "undated/a-b/a-01020304" },
	{ "controls and quotes", "a\nb\"c\\d:e|f", "A B", 0, FICHE_DATE_NONE,
	  "undated/a-b/a-b-c-d-e-f-01020304" },
	{ "another script", "\xd0\x9d\xd0\xbe\xd0\xb2\xd0\xbe", "x", 0,
	  FICHE_DATE_NONE, "undated/x/01020304" },
	{ "long",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaaaa",
	  "x", 0, FICHE_DATE_NONE,
	  "undated/x/"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "-01020304" },
};

static void foreign_texts_make_safe_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct fiche_article a = export_article_of(0);
		struct bundle_ids ids = { 0 };
		struct buf out = { 0 };

		memcpy(a.digest, "\1\2\3\4", 4);
		a.title = export_text(names[i].title);
		a.source = export_text(names[i].source);
		if (names[i].precision != FICHE_DATE_NONE)
			a.published = day_of(names[i].date, names[i].precision);
		assert_int_equal(bundle_name(&out, &ids, &a, NULL), 0);
		buf_u8(&out, 0);
		if (strcmp((const char *)out.ptr, names[i].name) != 0)
			fail_msg("%s: %s", names[i].rule,
			         (const char *)out.ptr);
		bundle_ids_done(&ids);
		buf_done(&out);
	}
}

static void ids_that_begin_alike_do_not_share_a_name(void **state)
{
	struct fiche_article a = export_article_of(0);
	struct bundle_ids ids = { 0 };
	struct buf one = { 0 }, two = { 0 };

	(void)state;
	assert_int_equal(bundle_name(&one, &ids, &a, NULL), 0);
	for (uint64_t i = 1; i < 5000; i++) {
		struct fiche_article other = export_article_of(i);

		buf_clear(&two);
		assert_int_equal(bundle_name(&two, &ids, &other, NULL), 0);
	}
	a.digest[31] ^= 1;
	buf_clear(&two);
	assert_int_equal(bundle_name(&two, &ids, &a, NULL), 0);
	assert_int_equal(two.len, one.len + 56);
	bundle_ids_done(&ids);
	buf_done(&one);
	buf_done(&two);
}

/* ---- files --------------------------------------------------------- */

static void write_all(const struct export_format *f,
                      const struct fiche_article *a, size_t count)
{
	struct fiche_error err = { 0 };

	if (export_case_write(&where, f, a, count, &err) != 0)
		fail_msg("%s", err.text);
}

static struct archive *read_again(void)
{
	struct archive *in = archive_read_new();

	(void)archive_read_support_format_all(in);
	assert_int_equal(archive_read_open_filename(in, where.path, 1 << 16),
	                 ARCHIVE_OK);
	return in;
}

/* The next file has this name, time and content. */
static void assert_next(struct archive *in, const char *name, int64_t mtime,
                        const char *content)
{
	struct archive_entry *e;
	char got[2048];
	la_ssize_t n;

	assert_int_equal(archive_read_next_header(in, &e), ARCHIVE_OK);
	assert_string_equal(archive_entry_pathname(e), name);
	assert_int_equal(archive_entry_mtime(e), mtime);
	assert_int_equal(archive_entry_uid(e), 0);
	assert_int_equal(archive_entry_perm(e), 0644);
	n = archive_read_data(in, got, sizeof(got));
	assert_true(n >= 0);
	if (content) {
		assert_int_equal(n, strlen(content));
		assert_memory_equal(got, content, (size_t)n);
	}
}

static void assert_end(struct archive *in)
{
	struct archive_entry *e;

	assert_int_equal(archive_read_next_header(in, &e), ARCHIVE_EOF);
	(void)archive_read_free(in);
}

static void a_file_has_what_is_known_about_it_beside_it(
	const struct export_format *f)
{
	struct fiche_article a[2] = { export_article_of(0),
		                      export_article_of(1) };
	struct archive *in;

	memcpy(a[0].digest, "\1\2\3\4", 4);
	memcpy(a[1].digest, "\5\6\7\10", 4);
	a[0].text = export_text("{\"title\":\"T\"}");
	a[0].title = export_text("T");
	a[0].published = day_of(1709251200, FICHE_DATE_DAY);
	a[1].text = export_text("<p>Hello</p>");
	a[1].path = export_text("old/name.html");
	a[1].media_type = export_text("text/html; charset=utf-8");
	a[1].source = export_text("example.org");
	a[1].published = day_of(1709337600, FICHE_DATE_DAY);
	write_all(f, a, 2);
	in = read_again();
	assert_next(in, "2024/03/01/unknown/t-01020304.json", 1709251200,
	            "{\"title\":\"T\"}");
	assert_next(in, "2024/03/02/example.org/05060708.html", 1709337600,
	            "<p>Hello</p>");
	assert_next(in, "2024/03/02/example.org/05060708.html.meta.json",
	            1709337600, NULL);
	assert_end(in);
}

static void a_file_in_a_tar(void **state)
{
	(void)state;
	a_file_has_what_is_known_about_it_beside_it(&export_tar);
}

static void a_file_in_a_zip(void **state)
{
	(void)state;
	a_file_has_what_is_known_about_it_beside_it(&export_zip);
}

/* Neither is one of 32 bits, or of DOS. */
static void a_tar_has_times_that_a_zip_has_not(void **state)
{
	struct fiche_article a = export_article_of(0);
	int64_t old = date_from_civil(1848, 5, 1);
	struct archive_entry *e;
	struct archive *in;

	(void)state;
	a.published = day_of(old, FICHE_DATE_DAY);
	write_all(&export_tar, &a, 1);
	in = read_again();
	assert_int_equal(archive_read_next_header(in, &e), ARCHIVE_OK);
	assert_int_equal(archive_entry_mtime(e), old);
	assert_end(in);
	write_all(&export_zip, &a, 1);
	in = read_again();
	assert_int_equal(archive_read_next_header(in, &e), ARCHIVE_OK);
	assert_memory_equal(archive_entry_pathname(e), "1848/05/01/", 11);
	assert_end(in);
}

/* More than the 65,535 of the first zips. */
static void a_zip_has_room_for_many(void **state)
{
	enum { COUNT = 66000 };
	struct fiche_article *a = alloc_zeroed(COUNT, sizeof(*a));
	struct archive_entry *e;
	struct archive *in;
	size_t count = 0;

	(void)state;
	assert_non_null(a);
	for (size_t i = 0; i < COUNT; i++) {
		a[i] = export_article_of(i);
		a[i].text = export_text("{}");
	}
	write_all(&export_zip, a, COUNT);
	in = read_again();
	while (count < COUNT && archive_read_next_header(in, &e) == ARCHIVE_OK)
		count++;
	assert_int_equal(count, COUNT);
	assert_end(in);
	alloc_free(a);
}

static uint8_t *load(size_t *len)
{
	FILE *f = fopen(where.path, "rb");
	uint8_t *bytes = alloc_bytes(1 << 16);

	assert_non_null(f);
	assert_non_null(bytes);
	*len = fread(bytes, 1, 1 << 16, f);
	(void)fclose(f);
	return bytes;
}

static void the_zone_of_the_machine_changes_nothing(void **state)
{
	static const struct export_format *const formats[] = { &export_tar,
		                                               &export_zip };
	struct fiche_article a = export_article_of(0);

	(void)state;
	a.published = day_of(1709251200, FICHE_DATE_SECOND);
	a.text = export_text("{\"text\":\"one two three\"}");
	for (size_t i = 0; i < 2; i++) {
		uint8_t *here, *there;
		size_t here_len, there_len;

		write_all(formats[i], &a, 1);
		here = load(&here_len);
		assert_int_equal(setenv("TZ", "XXX+7", 1), 0);
		tzset();
		write_all(formats[i], &a, 1);
		there = load(&there_len);
		assert_int_equal(setenv("TZ", "UTC", 1), 0);
		tzset();
		assert_int_equal(here_len, there_len);
		assert_memory_equal(here, there, here_len);
		alloc_free(here);
		alloc_free(there);
	}
}

static void every_allocation_may_fail(void **state)
{
	static const struct export_format *const formats[] = { &export_tar,
		                                               &export_zip };
	struct fiche_article a = export_article_of(1);

	(void)state;
	a.text = export_text("<p>");
	a.path = export_text("x.html");
	a.media_type = export_text("text/html");
	for (size_t i = 0; i < 2; i++)
		for (long n = 0;; n++) {
			struct fiche_error err = { 0 };
			int r;

			alloc_fail_after(n, false);
			r = export_case_write(&where, formats[i], &a, 1, &err);
			alloc_fail_after(-1, false);
			if (r == 0)
				break;
			assert_int_equal(r, FICHE_ERR_NOMEM);
		}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, enter, leave)
	const struct CMUnitTest tests[] = {
		CASE(foreign_texts_make_safe_names),
		CASE(ids_that_begin_alike_do_not_share_a_name),
		CASE(a_file_in_a_tar),
		CASE(a_file_in_a_zip),
		CASE(a_tar_has_times_that_a_zip_has_not),
		CASE(a_zip_has_room_for_many),
		CASE(the_zone_of_the_machine_changes_nothing),
		CASE(every_allocation_may_fail),
	};
#undef CASE

	return cmocka_run_group_tests(tests, NULL, NULL);
}
