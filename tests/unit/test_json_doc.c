/* SPDX-License-Identifier: Apache-2.0 */
/* test_json_doc.c - JSON documents become records, whole and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/import_case.h"

#define ONE   "{\"title\":\"One\",\"text\":\"First.\"}"
#define TWO   "{\"title\":\"Two\",\"text\":\"Se}c\\\"]ond.\"}"
#define THREE "{\"title\":\"Three\",\"text\":\"Third.\"}"

static void an_array_of_objects_is_one_record_each(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.json", "[" ONE ",\n " TWO ", " THREE "]\n");
	assert_count(c, 3);
	assert_bytes(c, 0, ONE);
	assert_bytes(c, 1, TWO);
	assert_bytes(c, 2, THREE);
	assert_int_equal(c->writer.records[0].line, 1);
	assert_int_equal(c->writer.records[1].line, 2);
	assert_null(c->writer.records[0].card);
	assert_quiet(c);
}

static void one_indented_object_is_one_record(void **state)
{
	struct import_case *c = *state;
	const char *text = "{\n  \"title\": \"One\",\n  \"items\": [\n"
			   "    {\"title\": \"x\"}\n  ],\n"
			   "  \"maintext\": \"First.\"\n}";

	import_text(c, "a.json", text);
	assert_count(c, 1);
	assert_bytes(c, 0, text);
	assert_quiet(c);
}

static void other_mixtures_are_understood(void **state)
{
	static const struct {
		const char *text;
		size_t count;
	} rows[] = {
		{ "[" ONE ",]" TWO ",]" THREE "]", 3 },
		{ "[" ONE "]" TWO "]", 2 },
		{ "[\n" ONE ",\n" TWO ",\n]\n", 2 },
		{ "[" ONE "][" TWO "]", 2 },
		{ "[[" ONE "],[" TWO "," THREE "]]", 3 },
		{ "{\n\"title\":\"x\"}\n{\n\"title\":\"y\"}\n", 2 },
		{ "{\n\"title\":\"x\"},\n{\n\"title\":\"y\"},\n", 2 },
		{ "\xef\xbb\xbf[" ONE "]", 1 },
		{ "[]", 0 },
	};
	struct import_case *c = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		import_text(c, "a.json", rows[i].text);
		if (i + 1 < sizeof(rows) / sizeof(rows[0]))
			assert_count(c, rows[i].count);
		assert_quiet(c);
	}
}

static void answers_of_interfaces_are_unwrapped(void **state)
{
	static const struct {
		const char *before, *after;
	} rows[] = {
		{ "{\"articles\":[", "]}" },
		{ "{\"status\":\"ok\",\"totalResults\":2,\"articles\":[",
		  "],\"x\":[1]}" },
		{ "{\"articles\":{\"page\":1,\"results\":[", "]}}" },
		{ "{\"items\":[", "]}" },
		{ "{\"posts\":[", "],\"next\":\"/2\"}" },
		{ "{\"data\":[", "]}" },
		{ "{\"results\":[", "]}" },
		{ "{\"docs\":[", "]}" },
		{ "{\"response\":{\"meta\":{\"hits\":2},\"docs\":[", "]}}" },
		{ "{\"response\":{\"status\":\"ok\",\"results\":[", "]}}" },
		{ "{\"query\":\"q\",\"category\":[{\"records\":{\"s\":1,"
		  "\"article\":[",
		  "]}}]}" },
	};
	struct import_case *c = *state;
	char text[500];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s%s,%s%s", rows[i].before,
		               ONE, TWO, rows[i].after);
		import_text(c, "a", text);
		assert_count(c, 2);
		assert_bytes(c, 0, ONE);
		assert_bytes(c, 1, TWO);
		assert_quiet(c);
	}
	import_text(c, "a",
	            "{\"took\":3,\"hits\":{\"hits\":["
	            "{\"_id\":\"7\",\"_source\":" ONE "}]}}");
	assert_count(c, 1);
	assert_bytes(c, 0, "{\"_id\":\"7\",\"_source\":" ONE "}");
}

static void articles_by_their_id_are_unwrapped(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.json", "{\n\"x1\": " ONE ",\n\"x2\": " TWO "\n}\n");
	assert_count(c, 2);
	assert_bytes(c, 1, TWO);
	import_text(c, "a.json",
	            "{\n\"title\": {\"main\": \"x\"},\n\"n\": {\"a\":1}\n}");
	assert_count(c, 1);
}

static void an_article_that_has_lists_stays_whole(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.json",
	            "{\n\"items\": [" ONE "],\n\"text\": \"Own text.\"\n}");
	assert_count(c, 1);
	import_text(c, "b",
	            "{\"url\":\"https://a.example/1\",\"title\":\"T\","
	            "\"data\":[" ONE "]}\n" ONE "\n");
	assert_count(c, 2);
	assert_bytes(c, 1, ONE);
}

static void lines_of_json_stay_lines(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.json", ONE "\r\nnot json\n" TWO "\n");
	assert_count(c, 3);
	assert_bytes(c, 0, ONE "\r");
	assert_bytes(c, 1, "not json");
}

static void a_pointer_says_where_the_articles_are(void **state)
{
	struct import_case *c = *state;

	c->opt.records_at = "/deep/li~1st";
	import_text(c, "a",
	            "{\"deep\":{\"li/st\":[" ONE "," TWO
	            "]},\"articles\":[" THREE "]}");
	assert_count(c, 2);
	c->opt.records_at = "/a/*/b";
	import_text(c, "a", "{\"a\":[{\"b\":" ONE "},{\"b\":[" TWO "]}]}");
	assert_count(c, 2);
	import_text(c, "a", "[{\"a\":[{\"b\":" ONE "}]}]");
	assert_count(c, 1);
	import_text(c, "a", "{\"c\":1}");
	assert_count(c, 0);
	assert_said(c, "W a:1: has no articles at /a/*/b");
}

static void an_array_cut_off_keeps_all_whole_records(void **state)
{
	struct import_case *c = *state;
	const char *text = "[" ONE ",\n" TWO ",\n" THREE "]";

	assert_every_cut(c, "a.json", text, strlen(text));
	import_text(c, "a.json", "[\n" ONE ",\n" TWO);
	assert_count(c, 2);
	assert_said(c, "W a.json: ends inside an array");
	assert_int_equal(c->stats.inputs_failed, 1);
	import_text(c, "a.json", "[\n" ONE ",\n{\"title\": \"Tw");
	assert_count(c, 1);
	assert_said(c, "ends inside what began in line 3, which is left out");
	import_text(c, "a.json", "{\"articles\": [\n" ONE ",\n{\"title\": ");
	assert_count(c, 1);
	assert_int_equal(c->stats.inputs_failed, 1);
}

static void behind_a_malformed_record_the_next_is_found(void **state)
{
	static const char *const broken[] = {
		"{\"title\":\"Bro\"ken\",\"text\":\"x\"}",
		"{\"title\":\"Broken,\"text\":\"x\"}",
		"{\"title\":[1,2},\"text\":\"x\"}",
		"{\"title\" \"Broken\",\"text\":\"x\"}",
		"{\"title\":\"Broken\",\"text\":\"x}",
		"{\"title\":\"Broken\" \"related\":[{\"title\":\"r\"}]}",
	};
	struct import_case *c = *state;
	char text[400];

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		(void)snprintf(text, sizeof(text), "[\n%s,\n%s,\n%s\n]\n", ONE,
		               broken[i], THREE);
		import_text(c, "a.json", text);
		assert_count(c, 2);
		assert_bytes(c, 0, ONE);
		assert_bytes(c, 1, THREE);
		assert_int_equal(c->stats.skipped, 1);
		assert_said(c, i == 4 ? "W a.json:4: column "
		                      : "W a.json:3: column ");
		assert_int_equal(c->stats.inputs_failed, 0);
		(void)snprintf(text, sizeof(text), "[%s,%s,%s]", ONE, broken[i],
		               THREE);
		import_text(c, "a.json", text);
		assert_count(c, 2);
		assert_bytes(c, 1, THREE);
	}
}

static void what_is_no_object_is_left_out_and_counted(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.json", "[1, \"x{\", " ONE ",\nnull, " TWO "]");
	assert_count(c, 2);
	assert_int_equal(c->stats.skipped, 3);
	assert_said(c, "W a.json:1: 2 values that are no objects: left out");
	assert_said(c, "W a.json:2: no object: left out");
}

static void a_text_in_brackets_is_no_json(void **state)
{
	static const char *const texts[] = {
		"[Update] The bridge is open again.\n",
		"{Photo: none} A ferry has sunk.\n",
	};
	struct import_case *c = *state;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		import_text(c, "a.txt", texts[i]);
		assert_count(c, 1);
		assert_has(c, 0, "text/plain");
	}
}

static void a_record_too_long_is_told_and_the_next_is_read(void **state)
{
	struct import_case *c = *state;
	size_t big = 400000;
	char *text = malloc(big + 200), *at = text;

	assert_non_null(text);
	at += sprintf(at, "[" ONE ",\n{\"title\":\"");
	memset(at, 'x', big);
	at += big;
	at += sprintf(at, "\"},\n" TWO "]");
	c->opt.record_max = 1000;
	import_bytes(c, "a.json", text, (size_t)(at - text));
	assert_count(c, 2);
	assert_bytes(c, 1, TWO);
	assert_int_equal(c->stats.too_long, 1);
	assert_said(c, "W a.json:2: longer than 1000 bytes: left out");
	free(text);
}

/* The document is longer than a record may be, its records are not. */
static void a_document_of_any_length_streams_through(void **state)
{
	static const char *const begin[] = { "[", "{\"n\":1,\"articles\":[",
		                             "{\"a\":[0],\n\"data\":[" };
	static const char *const end[] = { "]", "]}", "]}" };
	struct import_case *c = *state;
	size_t count = 30000, i, n;
	char *text = malloc(count * 60 + 100);

	assert_non_null(text);
	c->opt.record_max = 2000;
	c->writer.count_only = true;
	for (i = 0; i < 3; i++) {
		n = (size_t)sprintf(text, "%s", begin[i]);
		for (size_t j = 0; j < count; j++)
			n += (size_t)sprintf(text + n, "%s%s", j ? "," : "",
			                     ONE);
		n += (size_t)sprintf(text + n, "%s", end[i]);
		import_bytes(c, "a.json", text, n);
		assert_count(c, count);
		assert_quiet(c);
	}
	free(text);
}

static void nesting_is_bounded(void **state)
{
	struct import_case *c = *state;
	size_t n = 200000;
	char *text = malloc(6 * n + 1);

	assert_non_null(text);
	c->opt.format = "json";
	for (size_t i = 0; i < n; i++)
		memcpy(text + 5 * i, "{\"a\":", 5);
	import_bytes(c, "a.json", text, 5 * n);
	assert_count(c, 0);
	memset(text, '[', n);
	memcpy(text + n, ONE, strlen(ONE));
	import_bytes(c, "a.json", text, n + strlen(ONE));
	free(text);
}

static void items_take_from_their_feed_what_they_lack(void **state)
{
	struct import_case *c = *state;

	import_text(
		c, "feed.json",
		"{\"version\":\"https://jsonfeed.org/version/1.1\","
		"\"title\":\"The Feed\",\"language\":\"de\",\"items\":["
		"{\"id\":\"1\",\"title\":\"T\",\"content_text\":\"Plain.\"},"
		"{\"id\":\"2\",\"url\":\"https://a.example/2\",\"language\":"
		"\"fr\",\"content_html\":\"<p>Un</p><p>Deux</p>\"}]}");
	assert_count(c, 2);
	assert_has(c, 0, "\"language\":\"de\"");
	assert_has(c, 0, "\"site_name\":\"The Feed\"");
	assert_text(c, 0, "Plain.");
	assert_has(c, 1, "\"language\":\"fr\"");
	assert_text(c, 1, "Un\n\nDeux");
}

static void markup_is_kept_and_read_as_text(void **state)
{
	struct import_case *c = *state;

	import_text(c, "a.jsonl",
	            "{\"title\":\"A &amp; B\",\"content\":\"<p>One.</p>\\n"
	            "<p>Two &lt; three.</p>\",\"author\":\"Ada Lind\"}\n"
	            "{\"title\":\"C\",\"text\":\"a < b\"}\n"
	            "{\"title\":\"D\",\"content_html\":"
	            "\"\\u003cp>Four.\\u003c/p>\"}\n"
	            "{\"title\":\"E\",\"content\":{\"rendered\":"
	            "\"<p>Five.</p>\"}}\n"
	            "{\"title\":\"F\",\"html\":{\"content\":"
	            "\"<div>Six.</div>\"}}\n");
	assert_count(c, 5);
	assert_has(c, 0, "\"type\":\"application/json\"");
	assert_has(c, 0, "\"title\":\"A & B\"");
	assert_has(c, 0, "\"authors\":[\"Ada Lind\"]");
	assert_text(c, 0, "One.\n\nTwo < three.");
	assert_null(c->writer.records[1].card);
	assert_text(c, 2, "Four.");
	assert_text(c, 3, "Five.");
	assert_text(c, 4, "Six.");
}

static void every_failing_allocation_is_survived(void **state)
{
	struct import_case *c = *state;
	const char *text =
		"{\"articles\":[{\"title\":\"A &amp; B\",\"content\":"
		"\"<p>One.</p>\"},1," ONE "]}";

	assert_every_allocation(c, "a.json", text, strlen(text));
}

static void an_unknown_format_is_refused(void **state)
{
	struct import_case *c = *state;

	c->opt.format = "parchment";
	assert_int_equal(import_try(c, "a", "x", 1), FICHE_ERR_ARG);
	c->opt.format = "json";
	import_text(c, "a.txt", "The flood. " ONE);
	assert_count(c, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IMPORT_TEST(an_array_of_objects_is_one_record_each),
		IMPORT_TEST(one_indented_object_is_one_record),
		IMPORT_TEST(other_mixtures_are_understood),
		IMPORT_TEST(answers_of_interfaces_are_unwrapped),
		IMPORT_TEST(articles_by_their_id_are_unwrapped),
		IMPORT_TEST(an_article_that_has_lists_stays_whole),
		IMPORT_TEST(lines_of_json_stay_lines),
		IMPORT_TEST(a_pointer_says_where_the_articles_are),
		IMPORT_TEST(an_array_cut_off_keeps_all_whole_records),
		IMPORT_TEST(behind_a_malformed_record_the_next_is_found),
		IMPORT_TEST(what_is_no_object_is_left_out_and_counted),
		IMPORT_TEST(a_text_in_brackets_is_no_json),
		IMPORT_TEST(a_record_too_long_is_told_and_the_next_is_read),
		IMPORT_TEST(a_document_of_any_length_streams_through),
		IMPORT_TEST(nesting_is_bounded),
		IMPORT_TEST(items_take_from_their_feed_what_they_lack),
		IMPORT_TEST(markup_is_kept_and_read_as_text),
		IMPORT_TEST(every_failing_allocation_is_survived),
		IMPORT_TEST(an_unknown_format_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
