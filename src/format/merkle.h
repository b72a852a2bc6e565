/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle.h - the Merkle tree over all records (RFC 9162, 2.1), kept as the
 * heads of its perfect subtrees so that appending needs nothing else
 * (spec 3.6).
 */
#ifndef FORMAT_MERKLE_H
#define FORMAT_MERKLE_H

#include <stdint.h>

#include "fiche/error.h"

#define MERKLE_PEAKS_MAX 64

/* One bit set in the leaf count is one perfect subtree, largest first. */
struct merkle {
	uint64_t leaves;
	uint8_t peaks[MERKLE_PEAKS_MAX][32];
};

unsigned merkle_peak_count(uint64_t leaves);
/* Add the leaf whose input is `digest`.  0 or FICHE_ERR_NOMEM. */
int merkle_add(struct merkle *m, const uint8_t digest[32]);
/* The tree head of `count` peaks, 32 bytes each; of no leaves, the SHA-256 of
 * nothing.  0 or FICHE_ERR_NOMEM. */
int merkle_head(uint8_t out[32], const uint8_t *peaks, unsigned count);

/*
 * The parts of the tree that prove the leaf `index` of `size` (RFC 9162,
 * 2.1.3.1): ranges of leaves whose heads are the path, from the leaf up.
 * Returns how many; index < size.
 */
struct merkle_range {
	uint64_t from, to;
};
unsigned merkle_path(struct merkle_range out[MERKLE_PEAKS_MAX], uint64_t index,
                     uint64_t size);

/* The head that a path, 32 bytes a step, leads to from the leaf whose input is
 * `digest` (RFC 9162, 2.1.3.2).  0, FICHE_ERR_INPUT if the path does not have
 * the length that index and size ask for, or FICHE_ERR_NOMEM. */
int merkle_climb(uint8_t out[32], const uint8_t digest[32], uint64_t index,
                 uint64_t size, const uint8_t *path, unsigned count);

#endif
