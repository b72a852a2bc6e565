/* SPDX-License-Identifier: Apache-2.0 */
/*
 * out.h - a file being written: buffered, compressed if wanted, counted, and
 * only under its name when it is whole.
 */
#ifndef EXPORT_OUT_H
#define EXPORT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"
#include "fiche/export.h"

struct out;

/*
 * Write to `path` (by way of a temporary name beside it; a device or a pipe
 * directly), or to standard output if it is NULL.  AUTO looks at the ending.
 * Returns 0, FICHE_ERR_EXISTS unless `overwrite`, FICHE_ERR_IO or
 * FICHE_ERR_NOMEM.
 */
int out_open(struct out **out, const char *path, bool overwrite,
             enum fiche_export_compress compress, struct fiche_error *err);

/* A new file in a folder that is made under a temporary name as a whole: not
 * compressed, no name of its own, not made durable here. */
int out_open_in_folder(struct out **out, int folder, const char *name,
                       struct fiche_error *err);

/* What AUTO means for a path, which may be NULL. */
enum fiche_export_compress out_guess(const char *path,
                                     enum fiche_export_compress compress);

/* A failure is kept and comes back from every later call, also from
 * out_finish(); so a caller may ask only once. */
int out_put(struct out *o, const void *bytes, size_t len,
            struct fiche_error *err);

/* End a member: what follows begins a new gzip member or zstd frame.  Does
 * nothing in a file of xz, or one that is not compressed. */
int out_cut(struct out *o, struct fiche_error *err);

/* Bytes given so far, and bytes stored so far. */
uint64_t out_taken(const struct out *o);
uint64_t out_stored(const struct out *o);

/* Write all, make it durable, give it its name. */
int out_finish(struct out *o, struct fiche_error *err);

/* Without out_finish() before, nothing is left behind.  Accepts NULL. */
void out_free(struct out *o);

#endif
