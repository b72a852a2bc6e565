/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet_bounds.h - the smallest and the largest value of a column, by which a
 * reader skips row groups: too wide costs time, too narrow loses rows.
 */
#ifndef EXPORT_PARQUET_BOUNDS_H
#define EXPORT_PARQUET_BOUNDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/thrift.h"

#define BOUND_MAX 64 /* bytes of a text; longer ones are cut */

/* A zeroed struct has seen nothing.  Values of one kind only. */
struct bounds {
	enum { BOUNDS_NONE, BOUNDS_TEXT, BOUNDS_NUMBER } kind;
	int64_t least, most;
	uint8_t first[BOUND_MAX], last[BOUND_MAX];
	size_t first_len, last_len;
	bool first_cut, last_cut; /* there is one longer than this */
};

void bounds_text(struct bounds *b, const char *text, size_t len);
void bounds_number(struct bounds *b, int64_t v);

/* Put the fields 5 to 8 of Statistics, as far as there are bounds. */
void bounds_put(const struct bounds *b, struct thrift *t);

#endif
