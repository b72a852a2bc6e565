/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dict.c - dictionaries and their parity (spec 3.3).
 *
 * A dictionary lost is every block lost, so it is kept with an eighth of
 * redundancy: eight stripes and their exclusive or, checked by cells of 1 KiB.
 * A second copy would mend more and cost a tenth of a small archive.
 */

#include "format/dict.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"

#define CELL    1024
#define STRIPES 8

void dict_head_encode(struct buf *out, uint32_t id, unsigned class,
                      uint64_t len)
{
	buf_u32(out, id);
	buf_u8(out, (uint8_t) class);
	buf_zeros(out, 3);
	buf_u64(out, len);
}

int dict_head_decode(struct dict_head *out, const uint8_t *payload, size_t len,
                     uint64_t at, struct fiche_error *err)
{
	struct dict_head h;
	struct cursor c;
	unsigned class;

	cursor_init(&c, payload, len);
	h.id = cursor_u32(&c);
	h.class = cursor_u8(&c);
	cursor_zeros(&c, 3);
	h.len = cursor_u64(&c);
	h.rest = cursor_take(&c, c.left);
	class = h.class & ~(unsigned)DICT_PARITY;
	if (!cursor_ok(&c) || h.id == 0 ||
	    (class != DICT_CARDS && class != DICT_BODIES))
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "dictionary section is malformed");
	if (h.len > (h.class & DICT_PARITY ? DICT_PAYLOAD_MAX : DICT_RAW_MAX))
		return err_set(err, FICHE_ERR_LIMIT, at,
		               "dictionary is larger than a reader accepts");
	if (h.class & DICT_PARITY && len != dict_parity_len((size_t)h.len))
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "dictionary parity has a wrong length");
	*out = h;
	return 0;
}

static size_t stripe_len(size_t len)
{
	/* One cell more than an eighth, or a run that begins inside a cell
	 * could reach the cell at the same place of the next stripe. */
	return (len + STRIPES * CELL - 1) / (STRIPES * CELL) * CELL + CELL;
}

size_t dict_parity_len(size_t len)
{
	size_t s = stripe_len(len);

	return DICT_HEAD + STRIPES * s / CELL * 4 + s;
}

/* The payload, zeros behind it, as whole stripes; NULL: out of memory. */
static uint8_t *striped(const uint8_t *payload, size_t len)
{
	size_t s = stripe_len(len);
	uint8_t *all = alloc_zeroed(STRIPES, s);

	if (all)
		memcpy(all, payload, len);
	return all;
}

void dict_parity_encode(struct buf *out, uint32_t id, unsigned class,
                        const uint8_t *payload, size_t len)
{
	size_t s = stripe_len(len), at;
	uint8_t *all = striped(payload, len);

	if (!all) {
		out->failed = true;
		return;
	}
	dict_head_encode(out, id, class | DICT_PARITY, len);
	for (size_t i = 0; i < STRIPES * s; i += CELL)
		buf_u32(out, crc32_add(0, all + i, CELL));
	at = out->len;
	buf_zeros(out, s);
	for (size_t i = 0; buf_ok(out) && i < STRIPES * s; i++)
		out->ptr[at + i % s] ^= all[i];
	alloc_free(all);
}

/* Is the cell at `i` of a payload, zeros behind it, as its CRC says? */
static bool cell_is_right(const uint8_t *payload, size_t len, size_t i,
                          const struct dict_head *parity)
{
	static const uint8_t zeros[CELL];
	size_t have = len - i < CELL ? len - i : CELL;
	uint32_t crc = crc32_add(0, payload + i, have);

	return crc32_add(crc, zeros, CELL - have) ==
	       get_u32(parity->rest.ptr + i / CELL * 4);
}

void dict_parity_take(uint8_t *payload, const uint8_t *other, size_t len,
                      const struct dict_head *parity)
{
	if (!(parity->class & DICT_PARITY) || parity->len != len)
		return;
	for (size_t i = 0; i < len; i += CELL)
		if (!cell_is_right(payload, len, i, parity) &&
		    cell_is_right(other, len, i, parity))
			memcpy(payload + i, other + i,
			       len - i < CELL ? len - i : CELL);
}

/* Rebuild the cell at `i` from the seven others at its place. */
static void mend_cell(uint8_t *all, size_t s, size_t i, const uint8_t *parity)
{
	size_t place = i % s;

	memcpy(all + i, parity + place, CELL);
	for (size_t stripe = 0; stripe < STRIPES; stripe++) {
		size_t other = stripe * s + place;

		for (size_t k = 0; other != i && k < CELL; k++)
			all[i + k] ^= all[other + k];
	}
}

int dict_parity_mend(uint8_t *payload, size_t len,
                     const struct dict_head *parity)
{
	size_t s = stripe_len(len), cells = STRIPES * s / CELL;
	const uint8_t *crcs = parity->rest.ptr, *sum = crcs + cells * 4;
	uint8_t *all;
	int mended = 0;

	if (!(parity->class & DICT_PARITY) || parity->len != len)
		return FICHE_ERR_CORRUPT;
	all = striped(payload, len);
	if (!all)
		return FICHE_ERR_NOMEM;
	for (size_t i = 0; i < cells; i++) {
		if (crc32_add(0, all + i * CELL, CELL) == get_u32(crcs + i * 4))
			continue;
		mend_cell(all, s, i * CELL, sum);
		mended++;
		if (crc32_add(0, all + i * CELL, CELL) !=
		    get_u32(crcs + i * 4)) {
			mended = FICHE_ERR_CORRUPT;
			break;
		}
	}
	if (mended > 0)
		memcpy(payload, all, len);
	alloc_free(all);
	return mended;
}
