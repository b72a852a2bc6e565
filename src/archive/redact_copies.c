/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redact_copies.c - see redact_copies.h.
 *
 * A body is there once for all that share it, or several times where archives
 * were merged.  So the lengths in the index choose, and the bytes decide.
 */

#include "archive/redact_copies.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"

#define CHUNK 8192 /* lengths read at once */

/* The body of a record that is to go. */
struct wanted {
	uint64_t len, number;
	uint8_t sha256[32];
};

struct copies {
	struct fiche_view *view;
	const uint64_t *numbers;
	size_t count;
	struct wanted *wanted; /* by length, then as they stand */
	size_t wanted_count;
	uint64_t *lens;
	void (*each)(void *ctx, uint64_t number, uint64_t of);
	void *ctx;
};

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int by_len(const void *a, const void *b)
{
	const struct wanted *x = a, *y = b;

	if (x->len != y->len)
		return x->len < y->len ? -1 : 1;
	return by_number(&x->number, &y->number);
}

static int hash_body(struct copies *c, uint64_t number, uint64_t *len,
                     uint8_t out[32], struct fiche_error *err)
{
	struct fiche_text body;
	int r = view_body(c->view, number, &body, err);

	if (r < 0)
		return r;
	*len = body.len;
	return sha256_of(out, body.ptr, body.len) < 0 ? err_nomem(err) : 0;
}

static int find_wanted(struct copies *c, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->count; i++) {
		struct wanted *w = &c->wanted[c->wanted_count];

		w->number = c->numbers[i];
		r = hash_body(c, w->number, &w->len, w->sha256, err);
		c->wanted_count += r == 0 && w->len >= KEY_BODY_MIN;
	}
	if (c->wanted_count > 1)
		qsort(c->wanted, c->wanted_count, sizeof(*c->wanted), by_len);
	return r;
}

/* The first that is as long, or NULL. */
static const struct wanted *find_len(const struct copies *c, uint64_t len)
{
	size_t lo = 0, hi = c->wanted_count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->wanted[mid].len < len)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < c->wanted_count && c->wanted[lo].len == len ? &c->wanted[lo]
	                                                        : NULL;
}

static int look_at(struct copies *c, uint64_t number, const struct wanted *w,
                   struct fiche_error *err)
{
	const struct wanted *end = c->wanted + c->wanted_count;
	uint8_t hash[32];
	uint64_t len;
	int r;

	if (bsearch(&number, c->numbers, c->count, sizeof(number), by_number))
		return 0;
	r = hash_body(c, number, &len, hash, err);
	for (; r == 0 && w < end && w->len == len; w++)
		if (memcmp(hash, w->sha256, sizeof(hash)) == 0) {
			c->each(c->ctx, number, w->number);
			break;
		}
	return r;
}

static int walk_segment(struct copies *c, const struct reader_segment *s,
                        struct fiche_error *err)
{
	union view_in in;
	uint64_t n = 0;
	int r = 0;

	for (uint64_t idx = 0; r == 0 && idx < s->segment.count; idx += n) {
		n = s->segment.count - idx < CHUNK ? s->segment.count - idx
		                                   : CHUNK;
		r = segment_columns(&s->segment, view_in_init(&in, c->view, s),
		                    COLUMN_BODY_LEN, idx, n, c->lens, err);
		for (uint64_t i = 0; r == 0 && i < n; i++) {
			const struct wanted *w = find_len(c, c->lens[i]);

			if (w)
				r = look_at(c, s->where.first_record + idx + i,
				            w, err);
		}
	}
	return r;
}

int redact_copies(struct fiche_reader *r, const uint64_t *numbers, size_t count,
                  void (*each)(void *ctx, uint64_t number, uint64_t of),
                  void *ctx, struct fiche_error *err)
{
	struct copies c = { .view = fiche_view_new(r),
		            .numbers = numbers,
		            .count = count,
		            .each = each,
		            .ctx = ctx };
	int status = 0;

	c.wanted = alloc_zeroed(count, sizeof(*c.wanted));
	c.lens = alloc_zeroed(CHUNK, sizeof(*c.lens));
	if (!c.view || !c.wanted || !c.lens)
		status = err_nomem(err);
	if (status == 0)
		status = find_wanted(&c, err);
	for (size_t i = 0;
	     status == 0 && c.wanted_count > 0 && i < r->segment_count; i++) {
		const struct reader_segment *s;

		status = reader_segment(r, c.view, i, false, &s, err);
		if (status == 0)
			status = walk_segment(&c, s, err);
	}
	fiche_view_free(c.view);
	alloc_free(c.wanted);
	alloc_free(c.lens);
	return status;
}
