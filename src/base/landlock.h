/* SPDX-License-Identifier: Apache-2.0 */
/*
 * landlock.h - a process gives up all files but those that it names.
 *
 * What is open already stays open, and looking (stat) is still possible.
 */
#ifndef BASE_LANDLOCK_H
#define BASE_LANDLOCK_H

#include "fiche/error.h"

#define LANDLOCK_TRUNCATES 3 /* the version that knows of emptying files */

struct landlock {
	int fd; /* -1: this kernel has none, and nothing will happen */
	unsigned version;
};

/* Nothing is allowed yet.  0, or 1 if there is no Landlock here, whoever it is
 * that refuses it; FICHE_ERR_IO. */
int landlock_begin(struct landlock *out, struct fiche_error *err);
/* A file that may be read.  One that is not there is left out. */
void landlock_read(const struct landlock *l, const char *path);
/* A folder, and all below it, in which anything may be done with files but
 * running them, and devices, pipes and sockets cannot be made.  Or a device or
 * pipe that is there already. */
void landlock_write(const struct landlock *l, const char *path);
/* From here on, for this thread and those it starts.  Needs
 * PR_SET_NO_NEW_PRIVS.  0 or FICHE_ERR_IO; `l` is done in any case. */
int landlock_end(struct landlock *l, struct fiche_error *err);

#endif
