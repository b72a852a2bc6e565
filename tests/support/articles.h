/* SPDX-License-Identifier: Apache-2.0 */
/*
 * articles.h - small news records, the same ones every time.
 *
 * The series of a seed mixes scripts, dates of every precision and none, tags,
 * exact duplicates, later versions of a URL, bodies that were seen before, and
 * lines that cannot be stored as cards.
 */
#ifndef SUPPORT_ARTICLES_H
#define SUPPORT_ARTICLES_H

#include "base/buf.h"

/* Append record `i` of a series as a JSON line without its line end; its text
 * has about `text_len` bytes. */
void articles_line(struct buf *out, unsigned seed, size_t i, size_t text_len);

/* The card and the bytes of a file, number `i` of the series. */
void articles_file(struct buf *card, struct buf *bytes, unsigned seed, size_t i,
                   size_t text_len);

/* SplitMix64, for choices that shall come out the same each time. */
uint64_t articles_random(uint64_t *state);

#endif
