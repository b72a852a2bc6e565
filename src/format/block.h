/* SPDX-License-Identifier: Apache-2.0 */
/* block.h - the head of a DATA section: which records, how long (spec 3.4). */
#ifndef FORMAT_BLOCK_H
#define FORMAT_BLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "fiche/error.h"

#define BLOCK_FIXED        60 /* head without defaults and entries */
#define BLOCK_HEAD_MAX     ((uint32_t)16 << 20)
#define BLOCK_RECORDS_MAX  ((uint32_t)1 << 20)
#define BLOCK_DEFAULTS_MAX 65536u
#define BLOCK_RAW_MAX      ((uint64_t)16 << 20) /* several records */
#define BLOCK_ALONE_MAX    ((uint64_t)1 << 30)  /* a single one */
#define BLOCK_WINDOW_LOG   23

enum record_kind {
	KIND_JSON = 0,
	KIND_VERBATIM = 1,
	KIND_FILE = 2,
	KIND_REDACTED = 3
};

struct block_entry {
	enum record_kind kind;
	bool shared;
	uint64_t value; /* body length, or how many records back */
};

struct block_head {
	uint64_t first_record;
	uint32_t record_count;
	uint32_t head_len;
	uint32_t cards_len, cards_raw, cards_dict;
	uint32_t bodies_dict;
	uint64_t bodies_len, bodies_raw;
	struct bytes defaults; /* borrowed */
	struct bytes entries;  /* borrowed; read with block_entry_next() */
};

/* Append a head; head_len, defaults and entries of *h are what is written, the
 * entries being `entries` already encoded with block_entry_put(). */
void block_head_encode(struct buf *out, struct block_head *h);
void block_entry_put(struct buf *out, const struct block_entry *e);

/*
 * The lengths alone, from the first BLOCK_FIXED bytes; enough to read the rest.
 * Nothing is proven before block_head_decode().
 */
uint32_t block_head_len(const uint8_t *raw);

/*
 * Decode and check a whole head of `len` bytes; `payload_len` and `inner_len`
 * are the section's.  Entries are checked one by one and add up to the raw
 * length of the bodies.  FICHE_ERR_CORRUPT or FICHE_ERR_LIMIT; `at` is the
 * section's offset.
 */
int block_head_decode(struct block_head *out, const uint8_t *raw, size_t len,
                      uint64_t payload_len, uint64_t at,
                      struct fiche_error *err);

/* The next entry of a decoded head; false at the end. */
bool block_entry_next(struct cursor *c, struct block_entry *out);

#endif
