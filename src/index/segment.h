/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.h - look things up in one INDEX segment (spec 3.5).
 *
 * A segment is addressed by its logical bytes.  Where they are - pages in an
 * archive, a scratch file, memory - is the business of a `struct segment_in`,
 * which checks what it delivers.  A struct segment is immutable once opened and
 * may be shared by threads that each bring their own segment_in.
 *
 * Every function returns 0 or a failure: FICHE_ERR_CORRUPT with the archive
 * offset of the segment, FICHE_ERR_ARG for a place outside of it, or whatever
 * the segment_in reports.  An idx that is returned is below `count`.
 */
#ifndef INDEX_SEGMENT_H
#define INDEX_SEGMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fiche/error.h"
#include "format/terms.h"

#define KEY_SIZE 5 /* bytes of a key hash that KEYS stores */

/* Domains of key hashes. */
#define KEY_URL      'u'
#define KEY_ID       'i'
#define KEY_BODY     'b'
#define KEY_BODY_MIN 64  /* shorter bodies have no key */
#define KEY_BODY_END 512 /* bytes of either end that go into it */

/* Fields of terms. */
#define TERM_SOURCE   's'
#define TERM_LANGUAGE 'l'
#define TERM_TAG      't'
#define TERM_AUTHOR   'a'

struct segment_in {
	/* Copy logical bytes [at, at+len), which lie inside the segment. */
	int (*read)(struct segment_in *in, uint64_t at, void *buf, size_t len,
	            struct fiche_error *err);
};

enum column_id {
	COLUMN_DATE = 1,
	COLUMN_DATE_META = 2,
	COLUMN_SOURCE = 3,
	COLUMN_LANGUAGE = 4,
	COLUMN_BODY_LEN = 5,
	COLUMN_SUPERSEDES = 6,
	COLUMN_FLAGS = 7,
	COLUMN_VERSION_TIME = 8, /* less the date */
	COLUMN_MAX = 8,
};

#define DATE_META_PRECISION 7u
#define DATE_META_ZONE      8u

#define FLAG_KIND   3u
#define FLAG_SHARED 4u
#define FLAG_OLDER  8u /* not the newest version when it was added */
#define FLAG_URL    16u

struct segment_column {
	uint64_t at; /* of the first value; 0 = the column is absent */
	uint64_t base;
	uint8_t width;
};

struct segment_part {
	uint64_t at;
	uint64_t len;
};

struct segment {
	uint64_t offset; /* in the archive, for messages */
	uint64_t len;    /* logical */
	uint64_t first_record;
	uint64_t count;
	unsigned width; /* of an idx */
	struct segment_part digs, idor, keys, cols, dord, blkt, term, post;
	uint16_t tokenizer;                   /* 0: no keyword index */
	struct segment_part wlen, word, wpst; /* at 0: absent */
	uint64_t key_count, dated, block_count;
	struct segment_column column[COLUMN_MAX + 1];
};

struct segment_block {
	uint64_t offset; /* of the DATA section */
	uint64_t size;   /* header and payload */
	uint32_t first_idx;
	uint32_t record_count;
	uint32_t cards_end;
	uint64_t index; /* which block of the segment */
};

/* Read and check the table of components.  The expected first record and count
 * are the COMMIT's.  FICHE_ERR_CORRUPT, FICHE_ERR_UNSUPPORTED. */
int segment_open(struct segment *out, struct segment_in *in, uint64_t len,
                 uint64_t offset, uint64_t first_record, uint64_t count,
                 struct fiche_error *err);

/* Smallest number of bytes (1 to 4) that holds count - 1. */
unsigned segment_idx_width(uint64_t count);

int segment_digest(const struct segment *s, struct segment_in *in, uint64_t idx,
                   uint8_t out[32], struct fiche_error *err);
/*
 * Position in IDOR of the first record whose digest is not below the 32 bytes
 * of `key` (count if none), then walk with segment_idor().
 */
int segment_digest_lower(const struct segment *s, struct segment_in *in,
                         const uint8_t key[32], uint64_t *pos,
                         struct fiche_error *err);
int segment_idor(const struct segment *s, struct segment_in *in, uint64_t pos,
                 uint64_t *idx, struct fiche_error *err);
/* The record with exactly this digest: 0, or FICHE_END if there is none. */
int segment_find_digest(const struct segment *s, struct segment_in *in,
                        const uint8_t digest[32], uint64_t *idx,
                        struct fiche_error *err);

/* First 5 bytes of SHA-256(domain || text).  0 or FICHE_ERR_NOMEM. */
int segment_key(uint8_t out[KEY_SIZE], char domain, const void *text,
                size_t len);
/* Position in KEYS of the first entry not below `key`; then walk with
 * segment_key_at() while the key is equal. */
int segment_key_lower(const struct segment *s, struct segment_in *in,
                      const uint8_t key[KEY_SIZE], uint64_t *pos,
                      struct fiche_error *err);
int segment_key_at(const struct segment *s, struct segment_in *in, uint64_t pos,
                   uint8_t key[KEY_SIZE], uint64_t *idx,
                   struct fiche_error *err);

/* One value; an absent column reads as 0. */
int segment_column(const struct segment *s, struct segment_in *in,
                   enum column_id id, uint64_t idx, uint64_t *out,
                   struct fiche_error *err);
/* `count` values from `idx` on. */
int segment_columns(const struct segment *s, struct segment_in *in,
                    enum column_id id, uint64_t idx, uint64_t count,
                    uint64_t *out, struct fiche_error *err);

/* The block that holds `idx`. */
int segment_find_block(const struct segment *s, struct segment_in *in,
                       uint64_t idx, struct segment_block *out,
                       struct fiche_error *err);
int segment_block_at(const struct segment *s, struct segment_in *in,
                     uint64_t block, struct segment_block *out,
                     struct fiche_error *err);

/* The pos-th record in date order (pos < dated). */
int segment_dord(const struct segment *s, struct segment_in *in, uint64_t pos,
                 uint64_t *idx, struct fiche_error *err);
/* First position whose date begin is not below `time`. */
int segment_date_lower(const struct segment *s, struct segment_in *in,
                       int64_t time, uint64_t *pos, struct fiche_error *err);

/* The loaded fence table.  Zeroed before; segment_fences_done() after. */
struct segment_fences {
	struct terms_fences fences;
	struct buf raw;
};
int segment_fences_load(struct segment_fences *out, const struct segment *s,
                        struct segment_in *in, struct fiche_error *err);
void segment_fences_done(struct segment_fences *f);

/* Look up one term (field byte and text, cut like all terms to TERM_KEY_MAX
 * bytes): 0, or FICHE_END if it is not there. */
int segment_find_term(const struct segment *s, struct segment_in *in,
                      const struct segment_fences *f, const void *key,
                      size_t len, uint64_t *docs, struct segment_part *list,
                      struct fiche_error *err);
/*
 * Call `each` for every term with this field byte (0: all), ascending.  The
 * ordinal counts within the field from 1.  A result other than 0 stops and is
 * returned.
 */
int segment_each_term(const struct segment *s, struct segment_in *in,
                      const struct segment_fences *f, char field,
                      int (*each)(void *ctx, const uint8_t *key, size_t len,
                                  uint64_t ordinal, uint64_t docs,
                                  const struct segment_part *list,
                                  struct fiche_error *err),
                      void *ctx, struct fiche_error *err);
/* Append the list's bytes to `out`; read them with format/doclist. */
int segment_list(const struct segment *s, struct segment_in *in,
                 const struct segment_part *list, struct buf *out,
                 struct fiche_error *err);

#endif
