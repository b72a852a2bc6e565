/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select.h - which articles: the flags shared by all reading commands, and the
 * words that name one article.
 */
#ifndef TOOLS_SELECT_H
#define TOOLS_SELECT_H

#include "args.h"
#include "fiche/fiche.h"
#include "reading.h"

struct selection {
	struct fiche_selection lib;
	const char **words;  /* memory of the lists in `lib` */
	bool versions_given; /* --latest, --first, --all-versions or --at */
	bool reverse;
	uint64_t limit; /* of lib.limit, which --reverse cannot use */
};

/* 0, or an exit code after a message; selection_done() in any case. */
int selection_init(struct selection *out, struct tool *t, const struct args *a);
void selection_done(struct selection *s);

/* Numbers of articles, in the order to print them. */
struct picks {
	struct fiche_results *results;
	uint64_t count;
	uint64_t withdrawn; /* named, left out, and said to be so */
	bool backwards;
};

/* All articles of the selection; `out` may be empty.  0 or an exit code after a
 * message; picks_done() in any case. */
int picks_all(struct picks *out, struct reading *ar, const struct selection *s);
/* Those that `word` names within the selection.  RC_NOTHING after a message if
 * there are none. */
int picks_named(struct picks *out, struct reading *ar,
                const struct selection *s, const char *word);
uint64_t picks_number(const struct picks *p, uint64_t i);
/* Older versions that were left out. */
uint64_t picks_older(const struct picks *p);
void picks_done(struct picks *p);

#endif
