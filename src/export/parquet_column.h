/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet_column.h - one column of a Parquet file, from values to the pages of
 * a row group and to what the metadata says about them.
 *
 * A value is in its column once, encoded; a page that is full is compressed at
 * once.  Running out of memory is kept and told by column_row().
 */
#ifndef EXPORT_PARQUET_COLUMN_H
#define EXPORT_PARQUET_COLUMN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zstd.h>

#include "base/buf.h"
#include "export/parquet_bounds.h"
#include "export/parquet_dict.h"
#include "export/runs.h"
#include "export/thrift.h"
#include "fiche/article.h"
#include "fiche/error.h"

enum column_kind {
	COLUMN_TEXT,
	COLUMN_NUMBER, /* 64 bits, signed */
	COLUMN_TIME,   /* milliseconds since 1970, UTC */
	COLUMN_LIST,   /* of texts; may be empty, is never missing */
};

struct column_about {
	const char *name;
	enum column_kind kind;
	bool required;   /* never missing */
	bool few;        /* different values: with a dictionary */
	bool has_bounds; /* smallest and largest in the metadata */
};

struct column {
	const struct column_about *about;
	ZSTD_CCtx *zstd; /* borrowed, shared with the other columns */
	size_t page_max; /* bytes of a page, roughly */

	/* The page being filled. */
	struct buf values;
	struct numbers repeats, defined; /* levels */

	/* The row group so far. */
	struct buf pages; /* with their headers */
	struct buf raw;   /* scratch: a page before compression */
	struct dict dict;
	struct bounds bounds;
	uint64_t value_count; /* with missing ones */
	uint64_t null_count;
	uint64_t raw_size; /* headers and pages before compression */
	size_t dict_size;  /* the dictionary's page, if there is one */
	bool failed;
};

void column_init(struct column *c, const struct column_about *about,
                 ZSTD_CCtx *zstd, size_t page_max);
void column_done(struct column *c);

/* Exactly one of these for each row, as the kind says.  A text of length 0, or
 * a time that no calendar has, is missing unless the column is required. */
void column_text(struct column *c, const char *text, size_t len);
void column_number(struct column *c, int64_t v);
void column_missing(struct column *c);
void column_list(struct column *c, const struct fiche_text *items,
                 size_t count);

/* The row is complete.  0, FICHE_ERR_LIMIT (more than a page can hold) or
 * FICHE_ERR_NOMEM. */
int column_row(struct column *c, struct fiche_error *err);

/* Bytes in memory, and bytes before compression, of this row group. */
size_t column_held(const struct column *c);
uint64_t column_raw(const struct column *c);

/* Complete c->pages for this row group.  As column_row(). */
int column_finish(struct column *c, struct fiche_error *err);
/* Put the item ColumnChunk; the pages begin at `offset` of the file. */
void column_put_chunk(const struct column *c, struct thrift *t,
                      uint64_t offset);
/* Be empty for the next row group. */
void column_clear(struct column *c);

/* Items SchemaElement that column_put_schema() puts. */
size_t column_schema_count(const struct column_about *about);
void column_put_schema(const struct column_about *about, struct thrift *t);

#endif
