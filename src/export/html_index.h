/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html_index.h - the pages of a folder of HTML that lead to its articles.
 *
 *	index.html              months, and the largest sources
 *	months/2024-03/1.html   articles of a month, page by page
 *	sources/NAME/1.html     articles of a source
 *	all/1.html              all sources
 */
#ifndef EXPORT_HTML_INDEX_H
#define EXPORT_HTML_INDEX_H

#include "export/outdir.h"
#include "fiche/article.h"

#define HTML_MONTH  12 /* bytes of a month's name, with its NUL */
#define HTML_SOURCE 80 /* the same of a source */
#define HTML_ID     16 /* bytes of the digest in the name of a page */

/* What is kept of an article until the end. */
struct html_entry {
	struct fiche_text title; /* cut, if it is long */
	struct fiche_text source;
	struct fiche_date date; /* no finer than a day */
	size_t order;           /* in which it came */
	uint8_t id[HTML_ID];
	char month[HTML_MONTH];
};

/* Names for paths: 2024-03, 2024 or undated; and a source without a byte that
 * means something. */
void html_month(char out[HTML_MONTH], const struct fiche_date *d);
int html_source(char out[HTML_SOURCE], const struct fiche_text *source,
                struct fiche_error *err);

/* Write all of them; the entries change their order. */
int html_index(struct outdir *dir, const char *policy,
               struct html_entry *entries, size_t count,
               struct fiche_error *err);

#endif
