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
 * What --parity asks for at the end of a command that has written `path`, and,
 * without it, what `path` had before: an archive that is protected stays so.
 */
int protecting_go_on(struct protecting *p, const char *path);

/* "protected 8.1 MB (std), +1.1 MB of parity" */
void protecting_describe(const struct protecting *p, struct str *s);
/* ,"protected_bytes":1,... of a summary. */
void protecting_json(const struct protecting *p, struct str *s);

#endif
