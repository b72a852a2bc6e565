/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words_build.h - collect the words of records, in two steps.
 *
 * The words of a block of records are found and counted by any thread; the
 * results are then added to one builder in the order of the records.  Most of
 * the work is in the first step, as a word comes several times in a block.  A
 * builder that has grown large is written out as a sorted run (words_merge.h).
 */
#ifndef INDEX_WORDS_BUILD_H
#define INDEX_WORDS_BUILD_H

#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"
#include "format/postings.h"
#include "index/build.h"

/* ---- the words of some consecutive records ---- */

struct words_block;

/* NULL: out of memory. */
struct words_block *words_block_new(void);
void words_block_free(struct words_block *b);
/* Forget the records, keep the memory. */
void words_block_clear(struct words_block *b);
/* The next record: its title, text and tags.  0 or FICHE_ERR_NOMEM; after that
 * only clear or free. */
int words_block_add(struct words_block *b, const struct fiche_article *a);

/* All postings of a block, word by word; a zeroed struct begins. */
struct words_block_walk {
	const uint8_t *word; /* the same pointer as long as it is the same */
	size_t len;
	struct posting posting; /* idx within the block */
	size_t next_word;
	uint32_t next_found; /* 1 + its index, or 0 */
};
bool words_block_next(const struct words_block *b, struct words_block_walk *w);
/* Length of the i-th record; false behind the last. */
bool words_block_length(const struct words_block *b, size_t i, uint32_t *out);

/* ---- the words of a segment ---- */

struct words_builder;

struct words_builder *words_builder_new(void);
void words_builder_free(struct words_builder *b);
/* The records of the block come behind those added before.  0 or
 * FICHE_ERR_NOMEM; after that only free. */
int words_builder_add(struct words_builder *b, const struct words_block *k);
/* Of what words_builder_run() would write. */
size_t words_builder_memory(const struct words_builder *b);
/*
 * Write what was collected since the last run, sorted, and forget it; the
 * lengths of the records stay.  *len is the number of bytes written.
 */
int words_builder_run(struct words_builder *b, struct segment_out *out,
                      uint64_t *len, struct fiche_error *err);

/* Of all records since the beginning: their norms (spec 3.5, WLEN) and the sum
 * of their lengths. */
const struct buf *words_builder_norms(const struct words_builder *b);
uint64_t words_builder_tokens(const struct words_builder *b);

#endif
