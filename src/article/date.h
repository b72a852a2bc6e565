/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date.h - dates as scrapers write them, and as people ask for them.
 *
 * No libc calendar, no locale, no time zone of the machine: the same bytes mean
 * the same interval everywhere.
 */
#ifndef ARTICLE_DATE_H
#define ARTICLE_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fiche/article.h"

/*
 * Read a date of a record (spec "Dates"): RFC 3339 and ISO 8601 extended and
 * basic forms with any precision, `T` or blank, fractions, Z or +hh:mm or
 * +hhmm or +hh; RFC 2822 and asctime; English month names; epoch seconds,
 * milliseconds, microseconds, nanoseconds by magnitude; dd.mm.yyyy; YYYY/MM/DD.
 * Years 1000 to 9999 only.  Numeric d/m/y is refused as ambiguous unless one
 * field is above 12.  Returns false and leaves *out alone if it is none.
 */
bool date_parse(struct fiche_date *out, const char *text, size_t len);

/* What cannot be told from the text. */
enum date_order {
	DATE_ORDER_CERTAIN, /* 3/4/2021 is no date */
	DATE_ORDER_DMY,
	DATE_ORDER_MDY,
};

struct date_rules {
	enum date_order order;
	bool has_zone; /* of times that have none: */
	int32_t zone;  /* seconds east of UTC */
};

/* The same with rules (spec 6.2); NULL is date_parse(). */
bool date_parse_by(struct fiche_date *out, const struct date_rules *rules,
                   const char *text, size_t len);

/* Would rules about the order make a date of it? */
bool date_is_ambiguous(const char *text, size_t len);

/* A zone as a key of its own gives it: UTC, EST, +03:00, +0300, 3, -5.5: in
 * seconds east of UTC. */
bool date_parse_zone(int32_t *out, const char *text, size_t len);

/* Seconds since 1970 at the start of a civil date; and back. */
int64_t date_from_civil(int64_t year, unsigned month, unsigned day);
void date_to_civil(int64_t seconds, int64_t *year, unsigned *month,
                   unsigned *day, unsigned *second_of_day);

/* Make the interval of `precision` that starts at `begin`. */
struct fiche_date date_make(int64_t begin, enum fiche_precision precision,
                            bool has_zone);

/* Append as EDTF / RFC 3339 in UTC: 2007, 2007-11, 2007-11-21,
 * 2007-11-21T18:05Z, ...; "" for no date. */
void date_format(struct buf *out, const struct fiche_date *d);

/*
 * A date or range as a person types it: 2007, 2007-11, 2007-11-21,
 * 2007-11-21T14, 20071121, @1709251200, 2024-03..2024-05, 2024-03/2024-05,
 * ..2019, 2019.., 7d 3w 6m 2y (the last N up to `now`), today, yesterday.
 * The result is [*begin, *end) with INT64_MIN / INT64_MAX for an open side.
 * Returns false if it is none of these.
 */
bool date_parse_range(int64_t *begin, int64_t *end, const char *text,
                      size_t len, int64_t now);

#endif
