/* SPDX-License-Identifier: Apache-2.0 */
/*
 * runs.h - small numbers as Parquet stores levels and places in a dictionary:
 * equal ones as a run, others in groups of eight, bit by bit.
 */
#ifndef EXPORT_RUNS_H
#define EXPORT_RUNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* A zeroed struct is empty. */
struct numbers {
	uint32_t *at;
	size_t count, cap;
	bool failed; /* out of memory; kept as in a buffer */
};

void numbers_add(struct numbers *n, uint32_t v);
void numbers_clear(struct numbers *n);
void numbers_done(struct numbers *n);

/* Bits that v needs, at least 1. */
unsigned runs_width(uint32_t v);

/* Append them all, each below 2^width; width is 1 to 32. */
void runs_encode(struct buf *out, const struct numbers *n, unsigned width);

#endif
