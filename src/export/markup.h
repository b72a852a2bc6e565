/* SPDX-License-Identifier: Apache-2.0 */
/*
 * markup.h - HTML that foreign text cannot get out of, and what every page
 * begins and ends with.
 */
#ifndef EXPORT_MARKUP_H
#define EXPORT_MARKUP_H

#include "base/buf.h"
#include "fiche/article.h"
#include "fiche/error.h"

/* Base64 of a SHA-256, and its NUL. */
#define MARKUP_POLICY 45

/* What names the style of the pages in their policy: 0 or FICHE_ERR_NOMEM. */
int markup_policy(char out[MARKUP_POLICY], struct fiche_error *err);

/* For between tags and between quotes. */
void markup_text(struct buf *out, const char *text, size_t len);
/* A JSON document for inside <script>. */
void markup_json(struct buf *out, const struct buf *json);

/* <meta name="..." content="...">; nothing if the value is empty. */
void markup_meta(struct buf *out, const char *name,
                 const struct fiche_text *value);
/* The same with `property`, as Open Graph wants it. */
void markup_property(struct buf *out, const char *name,
                     const struct fiche_text *value);

/* Down to the title; the caller adds to <head> and then calls body. */
void markup_head(struct buf *out, const char *policy,
                 const struct fiche_text *language,
                 const struct fiche_text *title);
void markup_body(struct buf *out);
void markup_end(struct buf *out);

#endif
