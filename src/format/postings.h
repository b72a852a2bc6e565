/* SPDX-License-Identifier: Apache-2.0 */
/*
 * postings.h - which records have a word, and how often (spec 3.5, "Postings").
 *
 * A short list is a run of bits inside a page of words.  A long one stands by
 * itself: a table of blocks of 128, each with its last record and the greatest
 * weight that any of its records can give, then the blocks.  So a search reads
 * the table and decodes only blocks that can matter.
 */
#ifndef FORMAT_POSTINGS_H
#define FORMAT_POSTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "format/rice.h"

#define POSTINGS_BLOCK     128u /* a list of so many is a long one */
#define POSTINGS_COUNT_MAX 31u  /* counts above it are written as it */
#define POSTINGS_TITLE     2u   /* what a word of the title counts more */

struct posting {
	uint32_t idx;
	uint8_t count; /* in title, text and tags; 1 to POSTINGS_COUNT_MAX */
	uint8_t title; /* 1: it stands in the title */
};

/* Length of a record in words, as one byte that orders like the length, and
 * the smallest length that gives this byte. */
uint8_t norm_of_length(uint32_t words);
uint32_t norm_to_length(uint8_t norm);

/*
 * The BM25 weight of a posting (k1 = 1.2, b = 0.75) without its idf, in 255ths
 * of its limit and rounded up; `average` is the mean length of a record, at
 * least 1.
 */
uint8_t posting_impact(const struct posting *p, uint32_t length,
                       uint32_t average);

/* What lists of a segment have in common. */
struct postings_of {
	uint64_t records;     /* idx are below it */
	uint32_t average;     /* length of a record, at least 1 */
	const uint8_t *norms; /* of each record; for writing long lists */
};

/* `count` postings, below POSTINGS_BLOCK, ascending. */
void postings_put_short(struct bit_writer *w, const struct posting *p,
                        size_t count, const struct postings_of *of);
/* `count` of at least POSTINGS_BLOCK. */
void postings_put_long(struct buf *out, const struct posting *p, size_t count,
                       const struct postings_of *of);

/* False when malformed. */
bool postings_get_short(struct bit_reader *r, struct posting *out, size_t count,
                        uint64_t records);

struct postings_block {
	uint32_t last;  /* idx of its last posting */
	uint32_t at;    /* of its bits, from the start of the list */
	uint32_t len;   /* bytes */
	uint8_t impact; /* the greatest of its postings */
	uint8_t code;   /* parameters of its two codes */
};

static inline uint32_t postings_block_count(uint64_t count)
{
	return (uint32_t)((count + POSTINGS_BLOCK - 1) / POSTINGS_BLOCK);
}

/* Decode the table of a long list into postings_block_count(count) blocks.
 * False when malformed. */
bool postings_table(struct postings_block *out, uint64_t count,
                    struct bytes list, uint64_t records);
/*
 * Decode block `i` of a table: idx and, if `counts`, the rest.  Returns the
 * number of postings, or 0 when malformed.
 */
size_t postings_get_block(struct posting out[POSTINGS_BLOCK],
                          const struct postings_block *table, uint32_t i,
                          uint64_t count, struct bytes list, bool counts);

#endif
