/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coding.h - what HTTP did to a body on its way: chunks, and the compressions
 * of Content-Encoding.
 *
 * For reading only, so the rule is to get what can be got: a body that is cut
 * or damaged gives what stands before, one that is not coded at all, whatever
 * its header says, is left as it is.
 */
#ifndef INGEST_CODING_H
#define INGEST_CODING_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "fiche/article.h"
#include "fiche/error.h"

/* No body is longer than this, nor than CODING_RATIO times what was sent and a
 * mebibyte: the rest is not decoded. */
#define CODING_MAX   ((size_t)64 << 20)
#define CODING_RATIO ((size_t)1024)

/* Append the bytes of a chunked body to `out`. */
void coding_join_chunks(struct buf *out, const uint8_t *at, size_t len);

/*
 * Undo one compression by its name: gzip, deflate, br, zstd.  Appends to `out`.
 * Returns 0, FICHE_END if nothing could be decoded (or the name is not known),
 * or FICHE_ERR_NOMEM.
 */
int coding_undo(struct buf *out, struct fiche_text name, struct bytes body,
                struct fiche_error *err);

#endif
