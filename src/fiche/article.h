/* SPDX-License-Identifier: Apache-2.0 */
/*
 * article.h - what fiche understands of one record.
 *
 * The record itself is kept byte for byte; these fields are a reading of it by
 * the alias rules of the specification (chapter "Fields"), made anew whenever
 * they are needed.  All texts are borrowed from the object that produced the
 * article, are UTF-8 (foreign bytes replaced by U+FFFD) and not terminated.
 * A field that the record does not have has len 0.
 */
#ifndef FICHE_ARTICLE_H
#define FICHE_ARTICLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FICHE_DIGEST_SIZE 32

struct fiche_text {
	const char *ptr;
	size_t len;
};

/* How much of a date the source told us. */
enum fiche_precision {
	FICHE_DATE_NONE = 0, /* no date */
	FICHE_DATE_YEAR,
	FICHE_DATE_MONTH,
	FICHE_DATE_DAY,
	FICHE_DATE_HOUR,
	FICHE_DATE_MINUTE,
	FICHE_DATE_SECOND,
};

/*
 * A date is the interval of seconds [begin, end) that the text can mean,
 * counted from 1970-01-01T00:00:00Z.  Without a zone in the text, UTC is
 * assumed and has_zone is false.
 */
struct fiche_date {
	int64_t begin;
	int64_t end;
	enum fiche_precision precision;
	bool has_zone;
};

struct fiche_article {
	uint64_t number; /* place in the archive, from 0, for ever */
	uint8_t digest[FICHE_DIGEST_SIZE]; /* SHA-256 of the input record: the
	                                      id */
	struct fiche_text source_id;       /* the scraper's own id */
	struct fiche_text url;
	struct fiche_text title;
	struct fiche_text source;
	struct fiche_text language;
	struct fiche_text section;
	struct fiche_text summary;
	struct fiche_text path;       /* of a file that was packed */
	struct fiche_text media_type; /* of the record, empty only if it was
	                                 redacted */
	struct fiche_text date_text;  /* `published` as the record spells it */
	struct fiche_date published;
	struct fiche_date modified;
	struct fiche_date fetched;
	const struct fiche_text *authors;
	size_t author_count;
	const struct fiche_text *tags;
	size_t tag_count;
	struct fiche_text text; /* empty where only the card was read */
	uint64_t text_size;     /* bytes of body, known from the card alone */
	/* It was redacted, and has only a number and a digest; else NULL. */
	const struct fiche_statement *redacted;
	/* It is withdrawn, and was asked for all the same; else NULL. */
	const struct fiche_statement *withdrawn;
};

/* What was said when a record was withdrawn or redacted.  Nothing proves it:
 * these are the words of who did it. */
#define FICHE_REASON_MAX 4096 /* bytes of a reason, and of an authority */

struct fiche_statement {
	uint64_t number;
	uint8_t digest[FICHE_DIGEST_SIZE];
	int64_t time; /* seconds since 1970 */
	struct fiche_text reason;
	struct fiche_text authority;
};

#ifdef __cplusplus
}
#endif

#endif
