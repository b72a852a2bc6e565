/* SPDX-License-Identifier: Apache-2.0 */
/*
 * headline.h - one title of the many that a page has, without the site's name.
 */
#ifndef PAGE_HEADLINE_H
#define PAGE_HEADLINE_H

#include "page/html.h"
#include "page/offer.h"

/* What there is to choose from; any may have len 0. */
struct headline {
	struct fiche_text article; /* of JSON-LD */
	struct fiche_text meta;    /* og:title and its like */
	struct fiche_text title;   /* of the document */
	struct fiche_text site;
	struct fiche_text host; /* of the address */
};

/* The first `h1` that one of the titles in `c` confirms, or else the first that
 * is not the site's name; its node is *node, or 0 if that is no place to look
 * around.  Len 0 if there is none. */
struct fiche_text headline_heading(uint32_t *node, struct offer *o,
                                   const struct html *h,
                                   const struct headline *c);

/* The first text of the body that is alike `title`, as a node, or 0. */
uint32_t headline_find(const struct html *h, struct fiche_text title);

/* Set f->title. */
void headline_choose(struct offer *o, struct fiche_text heading,
                     const struct headline *c);

#endif
