/* SPDX-License-Identifier: Apache-2.0 */
/* folder.c - files made in one folder; see folder.h. */

/* syscall() is not POSIX. */
#define _DEFAULT_SOURCE 1

#include "folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Kept here, as headers are often older than kernels. */
#define OPENAT2        437
#define NO_MAGIC_LINKS 0x02u
#define NO_LINKS       0x04u
#define BENEATH        0x08u

int folder_open(struct folder *out, struct tool *t, const char *path)
{
	*out = (struct folder){ .tool = t, .path = path, .fd = -1 };
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		return system_failed(t, path, errno);
	out->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (out->fd < 0)
		return system_failed(t, path, errno);
	return 0;
}

static int failed(struct folder *f, const char *name, int e)
{
	str_clear(&f->where);
	str_printf(&f->where, "%s/%s", f->path, name);
	return system_failed(f->tool, str_get(&f->where), e);
}

/* Write everything and close.  0 or an errno. */
static int fill(int fd, const char *bytes, size_t len)
{
	ssize_t n;
	int e = 0;

	while (len > 0 && e == 0) {
		n = write(fd, bytes, len);
		if (n < 0) {
			e = errno == EINTR ? 0 : errno;
			continue;
		}
		bytes += n;
		len -= (size_t)n;
	}
	if (close(fd) != 0 && e == 0)
		e = errno;
	return e;
}

/* The kernel looks after it that no name leads elsewhere, where it is not too
 * old and nobody forbids it; ours are single components, so that it has nothing
 * to do.  A descriptor or -1 with errno. */
static int create(const struct folder *f, const char *name)
{
	struct {
		uint64_t flags, mode, resolve;
	} how = { .flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  .mode = 0666,
		  .resolve = BENEATH | NO_LINKS | NO_MAGIC_LINKS };
	int fd;

	if (strchr(name, '/')) {
		errno = EXDEV;
		return -1;
	}
	fd = (int)syscall(OPENAT2, f->fd, name, &how, sizeof(how));
	if (fd >= 0 || (errno != ENOSYS && errno != EPERM))
		return fd;
	return openat(f->fd, name, (int)how.flags, 0666);
}

/* The new file takes the place of the old one only when it is whole. */
static int replace(struct folder *f, const char *name, const void *bytes,
                   size_t len)
{
	const char *temporary;
	int fd, e;

	str_clear(&f->temporary);
	str_printf(&f->temporary, ".fiche-%ld.tmp", (long)getpid());
	temporary = str_get(&f->temporary);
	fd = create(f, temporary);
	if (fd < 0)
		return failed(f, temporary, errno);
	e = fill(fd, bytes, len);
	if (e == 0 && renameat(f->fd, temporary, f->fd, name) != 0)
		e = errno;
	if (e != 0) {
		(void)unlinkat(f->fd, temporary, 0);
		return failed(f, name, e);
	}
	f->written++;
	return 0;
}

int folder_put(struct folder *f, const char *name, const void *bytes,
               size_t len)
{
	int fd, e;

	if (f->overwrite)
		return replace(f, name, bytes, len);
	fd = create(f, name);
	if (fd < 0 && errno == EEXIST && f->skip) {
		f->skipped++;
		return 0;
	}
	if (fd < 0) {
		e = errno;
		(void)failed(f, name, e);
		if (e == EEXIST)
			hint(f->tool, "use --overwrite to replace files, or "
			              "--skip-existing to keep them");
		return RC_IO;
	}
	e = fill(fd, bytes, len);
	if (e != 0) {
		/* Half a file would pass for a whole one. */
		(void)unlinkat(f->fd, name, 0);
		return failed(f, name, e);
	}
	f->written++;
	return 0;
}

void folder_close(struct folder *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	f->fd = -1;
	str_done(&f->temporary);
	str_done(&f->where);
}
