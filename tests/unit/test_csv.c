/* SPDX-License-Identifier: Apache-2.0 */
/* test_csv.c - tables become records, and prose stays prose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/import_case.h"

static void each_row_is_an_object_with_the_names_of_the_header(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a",
	            "url,title,text\n"
	            "https://a.example/1,One,First.\n"
	            "https://a.example/2,\"Two, \"\"2\"\"\",\"Se\ncond.\"\n"
	            "https://a.example/3,,Third.\n");
	assert_count(c, 3);
	assert_bytes(c, 0,
	             "{\"url\":\"https://a.example/1\",\"title\":\"One\","
	             "\"text\":\"First.\"}");
	assert_bytes(c, 1,
	             "{\"url\":\"https://a.example/2\",\"title\":\"Two, "
	             "\\\"2\\\"\",\"text\":\"Se\\ncond.\"}");
	assert_bytes(c, 2,
	             "{\"url\":\"https://a.example/3\",\"text\":\"Third.\"}");
	assert_int_equal(c->writer.records[1].line, 3);
	assert_int_equal(c->writer.records[2].line, 5);
	assert_quiet(c);
}

static void the_dialect_is_found_out(void **state)
{
	static const struct {
		const char *name, *text;
	} rows[] = {
		{ "a", "title;text\nOne;1,5\nTwo;2,5\n" },
		{ "a", "title\ttext\nOne\t1,5\nTwo\t2,5\n" },
		{ "a", "title|text\nOne|1,5\nTwo|2,5\n" },
		{ "a", "title,text\r\nOne,\"1,5\"\r\nTwo,\"2,5\"\r\n" },
		{ "a", "title,text\rOne,\"1,5\"\rTwo,\"2,5\"\r" },
		{ "a", "\xef\xbb\xbftitle,text\nOne,\"1,5\"\nTwo,\"2,5\"" },
		{ "a", "sep=;\r\ntitle;text\r\nOne;1,5\r\nTwo;2,5\r\n" },
		{ "a", "\"title\",\"text\"\n\"One\",\"1,5\"\nTwo,\"2,5\"\n" },
		{ "a.CSV", "title;text\nOne;1,5\nTwo;2,5\n" },
		{ "a.tsv.gz", "title\ttext\nOne\t1,5\nTwo\t2,5\n" },
	};
	struct import_case *c = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		import_text(c, rows[i].name, rows[i].text);
		assert_count(c, 2);
		assert_bytes(c, 0, "{\"title\":\"One\",\"text\":\"1,5\"}");
		assert_bytes(c, 1, "{\"title\":\"Two\",\"text\":\"2,5\"}");
		assert_quiet(c);
	}
}

static void prose_with_commas_is_no_table(void **state)
{
	static const char *const texts[] = {
		"Rain, wind and snow\nCold, dark and long\nHome, at last\n",
		"Title, date\nof a poem, by nobody\nand so on, and on\n",
		"Dear editor,\nyour paper is late,\nagain.\n",
		"By A. Nobody, staff\nText, more text.\nText, more text.\n",
		"| title | text |\n|---|---|\n| a | b |\n",
		"Date: Monday; place: here\nDate: Tuesday; place: there\n",
		"text\nwithout\ncommas\n",
		"title,text\n",
		"name, said, the minister\nthe cost, he added, is high\n",
	};
	struct import_case *c = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		import_text(c, "a.txt", texts[i]);
		assert_count(c, 1);
		assert_has(c, 0, "\"type\":\"text/plain\"");
	}
}

static void names_of_columns_become_unique(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.csv", ",title,title, text \n0,A,B,C\n");
	assert_count(c, 1);
	assert_bytes(c, 0,
	             "{\"c1\":\"0\",\"title\":\"A\",\"title_3\":\"B\","
	             "\"text\":\"C\"}");
}

static void a_table_without_header_is_read_if_asked_for(void **state)
{
	struct import_case *c = *state;

	c->opt.format = "csv";
	import_text(c, "a", "1,\"Flood, again!\"\n2,Fire!\n");
	assert_count(c, 2);
	assert_bytes(c, 0, "{\"c1\":\"1\",\"c2\":\"Flood, again!\"}");
	import_text(c, "a", "title,text\nOne,1\n");
	assert_count(c, 1);
	assert_bytes(c, 0, "{\"title\":\"One\",\"text\":\"1\"}");
}

static void cells_too_many_are_kept_and_too_few_are_missing(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.csv", "title,text\nA,B\nC,D,E,,F\nG\n\nH,I\n");
	assert_count(c, 4);
	assert_bytes(
		c, 1,
		"{\"title\":\"C\",\"text\":\"D\",\"_extra\":[\"E\",\"F\"]}");
	assert_bytes(c, 2, "{\"title\":\"G\"}");
	assert_int_equal(c->stats.blank_lines, 1);
}

static void a_quote_never_closed_costs_its_row_only(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.csv",
	            "id,title,text\n1,A,B\n2,\"C\n3,D,E\n4,\"F\",G\n5,H,I\n");
	assert_count(c, 4);
	assert_bytes(c, 1, "{\"id\":\"3\",\"title\":\"D\",\"text\":\"E\"}");
	assert_bytes(c, 3, "{\"id\":\"5\",\"title\":\"H\",\"text\":\"I\"}");
	assert_said(c, "W a.csv:3: a quote that is not closed: left out");
	assert_int_equal(c->stats.skipped, 1);
	/* In a line with all its cells, it is just a character. */
	import_text(c, "a.tsv", "title\ttext\n\"A\tB\nC\tD\n");
	assert_count(c, 2);
	assert_bytes(c, 0, "{\"title\":\"\\\"A\",\"text\":\"B\"}");
	assert_quiet(c);
}

static void a_row_too_long_is_told_and_the_next_is_read(void **state)
{
	struct import_case *c = *state;
	size_t big = 300000;
	char *text = malloc(big + 100), *at = text;

	assert_non_null(text);
	c->opt.record_max = 1000;
	for (int quoted = 0; quoted < 2; quoted++) {
		at = text +
		     sprintf(text, "title,text\nA,B\n%s", quoted ? "\"" : "");
		memset(at, 'x', big);
		at += big;
		at += sprintf(at, "\nC,D\nE,F\n");
		import_bytes(c, "a.csv", text, (size_t)(at - text));
		assert_count(c, 3);
		assert_bytes(c, 1, "{\"title\":\"C\",\"text\":\"D\"}");
		assert_said(c, "W a.csv:3: ");
		assert_int_equal(c->stats.too_long + c->stats.skipped, 1);
	}
	free(text);
}

static void other_encodings_become_utf_8(void **state)
{
	static const char wide[] = "\xff\xfet\0i\0t\0l\0e\0\t\0t\0e\0x\0t\0\r\0"
				   "\n\0A\0\t\0\xe9\0\x3d\xd8\x00\xde\r\0\n\0"
				   "\x00\xdc\t\0B\0\n";
	struct import_case *c = *state;

	import_bytes(c, "a.csv", wide, sizeof(wide) - 1);
	assert_count(c, 2);
	assert_bytes(c, 0,
	             "{\"title\":\"A\",\"text\":\"\xc3\xa9\xf0\x9f\x98\x80\"}");
	assert_bytes(c, 1,
	             "{\"title\":\"\xef\xbf\xbd\",\"text\":\"B\xef\xbf\xbd\"}");
	import_text(c, "a.csv", "title,text\nCaf\xe9,\x93x\x94\x81\n");
	assert_bytes(c, 0,
	             "{\"title\":\"Caf\xc3\xa9\",\"text\":\"\xe2\x80\x9cx"
	             "\xe2\x80\x9d\xef\xbf\xbd\"}");
	/* Damage in UTF-8 is left as it is. */
	import_text(c, "a.csv", "title,text\nCaf\xc3\xa9\xc3\xa9,x\xff\n");
	assert_bytes(c, 0,
	             "{\"title\":\"Caf\xc3\xa9\xc3\xa9\",\"text\":\"x\xff\"}");
}

static void markup_in_a_cell_is_read_as_text(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.csv", "title,content\nA,<p>B</p><p>C</p>\n");
	assert_count(c, 1);
	assert_bytes(c, 0,
	             "{\"title\":\"A\",\"content\":\"<p>B</p><p>C</p>\"}");
	assert_text(c, 0, "B\n\nC");
}

static void a_table_cut_anywhere_keeps_its_rows(void **state)
{
	struct import_case *c = *state;
	const char *text = "title,text\nA,\"B\nb\"\r\nC,D\n";

	assert_every_cut(c, "a.csv", text, strlen(text));
	assert_every_allocation(c, "a.csv", text, strlen(text));
	text = "\xff\xfet\0i\0t\0l\0e\0,\0u\0r\0l\0\n\0";
	assert_every_allocation(c, "a.csv", text, 22);
}

static void many_rows_need_little_memory(void **state)
{
	struct import_case *c = *state;
	size_t count = 50000, n;
	char *text = malloc(count * 30 + 100);

	assert_non_null(text);
	c->opt.record_max = 1000;
	c->writer.count_only = true;
	n = (size_t)sprintf(text, "title,text\n");
	for (size_t i = 0; i < count; i++)
		n += (size_t)sprintf(text + n, "T%zu,\"a \"\"b\"\"\n\"\n", i);
	import_bytes(c, "a", text, n);
	assert_count(c, count);
	assert_quiet(c);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(each_row_is_an_object_with_the_names_of_the_header),
		IMPORT_TEST(the_dialect_is_found_out),
		IMPORT_TEST(prose_with_commas_is_no_table),
		IMPORT_TEST(names_of_columns_become_unique),
		IMPORT_TEST(a_table_without_header_is_read_if_asked_for),
		IMPORT_TEST(cells_too_many_are_kept_and_too_few_are_missing),
		IMPORT_TEST(a_quote_never_closed_costs_its_row_only),
		IMPORT_TEST(a_row_too_long_is_told_and_the_next_is_read),
		IMPORT_TEST(other_encodings_become_utf_8),
		IMPORT_TEST(markup_in_a_cell_is_read_as_text),
		IMPORT_TEST(a_table_cut_anywhere_keeps_its_rows),
		IMPORT_TEST(many_rows_need_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
