/* SPDX-License-Identifier: Apache-2.0 */
/* find.h - the zones that have parity, wherever a page of a table is left. */
#ifndef PARITY_FIND_H
#define PARITY_FIND_H

#include "format/parity.h"
#include "io/io.h"

struct zones {
	struct parity_head *head; /* owned; by offset, none meets another */
	size_t count, cap;
};

void zones_done(struct zones *z);

/*
 * Look through a copy for pages of tables, and add what they tell of.  `uuid`
 * may be NULL (any).  What cannot be read is passed over.
 */
int zones_scan(struct zones *z, struct io_file *f, const uint8_t *uuid,
               struct fiche_error *err);
/* When all copies were looked through: one head for each zone, of the archive
 * `uuid` alone, and none of two that contradict each other. */
void zones_settle(struct zones *z, const uint8_t *uuid);
/*
 * Drop what a commit in the copy declares void: parity that was never finished
 * tells of sections that would reach far into what was written behind it.
 */
int zones_drop_voids(struct zones *z, struct io_file *f,
                     struct fiche_error *err);

#endif
