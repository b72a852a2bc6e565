/* SPDX-License-Identifier: Apache-2.0 */
/* recode.c - a stream on a stream, with iconv between. */
#include "ingest/recode.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/utf8.h"
#include "ingest/classify.h"

static bool has_mark(const struct look *look, const char *mark)
{
	return look->len >= 2 && memcmp(look->ptr, mark, 2) == 0;
}

/* More foreign bytes than characters of several bytes: not a UTF-8 text with
 * some damage. */
static bool is_foreign(const struct look *look)
{
	const char *text = (const char *)look->ptr;
	size_t foreign = 0, good = 0;

	for (size_t i = 0; i < look->len;) {
		uint32_t c;
		unsigned n = utf8_decode(&c, text + i, look->len - i);

		/* The window may cut a character. */
		if (n == 0 && look->len - i < 4 && !look->complete)
			break;
		foreign += n == 0;
		good += n > 1;
		i += n > 0 ? n : 1;
	}
	return foreign > good;
}

const char *recode_charset(const struct look *look)
{
	if (has_mark(look, "\xff\xfe"))
		return "UTF-16LE";
	if (has_mark(look, "\xfe\xff"))
		return "UTF-16BE";
	return is_foreign(look) ? "WINDOWS-1252" : NULL;
}

void recode_look(struct buf *out, const struct look *look)
{
	bool little = has_mark(look, "\xff\xfe");

	if (!little && !has_mark(look, "\xfe\xff")) {
		size_t bom = classify_bom(look);

		buf_put(out, look->ptr + bom, look->len - bom);
		return;
	}
	(void)buf_reserve(out, look->len / 2);
	for (size_t i = 2; i + 1 < look->len; i += 2) {
		uint8_t low = look->ptr[little ? i : i + 1];
		uint8_t high = look->ptr[little ? i + 1 : i];

		buf_u8(out, high == 0 && low < 0x80 ? low : 'x');
	}
}

/* One unit that is no character, or the half of one at the end. */
static void replace(struct recode *r, char **out, size_t *room)
{
	size_t have = r->outer->bytes->len - r->outer->bytes->at;

	memcpy(*out, "\xef\xbf\xbd", 3);
	*out += 3;
	*room -= 3;
	r->outer->bytes->at += have < r->width ? have : r->width;
}

static int more(void *ctx, uint8_t *out, size_t cap, size_t *got,
                struct fiche_error *err)
{
	struct recode *r = ctx;
	struct lines *l = r->outer->bytes;
	char *to = (char *)out;
	size_t room = cap;

	while (room == cap) {
		char *from = (char *)l->ptr + l->at;
		size_t have = l->len - l->at, n;

		n = have > 0 ? iconv(r->cd, &from, &have, &to, &room) : 0;
		l->at = l->len - have;
		if (n == (size_t)-1 && errno == EILSEQ && room >= 3) {
			replace(r, &to, &room);
		} else if (room == cap) {
			int e = lines_fill(l, err);

			if (e < 0) {
				r->failed = err_copy(&r->why, err);
				return e;
			}
			if (e == FICHE_END && l->at == l->len)
				return FICHE_END;
			if (e == FICHE_END)
				replace(r, &to, &room);
		}
	}
	*got = cap - room;
	return 0;
}

static int no_pulse(void *ctx, size_t got, struct fiche_error *err)
{
	(void)ctx;
	(void)got;
	(void)err;
	return 0;
}

int recode_begin(struct recode *r, const struct input **in,
                 const struct input *i, struct fiche_error *err)
{
	struct lines *l = i->bytes;
	struct look begin = { l->ptr + l->at, l->len - l->at, l->end != 0,
		              i->name };
	const char *charset = recode_charset(&begin);
	int e;

	*r = (struct recode){ .outer = i };
	*in = i;
	if (charset == NULL) {
		l->at += classify_bom(&begin);
		return 0;
	}
	r->cd = iconv_open("UTF-8", charset);
	if (r->cd == (iconv_t)-1)
		return errno == ENOMEM ? err_nomem(err) : 0;
	r->width = charset[0] == 'U' ? 2 : 1;
	l->at += r->width == 2 ? 2 : 0;
	e = stream_open_source(&r->stream, more, r, no_pulse, NULL, err);
	if (e < 0) {
		(void)iconv_close(r->cd);
		return e;
	}
	r->is_open = true;
	r->inner = *i;
	r->inner.bytes = &r->lines;
	lines_begin(&r->lines, r->stream, i->in->opt.record_max);
	*in = &r->inner;
	return 0;
}

int recode_end(struct recode *r, const char *result, struct fiche_error *err)
{
	struct lines *l = r->outer->bytes;

	if (r->is_open) {
		stream_close(r->stream);
		lines_done(&r->lines);
		(void)iconv_close(r->cd);
	}
	if (r->failed < 0)
		return err_copy(err, &r->why);
	return input_ended(r->outer, l->end, &l->why, result, err);
}
