/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hits.h - what a search found, for people: a line for each article, and below
 * it the passage of its text where the words stand, with the words marked.
 *
 * On a terminal nothing is longer than its line; elsewhere nothing is cut.
 * Words are marked by colour, or by the quotation marks U+00AB and U+00BB.
 */
#ifndef TOOLS_HITS_H
#define TOOLS_HITS_H

#include <stdbool.h>
#include <stddef.h>

#include "fiche/fiche.h"
#include "fiche/search.h"
#include "str.h"

struct hit_lines {
	const struct fiche_hits *hits;
	bool terminal;
	size_t columns; /* of the terminal */
	bool color;
	size_t context;         /* characters of a passage; 0: none is shown */
	bool short_passages;    /* on a terminal: no more than two lines */
	size_t archive_columns; /* of the widest name; 0: names are not shown */
	struct str line, text;  /* scratch */
};

/* Print one; `archive` is its name.  false when out of memory. */
bool hit_lines_add(struct hit_lines *l, const struct fiche_article *a,
                   const char *archive);
void hit_lines_done(struct hit_lines *l);

/* Append the passage as one line with quotation marks; nothing is escaped. */
void hit_passage(struct str *out, const struct fiche_hits *h,
                 const struct fiche_article *a, size_t context);

#endif
