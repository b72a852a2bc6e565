/* SPDX-License-Identifier: Apache-2.0 */
/* json_tree.c - see json_tree.h. */

#include "page/json_tree.h"

#include <string.h>

#include "base/alloc.h"

static bool add_node(struct json_tree *t, const struct json_node *n)
{
	if (t->failed || t->count == JSON_TREE_MAX)
		return false;
	if (alloc_grow(&t->nodes, &t->cap, t->count + 1, sizeof(*n)) < 0) {
		t->failed = true;
		return false;
	}
	t->nodes[t->count++] = *n;
	return true;
}

static bool add_item(struct json_tree *t, uint32_t parent,
                     const struct json_item *item)
{
	struct json_node n = { .type = item->type,
		               .parent = parent,
		               .end = t->count + 1,
		               .raw = { item->raw, item->raw_len } };

	if (item->key)
		n.key = (struct fiche_text){ item->key, item->key_len };
	return add_node(t, &n);
}

void json_tree_add(struct json_tree *t, const char *text, size_t len)
{
	const struct json_node root = { .type = JSON_ARRAY, .end = 1 };
	struct json_scanner s;
	struct json_item item;
	enum json_type type;
	uint32_t open = 0;

	if (t->count == 0 && !add_node(t, &root))
		return;
	json_init(&s, text, len);
	while ((type = json_next(&s, &item)) != JSON_END && type != JSON_BAD) {
		if (type == JSON_CLOSE) {
			t->nodes[open].end = t->count;
			open = t->nodes[open].parent;
			continue;
		}
		if (!add_item(t, open, &item))
			break;
		if (type == JSON_OBJECT || type == JSON_ARRAY)
			open = t->count - 1;
	}
	for (; open; open = t->nodes[open].parent)
		t->nodes[open].end = t->count;
	t->nodes[0].end = t->count;
}

void json_tree_done(struct json_tree *t)
{
	alloc_free(t->nodes);
	*t = (struct json_tree){ 0 };
}

uint32_t json_tree_get(const struct json_tree *t, uint32_t node,
                       const char *key)
{
	const struct json_node *n = &t->nodes[node];
	size_t len = strlen(key);

	if (n->type != JSON_OBJECT)
		return 0;
	for (uint32_t i = node + 1; i < n->end; i = t->nodes[i].end)
		if (t->nodes[i].key.len == len &&
		    memcmp(t->nodes[i].key.ptr, key, len) == 0)
			return i;
	return 0;
}
