/* SPDX-License-Identifier: Apache-2.0 */
/*
 * searches.h - an archive, some searches of it that go through all that
 * searching does, and whether they still have the same answers.
 *
 * Failures are passed up, and the library is all that allocates while asking,
 * so that it serves tests of failing calls.
 */
#ifndef SUPPORT_SEARCHES_H
#define SUPPORT_SEARCHES_H

#include "fiche/search.h"
#include "io/memory.h"

#define SEARCHES          15
#define SEARCHES_ARTICLES 195

/* Two segments, one of them with long lists; or without keyword index. */
int searches_archive(struct io_memory *m, bool basic, struct fiche_error *err);

struct searches {
	bool scan;
	size_t count; /* that are asked; fewer with scan, which is slow */
	uint64_t answer[SEARCHES]; /* a digest of all that was told */
	uint64_t hits;             /* of all of them */
};

/* Ask everything and remember the answers.  0 or the first failure. */
int searches_learn(struct searches *s, struct fiche_reader *r, bool scan,
                   struct fiche_error *err);
/* Ask again: *wrong is how many have other answers.  0 or the first failure. */
int searches_repeat(const struct searches *s, struct fiche_reader *r,
                    size_t *wrong, struct fiche_error *err);

#endif
