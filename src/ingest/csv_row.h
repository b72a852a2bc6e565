/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv_row.h - rows of cells between commas and their like (RFC 4180, and what
 * is found beside it).
 *
 * A quote counts only where a cell begins; in a quoted cell two are one, and
 * line ends are text.
 */
#ifndef INGEST_CSV_ROW_H
#define INGEST_CSV_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "ingest/format.h"

struct csv_dialect {
	uint8_t delimiter;
	bool cr;        /* lines end in CR alone */
	size_t columns; /* of the header */
	size_t skip;    /* bytes before it: "sep=;" */
};

/* Finding the end of a row in a stream. */
struct csv_scan {
	size_t at; /* looked at so far */
	bool quoted;
	bool inside; /* of a cell: a quote is a character */
	bool loose;  /* there was text behind a closing quote */
};

/*
 * Go on from scan->at.  Returns true at the end of a row: *len is its length
 * and *next where the following begins.  With `final`, the end of the bytes
 * ends the row (scan->quoted tells if in a quoted cell).
 */
bool csv_scan(struct csv_scan *scan, const struct csv_dialect *d,
              const uint8_t *bytes, size_t len, bool final, size_t *row,
              size_t *next);

/*
 * The cell at *at of a row, which moves behind its delimiter; false behind the
 * last one.  *cell is a part of the row, or of `store`, which is cleared.
 */
bool csv_cell(struct fiche_text *cell, struct buf *store, const uint8_t *row,
              size_t len, size_t *at, uint8_t delimiter);

/*
 * Find the dialect of a text, which must begin with a header.  Strict: prose
 * has commas, too.  `named`: it says that it is CSV, by its ending or its user.
 */
bool csv_sniff(struct csv_dialect *out, const uint8_t *text, size_t len,
               bool complete, bool named);

/* Is there a header that knows a field, or else could be one? */
bool csv_has_header(const struct csv_dialect *d, const uint8_t *text,
                    size_t len);

#endif
