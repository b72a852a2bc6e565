/* SPDX-License-Identifier: Apache-2.0 */
/* mail_decode.h - base64 and quoted-printable (RFC 2045), forgiving. */
#ifndef INGEST_MAIL_DECODE_H
#define INGEST_MAIL_DECODE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

/* Append the bytes; what is not of the alphabet is passed over. */
void mail_put_base64(struct buf *out, const char *text, size_t len);

/* Append the bytes; in a header `_` is a blank.  A '=' that is no escape stays.
 */
void mail_put_quoted(struct buf *out, const char *text, size_t len,
                     bool header);

#endif
