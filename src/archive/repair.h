/* SPDX-License-Identifier: Apache-2.0 */
/* repair.h - fiche_repair() over an I/O backend, for tests. */
#ifndef ARCHIVE_REPAIR_H
#define ARCHIVE_REPAIR_H

#include "fiche/repair.h"
#include "io/io.h"

int repair_io(struct io *io, const char *const *paths, size_t count,
              const char *out, const struct fiche_repair_options *opt,
              struct fiche_repair_report *report, struct fiche_error *err);

#endif
