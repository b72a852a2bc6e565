/* SPDX-License-Identifier: Apache-2.0 */
/*
 * meta.h - what the head of a page says: meta tags of many vocabularies, links,
 * the language, the document's title.
 */
#ifndef PAGE_META_H
#define PAGE_META_H

#include "page/html.h"
#include "page/offer.h"

enum meta_slot {
	META_TITLE,
	META_PUBLISHED,
	META_MODIFIED,
	META_AUTHOR,
	META_TAG,
	META_SUMMARY,
	META_SITE,
	META_LANGUAGE,
	META_SECTION,
	META_ID,
	META_URL,
};

/* Room for the names that are known. */
#define META_NAMES 128

struct meta {
	const struct html *h;
	/* The first node of each known name, in the order of trust, and how
	 * many bear it. */
	uint32_t first[META_NAMES];
	uint32_t count[META_NAMES];
	uint32_t title; /* nodes, or 0 */
	uint32_t canonical;
	uint32_t base;
	struct fiche_text language; /* of `html` */
};

/* Find them; `h` stays the caller's. */
void meta_read(struct meta *out, const struct html *h);

/* The most trusted value of a slot; len 0 if there is none. */
struct fiche_text meta_get(const struct meta *m, enum meta_slot slot);

/* Append the address of the page, whole if that is possible. */
void meta_put_url(struct buf *out, const struct meta *m, struct fiche_text url);

/* Offer all but title, site and address. */
void meta_offer(const struct meta *m, struct offer *o);

#endif
