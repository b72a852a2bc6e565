/* SPDX-License-Identifier: Apache-2.0 */
/* redact_copies.h - which records say the same as those that are to go? */
#ifndef ARCHIVE_REDACT_COPIES_H
#define ARCHIVE_REDACT_COPIES_H

#include "archive/reader.h"

/*
 * Call `each` for the records whose body is that of one of `numbers`
 * (ascending, each once), has KEY_BODY_MIN bytes or more, and is not among
 * them; in order.  0 or an error of reading.
 */
int redact_copies(struct fiche_reader *r, const uint64_t *numbers, size_t count,
                  void (*each)(void *ctx, uint64_t number, uint64_t of),
                  void *ctx, struct fiche_error *err);

#endif
