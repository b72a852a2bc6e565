/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pick.h - what to search an archive for.
 *
 * Some texts are read and their words counted, so that there is something to
 * look for in any archive: rare, middling and common words, and words that
 * stand in one text or next to each other.  The same archive gives the same
 * queries.  Chinese and Japanese are cut into pairs of characters.
 */
#ifndef BENCH_PICK_H
#define BENCH_PICK_H

#include <stddef.h>

#include "fiche/error.h"
#include "fiche/reader.h"

#define PICK_MAX  64
#define PICK_TEXT 256

/* Queries as a person types them. */
struct pick_list {
	size_t count;
	char text[PICK_MAX][PICK_TEXT];
};

struct picks {
	struct pick_list rare;
	struct pick_list middle; /* in about one article of a hundred */
	struct pick_list common; /* the commonest first */
	struct pick_list rare_common, middle_middle, common_common;
	struct pick_list or_middle, or_common; /* four words each */
	struct pick_list prefix;               /* of middling words */
	struct pick_list phrase;               /* of two common words */
};

/*
 * Returns 0, FICHE_ERR_ARG if the archive has no words, FICHE_ERR_NOMEM or an
 * error of reading.  Lists for which there are no words are empty.
 */
int pick_queries(struct picks *out, struct fiche_reader *r,
                 struct fiche_error *err);

#endif
