/* SPDX-License-Identifier: Apache-2.0 */
/*
 * aliases.h - which field a key of a scraper means (spec "Fields").
 *
 * Keys are compared in lower case and without `_ - . : space`, and a nested
 * key as if joined to its parent's: {"dc":{"date":..}} is "dcdate".
 */
#ifndef ARTICLE_ALIASES_H
#define ARTICLE_ALIASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ALIAS_KEY_MAX 48 /* no name in the table is that long */

enum field {
	FIELD_URL,
	FIELD_ID,
	FIELD_TITLE,
	FIELD_TEXT,
	FIELD_SUMMARY,
	FIELD_AUTHORS,
	FIELD_PUBLISHED,
	FIELD_MODIFIED,
	FIELD_FETCHED,
	FIELD_HOST,   /* keys that mean a host */
	FIELD_SOURCE, /* `source`, which may be nearly anything */
	FIELD_NAME,   /* keys that mean the name of a publisher */
	FIELD_FEED,   /* what is left to name a source by */
	FIELD_LANGUAGE,
	FIELD_TAGS,
	FIELD_SECTION,
	/* Parts of `published` that have keys of their own. */
	FIELD_TIME,
	FIELD_ZONE,
	FIELD_YEAR,
	FIELD_MONTH,
	FIELD_DAY,
	FIELD_COUNT,
};

/* Which values of the key count for the field. */
enum alias_only {
	ONLY_ANY,
	ONLY_WITH_PATH, /* http(s) URLs with a path */
	ONLY_NO_PATH,   /* all but these */
	ONLY_NOT_URL,   /* all but http(s) URLs */
	ONLY_MAPPED,    /* any, and it goes before all others (rules.h) */
};

struct alias {
	const char *name;
	uint8_t field; /* enum field */
	uint8_t rank;  /* 0 is preferred */
	uint8_t only;  /* enum alias_only */
};

/* The compared form of a key; 0 if it is longer than any name. */
size_t alias_normalise(char out[ALIAS_KEY_MAX], const char *key, size_t len);

/* The lines of a normalised key: their number, and the first in *out. */
size_t alias_find(const struct alias **out, const char *key, size_t len);

/* `key` is as written in the record. */
bool alias_is_wrapper(const char *key, size_t len);

#endif
