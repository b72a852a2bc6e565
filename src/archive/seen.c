/* SPDX-License-Identifier: Apache-2.0 */
/* seen.c - open addressing, linear probing, at most three quarters full. */

#include "archive/seen.h"

#include <string.h>

#include "base/alloc.h"
#include "base/cursor.h"

#define FREE UINT64_MAX

static struct seen_entry *slot(struct seen_entry *entry, size_t cap,
                               const uint64_t key[2])
{
	size_t i = (size_t)key[0] & (cap - 1);

	while (entry[i].number != FREE &&
	       (entry[i].key[0] != key[0] || entry[i].key[1] != key[1]))
		i = (i + 1) & (cap - 1);
	return &entry[i];
}

static void key_of(uint64_t key[2], const uint8_t hash[32])
{
	key[0] = get_u64(hash);
	key[1] = get_u64(hash + 8);
}

struct seen_entry *seen_find(const struct seen *s, const uint8_t hash[32])
{
	struct seen_entry *e;
	uint64_t key[2];

	if (s->cap == 0)
		return NULL;
	key_of(key, hash);
	e = slot(s->entry, s->cap, key);
	return e->number == FREE ? NULL : e;
}

static bool grow(struct seen *s)
{
	size_t cap = s->cap ? s->cap * 2 : 1024;
	struct seen_entry *bigger = alloc_resize(NULL, cap, sizeof(*bigger));

	if (!bigger)
		return false;
	for (size_t i = 0; i < cap; i++)
		bigger[i].number = FREE;
	for (size_t i = 0; i < s->cap; i++)
		if (s->entry[i].number != FREE)
			*slot(bigger, cap, s->entry[i].key) = s->entry[i];
	alloc_free(s->entry);
	s->entry = bigger;
	s->cap = cap;
	return true;
}

struct seen_entry *seen_put(struct seen *s, const uint8_t hash[32],
                            uint64_t number, int64_t time)
{
	struct seen_entry *e;
	uint64_t key[2];

	if (s->count >= s->cap / 4 * 3 && !grow(s))
		return NULL;
	key_of(key, hash);
	e = slot(s->entry, s->cap, key);
	if (e->number == FREE)
		s->count++;
	memcpy(e->key, key, sizeof(key));
	e->number = number;
	e->time = time;
	return e;
}

void seen_clear(struct seen *s)
{
	for (size_t i = 0; i < s->cap; i++)
		s->entry[i].number = FREE;
	s->count = 0;
}

void seen_done(struct seen *s)
{
	alloc_free(s->entry);
	memset(s, 0, sizeof(*s));
}
