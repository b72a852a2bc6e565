/* SPDX-License-Identifier: Apache-2.0 */
/*
 * word_page.h - one page of the dictionary of words, with the short lists of
 * its words (spec 3.5, WORD).
 *
 * A page is: varint length of a zstd frame, the frame, and the bits of the
 * short lists.  The frame holds columns, because they compress better apart: a
 * third of the index of a Russian corpus would else be its own words.
 */
#ifndef FORMAT_WORD_PAGE_H
#define FORMAT_WORD_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "format/postings.h"

#define WORD_MAX        64     /* bytes of a word */
#define WORD_PAGE_MAX   65536u /* stored, and of the frame's content */
#define WORD_PAGE_RAW   16000u /* a page of such columns is closed, */
#define WORD_PAGE_LISTS 8000u  /* or of so many bytes of lists */

/* ---- writing ---- */

struct word_page_writer {
	int level;                               /* of compression */
	struct buf shape, counts, lengths, text; /* the columns */
	struct buf lists;
	struct bit_writer bits; /* into lists; set by the first word */
	uint8_t first[WORD_MAX], last[WORD_MAX];
	size_t first_len, last_len;
	uint32_t words;
	uint64_t long_bytes; /* of the long lists of its words */
	struct ZSTD_CCtx_s *zstd;
	struct ZSTD_DCtx_s *again; /* decodes what was encoded */
};

void word_page_writer_done(struct word_page_writer *w);
bool word_page_is_full(const struct word_page_writer *w);
/*
 * Add a word above all before, with all its postings.  Of a long list, which
 * the caller has written elsewhere, only the length is kept: `long_len`.
 */
void word_page_add(struct word_page_writer *w, const uint8_t *word, size_t len,
                   const struct posting *p, size_t count,
                   const struct postings_of *of, uint64_t long_len);
/* Append the page to `out` and begin the next one.  0, FICHE_ERR_NOMEM, or
 * FICHE_ERR_CORRUPT if libzstd does not decode the frame to what went in. */
int word_page_finish(struct word_page_writer *w, struct buf *out);

/* ---- reading ---- */

/* Zeroed to start; word_page_done() at the end.  May be loaded again. */
struct word_page {
	struct buf raw;
	struct cursor shape, counts, lengths, text;
	struct bit_reader lists;
	uint64_t records; /* of the segment */
	uint32_t words;   /* not read yet */
	bool list_due;    /* the word's short list was not taken yet */
	bool bad;

	/* The word. */
	uint8_t word[WORD_MAX];
	size_t len;
	uint64_t count;    /* of its postings */
	uint64_t long_at;  /* among the long lists of the page */
	uint64_t long_len; /* 0: a short list */
	struct ZSTD_DCtx_s *zstd;
};

void word_page_done(struct word_page *p);
/*
 * Begin to read a page; `stored` is borrowed until the last call for it.  0,
 * FICHE_ERR_NOMEM or FICHE_ERR_CORRUPT (without a message).
 */
int word_page_load(struct word_page *p, struct bytes stored, uint64_t records);
/* The next word; false at the end or when malformed (then p->bad). */
bool word_page_next(struct word_page *p);
/* The short list of the word, at most once for each: p->count postings.  False
 * when malformed (then p->bad). */
bool word_page_list(struct word_page *p, struct posting out[POSTINGS_BLOCK]);

#endif
