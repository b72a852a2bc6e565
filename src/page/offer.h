/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offer.h - how the texts found in a page become facts: the first that can be
 * used is kept, so that they are offered in the order of trust.
 */
#ifndef PAGE_OFFER_H
#define PAGE_OFFER_H

#include <stdbool.h>

#include "article/facts.h"
#include "page/page.h"

/* What all who read one page know. */
struct offer {
	struct facts *f;
	const struct page_options *opt;
	bool day_first; /* 3/4/2021 is a day of April */
};

/* Without tags and with entities resolved, for people escape twice; it lives in
 * the arena. */
struct fiche_text offer_clean(struct offer *o, struct fiche_text raw);

void offer_text(struct offer *o, struct fiche_text *to, struct fiche_text raw);

/*
 * A date that article/date.h or page/dates.h reads, the former as it is
 * written; none that is to come.  The second of two is taken only if it is a
 * finer one of the same day.
 */
void offer_date(struct offer *o, struct fiche_text *to, struct fiche_text raw);

/* Names, with "By" and addresses dropped; no URLs. */
void offer_authors(struct offer *o, struct fiche_text raw);
/* A list in a string; one tag. */
void offer_tags(struct offer *o, struct fiche_text raw);
void offer_tag(struct offer *o, struct fiche_text raw);
void offer_language(struct offer *o, struct fiche_text raw);

#endif
