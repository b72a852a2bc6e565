/* SPDX-License-Identifier: Apache-2.0 */
/* date_range.c - intervals of time as a person types them; see date.h. */

#include <string.h>

#include "article/date.h"

#define DAY      86400
#define TEXT_MAX 200

static void trim(const char **text, size_t *len)
{
	while (*len && ((*text)[*len - 1] == ' ' || (*text)[*len - 1] == '\t'))
		--*len;
	while (*len && (**text == ' ' || **text == '\t')) {
		++*text;
		--*len;
	}
}

static bool is_word(const char *text, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(text, word, len) == 0;
}

/* Up to `max` digits and nothing else. */
static bool all_digits(int64_t *out, const char *text, size_t len, size_t max)
{
	int64_t value = 0;

	if (len < 1 || len > max)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		value = value * 10 + (text[i] - '0');
	}
	*out = value;
	return true;
}

static int64_t day_of(int64_t now)
{
	unsigned month, day, second;
	int64_t year;

	date_to_civil(now, &year, &month, &day, &second);
	return now - second;
}

/* YYYYMMDDhh: alone among dates, ten digits would be an epoch. */
static bool ten_digits(struct fiche_date *out, const char *text)
{
	char iso[11];

	memcpy(iso, text, 8);
	iso[8] = 'T';
	memcpy(iso + 9, text + 8, 2);
	return date_parse(out, iso, sizeof(iso));
}

/* One date, meaning its whole interval. */
static bool parse_point(int64_t *begin, int64_t *end, const char *text,
                        size_t len, int64_t now)
{
	struct fiche_date d;
	int64_t value;

	trim(&text, &len);
	if (len > 1 && text[0] == '@') {
		if (!all_digits(&value, text + 1, len - 1, 12))
			return false;
		*begin = value;
		*end = value + 1;
		return true;
	}
	if (is_word(text, len, "today") || is_word(text, len, "yesterday")) {
		*begin = day_of(now) - (text[0] == 'y' ? DAY : 0);
		*end = *begin + DAY;
		return true;
	}
	if (all_digits(&value, text, len, 18)) {
		/* As in a CDX index: a prefix of YYYYMMDDhhmmss. */
		if (len > 14 || len % 2)
			return false;
		if (len == 10 ? !ten_digits(&d, text)
		              : !date_parse(&d, text, len))
			return false;
	} else if (!date_parse(&d, text, len)) {
		return false;
	}
	*begin = d.begin;
	*end = d.end;
	return true;
}

static int64_t months_before(int64_t now, int64_t count)
{
	unsigned month, day, second;
	int64_t year, first, next, at;

	date_to_civil(now, &year, &month, &day, &second);
	at = year * 12 + (int64_t)month - 1 - count;
	year = at >= 0 ? at / 12 : -((11 - at) / 12);
	month = (unsigned)(at - year * 12) + 1;
	first = date_from_civil(year, month, 1);
	next = date_from_civil(year + month / 12, month % 12 + 1, 1);
	at = first + (int64_t)(day - 1) * DAY;
	/* A month before 31 March is the last day of February. */
	if (at >= next)
		at = next - DAY;
	return at + second;
}

/* 7d 3w 6m 2y */
static bool parse_last(int64_t *begin, const char *text, size_t len,
                       int64_t now)
{
	int64_t count;

	if (len < 2 || !all_digits(&count, text, len - 1, 6))
		return false;
	switch (text[len - 1]) {
	case 'd':
		*begin = now - count * DAY;
		return true;
	case 'w':
		*begin = now - count * 7 * DAY;
		return true;
	case 'm':
		*begin = months_before(now, count);
		return true;
	case 'y':
		*begin = months_before(now, count * 12);
		return true;
	default:
		return false;
	}
}

static bool is_open(const char *text, size_t len)
{
	trim(&text, &len);
	return len == 0 || is_word(text, len, "..");
}

/* Two points, either of them open but not both. */
static bool parse_sides(int64_t *begin, int64_t *end, const char *text,
                        const char *mark, size_t mark_len, size_t len,
                        int64_t now)
{
	size_t left = (size_t)(mark - text);
	const char *rest = mark + mark_len;
	size_t right = len - left - mark_len;
	int64_t from = INT64_MIN, to = INT64_MAX, unused;

	if (is_open(text, left) && is_open(rest, right))
		return false;
	if (!is_open(text, left) &&
	    !parse_point(&from, &unused, text, left, now))
		return false;
	if (!is_open(rest, right) &&
	    !parse_point(&unused, &to, rest, right, now))
		return false;
	if (from >= to)
		return false;
	*begin = from;
	*end = to;
	return true;
}

static const char *find_dots(const char *text, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++)
		if (text[i] == '.' && text[i + 1] == '.')
			return text + i;
	return NULL;
}

bool date_parse_range(int64_t *begin, int64_t *end, const char *text,
                      size_t len, int64_t now)
{
	int64_t from, to;
	const char *mark;

	trim(&text, &len);
	if (len == 0 || len > TEXT_MAX)
		return false;
	if (parse_last(&from, text, len, now)) {
		*begin = from;
		*end = now;
		return true;
	}
	if (parse_point(&from, &to, text, len, now)) {
		*begin = from;
		*end = to;
		return true;
	}
	mark = memchr(text, '/', len);
	if (mark)
		return parse_sides(begin, end, text, mark, 1, len, now);
	mark = find_dots(text, len);
	return mark && parse_sides(begin, end, text, mark, 2, len, now);
}
