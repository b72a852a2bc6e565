/* SPDX-License-Identifier: Apache-2.0 */
/*
 * furniture.c - what an element is for; see furniture.h.
 *
 * Names are cut into words at punctuation and capitals, `relatedLinks` into
 * `related` and `links`, because their makers put them together in all ways.
 */

#include "page/furniture.h"

#include <stdio.h>
#include <string.h>

#define NAME_MAX_LEN 256u /* what is read of a name; nobody writes more */

/* Words of furniture, sorted; `*` is any end. */
static const char *const furniture_words[] = {
	"ad",
	"ads",
	"adsbygoogle",
	"advert",
	"advertisement*",
	"advertising",
	"adverts",
	"author",
	"authorbox",
	"bio",
	"biography",
	"breadcrumb*",
	"byline*",
	"caption*",
	"credit*",
	"dateline",
	"disclaimer",
	"donat*",
	"dropdown*",
	"feedback",
	"follow",
	"footnote*",
	"gallery*",
	"infobox*",
	"jump",
	"login",
	"loginbox",
	"masthead*",
	"menu*",
	"meta",
	"modal*",
	"more",
	"mostread",
	"nav",
	"navbar*",
	"navigation*",
	"newsletter*",
	"next",
	"noprint",
	"overlay",
	"pager",
	"pagination*",
	"popular",
	"popup*",
	"prev",
	"previous",
	"print",
	"promo*",
	"rating*",
	"readmore",
	"recirc*",
	"recommend*",
	"register",
	"related*",
	"rss",
	"search*",
	"share*",
	"sharing*",
	"shoutbox",
	"sidebar*",
	"signin",
	"signup",
	"skip",
	"slideshow*",
	"social*",
	"sponsor*",
	"subscri*",
	"syndicat*",
	"tag",
	"taglist",
	"tags",
	"teaser*",
	"timestamp*",
	"toolbar*",
	"tools",
	"tooltip",
	"trending",
	"widget*",
};

/* Of furniture that never holds an article. */
static const char *const stranger_words[] = {
	"comment",        "commentarea",   "commentblock", "commentbox",
	"commentform",    "commenting",    "commentlist",  "comments",
	"commentsection", "commentthread", "consent",      "cookie*",
	"copyright",      "disqus*",       "fbcomments",   "footer*",
	"gdpr",           "livefyre",      "outbrain*",    "privacy",
	"respond",        "taboola*",
};

/* Of the article's text: one word, or two that follow each other. */
static const char *const body_words[] = {
	"articlebody",  "articlecontent", "articlecopy",   "articleparagraphs",
	"articletext",  "blogcontent",    "bodycopy",      "bodytext",
	"contentbody",  "contenttext",    "entrybody",     "entrycontent",
	"fulltext",     "maintext",       "newsbody",      "newscontent",
	"newstext",     "pagecontent",    "postbody",      "postcontent",
	"posttext",     "richtext",       "singlecontent", "storybody",
	"storycontent", "storycopy",      "storytext",     "textcontent",
};

static const char *const negations[] = { "has", "is",   "no",
	                                 "not", "with", "without" };

struct words {
	const char *at, *end;
	char word[24];
};

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

/* Behind a name that tells how a thing looks or moves, not what it is:
 * `print:hidden`, `js-comments`. */
static const char *skip_style(const char *at, const char *end)
{
	const char *to = at;
	bool style = end - at > 3 && memcmp(at, "js-", 3) == 0;

	while (to < end && !is_blank(*to)) {
		style = style || *to == ':' || *to == '[';
		to++;
	}
	return style ? to : at;
}

/* The next word in lower case; long ones are cut. */
static bool next_word(struct words *w)
{
	size_t n = 0;
	char last = 0;

	while (w->at < w->end && !is_letter(*w->at)) {
		if (is_blank(*w->at++))
			w->at = skip_style(w->at, w->end);
	}
	if (w->at == w->end)
		return false;
	while (w->at < w->end && is_letter(*w->at)) {
		if (is_upper(*w->at) && last && !is_upper(last))
			break;
		last = *w->at++;
		if (n + 1 < sizeof(w->word))
			w->word[n++] = (char)(last | 0x20);
	}
	w->word[n] = '\0';
	return true;
}

/* Rows are told apart by their letters alone: none is the beginning of a row
 * with `*`. */
static bool in_table(const char *const *table, size_t count, const char *word)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2, n = strlen(table[middle]);
		int order = table[middle][n - 1] == '*'
		                    ? strncmp(word, table[middle], n - 1)
		                    : strcmp(word, table[middle]);

		if (order == 0)
			return true;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

#define IN(table, word) in_table(table, sizeof(table) / sizeof(*(table)), word)

/* What the names of one attribute say. */
static enum page_role role_of_names(struct fiche_text names)
{
	struct words w = { names.ptr, NULL, "" };
	enum page_role role = ROLE_NONE;
	char pair[sizeof(w.word) * 2] = "", last[sizeof(w.word)] = "";
	bool negated = false, furniture = false;

	if (names.len > NAME_MAX_LEN)
		names.len = NAME_MAX_LEN;
	w.end = w.at + names.len;
	w.at = skip_style(w.at, w.end);
	while (next_word(&w)) {
		/* `has-sidebar` is no sidebar. */
		if (!negated && IN(stranger_words, w.word))
			return ROLE_STRANGER;
		if (!negated && IN(furniture_words, w.word))
			furniture = true;
		negated = IN(negations, w.word);
		(void)snprintf(pair, sizeof(pair), "%s%s", last, w.word);
		if (IN(body_words, w.word) || IN(body_words, pair))
			role = ROLE_BODY;
		memcpy(last, w.word, sizeof(last));
	}
	return furniture ? ROLE_FURNITURE : role;
}

static bool equals(struct fiche_text a, const char *word)
{
	return a.len == strlen(word) && memcmp(a.ptr, word, a.len) == 0;
}

static bool is_hidden(const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];

	for (uint32_t i = 0; i < n->attr_count; i++) {
		const struct html_attr *a = &h->attrs[n->attr_at + i];

		if (equals(a->name, "hidden"))
			return true;
		if (equals(a->name, "style") && a->value.len >= 12 &&
		    (memcmp(a->value.ptr, "display:none", 12) == 0 ||
		     memcmp(a->value.ptr, "display: none", 12) == 0))
			return true;
	}
	return false;
}

/* WAI-ARIA's landmarks beside `main`. */
static bool has_other_role(const struct html *h, uint32_t node)
{
	static const char *const roles[] = {
		"alert",  "banner",     "complementary", "contentinfo",
		"dialog", "navigation", "search",        "toolbar",
	};
	struct fiche_text role = html_attr(h, node, "role");

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++)
		if (equals(role, roles[i]))
			return true;
	return false;
}

static enum page_role role_of_tag(const struct html_node *n)
{
	switch (n->tag) {
	case HTML_AUDIO:
	case HTML_BUTTON:
	case HTML_CANVAS:
	case HTML_FIGCAPTION:
	case HTML_HEAD:
	case HTML_IFRAME:
	case HTML_INPUT:
	case HTML_NAV:
	case HTML_NOSCRIPT:
	case HTML_OPTION:
	case HTML_PICTURE:
	case HTML_SCRIPT:
	case HTML_SELECT:
	case HTML_STYLE:
	case HTML_SVG:
	case HTML_TEMPLATE:
	case HTML_TEXTAREA:
	case HTML_TITLE:
	case HTML_VIDEO:
		return ROLE_NEVER;
	case HTML_FOOTER:
		return ROLE_STRANGER;
	case HTML_ASIDE:
	case HTML_FIGURE:
	case HTML_FORM:
		return ROLE_FURNITURE;
	case HTML_ARTICLE:
	case HTML_MAIN:
		return ROLE_ARTICLE;
	default:
		return ROLE_NONE;
	}
}

enum page_role furniture_role(const struct html *h, uint32_t node, bool by_name)
{
	const struct html_node *n = &h->nodes[node];
	enum page_role role, by_class, by_id;

	if (n->tag == HTML_TEXT)
		return ROLE_NONE;
	role = role_of_tag(n);
	if (role == ROLE_NEVER || n->attr_count == 0)
		return role;
	if (html_attr_has(h, node, "itemprop", "articleBody"))
		return ROLE_BODY;
	if (role == ROLE_ARTICLE || n->tag == HTML_BODY || n->tag == HTML_HTML)
		return role;
	if (is_hidden(h, node) || has_other_role(h, node))
		return ROLE_FURNITURE;
	if (!by_name)
		return role;
	by_class = role_of_names(html_attr(h, node, "class"));
	by_id = role_of_names(html_attr(h, node, "id"));
	if (by_class < by_id)
		by_class = by_id;
	return by_class > role ? by_class : role;
}
