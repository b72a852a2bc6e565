/* SPDX-License-Identifier: Apache-2.0 */
/* headline.c - comparing titles; see headline.h. */

#include "page/headline.h"

#include <string.h>

#include "page/letters.h"

#define HEADINGS_MAX 16
#define TITLE_BYTES  1000

/* The next letter or digit of *t in lower case; 0 at the end. */
static uint32_t next_sign(struct fiche_text *t)
{
	unsigned n;

	while (t->len) {
		uint32_t c = letters_at(&n, t->ptr, t->len);

		t->ptr += n;
		t->len -= n;
		if (letters_is(c) || (c >= '0' && c <= '9'))
			return letters_lower(c);
	}
	return 0;
}

/* The same letters and digits; or those of `a` and more, if `begins`. */
static bool is_alike(struct fiche_text a, struct fiche_text b, bool begins)
{
	bool any = false;

	for (;;) {
		uint32_t x = next_sign(&a), y = next_sign(&b);

		if (x == 0)
			return any && (y == 0 || begins);
		if (x != y)
			return false;
		any = true;
	}
}

/* Is it a label of the host: "Example" of news.example.com? */
static bool is_host(struct fiche_text t, struct fiche_text host)
{
	while (host.len) {
		const char *dot = memchr(host.ptr, '.', host.len);
		struct fiche_text label = host;

		if (is_alike(t, host, false))
			return true;
		if (!dot)
			return false;
		label.len = (size_t)(dot - host.ptr);
		if (label.len > 2 && is_alike(t, label, false))
			return true;
		host.len -= label.len + 1;
		host.ptr = dot + 1;
	}
	return false;
}

static const char *const marks[] = {
	" | ",          " - ",  " \xe2\x80\x93 ", " \xe2\x80\x94 ",
	" \xc2\xbb ",   " :: ", " \xc2\xb7 ",     " \xe2\x80\xa2 ",
	" / ",          "|",    " \xc2\xab ",     " \xe2\x80\xba ",
	": ",           "_",    "\xef\xbd\x9c",   "\xe3\x85\xa3",
	"\xef\xbc\x9a",
};

#define MARK_COUNT (sizeof(marks) / sizeof(*marks))

/* Is there a mark at `at`?  Its length. */
static size_t mark_at(struct fiche_text t, size_t at)
{
	for (size_t i = 0; i < MARK_COUNT; i++) {
		size_t n = strlen(marks[i]);

		if (t.len - at >= n && memcmp(t.ptr + at, marks[i], n) == 0)
			return n;
	}
	return 0;
}

static bool is_site(struct fiche_text t, const struct headline *c)
{
	return is_alike(t, c->site, false) || is_host(t, c->host);
}

/* Without the site's name, and its section's, behind or before it. */
static struct fiche_text without_site(struct offer *o, struct fiche_text t,
                                      const struct headline *c)
{
	bool found = t.len > 0 && t.len <= TITLE_BYTES;

	while (found) {
		found = false;
		for (size_t i = 1; i < t.len && !found; i++) {
			size_t n = mark_at(t, i);
			struct fiche_text left = { t.ptr, i };
			struct fiche_text right = { t.ptr + i + n,
				                    t.len - i - n };

			if (n == 0 || right.len == 0)
				continue;
			found = true;
			left = letters_trim(left);
			right = letters_trim(right);
			if (is_site(right, c) ||
			    is_alike(right, o->f->section, false))
				t = left;
			else if (is_site(left, c))
				t = right;
			else
				found = false;
		}
	}
	return t;
}

/* Does one title say what the other does, or a part of it? */
static bool confirms(struct fiche_text a, struct fiche_text b)
{
	return a.len && b.len && (is_alike(a, b, true) || is_alike(b, a, true));
}

static bool in_furniture(const struct html *h, uint32_t node)
{
	for (; node; node = h->nodes[node].parent)
		if (h->nodes[node].tag == HTML_NAV ||
		    h->nodes[node].tag == HTML_ASIDE ||
		    h->nodes[node].tag == HTML_FOOTER)
			return true;
	return false;
}

static struct fiche_text text_of(struct offer *o, const struct html *h,
                                 uint32_t node)
{
	struct fiche_text t = { "", 0 };
	struct buf b = { 0 };
	char *copy;

	html_put_inline(&b, h, node);
	copy = b.len ? arena_strndup(o->f->arena, (char *)b.ptr, b.len) : NULL;
	if (copy && b.len <= TITLE_BYTES)
		t = letters_trim((struct fiche_text){ copy, b.len });
	o->f->failed |= !buf_ok(&b) || (b.len && !copy);
	buf_done(&b);
	return t;
}

struct fiche_text headline_heading(uint32_t *node, struct offer *o,
                                   const struct html *h,
                                   const struct headline *c)
{
	struct fiche_text first = { "", 0 };
	unsigned count = 0;

	*node = 0;
	for (uint32_t i = 1; i < h->count && count < HEADINGS_MAX; i++) {
		bool aside = h->nodes[i].tag == HTML_H1 && in_furniture(h, i);
		struct fiche_text t;

		if (h->nodes[i].tag != HTML_H1)
			continue;
		count++;
		t = text_of(o, h, i);
		if (t.len == 0 || is_site(t, c))
			continue;
		if (confirms(t, c->article) || confirms(t, c->meta) ||
		    confirms(t, c->title)) {
			/* In a trail of links it says what, but not where. */
			*node = aside ? *node : i;
			return t;
		}
		if (first.len == 0 && !aside) {
			first = t;
			*node = i;
		}
	}
	return first;
}

uint32_t headline_find(const struct html *h, struct fiche_text title)
{
	for (uint32_t i = 1; i < h->count; i++)
		switch (h->nodes[i].tag) {
		case HTML_HEAD:
		case HTML_SCRIPT:
		case HTML_STYLE:
		case HTML_TITLE:
			i = h->nodes[i].end - 1;
			break;
		case HTML_TEXT:
			if (is_alike(title, h->nodes[i].text, false))
				return i;
			break;
		default:
			break;
		}
	return 0;
}

/* A title that was cut off at some length: "...", or where the other one goes
 * on without a mark. */
static bool is_cut(struct fiche_text t, struct fiche_text whole)
{
	static const char *const dots[] = { "...", "\xe2\x80\xa6" };
	struct fiche_text rest;
	unsigned n;

	for (size_t i = 0; i < 2 && t.len > 3; i++)
		if (memcmp(t.ptr + t.len - 3, dots[i], 3) == 0) {
			t.len -= 3;
			return is_alike(t, whole, true);
		}
	if (t.len < 90 || whole.len <= t.len ||
	    memcmp(t.ptr, whole.ptr, t.len) != 0)
		return false;
	rest = letters_trim(
		(struct fiche_text){ whole.ptr + t.len, whole.len - t.len });
	return mark_at(whole, t.len) == 0 &&
	       letters_is(letters_at(&n, rest.ptr, rest.len));
}

/* Does the head confirm what people see?  It may be cut at a quote that nobody
 * escaped. */
static bool agree(struct fiche_text heading, struct fiche_text meta,
                  struct fiche_text title)
{
	return is_alike(heading, meta, false) ||
	       (meta.len > 20 && is_alike(meta, heading, true) &&
	        is_alike(heading, title, false));
}

/* A title that is never closed is the page. */
static struct fiche_text cleaned(struct offer *o, struct fiche_text t)
{
	if (t.len > TITLE_BYTES)
		t.len = 0;
	return offer_clean(o, t);
}

void headline_choose(struct offer *o, struct fiche_text heading,
                     const struct headline *c)
{
	struct fiche_text *to = &o->f->title;
	struct fiche_text meta = cleaned(o, c->meta);
	struct fiche_text title = cleaned(o, c->title);
	struct fiche_text own = cleaned(o, c->article);

	meta = without_site(o, meta, c);
	title = without_site(o, title, c);
	own = without_site(o, own, c);
	/* What is told to search engines and what people see, twice. */
	if (agree(heading, meta, title) && !is_alike(heading, own, false))
		own = heading;
	else if (own.len == 0 && is_alike(heading, title, true))
		own = heading;
	if (own.len && is_cut(own, heading))
		own = heading;
	else if (own.len && is_cut(own, meta))
		own = meta;
	if (own.len && !is_site(own, c))
		offer_text(o, to, own);
	/* "Headline - Magazine": the heading says where it ends. */
	if (meta.len && is_alike(heading, meta, true))
		meta = heading;
	if (meta.len && !is_site(meta, c))
		offer_text(o, to, meta);
	if (heading.len && title.len && !confirms(heading, title) &&
	    heading.len * 3 < title.len)
		offer_text(o, to, title);
	offer_text(o, to, heading);
	offer_text(o, to, title);
}
