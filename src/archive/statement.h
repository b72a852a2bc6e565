/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement.h - what somebody said who took a record out: a line of a
 * WITHDRAWAL (spec 3.9), the card of a redacted record (spec 3.4, kind 3).
 */
#ifndef ARCHIVE_STATEMENT_H
#define ARCHIVE_STATEMENT_H

#include "base/arena.h"
#include "base/buf.h"
#include "fiche/article.h"
#include "fiche/error.h"

enum statement_kind {
	STATEMENT_WITHDRAWN, /* `record` and `id` tell which one */
	STATEMENT_REDACTED,  /* `redacted` tells the digest that it had */
};

/*
 * Read a JSON object.  Texts are copied to the arena, as valid UTF-8; the
 * number of a redacted record is left at 0.  FICHE_ERR_CORRUPT (`at` is the
 * section's offset) or FICHE_ERR_NOMEM.
 */
int statement_decode(struct fiche_statement *out, struct arena *arena,
                     enum statement_kind kind, const char *text, size_t len,
                     uint64_t at, struct fiche_error *err);

/* Append it as a JSON object, without a line end. */
void statement_encode(struct buf *out, enum statement_kind kind,
                      const struct fiche_statement *s);

/*
 * What is said now, of no record yet.  Texts are borrowed, NULL is an empty
 * one.  FICHE_ERR_ARG if one is longer than FICHE_REASON_MAX or not UTF-8, or
 * the year does not have four digits.
 */
int statement_make(struct fiche_statement *out, int64_t now, const char *reason,
                   const char *authority, struct fiche_error *err);

/* A failure with this code: "withdrawn on 2031-02-03: ...". */
int statement_tell(struct fiche_error *err, int code, const char *what,
                   const struct fiche_statement *s);

#endif
