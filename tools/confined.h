/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confined.h - before an archive is opened, a command gives up what it will not
 * need: its bytes may be anybody's.
 */
#ifndef TOOLS_CONFINED_H
#define TOOLS_CONFINED_H

#include <stdbool.h>
#include <stddef.h>

#include "message.h"
#include "str.h"

/* What is needed of the file system from here on: names, each with its NUL. */
struct needs {
	struct str files;    /* to be read */
	struct str folders;  /* to make files in */
	const char *scratch; /* an archive that is verified in full, or NULL */
};

void needs_file(struct needs *n, const char *path);
/* The file that may lie beside an archive: "ARCHIVE.checkpoint". */
void needs_checkpoint(struct needs *n, const char *archive);
void needs_folder(struct needs *n, const char *path);
/* The folder that `path` is in, or `path` if it is a device or a pipe; and the
 * one for scratch files where it does not take them. */
void needs_folder_of(struct needs *n, const char *path);

/*
 * There is nothing else from here on, and no way back.  `n` is done in any
 * case. Where the kernel cannot do that it goes on, with a note if `aloud`: for
 * commands that are there for archives of doubtful origin.  0, or an exit code
 * after a message.
 */
int confine(struct tool *t, struct needs *n, bool aloud);

/* The common case: these files are read. */
int confine_reading(struct tool *t, char *const *files, size_t count);
/* And one is made of them: `out`, or nothing but output if that is NULL. */
int confine_copying(struct tool *t, char *const *files, size_t count,
                    const char *out, bool aloud);

#endif
