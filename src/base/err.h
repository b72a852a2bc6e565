/* SPDX-License-Identifier: Apache-2.0 */
/*
 * err.h - report a failure where it is discovered.
 *
 * Each helper fills `err` (which may be NULL) and returns the code, so that
 * discovering and returning are one statement.  Texts are sentences without
 * newline and without the archive's name.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

#include "fiche/error.h"

int err_set(struct fiche_error *err, int code, uint64_t at, const char *fmt,
            ...) FICHE_PRINTF(4, 5);

/* FICHE_ERR_IO with errno `e`; the text gets ": " and its description. */
int err_sys(struct fiche_error *err, int e, const char *fmt, ...)
	FICHE_PRINTF(3, 4);

int err_nomem(struct fiche_error *err);

/* Copy a failure from one place to another (another thread, say). */
int err_copy(struct fiche_error *err, const struct fiche_error *from);

#endif
