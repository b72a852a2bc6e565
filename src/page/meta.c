/* SPDX-License-Identifier: Apache-2.0 */
/* meta.c - the table of names, and their use; see meta.h. */

#include "page/meta.h"

#include <string.h>

#include "page/letters.h"
#include "page/links.h"

/* In lower case, the most trusted of each slot first. */
static const struct {
	const char *name;
	enum meta_slot slot;
} names[] = {
	{ "og:title", META_TITLE },
	{ "headline", META_TITLE },
	{ "citation_title", META_TITLE },
	{ "parsely-title", META_TITLE },
	{ "sailthru.title", META_TITLE },
	{ "dc.title", META_TITLE },
	{ "dcterms.title", META_TITLE },
	{ "articletitle", META_TITLE },
	{ "hdl", META_TITLE },
	{ "twitter:title", META_TITLE },
	{ "title", META_TITLE },

	{ "article:published_time", META_PUBLISHED },
	{ "og:article:published_time", META_PUBLISHED },
	{ "article:published", META_PUBLISHED },
	{ "og:published_time", META_PUBLISHED },
	{ "datepublished", META_PUBLISHED },
	{ "rnews:datepublished", META_PUBLISHED },
	{ "parsely-pub-date", META_PUBLISHED },
	{ "sailthru.date", META_PUBLISHED },
	{ "dc.date.issued", META_PUBLISHED },
	{ "dcterms.issued", META_PUBLISHED },
	{ "dcterms.created", META_PUBLISHED },
	{ "dc.date.created", META_PUBLISHED },
	{ "dcterms.date", META_PUBLISHED },
	{ "dc.date", META_PUBLISHED },
	{ "prism.publicationdate", META_PUBLISHED },
	{ "citation_publication_date", META_PUBLISHED },
	{ "citation_date", META_PUBLISHED },
	{ "publication_date", META_PUBLISHED },
	{ "publish_date", META_PUBLISHED },
	{ "publish-date", META_PUBLISHED },
	{ "published-date", META_PUBLISHED },
	{ "publishdate", META_PUBLISHED },
	{ "published_date", META_PUBLISHED },
	{ "published_time", META_PUBLISHED },
	{ "publicationdate", META_PUBLISHED },
	{ "article.published", META_PUBLISHED },
	{ "article_date_original", META_PUBLISHED },
	{ "originalpublicationdate", META_PUBLISHED },
	{ "cxenseparse:recs:publishtime", META_PUBLISHED },
	{ "cxenseparse:publishtime", META_PUBLISHED },
	{ "bt:pubdate", META_PUBLISHED },
	{ "vr:published_time", META_PUBLISHED },
	{ "displaydate", META_PUBLISHED },
	{ "iso-8601-publish-date", META_PUBLISHED },
	{ "pubdate", META_PUBLISHED },
	{ "ptime", META_PUBLISHED },
	{ "pub_date", META_PUBLISHED },
	{ "datecreated", META_PUBLISHED },
	{ "date", META_PUBLISHED },

	{ "article:modified_time", META_MODIFIED },
	{ "og:article:modified_time", META_MODIFIED },
	{ "og:modified_time", META_MODIFIED },
	{ "article:modified", META_MODIFIED },
	{ "datemodified", META_MODIFIED },
	{ "og:updated_time", META_MODIFIED },
	{ "dcterms.modified", META_MODIFIED },
	{ "dc.date.modified", META_MODIFIED },
	{ "lastmod", META_MODIFIED },
	{ "last-modified", META_MODIFIED },
	{ "eomportal-lastupdate", META_MODIFIED },
	{ "utime", META_MODIFIED },

	{ "parsely-author", META_AUTHOR },
	{ "sailthru.author", META_AUTHOR },
	{ "citation_author", META_AUTHOR },
	{ "author", META_AUTHOR },
	{ "article:author", META_AUTHOR },
	{ "article:author_name", META_AUTHOR },
	{ "article.author", META_AUTHOR },
	{ "og:article:author", META_AUTHOR },
	{ "dc.creator", META_AUTHOR },
	{ "dcterms.creator", META_AUTHOR },
	{ "byl", META_AUTHOR },
	{ "byline", META_AUTHOR },
	{ "authors", META_AUTHOR },
	{ "creator", META_AUTHOR },
	{ "cxenseparse:author", META_AUTHOR },

	{ "news_keywords", META_TAG },
	{ "article:tag", META_TAG },
	{ "og:article:tag", META_TAG },
	{ "parsely-tags", META_TAG },
	{ "sailthru.tags", META_TAG },
	{ "citation_keywords", META_TAG },
	{ "keywords", META_TAG },
	{ "dc.subject", META_TAG },
	{ "dcterms.subject", META_TAG },

	{ "og:description", META_SUMMARY },
	{ "description", META_SUMMARY },
	{ "dc.description", META_SUMMARY },
	{ "dcterms.description", META_SUMMARY },
	{ "dcterms.abstract", META_SUMMARY },
	{ "sailthru.description", META_SUMMARY },
	{ "twitter:description", META_SUMMARY },

	{ "og:site_name", META_SITE },
	{ "citation_journal_title", META_SITE },
	{ "dc.publisher", META_SITE },
	{ "dcterms.publisher", META_SITE },
	{ "publisher", META_SITE },
	{ "application-name", META_SITE },
	{ "apple-mobile-web-app-title", META_SITE },

	{ "content-language", META_LANGUAGE },
	{ "inlanguage", META_LANGUAGE },
	{ "og:locale", META_LANGUAGE },
	{ "dc.language", META_LANGUAGE },
	{ "dcterms.language", META_LANGUAGE },
	{ "language", META_LANGUAGE },

	{ "article:section", META_SECTION },
	{ "og:article:section", META_SECTION },
	{ "article.section", META_SECTION },
	{ "parsely-section", META_SECTION },
	{ "articlesection", META_SECTION },

	{ "dc.identifier", META_ID },
	{ "dcterms.identifier", META_ID },
	{ "parsely-post-id", META_ID },
	{ "article_id", META_ID },
	{ "articleid", META_ID },

	{ "og:url", META_URL },
	{ "parsely-link", META_URL },
	{ "twitter:url", META_URL },
};

#define NAME_COUNT (sizeof(names) / sizeof(*names))

_Static_assert(NAME_COUNT <= META_NAMES, "no room for the names");

static size_t name_index(struct fiche_text t)
{
	/* DC:title is written for DC.title. */
	char name[48];

	if (t.len == 0 || t.len >= sizeof(name))
		return NAME_COUNT;
	for (size_t i = 0; i < t.len; i++) {
		unsigned char c = (unsigned char)t.ptr[i];

		name[i] = (char)(c < 0x80 ? letters_lower(c) : c);
	}
	name[t.len] = '\0';
	if (strncmp(name, "dc:", 3) == 0)
		name[2] = '.';
	else if (strncmp(name, "dcterms:", 8) == 0)
		name[7] = '.';
	for (size_t i = 0; i < NAME_COUNT; i++)
		if (names[i].name[0] == name[0] &&
		    strcmp(names[i].name, name) == 0)
			return i;
	return NAME_COUNT;
}

static struct fiche_text content_of(const struct html *h, uint32_t node)
{
	struct fiche_text t = html_attr(h, node, "content");

	if (t.len == 0)
		t = html_attr(h, node, "value");
	return letters_trim(t);
}

/* The known name of a meta tag, or NAME_COUNT. */
static size_t index_of(const struct html *h, uint32_t node)
{
	static const char *const attrs[] = { "property", "name", "itemprop",
		                             "http-equiv" };
	size_t found = NAME_COUNT;

	for (size_t i = 0; i < 4 && found == NAME_COUNT; i++)
		found = name_index(letters_trim(html_attr(h, node, attrs[i])));
	return found;
}

static bool in_svg(const struct html *h, uint32_t node)
{
	return h->nodes[h->nodes[node].parent].tag == HTML_SVG;
}

void meta_read(struct meta *out, const struct html *h)
{
	size_t found;

	*out = (struct meta){ .h = h };
	for (uint32_t i = 1; i < h->count; i++) {
		switch (h->nodes[i].tag) {
		case HTML_META:
			found = index_of(h, i);
			if (found == NAME_COUNT || content_of(h, i).len == 0)
				break;
			if (out->count[found]++ == 0)
				out->first[found] = i;
			break;
		case HTML_TITLE:
			if (!out->title && !in_svg(h, i))
				out->title = i;
			break;
		case HTML_LINK:
			if (!out->canonical &&
			    html_attr_has(h, i, "rel", "canonical"))
				out->canonical = i;
			break;
		case HTML_HTML:
			out->language = html_attr(h, i, "lang");
			if (out->language.len == 0)
				out->language = html_attr(h, i, "xml:lang");
			break;
		case HTML_OTHER:
			if (!out->base &&
			    letters_equal(h->nodes[i].text, "base"))
				out->base = i;
			break;
		default:
			break;
		}
	}
}

struct fiche_text meta_get(const struct meta *m, enum meta_slot slot)
{
	for (size_t i = 0; i < NAME_COUNT; i++)
		if (names[i].slot == slot && m->count[i])
			return content_of(m->h, m->first[i]);
	return (struct fiche_text){ "", 0 };
}

void meta_put_url(struct buf *out, const struct meta *m, struct fiche_text url)
{
	struct fiche_text own = meta_get(m, META_URL), base = { "", 0 };
	struct fiche_text canonical = { "", 0 };

	if (m->canonical)
		canonical = letters_trim(html_attr(m->h, m->canonical, "href"));
	if (m->base)
		base = letters_trim(html_attr(m->h, m->base, "href"));
	if (!links_is_whole(base))
		base = links_is_whole(url) ? url : own;
	links_join(out, base, canonical);
	if (out->len == 0)
		links_join(out, base, own);
}

/* All that bear the name, in their order; with several, each is one. */
static void offer_all(const struct meta *m, struct offer *o, size_t name,
                      uint32_t max)
{
	uint32_t count = m->count[name], left = count < max ? count : max;

	for (uint32_t i = m->first[name]; left && i < m->h->count; i++) {
		struct fiche_text t;

		if (m->h->nodes[i].tag != HTML_META ||
		    index_of(m->h, i) != name)
			continue;
		t = content_of(m->h, i);
		left -= t.len > 0;
		if (names[name].slot == META_AUTHOR)
			offer_authors(o, t);
		else if (count == 1)
			offer_tags(o, t);
		else
			offer_tag(o, t);
	}
}

static void offer_one(const struct meta *m, struct offer *o, size_t name)
{
	struct fiche_text t = content_of(m->h, m->first[name]);
	struct facts *f = o->f;

	switch (names[name].slot) {
	case META_PUBLISHED:
		offer_date(o, &f->published, t);
		break;
	case META_MODIFIED:
		offer_date(o, &f->modified, t);
		break;
	case META_AUTHOR:
		if (f->authors.count == 0)
			offer_all(m, o, name, 64);
		break;
	case META_TAG:
		if (f->tags.count == 0)
			offer_all(m, o, name, LIST_MAX);
		break;
	case META_SUMMARY:
		offer_text(o, &f->summary, t);
		break;
	case META_LANGUAGE:
		offer_language(o, t);
		break;
	case META_SECTION:
		/* Some give its address. */
		if (!links_is_whole(t))
			offer_text(o, &f->section, t);
		break;
	case META_ID:
		if (!links_is_whole(t))
			offer_text(o, &f->id, t);
		break;
	default:
		break;
	}
}

void meta_offer(const struct meta *m, struct offer *o)
{
	offer_language(o, m->language);
	for (size_t i = 0; i < NAME_COUNT; i++)
		if (m->count[i])
			offer_one(m, o, i);
}
