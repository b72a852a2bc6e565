/* SPDX-License-Identifier: Apache-2.0 */
/* feed_item.c - names of elements, and the facts they stand for; see feed.h. */
#include <string.h>

#include "base/err.h"
#include "ingest/classify.h"
#include "ingest/feed.h"
#include "ingest/object.h"
#include "ingest/recode.h"
#include "page/links.h"
#include "page/page.h"

/* ---- Names ---- */

static const struct {
	const char *root;
	enum feed_kind kind;
	const char *mark; /* what must be somewhere behind it */
} roots[] = {
	{ "rss", FEED_RSS, "<channel" },
	{ "rdf:RDF", FEED_RSS, "purl.org/rss" },
	{ "RDF", FEED_RSS, "purl.org/rss" },
	{ "feed", FEED_ATOM, "tom" }, /* Atom in its namespace */
	{ "atom:feed", FEED_ATOM, "tom" },
	{ "urlset", FEED_SITEMAP, "sitemap-news" },
	{ "items", FEED_ITEMS, "<item>" },
	{ "doc", FEED_DOC, "<main" },
	{ "TEI", FEED_TEI, "tei-c.org" },
};

enum feed_kind feed_kind_of(const char *root)
{
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strcmp(roots[i].root, root) == 0)
			return roots[i].kind;
	return FEED_NONE;
}

const char *feed_name(const char *name)
{
	static const char *const kept[] = {
		"dc:",    "dcterms:", "content:", "media:", "news:", "itunes:",
		"image:", "video:",   "thr:",     "xhtml:", NULL
	};
	const char *colon = strchr(name, ':');

	for (const char *const *k = kept; colon != NULL && *k != NULL; k++)
		if (strncmp(name, *k, strlen(*k)) == 0)
			return name;
	return colon != NULL ? colon + 1 : name;
}

enum feed_part feed_part_of(const char *name)
{
	static const struct {
		const char *name;
		enum feed_part part;
	} parts[] = {
		{ "title", PART_TITLE },
		{ "link", PART_LINK },
		{ "loc", PART_LINK },
		{ "guid", PART_ID },
		{ "id", PART_ID },
		{ "pubDate", PART_PUBLISHED },
		{ "published", PART_PUBLISHED },
		{ "issued", PART_PUBLISHED },
		{ "dc:date", PART_PUBLISHED },
		{ "dcterms:created", PART_PUBLISHED },
		{ "dcterms:issued", PART_PUBLISHED },
		{ "news:publication_date", PART_PUBLISHED },
		{ "updated", PART_MODIFIED },
		{ "modified", PART_MODIFIED },
		{ "lastmod", PART_MODIFIED },
		{ "dcterms:modified", PART_MODIFIED },
		{ "author", PART_AUTHOR },
		{ "dc:creator", PART_AUTHOR },
		{ "category", PART_TAG },
		{ "dc:subject", PART_TAG },
		{ "news:keywords", PART_TAG },
		{ "language", PART_LANGUAGE },
		{ "dc:language", PART_LANGUAGE },
		{ "news:language", PART_LANGUAGE },
		{ "news:name", PART_SITE },
		{ "dc:publisher", PART_SITE },
		{ "news:title", PART_TITLE },
		{ "dc:title", PART_TITLE },
		{ "description", PART_SUMMARY },
		{ "summary", PART_SUMMARY },
		{ "dc:description", PART_SUMMARY },
		{ "content:encoded", PART_CONTENT },
		{ "content", PART_CONTENT },
		{ "xhtml:body", PART_CONTENT },
		{ "news:news", PART_INSIDE },
		{ "news:publication", PART_INSIDE },
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(parts[i].name, name) == 0)
			return parts[i].part;
	return PART_OTHER;
}

const char *feed_type(enum feed_kind kind)
{
	return kind == FEED_RSS    ? "application/rss+xml"
	       : kind == FEED_ATOM ? "application/atom+xml"
	                           : "application/xml";
}

/* ---- Sniffing ---- */

/* Behind the "?>" or its like; NULL if it is not there. */
static const char *behind(const char *at, const char *mark)
{
	at = strstr(at, mark);
	return at != NULL ? at + strlen(mark) : NULL;
}

static enum feed_kind look_at(const char *at)
{
	char root[16];
	size_t n;

	for (;;) {
		at += strspn(at, " \t\r\n");
		if (strncmp(at, "<?", 2) == 0)
			at = behind(at, "?>");
		else if (strncmp(at, "<!--", 4) == 0)
			at = behind(at, "-->");
		else if (strncmp(at, "<!", 2) == 0)
			at = behind(at,
			            at[strcspn(at, "[>")] == '[' ? "]>" : ">");
		else
			break;
		if (at == NULL)
			return FEED_NONE;
	}
	if (*at++ != '<')
		return FEED_NONE;
	n = strcspn(at, " \t\r\n/>");
	if (n >= sizeof(root))
		return FEED_NONE;
	memcpy(root, at, n);
	root[n] = '\0';
	for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++)
		if (strcmp(roots[i].root, root) == 0)
			return strstr(at, roots[i].mark) != NULL ? roots[i].kind
			                                         : FEED_NONE;
	return FEED_NONE;
}

enum feed_kind feed_look(const struct look *look)
{
	struct buf text = { 0 };
	enum feed_kind kind = FEED_NONE;

	recode_look(&text, look);
	buf_u8(&text, '\0');
	if (buf_ok(&text))
		kind = look_at((const char *)text.ptr);
	buf_done(&text);
	return kind;
}

/* ---- Facts ---- */

static void trim(struct fiche_text *t)
{
	while (t->len > 0 && classify_blank((const uint8_t *)t->ptr, 1)) {
		t->ptr++;
		t->len--;
	}
	while (t->len > 0 &&
	       classify_blank((const uint8_t *)t->ptr + t->len - 1, 1))
		t->len--;
}

static bool has_markup(struct fiche_text t)
{
	return t.len > 0 && (memchr(t.ptr, '<', t.len) != NULL ||
	                     memchr(t.ptr, '&', t.len) != NULL);
}

/* Append what a person reads of it, which may be HTML. */
static int put_plain(struct buf *out, struct fiche_text t,
                     struct fiche_error *err)
{
	if (has_markup(t))
		return page_html_text(out, t.ptr, t.len, err);
	buf_put(out, t.ptr, t.len);
	return 0;
}

static int set_plain(struct facts *f, struct fiche_text *to,
                     struct fiche_text t, struct fiche_error *err)
{
	struct buf b = { 0 };
	int r = put_plain(&b, t, err);

	if (r == 0)
		facts_set(f, to,
		          (struct fiche_text){ (const char *)b.ptr, b.len });
	f->failed |= b.failed;
	buf_done(&b);
	return r;
}

static void set_link(struct facts *f, struct fiche_text link,
                     struct fiche_text base)
{
	struct buf b = { 0 };

	links_join(&b, base, link);
	f->failed |= b.failed;
	facts_set(f, &f->url,
	          (struct fiche_text){ (const char *)b.ptr, b.len });
	buf_done(&b);
}

/* "a@b.example (Name)" is the form of RSS. */
static void add_author(struct facts *f, struct fiche_text t)
{
	const char *open = t.len > 0 ? memchr(t.ptr, '(', t.len) : NULL;

	if (open != NULL && memchr(t.ptr, '@', t.len) != NULL &&
	    t.ptr[t.len - 1] == ')') {
		t.len -= (size_t)(open - t.ptr) + 2;
		t.ptr = open + 1;
	}
	facts_add(f, &f->authors, t);
}

int feed_take(struct feed_item *item, enum feed_part part,
              struct fiche_text text, struct fiche_text base,
              struct fiche_error *err)
{
	struct facts *f = &item->facts;

	trim(&text);
	switch (part) {
	case PART_TITLE:
		return set_plain(f, &f->title, text, err);
	case PART_LINK:
		set_link(f, text, base);
		break;
	case PART_ID:
		facts_set(f, &f->id, text);
		break;
	case PART_PUBLISHED:
		facts_set(f, &f->published, text);
		break;
	case PART_MODIFIED:
		facts_set(f, &f->modified, text);
		break;
	case PART_AUTHOR:
		add_author(f, text);
		break;
	case PART_TAG:
		facts_add(f, &f->tags, text);
		break;
	case PART_LANGUAGE:
		facts_set(f, &f->language, text);
		break;
	case PART_SITE:
		facts_set(f, &f->site_name, text);
		break;
	case PART_SUMMARY:
	case PART_CONTENT: {
		struct buf *to =
			part == PART_CONTENT ? &item->content : &item->summary;

		if (to->len == 0)
			buf_put(to, text.ptr, text.len);
		break;
	}
	default:
		break;
	}
	return 0;
}

static struct fiche_text all_of(const struct buf *b)
{
	return (struct fiche_text){ (const char *)b->ptr, b->len };
}

int feed_finish(struct feed_item *item, const struct input *i,
                struct fiche_error *err)
{
	struct facts *f = &item->facts;
	int r = 0;

	if (!buf_ok(&item->content) || !buf_ok(&item->summary) ||
	    !buf_ok(&item->text) || !buf_ok(&item->json))
		return err_nomem(err);
	if (item->json.len > 0) {
		r = object_facts(f, i->in->opt.defaults,
		                 (const char *)item->json.ptr, item->json.len,
		                 err);
		if (r == FICHE_ERR_INPUT)
			r = 0;
		if (r == 0 && f->has_text && object_is_html(f->text))
			r = object_html_text(f, &item->text, f->text,
			                     i->in->opt.now, err);
	}
	if (r == 0 && item->content.len > 0) {
		r = put_plain(&item->text, all_of(&item->content), err);
		if (r == 0)
			r = set_plain(f, &f->summary, all_of(&item->summary),
			              err);
	} else if (r == 0 && item->summary.len > 0) {
		r = put_plain(&item->text, all_of(&item->summary), err);
	}
	if (r == 0 && !buf_ok(&item->text))
		r = err_nomem(err);
	/* Without a text, its title is what is there to be read. */
	if (item->text.len > 0)
		f->text = all_of(&item->text);
	else if (!f->has_text)
		f->text = f->title;
	f->has_text = f->text.len > 0;
	return r;
}
