/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_tree.h - from start tags, end tags and text to a tree: who is whose
 * child.
 *
 * No tag costs more than HTML_DEPTH_MAX steps, and none makes more than
 * HTML_REOPEN_MAX nodes besides its own.
 */
#ifndef PAGE_HTML_TREE_H
#define PAGE_HTML_TREE_H

#include "page/html_tags.h"

#define HTML_REOPEN_MAX 8u

struct html_open {
	uint32_t node;
	const struct tag *tag;
};

/* A zeroed struct is a tree without its root. */
struct html_tree {
	struct html_node *nodes;
	size_t count, cap;
	struct html_attr *attrs;
	size_t attr_count, attr_cap;
	struct html_open open[HTML_DEPTH_MAX]; /* [0] is the root */
	uint32_t depth;
	uint32_t beyond; /* elements open below the deepest */
	/* How many of each are open: most stray ends cost nothing. */
	uint32_t open_count[HTML_TAG_COUNT];
	bool has_html, has_body;
	bool cut;    /* a limit was met: nothing is added any more */
	bool failed; /* out of memory */
};

void html_tree_init(struct html_tree *t);
void html_tree_done(struct html_tree *t);
/* Attributes come before their element, whose start says where they began. */
void html_tree_attr(struct html_tree *t, const struct html_attr *a);
void html_tree_start(struct html_tree *t, const struct tag *tag,
                     struct fiche_text name, size_t attr_at, bool closed);
void html_tree_end(struct html_tree *t, const struct tag *tag,
                   struct fiche_text name);
void html_tree_text(struct html_tree *t, struct fiche_text text);
/* Close what is open and move the tree to `arena`. */
int html_tree_finish(struct html *out, struct html_tree *t, struct arena *arena,
                     struct fiche_error *err);

#endif
