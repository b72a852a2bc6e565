/* SPDX-License-Identifier: Apache-2.0 */
/* pieces.c - see pieces.h. */

#include "io/pieces.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

struct pieced {
	struct io_file base; /* first, so that the pointers convert */
	struct io_file *below;
	struct io_piece *piece;
	size_t count;
	uint64_t size;
};

static struct pieced *pieced_of(struct io_file *f)
{
	return (struct pieced *)f;
}

static int pieced_close(struct io_file *f)
{
	struct pieced *p = pieced_of(f);

	io_close(p->below);
	alloc_free(p->piece);
	alloc_free(p);
	return 0;
}

/* How many pieces begin at `at` or before. */
static size_t pieces_until(const struct pieced *p, uint64_t at)
{
	size_t lo = 0, hi = p->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (p->piece[mid].at <= at)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* As many bytes as come from one place. */
static int pieced_read(struct io_file *f, uint64_t at, void *buf, size_t len,
                       size_t *got)
{
	struct pieced *p = pieced_of(f);
	size_t next = pieces_until(p, at);
	const struct io_piece *in = next > 0 ? &p->piece[next - 1] : NULL;
	bool inside = in && at - in->at < in->size;
	uint64_t end = inside            ? in->at + in->size
	               : next < p->count ? p->piece[next].at
	                                 : p->size;

	*got = 0;
	if (at >= p->size)
		return 0;
	if (len > end - at)
		len = (size_t)(end - at);
	if (inside)
		return p->below->io->ops->read(p->below, in->from + at - in->at,
		                               buf, len, got);
	memset(buf, 0, len);
	*got = len;
	return 0;
}

static int pieced_size(struct io_file *f, uint64_t *out)
{
	*out = pieced_of(f)->size;
	return 0;
}

static int pieced_drop_cache(struct io_file *f)
{
	struct io_file *below = pieced_of(f)->below;

	return below->io->ops->drop_cache(below);
}

static const struct io_ops pieced_ops = {
	.close = pieced_close,
	.read = pieced_read,
	.size = pieced_size,
	.drop_cache = pieced_drop_cache,
};

int io_pieces(struct io_file **out, struct io_file *below,
              const struct io_piece *pieces, size_t count, uint64_t size,
              struct fiche_error *err)
{
	/* Not const only because other backends keep state behind it. */
	static struct io pieced_io = { .ops = &pieced_ops };
	struct pieced *p = alloc_zeroed(1, sizeof(*p));
	struct io_piece *copy = alloc_zeroed(count, sizeof(*copy));

	if (!p || !copy) {
		alloc_free(p);
		alloc_free(copy);
		return err_nomem(err);
	}
	memcpy(copy, pieces, count * sizeof(*copy));
	p->base.io = &pieced_io;
	p->below = below;
	p->piece = copy;
	p->count = count;
	p->size = size;
	*out = &p->base;
	return 0;
}
