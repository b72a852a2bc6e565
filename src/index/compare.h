/* SPDX-License-Identifier: Apache-2.0 */
/* compare.h - is a stored segment what its records give? (spec 4.8) */
#ifndef INDEX_COMPARE_H
#define INDEX_COMPARE_H

#include "index/segment.h"

/*
 * Compare a segment with one that was made of the same records.  All logical
 * bytes must be equal, but for the zstd frames of WORD, and what tells their
 * lengths: another version of libzstd makes others, so their content counts.
 *
 * Returns 0, FICHE_ERR_CORRUPT where they differ or the segment is malformed,
 * or a failure.
 */
int index_compare(const struct segment *s, struct segment_in *in,
                  struct segment_in *made, uint64_t made_len,
                  struct fiche_error *err);

#endif
