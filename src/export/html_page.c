/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_page.c - the page of one article; see html_page.h.
 *
 * What reference managers, search engines and fiche itself look for stands in
 * the head, in four vocabularies: citation_, Dublin Core, Open Graph, and
 * schema.org as JSON-LD.
 */

#include "export/html_page.h"

#include <string.h>

#include "article/date.h"
#include "article/json.h"
#include "export/cell.h"
#include "export/kind.h"
#include "export/markup.h"

static struct fiche_text text_of(const struct buf *b)
{
	return (struct fiche_text){ (const char *)b->ptr, b->len };
}

static const struct fiche_text *title_of(const struct fiche_article *a)
{
	static const struct fiche_text none = { "Without title", 13 };

	return a->title.len > 0 ? &a->title : &none;
}

/* ---- the head ------------------------------------------------------ */

static void put_list(struct buf *out, const struct fiche_text *items,
                     size_t count, const char *citation, const char *dc,
                     const char *og)
{
	for (size_t i = 0; i < count; i++) {
		markup_meta(out, citation, &items[i]);
		markup_meta(out, dc, &items[i]);
		markup_property(out, og, &items[i]);
	}
}

static void put_dates(struct buf *out, const struct fiche_article *a)
{
	struct buf b = { 0 };
	struct fiche_text t;

	date_format(&b, &a->published);
	t = text_of(&b);
	markup_meta(out, "DC.date", &t);
	markup_property(out, "article:published_time", &t);
	/* This one wants 2024/03/05. */
	for (size_t i = 0; i < b.len && i < 10; i++)
		if (b.ptr[i] == '-')
			b.ptr[i] = '/';
	t.len = t.len < 10 ? t.len : 10;
	markup_meta(out, "citation_publication_date", &t);
	buf_clear(&b);
	date_format(&b, &a->modified);
	t = text_of(&b);
	markup_property(out, "article:modified_time", &t);
	out->failed |= b.failed;
	buf_done(&b);
}

static void put_url_metas(struct buf *out, const struct fiche_article *a)
{
	struct buf b = { 0 };
	struct fiche_text t;

	if (!kind_is_web(&a->url))
		return;
	kind_put_url(&b, &a->url);
	t = text_of(&b);
	markup_meta(out, "DC.identifier", &t);
	markup_property(out, "og:url", &t);
	buf_text(out, "<link rel=\"canonical\" href=\"");
	markup_text(out, t.ptr, t.len);
	buf_text(out, "\">\n");
	out->failed |= b.failed;
	buf_done(&b);
}

static void put_metas(struct buf *out, const struct fiche_article *a)
{
	static const struct fiche_text article = { "article", 7 };

	markup_meta(out, "citation_title", &a->title);
	markup_meta(out, "DC.title", &a->title);
	markup_property(out, "og:title", &a->title);
	markup_property(out, "og:type", &article);
	put_list(out, a->authors, a->author_count, "citation_author",
	         "DC.creator", "article:author");
	put_list(out, a->tags, a->tag_count, "citation_keywords", "DC.subject",
	         "article:tag");
	put_dates(out, a);
	markup_meta(out, "citation_journal_title", &a->source);
	markup_meta(out, "DC.publisher", &a->source);
	markup_property(out, "og:site_name", &a->source);
	markup_meta(out, "citation_language", &a->language);
	markup_meta(out, "DC.language", &a->language);
	markup_property(out, "article:section", &a->section);
	markup_meta(out, "description", &a->summary);
	markup_property(out, "og:description", &a->summary);
	put_url_metas(out, a);
}

static void ld_key(struct buf *json, const char *key)
{
	buf_printf(json, ",\"%s\":", key);
}

static void ld_text(struct buf *json, const char *key,
                    const struct fiche_text *t)
{
	if (t->len == 0)
		return;
	ld_key(json, key);
	json_quote(json, t->ptr, t->len);
}

static void ld_date(struct buf *json, const char *key,
                    const struct fiche_date *d)
{
	if (d->precision == FICHE_DATE_NONE)
		return;
	ld_key(json, key);
	buf_text(json, "\"");
	date_format(json, d);
	buf_text(json, "\"");
}

static void ld_authors(struct buf *json, const struct fiche_article *a)
{
	if (a->author_count == 0)
		return;
	ld_key(json, "author");
	for (size_t i = 0; i < a->author_count; i++) {
		buf_text(json, i == 0 ? "[" : ",");
		buf_text(json, "{\"@type\":\"Person\",\"name\":");
		json_quote(json, a->authors[i].ptr, a->authors[i].len);
		buf_text(json, "}");
	}
	buf_text(json, "]");
}

static void put_linked_data(struct buf *out, const struct fiche_article *a)
{
	struct buf json = { 0 };

	buf_text(&json, "{\"@context\":\"https://schema.org\","
	                "\"@type\":\"NewsArticle\"");
	ld_text(&json, "headline", &a->title);
	ld_text(&json, "url", &a->url);
	ld_date(&json, "datePublished", &a->published);
	ld_date(&json, "dateModified", &a->modified);
	ld_authors(&json, a);
	if (a->source.len > 0) {
		ld_key(&json, "publisher");
		buf_text(&json, "{\"@type\":\"Organization\",\"name\":");
		json_quote(&json, a->source.ptr, a->source.len);
		buf_text(&json, "}");
	}
	ld_text(&json, "inLanguage", &a->language);
	if (a->tag_count > 0) {
		ld_key(&json, "keywords");
		cell_json(&json, CELL_TAGS, a);
	}
	ld_text(&json, "articleSection", &a->section);
	ld_text(&json, "description", &a->summary);
	ld_key(&json, "identifier");
	buf_text(&json, "\"sha256:");
	cell_digest(&json, a);
	buf_text(&json, "\"}");
	buf_text(out, "<script type=\"application/ld+json\">");
	markup_json(out, &json);
	buf_text(out, "</script>\n");
	buf_done(&json);
}

/* ---- the body ------------------------------------------------------ */

static void put_part(struct buf *out, bool *any, const struct fiche_text *t)
{
	if (t->len == 0)
		return;
	buf_text(out, *any ? " \xc2\xb7 " : "");
	markup_text(out, t->ptr, t->len);
	*any = true;
}

/* "example.org · 2024-03-05T10:00:00Z · Ada Writer · original page" */
static void put_about(struct buf *out, const struct fiche_article *a)
{
	struct buf date = { 0 };
	struct fiche_text t;
	bool any = false;

	date_format(&date, &a->published);
	t = text_of(&date);
	buf_text(out, "<p class=\"about\">");
	put_part(out, &any, &a->source);
	put_part(out, &any, &t);
	put_part(out, &any, &a->section);
	for (size_t i = 0; i < a->author_count; i++)
		put_part(out, &any, &a->authors[i]);
	if (kind_is_web(&a->url)) {
		buf_text(out, any ? " \xc2\xb7 " : "");
		buf_text(out, "<a rel=\"noreferrer noopener\" href=\"");
		kind_put_url(&date, &a->url);
		/* Behind the date, which is written already. */
		markup_text(out, (const char *)date.ptr + t.len,
		            date.len - t.len);
		buf_text(out, "\">original page</a>");
	}
	buf_text(out, "</p>\n");
	out->failed |= date.failed;
	buf_done(&date);
}

static void put_paragraph(struct buf *out, const char *text, size_t len)
{
	size_t blanks = 0;

	while (blanks < len && (text[blanks] == ' ' || text[blanks] == '\t' ||
	                        text[blanks] == '\r'))
		blanks++;
	if (blanks == len)
		return;
	buf_text(out, "<p dir=\"auto\">");
	markup_text(out, text, len);
	buf_text(out, "</p>\n");
}

static void put_text(struct buf *out, const struct fiche_text *t)
{
	size_t at = 0;

	while (at < t->len) {
		const char *from = t->ptr + at;
		const char *lf = memchr(from, '\n', t->len - at);
		size_t len = lf ? (size_t)(lf - from) : t->len - at;

		put_paragraph(out, from, len);
		at += len + 1;
	}
}

static void put_footer(struct buf *out, const struct fiche_article *a)
{
	bool any = false;

	buf_text(out, "<footer>\n");
	if (a->tag_count > 0) {
		buf_text(out, "<p>");
		for (size_t i = 0; i < a->tag_count; i++)
			put_part(out, &any, &a->tags[i]);
		buf_text(out, "</p>\n");
	}
	buf_text(out, "<p>sha256:");
	cell_digest(out, a);
	buf_text(out, "</p>\n</footer>\n");
}

void html_page(struct buf *out, const struct fiche_article *a,
               const char *policy, const char *month, const char *source)
{
	const struct fiche_text *title = title_of(a);

	markup_head(out, policy, &a->language, title);
	put_metas(out, a);
	put_linked_data(out, a);
	markup_body(out);
	buf_printf(out,
	           "<nav><a href=\"../../index.html\">all articles</a> "
	           "\xc2\xb7 <a href=\"../../%s\">same month</a> "
	           "\xc2\xb7 <a href=\"../../%s\">same source</a></nav>\n"
	           "<article>\n<h1 dir=\"auto\">",
	           month, source);
	markup_text(out, title->ptr, title->len);
	buf_text(out, "</h1>\n");
	put_about(out, a);
	if (a->summary.len > 0) {
		buf_text(out, "<p dir=\"auto\"><em>");
		markup_text(out, a->summary.ptr, a->summary.len);
		buf_text(out, "</em></p>\n");
	}
	put_text(out, &a->text);
	buf_text(out, "</article>\n");
	put_footer(out, a);
	markup_end(out);
}
