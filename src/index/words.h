/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words.h - look words up in the keyword index of one segment (spec 3.5: WLEN,
 * WORD, WPST).
 *
 * A struct words is immutable once opened and may be shared by threads that
 * each bring their own segment_in and word_walk.  Failures as in segment.h.
 */
#ifndef INDEX_WORDS_H
#define INDEX_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "format/terms.h"
#include "format/word_page.h"
#include "index/segment.h"

#define WORDS_HEAD 8u /* in front of what WORD shares with TERM */

struct words {
	const struct segment *segment;
	uint64_t tokens;  /* sum of the lengths of all records */
	uint32_t average; /* of the lengths, rounded down, at least 1 */
	uint64_t count;   /* different words */
	struct terms_fences fences;
	struct buf raw;   /* of the fences */
	struct buf norms; /* one for each record */
};

/* Does the segment have a keyword index that this program knows? */
bool words_present(const struct segment *s);
/* Zeroed before, words_done() after.  Keeps one byte for each record and some
 * for each page of words.  `s` must outlive it. */
int words_open(struct words *out, const struct segment *s,
               struct segment_in *in, struct fiche_error *err);
void words_done(struct words *w);

static inline struct postings_of words_postings(const struct words *w)
{
	struct postings_of of = { w->segment->count, w->average, w->norms.ptr };

	return of;
}

/* Walks words in ascending order, page by page. */
struct word_walk {
	const struct words *words;
	struct segment_in *in;
	uint32_t next; /* page still to load */
	bool loaded;   /* the one before it is */
	bool at_word;  /* the next word is in `page` already */
	struct buf stored;
	struct word_page page; /* page.word is the word */
};

void word_walk_init(struct word_walk *w, const struct words *words,
                    struct segment_in *in);
void word_walk_done(struct word_walk *w);
/* Make word_walk_next() deliver the first word that is not below `key`.  0 or
 * a failure. */
int word_walk_seek(struct word_walk *w, const void *key, size_t len,
                   struct fiche_error *err);
/* 0, FICHE_END or a failure. */
int word_walk_next(struct word_walk *w, struct fiche_error *err);
/* 0 with the walk at exactly this word, or FICHE_END. */
int word_walk_find(struct word_walk *w, const void *key, size_t len,
                   struct fiche_error *err);
/* Where the long list of the word is (page.long_len > 0). */
struct segment_part word_walk_long(const struct word_walk *w);
/*
 * Append all postings of the word to `out`, `shift` added to each idx; at most
 * once for each word.  `list` is scratch.
 */
struct posting_buf {
	struct posting *p;
	size_t count, cap;
};
int word_walk_postings(struct word_walk *w, uint32_t shift,
                       struct posting_buf *out, struct buf *list,
                       struct fiche_error *err);

#endif
