/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle_wire.h - what a confined reader of a bundle (a tar, a zip) tells the
 * process that started it.
 *
 * A frame is a kind (1 byte), the length of what follows (4 bytes) and that:
 *
 *   MEMBER  what (1), size (8, WIRE_UNKNOWN if not known), path (the rest)
 *   DATA    bytes of the member
 *   END     status (1), read (8), text: the member is over
 *   NOTE    text: worth knowing about the bundle
 *   DONE    status (1), text: the bundle is over
 *
 * Numbers are little-endian.  The one who writes may have been taken over by
 * the bytes it parses, so nothing it says is believed: lengths are bounded, and
 * an order that makes no sense is refused.
 */
#ifndef INGEST_BUNDLE_WIRE_H
#define INGEST_BUNDLE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fiche/article.h"
#include "fiche/error.h"

#define WIRE_HEAD     ((size_t)5)
#define WIRE_DATA_MAX ((size_t)64 << 10)
#define WIRE_PATH_MAX ((size_t)16 << 10) /* longer ones are cut */
#define WIRE_TEXT_MAX ((size_t)256)
#define WIRE_UNKNOWN  UINT64_MAX

enum wire_kind {
	WIRE_MEMBER = 1,
	WIRE_DATA,
	WIRE_END,
	WIRE_NOTE,
	WIRE_DONE,
};

enum wire_what {
	WIRE_FILE,    /* DATA and END follow, for others neither */
	WIRE_LINK,    /* symbolic or hard */
	WIRE_SPECIAL, /* a device, a FIFO, a socket */
	WIRE_ENCRYPTED,
	WIRE_ASIDE, /* no content: an index of a WACZ */
	WIRE_WHATS,
};

enum wire_status {
	WIRE_OK,
	WIRE_DAMAGED,
	WIRE_UNREADABLE, /* a compression that is not known, say */
	WIRE_STATUSES,
};

struct wire_frame {
	enum wire_kind kind;
	enum wire_what what;
	enum wire_status status;
	uint64_t size;          /* of MEMBER: as its header says */
	uint64_t read;          /* of END: bytes of the bundle behind it */
	struct fiche_text text; /* the path, or a text; any bytes */
	const uint8_t *ptr;     /* of DATA */
	size_t len;
};

/* Where we are; zeroed at the start. */
struct wire {
	enum { WIRE_BETWEEN, WIRE_INSIDE, WIRE_OVER } state;
};

/*
 * The frame at the beginning of `bytes`.  What *out points to is part of
 * `bytes`.  Returns 0 and its length in *used, FICHE_END if more bytes are
 * needed (never more than WIRE_FRAME_MAX in all), or FICHE_ERR_CORRUPT: it
 * makes no sense, and nothing that follows can.
 */
#define WIRE_FRAME_MAX (WIRE_HEAD + WIRE_DATA_MAX)
int wire_decode(struct wire *w, struct wire_frame *out, const uint8_t *bytes,
                size_t len, size_t *used, struct fiche_error *err);

/* Append a frame.  Texts and paths that are too long are cut. */
void wire_put_member(struct buf *out, enum wire_what what, uint64_t size,
                     const char *path, size_t len);
void wire_put_data(struct buf *out, const void *bytes, size_t len);
void wire_put_end(struct buf *out, enum wire_status status, uint64_t read,
                  const char *text);
void wire_put_note(struct buf *out, const char *text);
void wire_put_done(struct buf *out, enum wire_status status, const char *text);

#endif
