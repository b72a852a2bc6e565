/* SPDX-License-Identifier: Apache-2.0 */
/* rice.c - see rice.h. */

#include "format/rice.h"

/* ---- writing ---- */

void bits_put(struct bit_writer *w, uint64_t v, unsigned count)
{
	w->bits |= (v & ((UINT64_C(1) << count) - 1)) << w->used;
	w->used += count;
	while (w->used >= 8) {
		buf_u8(w->out, (uint8_t)w->bits);
		w->bits >>= 8;
		w->used -= 8;
	}
}

void rice_put(struct bit_writer *w, uint64_t v, unsigned k)
{
	uint64_t zeros = v >> k;

	for (; zeros >= 56; zeros -= 56)
		bits_put(w, 0, 56);
	bits_put(w, UINT64_C(1) << zeros, (unsigned)zeros + 1);
	bits_put(w, v, k);
}

void bits_flush(struct bit_writer *w)
{
	if (w->used > 0)
		bits_put(w, 0, 8 - w->used);
}

/* ---- reading ---- */

void bits_init(struct bit_reader *r, const void *bytes, size_t len)
{
	r->ptr = bytes;
	r->len = len;
	r->at = 0;
	r->bad = false;
}

uint64_t bits_peek_end(const struct bit_reader *r)
{
	uint64_t v = 0;
	size_t byte = (size_t)(r->at / 8);

	for (size_t i = byte; i < r->len && i < byte + 8; i++)
		v |= (uint64_t)r->ptr[i] << (8 * (i - byte));
	return v >> (r->at % 8);
}

uint64_t bits_get(struct bit_reader *r, unsigned count)
{
	uint64_t v = bits_peek(r) & ((UINT64_C(1) << count) - 1);

	return bits_take(r, count) ? v : 0;
}

uint32_t rice_get_long(struct bit_reader *r, unsigned k)
{
	uint64_t high = 0, v;

	while ((v = bits_peek(r) & ((UINT64_C(1) << 56) - 1)) == 0) {
		high += 56;
		if (high > UINT32_MAX || !bits_take(r, 56)) {
			r->bad = true;
			return 0;
		}
	}
	high += (unsigned)__builtin_ctzll(v);
	if (!bits_take(r, (unsigned)__builtin_ctzll(v) + 1u))
		return 0;
	v = high << k | bits_get(r, k);
	if (high > UINT32_MAX >> k)
		r->bad = true;
	return r->bad ? 0 : (uint32_t)v;
}

bool bits_done(const struct bit_reader *r)
{
	uint64_t left = (uint64_t)r->len * 8 - r->at;

	return !r->bad && left < 8 && bits_peek(r) == 0;
}
