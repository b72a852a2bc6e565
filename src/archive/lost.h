/* SPDX-License-Identifier: Apache-2.0 */
/* lost.h - fiche_find_lost() over an I/O backend, for tests. */
#ifndef ARCHIVE_LOST_H
#define ARCHIVE_LOST_H

#include "fiche/lost.h"
#include "io/io.h"

int find_lost_io(struct io *io, const char *path,
                 const struct fiche_lost_options *opt, struct fiche_error *err);

#endif
