/* SPDX-License-Identifier: Apache-2.0 */
/* fields.h - the fields of an article by name, for list --fields. */
#ifndef TOOLS_FIELDS_H
#define TOOLS_FIELDS_H

#include "fiche/fiche.h"
#include "message.h"
#include "str.h"

enum field_id {
	FIELD_NUMBER,
	FIELD_ID,
	FIELD_SOURCE_ID,
	FIELD_URL,
	FIELD_TITLE,
	FIELD_PUBLISHED,
	FIELD_PUBLISHED_RAW,
	FIELD_MODIFIED,
	FIELD_FETCHED,
	FIELD_SOURCE,
	FIELD_LANGUAGE,
	FIELD_AUTHORS,
	FIELD_TAGS,
	FIELD_SECTION,
	FIELD_SUMMARY,
	FIELD_PATH,
	FIELD_TYPE,
	FIELD_TEXT_SIZE,
	FIELD_WITHDRAWN,
	FIELD_COUNT,
};

#define FIELDS_MAX 64 /* columns of one listing */

const char *field_name(enum field_id f);

struct fields {
	enum field_id list[FIELDS_MAX];
	size_t count;
};

/* "id,title,..."; RC_USAGE after a message. */
int fields_parse(struct fields *out, struct tool *t, const char *text);

/* Append the value as plain text; several authors or tags joined by '|'. */
void field_text(struct str *out, const struct fiche_article *a,
                enum field_id f);
/* Append the value as JSON: null where there is none. */
void field_json(struct str *out, const struct fiche_article *a,
                enum field_id f);

#endif
