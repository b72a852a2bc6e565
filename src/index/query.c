/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query.c - what a person typed, as a tree; see query.h and spec 6.9.
 *
 * Recursive descent, one function for each strength of binding.  Only
 * parentheses recurse, and the lexer bounds their depth.
 */

#include "index/query.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "index/query_tree.h"

#define NOWHERE SIZE_MAX

struct parser {
	struct query_tree tree;
	struct lexeme next;
	bool title;      /* in a group of title: */
	size_t operands; /* pieces so far that are no operators */
};

static struct query_node *parse_or(struct parser *p);

static void advance(struct parser *p)
{
	query_lex_next(&p->tree.lex, &p->next);
}

static bool begins_operand(const struct parser *p)
{
	switch (p->next.kind) {
	case LEX_OPEN:
	case LEX_NOT:
	case LEX_ITEM:
	case LEX_QUOTED:
	case LEX_FIELD:
		return true;
	default:
		return false;
	}
}

static struct query_node *parse_group(struct parser *p)
{
	size_t at = p->next.at;
	bool outer = p->title;
	struct query_node *n;

	p->title = outer || p->next.title;
	advance(p);
	n = parse_or(p);
	p->title = outer;
	if (p->next.kind == LEX_CLOSE)
		advance(p);
	else
		query_tree_complain(&p->tree, at, "the parenthesis",
		                    "is not closed; read up to the end");
	return n;
}

/* NULL for what has no words. */
static struct query_node *parse_operand(struct parser *p)
{
	struct query_node *n;

	p->operands++;
	if (p->next.kind == LEX_OPEN)
		return parse_group(p);
	n = query_tree_operand(&p->tree, &p->next, p->title || p->next.title);
	advance(p);
	return n;
}

static struct query_node *parse_not(struct parser *p)
{
	bool negated = false;
	struct query_node *n;
	size_t at = NOWHERE;

	while (p->next.kind == LEX_NOT) {
		negated = !negated;
		at = p->next.at;
		advance(p);
	}
	if (!begins_operand(p)) {
		query_tree_complain(&p->tree, at,
		                    p->tree.lex.text[at] == '-' ? "'-'"
		                                                : "'NOT'",
		                    "has nothing behind it and was left out");
		return NULL;
	}
	n = parse_operand(p);
	if (!n || !negated)
		return n;
	if (n->kind == QUERY_NOT)
		return n->child[0];
	query_tree_push(&p->tree, n);
	return query_tree_collect(&p->tree, QUERY_NOT, p->tree.count - 1);
}

static bool can_be_near(const struct query_node *n)
{
	return n && n->kind <= QUERY_PHRASE;
}

/* A word of the title is near other words of the title only. */
static void spread_title(struct query_node *near)
{
	struct query_node **side = near->child;

	if (near->kind != QUERY_NEAR || !(side[0]->title || side[1]->title))
		return;
	near->title = true;
	for (size_t i = 0; i < 2; i++) {
		side[i]->title = true;
		for (size_t k = 0; k < side[i]->child_count; k++)
			side[i]->child[k]->title = true;
	}
}

/* a, or a near b near c: adds to the list of AND what it finds. */
static void parse_near(struct parser *p)
{
	size_t base = p->tree.count;
	struct query_node *left = parse_not(p), *right, *n;
	bool paired = false; /* `left` is part of a pair already */

	while (p->next.kind == LEX_NEAR) {
		size_t at = p->next.at;
		unsigned distance = p->next.distance;

		advance(p);
		right = begins_operand(p) ? parse_not(p) : NULL;
		if (can_be_near(left) && can_be_near(right)) {
			query_tree_push(&p->tree, left);
			query_tree_push(&p->tree, right);
			n = query_tree_collect(&p->tree, QUERY_NEAR,
			                       p->tree.count - 2);
			if (n)
				n->distance = distance;
			query_tree_push(&p->tree, n);
			paired = true;
		} else {
			query_tree_complain(
				&p->tree, at, "'near'",
				"has no word or phrase on both sides and "
				"was left out");
			if (!paired)
				query_tree_add(&p->tree, QUERY_AND, left);
			paired = false;
		}
		left = right;
	}
	if (!paired)
		query_tree_add(&p->tree, QUERY_AND, left);
	/* There and back, because neighbours have a word in common. */
	for (size_t i = base; i < p->tree.count; i++)
		spread_title(p->tree.stack[i]);
	for (size_t i = p->tree.count; i > base; i--)
		spread_title(p->tree.stack[i - 1]);
}

static struct query_node *parse_and(struct parser *p)
{
	size_t base = p->tree.count;

	for (;;) {
		if (begins_operand(p)) {
			parse_near(p);
		} else if (p->next.kind == LEX_NEAR) {
			query_tree_complain(
				&p->tree, p->next.at, "'near'",
				"has nothing on its left and was left out");
			advance(p);
		} else {
			break;
		}
	}
	query_tree_drop_repeated(&p->tree, base);
	return query_tree_collect(&p->tree, QUERY_AND, base);
}

static const char *or_as_typed(const struct parser *p, size_t at)
{
	return p->tree.lex.text[at] == '|' ? "'|'" : "'OR'";
}

static struct query_node *parse_or(struct parser *p)
{
	size_t base = p->tree.count, at = NOWHERE;

	for (;;) {
		size_t before = p->operands;

		query_tree_add(&p->tree, QUERY_OR, parse_and(p));
		if (p->next.kind != LEX_OR) {
			if (p->operands == before && at != NOWHERE)
				query_tree_complain(
					&p->tree, at, or_as_typed(p, at),
					"has nothing on its right and was "
					"left out");
			return query_tree_collect(&p->tree, QUERY_OR, base);
		}
		if (p->operands == before)
			query_tree_complain(
				&p->tree, p->next.at,
				or_as_typed(p, p->next.at),
				"has nothing on its left and was left out");
		else
			at = p->next.at;
		advance(p);
	}
}

static const char *make_notice(struct query_tree *t,
                               const struct query_node *root)
{
	const struct complaint *c = &t->lex.complaint;
	char text[200];

	if (c->what)
		(void)snprintf(text, sizeof(text), "%s at character %zu %s",
		               c->what, query_lex_character(&t->lex, c->at),
		               c->why);
	else if (t->full)
		(void)snprintf(text, sizeof(text),
		               "only the first %zu words are used", t->words);
	else if (!root && !query_lex_is_blank(&t->lex, 0, t->lex.len))
		(void)snprintf(text, sizeof(text),
		               "there is no word in the query");
	else
		return NULL;
	return query_tree_copy(t, text, strlen(text));
}

int query_parse(struct query *out, const char *text, size_t len,
                struct fiche_error *err)
{
	struct query q = { 0 };
	struct parser *p = alloc_zeroed(1, sizeof(*p));
	bool failed = true;

	*out = q;
	if (p) {
		p->tree.arena = &q.arena;
		query_lex_init(&p->tree.lex, text, len);
		advance(p);
		q.root = parse_or(p);
		q.notice = make_notice(&p->tree, q.root);
		failed = p->tree.failed;
	}
	alloc_free(p);
	if (failed) {
		query_done(&q);
		return err_nomem(err);
	}
	*out = q;
	return 0;
}

void query_done(struct query *q)
{
	arena_done(&q->arena);
	*q = (struct query){ 0 };
}
