/* SPDX-License-Identifier: Apache-2.0 */
/* scratch.c - see scratch.h. */

#include "io/scratch.h"

#include <errno.h>
#include <pthread.h>

#include "base/alloc.h"

struct part {
	struct io_file base; /* first, so that the pointers convert */
	size_t number;
	uint64_t size;
};

static struct {
	pthread_mutex_t mutex;
	struct io_file *file; /* NULL: none is kept */
	bool taken[SCRATCH_PARTS];
} kept = { PTHREAD_MUTEX_INITIALIZER, NULL, { false } };

static struct part *part_of(struct io_file *f)
{
	return (struct part *)f;
}

static int part_close(struct io_file *f)
{
	(void)pthread_mutex_lock(&kept.mutex);
	kept.taken[part_of(f)->number] = false;
	(void)pthread_mutex_unlock(&kept.mutex);
	alloc_free(f);
	return 0;
}

static int part_read(struct io_file *f, uint64_t at, void *buf, size_t len,
                     size_t *got)
{
	struct part *p = part_of(f);

	*got = 0;
	/* What stands behind was another one's. */
	if (at >= p->size)
		return 0;
	if (len > p->size - at)
		len = (size_t)(p->size - at);
	return kept.file->io->ops->read(
		kept.file, p->number * SCRATCH_PART_MAX + at, buf, len, got);
}

static int part_write(struct io_file *f, uint64_t at, const void *buf,
                      size_t len, size_t *put)
{
	struct part *p = part_of(f);
	int r;

	*put = 0;
	/* Nothing is left open between: it would show another one's bytes. */
	if (at > p->size)
		return -EINVAL;
	if (at >= SCRATCH_PART_MAX || len > SCRATCH_PART_MAX - at)
		return -EFBIG;
	r = kept.file->io->ops->write(
		kept.file, p->number * SCRATCH_PART_MAX + at, buf, len, put);
	if (r == 0 && at + *put > p->size)
		p->size = at + *put;
	return r;
}

static int part_size(struct io_file *f, uint64_t *out)
{
	*out = part_of(f)->size;
	return 0;
}

static const struct io_ops part_ops = {
	.close = part_close,
	.read = part_read,
	.write = part_write,
	.size = part_size,
};

static struct io part_io = { .ops = &part_ops };

int scratch_keep(const char *path, struct fiche_error *err)
{
	if (kept.file)
		return 0;
	return io_open(io_posix(), path, IO_SCRATCH, &kept.file, err);
}

bool scratch_is_kept(void)
{
	return kept.file != NULL;
}

int scratch_take(struct io_file **out)
{
	struct part *p = alloc_zeroed(1, sizeof(*p));

	if (!p)
		return -ENOMEM;
	p->base.io = &part_io;
	(void)pthread_mutex_lock(&kept.mutex);
	while (p->number < SCRATCH_PARTS && kept.taken[p->number])
		p->number++;
	if (p->number < SCRATCH_PARTS)
		kept.taken[p->number] = true;
	(void)pthread_mutex_unlock(&kept.mutex);
	if (p->number == SCRATCH_PARTS) {
		alloc_free(p);
		return -EMFILE;
	}
	*out = &p->base;
	return 0;
}
