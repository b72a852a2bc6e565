/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail.h - what a message of mail says (RFC 5322, 2045-2047), of which
 * newsletters and lists are made.
 */
#ifndef INGEST_MAIL_H
#define INGEST_MAIL_H

#include "base/buf.h"
#include "ingest/format.h"

struct mail_part {
	struct fiche_text head; /* up to the empty line, which is in neither */
	struct fiche_text body;
};

/* Cut a message, or a part of one, in two. */
struct mail_part mail_cut(const char *text, size_t len);

/* Append the value of the first header of this name, in lower case, as it
 * stands but on one line; false if there is none. */
bool mail_header(struct buf *out, const struct mail_part *p, const char *name);

/* Append a value of a header with its encoded words (RFC 2047) and foreign
 * bytes as UTF-8.  Returns 0 or FICHE_ERR_NOMEM. */
int mail_words(struct buf *out, const char *text, size_t len,
               struct fiche_error *err);

/* The parameter of a value, as in `text/plain; charset="x"`, appended. */
bool mail_parameter(struct buf *out, const char *value, size_t len,
                    const char *name);

/* Append what a person reads of a message: its plain text, or its HTML where
 * that says more.  Returns 0 or FICHE_ERR_NOMEM. */
int mail_text(struct buf *out, const struct mail_part *message,
              struct fiche_error *err);

/* Does a text begin like a message?  `len` may be cut anywhere. */
bool mail_begins(const char *text, size_t len);

#endif
