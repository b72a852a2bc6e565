/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copying.h - an archive that is made of others: what merge, compact and split
 * have in common.
 */
#ifndef TOOLS_COPYING_H
#define TOOLS_COPYING_H

#include "args.h"
#include "fiche/fiche.h"
#include "progress.h"
#include "reading.h"

struct copying {
	struct tool *tool;
	const struct args *args;
	const char *path; /* of what is made */
	struct fiche_writer_options writer_options;
	uint8_t uuid[16];
	bool dense;
	struct progress progress;
	struct reading *source;                   /* that is read now */
	bool (*take)(void *ctx, uint64_t number); /* NULL: all */
	void *take_ctx;

	struct fiche_writer *writer;
	bool created;
	uint64_t bytes_before;
	struct fiche_writer_stats out;
	struct fiche_copy_stats sum; /* of all sources */
	uint64_t inputs, inputs_failed;
};

/* Read the options of what is made at `path`.  0 or RC_USAGE after a message.
 */
int copying_init(struct copying *c, struct tool *t, const struct args *a,
                 const char *path);
/* What the options leave open is as in the archive that is copied. */
void copying_like(struct copying *c, const struct fiche_info *from);
/* Open the writer: 0, or an exit code after a message. */
int copying_open(struct copying *c);
/* Copy one source.  What is lost in it is said, and no failure.  0, or an exit
 * code after a message: then only copying_close() makes sense. */
int copying_add(struct copying *c, struct reading *source);
/* Commit. */
int copying_commit(struct copying *c);
/* Close.  A new archive that no commit was made in is removed if `failed`. */
void copying_close(struct copying *c, bool failed);

/* ,"records":1,... of a summary. */
struct str;
void copying_json(const struct copying *c, struct str *s);
/* The second line of a summary, if there is something to say. */
void copying_rest(const struct copying *c);

#endif
