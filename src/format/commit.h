/* SPDX-License-Identifier: Apache-2.0 */
/*
 * commit.h - the COMMIT payload: what is live, and what it all hashes to
 * (spec 3.6).
 */
#ifndef FORMAT_COMMIT_H
#define FORMAT_COMMIT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fiche/error.h"

#define COMMIT_BATCH_SYNCED 1
#define COMMIT_PROTECTED    2 /* a generation up to this one has PARITY */
/* A batch longer than this is synced before its COMMIT is written. */
#define COMMIT_UNSYNCED_MAX ((uint64_t)1 << 20)
#define COMMIT_PEAKS_MAX    64
/* Bounds what a reader allocates for one COMMIT. */
#define COMMIT_PAYLOAD_MAX ((uint64_t)16 << 20)

struct commit_segment {
	uint64_t offset;
	uint64_t size; /* header and payload */
	uint64_t first_record;
	uint64_t record_count;
	uint8_t sha256[32];
};

struct commit_dict {
	uint32_t id;
	uint8_t class;
	uint64_t offset;
	uint64_t parity_offset;
	uint64_t size; /* header and payload, of the dictionary itself */
	uint8_t sha256[32];
};

struct commit {
	uint16_t major, minor;
	uint32_t read_features, append_features;
	uint16_t fields_version, tokenizer_version;
	uint64_t generation;
	int64_t time;
	uint64_t batch_start;
	uint64_t void_len;
	uint32_t flags;
	uint8_t batch_sha256[32];
	uint64_t prev_offset, prev_size;
	uint8_t prev_sha256[32];
	uint64_t record_count;
	uint64_t duplicate_count;
	uint64_t record_bytes;
	uint64_t body_bytes;
	uint64_t block_count;
	uint64_t withdrawal; /* offset of the WITHDRAWAL in force, or 0 */
	uint8_t tree_head[32];
	uint8_t peaks[COMMIT_PEAKS_MAX][32];
	uint32_t peak_count;
	struct commit_segment *segments; /* owned */
	size_t segment_count;
	struct commit_dict *dicts; /* owned */
	size_t dict_count;
};

/* Frees what the commit owns; accepts a zeroed struct. */
void commit_done(struct commit *c);
/* A copy of its own.  0 or FICHE_ERR_NOMEM. */
int commit_copy(struct commit *out, const struct commit *c);

/* Append the payload for a COMMIT section at `at`, padded so that the footer
 * ends at a multiple of COMMIT_ALIGN. */
void commit_encode(struct buf *out, const struct commit *c, uint64_t at);

/*
 * Decode and check everything that the payload alone can tell.  `at` is the
 * section's offset.  FICHE_ERR_CORRUPT, FICHE_ERR_UNSUPPORTED, FICHE_ERR_NOMEM;
 * on failure *out is untouched.
 */
int commit_decode(struct commit *out, const uint8_t *payload, size_t len,
                  uint64_t at, struct fiche_error *err);

#endif
