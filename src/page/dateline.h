/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dateline.h - where, when and for whom a story was written, as agencies put it
 * before the first sentence: "LIMA, November 21 (Agency) - The ...".
 */
#ifndef PAGE_DATELINE_H
#define PAGE_DATELINE_H

#include <stdbool.h>
#include <stddef.h>

#include "fiche/article.h"
#include "page/dates.h"

struct dateline {
	struct fiche_text agency; /* as it stands there; len 0 if none */
	bool has_day;
	struct dates_day day; /* often without a year */
	size_t end;           /* where the first sentence begins */
};

/*
 * Read the dateline at the beginning of a paragraph.  A place alone is none,
 * for sentences begin like that; with an agency in brackets, a day, or both it
 * is.  Looks at no more than a few hundred bytes.
 */
bool dateline_read(struct dateline *out, const char *text, size_t len);

#endif
