/* SPDX-License-Identifier: Apache-2.0 */
/* spool.c - see spool.h. */

#include "archive/spool.h"

#include <stddef.h>
#include <string.h>

#include "base/err.h"

static struct spool *of_in(struct segment_in *in)
{
	return (struct spool *)(void *)((char *)in -
	                                offsetof(struct spool, in));
}

static int spill(struct spool *s, struct fiche_error *err)
{
	int r = io_open(s->io, s->path, IO_SCRATCH, &s->file, err);

	if (r == 0 && s->memory.len)
		r = io_write(s->file, 0, s->memory.ptr, s->memory.len, err);
	buf_done(&s->memory);
	return r;
}

static int out_write(struct segment_out *out, const void *bytes, size_t len,
                     struct fiche_error *err)
{
	struct spool *s = (struct spool *)out;
	int r = 0;

	if (!s->file && s->len + len > SPOOL_MEMORY)
		r = spill(s, err);
	if (r == 0 && s->file)
		r = io_write(s->file, s->len, bytes, len, err);
	else if (r == 0) {
		buf_put(&s->memory, bytes, len);
		if (!buf_ok(&s->memory))
			r = err_nomem(err);
	}
	if (r == 0)
		s->len += len;
	return r;
}

static int in_read(struct segment_in *in, uint64_t at, void *buf, size_t len,
                   struct fiche_error *err)
{
	return spool_read(of_in(in), at, buf, len, err);
}

int spool_read(struct spool *s, uint64_t at, void *buf, size_t len,
               struct fiche_error *err)
{
	if (at > s->len || len > s->len - at)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "index is shorter than it says");
	if (s->file)
		return io_read(s->file, at, buf, len, err);
	if (len)
		memcpy(buf, s->memory.ptr + at, len);
	return 0;
}

void spool_init(struct spool *s, struct io *io, const char *path)
{
	memset(s, 0, sizeof(*s));
	s->out.write = out_write;
	s->in.read = in_read;
	s->io = io;
	s->path = path;
}

void spool_done(struct spool *s)
{
	buf_done(&s->memory);
	io_close(s->file);
	memset(s, 0, sizeof(*s));
}
