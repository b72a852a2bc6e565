/* SPDX-License-Identifier: Apache-2.0 */
/* mail_body.c - the parts of a message, and which of them is read. */
#include <string.h>

#include "base/err.h"
#include "ingest/mail.h"
#include "ingest/mail_decode.h"
#include "page/charset.h"
#include "page/page.h"

#define DEPTH_MAX 8
#define PARTS_MAX 1000

void mail_put_base64(struct buf *out, const char *text, size_t len)
{
	uint32_t word = 0;
	unsigned n = 0;

	(void)buf_reserve(out, len / 4 * 3 + 3);
	for (size_t i = 0; i < len && text[i] != '='; i++) {
		char c = text[i];
		unsigned v;

		if (c >= 'A' && c <= 'Z')
			v = (unsigned)(c - 'A');
		else if (c >= 'a' && c <= 'z')
			v = (unsigned)(c - 'a') + 26;
		else if (c >= '0' && c <= '9')
			v = (unsigned)(c - '0') + 52;
		else if (c == '+' || c == '/')
			v = c == '+' ? 62 : 63;
		else
			continue;
		word = word << 6 | v;
		if (++n == 4) {
			buf_u8(out, (uint8_t)(word >> 16));
			buf_u8(out, (uint8_t)(word >> 8));
			buf_u8(out, (uint8_t)word);
			n = 0;
		}
	}
	if (n > 1)
		buf_u8(out, (uint8_t)(word >> (n == 2 ? 4 : 10)));
	if (n > 2)
		buf_u8(out, (uint8_t)(word >> 2));
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void mail_put_quoted(struct buf *out, const char *text, size_t len, bool header)
{
	(void)buf_reserve(out, len);
	for (size_t i = 0; i < len; i++) {
		int high, low;

		if (text[i] == '_' && header) {
			buf_u8(out, ' ');
			continue;
		}
		if (text[i] != '=') {
			buf_u8(out, (uint8_t)text[i]);
			continue;
		}
		high = i + 2 < len ? hex(text[i + 1]) : -1;
		low = i + 2 < len ? hex(text[i + 2]) : -1;
		if (high >= 0 && low >= 0) {
			buf_u8(out, (uint8_t)(high << 4 | low));
			i += 2;
		} else if (i + 1 < len && text[i + 1] == '\n') {
			i++;
		} else if (i + 2 < len && text[i + 1] == '\r' &&
		           text[i + 2] == '\n') {
			i += 2;
		} else {
			buf_u8(out, '=');
		}
	}
}

/* ---- Parts ---- */

enum kind { OTHER, PLAIN, HTML, MULTIPART };

struct found {
	bool have;
	struct mail_part part;
};

struct search {
	struct found plain, html;
	unsigned parts;
	bool failed;
};

static bool begins(const struct buf *value, const char *word)
{
	size_t n = strlen(word);

	for (size_t i = 0; i < n; i++)
		if (i == value->len ||
		    (value->ptr[i] >= 'A' && value->ptr[i] <= 'Z'
		             ? value->ptr[i] | 0x20
		             : value->ptr[i]) != (uint8_t)word[i])
			return false;
	return true;
}

static enum kind kind_of(struct buf *type, const struct mail_part *p)
{
	struct buf how = { 0 };
	enum kind kind = OTHER;

	buf_clear(type);
	if (!mail_header(type, p, "content-type") || begins(type, "text/plain"))
		kind = PLAIN;
	else if (begins(type, "text/html"))
		kind = HTML;
	else if (begins(type, "multipart/"))
		kind = MULTIPART;
	if (kind != MULTIPART && mail_header(&how, p, "content-disposition") &&
	    begins(&how, "attachment"))
		kind = OTHER;
	buf_done(&how);
	return kind;
}

/* A line that is "--" and the boundary: behind it; NULL if it is none. */
static const char *match(const char *at, const char *end,
                         const struct buf *boundary, bool *last)
{
	if ((size_t)(end - at) < boundary->len + 2 || at[0] != '-' ||
	    at[1] != '-' || memcmp(at + 2, boundary->ptr, boundary->len) != 0)
		return NULL;
	at += boundary->len + 2;
	*last = end - at >= 2 && at[0] == '-' && at[1] == '-';
	return at;
}

static void search_part(struct search *s, struct mail_part p, unsigned depth);

static void search_parts(struct search *s, struct fiche_text body,
                         const struct buf *boundary, unsigned depth)
{
	const char *at = body.ptr, *end = at + body.len, *from = NULL;
	bool last = false;

	while (at < end && !last && s->parts < PARTS_MAX) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *next = lf != NULL ? lf + 1 : end;

		if (match(at, end, boundary, &last) != NULL) {
			if (from != NULL)
				search_part(s,
				            mail_cut(from, (size_t)(at - from)),
				            depth + 1);
			from = next;
		}
		at = next;
	}
	/* A message that was cut has no last boundary. */
	if (!last && from != NULL)
		search_part(s, mail_cut(from, (size_t)(end - from)), depth + 1);
}

static void search_part(struct search *s, struct mail_part p, unsigned depth)
{
	struct buf type = { 0 }, boundary = { 0 };
	enum kind kind = kind_of(&type, &p);
	struct found *to = kind == PLAIN ? &s->plain : &s->html;

	s->parts++;
	if ((kind == PLAIN || kind == HTML) && !to->have) {
		to->have = true;
		to->part = p;
	} else if (kind == MULTIPART && depth < DEPTH_MAX &&
	           mail_parameter(&boundary, (const char *)type.ptr, type.len,
	                          "boundary") &&
	           boundary.len > 0) {
		search_parts(s, p.body, &boundary, depth);
	}
	s->failed |= type.failed || boundary.failed;
	buf_done(&type);
	buf_done(&boundary);
}

/* Append the body of a part, decoded, as UTF-8. */
static int put_body(struct buf *out, const struct mail_part *p, bool html,
                    struct fiche_error *err)
{
	struct buf type = { 0 }, how = { 0 }, bytes = { 0 }, utf8 = { 0 };
	struct buf charset = { 0 };
	struct fiche_text raw = p->body, plain;
	int r;

	(void)mail_header(&type, p, "content-type");
	(void)mail_header(&how, p, "content-transfer-encoding");
	(void)mail_parameter(&charset, (const char *)type.ptr, type.len,
	                     "charset");
	buf_u8(&charset, '\0');
	if (begins(&how, "base64"))
		mail_put_base64(&bytes, raw.ptr, raw.len);
	else if (begins(&how, "quoted-printable"))
		mail_put_quoted(&bytes, raw.ptr, raw.len, false);
	else
		buf_put(&bytes, raw.ptr, raw.len);
	r = buf_ok(&type) && buf_ok(&how) && buf_ok(&bytes) && buf_ok(&charset)
	            ? charset_to_utf8(&plain, &utf8, NULL, bytes.ptr, bytes.len,
	                              charset.len > 1
	                                      ? (const char *)charset.ptr
	                                      : NULL,
	                              html, err)
	            : err_nomem(err);
	if (r == 0 && html)
		r = page_html_text(out, plain.ptr, plain.len, err);
	for (size_t i = 0; r == 0 && !html && i < plain.len; i++)
		if (plain.ptr[i] != '\r' || i + 1 == plain.len ||
		    plain.ptr[i + 1] != '\n')
			buf_u8(out, (uint8_t)plain.ptr[i]);
	buf_done(&type);
	buf_done(&how);
	buf_done(&bytes);
	buf_done(&utf8);
	buf_done(&charset);
	return r == 0 && !buf_ok(out) ? err_nomem(err) : r;
}

int mail_text(struct buf *out, const struct mail_part *message,
              struct fiche_error *err)
{
	struct search s = { .parts = 0 };
	struct buf html = { 0 };
	int r = 0;

	search_part(&s, *message, 0);
	if (s.failed)
		return err_nomem(err);
	if (s.plain.have)
		r = put_body(out, &s.plain.part, false, err);
	if (r == 0 && s.html.have)
		r = put_body(&html, &s.html.part, true, err);
	/* "Your program cannot show this message." */
	if (r == 0 && html.len / 3 > out->len) {
		buf_clear(out);
		buf_put(out, html.ptr, html.len);
	}
	buf_done(&html);
	while (out->len > 0 && strchr(" \t\r\n", out->ptr[out->len - 1]) &&
	       out->ptr[out->len - 1] != '\0')
		out->len--;
	return r == 0 && !buf_ok(out) ? err_nomem(err) : r;
}
