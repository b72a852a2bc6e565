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

bool doclist_next(struct doclist *l, uint64_t *start, uint64_t *len)
{
	uint64_t v, run = 1;

	if (l->bad || l->c.left == 0) {
		l->bad |= l->c.failed;
		return false;
	}
	/* Most lists are of single records that are near each other. */
	if ((l->c.at[0] & 0x81) == 0 && l->c.at[0] >> 1 < l->end - l->next) {
		*start = l->next + (l->c.at[0] >> 1);
		*len = 1;
		l->next = *start + 1;
		l->c.at++;
		l->c.left--;
		return true;
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
