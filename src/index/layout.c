/* SPDX-License-Identifier: Apache-2.0 */
/* layout.c - the table of components and the heads of columns; see layout.h. */

#include "index/layout.h"

#include <assert.h>

#include "index/token.h"

const char *layout_id(enum component part)
{
	static const char ids[PART_COUNT][PART_ID_SIZE + 1] = {
		"DIGS", "IDOR", "KEYS", "COLS", "DORD", "BLKT",
		"TERM", "POST", "WLEN", "WORD", "WPST",
	};

	assert(part < PART_COUNT);
	return ids[part];
}

uint64_t layout_table(struct buf *out, uint64_t first_record, uint64_t count,
                      const uint64_t len[PART_COUNT], enum component parts)
{
	uint64_t at = SEGMENT_HEAD + (uint64_t)parts * SEGMENT_ENTRY;

	buf_u32(out, parts);
	buf_u16(out, SEGMENT_FIELDS_VERSION);
	buf_u16(out, parts == PART_COUNT ? TOKENIZER_VERSION : 0);
	buf_u64(out, first_record);
	buf_u64(out, count);
	buf_u64(out, 0);
	for (enum component part = 0; part < parts; part++) {
		buf_put(out, layout_id(part), PART_ID_SIZE);
		buf_u32(out, part < PART_BASIC_COUNT ? COMPONENT_CRITICAL : 0);
		buf_u64(out, at);
		buf_u64(out, len[part]);
		at += len[part];
	}
	return at;
}

/* An unsigned number that orders as the column's type does; its own inverse. */
static uint64_t rank(enum column_id id, uint64_t value)
{
	bool is_signed = id == COLUMN_DATE || id == COLUMN_VERSION_TIME;

	return is_signed ? value ^ (UINT64_C(1) << 63) : value;
}

void column_range_add(struct column_range *r, enum column_id id, uint64_t value)
{
	uint64_t v = rank(id, value);

	if (!r->any || v < r->min)
		r->min = v;
	if (!r->any || v > r->max)
		r->max = v;
	r->any = true;
}

uint64_t column_base(const struct column_range *r, enum column_id id)
{
	return r->any ? rank(id, r->min) : 0;
}

unsigned column_width(const struct column_range *r)
{
	unsigned width = 0;

	for (uint64_t v = r->max - r->min; v > 0; v >>= 8)
		width++;
	return width;
}

uint64_t columns_len(const struct column_range range[COLUMN_MAX + 1],
                     uint64_t n)
{
	uint64_t len = COLUMNS_HEAD;

	for (int id = 1; id <= COLUMN_MAX; id++)
		len += COLUMN_HEAD + n * column_width(&range[id]);
	return len;
}

void columns_head(struct buf *out,
                  const struct column_range range[COLUMN_MAX + 1])
{
	buf_u32(out, COLUMN_MAX);
	buf_u32(out, 0);
	for (int id = 1; id <= COLUMN_MAX; id++) {
		buf_u8(out, (uint8_t)id);
		buf_u8(out, (uint8_t)column_width(&range[id]));
		buf_zeros(out, 6);
		buf_u64(out, column_base(&range[id], (enum column_id)id));
	}
}
