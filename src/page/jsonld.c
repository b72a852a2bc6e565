/* SPDX-License-Identifier: Apache-2.0 */
/* jsonld.c - one object of many, and its members; see jsonld.h. */

#include "page/jsonld.h"

#include <string.h>

#include "page/letters.h"
#include "page/links.h"

/* Names that are read: each may be a reference, which costs a search. */
/* Objects of one name that are asked for more. */
#define FOLLOW_MAX 8
#define NAMES_MAX  64

static const struct {
	const char *name;
	int rank;
} types[] = {
	{ "NewsArticle", 3 },
	{ "ReportageNewsArticle", 3 },
	{ "AnalysisNewsArticle", 3 },
	{ "OpinionNewsArticle", 3 },
	{ "BackgroundNewsArticle", 3 },
	{ "ReviewNewsArticle", 3 },
	{ "AskPublicNewsArticle", 3 },
	{ "AdvertiserContentArticle", 3 },
	{ "SatiricalArticle", 3 },
	{ "LiveBlogPosting", 3 },
	{ "Article", 3 },
	{ "BlogPosting", 3 },
	{ "Report", 3 },
	{ "TechArticle", 3 },
	{ "ScholarlyArticle", 3 },
	{ "SocialMediaPosting", 2 },
	{ "WebPage", -2 },
	{ "ItemPage", -2 },
	{ "VideoObject", -1 },
};

/* Behind these keys stand other articles. */
static const char *const others[] = {
	"itemListElement", "hasPart",         "isPartOf",    "mentions",
	"citation",        "blogPost",        "blogPosts",   "liveBlogUpdate",
	"comment",         "comments",        "about",       "subjectOf",
	"isBasedOn",       "associatedMedia", "relatedLink", "review",
	"workExample",
};

static bool is_text(struct fiche_text t, const char *text)
{
	size_t n = strlen(text);

	return t.len == n && memcmp(t.ptr, text, n) == 0;
}

/* "NewsArticle", "schema:NewsArticle", "https://schema.org/NewsArticle" */
static int rank_of_type(struct fiche_text t)
{
	for (size_t i = t.len; i > 0; i--)
		if (strchr("/:#", t.ptr[i - 1])) {
			t.ptr += i;
			t.len -= i;
			break;
		}
	for (size_t i = 0; i < sizeof(types) / sizeof(*types); i++)
		if (is_text(t, types[i].name))
			return types[i].rank;
	return 0;
}

static int rank_of(const struct json_tree *t, uint32_t node)
{
	uint32_t type = json_tree_get(t, node, "@type");
	int rank = 0, one;

	if (type == 0)
		return 0;
	if (t->nodes[type].type == JSON_STRING)
		return rank_of_type(t->nodes[type].raw);
	for (uint32_t i = type + 1; i < t->nodes[type].end;
	     i = t->nodes[i].end) {
		if (t->nodes[i].type != JSON_STRING)
			continue;
		one = rank_of_type(t->nodes[i].raw);
		/* An article that is a page as well is an article. */
		if (rank == 0 || one > rank)
			rank = one ? one : rank;
	}
	return rank;
}

static struct fiche_text string_of(const struct jsonld *ld, struct offer *o,
                                   uint32_t node)
{
	const struct json_node *n = &ld->tree.nodes[node];
	struct fiche_text out = { "", 0 };
	struct buf b = { 0 };
	char *copy;

	if (node == 0 || n->raw.len == 0 ||
	    (n->type != JSON_STRING && n->type != JSON_NUMBER))
		return out;
	json_unescape(&b, n->raw.ptr, n->raw.len, NULL);
	copy = b.len ? arena_strndup(o->f->arena, (char *)b.ptr, b.len) : NULL;
	if (copy)
		out = (struct fiche_text){ copy, b.len };
	o->f->failed |= !buf_ok(&b) || (b.len && !copy);
	buf_done(&b);
	return out;
}

/* The object that another one names by its "@id". */
static uint32_t follow(const struct jsonld *ld, uint32_t node)
{
	const struct json_tree *t = &ld->tree;
	uint32_t id = json_tree_get(t, node, "@id"), own, found = 0;

	if (id == 0 || t->nodes[id].raw.len == 0)
		return 0;
	for (uint32_t i = 1; i < t->count; i++) {
		const struct json_node *n = &t->nodes[i];

		/* The member itself, in an object that says more. */
		if (n->raw.len != t->nodes[id].raw.len ||
		    !is_text(n->key, "@id") ||
		    memcmp(n->raw.ptr, t->nodes[id].raw.ptr, n->raw.len) != 0)
			continue;
		/* Not for ever, should they all be the same. */
		if (++found > FOLLOW_MAX)
			break;
		own = n->parent;
		if (json_tree_get(t, own, "name"))
			return own;
	}
	return 0;
}

/* A string, the name of an object, or that of the first of a list. */
static struct fiche_text name_of(const struct jsonld *ld, struct offer *o,
                                 uint32_t node)
{
	static const char *const names[] = { "name", "@value", "headline" };
	const struct json_tree *t = &ld->tree;
	uint32_t name = 0;

	if (node == 0)
		return (struct fiche_text){ "", 0 };
	if (t->nodes[node].type == JSON_ARRAY)
		node = t->nodes[node].end > node + 1 ? node + 1 : 0;
	if (node == 0 || t->nodes[node].type != JSON_OBJECT)
		return string_of(ld, o, node);
	for (size_t i = 0; i < 3 && name == 0; i++)
		name = json_tree_get(t, node, names[i]);
	if (name == 0)
		name = json_tree_get(t, follow(ld, node), "name");
	if (name && t->nodes[name].type == JSON_ARRAY)
		name = t->nodes[name].end > name + 1 ? name + 1 : 0;
	return string_of(ld, o, name);
}

static struct fiche_text member(const struct jsonld *ld, struct offer *o,
                                uint32_t node, const char *key)
{
	return name_of(ld, o, json_tree_get(&ld->tree, node, key));
}

struct fiche_text jsonld_title(const struct jsonld *ld, struct offer *o,
                               uint32_t node)
{
	struct fiche_text t = { "", 0 };

	if (node)
		t = member(ld, o, node, "headline");
	if (node && t.len == 0)
		t = member(ld, o, node, "name");
	return t;
}

struct fiche_text jsonld_url(const struct jsonld *ld, struct offer *o,
                             uint32_t node)
{
	static const char *const keys[] = { "url", "mainEntityOfPage", "@id" };
	const struct json_tree *t = &ld->tree;
	struct fiche_text url = { "", 0 };

	for (size_t i = 0; node && i < 3; i++) {
		uint32_t value = json_tree_get(t, node, keys[i]);

		if (value && t->nodes[value].type == JSON_OBJECT)
			value = json_tree_get(t, value, "@id");
		url = letters_trim(string_of(ld, o, value));
		if (links_is_whole(url))
			return url;
	}
	return (struct fiche_text){ "", 0 };
}

struct fiche_text jsonld_publisher(const struct jsonld *ld, struct offer *o,
                                   uint32_t node)
{
	return node ? member(ld, o, node, "publisher")
	            : (struct fiche_text){ "", 0 };
}

struct fiche_text jsonld_body(const struct jsonld *ld, struct offer *o,
                              uint32_t node)
{
	return node ? string_of(ld, o,
	                        json_tree_get(&ld->tree, node, "articleBody"))
	            : (struct fiche_text){ "", 0 };
}

/* What makes an object the one that the page is about. */
static int score(const struct jsonld *ld, struct offer *o, uint32_t node,
                 struct fiche_text url)
{
	const struct json_tree *t = &ld->tree;
	int rank = rank_of(t, node);
	struct fiche_text own;

	if (rank == 0)
		return 0;
	rank = rank < 0 ? -rank : rank;
	if (json_tree_get(t, node, "headline") ||
	    json_tree_get(t, node, "name"))
		rank += 20;
	if (json_tree_get(t, node, "datePublished") ||
	    json_tree_get(t, node, "uploadDate"))
		rank += 10;
	own = url.len ? jsonld_url(ld, o, node) : url;
	if (own.len && links_is_same(own, url))
		rank += 40;
	return rank;
}

static bool is_other(const struct json_node *n)
{
	for (size_t i = 0; n->key.len && i < sizeof(others) / sizeof(*others);
	     i++)
		if (is_text(n->key, others[i]))
			return true;
	return false;
}

static void choose(struct jsonld *ld, struct offer *o, struct fiche_text url)
{
	const struct json_tree *t = &ld->tree;
	int article = 0, page = 0, found;

	for (uint32_t i = 1; i < t->count; i++) {
		const struct json_node *n = &t->nodes[i];

		if (is_other(n)) {
			i = n->end - 1;
			continue;
		}
		if (n->type != JSON_OBJECT)
			continue;
		found = score(ld, o, i, url);
		if (rank_of(t, i) > 0 && found > article) {
			article = found;
			ld->article = i;
		} else if (rank_of(t, i) < 0 && found > page) {
			page = found;
			ld->page = i;
		}
	}
}

/* Blanks, and what hides scripts from very old browsers. */
static struct fiche_text unwrapped(struct fiche_text t)
{
	static const char *const marks[] = { "<!--", "//",        "/*", "*/",
		                             ";",    "<![CDATA[", "-->" };
	bool found = true;

	while (found) {
		t = letters_trim(t);
		found = false;
		for (size_t i = 0; i < sizeof(marks) / sizeof(*marks); i++) {
			size_t n = strlen(marks[i]);

			if (t.len < n || memcmp(t.ptr, marks[i], n) != 0)
				continue;
			t.ptr += n;
			t.len -= n;
			found = true;
		}
	}
	return t;
}

/* A copy without the commas that nothing follows, outside of strings. */
static size_t mend(char *out, struct fiche_text t)
{
	size_t len = 0, comma = SIZE_MAX;
	bool string = false;

	for (size_t i = 0; i < t.len; i++) {
		char c = t.ptr[i];

		if (string) {
			out[len++] = c;
			if (c == '\\' && i + 1 < t.len)
				out[len++] = t.ptr[++i];
			else
				string = c != '"';
			continue;
		}
		if ((c == '}' || c == ']') && comma != SIZE_MAX)
			out[comma] = ' ';
		if (c == ',')
			comma = len;
		else if ((unsigned char)c > ' ')
			comma = SIZE_MAX;
		string = c == '"';
		out[len++] = c;
	}
	return len;
}

static bool is_jsonld(const struct html *h, uint32_t node)
{
	struct fiche_text type;

	if (h->nodes[node].tag != HTML_SCRIPT)
		return false;
	type = html_attr(h, node, "type");
	for (size_t i = 0; i < type.len; i++)
		if (type.ptr[i] == ';')
			type.len = i;
	return letters_equal(letters_trim(type), "application/ld+json");
}

static void read_script(struct jsonld *ld, struct offer *o,
                        struct fiche_text text)
{
	char *copy;
	size_t len;

	text = unwrapped(text);
	if (text.len == 0)
		return;
	copy = arena_take(o->f->arena, text.len);
	if (!copy) {
		o->f->failed = true;
		return;
	}
	len = mend(copy, text);
	json_tree_add(&ld->tree, copy, len);
	o->f->failed |= ld->tree.failed;
}

void jsonld_read(struct jsonld *out, struct offer *o, const struct html *h,
                 struct fiche_text url)
{
	*out = (struct jsonld){ 0 };
	for (uint32_t i = 0; i < h->count; i++)
		if (is_jsonld(h, i) && h->nodes[i].end > i + 1 &&
		    h->nodes[i + 1].tag == HTML_TEXT)
			read_script(out, o, h->nodes[i + 1].text);
	choose(out, o, url);
}

void jsonld_done(struct jsonld *ld)
{
	json_tree_done(&ld->tree);
}

static void offer_people(const struct jsonld *ld, struct offer *o,
                         uint32_t node)
{
	const struct json_tree *t = &ld->tree;
	uint32_t count = 0;

	if (node == 0)
		return;
	if (t->nodes[node].type != JSON_ARRAY) {
		uint32_t names = json_tree_get(t, node, "name");

		/* One person with many names. */
		if (names && t->nodes[names].type == JSON_ARRAY)
			node = names;
		else
			offer_authors(o, name_of(ld, o, node));
	}
	if (t->nodes[node].type != JSON_ARRAY)
		return;
	for (uint32_t i = node + 1; i < t->nodes[node].end && count < NAMES_MAX;
	     i = t->nodes[i].end, count++)
		offer_authors(o, name_of(ld, o, i));
}

static void offer_keywords(const struct jsonld *ld, struct offer *o,
                           uint32_t node)
{
	const struct json_tree *t = &ld->tree;
	uint32_t count = 0;

	if (node == 0)
		return;
	if (t->nodes[node].type != JSON_ARRAY) {
		offer_tags(o, name_of(ld, o, node));
		return;
	}
	/* A list of one is often a list in a string. */
	if (t->nodes[node].end == node + 2) {
		offer_tags(o, string_of(ld, o, node + 1));
		return;
	}
	for (uint32_t i = node + 1; i < t->nodes[node].end && count < LIST_MAX;
	     i = t->nodes[i].end, count++) {
		/* A reference costs a search; keywords are no persons. */
		if (t->nodes[i].type != JSON_STRING &&
		    !json_tree_get(t, i, "name"))
			continue;
		offer_tag(o, name_of(ld, o, i));
	}
}

void jsonld_offer(const struct jsonld *ld, struct offer *o, uint32_t node)
{
	struct facts *f = o->f;
	uint32_t people;

	if (node == 0)
		return;
	offer_date(o, &f->published, member(ld, o, node, "datePublished"));
	offer_date(o, &f->published, member(ld, o, node, "uploadDate"));
	if (f->published.len == 0)
		offer_date(o, &f->published,
		           member(ld, o, node, "dateCreated"));
	offer_date(o, &f->modified, member(ld, o, node, "dateModified"));
	people = json_tree_get(&ld->tree, node, "author");
	if (people == 0)
		people = json_tree_get(&ld->tree, node, "creator");
	if (f->authors.count == 0)
		offer_people(ld, o, people);
	if (f->tags.count == 0)
		offer_keywords(ld, o,
		               json_tree_get(&ld->tree, node, "keywords"));
	offer_language(o, member(ld, o, node, "inLanguage"));
	offer_text(o, &f->section, member(ld, o, node, "articleSection"));
	offer_text(o, &f->summary, member(ld, o, node, "description"));
	offer_text(o, &f->id, member(ld, o, node, "identifier"));
}
