/* SPDX-License-Identifier: Apache-2.0 */
/* merge_order.c - the components that stand in order: IDOR, KEYS, DORD. */

#include "index/merge.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "base/err.h"
#include "format/terms.h"

/* Digests and dates are wanted in another order than they stand in: up to this
 * many bytes of them are kept, so that not each costs the read of a page. */
#define KEEP_MAX ((uint64_t)128 << 20)

int merge_corrupt(struct merge *m, const struct part *p, const char *text)
{
	return err_set(m->err, FICHE_ERR_CORRUPT, p->s->offset, "%s", text);
}

/* ---- writing ---- */

int merge_flush(struct merge *m)
{
	int r = 0;

	if (!buf_ok(&m->pending))
		return err_nomem(m->err);
	if (m->pending.len > 0)
		r = m->out->write(m->out, m->pending.ptr, m->pending.len,
		                  m->err);
	m->written += m->pending.len;
	m->pending.len = 0;
	return r;
}

int merge_flush_full(struct merge *m)
{
	return m->pending.len >= MERGE_CHUNK || !buf_ok(&m->pending)
	               ? merge_flush(m)
	               : 0;
}

/* ---- reading ---- */

void entries_begin(struct entries *e, const struct segment_part *part,
                   uint64_t skip)
{
	e->at = part->at + skip;
	e->left = part->len - skip;
	e->chunk.len = 0;
	e->used = 0;
}

int entries_next(struct merge *m, struct part *p, size_t size,
                 const uint8_t **out)
{
	struct entries *e = &p->entries;

	if (e->used == e->chunk.len) {
		size_t len = MERGE_CHUNK / size * size;
		int r;

		if (e->left == 0)
			return FICHE_END;
		if (len > e->left)
			len = (size_t)e->left;
		if (!buf_reserve(&e->chunk, len))
			return err_nomem(m->err);
		r = p->in->read(p->in, e->at, e->chunk.ptr, len, m->err);
		if (r < 0)
			return r;
		e->chunk.len = len;
		e->at += len;
		e->left -= len;
		e->used = 0;
	}
	assert(e->chunk.len - e->used >= size);
	*out = e->chunk.ptr + e->used;
	e->used += size;
	return 0;
}

/* Read the bytes `wanted` of every part, if they are not too many. */
static int keep(struct merge *m)
{
	uint64_t total = 0;

	for (size_t i = 0; i < m->part_count; i++)
		total += m->part[i].wanted.len;
	for (size_t i = 0; i < m->part_count; i++) {
		struct part *p = &m->part[i];
		size_t len = (size_t)p->wanted.len;
		int r;

		p->kept.len = 0;
		if (total > KEEP_MAX || len == 0)
			continue;
		if (!buf_reserve(&p->kept, len))
			return err_nomem(m->err);
		r = p->in->read(p->in, p->wanted.at, p->kept.ptr, len, m->err);
		if (r < 0)
			return r;
		p->kept.len = len;
	}
	return 0;
}

/* ---- the heap of heads ---- */

/* Ties go to the lower record; a part's records are below the next part's. */
static bool before(const struct merge *m, size_t a, size_t b)
{
	const struct part *x = &m->part[m->heap[a]], *y = &m->part[m->heap[b]];
	int order = term_compare(x->key, x->key_len, y->key, y->key_len);

	return order != 0 ? order < 0 : m->heap[a] < m->heap[b];
}

static void swap(struct merge *m, size_t a, size_t b)
{
	size_t t = m->heap[a];

	m->heap[a] = m->heap[b];
	m->heap[b] = t;
}

static void sink(struct merge *m, size_t at)
{
	for (;;) {
		size_t least = at, child = 2 * at + 1;

		for (size_t c = child; c < child + 2 && c < m->heap_count;
		     c++) {
			if (before(m, c, least))
				least = c;
		}
		if (least == at)
			return;
		swap(m, at, least);
		at = least;
	}
}

int heap_fill(struct merge *m, int (*next)(struct merge *, struct part *))
{
	m->heap_count = 0;
	for (size_t i = 0; i < m->part_count; i++) {
		int r;

		m->part[i].started = false;
		r = next(m, &m->part[i]);
		if (r < 0)
			return r;
		if (r == 0)
			m->heap[m->heap_count++] = i;
	}
	for (size_t at = m->heap_count / 2; at-- > 0;)
		sink(m, at);
	return 0;
}

struct part *heap_least(const struct merge *m)
{
	return m->heap_count > 0 ? &m->part[m->heap[0]] : NULL;
}

int heap_advance(struct merge *m, int (*next)(struct merge *, struct part *))
{
	int r = next(m, heap_least(m));

	if (r < 0)
		return r;
	if (r > 0)
		m->heap[0] = m->heap[--m->heap_count];
	sink(m, 0);
	return 0;
}

/* ---- digests, keys, dates ---- */

/* Take a head whose key is fixed in length, if it stands in order. */
static int set_head(struct merge *m, struct part *p, const uint8_t *key,
                    size_t len, uint64_t idx, bool may_repeat)
{
	int order;

	if (p->started) {
		order = memcmp(key, p->key_bytes, len);
		if (order == 0)
			order = (idx > p->idx) - (idx < p->idx);
		if (order < 0 || (order == 0 && !may_repeat))
			return merge_corrupt(m, p, "index is not in order");
	}
	memcpy(p->key_bytes, key, len);
	p->key = p->key_bytes;
	p->key_len = len;
	p->idx = idx;
	p->started = true;
	return 0;
}

/* The next entry and the idx at its end. */
static int next_entry(struct merge *m, struct part *p, size_t size,
                      const uint8_t **entry, uint64_t *idx)
{
	size_t len = size + p->s->width;
	int r = entries_next(m, p, len, entry);

	if (r != 0)
		return r;
	*idx = get_uint(*entry + size, p->s->width);
	if (*idx >= p->s->count)
		return merge_corrupt(m, p,
		                     "index names a record that it lacks");
	return 0;
}

static int next_digest(struct merge *m, struct part *p)
{
	uint8_t digest[DIGEST_SIZE];
	const uint8_t *entry = NULL;
	uint64_t idx;
	int r = next_entry(m, p, 0, &entry, &idx);

	if (r != 0)
		return r;
	if (p->kept.len > 0) {
		memcpy(digest, p->kept.ptr + idx * DIGEST_SIZE, DIGEST_SIZE);
	} else {
		r = segment_digest(p->s, p->in, idx, digest, m->err);
		if (r < 0)
			return r;
	}
	return set_head(m, p, digest, DIGEST_SIZE, idx, false);
}

static int next_key(struct merge *m, struct part *p)
{
	const uint8_t *entry = NULL;
	uint64_t idx;
	int r = next_entry(m, p, KEY_SIZE, &entry, &idx);

	/* Keys of one record may agree in the bytes that are kept. */
	return r != 0 ? r : set_head(m, p, entry, KEY_SIZE, idx, true);
}

static int next_date(struct merge *m, struct part *p)
{
	const struct segment_column *col = &p->s->column[COLUMN_DATE];
	uint8_t key[8];
	const uint8_t *entry = NULL;
	uint64_t idx, date;
	int r = next_entry(m, p, 0, &entry, &idx);

	if (r != 0)
		return r;
	if (p->kept.len > 0) {
		date = col->base +
		       get_uint(p->kept.ptr + idx * col->width, col->width);
	} else {
		r = segment_column(p->s, p->in, COLUMN_DATE, idx, &date,
		                   m->err);
		if (r < 0)
			return r;
	}
	date ^= UINT64_C(1) << 63;
	for (unsigned i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(date >> (56 - 8 * i));
	return set_head(m, p, key, sizeof(key), idx, false);
}

static int merge_order(struct merge *m,
                       int (*next)(struct merge *, struct part *),
                       bool with_key)
{
	struct part *p;
	int r;

	buf_u8(&m->pending, (uint8_t)m->width);
	r = heap_fill(m, next);
	while (r == 0 && (p = heap_least(m)) != NULL) {
		if (with_key)
			buf_put(&m->pending, p->key, p->key_len);
		buf_uint(&m->pending, p->idx + p->shift, m->width);
		r = merge_flush_full(m);
		if (r == 0)
			r = heap_advance(m, next);
	}
	return r;
}

int merge_digests(struct merge *m)
{
	int r;

	for (size_t i = 0; i < m->part_count; i++) {
		struct part *p = &m->part[i];

		entries_begin(&p->entries, &p->s->idor, 1);
		p->wanted = p->s->digs;
	}
	r = keep(m);
	return r < 0 ? r : merge_order(m, next_digest, false);
}

int merge_keys(struct merge *m)
{
	for (size_t i = 0; i < m->part_count; i++)
		entries_begin(&m->part[i].entries, &m->part[i].s->keys, 1);
	return merge_order(m, next_key, true);
}

int merge_dates(struct merge *m)
{
	int r;

	for (size_t i = 0; i < m->part_count; i++) {
		struct part *p = &m->part[i];
		const struct segment_column *col = &p->s->column[COLUMN_DATE];

		entries_begin(&p->entries, &p->s->dord, 1);
		p->wanted.at = col->at;
		p->wanted.len = p->s->count * col->width;
	}
	r = keep(m);
	return r < 0 ? r : merge_order(m, next_date, false);
}
