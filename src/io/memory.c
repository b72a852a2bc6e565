/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.c - files in memory, with failures on demand; see memory.h.
 *
 * The one idea: each file remembers which ranges were written since the last
 * sync.  A sync that works copies them to the durable image, one that fails
 * forgets them, as kernels do.
 *
 * Calls check everything and obtain all memory first and change things last,
 * so that a failed call has no effect.
 */

#include "io/memory.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"

#define KINDS 5 /* bits of IO_FAULT_ANY */

#define CLOCK_AT_START 946684800 /* 2000-01-01T00:00:00Z */

struct range {
	uint64_t at;
	size_t len;
};

/* A file.  It lives as long as it has a name, a handle, or log entries. */
struct node {
	struct node *next;
	char *path;    /* or NULL: not published, removed, replaced */
	size_t opened; /* handles on it */
	size_t logged; /* log entries about it */
	struct buf cached;
	struct buf durable;
	struct range *dirty; /* cached, not yet durable */
	size_t dirty_count;
	size_t dirty_cap;
	struct handle *locker;
};

struct handle {
	struct io_file base; /* first, so that the pointers convert */
	struct node *node;
	enum io_mode mode;
	bool published;
};

struct entry {
	struct node *node;
	uint64_t at;
	uint8_t *bytes; /* NULL: a sync, or the name */
	size_t len;
	bool is_name;
};

struct io_memory {
	struct io base; /* first, so that the pointers convert */
	struct node *nodes;
	struct entry *log;
	size_t log_count;
	size_t log_cap;
	size_t chunk;
	uint64_t quota;
	int64_t clock;
	uint64_t seed;
	/* Reads happen in several threads, so what they touch is atomic. */
	atomic_ulong calls[KINDS];
	atomic_ulong fired;
	atomic_long countdown;
	unsigned fault_kinds;
	int fault_error;
	bool fault_for_ever;
};

static struct io_memory *memory_of(struct io *io)
{
	return (struct io_memory *)io;
}

static struct handle *handle_of(struct io_file *f)
{
	return (struct handle *)f;
}

/* Count a call of this kind; -errno if it is the one to fail. */
static int begin(struct io *io, enum io_fault_kind kind)
{
	struct io_memory *m = memory_of(io);
	long left;

	for (unsigned i = 0; i < KINDS; i++)
		if (kind == 1U << i)
			atomic_fetch_add(&m->calls[i], 1);
	if (!(m->fault_kinds & kind))
		return 0;
	left = atomic_fetch_sub(&m->countdown, 1);
	if (left > 0 || (left < 0 && !m->fault_for_ever))
		return 0;
	atomic_fetch_add(&m->fired, 1);
	return -m->fault_error;
}

static struct node *find(const struct io_memory *m, const char *path)
{
	struct node *n;

	for (n = m->nodes; n; n = n->next)
		if (n->path && strcmp(n->path, path) == 0)
			break;
	return n;
}

static void free_node(struct node *n)
{
	alloc_free(n->path);
	buf_done(&n->cached);
	buf_done(&n->durable);
	alloc_free(n->dirty);
	alloc_free(n);
}

/* Drop what nobody can reach any more: the content, or the whole file. */
static void settle(struct io_memory *m, struct node *n)
{
	struct node **link = &m->nodes;

	if (n->path || n->opened)
		return;
	buf_done(&n->cached);
	buf_done(&n->durable);
	if (n->logged)
		return;
	while (*link != n)
		link = &(*link)->next;
	*link = n->next;
	free_node(n);
}

static void unname(struct io_memory *m, struct node *n)
{
	alloc_free(n->path);
	n->path = NULL;
	settle(m, n);
}

static uint64_t bytes_used(const struct io_memory *m)
{
	uint64_t used = 0;

	for (const struct node *n = m->nodes; n; n = n->next)
		used += n->cached.len;
	return used;
}

/* How long `n` may become. */
static uint64_t size_limit(const struct io_memory *m, const struct node *n)
{
	uint64_t used = bytes_used(m);
	uint64_t room = m->quota > used ? m->quota - used : 0;

	return room > PTRDIFF_MAX - n->cached.len ? PTRDIFF_MAX
	                                          : n->cached.len + room;
}

/* Memory for `len` bytes in all; unlike buf_reserve() it may fail twice. */
static int make_room(struct buf *b, size_t len)
{
	if (len <= b->len || buf_reserve(b, len - b->len))
		return 0;
	b->failed = false;
	return -ENOMEM;
}

static void copy_in(struct buf *b, size_t at, const void *bytes, size_t len)
{
	if (b->len < at + len)
		buf_zeros(b, at + len - b->len);
	memcpy(b->ptr + at, bytes, len);
}

static int add_dirty(struct node *n, uint64_t at, size_t len)
{
	struct range *last =
		n->dirty_count ? &n->dirty[n->dirty_count - 1] : NULL;

	if (last && last->at + last->len == at) {
		last->len += len;
		return 0;
	}
	if (alloc_grow(&n->dirty, &n->dirty_cap, n->dirty_count + 1,
	               sizeof(*n->dirty)) < 0)
		return -ENOMEM;
	n->dirty[n->dirty_count++] = (struct range){ at, len };
	return 0;
}

/* `bytes` NULL for what is no write.  A scratch file cannot survive: not
 * logged. */
static int add_log(struct io_memory *m, const struct handle *h, uint64_t at,
                   const void *bytes, size_t len)
{
	uint8_t *copy = NULL;

	if (h->mode == IO_SCRATCH)
		return 0;
	if (alloc_grow(&m->log, &m->log_cap, m->log_count + 1,
	               sizeof(*m->log)) < 0)
		return -ENOMEM;
	if (bytes) {
		copy = alloc_bytes(len);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, bytes, len);
	}
	m->log[m->log_count++] =
		(struct entry){ h->node, at, copy, len, false };
	h->node->logged++;
	return 0;
}

static int memory_open(struct io *io, const char *path, enum io_mode mode,
                       struct io_file **out)
{
	struct io_memory *m = memory_of(io);
	struct handle *h;
	struct node *n;
	int r = begin(io, IO_FAULT_OTHER);

	if (r < 0)
		return r;
	h = alloc_zeroed(1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	if (mode == IO_READ || mode == IO_APPEND) {
		n = find(m, path);
		if (!n) {
			alloc_free(h);
			return -ENOENT;
		}
	} else {
		n = alloc_zeroed(1, sizeof(*n));
		if (!n) {
			alloc_free(h);
			return -ENOMEM;
		}
		n->next = m->nodes;
		m->nodes = n;
	}
	n->opened++;
	h->base.io = io;
	h->node = n;
	h->mode = mode;
	*out = &h->base;
	return 0;
}

static int memory_close(struct io_file *f)
{
	struct handle *h = handle_of(f);
	struct node *n = h->node;

	if (n->locker == h)
		n->locker = NULL;
	n->opened--;
	settle(memory_of(f->io), n);
	alloc_free(h);
	return 0;
}

static size_t short_len(const struct io_memory *m, size_t len)
{
	if (m->chunk == SIZE_MAX)
		return len > 1 ? len - 1 : len;
	return m->chunk && len > m->chunk ? m->chunk : len;
}

/* May run in several threads at once. */
static int memory_read(struct io_file *f, uint64_t at, void *buf, size_t len,
                       size_t *got)
{
	const struct io_memory *m = memory_of(f->io);
	const struct buf *b = &handle_of(f)->node->cached;
	int r = begin(f->io, IO_FAULT_READ);

	*got = 0;
	if (r < 0)
		return r;
	if (at >= b->len)
		return 0;
	if (len > b->len - at)
		len = b->len - (size_t)at;
	len = short_len(m, len);
	memcpy(buf, b->ptr + at, len);
	*got = len;
	return 0;
}

static int memory_write(struct io_file *f, uint64_t at, const void *buf,
                        size_t len, size_t *put)
{
	struct io_memory *m = memory_of(f->io);
	struct handle *h = handle_of(f);
	struct node *n = h->node;
	uint64_t limit;
	int r = begin(f->io, IO_FAULT_WRITE);

	*put = 0;
	if (r < 0)
		return r;
	if (h->mode == IO_READ)
		return -EBADF;
	if (len > PTRDIFF_MAX || at > PTRDIFF_MAX - len)
		return -EFBIG;
	len = short_len(m, len);
	limit = size_limit(m, n);
	if (at + len > n->cached.len && at + len > limit) {
		if (at >= limit)
			return -ENOSPC;
		len = (size_t)(limit - at);
	}
	if (len == 0)
		return 0;

	r = make_room(&n->cached, (size_t)at + len);
	if (r == 0)
		r = add_log(m, h, at, buf, len);
	if (r < 0)
		return r;
	r = add_dirty(n, at, len);
	if (r < 0 && h->mode != IO_SCRATCH) {
		alloc_free(m->log[--m->log_count].bytes);
		n->logged--;
	}
	if (r < 0)
		return r;
	copy_in(&n->cached, (size_t)at, buf, len);
	*put = len;
	return 0;
}

static int memory_size(struct io_file *f, uint64_t *out)
{
	int r = begin(f->io, IO_FAULT_OTHER);

	if (r == 0)
		*out = handle_of(f)->node->cached.len;
	return r;
}

static int memory_sync(struct io_file *f)
{
	struct handle *h = handle_of(f);
	struct node *n = h->node;
	int r = begin(f->io, IO_FAULT_SYNC);

	if (r < 0) {
		/* The pages are clean now, and nobody will write them. */
		if (r != -EINTR)
			n->dirty_count = 0;
		return r;
	}
	r = make_room(&n->durable, n->cached.len);
	if (r == 0)
		r = add_log(memory_of(f->io), h, 0, NULL, 0);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n->dirty_count; i++) {
		const struct range *d = &n->dirty[i];

		copy_in(&n->durable, (size_t)d->at, n->cached.ptr + d->at,
		        d->len);
	}
	n->dirty_count = 0;
	/* The size is durable even where the bytes were lost. */
	buf_zeros(&n->durable, n->cached.len - n->durable.len);
	return 0;
}

static int memory_reserve(struct io_file *f, uint64_t at, uint64_t len)
{
	const struct handle *h = handle_of(f);
	int r = begin(f->io, IO_FAULT_RESERVE);

	if (r < 0)
		return r;
	if (h->mode == IO_READ)
		return -EBADF;
	if (len > PTRDIFF_MAX || at > PTRDIFF_MAX - len)
		return -EFBIG;
	if (at + len > h->node->cached.len &&
	    at + len > size_limit(memory_of(f->io), h->node))
		return -ENOSPC;
	return 0;
}

static int memory_lock(struct io_file *f)
{
	struct handle *h = handle_of(f);
	int r = begin(f->io, IO_FAULT_OTHER);

	if (r < 0)
		return r;
	if (h->mode == IO_READ)
		return -EBADF;
	if (h->node->locker && h->node->locker != h)
		return -EAGAIN;
	h->node->locker = h;
	return 0;
}

static int memory_check_path(struct io_file *f, const char *path)
{
	int r = begin(f->io, IO_FAULT_OTHER);

	if (r < 0)
		return r;
	return find(memory_of(f->io), path) == handle_of(f)->node ? 0 : -ENOENT;
}

static int memory_publish(struct io_file *f, const char *path)
{
	struct io_memory *m = memory_of(f->io);
	struct handle *h = handle_of(f);
	char *name;
	int r = begin(f->io, IO_FAULT_OTHER);

	if (r < 0)
		return r;
	if (h->mode != IO_CREATE || h->published)
		return -EINVAL;
	if (find(m, path))
		return -EEXIST;
	name = alloc_strndup(path, strlen(path));
	if (!name)
		return -ENOMEM;
	r = add_log(m, h, 0, NULL, 0);
	if (r < 0) {
		alloc_free(name);
		return r;
	}
	m->log[m->log_count - 1].is_name = true;
	h->node->path = name;
	h->published = true;
	return 0;
}

static int memory_drop_cache(struct io_file *f)
{
	struct node *n = handle_of(f)->node;
	struct buf fresh = { 0 };
	int r = begin(f->io, IO_FAULT_OTHER);

	if (r < 0)
		return r;
	r = make_room(&fresh, n->cached.len);
	if (r < 0)
		return r;
	/* Dirty pages stay, all others come from the medium. */
	buf_put(&fresh, n->durable.ptr, n->durable.len);
	for (size_t i = 0; i < n->dirty_count; i++) {
		const struct range *d = &n->dirty[i];

		copy_in(&fresh, (size_t)d->at, n->cached.ptr + d->at, d->len);
	}
	buf_zeros(&fresh, n->cached.len - fresh.len);
	buf_done(&n->cached);
	n->cached = fresh;
	return 0;
}

static int memory_now(struct io *io, int64_t *seconds)
{
	int r = begin(io, IO_FAULT_OTHER);

	if (r == 0)
		*seconds = memory_of(io)->clock;
	return r;
}

/* SplitMix64: each seed gives another sequence, without bad ones. */
static int memory_random(struct io *io, void *buf, size_t len)
{
	struct io_memory *m = memory_of(io);
	uint8_t *to = buf;
	int r = begin(io, IO_FAULT_OTHER);

	if (r < 0)
		return r;
	for (size_t i = 0; i < len; i++) {
		uint64_t z = (m->seed += UINT64_C(0x9e3779b97f4a7c15));

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		to[i] = (uint8_t)(z >> 56);
	}
	return 0;
}

static const struct io_ops memory_ops = {
	.open = memory_open,
	.close = memory_close,
	.read = memory_read,
	.write = memory_write,
	.size = memory_size,
	.sync = memory_sync,
	.reserve = memory_reserve,
	.lock = memory_lock,
	.check_path = memory_check_path,
	.publish = memory_publish,
	.drop_cache = memory_drop_cache,
	.now = memory_now,
	.random = memory_random,
};

struct io_memory *io_memory_new(void)
{
	struct io_memory *m = alloc_zeroed(1, sizeof(*m));

	if (!m)
		return NULL;
	m->base.ops = &memory_ops;
	m->quota = UINT64_MAX;
	m->clock = CLOCK_AT_START;
	for (unsigned i = 0; i < KINDS; i++)
		atomic_init(&m->calls[i], 0);
	atomic_init(&m->fired, 0);
	atomic_init(&m->countdown, -1);
	return m;
}

void io_memory_free(struct io_memory *m)
{
	struct node *n, *next;

	if (!m)
		return;
	io_memory_log_clear(m);
	for (n = m->nodes; n; n = next) {
		next = n->next;
		/* A handle left open would point nowhere from here on. */
		assert(n->opened == 0);
		free_node(n);
	}
	alloc_free(m->log);
	alloc_free(m);
}

struct io *io_memory_io(struct io_memory *m)
{
	return &m->base;
}

int io_memory_put(struct io_memory *m, const char *path, const void *bytes,
                  size_t len)
{
	struct node *n = alloc_zeroed(1, sizeof(*n));
	struct node *old;

	if (!n)
		return FICHE_ERR_NOMEM;
	buf_put(&n->cached, bytes, len);
	buf_put(&n->durable, bytes, len);
	n->path = alloc_strndup(path, strlen(path));
	if (!buf_ok(&n->cached) || !buf_ok(&n->durable) || !n->path) {
		free_node(n);
		return FICHE_ERR_NOMEM;
	}
	old = find(m, path);
	if (old)
		unname(m, old);
	n->next = m->nodes;
	m->nodes = n;
	return 0;
}

static bool get(const struct buf *b, const uint8_t **bytes, size_t *len)
{
	/* Never NULL, so that callers may hand it to memcmp(). */
	*bytes = b->ptr ? b->ptr : (const uint8_t *)"";
	*len = b->len;
	return true;
}

bool io_memory_get(struct io_memory *m, const char *path, const uint8_t **bytes,
                   size_t *len)
{
	const struct node *n = find(m, path);

	return n && get(&n->cached, bytes, len);
}

bool io_memory_get_durable(struct io_memory *m, const char *path,
                           const uint8_t **bytes, size_t *len)
{
	const struct node *n = find(m, path);

	return n && get(&n->durable, bytes, len);
}

void io_memory_remove(struct io_memory *m, const char *path)
{
	struct node *n = find(m, path);

	if (n)
		unname(m, n);
}

void io_memory_fail(struct io_memory *m, unsigned kinds, long countdown,
                    int error, bool for_ever)
{
	m->fault_kinds = countdown < 0 ? IO_FAULT_NONE : kinds;
	m->fault_error = error;
	m->fault_for_ever = for_ever;
	atomic_store(&m->countdown, countdown);
	atomic_store(&m->fired, 0);
}

unsigned long io_memory_faults_fired(const struct io_memory *m)
{
	return atomic_load(&m->fired);
}

unsigned long io_memory_calls(const struct io_memory *m, unsigned kinds)
{
	unsigned long sum = 0;

	for (unsigned i = 0; i < KINDS; i++)
		if (kinds & 1U << i)
			sum += atomic_load(&m->calls[i]);
	return sum;
}

void io_memory_set_chunk(struct io_memory *m, size_t bytes)
{
	m->chunk = bytes;
}

void io_memory_set_quota(struct io_memory *m, uint64_t bytes)
{
	m->quota = bytes;
}

void io_memory_set_clock(struct io_memory *m, int64_t seconds)
{
	m->clock = seconds;
}

size_t io_memory_log_count(const struct io_memory *m)
{
	return m->log_count;
}

struct io_logged io_memory_log_at(const struct io_memory *m, size_t i)
{
	const struct entry *e = &m->log[i];

	return (struct io_logged){
		.path = e->node->path ? e->node->path : "",
		.at = e->at,
		.bytes = e->bytes,
		.len = e->len,
		.is_sync = e->bytes == NULL && !e->is_name,
		.is_name = e->is_name,
	};
}

void io_memory_log_clear(struct io_memory *m)
{
	for (size_t i = 0; i < m->log_count; i++) {
		struct entry *e = &m->log[i];

		alloc_free(e->bytes);
		e->node->logged--;
		settle(m, e->node);
	}
	m->log_count = 0;
}
