/* SPDX-License-Identifier: Apache-2.0 */
/* lists.c - splitting and collecting authors and tags; see lists.h. */

#include "article/lists.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct fiche_text trimmed(struct fiche_text t)
{
	while (t.len && is_blank(t.ptr[t.len - 1]))
		t.len--;
	while (t.len && is_blank(t.ptr[0])) {
		t.ptr++;
		t.len--;
	}
	return t;
}

static bool grow(struct list *l)
{
	size_t cap = l->cap ? l->cap * 2 : 8;
	struct fiche_text *items;

	if (l->count < l->cap)
		return true;
	items = arena_take(l->arena, cap * sizeof(*items));
	if (!items) {
		l->failed = true;
		return false;
	}
	if (l->count)
		memcpy(items, l->items, l->count * sizeof(*items));
	l->items = items;
	l->cap = cap;
	return true;
}

bool list_is_full(const struct list *l)
{
	return l->failed || l->count == LIST_MAX;
}

void list_add(struct list *l, struct fiche_text text)
{
	text = trimmed(text);
	if (text.len == 0 || list_is_full(l))
		return;
	for (size_t i = 0; i < l->count; i++)
		if (l->items[i].len == text.len &&
		    memcmp(l->items[i].ptr, text.ptr, text.len) == 0)
			return;
	if (grow(l))
		l->items[l->count++] = text;
}

static bool contains(struct fiche_text t, char mark)
{
	return t.len && memchr(t.ptr, mark, t.len);
}

/* Cut the part before `mark` off the front of *rest. */
static struct fiche_text cut(struct fiche_text *rest, char mark)
{
	struct fiche_text part = *rest;
	const char *at = memchr(rest->ptr, mark, rest->len);

	if (!at) {
		rest->len = 0;
		return part;
	}
	part.len = (size_t)(at - part.ptr);
	rest->ptr = at + 1;
	rest->len -= part.len + 1;
	return part;
}

static void split(struct list *l, struct fiche_text text, char mark)
{
	while (text.len && !list_is_full(l))
		list_add(l, cut(&text, mark));
}

void list_split_tags(struct list *l, struct fiche_text text)
{
	split(l, text,
	      contains(text, ';')   ? ';'
	      : contains(text, '|') ? '|'
	                            : ',');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct fiche_text bare_author(struct fiche_text t)
{
	const char *open;

	t = trimmed(t);
	if (t.len > 3 && lower(t.ptr[0]) == 'b' && lower(t.ptr[1]) == 'y' &&
	    is_blank(t.ptr[2])) {
		t.ptr += 3;
		t.len -= 3;
	}
	open = t.len ? memchr(t.ptr, '(', t.len) : NULL;
	if (open && open > t.ptr && t.ptr[t.len - 1] == ')' &&
	    memchr(open, '@', t.len - (size_t)(open - t.ptr)))
		t.len = (size_t)(open - t.ptr);
	return trimmed(t);
}

/* Cut at the first ',', '&' or " and ". */
static struct fiche_text cut_author(struct fiche_text *rest)
{
	struct fiche_text part = *rest;

	for (size_t i = 0; i < rest->len; i++) {
		size_t skip = 0;

		if (rest->ptr[i] == ',' || rest->ptr[i] == '&')
			skip = 1;
		else if (rest->len - i > 5 &&
		         memcmp(rest->ptr + i, " and ", 5) == 0)
			skip = 5;
		if (skip) {
			part.len = i;
			rest->ptr += i + skip;
			rest->len -= i + skip;
			return part;
		}
	}
	rest->len = 0;
	return part;
}

static bool has_two_words(struct fiche_text t)
{
	t = trimmed(t);
	for (size_t i = 0; i < t.len; i++)
		if (is_blank(t.ptr[i]))
			return true;
	return false;
}

static bool are_full_names(struct fiche_text text)
{
	while (text.len)
		if (!has_two_words(cut_author(&text)))
			return false;
	return true;
}

void list_split_authors(struct list *l, struct fiche_text text)
{
	char mark = contains(text, ';') ? ';' : '|';

	if (contains(text, mark)) {
		while (text.len && !list_is_full(l))
			list_add(l, bare_author(cut(&text, mark)));
		return;
	}
	text = bare_author(text);
	if (!are_full_names(text)) {
		list_add(l, text);
		return;
	}
	while (text.len && !list_is_full(l))
		list_add(l, cut_author(&text));
}
