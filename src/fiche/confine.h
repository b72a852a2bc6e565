/* SPDX-License-Identifier: Apache-2.0 */
/*
 * confine.h - before bytes of strangers are read: give up what reading does
 * not need.
 *
 * For a program, or a process of one, that does nothing but read archives.  If
 * an archive ever took it over, it would find no network, no program to start,
 * no process to look into, and no files but those named here.
 */
#ifndef FICHE_CONFINE_H
#define FICHE_CONFINE_H

#include <stddef.h>

#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Layers that a kernel may lack. */
enum {
	FICHE_LACKS_LANDLOCK = 1 << 0, /* any file can be opened to read it */
	FICHE_LACKS_SECCOMP = 1 << 1,  /* any system call can be made */
};

struct fiche_confine {
	/* Files that are still to be opened, for reading.  One that does not
	 * exist by now is left out. */
	const char *const *files;
	size_t file_count;
	/* Folders in which, and below which, files may be made, changed,
	 * renamed and removed; or a pipe or device to write to.  Without any,
	 * nothing can be opened to write. */
	const char *const *folders;
	size_t folder_count;
	/* An archive, or NULL.  One file without a name is kept for scratch,
	 * beside it or in TMPDIR, if one can be made there: fiche_verify()
	 * needs that for what is large. */
	const char *scratch;
};

/*
 * Confine the calling process for good, which must have one thread; it may
 * start more.  Descriptors that are open stay so.  Afterwards opening another
 * file fails, with EACCES or EPERM; what no reader does (a socket, fork, exec,
 * ptrace) ends the process with SIGSYS; other system calls that reading does
 * not need fail, as on a kernel that has none of them.  There are no core
 * files.
 *
 * Returns the layers that are missing here: 0 if none is.  What can be confined
 * is, in any case.  Nothing is done, and 0 returned, in a build with a
 * sanitizer, which needs files and processes of its own.
 */
FICHE_API unsigned fiche_confine(const struct fiche_confine *c);

#ifdef __cplusplus
}
#endif

#endif
