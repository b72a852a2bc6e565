/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_oracle.h - what a search has to find (spec 6.9, 6.10), found by
 * looking at every article, word by word.
 *
 * Articles are read through the public interface once and cut into words; the
 * keyword index is not looked at.  Aborts without memory.
 */
#ifndef SUPPORT_SEARCH_ORACLE_H
#define SUPPORT_SEARCH_ORACLE_H

#include "base/arena.h"
#include "fiche/search.h"
#include "index/query.h"

struct oracle_word {
	const char *ptr;
	size_t len;
};

struct oracle_article {
	size_t reader;
	uint64_t number;
	/* Every word: which one, and field << 40 | position. */
	uint32_t *word;
	uint64_t *place;
	size_t words;
	double length; /* as its norm tells it */
	/* The rest, with copies of all texts. */
	struct fiche_article a;
	bool latest;
};

struct oracle {
	struct oracle_word *word; /* ascending, each once */
	size_t words;
	struct oracle_article *article; /* by reader, then by number */
	size_t count;
	double mean; /* of the lengths, as they are */
	struct arena arena;
};

/* 0 or a failure of reading. */
int oracle_make(struct oracle *o, struct fiche_reader *const *readers,
                size_t count, struct fiche_error *err);
void oracle_done(struct oracle *o);

struct oracle_question {
	const struct query_node *root; /* NULL: only filters */
	/* Of each article, in the order above; NULL: the latest versions. */
	const bool *allowed;
	bool stems; /* those of oracle_stem() */
	int64_t now;
};

struct oracle_answer {
	bool *fits; /* of each article */
	double *score;
	size_t matches;
};

void oracle_ask(struct oracle_answer *out, const struct oracle *o,
                const struct oracle_question *q);
void oracle_answer_done(struct oracle_answer *a);

/* Is this word of a text one that a WORD, PREFIX or SINGLE stands for? */
bool oracle_stands_for(const struct query_node *n, const struct oracle_word *w,
                       bool stems);

/* The records that fiche_select() gives, for oracle_question.allowed; freed by
 * the caller.  NULL after a failure. */
bool *oracle_select(const struct oracle *o, struct fiche_reader *const *readers,
                    const struct fiche_selection *s);

/* For fiche_search_options: English loses a final s, Russian ы and а; of words
 * with three letters or more.  Other languages are not known. */
size_t oracle_stem(void *ctx, const char *language, const char *word,
                   size_t len, char *out, size_t cap);

#endif
