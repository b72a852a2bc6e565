/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build.h - make INDEX segments: from records in memory, and from segments.
 *
 * Both ways give the same logical bytes for the same records (the encoding is
 * canonical: columns have the smallest base and width), so that a verifier
 * compares what it rebuilds with what it finds, byte for byte.
 */
#ifndef INDEX_BUILD_H
#define INDEX_BUILD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fiche/article.h"
#include "index/segment.h"

/* What the index keeps of one record.  Texts are copied; empty ones are none.
 */
struct index_record {
	uint8_t digest[32];
	struct fiche_date date;
	/* The date's begin if there is no other, INT64_MIN without a date. */
	int64_t version_time;
	uint64_t body_len;
	uint64_t supersedes; /* 0, or 1 + record number */
	uint8_t flags;       /* FLAG_* */
	struct fiche_text source, language;
	const struct fiche_text *tags;
	size_t tag_count;
	const struct fiche_text *authors;
	size_t author_count;
	/* Key hashes, each only if its bit of `keys` is set. */
	uint8_t url_key[KEY_SIZE], id_key[KEY_SIZE], body_key[KEY_SIZE];
	bool has_url, has_id, has_body;
};

struct index_block {
	uint64_t offset;
	uint64_t size;
	uint32_t record_count;
	uint32_t cards_end;
};

struct index_builder;

/* Records are numbered from `first_record`.  NULL: out of memory. */
struct index_builder *index_builder_new(uint64_t first_record);
void index_builder_free(struct index_builder *b);
/* 0 or FICHE_ERR_NOMEM; after that only free it. */
int index_builder_add(struct index_builder *b, const struct index_record *r);
/* Blocks in order; together they hold exactly the records. */
int index_builder_block(struct index_builder *b, const struct index_block *k);
uint64_t index_builder_count(const struct index_builder *b);
size_t index_builder_memory(const struct index_builder *b);
/* Append the logical bytes of the segment (of at least one record).  0 or
 * FICHE_ERR_NOMEM. */
int index_builder_finish(struct index_builder *b, struct buf *out);

/* Where a merged segment goes, in order. */
struct segment_out {
	int (*write)(struct segment_out *out, const void *bytes, size_t len,
	             struct fiche_error *err);
};

struct segment_part_in {
	const struct segment *segment;
	struct segment_in *in;
};

/* The keyword index of the merged segment, made by words_merge(). */
struct words_in {
	const struct buf *norms, *head;
	struct segment_in *pages, *lists;
	uint64_t pages_len, lists_len;
};

/*
 * Merge segments of consecutive records into one, with a keyword index if
 * `words` is not NULL; those of the parts are not looked at.  What is written
 * equals what a builder makes of all the records.  Kept in memory: the merged
 * TERM and POST, the fences and four bytes for each source and language of the
 * parts, one list of records, up to 128 MiB of digests or dates (beyond that
 * they are read one by one), and 64 KiB a part.
 *
 * Returns 0, FICHE_ERR_ARG (no segments, or they do not follow each other),
 * FICHE_ERR_CORRUPT, FICHE_ERR_NOMEM or a failure of reading or writing;
 * *out_len is the number of logical bytes written.
 */
int index_merge(const struct segment_part_in *parts, size_t count,
                const struct words_in *words, struct segment_out *out,
                uint64_t *out_len, struct fiche_error *err);

#endif
