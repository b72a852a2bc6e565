/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.c - tables as text: csv after RFC 4180, and tsv, where TAB, CR, LF and
 * backslash are written as \t, \r, \n and \\ (so that a line is a row).
 */

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"
#include "export/cell.h"
#include "export/format.h"

#define EXCEL_MOST 32767 /* UTF-16 units in a cell */

struct export_writer {
	struct out *out;
	bool tabs;
	bool excel;
	struct cell_list cells;
	struct buf cell, row;
};

static void csv_free(struct export_writer *w)
{
	if (!w)
		return;
	buf_done(&w->cell);
	buf_done(&w->row);
	alloc_free(w);
}

/*
 * Excel takes what begins like this for a formula, and a formula may call
 * programs.  A cell that is too long would spill over into other rows.
 */
static void tame(struct buf *cell)
{
	static const char begins[] = "=+-@\t\r\n";
	size_t at = 0, units = 0, cut = 0;
	uint32_t c;

	if (cell->len > 0 && memchr(begins, cell->ptr[0], sizeof(begins) - 1)) {
		buf_u8(cell, 0);
		if (!buf_ok(cell))
			return;
		memmove(cell->ptr + 1, cell->ptr, cell->len - 1);
		cell->ptr[0] = '\'';
	}
	while (at < cell->len && units <= EXCEL_MOST) {
		unsigned n = utf8_decode(&c, (const char *)cell->ptr + at,
		                         cell->len - at);

		if (units + 2 <= EXCEL_MOST - 1)
			cut = at + (n > 0 ? n : 1);
		at += n > 0 ? n : 1;
		units += n == 4 ? 2 : 1;
	}
	if (units > EXCEL_MOST) {
		cell->len = cut;
		buf_text(cell, "\xe2\x80\xa6");
	}
}

static void put_quoted(struct buf *row, const struct buf *cell, bool alone)
{
	const char *from = (const char *)cell->ptr, *end;
	bool plain = !alone || cell->len > 0;

	for (size_t i = 0; i < cell->len && plain; i++)
		plain = from[i] != ',' && from[i] != '"' && from[i] != '\n' &&
		        from[i] != '\r';
	if (plain) {
		buf_put(row, cell->ptr, cell->len);
		return;
	}
	buf_text(row, "\"");
	end = from ? from + cell->len : from;
	while (from < end) {
		const char *quote = memchr(from, '"', (size_t)(end - from));
		const char *to = quote ? quote + 1 : end;

		buf_put(row, from, (size_t)(to - from));
		if (quote)
			buf_text(row, "\"");
		from = to;
	}
	buf_text(row, "\"");
}

static void put_escaped(struct buf *row, const struct buf *cell)
{
	size_t from = 0;

	for (size_t i = 0; i <= cell->len; i++) {
		const char *as = i == cell->len         ? ""
		                 : cell->ptr[i] == '\t' ? "\\t"
		                 : cell->ptr[i] == '\n' ? "\\n"
		                 : cell->ptr[i] == '\r' ? "\\r"
		                 : cell->ptr[i] == '\\' ? "\\\\"
		                                        : NULL;

		if (!as)
			continue;
		if (i > from)
			buf_put(row, cell->ptr + from, i - from);
		buf_text(row, as);
		from = i + 1;
	}
}

/* NUL ends the line, or the file, for many readers of such tables. */
static void without_nul(struct buf *cell)
{
	struct buf clean = { 0 };
	size_t from = 0;

	if (cell->len == 0 || !memchr(cell->ptr, 0, cell->len))
		return;
	for (size_t i = 0; i <= cell->len; i++) {
		if (i < cell->len && cell->ptr[i] != 0)
			continue;
		buf_put(&clean, cell->ptr + from, i - from);
		if (i < cell->len)
			buf_text(&clean, "\xef\xbf\xbd");
		from = i + 1;
	}
	clean.failed |= cell->failed;
	buf_done(cell);
	*cell = clean;
}

static void put_cell(struct export_writer *w, size_t i)
{
	if (i > 0)
		buf_text(&w->row, w->tabs ? "\t" : ",");
	without_nul(&w->cell);
	if (w->excel)
		tame(&w->cell);
	if (w->tabs)
		put_escaped(&w->row, &w->cell);
	else
		put_quoted(&w->row, &w->cell, w->cells.count == 1);
	if (!buf_ok(&w->cell))
		w->row.failed = true;
}

static int put_row(struct export_writer *w, struct fiche_error *err)
{
	buf_text(&w->row, w->excel ? "\r\n" : "\n");
	if (!buf_ok(&w->row))
		return err_nomem(err);
	return out_put(w->out, w->row.ptr, w->row.len, err);
}

static int begin(struct export_writer **out, const struct export_target *to,
                 bool tabs, struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->out = to->out;
	w->tabs = tabs;
	w->excel = to->opt->excel;
	r = cell_list_init(&w->cells, to->opt, err);
	if (w->excel)
		buf_text(&w->row, "\xef\xbb\xbf");
	for (size_t i = 0; i < w->cells.count && r == 0; i++) {
		buf_clear(&w->cell);
		buf_text(&w->cell, cell_name(w->cells.cells[i]));
		put_cell(w, i);
	}
	if (r == 0)
		r = put_row(w, err);
	if (r < 0) {
		csv_free(w);
		return r;
	}
	*out = w;
	return 0;
}

static int csv_begin(struct export_writer **out, const struct export_target *to,
                     struct fiche_error *err)
{
	return begin(out, to, false, err);
}

static int tsv_begin(struct export_writer **out, const struct export_target *to,
                     struct fiche_error *err)
{
	return begin(out, to, true, err);
}

static int csv_add(struct export_writer *w, const struct export_article *a,
                   struct fiche_error *err)
{
	buf_clear(&w->row);
	for (size_t i = 0; i < w->cells.count; i++) {
		buf_clear(&w->cell);
		cell_text(&w->cell, w->cells.cells[i], a->article);
		put_cell(w, i);
	}
	return put_row(w, err);
}

static int csv_finish(struct export_writer *w, struct fiche_error *err)
{
	(void)w;
	(void)err;
	return 0;
}

const struct export_format export_csv = {
	.about = { "csv", "a table, comma-separated (RFC 4180)", ".csv", false,
	           false },
	.takes_fields = true,
	.no_record = true,
	.no_json = true,
	.begin = csv_begin,
	.add = csv_add,
	.finish = csv_finish,
	.free = csv_free,
};

const struct export_format export_tsv = {
	.about = { "tsv", "a table, tab-separated, one line for each article",
	           ".tsv", false, false },
	.takes_fields = true,
	.no_record = true,
	.no_json = true,
	.begin = tsv_begin,
	.add = csv_add,
	.finish = csv_finish,
	.free = csv_free,
};
