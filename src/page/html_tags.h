/* SPDX-License-Identifier: Apache-2.0 */
/* html_tags.h - what the names of elements mean for the shape of a page. */
#ifndef PAGE_HTML_TAGS_H
#define PAGE_HTML_TAGS_H

#include <stdint.h>

#include "page/html.h"

enum {
	TAG_VOID = 1,    /* has no content and no end */
	TAG_RAW = 2,     /* markup means nothing before its end */
	TAG_BLOCK = 4,   /* a paragraph does not go on across it */
	TAG_SCOPE = 8,   /* ends inside do not reach what is outside */
	TAG_REOPEN = 16, /* its end leaves open what was opened inside */
	TAG_HEAD = 32,   /* may stand in `head` */
};

/* Elements that end those of their group: a cell ends a cell. */
enum tag_group {
	GROUP_NONE,
	GROUP_CELL,
	GROUP_HEADING,
	GROUP_ITEM,
	GROUP_OPTION,
	GROUP_PART,
	GROUP_ROW,
	GROUP_TERM,
};

struct tag {
	char name[12];
	uint8_t tag; /* enum html_tag */
	uint8_t flags;
	uint8_t group;
};

/* The row of a name in lower case; that of HTML_OTHER if we do not know it. */
const struct tag *html_tag_find(const char *name, size_t len);

#endif
