/* SPDX-License-Identifier: Apache-2.0 */
/* select.h - the bits that a selection narrows, shared by its filters. */
#ifndef ARCHIVE_SELECT_H
#define ARCHIVE_SELECT_H

#include "archive/reader.h"

#define SELECT_CHUNK 8192 /* column values read at once */

/* What is being narrowed: a bit for each record number. */
struct set {
	uint64_t *word;
	size_t words;
};

struct selecting {
	struct fiche_reader *reader;
	struct fiche_view *view;
	const struct fiche_selection *sel;
	struct set hits;
	struct set some; /* of the filter being applied */
	uint64_t older;
	/* Numbers that ids and URLs name, and that are not to be shown. */
	uint64_t *hidden;
	size_t hidden_count, hidden_cap;
};

/*
 * The records of a selection, as bits (the caller frees bits->word).  `older`
 * is how many older versions were left out.
 */
int select_set(struct set *bits, uint64_t *older, struct fiche_reader *r,
               struct fiche_view *v, const struct fiche_selection *sel,
               struct fiche_error *err);

/* All bits clear, for numbers below `records`.  0 or FICHE_ERR_NOMEM. */
int set_new(struct set *s, uint64_t records);

/* Set `count` bits from `first` on. */
void set_run(struct set *s, uint64_t first, uint64_t count);
static inline bool set_has(const struct set *s, uint64_t n)
{
	return s->word[n / 64] >> n % 64 & 1;
}
void set_drop(struct set *s, uint64_t n);
/* hits &= some, and empty `some` for the next filter. */
void select_narrow(struct selecting *q);

/* select_names.c: '*' and '?' with ASCII case ignored. */
bool select_matches(const char *pattern, const char *text, size_t len);
/* Sources, languages, tags or authors (field as in fiche_reader_names()). */
int select_names(struct selecting *q, char field, const char *const *values,
                 size_t count, struct fiche_error *err);
/* Set in q->some the records with a name of the field that fits `value`. */
int select_fitting(struct selecting *q, char field, const char *value,
                   bool (*fits)(const char *value, const char *name,
                                size_t len),
                   struct fiche_error *err);
/* select_dates.c */
int select_dates(struct selecting *q, struct fiche_error *err);
/* select_identity.c: ids and URLs. */
int select_identity(struct selecting *q, struct fiche_error *err);
/* Set in q->some the records under a key hash of which `same` says, by what
 * they hold, that they are meant; hidden ones are asked for, too. */
int select_by_key(struct selecting *q, char domain, const void *text,
                  size_t len,
                  bool (*same)(void *ctx, const struct fiche_article *a),
                  void *ctx, uint64_t *found, struct fiche_error *err);
/* select_versions.c: drop all but the wanted versions, and what was redacted
 * unless that is wanted. */
int select_versions(struct selecting *q, struct fiche_error *err);

#endif
