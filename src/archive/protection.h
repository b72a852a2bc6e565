/* SPDX-License-Identifier: Apache-2.0 */
/* protection.h - what of an archive has parity, and the COMMIT that ends a
 * protecting generation (spec 3.8). */
#ifndef ARCHIVE_PROTECTION_H
#define ARCHIVE_PROTECTION_H

#include "archive/file.h"
#include "format/parity.h"

struct protection {
	bool any;
	uint64_t end;    /* of the last protecting generation, or 0 */
	uint8_t profile; /* of that */
};

/* Look for it from the last commit back.  Commits without parity behind it cost
 * a read each. */
int protection_find(struct archive *a, struct protection *out,
                    struct fiche_error *err);

/*
 * The COMMIT at `at` of a protecting generation behind `before`, but for the
 * hash of its batch.  The caller owns *out.  0 or FICHE_ERR_NOMEM.
 */
int protection_commit(struct commit *out, const struct found_commit *before,
                      uint64_t void_len, uint64_t at, int64_t time,
                      struct fiche_error *err);

#endif
