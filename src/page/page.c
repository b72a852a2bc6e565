/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page.c - the order of trust: what is said to machines about the article, then
 * what the head says, then what people see, then what can be guessed.
 */

#include "page/page.h"

#include <string.h>

#include "article/fields.h"
#include "base/buf.h"
#include "base/err.h"
#include "page/byline.h"
#include "page/candidates.h"
#include "page/charset.h"
#include "page/dateline.h"
#include "page/headline.h"
#include "page/html.h"
#include "page/jsonld.h"
#include "page/letters.h"
#include "page/links.h"
#include "page/meta.h"
#include "page/offer.h"
#include "page/plain.h"
#include "page/readable.h"

/* Empty ones count. */
#define LEAD_LINES 8

static struct fiche_text text_of(const struct buf *b)
{
	if (b->len == 0)
		return (struct fiche_text){ "", 0 };
	return (struct fiche_text){ (const char *)b->ptr, b->len };
}

/* Most of the world writes the day first; English alone does not tell. */
static bool is_day_first(struct fiche_text language)
{
	char word[LETTERS_WORD];
	size_t n = letters_word(word, language.ptr, language.len);

	if (n == 0 || letters_in("zh ja ko hu", word))
		return false;
	if (!letters_in("en eng english", word))
		return true;
	if (n + 1 >= language.len)
		return false;
	(void)letters_word(word, language.ptr + n + 1, language.len - n - 1);
	return letters_in("gb uk ie au nz za in ng ke", word);
}

static void set_url(struct offer *o, const struct meta *m)
{
	struct facts *f = o->f;
	struct buf b = { 0 };

	meta_put_url(&b, m, f->url);
	if (links_is_whole(text_of(&b)))
		facts_set(f, &f->url, text_of(&b));
	f->failed |= !buf_ok(&b);
	buf_done(&b);
}

/* A name, no address and no account. */
static void offer_site(struct offer *o, struct fiche_text name)
{
	if (name.len && *name.ptr != '@' && !links_is_whole(name))
		offer_text(o, &o->f->site_name, name);
}

/* Needs the address; a page without one has its site's name. */
static void set_source(struct facts *f)
{
	if (f->source.len == 0)
		facts_set(f, &f->source,
		          fields_url_host(f->arena, f->url.ptr, f->url.len));
	if (f->source.len == 0)
		f->source = f->site_name;
}

static void offer_day_of_url(struct offer *o)
{
	struct facts *f = o->f;
	struct buf b = { 0 };

	links_put_day(&b, f->url, o->opt->now);
	offer_date(o, &f->published, text_of(&b));
	f->failed |= !buf_ok(&b);
	buf_done(&b);
}

/* The title and what stands around it. */
static void read_visible(struct offer *o, const struct html *h,
                         const struct meta *m, const struct jsonld *ld)
{
	struct headline c = { .article = jsonld_title(ld, o, ld->article),
		              .meta = meta_get(m, META_TITLE),
		              .site = o->f->site_name,
		              .host = o->f->source };
	struct fiche_text heading;
	struct buf title = { 0 };
	uint32_t node;

	if (m->title)
		html_put_inline(&title, h, m->title);
	o->f->failed |= !buf_ok(&title);
	c.title = text_of(&title);
	heading = headline_heading(&node, o, h, &c);
	headline_choose(o, heading, &c);
	if (node == 0)
		node = headline_find(h, o->f->title);
	byline_offer(o, h, node);
	offer_day_of_url(o);
	byline_offer_near(o, h, node);
	buf_done(&title);
}

/* As it is told to machines, paragraphs kept. */
static int put_hint(struct buf *out, struct offer *o, const struct jsonld *ld,
                    struct fiche_error *err)
{
	struct fiche_text body = jsonld_body(ld, o, ld->article);

	if (body.len && memchr(body.ptr, '<', body.len))
		return page_html_text(out, body.ptr, body.len, err);
	body = offer_clean(o, body);
	buf_put(out, body.ptr, body.len);
	return 0;
}

static int read_text(struct offer *o, const struct html *h,
                     const struct jsonld *ld, struct fiche_error *err)
{
	struct buf hint = { 0 }, out = { 0 };
	struct facts *f = o->f;
	int r;

	r = put_hint(&hint, o, ld, err);
	if (r == 0)
		r = readable_put(&out, h, text_of(&hint), err);
	f->failed |= !buf_ok(&hint) || !buf_ok(&out);
	if (r == 0 && !f->failed) {
		f->text.ptr = arena_strndup(
			f->arena, out.len ? (char *)out.ptr : "", out.len);
		f->text.len = f->text.ptr ? out.len : 0;
		f->failed |= !f->text.ptr;
		f->has_text = true;
	}
	buf_done(&hint);
	buf_done(&out);
	return r;
}

/* Of a page that says no date, the first paragraphs may. */
static void read_dateline(struct offer *o)
{
	struct facts *f = o->f;
	struct fiche_text rest = f->text, line;
	struct dateline d;

	for (int i = 0; i < LEAD_LINES && rest.len && !f->published.len; i++) {
		const char *end = memchr(rest.ptr, '\n', rest.len);

		line = rest;
		if (end)
			line.len = (size_t)(end - rest.ptr);
		rest.ptr += line.len + (end != NULL);
		rest.len -= line.len + (end != NULL);
		if (dateline_read(&d, line.ptr, line.len) && d.has_day)
			candidates_set(f, &d.day, line, f->text, o->opt->now);
	}
}

static int read_tree(struct facts *f, const struct html *h,
                     const struct page_options *opt, struct fiche_error *err)
{
	struct offer o = { .f = f, .opt = opt };
	struct jsonld ld;
	struct meta m;
	int r;

	meta_read(&m, h);
	o.day_first = is_day_first(m.language);
	set_url(&o, &m);
	jsonld_read(&ld, &o, h, f->url);
	offer_text(&o, &f->url, jsonld_url(&ld, &o, ld.article));
	offer_site(&o, meta_get(&m, META_SITE));
	offer_site(&o, jsonld_publisher(&ld, &o, ld.article));
	set_source(f);
	jsonld_offer(&ld, &o, ld.article);
	meta_offer(&m, &o);
	jsonld_offer(&ld, &o, ld.page);
	read_visible(&o, h, &m, &ld);
	r = read_text(&o, h, &ld, err);
	read_dateline(&o);
	jsonld_done(&ld);
	return r;
}

int page_read_html(struct facts *f, const void *bytes, size_t len,
                   const struct page_options *opt, struct fiche_error *err)
{
	struct arena arena = { 0 };
	struct buf utf8 = { 0 };
	struct fiche_text text;
	struct html h;
	int r;

	r = charset_to_utf8(&text, &utf8, NULL, bytes, len, opt->charset, true,
	                    err);
	if (r == 0)
		r = html_parse(&h, &arena, text.ptr, text.len, err);
	if (r == 0)
		r = read_tree(f, &h, opt, err);
	arena_done(&arena);
	buf_done(&utf8);
	return r == 0 && f->failed ? err_nomem(err) : r;
}

int page_read_text(struct facts *f, const void *bytes, size_t len,
                   const struct page_options *opt, struct fiche_error *err)
{
	struct buf utf8 = { 0 }, story = { 0 };
	struct fiche_text text;
	int r;

	r = charset_to_utf8(&text, &utf8, NULL, bytes, len, opt->charset, false,
	                    err);
	if (f->url.len)
		set_source(f);
	if (r == 0)
		r = plain_read(f, &story, text.ptr, text.len, opt, err);
	if (r < 0)
		goto out;
	if (story.len)
		text = text_of(&story);
	/* Other bytes than those of the document, be it its encoding alone. */
	if (story.len || utf8.len) {
		f->text.ptr = arena_strndup(f->arena, text.ptr, text.len);
		f->text.len = f->text.ptr ? text.len : 0;
		f->has_text = f->text.ptr != NULL;
		if (!f->text.ptr)
			r = err_nomem(err);
	}
out:
	buf_done(&utf8);
	buf_done(&story);
	return r;
}
