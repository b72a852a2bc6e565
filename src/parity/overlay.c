/* SPDX-License-Identifier: Apache-2.0 */
/* overlay.c - see overlay.h. */

#include "parity/overlay.h"

#include <errno.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

static struct overlay *overlay_of(struct io_file *f)
{
	return (struct overlay *)f;
}

static bool is_put(const struct overlay *o, uint64_t page)
{
	return page / 8 < o->put_cap && o->put[page / 8] >> page % 8 & 1;
}

/* As many bytes as come from one of the two files. */
static int read_some(struct io_file *f, uint64_t at, void *buf, size_t len,
                     size_t *got)
{
	struct overlay *o = overlay_of(f);
	uint64_t page = at / PARITY_PAGE, end = page + 1;
	bool put = is_put(o, page);
	struct io_file *from = put ? o->scratch : o->below;

	*got = 0;
	if (at > INT64_MAX)
		return 0;
	while (end * PARITY_PAGE < at + len && is_put(o, end) == put)
		end++;
	if (len > end * PARITY_PAGE - at)
		len = (size_t)(end * PARITY_PAGE - at);
	return from->io->ops->read(from, at, buf, len, got);
}

static void expect(struct io_file *f, uint64_t at, uint64_t len)
{
	io_expect(overlay_of(f)->below, at, len);
}

static int size_of(struct io_file *f, uint64_t *out)
{
	*out = overlay_of(f)->size;
	return 0;
}

static const struct io_ops ops = { .read = read_some,
	                           .size = size_of,
	                           .expect = expect };

int overlay_init(struct overlay *o, struct io_file *below, struct io *io,
                 const char *beside, struct fiche_error *err)
{
	int r;

	memset(o, 0, sizeof(*o));
	o->io.ops = &ops;
	o->file.io = &o->io;
	o->below = below;
	r = io_size(below, &o->size, err);
	if (r == 0)
		r = io_open(io, beside, IO_SCRATCH, &o->scratch, err);
	return r;
}

void overlay_done(struct overlay *o)
{
	io_close(o->scratch);
	alloc_free(o->put);
}

int overlay_put(struct overlay *o, uint64_t at, const uint8_t page[PARITY_PAGE],
                struct fiche_error *err)
{
	uint64_t number = at / PARITY_PAGE;
	size_t old = o->put_cap;
	int r;

	if (number / 8 >= old) {
		if (alloc_grow(&o->put, &o->put_cap, (size_t)(number / 8) + 1,
		               1) < 0)
			return err_nomem(err);
		memset(o->put + old, 0, o->put_cap - old);
	}
	r = io_write(o->scratch, at, page, PARITY_PAGE, err);
	if (r < 0)
		return r;
	o->put[number / 8] |= (uint8_t)(1 << number % 8);
	if (at + PARITY_PAGE > o->size)
		o->size = at + PARITY_PAGE;
	return 0;
}

bool overlay_next(const struct overlay *o, uint64_t *at, uint64_t *size)
{
	uint64_t page = *at / PARITY_PAGE, end;

	while (page / 8 < o->put_cap && !is_put(o, page))
		page++;
	if (page / 8 >= o->put_cap)
		return false;
	for (end = page + 1; is_put(o, end);)
		end++;
	*at = page * PARITY_PAGE;
	*size = (end - page) * PARITY_PAGE;
	return true;
}
