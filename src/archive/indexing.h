/* SPDX-License-Identifier: Apache-2.0 */
/*
 * indexing.h - the index of any number of records in bounded memory: runs that
 * are merged at the end.  The writer makes segments with it, the verifier makes
 * them again.
 */
#ifndef ARCHIVE_INDEXING_H
#define ARCHIVE_INDEXING_H

#include "archive/spool.h"
#include "index/build.h"
#include "index/words_build.h"

struct indexing;

/* What becomes of the words. */
enum indexing_words {
	INDEXING_NO_WORDS,
	INDEXING_WORDS, /* a keyword index is built */
	INDEXING_PROVE, /* it is proved that one that is there is theirs */
};

/* `path` is borrowed.  NULL: out of memory. */
struct indexing *indexing_new(struct io *io, const char *path,
                              uint64_t first_record, enum indexing_words words);
void indexing_free(struct indexing *x);
int indexing_add(struct indexing *x, const struct index_record *r,
                 struct fiche_error *err);
/* After the records of a block were added. */
int indexing_block(struct indexing *x, const struct index_block *k,
                   struct fiche_error *err);
/* The words of the records that come next; in the end those of all. */
int indexing_words(struct indexing *x, const struct words_block *k,
                   struct fiche_error *err);
bool indexing_has_words(const struct indexing *x);
uint64_t indexing_count(const struct indexing *x);
uint64_t indexing_first(const struct indexing *x);
/*
 * Merge `before` (older segments in order, may be none; all with a keyword
 * index if this one has it) and all that was added into `out`.  Then only
 * indexing_free().
 */
/*
 * Make the segment again that `stored` has to be: of what was added, and, with
 * INDEXING_PROVE, of its own words, which are coded anew.  FICHE_ERR_CORRUPT if
 * they are not those of the records.
 */
int indexing_prove(struct indexing *x, const struct segment_part_in *stored,
                   struct spool *out, struct fiche_error *err);
int indexing_finish(struct indexing *x, const struct segment_part_in *before,
                    size_t before_count, struct spool *out,
                    struct fiche_error *err);

#endif
