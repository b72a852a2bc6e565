/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_withdrawal.c - records that are kept and not shown: the list of them,
 * and what a reader, a writer and a copy make of it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "archive/statement.h"
#include "archive/verify.h"
#include "archive/writer.h"
#include "base/hash.h"
#include "base/utf8.h"
#include "fiche/proof.h"
#include "fiche/rebuild.h"
#include "fiche/search.h"
#include "support/archive_case.h"
#include "support/reseal.h"

#define OTHER "other.fiche"
#define TIME  INT64_C(1929225845) /* 2031-02-19T00:04:05Z */
#define ID    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void require(int status, const struct fiche_error *err)
{
	if (status != 0)
		fail_msg("%d: %s", status, err->text);
}

/* ---- the list ---- */

static int decode(struct withdrawals *w, const char *text,
                  struct fiche_error *err)
{
	return withdrawals_decode(w, (const uint8_t *)text, strlen(text), 10, 7,
	                          err);
}

static void a_list_is_read_in_whatever_order_its_keys_are(void **state)
{
	static const char text[] =
		"{\"record\":2,\"id\":\"" ID "\",\"time\":"
		"\"2031-02-03T04:05:06Z\",\"reason\":\"\",\"authority\":\"\"}\n"
		" {\"authority\":\"\\u0041\\n\",\"x\":{\"time\":[1]},"
		"\"rea\\u0073on\":\"b\",\"time\":\"0001-01-01T00:00:00Z\","
		"\"id\":\"" ID "\",\"x\":null,\"record\": 9 } \n";
	struct fiche_error err = { 0 };
	struct withdrawals w;

	(void)state;
	require(decode(&w, text, &err), &err);
	assert_int_equal(w.count, 2);
	assert_int_equal(w.list[0].number, 2);
	assert_int_equal(w.list[0].time, 1927857906);
	assert_int_equal(w.list[0].digest[1], 0x23);
	assert_int_equal(w.list[0].reason.len, 0);
	assert_int_equal(w.list[1].number, 9);
	assert_int_equal(w.list[1].time, -62135596800);
	assert_int_equal(w.list[1].authority.len, 2);
	assert_memory_equal(w.list[1].authority.ptr, "A\n", 2);
	assert_memory_equal(w.list[1].reason.ptr, "b", 1);
	assert_non_null(withdrawals_find(&w, 9));
	assert_null(withdrawals_find(&w, 3));
	withdrawals_done(&w);
	require(decode(&w, "", &err), &err);
	assert_int_equal(w.count, 0);
	withdrawals_done(&w);
}

#define LINE(record, id, time, rest)                                           \
	"{\"record\":" record ",\"id\":" id ",\"time\":" time rest "}\n"
#define AT           "\"2031-02-03T04:05:06Z\""
#define HASH         "\"" ID "\""
#define REST         ",\"reason\":\"\",\"authority\":\"\""
#define GOOD(record) LINE(record, HASH, AT, REST)

static void a_list_that_breaks_a_rule_is_told_as_corrupt(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{ GOOD("3") GOOD("2"), "order" },
		{ GOOD("3") GOOD("3"), "order" },
		{ GOOD("10"), "does not exist" },
		{ GOOD("18446744073709551616"), "no number" },
		{ GOOD("-1"), "no number" },
		{ GOOD("01"), "no JSON object" },
		{ GOOD("1.0"), "no number" },
		{ GOOD("1e0"), "no number" },
		{ GOOD("\"1\""), "no number" },
		{ GOOD("NaN"), "no number" },
		{ LINE("1", "\"0123\"", AT, REST), "no digest" },
		{ LINE("1", "\"" ID "0\"", AT, REST), "no digest" },
		{ LINE("1",
		       "\"0123456789ABCDEF0123456789abcdef0123456789abcdef"
		       "0123456789abcdef\"",
		       AT, REST),
		  "no digest" },
		{ LINE("1", "null", AT, REST), "no string" },
		{ LINE("1", HASH, "\"2031-02-03 04:05:06Z\"", REST), "time" },
		{ LINE("1", HASH, "\"2031-02-29T04:05:06Z\"", REST), "time" },
		{ LINE("1", HASH, "\"2031-13-01T04:05:06Z\"", REST), "time" },
		{ LINE("1", HASH, "\"2031-00-01T04:05:06Z\"", REST), "time" },
		{ LINE("1", HASH, "\"2031-02-00T04:05:06Z\"", REST), "time" },
		{ LINE("1", HASH, "\"2031-02-03T24:05:06Z\"", REST), "time" },
		{ LINE("1", HASH, "\"2031-02-03T04:60:06Z\"", REST), "time" },
		{ LINE("1", HASH, "\"2031-02-03T04:05:60Z\"", REST), "time" },
		{ LINE("1", HASH, "\"0000-02-03T04:05:06Z\"", REST), "time" },
		{ LINE("1", HASH, "\"2031-02-03T04:05:06\"", REST), "time" },
		{ LINE("1", HASH, "1927857906", REST), "no string" },
		{ LINE("1", HASH, AT, ",\"reason\":\"\""), "missing" },
		{ LINE("1", HASH, AT, REST ",\"reason\":\"\""), "twice" },
		{ LINE("1", HASH, AT, REST ",\"reas\\u006fn\":\"\""), "twice" },
		{ LINE("1", HASH, AT, ",\"reason\":1,\"authority\":\"\""),
		  "no string" },
		{ LINE("1", HASH, AT, ",\"reason\":[],\"authority\":\"\""),
		  "no string" },
		{ "\n", "no JSON object" },
		{ "[]\n", "no JSON object" },
		{ "{}\n", "missing" },
		{ "{\n", "no JSON object" },
		{ "{} {}\n", "no JSON object" },
		{ "{", "line feed" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fiche_error err = { 0 };
		struct withdrawals w;

		if (decode(&w, rows[i].text, &err) != FICHE_ERR_CORRUPT ||
		    !strstr(err.text, rows[i].why))
			fail_msg("'%s': %d, %s", rows[i].text, err.code,
			         err.text);
		assert_int_equal(err.offset, 7);
	}
}

/* What was encoded and decoded is the same; and a cut list is none. */
static void a_list_survives_its_own_writing(void **state)
{
	static const char odd[] = "a\"b\\c\nd\x01\xc3\xa9\0e";
	struct fiche_statement s = { .time = TIME,
		                     .reason = { odd, sizeof(odd) - 1 },
		                     .authority = { "x", 1 } };
	struct withdrawals w = { 0 }, again;
	struct fiche_error err = { 0 };
	struct buf raw = { 0 };
	bool added;

	(void)state;
	for (unsigned i = 0; i < 50; i++) {
		s.number = i * 7 % 50;
		s.digest[0] = (uint8_t)i;
		assert_int_equal(withdrawals_add(&w, &s, &added), 0);
		assert_true(added);
	}
	s.reason.len = 0;
	assert_int_equal(withdrawals_add(&w, &s, &added), 0);
	assert_false(added);
	assert_int_equal(w.list[0].reason.len, sizeof(odd) - 1);
	assert_true(withdrawals_drop(&w, 13));
	assert_false(withdrawals_drop(&w, 13));
	require(withdrawals_encode(&raw, &w, &err), &err);
	require(withdrawals_decode(&again, raw.ptr, raw.len, 50, 0, &err),
	        &err);
	assert_int_equal(again.count, 49);
	for (size_t i = 0; i < 49; i++) {
		assert_int_equal(again.list[i].number, w.list[i].number);
		assert_int_equal(again.list[i].time, TIME);
		assert_int_equal(again.list[i].digest[0], w.list[i].digest[0]);
		assert_int_equal(again.list[i].reason.len, sizeof(odd) - 1);
		assert_memory_equal(again.list[i].reason.ptr, odd,
		                    sizeof(odd) - 1);
	}
	withdrawals_done(&again);
	for (size_t len = 1; len < raw.len; len++) {
		int r = withdrawals_decode(&again, raw.ptr, len, 50, 0, &err);

		assert_int_equal(
			r, raw.ptr[len - 1] == '\n' ? 0 : FICHE_ERR_CORRUPT);
		if (r == 0)
			withdrawals_done(&again);
	}
	buf_done(&raw);
	withdrawals_done(&w);
}

/* ---- an archive ---- */

/* Three versions of one URL, of which the third came last and is the oldest;
 * two other articles, and one that has no URL. */
static const char *const lines[] = {
	"{\"id\":\"n0\",\"url\":\"http://a.ex/1\",\"title\":\"one\","
	"\"date\":\"2020-01-02\",\"source\":\"daily\",\"text\":\"alpha\"}",
	"{\"id\":\"n1\",\"url\":\"http://a.ex/1\",\"title\":\"one again\","
	"\"date\":\"2020-01-03\",\"source\":\"daily\",\"text\":\"alpha\"}",
	"{\"id\":\"n2\",\"url\":\"http://a.ex/1\",\"title\":\"one before\","
	"\"date\":\"2020-01-01\",\"source\":\"daily\",\"text\":\"alpha\"}",
	"{\"id\":\"n3\",\"url\":\"http://a.ex/2\",\"title\":\"two\","
	"\"date\":\"2020-01-04\",\"source\":\"weekly\",\"tags\":[\"rare\"],"
	"\"text\":\"alpha platypus\"}",
	"{\"id\":\"n4\",\"url\":\"http://a.ex/3\",\"title\":\"three\","
	"\"date\":\"2020-01-05\",\"source\":\"weekly\",\"text\":\"alpha\"}",
	"{\"id\":\"n5\",\"title\":\"four\",\"source\":\"weekly\","
	"\"text\":\"alpha\"}",
};

#define LINES (sizeof(lines) / sizeof(lines[0]))

static struct fiche_writer *open_writer(struct io_memory *m, const char *path,
                                        enum fiche_open_mode mode)
{
	const struct fiche_writer_options opt = { .mode = mode,
		                                  .level = 1,
		                                  .threads = 1,
		                                  .has_time = true,
		                                  .time = TIME };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	require(writer_open_io(&w, io_memory_io(m), path, &opt, &err), &err);
	return w;
}

static void finish(struct fiche_writer *w)
{
	struct fiche_error err = { 0 };

	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_close(w);
}

/* One commit for each line, or all in one. */
static struct io_memory *make(bool many)
{
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	assert_non_null(m);
	w = open_writer(m, CASE_PATH, FICHE_CREATE);
	for (size_t i = 0; i < LINES; i++) {
		require(fiche_writer_add_json(w, lines[i], strlen(lines[i]),
		                              NULL, &err),
		        &err);
		if (many)
			require(fiche_writer_commit(w, &err), &err);
	}
	finish(w);
	return m;
}

static struct fiche_reader *open_with(struct io_memory *m, const char *path,
                                      const struct fiche_open_options *opt)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct io_file *file;

	require(io_open(io_memory_io(m), path, IO_READ, &file, &err), &err);
	require(reader_open_file(&r, file, opt, &err), &err);
	return r;
}

static struct fiche_reader *open_as(struct io_memory *m, const char *path)
{
	return open_with(m, path, NULL);
}

/* The number of a line, whatever order the writer chose. */
static uint64_t number_of(struct io_memory *m, const char *path, size_t line)
{
	const struct fiche_open_options all = { .withdrawn = true };
	struct fiche_reader *r = open_with(m, path, &all);
	struct fiche_view *v = fiche_view_new(r);
	struct fiche_error err = { 0 };
	uint64_t n = UINT64_MAX;

	for (uint64_t i = 0; i < r->record_end; i++) {
		struct fiche_text text;

		require(fiche_view_record(v, i, &text, &err), &err);
		if (text.len == strlen(lines[line]) &&
		    memcmp(text.ptr, lines[line], text.len) == 0)
			n = i;
	}
	fiche_view_free(v);
	fiche_reader_close(r);
	return n;
}

static void withdraw(struct io_memory *m, const char *path, size_t line)
{
	uint64_t number = number_of(m, path, line), changed;
	struct fiche_writer *w = open_writer(m, path, FICHE_APPEND);
	struct fiche_error err = { 0 };

	require(fiche_writer_withdraw(w, &number, 1, "asked for", "somebody",
	                              &changed, &err),
	        &err);
	assert_int_equal(changed, 1);
	finish(w);
}

static void restore(struct io_memory *m, size_t line)
{
	uint64_t number = number_of(m, CASE_PATH, line), changed;
	struct fiche_writer *w = open_writer(m, CASE_PATH, FICHE_APPEND);
	struct fiche_error err = { 0 };

	require(fiche_writer_restore(w, &number, 1, &changed, &err), &err);
	assert_int_equal(changed, 1);
	finish(w);
}

static void must_verify(struct io_memory *m, const char *path)
{
	const struct fiche_verify_options opt = { .threads = 1 };
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };

	require(verify_io(io_memory_io(m), path, &opt, &report, &err), &err);
}

/* Which lines a selection shows, as their digits in order: "0345". */
static void check_shown(struct fiche_reader *r,
                        const struct fiche_selection *sel, const char *want)
{
	struct fiche_view *v = fiche_view_new(r);
	struct fiche_error err = { 0 };
	struct fiche_results *found;
	char got[2 * LINES + 1] = "";
	size_t n = 0;

	require(fiche_select(&found, r, sel, &err), &err);
	for (size_t line = 0; line < LINES; line++)
		for (uint64_t i = 0; i < fiche_results_count(found); i++) {
			struct fiche_article a;

			require(fiche_view_card(v,
			                        fiche_results_number(found, i),
			                        &a, &err),
			        &err);
			if (a.source_id.ptr[1] == (char)('0' + line))
				got[n++] = (char)('0' + line);
		}
	got[n] = '\0';
	assert_string_equal(got, want);
	fiche_results_free(found);
	fiche_view_free(v);
}

static void check_versions(struct io_memory *m, enum fiche_versions versions,
                           const char *want)
{
	struct fiche_reader *r = open_as(m, CASE_PATH);
	struct fiche_selection sel;

	fiche_selection_init(&sel);
	sel.versions = versions;
	sel.at = 1578009599; /* 2020-01-02T23:59:59Z */
	check_shown(r, &sel, want);
	fiche_reader_close(r);
}

static uint64_t hits_of(struct fiche_reader *r, const char *query,
                        const char **nearest)
{
	const struct fiche_search_options opt = { .limit = 10,
		                                  .total = FICHE_TOTAL_EXACT };
	struct fiche_error err = { 0 };
	struct fiche_query *q;
	struct fiche_hits *h;
	const char *word;
	uint64_t total;

	require(fiche_query_parse(&q, query, strlen(query), &err), &err);
	require(fiche_search(&h, &r, 1, q, &opt, &err), &err);
	total = fiche_hits_total(h, NULL);
	assert_int_equal(fiche_hits_count(h), total);
	if (nearest) {
		const char *suggestion = NULL;

		(void)fiche_hits_missing(h, 0, &word, &suggestion);
		*nearest = suggestion ? "one" : NULL;
	}
	fiche_hits_free(h);
	fiche_query_free(q);
	return total;
}

static int count_names(void *ctx, struct fiche_text name, uint64_t records)
{
	struct buf *out = ctx;

	buf_printf(out, "%.*s %llu ", (int)name.len, name.ptr,
	           (unsigned long long)records);
	return 0;
}

static void check_names(struct fiche_reader *r, char field, const char *want)
{
	struct fiche_error err = { 0 };
	struct buf got = { 0 };

	require(fiche_reader_names(r, field, count_names, &got, &err), &err);
	buf_u8(&got, '\0');
	assert_string_equal((char *)got.ptr, want);
	buf_done(&got);
}

static void a_withdrawn_record_is_in_no_result(void **state)
{
	const struct fiche_open_options all = { .withdrawn = true };
	struct fiche_selection everything;
	struct fiche_error err = { 0 };
	const char *nearest;

	(void)state;
	fiche_selection_init(&everything);
	everything.versions = FICHE_VERSIONS_ALL;
	for (int many = 0; many < 2; many++) {
		struct io_memory *m = make(many);
		struct fiche_reader *r = open_as(m, CASE_PATH);
		uint64_t number = number_of(m, CASE_PATH, 3);
		const struct fiche_statement *said;
		struct fiche_article a;
		struct fiche_view *v;
		struct fiche_text raw;
		struct fiche_info info;

		assert_int_equal(hits_of(r, "alpha", NULL), 4);
		assert_int_equal(hits_of(r, "platypus", NULL), 1);
		assert_int_equal(hits_of(r, "platypsu", &nearest), 0);
		assert_non_null(nearest);
		check_names(r, 's', "daily 3 weekly 3 ");
		check_names(r, 't', "rare 1 ");
		assert_null(fiche_reader_withdrawn(r, number));
		fiche_reader_close(r);

		withdraw(m, CASE_PATH, 3);
		must_verify(m, CASE_PATH);
		r = open_as(m, CASE_PATH);
		v = fiche_view_new(r);
		check_shown(r, &everything, "01245");
		assert_int_equal(hits_of(r, "alpha", NULL), 3);
		assert_int_equal(hits_of(r, "platypus", NULL), 0);
		assert_int_equal(hits_of(r, "platypsu", &nearest), 0);
		assert_null(nearest);
		assert_int_equal(hits_of(r, "source:weekly", NULL), 2);
		assert_int_equal(hits_of(r, "-source:daily", NULL), 2);
		assert_int_equal(hits_of(r, "url:http://a.ex/2", NULL), 0);
		check_names(r, 's', "daily 3 weekly 2 ");
		check_names(r, 't', "");
		assert_int_equal(fiche_view_card(v, number, &a, &err),
		                 FICHE_ERR_WITHDRAWN);
		assert_string_equal(err.text,
		                    "withdrawn on 2031-02-19: asked for");
		assert_int_equal(fiche_view_article(v, number, &a, &err),
		                 FICHE_ERR_WITHDRAWN);
		assert_int_equal(fiche_view_record(v, number, &raw, &err),
		                 FICHE_ERR_WITHDRAWN);
		said = fiche_reader_withdrawn(r, number);
		assert_non_null(said);
		assert_int_equal(said->time, TIME);
		assert_int_equal(said->authority.len, 8);
		fiche_reader_info(r, &info);
		assert_int_equal(info.withdrawn, 1);
		assert_int_equal(info.records, LINES);
		fiche_view_free(v);
		fiche_reader_close(r);

		r = open_with(m, CASE_PATH, &all);
		v = fiche_view_new(r);
		check_shown(r, &everything, "012345");
		assert_int_equal(hits_of(r, "platypus", NULL), 1);
		check_names(r, 's', "daily 3 weekly 3 ");
		require(fiche_view_record(v, number, &raw, &err), &err);
		assert_memory_equal(raw.ptr, lines[3], raw.len);
		require(fiche_view_card(v, number, &a, &err), &err);
		assert_ptr_equal(a.withdrawn,
		                 fiche_reader_withdrawn(r, number));
		fiche_view_free(v);
		fiche_reader_close(r);
		io_memory_free(m);
	}
}

static void who_names_a_withdrawn_record_is_told(void **state)
{
	static const char *const ids[] = { "n3", "n4" };
	static const char *const urls[] = { "http://a.ex/2" };
	struct io_memory *m = make(false);
	struct fiche_error err = { 0 };
	struct fiche_selection sel;
	struct fiche_results *found;
	struct fiche_reader *r;

	(void)state;
	withdraw(m, CASE_PATH, 3);
	r = open_as(m, CASE_PATH);
	fiche_selection_init(&sel);
	sel.ids = ids;
	sel.id_count = 2;
	require(fiche_select(&found, r, &sel, &err), &err);
	assert_int_equal(fiche_results_count(found), 1);
	assert_int_equal(fiche_results_withdrawn(found), 1);
	assert_int_equal(fiche_results_withdrawn_number(found, 0),
	                 number_of(m, CASE_PATH, 3));
	fiche_results_free(found);
	fiche_selection_init(&sel);
	sel.urls = urls;
	sel.url_count = 1;
	require(fiche_select(&found, r, &sel, &err), &err);
	assert_int_equal(fiche_results_count(found), 0);
	assert_int_equal(fiche_results_withdrawn(found), 1);
	fiche_results_free(found);
	fiche_reader_close(r);
	io_memory_free(m);
}

/* Versions in their order are 2, 0, 1; whatever is withdrawn of them, the last
 * one that is not takes the place. */
static void the_newest_is_the_last_version_that_is_not_withdrawn(void **state)
{
	static const size_t in_order[] = { 2, 0, 1 };

	(void)state;
	for (unsigned hidden = 0; hidden < 8; hidden++) {
		struct io_memory *m = make(hidden % 2);
		char first[8] = "", last[8] = "", at[8] = "";

		for (size_t i = 0; i < 3; i++) {
			if (hidden >> i & 1) {
				withdraw(m, CASE_PATH, in_order[i]);
				continue;
			}
			last[0] = (char)('0' + in_order[i]);
			if (!first[0])
				first[0] = last[0];
			if (i < 2) /* not after 2020-01-02 */
				at[0] = last[0];
		}
		strcat(last, "345");
		strcat(first, "345");
		check_versions(m, FICHE_VERSIONS_LATEST, last);
		check_versions(m, FICHE_VERSIONS_FIRST, first);
		strcat(at, "5");
		check_versions(m, FICHE_VERSIONS_AT, at);
		must_verify(m, CASE_PATH);
		io_memory_free(m);
	}
}

static void an_earlier_commit_does_not_show_what_is_withdrawn_now(void **state)
{
	struct io_memory *m = make(true);
	struct fiche_open_options opt = { 0 };
	struct fiche_selection all;
	struct fiche_reader *r;

	(void)state;
	fiche_selection_init(&all);
	all.versions = FICHE_VERSIONS_ALL;
	withdraw(m, CASE_PATH, 3);
	for (opt.commit = 1; opt.commit <= LINES + 1; opt.commit++) {
		char want[LINES + 1] = "";

		for (size_t i = 0; i < LINES && i < opt.commit; i++)
			if (i != 3)
				strncat(want, &"012345"[i], 1);
		r = open_with(m, CASE_PATH, &opt);
		check_shown(r, &all, want);
		fiche_reader_close(r);
	}
	restore(m, 3);
	for (opt.commit = LINES; opt.commit <= LINES + 2; opt.commit++) {
		r = open_with(m, CASE_PATH, &opt);
		check_shown(r, &all, "012345");
		fiche_reader_close(r);
	}
	io_memory_free(m);
}

static void withdrawing_appends_and_appending_keeps_it_withdrawn(void **state)
{
	static const char more[] = "{\"id\":\"n6\",\"text\":\"beta\"}";
	struct io_memory *m = make(false);
	struct fiche_error err = { 0 };
	struct fiche_reindex_options reindex = { .threads = 1 };
	struct fiche_writer *w;
	struct buf before = { 0 };
	const uint8_t *bytes;
	size_t len;

	(void)state;
	for (int step = 0; step < 5; step++) {
		assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
		assert_true(len >= before.len);
		assert_memory_equal(bytes, before.ptr, before.len);
		buf_clear(&before);
		buf_put(&before, bytes, len);
		must_verify(m, CASE_PATH);
		if (step == 0)
			withdraw(m, CASE_PATH, 3);
		if (step == 1) {
			assert_int_equal(len % 4096, 0);
			w = open_writer(m, CASE_PATH, FICHE_APPEND);
			require(fiche_writer_add_json(w, more, strlen(more),
			                              NULL, &err),
			        &err);
			/* What is withdrawn and comes again is a duplicate. */
			require(fiche_writer_add_json(w, lines[3],
			                              strlen(lines[3]), NULL,
			                              &err),
			        &err);
			finish(w);
		}
		if (step == 2)
			require(reindex_io(io_memory_io(m), CASE_PATH, &reindex,
			                   NULL, &err),
			        &err);
		if (step > 0)
			check_versions(m, FICHE_VERSIONS_LATEST,
			               step > 3 ? "1345" : "145");
		if (step == 3)
			restore(m, 3);
	}
	buf_done(&before);
	io_memory_free(m);
}

static void records_and_withdrawals_are_committed_together(void **state)
{
	static const char more[] = "{\"id\":\"n4\",\"text\":\"beta\"}";
	struct io_memory *m = make(false);
	uint64_t number = number_of(m, CASE_PATH, 3);
	struct fiche_writer *w = open_writer(m, CASE_PATH, FICHE_APPEND);
	struct fiche_error err = { 0 };
	struct fiche_writer_stats stats;

	(void)state;
	require(fiche_writer_withdraw(w, &number, 1, "x", NULL, NULL, &err),
	        &err);
	require(fiche_writer_add_json(w, more, strlen(more), NULL, &err), &err);
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_stats(w, &stats);
	assert_int_equal(stats.generation, 2);
	/* Nothing is left to be done. */
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_stats(w, &stats);
	assert_int_equal(stats.generation, 2);
	/* And back, by the same writer. */
	require(fiche_writer_restore(w, &number, 1, NULL, &err), &err);
	finish(w);
	must_verify(m, CASE_PATH);
	check_versions(m, FICHE_VERSIONS_ALL, "0123445");
	io_memory_free(m);
}

static void what_cannot_be_withdrawn_changes_nothing(void **state)
{
	static char long_text[FICHE_REASON_MAX + 2];
	struct io_memory *m = make(false);
	uint64_t numbers[] = { 1, 2, LINES }, changed = 99;
	struct fiche_writer *w = open_writer(m, CASE_PATH, FICHE_APPEND);
	struct fiche_writer_stats stats;
	struct fiche_error err = { 0 };

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	assert_int_equal(
		fiche_writer_withdraw(w, numbers, 3, "x", NULL, &changed, &err),
		FICHE_ERR_ARG);
	assert_string_equal(err.text, "there is no record 6");
	assert_int_equal(fiche_writer_withdraw(w, numbers, 1, long_text, NULL,
	                                       &changed, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(fiche_writer_withdraw(w, numbers, 1, "x", "\xff",
	                                       &changed, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(fiche_writer_restore(w, numbers, 3, &changed, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(changed, 99);
	require(fiche_writer_restore(w, numbers, 2, &changed, &err), &err);
	assert_int_equal(changed, 0);
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_stats(w, &stats);
	assert_int_equal(stats.generation, 1);
	fiche_writer_close(w);
	io_memory_free(m);
}

static void a_time_without_a_year_of_four_digits_is_refused(void **state)
{
	static const struct {
		int64_t time;
		bool fits;
	} rows[] = {
		{ -62135596801, false }, /* the last second before 0001 */
		{ -62135596800, true },
		{ 253402300799, true }, /* the last one of 9999 */
		{ 253402300800, false },
		{ INT64_MAX, false },
		{ INT64_MIN, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fiche_writer_options opt = {
			.mode = FICHE_APPEND,
			.threads = 1,
			.has_time = true,
			.time = rows[i].time,
		};
		struct io_memory *m = make(false);
		struct fiche_error err = { 0 };
		struct fiche_writer *w;
		uint64_t number = 1;
		int r;

		require(writer_open_io(&w, io_memory_io(m), CASE_PATH, &opt,
		                       &err),
		        &err);
		r = fiche_writer_withdraw(w, &number, 1, "x", NULL, NULL, &err);
		assert_int_equal(r, rows[i].fits ? 0 : FICHE_ERR_ARG);
		if (rows[i].fits)
			require(fiche_writer_commit(w, &err), &err);
		else
			assert_non_null(strstr(err.text, "four digits"));
		fiche_writer_close(w);
		must_verify(m, CASE_PATH);
		io_memory_free(m);
	}
}

static void a_long_reason_is_cut_between_characters(void **state)
{
	(void)state;
	for (size_t shift = 0; shift < 4; shift++) {
		struct io_memory *m = make(false);
		struct fiche_writer *w =
			open_writer(m, CASE_PATH, FICHE_APPEND);
		struct fiche_error err = { 0 };
		struct fiche_text record;
		struct fiche_reader *r;
		struct fiche_view *v;
		uint64_t number = 1;
		char reason[400];

		memset(reason, 'x', shift);
		for (size_t i = shift; i + 4 < sizeof(reason); i += 4)
			memcpy(reason + i, "\xf0\x9f\x97\x9e", 5);
		require(fiche_writer_withdraw(w, &number, 1, reason, NULL, NULL,
		                              &err),
		        &err);
		require(fiche_writer_commit(w, &err), &err);
		fiche_writer_close(w);
		r = open_as(m, CASE_PATH);
		v = fiche_view_new(r);
		assert_non_null(v);
		assert_int_equal(fiche_view_record(v, number, &record, &err),
		                 FICHE_ERR_WITHDRAWN);
		assert_true(utf8_is_valid(err.text, strlen(err.text)));
		assert_non_null(strstr(err.text, "\xf0\x9f\x97\x9e"));
		fiche_view_free(v);
		fiche_reader_close(r);
		io_memory_free(m);
	}
}

/* ---- copies ---- */

static bool only_even(void *ctx, uint64_t number)
{
	(void)ctx;
	return number % 2 == 0;
}

static void check_copy(struct io_memory *m, const char *want)
{
	struct fiche_reader *r = open_as(m, OTHER);
	struct fiche_selection all;

	fiche_selection_init(&all);
	all.versions = FICHE_VERSIONS_ALL;
	check_shown(r, &all, want);
	fiche_reader_close(r);
	must_verify(m, OTHER);
}

/* Copied, compressed anew, in part, or into an archive that has them. */
static void a_copy_keeps_withdrawn_what_was(void **state)
{
	(void)state;
	for (int how = 0; how < 4; how++) {
		struct fiche_copy_options opt = { .recompress = how == 1,
			                          .take = how == 2 ? only_even
			                                           : NULL };
		struct fiche_copy_stats stats;
		struct io_memory *m = make(true);
		struct fiche_error err = { 0 };
		struct fiche_reader *from;
		struct fiche_writer *w;

		withdraw(m, CASE_PATH, 3);
		withdraw(m, CASE_PATH, 4);
		w = open_writer(m, OTHER, FICHE_CREATE);
		/* So that numbers are others. */
		for (size_t i = LINES; how == 3 && i-- > 1;)
			require(fiche_writer_add_json(w, lines[i],
			                              strlen(lines[i]), NULL,
			                              &err),
			        &err);
		from = open_as(m, CASE_PATH);
		require(fiche_copy(w, from, &opt, &stats, &err), &err);
		assert_int_equal(stats.withdrawn, how == 2 ? 1 : 2);
		fiche_reader_close(from);
		finish(w);
		check_copy(m, how == 2 ? "02" : "0125");
		io_memory_free(m);
	}
}

/* ---- damage ---- */

static struct buf bytes_of(struct io_memory *m)
{
	struct buf out = { 0 };
	const uint8_t *bytes;
	size_t len;

	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	buf_put(&out, bytes, len);
	return out;
}

static uint64_t list_at(struct io_memory *m)
{
	const struct fiche_open_options all = { .withdrawn = true };
	struct fiche_reader *r = open_with(m, CASE_PATH, &all);
	uint64_t at = r->archive.last.commit.withdrawal;

	fiche_reader_close(r);
	return at;
}

static void a_damaged_list_hides_everything_until_asked_otherwise(void **state)
{
	const struct fiche_open_options all = { .withdrawn = true },
					recover = { .recover = true };
	struct io_memory *m = make(false);
	struct fiche_selection sel;
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct io_file *file;
	struct fiche_writer *w;
	struct buf bytes;
	uint64_t at;

	(void)state;
	fiche_selection_init(&sel);
	sel.versions = FICHE_VERSIONS_ALL;
	withdraw(m, CASE_PATH, 3);
	withdraw(m, CASE_PATH, 4);
	at = list_at(m);
	bytes = bytes_of(m);
	/* A bit of the list, and the batch says that it was so. */
	bytes.ptr[at + SECTION_HEADER_SIZE + 20] ^= 1;
	assert_int_equal(case_put(m, bytes.ptr, bytes.len), 0);
	require(io_open(io_memory_io(m), CASE_PATH, IO_READ, &file, &err),
	        &err);
	assert_int_equal(reader_open_file(&r, file, NULL, &err),
	                 FICHE_ERR_CORRUPT);
	assert_non_null(strstr(err.text, "withdrawn cannot be told"));
	assert_int_equal(err.offset, at);
	r = open_with(m, CASE_PATH, &all);
	check_shown(r, &sel, "012345");
	/* To copy would be to forget. */
	w = open_writer(m, OTHER, FICHE_CREATE);
	assert_int_equal(fiche_copy(w, r, NULL, NULL, &err), FICHE_ERR_CORRUPT);
	fiche_writer_close(w);
	fiche_reader_close(r);
	r = open_with(m, CASE_PATH, &recover);
	check_shown(r, &sel, "01245"); /* the list before */
	fiche_reader_close(r);
	buf_done(&bytes);
	io_memory_free(m);
}

/* Each bit of the list and of its header: what is shown is right, or nothing
 * is. */
static void no_bit_of_a_list_brings_a_record_back(void **state)
{
	struct io_memory *m = make(false), *damaged = io_memory_new();
	struct fiche_selection sel;
	struct buf bytes;
	size_t refused = 0, tried = 0;
	uint64_t at, end;

	(void)state;
	fiche_selection_init(&sel);
	sel.versions = FICHE_VERSIONS_ALL;
	withdraw(m, CASE_PATH, 3);
	at = list_at(m);
	bytes = bytes_of(m);
	end = at + SECTION_HEADER_SIZE + 150;
	for (uint64_t bit = at * 8; bit < end * 8; bit++, tried++) {
		struct fiche_error err = { 0 };
		struct fiche_reader *r;

		bytes.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(case_put(damaged, bytes.ptr, bytes.len), 0);
		if (case_open(&r, damaged, false, &err) != 0) {
			refused++;
		} else if (r->archive.last.commit.generation == 2) {
			check_shown(r, &sel, "01245");
		}
		fiche_reader_close(r);
		bytes.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	print_message("%zu bits, %zu refused\n", tried, refused);
	assert_true(refused > 0);
	buf_done(&bytes);
	io_memory_free(damaged);
	io_memory_free(m);
}

/* ---- hostile lists ---- */

/* An archive whose list in force has this payload. */
static int open_hostile(const struct buf *payload, struct fiche_error *err)
{
	struct io_memory *m = make(false);
	struct fiche_writer *w = open_writer(m, CASE_PATH, FICHE_APPEND);
	struct buf raw = { 0 };
	struct section s;
	struct fiche_reader *r;
	int status;

	/* What writer_seal() would do, with another list. */
	require(writer_begin(w, err), err);
	buf_zeros(&raw, SECTION_HEADER_SIZE);
	buf_put(&raw, payload->ptr, payload->len);
	assert_true(buf_ok(&raw));
	require(emit_section(&w->emit, SECTION_WITHDRAWAL, raw.ptr,
	                     payload->len, (uint32_t)payload->len, NULL, &s,
	                     err),
	        err);
	w->archive.last.commit.withdrawal = s.offset;
	require(writer_seal_index(w, w->archive.last.commit.segment_count, NULL,
	                          0, err),
	        err);
	fiche_writer_close(w);
	status = case_open(&r, m, false, err);
	fiche_reader_close(r);
	buf_done(&raw);
	io_memory_free(m);
	return status;
}

static void a_list_of_16_MiB_is_read_and_a_longer_one_is_not(void **state)
{
	static const char line[] =
		"{\"record\":0,\"id\":\"" ID "\",\"time\":"
		"\"2031-02-03T04:05:06Z\",\"authority\":\"\",\"reason\":\"";
	struct fiche_error err = { 0 };
	struct buf list = { 0 };

	(void)state;
	buf_text(&list, line);
	while (list.len < WITHDRAWAL_MAX - 3)
		buf_u8(&list, 0xff); /* each of it three bytes, when read */
	buf_text(&list, "\"}\n");
	assert_int_equal(list.len, WITHDRAWAL_MAX);
	require(open_hostile(&list, &err), &err);
	buf_u8(&list, '\n');
	assert_int_equal(open_hostile(&list, &err), FICHE_ERR_LIMIT);
	buf_done(&list);
}

static void a_million_short_lines_cost_one_look(void **state)
{
	struct fiche_error err = { 0 };
	struct buf list = { 0 };

	(void)state;
	for (size_t i = 0; i < 1000000; i++)
		buf_text(&list, "{}\n");
	assert_int_equal(open_hostile(&list, &err), FICHE_ERR_CORRUPT);
	buf_clear(&list);
	while (list.len < WITHDRAWAL_MAX - 2)
		buf_u8(&list, '[');
	assert_int_equal(open_hostile(&list, &err), FICHE_ERR_CORRUPT);
	buf_done(&list);
}

static void proofs_of_withdrawn_records_hold(void **state)
{
	static char before[FICHE_NOTE_MAX], after[FICHE_NOTE_MAX];
	static char proof[FICHE_NOTE_MAX];
	static struct fiche_proof_info info;
	struct io_memory *m = make(false);
	uint64_t number = number_of(m, CASE_PATH, 3);
	struct fiche_reader *r = open_as(m, CASE_PATH);
	struct fiche_error err = { 0 };
	uint8_t digest[FICHE_DIGEST_SIZE];

	(void)state;
	require(fiche_checkpoint(r, before, &err), &err);
	fiche_reader_close(r);
	withdraw(m, CASE_PATH, 3);
	r = open_as(m, CASE_PATH);
	require(fiche_checkpoint(r, after, &err), &err);
	assert_string_equal(before, after);
	require(fiche_prove(r, number, before, proof, &err), &err);
	require(fiche_record_digest(digest, lines[3], strlen(lines[3])), &err);
	require(fiche_proof_check(&info, proof, digest, &err), &err);
	fiche_reader_close(r);
	io_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_read_in_whatever_order_its_keys_are),
		cmocka_unit_test(a_list_that_breaks_a_rule_is_told_as_corrupt),
		cmocka_unit_test(a_list_survives_its_own_writing),
		cmocka_unit_test(a_withdrawn_record_is_in_no_result),
		cmocka_unit_test(who_names_a_withdrawn_record_is_told),
		cmocka_unit_test(
			the_newest_is_the_last_version_that_is_not_withdrawn),
		cmocka_unit_test(
			an_earlier_commit_does_not_show_what_is_withdrawn_now),
		cmocka_unit_test(
			withdrawing_appends_and_appending_keeps_it_withdrawn),
		cmocka_unit_test(
			records_and_withdrawals_are_committed_together),
		cmocka_unit_test(what_cannot_be_withdrawn_changes_nothing),
		cmocka_unit_test(
			a_time_without_a_year_of_four_digits_is_refused),
		cmocka_unit_test(a_long_reason_is_cut_between_characters),
		cmocka_unit_test(a_copy_keeps_withdrawn_what_was),
		cmocka_unit_test(
			a_damaged_list_hides_everything_until_asked_otherwise),
		cmocka_unit_test(no_bit_of_a_list_brings_a_record_back),
		cmocka_unit_test(
			a_list_of_16_MiB_is_read_and_a_longer_one_is_not),
		cmocka_unit_test(a_million_short_lines_cost_one_look),
		cmocka_unit_test(proofs_of_withdrawn_records_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
