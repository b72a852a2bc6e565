/* SPDX-License-Identifier: Apache-2.0 */
/* html_tags.c - the table of elements, searched by halving; see html_tags.h. */

#include "page/html_tags.h"

#include <string.h>

#define BLOCK  TAG_BLOCK
#define CELL   (TAG_BLOCK | TAG_SCOPE)
#define REOPEN TAG_REOPEN
#define HEAD   TAG_HEAD
#define RAW    TAG_RAW
#define VOID   TAG_VOID
#define SCOPE  TAG_SCOPE

/* Sorted by name. */
static const struct tag tags[] = {
	{ "a", HTML_A, REOPEN, GROUP_NONE },
	{ "abbr", HTML_ABBR, 0, GROUP_NONE },
	{ "address", HTML_ADDRESS, BLOCK, GROUP_NONE },
	{ "applet", HTML_OTHER, SCOPE, GROUP_NONE },
	{ "area", HTML_OTHER, VOID, GROUP_NONE },
	{ "article", HTML_ARTICLE, BLOCK, GROUP_NONE },
	{ "aside", HTML_ASIDE, BLOCK, GROUP_NONE },
	{ "audio", HTML_AUDIO, 0, GROUP_NONE },
	{ "b", HTML_B, REOPEN, GROUP_NONE },
	{ "base", HTML_OTHER, HEAD | VOID, GROUP_NONE },
	{ "basefont", HTML_OTHER, HEAD | VOID, GROUP_NONE },
	{ "bgsound", HTML_OTHER, HEAD | VOID, GROUP_NONE },
	{ "big", HTML_OTHER, REOPEN, GROUP_NONE },
	{ "blockquote", HTML_BLOCKQUOTE, BLOCK, GROUP_NONE },
	{ "body", HTML_BODY, BLOCK, GROUP_NONE },
	{ "br", HTML_BR, VOID, GROUP_NONE },
	{ "button", HTML_BUTTON, SCOPE, GROUP_NONE },
	{ "canvas", HTML_CANVAS, 0, GROUP_NONE },
	{ "caption", HTML_CAPTION, CELL, GROUP_PART },
	{ "center", HTML_OTHER, BLOCK, GROUP_NONE },
	{ "code", HTML_CODE, REOPEN, GROUP_NONE },
	{ "col", HTML_OTHER, VOID, GROUP_NONE },
	{ "dd", HTML_DD, BLOCK, GROUP_TERM },
	{ "details", HTML_DETAILS, BLOCK, GROUP_NONE },
	{ "dir", HTML_OTHER, BLOCK, GROUP_NONE },
	{ "div", HTML_DIV, BLOCK, GROUP_NONE },
	{ "dl", HTML_DL, BLOCK, GROUP_NONE },
	{ "dt", HTML_DT, BLOCK, GROUP_TERM },
	{ "em", HTML_EM, REOPEN, GROUP_NONE },
	{ "embed", HTML_OTHER, VOID, GROUP_NONE },
	{ "fieldset", HTML_OTHER, BLOCK, GROUP_NONE },
	{ "figcaption", HTML_FIGCAPTION, BLOCK, GROUP_NONE },
	{ "figure", HTML_FIGURE, BLOCK, GROUP_NONE },
	{ "font", HTML_OTHER, REOPEN, GROUP_NONE },
	{ "footer", HTML_FOOTER, BLOCK, GROUP_NONE },
	{ "form", HTML_FORM, BLOCK | REOPEN, GROUP_NONE },
	{ "frame", HTML_OTHER, VOID, GROUP_NONE },
	{ "h1", HTML_H1, BLOCK, GROUP_HEADING },
	{ "h2", HTML_H2, BLOCK, GROUP_HEADING },
	{ "h3", HTML_H3, BLOCK, GROUP_HEADING },
	{ "h4", HTML_H4, BLOCK, GROUP_HEADING },
	{ "h5", HTML_H5, BLOCK, GROUP_HEADING },
	{ "h6", HTML_H6, BLOCK, GROUP_HEADING },
	{ "head", HTML_HEAD, BLOCK | HEAD, GROUP_NONE },
	{ "header", HTML_HEADER, BLOCK, GROUP_NONE },
	{ "hgroup", HTML_OTHER, BLOCK, GROUP_NONE },
	{ "hr", HTML_HR, BLOCK | VOID, GROUP_NONE },
	{ "html", HTML_HTML, BLOCK | HEAD, GROUP_NONE },
	{ "i", HTML_I, REOPEN, GROUP_NONE },
	{ "iframe", HTML_IFRAME, RAW, GROUP_NONE },
	{ "img", HTML_IMG, VOID, GROUP_NONE },
	{ "input", HTML_INPUT, VOID, GROUP_NONE },
	{ "keygen", HTML_OTHER, VOID, GROUP_NONE },
	{ "legend", HTML_OTHER, BLOCK, GROUP_NONE },
	{ "li", HTML_LI, BLOCK, GROUP_ITEM },
	{ "link", HTML_LINK, HEAD | VOID, GROUP_NONE },
	{ "main", HTML_MAIN, BLOCK, GROUP_NONE },
	{ "marquee", HTML_OTHER, SCOPE, GROUP_NONE },
	{ "menu", HTML_OTHER, BLOCK, GROUP_NONE },
	{ "meta", HTML_META, HEAD | VOID, GROUP_NONE },
	{ "nav", HTML_NAV, BLOCK, GROUP_NONE },
	{ "nobr", HTML_OTHER, REOPEN, GROUP_NONE },
	{ "noembed", HTML_OTHER, RAW, GROUP_NONE },
	{ "noframes", HTML_OTHER, RAW, GROUP_NONE },
	{ "noscript", HTML_NOSCRIPT, HEAD, GROUP_NONE },
	{ "object", HTML_OTHER, SCOPE, GROUP_NONE },
	{ "ol", HTML_OL, BLOCK, GROUP_NONE },
	{ "option", HTML_OPTION, 0, GROUP_OPTION },
	{ "p", HTML_P, BLOCK, GROUP_NONE },
	{ "param", HTML_OTHER, VOID, GROUP_NONE },
	{ "picture", HTML_PICTURE, 0, GROUP_NONE },
	{ "pre", HTML_PRE, BLOCK, GROUP_NONE },
	{ "q", HTML_Q, 0, GROUP_NONE },
	{ "s", HTML_OTHER, REOPEN, GROUP_NONE },
	{ "script", HTML_SCRIPT, HEAD | RAW, GROUP_NONE },
	{ "search", HTML_OTHER, BLOCK, GROUP_NONE },
	{ "section", HTML_SECTION, BLOCK, GROUP_NONE },
	{ "select", HTML_SELECT, 0, GROUP_NONE },
	{ "small", HTML_OTHER, REOPEN, GROUP_NONE },
	{ "source", HTML_OTHER, VOID, GROUP_NONE },
	{ "span", HTML_SPAN, 0, GROUP_NONE },
	{ "strike", HTML_OTHER, REOPEN, GROUP_NONE },
	{ "strong", HTML_STRONG, REOPEN, GROUP_NONE },
	{ "style", HTML_STYLE, HEAD | RAW, GROUP_NONE },
	{ "sub", HTML_SUB, 0, GROUP_NONE },
	{ "summary", HTML_SUMMARY, BLOCK, GROUP_NONE },
	{ "sup", HTML_SUP, 0, GROUP_NONE },
	{ "svg", HTML_SVG, SCOPE, GROUP_NONE },
	{ "table", HTML_TABLE, CELL, GROUP_NONE },
	{ "tbody", HTML_TBODY, BLOCK, GROUP_PART },
	{ "td", HTML_TD, CELL, GROUP_CELL },
	{ "template", HTML_TEMPLATE, SCOPE | HEAD, GROUP_NONE },
	{ "textarea", HTML_TEXTAREA, RAW, GROUP_NONE },
	{ "tfoot", HTML_TFOOT, BLOCK, GROUP_PART },
	{ "th", HTML_TH, CELL, GROUP_CELL },
	{ "thead", HTML_THEAD, BLOCK, GROUP_PART },
	{ "time", HTML_TIME, 0, GROUP_NONE },
	{ "title", HTML_TITLE, BLOCK | HEAD | RAW, GROUP_NONE },
	{ "tr", HTML_TR, BLOCK, GROUP_ROW },
	{ "track", HTML_OTHER, VOID, GROUP_NONE },
	{ "tt", HTML_OTHER, REOPEN, GROUP_NONE },
	{ "u", HTML_U, REOPEN, GROUP_NONE },
	{ "ul", HTML_UL, BLOCK, GROUP_NONE },
	{ "video", HTML_VIDEO, 0, GROUP_NONE },
	{ "wbr", HTML_OTHER, VOID, GROUP_NONE },
	{ "xmp", HTML_OTHER, RAW, GROUP_NONE },
};

static const struct tag other = { "", HTML_OTHER, 0, GROUP_NONE };

const struct tag *html_tag_find(const char *name, size_t len)
{
	size_t low = 0, high = sizeof(tags) / sizeof(*tags);

	if (len >= sizeof(tags->name))
		return &other;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = strncmp(tags[middle].name, name, len);

		if (order == 0 && tags[middle].name[len] == '\0')
			return &tags[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return &other;
}
