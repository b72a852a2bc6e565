/* SPDX-License-Identifier: Apache-2.0 */
/*
 * texts.h - made-up articles with many words, a few of them common and most
 * rare, in scripts with and without spaces; the same ones every time.
 */
#ifndef SUPPORT_TEXTS_H
#define SUPPORT_TEXTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "fiche/article.h"

/* A number below `below`, which is above 0. */
uint64_t texts_any(uint64_t *state, uint64_t below);

/* Append the word of a rank, as an article writes it.  Ranks that follow each
 * other are of several scripts. */
void texts_word(struct buf *out, size_t rank);
/* A rank below `words`: each next half of them comes as often as those before
 * it together. */
size_t texts_rank(uint64_t *state, size_t words);
/* Append `count` words of the first `words` ranks, with what stands between
 * words: blanks, commas, ends of sentences and paragraphs. */
void texts_some(struct buf *out, uint64_t *state, size_t words, size_t count);

/* Articles in memory. */
struct texts {
	struct fiche_article *article;
	size_t count;
	struct arena arena;
};

/* Titles of up to 8 words, texts of up to `length`, up to 4 tags; some of them
 * empty, or with nothing that is a word.  Aborts without memory. */
void texts_make(struct texts *out, uint64_t seed, size_t count, size_t words,
                size_t length);
void texts_done(struct texts *t);

#endif
