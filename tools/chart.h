/* SPDX-License-Identifier: Apache-2.0 */
/*
 * chart.h - how the matches of a search are spread: bars for the names of a
 * field or along time, or the same as JSON Lines.
 */
#ifndef TOOLS_CHART_H
#define TOOLS_CHART_H

#include <stdbool.h>
#include <stddef.h>

#include "fiche/fiche.h"
#include "fiche/search.h"

struct chart_style {
	bool json;
	bool terminal;
	size_t columns; /* of the terminal, or what is taken for it */
	bool color;
};

/* A field by its name in options (source, tag, lang, author); 0 if unknown. */
char chart_field(const char *name, size_t len);

/*
 * Print one.  0, a failure of the library, or FICHE_ERR_NOMEM.
 */
int chart_facet(const struct fiche_hits *h, char field, size_t limit,
                const struct chart_style *style, struct fiche_error *err);
int chart_histogram(const struct fiche_hits *h, enum fiche_unit unit,
                    const struct chart_style *style, struct fiche_error *err);

#endif
