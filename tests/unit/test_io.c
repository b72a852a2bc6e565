/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_io.c - both backends keep the same promises, and each its own.
 *
 * What io.h promises is tested on the memory and on a real directory by the
 * same functions.  Then come the failures that only memory can produce, and
 * what only a real system has: devices, descriptors, system calls that some
 * kernels lack (denied here by a seccomp filter in a child).
 */

/* syscall numbers, chattr and seccomp are Linux, not POSIX. */
#define _GNU_SOURCE 1

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <dirent.h>
#include <linux/filter.h>
#include <linux/fs.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "io/io.h"
#include "io/memory.h"
#include "support/child.h"

/* One backend with an empty place for files. */
struct world {
	struct io *io;
	struct io_memory *memory; /* NULL: the real system */
	char dir[64];
	char path[3][400]; /* what at() returned last */
	unsigned turn;
};

static int enter_memory(void **state)
{
	struct world *w = test_calloc(1, sizeof(*w));

	w->memory = io_memory_new();
	assert_non_null(w->memory);
	w->io = io_memory_io(w->memory);
	(void)snprintf(w->dir, sizeof(w->dir), "/memory");
	*state = w;
	return 0;
}

static int enter_posix(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct world *w = test_calloc(1, sizeof(*w));

	w->io = io_posix();
	if (!tmp || strlen(tmp) > 40)
		tmp = "/tmp";
	(void)snprintf(w->dir, sizeof(w->dir), "%s/test_io.XXXXXX", tmp);
	assert_non_null(mkdtemp(w->dir));
	*state = w;
	return 0;
}

static const char *at(struct world *w, const char *name)
{
	char *path = w->path[w->turn++ % 3];

	(void)snprintf(path, sizeof(w->path[0]), "%s/%s", w->dir, name);
	return path;
}

static int leave(void **state)
{
	struct world *w = *state;
	struct dirent *e;
	DIR *d;

	io_memory_free(w->memory);
	if (!w->memory) {
		d = opendir(w->dir);
		while (d && (e = readdir(d)) != NULL)
			if (e->d_name[0] != '.')
				(void)remove(at(w, e->d_name));
		if (d)
			(void)closedir(d);
		(void)rmdir(w->dir);
	}
	test_free(w);
	return 0;
}

static void take_away(struct world *w, const char *name)
{
	if (w->memory)
		io_memory_remove(w->memory, at(w, name));
	else
		assert_int_equal(unlink(at(w, name)), 0);
}

static struct io_file *open_file(struct world *w, const char *name,
                                 enum io_mode mode)
{
	struct fiche_error err = { 0 };
	struct io_file *f = NULL;

	if (io_open(w->io, at(w, name), mode, &f, &err) != 0)
		fail_msg("%s: %s", name, err.text);
	return f;
}

static void put_file(struct world *w, const char *name, const char *text)
{
	struct io_file *f = open_file(w, name, IO_CREATE);

	assert_int_equal(io_write(f, 0, text, strlen(text), NULL), 0);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_int_equal(io_publish(f, at(w, name), NULL), 0);
	io_close(f);
}

static void assert_content(struct io_file *f, const char *text)
{
	struct fiche_error err;
	char buf[256];
	uint64_t size = 0;

	assert_int_equal(io_size(f, &size, &err), 0);
	assert_int_equal(size, strlen(text));
	assert_int_equal(io_read(f, 0, buf, strlen(text), &err), 0);
	assert_memory_equal(buf, text, strlen(text));
}

static void assert_file(struct world *w, const char *name, const char *text)
{
	struct io_file *f = open_file(w, name, IO_READ);

	assert_content(f, text);
	io_close(f);
}

static void assert_missing(struct world *w, const char *name)
{
	struct fiche_error err;
	struct io_file *f = NULL;

	assert_int_equal(io_open(w->io, at(w, name), IO_READ, &f, &err),
	                 FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_null(f);
}

/* What both backends promise. */

static void a_missing_file_is_an_io_error_with_its_errno(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = NULL;

	assert_int_equal(io_open(w->io, at(w, "none"), IO_READ, &f, &err),
	                 FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_string_equal(err.text, "cannot open the file: "
	                              "No such file or directory");
	assert_int_equal(io_open(w->io, at(w, "none"), IO_APPEND, &f, &err),
	                 FICHE_ERR_IO);
	assert_string_equal(err.text, "cannot open the file for writing: "
	                              "No such file or directory");
	assert_int_equal(io_open(w->io, at(w, "none"), IO_READ, &f, NULL),
	                 FICHE_ERR_IO);
	assert_null(f);
}

static void what_was_written_is_read_back(void **state)
{
	struct world *w = *state;
	struct io_file *f;
	char buf[4];

	put_file(w, "a", "0123456789");
	assert_file(w, "a", "0123456789");
	f = open_file(w, "a", IO_READ);
	assert_int_equal(io_read(f, 3, buf, 4, NULL), 0);
	assert_memory_equal(buf, "3456", 4);
	assert_int_equal(io_drop_cache(f, NULL), 0);
	assert_int_equal(io_read(f, 6, buf, 4, NULL), 0);
	assert_memory_equal(buf, "6789", 4);
	io_close(f);
}

static void a_read_past_the_end_is_truncated(void **state)
{
	static const struct {
		uint64_t at;
		size_t len;
		const char *text;
	} rows[] = {
		{ 8, 3,
		  "the file ends 2 bytes into the 3 bytes expected at offset "
		  "8" },
		{ 10, 1,
		  "the file ends 0 bytes into the 1 bytes expected at offset "
		  "10" },
		{ 11, 16,
		  "the file ends 0 bytes into the 16 bytes expected at offset "
		  "11" },
		{ INT64_MAX, 16,
		  "the file ends 0 bytes into the 16 bytes expected at offset "
		  "9223372036854775807" },
		{ INT64_MAX - 3, 16,
		  "the file ends 0 bytes into the 16 bytes expected at offset "
		  "9223372036854775804" },
		{ UINT64_MAX, 16,
		  "the file ends 0 bytes into the 16 bytes expected at offset "
		  "18446744073709551615" },
	};
	struct world *w = *state;
	struct io_file *f;
	char buf[16];

	put_file(w, "a", "0123456789");
	f = open_file(w, "a", IO_READ);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fiche_error err;

		assert_int_equal(io_read(f, rows[i].at, buf, rows[i].len, &err),
		                 FICHE_ERR_TRUNCATED);
		assert_string_equal(err.text, rows[i].text);
		assert_int_equal(err.offset, rows[i].at);
		assert_int_equal(err.sys_errno, 0);
	}
	assert_int_equal(io_read(f, 10, buf, 0, NULL), 0);
	assert_int_equal(io_read(f, UINT64_MAX, NULL, 0, NULL), 0);
	io_close(f);
}

static void a_write_past_the_largest_offset_is_refused(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = open_file(w, "a", IO_SCRATCH);
	uint64_t size = 1;

	assert_int_equal(io_write(f, UINT64_MAX, "ab", 2, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EFBIG);
	assert_int_equal(io_write(f, UINT64_MAX - 2, "ab", 2, &err),
	                 FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EFBIG);
	assert_int_equal(io_write(f, INT64_MAX, "ab", 2, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EFBIG);
	assert_int_equal(err.offset, INT64_MAX);
	assert_int_equal(io_reserve(f, INT64_MAX, 2, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EFBIG);
	assert_int_equal(io_reserve(f, 0, UINT64_MAX, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EFBIG);
	assert_int_equal(io_size(f, &size, &err), 0);
	assert_int_equal(size, 0);
	io_close(f);
}

static void a_gap_reads_as_zeros(void **state)
{
	struct world *w = *state;
	struct io_file *f = open_file(w, "a", IO_SCRATCH);
	char buf[6];

	assert_int_equal(io_write(f, 4, "xy", 2, NULL), 0);
	assert_int_equal(io_read(f, 0, buf, 6, NULL), 0);
	assert_memory_equal(buf, "\0\0\0\0xy", 6);
	io_close(f);
}

static void appending_keeps_what_was_there(void **state)
{
	struct world *w = *state;
	struct io_file *f;

	put_file(w, "a", "0123");
	f = open_file(w, "a", IO_APPEND);
	assert_int_equal(io_reserve(f, 4, 4096, NULL), 0);
	assert_content(f, "0123");
	assert_int_equal(io_write(f, 4, "45", 2, NULL), 0);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_content(f, "012345");
	io_close(f);
	assert_file(w, "a", "012345");
}

static void a_file_for_reading_is_not_written(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f;

	put_file(w, "a", "0123");
	f = open_file(w, "a", IO_READ);
	assert_int_equal(io_write(f, 4, "x", 1, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EBADF);
	assert_string_equal(err.text, "cannot write at offset 4: "
	                              "Bad file descriptor");
	assert_int_equal(io_lock(f, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EBADF);
	assert_int_equal(io_reserve(f, 4, 1, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EBADF);
	assert_int_equal(io_publish(f, at(w, "b"), &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EINVAL);
	io_close(f);
	assert_file(w, "a", "0123");
}

static void a_new_file_has_no_name_before_it_is_published(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = open_file(w, "a", IO_CREATE);

	assert_int_equal(io_write(f, 0, "new", 3, NULL), 0);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_missing(w, "a");
	assert_int_equal(io_check_path(f, at(w, "a"), &err), FICHE_ERR_IO);
	assert_int_equal(io_publish(f, at(w, "a"), &err), 0);
	assert_int_equal(io_check_path(f, at(w, "a"), &err), 0);
	assert_file(w, "a", "new");
	assert_int_equal(io_write(f, 3, "er", 2, NULL), 0);
	assert_file(w, "a", "newer");
	assert_int_equal(io_publish(f, at(w, "b"), &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EINVAL);
	io_close(f);
	assert_missing(w, "b");
}

static void publishing_does_not_replace(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f;

	put_file(w, "a", "old");
	f = open_file(w, "a", IO_CREATE);
	assert_int_equal(io_write(f, 0, "new", 3, NULL), 0);
	assert_int_equal(io_publish(f, at(w, "a"), &err), FICHE_ERR_EXISTS);
	assert_string_equal(err.text, "a file of this name is there already");
	assert_int_equal(err.sys_errno, 0);
	assert_file(w, "a", "old");
	assert_int_equal(io_publish(f, at(w, "b"), &err), 0);
	io_close(f);
	assert_file(w, "b", "new");
}

static void a_file_never_published_leaves_nothing(void **state)
{
	struct world *w = *state;
	struct io_file *f = open_file(w, "a", IO_CREATE);

	assert_int_equal(io_write(f, 0, "new", 3, NULL), 0);
	assert_int_equal(io_sync(f, NULL), 0);
	io_close(f);
	assert_missing(w, "a");
	if (!w->memory) {
		assert_int_equal(rmdir(w->dir), 0);
		assert_int_equal(mkdir(w->dir, 0700), 0);
	}
}

static void a_scratch_file_never_gets_a_name(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f;

	put_file(w, "a", "kept");
	f = open_file(w, "a", IO_SCRATCH);
	assert_int_equal(io_write(f, 0, "scratch", 7, NULL), 0);
	assert_content(f, "scratch");
	assert_int_equal(io_publish(f, at(w, "b"), &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EINVAL);
	io_close(f);
	assert_missing(w, "b");
	assert_file(w, "a", "kept");
}

static void one_writer_holds_the_lock_until_it_closes(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *one, *two, *reader;

	put_file(w, "a", "x");
	one = open_file(w, "a", IO_APPEND);
	two = open_file(w, "a", IO_APPEND);
	assert_int_equal(io_lock(one, &err), 0);
	assert_int_equal(io_lock(one, &err), 0);
	assert_int_equal(io_lock(two, &err), FICHE_ERR_BUSY);
	assert_string_equal(err.text, "another writer holds the file");
	/* The trap of POSIX locks: any close in the process drops them. */
	reader = open_file(w, "a", IO_READ);
	assert_content(reader, "x");
	io_close(reader);
	assert_int_equal(io_lock(two, &err), FICHE_ERR_BUSY);
	io_close(one);
	assert_int_equal(io_lock(two, &err), 0);
	io_close(two);
}

static void a_removed_file_stays_for_who_has_it_open(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f;

	put_file(w, "a", "old");
	f = open_file(w, "a", IO_APPEND);
	assert_int_equal(io_check_path(f, at(w, "a"), &err), 0);
	take_away(w, "a");
	assert_missing(w, "a");
	assert_content(f, "old");
	assert_int_equal(io_check_path(f, at(w, "a"), &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_string_equal(err.text, "the open file was moved or replaced: "
	                              "No such file or directory");
	io_close(f);
}

static void a_replaced_file_is_noticed(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f;

	put_file(w, "a", "old");
	f = open_file(w, "a", IO_APPEND);
	take_away(w, "a");
	put_file(w, "a", "other");
	assert_int_equal(io_check_path(f, at(w, "a"), &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_content(f, "old");
	assert_file(w, "a", "other");
	io_close(f);
}

static void random_bytes_differ_and_the_clock_answers(void **state)
{
	struct world *w = *state;
	uint8_t a[32], b[32];
	int64_t now = 0;

	assert_int_equal(io_random(w->io, a, sizeof(a), NULL), 0);
	assert_int_equal(io_random(w->io, b, sizeof(b), NULL), 0);
	assert_memory_not_equal(a, b, sizeof(a));
	assert_int_equal(io_now(w->io, &now, NULL), 0);
	assert_true(now >= 946684800);
}

static void closing_nothing_does_nothing(void **state)
{
	(void)state;
	io_close(NULL);
}

static void *read_many(void *arg)
{
	struct io_file *f = arg;
	uint8_t buf[64];

	for (unsigned i = 0; i < 2000; i++) {
		uint64_t from = i * 31 % 4000;

		if (io_read(f, from, buf, sizeof(buf), NULL) != 0 ||
		    buf[0] != (uint8_t)(from % 251) ||
		    buf[63] != (uint8_t)((from + 63) % 251))
			return f;
	}
	return NULL;
}

static void several_threads_read_one_file(void **state)
{
	struct world *w = *state;
	struct io_file *f = open_file(w, "a", IO_SCRATCH);
	uint8_t bytes[4096];
	pthread_t threads[4];
	void *failed;

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i % 251);
	assert_int_equal(io_write(f, 0, bytes, sizeof(bytes), NULL), 0);
	if (w->memory)
		io_memory_set_chunk(w->memory, 50);
	for (int i = 0; i < 4; i++)
		assert_int_equal(
			pthread_create(&threads[i], NULL, read_many, f), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &failed), 0);
		assert_null(failed);
	}
	if (w->memory)
		assert_int_equal(io_memory_calls(w->memory, IO_FAULT_READ),
		                 4 * 2000 * 2);
	io_close(f);
}

/* What the wrappers add, on a backend that only counts. */

static size_t largest;
static size_t answer;

static int count_read(struct io_file *f, uint64_t from, void *buf, size_t len,
                      size_t *got)
{
	(void)f;
	(void)from;
	(void)buf;
	largest = len > largest ? len : largest;
	*got = answer < len ? answer : len;
	return 0;
}

static int count_write(struct io_file *f, uint64_t to, const void *buf,
                       size_t len, size_t *put)
{
	(void)f;
	(void)to;
	(void)buf;
	largest = len > largest ? len : largest;
	*put = answer < len ? answer : len;
	return 0;
}

static const struct io_ops counting_ops = {
	.read = count_read,
	.write = count_write,
};

static void no_call_moves_more_than_a_gibibyte(void **state)
{
	struct io io = { &counting_ops };
	struct io_file f = { &io };
	size_t len = (size_t)3 << 30;
	void *far = mmap(NULL, len, PROT_NONE,
	                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	(void)state;
	if (far == MAP_FAILED)
		skip();
	largest = 0;
	answer = SIZE_MAX;
	assert_int_equal(io_read(&f, 5, far, len, NULL), 0);
	assert_int_equal(largest, (size_t)1 << 30);
	largest = 0;
	assert_int_equal(io_write(&f, 5, far, len, NULL), 0);
	assert_int_equal(largest, (size_t)1 << 30);
	assert_int_equal(munmap(far, len), 0);
}

static void a_write_that_moves_nothing_is_an_error_not_a_loop(void **state)
{
	struct io io = { &counting_ops };
	struct io_file f = { &io };
	struct fiche_error err;

	(void)state;
	answer = 0;
	assert_int_equal(io_write(&f, 0, "x", 1, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, EIO);
}

/* What memory can do besides. */

static void each_kind_of_call_fails_on_demand(void **state)
{
	static const struct {
		unsigned kind;
		const char *text;
	} rows[] = {
		{ IO_FAULT_READ, "cannot read at offset 1: " },
		{ IO_FAULT_WRITE, "cannot write at offset 4: " },
		{ IO_FAULT_SYNC, "cannot make the file durable: " },
		{ IO_FAULT_RESERVE, "cannot reserve space at offset 4: " },
		{ IO_FAULT_OTHER, "cannot tell the size of the file: " },
	};
	struct world *w = *state;
	struct io_file *f;

	put_file(w, "a", "0123");
	f = open_file(w, "a", IO_APPEND);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fiche_error err;
		unsigned failed = 0;
		uint64_t size;
		char c, want[80];
		int r[5];

		(void)snprintf(want, sizeof(want), "%sInput/output error",
		               rows[i].text);
		io_memory_fail(w->memory, rows[i].kind, 0, EIO, true);
		r[0] = io_read(f, 1, &c, 1, &err);
		if (r[0] == 0)
			r[1] = io_write(f, 4, "x", 1, &err);
		if (r[0] == 0 && r[1] == 0)
			r[2] = io_sync(f, &err);
		if (r[0] == 0 && r[1] == 0 && r[2] == 0)
			r[3] = io_reserve(f, 4, 1, &err);
		if (r[0] == 0 && r[1] == 0 && r[2] == 0 && r[3] == 0)
			r[4] = io_size(f, &size, &err);
		while (r[failed] == 0)
			failed++;
		assert_int_equal(1U << failed, rows[i].kind);
		assert_int_equal(r[failed], FICHE_ERR_IO);
		assert_int_equal(err.sys_errno, EIO);
		assert_string_equal(err.text, want);
		assert_int_equal(io_memory_faults_fired(w->memory), 1);
	}
	io_memory_fail(w->memory, IO_FAULT_NONE, -1, 0, false);
	io_close(f);
}

static void every_other_call_says_what_it_could_not_do(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = open_file(w, "a", IO_CREATE);
	struct io_file *g = NULL;
	int64_t now;
	uint8_t byte;

	io_memory_fail(w->memory, IO_FAULT_OTHER, 0, EIO, true);
	assert_int_equal(io_open(w->io, "a", IO_CREATE, &g, &err),
	                 FICHE_ERR_IO);
	assert_string_equal(err.text,
	                    "cannot create the file: Input/output error");
	assert_int_equal(io_open(w->io, "a", IO_SCRATCH, &g, &err),
	                 FICHE_ERR_IO);
	assert_string_equal(err.text, "cannot create a scratch file: "
	                              "Input/output error");
	assert_null(g);
	assert_int_equal(io_lock(f, &err), FICHE_ERR_IO);
	assert_string_equal(err.text,
	                    "cannot lock the file: Input/output error");
	assert_int_equal(io_check_path(f, "a", &err), FICHE_ERR_IO);
	assert_string_equal(err.text, "cannot check the path of the file: "
	                              "Input/output error");
	assert_int_equal(io_publish(f, "a", &err), FICHE_ERR_IO);
	assert_string_equal(err.text, "cannot give the file its name: "
	                              "Input/output error");
	assert_int_equal(io_drop_cache(f, &err), FICHE_ERR_IO);
	assert_string_equal(err.text,
	                    "cannot drop cached pages: Input/output error");
	assert_int_equal(io_now(w->io, &now, &err), FICHE_ERR_IO);
	assert_string_equal(err.text,
	                    "cannot read the clock: Input/output error");
	assert_int_equal(io_random(w->io, &byte, 1, &err), FICHE_ERR_IO);
	assert_string_equal(err.text,
	                    "cannot get random bytes: Input/output error");
	assert_int_equal(io_memory_faults_fired(w->memory), 8);
	io_memory_fail(w->memory, IO_FAULT_ANY, -1, EIO, true);
	assert_int_equal(io_publish(f, "a", &err), 0);
	io_close(f);
}

static void a_fault_waits_for_its_turn_and_fires_once(void **state)
{
	struct world *w = *state;
	struct io_file *f = open_file(w, "a", IO_CREATE);

	io_memory_fail(w->memory, IO_FAULT_WRITE | IO_FAULT_SYNC, 2, EIO,
	               false);
	assert_int_equal(io_write(f, 0, "a", 1, NULL), 0);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_int_equal(io_publish(f, "a", NULL), 0);
	assert_int_equal(io_memory_faults_fired(w->memory), 0);
	assert_int_equal(io_write(f, 1, "b", 1, NULL), FICHE_ERR_IO);
	assert_int_equal(io_memory_faults_fired(w->memory), 1);
	assert_int_equal(io_write(f, 1, "c", 1, NULL), 0);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_content(f, "ac");
	assert_int_equal(io_memory_faults_fired(w->memory), 1);
	assert_int_equal(io_memory_calls(w->memory, IO_FAULT_WRITE), 3);
	assert_int_equal(io_memory_calls(w->memory, IO_FAULT_SYNC), 2);
	assert_int_equal(io_memory_calls(w->memory, IO_FAULT_ANY),
	                 3 + 2 + 1 + 2 + 1);
	io_close(f);
}

static void an_interrupted_call_is_made_again(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = NULL;
	unsigned long calls;
	uint64_t size;
	char c;

	/* Interrupt the n-th call; the last round interrupts nothing. */
	for (long n = 0; n < 11; n++) {
		calls = io_memory_calls(w->memory, IO_FAULT_ANY);
		io_memory_fail(w->memory, IO_FAULT_ANY, n, EINTR, false);
		assert_int_equal(io_open(w->io, "a", IO_CREATE, &f, &err), 0);
		assert_int_equal(io_reserve(f, 0, 1, &err), 0);
		assert_int_equal(io_write(f, 0, "a", 1, &err), 0);
		assert_int_equal(io_sync(f, &err), 0);
		assert_int_equal(io_lock(f, &err), 0);
		assert_int_equal(io_publish(f, "a", &err), 0);
		assert_int_equal(io_check_path(f, "a", &err), 0);
		assert_int_equal(io_size(f, &size, &err), 0);
		assert_int_equal(io_drop_cache(f, &err), 0);
		assert_int_equal(io_read(f, 0, &c, 1, &err), 0);
		assert_int_equal(c, 'a');
		assert_int_equal(io_memory_faults_fired(w->memory), n < 10);
		assert_int_equal(io_memory_calls(w->memory, IO_FAULT_ANY),
		                 calls + 10 + (n < 10));
		io_close(f);
		io_memory_remove(w->memory, "a");
	}
}

static void memory_running_out_is_told_apart(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = open_file(w, "a", IO_CREATE);

	io_memory_fail(w->memory, IO_FAULT_ANY, 0, ENOMEM, true);
	assert_int_equal(io_write(f, 0, "a", 1, &err), FICHE_ERR_NOMEM);
	assert_string_equal(err.text, "out of memory");
	assert_int_equal(io_sync(f, &err), FICHE_ERR_NOMEM);
	io_close(f);
}

static void transfers_in_small_pieces_are_complete(void **state)
{
	static const char text[] = "the quick brown fox";
	struct world *w = *state;

	for (size_t chunk = 1; chunk <= sizeof(text); chunk++) {
		unsigned long before, pieces;

		pieces = (sizeof(text) - 1 + chunk - 1) / chunk;
		io_memory_set_chunk(w->memory, chunk);
		before = io_memory_calls(w->memory, IO_FAULT_WRITE);
		put_file(w, "a", text);
		assert_int_equal(io_memory_calls(w->memory, IO_FAULT_WRITE),
		                 before + pieces);
		before = io_memory_calls(w->memory, IO_FAULT_READ);
		assert_file(w, "a", text);
		assert_int_equal(io_memory_calls(w->memory, IO_FAULT_READ),
		                 before + pieces);
		take_away(w, "a");
	}
}

static void a_full_disk_takes_what_fits(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f, *g;

	put_file(w, "a", "0123");
	io_memory_set_quota(w->memory, 10);
	f = open_file(w, "b", IO_CREATE);
	assert_int_equal(io_reserve(f, 0, 7, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOSPC);
	assert_int_equal(io_reserve(f, 0, 6, &err), 0);
	assert_int_equal(io_write(f, 0, "abcdefgh", 8, &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOSPC);
	assert_int_equal(err.offset, 6);
	assert_content(f, "abcdef");
	assert_int_equal(io_write(f, 2, "CDEF", 4, &err), 0);
	assert_content(f, "abCDEF");

	/* Removed, but still open: the space is not free yet. */
	g = open_file(w, "a", IO_READ);
	take_away(w, "a");
	assert_int_equal(io_write(f, 6, "g", 1, &err), FICHE_ERR_IO);
	io_close(g);
	assert_int_equal(io_write(f, 6, "ghij", 4, &err), 0);
	assert_int_equal(io_write(f, 20, "x", 1, &err), FICHE_ERR_IO);
	io_memory_set_quota(w->memory, UINT64_MAX);
	assert_int_equal(io_write(f, 10, "k", 1, &err), 0);
	assert_content(f, "abCDEFghijk");
	io_close(f);
}

static void assert_image(struct world *w, const char *name, bool durable,
                         const char *bytes, size_t len)
{
	const uint8_t *got = NULL;
	size_t got_len = 0;

	assert_true((durable ? io_memory_get_durable : io_memory_get)(
		w->memory, at(w, name), &got, &got_len));
	assert_int_equal(got_len, len);
	assert_memory_equal(got, bytes, len);
}

static void only_synced_bytes_are_durable(void **state)
{
	struct world *w = *state;
	struct io_file *f = open_file(w, "a", IO_CREATE);
	const uint8_t *bytes;
	size_t len;

	assert_false(io_memory_get(w->memory, at(w, "a"), &bytes, &len));
	assert_int_equal(io_write(f, 0, "one", 3, NULL), 0);
	assert_int_equal(io_publish(f, at(w, "a"), NULL), 0);
	assert_image(w, "a", false, "one", 3);
	assert_image(w, "a", true, "", 0);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_image(w, "a", true, "one", 3);
	assert_int_equal(io_write(f, 3, "two", 3, NULL), 0);
	assert_int_equal(io_write(f, 0, "ONE", 3, NULL), 0);
	assert_image(w, "a", false, "ONEtwo", 6);
	assert_image(w, "a", true, "one", 3);
	assert_int_equal(io_drop_cache(f, NULL), 0);
	assert_image(w, "a", false, "ONEtwo", 6);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_image(w, "a", true, "ONEtwo", 6);
	io_close(f);

	assert_int_equal(io_memory_put(w->memory, at(w, "b"), "put", 3), 0);
	assert_image(w, "b", false, "put", 3);
	assert_image(w, "b", true, "put", 3);
	assert_int_equal(io_memory_put(w->memory, at(w, "b"), NULL, 0), 0);
	assert_image(w, "b", true, "", 0);
}

static void a_failed_sync_loses_what_later_syncs_claim(void **state)
{
	struct world *w = *state;
	struct io_file *f;

	put_file(w, "a", "0123");
	f = open_file(w, "a", IO_APPEND);
	assert_int_equal(io_write(f, 4, "lost", 4, NULL), 0);
	io_memory_fail(w->memory, IO_FAULT_SYNC, 0, EIO, false);
	assert_int_equal(io_sync(f, NULL), FICHE_ERR_IO);
	assert_image(w, "a", true, "0123", 4);
	assert_int_equal(io_write(f, 8, "kept", 4, NULL), 0);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_content(f, "0123lostkept");
	assert_image(w, "a", true, "0123\0\0\0\0kept", 12);
	assert_int_equal(io_drop_cache(f, NULL), 0);
	assert_image(w, "a", false, "0123\0\0\0\0kept", 12);
	io_close(f);
}

static void assert_logged(struct world *w, size_t i, const char *path,
                          uint64_t offset, const char *bytes)
{
	struct io_logged e = io_memory_log_at(w->memory, i);

	assert_string_equal(e.path, path);
	assert_int_equal(e.at, offset);
	assert_int_equal(e.len, bytes ? strlen(bytes) : 0);
	assert_int_equal(e.is_sync, bytes == NULL);
	if (bytes)
		assert_memory_equal(e.bytes, bytes, e.len);
}

static void the_log_tells_writes_and_syncs_in_order(void **state)
{
	struct world *w = *state;
	struct io_file *f = open_file(w, "x", IO_CREATE);
	struct io_file *g = open_file(w, "x", IO_SCRATCH);
	struct io_file *h = open_file(w, "x", IO_CREATE);

	assert_int_equal(io_write(f, 0, "one", 3, NULL), 0);
	assert_int_equal(io_write(g, 0, "scratch", 7, NULL), 0);
	assert_int_equal(io_sync(g, NULL), 0);
	assert_int_equal(io_sync(f, NULL), 0);
	assert_int_equal(io_write(h, 0, "gone", 4, NULL), 0);
	io_memory_fail(w->memory, IO_FAULT_WRITE, 0, EIO, false);
	assert_int_equal(io_write(f, 3, "failed", 6, NULL), FICHE_ERR_IO);
	io_memory_set_chunk(w->memory, 2);
	assert_int_equal(io_write(f, 3, "two", 3, NULL), 0);
	assert_int_equal(io_memory_log_count(w->memory), 5);
	assert_logged(w, 0, "", 0, "one");
	assert_int_equal(io_publish(f, "a", NULL), 0);
	io_close(f);
	io_close(g);
	io_close(h);

	assert_int_equal(io_memory_log_count(w->memory), 6);
	assert_true(io_memory_log_at(w->memory, 5).is_name);
	assert_false(io_memory_log_at(w->memory, 5).is_sync);
	assert_string_equal(io_memory_log_at(w->memory, 5).path, "a");
	assert_logged(w, 0, "a", 0, "one");
	assert_logged(w, 1, "a", 0, NULL);
	assert_logged(w, 2, "", 0, "gone");
	assert_logged(w, 3, "a", 3, "tw");
	assert_logged(w, 4, "a", 5, "o");
	io_memory_remove(w->memory, "a");
	assert_logged(w, 0, "", 0, "one");

	io_memory_log_clear(w->memory);
	assert_int_equal(io_memory_log_count(w->memory), 0);
	assert_int_equal(io_memory_put(w->memory, "b", "put", 3), 0);
	assert_int_equal(io_memory_log_count(w->memory), 0);
}

static void a_file_put_over_an_open_one_leaves_it_alone(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f;

	assert_int_equal(io_memory_put(w->memory, at(w, "a"), "old", 3), 0);
	f = open_file(w, "a", IO_APPEND);
	assert_int_equal(io_memory_put(w->memory, at(w, "a"), "other", 5), 0);
	assert_content(f, "old");
	assert_int_equal(io_check_path(f, at(w, "a"), &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_int_equal(io_write(f, 3, "er", 2, NULL), 0);
	assert_content(f, "older");
	io_close(f);
	assert_file(w, "a", "other");
}

static void clock_and_random_bytes_are_repeatable(void **state)
{
	struct world *w = *state;
	struct io_memory *twin = io_memory_new();
	uint8_t a[24], b[24];
	int64_t now = 0;

	assert_non_null(twin);
	assert_int_equal(io_random(w->io, a, 24, NULL), 0);
	assert_int_equal(io_random(io_memory_io(twin), b, 24, NULL), 0);
	assert_memory_equal(a, b, 24);
	io_memory_free(twin);
	assert_int_equal(io_now(w->io, &now, NULL), 0);
	assert_int_equal(now, 946684800);
	io_memory_set_clock(w->memory, -5);
	assert_int_equal(io_now(w->io, &now, NULL), 0);
	assert_int_equal(now, -5);
}

/* Create, write twice, sync, publish, drop the cache; 0 or the failure. */
static int session(struct io_memory *m)
{
	struct io *io = io_memory_io(m);
	struct io_file *f = NULL;
	int r = io_open(io, "a", IO_CREATE, &f, NULL);

	if (r == 0)
		r = io_write(f, 0, "abc", 3, NULL);
	if (r == 0)
		r = io_write(f, 9, "xyz", 3, NULL);
	if (r == 0)
		r = io_sync(f, NULL);
	if (r == 0)
		r = io_publish(f, "a", NULL);
	if (r == 0)
		r = io_drop_cache(f, NULL);
	io_close(f);
	if (r == 0)
		r = io_memory_put(m, "a", "put", 3);
	return r;
}

static void every_failing_allocation_is_survived(void **state)
{
	bool for_ever = false;

	(void)state;
	do {
		unsigned long fired = 1;
		long n;

		for (n = 0; fired; n++) {
			struct io_memory *m;
			int r = FICHE_ERR_NOMEM;

			alloc_fail_after(n, for_ever);
			m = io_memory_new();
			if (m)
				r = session(m);
			fired = alloc_faults_fired();
			alloc_fail_after(-1, false);
			assert_int_equal(r, fired ? FICHE_ERR_NOMEM : 0);
			/* Nothing is broken: it works once there is memory. */
			if (m && r < 0) {
				io_memory_remove(m, "a");
				assert_int_equal(session(m), 0);
			}
			io_memory_free(m);
		}
		assert_true(n > 10);
		for_ever = !for_ever;
	} while (for_ever);
}

/* What only a real system has. */

static void a_directory_a_device_and_a_pipe_are_refused(void **state)
{
	static const char no_file[] =
		"this is a device, a pipe or a socket, not a file";
	static const enum io_mode modes[] = { IO_READ, IO_APPEND };
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = NULL;

	assert_int_equal(mkfifo(at(w, "pipe"), 0600), 0);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(io_open(w->io, w->dir, modes[i], &f, &err),
		                 FICHE_ERR_ARG);
		assert_string_equal(err.text,
		                    "this is a directory, not a file");
		assert_int_equal(
			io_open(w->io, "/dev/null", modes[i], &f, &err),
			FICHE_ERR_ARG);
		assert_string_equal(err.text, no_file);
		assert_int_equal(
			io_open(w->io, at(w, "pipe"), modes[i], &f, &err),
			FICHE_ERR_ARG);
		assert_string_equal(err.text, no_file);
		assert_int_equal(err.sys_errno, 0);
	}
	assert_null(f);
}

static void standard_descriptors_are_never_used(void **state)
{
	static const enum io_mode modes[] = { IO_READ, IO_APPEND, IO_CREATE,
		                              IO_SCRATCH };
	struct world *w = *state;
	bool taken = false;
	int saved[3];

	put_file(w, "a", "x");
	(void)fflush(NULL);
	for (int i = 0; i < 3; i++) {
		saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 10);
		(void)close(i);
	}
	for (int i = 0; i < 4; i++) {
		struct io_file *f = NULL;

		if (io_open(w->io, at(w, "a"), modes[i], &f, NULL) != 0)
			taken = true;
		for (int fd = 0; fd < 3; fd++)
			if (fcntl(fd, F_GETFD) != -1)
				taken = true;
		io_close(f);
	}
	for (int i = 0; i < 3; i++) {
		if (saved[i] < 0)
			continue;
		(void)dup2(saved[i], i);
		(void)close(saved[i]);
	}
	assert_false(taken);
}

static void no_descriptor_leaks_or_survives_exec(void **state)
{
	struct world *w = *state;
	struct io_file *f;
	int before, fd;

	before = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(before >= 0);
	(void)close(before);
	put_file(w, "a", "x");
	f = open_file(w, "a", IO_APPEND);
	assert_int_equal(fcntl(before, F_GETFD), FD_CLOEXEC);
	assert_int_equal(io_publish(f, at(w, "b"), NULL), FICHE_ERR_IO);
	io_close(f);
	f = open_file(w, "b", IO_CREATE);
	assert_int_equal(io_publish(f, at(w, "a"), NULL), FICHE_ERR_EXISTS);
	io_close(f);
	f = NULL;
	assert_int_equal(io_open(w->io, w->dir, IO_READ, &f, NULL),
	                 FICHE_ERR_ARG);
	fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fd, before);
	(void)close(fd);
}

static void a_published_file_obeys_the_umask(void **state)
{
	struct world *w = *state;
	mode_t old = umask(027);
	struct stat st;

	put_file(w, "a", "x");
	(void)umask(old);
	assert_int_equal(stat(at(w, "a"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0640);
}

static void a_name_in_a_missing_directory_is_an_error(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = NULL;

	assert_int_equal(io_open(w->io, at(w, "none/a"), IO_CREATE, &f, &err),
	                 FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_null(f);
	f = open_file(w, "a", IO_CREATE);
	assert_int_equal(io_publish(f, at(w, "none/a"), &err), FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_int_equal(io_publish(f, at(w, "a"), &err), 0);
	io_close(f);
}

static void paths_without_a_directory_are_taken_from_here(void **state)
{
	struct world *w = *state;
	struct io_file *f = NULL;
	char here[512];

	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(chdir(w->dir), 0);
	assert_int_equal(io_open(w->io, "a", IO_CREATE, &f, NULL), 0);
	assert_int_equal(io_write(f, 0, "x", 1, NULL), 0);
	assert_int_equal(io_publish(f, "a", NULL), 0);
	io_close(f);
	assert_int_equal(chdir(here), 0);
	assert_file(w, "a", "x");
}

static bool set_flag(const char *path, bool on)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int flags = 0;
	bool done;

	if (fd < 0)
		return false;
	done = ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0;
	flags = on ? flags | FS_APPEND_FL : flags & ~FS_APPEND_FL;
	done = done && ioctl(fd, FS_IOC_SETFLAGS, &flags) == 0;
	(void)close(fd);
	return done;
}

static void an_append_only_file_is_appended_to(void **state)
{
	struct world *w = *state;
	struct fiche_error err;
	struct io_file *f = NULL;
	int opened, locked = 1, reserved = 1, written = 1, synced = 1;
	int below = 1, beyond = 1;

	put_file(w, "a", "0123");
	if (!set_flag(at(w, "a"), true))
		skip();
	/* Nothing may fail before the flag is off, or the file stays. */
	opened = io_open(w->io, at(w, "a"), IO_APPEND, &f, &err);
	if (opened == 0) {
		locked = io_lock(f, &err);
		reserved = io_reserve(f, 4, 100, &err);
		written = io_write(f, 4, "45", 2, &err);
		written |= io_write(f, 6, "67", 2, &err);
		synced = io_sync(f, &err);
		beyond = io_write(f, 9, "x", 1, &err);
		below = io_write(f, 0, "x", 1, &err);
	}
	assert_true(set_flag(at(w, "a"), false));
	assert_int_equal(opened, 0);
	assert_int_equal(locked, 0);
	assert_int_equal(reserved, 0);
	assert_int_equal(written, 0);
	assert_int_equal(synced, 0);
	assert_int_equal(beyond, FICHE_ERR_IO);
	assert_int_equal(below, FICHE_ERR_IO);
	assert_int_equal(err.sys_errno, ESPIPE);
	assert_content(f, "01234567");
	io_close(f);
}

/* A test in a child, where system calls can be denied for good. */
typedef bool (*child_fn)(struct world *w);

static bool run_in_child(struct world *w, child_fn fn)
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		child_end(fn(w) ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Let the system call `nr` fail with `error` if any of `bits` is set in its
 * argument `arg`; always if `bits` is 0. */
static bool deny(long nr, unsigned arg, unsigned bits, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		         offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)nr, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		         (unsigned)offsetof(struct seccomp_data, args) +
		                 8 * arg),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, bits, 0, bits ? 1 : 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog) == 0;
}

static bool can_deny(struct world *w)
{
	(void)w;
	return deny(SYS_getppid, 0, 0, EPERM) && syscall(SYS_getppid) == -1;
}

/* The low bit of O_TMPFILE is O_DIRECTORY: deny by the other. */
#define TMPFILE_BIT ((unsigned)(O_TMPFILE & ~O_DIRECTORY))

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

static bool publishes_by_renaming(struct world *w)
{
	struct fiche_error err;
	struct io_file *f = NULL, *g = NULL, *h = NULL;
	char buf[3];

	/* Closed unpublished; refused; published: one name remains. */
	if (io_open(w->io, at(w, "a"), IO_CREATE, &f, &err) != 0 ||
	    io_open(w->io, at(w, "a"), IO_CREATE, &g, &err) != 0 ||
	    io_open(w->io, at(w, "a"), IO_SCRATCH, &h, &err) != 0)
		return false;
	if (names_in(w->dir) != 2 || io_write(g, 0, "new", 3, &err) != 0 ||
	    io_publish(g, at(w, "a"), &err) != 0 ||
	    io_publish(f, at(w, "a"), &err) != FICHE_ERR_EXISTS ||
	    io_check_path(g, at(w, "a"), &err) != 0 || names_in(w->dir) != 2)
		return false;
	io_close(f);
	io_close(g);
	io_close(h);
	if (names_in(w->dir) != 1 ||
	    io_open(w->io, at(w, "a"), IO_READ, &f, &err) != 0 ||
	    io_read(f, 0, buf, 3, &err) != 0 || memcmp(buf, "new", 3) != 0)
		return false;
	io_close(f);
	return true;
}

static bool without_tmpfile(struct world *w)
{
	return deny(SYS_openat, 2, TMPFILE_BIT, EOPNOTSUPP) &&
	       publishes_by_renaming(w);
}

static bool without_tmpfile_and_renameat2(struct world *w)
{
	return deny(SYS_openat, 2, TMPFILE_BIT, EISDIR) &&
	       deny(SYS_renameat2, 0, 0, ENOSYS) && publishes_by_renaming(w);
}

static bool without_proc(struct world *w)
{
#ifdef SYS_access
	if (!deny(SYS_access, 0, 0, ENOENT))
		return false;
#endif
	return deny(SYS_faccessat, 0, 0, ENOENT) && publishes_by_renaming(w);
}

static bool without_fallocate(struct world *w)
{
	struct io_file *f = NULL;

	return deny(SYS_fallocate, 0, 0, EOPNOTSUPP) &&
	       io_open(w->io, at(w, "x"), IO_SCRATCH, &f, NULL) == 0 &&
	       io_reserve(f, 0, 1000, NULL) == 0;
}

static bool with_failing_syncs(struct world *w)
{
	struct fiche_error err;
	struct io_file *f = NULL;

	/* The file's own fsync fails: it must not get its name. */
	return deny(SYS_fdatasync, 0, 0, EIO) && deny(SYS_fsync, 0, 0, EIO) &&
	       io_open(w->io, at(w, "x"), IO_CREATE, &f, &err) == 0 &&
	       io_sync(f, &err) == FICHE_ERR_IO && err.sys_errno == EIO &&
	       io_publish(f, at(w, "x"), &err) == FICHE_ERR_IO &&
	       access(at(w, "x"), F_OK) != 0;
}

static void a_file_system_without_unnamed_files_will_do(void **state)
{
	if (!run_in_child(*state, can_deny))
		skip();
	assert_true(run_in_child(*state, without_tmpfile));
}

static void a_system_without_proc_will_do(void **state)
{
	if (!run_in_child(*state, can_deny))
		skip();
	assert_true(run_in_child(*state, without_proc));
}

static void a_kernel_without_renameat2_will_do(void **state)
{
	if (!run_in_child(*state, can_deny))
		skip();
	assert_true(run_in_child(*state, without_tmpfile_and_renameat2));
}

static void a_file_system_that_cannot_reserve_will_do(void **state)
{
	if (!run_in_child(*state, can_deny))
		skip();
	assert_true(run_in_child(*state, without_fallocate));
}

static void what_cannot_be_synced_is_not_published(void **state)
{
	if (!run_in_child(*state, can_deny))
		skip();
	assert_true(run_in_child(*state, with_failing_syncs));
}

static bool scratches_elsewhere(struct world *w)
{
	struct io_file *f = NULL;
	struct fiche_error err;

	/* Root may write everywhere; nobody may not. */
	if (chmod(w->dir, 0555) != 0 || (geteuid() == 0 && seteuid(65534) != 0))
		return false;
	if (setenv("TMPDIR", "/nonexistent", 1) != 0 ||
	    io_open(w->io, at(w, "a"), IO_SCRATCH, &f, &err) == 0 ||
	    err.sys_errno != ENOENT)
		return false;
	if (setenv("TMPDIR", "/tmp", 1) != 0 ||
	    io_open(w->io, at(w, "a"), IO_SCRATCH, &f, &err) != 0)
		return false;
	io_close(f);
	/* Creating has no such way out. */
	return io_open(w->io, at(w, "a"), IO_CREATE, &f, &err) ==
	               FICHE_ERR_IO &&
	       err.sys_errno == EACCES;
}

static void scratch_beside_a_read_only_archive_goes_to_tmpdir(void **state)
{
	struct world *w = *state;

	assert_true(run_in_child(w, scratches_elsewhere));
	assert_int_equal(chmod(w->dir, 0700), 0);
}

static bool scratches_here(struct world *w)
{
	struct io_file *f = NULL;
	bool done;

	done = setenv("TMPDIR", "/nonexistent", 1) == 0 &&
	       io_open(w->io, at(w, "a"), IO_SCRATCH, &f, NULL) == 0;
	io_close(f);
	return done;
}

static void scratch_stays_beside_the_archive_if_it_can(void **state)
{
	assert_true(run_in_child(*state, scratches_here));
}

#define ON_MEMORY(name)                                                        \
	{                                                                      \
		"memory: " #name, name, enter_memory, leave, NULL              \
	}
#define ON_POSIX(name)                                                         \
	{                                                                      \
		"posix: " #name, name, enter_posix, leave, NULL                \
	}
#define ON_BOTH(name) ON_MEMORY(name), ON_POSIX(name)

int main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(a_missing_file_is_an_io_error_with_its_errno),
		ON_BOTH(what_was_written_is_read_back),
		ON_BOTH(a_read_past_the_end_is_truncated),
		ON_BOTH(a_write_past_the_largest_offset_is_refused),
		ON_BOTH(a_gap_reads_as_zeros),
		ON_BOTH(appending_keeps_what_was_there),
		ON_BOTH(a_file_for_reading_is_not_written),
		ON_BOTH(a_new_file_has_no_name_before_it_is_published),
		ON_BOTH(publishing_does_not_replace),
		ON_BOTH(a_file_never_published_leaves_nothing),
		ON_BOTH(a_scratch_file_never_gets_a_name),
		ON_BOTH(one_writer_holds_the_lock_until_it_closes),
		ON_BOTH(a_removed_file_stays_for_who_has_it_open),
		ON_BOTH(a_replaced_file_is_noticed),
		ON_BOTH(random_bytes_differ_and_the_clock_answers),
		ON_BOTH(several_threads_read_one_file),
		cmocka_unit_test(closing_nothing_does_nothing),
		cmocka_unit_test(no_call_moves_more_than_a_gibibyte),
		cmocka_unit_test(
			a_write_that_moves_nothing_is_an_error_not_a_loop),
		ON_MEMORY(each_kind_of_call_fails_on_demand),
		ON_MEMORY(every_other_call_says_what_it_could_not_do),
		ON_MEMORY(a_fault_waits_for_its_turn_and_fires_once),
		ON_MEMORY(an_interrupted_call_is_made_again),
		ON_MEMORY(memory_running_out_is_told_apart),
		ON_MEMORY(transfers_in_small_pieces_are_complete),
		ON_MEMORY(a_full_disk_takes_what_fits),
		ON_MEMORY(only_synced_bytes_are_durable),
		ON_MEMORY(a_failed_sync_loses_what_later_syncs_claim),
		ON_MEMORY(the_log_tells_writes_and_syncs_in_order),
		ON_MEMORY(a_file_put_over_an_open_one_leaves_it_alone),
		ON_MEMORY(clock_and_random_bytes_are_repeatable),
		cmocka_unit_test(every_failing_allocation_is_survived),
		ON_POSIX(a_directory_a_device_and_a_pipe_are_refused),
		ON_POSIX(standard_descriptors_are_never_used),
		ON_POSIX(no_descriptor_leaks_or_survives_exec),
		ON_POSIX(a_published_file_obeys_the_umask),
		ON_POSIX(a_name_in_a_missing_directory_is_an_error),
		ON_POSIX(paths_without_a_directory_are_taken_from_here),
		ON_POSIX(an_append_only_file_is_appended_to),
		ON_POSIX(a_file_system_without_unnamed_files_will_do),
		ON_POSIX(a_system_without_proc_will_do),
		ON_POSIX(a_kernel_without_renameat2_will_do),
		ON_POSIX(a_file_system_that_cannot_reserve_will_do),
		ON_POSIX(what_cannot_be_synced_is_not_published),
		ON_POSIX(scratch_beside_a_read_only_archive_goes_to_tmpdir),
		ON_POSIX(scratch_stays_beside_the_archive_if_it_can),
	};

	return cmocka_run_group_tests_name("io", tests, NULL, NULL);
}
