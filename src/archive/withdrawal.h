/* SPDX-License-Identifier: Apache-2.0 */
/*
 * withdrawal.h - the list of withdrawn records: the payload of a WITHDRAWAL
 * section (spec 3.9), in memory and back.
 */
#ifndef ARCHIVE_WITHDRAWAL_H
#define ARCHIVE_WITHDRAWAL_H

#include "archive/file.h"
#include "base/arena.h"
#include "fiche/article.h"

#define WITHDRAWAL_MAX ((uint64_t)16 << 20) /* bytes of a payload */

/* A zeroed struct is an empty list. */
struct withdrawals {
	struct fiche_statement *list; /* in ascending order of number */
	size_t count, cap;
	struct arena texts;
};

void withdrawals_done(struct withdrawals *w);

/* What was said of a record, or NULL if it is not withdrawn. */
const struct fiche_statement *withdrawals_find(const struct withdrawals *w,
                                               uint64_t number);

/*
 * Add a record, with copies of the texts; what is in the list stays as it is.
 * *added tells.  0 or FICHE_ERR_NOMEM.
 */
int withdrawals_add(struct withdrawals *w, const struct fiche_statement *s,
                    bool *added);
/* false: it was not in the list. */
bool withdrawals_drop(struct withdrawals *w, uint64_t number);

/* Append the payload.  FICHE_ERR_LIMIT if it is too long; FICHE_ERR_NOMEM. */
int withdrawals_encode(struct buf *out, const struct withdrawals *w,
                       struct fiche_error *err);

/*
 * Read a payload; numbers are below `records`, `at` is the section's offset.
 * FICHE_ERR_CORRUPT or FICHE_ERR_NOMEM; *out is untouched then.
 */
int withdrawals_decode(struct withdrawals *out, const uint8_t *payload,
                       size_t len, uint64_t records, uint64_t at,
                       struct fiche_error *err);

/* Read the section at `at`, which a commit of so many records names.
 * FICHE_ERR_LIMIT if it is too long; errors of reading. */
int withdrawals_read(struct withdrawals *out, struct archive *a, uint64_t at,
                     uint64_t records, struct fiche_error *err);

#endif
