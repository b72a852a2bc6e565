/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hint.h - the article as the page tells it to machines (the articleBody of
 * JSON-LD), held against the page.
 *
 * It often has no paragraphs, is cut short, or is an abstract; and sometimes
 * it is all there is, because the page is made by scripts.
 */
#ifndef PAGE_HINT_H
#define PAGE_HINT_H

#include "page/blocks.h"

/*
 * `found` are the blocks of the article as the page looks.  If `hint` is as
 * much of a text, and on the page, `found` becomes the blocks of the page that
 * it tells of; if it is not on the page and more than was found, its own lines.
 * Returns 0 or FICHE_ERR_NOMEM; then `found` is for blocks_done() only.
 */
int hint_use(struct blocks *found, struct fiche_text hint, const struct html *h,
             const struct regions *r, struct fiche_error *err);

#endif
