/* SPDX-License-Identifier: Apache-2.0 */
/* cell.h - the members of the canonical JSON (spec 6.7) one by one. */
#ifndef EXPORT_CELL_H
#define EXPORT_CELL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "fiche/article.h"
#include "fiche/error.h"
#include "fiche/export.h"

/* In the order of the specification. */
enum cell {
	CELL_NUMBER,
	CELL_ID,
	CELL_SOURCE_ID,
	CELL_URL,
	CELL_TITLE,
	CELL_PUBLISHED,
	CELL_PUBLISHED_RAW,
	CELL_MODIFIED,
	CELL_FETCHED,
	CELL_SOURCE,
	CELL_LANGUAGE,
	CELL_AUTHORS,
	CELL_TAGS,
	CELL_SECTION,
	CELL_SUMMARY,
	CELL_PATH,
	CELL_TYPE,
	CELL_TEXT_SIZE,
	CELL_TEXT,
	CELL_COUNT,
};

struct cell_list {
	enum cell cells[CELL_COUNT];
	size_t count;
};

const char *cell_name(enum cell c);

/* The fields asked for, in that order; if none were, all but number and path.
 * FICHE_ERR_ARG names one that is not there or comes twice. */
int cell_list_init(struct cell_list *out,
                   const struct fiche_export_options *opt,
                   struct fiche_error *err);
bool cell_list_has(const struct cell_list *l, enum cell c);

/* Append the value as JSON, null if it is not there. */
void cell_json(struct buf *out, enum cell c, const struct fiche_article *a);

/*
 * Append the value as text, nothing if it is not there.  Lists are joined by
 * "; ", in a way that a reader of articles (spec 6.4) takes apart again; only
 * a ';' inside becomes a ','.
 */
void cell_text(struct buf *out, enum cell c, const struct fiche_article *a);

void cell_digest(struct buf *out, const struct fiche_article *a);

#endif
