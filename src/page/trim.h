/* SPDX-License-Identifier: Apache-2.0 */
/* trim.h - which lines of the article's region are none of the article. */
#ifndef PAGE_TRIM_H
#define PAGE_TRIM_H

#include "page/blocks.h"

/* Drop headline, labels, links, teasers, and what follows the end.  Returns 0
 * or FICHE_ERR_NOMEM. */
int trim_article(struct blocks *b, const struct html *h,
                 const struct regions *r, struct fiche_error *err);

#endif
