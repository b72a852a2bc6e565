/* SPDX-License-Identifier: Apache-2.0 */
/* listing.h - rows as --format, --fields, --json and --short want them. */
#ifndef TOOLS_LISTING_H
#define TOOLS_LISTING_H

#include "args.h"
#include "reading.h"
#include "rows.h"

struct listing {
	struct rows rows; /* points to `fields` */
	struct fields fields;
	bool canonical; /* JSON as the library writes it, all fields */
};

/* 0, or an exit code after a message; listing_done() in any case. */
int listing_read(struct listing *l, struct tool *t, const struct args *a);
/* One article, of which the card is read.  A status of the library. */
int listing_add(struct listing *l, struct reading *ar, uint64_t number,
                struct fiche_error *err);
void listing_done(struct listing *l);

#endif
