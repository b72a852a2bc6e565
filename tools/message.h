/* SPDX-License-Identifier: Apache-2.0 */
/*
 * message.h - what goes to standard error, and what the program exits with.
 *
 * "fiche: COMMAND: WHERE: WHAT", then at most one "hint: " line.  Every byte
 * that could disturb a terminal is spelled out.  Several problems may be met
 * in one run; the exit code is the gravest of them by a fixed order.
 */
#ifndef TOOLS_MESSAGE_H
#define TOOLS_MESSAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "fiche/fiche.h"

enum exit_code {
	RC_DONE = 0,
	RC_NOTHING = 1, /* nothing matched */
	RC_USAGE = 2,
	RC_REJECTS = 3, /* done, but something was left out */
	RC_DAMAGED = 4,
	RC_IO = 5,
	RC_UNSUPPORTED = 6,
	RC_BUSY = 7,
	RC_UNTRUSTED = 8,
	RC_LIMIT = 9,
	RC_SIGNAL = 128, /* and the number of the signal */
};

/* One run of the program. */
struct tool {
	char **argv;         /* as main() got it */
	const char *command; /* NULL before it is known */
	bool quiet;          /* errors only */
	bool silent;         /* not even those: the exit code says it all */
	bool bar_drawn;      /* a progress bar stands in the terminal's line */
	int exit_code;       /* the gravest so far */
};

/* The exit code becomes `code` if that is graver.  Returns `code`. */
int tool_raise(struct tool *t, int code);
/* The exit code that belongs to a fiche_status. */
int exit_code_of(int status);

/* An error.  `where` may be NULL. */
void complain(struct tool *t, const char *where, const char *fmt, ...)
	FICHE_PRINTF(3, 4);
/* Worth knowing; not printed with --quiet. */
void note(struct tool *t, const char *where, const char *fmt, ...)
	FICHE_PRINTF(3, 4);
/* What to do about the message before. */
void hint(struct tool *t, const char *fmt, ...) FICHE_PRINTF(2, 3);
void note_hint(struct tool *t, const char *fmt, ...) FICHE_PRINTF(2, 3);

/* A mistake in the command line, with a pointer to --help: RC_USAGE. */
int usage(struct tool *t, const char *fmt, ...) FICHE_PRINTF(2, 3);
int out_of_memory(struct tool *t);
/* A file that the system refused, with errno: RC_IO. */
int system_failed(struct tool *t, const char *path, int e);
/* What the library answered about `path`, as PATH@OFFSET where it knows. */
int library_failed(struct tool *t, const char *path, int status,
                   const struct fiche_error *err);

#endif
