/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parity.h - Reed-Solomon parity inside an archive (spec 3.8): what it protects
 * comes back although any part of it was lost, up to what the profile says.
 */
#ifndef FICHE_PARITY_H
#define FICHE_PARITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"
#include "fiche/repair.h"
#include "fiche/verify.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How much; the numbers are those of the format. */
enum fiche_parity {
	FICHE_PARITY_OTHER = 0, /* written by another program */
	FICHE_PARITY_LITE = 1,  /* 7 %: scattered damage */
	FICHE_PARITY_STD = 2,   /* 14 %: and a hole of a sixteenth */
	FICHE_PARITY_ARCH = 3,  /* 29 %: and two of them */
};

struct fiche_protect_options {
	enum fiche_parity profile; /* 0: that of the last time, or std */
	int64_t time;              /* of the commit, if has_time is set */
	bool has_time;
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct fiche_protect_report {
	enum fiche_parity profile;
	uint64_t protected_bytes; /* by this call; 0: nothing was new */
	uint64_t parity_bytes;    /* what it added to the file */
	uint64_t zones;
	uint64_t generation; /* these two as they are afterwards */
	uint64_t file_size;
};

/*
 * Add parity of all that was committed since the last time, as one more commit
 * that adds no article.  What is to be protected is verified before, quickly,
 * and read from the file again; a part of the parity is tried before it is
 * committed.
 *
 * Returns 0, FICHE_ERR_CORRUPT (damage is to be repaired first),
 * FICHE_ERR_BUSY, FICHE_ERR_STATE (parity did not give back what it was made
 * of: a fault of the machine; nothing was committed), or another failure of
 * opening or writing. After any failure the archive is as it was.
 */
int fiche_protect(const char *path, const struct fiche_protect_options *opt,
                  struct fiche_protect_report *report, struct fiche_error *err);

struct fiche_mend_options {
	/* Called for each place that was damaged in the first copy; `mended`
	 * tells whether it is whole in the result.  What parity mends are runs
	 * of pages. */
	void (*on_damage)(void *ctx, uint64_t offset, uint64_t size,
	                  const char *what, int mended);
	void (*on_shift)(void *ctx, uint64_t offset, int64_t by); /* as there */
	unsigned threads; /* to verify with; 0 = one for each processor */
	/* What is wrong with the result: as fiche_verify() tells it. */
	void (*on_finding)(void *ctx, const struct fiche_finding *f);
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct fiche_mend_report {
	uint64_t zones;        /* of parity that were found */
	uint64_t pages_mended; /* of 4,096 bytes, by parity or another copy */
	uint64_t pages_lost;   /* protected ones that did not come back */
	struct fiche_repair_report sections;
	struct fiche_verify_report verified; /* the result */
};

/*
 * As fiche_repair(), but first each copy's pages are held against the parity in
 * the archive, and those lost in all copies are solved for.  The result is
 * verified in full.
 *
 * Returns 0 (the result is whole), FICHE_ERR_CORRUPT (some is lost; the result
 * is there, with all that is intact), or as fiche_repair() and fiche_verify().
 */
int fiche_mend(const char *const *paths, size_t count, const char *out,
               const struct fiche_mend_options *opt,
               struct fiche_mend_report *report, struct fiche_error *err);

#ifdef __cplusplus
}
#endif

#endif
