/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory.h - a file system in memory whose every failure is on demand.
 *
 * Each file has two images: what reads see (cached) and what has survived the
 * last sync (durable).  Writes since then are kept as a log, so that a test can
 * build any state a power cut may leave.  Everything is deterministic: the
 * clock stands still unless set, random bytes come from a seed.
 *
 * It is as unhelpful as a real system may be.  A sync that fails loses what was
 * written since the last one: reads go on to show it until the cache is
 * dropped, later syncs succeed, and the durable image has zeros there.
 * Publishing makes the name durable at once, but not the content.
 *
 * Threads: as io.h says.  The functions here are for one thread at a time, and
 * not beside any other use of the same memory.
 */
#ifndef IO_MEMORY_H
#define IO_MEMORY_H

#include "io/io.h"

struct io_memory;

/* Which calls a fault hits. */
enum io_fault_kind {
	IO_FAULT_NONE = 0,
	IO_FAULT_READ = 1,
	IO_FAULT_WRITE = 2,
	IO_FAULT_SYNC = 4,
	IO_FAULT_RESERVE = 8,
	IO_FAULT_OTHER = 16, /* all others but close, which cannot fail */
	IO_FAULT_ANY = 31,
};

/* One write, or one sync or publishing (len 0), in the order they happened. */
struct io_logged {
	const char *path; /* the file's name by now; "" for none */
	uint64_t at;
	const uint8_t *bytes;
	size_t len;
	bool is_sync;
	bool is_name;
};

struct io_memory *io_memory_new(void); /* NULL: out of memory */
/* All its files are closed before. */
void io_memory_free(struct io_memory *m);
struct io *io_memory_io(struct io_memory *m);

/* Set or replace the file `path`; both images, not logged.  Who has the old
 * file open keeps it.  0 or FICHE_ERR_NOMEM. */
int io_memory_put(struct io_memory *m, const char *path, const void *bytes,
                  size_t len);
/* The cached image, borrowed until the next call on `m`.  False if there is no
 * such file. */
bool io_memory_get(struct io_memory *m, const char *path, const uint8_t **bytes,
                   size_t *len);
/* The same for what a power cut right now would certainly leave. */
bool io_memory_get_durable(struct io_memory *m, const char *path,
                           const uint8_t **bytes, size_t *len);
void io_memory_remove(struct io_memory *m, const char *path);

/*
 * Let the call number `countdown` (0 = the next) of these kinds fail with
 * `error` (an errno) and without effect, once or for ever.  It replaces the
 * fault set before; a negative countdown turns it off.
 */
void io_memory_fail(struct io_memory *m, unsigned kinds, long countdown,
                    int error, bool for_ever);
/* Failures delivered since the last io_memory_fail(). */
unsigned long io_memory_faults_fired(const struct io_memory *m);
/* Calls of these kinds since the start, failed ones included. */
unsigned long io_memory_calls(const struct io_memory *m, unsigned kinds);
/* Reads and writes move at most this many bytes a call; 0 = no bound, SIZE_MAX:
 * all but the last byte of what is asked for. */
void io_memory_set_chunk(struct io_memory *m, size_t bytes);
/* ENOSPC once all files together would exceed this; UINT64_MAX = no bound.
 * The write that meets the bound is short, the next one fails. */
void io_memory_set_quota(struct io_memory *m, uint64_t bytes);
/* Until then it is midnight of 1 January 2000 UTC. */
void io_memory_set_clock(struct io_memory *m, int64_t seconds);

/* The log of named and unnamed files since io_memory_new() or the last
 * io_memory_log_clear(); scratch files and failed calls are not logged. */
size_t io_memory_log_count(const struct io_memory *m);
/* Borrowed until io_memory_log_clear(), `path` until the next call on `m`. */
struct io_logged io_memory_log_at(const struct io_memory *m, size_t i);
void io_memory_log_clear(struct io_memory *m);

#endif
