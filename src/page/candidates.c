/* SPDX-License-Identifier: Apache-2.0 */
/* candidates.c - the calendar of a story; see candidates.h. */

#include "page/candidates.h"

#include <string.h>

#include "article/date.h"
#include "page/letters.h"

#define CANDIDATES_MAX 12
#define DAY            86400

static int64_t year_of(int64_t now)
{
	unsigned month, day, second;
	int64_t year;

	date_to_civil(now, &year, &month, &day, &second);
	return year;
}

/* The latest year up to `now` that the text has, but for "by 2030". */
static int64_t year_mentioned(struct fiche_text t, int64_t now)
{
	int64_t latest = 0, year;
	char word[LETTERS_WORD], last[LETTERS_WORD] = "";
	size_t n, run = 0;

	for (size_t i = 0; i <= t.len; i += n ? n : 1) {
		n = letters_word(word, t.ptr + i, t.len - i);
		if (n == 0 && i < t.len && t.ptr[i] >= '0' && t.ptr[i] <= '9') {
			run++;
			continue;
		}
		year = 0;
		for (size_t k = i - run; run == 4 && k < i; k++)
			year = year * 10 + (t.ptr[k] - '0');
		if (year >= 1900 && year <= now && year > latest &&
		    !letters_in("by until till before bis до к", last))
			latest = year;
		run = 0;
		if (n)
			memcpy(last, word, sizeof(last));
	}
	return latest;
}

/* The first day of the week that is named without "last" or "next". */
static unsigned weekday_of(struct fiche_text t)
{
	char word[LETTERS_WORD];
	bool other = false;
	unsigned day;

	while (letters_next(word, &t) > 0) {
		day = dates_weekday(word);
		if (day && !other)
			return day;
		other = letters_in("last next previous following every each "
		                   "nächsten vergangenen letzten",
		                   word);
	}
	return 0;
}

/* 1 of Monday to 7 of Sunday; 1970 began on a Thursday. */
static unsigned weekday_at(int64_t at)
{
	int64_t day = (at / DAY + 3) % 7;

	return (unsigned)(day < 0 ? day + 7 : day) + 1;
}

static bool is_in(const struct dates_day *day, int64_t year, unsigned week,
                  int64_t now)
{
	int64_t at = date_from_civil(year, day->month, day->day), y;
	unsigned month, d, second;

	date_to_civil(at, &y, &month, &d, &second);
	return month == day->month && at <= now && weekday_at(at) == week;
}

static void add_days(struct facts *f, const struct dates_day *day,
                     struct fiche_text paragraph, struct fiche_text text,
                     int64_t now)
{
	int64_t last = year_of(now), first = year_mentioned(text, last);
	unsigned week = weekday_of(paragraph), count = 0;
	struct buf b = { 0 };

	if (week == 0)
		return;
	if (first == 0)
		first = 1900;
	for (int64_t y = first; y <= last && y <= 9999; y++)
		count += is_in(day, y, week, now);
	if (count > CANDIDATES_MAX)
		return;
	for (int64_t y = first; y <= last && y <= 9999; y++) {
		struct dates_day on = { .month = day->month, .day = day->day };

		if (!is_in(day, y, week, now))
			continue;
		on.year = (unsigned)y;
		buf_clear(&b);
		dates_put(&b, &on);
		facts_add(f, &f->candidates,
		          (struct fiche_text){ (char *)b.ptr, b.len });
	}
	f->failed |= !buf_ok(&b);
	buf_done(&b);
}

void candidates_set(struct facts *f, const struct dates_day *day,
                    struct fiche_text paragraph, struct fiche_text text,
                    int64_t now)
{
	struct buf b = { 0 };

	if (f->published.len)
		return;
	dates_put(&b, day);
	f->failed |= !buf_ok(&b);
	facts_set(f, &f->published,
	          (struct fiche_text){ (char *)b.ptr, b.len });
	if (day->year == 0)
		add_days(f, day, paragraph, text, now);
	buf_done(&b);
}
