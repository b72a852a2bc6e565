/* SPDX-License-Identifier: Apache-2.0 */
/* encode.h - a PARITY section from the pages that it protects (spec 3.8). */
#ifndef PARITY_ENCODE_H
#define PARITY_ENCODE_H

#include "format/parity.h"
#include "io/io.h"

/*
 * Write to `out`, from its first byte on, the whole section that `head` tells
 * of, header included, for the pages of `data`.  With `try`, some groups are
 * then solved for pages that are there (FICHE_ERR_STATE if that fails).
 */
int parity_encode(const struct parity_head *head, struct io_file *data,
                  struct io_file *out, bool try, struct fiche_error *err);

#endif
