/* SPDX-License-Identifier: Apache-2.0 */
/* lists.h - authors and tags: lists, and strings that hold lists. */
#ifndef ARTICLE_LISTS_H
#define ARTICLE_LISTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "fiche/article.h"

/* More authors or tags than this are not read: telling duplicates apart
 * compares each with each. */
#define LIST_MAX 4096

/* In an arena; zeroed but for that, it is empty. */
struct list {
	struct arena *arena;
	struct fiche_text *items;
	size_t count, cap;
	bool failed; /* out of memory */
};

bool list_is_full(const struct list *l);
/* Add it without its outer blanks, unless that is nothing or there already.
 * The bytes are not copied. */
void list_add(struct list *l, struct fiche_text text);

/* Add the parts between ';', or else '|', or else ','. */
void list_split_tags(struct list *l, struct fiche_text text);

/* Add the parts between ';' or else '|'; between ',', "and" and '&' only if
 * each part has two words, for "Doe, Jane" is one name.  "By " before and an
 * address in parentheses are dropped. */
void list_split_authors(struct list *l, struct fiche_text text);

#endif
