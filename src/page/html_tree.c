/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_tree.c - who is whose child; see html_tree.h.
 *
 * A stack of open elements, and three rules.  What starts may end others: a
 * block its paragraph, an item the item before.  An end closes all that was
 * opened inside, unless a cell or table stands between.  The end of a link or
 * of a format, which people put anywhere, opens again what it had to close.
 */

#include "page/html_tree.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define ATTRS_MAX HTML_NODES_MAX
#define NONE      0u /* the root is never looked for */

void html_tree_init(struct html_tree *t)
{
	static const struct tag root = { "", HTML_ROOT, TAG_SCOPE, GROUP_NONE };
	const struct fiche_text no_name = { "", 0 };

	memset(t, 0, sizeof(*t));
	html_tree_start(t, &root, no_name, 0, false);
}

void html_tree_done(struct html_tree *t)
{
	alloc_free(t->nodes);
	alloc_free(t->attrs);
	memset(t, 0, sizeof(*t));
}

void html_tree_attr(struct html_tree *t, const struct html_attr *a)
{
	if (t->attr_count >= ATTRS_MAX)
		t->cut = true;
	if (t->cut || t->failed)
		return;
	if (alloc_grow(&t->attrs, &t->attr_cap, t->attr_count + 1,
	               sizeof(*t->attrs)) < 0) {
		t->failed = true;
		return;
	}
	t->attrs[t->attr_count++] = *a;
}

static struct html_node *add(struct html_tree *t, const struct tag *tag)
{
	struct html_node *n;

	if (t->count >= HTML_NODES_MAX)
		t->cut = true;
	if (t->cut || t->failed)
		return NULL;
	if (alloc_grow(&t->nodes, &t->cap, t->count + 1, sizeof(*n)) < 0) {
		t->failed = true;
		return NULL;
	}
	n = &t->nodes[t->count++];
	memset(n, 0, sizeof(*n));
	n->tag = (enum html_tag)tag->tag;
	n->block = tag->flags & TAG_BLOCK;
	n->parent = t->depth ? t->open[t->depth - 1].node : 0;
	n->end = (uint32_t)t->count;
	n->text.ptr = "";
	return n;
}

static void push(struct html_tree *t, const struct tag *tag)
{
	if (t->depth == HTML_DEPTH_MAX) {
		t->beyond++;
		return;
	}
	t->open[t->depth].node = (uint32_t)(t->count - 1);
	t->open[t->depth].tag = tag;
	t->depth++;
	t->open_count[tag->tag]++;
}

static void pop_to(struct html_tree *t, uint32_t depth)
{
	while (t->depth > depth) {
		const struct html_open *o = &t->open[--t->depth];

		t->nodes[o->node].end = (uint32_t)t->count;
		t->open_count[o->tag->tag]--;
	}
	t->beyond = 0;
}

static const struct html_open *top(const struct html_tree *t)
{
	return &t->open[t->depth - 1];
}

/* The nearest open element of that tag, unless one with a flag of `limit`
 * stands before it. */
static uint32_t nearest(const struct html_tree *t, enum html_tag tag,
                        struct fiche_text name, unsigned limit)
{
	if (t->open_count[tag] == 0)
		return NONE;
	for (uint32_t i = t->depth - 1; i > 0; i--) {
		const struct html_open *o = &t->open[i];
		const struct fiche_text *its = &t->nodes[o->node].text;

		if (o->tag->tag == tag &&
		    (tag != HTML_OTHER ||
		     (its->len == name.len &&
		      memcmp(its->ptr, name.ptr, name.len) == 0)))
			return i;
		if (o->tag->flags & limit)
			return NONE;
	}
	return NONE;
}

/* Does the group end at an element: what is outside is another list. */
static bool holds_group(enum tag_group group, const struct tag *tag)
{
	switch (group) {
	case GROUP_ITEM:
	case GROUP_TERM:
		return tag->flags & TAG_SCOPE ||
		       (tag->flags & TAG_BLOCK && tag->tag != HTML_DIV &&
		        tag->tag != HTML_P && tag->tag != HTML_ADDRESS);
	case GROUP_OPTION:
		return tag->tag == HTML_SELECT;
	case GROUP_HEADING:
		return true;
	default:
		return tag->tag == HTML_TABLE ||
		       (group == GROUP_CELL && tag->group == GROUP_ROW);
	}
}

static void end_group(struct html_tree *t, enum tag_group group)
{
	for (uint32_t i = t->depth - 1; i > 0; i--) {
		const struct tag *tag = t->open[i].tag;

		if (tag->group == group) {
			pop_to(t, i);
			return;
		}
		if (holds_group(group, tag))
			return;
	}
}

/* Close the element at `at`, but open again the blocks that were opened inside
 * it: `<a><div></a>text</div>`. */
static void close_and_reopen(struct html_tree *t, uint32_t at)
{
	struct html_open again[HTML_REOPEN_MAX];
	uint32_t from = at + 1, n;

	if (t->depth - from > HTML_REOPEN_MAX)
		from = t->depth - HTML_REOPEN_MAX;
	n = t->depth - from;
	memcpy(again, &t->open[from], n * sizeof(*again));
	pop_to(t, at);
	for (uint32_t i = 0; i < n; i++) {
		const struct html_node *old = &t->nodes[again[i].node];
		uint32_t attr_at = old->attr_at, attr_count = old->attr_count;
		struct fiche_text text = old->text;
		struct html_node *clone;

		if (!(again[i].tag->flags & TAG_BLOCK))
			continue;
		clone = add(t, again[i].tag);
		if (!clone)
			return;
		clone->attr_at = attr_at;
		clone->attr_count = attr_count;
		clone->text = text;
		push(t, again[i].tag);
	}
}

/* What ends because `tag` starts. */
static void imply_ends(struct html_tree *t, const struct tag *tag)
{
	const struct fiche_text no_name = { "", 0 };
	uint32_t at;

	if (top(t)->tag->tag == HTML_HEAD && !(tag->flags & TAG_HEAD) &&
	    (tag->tag != HTML_OTHER || tag->flags & TAG_BLOCK))
		pop_to(t, t->depth - 1);
	if (tag->flags & TAG_BLOCK) {
		at = nearest(t, HTML_P, no_name, TAG_SCOPE);
		if (at != NONE)
			pop_to(t, at);
	}
	if (tag->tag == HTML_A || tag->tag == HTML_BUTTON) {
		at = nearest(t, (enum html_tag)tag->tag, no_name,
		             tag->tag == HTML_A ? TAG_SCOPE : 0);
		if (at != NONE)
			close_and_reopen(t, at);
	}
	if (tag->group != GROUP_NONE)
		end_group(t, (enum tag_group)tag->group);
}

/* The second `html` and `body` of a page say nothing. */
static bool is_repeated(struct html_tree *t, const struct tag *tag)
{
	bool *has = tag->tag == HTML_HTML   ? &t->has_html
	            : tag->tag == HTML_BODY ? &t->has_body
	                                    : NULL;
	bool repeated = has && *has;

	if (has)
		*has = true;
	return repeated;
}

void html_tree_start(struct html_tree *t, const struct tag *tag,
                     struct fiche_text name, size_t attr_at, bool closed)
{
	struct html_node *n;

	if (t->cut || t->failed || is_repeated(t, tag)) {
		t->attr_count = attr_at;
		return;
	}
	if (t->depth)
		imply_ends(t, tag);
	n = add(t, tag);
	if (!n)
		return;
	n->attr_at = (uint32_t)attr_at;
	n->attr_count = (uint32_t)(t->attr_count - attr_at);
	if (tag->tag == HTML_OTHER)
		n->text = name;
	/* `<div/>` is a start, as in browsers; `<path/>` is whole. */
	if (tag->flags & TAG_VOID || (closed && tag->tag == HTML_OTHER))
		return;
	push(t, tag);
}

/* Any heading's end is the end of a heading. */
static uint32_t nearest_heading(const struct html_tree *t)
{
	for (uint32_t i = t->depth - 1; i > 0; i--) {
		if (t->open[i].tag->group == GROUP_HEADING)
			return i;
		if (t->open[i].tag->flags & TAG_SCOPE)
			break;
	}
	return NONE;
}

static uint32_t find_end(const struct html_tree *t, const struct tag *tag,
                         struct fiche_text name)
{
	enum html_tag which = (enum html_tag)tag->tag;
	uint32_t at, table;

	switch (tag->group) {
	case GROUP_CELL:
	case GROUP_ROW:
	case GROUP_PART:
		at = nearest(t, which, name, 0);
		table = nearest(t, HTML_TABLE, name, 0);
		return at > table ? at : NONE;
	case GROUP_HEADING:
		return nearest_heading(t);
	default:
		break;
	}
	if (which == HTML_TABLE)
		return nearest(t, which, name, 0);
	if (tag->flags & (TAG_BLOCK | TAG_REOPEN | TAG_SCOPE))
		return nearest(t, which, name, TAG_SCOPE);
	return nearest(t, which, name, TAG_SCOPE | TAG_BLOCK);
}

void html_tree_end(struct html_tree *t, const struct tag *tag,
                   struct fiche_text name)
{
	uint32_t at;

	if (t->cut || t->failed)
		return;
	if (t->beyond && !(tag->flags & TAG_VOID)) {
		t->beyond--;
		return;
	}
	/* What stands behind them is of the body still. */
	if (tag->tag == HTML_HTML || tag->tag == HTML_BODY)
		return;
	if (tag->tag == HTML_BR) {
		html_tree_start(t, tag, name, t->attr_count, true);
		return;
	}
	at = find_end(t, tag, name);
	if (at == NONE)
		return;
	if (tag->flags & TAG_REOPEN)
		close_and_reopen(t, at);
	else
		pop_to(t, at);
}

void html_tree_text(struct html_tree *t, struct fiche_text text)
{
	static const struct tag run = { "", HTML_TEXT, 0, GROUP_NONE };
	struct html_node *n;

	if (text.len == 0)
		return;
	n = add(t, &run);
	if (n)
		n->text = text;
}

/* The array at `from`, of which `count` elements of `size` bytes are in use. */
static void *move(struct arena *arena, const void *from, size_t count,
                  size_t size)
{
	void *to = arena_take(arena, count * size);

	if (to && count)
		memcpy(to, from, count * size);
	return to;
}

int html_tree_finish(struct html *out, struct html_tree *t, struct arena *arena,
                     struct fiche_error *err)
{
	struct html h = { 0 };

	if (t->failed)
		return err_nomem(err);
	pop_to(t, 0);
	h.nodes = move(arena, t->nodes, t->count, sizeof(*t->nodes));
	h.attrs = move(arena, t->attrs, t->attr_count, sizeof(*t->attrs));
	if (!h.nodes || !h.attrs)
		return err_nomem(err);
	h.count = (uint32_t)t->count;
	h.attr_count = (uint32_t)t->attr_count;
	h.cut = t->cut;
	*out = h;
	return 0;
}
