/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch.h - a few dozen MiB of records on their way into blocks.
 *
 * Records are collected, then understood in parallel (batch_scan), put in order
 * (batch_group), cut into blocks (batch_plan), and compressed and checked in
 * parallel (batch_encode).  The writer decides in between what is new.
 */
#ifndef ARCHIVE_BATCH_H
#define ARCHIVE_BATCH_H

#include "archive/encode.h"
#include "archive/pool.h"
#include "archive/record.h"
#include "fiche/writer.h"
#include "format/section.h"

#define BATCH_BYTES          ((size_t)40 << 20)
#define BATCH_RECORDS        ((size_t)1 << 18)
#define BLOCK_TARGET         ((size_t)128 << 10)
#define BLOCK_RECORDS_TARGET 4096u

struct batch_record {
	/* as added */
	bool is_file;             /* has a card */
	bool is_redacted;         /* is a card alone */
	size_t raw_at, raw_len;   /* in batch->raw */
	size_t record_len;        /* of raw; behind it, LF and text */
	size_t card_at, card_len; /* in batch->raw: a file's card */
	struct fiche_text defaults;
	struct fiche_origin origin;

	/* after batch_scan() */
	int status; /* 0, or FICHE_ERR_INPUT: refused, why says */
	struct fiche_error *why;
	enum record_kind kind;
	struct fiche_text card, body;
	struct fiche_article article;
	struct record_keys keys;
	uint8_t body_sha256[32];

	/* the writer's decisions */
	bool duplicate;
	uint64_t number;
	bool shared;
	uint64_t shared_with; /* record number of the body */
	uint64_t supersedes;
	bool older;

	/* after batch_group() */
	uint32_t cluster;
};

/* A block of another archive, to be copied: its frames as they are stored. */
struct batch_frames {
	const uint8_t *cards, *bodies; /* NULL: frames are made */
	size_t cards_len, bodies_len;
};

/* Records that are compressed with the same dictionaries. */
struct batch_cluster {
	size_t first, count; /* in batch->order */
	struct fiche_text language;
	struct fiche_text source; /* empty: several */
	uint64_t body_bytes;
	/* The writer sets them. */
	const struct dictionary *cards_dict, *dict; /* dict: of the bodies */
	bool decided;               /* not for choose_dictionaries() */
	struct batch_frames frames; /* the cluster is one block */
};

struct batch_block {
	size_t first, count; /* in batch->order */
	const struct dictionary *cards_dict, *bodies_dict;
	struct batch_frames frames;
	struct block_head head;
	struct buf section; /* room for the header, then the payload */
	uint8_t sha256[32];
	uint32_t cards_end;
};

struct batch {
	struct pool *pool;          /* borrowed */
	struct fiche_text defaults; /* of what is added; outlives the batch */
	unsigned require;           /* set of enum fiche_require */
	bool strict;
	struct buf raw;
	struct batch_record *records;
	size_t count, cap;
	struct batch_chunk *chunks; /* what scanning produced */
	size_t chunk_count;
	struct batch_record **order; /* new records, in stored order */
	size_t order_count;
	struct batch_cluster *clusters;
	size_t cluster_count, cluster_cap;
	struct batch_block *blocks;
	size_t block_count, block_cap;
};

void batch_init(struct batch *b, struct pool *pool);
void batch_done(struct batch *b);
/* Empty it for the next records. */
void batch_clear(struct batch *b);

/* Copy a record in; `card` is NULL for JSON, `text` unless a file has one
 * beside it.  0 or FICHE_ERR_NOMEM. */
int batch_add(struct batch *b, const char *card, size_t card_len,
              const void *bytes, size_t len, const struct fiche_text *text,
              const struct fiche_origin *origin);

/* Understand all records.  Refused ones get their status. */
int batch_scan(struct batch *b, struct fiche_error *err);
/* Put what is neither refused nor a duplicate in stored order. */
int batch_group(struct batch *b, struct fiche_error *err);
/* In the order of their defaults; 0: they have the same ones. */
int batch_by_defaults(const struct batch_record *a,
                      const struct batch_record *b);
/* Open the next cluster of `order`, whose records the caller counts into it;
 * NULL: out of memory. */
struct batch_cluster *batch_cluster_open(struct batch *b, size_t first);
/* batch_blocks.c: cut blocks; numbers, sharing and dictionaries are decided. */
int batch_plan(struct batch *b, struct fiche_error *err);
/* Compress or copy, decode again, compare. */
int batch_encode(struct batch *b, int level, struct fiche_error *err);

/* Evenly spread pieces of a cluster's bodies, or of all cards (cluster NULL),
 * at most `budget` bytes.  0 or FICHE_ERR_NOMEM; free *out with alloc_free().
 */
int batch_samples(const struct batch *b, const struct batch_cluster *cluster,
                  size_t budget, struct sample **out, size_t *count);

#endif
