/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.h - a web page as a tree, forgiving what is found on the web.
 *
 * Not a browser's tree builder: elements that are never closed end where their
 * parent does, `<p>`, `<li>`, `<td>` and their like end each other, and what is
 * closed without having been opened is passed over.  Linear in the bytes.
 */
#ifndef PAGE_HTML_H
#define PAGE_HTML_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fiche/article.h"
#include "fiche/error.h"

/* What a page may have; beyond, the rest is not read (html.cut). */
#define HTML_NODES_MAX (1u << 20)
#define HTML_ATTRS_MAX 1024u /* of one element; more are passed over */
#define HTML_DEPTH_MAX 256u  /* deeper elements become children of this one */

/* Elements that mean something to us; all others are HTML_OTHER. */
enum html_tag {
	HTML_ROOT,
	HTML_TEXT, /* a run of text, entities resolved */
	HTML_OTHER,
	HTML_A,
	HTML_ABBR,
	HTML_ADDRESS,
	HTML_ARTICLE,
	HTML_ASIDE,
	HTML_AUDIO,
	HTML_B,
	HTML_BLOCKQUOTE,
	HTML_BODY,
	HTML_BR,
	HTML_BUTTON,
	HTML_CANVAS,
	HTML_CAPTION,
	HTML_CODE,
	HTML_DD,
	HTML_DETAILS,
	HTML_DIV,
	HTML_DL,
	HTML_DT,
	HTML_EM,
	HTML_FIGCAPTION,
	HTML_FIGURE,
	HTML_FOOTER,
	HTML_FORM,
	HTML_H1,
	HTML_H2,
	HTML_H3,
	HTML_H4,
	HTML_H5,
	HTML_H6,
	HTML_HEAD,
	HTML_HEADER,
	HTML_HR,
	HTML_HTML,
	HTML_I,
	HTML_IFRAME,
	HTML_IMG,
	HTML_INPUT,
	HTML_LI,
	HTML_LINK,
	HTML_MAIN,
	HTML_META,
	HTML_NAV,
	HTML_NOSCRIPT,
	HTML_OL,
	HTML_OPTION,
	HTML_P,
	HTML_PICTURE,
	HTML_PRE,
	HTML_Q,
	HTML_SCRIPT,
	HTML_SECTION,
	HTML_SELECT,
	HTML_SPAN,
	HTML_STRONG,
	HTML_STYLE,
	HTML_SUB,
	HTML_SUMMARY,
	HTML_SUP,
	HTML_SVG,
	HTML_TABLE,
	HTML_TBODY,
	HTML_TD,
	HTML_TEMPLATE,
	HTML_TEXTAREA,
	HTML_TFOOT,
	HTML_TH,
	HTML_THEAD,
	HTML_TIME,
	HTML_TITLE,
	HTML_TR,
	HTML_U,
	HTML_UL,
	HTML_VIDEO,
	HTML_TAG_COUNT,
};

struct html_attr {
	struct fiche_text name;  /* in lower case */
	struct fiche_text value; /* entities resolved */
};

/* Nodes stand in the order of the document, so that the descendants of node n
 * are those from n + 1 up to, without, nodes[n].end. */
struct html_node {
	enum html_tag tag;
	uint32_t parent; /* 0 of the root, which is node 0 */
	uint32_t end;
	uint32_t attr_at, attr_count; /* in html.attrs */
	bool block;                   /* a line ends before and after it */
	/* Of HTML_TEXT: the text, as written but for entities; inside
	 * `script`, `style` and `textarea` entities are not resolved.  Of
	 * HTML_OTHER: the name in lower case. */
	struct fiche_text text;
};

struct html {
	struct html_node *nodes;
	uint32_t count;
	struct html_attr *attrs;
	uint32_t attr_count;
	bool cut; /* a limit was met */
};

/*
 * Read `text`, which is UTF-8 (see charset.h) and stays the caller's: the tree
 * points into it.  The rest lives in `arena`.  Comments, doctype and processing
 * instructions leave no nodes.  Returns 0 or FICHE_ERR_NOMEM.
 */
int html_parse(struct html *out, struct arena *arena, const char *text,
               size_t len, struct fiche_error *err);

/* The attribute of a node, by its name in lower case; len 0 if it has none. */
struct fiche_text html_attr(const struct html *h, uint32_t node,
                            const char *name);
/* Is `word` one of the words of the attribute (class="a b c")?  In any case of
 * ASCII letters. */
bool html_attr_has(const struct html *h, uint32_t node, const char *name,
                   const char *word);

/* Append the text of all descendants, without that of scripts and styles,
 * blanks folded to one space each and none at the ends. */
struct buf;
void html_put_inline(struct buf *out, const struct html *h, uint32_t node);

#endif
