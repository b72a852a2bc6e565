/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terms.h - the dictionary of names: sorted, prefix-compressed pages behind a
 * table of fences, so that one look-up reads one page (spec 3.5, TERM).
 */
#ifndef FORMAT_TERMS_H
#define FORMAT_TERMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "fiche/error.h"

#define TERM_KEY_MAX     1001 /* field byte and 1,000 bytes of text */
#define TERM_PAGE_TARGET 4000
#define TERMS_HEAD       16

/* Build: add in ascending order, then finish.  Zeroed struct to start. */
struct terms_writer {
	struct buf fences;
	struct buf pages;
	struct buf page;
	struct buf first; /* key of the open page */
	struct buf last;
	uint64_t page_lists;
	uint32_t page_count;
	uint64_t term_count;
};

void terms_add(struct terms_writer *w, const void *key, size_t len,
               uint64_t docs, uint64_t list_len);
/* Append the component to `out`.  False when out of memory at any time. */
bool terms_finish(struct terms_writer *w, struct buf *out);
void terms_writer_done(struct terms_writer *w);

/* Where a page is, and where its lists begin in POST. */
struct terms_fence {
	uint64_t page_at; /* from the start of the component */
	uint32_t page_len;
	uint64_t lists_at;
	uint64_t lists_len;
	struct bytes first; /* borrowed from the fence table */
};

struct terms_fences {
	struct terms_fence *fence; /* owned */
	uint32_t count;
	uint64_t term_count;
};

/* Length of the fence table, from the TERMS_HEAD bytes in front. */
uint32_t terms_fences_len(const uint8_t head[TERMS_HEAD]);
/*
 * Decode head and fence table; `raw` is borrowed as long as *out lives.
 * `terms_len` and `post_len` are the lengths of the components.
 * FICHE_ERR_CORRUPT, FICHE_ERR_NOMEM.
 */
int terms_fences_decode(struct terms_fences *out, const uint8_t *raw,
                        size_t len, uint64_t terms_len, uint64_t post_len,
                        uint64_t at, struct fiche_error *err);
void terms_fences_done(struct terms_fences *f);
/* Index of the only page that may hold `key`; count if none can. */
uint32_t terms_fences_find(const struct terms_fences *f, const void *key,
                           size_t len);

/* Walk one page. */
struct terms_page {
	struct cursor c;
	uint8_t key[TERM_KEY_MAX];
	size_t key_len;
	uint64_t docs;
	uint64_t list_at; /* in POST */
	uint64_t list_len;
	uint64_t lists_end;
	bool started;
	bool bad;
};

void terms_page_init(struct terms_page *p, const struct terms_fence *f,
                     const uint8_t *bytes);
/* The next term into key, docs, list_at, list_len; false at the end or when
 * malformed (then p->bad). */
bool terms_page_next(struct terms_page *p);

/* Order of keys: bytes, then length. */
int term_compare(const void *a, size_t a_len, const void *b, size_t b_len);

#endif
