/* SPDX-License-Identifier: Apache-2.0 */
/*
 * io.h - everything the library asks of the outside world: files, locks, the
 * clock and random bytes.
 *
 * A `struct io` is a place where files live.  io_posix() is the real one;
 * io_memory_new() is a deterministic file system with a cached and a durable
 * image, in which tests cut the power, fill the disk, and fail any call.
 * Archive code uses only the functions below, which add what every backend
 * needs: all-or-nothing transfers, and errors as sentences.
 *
 * Threads: io_read() may be called from several threads on one file at once;
 * everything else is for one thread at a time.
 */
#ifndef IO_IO_H
#define IO_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

struct io;
struct io_file;

enum io_mode {
	IO_READ,   /* an existing file, for reading */
	IO_APPEND, /* an existing file, for reading and writing at its end */
	IO_CREATE, /* a new file without a name until io_publish() */
	IO_SCRATCH /* beside `path`, without a name, gone when closed */
};

/*
 * What a backend provides.  Counts may be short, and a read of 0 bytes is the
 * end of the file; results are 0 or -errno.  -EINTR means "not done, ask
 * again", so publish never says it once the name is given.
 */
struct io_ops {
	/* -EISDIR, or -ENXIO for what is neither directory nor file. */
	int (*open)(struct io *io, const char *path, enum io_mode mode,
	            struct io_file **out);
	int (*close)(struct io_file *f);
	int (*read)(struct io_file *f, uint64_t at, void *buf, size_t len,
	            size_t *got);
	/* NULL: files that can only be read. */
	int (*write)(struct io_file *f, uint64_t at, const void *buf,
	             size_t len, size_t *put);
	int (*size)(struct io_file *f, uint64_t *out);
	int (*sync)(struct io_file *f);
	/* Make sure that [at, at+len) can be written; the size stays. */
	int (*reserve)(struct io_file *f, uint64_t at, uint64_t len);
	int (*lock)(struct io_file *f);
	/* -ENOENT if `path` no longer leads to this file. */
	int (*check_path)(struct io_file *f, const char *path);
	/* Give the file its name, durably; -EEXIST if it is taken. */
	int (*publish)(struct io_file *f, const char *path);
	/* Forget cached pages, so that later reads come from the medium. */
	int (*drop_cache)(struct io_file *f);
	/* Begin to read into the cache; may be NULL. */
	void (*expect)(struct io_file *f, uint64_t at, uint64_t len);
	int (*now)(struct io *io, int64_t *seconds);
	int (*random)(struct io *io, void *buf, size_t len);
};

struct io {
	const struct io_ops *ops;
};

struct io_file {
	struct io *io;
};

/* The real file system.  One shared constant object; never freed. */
struct io *io_posix(void);

/*
 * All functions below answer FICHE_ERR_NOMEM if memory ran out, whatever else
 * they list; nothing more is known than after FICHE_ERR_IO.
 */

/*
 * Open `path` into *out.  Errors: FICHE_ERR_IO (err->sys_errno tells), for
 * IO_READ and IO_APPEND also FICHE_ERR_ARG if it is a directory or a device.
 */
int io_open(struct io *io, const char *path, enum io_mode mode,
            struct io_file **out, struct fiche_error *err);
/* Accepts NULL.  What must be durable was synced before. */
void io_close(struct io_file *f);
/* Another handle for reading an open file, be it without a name; `f` has to
 * outlive it.  0 or FICHE_ERR_NOMEM. */
int io_borrow(struct io_file *f, struct io_file **out, struct fiche_error *err);

/* Exactly `len` bytes, or FICHE_ERR_TRUNCATED (the file ends before) or
 * FICHE_ERR_IO; `buf` is then undefined. */
int io_read(struct io_file *f, uint64_t at, void *buf, size_t len,
            struct fiche_error *err);
/* All of it, or FICHE_ERR_IO with an unknown part written. */
int io_write(struct io_file *f, uint64_t at, const void *buf, size_t len,
             struct fiche_error *err);
int io_size(struct io_file *f, uint64_t *out, struct fiche_error *err);
/* On return all written bytes and the size are durable.  After a failure
 * nothing is known of what was written since the last sync, and calling again
 * proves nothing. */
int io_sync(struct io_file *f, struct fiche_error *err);
/* FICHE_ERR_IO with ENOSPC before the first byte is written.  Backends that
 * cannot reserve answer 0. */
int io_reserve(struct io_file *f, uint64_t at, uint64_t len,
               struct fiche_error *err);
/* The one writer's lock, released by closing.  FICHE_ERR_BUSY if it is held. */
int io_lock(struct io_file *f, struct fiche_error *err);
/* FICHE_ERR_IO with ENOENT if `path` no longer leads to this file. */
int io_check_path(struct io_file *f, const char *path, struct fiche_error *err);
/* FICHE_ERR_EXISTS if something has the name, to say so before the work of
 * hours and not after it; it is io_publish() that decides. */
int io_check_free(struct io *io, const char *path, struct fiche_error *err);
/*
 * Name the file and make the name durable; the content must have been synced
 * before.  For IO_CREATE, once.  FICHE_ERR_EXISTS; after FICHE_ERR_IO the file
 * may have the name or not.
 */
int io_publish(struct io_file *f, const char *path, struct fiche_error *err);
/* Let later reads come from the medium: what the cache shows after a failed
 * sync may never have reached it.  Best effort. */
int io_drop_cache(struct io_file *f, struct fiche_error *err);
/* These bytes will be read soon, be it here and there: the medium may begin
 * with them, in its own order.  Best effort. */
void io_expect(struct io_file *f, uint64_t at, uint64_t len);
int io_now(struct io *io, int64_t *seconds, struct fiche_error *err);
int io_random(struct io *io, void *buf, size_t len, struct fiche_error *err);

#endif
