/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - the buffer in front of a stream: look at its start, then cut it
 * into lines or take it whole.
 *
 * A line ends at LF, which is not part of it; a CR before the LF is.  The last
 * one needs no LF.  Memory stays bounded by `max` and a chunk, however long a
 * line is.
 */
#ifndef INGEST_LINES_H
#define INGEST_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"
#include "ingest/stream.h"

/* A zeroed struct is ready for lines_begin(); the memory is used again. */
struct lines {
	struct stream *stream;
	size_t max;
	uint8_t *ptr; /* what was read and not taken: [at, len) */
	size_t cap, at, len;
	size_t scanned;  /* bytes behind `at` known to have no LF */
	uint64_t number; /* lines begun */
	uint64_t total;  /* bytes read */
	bool in_long;
	int end; /* how the stream ended: FICHE_END or its failure */
	struct fiche_error why;
};

struct line {
	const uint8_t *ptr; /* valid until the next call */
	size_t len;
	uint64_t number; /* from 1 */
	bool is_long;    /* longer than max: this is a piece of it */
	bool is_last;    /* ... and its last one */
};

/* Read from `s`, borrowed.  Lines of more than `max` bytes are long. */
void lines_begin(struct lines *l, struct stream *s, size_t max);
void lines_done(struct lines *l);

/*
 * Read once.  Returns 0, FICHE_END when the stream has ended, be it in a
 * failure (which waits for lines_next), FICHE_ERR_NOMEM or a failure of the
 * stream's pulse.  The caller may look at [at, len) and move `at`.
 */
int lines_fill(struct lines *l, struct fiche_error *err);

/*
 * Read until `want` bytes or more stand behind `at`.  Returns 0 also if the
 * stream ended before (`end` is set then), FICHE_ERR_LIMIT if want is more than
 * `max`, FICHE_ERR_NOMEM or a failure of the stream's pulse.
 */
int lines_want(struct lines *l, size_t want, struct fiche_error *err);

/*
 * The next line or piece of a long one.  Returns 0, FICHE_END, or a failure as
 * stream_read(), after all that came before it has been taken.  A line begun
 * when the stream was stopped is dropped.
 */
int lines_next(struct lines *l, struct line *out, struct fiche_error *err);

/*
 * Take all.  Returns 0, FICHE_END if the stream was stopped before its end,
 * FICHE_ERR_LIMIT with FICHE_NOWHERE as offset if there is more than `max`, or
 * a failure as stream_read().
 */
int lines_whole(struct lines *l, const uint8_t **ptr, size_t *len,
                struct fiche_error *err);

#endif
