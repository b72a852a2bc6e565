/* SPDX-License-Identifier: Apache-2.0 */
/* remake.h - what follows from mended bytes: PARITY sections, and the COMMIT
 * and FOOTER behind them (spec 3.8). */
#ifndef PARITY_REMAKE_H
#define PARITY_REMAKE_H

#include "parity/find.h"
#include "parity/overlay.h"

/*
 * Make the `count` sections of a protecting generation, all zones of which are
 * whole, and its COMMIT again where they are not as they should be.  Nothing is
 * done if its bytes do not tell how.  0, FICHE_ERR_NOMEM, or FICHE_ERR_IO of a
 * scratch file.
 */
int remake_generation(struct overlay *over, const struct parity_head *head,
                      size_t count, struct io *io, const char *beside,
                      struct fiche_error *err);

#endif
