/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rice.h - numbers in Golomb-Rice code (spec 2.8): the high part in unary, the
 * `k` low bits as they are.
 *
 * The gaps of a list of records are small numbers with a known mean; this code
 * comes within a tenth of a bit of what they can take at all, where packing a
 * block at the width of its largest gap takes a third more.
 */
#ifndef FORMAT_RICE_H
#define FORMAT_RICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define RICE_K_MAX 31

/* Appends bits, the first one in the lowest bit of a byte.  Begin with zeros
 * and `out`. */
struct bit_writer {
	struct buf *out;
	uint64_t bits;
	unsigned used; /* of `bits`, below 8 between calls */
};

/* The `count` low bits of v, up to 56. */
void bits_put(struct bit_writer *w, uint64_t v, unsigned count);
void rice_put(struct bit_writer *w, uint64_t v, unsigned k);
/* Fill the last byte with zeros. */
void bits_flush(struct bit_writer *w);

/* Bits that rice_put() takes. */
static inline uint64_t rice_size(uint64_t v, unsigned k)
{
	return (v >> k) + 1 + k;
}

struct bit_reader {
	const uint8_t *ptr;
	size_t len;  /* bytes */
	uint64_t at; /* bits taken */
	bool bad;    /* something reached past the end */
};

void bits_init(struct bit_reader *r, const void *bytes, size_t len);
/* `count` up to 56; zero once bad. */
uint64_t bits_get(struct bit_reader *r, unsigned count);
/* Below 2^32, or bad.  k up to RICE_K_MAX. */
uint32_t rice_get(struct bit_reader *r, unsigned k);
/* Whatever is left is zero bits of the last byte. */
bool bits_done(const struct bit_reader *r);

#endif
