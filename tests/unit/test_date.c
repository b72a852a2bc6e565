/* SPDX-License-Identifier: Apache-2.0 */
/* test_date.c - article/date: the forms of spec "Dates", and the calendar. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "article/date.h"

/* `form` is the date as date_format() writes it, NULL if it is refused. */
static const struct {
	const char *rule;
	const char *text;
	const char *form;
	int zone;
} rows[] = {
	{ "a year", "2007", "2007", 0 },
	{ "a month", "2007-11", "2007-11", 0 },
	{ "a day", "2007-11-21", "2007-11-21", 0 },
	{ "outer blanks", " \t2007-11-21\n", "2007-11-21", 0 },
	{ "a day in UTC", "2007-11-21Z", "2007-11-21", 1 },
	{ "short month and day", "2007-1-5", "2007-01-05", 0 },
	{ "slashes, year first", "2007/11/21", "2007-11-21", 0 },
	{ "slashes with time", "2007/11/21 14:05", "2007-11-21T14:05Z", 0 },
	{ "dots, year first", "2007.11.21", "2007-11-21", 0 },
	{ "an hour", "2007-11-21T14", "2007-11-21T14Z", 0 },
	{ "an hour in UTC", "2007-11-21T14Z", "2007-11-21T14Z", 1 },
	{ "a minute", "2007-11-21T14:05", "2007-11-21T14:05Z", 0 },
	{ "RFC 3339", "2007-11-21T14:05:09Z", "2007-11-21T14:05:09Z", 1 },
	{ "lower t and z", "2007-11-21t14:05:09z", "2007-11-21T14:05:09Z", 1 },
	{ "a blank for T", "2007-11-21 14:05:09", "2007-11-21T14:05:09Z", 0 },
	{ "fraction", "2007-11-21T14:05:09.123456789+01:00",
	  "2007-11-21T13:05:09Z", 1 },
	{ "comma fraction", "2007-11-21T14:05:09,5Z", "2007-11-21T14:05:09Z",
	  1 },
	{ "+hhmm", "2019-01-02T18:00:00+0000", "2019-01-02T18:00:00Z", 1 },
	{ "+hh", "2019-01-02T18:00:00+03", "2019-01-02T15:00:00Z", 1 },
	{ "-hh:mm into the next year", "2018-12-31T23:30:00-05:30",
	  "2019-01-01T05:00:00Z", 1 },
	{ "blank before the zone", "2019-01-02 18:00:00 +0200",
	  "2019-01-02T16:00:00Z", 1 },
	{ "UTC by name", "2019-01-02 18:00:00 UTC", "2019-01-02T18:00:00Z", 1 },
	{ "offset and name", "2019-01-02 18:00:00 +0000 UTC",
	  "2019-01-02T18:00:00Z", 1 },
	{ "RFC 9557", "2019-01-02T18:00+01:00[Europe/Berlin]",
	  "2019-01-02T17:00Z", 1 },
	{ "leap second", "2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", 1 },
	{ "leap day", "2000-02-29", "2000-02-29", 0 },
	{ "basic day", "20071121", "2007-11-21", 0 },
	{ "basic month", "200711", "2007-11", 0 },
	{ "basic, 12 digits", "200711211405", "2007-11-21T14:05Z", 0 },
	{ "basic, 14 digits", "20160911145202", "2016-09-11T14:52:02Z", 0 },
	{ "basic with T", "20260313T101500Z", "2026-03-13T10:15:00Z", 1 },
	{ "basic with T, minutes", "20260313T1015", "2026-03-13T10:15Z", 0 },
	{ "epoch seconds", "1452632548", "2016-01-12T21:02:28Z", 1 },
	{ "epoch float", "1452632548.0", "2016-01-12T21:02:28Z", 1 },
	{ "epoch exponent", "1.452632548E9", "2016-01-12T21:02:28Z", 1 },
	{ "epoch milliseconds", "1615317071084", "2021-03-09T19:11:11Z", 1 },
	{ "epoch microseconds", "1615317071084287", "2021-03-09T19:11:11Z", 1 },
	{ "epoch nanoseconds", "1615317071084287123", "2021-03-09T19:11:11Z",
	  1 },
	{ "epoch before 1970", "-315619200", "1960-01-01T00:00:00Z", 1 },
	{ "RFC 2822", "Wed, 21 Nov 2007 14:05:09 +0100", "2007-11-21T13:05:09Z",
	  1 },
	{ "RFC 2822 without weekday", "21 Nov 2007 14:05 GMT",
	  "2007-11-21T14:05Z", 1 },
	{ "RFC 2822, old zone", "Wed, 21 Nov 2007 14:05:09 EST",
	  "2007-11-21T19:05:09Z", 1 },
	{ "RFC 2822, remark", "Wed, 21 Nov 2007 14:05:09 +0100 (CET)",
	  "2007-11-21T13:05:09Z", 1 },
	{ "RFC 850", "Wednesday, 21-Nov-07 14:05:09 GMT",
	  "2007-11-21T14:05:09Z", 1 },
	{ "two digits of a year before 2000", "21-Nov-94 14:05:09 GMT",
	  "1994-11-21T14:05:09Z", 1 },
	{ "asctime", "Wed Nov 21 14:05:09 2007", "2007-11-21T14:05:09Z", 0 },
	{ "date(1)", "Wed Nov 21 14:05:09 UTC 2007", "2007-11-21T14:05:09Z",
	  1 },
	{ "offset before the year", "Wed Nov 21 14:05:09 +0000 2007",
	  "2007-11-21T14:05:09Z", 1 },
	{ "as browsers print", "Wed Nov 21 2007 14:05:09 GMT+0100 (CET)",
	  "2007-11-21T13:05:09Z", 1 },
	{ "US prose", "January 26, 2011", "2011-01-26", 0 },
	{ "UK prose", "29 October, 2016", "2016-10-29", 0 },
	{ "ordinal", "21st of November 2007", "2007-11-21", 0 },
	{ "dotted abbreviation", "Sept. 3, 2007", "2007-09-03", 0 },
	{ "a month by name", "November 2007", "2007-11", 0 },
	{ "noon and midnight", "August 27, 2022 12:31 AM", "2022-08-27T00:31Z",
	  0 },
	{ "afternoon", "August 27, 2022 1:31 PM", "2022-08-27T13:31Z", 0 },
	{ "at", "March 3, 2020 at 5 p.m.", NULL, 0 },
	{ "at, hour", "March 3, 2020 at 5pm", "2020-03-03T17Z", 0 },
	{ "time first", "14:05 - 21 Nov 2007", "2007-11-21T14:05Z", 0 },
	{ "dd.mm.yyyy", "03.04.2021", "2021-04-03", 0 },
	{ "dd.mm.yyyy with time", "03.04.2021 18:30", "2021-04-03T18:30Z", 0 },
	{ "d/m/y with a day above 12", "21/11/2007", "2007-11-21", 0 },
	{ "m/d/y with a day above 12", "11/21/2007", "2007-11-21", 0 },

	{ "d/m/y is ambiguous", "03/04/2021", NULL, 0 },
	{ "d-m-y is ambiguous", "03-04-2021", NULL, 0 },
	{ "two-digit year", "03.04.21", NULL, 0 },
	{ "year 0201", "0201-11-30", NULL, 0 },
	{ "year 0999", "0999", NULL, 0 },
	{ "before 1000 by zone", "1000-01-01T00:00:00+01:00", NULL, 0 },
	{ "after 9999 by zone", "9999-12-31T23:59:59-01:00", NULL, 0 },
	{ "month 13", "2007-13-01", NULL, 0 },
	{ "month 0", "2007-00", NULL, 0 },
	{ "day 0", "2007-11-00", NULL, 0 },
	{ "31 November", "2007-11-31", NULL, 0 },
	{ "1900 was no leap year", "1900-02-29", NULL, 0 },
	{ "hour 24", "2007-11-21T24:00", NULL, 0 },
	{ "minute 60", "2007-11-21T14:60", NULL, 0 },
	{ "second 61", "2007-11-21T14:05:61", NULL, 0 },
	{ "offset of a day", "2007-11-21T14:05+24:00", NULL, 0 },
	{ "T and nothing", "2007-11-21T", NULL, 0 },
	{ "something behind", "2007-11-21T14:05:09Zulu", NULL, 0 },
	{ "a word", "yesterday", NULL, 0 },
	{ "a weekday", "Wednesday", NULL, 0 },
	{ "two months", "Nov Dec 2007", NULL, 0 },
	{ "a sentence", "Published in May of 2007", NULL, 0 },
	{ "a small number", "12345", NULL, 0 },
	{ "zero", "0", NULL, 0 },
	{ "nothing", "", NULL, 0 },
	{ "more digits than any number", "99999999999999999999999999", NULL,
	  0 },
	{ "exponent too large", "1e99", NULL, 0 },
	{ "19 nines are nanoseconds", "9999999999999999999",
	  "2286-11-20T17:46:39Z", 1 },
};

static void dates_are_read_as_the_table_says(void **state)
{
	struct buf form = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *want = rows[i].form ? rows[i].form : "";
		struct fiche_date d = { 0 };
		bool ok = date_parse(&d, rows[i].text, strlen(rows[i].text));

		buf_clear(&form);
		date_format(&form, &d);
		buf_u8(&form, 0);
		if (ok != (rows[i].form != NULL) ||
		    strcmp((const char *)form.ptr, want) != 0 ||
		    (int)d.has_zone != rows[i].zone)
			fail_msg("'%s': '%s' gives '%s', zone %d", rows[i].rule,
			         rows[i].text, (const char *)form.ptr,
			         d.has_zone);
	}
	buf_done(&form);
}

static void no_beginning_of_a_date_is_read_out_of_bounds(void **state)
{
	struct fiche_date d;
	int64_t begin, end;
	char exact[80];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		for (size_t len = 0; len <= strlen(rows[i].text); len++) {
			/* Behind it, digits that must not be seen. */
			memset(exact, '7', sizeof(exact));
			memcpy(exact, rows[i].text, len);
			if (date_parse(&d, exact, len))
				assert_true(d.begin < d.end);
			(void)date_parse_range(&begin, &end, exact, len, 0);
		}
}

static void every_day_of_the_calendar_comes_back(void **state)
{
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30,
		                            31, 31, 30, 31, 30, 31 };
	int64_t expected = -30610224000; /* 1000-01-01 */
	int64_t year;
	unsigned month, day, second;

	(void)state;
	assert_int_equal(date_from_civil(1970, 1, 1), 0);
	for (unsigned y = 1000; y <= 9999; y++)
		for (unsigned m = 1; m <= 12; m++) {
			unsigned leap = m == 2 && y % 4 == 0 &&
			                (y % 100 != 0 || y % 400 == 0);

			for (unsigned d = 1; d <= lengths[m - 1] + leap; d++) {
				if (date_from_civil(y, m, d) != expected)
					fail_msg("%u-%u-%u", y, m, d);
				date_to_civil(expected + 86399, &year, &month,
				              &day, &second);
				if (year != y || month != m || day != d ||
				    second != 86399)
					fail_msg("back %u-%u-%u", y, m, d);
				expected += 86400;
			}
		}
}

static void what_is_formatted_parses_back(void **state)
{
	struct buf form = { 0 };
	uint64_t seed = 7;

	(void)state;
	for (int i = 0; i < 60000; i++) {
		enum fiche_precision p =
			(enum fiche_precision)(1 + (unsigned)i % 6);
		static const int64_t align[] = { 1, 1, 1, 86400, 3600, 60, 1 };
		struct fiche_date d, back = { 0 };
		unsigned month, day, second;
		int64_t at, year;

		seed = seed * 6364136223846793005u + 1442695040888963407u;
		at = -30610224000 + (int64_t)((seed >> 24) % 284012568000u);
		date_to_civil(at, &year, &month, &day, &second);
		if (p == FICHE_DATE_YEAR)
			at = date_from_civil(year, 1, 1);
		else if (p == FICHE_DATE_MONTH)
			at = date_from_civil(year, month, 1);
		else
			at -= second % align[p];
		d = date_make(at, p, false);
		buf_clear(&form);
		date_format(&form, &d);
		assert_true(
			date_parse(&back, (const char *)form.ptr, form.len));
		assert_int_equal(back.begin, d.begin);
		assert_int_equal(back.end, d.end);
		assert_int_equal(back.precision, p);
	}
	buf_done(&form);
}

static void hostile_seconds_do_not_overflow(void **state)
{
	static const int64_t extremes[] = {
		INT64_MIN, INT64_MIN + 1, -1, 0, INT64_MAX - 1, INT64_MAX
	};
	struct buf form = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(extremes) / sizeof(*extremes); i++)
		for (int p = 0; p <= 7; p++) {
			struct fiche_date d = date_make(
				extremes[i], (enum fiche_precision)p, false);

			assert_true(d.begin <= d.end);
			date_format(&form, &d);
		}
	buf_done(&form);
}

#define NOW 1711893600 /* 2024-03-31T14:00:00Z */
#define MIN INT64_MIN
#define MAX INT64_MAX

/* begin >= end: refused. */
static const struct {
	const char *text;
	int64_t begin, end;
} ranges[] = {
	{ "2007", 1167609600, 1199145600 },
	{ "2007-11", 1193875200, 1196467200 },
	{ "2007-11-21", 1195603200, 1195689600 },
	{ "2007-11-21T14", 1195653600, 1195657200 },
	{ "2007-11-21T14:00Z", 1195653600, 1195653660 },
	{ "20071121", 1195603200, 1195689600 },
	{ "200711", 1193875200, 1196467200 },
	{ "2007112114", 1195653600, 1195657200 },
	{ "20071121140000", 1195653600, 1195653601 },
	{ "@1709251200", 1709251200, 1709251201 },
	{ "21 Nov 2007", 1195603200, 1195689600 },
	{ "2024-03..2024-05", 1709251200, 1717200000 },
	{ "2024-03/2024-05", 1709251200, 1717200000 },
	{ " 2024-03 .. 2024-05 ", 1709251200, 1717200000 },
	{ "2024/2025", 1704067200, 1767225600 },
	{ "2024/03/01", 1709251200, 1709337600 },
	{ "..2019", MIN, 1577836800 },
	{ "2019..", 1546300800, MAX },
	{ "../2019", MIN, 1577836800 },
	{ "2019/..", 1546300800, MAX },
	{ "2019/", 1546300800, MAX },
	{ "@10..@20", 10, 21 },
	{ "7d", NOW - 7 * 86400, NOW },
	{ "3w", NOW - 21 * 86400, NOW },
	{ "1m", 1709215200, NOW },  /* 2024-02-29T14:00:00Z */
	{ "13m", 1677592800, NOW }, /* 2023-02-28T14:00:00Z */
	{ "1y", 1680271200, NOW },  /* 2023-03-31T14:00:00Z */
	{ "today", 1711843200, 1711929600 },
	{ "yesterday", 1711756800, 1711843200 },
	{ "yesterday..today", 1711756800, 1711929600 },
	{ "", 0, 0 },
	{ "..", 0, 0 },
	{ "/", 0, 0 },
	{ "2025..2024", 0, 0 },
	{ "2024-02-30", 0, 0 },
	{ "20240230", 0, 0 },
	{ "2007...2008", 0, 0 },
	{ "d", 0, 0 },
	{ "7x", 0, 0 },
	{ "9999999d", 0, 0 },
	{ "1709251200", 0, 0 }, /* here ten digits are a date and an hour */
	{ "@", 0, 0 },
	{ "@99999999999999999999", 0, 0 },
	{ "03/04/2021", 0, 0 },
	{ "tomorrow", 0, 0 },
};

static void ranges_are_read_as_the_table_says(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(ranges) / sizeof(*ranges); i++) {
		int64_t begin = 0, end = 0;
		bool ok = date_parse_range(&begin, &end, ranges[i].text,
		                           strlen(ranges[i].text), NOW);

		if (ok != (ranges[i].begin < ranges[i].end) ||
		    begin != ranges[i].begin || end != ranges[i].end)
			fail_msg("'%s' gives %lld, %lld", ranges[i].text,
			         (long long)begin, (long long)end);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates_are_read_as_the_table_says),
		cmocka_unit_test(no_beginning_of_a_date_is_read_out_of_bounds),
		cmocka_unit_test(every_day_of_the_calendar_comes_back),
		cmocka_unit_test(what_is_formatted_parses_back),
		cmocka_unit_test(hostile_seconds_do_not_overflow),
		cmocka_unit_test(ranges_are_read_as_the_table_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
