/* SPDX-License-Identifier: Apache-2.0 */
/* out.c - a file being written; see out.h. */

#include "export/out.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "export/beneath.h"
#include "export/place.h"
#include "export/squeeze.h"

#define BUFFER ((size_t)1 << 16)

struct out {
	int fd;
	bool borrowed; /* standard output: not ours to close */
	bool overwrite;
	char *path;
	char *temp; /* NULL: written under its own name */
	enum fiche_export_compress kind;
	struct squeeze *squeeze;
	bool in_member;
	bool any_member;
	uint8_t *buffer;
	size_t used;
	uint64_t taken, stored;
	struct fiche_error why; /* code 0: nothing failed yet */
};

static bool ends_with(const char *path, const char *ending)
{
	size_t len = strlen(path), tail = strlen(ending);

	return len > tail && strcmp(path + len - tail, ending) == 0;
}

enum fiche_export_compress out_guess(const char *path,
                                     enum fiche_export_compress compress)
{
	if (compress != FICHE_COMPRESS_AUTO)
		return compress;
	if (!path)
		return FICHE_COMPRESS_NONE;
	if (ends_with(path, ".gz"))
		return FICHE_COMPRESS_GZIP;
	if (ends_with(path, ".zst"))
		return FICHE_COMPRESS_ZSTD;
	return ends_with(path, ".xz") ? FICHE_COMPRESS_XZ : FICHE_COMPRESS_NONE;
}

/* A device or a pipe has its name already, and keeps it. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) &&
	       !S_ISDIR(st.st_mode);
}

static int open_place(struct out *o, const char *path, struct fiche_error *err)
{
	int r;

	if (is_special(path)) {
		o->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		return o->fd < 0 ? err_sys(err, errno, "cannot create it") : 0;
	}
	o->path = alloc_strndup(path, strlen(path));
	if (!o->path)
		return err_nomem(err);
	r = place_check(path, o->overwrite, err);
	return r < 0 ? r : place_begin(&o->temp, &o->fd, path, false, err);
}

/* Nothing is open yet. */
static int make(struct out **out, enum fiche_export_compress kind,
                struct fiche_error *err)
{
	struct out *o = alloc_zeroed(1, sizeof(*o));
	int r = 0;

	if (!o)
		return err_nomem(err);
	o->fd = -1;
	o->kind = kind;
	o->buffer = alloc_bytes(BUFFER);
	if (!o->buffer)
		r = err_nomem(err);
	if (r == 0 && o->kind != FICHE_COMPRESS_NONE)
		r = squeeze_new(&o->squeeze, o->kind, err);
	if (r < 0)
		out_free(o);
	else
		*out = o;
	return r;
}

int out_open(struct out **out, const char *path, bool overwrite,
             enum fiche_export_compress compress, struct fiche_error *err)
{
	struct out *o = NULL;
	int r = make(&o, out_guess(path, compress), err);

	if (r < 0)
		return r;
	o->overwrite = overwrite;
	if (path) {
		r = open_place(o, path, err);
	} else {
		o->fd = STDOUT_FILENO;
		o->borrowed = true;
	}
	if (r < 0)
		out_free(o);
	else
		*out = o;
	return r;
}

int out_open_in_folder(struct out **out, int folder, const char *name,
                       struct fiche_error *err)
{
	struct out *o = NULL;
	int r = make(&o, FICHE_COMPRESS_NONE, err);

	if (r < 0)
		return r;
	o->fd = beneath_create(folder, name);
	if (o->fd < 0) {
		r = errno == EEXIST ? err_set(err, FICHE_ERR_EXISTS,
		                              FICHE_NOWHERE, "already exists")
		                    : err_sys(err, errno, "cannot create it");
		out_free(o);
		return r;
	}
	*out = o;
	return 0;
}

/* Keep the failure for later calls, too. */
static int failed(struct out *o, int r, struct fiche_error *err)
{
	o->why.code = r;
	if (err)
		*err = o->why;
	return r;
}

/* 0 or an errno. */
static int wait_writable(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	return poll(&p, 1, -1) < 0 && errno != EINTR ? errno : 0;
}

static int write_all(struct out *o, const uint8_t *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(o->fd, bytes, len);
		int e = n < 0 ? errno : 0;

		if (e == EAGAIN)
			e = wait_writable(o->fd);
		else if (e == EINTR)
			e = 0;
		if (e != 0)
			return err_sys(&o->why, e, "cannot write");
		if (n > 0) {
			bytes += n;
			len -= (size_t)n;
			o->stored += (uint64_t)n;
		}
	}
	return 0;
}

static int flush(struct out *o)
{
	size_t len = o->used;

	o->used = 0;
	return write_all(o, o->buffer, len);
}

static int put_plain(struct out *o, const uint8_t *bytes, size_t len)
{
	int r = 0;

	if (len > BUFFER - o->used)
		r = flush(o);
	if (r == 0 && len >= BUFFER)
		return write_all(o, bytes, len);
	if (r == 0 && len > 0) {
		memcpy(o->buffer + o->used, bytes, len);
		o->used += len;
	}
	return r;
}

static int put_squeezed(struct out *o, const uint8_t *bytes, size_t len,
                        bool end)
{
	bool done = false;

	while (!done) {
		uint8_t *to = o->buffer + o->used;
		size_t room = BUFFER - o->used;
		int r = squeeze_step(o->squeeze, &bytes, &len, &to, &room, end,
		                     &done, &o->why);

		o->used = BUFFER - room;
		if (r == 0 && room == 0)
			r = flush(o);
		if (r < 0)
			return r;
	}
	o->in_member = !end;
	o->any_member = true;
	return 0;
}

int out_put(struct out *o, const void *bytes, size_t len,
            struct fiche_error *err)
{
	int r;

	if (o->why.code < 0)
		return failed(o, o->why.code, err);
	if (len == 0)
		return 0;
	o->taken += len;
	r = o->squeeze ? put_squeezed(o, bytes, len, false)
	               : put_plain(o, bytes, len);
	return r < 0 ? failed(o, r, err) : 0;
}

static int end_member(struct out *o, struct fiche_error *err)
{
	int r;

	if (o->why.code < 0)
		return failed(o, o->why.code, err);
	if (!o->squeeze || (!o->in_member && o->any_member))
		return 0;
	r = put_squeezed(o, NULL, 0, true);
	return r < 0 ? failed(o, r, err) : 0;
}

int out_cut(struct out *o, struct fiche_error *err)
{
	/* Of xz a new stream each time would cost more than it gives. */
	if (!o->in_member || o->kind == FICHE_COMPRESS_XZ)
		return o->why.code < 0 ? failed(o, o->why.code, err) : 0;
	return end_member(o, err);
}

uint64_t out_taken(const struct out *o)
{
	return o->taken;
}

uint64_t out_stored(const struct out *o)
{
	return o->stored;
}

int out_finish(struct out *o, struct fiche_error *err)
{
	int r = end_member(o, err);

	if (r < 0)
		return r;
	r = flush(o);
	if (r == 0 && o->temp && fsync(o->fd) != 0)
		r = err_sys(&o->why, errno, "cannot make it durable");
	if (r == 0 && !o->borrowed) {
		/* A file system over the network may refuse only now. */
		if (close(o->fd) != 0 && errno != EINTR)
			r = err_sys(&o->why, errno, "cannot write");
		o->fd = -1;
	}
	if (r == 0 && o->temp)
		r = place_publish(o->temp, o->path, o->overwrite, &o->why);
	if (r < 0)
		return failed(o, r, err);
	alloc_free(o->temp);
	o->temp = NULL;
	return 0;
}

void out_free(struct out *o)
{
	if (!o)
		return;
	if (o->fd >= 0 && !o->borrowed)
		(void)close(o->fd);
	if (o->temp)
		(void)unlink(o->temp);
	squeeze_free(o->squeeze);
	alloc_free(o->temp);
	alloc_free(o->path);
	alloc_free(o->buffer);
	alloc_free(o);
}
