/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields.h - find id, url, title, date, source, ... in a scraper's JSON object
 * (spec "Fields").
 *
 * The alias table is normative and versioned (FIELDS_VERSION): an index that is
 * rebuilt in thirty years must agree with the one written today.
 */
#ifndef ARTICLE_FIELDS_H
#define ARTICLE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>

#include "article/aliases.h"
#include "base/arena.h"
#include "base/buf.h"
#include "fiche/article.h"

#define FIELDS_VERSION 1

/*
 * Fill the fields of *out from one JSON object of `len` bytes; number, digest,
 * path, media_type and text_size are left alone.  The texts live in `arena`.
 * `json` may be an input record or the card made of it; in a card, a text that
 * was lifted into the body is reported as { NULL, 0 } and *text_piece is the
 * index of its piece (see card.h), otherwise *text_piece is SIZE_MAX.
 *
 * `defaults` is a JSON object with the keys of fiche itself (source, lang,
 * ...), used where the record lacks the field; it may be empty.
 *
 * Returns 0, FICHE_ERR_INPUT with a sentence (malformed, not an object) and
 * err->offset set to the byte within `json`, or FICHE_ERR_NOMEM.
 */
int fields_from_json(struct fiche_article *out, size_t *text_piece,
                     struct arena *arena, const char *json, size_t len,
                     const char *defaults, size_t defaults_len,
                     struct fiche_error *err);

/*
 * Which key, as it is written, each field is taken from; len 0 for none.  They
 * point into `json`.  Returns as fields_from_json().
 */
int fields_keys(struct fiche_text keys[FIELD_COUNT], const char *json,
                size_t len, const char *defaults, size_t defaults_len,
                struct fiche_error *err);

/* Append the canonical JSON object of an article, without a line end: the
 * keys id, number, source_id, url, title, published, published_raw, ... with
 * null for absent ones and `text` only if `with_text`. */
void fields_to_json(struct buf *out, const struct fiche_article *a,
                    bool with_text);

/* The form under which a URL is looked up (spec "URL key"): scheme and host in
 * lower case, fragment and tracking parameters dropped. */
void fields_url_key(struct buf *out, const char *url, size_t len);

/* Host of a URL in lower case without "www." and port; { NULL, 0 } if none. */
struct fiche_text fields_url_host(struct arena *arena, const char *url,
                                  size_t len);

#endif
