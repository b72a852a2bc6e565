/* SPDX-License-Identifier: Apache-2.0 */
/* filecard.h - the card of a record that is a file (spec 3.4, kind 2). */
#ifndef INGEST_FILECARD_H
#define INGEST_FILECARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Append the JSON object: path, type, and title if there is one.  The title of
 * text/html is its <title>; that of text/plain is its first line, if it is
 * short enough for a headline.  A title in an unknown encoding is left out, for
 * it would be wrong.  Ask buf_ok() afterwards.
 */
void filecard_put(struct buf *out, const char *path, const char *type,
                  const uint8_t *bytes, size_t len);

#endif
