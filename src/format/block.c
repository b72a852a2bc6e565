/* SPDX-License-Identifier: Apache-2.0 */
/* block.c - heads of DATA sections (spec 3.4). */

#include "format/block.h"

#include "base/err.h"
#include "base/hash.h"

void block_entry_put(struct buf *out, const struct block_entry *e)
{
	buf_varint(out,
	           e->value << 3 | (e->shared ? 4u : 0u) | (uint64_t)e->kind);
}

void block_head_encode(struct buf *out, struct block_head *h)
{
	size_t start = out->len;

	h->head_len =
		BLOCK_FIXED + (uint32_t)(h->defaults.len + h->entries.len);
	buf_u64(out, h->first_record);
	buf_u32(out, h->record_count);
	buf_u32(out, h->head_len);
	buf_u32(out, h->cards_len);
	buf_u32(out, h->cards_raw);
	buf_u32(out, h->cards_dict);
	buf_u32(out, h->bodies_dict);
	buf_u64(out, h->bodies_len);
	buf_u64(out, h->bodies_raw);
	buf_u32(out, (uint32_t)h->defaults.len);
	buf_u32(out, 0);
	buf_put(out, h->defaults.ptr, h->defaults.len);
	buf_put(out, h->entries.ptr, h->entries.len);
	if (buf_ok(out))
		buf_u32(out, crc32_add(0, out->ptr + start, out->len - start));
}

uint32_t block_head_len(const uint8_t *raw)
{
	return get_u32(raw + 12);
}

static bool entry_take(struct cursor *c, struct block_entry *out)
{
	uint64_t v = cursor_varint(c);

	out->kind = (enum record_kind)(v & 3);
	out->shared = v & 4;
	out->value = v >> 3;
	return cursor_ok(c);
}

bool block_entry_next(struct cursor *c, struct block_entry *out)
{
	return c->left > 0 && entry_take(c, out);
}

/* Each entry by itself, and their sum; NULL if all is well. */
static const char *check_entries(const struct block_head *h)
{
	struct block_entry e;
	struct cursor c;
	uint64_t raw = 0;

	cursor_init(&c, h->entries.ptr, h->entries.len);
	for (uint32_t i = 0; i < h->record_count; i++) {
		if (!entry_take(&c, &e))
			return "block has a malformed entry";
		if (e.kind == KIND_REDACTED && (e.shared || e.value))
			return "block has a redacted record with a body";
		if (e.shared) {
			if (e.value == 0 || e.value > h->first_record + i)
				return "block shares a body that cannot exist";
			continue;
		}
		if (e.value >= h->bodies_raw - raw)
			return "block entries pass the end of the bodies";
		raw += e.value + 1;
	}
	if (!cursor_done(&c) || raw != h->bodies_raw)
		return "block entries do not add up to the bodies";
	return NULL;
}

int block_head_decode(struct block_head *out, const uint8_t *raw, size_t len,
                      uint64_t payload_len, uint64_t at,
                      struct fiche_error *err)
{
	struct block_head h;
	struct cursor c;
	uint64_t max;
	const char *broken;
	uint32_t defaults_len;

	cursor_init(&c, raw, len);
	h.first_record = cursor_u64(&c);
	h.record_count = cursor_u32(&c);
	h.head_len = cursor_u32(&c);
	h.cards_len = cursor_u32(&c);
	h.cards_raw = cursor_u32(&c);
	h.cards_dict = cursor_u32(&c);
	h.bodies_dict = cursor_u32(&c);
	h.bodies_len = cursor_u64(&c);
	h.bodies_raw = cursor_u64(&c);
	defaults_len = cursor_u32(&c);
	cursor_zeros(&c, 4);
	h.defaults = cursor_take(&c, defaults_len);
	if (!cursor_ok(&c) || h.head_len != len || len > BLOCK_HEAD_MAX ||
	    c.left < 4)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "block head is malformed");
	h.entries = cursor_take(&c, c.left - 4);
	if (cursor_u32(&c) != crc32_add(0, raw, len - 4))
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "block head CRC mismatch");
	/* Each record before took an entry of a byte or more before `at`: so
	 * numbers are bounded by the file, and what is sized by them too. */
	if (h.record_count == 0 || h.record_count > BLOCK_RECORDS_MAX ||
	    h.first_record > at || defaults_len > BLOCK_DEFAULTS_MAX ||
	    h.first_record > (uint64_t)INT64_MAX - h.record_count ||
	    h.bodies_len > payload_len ||
	    payload_len - h.bodies_len != (uint64_t)h.head_len + h.cards_len)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "block lengths contradict each other");
	max = h.record_count == 1 ? BLOCK_ALONE_MAX : BLOCK_RAW_MAX;
	if (h.cards_raw > max || h.bodies_raw > max)
		return err_set(err, FICHE_ERR_LIMIT, at,
		               "block is larger than a reader accepts");
	broken = check_entries(&h);
	if (broken)
		return err_set(err, FICHE_ERR_CORRUPT, at, "%s", broken);
	*out = h;
	return 0;
}
