/* SPDX-License-Identifier: Apache-2.0 */
/* utf8.h - validating UTF-8 (RFC 3629: no surrogates, shortest form). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/*
 * Length in bytes (1 to 4) of the valid character at `text`, stored in
 * *out; or 0 if the bytes there are not one.  len must not be 0.
 */
unsigned utf8_decode(uint32_t *out, const char *text, size_t len);
void utf8_encode(struct buf *out, uint32_t code_point);
bool utf8_is_valid(const char *text, size_t len);
/* Append text, with U+FFFD for each maximal foreign run as in WHATWG. */
void utf8_put_clean(struct buf *out, const char *text, size_t len);

#endif
