/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zip.h - a zip file being written.
 *
 * libarchive does this too, but puts the time of the machine's zone into it:
 * the same articles would not give the same bytes everywhere.
 */
#ifndef EXPORT_ZIP_H
#define EXPORT_ZIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "export/out.h"

struct zip;

/* Into `o`, which is borrowed.  0 or FICHE_ERR_NOMEM. */
int zip_new(struct zip **out, struct out *o, struct fiche_error *err);
/* Accepts NULL. */
void zip_free(struct zip *z);

/*
 * A whole file.  The name is ASCII, with '/'.  `mtime` is in seconds since
 * 1970; one outside of what a zip can say, 1980 to 2038, is left out.
 * 0, FICHE_ERR_LIMIT (2 GiB or more), FICHE_ERR_IO or FICHE_ERR_NOMEM.
 */
int zip_put(struct zip *z, const char *name, int64_t mtime, const void *bytes,
            size_t len, struct fiche_error *err);

/* The directory, which stands at the end. */
int zip_finish(struct zip *z, struct fiche_error *err);

#endif
