/* SPDX-License-Identifier: Apache-2.0 */
/* list_cursor.c - see list_cursor.h. */

#include "index/list_cursor.h"

#include <string.h>

#include "base/alloc.h"

static int begin(struct list_cursor *c, uint64_t count)
{
	memset(c, 0, offsetof(struct list_cursor, buffer));
	c->count = count;
	c->block_count = postings_block_count(count);
	c->block = LIST_END;
	c->table = alloc_resize(NULL, c->block_count, sizeof(*c->table));
	return c->table ? 0 : FICHE_ERR_NOMEM;
}

int list_cursor_coded(struct list_cursor *c, struct bytes coded, uint64_t count,
                      uint64_t records)
{
	if (begin(c, count) < 0)
		return FICHE_ERR_NOMEM;
	c->coded = coded;
	if (postings_table(c->table, count, coded, records))
		return 0;
	list_cursor_done(c);
	return FICHE_ERR_CORRUPT;
}

int list_cursor_plain(struct list_cursor *c, const struct posting *p,
                      uint64_t count, const struct postings_of *of)
{
	if (begin(c, count) < 0)
		return FICHE_ERR_NOMEM;
	c->plain = p;
	for (uint64_t i = 0; i < count; i++) {
		struct postings_block *b = &c->table[i / POSTINGS_BLOCK];
		uint8_t impact = posting_impact(
			&p[i], norm_to_length(of->norms[p[i].idx]),
			of->average);

		if (i % POSTINGS_BLOCK == 0)
			memset(b, 0, sizeof(*b));
		b->last = p[i].idx;
		b->impact = impact > b->impact ? impact : b->impact;
	}
	return 0;
}

void list_cursor_done(struct list_cursor *c)
{
	alloc_free(c->table);
	c->table = NULL;
}

/* The first block from `from` on that does not end below `target`. */
static uint32_t find_block(const struct list_cursor *c, uint32_t from,
                           uint32_t target)
{
	uint32_t lo = from, step = 1, hi;

	if (lo >= c->block_count || c->table[lo].last >= target)
		return lo;
	/* table[lo].last is below; most often the place is near. */
	while (step < c->block_count - lo &&
	       c->table[lo + step].last < target) {
		lo += step;
		step *= 2;
	}
	hi = step < c->block_count - lo ? lo + step : c->block_count;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (c->table[mid].last < target)
			lo = mid;
		else
			hi = mid;
	}
	return hi;
}

static void load(struct list_cursor *c, uint32_t block, bool counts)
{
	c->block = block;
	c->has_counts = counts;
	if (c->plain) {
		uint64_t first = (uint64_t)block * POSTINGS_BLOCK;
		uint64_t left = c->count - first;

		c->p = c->plain + first;
		c->n = left < POSTINGS_BLOCK ? (size_t)left : POSTINGS_BLOCK;
		c->has_counts = true;
		return;
	}
	c->p = c->buffer;
	c->n = postings_get_block(c->buffer, c->table, block, c->count,
	                          c->coded, counts);
	c->bad |= c->n == 0;
}

size_t list_block(struct list_cursor *c, uint32_t block, bool counts,
                  const struct posting **out)
{
	load(c, block, counts);
	*out = c->p;
	return c->n;
}

uint32_t list_seek(struct list_cursor *c, uint32_t target)
{
	uint32_t block = c->block == LIST_END ? 0 : c->block;

	if (c->bad)
		return LIST_END;
	block = find_block(c, block, target);
	if (block >= c->block_count)
		return LIST_END;
	if (block != c->block) {
		load(c, block, false);
		c->at = 0;
	}
	while (c->at < c->n && c->p[c->at].idx < target)
		c->at++;
	return c->at < c->n ? c->p[c->at].idx : LIST_END;
}

void list_load_counts(struct list_cursor *c)
{
	load(c, c->block, true);
}

uint8_t list_impact(struct list_cursor *c, uint32_t target, uint32_t *until)
{
	c->shallow = find_block(c, c->shallow, target);
	if (c->shallow >= c->block_count) {
		*until = LIST_END;
		return 0;
	}
	*until = c->table[c->shallow].last;
	return c->table[c->shallow].impact;
}
