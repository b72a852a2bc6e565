/* SPDX-License-Identifier: Apache-2.0 */
/* rows.c - articles as rows; see rows.h. */

#include "rows.h"

#include <string.h>

#include "glyph.h"
#include "output.h"

#define ID_DIGITS 12 /* in a table: enough for any archive */

/* Columns of a table; 0: as much as there is. */
static size_t width_of(const struct rows *r, enum field_id f)
{
	switch (f) {
	case FIELD_ID:
		return r->whole_ids ? (size_t)2 * FICHE_DIGEST_SIZE : ID_DIGITS;
	case FIELD_PUBLISHED:
	case FIELD_MODIFIED:
	case FIELD_FETCHED:
		return 10;
	case FIELD_NUMBER:
	case FIELD_TEXT_SIZE:
		return 8;
	case FIELD_LANGUAGE:
		return 5;
	case FIELD_SOURCE:
	case FIELD_SOURCE_ID:
	case FIELD_SECTION:
	case FIELD_TYPE:
		return 20;
	default:
		return 0;
	}
}

/* What is left of the line for each column without a width of its own. */
static size_t share_of(const struct rows *r)
{
	size_t taken = 0, open = 0, gaps = (r->fields->count - 1) * 2;

	for (size_t i = 0; i < r->fields->count; i++) {
		taken += width_of(r, r->fields->list[i]);
		open += width_of(r, r->fields->list[i]) == 0;
	}
	if (open == 0)
		return 0;
	if (!r->terminal)
		return 48;
	if (r->columns < taken + gaps + open * 8)
		return 8;
	return (r->columns - taken - gaps) / open;
}

static void table_cell(struct rows *r, size_t column, const char *text,
                       size_t len, size_t share)
{
	enum field_id f = r->fields->list[column];
	size_t width = width_of(r, f), used;
	bool last = column + 1 == r->fields->count;

	if (width == 0)
		width = share;
	/* Off a terminal a long cell moves the rest of its line. */
	used = glyph_fit(&r->line, text, len,
	                 r->terminal ? width : SIZE_MAX / 2);
	if (!last) {
		str_pad(&r->line, ' ', used < width ? width - used : 0);
		str_add(&r->line, "  ");
	}
}

static void table_row(struct rows *r, const struct fiche_article *a)
{
	size_t share = share_of(r);

	for (size_t i = 0; i < r->fields->count; i++) {
		enum field_id f = r->fields->list[i];
		size_t len;

		str_clear(&r->cell);
		field_text(&r->cell, a, f);
		len = r->cell.len;
		if ((f == FIELD_ID && !r->whole_ids) || f == FIELD_PUBLISHED ||
		    f == FIELD_MODIFIED || f == FIELD_FETCHED)
			if (len > width_of(r, f))
				len = width_of(r, f);
		table_cell(r, i, str_get(&r->cell), len, share);
	}
	/* Nothing in the last columns, no blanks either. */
	while (r->line.len > 0 && r->line.ptr[r->line.len - 1] == ' ')
		r->line.ptr[--r->line.len] = '\0';
}

static void tsv_cell(struct rows *r)
{
	for (size_t i = 0; i < r->cell.len; i++) {
		char c = r->cell.ptr[i];

		switch (c) {
		case '\t':
			str_add(&r->line, "\\t");
			break;
		case '\n':
			str_add(&r->line, "\\n");
			break;
		case '\r':
			str_add(&r->line, "\\r");
			break;
		case '\\':
			str_add(&r->line, "\\\\");
			break;
		default:
			str_char(&r->line, c);
			break;
		}
	}
}

static void csv_cell(struct rows *r)
{
	const char *text = str_get(&r->cell);

	if (!strpbrk(text, ",\"\r\n") && strlen(text) == r->cell.len) {
		str_put(&r->line, text, r->cell.len);
		return;
	}
	str_char(&r->line, '"');
	for (size_t i = 0; i < r->cell.len; i++) {
		if (text[i] == '"')
			str_char(&r->line, '"');
		str_char(&r->line, text[i]);
	}
	str_char(&r->line, '"');
}

static void delimited_row(struct rows *r, const struct fiche_article *a)
{
	struct str raw = { 0 };

	for (size_t i = 0; i < r->fields->count; i++) {
		if (i > 0)
			str_char(&r->line, r->format == ROWS_TSV ? '\t' : ',');
		str_clear(&r->cell);
		str_clear(&raw);
		field_text(&raw, a, r->fields->list[i]);
		if (r->terminal)
			glyph_escape(&r->cell, str_get(&raw), raw.len,
			             GLYPH_TEXT);
		else
			str_put(&r->cell, str_get(&raw), raw.len);
		r->cell.failed |= raw.failed;
		if (r->format == ROWS_TSV)
			tsv_cell(r);
		else
			csv_cell(r);
		r->line.failed |= r->cell.failed;
	}
	str_done(&raw);
}

static void jsonl_row(struct rows *r, const struct fiche_article *a)
{
	str_clear(&r->cell);
	str_char(&r->cell, '{');
	for (size_t i = 0; i < r->fields->count; i++) {
		str_key(&r->cell, field_name(r->fields->list[i]));
		field_json(&r->cell, a, r->fields->list[i]);
	}
	str_char(&r->cell, '}');
	if (r->terminal)
		json_escape(&r->line, str_get(&r->cell), r->cell.len);
	else
		str_put(&r->line, str_get(&r->cell), r->cell.len);
}

static bool finish(struct rows *r)
{
	bool ok = !r->cell.failed;

	str_char(&r->line, r->end);
	return output_line(&r->line) && ok;
}

void rows_begin(struct rows *r)
{
	size_t share;

	if (r->format == ROWS_TSV || r->format == ROWS_CSV) {
		for (size_t i = 0; i < r->fields->count; i++) {
			if (i > 0)
				str_char(&r->line,
				         r->format == ROWS_TSV ? '\t' : ',');
			str_add(&r->line, field_name(r->fields->list[i]));
		}
		(void)finish(r);
	} else if (r->format == ROWS_TABLE && r->terminal) {
		share = share_of(r);
		if (r->color)
			str_add(&r->line, "\033[1m");
		for (size_t i = 0; i < r->fields->count; i++) {
			const char *name = field_name(r->fields->list[i]);

			table_cell(r, i, name, strlen(name), share);
		}
		if (r->color)
			str_add(&r->line, "\033[0m");
		(void)finish(r);
	}
}

bool rows_add(struct rows *r, const struct fiche_article *a)
{
	switch (r->format) {
	case ROWS_TABLE:
		table_row(r, a);
		break;
	case ROWS_TSV:
	case ROWS_CSV:
		delimited_row(r, a);
		break;
	case ROWS_JSONL:
		jsonl_row(r, a);
		break;
	case ROWS_IDS:
		str_hex(&r->line, a->digest, sizeof(a->digest));
		break;
	}
	return finish(r);
}

bool rows_add_json(struct rows *r, const struct fiche_text *json)
{
	if (r->terminal)
		json_escape(&r->line, json->ptr, json->len);
	else
		str_put(&r->line, json->ptr, json->len);
	return finish(r);
}

void rows_done(struct rows *r)
{
	str_done(&r->line);
	str_done(&r->cell);
}

void json_escape(struct str *out, const char *json, size_t len)
{
	struct glyph g;

	/* In JSON all of these can only stand inside a string. */
	for (size_t at = 0; at < len; at += g.size) {
		glyph_next(&g, json + at, len - at);
		if (glyph_unsafe(&g) && g.valid && g.code >= 0x7f)
			str_printf(out, "\\u%04x", (unsigned)g.code);
		else if (!g.valid)
			str_add(out, "\xef\xbf\xbd");
		else
			str_put(out, json + at, g.size);
	}
}
