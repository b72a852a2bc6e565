/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream.h - the bytes of one input, decompressed.
 *
 * Waiting for a pipe never blocks for long: the owner is called at every read
 * and several times a second in between, and may end the reading there.
 */
#ifndef INGEST_STREAM_H
#define INGEST_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

/* The first read must have room for this much, so that it can be sniffed. */
#define STREAM_READ_MIN 65536

/*
 * Called after `got` bytes were read from the input (0: nothing came for a
 * while).  Returns 0 to go on, FICHE_END to stop, or a failure, which
 * stream_read() passes on.
 */
typedef int stream_pulse(void *ctx, size_t got, struct fiche_error *err);

struct stream;

/*
 * Against bombs: what all streams of one input, and of the inputs in it, made
 * of the bytes that are stored.  Shared; the one who owns it sets the limits.
 */
struct stream_guard {
	unsigned ratio_max;    /* bytes made of each stored one */
	uint64_t unpacked_max; /* bytes in bundles */
	uint64_t stored;
	uint64_t made;
	uint64_t unpacked;
};

/* Below this nobody is hurt, whatever the ratio. */
#define STREAM_GUARD_FREE ((uint64_t)256 << 20)

/* `len` more bytes were made, in a bundle or not.  Returns 0 or
 * FICHE_ERR_LIMIT, that again for each call that follows. */
int stream_guard_add(struct stream_guard *g, size_t len, bool in_bundle,
                     struct fiche_error *err);

/*
 * Read from `fd`, which stays the caller's.  Whether the bytes are compressed
 * is found out from the first of them.  Returns 0 or FICHE_ERR_NOMEM.
 */
int stream_open(struct stream **out, int fd, stream_pulse *pulse, void *ctx,
                struct fiche_error *err);
/*
 * The same from a function: a member of a bundle, say.  It stores 1 to `cap`
 * bytes and returns 0, or FICHE_END, or a failure of the input.  It may store
 * none and return 0 when nothing came for a while.
 */
typedef int stream_source(void *ctx, uint8_t *out, size_t cap, size_t *got,
                          struct fiche_error *err);
int stream_open_source(struct stream **out, stream_source *source,
                       void *source_ctx, stream_pulse *pulse, void *ctx,
                       struct fiche_error *err);
/* Count and limit what it makes; borrowed. */
void stream_set_guard(struct stream *s, struct stream_guard *guard);
void stream_close(struct stream *s); /* accepts NULL */

/*
 * The next 1 to `cap` bytes; cap must be at least STREAM_READ_MIN.
 *
 * Returns 0, FICHE_END, a failure of the pulse, FICHE_ERR_NOMEM, or - all that
 * could be decoded has been delivered - FICHE_ERR_IO, FICHE_ERR_TRUNCATED,
 * FICHE_ERR_CORRUPT or FICHE_ERR_LIMIT, with the offset in the stored bytes.
 * Every answer but 0 is final.
 */
int stream_read(struct stream *s, uint8_t *out, size_t cap, size_t *got,
                struct fiche_error *err);

/* After a failure: true if it was the pulse's or memory's, not the input's. */
bool stream_halted(const struct stream *s);
/* After FICHE_END: true if the pulse asked for it. */
bool stream_stopped(const struct stream *s);

#endif
