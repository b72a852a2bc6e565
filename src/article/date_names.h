/* SPDX-License-Identifier: Apache-2.0 */
/*
 * date_names.h - the forms of a date that carry names: RFC 2822 and 850,
 * asctime, "March 3, 2020 at 5:30 PM".
 */
#ifndef ARTICLE_DATE_NAMES_H
#define ARTICLE_DATE_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"

/* A civil time as it is written, before it is checked. */
struct date_parts {
	unsigned year, month, day; /* month and day from 1 */
	unsigned hour, minute, second;
	enum fiche_precision precision;
	bool has_zone;
	int32_t offset; /* seconds east of UTC */
};

/* Check the parts and make the interval; false if there is no such time. */
bool date_from_parts(struct fiche_date *out, const struct date_parts *p);

bool date_parse_names(struct date_parts *out, const char *text, size_t len);

/* "14", "14:05", "1405", "14:05:09.25", "1:31 AM", then a zone or nothing, at
 * *at; stops at what it does not know.  False if there is no hour. */
bool date_parse_time(struct date_parts *out, const char **at, const char *end);

#endif
