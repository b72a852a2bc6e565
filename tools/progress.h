/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - how far it is: one line on the terminal, drawn again at most
 * five times a second.  Where standard error is no terminal nothing is drawn.
 */
#ifndef TOOLS_PROGRESS_H
#define TOOLS_PROGRESS_H

#include "args.h"
#include "message.h"

struct progress {
	struct tool *tool;
	const char *doing; /* "packing" */
	const char *noun;  /* "article"; NULL: not counted */
	bool shown;
	double began; /* seconds on a clock that only goes forward */
	double drawn;
	uint64_t done, total; /* bytes; total 0: not known */
	bool no_rate;         /* done is no number of bytes */
	uint64_t count;
	uint64_t in, out; /* bytes before and after compression */
};

/* Reads --progress. */
void progress_begin(struct progress *p, struct tool *t, const struct args *a,
                    const char *doing, const char *noun);
/* Call as often as you like after changing the figures. */
void progress_update(struct progress *p);
/* The same with new figures, as libfiche tells them. */
void progress_to(struct progress *p, uint64_t done, uint64_t total);
/* Print the same as a plain line now, whatever --progress says. */
void progress_line(struct progress *p);
/* Wipe the bar away. */
void progress_end(struct progress *p);
/* Seconds since progress_begin(). */
double progress_seconds(const struct progress *p);

#endif
