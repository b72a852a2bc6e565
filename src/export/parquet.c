/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet.c - articles as a Parquet file: row groups of columns, and behind
 * them what they are, for DuckDB, pandas, Spark and the like.
 *
 * A row group is collected in memory, its pages compressed already, and written
 * column by column; what is kept of it is its entry in the footer.
 */

#include <string.h>
#include <zstd.h>

#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"
#include "export/cell.h"
#include "export/format.h"
#include "export/parquet_column.h"
#include "export/parquet_enum.h"

#define GROUP_ROWS 65536
#define GROUP_SIZE ((uint64_t)64 << 20) /* before compression */
#define PAGE_SIZE  ((size_t)1 << 20)

/* One more than the cells: the precision goes with the date. */
#define COLUMN_MAX (CELL_COUNT + 1)
#define PRECISION  CELL_COUNT

/* What is a few bytes at the end of a year that no calendar has. */
#define TIME_MIN INT64_C(-62135596800) /* 0001-01-01 */
#define TIME_END INT64_C(253402300800) /* 10000-01-01 */

static const struct column_about abouts[COLUMN_MAX] = {
	[CELL_NUMBER] = { "number", COLUMN_NUMBER, true, false, true },
	[CELL_ID] = { "id", COLUMN_TEXT, true, false, false },
	[CELL_SOURCE_ID] = { "source_id", COLUMN_TEXT, false, false, false },
	[CELL_URL] = { "url", COLUMN_TEXT, false, false, false },
	[CELL_TITLE] = { "title", COLUMN_TEXT, false, false, false },
	[CELL_PUBLISHED] = { "published", COLUMN_TIME, false, false, true },
	[PRECISION] = { "published_precision", COLUMN_TEXT, false, true,
	                false },
	[CELL_PUBLISHED_RAW] = { "published_raw", COLUMN_TEXT, false, false,
	                         false },
	[CELL_MODIFIED] = { "modified", COLUMN_TIME, false, false, true },
	[CELL_FETCHED] = { "fetched", COLUMN_TIME, false, false, true },
	[CELL_SOURCE] = { "source", COLUMN_TEXT, false, true, true },
	[CELL_LANGUAGE] = { "language", COLUMN_TEXT, false, true, true },
	[CELL_AUTHORS] = { "authors", COLUMN_LIST, true, false, false },
	[CELL_TAGS] = { "tags", COLUMN_LIST, true, false, false },
	[CELL_SECTION] = { "section", COLUMN_TEXT, false, true, false },
	[CELL_SUMMARY] = { "summary", COLUMN_TEXT, false, false, false },
	[CELL_PATH] = { "path", COLUMN_TEXT, false, false, false },
	[CELL_TYPE] = { "type", COLUMN_TEXT, true, true, false },
	[CELL_TEXT_SIZE] = { "text_size", COLUMN_NUMBER, true, false, true },
	[CELL_TEXT] = { "text", COLUMN_TEXT, false, false, false },
};

struct export_writer {
	struct out *out;
	uint64_t at; /* bytes written */
	size_t hold;
	ZSTD_CCtx *zstd;
	unsigned which[COLUMN_MAX]; /* of the table above */
	struct column columns[COLUMN_MAX];
	size_t count;
	uint64_t rows;       /* of all row groups */
	uint64_t group_rows; /* of this one */
	size_t groups;
	struct buf entries; /* RowGroup, each as the footer has it */
	struct buf scratch;
};

static void parquet_free(struct export_writer *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < w->count; i++)
		column_done(&w->columns[i]);
	(void)ZSTD_freeCCtx(w->zstd);
	buf_done(&w->entries);
	buf_done(&w->scratch);
	alloc_free(w);
}

static int put(struct export_writer *w, const void *bytes, size_t len,
               struct fiche_error *err)
{
	w->at += len;
	return out_put(w->out, bytes, len, err);
}

/* ---- begin --------------------------------------------------------- */

static void add_column(struct export_writer *w, unsigned which)
{
	size_t page = w->hold / 8 < PAGE_SIZE ? w->hold / 8 : PAGE_SIZE;

	w->which[w->count] = which;
	column_init(&w->columns[w->count], &abouts[which], w->zstd, page);
	w->count++;
}

static int parquet_begin(struct export_writer **out,
                         const struct export_target *to,
                         struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));
	struct cell_list cells;
	int r;

	if (!w)
		return err_nomem(err);
	w->out = to->out;
	w->hold = to->hold;
	w->zstd = ZSTD_createCCtx();
	r = w->zstd ? cell_list_init(&cells, to->opt, err) : err_nomem(err);
	for (size_t i = 0; r == 0 && i < cells.count; i++) {
		add_column(w, cells.cells[i]);
		if (cells.cells[i] == CELL_PUBLISHED)
			add_column(w, PRECISION);
	}
	if (r == 0)
		r = put(w, "PAR1", 4, err);
	if (r < 0) {
		parquet_free(w);
		return r;
	}
	*out = w;
	return 0;
}

/* ---- rows ---------------------------------------------------------- */

static bool has_time(const struct fiche_date *d)
{
	return d->precision != FICHE_DATE_NONE && d->begin >= TIME_MIN &&
	       d->begin < TIME_END;
}

static void add_time(struct column *c, const struct fiche_date *d)
{
	if (has_time(d))
		column_number(c, d->begin * 1000);
	else
		column_missing(c);
}

static void add_precision(struct column *c, const struct fiche_date *d)
{
	static const char *const names[] = {
		[FICHE_DATE_NONE] = "",         [FICHE_DATE_YEAR] = "year",
		[FICHE_DATE_MONTH] = "month",   [FICHE_DATE_DAY] = "day",
		[FICHE_DATE_HOUR] = "hour",     [FICHE_DATE_MINUTE] = "minute",
		[FICHE_DATE_SECOND] = "second",
	};
	const char *name = has_time(d) ? names[d->precision] : "";

	column_text(c, name, strlen(name));
}

static void add_text(struct column *c, const struct fiche_text *t)
{
	column_text(c, t->ptr, t->len);
}

static void add_value(struct export_writer *w, struct column *c, unsigned which,
                      const struct fiche_article *a)
{
	switch (which) {
	case CELL_NUMBER:
		column_number(c, (int64_t)a->number);
		break;
	case CELL_TEXT_SIZE:
		column_number(c, (int64_t)a->text_size);
		break;
	case CELL_PUBLISHED:
		add_time(c, &a->published);
		break;
	case PRECISION:
		add_precision(c, &a->published);
		break;
	case CELL_MODIFIED:
		add_time(c, &a->modified);
		break;
	case CELL_FETCHED:
		add_time(c, &a->fetched);
		break;
	case CELL_AUTHORS:
		column_list(c, a->authors, a->author_count);
		break;
	case CELL_TAGS:
		column_list(c, a->tags, a->tag_count);
		break;
	case CELL_TEXT:
		add_text(c, &a->text);
		break;
	default: /* texts, without a copy of the long one */
		buf_clear(&w->scratch);
		cell_text(&w->scratch, (enum cell)which, a);
		c->failed |= !buf_ok(&w->scratch);
		column_text(c, (const char *)w->scratch.ptr, w->scratch.len);
		break;
	}
}

static int end_group(struct export_writer *w, struct fiche_error *err)
{
	uint64_t begin = w->at, raw = 0;
	struct thrift t;
	int r = 0;

	thrift_init(&t, &w->entries);
	thrift_list(&t, 1, THRIFT_STRUCT, w->count);
	for (size_t i = 0; r == 0 && i < w->count; i++) {
		struct column *c = &w->columns[i];

		r = column_finish(c, err);
		if (r < 0)
			break;
		column_put_chunk(c, &t, w->at);
		raw += column_raw(c);
		r = put(w, c->pages.ptr, c->pages.len, err);
		column_clear(c);
	}
	thrift_i64(&t, 2, (int64_t)raw);
	thrift_i64(&t, 3, (int64_t)w->group_rows);
	thrift_i64(&t, 5, (int64_t)begin);
	thrift_i64(&t, 6, (int64_t)(w->at - begin));
	thrift_end(&t);
	w->groups++;
	w->group_rows = 0;
	if (r == 0 && !buf_ok(&w->entries))
		r = err_nomem(err);
	return r;
}

static bool group_is_full(const struct export_writer *w)
{
	uint64_t raw = 0;
	size_t held = 0;

	for (size_t i = 0; i < w->count; i++) {
		raw += column_raw(&w->columns[i]);
		held += column_held(&w->columns[i]);
	}
	return w->group_rows >= GROUP_ROWS || raw >= GROUP_SIZE ||
	       held >= w->hold;
}

static int parquet_add(struct export_writer *w, const struct export_article *a,
                       struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->count; i++) {
		struct column *c = &w->columns[i];

		add_value(w, c, w->which[i], a->article);
		r = column_row(c, err);
	}
	if (r < 0)
		return r;
	w->rows++;
	w->group_rows++;
	return group_is_full(w) ? end_group(w, err) : 0;
}

/* ---- the footer ---------------------------------------------------- */

static void put_schema(const struct export_writer *w, struct thrift *t)
{
	size_t items = 1;

	for (size_t i = 0; i < w->count; i++)
		items += column_schema_count(w->columns[i].about);
	thrift_list(t, 2, THRIFT_STRUCT, items);
	thrift_item(t);
	thrift_text(t, 4, "article");
	thrift_i32(t, 5, (int32_t)w->count);
	thrift_end(t);
	for (size_t i = 0; i < w->count; i++)
		column_put_schema(w->columns[i].about, t);
}

static void put_key(struct thrift *t, const char *key, const char *value)
{
	thrift_item(t);
	thrift_text(t, 1, key);
	thrift_text(t, 2, value);
	thrift_end(t);
}

/* Without them, smallest and largest are not to be trusted: in which order? */
static void put_orders(const struct export_writer *w, struct thrift *t)
{
	thrift_list(t, 7, THRIFT_STRUCT, w->count);
	for (size_t i = 0; i < w->count; i++) {
		thrift_item(t);
		thrift_struct(t, 1); /* as the type defines */
		thrift_end(t);
		thrift_end(t);
	}
}

#define STRING(x)  #x
#define VERSION(x) STRING(x)

static void put_footer(struct export_writer *w, struct buf *out)
{
	struct thrift t;

	thrift_init(&t, out);
	thrift_i32(&t, 1, 1); /* version of the format */
	put_schema(w, &t);
	thrift_i64(&t, 3, (int64_t)w->rows);
	thrift_list(&t, 4, THRIFT_STRUCT, w->groups);
	buf_put(out, w->entries.ptr, w->entries.len);
	thrift_list(&t, 5, THRIFT_STRUCT, 2);
	put_key(&t, "fiche.content",
	        "news articles; fields as in the JSON "
	        "of fiche");
	put_key(&t, "fiche.fields_version", VERSION(FIELDS_VERSION));
	/* This form is what readers take a version from. */
	thrift_text(&t, 6, "fiche version " FICHE_VERSION);
	put_orders(w, &t);
	thrift_end(&t);
}

static int parquet_finish(struct export_writer *w, struct fiche_error *err)
{
	struct buf *footer = &w->scratch;
	size_t len;
	int r = 0;

	if (w->group_rows > 0)
		r = end_group(w, err);
	if (r < 0)
		return r;
	buf_clear(footer);
	put_footer(w, footer);
	len = footer->len;
	if (len > INT32_MAX)
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "too many row groups for one Parquet file");
	buf_u32(footer, (uint32_t)len);
	buf_text(footer, "PAR1");
	if (!buf_ok(footer))
		return err_nomem(err);
	return put(w, footer->ptr, footer->len, err);
}

const struct export_format export_parquet = {
	.about = { "parquet", "columns for DuckDB, pandas, Spark and the like",
	           ".parquet", false, true },
	.takes_fields = true,
	.no_record = true,
	.no_json = true,
	.begin = parquet_begin,
	.add = parquet_add,
	.finish = parquet_finish,
	.free = parquet_free,
};
