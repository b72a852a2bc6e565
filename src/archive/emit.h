/* SPDX-License-Identifier: Apache-2.0 */
/*
 * emit.h - write sections at the end of the file, in order, hashing the batch
 * on the way (spec 4.6).
 */
#ifndef ARCHIVE_EMIT_H
#define ARCHIVE_EMIT_H

#include "base/buf.h"
#include "base/hash.h"
#include "format/commit.h"
#include "format/section.h"
#include "io/io.h"

struct emitter {
	struct io_file *file; /* borrowed */
	uint8_t uuid[UUID_SIZE];
	uint64_t at;       /* where the next section goes */
	uint64_t sequence; /* its number */
	uint64_t batch_start;
	struct sha256 *hash; /* owned, of the batch so far */
	uint64_t structure;  /* bytes written that are not zstd frames */
};

int emit_init(struct emitter *e, struct io_file *file, const uint8_t *uuid,
              uint64_t at, uint64_t sequence, struct fiche_error *err);
void emit_done(struct emitter *e);

/*
 * Write a section.  `raw` has room for the header in front of the payload:
 * SECTION_HEADER_SIZE + payload_len bytes; `sha` may be NULL (it is computed).
 * *out_at is where it went.
 */
int emit_section(struct emitter *e, enum section_type type, uint8_t *raw,
                 uint64_t payload_len, uint32_t inner_len, const uint8_t *sha,
                 struct section *out, struct fiche_error *err);
/* Plain bytes: the zeros behind an interrupted append. */
int emit_bytes(struct emitter *e, const void *bytes, size_t len,
               struct fiche_error *err);

/*
 * Append to `out` the COMMIT section for the offset `at`, and its FOOTER: the
 * last FOOTER_SIZE bytes.  *section gets the header.  0 or FICHE_ERR_NOMEM.
 *
 * Both are to be written in one piece: between two writes a program may be
 * killed, and a COMMIT without a place for its FOOTER would be one as soon as
 * the next writer fills up the page.
 */
int emit_make_commit(struct buf *out, struct section *section,
                     const struct commit *c, const uint8_t uuid[UUID_SIZE],
                     uint64_t at, uint64_t sequence, struct fiche_error *err);

#endif
