/* SPDX-License-Identifier: Apache-2.0 */
/*
 * facts.h - what was found out about a document that is not a scraper's JSON:
 * a page, a feed's entry, a message.  They become the card that fiche writes
 * about it (spec 3.4, kind 2).
 */
#ifndef ARTICLE_FACTS_H
#define ARTICLE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "article/lists.h"
#include "base/arena.h"
#include "base/buf.h"
#include "fiche/article.h"

/*
 * The texts are UTF-8 and live in the arena, or longer.  A fact that is not
 * known has len 0.  Dates are as they were written, or EDTF; the spec's
 * chapter "Dates" says what is understood later.
 */
struct facts {
	struct arena *arena;
	struct fiche_text url;
	struct fiche_text id; /* the publisher's own */
	struct fiche_text title;
	struct fiche_text published;
	struct fiche_text modified;
	struct fiche_text fetched;
	struct fiche_text source;    /* host, or a name where there is none */
	struct fiche_text site_name; /* name of the publication */
	struct fiche_text language;
	struct fiche_text section;
	struct fiche_text summary;
	struct list authors;
	struct list tags;
	/* Years that a date without one can have, as days: [2001-11-21, ...] */
	struct list candidates;
	/* Readable text; without it, the document itself is the text. */
	struct fiche_text text;
	bool has_text;
	bool failed; /* out of memory: what is missing may have been there */
};

/* Empty; `arena` is borrowed. */
void facts_init(struct facts *f, struct arena *arena);

/*
 * Set *to, a member of `f`, to a copy of `text` with each run of blanks
 * (control characters, U+00A0 and the like) folded to one space and none at the
 * ends, unless it has a value already or nothing is left of it.
 */
void facts_set(struct facts *f, struct fiche_text *to, struct fiche_text text);
/* The same for a list: add one, folded. */
void facts_add(struct facts *f, struct list *to, struct fiche_text text);

/* Set all that an article says, but its text, where it is not set yet. */
void facts_take(struct facts *f, const struct fiche_article *a);

/*
 * Append the card, a JSON object on one line, without the text: path, type,
 * then each fact that is known.  `path` and `type` may be NULL.  Ask buf_ok()
 * and f->failed afterwards.
 */
void facts_put(struct buf *out, const struct facts *f, const char *path,
               const char *type);

#endif
