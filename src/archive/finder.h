/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finder.h - the words of many records, on several threads.
 *
 * Blocks are taken in waves: while the words of one wave are found, those of
 * the wave before are added to the index, in order.
 */
#ifndef ARCHIVE_FINDER_H
#define ARCHIVE_FINDER_H

#include <stddef.h>

#include "archive/indexing.h"
#include "archive/pool.h"

struct finder;

/* `pool` is borrowed.  NULL: out of memory. */
struct finder *finder_new(struct pool *pool);
void finder_free(struct finder *f);

/*
 * Let `find` put the words of each item's records into *out, which is empty,
 * for item 0 .. count-1, and add all of them to `x`.  `thread` as in pool.h.
 */
int finder_run(struct finder *f, struct indexing *x, size_t count,
               int (*find)(void *ctx, size_t item, unsigned thread,
                           struct words_block *out, struct fiche_error *err),
               void *ctx, struct fiche_error *err);

#endif
