/* SPDX-License-Identifier: Apache-2.0 */
/* page.c - the little that is said about a file without guessing. */
#include "page/page.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

#define HEADLINE_MAX 200                /* characters of a text's first line */
#define TITLE_MAX    500                /* characters of an HTML title */
#define TITLE_WITHIN ((size_t)1 << 20)  /* bytes in which it is looked for */
#define TITLE_RAW    ((size_t)16 << 10) /* bytes it may span */

#define NBSP 0xa0

static bool is_space(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool classify_blank(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_space(bytes[i]))
			return false;
	return true;
}

static const uint8_t *classify_find(const uint8_t *at, const uint8_t *end,
                                    const char *word)
{
	for (; at < end; at++) {
		size_t i = 0;

		while (word[i] != 0 && at + i < end &&
		       (at[i] | (at[i] >= 'A' && at[i] <= 'Z' ? 32 : 0)) ==
		               (uint8_t)word[i])
			i++;
		if (word[i] == 0)
			return at;
	}
	return NULL;
}

/* Collects characters, one space for each run of blanks, none at the ends. */
struct folder {
	struct buf *out;
	unsigned count;
	bool blank; /* owed, if another character follows */
};

static void fold(struct folder *f, uint32_t c)
{
	if (c <= ' ' || c == 0x7f || c == NBSP) {
		f->blank = f->count > 0;
		return;
	}
	if (f->blank) {
		buf_u8(f->out, ' ');
		f->count++;
	}
	f->blank = false;
	utf8_encode(f->out, c);
	f->count++;
}

static uint32_t digit(char c)
{
	if (c >= '0' && c <= '9')
		return (uint32_t)(c - '0');
	if (c >= 'a' && c <= 'f')
		return (uint32_t)(c - 'a') + 10;
	if (c >= 'A' && c <= 'F')
		return (uint32_t)(c - 'A') + 10;
	return 99;
}

/* "#1234;" or "#x4d2;" behind the '&'.  Returns its length or 0. */
static size_t numeric(uint32_t *out, const char *text, size_t len)
{
	uint32_t base = 10, c = 0;
	size_t i = 1, first;

	if (len > 1 && (text[1] == 'x' || text[1] == 'X')) {
		base = 16;
		i = 2;
	}
	for (first = i; i < len && digit(text[i]) < base; i++) {
		c = c * base + digit(text[i]);
		if (c > 0x10ffff)
			c = 0x110000; /* stays too large: 16 times fits */
	}
	if (i == first)
		return 0;
	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		c = 0xfffd;
	*out = c;
	return i < len && text[i] == ';' ? i + 1 : i;
}

/* The entity behind an '&'.  Returns its length, or 0 if it is none we know. */
static size_t entity(uint32_t *out, const char *text, size_t len)
{
	static const struct {
		const char *name;
		uint32_t c;
	} names[] = {
		{ "amp;", '&' },  { "lt;", '<' },    { "gt;", '>' },
		{ "quot;", '"' }, { "apos;", '\'' }, { "nbsp;", NBSP },
	};
	size_t i;

	if (len > 0 && text[0] == '#')
		return numeric(out, text, len);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		size_t n = strlen(names[i].name);

		if (len >= n && memcmp(text, names[i].name, n) == 0) {
			*out = names[i].c;
			return n;
		}
	}
	return 0;
}

static void put_folded(struct buf *out, const char *text, size_t len,
                       bool entities, unsigned max)
{
	struct folder f = { out, 0, false };
	size_t i = 0;

	while (i < len && f.count < max) {
		uint32_t c;
		size_t n = 0;

		if (entities && text[i] == '&')
			n = entity(&c, text + i + 1, len - i - 1);
		if (n > 0) {
			n++;
		} else {
			n = utf8_decode(&c, text + i, len - i);
			if (n == 0) { /* cannot be: the text is valid */
				n = 1;
				c = 0xfffd;
			}
		}
		fold(&f, c);
		i += n;
	}
}

/* The content of the first <title> outside comments. */
static const uint8_t *find_title(const uint8_t *at, const uint8_t *end,
                                 size_t *len)
{
	while ((at = classify_find(at, end, "<")) != NULL) {
		const uint8_t *to;

		if (classify_find(at, at + 4 < end ? at + 4 : end, "<!--") !=
		    NULL) {
			at = classify_find(at + 4, end, "-->");
			if (at == NULL)
				return NULL;
			continue;
		}
		at++;
		if ((size_t)(end - at) < 6 ||
		    classify_find(at - 1, at + 5, "<title") == NULL)
			continue;
		at += 5;
		if (*at != '>' && !classify_blank(at, 1))
			continue; /* <titlebar> */
		at = memchr(at, '>', (size_t)(end - at));
		if (at == NULL)
			return NULL;
		at++;
		to = classify_find(at, end, "</title");
		if (to == NULL || (size_t)(to - at) > TITLE_RAW)
			return NULL;
		*len = (size_t)(to - at);
		return at;
	}
	return NULL;
}

/* The first line with something in it, if it is short. */
static const uint8_t *find_headline(const uint8_t *at, const uint8_t *end,
                                    size_t *len)
{
	while (at < end) {
		const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
		const uint8_t *to = lf != NULL ? lf : end;

		if (!classify_blank(at, (size_t)(to - at))) {
			*len = (size_t)(to - at);
			return at;
		}
		at = lf != NULL ? lf + 1 : end;
	}
	return NULL;
}

static size_t characters(const char *text, size_t len)
{
	size_t i, n = 0;

	for (i = 0; i < len; i++)
		n += ((uint8_t)text[i] & 0xc0) != 0x80;
	return n;
}

/* The title, if its encoding is known. */
static void set_title(struct facts *f, const uint8_t *raw, size_t len,
                      bool html)
{
	struct buf b = { 0 };

	/* Four bytes a character, and blanks to be folded: no more scanning
	 * than that for a text that is all one line. */
	if (raw == NULL || len > TITLE_RAW ||
	    !utf8_is_valid((const char *)raw, len))
		return;
	put_folded(&b, (const char *)raw, len, html, TITLE_MAX);
	if (html || characters((const char *)b.ptr, b.len) <= HEADLINE_MAX)
		facts_set(f, &f->title,
		          (struct fiche_text){ (const char *)b.ptr, b.len });
	f->failed |= !buf_ok(&b);
	buf_done(&b);
}

int page_read_html(struct facts *f, const void *bytes, size_t len,
                   const struct page_options *opt, struct fiche_error *err)
{
	const uint8_t *at = bytes, *raw;
	size_t n = 0;

	(void)opt;
	(void)err;
	raw = find_title(at, at + (len > TITLE_WITHIN ? TITLE_WITHIN : len),
	                 &n);
	set_title(f, raw, n, true);
	return 0;
}

int page_read_text(struct facts *f, const void *bytes, size_t len,
                   const struct page_options *opt, struct fiche_error *err)
{
	const uint8_t *at = bytes, *raw;
	size_t bom = len >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
	size_t n = 0;

	(void)opt;
	(void)err;
	raw = find_headline(at + bom, at + len, &n);
	set_title(f, raw, n, false);
	return 0;
}
