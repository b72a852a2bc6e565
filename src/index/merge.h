/* SPDX-License-Identifier: Apache-2.0 */
/*
 * merge.h - a merge of segments at work; what its files share.
 *
 * Digests, keys, dates and terms stand in order in each part, so that they are
 * merged from the heads of the parts; the rest is copied in chunks.  Parts are
 * as little to be trusted as any bytes: each order is checked while it is used.
 */
#ifndef INDEX_MERGE_H
#define INDEX_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "index/build.h"
#include "index/layout.h"
#include "index/segment_terms.h"

#define MERGE_CHUNK        ((size_t)64 << 10)
#define MERGE_CHUNK_VALUES (MERGE_CHUNK / sizeof(uint64_t))

/* Ordinals of one field: what a part's k-th term is in the whole. */
struct ordinals {
	uint32_t *to;
	size_t count, cap;
};

/* The fields whose ordinals stand in columns. */
enum { MAP_SOURCE, MAP_LANGUAGE, MAP_COUNT };

/* Consecutive entries of a component. */
struct entries {
	uint64_t at, left; /* logical bytes not read yet */
	struct buf chunk;
	size_t used; /* of the chunk */
};

struct part {
	const struct segment *s;
	struct segment_in *in;
	uint64_t shift; /* from an idx of the part to one of the whole */

	/* The head: what is next in this part. */
	const uint8_t *key;
	size_t key_len;
	uint64_t idx; /* of the part */
	uint8_t key_bytes[DIGEST_SIZE];
	bool started;

	struct entries entries;
	struct segment_part wanted; /* what stands in another order, */
	struct buf kept;            /* in memory, or empty */
	struct segment_fences fences;
	struct term_walk walk;
	uint64_t term_count;
	struct ordinals map[MAP_COUNT];
};

struct merge {
	struct part *part;
	size_t part_count;
	size_t *heap; /* parts that have a head, the least in front */
	size_t heap_count;
	uint64_t count;
	uint64_t dated;
	unsigned width;
	struct column_range range[COLUMN_MAX + 1];
	struct buf term, post, list;
	uint64_t *values, *meta;      /* chunks of columns */
	const struct words_in *words; /* or NULL */
	struct segment_out *out;
	struct buf pending; /* written in chunks */
	uint64_t written;
	struct fiche_error *err;
};

/* FICHE_ERR_CORRUPT with a text about a part. */
int merge_corrupt(struct merge *m, const struct part *p, const char *text);

/* ---- merge_order.c ---- */

int merge_flush(struct merge *m);
/* After each entry or chunk that was appended to `pending`. */
int merge_flush_full(struct merge *m);

void entries_begin(struct entries *e, const struct segment_part *part,
                   uint64_t skip);
/* The next `size` bytes of a part's component, FICHE_END behind the last. */
int entries_next(struct merge *m, struct part *p, size_t size,
                 const uint8_t **out);

/* Make the heap of all first heads.  `next` puts up the next head of a part: 0,
 * FICHE_END or a failure. */
int heap_fill(struct merge *m, int (*next)(struct merge *, struct part *));
/* The part with the least head; NULL when all are done. */
struct part *heap_least(const struct merge *m);
/* Go on behind the least head. */
int heap_advance(struct merge *m, int (*next)(struct merge *, struct part *));

/* Write the components, w in front. */
int merge_digests(struct merge *m);
int merge_keys(struct merge *m);
int merge_dates(struct merge *m);

/* ---- merge_terms.c ---- */

/* Collect TERM and POST, and the numbers of sources and languages. */
int merge_terms(struct merge *m);

#endif
