/* SPDX-License-Identifier: Apache-2.0 */
/*
 * layout.h - the fixed parts of an INDEX segment (spec 3.5), and the choices
 * that make its encoding canonical: the order of the components, the base and
 * the width of a column.
 */
#ifndef INDEX_LAYOUT_H
#define INDEX_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "index/segment.h"

#define SEGMENT_HEAD           32
#define SEGMENT_ENTRY          24 /* of the table, one for each component */
#define SEGMENT_COMPONENTS_MAX 64
#define SEGMENT_FIELDS_VERSION 1
#define COMPONENT_CRITICAL     1u

#define DIGEST_SIZE  32
#define COLUMNS_HEAD 8
#define COLUMN_HEAD  16
#define BLOCK_SIZE   24 /* of an entry in BLKT */

/* In the order in which we write them. */
enum component {
	PART_DIGS,
	PART_IDOR,
	PART_KEYS,
	PART_COLS,
	PART_DORD,
	PART_BLKT,
	PART_TERM,
	PART_POST,
	PART_BASIC_COUNT, /* so many make a segment without keyword index */
	PART_WLEN = PART_BASIC_COUNT,
	PART_WORD,
	PART_WPST,
	PART_COUNT,
};

/* Ids of the components, each PART_ID_SIZE bytes. */
#define PART_ID_SIZE 4
const char *layout_id(enum component part);

/* Append head and table of a segment of PART_BASIC_COUNT or PART_COUNT parts;
 * returns its logical length. */
uint64_t layout_table(struct buf *out, uint64_t first_record, uint64_t count,
                      const uint64_t len[PART_COUNT], enum component parts);

/* The smallest and the largest value of a column.  Start zeroed. */
struct column_range {
	uint64_t min, max; /* ranks: unsigned images in the order of the type */
	bool any;
};

void column_range_add(struct column_range *r, enum column_id id,
                      uint64_t value);
uint64_t column_base(const struct column_range *r, enum column_id id);
unsigned column_width(const struct column_range *r);
/* Length of COLS for n records. */
uint64_t columns_len(const struct column_range range[COLUMN_MAX + 1],
                     uint64_t n);
/* Append what stands before the values of the columns. */
void columns_head(struct buf *out,
                  const struct column_range range[COLUMN_MAX + 1]);

/* Store `width` low bytes of v and return where they end. */
static inline uint8_t *layout_put(uint8_t *at, uint64_t v, unsigned width)
{
	for (unsigned i = 0; i < width; i++, v >>= 8)
		*at++ = (uint8_t)v;
	return at;
}

/* Precision in a value of COLUMN_DATE_META. */
static inline bool layout_has_date(uint64_t meta)
{
	return (meta & DATE_META_PRECISION) != 0;
}

#endif
