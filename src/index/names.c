/* SPDX-License-Identifier: Apache-2.0 */
/* names.c - an intern table of terms; see names.h. */

#include "index/names.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "format/terms.h"

#define SLOTS_MIN 64

void names_done(struct names *n)
{
	for (size_t i = 0; i < n->count; i++)
		buf_done(&n->name[i].list);
	alloc_free(n->name);
	alloc_free(n->slot);
	arena_done(&n->arena);
	memset(n, 0, sizeof(*n));
}

size_t names_memory(const struct names *n)
{
	return n->cap * sizeof(*n->name) + n->slot_count * sizeof(*n->slot) +
	       n->text_size + n->list_size;
}

/* The address of the table makes collisions hard to prepare; the order of
 * what is written does not depend on hashes. */
static uint64_t hash(const struct names *n, char field, const char *text,
                     size_t len)
{
	uint64_t h = (uint64_t)(uintptr_t)n ^ UINT64_C(0xcbf29ce484222325);

	h = (h ^ (uint8_t)field) * UINT64_C(0x100000001b3);
	for (size_t i = 0; i < len; i++)
		h = (h ^ (uint8_t)text[i]) * UINT64_C(0x100000001b3);
	h ^= h >> 32;
	h *= UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static void enter(struct names *n, uint64_t h, uint32_t entry)
{
	size_t at = (size_t)h & (n->slot_count - 1);

	while (n->slot[at] != 0)
		at = (at + 1) & (n->slot_count - 1);
	n->slot[at] = entry;
}

/* Keep at least half of the slots free. */
static int make_room(struct names *n)
{
	size_t want = n->slot_count ? n->slot_count * 2 : SLOTS_MIN;
	uint32_t *slot;

	if (n->count >= UINT32_MAX - 1)
		return FICHE_ERR_NOMEM;
	if (alloc_grow(&n->name, &n->cap, n->count + 1, sizeof(*n->name)) < 0)
		return FICHE_ERR_NOMEM;
	if ((n->count + 1) * 2 <= n->slot_count)
		return 0;
	slot = alloc_zeroed(want, sizeof(*slot));
	if (!slot)
		return FICHE_ERR_NOMEM;
	alloc_free(n->slot);
	n->slot = slot;
	n->slot_count = want;
	for (size_t i = 0; i < n->count; i++)
		enter(n, n->name[i].hash, (uint32_t)i + 1);
	return 0;
}

/* 1 + index, or 0. */
static uint32_t find(const struct names *n, uint64_t h, char field,
                     const char *text, size_t len)
{
	size_t at = (size_t)h & (n->slot_count - 1);

	for (; n->slot[at] != 0; at = (at + 1) & (n->slot_count - 1)) {
		const struct name *m = &n->name[n->slot[at] - 1];

		if (m->hash == h && m->len == len + 1 &&
		    m->key[0] == (uint8_t)field &&
		    memcmp(m->key + 1, text, len) == 0)
			return n->slot[at];
	}
	return 0;
}

int names_add(struct names *n, char field, const struct fiche_text *text,
              uint64_t idx, uint32_t *out)
{
	size_t len = text->len < TERM_KEY_MAX ? text->len : TERM_KEY_MAX - 1;
	struct name *m;
	uint64_t h;
	uint32_t at;
	size_t before;

	if (len == 0) {
		*out = 0;
		return 0;
	}
	h = hash(n, field, text->ptr, len);
	at = n->slot_count ? find(n, h, field, text->ptr, len) : 0;
	if (at == 0) {
		uint8_t *key;

		if (make_room(n) < 0)
			return FICHE_ERR_NOMEM;
		key = arena_take(&n->arena, len + 1);
		if (!key)
			return FICHE_ERR_NOMEM;
		key[0] = (uint8_t)field;
		memcpy(key + 1, text->ptr, len);
		m = &n->name[n->count++];
		memset(m, 0, sizeof(*m));
		m->key = key;
		m->len = (uint32_t)len + 1;
		m->hash = h;
		n->text_size += len + 16;
		at = (uint32_t)n->count;
		enter(n, h, at);
	}
	m = &n->name[at - 1];
	*out = at;
	if (m->docs.len > 0 && m->docs.start + m->docs.len == idx + 1)
		return 0;
	before = m->list.cap;
	doclist_add(&m->docs, &m->list, idx);
	n->list_size += m->list.cap - before;
	return buf_ok(&m->list) ? 0 : FICHE_ERR_NOMEM;
}

static int by_key(const void *a, const void *b)
{
	struct name *const *x = a, *const *y = b;

	return term_compare((*x)->key, (*x)->len, (*y)->key, (*y)->len);
}

int names_finish(struct names *n, struct buf *term, struct buf *post)
{
	struct terms_writer w = { 0 };
	struct name **order;
	uint32_t ordinal = 0;
	bool ok;

	order = alloc_resize(NULL, n->count, sizeof(struct name *));
	if (!order)
		return FICHE_ERR_NOMEM;
	for (size_t i = 0; i < n->count; i++)
		order[i] = &n->name[i];
	/* Keys differ, so there is one order. */
	qsort(order, n->count, sizeof(struct name *), by_key);
	for (size_t i = 0; i < n->count; i++) {
		struct name *m = order[i];
		struct doclist_writer docs = m->docs;
		size_t at = post->len;

		if (i == 0 || order[i - 1]->key[0] != m->key[0])
			ordinal = 0;
		m->ordinal = ++ordinal;
		buf_put(post, m->list.ptr, m->list.len);
		doclist_finish(&docs, post);
		terms_add(&w, m->key, m->len, docs.count, post->len - at);
	}
	ok = terms_finish(&w, term) && buf_ok(post);
	terms_writer_done(&w);
	alloc_free(order);
	return ok ? 0 : FICHE_ERR_NOMEM;
}
