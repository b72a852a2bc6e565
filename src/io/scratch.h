/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scratch.h - scratch files of a process that can make no files any more.
 *
 * One file without a name is made before, and each scratch file has a part of
 * it; parts are sparse, and used again.
 */
#ifndef IO_SCRATCH_FILES_H
#define IO_SCRATCH_FILES_H

#include "io/io.h"

/* Of one scratch file; all parts together are what ext4 allows a file. */
#define SCRATCH_PART_MAX ((uint64_t)1 << 36)
#define SCRATCH_PARTS    256

/*
 * From here on IO_SCRATCH files of io_posix() are parts of one that is made
 * now, beside `path` or in TMPDIR.  FICHE_ERR_IO if that cannot be; a second
 * call changes nothing.  Before other threads are started.
 */
int scratch_keep(const char *path, struct fiche_error *err);
bool scratch_is_kept(void);

/* 0, -EMFILE (all parts are in use) or -ENOMEM. */
int scratch_take(struct io_file **out);

#endif
