/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows.h - articles as rows: a table to look at, TSV, CSV or JSON Lines.
 *
 * A table on a terminal is cut to its width; elsewhere nothing is cut.  Control
 * characters are spelled out in a table always, in the other formats when they
 * would reach a terminal.
 */
#ifndef TOOLS_ROWS_H
#define TOOLS_ROWS_H

#include "fields.h"

enum rows_format {
	ROWS_TABLE,
	ROWS_TSV,
	ROWS_CSV,
	ROWS_JSONL,
	ROWS_IDS, /* ids alone */
};

struct rows {
	enum rows_format format;
	const struct fields *fields;
	bool terminal;
	size_t columns; /* of the terminal */
	bool color;
	bool whole_ids;        /* in tables too */
	char end;              /* of a row: LF or NUL */
	struct str line, cell; /* scratch */
};

/* Names above the columns; TSV and CSV have them always, a table on a
 * terminal. */
void rows_begin(struct rows *r);
/* false when out of memory. */
bool rows_add(struct rows *r, const struct fiche_article *a);
/* A line of JSON made elsewhere. */
bool rows_add_json(struct rows *r, const struct fiche_text *json);
void rows_done(struct rows *r);

/* Append JSON, spelling out what a terminal might act on: the value stays the
 * same. */
void json_escape(struct str *out, const char *json, size_t len);

#endif
