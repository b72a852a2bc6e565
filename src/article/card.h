/* SPDX-License-Identifier: Apache-2.0 */
/*
 * card.h - a JSON record as a card and a body, and back to the same bytes
 * (spec "Cards").
 *
 * The text of an article, and every other string value of CARD_LIFT_MIN bytes
 * or more that is not a core field, is lifted out of the line and unescaped; in
 * its place stays "\u001f<style>:<length>", where style tells how it was
 * escaped.  The pieces, in order of appearance and with one LF between two of
 * them, are the body.
 */
#ifndef ARTICLE_CARD_H
#define ARTICLE_CARD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "fiche/article.h"

#define CARD_LIFT_MIN 512

/* card_file_put() appends at most this much to the card, and the body has LF
 * more than record and text. */
#define CARD_FILE_MORE 48

struct rules;

/*
 * Split the JSON object `json` and append to *card and *body.  Strings whose
 * escaping no style reproduces stay in the card.  Returns false if joining
 * would not give back the same bytes (then the caller stores the line as it
 * is) - this was tested here by joining - or if a buffer ran out of memory.
 * On false *card and *body have their old lengths.
 * `rules`, which tell what is a field, may be NULL.
 */
bool card_split(struct buf *card, struct buf *body, const struct rules *rules,
                const char *json, size_t len);

/*
 * Append the original record.  Returns 0, FICHE_ERR_CORRUPT if the placeholders
 * do not fit the body exactly, or FICHE_ERR_NOMEM.
 */
int card_join(struct buf *out, const char *card, size_t card_len,
              const char *body, size_t body_len, struct fiche_error *err);

/*
 * The record and the text of a card that fiche wrote about a file (kind 2).
 * If the card ends with a placeholder for `text`, the body is the record, LF,
 * and that text; otherwise both are the whole body.  Returns 0, or
 * FICHE_ERR_CORRUPT if card and body do not fit each other.
 */
int card_file(struct fiche_text *record, struct fiche_text *text,
              const char *card, size_t card_len, const char *body,
              size_t body_len, struct fiche_error *err);

/* Append such a card: `card`, which has no `text`, with the placeholder. */
void card_file_put(struct buf *out, const char *card, size_t card_len,
                   size_t text_len);

/* The piece with this index: a part of `body`.  False if there is none or the
 * placeholders do not fit the body. */
bool card_piece(struct fiche_text *out, size_t index, const char *card,
                size_t card_len, const char *body, size_t body_len);

#endif
