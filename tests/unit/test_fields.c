/* SPDX-License-Identifier: Apache-2.0 */
/* test_fields.c - article/fields: what is found under which key. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "article/aliases.h"
#include "article/fields.h"
#include "article/rules.h"
#include "base/alloc.h"

/* The canonical JSON has `want` in it. */
static const struct {
	const char *rule, *json, *want;
} rows[] = {
	{ "case and marks of a key do not count", "{\"Date-Publish\":\"2007\"}",
	  "\"published\":\"2007\"" },
	{ "a dotted key may be nested", "{\"dc\":{\"date\":\"2007\"}}",
	  "\"published\":\"2007\"" },
	{ "order of preference", "{\"headline\":\"b\",\"title\":\"a\"}",
	  "\"title\":\"a\"" },
	{ "of equal keys the last usable",
	  "{\"title\":\"a\",\"title\":\"b\",\"title\":\"\"}",
	  "\"title\":\"b\"" },
	{ "blanks are not usable", "{\"title\":\" \\n\",\"headline\":\"b\"}",
	  "\"title\":\"b\"" },
	{ "words for nothing", "{\"title\":\"N\\/A\",\"headline\":\"b\"}",
	  "\"title\":\"b\"" },
	{ "a wrapper", "{\"metadata\":{\"title\":\"b\"}}", "\"title\":\"b\"" },
	{ "a wrapper is second choice",
	  "{\"meta\":{\"title\":\"b\"},\"name\":\"a\"}", "\"title\":\"a\"" },
	{ "_source is a wrapper",
	  "{\"_id\":\"7\",\"_source\":{\"title\":\"b\"}}", "\"title\":\"b\"" },
	{ "texts are trimmed", "{\"title\":\" a \\t\"}", "\"title\":\"a\"" },
	{ "the text is not", "{\"text\":\" a \\n\"}", "\"text\":\" a \\n\"" },
	{ "foreign bytes",
	  "{\"title\":\"\xff"
	  "a\"}",
	  "\"title\":\"\xef\xbf\xbd"
	  "a\"" },

	{ "url of an object", "{\"url\":{\"@id\":\"http://a.b/c\"}}",
	  "\"url\":\"http://a.b/c\"" },
	{ "url of a list of objects",
	  "{\"alternate\":[{\"href\":\"http://a.b/c\"}]}",
	  "\"url\":\"http://a.b/c\"" },
	{ "uri is a url", "{\"uri\":\"http://a.b/c\"}",
	  "\"source_id\":null,\"url\":\"http://a.b/c\"" },
	{ "or an id", "{\"uri\":\"urn:x:1\"}",
	  "\"source_id\":\"urn:x:1\",\"url\":null" },

	{ "id of any size", "{\"id\":123456789012345678901234567890}",
	  "\"source_id\":\"123456789012345678901234567890\"" },
	{ "id of a database", "{\"_id\":{\"$oid\":\"5f\"}}",
	  "\"source_id\":\"5f\"" },
	{ "NaN is no id", "{\"id\":NaN,\"guid\":\"g\"}",
	  "\"source_id\":\"g\"" },

	{ "title of WordPress", "{\"title\":{\"rendered\":\"t\"}}",
	  "\"title\":\"t\"" },
	{ "title of Trove",
	  "{\"title\":{\"id\":\"1\",\"title\":\"The Paper\"},"
	  "\"heading\":\"t\"}",
	  "\"title\":\"t\"" },
	{ "and its newspaper",
	  "{\"title\":{\"id\":\"1\",\"title\":\"The Paper\"}}",
	  "\"source\":\"The Paper\"" },

	{ "paragraphs", "{\"body\":[\"a\",\"\",\"b\"]}",
	  "\"text\":\"a\\n\\nb\"" },
	{ "sections",
	  "{\"body\":{\"summary\":[\"s\"],\"sections\":[{\"headline\":[\"h\"],"
	  "\"paragraphs\":[\"p\",\"q\"],\"x\":\"no\"}]}}",
	  "\"text\":\"s\\n\\nh\\n\\np\\n\\nq\"" },

	{ "an epoch", "{\"date\":1452632548.0}",
	  "\"published\":\"2016-01-12T21:02:28Z\","
	  "\"published_raw\":\"1452632548.0\"" },
	{ "a database date", "{\"date\":{\"$date\":\"2007-11-21\"}}",
	  "\"published\":\"2007-11-21\"" },
	{ "date-parts", "{\"issued\":{\"date-parts\":[[2024,3,1]]}}",
	  "\"published\":\"2024-03-01\",\"published_raw\":\"2024-3-1\"" },
	{ "an escaped date", "{\"date\":\"2007\\/11\\/21\"}",
	  "\"published\":\"2007-11-21\",\"published_raw\":\"2007/11/21\"" },
	{ "an unreadable date is kept", "{\"date\":\"0201-11-30\"}",
	  "\"published\":null,\"published_raw\":\"0201-11-30\"" },
	{ "but gives way", "{\"published\":\"soon\",\"date\":\"2007\"}",
	  "\"published\":\"2007\",\"published_raw\":\"2007\"" },
	{ "published before date", "{\"date\":\"2008\",\"pubDate\":\"2007\"}",
	  "\"published\":\"2007\"" },
	{ "dateTime is fetched beside dateTimePub",
	  "{\"dateTime\":\"2008\",\"dateTimePub\":\"2007\"}",
	  "\"published\":\"2007\",\"published_raw\":\"2007\","
	  "\"modified\":null,\"fetched\":\"2008\"" },
	{ "and published alone", "{\"dateTime\":\"2008\"}",
	  "\"published\":\"2008\",\"published_raw\":\"2008\","
	  "\"modified\":null,\"fetched\":null" },

	{ "a day and a time", "{\"date\":\"2007-11-21\",\"time\":\"14:05\"}",
	  "\"published\":\"2007-11-21T14:05Z\",\"published_raw\":\"2007-11-"
	  "21\"" },
	{ "a time that is none", "{\"date\":\"2007-11-21\",\"time\":\"noon\"}",
	  "\"published\":\"2007-11-21\"" },
	{ "a time beside a whole date",
	  "{\"date\":\"2007-11-21T10:00Z\",\"time\":\"14:05\"}",
	  "\"published\":\"2007-11-21T10:00Z\"" },
	{ "a time alone is a date", "{\"time\":1195653900}",
	  "\"published\":\"2007-11-21T14:05:00Z\"" },
	{ "post_date and post_time",
	  "{\"post_date\":\"20071121\",\"post_time\":\"1405\"}",
	  "\"published\":\"2007-11-21T14:05Z\"" },
	{ "a zone of its own",
	  "{\"pubDate\":\"2007-11-21 14:05:00\",\"pubDateTZ\":\"UTC\"}",
	  "\"published\":\"2007-11-21T14:05:00Z\"" },
	{ "a zone of hours",
	  "{\"post_date\":\"2007-11-21\",\"post_time\":\"14:05\",\"gmt_"
	  "offset\":-5.5}",
	  "\"published\":\"2007-11-21T19:35Z\"" },
	{ "a zone of minutes",
	  "{\"date\":\"2007-11-21 14:05\",\"timezone\":\"+03:00\"}",
	  "\"published\":\"2007-11-21T11:05Z\"" },
	{ "a zone beside a zone",
	  "{\"date\":\"2007-11-21 14:05Z\",\"timezone\":\"+03:00\"}",
	  "\"published\":\"2007-11-21T14:05Z\"" },
	{ "a zone of a day says nothing",
	  "{\"date\":\"2007-11-21\",\"timezone\":\"+03:00\"}",
	  "\"published\":\"2007-11-21\"" },
	{ "year, month and day", "{\"year\":2007,\"month\":\"11\",\"day\":21}",
	  "\"published\":\"2007-11-21\",\"published_raw\":\"2007-11-21\"" },
	{ "a year alone", "{\"year\":\"2007\",\"day\":21}",
	  "\"published\":\"2007\"" },
	{ "a year beside a date", "{\"year\":\"2007\",\"date\":\"2008\"}",
	  "\"published\":\"2008\"" },
	{ "a year of another kind", "{\"year\":\"AD 7\"}",
	  "\"published\":null,\"published_raw\":null" },
	{ "a text that is for sale",
	  "{\"title\":\"ONLY AVAILABLE IN PAID PLANS\"}", "\"title\":null" },
	{ "source is a url", "{\"source\":\"https://www.A.org/x\"}",
	  "\"url\":\"https://www.A.org/x\"" },
	{ "and its host", "{\"source\":\"https://www.A.org/x\"}",
	  "\"source\":\"a.org\"" },
	{ "source is an origin", "{\"source\":\"https:\\/\\/www.A.org\\/\"}",
	  "\"source\":\"a.org\"" },
	{ "an origin is no url", "{\"source\":\"https://www.a.org/\"}",
	  "\"url\":null" },
	{ "source is a host", "{\"source\":\"www.a.org\"}",
	  "\"source\":\"a.org\"" },
	{ "source is a name", "{\"source\":\" The Paper \"}",
	  "\"source\":\"The Paper\"" },
	{ "a name with a dot", "{\"source\":\"CityDog.by\"}",
	  "\"source\":\"CityDog.by\"" },
	{ "source is an object",
	  "{\"source\":{\"id\":null,\"name\":\"The Paper\"}}",
	  "\"source\":\"The Paper\"" },
	{ "with an id", "{\"source\":{\"name\":\"The Paper\",\"id\":\"p\"}}",
	  "\"source\":\"p\"" },
	{ "a domain before a source",
	  "{\"source\":\"x\",\"domain\":\"WWW.B.org\"}",
	  "\"source\":\"b.org\"" },
	{ "the host of the url", "{\"url\":\"https://u:p@www.a.org:80/x\"}",
	  "\"source\":\"a.org\"" },

	{ "a code", "{\"lang\":\"en\"}", "\"language\":\"en\"" },
	{ "a region", "{\"lang\":\"en_US\"}", "\"language\":\"en-us\"" },
	{ "three letters", "{\"lang\":\"amh\"}", "\"language\":\"am\"" },
	{ "three letters without two", "{\"lang\":\"pcm\"}",
	  "\"language\":\"pcm\"" },
	{ "a name", "{\"lang\":\"German\"}", "\"language\":\"de\"" },
	{ "the first of a list", "{\"lang\":[\"fr\",\"en\"]}",
	  "\"language\":\"fr\"" },

	{ "tags in a list", "{\"tags\":[\"a\",\" b \",\"\",\"a\"]}",
	  "\"tags\":[\"a\",\"b\"]" },
	{ "tags in objects",
	  "{\"keywords\":[{\"name\":\"a\"},{\"label\":\"b\"}]}",
	  "\"tags\":[\"a\",\"b\"]" },
	{ "tags in a string", "{\"tags\":\"a, b,c\"}",
	  "\"tags\":[\"a\",\"b\",\"c\"]" },
	{ "';' before ','", "{\"tags\":\"a, b;c\"}",
	  "\"tags\":[\"a, b\",\"c\"]" },

	{ "an author", "{\"author\":\"Doe, Jane\"}",
	  "\"authors\":[\"Doe, Jane\"]" },
	{ "authors with 'and'",
	  "{\"byline\":\"By Jane Doe, Al Roe and Bo Poe\"}",
	  "\"authors\":[\"Jane Doe\",\"Al Roe\",\"Bo Poe\"]" },
	{ "authors with ';'", "{\"author\":\"Doe, Jane; Roe\"}",
	  "\"authors\":[\"Doe, Jane\",\"Roe\"]" },
	{ "an address", "{\"author\":\"Jane Doe (j@a.org)\"}",
	  "\"authors\":[\"Jane Doe\"]" },
	{ "authors in objects",
	  "{\"authors\":[{\"name\":\"J\",\"url\":\"u\"}]}",
	  "\"authors\":[\"J\"]" },

	{ "a placeholder is absent", "{\"title\":\"\\u001f0:5\"}",
	  "\"title\":null" },
	{ "nothing at all", "{}",
	  "\"source_id\":null,\"url\":null,\"title\":null,\"published\":null,"
	  "\"published_raw\":null,\"modified\":null,\"fetched\":null,"
	  "\"source\":null,\"language\":null,\"authors\":[],\"tags\":[],"
	  "\"section\":null,\"summary\":null,\"path\":null,\"type\":null,"
	  "\"text_size\":0,\"text\":null}" },
};

static bool holds(const struct buf *b, const char *want)
{
	size_t len = strlen(want);

	for (size_t i = 0; i + len <= b->len; i++)
		if (memcmp(b->ptr + i, want, len) == 0)
			return true;
	return false;
}

static void double_quotes(char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			*text = '"';
}

static void fields_are_found_as_the_table_says(void **state)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct fiche_article a = { 0 };
		size_t piece = 0;

		arena_reset(&arena);
		buf_clear(&out);
		assert_int_equal(
			fields_from_json(&a, &piece, &arena, rows[i].json,
		                         strlen(rows[i].json), NULL, 0, NULL),
			0);
		assert_true(piece == SIZE_MAX);
		fields_to_json(&out, &a, true);
		if (!holds(&out, rows[i].want))
			fail_msg("row '%s': %.*s", rows[i].rule, (int)out.len,
			         (const char *)out.ptr);
	}
	arena_done(&arena);
	buf_done(&out);
}

static void defaults_fill_what_the_record_lacks(void **state)
{
	static const char json[] = "{\"url\":\"http://a.org/x\",\"tags\":[]}";
	static const char defaults[] =
		"{\"source\":\"The Paper\",\"lang\":\"german\","
		"\"url\":\"http://b.org/\",\"tags\":\"x\",\"text\":\"no\"}";
	struct arena arena = { 0 };
	struct fiche_article a = { .number = 7, .text_size = 9 };
	struct buf out = { 0 };
	size_t piece;

	(void)state;
	assert_int_equal(fields_from_json(&a, &piece, &arena, json,
	                                  sizeof(json) - 1, defaults,
	                                  sizeof(defaults) - 1, NULL),
	                 0);
	fields_to_json(&out, &a, true);
	assert_true(holds(&out, "{\"number\":7,"));
	assert_true(holds(&out, "\"url\":\"http://a.org/x\""));
	assert_true(holds(&out, "\"source\":\"The Paper\""));
	assert_true(holds(&out, "\"language\":\"de\""));
	assert_true(holds(&out, "\"tags\":[\"x\"]"));
	assert_true(holds(&out, "\"text_size\":9,\"text\":null"));
	buf_done(&out);
	arena_done(&arena);
}

static void rules_say_how_the_records_of_a_block_are_read(void **state)
{
	static const struct {
		const char *rules, *json, *want;
	} cases[] = {
		{ "{'dates':'dmy'}", "{'date':'03/04/2021'}",
		  "'published':'2021-04-03','published_raw':'03/04/2021'" },
		{ "{'dates':'mdy'}", "{'date':'03/04/2021'}",
		  "'published':'2021-03-04'" },
		/* What is certain stays as it is. */
		{ "{'dates':'mdy'}", "{'date':'13/04/2021'}",
		  "'published':'2021-04-13'" },
		{ "{'dates':'mdy'}", "{'date':'03.04.2021'}",
		  "'published':'2021-04-03'" },
		{ "{'dates':'mdy'}", "{'date':'13/13/2021'}",
		  "'published':null" },
		{ "{'zone':'+03:00'}", "{'date':'2021-04-03 01:30'}",
		  "'published':'2021-04-02T22:30Z'" },
		{ "{'zone':'-05:30'}", "{'date':'2021-04-03 01:30Z'}",
		  "'published':'2021-04-03T01:30Z'" },
		{ "{'zone':'+03:00'}", "{'date':'2021-04-03'}",
		  "'published':'2021-04-03'" },
		{ "{'zone':'+03:00'}",
		  "{'date':'2021-04-03 01:30','tz':'x','timezone':'-01:00'}",
		  "'published':'2021-04-03T02:30Z'" },
		{ "{'map':{'Kopf':'title','story.body':'text'}}",
		  "{'title':'no','kopf':'yes','story':{'body':'it'}}",
		  "'title':'yes'" },
		{ "{'map':{'Kopf':'title','story.body':'text'}}",
		  "{'text':'no','story':{'body':'it'}}", "'text':'it'" },
		/* Also in a wrapper, and where nothing else is. */
		{ "{'map':{'x':'published'}}", "{'meta':{'x':'2021'}}",
		  "'published':'2021'" },
		{ "{'map':{'x':'published'}}", "{'x':'soon','date':'2021'}",
		  "'published':'2021'" },
		/* A mapped key means nothing else. */
		{ "{'map':{'title':'section'}}", "{'title':'x'}",
		  "'title':null" },
		{ "{'map':{'title':'none'}}", "{'title':'x','name':'y'}",
		  "'title':'y'" },
		{ "{'map':{'x':'source'}}", "{'x':'WWW.a.org'}",
		  "'source':'a.org'" },
	};
	struct arena arena = { 0 };
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fiche_article a = { 0 };
		char rules[200], json[200], want[200];
		size_t piece;

		(void)snprintf(rules, sizeof(rules), "{'@fiche':%s}",
		               cases[i].rules);
		(void)snprintf(json, sizeof(json), "%s", cases[i].json);
		(void)snprintf(want, sizeof(want), "%s", cases[i].want);
		double_quotes(rules);
		double_quotes(json);
		double_quotes(want);
		buf_clear(&out);
		assert_int_equal(fields_from_json(&a, &piece, &arena, json,
		                                  strlen(json), rules,
		                                  strlen(rules), NULL),
		                 0);
		fields_to_json(&out, &a, true);
		if (!holds(&out, want))
			fail_msg("%s, %s: %.*s", rules, json, (int)out.len,
			         (const char *)out.ptr);
	}
	arena_done(&arena);
	buf_done(&out);
}

static void rules_that_are_not_understood_are_refused(void **state)
{
	static const char *const refused[] = {
		"{'@fiche':1}",
		"{'@fiche':{'date':'dmy'}}",
		"{'@fiche':{'dates':'ymd'}}",
		"{'@fiche':{'dates':1}}",
		"{'@fiche':{'zone':'3'}}",
		"{'@fiche':{'zone':'+24:00'}}",
		"{'@fiche':{'zone':'+03:60'}}",
		"{'@fiche':{'zone':'+0a:00'}}",
		"{'@fiche':{'map':'x'}}",
		"{'@fiche':{'map':{'x':'headline'}}}",
		"{'@fiche':{'map':{'x':{'y':'title'}}}}",
		"{'@fiche':{'map':{'':'title'}}}",
		"{'@fiche':{'map':{'a.':'title'}}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		struct fiche_error err;
		struct rules rules;
		char text[200];

		(void)snprintf(text, sizeof(text), "%s", refused[i]);
		double_quotes(text);
		if (rules_read(&rules, text, strlen(text), &err) !=
		    FICHE_ERR_INPUT)
			fail_msg("%s was taken", text);
	}
}

static void a_malformed_record_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *json, *text;
		uint64_t at;
	} cases[] = {
		{ "{\"a\":1,}", "the record is not JSON: expected a key", 7 },
		{ "[1]", "the record cannot be used: not an object", 0 },
		{ " 7", "the record cannot be used: not an object", 1 },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fiche_article a = { .number = 7 };
		struct fiche_error err = { 0 };
		size_t piece = 3;

		assert_int_equal(
			fields_from_json(&a, &piece, &arena, cases[i].json,
		                         strlen(cases[i].json), NULL, 0, &err),
			FICHE_ERR_INPUT);
		assert_string_equal(err.text, cases[i].text);
		assert_int_equal(err.offset, cases[i].at);
		assert_int_equal(a.number, 7);
		assert_int_equal(piece, 3);
	}
	arena_done(&arena);
}

static void running_out_of_memory_changes_nothing(void **state)
{
	static const char json[] =
		"{\"id\":1,\"text\":[\"a\",\"b\"],\"tags\":\"a,b\","
		"\"source\":\"a.org\",\"lang\":\"eng\"}";

	(void)state;
	for (long n = 0;; n++) {
		struct arena arena = { 0 };
		struct fiche_article a = { .number = 7 };
		size_t piece = 3;
		unsigned long fired;
		int r;

		alloc_fail_after(n, true);
		r = fields_from_json(&a, &piece, &arena, json, sizeof(json) - 1,
		                     NULL, 0, NULL);
		fired = alloc_faults_fired();
		alloc_fail_after(-1, false);
		arena_done(&arena);
		assert_int_equal(r, fired ? FICHE_ERR_NOMEM : 0);
		if (fired == 0)
			return;
		assert_int_equal(piece, 3);
	}
}

static void urls_that_differ_in_tracking_have_one_key(void **state)
{
	static const struct {
		const char *url, *key;
	} cases[] = {
		{ "HTTP://WWW.A.org/Path?Id=1#top",
		  "http://www.a.org/Path?Id=1" },
		{ "http://a.org/x?utm_source=t&id=1&fbclid=z&ga_x=1",
		  "http://a.org/x?id=1" },
		{ "http://a.org/x?id=1&&utm_medium=q", "http://a.org/x?id=1" },
		{ "http://a.org/x?UTM_source=t", "http://a.org/x" },
		{ "http://a.org/x?sid=5", "http://a.org/x?sid=5" },
		{ "http://a.org", "http://a.org/" },
		{ "http://a.org?x=1", "http://a.org/?x=1" },
		{ "https://a.org:443/", "https://a.org/" },
		{ "http://a.org:80/", "http://a.org/" },
		{ "http://a.org:8080/", "http://a.org:8080/" },
		{ " not a url# ", "not a url#" },
		{ "", "" },
	};
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&out);
		fields_url_key(&out, cases[i].url, strlen(cases[i].url));
		if (out.len != strlen(cases[i].key) ||
		    (out.len && memcmp(out.ptr, cases[i].key, out.len) != 0))
			fail_msg("'%s' gives '%.*s'", cases[i].url,
			         (int)out.len, (const char *)out.ptr);
	}
	buf_done(&out);
}

static void hosts_are_bare_and_in_lower_case(void **state)
{
	static const struct {
		const char *url, *host;
	} cases[] = {
		{ "https://www.Example.org/x", "example.org" },
		{ "//a.org", "a.org" },
		{ "http://user:pw@a.org:8080?x", "a.org" },
		{ "http://[2001:DB8::1]:80/", "[2001:db8::1]" },
		{ "http://www./", "www." },
		{ "http:///x", "" },
		{ "mailto:a@b.org", "" },
		{ "a.org/x", "" },
		{ "", "" },
	};
	struct arena arena = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct fiche_text host = fields_url_host(&arena, cases[i].url,
		                                         strlen(cases[i].url));

		if (host.len != strlen(cases[i].host) ||
		    (host.len &&
		     memcmp(host.ptr, cases[i].host, host.len) != 0))
			fail_msg("'%s' gives '%.*s'", cases[i].url,
			         (int)host.len, host.ptr);
	}
	arena_done(&arena);
}

static void the_table_of_keys_is_sorted(void **state)
{
	const struct alias *first, *found;
	size_t n = 0;

	(void)state;
	/* Nothing sorts before the empty key. */
	assert_int_equal(alias_find(&first, "", 0), 0);
	for (; n < 200; n++) {
		const char *name = first[n].name;

		assert_true(strcmp(name, first[n + 1].name) <= 0);
		assert_true(alias_find(&found, name, strlen(name)) > 0);
		assert_string_equal(found->name, name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_as_the_table_says),
		cmocka_unit_test(defaults_fill_what_the_record_lacks),
		cmocka_unit_test(rules_say_how_the_records_of_a_block_are_read),
		cmocka_unit_test(rules_that_are_not_understood_are_refused),
		cmocka_unit_test(a_malformed_record_is_refused_with_its_place),
		cmocka_unit_test(running_out_of_memory_changes_nothing),
		cmocka_unit_test(urls_that_differ_in_tracking_have_one_key),
		cmocka_unit_test(hosts_are_bare_and_in_lower_case),
		cmocka_unit_test(the_table_of_keys_is_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
