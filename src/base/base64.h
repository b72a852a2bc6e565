/* SPDX-License-Identifier: Apache-2.0 */
/* base64.h - base64 of RFC 4648, with padding. */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

void base64_put(struct buf *out, const void *bytes, size_t len);
/* Exactly `want` bytes into out; false for any other text, also if bits that
 * mean nothing are set. */
bool base64_take(void *out, size_t want, const char *text, size_t len);

#endif
