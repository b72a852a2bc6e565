/* SPDX-License-Identifier: Apache-2.0 */
/* redact.h - fiche_redact() over any file system. */
#ifndef ARCHIVE_REDACT_H
#define ARCHIVE_REDACT_H

#include "fiche/redact.h"
#include "io/io.h"

int redact_io(struct io *io, const char *path, const char *out,
              const uint64_t *numbers, size_t count,
              const struct fiche_redact_options *opt,
              struct fiche_redact_report *report, struct fiche_error *err);

#endif
