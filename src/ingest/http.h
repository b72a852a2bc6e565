/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http.h - a response as a crawler stored it: status line, header lines, body.
 */
#ifndef INGEST_HTTP_H
#define INGEST_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "fiche/article.h"
#include "fiche/error.h"

struct http {
	unsigned status;
	size_t head_len;        /* with the empty line */
	struct fiche_text type; /* values of its header, borrowed */
	struct fiche_text content_coding;
	struct fiche_text transfer_coding;
};

/* False if it is no response.  A head that is cut ends where the bytes do. */
bool http_read(struct http *out, const uint8_t *block, size_t len);

/* What was sent, without the chunks it was sent in: `block` is that of
 * http_read().  *out borrows the block, or the bytes put into `spare`. */
int http_payload(struct bytes *out, struct buf *spare, const struct http *h,
                 const uint8_t *block, size_t len, struct fiche_error *err);

/*
 * Undo the content codings of a payload; coding.h tells what becomes of
 * damaged ones.  *body borrows `payload` or the bytes in `spare`.  Both
 * return 0 or FICHE_ERR_NOMEM.
 */
int http_body(struct bytes *body, struct buf *spare, const struct http *h,
              struct bytes payload, struct fiche_error *err);

#endif
