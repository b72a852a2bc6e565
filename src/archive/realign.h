/* SPDX-License-Identifier: Apache-2.0 */
/* realign.h - copies in which some is shifted, before they are repaired. */
#ifndef ARCHIVE_REALIGN_H
#define ARCHIVE_REALIGN_H

#include "fiche/repair.h"
#include "io/io.h"

/*
 * Show each of the `*count` copies as if nothing were shifted (spec 4.15); one
 * in which something is counts as two from then on, of which the second stands
 * behind all others: `files` has room for twice as many.  *shifts tells of the
 * first copy how many places opt->on_shift was called for.  0 or
 * FICHE_ERR_NOMEM.
 */
int realign_copies(struct io_file **files, size_t *count,
                   const struct fiche_repair_options *opt, uint64_t *shifts,
                   struct fiche_error *err);

#endif
