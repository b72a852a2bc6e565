/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words_proof.h - is a keyword index that of these records?
 *
 * A verifier could build it again and compare, which takes most of its time.
 * Instead both sides are added up: each posting becomes two numbers that depend
 * on a secret seed, and equal sums of 128 bits mean equal postings, in whatever
 * order they come.  Nobody who does not know the seed can make others with the
 * same sum.
 */
#ifndef INDEX_WORDS_PROOF_H
#define INDEX_WORDS_PROOF_H

#include <stdint.h>

#include "base/buf.h"
#include "index/words.h"
#include "index/words_build.h"

struct words_proof {
	uint64_t seed[2]; /* random; set before */
	uint64_t sum[2];
	struct buf norms;
	uint64_t tokens;
};

void words_proof_done(struct words_proof *p);
/* The records that come next.  0 or FICHE_ERR_NOMEM. */
int words_proof_add(struct words_proof *p, const struct words_block *k);
/* Does the index have the postings, norms and lengths of all records that were
 * added?  0, FICHE_ERR_CORRUPT, or a failure. */
int words_proof_check(const struct words_proof *p, const struct words *w,
                      struct segment_in *in, struct fiche_error *err);

#endif
