/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lost.h - which articles of a damaged archive cannot be read any more.
 */
#ifndef FICHE_LOST_H
#define FICHE_LOST_H

#include <stdint.h>

#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Valid during the call only. */
struct fiche_lost {
	uint64_t number;
	uint64_t count;    /* 1; more: so many from there, of which no index is
	                    * left to tell more */
	const char *id;    /* hex, if the index still tells, or NULL */
	const char *title; /* if the card can still be read, or NULL */
};

struct fiche_lost_options {
	void (*on_lost)(void *ctx, const struct fiche_lost *lost);
	/* In articles; or NULL. */
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

/*
 * Call on_lost for each committed article of `path` that neither an open
 * archive gives out nor a recovery (spec 4.3), in order of their numbers. Those
 * that were redacted or withdrawn are not lost.  All articles are read for it.
 *
 * How many were committed, the last commit that is whole tells; without one,
 * only gaps before what was recovered are seen.
 *
 * Returns 0, also where all is lost, or why `path` cannot be read at all: as
 * fiche_reader_open() with `recover`.
 */
FICHE_API int fiche_find_lost(const char *path,
                              const struct fiche_lost_options *opt,
                              struct fiche_error *err);

#ifdef __cplusplus
}
#endif

#endif
