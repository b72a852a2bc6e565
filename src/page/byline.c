/* SPDX-License-Identifier: Apache-2.0 */
/*
 * byline.c - see byline.h.  Only elements with little in them are asked, so
 * that nested ones cost no more than the page.
 */

#include "page/byline.h"

#include <string.h>

#include "page/dates.h"
#include "page/letters.h"

#define SMALL_NODES 40 /* descendants of an element with a name or date */
#define SMALL_BYTES 300
#define NEAR_BYTES  1500
#define NEAR_NODES  400
#define ABOVE_NODES 100
#define BELOW_NODES 2000

static bool is_small(const struct html *h, uint32_t node)
{
	return h->nodes[node].end - node <= SMALL_NODES;
}

/* Other articles, not this one. */
static bool is_aside(const struct html *h, uint32_t node)
{
	for (; node; node = h->nodes[node].parent)
		switch (h->nodes[node].tag) {
		case HTML_NAV:
		case HTML_ASIDE:
		case HTML_FOOTER:
		case HTML_SCRIPT:
		case HTML_STYLE:
		case HTML_TEMPLATE:
			return true;
		default:
			break;
		}
	return false;
}

/* The text of a small element, in `b`. */
static struct fiche_text text_of(struct buf *b, const struct html *h,
                                 uint32_t node)
{
	buf_clear(b);
	if (is_small(h, node))
		html_put_inline(b, h, node);
	if (b->len == 0 || b->len > SMALL_BYTES)
		return (struct fiche_text){ "", 0 };
	return (struct fiche_text){ (const char *)b->ptr, b->len };
}

/* What machines read in `time`, `meta` and `span`, else what people do. */
static struct fiche_text stamp_of(struct buf *b, const struct html *h,
                                  uint32_t node)
{
	static const char *const attrs[] = { "datetime", "content", "title" };
	struct fiche_text t = { "", 0 };

	for (size_t i = 0; i < 3 && t.len == 0; i++)
		t = letters_trim(html_attr(h, node, attrs[i]));
	return t.len ? t : text_of(b, h, node);
}

/* Does a class or id have `word` in it: "article-byline__name"? */
static bool has_class(const struct html *h, uint32_t node, const char *word)
{
	struct fiche_text t = html_attr(h, node, "class");
	size_t n = strlen(word);

	if (t.len > SMALL_BYTES)
		return false;
	for (size_t i = 0; i + n <= t.len; i++) {
		size_t k = 0;

		while (k < n && letters_lower((unsigned char)t.ptr[i + k]) ==
		                        (unsigned char)word[k])
			k++;
		if (k == n)
			return true;
	}
	return false;
}

static bool has_attr(const struct html *h, uint32_t node, const char *name)
{
	const struct html_node *n = &h->nodes[node];

	for (uint32_t i = 0; i < n->attr_count; i++)
		if (letters_equal(h->attrs[n->attr_at + i].name, name))
			return true;
	return false;
}

static bool is_update(const struct html *h, uint32_t node)
{
	return has_class(h, node, "updat") || has_class(h, node, "modif") ||
	       html_attr_has(h, node, "itemprop", "dateModified");
}

/* Microdata: the article's, wherever it stands. */
static void offer_items(struct offer *o, const struct html *h, struct buf *b)
{
	struct facts *f = o->f;

	for (uint32_t i = 1; i < h->count; i++) {
		if (html_attr_has(h, i, "itemprop", "datePublished") &&
		    f->published.len == 0)
			offer_date(o, &f->published, stamp_of(b, h, i));
		else if (html_attr_has(h, i, "itemprop", "dateModified") &&
		         f->modified.len == 0)
			offer_date(o, &f->modified, stamp_of(b, h, i));
	}
}

/* What kind of element has the date of publication, the best first. */
static bool is_dated(const struct html *h, uint32_t node, int form)
{
	if (form < 2 && h->nodes[node].tag != HTML_TIME)
		return false;
	if (form == 0 && !has_attr(h, node, "pubdate") &&
	    !has_class(h, node, "publish"))
		return false;
	if (form == 2 &&
	    (h->nodes[node].attr_count == 0 || !is_small(h, node) ||
	     !(has_class(h, node, "date") || has_class(h, node, "publish") ||
	       has_class(h, node, "time") || has_class(h, node, "byline"))))
		return false;
	return !is_update(h, node) && !is_aside(h, node);
}

/* Near the headline: below it, or just above; elsewhere stand the dates of
 * other articles.  Without a headline, anywhere. */
static void offer_dated(struct offer *o, const struct html *h, struct buf *b,
                        uint32_t heading)
{
	uint32_t from = heading > ABOVE_NODES ? heading - ABOVE_NODES : 1;
	uint32_t to = h->count;
	struct facts *f = o->f;

	if (heading && heading + BELOW_NODES < to)
		to = heading + BELOW_NODES;
	for (int form = 0; form < 3; form++) {
		for (uint32_t i = heading ? heading : 1;
		     i < to && !f->published.len; i++)
			if (is_dated(h, i, form))
				offer_date(o, &f->published,
				           form < 2 ? stamp_of(b, h, i)
				                    : text_of(b, h, i));
		for (uint32_t i = heading; i-- > from && !f->published.len;)
			if (is_dated(h, i, form))
				offer_date(o, &f->published,
				           form < 2 ? stamp_of(b, h, i)
				                    : text_of(b, h, i));
	}
}

/* A few words, no sentence and no date. */
static bool is_name(struct fiche_text t)
{
	unsigned words = 0;
	bool digit = false;
	char word[LETTERS_WORD];

	for (size_t i = 0; i < t.len; i++)
		digit |=
			(t.ptr[i] >= '0' && t.ptr[i] <= '9') || t.ptr[i] == '@';
	while (words < 12 && letters_next(word, &t) > 0)
		words++;
	return !digit && words >= 1 && words < 12;
}

static bool is_author(const struct html *h, uint32_t node, int form)
{
	if (form == 0)
		return html_attr_has(h, node, "rel", "author") ||
		       html_attr_has(h, node, "itemprop", "author");
	if (h->nodes[node].attr_count == 0)
		return false;
	return form == 1 ? has_class(h, node, "author-name") ||
	                           has_class(h, node, "author_name") ||
	                           has_class(h, node, "authorname") ||
	                           has_class(h, node, "byline-name") ||
	                           has_class(h, node, "byline__name")
	                 : html_attr_has(h, node, "class", "byline") ||
	                           html_attr_has(h, node, "class", "author");
}

static void offer_names(struct offer *o, const struct html *h, struct buf *b)
{
	struct facts *f = o->f;

	for (int form = 0; form < 3 && f->authors.count == 0; form++)
		for (uint32_t i = 1, last = h->count; i < h->count; i++) {
			struct fiche_text t;

			/* Further down stand those of other articles and
			 * comments. */
			if (last < i && i - last > SMALL_NODES)
				break;
			if (!is_author(h, i, form) || is_aside(h, i))
				continue;
			t = letters_trim(html_attr(h, i, "content"));
			if (t.len == 0)
				t = text_of(b, h, i);
			if (!is_name(t))
				continue;
			offer_authors(o, t);
			i = last = h->nodes[i].end - 1;
		}
}

void byline_offer(struct offer *o, const struct html *h, uint32_t heading)
{
	struct facts *f = o->f;
	struct buf b = { 0 };

	offer_items(o, h, &b);
	if (f->published.len == 0)
		offer_dated(o, h, &b, heading);
	if (f->authors.count == 0)
		offer_names(o, h, &b);
	f->failed |= !buf_ok(&b);
	buf_done(&b);
}

void byline_offer_near(struct offer *o, const struct html *h, uint32_t heading)
{
	struct facts *f = o->f;
	struct buf b = { 0 };
	struct dates_day d;

	if (f->published.len || heading == 0)
		return;
	for (uint32_t i = heading;
	     i < h->count && i < heading + NEAR_NODES && b.len < NEAR_BYTES;
	     i++) {
		const struct html_node *n = &h->nodes[i];

		if (n->tag == HTML_SCRIPT || n->tag == HTML_STYLE)
			i = n->end - 1;
		if (n->tag != HTML_TEXT)
			continue;
		buf_put(&b, n->text.ptr,
		        n->text.len < NEAR_BYTES ? n->text.len : NEAR_BYTES);
		buf_u8(&b, ' ');
	}
	f->failed |= !buf_ok(&b);
	if (buf_ok(&b) && dates_find(&d, (char *)b.ptr, b.len, o->day_first))
		offer_date(o, &f->published,
		           (struct fiche_text){ (char *)b.ptr + d.at,
		                                d.end - d.at });
	buf_done(&b);
}
