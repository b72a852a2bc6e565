/* SPDX-License-Identifier: Apache-2.0 */
/*
 * posix.c - files of the running system; see io.h.
 *
 * The one idea: a new file gets its name last, when it is complete and
 * durable.  Until then it has none (O_TMPFILE), or, where the file system
 * cannot do that, a temporary one that closing removes.
 */

/* F_OFD_SETLK, O_TMPFILE and fallocate() are Linux, not POSIX. */
#define _GNU_SOURCE 1

#include "io/io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "io/scratch.h"

#ifndef RENAME_NOREPLACE
#define RENAME_NOREPLACE 1
#endif

/* The lock is one byte where no file reaches. */
#define LOCK_AT ((off_t)1 << 62)

#define TEMP_SUFFIX  ".tmp-XXXXXX"
#define TEMP_LETTERS 6
#define TEMP_TRIES   100

_Static_assert(sizeof(off_t) == 8, "compile with _FILE_OFFSET_BITS=64");

struct posix_file {
	struct io_file base; /* first, so that the pointers convert */
	int fd;              /* never 0, 1 or 2 */
	enum io_mode mode;
	bool append_only; /* opened with O_APPEND, pwrite() is no use */
	bool published;
	char *temp; /* its name before io_publish(), or NULL */
};

static struct posix_file *posix_of(struct io_file *f)
{
	return (struct posix_file *)f;
}

/* True if [at, at+len) are offsets that the system can express. */
static bool in_range(uint64_t at, uint64_t len)
{
	return len <= INT64_MAX && at <= INT64_MAX - len;
}

/*
 * A descriptor or -errno.  Where standard streams are closed, open() returns
 * their numbers, and the next message to stderr lands in the archive.
 */
static int open_high(const char *path, int flags, mode_t mode)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
	int high, e;

	if (fd < 0)
		return -errno;
	if (fd > STDERR_FILENO)
		return fd;
	high = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	e = errno;
	if (high < 0 && (flags & O_CREAT))
		(void)unlink(path);
	(void)close(fd);
	return high < 0 ? -e : high;
}

static int check_kind(const struct stat *st)
{
	if (S_ISDIR(st->st_mode))
		return -EISDIR;
	return S_ISREG(st->st_mode) ? 0 : -ENXIO;
}

static int open_existing(const char *path, enum io_mode mode, bool *append_only)
{
	/* O_NONBLOCK: a pipe put there after stat() must not hang us. */
	int flags = O_NONBLOCK | (mode == IO_READ ? O_RDONLY : O_RDWR);
	struct stat st;
	int fd, r;

	/* Asked before opening too: opening a device may already do things. */
	if (stat(path, &st) != 0)
		return -errno;
	r = check_kind(&st);
	if (r < 0)
		return r;
	fd = open_high(path, flags, 0);
	if (fd == -EPERM && mode == IO_APPEND) {
		/* chattr +a: the file can be opened for appending only. */
		fd = open_high(path, flags | O_APPEND, 0);
		*append_only = true;
	}
	if (fd < 0)
		return fd;
	r = fstat(fd, &st) != 0 ? -errno : check_kind(&st);
	if (r < 0) {
		(void)close(fd);
		return r;
	}
	return fd;
}

static char *directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return alloc_strndup(".", 1);
	/* The root is the one directory that ends in a slash. */
	return alloc_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

/* Where the kernel shows an open file, so that linkat() can name it. */
static void proc_path(char out[32], int fd)
{
	(void)snprintf(out, 32, "/proc/self/fd/%d", fd);
}

static int open_unnamed(const char *dir, enum io_mode mode)
{
	char proc[32];
	int fd;

	/* O_EXCL here means that the file can never be given a name. */
	if (mode == IO_SCRATCH)
		return open_high(dir, O_TMPFILE | O_RDWR | O_EXCL, 0600);
	fd = open_high(dir, O_TMPFILE | O_RDWR, 0666);
	if (fd < 0)
		return fd;
	proc_path(proc, fd);
	if (access(proc, F_OK) == 0)
		return fd;
	/* Without /proc it could not be published. */
	(void)close(fd);
	return -EOPNOTSUPP;
}

static int posix_random(struct io *io, void *buf, size_t len)
{
	uint8_t *to = buf;
	size_t done = 0;

	(void)io;
	while (done < len) {
		ssize_t n = getrandom(to + done, len - done, 0);

		if (n < 0)
			return -errno;
		done += (size_t)n;
	}
	return 0;
}

/* `path` with a random suffix; not mkstemp(), which ignores the umask. */
static int open_named(const char *path, mode_t mode, char **out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	size_t len = strlen(path);
	char *temp = alloc_bytes(len + sizeof(TEMP_SUFFIX));
	int fd = -EEXIST;

	if (!temp)
		return -ENOMEM;
	memcpy(temp, path, len);
	memcpy(temp + len, TEMP_SUFFIX, sizeof(TEMP_SUFFIX));
	for (int i = 0; i < TEMP_TRIES && fd == -EEXIST; i++) {
		char *end = temp + len + sizeof(TEMP_SUFFIX) - 1;
		uint8_t dice[TEMP_LETTERS];
		int r = posix_random(NULL, dice, sizeof(dice));

		if (r < 0) {
			fd = r;
			break;
		}
		for (int k = 0; k < TEMP_LETTERS; k++)
			end[k - TEMP_LETTERS] = letters[dice[k] % 32];
		fd = open_high(temp, O_CREAT | O_EXCL | O_RDWR, mode);
	}
	if (fd < 0)
		alloc_free(temp);
	else
		*out = temp;
	return fd;
}

static int open_new(const char *path, enum io_mode mode, char **temp)
{
	char *dir = directory_of(path);
	int fd;

	if (!dir)
		return -ENOMEM;
	fd = open_unnamed(dir, mode);
	alloc_free(dir);
	/* What file systems say that do not know O_TMPFILE. */
	if (fd != -EOPNOTSUPP && fd != -EISDIR && fd != -EINVAL &&
	    fd != -ENOSYS)
		return fd;
	fd = open_named(path, mode == IO_SCRATCH ? 0600 : 0666, temp);
	if (fd >= 0 && mode == IO_SCRATCH) {
		(void)unlink(*temp);
		alloc_free(*temp);
		*temp = NULL;
	}
	return fd;
}

static int open_scratch(const char *path, char **temp)
{
	const char *dir;
	char *elsewhere;
	size_t len;
	int fd = open_new(path, IO_SCRATCH, temp);

	if (fd != -EACCES && fd != -EROFS && fd != -EPERM)
		return fd;
	dir = secure_getenv("TMPDIR");
	if (!dir || !*dir)
		dir = "/tmp";
	len = strlen(dir) + sizeof("/fiche");
	elsewhere = alloc_bytes(len);
	if (!elsewhere)
		return -ENOMEM;
	(void)snprintf(elsewhere, len, "%s/fiche", dir);
	fd = open_new(elsewhere, IO_SCRATCH, temp);
	alloc_free(elsewhere);
	return fd;
}

static int posix_open(struct io *io, const char *path, enum io_mode mode,
                      struct io_file **out)
{
	struct posix_file *p;
	int fd = -EINVAL;

	if (mode == IO_SCRATCH && scratch_is_kept())
		return scratch_take(out);
	p = alloc_zeroed(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	switch (mode) {
	case IO_READ:
	case IO_APPEND:
		fd = open_existing(path, mode, &p->append_only);
		break;
	case IO_CREATE:
		fd = open_new(path, mode, &p->temp);
		break;
	case IO_SCRATCH:
		fd = open_scratch(path, &p->temp);
		break;
	}
	if (fd < 0) {
		alloc_free(p);
		return fd;
	}
	p->base.io = io;
	p->fd = fd;
	p->mode = mode;
	*out = &p->base;
	return 0;
}

static int posix_check_path(struct io_file *f, const char *path)
{
	struct stat ours, theirs;

	if (fstat(posix_of(f)->fd, &ours) != 0)
		return -errno;
	if (stat(path, &theirs) != 0)
		return errno == ENOTDIR ? -ENOENT : -errno;
	if (ours.st_dev != theirs.st_dev || ours.st_ino != theirs.st_ino ||
	    ours.st_nlink < 1)
		return -ENOENT;
	return 0;
}

static int posix_close(struct io_file *f)
{
	struct posix_file *p = posix_of(f);
	int r;

	/* By then the name may be another file's, which is not ours to kill. */
	if (p->temp && !p->published && posix_check_path(f, p->temp) == 0)
		(void)unlink(p->temp);
	r = close(p->fd) != 0 ? -errno : 0;
	alloc_free(p->temp);
	alloc_free(p);
	return r;
}

static int posix_read(struct io_file *f, uint64_t at, void *buf, size_t len,
                      size_t *got)
{
	ssize_t n;

	*got = 0;
	/* No file is so long: what lies there is past its end. */
	if (at > INT64_MAX)
		return 0;
	if (!in_range(at, len))
		len = (size_t)(INT64_MAX - at);
	n = pread(posix_of(f)->fd, buf, len, (off_t)at);
	if (n < 0)
		return -errno;
	*got = (size_t)n;
	return 0;
}

/*
 * With O_APPEND, pwrite() ignores its offset (a Linux bug turned custom), so
 * the place is checked before, and again after: someone may append between.
 */
static int write_at_end(int fd, uint64_t at, const void *buf, size_t len,
                        size_t *put)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) != 0)
		return -errno;
	if ((uint64_t)st.st_size != at)
		return -ESPIPE;
	n = write(fd, buf, len);
	if (n < 0)
		return -errno;
	if (lseek(fd, 0, SEEK_CUR) != (off_t)at + n)
		return -ESPIPE;
	*put = (size_t)n;
	return 0;
}

static int posix_write(struct io_file *f, uint64_t at, const void *buf,
                       size_t len, size_t *put)
{
	struct posix_file *p = posix_of(f);
	ssize_t n;

	*put = 0;
	if (!in_range(at, len))
		return -EFBIG;
	if (p->append_only)
		return write_at_end(p->fd, at, buf, len, put);
	n = pwrite(p->fd, buf, len, (off_t)at);
	if (n < 0)
		return -errno;
	*put = (size_t)n;
	return 0;
}

static int posix_size(struct io_file *f, uint64_t *out)
{
	struct stat st;

	if (fstat(posix_of(f)->fd, &st) != 0)
		return -errno;
	*out = (uint64_t)st.st_size;
	return 0;
}

static int posix_sync(struct io_file *f)
{
	/* The size is data to fdatasync(); only times may be left behind. */
	return fdatasync(posix_of(f)->fd) != 0 ? -errno : 0;
}

static int posix_reserve(struct io_file *f, uint64_t at, uint64_t len)
{
	if (!in_range(at, len))
		return -EFBIG;
	if (fallocate(posix_of(f)->fd, FALLOC_FL_KEEP_SIZE, (off_t)at,
	              (off_t)len) == 0)
		return 0;
	if (errno == EOPNOTSUPP || errno == ENOSYS || errno == EINVAL)
		return 0;
	return -errno;
}

/*
 * A lock of the open file, not of the process: the classic kind is lost when
 * anything in the process closes any descriptor of the file.
 */
static int posix_lock(struct io_file *f)
{
	struct flock fl = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = LOCK_AT,
		.l_len = 1,
	};

	return fcntl(posix_of(f)->fd, F_OFD_SETLK, &fl) != 0 ? -errno : 0;
}

/* Ends never with -EINTR: the caller would repeat the whole publishing. */
static int sync_all(int fd)
{
	int r;

	do {
		r = fsync(fd) != 0 ? -errno : 0;
	} while (r == -EINTR);
	return r;
}

static int rename_new(const char *from, const char *to)
{
	if (syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to,
	            RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -errno;
	/* Not rename(), which replaces what is there. */
	if (link(from, to) != 0)
		return -errno;
	(void)unlink(from);
	return 0;
}

static int link_new(int fd, const char *to)
{
	char proc[32];

	proc_path(proc, fd);
	if (linkat(AT_FDCWD, proc, AT_FDCWD, to, AT_SYMLINK_FOLLOW) != 0)
		return -errno;
	return 0;
}

static int posix_publish(struct io_file *f, const char *path)
{
	struct posix_file *p = posix_of(f);
	char *dir;
	int dir_fd, r;

	if (p->mode != IO_CREATE || p->published)
		return -EINVAL;
	dir = directory_of(path);
	if (!dir)
		return -ENOMEM;
	/* Before naming: where this fails, the name could not be durable. */
	dir_fd = open_high(dir, O_RDONLY | O_DIRECTORY, 0);
	alloc_free(dir);
	if (dir_fd < 0)
		return dir_fd;
	r = sync_all(p->fd);
	if (r < 0)
		goto out;
	r = p->temp ? rename_new(p->temp, path) : link_new(p->fd, path);
	if (r < 0)
		goto out;
	p->published = true;
	r = sync_all(dir_fd);
	/* Some network and user-space file systems do not sync directories. */
	if (r == -EINVAL || r == -EOPNOTSUPP || r == -ENOSYS)
		r = 0;
out:
	(void)close(dir_fd);
	return r;
}

static int posix_drop_cache(struct io_file *f)
{
	return -posix_fadvise(posix_of(f)->fd, 0, 0, POSIX_FADV_DONTNEED);
}

static void posix_expect(struct io_file *f, uint64_t at, uint64_t len)
{
	if (in_range(at, len))
		(void)posix_fadvise(posix_of(f)->fd, (off_t)at, (off_t)len,
		                    POSIX_FADV_WILLNEED);
}

static int posix_now(struct io *io, int64_t *seconds)
{
	struct timespec ts;

	(void)io;
	if (clock_gettime(CLOCK_REALTIME, &ts) != 0)
		return -errno;
	*seconds = (int64_t)ts.tv_sec;
	return 0;
}

static const struct io_ops posix_ops = {
	.open = posix_open,
	.close = posix_close,
	.read = posix_read,
	.write = posix_write,
	.size = posix_size,
	.sync = posix_sync,
	.reserve = posix_reserve,
	.lock = posix_lock,
	.check_path = posix_check_path,
	.publish = posix_publish,
	.drop_cache = posix_drop_cache,
	.expect = posix_expect,
	.now = posix_now,
	.random = posix_random,
};

struct io *io_posix(void)
{
	/* Not const only because other backends keep state behind it. */
	static struct io posix = { .ops = &posix_ops };

	return &posix;
}
