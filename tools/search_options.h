/* SPDX-License-Identifier: Apache-2.0 */
/* search_options.h - what fiche search was asked for. */
#ifndef TOOLS_SEARCH_OPTIONS_H
#define TOOLS_SEARCH_OPTIONS_H

#include "args.h"
#include "fiche/search.h"
#include "listing.h"
#include "select.h"
#include "stem.h"

#define FACETS_MAX 8

struct facet_wish {
	char field; /* as fiche_hits_facet() wants it */
	size_t limit;
};

/* Stays where it is: `lib` points into it. */
struct search_options {
	struct fiche_search_options lib;
	struct selection selection;
	bool narrows; /* something of the selection leaves articles out */
	struct stem stem;
	struct listing listing;
	bool lines;     /* for people; else rows or JSON of `listing` */
	bool json;      /* objects, with a summary as the last one */
	bool count;     /* no articles, only how many */
	size_t context; /* characters of a passage; 0: none */
	struct facet_wish facets[FACETS_MAX];
	size_t facet_count;
	bool histogram;
	enum fiche_unit unit;
};

/* 0, or an exit code after a message; search_options_done() in any case. */
int search_options_read(struct search_options *o, struct tool *t,
                        const struct args *a);
void search_options_done(struct search_options *o);

#endif
