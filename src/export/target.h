/* SPDX-License-Identifier: Apache-2.0 */
/* target.h - one file or folder of a format, from the first article to its
 * name. */
#ifndef EXPORT_TARGET_H
#define EXPORT_TARGET_H

#include "export/format.h"

struct target {
	const struct export_format *format;
	struct export_writer *writer;
	struct out *out;
	char *path;  /* NULL: standard output */
	char *stage; /* a folder beside it, where what is no stream is made */
	char *inner; /* its name in there */
};

/*
 * A zeroed struct is one that is not open.  `path` is copied.  On failure, and
 * behind target_close(), it is not open; then nothing is left behind but, after
 * success, the file.
 */
int target_open(struct target *t, const struct export_format *format,
                const char *path, size_t hold,
                const struct fiche_export_options *opt,
                struct fiche_error *err);
int target_add(struct target *t, const struct export_article *a,
               struct fiche_error *err);
/* Finish, and add to the figures. */
int target_close(struct target *t, const struct fiche_export_options *opt,
                 struct fiche_export_stats *stats, struct fiche_error *err);
/* Give up what is open. */
void target_done(struct target *t);

#endif
