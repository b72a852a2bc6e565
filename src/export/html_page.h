/* SPDX-License-Identifier: Apache-2.0 */
/* html_page.h - the page of one article, for people and for programs. */
#ifndef EXPORT_HTML_PAGE_H
#define EXPORT_HTML_PAGE_H

#include "base/buf.h"
#include "fiche/article.h"

/*
 * Append the page.  It stands two folders below the root; `month` and `source`
 * are the pages, seen from the root, that list its neighbours.
 */
void html_page(struct buf *out, const struct fiche_article *a,
               const char *policy, const char *month, const char *source);

#endif
