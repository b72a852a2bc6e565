/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair.h - one whole archive from damaged copies of it (spec 4.11).
 *
 * Each section says where it belongs and what it must hash to, so that any copy
 * can tell which of its parts are good; where none has a good one, parts that
 * differ are put together until the hash is right.  Nothing is ever taken that
 * does not have its hash.
 */
#ifndef FICHE_REPAIR_H
#define FICHE_REPAIR_H

#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fiche_repair_options {
	/* Called for each place that was damaged in the first copy; `mended`
	 * tells whether it is whole in the result. */
	void (*on_damage)(void *ctx, uint64_t offset, uint64_t size,
	                  const char *what, int mended);
	/* Called before, for each place of the first copy where so many bytes
	 * were put in, or taken out (`by` below 0), in sum: what begins at
	 * `offset` and all behind it does not stand in its place there, but
	 * does in the result. */
	void (*on_shift)(void *ctx, uint64_t offset, int64_t by);
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct fiche_repair_report {
	uint64_t sections; /* of the result, footers not counted */
	uint64_t mended;   /* damaged in the first copy, whole in the result */
	uint64_t lost;     /* damaged in all copies: as the first one has it */
	uint64_t bytes;    /* of the result */
	uint64_t left_out; /* bytes behind the last commit that was found */
	/* After a failure: the name, of those given, that it is about. Or NULL.
	 */
	const char *failed;
};

/*
 * Write a new archive to `out` from `count` copies; they are only read.  An
 * interrupted append behind the last commit is not taken over.  A single copy
 * is enough for a footer, which its commit tells again.
 *
 * Returns 0 (the result has no damage that its hashes could tell; verify it all
 * the same), FICHE_ERR_CORRUPT (some is left; the result is there),
 * FICHE_ERR_ARG (no copies, or of different archives), FICHE_ERR_FOREIGN (none
 * is an archive), FICHE_ERR_EXISTS, FICHE_ERR_IO or FICHE_ERR_NOMEM.
 */
FICHE_API int fiche_repair(const char *const *paths, size_t count,
                           const char *out,
                           const struct fiche_repair_options *opt,
                           struct fiche_repair_report *report,
                           struct fiche_error *err);

#ifdef __cplusplus
}
#endif

#endif
