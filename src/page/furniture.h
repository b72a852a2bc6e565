/* SPDX-License-Identifier: Apache-2.0 */
/*
 * furniture.h - what an element is for, by its tag and the names that the
 * page's makers gave it: `class`, `id`, `role`, `itemprop`.
 */
#ifndef PAGE_FURNITURE_H
#define PAGE_FURNITURE_H

#include "page/html.h"

enum page_role {
	ROLE_NONE,
	ROLE_BODY,      /* says to be the text of the article */
	ROLE_ARTICLE,   /* says to hold it */
	ROLE_FURNITURE, /* says to be something else; not always true */
	ROLE_STRANGER,  /* says so, and is: comments, cookies, footers */
	ROLE_NEVER,     /* no text to read: scripts, menus, buttons */
};

/* Without `by_name`, by its tag alone, and whether it is hidden: names of what
 * stands inside a line, `<a class=tag>`, tell nothing of the text there. */
enum page_role furniture_role(const struct html *h, uint32_t node,
                              bool by_name);

#endif
