/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_wire.c - frames, there and back; see bundle_wire.h. */
#include "ingest/bundle_wire.h"

#include <stdbool.h>
#include <string.h>

#include "base/cursor.h"
#include "base/err.h"

#define MEMBER_HEAD ((size_t)9)
#define END_HEAD    ((size_t)9)
#define DONE_HEAD   ((size_t)1)

/* The bounds of what stands behind the head of a frame. */
static const struct {
	size_t least, most;
} bounds[] = {
	[WIRE_MEMBER] = { MEMBER_HEAD, MEMBER_HEAD + WIRE_PATH_MAX },
	[WIRE_DATA] = { 1, WIRE_DATA_MAX },
	[WIRE_END] = { END_HEAD, END_HEAD + WIRE_TEXT_MAX },
	[WIRE_NOTE] = { 0, WIRE_TEXT_MAX },
	[WIRE_DONE] = { DONE_HEAD, DONE_HEAD + WIRE_TEXT_MAX },
};

static int nonsense(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
	               "its confined reader answers nonsense");
}

/* Go on to the state behind the frame; false if it cannot stand here. */
static bool go(struct wire *w, const struct wire_frame *f)
{
	switch (f->kind) {
	case WIRE_MEMBER:
		if (w->state != WIRE_BETWEEN)
			return false;
		if (f->what == WIRE_FILE)
			w->state = WIRE_INSIDE;
		return true;
	case WIRE_DATA:
		return w->state == WIRE_INSIDE;
	case WIRE_END:
		if (w->state != WIRE_INSIDE)
			return false;
		w->state = WIRE_BETWEEN;
		return true;
	case WIRE_NOTE:
		return w->state == WIRE_BETWEEN;
	case WIRE_DONE:
		if (w->state != WIRE_BETWEEN)
			return false;
		w->state = WIRE_OVER;
		return true;
	}
	return false;
}

static struct fiche_text rest(struct cursor *c)
{
	struct bytes b = cursor_take(c, c->left);

	return (struct fiche_text){ (const char *)b.ptr, b.len };
}

static bool fields(struct wire_frame *f, struct cursor *c)
{
	struct bytes b;

	switch (f->kind) {
	case WIRE_MEMBER:
		f->what = (enum wire_what)cursor_u8(c);
		f->size = cursor_u64(c);
		f->text = rest(c);
		break;
	case WIRE_DATA:
		b = cursor_take(c, c->left);
		f->ptr = b.ptr;
		f->len = b.len;
		break;
	case WIRE_END:
		f->status = (enum wire_status)cursor_u8(c);
		f->read = cursor_u64(c);
		f->text = rest(c);
		break;
	case WIRE_NOTE:
		f->text = rest(c);
		break;
	case WIRE_DONE:
		f->status = (enum wire_status)cursor_u8(c);
		f->text = rest(c);
		break;
	}
	return cursor_done(c) && f->what < WIRE_WHATS &&
	       f->status < WIRE_STATUSES;
}

int wire_decode(struct wire *w, struct wire_frame *out, const uint8_t *bytes,
                size_t len, size_t *used, struct fiche_error *err)
{
	struct wire_frame f = { 0 };
	struct cursor c;
	uint8_t kind;
	uint32_t body;

	if (len < WIRE_HEAD)
		return FICHE_END;
	cursor_init(&c, bytes, len);
	kind = cursor_u8(&c);
	body = cursor_u32(&c);
	if (kind < WIRE_MEMBER || kind > WIRE_DONE ||
	    body < bounds[kind].least || body > bounds[kind].most)
		return nonsense(err);
	if (body > c.left)
		return FICHE_END;
	cursor_init(&c, bytes + WIRE_HEAD, body);
	f.kind = (enum wire_kind)kind;
	if (!fields(&f, &c) || !go(w, &f))
		return nonsense(err);
	*out = f;
	*used = WIRE_HEAD + body;
	return 0;
}

/* ---- The other way ------------------------------------------------- */

static void put_head(struct buf *out, enum wire_kind kind, size_t body)
{
	buf_u8(out, (uint8_t)kind);
	buf_u32(out, (uint32_t)body);
}

static size_t text_len(const char *text)
{
	size_t len = text != NULL ? strlen(text) : 0;

	return len > WIRE_TEXT_MAX ? WIRE_TEXT_MAX : len;
}

void wire_put_member(struct buf *out, enum wire_what what, uint64_t size,
                     const char *path, size_t len)
{
	if (len > WIRE_PATH_MAX)
		len = WIRE_PATH_MAX;
	put_head(out, WIRE_MEMBER, MEMBER_HEAD + len);
	buf_u8(out, (uint8_t)what);
	buf_u64(out, size);
	buf_put(out, path, len);
}

void wire_put_data(struct buf *out, const void *bytes, size_t len)
{
	put_head(out, WIRE_DATA, len);
	buf_put(out, bytes, len);
}

void wire_put_end(struct buf *out, enum wire_status status, uint64_t read,
                  const char *text)
{
	size_t len = text_len(text);

	put_head(out, WIRE_END, END_HEAD + len);
	buf_u8(out, (uint8_t)status);
	buf_u64(out, read);
	buf_put(out, text, len);
}

void wire_put_note(struct buf *out, const char *text)
{
	size_t len = text_len(text);

	put_head(out, WIRE_NOTE, len);
	buf_put(out, text, len);
}

void wire_put_done(struct buf *out, enum wire_status status, const char *text)
{
	size_t len = text_len(text);

	put_head(out, WIRE_DONE, DONE_HEAD + len);
	buf_u8(out, (uint8_t)status);
	buf_put(out, text, len);
}
