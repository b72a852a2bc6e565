/* SPDX-License-Identifier: Apache-2.0 */
/*
 * explain.h - what would be understood of records, before anything is packed:
 * which key gives which field, and how often.
 *
 * Threads: an object is used by one thread at a time.
 */
#ifndef FICHE_EXPLAIN_H
#define FICHE_EXPLAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"
#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fiche_explain;

/* `defaults` as in struct fiche_writer_options; borrowed, may be NULL.  0 or
 * FICHE_ERR_NOMEM. */
FICHE_API int fiche_explain_new(struct fiche_explain **out,
                                const char *defaults, struct fiche_error *err);
FICHE_API void fiche_explain_free(struct fiche_explain *e); /* accepts NULL */

/* Look at a record as it would be given to the writer: a JSON object, or with
 * is_file the card of a file.  0, FICHE_ERR_INPUT (the writer would refuse it;
 * it is counted) or FICHE_ERR_NOMEM. */
FICHE_API int fiche_explain_add(struct fiche_explain *e, const void *json,
                                size_t len, bool is_file,
                                struct fiche_error *err);

#define FICHE_EXPLAIN_KEYS 6

struct fiche_explained {
	const char *field; /* a key of the canonical JSON (spec 6.7) */
	uint64_t records;  /* that have it */
	/* The keys it came from, the commonest first; the rest is in `other`.
	 * A key of len 0 is fiche's own: a default, the host of the URL, the
	 * text of a file. */
	struct {
		struct fiche_text key;
		uint64_t records;
	} keys[FICHE_EXPLAIN_KEYS];
	size_t key_count;
	uint64_t other;
	struct fiche_text example; /* of the first record that has it; cut */
};

struct fiche_explain_dates {
	uint64_t with_zone;
	uint64_t assumed; /* with a time, but no zone */
	uint64_t days;    /* days, months and years */
	uint64_t unreadable;
	uint64_t ambiguous;         /* of these */
	struct fiche_text example;  /* unreadable */
	struct fiche_text doubtful; /* ambiguous */
};

FICHE_API uint64_t fiche_explain_records(const struct fiche_explain *e);
FICHE_API uint64_t fiche_explain_refused(const struct fiche_explain *e);
FICHE_API size_t fiche_explain_fields(const struct fiche_explain *e);
/* i < fiche_explain_fields(); texts live as long as the object. */
FICHE_API void fiche_explain_field(const struct fiche_explain *e, size_t i,
                                   struct fiche_explained *out);
FICHE_API void fiche_explain_dates(const struct fiche_explain *e,
                                   struct fiche_explain_dates *out);

#ifdef __cplusplus
}
#endif

#endif
