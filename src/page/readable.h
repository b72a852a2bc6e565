/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readable.h - the article of a page without what stands around it: menus,
 * related links, share bars, cookie notes, captions, comments, biographies.
 */
#ifndef PAGE_READABLE_H
#define PAGE_READABLE_H

#include <stddef.h>

#include "base/buf.h"
#include "fiche/error.h"
#include "page/html.h"

/*
 * Append the article of the page: paragraphs, headings and items, with an empty
 * line between them; lines only where the page has them (`br`, `pre`).  `hint`
 * is the article as the page tells it to machines (the articleBody of JSON-LD),
 * or len 0: the region that holds it wins, and it is taken itself where no
 * region does.  Appends nothing if the page has no text.  Returns 0 or
 * FICHE_ERR_NOMEM.
 */
int readable_put(struct buf *out, const struct html *h, struct fiche_text hint,
                 struct fiche_error *err);

/* All text of the page in the same form, but no scripts and styles. */
int readable_put_all(struct buf *out, const struct html *h,
                     struct fiche_error *err);

#endif
