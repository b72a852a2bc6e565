/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlay.h - a file as it should be: what a copy has, and pages in its place
 * that were mended.
 *
 * It is an io_file for reading, so that whoever reads archives can read it.
 * The mended pages stand in a scratch file, at their own places.
 */
#ifndef PARITY_OVERLAY_H
#define PARITY_OVERLAY_H

#include "format/parity.h"
#include "io/io.h"

struct overlay {
	struct io_file file; /* to be read; never closed */
	struct io io;
	struct io_file *below;   /* borrowed: the copy */
	struct io_file *scratch; /* owned */
	uint64_t size;           /* with pages that were put behind the copy */
	uint8_t *put;            /* a bit for each page */
	size_t put_cap;
};

/* `io` and `beside` are where the scratch file goes. */
int overlay_init(struct overlay *o, struct io_file *below, struct io *io,
                 const char *beside, struct fiche_error *err);
void overlay_done(struct overlay *o);

/* Put a page at `at`, a multiple of PARITY_PAGE. */
int overlay_put(struct overlay *o, uint64_t at, const uint8_t page[PARITY_PAGE],
                struct fiche_error *err);
/* The next run of pages that were put, from *at on.  False if there is none. */
bool overlay_next(const struct overlay *o, uint64_t *at, uint64_t *size);

#endif
