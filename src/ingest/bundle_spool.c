/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle_spool.c - a bundle that comes through a pipe or out of a compression,
 * but must be read back and forth.
 */

/* O_TMPFILE is Linux, not POSIX. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/err.h"
#include "ingest/bundle.h"

static int open_named(const char *dir)
{
	struct buf path = { 0 };
	int fd = -1;

	buf_printf(&path, "%s/fiche-XXXXXX", dir);
	buf_u8(&path, '\0');
	errno = ENOMEM;
	if (buf_ok(&path))
		fd = mkostemp((char *)path.ptr, O_CLOEXEC);
	if (fd >= 0)
		(void)unlink((char *)path.ptr);
	buf_done(&path);
	return fd;
}

static int open_nameless(struct fiche_error *err)
{
	const char *dir = getenv("TMPDIR");
	int fd;

	if (dir == NULL || dir[0] == '\0')
		dir = "/tmp";
	fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0)
		fd = open_named(dir);
	if (fd < 0)
		return err_sys(err, errno, "no temporary file in %s", dir);
	return fd;
}

static int put(int fd, const uint8_t *ptr, size_t len, struct fiche_error *err)
{
	while (len > 0) {
		ssize_t n = write(fd, ptr, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, errno,
			               "its temporary copy cannot be written");
		ptr += n;
		len -= (size_t)n;
	}
	return 0;
}

static int copy(struct lines *l, uint64_t most, int fd, struct fiche_error *err)
{
	uint64_t sum = 0;
	int r = 0;

	while (r == 0) {
		size_t len = l->len - l->at;

		sum += len;
		if (sum > most)
			return err_set(err, FICHE_ERR_IO, FICHE_NOWHERE,
			               "larger than a bundle may be");
		r = put(fd, l->ptr + l->at, len, err);
		if (r < 0)
			return r;
		l->at = l->len;
		r = lines_fill(l, err);
	}
	return r < 0 ? r : 0;
}

int bundle_spool(struct lines *bytes, uint64_t most, int *out,
                 struct fiche_error *err)
{
	int fd = open_nameless(err), r;

	if (fd < 0)
		return fd;
	r = copy(bytes, most, fd, err);
	if (r == 0 && lseek(fd, 0, SEEK_SET) != 0)
		r = err_sys(err, errno, "its temporary copy cannot be read");
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	*out = fd;
	return 0;
}
