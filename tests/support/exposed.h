/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exposed.h - everything that somebody can get out of the bytes of an archive
 * without asking the library: the bytes, the index with its pages joined, and
 * what each zstd frame anywhere in them gives, with whichever dictionary.
 */
#ifndef SUPPORT_EXPOSED_H
#define SUPPORT_EXPOSED_H

#include "base/buf.h"

/* Append all of it to `out`.  0, or -1: out of memory. */
int exposed_make(struct buf *out, const uint8_t *bytes, size_t len);

/* How many places of `all` have some 8 bytes that follow each other in
 * `secret`. */
size_t exposed_count(const struct buf *all, const char *secret, size_t len);

#endif
