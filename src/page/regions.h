/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regions.h - where on a page its article is.
 *
 * Text is weighed, not counted in words: a character of most scripts is 1, one
 * of the scripts without blanks is 2.
 */
#ifndef PAGE_REGIONS_H
#define PAGE_REGIONS_H

#include "fiche/error.h"
#include "page/furniture.h"

/* What a node holds that is not dropped, or a block of its own. */
struct region {
	uint32_t text, link; /* in its own lines; link: of it, inside `a` */
	uint32_t commas;
	uint32_t block;  /* nearest block around a text, or itself */
	uint32_t titles; /* linked headings in it */
	uint32_t total;  /* text of it and its descendants */
	float prose;     /* of it and its descendants */
	float value;     /* prose, less what is furniture */
	float nested;    /* value of the outermost articles in it */
	uint8_t role;    /* enum page_role */
	bool dropped;    /* it and its descendants */
	bool in_link;
	bool in_card; /* a teaser of something else */
};

struct regions {
	const struct html *html;
	struct region *at; /* one for each node */
};

/* Returns 0 or FICHE_ERR_NOMEM; then regions_done() is allowed. */
int regions_measure(struct regions *out, const struct html *h,
                    struct fiche_error *err);
void regions_done(struct regions *r);

/* The node whose descendants are the article; 0, the root, if no part of the
 * page is better than all of it. */
uint32_t regions_article(const struct regions *r);

/* The weight of a text, its blanks passed over. */
uint32_t regions_weight(const char *text, size_t len);

#endif
