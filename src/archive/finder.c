/* SPDX-License-Identifier: Apache-2.0 */
/* finder.c - see finder.h. */

#include "archive/finder.h"

#include "base/alloc.h"
#include "base/err.h"

#define WAVE 8

struct finder {
	struct pool *pool;
	struct words_block *block[2][WAVE];
};

struct wave {
	struct indexing *indexing;
	struct words_block **now, **before;
	size_t first, before_count;
	int (*find)(void *ctx, size_t item, unsigned thread,
	            struct words_block *out, struct fiche_error *err);
	void *ctx;
};

struct finder *finder_new(struct pool *pool)
{
	struct finder *f = alloc_zeroed(1, sizeof(*f));

	if (!f)
		return NULL;
	f->pool = pool;
	for (size_t i = 0; i < 2 * WAVE; i++) {
		f->block[i / WAVE][i % WAVE] = words_block_new();
		if (!f->block[i / WAVE][i % WAVE]) {
			finder_free(f);
			return NULL;
		}
	}
	return f;
}

void finder_free(struct finder *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < 2 * WAVE; i++)
		words_block_free(f->block[i / WAVE][i % WAVE]);
	alloc_free(f);
}

static int add_wave(const struct wave *w, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->before_count; i++)
		r = indexing_words(w->indexing, w->before[i], err);
	return r;
}

/* Item 0 adds what the wave before has found, the others find. */
static int work(void *ctx, size_t item, unsigned thread,
                struct fiche_error *err)
{
	const struct wave *w = ctx;

	if (item == 0)
		return add_wave(w, err);
	words_block_clear(w->now[item - 1]);
	return w->find(w->ctx, w->first + item - 1, thread, w->now[item - 1],
	               err);
}

int finder_run(struct finder *f, struct indexing *x, size_t count,
               int (*find)(void *ctx, size_t item, unsigned thread,
                           struct words_block *out, struct fiche_error *err),
               void *ctx, struct fiche_error *err)
{
	struct wave w = { .indexing = x, .find = find, .ctx = ctx };
	unsigned turn = 0;
	int r = 0;

	for (; r == 0 && w.first < count; turn ^= 1) {
		size_t n = count - w.first < WAVE ? count - w.first : WAVE;

		w.now = f->block[turn];
		w.before = f->block[turn ^ 1];
		r = pool_run(f->pool, n + 1, work, &w, err);
		w.first += n;
		w.before_count = n;
	}
	w.before = f->block[turn ^ 1];
	return r == 0 ? add_wave(&w, err) : r;
}
