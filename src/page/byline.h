/* SPDX-License-Identifier: Apache-2.0 */
/*
 * byline.h - who and when as the readers of a page see it: microdata, `time`,
 * classes that speak of dates and authors, and the text below the headline.
 */
#ifndef PAGE_BYLINE_H
#define PAGE_BYLINE_H

#include "page/html.h"
#include "page/offer.h"

/* Offer what is found; `heading` is the node of the headline, or 0. */
void byline_offer(struct offer *o, const struct html *h, uint32_t heading);

/* The date of last resort: any in the text below the headline. */
void byline_offer_near(struct offer *o, const struct html *h, uint32_t heading);

#endif
