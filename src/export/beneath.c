/* SPDX-License-Identifier: Apache-2.0 */
/*
 * beneath.c - see beneath.h.
 *
 * The kernel can look after all of it at once (openat2), if it is not too old
 * and nobody forbids it; else the way is gone one folder at a time.
 */

/* syscall() and O_PATH are Linux. */
#define _GNU_SOURCE 1

#include "export/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"

/* Kept here, as headers are often older than kernels. */
#define OPENAT2        437
#define NO_MAGIC_LINKS 0x02u
#define NO_LINKS       0x04u
#define BENEATH        0x08u

#define NEW (O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY)
#define WAY (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct how {
	uint64_t flags;
	uint64_t mode;
	uint64_t resolve;
};

static int open_checked(int folder, const char *name, int flags, unsigned mode)
{
	struct how how = {
		.flags = (uint64_t)flags,
		.mode = mode,
		.resolve = BENEATH | NO_LINKS | NO_MAGIC_LINKS,
	};

	return (int)syscall(OPENAT2, folder, name, &how, sizeof(how));
}

/* Not there, or not allowed, as in some containers. */
static bool is_missing(int e)
{
	return e == ENOSYS || e == EPERM;
}

/* One step of the way: the first `len` bytes of a name. */
static int enter(int folder, const char *name, size_t len)
{
	char *part;
	int fd, e;

	if (len == 0 || (len == 2 && memcmp(name, "..", 2) == 0)) {
		errno = EXDEV;
		return -1;
	}
	part = alloc_strndup(name, len);
	if (!part) {
		errno = ENOMEM;
		return -1;
	}
	fd = openat(folder, part, WAY);
	e = errno;
	alloc_free(part);
	errno = e;
	return fd;
}

/* The folder that the last part of a name is in, and that part. */
static int open_way(int folder, const char *name, const char **last)
{
	const char *slash;
	int fd = openat(folder, ".", WAY);

	while (fd >= 0 && (slash = strchr(name, '/')) != NULL) {
		int next = enter(fd, name, (size_t)(slash - name));
		int e = errno;

		(void)close(fd);
		errno = e;
		fd = next;
		name = slash + 1;
	}
	*last = name;
	return fd;
}

int beneath_open(const char *folder)
{
	return open(folder, WAY);
}

int beneath_create(int folder, const char *name)
{
	int fd = open_checked(folder, name, NEW, 0666);
	int way, e;

	if (fd >= 0 || !is_missing(errno))
		return fd;
	way = open_way(folder, name, &name);
	if (way < 0)
		return -1;
	fd = openat(way, name, NEW, 0666);
	e = errno;
	(void)close(way);
	errno = e;
	return fd;
}

int beneath_mkdir(int folder, const char *name)
{
	int way = open_way(folder, name, &name);
	int r, e;

	if (way < 0)
		return -1;
	r = mkdirat(way, name, 0777);
	e = errno;
	(void)close(way);
	errno = e;
	return r;
}
