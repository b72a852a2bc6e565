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
#include <string.h>

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
/* What bits_peek() and rice_get() leave to calls: the last bytes, and values
 * that do not fit a word of bits. */
uint64_t bits_peek_end(const struct bit_reader *r);
uint32_t rice_get_long(struct bit_reader *r, unsigned k);

/* The next 57 bits and some more, zeros behind the end; taken by bits_take().
 */
static inline uint64_t bits_peek(const struct bit_reader *r)
{
	size_t byte = (size_t)(r->at / 8);
	uint64_t v;

	if (r->len < 8 || byte > r->len - 8)
		return bits_peek_end(r);
	memcpy(&v, r->ptr + byte, sizeof(v));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	v = __builtin_bswap64(v);
#endif
	return v >> (r->at % 8);
}

/* Go on by `count` bits; false (and bad) past the end. */
static inline bool bits_take(struct bit_reader *r, uint64_t count)
{
	if (r->bad || count > (uint64_t)r->len * 8 - r->at) {
		r->bad = true;
		return false;
	}
	r->at += count;
	return true;
}

/* Below 2^32, or bad.  k up to RICE_K_MAX. */
static inline uint32_t rice_get(struct bit_reader *r, unsigned k)
{
	uint64_t bits = bits_peek(r), v;
	unsigned zeros;

	if (bits == 0)
		return rice_get_long(r, k);
	zeros = (unsigned)__builtin_ctzll(bits);
	if (zeros + 1 + k > 56)
		return rice_get_long(r, k);
	if (!bits_take(r, zeros + 1u + k))
		return 0;
	v = (uint64_t)zeros << k |
	    ((bits >> (zeros + 1)) & ((UINT64_C(1) << k) - 1));
	if (v > UINT32_MAX) {
		r->bad = true;
		return 0;
	}
	return (uint32_t)v;
}

/* Whatever is left is zero bits of the last byte. */
bool bits_done(const struct bit_reader *r);

#endif
