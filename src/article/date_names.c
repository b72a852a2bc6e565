/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date_names.c - times of day, zones, and dates with names in them; see
 * date_names.h.
 *
 * A date with a month's name is unambiguous in any order, so its words and
 * numbers are taken as they come and each may be given once.
 */

#include "article/date_names.h"

#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
	c = lower(c);
	return c >= 'a' && c <= 'z';
}

static size_t digits_at(const char *at, const char *end)
{
	const char *from = at;

	while (at < end && is_digit(*at))
		at++;
	return (size_t)(at - from);
}

/* Exactly `n` digits, at most 4; the caller has seen that they are there. */
static unsigned number(const char *at, size_t n)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (unsigned)(at[i] - '0');
	return value;
}

static void skip_blanks(const char **at, const char *end)
{
	while (*at < end && (**at == ' ' || **at == '\t'))
		++*at;
}

/* The letters at `at` in lower case; longer words are cut, and so match no
 * name. */
static size_t word_at(char word[16], const char *at, const char *end)
{
	size_t n = 0;

	while (at < end && is_letter(*at)) {
		if (n < 15)
			word[n] = lower(*at);
		at++;
		n++;
	}
	word[n < 15 ? n : 15] = '\0';
	return n;
}

/* RFC 2822 4.3, and the two names of UTC.  Others mean several zones. */
static bool zone_offset(int32_t *out, const char *word)
{
	static const struct {
		char name[4];
		int8_t hours;
	} zones[] = {
		{ "z", 0 },    { "ut", 0 },   { "utc", 0 },  { "gmt", 0 },
		{ "est", -5 }, { "edt", -4 }, { "cst", -6 }, { "cdt", -5 },
		{ "mst", -7 }, { "mdt", -6 }, { "pst", -8 }, { "pdt", -7 },
	};

	for (size_t i = 0; i < sizeof(zones) / sizeof(*zones); i++)
		if (strcmp(zones[i].name, word) == 0) {
			*out = zones[i].hours * 3600;
			return true;
		}
	return false;
}

/* "+hh", "+hhmm", "+hh:mm". */
static bool parse_offset(struct date_parts *p, const char **at, const char *end)
{
	int32_t sign = **at == '-' ? -1 : 1;
	const char *from = *at + 1;
	size_t n = digits_at(from, end);
	unsigned hours, minutes = 0;

	if (n != 2 && n != 4)
		return false;
	hours = number(from, 2);
	if (n == 4)
		minutes = number(from + 2, 2);
	from += n;
	if (n == 2 && from < end && *from == ':' &&
	    digits_at(from + 1, end) == 2) {
		minutes = number(from + 1, 2);
		from += 3;
	}
	if (hours > 23 || minutes > 59)
		return false;
	p->offset = sign * (int32_t)(hours * 3600 + minutes * 60);
	p->has_zone = true;
	*at = from;
	return true;
}

/* What follows a time: Z, +02:00, GMT, GMT+0100, and remarks such as
 * "[Europe/Berlin]" or "(CET)", which repeat an offset. */
static bool parse_zone(struct date_parts *p, const char **at, const char *end)
{
	const char *from = *at;
	char word[16], close;
	int32_t same;
	size_t n;

	skip_blanks(&from, end);
	n = word_at(word, from, end);
	if (n && zone_offset(&p->offset, word)) {
		p->has_zone = true;
		from += n;
		*at = from;
	}
	if (end - from > 1 && (*from == '+' || *from == '-') &&
	    is_digit(from[1])) {
		if (!parse_offset(p, &from, end))
			return false;
		*at = from;
		skip_blanks(&from, end);
		n = word_at(word, from, end);
		if (n && zone_offset(&same, word))
			*at = from += n;
	}
	skip_blanks(&from, end);
	if (p->has_zone && from < end && (*from == '[' || *from == '(')) {
		close = *from == '[' ? ']' : ')';
		from = memchr(from, close, (size_t)(end - from));
		if (!from)
			return false;
		*at = from + 1;
	}
	return true;
}

static void parse_half(struct date_parts *p, const char **at, const char *end)
{
	const char *from = *at;
	bool pm;

	skip_blanks(&from, end);
	if (from == end || (lower(*from) != 'a' && lower(*from) != 'p'))
		return;
	pm = lower(*from++) == 'p';
	if (from < end && *from == '.')
		from++;
	if (from == end || lower(*from) != 'm')
		return;
	from++;
	if (from < end && *from == '.')
		from++;
	if (from < end && is_letter(*from))
		return;
	/* "14:05 PM" is written too. */
	if (p->hour <= 12)
		p->hour = p->hour % 12 + (pm ? 12 : 0);
	*at = from;
}

/* ":mm:ss" or "mmss" behind the hour; a fraction is dropped. */
static bool parse_minutes(struct date_parts *p, const char **at,
                          const char *end)
{
	const char *from = *at;
	size_t colon = from < end && *from == ':' ? 1 : 0;
	unsigned *const fields[] = { &p->minute, &p->second };

	for (size_t i = 0; i < 2; i++) {
		if (colon && (from == end || *from != ':'))
			break;
		if (!colon && digits_at(from, end) == 0)
			break;
		from += colon;
		if (digits_at(from, end) < 2 ||
		    (colon && digits_at(from, end) > 2))
			return false;
		*fields[i] = number(from, 2);
		p->precision = i ? FICHE_DATE_SECOND : FICHE_DATE_MINUTE;
		from += 2;
	}
	if (p->precision == FICHE_DATE_SECOND && end - from > 1 &&
	    (*from == '.' || *from == ',') && is_digit(from[1]))
		from += 1 + digits_at(from + 1, end);
	if (from < end && is_digit(*from))
		return false;
	*at = from;
	return true;
}

bool date_parse_time(struct date_parts *out, const char **at, const char *end)
{
	const char *from = *at;
	size_t n = digits_at(from, end);
	struct date_parts p = *out;

	if (n == 1 && end - from > 1)
		p.hour = number(from, 1);
	else if (n == 2 || n == 4 || n == 6)
		p.hour = number(from, 2);
	else
		return false;
	from += n == 1 ? 1 : 2;
	p.precision = FICHE_DATE_HOUR;
	if (!parse_minutes(&p, &from, end))
		return false;
	parse_half(&p, &from, end);
	if (!parse_zone(&p, &from, end))
		return false;
	*out = p;
	*at = from;
	return true;
}

/* A whole name or its first letters, at least three ("sept" too). */
static unsigned find_name(const char *const *names, unsigned count,
                          const char *word, size_t len)
{
	for (unsigned i = 0; i < count && len >= 3 && len < 15; i++)
		if (strcmp(names[i], word) == 0 ||
		    (len <= 4 && strncmp(names[i], word, len) == 0))
			return i + 1;
	return 0;
}

static unsigned month_of(const char *word, size_t len)
{
	static const char *const months[] = {
		"january",   "february", "march",    "april",
		"may",       "june",     "july",     "august",
		"september", "october",  "november", "december",
	};

	return find_name(months, 12, word, len);
}

static bool is_filler(const char *word, size_t len)
{
	static const char *const days[] = {
		"monday", "tuesday",  "wednesday", "thursday",
		"friday", "saturday", "sunday",
	};

	return find_name(days, 7, word, len) || strcmp(word, "at") == 0 ||
	       strcmp(word, "on") == 0 || strcmp(word, "of") == 0;
}

static bool take_word(struct date_parts *p, const char **at, const char *end)
{
	char word[16];
	size_t len = word_at(word, *at, end);
	unsigned month = month_of(word, len);

	*at += len;
	if (month && p->month == 0) {
		p->month = month;
		return true;
	}
	/* asctime of some systems: the zone stands before the year. */
	if (p->precision >= FICHE_DATE_HOUR && !p->has_zone &&
	    zone_offset(&p->offset, word)) {
		p->has_zone = true;
		return true;
	}
	return is_filler(word, len);
}

static void skip_ordinal(const char **at, const char *end)
{
	static const char *const suffixes[] = { "st", "nd", "rd", "th" };
	char word[16];
	size_t len = word_at(word, *at, end);

	for (size_t i = 0; i < 4; i++)
		if (strcmp(suffixes[i], word) == 0)
			*at += len;
}

/* Is the number here an hour: "14:05", "5 pm", "5pm"? */
static bool is_hour(const char *at, size_t n, const char *end)
{
	char word[16];

	at += n;
	if (n > 2 || at == end)
		return false;
	if (*at == ':')
		return true;
	skip_blanks(&at, end);
	(void)word_at(word, at, end);
	return strcmp(word, "am") == 0 || strcmp(word, "pm") == 0;
}

static bool take_number(struct date_parts *p, const char **at, const char *end)
{
	size_t n = digits_at(*at, end);

	if (p->precision < FICHE_DATE_HOUR && is_hour(*at, n, end))
		return date_parse_time(p, at, end);
	if (n == 4 && p->year == 0) {
		p->year = number(*at, 4);
	} else if (n <= 2 && p->day == 0) {
		p->day = number(*at, n);
		if (p->day == 0)
			return false;
		*at += n;
		skip_ordinal(at, end);
		return true;
	} else if (n == 2 && p->year == 0 && p->month) {
		/* RFC 2822 4.3 */
		p->year = number(*at, 2);
		p->year += p->year < 50 ? 2000 : 1900;
	} else {
		return false;
	}
	*at += n;
	return true;
}

bool date_parse_names(struct date_parts *out, const char *text, size_t len)
{
	const char *at = text, *end = text + len;
	struct date_parts p = { 0 };

	while (at < end) {
		if (is_letter(*at)) {
			if (!take_word(&p, &at, end))
				return false;
		} else if (is_digit(*at)) {
			if (!take_number(&p, &at, end))
				return false;
		} else if (strchr(" \t,.-/|", *at) && *at) {
			at++;
		} else if (*at == '+' && p.precision >= FICHE_DATE_HOUR) {
			/* "Wed Nov 21 14:05:09 UTC +0000 2007" */
			if (!parse_offset(&p, &at, end))
				return false;
		} else {
			return false;
		}
	}
	if (p.year == 0 || p.month == 0)
		return false;
	if (p.precision == FICHE_DATE_NONE)
		p.precision = p.day ? FICHE_DATE_DAY : FICHE_DATE_MONTH;
	else if (p.day == 0)
		return false;
	*out = p;
	return true;
}
