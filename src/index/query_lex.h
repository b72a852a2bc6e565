/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query_lex.h - the pieces of a typed query (spec 6.9): words with what clings
 * to them, quoted texts, fields, operators, parentheses.  Only for query.c.
 *
 * Parentheses come out balanced as far as closing ones go: a closing one
 * without its opening one, and pairs that are too deep, are passed over.
 */
#ifndef INDEX_QUERY_LEX_H
#define INDEX_QUERY_LEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/query.h"

enum lex_kind {
	LEX_END,
	LEX_OPEN,
	LEX_CLOSE,
	LEX_OR,
	LEX_NOT,
	LEX_NEAR,
	LEX_ITEM,   /* what stands between blanks */
	LEX_QUOTED, /* what stands between quotes */
	LEX_FIELD,
};

struct lexeme {
	enum lex_kind kind;
	size_t at;       /* where it begins, for messages */
	size_t from, to; /* the bytes of an item, a quoted text or a value */
	bool title;      /* of an item, a quoted text, a parenthesis */
	bool quoted;     /* of a value */
	enum query_field field;
	unsigned distance; /* of near */
};

/* "<what> at character <at> <why>": the first in the text that makes no
 * sense. */
struct complaint {
	const char *what; /* NULL: none */
	const char *why;
	size_t at; /* a byte */
};

struct query_lex {
	const char *text;
	size_t len, at;
	unsigned depth;     /* open parentheses */
	size_t passed_over; /* those that were too deep, and are still open */
	bool glued;         /* no blank behind the piece before */
	bool signed_item;   /* a sign was read: an item follows, no operator */
	struct complaint complaint;
};

void query_lex_init(struct query_lex *lex, const char *text, size_t len);
void query_lex_next(struct query_lex *lex, struct lexeme *out);

void query_lex_complain(struct query_lex *lex, size_t at, const char *what,
                        const char *why);
/* Which character a byte belongs to, the first being 1. */
size_t query_lex_character(const struct query_lex *lex, size_t at);
/* Nothing but blanks and characters that are not seen? */
bool query_lex_is_blank(const struct query_lex *lex, size_t from, size_t to);
/* Leave out what is not seen at the end. */
size_t query_lex_trim(const struct query_lex *lex, size_t from, size_t to);

#endif
