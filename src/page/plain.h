/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain.h - a text without tags as lines: its headline, its first and last
 * paragraph, and the furniture of the page it was scraped from.
 */
#ifndef PAGE_PLAIN_H
#define PAGE_PLAIN_H

#include "article/facts.h"
#include "base/buf.h"
#include "page/page.h"

/*
 * Set what `text`, which is UTF-8, says of itself: title, published and its
 * candidates, authors, agency.  Append the story to *out if something around it
 * was recognised as furniture, else nothing; unsure, nothing.  Returns 0 or
 * FICHE_ERR_NOMEM.
 */
int plain_read(struct facts *f, struct buf *out, const char *text, size_t len,
               const struct page_options *opt, struct fiche_error *err);

#endif
