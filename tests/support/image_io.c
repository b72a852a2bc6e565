/* SPDX-License-Identifier: Apache-2.0 */
/* image_io.c - see image_io.h. */

#include "support/image_io.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"

static int image_open(struct io *io, const char *path, enum io_mode mode,
                      struct io_file **out)
{
	struct io_file *f;

	(void)path;
	if (mode != IO_READ)
		return -EROFS;
	f = alloc_zeroed(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->io = io;
	*out = f;
	return 0;
}

static int image_close(struct io_file *f)
{
	alloc_free(f);
	return 0;
}

static int image_read(struct io_file *f, uint64_t at, void *buf, size_t len,
                      size_t *got)
{
	const struct image_io *i = (const struct image_io *)f->io;

	if (at >= i->len)
		len = 0;
	else if (len > i->len - at)
		len = i->len - (size_t)at;
	if (len > 0)
		memcpy(buf, i->ptr + at, len);
	*got = len;
	return 0;
}

static int image_size(struct io_file *f, uint64_t *out)
{
	*out = ((const struct image_io *)f->io)->len;
	return 0;
}

static const struct io_ops image_ops = {
	.open = image_open,
	.close = image_close,
	.read = image_read,
	.size = image_size,
};

void image_io_init(struct image_io *i, const void *bytes, size_t len)
{
	i->io.ops = &image_ops;
	i->ptr = bytes;
	i->len = len;
}
