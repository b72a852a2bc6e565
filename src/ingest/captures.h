/* SPDX-License-Identifier: Apache-2.0 */
/*
 * captures.h - a crawler's file: records one behind the other, each with a head
 * that says how long it is.
 *
 * Lengths lie, records are cut, and what stands between them may be anything.
 * So a length counts only if another record, or the end, is behind it; if not,
 * the next line that can begin a record does.
 */
#ifndef INGEST_CAPTURES_H
#define INGEST_CAPTURES_H

#include "ingest/capture.h"

/* How the records of one format look. */
struct capture_shape {
	const char *type;     /* media type of a record */
	size_t start_max;     /* bytes that starts() wants to see */
	size_t separator_max; /* CRs and LFs that belong to a record */
	bool one_line;        /* the head is one line, else ends with an
	                       * empty one */
	/* Does a record begin here?  A line does. */
	bool (*starts)(const uint8_t *at, size_t len);
	/* Read a head that is whole, into a zeroed struct. */
	void (*read_head)(struct capture_head *out, const uint8_t *at,
	                  size_t len);
	/* Is `next` about `c`, so that its block is c->notes?  May be NULL. */
	bool (*is_about)(const struct capture_head *next,
	                 const struct capture_head *c);
};

/* Read all; returns as a format's read function. */
int captures_read(const struct input *i, const struct capture_shape *shape,
                  struct fiche_error *err);

#endif
