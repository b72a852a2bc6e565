/* SPDX-License-Identifier: Apache-2.0 */
/* date.c - the calendar, numeric forms of dates, and printing; see date.h. */

#include "article/date.h"

#include <inttypes.h>
#include <string.h>

#include "article/date_names.h"

#define DAY 86400

/* Longest text that is looked at: RFC 2822 with a remark, and then some. */
#define TEXT_MAX 80

static const unsigned month_days[] = {
	31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31,
};

/* Days since 1970 of a civil date of the proleptic Gregorian calendar, counted
 * in eras of 400 years that begin in March, so that a leap day ends its year.
 */
int64_t date_from_civil(int64_t year, unsigned month, unsigned day)
{
	int64_t era, year_of_era, day_of_year, day_of_era;

	year -= month <= 2;
	era = (year >= 0 ? year : year - 399) / 400;
	year_of_era = year - era * 400;
	day_of_year = (153 * ((int64_t)month + (month > 2 ? -3 : 9)) + 2) / 5 +
	              (int64_t)day - 1;
	day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	             day_of_year;
	return (era * 146097 + day_of_era - 719468) * DAY;
}

void date_to_civil(int64_t seconds, int64_t *year, unsigned *month,
                   unsigned *day, unsigned *second_of_day)
{
	int64_t days = seconds / DAY, rest = seconds % DAY;
	int64_t era, day_of_era, year_of_era, day_of_year, march_month;

	if (rest < 0) {
		rest += DAY;
		days--;
	}
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	day_of_era = days - era * 146097;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 -
	               day_of_era / 146096) /
	              365;
	day_of_year = day_of_era -
	              (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	march_month = (5 * day_of_year + 2) / 153;
	*day = (unsigned)(day_of_year - (153 * march_month + 2) / 5 + 1);
	*month = (unsigned)(march_month < 10 ? march_month + 3
	                                     : march_month - 9);
	*year = year_of_era + era * 400 + (*month <= 2);
	*second_of_day = (unsigned)rest;
}

struct fiche_date date_make(int64_t begin, enum fiche_precision precision,
                            bool has_zone)
{
	static const int64_t widths[] = { 0, 0, 0, DAY, 3600, 60, 1 };
	struct fiche_date d = { begin, begin, precision, has_zone };
	unsigned month, day, second;
	int64_t year;

	if (precision == FICHE_DATE_NONE || precision > FICHE_DATE_SECOND)
		return (struct fiche_date){ 0 };
	/* Nothing this late was parsed; an index may still claim it. */
	if (begin > INT64_MAX - 366 * (int64_t)DAY) {
		d.end = INT64_MAX;
		return d;
	}
	date_to_civil(begin, &year, &month, &day, &second);
	if (precision == FICHE_DATE_YEAR)
		d.end = date_from_civil(year + 1, 1, 1);
	else if (precision == FICHE_DATE_MONTH)
		d.end = date_from_civil(year + month / 12, month % 12 + 1, 1);
	else
		d.end = begin + widths[precision];
	return d;
}

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static bool in_bounds(int64_t seconds)
{
	return seconds >= date_from_civil(1000, 1, 1) &&
	       seconds < date_from_civil(10000, 1, 1);
}

bool date_from_parts(struct fiche_date *out, const struct date_parts *p)
{
	unsigned month = p->precision >= FICHE_DATE_MONTH ? p->month : 1;
	unsigned day = p->precision >= FICHE_DATE_DAY ? p->day : 1;
	unsigned second = p->second == 60 ? 59 : p->second;
	int64_t begin;

	if (p->year < 1000 || p->year > 9999 || month < 1 || month > 12 ||
	    day < 1)
		return false;
	if (day >
	    month_days[month - 1] + (month == 2 && is_leap(p->year) ? 1u : 0u))
		return false;
	if (p->hour > 23 || p->minute > 59 || second > 59)
		return false;
	begin = date_from_civil(p->year, month, day);
	/* A day is the day as its place counts it: no zone moves it. */
	if (p->precision >= FICHE_DATE_HOUR)
		begin += (int64_t)p->hour * 3600 + p->minute * 60 + second -
		         p->offset;
	if (!in_bounds(begin))
		return false;
	*out = date_make(begin, p->precision, p->has_zone);
	return true;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t digits_at(const char *at, const char *end)
{
	const char *from = at;

	while (at < end && is_digit(*at))
		at++;
	return (size_t)(at - from);
}

static unsigned number(const char *at, size_t n)
{
	unsigned value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (unsigned)(at[i] - '0');
	return value;
}

/* YYYY, YYYYMM, YYYYMMDD, and with hhmmss in two to six digits more. */
static bool from_digits(struct fiche_date *out, const char *at, size_t n)
{
	struct date_parts p = { 0 };
	unsigned *const fields[] = { &p.month, &p.day, &p.hour, &p.minute,
		                     &p.second };

	if (n < 4 || n > 14 || n % 2)
		return false;
	p.year = number(at, 4);
	/* Ten digits are seconds since 1970 more often than hours of 1512. */
	if (n == 10 && (p.year < 1900 || p.year > 2099))
		return false;
	for (size_t i = 0; i < n / 2 - 2; i++)
		*fields[i] = number(at + 4 + 2 * i, 2);
	p.precision = (enum fiche_precision)(n / 2 - 1);
	return date_from_parts(out, &p);
}

/*
 * The integer part of a decimal number of at most 19 digits.  JSON writers
 * print large numbers with a fraction or an exponent: 1.452632548E9.
 */
static bool integer_part(uint64_t *out, const char *at, const char *end)
{
	size_t whole = digits_at(at, end);
	const char *mark = at + whole;
	uint64_t value = 0;

	if (mark < end && *mark == '.')
		mark += 1 + digits_at(mark + 1, end);
	if (mark < end && (*mark == 'e' || *mark == 'E')) {
		mark++;
		if (mark < end && *mark == '+')
			mark++;
		if (end - mark < 1 || end - mark > 2 ||
		    digits_at(mark, end) != (size_t)(end - mark))
			return false;
		whole += number(mark, (size_t)(end - mark));
		mark = end;
	}
	if (mark != end || whole > 19)
		return false;
	for (; whole; whole--) {
		if (at < end && *at == '.')
			at++;
		value *= 10;
		/* Behind the last digit written, the exponent adds zeros. */
		if (at < end && is_digit(*at))
			value += (unsigned)(*at++ - '0');
		else
			at = end;
	}
	*out = value;
	return true;
}

/* Seconds, milliseconds, ... since 1970, told apart by magnitude.  Small
 * numbers are something else: 1970 is what a missing date looks like. */
static bool from_epoch(struct fiche_date *out, const char *at, const char *end)
{
	bool negative = at < end && *at == '-';
	uint64_t value, unit = 1;
	int64_t seconds;

	if (negative)
		at++;
	if (!integer_part(&value, at, end) || value < 100000000)
		return false;
	if (value >= 100000000000000000)
		unit = 1000000000;
	else if (value >= 100000000000000)
		unit = 1000000;
	else if (value >= 100000000000)
		unit = 1000;
	if (negative)
		seconds = -(int64_t)(value / unit + (value % unit != 0));
	else
		seconds = (int64_t)(value / unit);
	if (!in_bounds(seconds))
		return false;
	*out = date_make(seconds, FICHE_DATE_SECOND, true);
	return true;
}

/* One or two digits. */
static bool take_short(unsigned *out, const char **at, const char *end)
{
	size_t n = digits_at(*at, end);

	if (n < 1 || n > 2)
		return false;
	*out = number(*at, n);
	*at += n;
	return true;
}

/* Behind a day: nothing, or a blank, comma or T and a time; a zone alone says
 * nothing about a day. */
static bool finish(struct date_parts *p, const char *at, const char *end)
{
	if (at == end)
		return true;
	if (*at == 'Z' && at + 1 == end) {
		p->has_zone = true;
		return true;
	}
	if (p->precision != FICHE_DATE_DAY)
		return false;
	if (*at == ',')
		at++;
	if (at < end && (*at == 'T' || *at == 't'))
		at++;
	else if (at < end && *at == ' ')
		while (at < end && *at == ' ')
			at++;
	else
		return false;
	return date_parse_time(p, &at, end) && at == end;
}

/* YYYY-MM, YYYY-MM-DD, YYYY/MM/DD, YYYY.MM.DD */
static bool year_first(struct date_parts *p, const char *at, const char *end)
{
	char mark;

	p->year = number(at, 4);
	at += 4;
	mark = *at++;
	if (!take_short(&p->month, &at, end))
		return false;
	p->precision = FICHE_DATE_MONTH;
	if (end - at > 1 && *at == mark && is_digit(at[1])) {
		at++;
		if (!take_short(&p->day, &at, end))
			return false;
		p->precision = FICHE_DATE_DAY;
	}
	return finish(p, at, end);
}

/* dd.mm.yyyy; with another mark one field must be above 12 to tell d/m/y from
 * m/d/y, or a rule does. */
static bool year_last(struct date_parts *p, enum date_order order,
                      const char *at, const char *end)
{
	unsigned first, second;
	bool day_first;
	char mark;

	if (!take_short(&first, &at, end) || at == end)
		return false;
	mark = *at++;
	if (!take_short(&second, &at, end) || at == end || *at++ != mark ||
	    digits_at(at, end) != 4)
		return false;
	day_first = mark == '.' || first > 12;
	if (mark != '.' && (first > 12) == (second > 12)) {
		if (order == DATE_ORDER_CERTAIN || first > 12)
			return false;
		day_first = order == DATE_ORDER_DMY;
	}
	p->day = day_first ? first : second;
	p->month = day_first ? second : first;
	p->year = number(at, 4);
	p->precision = FICHE_DATE_DAY;
	return finish(p, at + 4, end);
}

static void trim(const char **text, size_t *len)
{
	while (*len && (uint8_t)(*text)[*len - 1] <= ' ')
		--*len;
	while (*len && (uint8_t)(*text)[0] <= ' ') {
		++*text;
		--*len;
	}
}

static bool parse(struct fiche_date *out, enum date_order order,
                  const char *text, size_t len)
{
	struct date_parts p = { 0 };
	const char *end;
	size_t n;
	bool ok;

	trim(&text, &len);
	if (len < 4 || len > TEXT_MAX)
		return false;
	end = text + len;
	n = digits_at(text, end);
	if (n == len)
		return from_digits(out, text, n) ||
		       (n >= 9 && n != 14 && from_epoch(out, text, end));
	if (n == 8 && (text[8] == 'T' || text[8] == 't' || text[8] == ' ' ||
	               text[8] == 'Z')) {
		p.year = number(text, 4);
		p.month = number(text + 4, 2);
		p.day = number(text + 6, 2);
		p.precision = FICHE_DATE_DAY;
		ok = finish(&p, text + 8, end);
	} else if (n == 14 && text[14] == 'Z' && len == 15) {
		if (!from_digits(out, text, 14))
			return false;
		out->has_zone = true;
		return true;
	} else if (n == 4 && text[4] && strchr("-/.", text[4])) {
		ok = year_first(&p, text, end);
	} else {
		ok = (n == 1 || n == 2) && year_last(&p, order, text, end);
	}
	if (ok)
		return date_from_parts(out, &p);
	if (from_epoch(out, text, end))
		return true;
	return date_parse_names(&p, text, len) && date_from_parts(out, &p);
}

bool date_parse_by(struct fiche_date *out, const struct date_rules *rules,
                   const char *text, size_t len)
{
	static const struct date_rules none;
	struct fiche_date d;

	if (!rules)
		rules = &none;
	if (!parse(&d, rules->order, text, len))
		return false;
	if (rules->has_zone && !d.has_zone && d.precision >= FICHE_DATE_HOUR) {
		d.begin -= rules->zone;
		d.end -= rules->zone;
		if (!in_bounds(d.begin))
			return false;
	}
	*out = d;
	return true;
}

bool date_parse(struct fiche_date *out, const char *text, size_t len)
{
	return date_parse_by(out, NULL, text, len);
}

bool date_is_ambiguous(const char *text, size_t len)
{
	struct fiche_date d;

	return !parse(&d, DATE_ORDER_CERTAIN, text, len) &&
	       parse(&d, DATE_ORDER_DMY, text, len);
}

/* Hours, perhaps with a half or a quarter: "3", "-5.5", "+5.75". */
static bool hours_of_zone(int32_t *out, const char *at, const char *end)
{
	bool west = at < end && *at == '-';
	int32_t minutes = 0;
	unsigned hours;

	if (at < end && (*at == '-' || *at == '+'))
		at++;
	if (!take_short(&hours, &at, end) || hours > 23)
		return false;
	if (end - at == 2 && memcmp(at, ".5", 2) == 0)
		minutes = 30;
	else if (end - at == 3 && memcmp(at, ".25", 3) == 0)
		minutes = 15;
	else if (end - at == 3 && memcmp(at, ".75", 3) == 0)
		minutes = 45;
	else if (at != end && !(end - at == 2 && memcmp(at, ".0", 2) == 0))
		return false;
	*out = ((int32_t)hours * 60 + minutes) * (west ? -60 : 60);
	return true;
}

bool date_parse_zone(int32_t *out, const char *text, size_t len)
{
	struct date_parts p = { 0 };
	char time[32] = "12:00";
	const char *at = time, *end;

	trim(&text, &len);
	if (len == 0 || len > 16)
		return false;
	if (hours_of_zone(out, text, text + len))
		return true;
	memcpy(time + 5, text, len);
	end = time + 5 + len;
	if (!date_parse_time(&p, &at, end) || at != end || !p.has_zone)
		return false;
	*out = p.offset;
	return true;
}

void date_format(struct buf *out, const struct fiche_date *d)
{
	unsigned month, day, second;
	int64_t year;

	if (d->precision == FICHE_DATE_NONE)
		return;
	date_to_civil(d->begin, &year, &month, &day, &second);
	buf_printf(out, "%04" PRId64, year);
	if (d->precision >= FICHE_DATE_MONTH)
		buf_printf(out, "-%02u", month);
	if (d->precision >= FICHE_DATE_DAY)
		buf_printf(out, "-%02u", day);
	if (d->precision >= FICHE_DATE_HOUR)
		buf_printf(out, "T%02u", second / 3600);
	if (d->precision >= FICHE_DATE_MINUTE)
		buf_printf(out, ":%02u", second / 60 % 60);
	if (d->precision >= FICHE_DATE_SECOND)
		buf_printf(out, ":%02u", second % 60);
	if (d->precision >= FICHE_DATE_HOUR)
		buf_text(out, "Z");
}
