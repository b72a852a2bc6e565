/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_system_failures.c - in io/posix.c every call to the system fails once,
 * and for ever, with each of several reasons; also where the system has no
 * files without names, no renameat2(), no /proc, or a file may only be appended
 * to.
 *
 * Each failure is told with its errno, or does not matter.  No file of a
 * temporary name is left, a new file is there whole or not at all, and no
 * descriptor stays open.
 *
 * The linker puts what is below between libfiche and libc.
 */

/* O_TMPFILE is Linux, not POSIX. */
#define _GNU_SOURCE 1

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/io.h"

/* ---- Calls that fail ---- */

enum lack {
	LACKS_UNNAMED = 1,     /* O_TMPFILE */
	LACKS_RENAME_NEW = 2,  /* renameat2() */
	LACKS_PROC = 4,        /* /proc/self/fd */
	LACKS_OVERWRITING = 8, /* as after chattr +a */
	LACKS_RESERVING = 16,  /* fallocate() */
};

static struct {
	long countdown; /* below 0: all is well */
	bool for_ever;
	int error;
	unsigned fired;
	const char *name; /* of what failed first */
	unsigned lacks;
	bool on;
} fault;

static bool fails(const char *name)
{
	if (!fault.on || fault.countdown < 0 || fault.countdown-- > 0)
		return false;
	if (fault.for_ever)
		fault.countdown = 0;
	if (fault.fired++ == 0)
		fault.name = name;
	errno = fault.error;
	return true;
}

static bool lacks(unsigned what, int error)
{
	if (!fault.on || !(fault.lacks & what))
		return false;
	errno = error;
	return true;
}

/* A function of libc that answers -1 and errno. */
#define WRAP(type, name, parameters, arguments)                                \
	type __real_##name parameters;                                         \
	type __wrap_##name parameters;                                         \
	type __wrap_##name parameters                                          \
	{                                                                      \
		return fails(#name) ? -1 : __real_##name arguments;            \
	}

WRAP(int, unlink, (const char *path), (path))
WRAP(int, fstat64, (int fd, struct stat *st), (fd, st))
WRAP(int, stat64, (const char *path, struct stat *st), (path, st))
WRAP(ssize_t, pread64, (int fd, void *to, size_t len, off_t at),
     (fd, to, len, at))
WRAP(ssize_t, pwrite64, (int fd, const void *from, size_t len, off_t at),
     (fd, from, len, at))
WRAP(ssize_t, write, (int fd, const void *from, size_t len), (fd, from, len))
WRAP(int, fdatasync, (int fd), (fd))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, link, (const char *from, const char *to), (from, to))
WRAP(int, linkat, (int a, const char *from, int b, const char *to, int flags),
     (a, from, b, to, flags))
WRAP(ssize_t, getrandom, (void *to, size_t len, unsigned flags),
     (to, len, flags))
WRAP(int, clock_gettime, (clockid_t id, struct timespec *ts), (id, ts))

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, mode_t mode);
int __wrap_open64(const char *path, int flags, mode_t mode)
{
	if ((flags & O_TMPFILE) == O_TMPFILE &&
	    lacks(LACKS_UNNAMED, EOPNOTSUPP))
		return -1;
	if ((flags & (O_RDWR | O_APPEND | O_CREAT)) == O_RDWR &&
	    (flags & O_TMPFILE) != O_TMPFILE && lacks(LACKS_OVERWRITING, EPERM))
		return -1;
	return fails("open") ? -1 : __real_open64(path, flags, mode);
}

int __real_access(const char *path, int mode);
int __wrap_access(const char *path, int mode);
int __wrap_access(const char *path, int mode)
{
	if (lacks(LACKS_PROC, ENOENT) || fails("access"))
		return -1;
	return __real_access(path, mode);
}

int __real_fallocate64(int fd, int mode, off_t at, off_t len);
int __wrap_fallocate64(int fd, int mode, off_t at, off_t len);
int __wrap_fallocate64(int fd, int mode, off_t at, off_t len)
{
	if (lacks(LACKS_RESERVING, ENOSYS) || fails("fallocate"))
		return -1;
	return __real_fallocate64(fd, mode, at, len);
}

/* This one does not wait, and is never interrupted. */
off_t __real_lseek64(int fd, off_t at, int whence);
off_t __wrap_lseek64(int fd, off_t at, int whence);
off_t __wrap_lseek64(int fd, off_t at, int whence)
{
	return fault.error != EINTR && fails("lseek")
	               ? -1
	               : __real_lseek64(fd, at, whence);
}

/* Closed it is all the same, as Linux does. */
int __real_close(int fd);
int __wrap_close(int fd);
int __wrap_close(int fd)
{
	int r = __real_close(fd);

	return fails("close") ? -1 : r;
}

int __real_posix_fadvise64(int fd, off_t at, off_t len, int advice);
int __wrap_posix_fadvise64(int fd, off_t at, off_t len, int advice);
int __wrap_posix_fadvise64(int fd, off_t at, off_t len, int advice)
{
	return fails("posix_fadvise")
	               ? fault.error
	               : __real_posix_fadvise64(fd, at, len, advice);
}

int __real_fcntl64(int fd, int command, ...);
int __wrap_fcntl64(int fd, int command, void *argument);
int __wrap_fcntl64(int fd, int command, void *argument)
{
	return fails("fcntl") ? -1 : __real_fcntl64(fd, command, argument);
}

/* What libfiche calls by its number is renameat2(). */
long __real_syscall(long number, ...);
long __wrap_syscall(long number, int a, const char *from, int b, const char *to,
                    unsigned flags);
long __wrap_syscall(long number, int a, const char *from, int b, const char *to,
                    unsigned flags)
{
	if (lacks(LACKS_RENAME_NEW, ENOSYS) || fails("syscall"))
		return -1;
	return __real_syscall(number, a, from, b, to, flags);
}

/* ---- What is tried ---- */

static char dir[64], old[96], new[96];

static int make(struct io *io, struct fiche_error *err)
{
	struct io_file *f = NULL;
	uint64_t size = 0;
	int r = io_open(io, new, IO_CREATE, &f, err);

	if (r == 0)
		r = io_reserve(f, 0, 3, err);
	if (r == 0)
		r = io_write(f, 0, "new", 3, err);
	if (r == 0)
		r = io_sync(f, err);
	if (r == 0)
		r = io_size(f, &size, err);
	if (r == 0)
		r = io_publish(f, new, err);
	if (r == 0)
		r = io_check_path(f, new, err);
	io_close(f);
	return r;
}

static int append(struct io *io, struct fiche_error *err)
{
	struct io_file *f = NULL;
	char got[3];
	int r = io_open(io, old, IO_APPEND, &f, err);

	if (r == 0)
		r = io_lock(f, err);
	if (r == 0)
		r = io_write(f, 3, " and", 4, err);
	if (r == 0)
		r = io_read(f, 0, got, 3, err);
	if (r == 0)
		r = io_sync(f, err);
	if (r == 0)
		r = io_drop_cache(f, err);
	io_close(f);
	return r;
}

static int scratch(struct io *io, struct fiche_error *err)
{
	struct io_file *f = NULL;
	int64_t seconds;
	int r = io_open(io, old, IO_SCRATCH, &f, err);

	if (r == 0)
		r = io_write(f, 0, "gone", 4, err);
	if (r == 0)
		r = io_random(io, &seconds, sizeof(seconds), err);
	if (r == 0)
		r = io_now(io, &seconds, err);
	io_close(f);
	return r;
}

typedef int attempt(struct io *io, struct fiche_error *err);

/* ---- What is left ---- */

static void put_old(void)
{
	FILE *f = fopen(old, "w");

	assert_non_null(f);
	assert_true(fputs("old", f) >= 0);
	assert_int_equal(fclose(f), 0);
	(void)remove(new);
}

static unsigned names_in(const char *path)
{
	unsigned count = 0;
	struct dirent *e;
	DIR *d = opendir(path);

	while (d && (e = readdir(d)) != NULL)
		count += e->d_name[0] != '.';
	if (d)
		(void)closedir(d);
	return count;
}

/* Does the file hold this, and nothing else? */
static bool holds(const char *path, const char *text)
{
	char got[16] = "";
	FILE *f = fopen(path, "r");
	size_t len;

	assert_non_null(f);
	len = fread(got, 1, sizeof(got), f);
	(void)fclose(f);
	return len == strlen(text) && memcmp(got, text, len) == 0;
}

/* Temporary names are left if the system does not let them be removed, or say
 * whose they are; nothing else is. */
static void check_left(attempt *run, int status)
{
	bool there = access(new, F_OK) == 0;
	bool kept = fault.for_ever || strcmp(fault.name, "unlink") == 0 ||
	            strstr(fault.name, "stat64");

	assert_true(holds(old, "old") ||
	            (run == append && holds(old, "old and")));
	if (there)
		assert_true(holds(new, "new"));
	if (status == 0)
		assert_true(run == make     ? there
		            : run == append ? holds(old, "old and")
		                            : !there);
	if (fault.fired == 0 || !kept)
		assert_int_equal(names_in(dir), there ? 2 : 1);
}

static void remove_all(void)
{
	struct dirent *e;
	char path[400];
	DIR *d = opendir(dir);

	while (d && (e = readdir(d)) != NULL) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, e->d_name);
		if (e->d_name[0] != '.')
			(void)remove(path);
	}
	if (d)
		(void)closedir(d);
}

/* One try; false if nothing was there to fail. */
static bool try_once(attempt *run, long n)
{
	struct fiche_error err = { 0 };
	unsigned open_before;
	int r;

	put_old();
	open_before = names_in("/proc/self/fd");
	fault.countdown = n;
	fault.fired = 0;
	fault.name = "nothing";
	fault.on = true;
	r = run(io_posix(), &err);
	fault.on = false;
	if (r != 0 && (fault.fired == 0 || err.code != r ||
	               (r == FICHE_ERR_IO && err.sys_errno == 0)))
		fail_msg("%s, call %ld, %s: %d, %s", fault.name, n,
		         strerror(fault.error), r, err.text);
	/* Asked again, all goes well. */
	if (fault.error == EINTR && !fault.for_ever && r != 0)
		fail_msg("%s was interrupted, call %ld: %s", fault.name, n,
		         err.text);
	check_left(run, r);
	assert_int_equal(names_in("/proc/self/fd"), open_before);
	remove_all();
	return fault.fired > 0;
}

static void sweep(attempt *run, unsigned lacking)
{
	static const int errors[] = { EIO,    ENOSPC, EINTR,     EEXIST,
		                      EACCES, EINVAL, EOPNOTSUPP };
	size_t tried = 0;

	fault.lacks = lacking;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		/* Who is always interrupted goes on for ever. */
		for (int ever = 0; ever < (errors[i] == EINTR ? 1 : 2);
		     ever++) {
			fault.error = errors[i];
			fault.for_ever = ever;
			for (long n = 0; try_once(run, n); n++)
				tried++;
		}
	fault.lacks = 0;
	print_message("%zu calls failed\n", tried);
	/* Where libc has other names for them, none is met. */
	if (tried == 0)
		skip();
	assert_true(tried > 30);
}

static void making_a_file_leaves_all_of_it_or_nothing(void **state)
{
	(void)state;
	sweep(make, 0);
}

static void a_name_that_is_temporary_does_not_stay(void **state)
{
	(void)state;
	sweep(make, LACKS_UNNAMED | LACKS_RESERVING);
	sweep(make, LACKS_UNNAMED | LACKS_RENAME_NEW);
	sweep(make, LACKS_PROC);
}

static void appending_says_what_failed(void **state)
{
	(void)state;
	sweep(append, 0);
	sweep(append, LACKS_OVERWRITING);
}

static void scratch_files_say_what_failed(void **state)
{
	(void)state;
	sweep(scratch, 0);
	sweep(scratch, LACKS_UNNAMED);
}

/* A name that somebody else was faster to take is left to them. */
static void a_name_taken_meanwhile_is_left_alone(void **state)
{
	static const unsigned ways[] = { 0, LACKS_UNNAMED,
		                         LACKS_UNNAMED | LACKS_RENAME_NEW };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct fiche_error err = { 0 };
		struct io_file *f;

		put_old();
		fault.lacks = ways[i];
		fault.countdown = -1;
		fault.on = true;
		assert_int_equal(io_open(io_posix(), old, IO_CREATE, &f, &err),
		                 0);
		assert_int_equal(io_publish(f, old, &err), FICHE_ERR_EXISTS);
		io_close(f);
		fault.on = false;
		fault.lacks = 0;
		assert_true(holds(old, "old"));
		assert_int_equal(names_in(dir), 1);
	}
}

static int enter(void **state)
{
	const char *tmp = getenv("TMPDIR");

	(void)state;
	(void)snprintf(dir, sizeof(dir), "%s/fiche.XXXXXX",
	               tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(old, sizeof(old), "%s/old", dir);
	(void)snprintf(new, sizeof(new), "%s/new", dir);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	remove_all();
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(making_a_file_leaves_all_of_it_or_nothing),
		cmocka_unit_test(a_name_that_is_temporary_does_not_stay),
		cmocka_unit_test(appending_says_what_failed),
		cmocka_unit_test(scratch_files_say_what_failed),
		cmocka_unit_test(a_name_taken_meanwhile_is_left_alone),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
