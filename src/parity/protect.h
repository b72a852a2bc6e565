/* SPDX-License-Identifier: Apache-2.0 */
/* protect.h - fiche_protect() over an I/O backend, for tests. */
#ifndef PARITY_PROTECT_H
#define PARITY_PROTECT_H

#include "fiche/parity.h"
#include "io/io.h"

int protect_io(struct io *io, const char *path,
               const struct fiche_protect_options *opt,
               struct fiche_protect_report *report, struct fiche_error *err);

#endif
