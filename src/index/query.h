/* SPDX-License-Identifier: Apache-2.0 */
/*
 * query.h - what a person typed, as a tree.
 *
 *   flood mayor            both words
 *   flood OR storm         either; also |
 *   -draft, NOT draft      not
 *   "flood defences"       next to each other, in this order
 *   flood near/5 mayor     at most 5 words between them, in any order
 *   climat*                every word that begins so
 *   (a OR b) c             groups
 *   title:flood  source:*.example.org  tag:"climate change"  author:smith
 *   lang:en  url:https://...  date:2024-03..2024-05
 *
 * NOT binds tighter than near, near tighter than AND (which is not written),
 * AND tighter than OR.  Nothing that is typed is an error: what makes no sense
 * is read as plain words, and `notice` says so in one sentence.
 *
 * A query is immutable once parsed and may be shared by threads.
 */
#ifndef INDEX_QUERY_H
#define INDEX_QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fiche/error.h"

#define QUERY_DEPTH_MAX 64   /* parentheses; deeper ones are passed over */
#define QUERY_NODES_MAX 4096 /* words and operators; the rest is left out */
#define QUERY_NEAR_MAX  1000

enum query_kind {
	QUERY_WORD,   /* text: one folded word */
	QUERY_PREFIX, /* text: folded; every word that begins so */
	QUERY_SINGLE, /* text: one folded character of a script without spaces:
	               * every pair that contains it */
	QUERY_PHRASE, /* children are WORD, PREFIX or SINGLE, in this order */
	QUERY_NEAR,   /* children are two of the four above */
	QUERY_AND,
	QUERY_OR,
	QUERY_NOT,   /* one child */
	QUERY_FIELD, /* text: as typed, without quotes; `field` says which */
};

/* Of QUERY_FIELD. */
enum query_field {
	QUERY_SOURCE,
	QUERY_TAG,
	QUERY_AUTHOR,
	QUERY_LANGUAGE,
	QUERY_URL,
	QUERY_DATE,
};

struct query_node {
	enum query_kind kind;
	enum query_field field;
	bool title;        /* of words, phrases, near: in the title only */
	bool exact;        /* of words: stood in quotes, so no stems */
	unsigned distance; /* of near */
	const char *text;  /* ends with a NUL, and has text_len bytes */
	size_t text_len;
	/* As typed, for messages; of words only.  Ends with a NUL. */
	const char *typed;
	struct query_node **child;
	size_t child_count;
};

struct query {
	struct arena arena;
	/* NULL: nothing to look for (no words at all). */
	struct query_node *root;
	/* NULL, or what was not understood: a sentence without line end. */
	const char *notice;
};

/*
 * 0 or FICHE_ERR_NOMEM (then *out is empty).  Any bytes are accepted: foreign
 * ones and control characters separate words.
 */
int query_parse(struct query *out, const char *text, size_t len,
                struct fiche_error *err);
void query_done(struct query *q);

#endif
