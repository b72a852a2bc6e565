/* SPDX-License-Identifier: Apache-2.0 */
/*
 * news.h - made-up news, as many articles as one asks for.
 *
 * What makes searching hard is in them: words by Zipf's law, some in every
 * article and most in hardly any; topics that have words of their own and come
 * in waves; names that stand next to each other; 200 sources, 20,000 tags,
 * dates over fifteen years, texts from a few lines to many pages.  The same
 * count and seed give the same articles.
 */
#ifndef BENCH_NEWS_H
#define BENCH_NEWS_H

#include <stddef.h>
#include <stdint.h>

struct news;

/* NULL when out of memory. */
struct news *news_new(uint64_t count, uint64_t seed);
/*
 * The next article: a JSON object and a line end, valid until the next call.
 * NULL behind the last.
 */
const char *news_next(struct news *n, size_t *len);
/* Accepts NULL. */
void news_free(struct news *n);

#endif
