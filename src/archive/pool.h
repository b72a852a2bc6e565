/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pool.h - run the same work over many items on several threads.
 *
 * Results depend on the item alone, never on which thread did it: that is what
 * keeps an archive's bytes the same whatever the number of threads.
 */
#ifndef ARCHIVE_POOL_H
#define ARCHIVE_POOL_H

#include <stddef.h>

#include "fiche/error.h"

struct pool;

/* `threads` 0: one for each processor.  NULL: out of memory. */
struct pool *pool_new(unsigned threads);
void pool_free(struct pool *p);
/* Including the calling thread. */
unsigned pool_threads(const struct pool *p);

/*
 * Call work(ctx, item, thread, err) for item 0 .. count-1, each once; thread is
 * below pool_threads() and never used by two calls at once.  After a failure no
 * new items are begun.  Returns 0 or the failure of the lowest failed item.
 */
int pool_run(struct pool *p, size_t count,
             int (*work)(void *ctx, size_t item, unsigned thread,
                         struct fiche_error *err),
             void *ctx, struct fiche_error *err);

#endif
