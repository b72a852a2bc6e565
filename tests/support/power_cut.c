/* SPDX-License-Identifier: Apache-2.0 */
/* power_cut.c - see power_cut.h. */

#include "support/power_cut.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "format/section.h"
#include "support/articles.h"

#define SECTOR ((uint64_t)POWER_CUT_SECTOR)

enum fate { OLD, NEW, GARBAGE, PARTIAL, FATES };

void medium_init(struct medium *m, const void *bytes, size_t len, uint64_t seed)
{
	memset(m, 0, sizeof(*m));
	buf_put(&m->now, bytes, len);
	buf_put(&m->image, bytes, len);
	assert_true(buf_ok(&m->now) && buf_ok(&m->image));
	m->named = len > 0;
	m->durable = len;
	m->random = seed;
}

void medium_done(struct medium *m)
{
	buf_done(&m->now);
	buf_done(&m->image);
	alloc_free(m->write_end);
}

/* The first sector that is not surely there.  If a file ends within a sector,
 * what is written behind it may cost the whole sector. */
static uint64_t first_sector(const struct medium *m)
{
	return m->durable / SECTOR * SECTOR;
}

void medium_apply(struct medium *m, const struct io_logged *e)
{
	if (e->is_name) {
		m->named = true;
		return;
	}
	if (e->is_sync) {
		uint64_t first = first_sector(m);

		m->image.len = (size_t)first;
		buf_put(&m->image, m->now.ptr + first,
		        m->now.len - (size_t)first);
		assert_true(buf_ok(&m->image));
		m->durable = m->now.len;
		m->writes = 0;
		return;
	}
	assert_true(e->at >= m->now.len);
	buf_zeros(&m->now, (size_t)e->at - m->now.len);
	buf_put(&m->now, e->bytes, e->len);
	assert_true(buf_ok(&m->now));
	assert_int_equal(alloc_grow(&m->write_end, &m->writes_cap,
	                            m->writes + 1, sizeof(*m->write_end)),
	                 0);
	m->write_end[m->writes++] = m->now.len;
}

static uint64_t choose(struct medium *m, uint64_t n)
{
	return articles_random(&m->random) % n;
}

/* The file as it was durable, then zeros, until it is as long as `size`. */
static void begin(struct medium *m, uint64_t size)
{
	uint64_t first = first_sector(m);

	m->image.len = (size_t)first;
	buf_put(&m->image, m->now.ptr + first, (size_t)(m->durable - first));
	buf_zeros(&m->image, (size_t)(size - m->durable));
	assert_true(buf_ok(&m->image));
}

static void make_garbage(struct medium *m, uint64_t at, size_t n)
{
	uint8_t *to = m->image.ptr + at;

	/* Noise, or the same place of an earlier page. */
	if (choose(m, 2) && at >= COMMIT_ALIGN) {
		memcpy(to, m->now.ptr + at - COMMIT_ALIGN, n);
		return;
	}
	for (size_t i = 0; i < n; i += 8) {
		uint64_t noise = articles_random(&m->random);

		memcpy(to + i, &noise, n - i < 8 ? n - i : 8);
	}
}

/* What became of one sector of a file that has just begun. */
static void settle(struct medium *m, uint64_t at, enum fate fate)
{
	size_t n = m->image.len - at < SECTOR ? (size_t)(m->image.len - at)
	                                      : (size_t)SECTOR;
	uint64_t until = at + n;

	if (fate == PARTIAL)
		until = m->write_end[choose(m, m->writes)];
	if (fate == GARBAGE)
		make_garbage(m, at, n);
	else if (fate != OLD && until > at)
		memcpy(m->image.ptr + at, m->now.ptr + at,
		       until - at < n ? (size_t)(until - at) : n);
}

static void all_new(struct medium *m, uint64_t size)
{
	begin(m, size);
	memcpy(m->image.ptr + m->durable, m->now.ptr + m->durable,
	       (size_t)(size - m->durable));
}

/* All combinations of old, new and garbage. */
static void try_all(struct medium *m, size_t sectors, medium_state *each,
                    void *ctx)
{
	size_t combinations = 1;

	for (size_t i = 0; i < sectors; i++)
		combinations *= 3;
	for (size_t k = 0; k < combinations; k++) {
		size_t rest = k;

		begin(m, m->now.len);
		for (size_t i = 0; i < sectors; i++, rest /= 3)
			settle(m, first_sector(m) + i * SECTOR,
			       (enum fate)(rest % 3));
		each(ctx, m);
	}
}

/* All new but one sector, for each sector and each fate. */
static void try_all_but_one(struct medium *m, uint64_t step, medium_state *each,
                            void *ctx)
{
	for (uint64_t bad = first_sector(m); bad < m->now.len; bad += step)
		for (int fate = OLD; fate < FATES; fate++) {
			size_t n = m->now.len - bad < SECTOR
			                   ? m->now.len - (size_t)bad
			                   : (size_t)SECTOR;

			if (fate == NEW)
				continue;
			all_new(m, m->now.len);
			/* As it was before: durable bytes, then zeros. */
			for (uint64_t i = bad; i < bad + n; i++)
				if (i >= m->durable)
					m->image.ptr[i] = 0;
			settle(m, bad, (enum fate)fate);
			each(ctx, m);
		}
}

/* One combination: mostly new, mostly old, or anything. */
static void try_one(struct medium *m, uint64_t size, uint64_t odds)
{
	begin(m, size);
	for (uint64_t at = first_sector(m); at < size; at += SECTOR) {
		enum fate fate =
			choose(m, odds) ? NEW : (enum fate)choose(m, FATES);

		settle(m, at, fate);
	}
}

void medium_by_chance(struct medium *m)
{
	static const uint64_t odds[] = { 1, 2, 4, 16, 64, 256 };
	uint64_t more = m->now.len - m->durable;
	uint64_t size = m->now.len;

	if (more > 0 && choose(m, 4) == 0)
		size = m->durable + 1 + choose(m, more);
	try_one(m, size, odds[choose(m, sizeof(odds) / sizeof(odds[0]))]);
}

void medium_cut(struct medium *m, const struct cut_plan *plan,
                medium_state *each, void *ctx)
{
	size_t sectors =
		(size_t)((m->now.len - first_sector(m) + SECTOR - 1) / SECTOR);

	begin(m, m->durable);
	each(ctx, m);
	if (m->writes == 0)
		return;
	/* The size without the data, and the data up to any size. */
	for (size_t i = 0; i < m->writes; i += 1 + m->writes / plan->singles) {
		begin(m, m->write_end[i]);
		each(ctx, m);
		all_new(m, m->write_end[i]);
		each(ctx, m);
	}
	if (sectors <= plan->all_up_to) {
		try_all(m, sectors, each, ctx);
		return;
	}
	try_all_but_one(m, (sectors / plan->singles + 1) * SECTOR, each, ctx);
	for (size_t i = 0; i < plan->samples; i++) {
		medium_by_chance(m);
		each(ctx, m);
	}
}

/* ---- which states there were ---- */

uint64_t medium_hash(const struct medium *m)
{
	uint64_t first = first_sector(m);
	uint64_t h = first ^ (uint64_t)m->image.len << 32;

	for (size_t i = (size_t)first; i < m->image.len; i += 8) {
		uint64_t v = 0;

		memcpy(&v, m->image.ptr + i,
		       m->image.len - i < 8 ? m->image.len - i : 8);
		h = (h ^ v) * UINT64_C(0x9fb21c651e98df25);
		h ^= h >> 32;
	}
	h = articles_random(&h);
	return h ? h : 1; /* 0 is an empty slot */
}

static void put(struct distinct *d, uint64_t hash)
{
	size_t i = (size_t)hash & (d->cap - 1);

	while (d->slot[i] != 0)
		i = (i + 1) & (d->cap - 1);
	d->slot[i] = hash;
}

static void grow(struct distinct *d)
{
	struct distinct old = *d;

	d->cap = old.cap ? old.cap * 2 : 1024;
	d->slot = alloc_zeroed(d->cap, sizeof(*d->slot));
	assert_non_null(d->slot);
	for (size_t i = 0; i < old.cap; i++)
		if (old.slot[i] != 0)
			put(d, old.slot[i]);
	alloc_free(old.slot);
}

bool distinct_add(struct distinct *d, uint64_t hash)
{
	if (d->count * 3 >= d->cap * 2)
		grow(d);
	for (size_t i = (size_t)hash & (d->cap - 1); d->slot[i] != 0;
	     i = (i + 1) & (d->cap - 1))
		if (d->slot[i] == hash)
			return false;
	put(d, hash);
	d->count++;
	return true;
}

void distinct_done(struct distinct *d)
{
	alloc_free(d->slot);
	memset(d, 0, sizeof(*d));
}
