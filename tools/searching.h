/* SPDX-License-Identifier: Apache-2.0 */
/* searching.h - a query put to one or more archives, and what they answered. */
#ifndef TOOLS_SEARCHING_H
#define TOOLS_SEARCHING_H

#include "args.h"
#include "fiche/search.h"
#include "reading.h"
#include "search_options.h"

struct searching {
	struct tool *tool;
	const struct args *args;
	const struct search_options *options;
	const char *text; /* of the query */
	struct fiche_query *query;
	struct reading *archives;
	struct fiche_reader **readers; /* the same, for the library */
	size_t count;
	struct fiche_hits *hits; /* NULL: the search failed */
	double seconds;          /* to open and to search */
};

/*
 * Read the operands as ARCHIVE... QUERY.  0, or an exit code after a message;
 * searching_close() in any case.
 */
int searching_init(struct searching *s, struct tool *t, const struct args *a,
                   const struct search_options *o);
/* Open the archives and search them.  As above. */
int searching_run(struct searching *s);
void searching_close(struct searching *s);

#endif
