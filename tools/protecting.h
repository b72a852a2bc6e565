/* SPDX-License-Identifier: Apache-2.0 */
/* protecting.h - parity as protect, pack and others add it. */
#ifndef TOOLS_PROTECTING_H
#define TOOLS_PROTECTING_H

#include "args.h"
#include "fiche/parity.h"
#include "message.h"
#include "str.h"

struct protecting {
	struct tool *tool;
	const struct args *args;
	struct fiche_protect_options options;
	struct fiche_protect_report report;
	bool done; /* there was something to protect, and it was */
};

/* "lite", "std" or "arch"; another, or NULL: FICHE_PARITY_OTHER. */
enum fiche_parity protecting_profile(const char *word);
const char *protecting_name(enum fiche_parity profile);
/* Set the clock from the options.  0 or RC_USAGE after a message. */
int protecting_init(struct protecting *p, struct tool *t, const struct args *a);
/* Protect what is new in `path`.  0, or an exit code after a message. */
int protecting_run(struct protecting *p, const char *path);

/*
 * At the end of a command that has written `path`: what --parity asks for.
 * Without it an archive that is protected stays so, and so does one that is
 * made of `from`, which may be NULL.  Raises the exit code; what `out` counts
 * is brought up to date.
 */
void protecting_finish(struct protecting *p, struct fiche_writer_stats *out,
                       const char *path, struct fiche_reader *from);

/* "  protected 8.1 MB (std), ..." if anything was. */
void protecting_print(const struct protecting *p);
/* "protected 8.1 MB (std), +1.1 MB of parity" */
void protecting_describe(const struct protecting *p, struct str *s);
/* ,"protected_bytes":1,... of a summary. */
void protecting_json(const struct protecting *p, struct str *s);

#endif
