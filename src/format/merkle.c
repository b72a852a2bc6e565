/* SPDX-License-Identifier: Apache-2.0 */
/* merkle.c - RFC 9162 hashing over a list of peaks; see merkle.h. */

#include "format/merkle.h"

#include <string.h>

#include "base/hash.h"

unsigned merkle_peak_count(uint64_t leaves)
{
	unsigned n = 0;

	for (; leaves; leaves &= leaves - 1)
		n++;
	return n;
}

static int node(uint8_t out[32], const uint8_t left[32],
                const uint8_t right[32])
{
	uint8_t in[65];

	in[0] = 1;
	memcpy(in + 1, left, 32);
	memcpy(in + 33, right, 32);
	return sha256_of(out, in, sizeof(in));
}

int merkle_add(struct merkle *m, const uint8_t digest[32])
{
	unsigned n = merkle_peak_count(m->leaves);
	uint8_t in[33], carry[32];
	int r;

	in[0] = 0;
	memcpy(in + 1, digest, 32);
	r = sha256_of(carry, in, sizeof(in));
	/* Each trailing one bit of the count is a subtree as large as the
	 * one that was just completed. */
	for (uint64_t c = m->leaves; r == 0 && (c & 1); c >>= 1)
		r = node(carry, m->peaks[--n], carry);
	if (r < 0)
		return r;
	memcpy(m->peaks[n], carry, 32);
	m->leaves++;
	return 0;
}

int merkle_head(uint8_t out[32], const uint8_t *peaks, unsigned count)
{
	int r = 0;

	if (count == 0)
		return sha256_of(out, "", 0);
	memcpy(out, peaks + (count - 1) * 32u, 32);
	for (unsigned i = count - 1; r == 0 && i > 0; i--)
		r = node(out, peaks + (i - 1) * 32u, out);
	return r;
}

unsigned merkle_path(struct merkle_range out[MERKLE_PEAKS_MAX], uint64_t index,
                     uint64_t size)
{
	struct merkle_range down[MERKLE_PEAKS_MAX];
	uint64_t from = 0, to = size, half;
	unsigned count = 0;

	while (to - from > 1) {
		/* The largest power of two below the count. */
		for (half = 1; half < to - from - half; half *= 2)
			;
		if (index < from + half) {
			down[count++] =
				(struct merkle_range){ from + half, to };
			to = from + half;
		} else {
			down[count++] =
				(struct merkle_range){ from, from + half };
			from += half;
		}
	}
	for (unsigned i = 0; i < count; i++)
		out[i] = down[count - 1 - i];
	return count;
}

int merkle_climb(uint8_t out[32], const uint8_t digest[32], uint64_t index,
                 uint64_t size, const uint8_t *path, unsigned count)
{
	struct merkle_range ranges[MERKLE_PEAKS_MAX];
	uint8_t in[33] = { 0 };
	int r;

	if (index >= size || merkle_path(ranges, index, size) != count)
		return FICHE_ERR_INPUT;
	memcpy(in + 1, digest, 32);
	r = sha256_of(out, in, sizeof(in));
	for (unsigned i = 0; r == 0 && i < count; i++)
		r = ranges[i].from < index ? node(out, path + i * 32u, out)
		                           : node(out, out, path + i * 32u);
	return r;
}
