/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc.h - all memory of libfiche.
 *
 * Sizes are checked for overflow, and a test can make the n-th allocation of
 * the calling thread fail, once or for ever.  Everything obtained here is
 * released with alloc_free(), which accepts NULL.
 */
#ifndef BASE_ALLOC_H
#define BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

/* Uninitialised; NULL when out of memory.  A size of 0 is taken as 1. */
void *alloc_bytes(size_t len);
/* `count` zeroed elements of `size` bytes. */
void *alloc_zeroed(size_t count, size_t size);
/* Resize to `count` elements of `size` bytes; on failure `old` stays valid. */
void *alloc_resize(void *old, size_t count, size_t size);
/* A copy with a NUL behind it. */
char *alloc_strndup(const char *text, size_t len);
void alloc_free(void *ptr);

/*
 * Make room for `need` elements in the array at *items (of *cap elements of
 * `size` bytes), growing by half.  Returns 0 or FICHE_ERR_NOMEM; on failure the
 * array is unchanged.
 */
int alloc_grow(void *items, size_t *cap, size_t need, size_t size);

/*
 * Tests only.  Let the allocation after the next `countdown` ones fail, in any
 * thread; `for_ever` makes all later ones fail too.  A negative countdown turns
 * it off.  alloc_faults_fired() counts failures delivered since.
 */
void alloc_fail_after(long countdown, bool for_ever);
unsigned long alloc_faults_fired(void);

#endif
