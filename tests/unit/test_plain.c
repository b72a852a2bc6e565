/* SPDX-License-Identifier: Apache-2.0 */
/* test_plain.c - page/plain, page/dateline, page/dates: what a text without
 * tags says of itself, and what it keeps. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/buf.h"
#include "page/dateline.h"
#include "page/dates.h"
#include "page/page.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))
#define NOW      1767225600 /* 2026-01-01 */

/* ---- Dates ---- */

struct date_row {
	const char *text;
	const char *found; /* NULL: none */
	bool day_first;
};

static const struct date_row date_rows[] = {
	{ "21 November 2007", "2007-11-21", false },
	{ "Nov. 21st, 2007", "2007-11-21", false },
	{ "on Wednesday, November 21, 2007 at 2:05 pm EST",
	  "2007-11-21T14:05-05:00", false },
	{ "Mittwoch, 21. November 2007, 14.05 Uhr", "2007-11-21T14:05", false },
	{ "den 3. M\xc3\xa4rz 2020 | 8:15 MEZ", "2020-03-03T08:15+01:00",
	  false },
	{ "1er f\xc3\xa9vrier 2019 \xc3\xa0 14h05", "2019-02-01T14:05", false },
	{ "21 de noviembre de 2007", "2007-11-21", false },
	{ "3 de mar\xc3\xa7o de 2021 \xc3\xa0s 9h30", "2021-03-03T09:30",
	  false },
	{ "Roma, 5 gennaio 2018", "2018-01-05", false },
	{ "21 ноября 2007 г., 18:05 (МСК)", "2007-11-21T18:05+03:00", false },
	{ "7 СЕРПНЯ 2014", "2014-08-07", false },
	{ "2007-11-21 14:05:09 +0300", "2007-11-21T14:05:09+03:00", false },
	{ "2007\xe5\xb9\xb4"
	  "11\xe6\x9c\x88"
	  "21\xe6\x97\xa5 08:00",
	  "2007-11-21T08:00", false },
	{ "2024. 3. 5.", "2024-03-05", false },
	{ "Wed Nov 21 14:05:09 CET 2007", "2007-11-21T14:05:09+01:00", false },
	{ "21.11.2007", "2007-11-21", false },
	{ "21.11.07 | 16:36 Uhr", "2007-11-21T16:36", false },
	{ "11/21/2007", "2007-11-21", false },
	{ "3/4/2007", NULL, false },
	{ "3/4/2007", "2007-04-03", true },
	{ "21 November", NULL, false },
	{ "30 February 2008", NULL, false },
	{ "room 21, 2007 people", NULL, false },
	{ "version 2007.11.210", NULL, false },
	{ "12007-11-21", NULL, false },
};

static void dates_are_found_in_many_languages(void **state)
{
	struct buf out = { 0 };
	struct dates_day d;

	(void)state;
	for (size_t i = 0; i < COUNT(date_rows); i++) {
		const struct date_row *r = &date_rows[i];
		bool found =
			dates_find(&d, r->text, strlen(r->text), r->day_first);

		buf_clear(&out);
		if (found)
			dates_put(&out, &d);
		buf_u8(&out, '\0');
		if (found != (r->found != NULL) ||
		    (found && strcmp((char *)out.ptr, r->found) != 0))
			fail_msg("%s: %s", r->text, (char *)out.ptr);
	}
	buf_done(&out);
}

/* ---- Datelines ---- */

struct line_row {
	const char *text;
	const char *agency; /* NULL: no dateline */
	const char *day;    /* "" if none */
	const char *rest;
};

static const struct line_row line_rows[] = {
	{ "LIMA, November 21 (Agencia Uno) - The port opened.", "Agencia Uno",
	  "XXXX-11-21", "The port opened." },
	{ "PARIS, 3 mars (AFP) - Le port", "AFP", "XXXX-03-03", "Le port" },
	{ "BERLIN (dpa) \xe2\x80\x93 Der Hafen", "dpa", "", "Der Hafen" },
	{ "Berlin (dpa/bbk) - Der Hafen", "dpa/bbk", "", "Der Hafen" },
	{ "NEW YORK, Nov. 21, 2007 /PRNewswire/ -- The firm", "PRNewswire",
	  "2007-11-21", "The firm" },
	{ "МОСКВА, 21 ноября. /ТАСС/. Порт открыт.", "ТАСС", "XXXX-11-21",
	  "Порт открыт." },
	{ "МОСКВА, 21 ноя - РИА Новости. Порт открыт.", "РИА Новости",
	  "XXXX-11-21", "Порт открыт." },
	{ "Nov 21 (Reuters) - The port", "Reuters", "XXXX-11-21", "The port" },
	{ "MADRID 3 Mar. (EUROPA PRESS) - El puerto", "EUROPA PRESS",
	  "XXXX-03-03", "El puerto" },
	{ "(ANSA) - ROMA, 03 MAR - Il porto", "ANSA", "XXXX-03-03",
	  "Il porto" },
	{ "ROMA, 03 MAR - Il porto di questa citta' ha aperto. Poi", "",
	  "XXXX-03-03", "Il porto di questa citta' ha aperto. Poi" },
	{ "\xe6\x96\xb0\xe5\x8d\x8e\xe7\xa4\xbe\xe5\x8c\x97\xe4\xba\xac"
	  "3\xe6\x9c\x88"
	  "5\xe6\x97\xa5\xe7\x94\xb5 \xe6\xb8\xaf",
	  "\xe6\x96\xb0\xe5\x8d\x8e\xe7\xa4\xbe", "XXXX-03-05",
	  "\xe6\xb8\xaf" },
	{ "SAINT-DENIS, R\xc3\xa9union, 3 mars (AFP) - Le port", "AFP",
	  "XXXX-03-03", "Le port" },
	{ "Lima (the capital of Peru) - a city", NULL, "", "" },
	{ "Ann Roe (Ann Doe) - a singer", NULL, "", "" },
	{ "The port opened on November 21 (a Wednesday).", NULL, "", "" },
	{ "Peru, a country", NULL, "", "" },
	{ "", NULL, "", "" },
	{ "(", NULL, "", "" },
	{ "A (", NULL, "", "" },
};

static void datelines_are_read_without_a_list_of_agencies(void **state)
{
	struct buf day = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(line_rows); i++) {
		const struct line_row *r = &line_rows[i];
		size_t len = strlen(r->text);
		struct dateline d;

		if (dateline_read(&d, r->text, len) != (r->agency != NULL))
			fail_msg("%s", r->text);
		if (!r->agency)
			continue;
		buf_clear(&day);
		if (d.has_day)
			dates_put(&day, &d.day);
		buf_u8(&day, '\0');
		if (d.agency.len != strlen(r->agency) ||
		    (d.agency.len &&
		     memcmp(d.agency.ptr, r->agency, d.agency.len) != 0) ||
		    strcmp((char *)day.ptr, r->day) != 0 ||
		    strcmp(r->text + d.end, r->rest) != 0)
			fail_msg("%s: %.*s, %s, %s", r->text, (int)d.agency.len,
			         d.agency.ptr, (char *)day.ptr,
			         r->text + d.end);
	}
	buf_done(&day);
}

/* ---- Texts ---- */

struct reading {
	struct arena arena;
	struct facts f;
	struct buf card;
};

static void read_text(struct reading *r, const char *text)
{
	const struct page_options opt = { NULL, NOW };

	memset(r, 0, sizeof(*r));
	facts_init(&r->f, &r->arena);
	assert_int_equal(page_read_text(&r->f, text, strlen(text), &opt, NULL),
	                 0);
	facts_put(&r->card, &r->f, NULL, NULL);
	buf_u8(&r->card, '\0');
}

static void expect_card(const struct reading *r, const char *card)
{
	assert_string_equal((char *)r->card.ptr, card);
}

static void expect_text(const struct reading *r, const char *text)
{
	assert_true(r->f.has_text);
	if (r->f.text.len != strlen(text) ||
	    memcmp(r->f.text.ptr, text, r->f.text.len) != 0)
		fail_msg("%.*s", (int)r->f.text.len, r->f.text.ptr);
}

static void read_done(struct reading *r)
{
	arena_done(&r->arena);
	buf_done(&r->card);
}

#define LEAD                                                                   \
	"The harbour master said on Wednesday that ferries will stop if the "  \
	"northern pier is closed for repairs without a date."
#define NEXT                                                                   \
	"He spoke after a meeting of the island council, which had asked for " \
	"a "                                                                   \
	"plan in 1999 and did not get one until this spring."
#define LAST                                                                   \
	"The council meets again next month to vote on the repairs of the "    \
	"pier "                                                                \
	"and on the price of a ticket."

static void a_scraped_story_loses_its_furniture(void **state)
{
	struct reading r;

	(void)state;
	read_text(&r, "- Island Wire\n"
	              "Harbours\n"
	              "All that moves on the water. Stay tuned for tides, "
	              "ferries, fish, piers and much more of it.\n"
	              "\n"
	              "Harbour master says ferries will stop if pier closes\n"
	              "\n"
	              "Subscribe\n" LEAD "\n"
	              "PORT ELM, November 21 (Island Wire) - " LEAD "\n\n" NEXT
	              "\n\n" LAST "\n\n"
	              "Newsfeed\n0\nlog in or register\nloader\nChats\n");
	expect_card(&r, "{\"title\":\"Harbour master says ferries will stop if "
	                "pier closes\",\"published\":\"XXXX-11-21\","
	                "\"published_candidates\":[\"2001-11-21\","
	                "\"2007-11-21\",\"2012-11-21\",\"2018-11-21\"],"
	                "\"source\":\"Island Wire\","
	                "\"site_name\":\"Island Wire\"}");
	expect_text(&r, "PORT ELM, November 21 (Island Wire) - " LEAD
	                "\n\n" NEXT "\n\n" LAST);
	read_done(&r);
}

static void a_date_above_the_story_has_its_year(void **state)
{
	struct reading r;

	(void)state;
	read_text(&r, "Ferries will stop if pier closes\n\n"
	              "Published: 22 November 2007, 08:15\n\n"
	              "PORT ELM, November 21 (Island Wire) - " LEAD "\n\n" NEXT
	              "\n");
	expect_card(&r,
	            "{\"title\":\"Ferries will stop if pier closes\","
	            "\"published\":\"2007-11-22T08:15\",\"source\":\"Island "
	            "Wire\",\"site_name\":\"Island Wire\"}");
	read_done(&r);
}

static void a_date_of_a_change_is_not_that_of_publication(void **state)
{
	struct reading r;

	(void)state;
	read_text(&r, "Ferries will stop\n\nUpdated: 22 November 2007\n\n" LEAD
	              "\n\n" NEXT "\n");
	expect_card(&r, "{\"title\":\"Ferries will stop\","
	                "\"modified\":\"2007-11-22\"}");
	assert_false(r.f.has_text);
	read_done(&r);
}

static void too_many_years_are_no_candidates(void **state)
{
	struct reading r;

	(void)state;
	read_text(&r, "PORT ELM, November 21 (Island Wire) - " LEAD "\n");
	expect_card(&r, "{\"published\":\"XXXX-11-21\",\"source\":\"Island "
	                "Wire\",\"site_name\":\"Island Wire\"}");
	read_done(&r);
	/* A year to come, and one that was still to come, are no limit. */
	read_text(&r, "PORT ELM, November 21 (Island Wire) - He said on "
	              "Wednesday that the pier of 2005 would last until 2024 "
	              "or by 2019 be closed, if not by 2090.\n");
	assert_int_equal(r.f.candidates.count, 3);
	assert_memory_equal(r.f.candidates.items[0].ptr, "2007-11-21", 10);
	read_done(&r);
	/* "Last Wednesday" says nothing. */
	read_text(&r, "PORT ELM, November 21 (Island Wire) - He said in 1999 "
	              "that last Wednesday was a day like any other one.\n");
	assert_int_equal(r.f.candidates.count, 0);
	read_done(&r);
}

static void other_texts_stay_as_they_are(void **state)
{
	static const char *const texts[] = {
		/* Paragraphs. */
		LEAD "\n\n" NEXT "\n\n" LAST "\n",
		/* With a heading and a signature. */
		"On ferries\n\n" LEAD "\n\n" NEXT "\n\n" LAST "\n\nAnn Roe\n",
		/* A poem, and a poem whose lines are long. */
		"Tide\n\nThe water goes\nthe water comes\nand nobody\nknows\n",
		/* A list, even one with a word of furniture. */
		"Shopping\n- rope\n- tar\n- newsletter\nPrint\n",
		/* A note. */
		"Call the harbour master\n",
		"Subscribe\n",
		/* Prose, then a list without any furniture. */
		LEAD "\n\n" NEXT "\n\nFares\nAdults 4\nChildren 2\nDogs 1\n",
		/* Wrapped lines. */
		"The harbour master said on Wednesday that the ferries will\n"
		"stop if the northern pier is closed for its repairs without\n"
		"a date.\n\nHe spoke after a meeting.\n",
		"",
		"\n\n\r\n",
	};
	struct reading r;

	(void)state;
	for (size_t i = 0; i < COUNT(texts); i++) {
		read_text(&r, texts[i]);
		if (r.f.has_text)
			fail_msg("%zu: %.*s", i, (int)r.f.text.len,
			         r.f.text.ptr);
		read_done(&r);
	}
}

static void furniture_below_prose_needs_no_dateline(void **state)
{
	struct reading r;

	(void)state;
	read_text(&r, "Ferries will stop\r\n\r\n" LEAD "\r\n\r\n" NEXT
	              "\r\n\r\nAnn Roe\r\n\r\nRelated articles\r\nThe pier\r\n"
	              "Fish\r\n");
	expect_text(&r, "Ferries will stop\r\n\r\n" LEAD "\r\n\r\n" NEXT
	                "\r\n\r\nAnn Roe");
	read_done(&r);
}

static void a_known_address_is_the_source(void **state)
{
	static const char text[] = "PORT ELM (Island Wire) - " LEAD "\n";
	const struct page_options opt = { NULL, NOW };
	struct reading r = { .card = { 0 } };

	(void)state;
	facts_init(&r.f, &r.arena);
	facts_set(&r.f, &r.f.url,
	          (struct fiche_text){ "https://www.isle.example/a.txt", 30 });
	assert_int_equal(
		page_read_text(&r.f, text, sizeof(text) - 1, &opt, NULL), 0);
	facts_put(&r.card, &r.f, NULL, NULL);
	buf_u8(&r.card, '\0');
	expect_card(&r, "{\"url\":\"https://www.isle.example/a.txt\","
	                "\"source\":\"isle.example\","
	                "\"site_name\":\"Island Wire\"}");
	read_done(&r);
}

static void other_encodings_become_text(void **state)
{
	const struct page_options opt = { "windows-1251", NOW };
	/* "MOSKVA" and so on. */
	static const char bytes[] =
		"\xcc\xce\xd1\xca\xc2\xc0, 21 \xed\xee\xff\xe1\xf0\xff. "
		"/\xd2\xc0\xd1\xd1/. \xcf\xee\xf0\xf2.\n";
	struct reading r = { .card = { 0 } };

	(void)state;
	facts_init(&r.f, &r.arena);
	assert_int_equal(
		page_read_text(&r.f, bytes, sizeof(bytes) - 1, &opt, NULL), 0);
	assert_memory_equal(r.f.published.ptr, "XXXX-11-21", 10);
	assert_memory_equal(r.f.source.ptr, "ТАСС", r.f.source.len);
	expect_text(&r, "МОСКВА, 21 ноября. /ТАСС/. Порт.\n");
	read_done(&r);
}

/* ---- Hostile ---- */

static void fill(struct buf *b, const char *piece, size_t len)
{
	buf_clear(b);
	while (b->len < len)
		buf_text(b, piece);
}

static void long_texts_take_linear_time(void **state)
{
	static const char *const pieces[] = {
		"A ",           "a\n",         "LIMA, ",
		"2007 ",        "(",           "\n",
		"Wednesday ",   "21 ",         "\xc3",
		"1. 1. 1.",     "LIMA (A) - ", "Subscribe\n",
		"\r\n",         "0",           "21 November 2007, ",
		"\xe6\x96\xb0", "and. ",       "(A) - (A) - ",
	};
	const struct page_options opt = { "utf-8", NOW };
	struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(pieces); i++) {
		struct reading r = { .card = { 0 } };

		fill(&text, pieces[i], 1 << 20);
		facts_init(&r.f, &r.arena);
		assert_int_equal(
			page_read_text(&r.f, text.ptr, text.len, &opt, NULL),
			0);
		read_done(&r);
	}
	buf_done(&text);
}

static void every_cut_of_a_story_is_read(void **state)
{
	static const char text[] =
		"Island Wire\n\nFerries will stop at the pier\n\nPORT ELM, "
		"Nov. 21, 2007 /Island Wire/ -- " LEAD "\n\n" NEXT
		"\n\nShare\n\xd0\x97";
	const struct page_options opt = { NULL, NOW };
	char *copy;

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		struct reading r = { .card = { 0 } };

		/* Without room behind it. */
		copy = malloc(len ? len : 1);
		assert_non_null(copy);
		memcpy(copy, text, len);
		facts_init(&r.f, &r.arena);
		assert_int_equal(page_read_text(&r.f, copy, len, &opt, NULL),
		                 0);
		read_done(&r);
		free(copy);
	}
}

static void running_out_of_memory_is_reported(void **state)
{
	static const char text[] =
		"Ferries will stop at the pier\n\nSubscribe\nPORT ELM, "
		"November "
		"21 (Island Wire) - " LEAD "\n\n" NEXT "\n\nShare\n";
	const struct page_options opt = { NULL, NOW };
	unsigned long fired;

	(void)state;
	for (long n = 0;; n++) {
		struct reading r = { .card = { 0 } };
		int result;

		facts_init(&r.f, &r.arena);
		alloc_fail_after(n, true);
		result = page_read_text(&r.f, text, sizeof(text) - 1, &opt,
		                        NULL);
		fired = alloc_faults_fired();
		alloc_fail_after(-1, false);
		read_done(&r);
		if (fired == 0) {
			assert_int_equal(result, 0);
			break;
		}
		assert_int_equal(result, FICHE_ERR_NOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_found_in_many_languages),
		cmocka_unit_test(datelines_are_read_without_a_list_of_agencies),
		cmocka_unit_test(a_scraped_story_loses_its_furniture),
		cmocka_unit_test(a_date_above_the_story_has_its_year),
		cmocka_unit_test(a_date_of_a_change_is_not_that_of_publication),
		cmocka_unit_test(too_many_years_are_no_candidates),
		cmocka_unit_test(other_texts_stay_as_they_are),
		cmocka_unit_test(furniture_below_prose_needs_no_dateline),
		cmocka_unit_test(a_known_address_is_the_source),
		cmocka_unit_test(other_encodings_become_text),
		cmocka_unit_test(long_texts_take_linear_time),
		cmocka_unit_test(every_cut_of_a_story_is_read),
		cmocka_unit_test(running_out_of_memory_is_reported),
	};

	return cmocka_run_group_tests_name("plain", tests, NULL, NULL);
}
