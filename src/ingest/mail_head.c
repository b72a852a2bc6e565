/* SPDX-License-Identifier: Apache-2.0 */
/* mail_head.c - headers, and the encoded words in them; see mail.h. */
#include <string.h>

#include "base/err.h"
#include "ingest/mail.h"
#include "ingest/mail_decode.h"
#include "page/charset.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static bool same(const char *text, size_t len, const char *name)
{
	for (size_t i = 0; i < len; i++)
		if (name[i] == '\0' || lower(text[i]) != name[i])
			return false;
	return name[len] == '\0';
}

static const char *line_end(const char *at, const char *end)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));

	return lf != NULL ? lf + 1 : end;
}

static bool is_empty_line(const char *at, const char *end)
{
	return at < end &&
	       (*at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n'));
}

struct mail_part mail_cut(const char *text, size_t len)
{
	const char *end = text + len, *at = text;
	struct mail_part p;

	while (at < end && !is_empty_line(at, end))
		at = line_end(at, end);
	p.head = (struct fiche_text){ text, (size_t)(at - text) };
	at = at < end ? line_end(at, end) : end;
	p.body = (struct fiche_text){ at, (size_t)(end - at) };
	return p;
}

/* The length of the name before the colon; 0 if the line is no header. */
static size_t name_len(const char *at, const char *end)
{
	const char *c = at;

	while (c<end && * c> ' ' && *c < 0x7f && *c != ':')
		c++;
	return c > at && c < end && *c == ':' ? (size_t)(c - at) : 0;
}

bool mail_header(struct buf *out, const struct mail_part *p, const char *name)
{
	const char *at = p->head.ptr, *end = at + p->head.len, *to;

	for (; at < end; at = to) {
		size_t n;

		to = line_end(at, end);
		n = name_len(at, to);
		if (n == 0 || !same(at, n, name))
			continue;
		at += n + 1;
		for (;;) {
			const char *stop = to;

			while (at < stop && (*at == ' ' || *at == '\t'))
				at++;
			while (stop > at && strchr(" \t\r\n", stop[-1]))
				stop--;
			buf_put(out, at, (size_t)(stop - at));
			at = to;
			if (at == end || (*at != ' ' && *at != '\t'))
				return true;
			to = line_end(at, end);
			buf_u8(out, ' ');
		}
	}
	return false;
}

/* ---- Values ---- */

/* "=?charset?B?bytes?=" at `at`: append its text.  Returns its length, or 0 if
 * it is none. */
static size_t put_word(struct buf *out, const char *at, size_t len, int *r,
                       struct fiche_error *err)
{
	const char *end = at + len, *set = at + 2, *kind, *text, *to;
	struct buf bytes = { 0 }, utf8 = { 0 };
	struct fiche_text plain;
	char charset[40];
	size_t n;

	if (len < 8 || memcmp(at, "=?", 2) != 0)
		return 0;
	/* An encoded word has at most 75 bytes; some have more. */
	if (len > 4096)
		end = at + 4096;
	kind = memchr(set, '?', (size_t)(end - set));
	if (kind == NULL || end - kind < 4 || kind[2] != '?')
		return 0;
	text = kind + 3;
	for (to = text; to + 1 < end && !(to[0] == '?' && to[1] == '='); to++)
		if (*to == ' ' && lower(kind[1]) == 'b')
			return 0;
	if (to + 1 >= end)
		return 0;
	n = (size_t)(kind - set);
	if (n >= sizeof(charset))
		return 0;
	memcpy(charset, set, n);
	charset[n] = '\0';
	if (strchr(charset, '*') != NULL)
		*strchr(charset, '*') = '\0'; /* a language: RFC 2231 */
	if (lower(kind[1]) == 'b')
		mail_put_base64(&bytes, text, (size_t)(to - text));
	else
		mail_put_quoted(&bytes, text, (size_t)(to - text), true);
	*r = buf_ok(&bytes) ? charset_to_utf8(&plain, &utf8, NULL, bytes.ptr,
	                                      bytes.len, charset, false, err)
	                    : err_nomem(err);
	if (*r == 0)
		buf_put(out, plain.ptr, plain.len);
	buf_done(&bytes);
	buf_done(&utf8);
	return (size_t)(to - at) + 2;
}

/* What is no encoded word: ASCII by the rules, anything in practice. */
static int put_rest(struct buf *out, const char *text, size_t len,
                    struct fiche_error *err)
{
	struct fiche_text plain;
	struct buf utf8 = { 0 };
	int r;

	if (len == 0)
		return 0;
	r = charset_to_utf8(&plain, &utf8, NULL, text, len, NULL, false, err);
	if (r == 0)
		buf_put(out, plain.ptr, plain.len);
	buf_done(&utf8);
	return r;
}

int mail_words(struct buf *out, const char *text, size_t len,
               struct fiche_error *err)
{
	size_t at = 0, from = 0, n;
	/* Words are sought in a few lines only. */
	size_t words = len < 16384 ? len : 16384;
	bool word = false; /* before `from` stands an encoded word */
	int r = 0;

	while (at < words && r == 0) {
		size_t before = out->len, blanks = from;

		if (text[at] != '=') {
			at++;
			continue;
		}
		while (blanks < at && text[blanks] == ' ')
			blanks++;
		/* Blanks between two encoded words are not text. */
		if (!(word && blanks == at))
			r = put_rest(out, text + from, at - from, err);
		n = r == 0 ? put_word(out, text + at, len - at, &r, err) : 0;
		if (n == 0) {
			out->len = before;
			at++;
			continue;
		}
		at += n;
		from = at;
		word = true;
	}
	if (r == 0)
		r = put_rest(out, text + from, len - from, err);
	return r == 0 && !buf_ok(out) ? err_nomem(err) : r;
}

bool mail_parameter(struct buf *out, const char *value, size_t len,
                    const char *name)
{
	const char *at = value, *end = value + len;
	size_t n = strlen(name);

	if (len == 0)
		return false;
	while ((at = memchr(at, ';', (size_t)(end - at))) != NULL) {
		do
			at++;
		while (at < end && *at == ' ');
		if ((size_t)(end - at) <= n || at[n] != '=' ||
		    !same(at, n, name))
			continue;
		at += n + 1;
		if (at < end && *at == '"') {
			for (at++; at < end && *at != '"'; at++)
				buf_u8(out, (uint8_t)*at);
		} else {
			for (; at < end && *at != ';' && *at != ' '; at++)
				buf_u8(out, (uint8_t)*at);
		}
		return true;
	}
	return false;
}

/* ---- Sniffing ---- */

bool mail_begins(const char *text, size_t len)
{
	static const char *const known[] = {
		"from",         "date",         "message-id", "received",
		"subject",      "to",           "cc",         "mime-version",
		"content-type", "delivered-to", "reply-to",   "return-path",
		"newsgroups",   "list-id",      NULL,
	};
	const char *at = text, *end = text + len;
	unsigned seen = 0, count = 0;

	for (unsigned line = 0; at < end && !is_empty_line(at, end); line++) {
		const char *to = line_end(at, end);
		size_t n = name_len(at, to);

		if (n == 0 && (line == 0 || (*at != ' ' && *at != '\t')))
			return false;
		for (unsigned i = 0; n > 0 && known[i] != NULL; i++)
			if (same(at, n, known[i]) && (seen >> i & 1) == 0) {
				seen |= 1u << i;
				count++;
			}
		at = to;
	}
	/* From or Received, and Date, Message-ID or many others. */
	return (seen & 9) != 0 && ((seen & 6) != 0 ? count >= 2 : count >= 4);
}
