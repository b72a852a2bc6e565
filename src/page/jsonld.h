/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonld.h - what a page says of itself in schema.org's words, in scripts of
 * type application/ld+json.
 */
#ifndef PAGE_JSONLD_H
#define PAGE_JSONLD_H

#include "page/html.h"
#include "page/json_tree.h"
#include "page/offer.h"

struct jsonld {
	struct json_tree tree;
	uint32_t article; /* the object about the article, or 0 */
	uint32_t page;    /* of the page that it is in, or of a film, or 0 */
};

/*
 * Read the scripts of `h`; what is broken is read as far as it goes.  Of
 * several articles the one at `url` is taken, else the first that says the
 * most; `url` may be empty.  Close with jsonld_done().
 */
void jsonld_read(struct jsonld *out, struct offer *o, const struct html *h,
                 struct fiche_text url);
void jsonld_done(struct jsonld *ld);

/* Offer what the object says; `node` is ld->article or ld->page, 0 says
 * nothing. */
void jsonld_offer(const struct jsonld *ld, struct offer *o, uint32_t node);

/* Members as texts, of len 0 if they have none: "headline" or "name"; the
 * address; the publisher's name; the article's text, in the arena. */
struct fiche_text jsonld_title(const struct jsonld *ld, struct offer *o,
                               uint32_t node);
struct fiche_text jsonld_url(const struct jsonld *ld, struct offer *o,
                             uint32_t node);
struct fiche_text jsonld_publisher(const struct jsonld *ld, struct offer *o,
                                   uint32_t node);
struct fiche_text jsonld_body(const struct jsonld *ld, struct offer *o,
                              uint32_t node);

#endif
