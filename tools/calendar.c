/* SPDX-License-Identifier: Apache-2.0 */
/* calendar.c - days, weeks, months and years; see calendar.h. */

#include "calendar.h"

#define DAY 86400 /* seconds */

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

/* The month that a day since 1970 falls in, counted from year 0. */
static int64_t month_of(int64_t day)
{
	/* Years that begin in March, in cycles of 400. */
	int64_t shifted = day + 719468;
	int64_t cycle = floor_div(shifted, 146097);
	int64_t in_cycle = shifted - cycle * 146097;
	int64_t year = (in_cycle - in_cycle / 1460 + in_cycle / 36524 -
	                in_cycle / 146096) /
	               365;
	int64_t in_year = in_cycle - (365 * year + year / 4 - year / 100);

	return (year + cycle * 400) * 12 + (5 * in_year + 2) / 153 + 2;
}

/* The first day of a month. */
static int64_t first_day(int64_t month)
{
	int64_t shifted = month - 2;
	int64_t year = floor_div(shifted, 12);
	int64_t of_year = shifted - year * 12;

	return 365 * year + floor_div(year, 4) - floor_div(year, 100) +
	       floor_div(year, 400) + (153 * of_year + 2) / 5 - 719468;
}

int64_t unit_number(enum fiche_unit unit, int64_t begin)
{
	int64_t day = floor_div(begin, DAY);

	switch (unit) {
	case FICHE_UNIT_DAY:
		return day;
	case FICHE_UNIT_WEEK: /* 1970 began on a Thursday */
		return floor_div(day + 3, 7);
	case FICHE_UNIT_MONTH:
		return month_of(day);
	default:
		return floor_div(month_of(day), 12);
	}
}

int64_t unit_begin(enum fiche_unit unit, int64_t number)
{
	switch (unit) {
	case FICHE_UNIT_DAY:
		return number * DAY;
	case FICHE_UNIT_WEEK:
		return (number * 7 - 3) * DAY;
	case FICHE_UNIT_MONTH:
		return first_day(number) * DAY;
	default:
		return first_day(number * 12) * DAY;
	}
}

const char *unit_label(char buf[32], enum fiche_unit unit, int64_t begin)
{
	struct fiche_date d = {
		.begin = begin,
		.end = unit_begin(unit, unit_number(unit, begin) + 1),
		.precision = unit == FICHE_UNIT_YEAR    ? FICHE_DATE_YEAR
		             : unit == FICHE_UNIT_MONTH ? FICHE_DATE_MONTH
		                                        : FICHE_DATE_DAY,
	};

	return fiche_format_date(buf, &d);
}
