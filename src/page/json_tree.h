/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_tree.h - the JSON inside of pages as a tree, as far as it can be read.
 */
#ifndef PAGE_JSON_TREE_H
#define PAGE_JSON_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "article/json.h"
#include "fiche/article.h"

#define JSON_TREE_MAX (1u << 18)

/* In the order of the text; the descendants of node n are those from n + 1 up
 * to, without, nodes[n].end. */
struct json_node {
	enum json_type type;
	uint32_t parent, end;
	struct fiche_text key; /* of a member, as written */
	struct fiche_text raw; /* of a string or number, as written */
};

/* A zeroed struct is empty; node 0 is an array of what was added. */
struct json_tree {
	struct json_node *nodes;
	uint32_t count;
	size_t cap;
	bool failed; /* out of memory */
};

/*
 * Add the document in `text`, which must stay.  Where it is broken it ends, and
 * what is open is closed; beyond JSON_TREE_MAX nothing is added.
 */
void json_tree_add(struct json_tree *t, const char *text, size_t len);
void json_tree_done(struct json_tree *t);

/* The member of an object, 0 if it has none. */
uint32_t json_tree_get(const struct json_tree *t, uint32_t node,
                       const char *key);

#endif
