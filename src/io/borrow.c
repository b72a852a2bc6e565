/* SPDX-License-Identifier: Apache-2.0 */
/*
 * borrow.c - a second handle to an open file: who closes it leaves the file
 * open.  It can only be read.
 */

#include "io/io.h"

#include "base/alloc.h"
#include "base/err.h"

struct borrowed {
	struct io_file base; /* first, so that the pointers convert */
	struct io_file *file;
};

static struct io_file *file_of(struct io_file *f)
{
	return ((struct borrowed *)f)->file;
}

static int borrowed_close(struct io_file *f)
{
	alloc_free(f);
	return 0;
}

static int borrowed_read(struct io_file *f, uint64_t at, void *buf, size_t len,
                         size_t *got)
{
	struct io_file *file = file_of(f);

	return file->io->ops->read(file, at, buf, len, got);
}

static int borrowed_size(struct io_file *f, uint64_t *out)
{
	struct io_file *file = file_of(f);

	return file->io->ops->size(file, out);
}

static int borrowed_drop_cache(struct io_file *f)
{
	struct io_file *file = file_of(f);

	return file->io->ops->drop_cache(file);
}

static const struct io_ops borrowed_ops = {
	.close = borrowed_close,
	.read = borrowed_read,
	.size = borrowed_size,
	.drop_cache = borrowed_drop_cache,
};

int io_borrow(struct io_file *f, struct io_file **out, struct fiche_error *err)
{
	/* Not const only because other backends keep state behind it. */
	static struct io borrowing = { .ops = &borrowed_ops };
	struct borrowed *b = alloc_zeroed(1, sizeof(*b));

	if (!b)
		return err_nomem(err);
	b->base.io = &borrowing;
	b->file = f;
	*out = &b->base;
	return 0;
}
