/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words_merge.h - one keyword index from older ones and from sorted runs.
 *
 * All inputs are walked in the order of their words, and every posting is coded
 * anew: lists that join have other gaps, and the weights in their tables depend
 * on the mean length of all records.  So the result is the same whatever the
 * records went through before.
 */
#ifndef INDEX_WORDS_MERGE_H
#define INDEX_WORDS_MERGE_H

#include <stddef.h>
#include <stdint.h>

#include "index/build.h"
#include "index/words.h"
#include "index/words_build.h"

/* What words_builder_run() wrote. */
struct words_run {
	struct segment_in *in;
	uint64_t at, len;
};

/* The keyword index of an older segment. */
struct words_part {
	const struct words *words;
	struct segment_in *in;
};

struct words_input {
	const struct words_part *parts; /* in the order of their records, */
	size_t part_count;
	const struct words_run *runs; /* and behind them those of a builder */
	size_t run_count;
	const struct words_builder *builder; /* NULL: no runs */
};

/* The three components of the result, in pieces. */
struct words_output {
	/* Where to: pages of words, and long lists.  Set before. */
	struct segment_out *pages, *lists;
	uint64_t pages_len, lists_len;
	struct buf head;  /* of WORD, with its fences; the pages follow it */
	struct buf norms; /* WLEN */
};

void words_output_done(struct words_output *out);
/*
 * Kept in memory: a byte for each record, the fences, the postings of one word,
 * and 64 KiB for each input.  0, FICHE_ERR_CORRUPT, FICHE_ERR_NOMEM or a
 * failure of reading or writing.
 */
int words_merge(const struct words_input *in, struct words_output *out,
                struct fiche_error *err);

#endif
