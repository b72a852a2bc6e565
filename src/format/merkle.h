/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merkle.h - the Merkle tree over all records (RFC 9162, 2.1), kept as the
 * heads of its perfect subtrees so that appending needs nothing else
 * (spec 3.6).
 */
#ifndef FORMAT_MERKLE_H
#define FORMAT_MERKLE_H

#include <stdint.h>

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

#endif
