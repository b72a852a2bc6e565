/* SPDX-License-Identifier: Apache-2.0 */
/* headers.h - where a section may begin: each place that the sync bytes of a
 * header tell of. */
#ifndef ARCHIVE_HEADERS_H
#define ARCHIVE_HEADERS_H

#include "format/section.h"
#include "io/io.h"

struct headers {
	struct io_file *file; /* borrowed */
	uint64_t size;        /* of the file */
	uint64_t at;          /* from here on is looked */
	bool pass_over;       /* what cannot be read: damaged media say so */
	uint8_t *chunk;       /* owned */
	uint64_t chunk_at;
	size_t have;
};

/* Look from `at` on.  0 or FICHE_ERR_NOMEM. */
int headers_init(struct headers *h, struct io_file *file, uint64_t size,
                 uint64_t at, struct fiche_error *err);
void headers_done(struct headers *h);

/*
 * The next place where all bytes of a header are and its sync bytes are right;
 * *raw are its bytes, until the next call.  h->at is then one byte further, and
 * may be set to where to look on.  0, FICHE_END, or FICHE_ERR_IO.
 */
int headers_next(struct headers *h, uint64_t *at, const uint8_t **raw,
                 struct fiche_error *err);

#endif
