/* SPDX-License-Identifier: Apache-2.0 */
/* query_print.c - a query as text, and checked; see query_print.h. */

#include "support/query_print.h"

#include <stdlib.h>
#include <string.h>

#include "index/token.h"

/* AND, OR and NOT for each parenthesis; NEAR, PHRASE and a word at the end. */
#define TREE_DEPTH_MAX (3 * (QUERY_DEPTH_MAX + 1) + 3)

static const char *const kinds[] = {
	"WORD", "PREFIX", "SINGLE", "PHRASE", "NEAR",
	"AND",  "OR",     "NOT",    "FIELD",
};

static const char *const fields[] = {
	"source ", "tag ", "author ", "language ", "url ", "date ",
};

static void print(struct buf *out, const struct query_node *n, bool title,
                  bool exact)
{
	if (n->title && !title)
		buf_text(out, "title:");
	if (n->exact && !exact)
		buf_text(out, "exact:");
	buf_text(out, kinds[n->kind]);
	if (n->kind == QUERY_NEAR)
		buf_printf(out, "/%u", n->distance);
	buf_text(out, "(");
	if (n->kind == QUERY_FIELD)
		buf_text(out, fields[n->field]);
	if (n->text)
		buf_put(out, n->text, n->text_len);
	for (size_t i = 0; i < n->child_count; i++) {
		if (i)
			buf_text(out, " ");
		print(out, n->child[i], n->title, n->kind == QUERY_PHRASE);
	}
	buf_text(out, ")");
}

void query_print(struct buf *out, const struct query *q)
{
	if (q->root)
		print(out, q->root, false, false);
	else
		buf_text(out, "NOTHING");
}

static void require(bool ok)
{
	if (!ok)
		abort();
}

/* A node that two neighbours share is here twice. */
struct seen {
	const struct query_node *node[2 * QUERY_NODES_MAX];
	size_t count;
};

static void check_text(const struct query_node *n)
{
	require(n->child_count == 0 && n->text && n->text_len > 0);
	require(n->text[n->text_len] == '\0');
	if (n->kind == QUERY_FIELD)
		return;
	require(n->text_len <= TOKEN_MAX && n->typed && n->typed[0]);
	for (const char *s = n->typed; *s; s++)
		require((unsigned char)*s >= ' ');
}

static void check_children(const struct query_node *n)
{
	require(n->child && !n->text);
	for (size_t i = 0; i < n->child_count; i++) {
		const struct query_node *c = n->child[i];

		require(c && c->kind != n->kind);
		if (n->kind == QUERY_PHRASE)
			require(c->kind <= QUERY_SINGLE &&
			        c->title == n->title &&
			        c->exact == (c->kind == QUERY_WORD));
		if (n->kind == QUERY_NEAR)
			require(c->kind <= QUERY_PHRASE &&
			        c->title == n->title);
	}
	if (n->kind == QUERY_NEAR)
		require(n->child_count == 2 && n->distance <= QUERY_NEAR_MAX);
	else if (n->kind == QUERY_NOT)
		require(n->child_count == 1);
	else
		require(n->child_count >= 2);
}

static void check(const struct query_node *n, struct seen *seen, size_t depth)
{
	require(depth <= TREE_DEPTH_MAX);
	require(seen->count < 2 * QUERY_NODES_MAX);
	seen->node[seen->count++] = n;
	require(n->kind <= QUERY_FIELD && n->field <= QUERY_DATE);
	require(!n->exact || n->kind == QUERY_WORD);
	require(!n->title || n->kind <= QUERY_NEAR);
	if (n->kind <= QUERY_SINGLE || n->kind == QUERY_FIELD) {
		check_text(n);
		return;
	}
	check_children(n);
	for (size_t i = 0; i < n->child_count; i++)
		check(n->child[i], seen, depth + 1);
}

static int by_place(const void *a, const void *b)
{
	const struct query_node *const *x = a, *const *y = b;

	return ((uintptr_t)*x > (uintptr_t)*y) -
	       ((uintptr_t)*x < (uintptr_t)*y);
}

void query_check(const struct query *q)
{
	struct seen *seen = calloc(1, sizeof(*seen));
	size_t different = 0;

	require(seen != NULL);
	if (q->root)
		check(q->root, seen, 1);
	qsort(seen->node, seen->count, sizeof(*seen->node), by_place);
	for (size_t i = 0; i < seen->count; i++)
		if (i == 0 || seen->node[i] != seen->node[i - 1])
			different++;
	require(different <= QUERY_NODES_MAX);
	free(seen);

	require(!q->notice || (q->notice[0] && strlen(q->notice) < 200));
	for (const char *s = q->notice; s && *s; s++)
		require(*s >= ' ' && *s <= '~');
}
