/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reading.h - an archive opened for reading, with what must be said about its
 * state, and the tally of what could not be read in it.
 */
#ifndef TOOLS_READING_H
#define TOOLS_READING_H

#include "args.h"
#include "fiche/fiche.h"
#include "message.h"
#include "str.h"

/* Articles that failed for the same reason at the same place. */
struct losses {
	uint64_t first, last; /* numbers */
	uint64_t count;
	bool gaps; /* not every number between them */
	int status;
	struct fiche_error err;
};

struct reading {
	const char *path;
	struct tool *tool;
	struct fiche_reader *reader;
	struct fiche_view *view;
	struct fiche_info info;
	struct losses losses;
};

/*
 * Open with --commit and --recover, and warn about damage and interrupted
 * appends.  0, or an exit code after a message; reading_close() in any case.
 */
int reading_open(struct reading *out, struct tool *t, const struct args *a,
                 const char *path);
void reading_close(struct reading *ar);

/* "redacted on DATE by AUTHORITY: REASON"; the same of withdrawn ones. */
void reading_say_redacted(struct str *out, const struct fiche_article *a);
void reading_say_withdrawn(struct str *out, const struct fiche_statement *s);

/*
 * An article could not be read.  Said at once or with its neighbours, at the
 * latest by reading_losses().  false: going on makes no sense.
 */
bool reading_lost(struct reading *ar, uint64_t number, int status,
                  const struct fiche_error *err);
void reading_losses(struct reading *ar);

#endif
