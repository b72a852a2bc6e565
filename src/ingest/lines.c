/* SPDX-License-Identifier: Apache-2.0 */
/* lines.c - records are handed out where read() put them, without a copy. */
#include "ingest/lines.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define CHUNK ((size_t)256 << 10)
#define KEEP_MAX                                                               \
	((size_t)4 << 20) /* memory kept from one input to the next            \
	                   */

void lines_begin(struct lines *l, struct stream *s, size_t max)
{
	struct lines fresh = { .stream = s, .max = max };

	if (l->cap > KEEP_MAX)
		lines_done(l);
	fresh.ptr = l->ptr;
	fresh.cap = l->cap;
	*l = fresh;
}

void lines_done(struct lines *l)
{
	alloc_free(l->ptr);
	l->ptr = NULL;
	l->cap = 0;
	l->at = l->len = 0;
}

/* Room for a read behind what is kept.  At most `max` and a bit is kept, so
 * doubling stops at the bound. */
static int make_room(struct lines *l, struct fiche_error *err)
{
	size_t cap = l->cap;
	uint8_t *grown;

	/* Not before it must be: what is kept may be long, and what is taken
	 * at a time short. */
	if (cap - l->len >= STREAM_READ_MIN)
		return 0;
	if (l->at > 0) {
		l->len -= l->at;
		memmove(l->ptr, l->ptr + l->at, l->len);
		l->at = 0;
	}
	if (cap - l->len >= STREAM_READ_MIN)
		return 0;
	cap = cap == 0 ? CHUNK : 2 * cap;
	if (cap > l->max + CHUNK)
		cap = l->max + CHUNK;
	if (cap - l->len < STREAM_READ_MIN)
		cap = l->len + STREAM_READ_MIN;
	grown = alloc_resize(l->ptr, cap, 1);
	if (grown == NULL)
		return err_nomem(err);
	l->ptr = grown;
	l->cap = cap;
	return 0;
}

int lines_fill(struct lines *l, struct fiche_error *err)
{
	size_t got;
	int r;

	if (l->end != 0)
		return FICHE_END;
	r = make_room(l, err);
	if (r < 0)
		return r;
	r = stream_read(l->stream, l->ptr + l->len, l->cap - l->len, &got,
	                &l->why);
	if (r < 0 && stream_halted(l->stream))
		return err_copy(err, &l->why);
	if (r != 0) {
		l->end = r;
		return FICHE_END;
	}
	l->len += got;
	l->total += got;
	return 0;
}

int lines_want(struct lines *l, size_t want, struct fiche_error *err)
{
	if (want > l->max)
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "longer than a record may be");
	while (l->len - l->at < want) {
		int r = lines_fill(l, err);

		if (r < 0)
			return r;
		if (r == FICHE_END)
			break;
	}
	return 0;
}

/* Hand out `len` bytes and go `skip` bytes behind them. */
static int give(struct lines *l, struct line *out, size_t len, size_t skip)
{
	out->ptr = l->ptr + l->at;
	out->len = len;
	out->number = l->number;
	l->at += len + skip;
	l->scanned = 0;
	return 0;
}

/* A line ended: with LF (skip 1) or with the stream (skip 0). */
static int give_line(struct lines *l, struct line *out, size_t len, size_t skip)
{
	if (!l->in_long)
		l->number++;
	out->is_long = l->in_long || len > l->max;
	out->is_last = true;
	l->in_long = false;
	return give(l, out, len, skip);
}

/* A piece of a long line, more to follow. */
static int give_piece(struct lines *l, struct line *out, size_t len)
{
	if (!l->in_long)
		l->number++;
	out->is_long = true;
	out->is_last = false;
	l->in_long = true;
	return give(l, out, len, 0);
}

static int ended(struct lines *l, struct line *out, struct fiche_error *err)
{
	bool keep = l->at < l->len && !stream_stopped(l->stream);

	if (keep)
		return give_line(l, out, l->len - l->at, 0);
	l->at = l->len;
	if (l->in_long)
		return give_line(l, out, 0, 0);
	return l->end < 0 ? err_copy(err, &l->why) : l->end;
}

int lines_next(struct lines *l, struct line *out, struct fiche_error *err)
{
	for (;;) {
		size_t left = l->len - l->at;
		int r;

		if (left > l->scanned) {
			const uint8_t *from = l->ptr + l->at;
			const uint8_t *lf = memchr(from + l->scanned, '\n',
			                           left - l->scanned);

			if (lf != NULL)
				return give_line(l, out, (size_t)(lf - from),
				                 1);
			if (left > l->max || l->in_long)
				return give_piece(l, out, left);
		}
		l->scanned = left;
		r = lines_fill(l, err);
		if (r < 0)
			return r;
		if (r == FICHE_END)
			return ended(l, out, err);
	}
}

int lines_whole(struct lines *l, const uint8_t **ptr, size_t *len,
                struct fiche_error *err)
{
	int r = 0;

	while (r == 0) {
		if (l->len - l->at > l->max)
			return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
			               "longer than a record may be");
		r = lines_fill(l, err);
	}
	if (r < 0)
		return r;
	if (l->end < 0)
		return err_copy(err, &l->why);
	if (stream_stopped(l->stream))
		return FICHE_END;
	*ptr = l->ptr + l->at;
	*len = l->len - l->at;
	return 0;
}
