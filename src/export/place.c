/* SPDX-License-Identifier: Apache-2.0 */
/* place.c - temporary names and final ones; see place.h. */

/* renameat2() and syncfs() are Linux, fts(3) is BSD; none is POSIX. */
#define _GNU_SOURCE 1

#include "export/place.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"

#define TEMP_TRIES 1000

static int exists(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_EXISTS, FICHE_NOWHERE, "already exists");
}

/* "dir/name" becomes "dir/.name.PID-N.tmp". */
static char *temp_name(const char *path, unsigned n)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t room = strlen(path) + 48;
	char *out = alloc_bytes(room);

	/* With 200 bytes of it there is room within NAME_MAX. */
	if (out)
		(void)snprintf(out, room, "%.*s.%.200s.%ld-%u.tmp",
		               (int)(name - path), path, name, (long)getpid(),
		               n);
	return out;
}

static int open_new(const char *path)
{
	return open(path,
	            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC |
	                    O_NOCTTY,
	            0666);
}

int place_begin(char **temp, int *fd, const char *path, bool folder,
                struct fiche_error *err)
{
	*fd = -1;
	for (unsigned n = 0; n < TEMP_TRIES; n++) {
		char *name = temp_name(path, n);
		bool made;
		int e;

		if (!name)
			return err_nomem(err);
		if (folder) {
			made = mkdir(name, 0777) == 0;
		} else {
			*fd = open_new(name);
			made = *fd >= 0;
		}
		e = errno;
		if (made) {
			*temp = name;
			return 0;
		}
		alloc_free(name);
		if (e != EEXIST && e != EINTR)
			return err_sys(err, e, "cannot create it");
	}
	return err_sys(err, EEXIST, "cannot find a temporary name");
}

/* The folder that `path` is in: a descriptor, or -1 with errno. */
static int open_parent(const char *path)
{
	const char *slash = strrchr(path, '/');
	size_t len = !slash ? 1 : slash == path ? 1 : (size_t)(slash - path);
	char *dir = alloc_strndup(slash ? path : ".", len);
	int fd = -1;

	errno = ENOMEM;
	if (dir)
		fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	alloc_free(dir);
	return fd;
}

/* 0 or an errno; never replaces anything. */
static int rename_new(const char *from, const char *to)
{
	struct stat st;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return errno;
	if (link(from, to) == 0) {
		(void)unlink(from);
		return 0;
	}
	if (errno == EEXIST)
		return EEXIST;
	/* Folders, and file systems without links: as good as it gets. */
	if (lstat(to, &st) == 0)
		return EEXIST;
	return rename(from, to) == 0 ? 0 : errno;
}

int place_check(const char *path, bool overwrite, struct fiche_error *err)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT
		               ? 0
		               : err_sys(err, errno, "cannot look at it");
	if (!overwrite)
		return exists(err);
	if (S_ISDIR(st.st_mode))
		return err_set(err, FICHE_ERR_EXISTS, FICHE_NOWHERE,
		               "is a folder, and those are not overwritten");
	return 0;
}

static int publish(const char *temp, const char *path, bool overwrite,
                   int parent, struct fiche_error *err)
{
	int e;

	if (overwrite)
		e = rename(temp, path) == 0 ? 0 : errno;
	else
		e = rename_new(temp, path);
	if (e == EEXIST || e == ENOTEMPTY || e == EISDIR || e == ENOTDIR)
		return exists(err);
	if (e != 0)
		return err_sys(err, e, "cannot give it its name");
	/* Some network and user-space file systems do not sync folders. */
	if (fsync(parent) != 0 && errno != EINVAL && errno != EOPNOTSUPP &&
	    errno != ENOSYS)
		return err_sys(err, errno, "cannot make its name durable");
	return 0;
}

int place_publish(const char *temp, const char *path, bool overwrite,
                  struct fiche_error *err)
{
	/* Before naming: where this fails, the name could not be durable. */
	int parent = open_parent(path);
	int r;

	if (parent < 0)
		return errno == ENOMEM
		               ? err_nomem(err)
		               : err_sys(err, errno, "cannot open its folder");
	r = publish(temp, path, overwrite, parent, err);
	(void)close(parent);
	return r;
}

int place_sync_tree(const char *path, struct fiche_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r = 0;

	/* One call for all files: one each would take minutes. */
	if (fd < 0 || (syncfs(fd) != 0 && errno != ENOSYS))
		r = err_sys(err, errno, "cannot make it durable");
	if (fd >= 0)
		(void)close(fd);
	return r;
}

/* NULL when out of memory or if nothing is there. */
static FTS *walk(char *path)
{
	char *roots[2] = { path, NULL };

	return fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_XDEV, NULL);
}

void place_measure(const char *path, uint64_t *files, uint64_t *bytes)
{
	char *root = alloc_strndup(path, strlen(path));
	FTS *fts = root ? walk(root) : NULL;
	FTSENT *e;

	while (fts && (e = fts_read(fts)) != NULL) {
		if (e->fts_info != FTS_F)
			continue;
		*files += 1;
		*bytes += (uint64_t)e->fts_statp->st_size;
	}
	if (fts)
		(void)fts_close(fts);
	alloc_free(root);
}

void place_remove(const char *path)
{
	char *root = alloc_strndup(path, strlen(path));
	FTS *fts = root ? walk(root) : NULL;
	FTSENT *e;

	while (fts && (e = fts_read(fts)) != NULL) {
		if (e->fts_info == FTS_DP)
			(void)rmdir(e->fts_accpath);
		else if (e->fts_info != FTS_D)
			(void)unlink(e->fts_accpath);
	}
	if (fts)
		(void)fts_close(fts);
	alloc_free(root);
}
