/* SPDX-License-Identifier: Apache-2.0 */
/*
 * walk.h - the files behind a path, one after the other.
 *
 * Folders are read recursively in byte order of names.  Links to files are
 * followed, links to folders only if they are the path itself, so that there
 * are no loops.  What cannot be read comes out too, with the reason.
 */
#ifndef INGEST_WALK_H
#define INGEST_WALK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

enum walk_kind {
	WALK_FILE,    /* regular */
	WALK_PIPE,    /* a FIFO, only if it is the path itself */
	WALK_SKIPPED, /* on purpose: `why` tells */
	WALK_FAILED,  /* `why` tells */
};

struct walk_entry {
	enum walk_kind kind;
	const char *path;  /* as to be opened; valid until the next call */
	const char *label; /* for the card: from the base name of the folder
	                    * on, or `path` if that is no folder */
	uint64_t size;     /* of WALK_FILE */
	char why[160];
};

struct walk;

/* Returns 0 or FICHE_ERR_NOMEM. */
int walk_new(struct walk **out, const char *path, struct fiche_error *err);
void walk_free(struct walk *w); /* accepts NULL */

/* Returns 0, FICHE_END or FICHE_ERR_NOMEM. */
int walk_next(struct walk *w, struct walk_entry *out, struct fiche_error *err);

#endif
