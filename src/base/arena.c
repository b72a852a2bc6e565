/* SPDX-License-Identifier: Apache-2.0 */
/* arena.c - chunks of at least 16 KiB, taken from the front; see arena.h. */

#include "base/arena.h"

#include <stdalign.h>
#include <stdint.h>
#include <string.h>

#include "base/alloc.h"

#define CHUNK_MIN ((size_t)16 << 10)

struct arena_chunk {
	struct arena_chunk *next;
	size_t cap;
	alignas(max_align_t) unsigned char bytes[];
};

void *arena_take(struct arena *a, size_t len)
{
	const size_t align = alignof(max_align_t);
	struct arena_chunk *c = a->first;
	size_t cap;

	if (len > PTRDIFF_MAX - CHUNK_MIN)
		return NULL;
	len = (len + align - 1) / align * align;
	if (!c || len > c->cap - a->used) {
		cap = len > CHUNK_MIN ? len : CHUNK_MIN;
		c = alloc_bytes(sizeof(*c) + cap);
		if (!c)
			return NULL;
		c->next = a->first;
		c->cap = cap;
		a->first = c;
		a->used = 0;
	}
	a->used += len;
	return c->bytes + a->used - len;
}

char *arena_strndup(struct arena *a, const char *text, size_t len)
{
	char *copy = arena_take(a, len + 1);

	if (copy) {
		if (len)
			memcpy(copy, text, len);
		copy[len] = '\0';
	}
	return copy;
}

static void free_from(struct arena_chunk *c)
{
	while (c) {
		struct arena_chunk *next = c->next;

		alloc_free(c);
		c = next;
	}
}

void arena_reset(struct arena *a)
{
	if (a->first) {
		free_from(a->first->next);
		a->first->next = NULL;
	}
	a->used = 0;
}

void arena_done(struct arena *a)
{
	free_from(a->first);
	memset(a, 0, sizeof(*a));
}
