/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spool.h - a segment's logical bytes between being made and being written: in
 * memory while small, else in a scratch file beside the archive.
 */
#ifndef ARCHIVE_SPOOL_H
#define ARCHIVE_SPOOL_H

#include "base/buf.h"
#include "index/build.h"
#include "io/io.h"

#define SPOOL_MEMORY ((size_t)8 << 20)

struct spool {
	struct segment_out out; /* first: what index_merge() writes to */
	struct segment_in in;   /* and what reads it back */
	struct io *io;
	const char *path; /* of the archive; borrowed */
	struct buf memory;
	struct io_file *file; /* NULL while in memory */
	uint64_t len;
};

void spool_init(struct spool *s, struct io *io, const char *path);
void spool_done(struct spool *s);
/* Copy [at, at+len) out. */
int spool_read(struct spool *s, uint64_t at, void *buf, size_t len,
               struct fiche_error *err);

#endif
