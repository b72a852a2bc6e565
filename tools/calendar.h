/* SPDX-License-Identifier: Apache-2.0 */
/* calendar.h - days, weeks, months and years, counted one by one (in UTC). */
#ifndef TOOLS_CALENDAR_H
#define TOOLS_CALENDAR_H

#include <stdint.h>

#include "fiche/search.h"

/* The unit in which a second since 1970 lies; neighbours differ by one. */
int64_t unit_number(enum fiche_unit unit, int64_t second);
/* The first second of a unit. */
int64_t unit_begin(enum fiche_unit unit, int64_t number);
/* 2024, 2024-03, or the first day of it.  Returns buf. */
const char *unit_label(char buf[32], enum fiche_unit unit, int64_t begin);

#endif
