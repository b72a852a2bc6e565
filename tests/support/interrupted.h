/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interrupted.h - the power is cut at any moment of an operation, and again at
 * any moment of its repetition.
 *
 * An operation is a function that acts on the files of a `struct io_memory` and
 * writes one of them.  It has to do with whatever an interruption of itself has
 * left.  Of each state (power_cut.h) is asked:
 *
 * - The file is as it was, or as the finished operation leaves it, or shows one
 *   of the commits between, to the byte; a new file is not there, or is an
 *   archive without a commit, or shows a commit.  What was finished stays.
 * - Only of a commit that was not acknowledged may articles be damaged, and the
 *   reader says so.
 * - The operation can be repeated; then again all this.  A commit of the first
 *   attempt of which all but the end of the footer was there may be seen as
 *   soon as the repetition has filled up its page, and until it is finished.
 * - No other file changes.
 */
#ifndef SUPPORT_INTERRUPTED_H
#define SUPPORT_INTERRUPTED_H

#include "support/power_cut.h"

#define INTERRUPTED_FILES 4

/* A file before the operation. */
struct staged_file {
	const char *path;
	const uint8_t *bytes; /* NULL: it is not there */
	size_t len;
};

struct operation {
	const char *name;
	int (*run)(struct io_memory *m, struct fiche_error *err);
	/* What must hold when run() has returned 0; may be NULL. */
	void (*check_done)(struct io_memory *m);
	/* The first one is the file that it writes. */
	struct staged_file files[INTERRUPTED_FILES];
	size_t file_count;
};

struct interruptions {
	struct cut_plan plan[2];
	/* Of the states, every n-th one is where the operation is repeated; by
	 * a repetition nothing is repeated again.  0: none. */
	size_t repeat_every;
	uint64_t seed;
};

struct interrupted_tally {
	size_t cuts, states, repeated, nested_states, finished, damaged,
		revived;
};

/* Fails the test where something does not hold. */
void interrupt_everywhere(const struct operation *op,
                          const struct interruptions *how,
                          struct interrupted_tally *tally);
void interrupted_say(const char *name, const struct interrupted_tally *t);

#endif
