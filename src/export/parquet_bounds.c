/* SPDX-License-Identifier: Apache-2.0 */
/* parquet_bounds.c - smallest and largest; see parquet_bounds.h. */

#include "export/parquet_bounds.h"

#include <string.h>

#include "base/buf.h"

/* As many whole characters as there is room for. */
static size_t bound_len(const char *text, size_t len)
{
	if (len <= BOUND_MAX)
		return len;
	len = BOUND_MAX;
	while (len > 0 && ((uint8_t)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static int compare(const void *a, size_t a_len, const void *b, size_t b_len)
{
	int c = memcmp(a, b, a_len < b_len ? a_len : b_len);

	return c != 0 ? c : (a_len > b_len) - (a_len < b_len);
}

/* What is cut is smaller than the whole: right for the first, and for the last
 * a note is made. */
void bounds_text(struct bounds *b, const char *text, size_t len)
{
	size_t part = bound_len(text, len);
	bool cut = part < len;
	int c;

	if (b->kind == BOUNDS_NONE ||
	    compare(text, part, b->first, b->first_len) < 0) {
		memcpy(b->first, text, part);
		b->first_len = part;
		b->first_cut = cut;
	}
	c = b->kind != BOUNDS_NONE ? compare(text, part, b->last, b->last_len)
	                           : 1;
	if (c > 0) {
		memcpy(b->last, text, part);
		b->last_len = part;
		b->last_cut = cut;
	} else if (c == 0) {
		b->last_cut |= cut;
	}
	b->kind = BOUNDS_TEXT;
}

void bounds_number(struct bounds *b, int64_t v)
{
	if (b->kind == BOUNDS_NONE || v < b->least)
		b->least = v;
	if (b->kind == BOUNDS_NONE || v > b->most)
		b->most = v;
	b->kind = BOUNDS_NUMBER;
}

/*
 * A text that is above all that begin with `last`: up to its last ASCII
 * character that has a successor, which takes its place.  Returns the length,
 * 0 if there is none.
 */
static size_t bound_above(uint8_t *last, size_t len)
{
	while (len > 0 && last[len - 1] >= 0x7e)
		len--;
	if (len > 0)
		last[len - 1]++;
	return len;
}

void bounds_put(const struct bounds *b, struct thrift *t)
{
	uint8_t last[BOUND_MAX], low[8], high[8];
	size_t len = b->last_len;

	if (b->kind == BOUNDS_NONE)
		return;
	if (b->kind == BOUNDS_NUMBER) {
		put_u64(low, (uint64_t)b->least);
		put_u64(high, (uint64_t)b->most);
		thrift_binary(t, 5, high, sizeof(high));
		thrift_binary(t, 6, low, sizeof(low));
		return;
	}
	memcpy(last, b->last, len);
	if (b->last_cut)
		len = bound_above(last, len);
	if (len > 0)
		thrift_binary(t, 5, last, len);
	thrift_binary(t, 6, b->first, b->first_len);
	if (len > 0)
		thrift_bool(t, 7, !b->last_cut);
	thrift_bool(t, 8, !b->first_cut);
}
