/* SPDX-License-Identifier: Apache-2.0 */
/*
 * token.h - the words of a text (spec 6.8): what the keyword index is made of,
 * what a query is cut into, and what a phrase is checked against.  All three
 * use this one reading, so that they agree.
 *
 * Nothing is allocated, nothing can fail: foreign bytes separate words.
 */
#ifndef INDEX_TOKEN_H
#define INDEX_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TOKENIZER_VERSION 1
#define TOKEN_MAX         64 /* bytes of a folded word; longer ones are cut */

enum token_kind {
	TOKEN_WORD,  /* a run of letters, marks and digits */
	TOKEN_PAIR,  /* two neighbours in a script without spaces */
	TOKEN_SINGLE /* a character of such a script that stands alone */
};

struct token {
	const uint8_t *bytes; /* folded; valid until the next call */
	size_t len;           /* 1 to TOKEN_MAX */
	enum token_kind kind;
	size_t from, to; /* the bytes of the text that it was made of */
};

/* A character of a run, folded. */
struct token_char {
	uint32_t c;
	size_t from, to;
};

struct tokenizer {
	const uint8_t *text;
	size_t len, at;
	/* The rest belongs to token.c. */
	uint8_t word[TOKEN_MAX];
	struct token_char run[4]; /* of a script without spaces */
	unsigned held;            /* how many of them */
	bool paired;              /* the first was part of a pair already */
};

void tokenizer_init(struct tokenizer *t, const char *text, size_t len);
/* The next word in the order of the text; false at the end. */
bool tokenizer_next(struct tokenizer *t, struct token *out);

#endif
