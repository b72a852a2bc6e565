/* SPDX-License-Identifier: Apache-2.0 */
/* mend.h - fiche_mend() over an I/O backend, for tests. */
#ifndef PARITY_MEND_H
#define PARITY_MEND_H

#include "fiche/parity.h"
#include "io/io.h"

int mend_io(struct io *io, const char *const *paths, size_t count,
            const char *out, const struct fiche_mend_options *opt,
            struct fiche_mend_report *report, struct fiche_error *err);

#endif
