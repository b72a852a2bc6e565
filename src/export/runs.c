/* SPDX-License-Identifier: Apache-2.0 */
/* runs.c - Parquet's hybrid of runs and packed bits; see runs.h. */

#include "export/runs.h"

#include "base/alloc.h"

#define GROUP 8 /* a packed stretch is a multiple of it */

void numbers_add(struct numbers *n, uint32_t v)
{
	if (n->failed)
		return;
	if (alloc_grow(&n->at, &n->cap, n->count + 1, sizeof(*n->at)) < 0) {
		n->failed = true;
		return;
	}
	n->at[n->count++] = v;
}

void numbers_clear(struct numbers *n)
{
	n->count = 0;
	n->failed = false;
}

void numbers_done(struct numbers *n)
{
	alloc_free(n->at);
	*n = (struct numbers){ 0 };
}

unsigned runs_width(uint32_t v)
{
	unsigned width = 1;

	while (width < 32 && v >> width)
		width++;
	return width;
}

/* Equal numbers from `at` on, `most` of them at most. */
static size_t equal(const struct numbers *n, size_t at, size_t most)
{
	size_t len = 1;

	while (len < most && at + len < n->count &&
	       n->at[at + len] == n->at[at])
		len++;
	return len;
}

static void put_run(struct buf *out, uint32_t v, size_t len, unsigned width)
{
	buf_varint(out, (uint64_t)len << 1);
	buf_uint(out, v, (width + 7) / 8);
}

/* `count` numbers in whole groups; zeros fill up the last one. */
static void put_packed(struct buf *out, const struct numbers *n, size_t at,
                       size_t count, unsigned width)
{
	size_t groups = (count + GROUP - 1) / GROUP;
	uint64_t bits = 0;
	unsigned used = 0;

	buf_varint(out, (uint64_t)groups << 1 | 1);
	for (size_t i = 0; i < groups * GROUP; i++) {
		bits |= (uint64_t)(i < count ? n->at[at + i] : 0) << used;
		for (used += width; used >= 8; used -= 8) {
			buf_u8(out, (uint8_t)bits);
			bits >>= 8;
		}
	}
}

void runs_encode(struct buf *out, const struct numbers *n, unsigned width)
{
	size_t at = 0;

	while (at < n->count) {
		size_t from = at;

		/* Group by group, up to where a run begins. */
		while (at < n->count && equal(n, at, GROUP) < GROUP)
			at += n->count - at < GROUP ? n->count - at : GROUP;
		if (at > from)
			put_packed(out, n, from, at - from, width);
		if (at < n->count) {
			size_t len = equal(n, at, n->count - at);

			put_run(out, n->at[at], len, width);
			at += len;
		}
	}
}
