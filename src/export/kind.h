/* SPDX-License-Identifier: Apache-2.0 */
/* kind.h - what sort of record an article was made of. */
#ifndef EXPORT_KIND_H
#define EXPORT_KIND_H

#include <stdbool.h>

#include "base/buf.h"
#include "export/format.h"

/* A JSON object that came in as such, not as a file? */
bool kind_is_json(const struct fiche_article *a);
/* Is it, and is it one line? */
bool kind_is_line(const struct export_article *a);

/* An ending for a file of this type, with its dot; never empty. */
const char *kind_ending(const struct fiche_text *type);

/* Append the type, or application/octet-stream if it is none to print. */
void kind_put_type(struct buf *out, const struct fiche_text *type);

/* Append a time as 2024-03-01T12:00:00Z. */
void kind_put_time(struct buf *out, int64_t seconds);

/* Has the URL a scheme, so that it stands for itself? */
bool kind_is_absolute(const struct fiche_text *url);
/* Is it one that a person may be led to? */
bool kind_is_web(const struct fiche_text *url);
/* Append it with %XX for what may not stand in a URL, so that no header, no
 * line and no pair of quotes or braces ends in it. */
void kind_put_url(struct buf *out, const struct fiche_text *url);

#endif
