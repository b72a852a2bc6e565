/* SPDX-License-Identifier: Apache-2.0 */
/* charset.c - which encoding, and out of it; see charset.h. */

#include "page/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <string.h>

#include <uchardet.h>

#include "base/err.h"
#include "base/utf8.h"
#include "page/charset_labels.h"

#define SNIFF_MAX   4096u             /* where a page says its encoding */
#define GUESS_MAX   ((size_t)1 << 18) /* bytes that a guess is made from */
#define NUL_SAMPLE  1024u
#define REPLACEMENT "\xef\xbf\xbd"

struct input {
	const char *ptr, *end;
};

static size_t length(const struct input *in)
{
	return (size_t)(in->end - in->ptr);
}

static const struct encoding *named(const char *label)
{
	return charset_find(label, strlen(label));
}

/* ---- What is said ---- */

/* Goes behind the mark. */
static const struct encoding *take_mark(struct input *in)
{
	static const struct {
		char bytes[5];
		uint8_t len;
		char name[9];
	} marks[] = {
		{ "\xef\xbb\xbf", 3, "utf-8" },
		{ "\xff\xfe\0\0", 4, "utf-32le" },
		{ "\0\0\xfe\xff", 4, "utf-32be" },
		{ "\xff\xfe", 2, "utf-16le" },
		{ "\xfe\xff", 2, "utf-16be" },
	};

	for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (length(in) >= marks[i].len &&
		    memcmp(in->ptr, marks[i].bytes, marks[i].len) == 0) {
			in->ptr += marks[i].len;
			return named(marks[i].name);
		}
	return NULL;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool starts(const char *at, const char *end, const char *what)
{
	for (; *what; at++, what++)
		if (at == end || lower(*at) != *what)
			return false;
	return true;
}

/* The value of `key=` in a tag, quoted or not. */
static const struct encoding *value_of(const char *at, const char *end,
                                       const char *key)
{
	const struct encoding *e;
	const char *from;

	for (; at < end; at++) {
		if (!starts(at, end, key))
			continue;
		from = at + strlen(key);
		while (from < end && is_blank(*from))
			from++;
		if (from == end || *from != '=')
			continue;
		for (from++; from < end && (is_blank(*from) || *from == '"' ||
		                            *from == '\'');)
			from++;
		for (at = from; at < end && !is_blank(*at) && *at != '"' &&
		                *at != '\'' && *at != ';' && *at != '/';)
			at++;
		e = charset_find(from, (size_t)(at - from));
		if (e)
			return e;
		if (at == end)
			break;
	}
	return NULL;
}

/* What the page says.  Could we read that, it is none of UTF-16. */
static const struct encoding *said_inside(const struct input *in)
{
	size_t len = length(in) < SNIFF_MAX ? length(in) : SNIFF_MAX;
	const char *at = in->ptr, *end = at + len, *to;
	const struct encoding *e = NULL;

	while (!e && at < end && (at = memchr(at, '<', (size_t)(end - at)))) {
		to = memchr(at, '>', (size_t)(end - at));
		if (!to)
			to = end;
		if (starts(at, end, "<meta") && at + 5 < end &&
		    (is_blank(at[5]) || at[5] == '/'))
			e = value_of(at + 5, to, "charset");
		else if (starts(at, end, "<?xml"))
			e = value_of(at + 5, to, "encoding");
		at++;
	}
	if (e && strncmp(e->name, "UTF-", 4) == 0)
		e = named("utf-8");
	return e;
}

/* ---- What the bytes look like ---- */

/* Text of the Latin script in UTF-16 is half NULs. */
static const struct encoding *wide(const struct input *in)
{
	size_t len = length(in) < NUL_SAMPLE ? length(in) : NUL_SAMPLE;
	size_t nuls[2] = { 0, 0 };

	for (size_t i = 0; i < len; i++)
		nuls[i % 2] += in->ptr[i] == '\0';
	if (len < 8 || nuls[0] + nuls[1] < len / 4)
		return NULL;
	if (nuls[1] > 9 * nuls[0])
		return named("utf-16le");
	if (nuls[0] > 9 * nuls[1])
		return named("utf-16be");
	return NULL;
}

static bool has_high(const struct input *in)
{
	for (const char *at = in->ptr; at < in->end; at++)
		if ((uint8_t)*at >= 0x80)
			return true;
	return false;
}

/* ISO-2022 has no high bytes, but escapes. */
static bool has_escape(const struct input *in)
{
	const char *esc = length(in) ? memchr(in->ptr, 0x1b, length(in)) : NULL;

	return esc && in->end - esc > 2 && (esc[1] == '$' || esc[1] == '(');
}

/* Are there more bytes that are not UTF-8 than characters that are? */
static bool is_hardly_utf8(const struct input *in)
{
	const char *at = in->ptr;
	size_t good = 0, bad = 0;
	uint32_t code;
	unsigned n;

	while (at < in->end) {
		if ((uint8_t)*at < 0x80) {
			at++;
			continue;
		}
		n = utf8_decode(&code, at, (size_t)(in->end - at));
		good += n > 0;
		bad += n == 0;
		at += n ? n : 1;
	}
	return bad > good;
}

/* Markup tells nothing about the language. */
static void feed(uchardet_t detector, const struct input *in, bool html)
{
	const char *at = in->ptr, *lt;
	size_t left = length(in) < GUESS_MAX ? length(in) : GUESS_MAX;
	const char *end = at + left;

	while (at < end) {
		lt = html ? memchr(at, '<', (size_t)(end - at)) : NULL;
		if (!lt)
			lt = end;
		if (lt > at &&
		    uchardet_handle_data(detector, at, (size_t)(lt - at)) != 0)
			return;
		at = lt < end ? memchr(lt, '>', (size_t)(end - lt)) : NULL;
		if (!at)
			return;
		at++;
	}
}

static const struct encoding *guess(const struct input *in, bool html)
{
	const struct encoding *e = NULL;
	uchardet_t detector = uchardet_new();

	if (detector) {
		feed(detector, in, html);
		uchardet_data_end(detector);
		e = named(uchardet_get_charset(detector));
		uchardet_delete(detector);
	}
	return e;
}

/* ---- The way out of it ---- */

/* One byte that means nothing in this encoding.  Windows' tables have holes
 * that WHATWG fills with controls. */
static void put_foreign(struct buf *out, const struct encoding *e, char byte)
{
	uint8_t value = (uint8_t)byte;

	if (value >= 0x80 && value < 0xa0 &&
	    strncmp(e->name, "windows-", 8) == 0)
		utf8_encode(out, value);
	else
		buf_text(out, REPLACEMENT);
}

/* Bytes in which a text can go on after a bad character. */
static size_t unit_of(const struct encoding *e)
{
	if (strncmp(e->name, "UTF-16", 6) == 0)
		return 2;
	return strncmp(e->name, "UTF-32", 6) == 0 ? 4 : 1;
}

/* *foreign counts what was replaced. */
static int convert(struct buf *out, size_t *foreign, const struct encoding *e,
                   const struct input *in, struct fiche_error *err)
{
	iconv_t cd = iconv_open("UTF-8", e->iconv);
	/* iconv(3) is older than const, and does not write. */
	char *from = (char *)(uintptr_t)in->ptr, *to;
	size_t left = length(in), unit = unit_of(e), room, n;

	*foreign = 0;
	if (cd == (iconv_t)-1) {
		*foreign = left;
		utf8_put_clean(out, in->ptr, left);
		return buf_ok(out) ? 0 : err_nomem(err);
	}
	while (left && buf_reserve(out, left + 64)) {
		to = (char *)out->ptr + out->len;
		room = out->cap - out->len;
		n = iconv(cd, &from, &left, &to, &room);
		out->len = out->cap - room;
		if (n != (size_t)-1 || errno == E2BIG)
			continue;
		/* EILSEQ, or EINVAL: the last character is not whole. */
		if (left == 0)
			break;
		put_foreign(out, e, *from);
		++*foreign;
		n = left < unit ? left : unit;
		from += n;
		left -= n;
	}
	/* Big5-HKSCS holds back a letter that an accent could follow. */
	if (buf_reserve(out, 64)) {
		to = (char *)out->ptr + out->len;
		room = out->cap - out->len;
		(void)iconv(cd, NULL, NULL, &to, &room);
		out->len = out->cap - room;
	}
	(void)iconv_close(cd);
	return buf_ok(out) ? 0 : err_nomem(err);
}

/* ---- The decision ---- */

/* What is said is UTF-8, and is not: is there a better name for it? */
static int overrule_utf8(struct buf *buf, bool *done, struct charset *found,
                         const struct input *in, bool html,
                         struct fiche_error *err)
{
	const struct encoding *e;
	size_t before = buf->len, foreign = 0;
	int r;

	*done = false;
	if (!is_hardly_utf8(in))
		return 0;
	e = guess(in, html);
	if (!e || e == named("utf-8"))
		return 0;
	r = convert(buf, &foreign, e, in, err);
	if (r < 0)
		return r;
	if (foreign) {
		buf->len = before;
		return 0;
	}
	found->how = CHARSET_GUESSED;
	found->name = e->name;
	*done = true;
	return 0;
}

static const struct encoding *decide(struct charset *found, struct input *in,
                                     const char *declared, bool html,
                                     bool valid)
{
	const struct encoding *e = take_mark(in);

	found->how = CHARSET_MARK;
	if (e)
		return e;
	e = wide(in);
	found->how = CHARSET_GUESSED;
	if (e)
		return e;
	found->how = CHARSET_OUTSIDE;
	e = declared ? named(declared) : NULL;
	if (!e && html) {
		found->how = CHARSET_INSIDE;
		e = said_inside(in);
	}
	if (!e && valid && has_escape(in)) {
		found->how = CHARSET_GUESSED;
		e = guess(in, html);
	}
	/* Nothing is UTF-8 by accident, but for what has no high bytes. */
	if (valid && (!e || has_high(in) || strncmp(e->name, "UTF-", 4) == 0)) {
		if (!e || e != named("utf-8"))
			found->how = CHARSET_VALID;
		e = named("utf-8");
	}
	if (!e) {
		found->how = CHARSET_GUESSED;
		e = guess(in, html);
	}
	if (!e) {
		found->how = CHARSET_DEFAULT;
		e = named("windows-1252");
	}
	return e;
}

static int put_utf8(struct buf *buf, struct charset *found,
                    const struct input *in, bool html, struct fiche_error *err)
{
	bool done = false;
	int r;

	if (found->how != CHARSET_MARK && found->how != CHARSET_GUESSED) {
		r = overrule_utf8(buf, &done, found, in, html, err);
		if (r < 0 || done)
			return r;
	}
	utf8_put_clean(buf, in->ptr, length(in));
	return buf_ok(buf) ? 0 : err_nomem(err);
}

int charset_to_utf8(struct fiche_text *text, struct buf *buf,
                    struct charset *found, const void *bytes, size_t len,
                    const char *declared, bool html, struct fiche_error *err)
{
	const char *from = len ? bytes : "";
	struct input in = { from, from + len };
	bool valid = utf8_is_valid(from, len);
	const struct encoding *e;
	struct charset own;
	size_t before = buf->len, foreign;
	int r;

	if (!found)
		found = &own;
	e = decide(found, &in, declared, html, valid);
	found->name = e->name;
	if (valid && e == named("utf-8")) {
		text->ptr = in.ptr;
		text->len = length(&in);
		return 0;
	}
	if (e == named("utf-8"))
		r = put_utf8(buf, found, &in, html, err);
	else
		r = convert(buf, &foreign, e, &in, err);
	if (r < 0)
		return r;
	text->len = buf->len - before;
	text->ptr = text->len ? (const char *)buf->ptr + before : "";
	return 0;
}
