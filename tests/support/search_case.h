/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_case.h - archives in memory to be searched, and queries for them; the
 * same ones every time.
 */
#ifndef SUPPORT_SEARCH_CASE_H
#define SUPPORT_SEARCH_CASE_H

#include "base/buf.h"
#include "fiche/writer.h"
#include "io/memory.h"
#include "support/search_oracle.h"

struct search_plan {
	uint64_t seed;
	size_t first, count; /* articles of the series */
	size_t commits;      /* they are spread over */
	size_t words;        /* different ones, about */
	size_t length;       /* of a text in words, at most */
	enum fiche_index index;
};

/* One article of the series of a seed, as JSON: in several scripts, some of
 * them without title, text, date or language, some later versions of others. */
void search_article(struct buf *out, const struct search_plan *p, size_t i);

/* Add them to the archive CASE_PATH, which is made if it is not there; it is
 * opened with case_open().  0 or a failure. */
int search_case_make(struct io_memory *m, const struct search_plan *p,
                     struct fiche_error *err);

/* Make its index anew. */
int search_case_reindex(struct io_memory *m, bool basic,
                        struct fiche_error *err);

/*
 * Append any query: of words that are there, often or seldom, and some that are
 * not; all operators; phrases taken from the articles, and others.
 */
void search_query(struct buf *out, uint64_t *state, const struct oracle *o);

#endif
