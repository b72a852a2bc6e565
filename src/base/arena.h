/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - many small things that die together.
 *
 * A zeroed struct is an empty arena.  Memory is aligned for any type and stays
 * where it is until arena_reset() or arena_done().
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

struct arena {
	struct arena_chunk *first; /* newest chunk */
	size_t used;               /* bytes taken of it */
};

/* NULL when out of memory. */
void *arena_take(struct arena *a, size_t len);
/* A copy, NUL behind it. */
char *arena_strndup(struct arena *a, const char *text, size_t len);
/* Forget everything, keep one chunk for the next use. */
void arena_reset(struct arena *a);
void arena_done(struct arena *a);

#endif
