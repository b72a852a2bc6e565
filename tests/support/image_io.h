/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image_io.h - one file that is only read, from bytes that stand in memory
 * already: nothing is copied, so that many states can be looked at.
 */
#ifndef SUPPORT_IMAGE_IO_H
#define SUPPORT_IMAGE_IO_H

#include "io/io.h"

struct image_io {
	struct io io; /* first, so that the pointers convert */
	const uint8_t *ptr;
	size_t len;
};

/* Every path leads to the bytes; only IO_READ works. */
void image_io_init(struct image_io *i, const void *bytes, size_t len);

#endif
