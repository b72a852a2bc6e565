/* SPDX-License-Identifier: Apache-2.0 */
/*
 * place.h - names in the file system: a file or folder is made under a
 * temporary name beside its own, and gets its own when it is whole.
 */
#ifndef EXPORT_PLACE_H
#define EXPORT_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "fiche/error.h"

/*
 * Create a new file, or a folder, under a temporary name beside `path`; its
 * name is the caller's to free.  Folders answer *fd = -1.  FICHE_ERR_IO or
 * FICHE_ERR_NOMEM.
 */
int place_begin(char **temp, int *fd, const char *path, bool folder,
                struct fiche_error *err);

/*
 * Give `temp` its name and make the name durable.  The content is durable
 * before.  FICHE_ERR_EXISTS (also with `overwrite`, if a folder with something
 * in it is in the way), or FICHE_ERR_IO.
 */
int place_publish(const char *temp, const char *path, bool overwrite,
                  struct fiche_error *err);

/* FICHE_ERR_EXISTS if place_publish() would say so now. */
int place_check(const char *path, bool overwrite, struct fiche_error *err);

/* Make everything below a folder durable. */
int place_sync_tree(const char *path, struct fiche_error *err);

/* Regular files below `path` (or itself) and their bytes, added. */
void place_measure(const char *path, uint64_t *files, uint64_t *bytes);

/* Remove a file, or a folder with all that is in it; links are not followed. */
void place_remove(const char *path);

#endif
