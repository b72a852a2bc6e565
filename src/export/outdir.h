/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outdir.h - a new folder being filled with files.
 *
 * Names are made by ourselves: they have no foreign text in them that was not
 * made safe, and links that somebody puts there are not followed.  Nothing is
 * made durable here (see place_sync_tree).
 */
#ifndef EXPORT_OUTDIR_H
#define EXPORT_OUTDIR_H

#include "base/buf.h"
#include "export/out.h"

struct outdir {
	int fd;
};

/* Make the folder; outdir_done() in any case. */
int outdir_init(struct outdir *f, const char *root, struct fiche_error *err);
void outdir_done(struct outdir *f);

/* Make a folder inside, if it is not there yet. */
int outdir_sub(struct outdir *f, const char *name, struct fiche_error *err);
/* A new file inside, to be written and finished by the caller. */
int outdir_open(struct outdir *f, struct out **out, const char *name,
                struct fiche_error *err);
/* A whole new file.  A buffer that ran out of memory is reported. */
int outdir_put(struct outdir *f, const char *name, const struct buf *content,
               struct fiche_error *err);

#endif
