/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_tree.h - making the nodes of a query: lists on a stack, and the words
 * and fields below them.  Only for query.c.
 *
 * The children of all lists that are open lie on one stack; a list is made of
 * what stands above its base when it ends.  Out of memory, and too many nodes,
 * are sticky: reading ends there, and what is made from then on is NULL.
 */
#ifndef INDEX_QUERY_TREE_H
#define INDEX_QUERY_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "index/query.h"
#include "index/query_lex.h"

struct query_tree {
	struct arena *arena;
	struct query_lex lex;
	bool full;    /* the rest is left out */
	bool failed;  /* out of memory */
	size_t words; /* and fields; so far */
	size_t nodes; /* that were ever made */
	/* Each node is here once at most, so that both always have room. */
	struct query_node *stack[QUERY_NODES_MAX];
	size_t count;
	struct query_node *table[2 * QUERY_NODES_MAX];
};

/* Behind the end that we set ourselves nothing is missing: then it is quiet. */
void query_tree_complain(struct query_tree *t, size_t at, const char *what,
                         const char *why);
/* A copy, NUL behind it. */
const char *query_tree_copy(struct query_tree *t, const void *bytes,
                            size_t len);

/* NULL is nothing. */
void query_tree_push(struct query_tree *t, struct query_node *n);
/* A child of a list of this kind: lists of the same kind become one. */
void query_tree_add(struct query_tree *t, enum query_kind kind,
                    struct query_node *n);
/* Of equal words above `base` keep the first. */
void query_tree_drop_repeated(struct query_tree *t, size_t base);
/* Everything above `base` under one node.  Nothing is NULL; a single node
 * stays what it is, but for NOT. */
struct query_node *query_tree_collect(struct query_tree *t,
                                      enum query_kind kind, size_t base);

/* What an item, a quoted text or a field stands for; NULL if it has no words.
 */
struct query_node *query_tree_operand(struct query_tree *t,
                                      const struct lexeme *l, bool title);

#endif
