/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parquet_column.c - values, levels, dictionary and pages of a column; see
 * parquet_column.h.  The format is described at parquet.apache.org.
 *
 * A dictionary that does not pay is given up for the whole row group, before
 * any page was made with it: so the pages of a chunk are all of one kind.
 */

#include "export/parquet_column.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "export/parquet_enum.h"

#define LEVEL 3

/* ---- pages --------------------------------------------------------- */

static unsigned defined_max(const struct column_about *about)
{
	return about->kind == COLUMN_LIST || !about->required;
}

static void put_levels(struct buf *out, const struct numbers *levels)
{
	size_t at = out->len;

	buf_u32(out, 0);
	runs_encode(out, levels, 1);
	if (buf_ok(out))
		put_u32(out->ptr + at, (uint32_t)(out->len - at - 4));
}

static void put_page_header(struct column *c, bool dictionary, size_t stored,
                            uint32_t crc, size_t count)
{
	struct thrift t;
	int32_t signed_crc; /* the same bits */

	memcpy(&signed_crc, &crc, sizeof(crc));
	thrift_init(&t, &c->pages);
	thrift_i32(&t, 1, dictionary ? PAGE_DICTIONARY : PAGE_DATA);
	thrift_i32(&t, 2, (int32_t)c->raw.len);
	thrift_i32(&t, 3, (int32_t)stored);
	thrift_i32(&t, 4, signed_crc);
	thrift_struct(&t, dictionary ? 7 : 5);
	thrift_i32(&t, 1, (int32_t)count);
	thrift_i32(&t, 2,
	           dictionary   ? ENCODING_PLAIN
	           : c->dict.on ? ENCODING_DICTIONARY
	                        : ENCODING_PLAIN);
	if (!dictionary) {
		thrift_i32(&t, 3, ENCODING_RLE);
		thrift_i32(&t, 4, ENCODING_RLE);
	}
	thrift_end(&t);
	thrift_end(&t);
}

/* Compress c->raw and append it, with its header. */
static int put_page(struct column *c, bool dictionary, size_t count,
                    struct fiche_error *err)
{
	struct buf packed = { 0 };
	size_t room, n, before = c->pages.len;
	int r = 0;

	if (!buf_ok(&c->raw))
		return err_nomem(err);
	room = ZSTD_compressBound(c->raw.len);
	if (c->raw.len > INT32_MAX || room > INT32_MAX || count > INT32_MAX)
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "an article is too long for Parquet");
	if (!buf_reserve(&packed, room))
		return err_nomem(err);
	n = ZSTD_compressCCtx(c->zstd, packed.ptr, room, c->raw.ptr, c->raw.len,
	                      LEVEL);
	if (!ZSTD_isError(n)) {
		put_page_header(c, dictionary, n, crc32_add(0, packed.ptr, n),
		                count);
		c->raw_size += c->pages.len - before + c->raw.len;
		buf_put(&c->pages, packed.ptr, n);
	}
	if (ZSTD_isError(n) || !buf_ok(&c->pages))
		r = err_nomem(err);
	buf_done(&packed);
	return r;
}

static int cut_page(struct column *c, struct fiche_error *err)
{
	unsigned width;
	int r;

	buf_clear(&c->raw);
	if (c->about->kind == COLUMN_LIST)
		put_levels(&c->raw, &c->repeats);
	if (defined_max(c->about))
		put_levels(&c->raw, &c->defined);
	if (c->dict.on) {
		width = runs_width((uint32_t)c->dict.starts.count);
		buf_u8(&c->raw, (uint8_t)width);
		runs_encode(&c->raw, &c->dict.used, width);
	} else {
		buf_put(&c->raw, c->values.ptr, c->values.len);
	}
	r = put_page(c, false, c->defined.count, err);
	buf_clear(&c->values);
	numbers_clear(&c->repeats);
	numbers_clear(&c->defined);
	return r;
}

static bool page_is_full(const struct column *c)
{
	return c->values.len + (c->defined.count + c->repeats.count) / 8 >=
	       c->page_max;
}

/* ---- values -------------------------------------------------------- */

void column_init(struct column *c, const struct column_about *about,
                 ZSTD_CCtx *zstd, size_t page_max)
{
	*c = (struct column){ .about = about,
		              .zstd = zstd,
		              .page_max = page_max };
	column_clear(c);
}

void column_done(struct column *c)
{
	buf_done(&c->values);
	buf_done(&c->pages);
	buf_done(&c->raw);
	numbers_done(&c->repeats);
	numbers_done(&c->defined);
	dict_done(&c->dict);
}

void column_clear(struct column *c)
{
	buf_clear(&c->values);
	buf_clear(&c->pages);
	numbers_clear(&c->repeats);
	numbers_clear(&c->defined);
	dict_clear(&c->dict, c->about->few);
	c->bounds = (struct bounds){ 0 };
	c->value_count = 0;
	c->null_count = 0;
	c->raw_size = 0;
	c->dict_size = 0;
	c->failed = !dict_ok(&c->dict);
}

static void defined(struct column *c, uint32_t level)
{
	numbers_add(&c->defined, level);
	c->value_count++;
}

void column_missing(struct column *c)
{
	c->null_count++;
	defined(c, 0);
}

void column_text(struct column *c, const char *text, size_t len)
{
	if (len == 0 && !c->about->required) {
		column_missing(c);
		return;
	}
	if (c->failed)
		return;
	if (len == 0)
		text = "";
	defined(c, 1);
	if (c->about->has_bounds)
		bounds_text(&c->bounds, text, len);
	if (c->dict.on && dict_add(&c->dict, text, len)) {
		c->failed = !dict_ok(&c->dict);
		return;
	}
	if (c->dict.on) {
		/* Go on without. */
		dict_unfold(&c->dict, &c->values);
		dict_clear(&c->dict, false);
	}
	value_put(&c->values, text, len);
}

void column_number(struct column *c, int64_t v)
{
	defined(c, 1);
	if (c->about->has_bounds)
		bounds_number(&c->bounds, v);
	buf_u64(&c->values, (uint64_t)v);
}

void column_list(struct column *c, const struct fiche_text *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		numbers_add(&c->repeats, i > 0);
		defined(c, 1);
		value_put(&c->values, items[i].ptr, items[i].len);
	}
	if (count == 0) {
		numbers_add(&c->repeats, 0);
		defined(c, 0);
	}
}

int column_row(struct column *c, struct fiche_error *err)
{
	if (c->failed || !buf_ok(&c->values) || c->repeats.failed ||
	    c->defined.failed)
		return err_nomem(err);
	/* With a dictionary, all of the row group is one small page. */
	if (c->dict.on || !page_is_full(c))
		return 0;
	return cut_page(c, err);
}

size_t column_held(const struct column *c)
{
	return c->pages.len + c->values.len + c->dict.values.len +
	       (c->repeats.count + c->defined.count + c->dict.used.count) *
	               sizeof(uint32_t);
}

uint64_t column_raw(const struct column *c)
{
	return c->raw_size + c->values.len;
}

/* ---- the end of a row group ---------------------------------------- */

int column_finish(struct column *c, struct fiche_error *err)
{
	int r = 0;

	if (c->dict.on && c->dict.used.count == 0)
		dict_clear(&c->dict, false);
	if (c->dict.on) {
		buf_clear(&c->raw);
		buf_put(&c->raw, c->dict.values.ptr, c->dict.values.len);
		r = put_page(c, true, c->dict.starts.count, err);
		c->dict_size = c->pages.len;
	}
	if (r == 0 && (c->defined.count > 0 || c->pages.len == 0))
		r = cut_page(c, err);
	return r;
}

static enum parquet_type type_of(const struct column_about *about)
{
	return about->kind == COLUMN_TEXT || about->kind == COLUMN_LIST
	               ? TYPE_BYTE_ARRAY
	               : TYPE_INT64;
}

static void put_statistics(const struct column *c, struct thrift *t)
{
	if (c->about->kind == COLUMN_LIST)
		return;
	thrift_struct(t, 12);
	thrift_i64(t, 3, (int64_t)c->null_count);
	bounds_put(&c->bounds, t);
	thrift_end(t);
}

void column_put_chunk(const struct column *c, struct thrift *t, uint64_t offset)
{
	bool list = c->about->kind == COLUMN_LIST;

	thrift_item(t);
	thrift_i64(t, 2, (int64_t)offset);
	thrift_struct(t, 3);
	thrift_i32(t, 1, (int32_t)type_of(c->about));
	thrift_list(t, 2, THRIFT_I32, c->dict.on ? 3 : 2);
	thrift_item_i32(t, ENCODING_PLAIN);
	thrift_item_i32(t, ENCODING_RLE);
	if (c->dict.on)
		thrift_item_i32(t, ENCODING_DICTIONARY);
	thrift_list(t, 3, THRIFT_BINARY, list ? 3 : 1);
	thrift_item_text(t, c->about->name);
	if (list) {
		thrift_item_text(t, "list");
		thrift_item_text(t, "element");
	}
	thrift_i32(t, 4, CODEC_ZSTD);
	thrift_i64(t, 5, (int64_t)c->value_count);
	thrift_i64(t, 6, (int64_t)c->raw_size);
	thrift_i64(t, 7, (int64_t)c->pages.len);
	thrift_i64(t, 9, (int64_t)(offset + c->dict_size));
	if (c->dict.on)
		thrift_i64(t, 11, (int64_t)offset);
	put_statistics(c, t);
	thrift_end(t);
	thrift_end(t);
}

/* ---- the schema ---------------------------------------------------- */

size_t column_schema_count(const struct column_about *about)
{
	return about->kind == COLUMN_LIST ? 3 : 1;
}

static void put_text_type(struct thrift *t, const char *name, bool required)
{
	thrift_item(t);
	thrift_i32(t, 1, TYPE_BYTE_ARRAY);
	thrift_i32(t, 3, required ? REPEAT_REQUIRED : REPEAT_OPTIONAL);
	thrift_text(t, 4, name);
	thrift_i32(t, 6, CONVERTED_UTF8);
	thrift_struct(t, 10);
	thrift_struct(t, 1); /* STRING */
	thrift_end(t);
	thrift_end(t);
	thrift_end(t);
}

static void put_group(struct thrift *t, const char *name, bool outer)
{
	thrift_item(t);
	thrift_i32(t, 3, outer ? REPEAT_REQUIRED : REPEAT_REPEATED);
	thrift_text(t, 4, name);
	thrift_i32(t, 5, 1);
	if (outer) {
		thrift_i32(t, 6, CONVERTED_LIST);
		thrift_struct(t, 10);
		thrift_struct(t, 3); /* LIST */
		thrift_end(t);
		thrift_end(t);
	}
	thrift_end(t);
}

static void put_number_type(struct thrift *t, const struct column_about *about)
{
	thrift_item(t);
	thrift_i32(t, 1, TYPE_INT64);
	thrift_i32(t, 3, about->required ? REPEAT_REQUIRED : REPEAT_OPTIONAL);
	thrift_text(t, 4, about->name);
	if (about->kind == COLUMN_TIME) {
		thrift_i32(t, 6, CONVERTED_TIMESTAMP_MILLIS);
		thrift_struct(t, 10);
		thrift_struct(t, 8); /* TIMESTAMP */
		thrift_bool(t, 1, true);
		thrift_struct(t, 2);
		thrift_struct(t, 1); /* MILLIS */
		thrift_end(t);
		thrift_end(t);
		thrift_end(t);
		thrift_end(t);
	}
	thrift_end(t);
}

void column_put_schema(const struct column_about *about, struct thrift *t)
{
	switch (about->kind) {
	case COLUMN_TEXT:
		put_text_type(t, about->name, about->required);
		break;
	case COLUMN_LIST:
		put_group(t, about->name, true);
		put_group(t, "list", false);
		put_text_type(t, "element", true);
		break;
	case COLUMN_NUMBER:
	case COLUMN_TIME:
		put_number_type(t, about);
		break;
	}
}
