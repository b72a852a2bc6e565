/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doclist.c - records of one source stand together, so a list is a few runs.
 */

#include "format/doclist.h"

static void flush_run(struct doclist_writer *w, struct buf *out)
{
	if (w->len == 0)
		return;
	buf_varint(out, (w->start - w->next) << 1 | (w->len > 1));
	if (w->len > 1)
		buf_varint(out, w->len - 2);
	w->next = w->start + w->len;
	w->len = 0;
}

void doclist_add_run(struct doclist_writer *w, struct buf *out, uint64_t doc,
                     uint64_t len)
{
	if (w->len == 0 || doc != w->start + w->len) {
		flush_run(w, out);
		w->start = doc;
	}
	w->len += len;
	w->count += len;
}

void doclist_add(struct doclist_writer *w, struct buf *out, uint64_t doc)
{
	doclist_add_run(w, out, doc, 1);
}

void doclist_finish(struct doclist_writer *w, struct buf *out)
{
	flush_run(w, out);
}

void doclist_init(struct doclist *l, const void *bytes, size_t len,
                  uint64_t end)
{
	cursor_init(&l->c, bytes, len);
	l->next = 0;
	l->end = end;
	l->bad = false;
}

/* A varint of one or two bytes, or of three, without calls; 0: something else.
 */
static size_t short_varint(const uint8_t *at, size_t left, uint64_t *out)
{
	if (left < 3)
		return 0;
	*out = at[0] & 127u;
	if (at[0] < 128)
		return 1;
	*out |= (uint64_t)(at[1] & 127u) << 7;
	if (at[1] < 128)
		return at[1] > 0 ? 2 : 0;
	*out |= (uint64_t)(at[2] & 127u) << 14;
	return at[2] > 0 && at[2] < 128 ? 3 : 0;
}

uint64_t doclist_count(struct doclist *l, const uint64_t *bits, uint64_t base)
{
	uint64_t n = 0, start, len, v;
	size_t size;

	for (;;) {
		/* Most runs are single records. */
		while ((size = short_varint(l->c.at, l->c.left, &v)) > 0 &&
		       (v & 1) == 0 && v >> 1 < l->end - l->next) {
			start = base + l->next + (v >> 1);
			n += bits[start / 64] >> start % 64 & 1;
			l->next += (v >> 1) + 1;
			l->c.at += size;
			l->c.left -= size;
		}
		if (!doclist_next(l, &start, &len))
			return n;
		for (uint64_t i = base + start; i < base + start + len; i++)
			n += bits[i / 64] >> i % 64 & 1;
	}
}

bool doclist_next(struct doclist *l, uint64_t *start, uint64_t *len)
{
	uint64_t v, run = 1;

	if (l->bad || l->c.left == 0) {
		l->bad |= l->c.failed;
		return false;
	}
	v = cursor_varint(&l->c);
	if (v & 1) {
		run = cursor_varint(&l->c);
		run = run > UINT64_MAX - 2 ? 0 : run + 2;
	}
	v >>= 1;
	if (!cursor_ok(&l->c) || run == 0 || v >= l->end - l->next ||
	    run > l->end - l->next - v) {
		l->bad = true;
		return false;
	}
	*start = l->next + v;
	*len = run;
	l->next = *start + run;
	return true;
}
