/* SPDX-License-Identifier: Apache-2.0 */
/* test_sqlite_out.c - export/sqlite, read again with SQLite. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/alloc.h"
#include "support/export_case.h"

static struct export_case where;

static int enter(void **state)
{
	(void)state;
	return export_case_init(&where, "x.sqlite");
}

static int leave(void **state)
{
	(void)state;
	export_case_done(&where);
	return 0;
}

static void write_all(const struct fiche_article *a, size_t count)
{
	struct fiche_error err = { 0 };
	int r = export_case_write(&where, &export_sqlite, a, count, &err);

	if (r != 0)
		fail_msg("%s", err.text);
}

/* The one value of a query, as text; "" for NULL. */
static void assert_answer(const char *sql, const char *want)
{
	sqlite3_stmt *s = NULL;
	sqlite3 *db = NULL;
	const char *text;

	assert_int_equal(
		sqlite3_open_v2(where.path, &db, SQLITE_OPEN_READONLY, NULL),
		SQLITE_OK);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_int_equal(sqlite3_step(s), SQLITE_ROW);
	text = (const char *)sqlite3_column_text(s, 0);
	assert_string_equal(text ? text : "", want);
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
}

static void an_article_is_found_by_its_words(void **state)
{
	struct fiche_article a[2] = { export_article_of(7),
		                      export_article_of(9) };

	(void)state;
	a[0].title = export_text("Bridges closed");
	a[0].text = export_text("The caf\xc3\xa9 stays open.");
	a[1].text = export_text("Another one.");
	write_all(a, 2);
	assert_answer("SELECT rowid FROM articles_fts "
	              "WHERE articles_fts MATCH 'cafe'",
	              "7");
	assert_answer("SELECT count(*) FROM articles", "2");
	assert_answer("SELECT title IS NULL FROM articles WHERE number = 9",
	              "1");
	assert_answer("PRAGMA integrity_check", "ok");
}

static void dates_are_written_with_their_precision(void **state)
{
	struct fiche_article a = export_article_of(0);

	(void)state;
	a.published = (struct fiche_date){ .begin = 1709251200,
		                           .end = 1709251200 + 86400,
		                           .precision = FICHE_DATE_DAY };
	write_all(&a, 1);
	assert_answer("SELECT published FROM articles", "2024-03-01");
	assert_answer("SELECT modified FROM articles", "");
}

static void lists_keep_their_order_beside_the_articles(void **state)
{
	struct fiche_text authors[] = { export_text("Zoe"),
		                        export_text("Abe") };
	struct fiche_article a = export_article_of(3);

	(void)state;
	a.authors = authors;
	a.author_count = 2;
	write_all(&a, 1);
	assert_answer("SELECT authors FROM articles_with_lists", "Zoe; Abe");
	assert_answer("SELECT tags FROM articles_with_lists", "");
	assert_answer("SELECT author FROM article_authors WHERE position = 1",
	              "Abe");
}

static void nul_does_not_end_a_text(void **state)
{
	static const char text[] = "before\0after\0";
	struct fiche_article a = export_article_of(0);

	(void)state;
	a.text = (struct fiche_text){ text, sizeof(text) - 1 };
	a.text_size = a.text.len;
	write_all(&a, 1);
	assert_answer("SELECT text FROM articles", "before\xef\xbf\xbd"
	                                           "after\xef\xbf\xbd");
	assert_answer("SELECT text_size FROM articles", "13");
	assert_answer("SELECT count(*) FROM articles_fts "
	              "WHERE articles_fts MATCH 'after'",
	              "1");
}

static void a_text_of_ten_megabytes_and_many_tags_fit(void **state)
{
	enum { LEN = 10 << 20, TAGS = 4096 };
	static struct fiche_text tags[TAGS];
	static char names[TAGS][8];
	struct fiche_article a = export_article_of(0);
	char *text = alloc_bytes(LEN);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LEN);
	for (size_t i = 0; i < TAGS; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "t%zu", i);
		tags[i] = export_text(names[i]);
	}
	a.text = (struct fiche_text){ text, LEN };
	a.tags = tags;
	a.tag_count = TAGS;
	write_all(&a, 1);
	assert_answer("SELECT length(text) FROM articles", "10485760");
	assert_answer("SELECT count(*) FROM article_tags", "4096");
	alloc_free(text);
}

/* What was recovered from a damaged archive may be there twice. */
static void one_that_comes_twice_is_kept_once(void **state)
{
	struct fiche_text tags[] = { export_text("t") };
	struct fiche_article a[3] = { export_article_of(4),
		                      export_article_of(4),
		                      export_article_of(6) };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		a[i].number = i;
		a[i].tags = tags;
		a[i].tag_count = 1;
	}
	write_all(a, 3);
	assert_answer("SELECT count(*) FROM articles", "2");
	assert_answer("SELECT count(*) FROM article_tags", "2");
}

static void only_fields_that_were_asked_for_are_there(void **state)
{
	static const char *const fields[] = { "title", "source", "tags" };
	struct fiche_article a = export_article_of(5);

	(void)state;
	a.title = export_text("T");
	where.opt.fields = fields;
	where.opt.field_count = 3;
	write_all(&a, 1);
	assert_answer("SELECT group_concat(name) FROM "
	              "pragma_table_info('articles')",
	              "number,title,source");
	assert_answer("SELECT group_concat(name) FROM "
	              "pragma_table_info('articles_fts')",
	              "title");
	assert_answer("SELECT count(*) FROM sqlite_schema "
	              "WHERE name = 'article_authors'",
	              "0");
}

static void without_a_text_there_is_no_search(void **state)
{
	static const char *const fields[] = { "id" };
	struct fiche_article a = export_article_of(5);

	(void)state;
	where.opt.fields = fields;
	where.opt.field_count = 1;
	write_all(&a, 1);
	assert_answer("SELECT count(*) FROM sqlite_schema "
	              "WHERE name LIKE 'articles_fts%'",
	              "0");
}

static void it_says_what_it_is(void **state)
{
	(void)state;
	write_all(NULL, 0);
	assert_answer("PRAGMA application_id", "1718182760");
	assert_answer("PRAGMA user_version", "1");
	assert_answer("PRAGMA journal_mode", "delete");
}

static void every_allocation_may_fail(void **state)
{
	struct fiche_article a = export_article_of(1);

	(void)state;
	a.text = export_text("Some\ntext.");
	for (long n = 0;; n++) {
		struct fiche_error err = { 0 };
		int r;

		alloc_fail_after(n, false);
		r = export_case_write(&where, &export_sqlite, &a, 1, &err);
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
		CASE(an_article_is_found_by_its_words),
		CASE(dates_are_written_with_their_precision),
		CASE(lists_keep_their_order_beside_the_articles),
		CASE(nul_does_not_end_a_text),
		CASE(a_text_of_ten_megabytes_and_many_tags_fit),
		CASE(one_that_comes_twice_is_kept_once),
		CASE(only_fields_that_were_asked_for_are_there),
		CASE(without_a_text_there_is_no_search),
		CASE(it_says_what_it_is),
		CASE(every_allocation_may_fail),
	};
#undef CASE

	return cmocka_run_group_tests(tests, NULL, NULL);
}
