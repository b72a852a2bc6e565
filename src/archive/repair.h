/* SPDX-License-Identifier: Apache-2.0 */
/* repair.h - fiche_repair() over an I/O backend, for tests. */
#ifndef ARCHIVE_REPAIR_H
#define ARCHIVE_REPAIR_H

#include "fiche/repair.h"
#include "io/io.h"

#define REPAIR_COPIES_MAX 64
/* A copy in which some is shifted is read as two. */
#define REPAIR_FILES_MAX (2 * REPAIR_COPIES_MAX)

int repair_io(struct io *io, const char *const *paths, size_t count,
              const char *out, const struct fiche_repair_options *opt,
              struct fiche_repair_report *report, struct fiche_error *err);

/* Its parts.  Open the copies, as if nothing in them were shifted; what was
 * opened is to be closed, success or not.  *files counts it, report->mended the
 * places in the first copy that opt->on_shift was called for. */
int repair_open(struct io *io, const char *const *paths, size_t count,
                const struct fiche_repair_options *opt,
                struct io_file *out[REPAIR_FILES_MAX], size_t *files,
                struct fiche_repair_report *report, struct fiche_error *err);
void repair_close(struct io_file *files[REPAIR_FILES_MAX]);
/* And repair from what is open: 1 to REPAIR_FILES_MAX + 1 files that are read,
 * and stay open. */
int repair_files(struct io *io, struct io_file *const *files, size_t count,
                 const char *out, const struct fiche_repair_options *opt,
                 struct fiche_repair_report *report, struct fiche_error *err);

#endif
