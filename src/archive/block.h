/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block.h - one DATA block decoded: cards as lines, bodies as slices
 * (spec 3.4).
 */
#ifndef ARCHIVE_BLOCK_H
#define ARCHIVE_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "archive/codec.h"
#include "archive/file.h"
#include "format/block.h"

struct dict_cache;

/* One record of a decoded block. */
struct block_record {
	enum record_kind kind;
	bool shared;
	uint64_t value; /* body length, or how many records back */
	size_t body_at; /* in bodies; only if not shared */
	size_t card_at; /* in cards */
	size_t card_len;
};

struct block {
	uint64_t offset; /* of the section; 0: nothing is loaded */
	struct section section;
	struct block_head head;
	struct buf stored; /* the section, or as much as was read of it */
	struct buf cards;
	struct buf bodies;
	size_t bodies_ready; /* bytes decoded */
	bool has_bodies;     /* the stored bodies frame is here and proven */
	struct block_record *records; /* head.record_count */
	size_t records_cap;
};

/*
 * Load the block at `offset` of `size` bytes.  With `cards_end` > 0 only the
 * front of the section up to there is read: head and cards.  FICHE_ERR_CORRUPT,
 * _TRUNCATED, _LIMIT, _IO, _NOMEM; then b->offset is 0.
 */
int block_load(struct block *b, struct archive *a, struct dict_cache *dicts,
               struct decoder *dec, uint64_t offset, uint64_t size,
               uint32_t cards_end, struct fiche_error *err);
/* Decode a block whose whole section is in b->stored already. */
int block_decode(struct block *b, struct archive *a, struct dict_cache *dicts,
                 struct decoder *dec, uint64_t offset, struct fiche_error *err);
/* Make sure that the first `want` bytes of the bodies are decoded. */
int block_bodies(struct block *b, struct archive *a, struct dict_cache *dicts,
                 struct decoder *dec, size_t want, struct fiche_error *err);
void block_done(struct block *b);

/* Read one dictionary, mended if need be: its raw bytes go to *out, to be freed
 * with alloc_free(). */
int dict_read(struct archive *a, const struct commit_dict *d, uint8_t **out,
              size_t *len, struct fiche_error *err);

/* Dictionaries of an archive, loaded when first needed.  Thread-safe. */
struct dict_cache *dict_cache_new(const struct commit *c);
void dict_cache_free(struct dict_cache *d);
/* *out is NULL for id 0.  FICHE_ERR_CORRUPT if there is none or it is lost. */
int dict_cache_get(struct dict_cache *d, struct archive *a, uint32_t id,
                   unsigned class, const struct decoder_dict **out,
                   struct fiche_error *err);
/* Where it stands in the file; NULL if the archive has no such one. */
const struct commit_dict *dict_cache_where(const struct dict_cache *d,
                                           uint32_t id, unsigned class);

#endif
