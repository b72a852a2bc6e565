/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io.c - what every backend needs and none should repeat: transfers that are
 * complete or failed, calls that survive signals, errors as sentences.
 */

#include "io/io.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

#include "base/err.h"

/* Linux moves at most 0x7ffff000 bytes a call; other systems refuse more. */
#define CHUNK_MAX ((size_t)1 << 30)

/* `r` is -errno.  Memory is told apart: its remedy is another one. */
static int fail(struct fiche_error *err, int r, const char *what)
{
	if (r == -ENOMEM)
		return err_nomem(err);
	return err_sys(err, -r, "%s", what);
}

static int fail_at(struct fiche_error *err, int r, uint64_t at,
                   const char *what)
{
	int code;

	if (r == -ENOMEM)
		return err_nomem(err);
	code = err_sys(err, -r, "cannot %s at offset %" PRIu64, what, at);
	if (err)
		err->offset = at;
	return code;
}

static const char *open_failure(enum io_mode mode)
{
	switch (mode) {
	case IO_READ:
		return "cannot open the file";
	case IO_APPEND:
		return "cannot open the file for writing";
	case IO_CREATE:
		return "cannot create the file";
	case IO_SCRATCH:
		return "cannot create a scratch file";
	}
	return "cannot open the file in an unknown mode";
}

int io_open(struct io *io, const char *path, enum io_mode mode,
            struct io_file **out, struct fiche_error *err)
{
	struct io_file *f = NULL;
	int r;

	do {
		r = io->ops->open(io, path, mode, &f);
	} while (r == -EINTR);
	if (r == 0) {
		*out = f;
		return 0;
	}
	if (mode == IO_READ || mode == IO_APPEND) {
		if (r == -EISDIR)
			return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
			               "this is a directory, not a file");
		if (r == -ENXIO)
			return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
			               "this is a device, a pipe or a socket, "
			               "not a file");
	}
	return fail(err, r, open_failure(mode));
}

void io_close(struct io_file *f)
{
	/* Never again after EINTR: the descriptor may be another's by then. */
	if (f)
		(void)f->io->ops->close(f);
}

int io_read(struct io_file *f, uint64_t at, void *buf, size_t len,
            struct fiche_error *err)
{
	uint8_t *to = buf;
	size_t done = 0;

	while (done < len) {
		size_t want = len - done;
		size_t got = 0;
		int r;

		/* Only a hostile length can get here; no file is so long. */
		if (done > UINT64_MAX - at)
			break;
		if (want > CHUNK_MAX)
			want = CHUNK_MAX;
		r = f->io->ops->read(f, at + done, to + done, want, &got);
		if (r == -EINTR)
			continue;
		if (r < 0)
			return fail_at(err, r, at + done, "read");
		assert(got <= want);
		if (got == 0)
			break;
		done += got;
	}
	if (done < len)
		return err_set(err, FICHE_ERR_TRUNCATED, at,
		               "the file ends %zu bytes into the %zu bytes "
		               "expected at offset %" PRIu64,
		               done, len, at);
	return 0;
}

int io_write(struct io_file *f, uint64_t at, const void *buf, size_t len,
             struct fiche_error *err)
{
	const uint8_t *from = buf;
	size_t done = 0;

	if (len > UINT64_MAX - at)
		return fail_at(err, -EFBIG, at, "write");
	while (done < len) {
		size_t want = len - done;
		size_t put = 0;
		int r;

		if (want > CHUNK_MAX)
			want = CHUNK_MAX;
		r = f->io->ops->write
		            ? f->io->ops->write(f, at + done, from + done, want,
		                                &put)
		            : -EBADF;
		if (r == -EINTR)
			continue;
		/* Neither progress nor a reason: do not spin on it. */
		if (r == 0 && put == 0)
			r = -EIO;
		if (r < 0)
			return fail_at(err, r, at + done, "write");
		assert(put <= want);
		done += put;
	}
	return 0;
}

int io_size(struct io_file *f, uint64_t *out, struct fiche_error *err)
{
	uint64_t size = 0;
	int r;

	do {
		r = f->io->ops->size(f, &size);
	} while (r == -EINTR);
	if (r < 0)
		return fail(err, r, "cannot tell the size of the file");
	*out = size;
	return 0;
}

int io_sync(struct io_file *f, struct fiche_error *err)
{
	int r;

	/* EINTR means that nobody has waited yet, unlike any other failure. */
	do {
		r = f->io->ops->sync(f);
	} while (r == -EINTR);
	return r < 0 ? fail(err, r, "cannot make the file durable") : 0;
}

int io_reserve(struct io_file *f, uint64_t at, uint64_t len,
               struct fiche_error *err)
{
	int r;

	do {
		r = f->io->ops->reserve(f, at, len);
	} while (r == -EINTR);
	return r < 0 ? fail_at(err, r, at, "reserve space") : 0;
}

int io_lock(struct io_file *f, struct fiche_error *err)
{
	int r;

	do {
		r = f->io->ops->lock(f);
	} while (r == -EINTR);
	if (r == -EAGAIN || r == -EACCES)
		return err_set(err, FICHE_ERR_BUSY, FICHE_NOWHERE,
		               "another writer holds the file");
	return r < 0 ? fail(err, r, "cannot lock the file") : 0;
}

int io_check_path(struct io_file *f, const char *path, struct fiche_error *err)
{
	int r;

	do {
		r = f->io->ops->check_path(f, path);
	} while (r == -EINTR);
	if (r == -ENOENT)
		return fail(err, r, "the open file was moved or replaced");
	return r < 0 ? fail(err, r, "cannot check the path of the file") : 0;
}

int io_check_free(struct io *io, const char *path, struct fiche_error *err)
{
	struct io_file *file;
	int r = io_open(io, path, IO_READ, &file, NULL);

	if (r == 0)
		io_close(file);
	/* A folder or a device. */
	if (r == 0 || r == FICHE_ERR_ARG)
		return err_set(err, FICHE_ERR_EXISTS, FICHE_NOWHERE,
		               "the file to be made is there already");
	return 0;
}

int io_publish(struct io_file *f, const char *path, struct fiche_error *err)
{
	int r;

	do {
		r = f->io->ops->publish(f, path);
	} while (r == -EINTR);
	if (r == -EEXIST)
		return err_set(err, FICHE_ERR_EXISTS, FICHE_NOWHERE,
		               "a file of this name is there already");
	return r < 0 ? fail(err, r, "cannot give the file its name") : 0;
}

int io_drop_cache(struct io_file *f, struct fiche_error *err)
{
	int r;

	do {
		r = f->io->ops->drop_cache(f);
	} while (r == -EINTR);
	return r < 0 ? fail(err, r, "cannot drop cached pages") : 0;
}

void io_expect(struct io_file *f, uint64_t at, uint64_t len)
{
	if (f->io->ops->expect)
		f->io->ops->expect(f, at, len);
}

int io_now(struct io *io, int64_t *seconds, struct fiche_error *err)
{
	int64_t now = 0;
	int r;

	do {
		r = io->ops->now(io, &now);
	} while (r == -EINTR);
	if (r < 0)
		return fail(err, r, "cannot read the clock");
	*seconds = now;
	return 0;
}

int io_random(struct io *io, void *buf, size_t len, struct fiche_error *err)
{
	int r;

	do {
		r = io->ops->random(io, buf, len);
	} while (r == -EINTR);
	return r < 0 ? fail(err, r, "cannot get random bytes") : 0;
}
