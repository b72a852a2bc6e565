/* SPDX-License-Identifier: Apache-2.0 */
/* test_sqlite.c - rows of databases become records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <zlib.h>

#include "support/import_case.h"

/* A database made by `sql`, as bytes to be freed. */
static char *make(struct import_case *c, const char *sql, size_t *len)
{
	char path[300], *bytes;
	sqlite3 *db;
	FILE *f;
	long n;

	(void)snprintf(path, sizeof(path), "%s/made", c->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	f = fopen(path, "rb");
	assert_non_null(f);
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	assert_true(n > 0);
	rewind(f);
	bytes = malloc((size_t)n);
	assert_non_null(bytes);
	assert_int_equal(fread(bytes, 1, (size_t)n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(unlink(path), 0);
	*len = (size_t)n;
	return bytes;
}

static void import_sql(struct import_case *c, const char *sql)
{
	size_t len;
	char *bytes = make(c, sql, &len);

	import_bytes(c, "a?b.db", bytes, len);
	free(bytes);
}

static const char articles[] =
	"CREATE TABLE \"the \"\"news\" (id INTEGER PRIMARY KEY, title, text, "
	"score REAL, pic BLOB);"
	"INSERT INTO \"the \"\"news\" VALUES (7, 'A \"x\"', 'First.', 1.5, "
	"x'ff00'), (8, 'B', NULL, NULL, x'4142');"
	"CREATE TABLE other (a, b); INSERT INTO other VALUES (1, 2);"
	"CREATE VIEW v AS SELECT title, text FROM \"the \"\"news\";";

static void rows_of_tables_with_articles_are_objects(void **state)
{
	struct import_case *c = *state;

	import_sql(c, articles);
	assert_count(c, 2);
	assert_bytes(c, 0,
	             "{\"id\":7,\"title\":\"A \\\"x\\\"\",\"text\":\"First.\","
	             "\"score\":1.5}");
	assert_bytes(c, 1, "{\"id\":8,\"title\":\"B\",\"pic\":\"AB\"}");
	assert_int_equal(c->writer.records[1].line, 2);
	assert_said(c, "has columns of bytes that are no text: left out");
}

static void a_table_can_be_named(void **state)
{
	struct import_case *c = *state;

	c->opt.table = "other";
	import_sql(c, articles);
	assert_count(c, 1);
	assert_bytes(c, 0, "{\"a\":1,\"b\":2}");
	c->opt.table = "v";
	import_sql(c, articles);
	assert_count(c, 0);
	assert_said(c, "has no rows in a table 'v'");
	c->opt.table = NULL;
	import_sql(c, "CREATE TABLE t (x, y); INSERT INTO t VALUES (1, 2);");
	assert_count(c, 0);
	assert_said(c, "has no table of articles that is known as one");
	assert_int_equal(c->stats.skipped, 1);
}

static void a_compressed_database_is_read_too(void **state)
{
	struct import_case *c = *state;
	char path[300], *packed;
	size_t len;
	char *bytes = make(c, articles, &len);
	gzFile gz;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/packed", c->dir);
	gz = gzopen(path, "wb");
	assert_non_null(gz);
	assert_int_equal(gzwrite(gz, bytes, (unsigned)len), len);
	assert_int_equal(gzclose(gz), Z_OK);
	packed = malloc(len);
	assert_non_null(packed);
	f = fopen(path, "rb");
	assert_non_null(f);
	len = fread(packed, 1, len, f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(unlink(path), 0);
	import_bytes(c, "a.db.gz", packed, len);
	assert_count(c, 2);
	import_bytes(c, "a.db.gz", packed, len / 2);
	assert_count(c, 0);
	assert_int_equal(c->stats.inputs_failed, 1);
	free(packed);
	free(bytes);
}

/* The schema may say anything; each byte of it and of the first rows is
 * flipped. */
static void a_damaged_database_is_survived(void **state)
{
	struct import_case *c = *state;
	size_t len;
	char *bytes = make(c, articles, &len);

	for (size_t i = 16; i < len; i += 13) {
		bytes[i] = (char)(bytes[i] ^ 0x55);
		import_bytes(c, "a.db", bytes, len);
		assert_true(c->writer.count <= 1000);
		bytes[i] = (char)(bytes[i] ^ 0x55);
	}
	for (size_t n = 0; n < len; n += 499)
		import_bytes(c, "a.db", bytes, n);
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(rows_of_tables_with_articles_are_objects),
		IMPORT_TEST(a_table_can_be_named),
		IMPORT_TEST(a_compressed_database_is_read_too),
		IMPORT_TEST(a_damaged_database_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
