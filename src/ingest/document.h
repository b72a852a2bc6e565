/* SPDX-License-Identifier: Apache-2.0 */
/*
 * document.h - what was fetched over the web: is it something that people
 * read, and what does it say?
 */
#ifndef INGEST_DOCUMENT_H
#define INGEST_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "article/facts.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "fiche/error.h"
#include "ingest/head.h"

/* Pages, texts, JSON, feeds and PDF; not images, scripts, style sheets. */
bool document_is_read(const char *type);

/* The type of a content that nobody gave one, from its beginning; NULL if it
 * is nothing known. */
const char *document_guess(const uint8_t *at, size_t len, bool complete);

/*
 * Add to `f` what the document says; facts that are set already are kept.  Then
 * f->has_text is true: of what cannot be read, the text is empty.  The text
 * borrows `body` or `spare`, or lives in the arena.  `now`: see page.h.
 * Returns 0 or FICHE_ERR_NOMEM.
 */
int document_read(struct facts *f, struct buf *spare, const struct media *media,
                  struct bytes body, int64_t now, struct fiche_error *err);

/* Add to `f` what a JSON object says of an article, with its text; does nothing
 * if it is none.  Returns as above. */
int document_read_json(struct facts *f, struct fiche_text json,
                       struct fiche_error *err);

#endif
