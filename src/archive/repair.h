/* SPDX-License-Identifier: Apache-2.0 */
/* repair.h - fiche_repair() over an I/O backend, for tests. */
#ifndef ARCHIVE_REPAIR_H
#define ARCHIVE_REPAIR_H

#include "fiche/repair.h"
#include "io/io.h"

#define REPAIR_COPIES_MAX 64

int repair_io(struct io *io, const char *const *paths, size_t count,
              const char *out, const struct fiche_repair_options *opt,
              struct fiche_repair_report *report, struct fiche_error *err);

/* Its parts.  Open the copies; what was opened is to be closed, success or not.
 */
int repair_open(struct io *io, const char *const *paths, size_t count,
                struct io_file *out[REPAIR_COPIES_MAX],
                struct fiche_error *err);
void repair_close(struct io_file *files[REPAIR_COPIES_MAX]);
/* And repair from what is open: 1 to REPAIR_COPIES_MAX + 1 files that are read,
 * and stay open. */
int repair_files(struct io *io, struct io_file *const *files, size_t count,
                 const char *out, const struct fiche_repair_options *opt,
                 struct fiche_repair_report *report, struct fiche_error *err);

#endif
