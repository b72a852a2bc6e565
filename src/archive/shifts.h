/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shifts.h - an archive into which bytes were put, or from which some were
 * taken, read as if nothing had happened (spec 4.15).
 *
 * Nobody who reads an archive takes a section that does not stand at its own
 * offset.  So the whole file is shown with its sections where they belong; what
 * is missing between them is damaged.
 */
#ifndef ARCHIVE_SHIFTS_H
#define ARCHIVE_SHIFTS_H

#include "format/section.h"
#include "io/pieces.h"

struct shifts {
	/* Owned.  The first run stands where it belongs, each other one
	 * elsewhere; both at and from ascend.  Nothing is shifted: 0. */
	struct io_piece *run;
	size_t count;
	uint64_t size; /* of the file */
};

/* Where to look, and how. */
struct shifts_options {
	uint64_t from;       /* an end of a good section; 0: of none is known */
	const uint8_t *uuid; /* NULL: that of the first good section */
	bool pass_over;      /* what cannot be read */
};

/*
 * An archive that ends with a COMMIT in its place costs nothing, another one a
 * hash of what stands behind opt->from.  0, FICHE_ERR_NOMEM, or FICHE_ERR_IO
 * unless that is passed over.
 */
int shifts_find(struct shifts *out, struct io_file *file,
                const struct shifts_options *opt, struct fiche_error *err);
void shifts_done(struct shifts *s);

/* How many bytes were put in (above 0) or taken out before run `i`, in sum. */
int64_t shifts_before(const struct shifts *s, size_t i);

/*
 * Files for reading as if nothing were shifted.  What stands between two runs
 * was once in the place that the run before tells, up to the change, and behind
 * it in that which the next run tells: *file, which is replaced, has all of it
 * in the first one, *other in the second.  *file owns what it was, and *other
 * is to be closed before it.  0 or FICHE_ERR_NOMEM.
 */
int shifts_views(const struct shifts *s, struct io_file **file,
                 struct io_file **other, struct fiche_error *err);

#endif
