/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dates.h - dates as they stand in running text and above it, with the month
 * names of many languages; article/date.h reads what machines write.
 */
#ifndef PAGE_DATES_H
#define PAGE_DATES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct dates_day {
	unsigned year; /* 0 if none was written */
	unsigned month, day;
	bool has_time;
	unsigned hour, minute, second;
	int zone; /* minutes east of UTC */
	bool has_zone;
	size_t at, end; /* where in the text */
};

/*
 * Read the date that begins at `text`: "21. November 2007, 14:05 Uhr", "Nov 21,
 * 2007", "21.11.2007", "21.11.07", "2007-11-21 14:05", U+5E74 and its like; the
 * year may be missing behind a name of a month.  3/4/2007 is a day of April if
 * `day_first`, else no date.  Looks at no more than some 200 bytes.
 */
bool dates_read(struct dates_day *out, const char *text, size_t len,
                bool day_first);

/* The first date with a year in `text`. */
bool dates_find(struct dates_day *out, const char *text, size_t len,
                bool day_first);

/* Append as ISO 8601 with what is known of time and zone; a year that is not
 * known is XXXX, as in EDTF. */
void dates_put(struct buf *out, const struct dates_day *d);

/* 1 of Monday to 7 of Sunday, if `word`, in lower case, is its name in some
 * language; else 0. */
unsigned dates_weekday(const char *word);

#endif
