/* SPDX-License-Identifier: Apache-2.0 */
/*
 * csv.c - tables: each row becomes a JSON object with the names of the header
 * as keys, all values strings, empty cells left out.  That object is the
 * record.
 */
#include <inttypes.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "ingest/classify.h"
#include "ingest/csv_row.h"
#include "ingest/object.h"
#include "ingest/recode.h"

#define COLUMNS_MAX 4096

struct table {
	const struct input *i;
	struct lines *l;
	struct csv_dialect d;
	struct buf keys; /* "\"name\":" of each column, one after the other */
	size_t *key_at;  /* COLUMNS_MAX + 1 of them */
	size_t columns;
	bool loose;    /* the row at hand has text behind a closing quote */
	bool plain;    /* in it quotes are characters */
	uint64_t line; /* of the row at l->at */
	struct buf store, json;
};

static void pass(struct table *t, size_t n)
{
	const uint8_t *at = t->l->ptr + t->l->at, *end = at + n, *hit;
	char mark = t->d.cr ? '\r' : '\n';

	t->l->at += n;
	for (; (hit = memchr(at, mark, (size_t)(end - at))); at = hit + 1)
		t->line++;
}

/* ---- Rows ---- */

enum { ROW = FICHE_END + 1, LAST, UNCLOSED, TOO_LONG };

/* Find the row at l->at.  Returns one of these, FICHE_END, or a failure. */
static int find_row(struct table *t, size_t *row, size_t *next,
                    struct fiche_error *err)
{
	struct csv_scan scan = { 0 };

	for (;;) {
		size_t have = t->l->len - t->l->at;
		bool final = t->l->end != 0;
		int r;

		if (csv_scan(&scan, &t->d, t->l->ptr + t->l->at, have, final,
		             row, next))
			break;
		if (final)
			return have == 0 ? FICHE_END : UNCLOSED;
		if (have > t->l->max)
			return scan.quoted ? UNCLOSED : TOO_LONG;
		r = lines_fill(t->l, err);
		if (r < 0)
			return r;
	}
	t->loose = scan.loose;
	if (scan.quoted)
		return UNCLOSED;
	return *next == *row ? LAST : ROW;
}

static bool next_cell(struct table *t, struct fiche_text *cell,
                      const uint8_t *row, size_t len, size_t *at)
{
	const uint8_t *end;

	if (!t->plain)
		return csv_cell(cell, &t->store, row, len, at, t->d.delimiter);
	if (*at > len)
		return false;
	end = memchr(row + *at, t->d.delimiter, len - *at);
	cell->ptr = (const char *)row + *at;
	cell->len = (end != NULL ? (size_t)(end - row) : len) - *at;
	*at += cell->len + 1;
	return true;
}

static size_t count_cells(struct table *t, const uint8_t *row, size_t len)
{
	struct fiche_text cell;
	size_t at = 0, n = 0;

	while (next_cell(t, &cell, row, len, &at))
		n++;
	return n;
}

/* The JSON object of a row in t->json. */
static void make_object(struct table *t, const uint8_t *row, size_t len)
{
	struct fiche_text cell;
	size_t at = 0, n = 0;
	bool extra = false;

	buf_clear(&t->json);
	buf_u8(&t->json, '{');
	for (; next_cell(t, &cell, row, len, &at); n++) {
		if (cell.len == 0)
			continue;
		if (t->json.len > 1)
			buf_u8(&t->json, ',');
		if (n < t->columns)
			buf_put(&t->json, t->keys.ptr + t->key_at[n],
			        t->key_at[n + 1] - t->key_at[n]);
		else if (!extra)
			buf_text(&t->json, "\"_extra\":[");
		extra |= n >= t->columns;
		object_quote(&t->json, cell);
	}
	buf_text(&t->json, extra ? "]}" : "}");
}

/* Does a line that is a row of its own have as many cells as the header? */
static bool fits(struct table *t, size_t len)
{
	const uint8_t *row = t->l->ptr + t->l->at;
	struct csv_scan scan = { 0 };
	size_t end, next;

	if (!csv_scan(&scan, &t->d, row, len, true, &end, &next) || scan.quoted)
		return false;
	return count_cells(t, row, end) == t->columns;
}

/* The line at l->at, with its end; all that is there if it has none. */
static int find_line(struct table *t, size_t *len, bool *whole,
                     struct fiche_error *err)
{
	size_t looked = 0;

	for (;;) {
		const uint8_t *at = t->l->ptr + t->l->at;
		const uint8_t *hit = NULL;
		size_t have = t->l->len - t->l->at;
		int r;

		if (have > looked)
			hit = memchr(at + looked, t->d.cr ? '\r' : '\n',
			             have - looked);
		*whole = hit != NULL || t->l->end != 0;
		*len = hit != NULL ? (size_t)(hit - at) + 1 : have;
		if (*whole || have > t->l->max)
			return 0;
		looked = have;
		r = lines_fill(t->l, err);
		if (r < 0)
			return r;
	}
}

static int give_cells(struct table *t, size_t len, struct fiche_error *err)
{
	make_object(t, t->l->ptr + t->l->at, len);
	if (!buf_ok(&t->json) || !buf_ok(&t->store))
		return err_nomem(err);
	return t->json.len > 2 ? input_add_object(t->i, t->json.ptr,
	                                          t->json.len, t->line, err)
	                       : 0;
}

/* The line as a row in which quotes are characters, as TSV has it. */
static int give_plain(struct table *t, size_t len, bool *given,
                      struct fiche_error *err)
{
	const uint8_t *at = t->l->ptr + t->l->at;
	int r = 0;

	while (len > 0 && (at[len - 1] == '\n' || at[len - 1] == '\r'))
		len--;
	t->plain = true;
	*given = len > 0 && count_cells(t, at, len) == t->columns;
	if (*given)
		r = give_cells(t, len, err);
	t->plain = false;
	return r;
}

/* A quote is never closed in the row at l->at, or it is too long: pass its
 * line, and go on to the next that is a row by itself. */
static int resync(struct table *t, const char *what, struct fiche_error *err)
{
	bool whole = false, given = false;
	size_t len;
	int r = find_line(t, &len, &whole, err);

	/* Quotes of tables with tabs are often just that. */
	if (r == 0 && what != NULL && whole && t->d.delimiter == '\t')
		r = give_plain(t, len, &given, err);
	if (r < 0)
		return r;
	if (what != NULL && !given)
		input_skip(t->i, t->line, "%s", what);
	while (len > 0) {
		pass(t, len);
		r = find_line(t, &len, &whole, err);
		if (r < 0)
			return r;
		if (given || (whole && fits(t, len)))
			return 0;
	}
	return 0;
}

static const char unclosed[] = "a quote that is not closed: left out";

static int give_row(struct table *t, size_t row, size_t next,
                    struct fiche_error *err)
{
	const uint8_t *at = t->l->ptr + t->l->at;
	bool lines = memchr(at, t->d.cr ? '\r' : '\n', row) != NULL;
	int r;

	if (classify_blank(at, row)) {
		t->i->stats->blank_lines++;
		pass(t, next);
		return 0;
	}
	/* A quote that was not closed takes other rows with it. */
	if (lines && (t->loose || count_cells(t, at, row) != t->columns))
		return resync(t, unclosed, err);
	r = give_cells(t, row, err);
	pass(t, next);
	return r;
}

static int read_rows(struct table *t, struct fiche_error *err)
{
	size_t row, next;
	int r;

	while ((r = find_row(t, &row, &next, err)) >= 0 && r != FICHE_END) {
		if (r == LAST && stream_stopped(t->l->stream))
			return 0;
		if (r == TOO_LONG) {
			input_too_long(t->i, t->line);
			r = resync(t, NULL, err);
		} else if (r == UNCLOSED) {
			r = resync(t, unclosed, err);
		} else {
			r = give_row(t, row, next, err);
		}
		if (r < 0)
			return r;
	}
	return r < 0 ? r : 0;
}

/* ---- The header ---- */

static bool has_key(const struct table *t, const uint8_t *key, size_t len)
{
	for (size_t i = 0; i < t->columns; i++)
		if (len > 0 && t->key_at[i + 1] - t->key_at[i] == len &&
		    memcmp(t->keys.ptr + t->key_at[i], key, len) == 0)
			return true;
	return false;
}

/* Keys are unique: a second "text" is "text_2". */
static void add_key(struct table *t, struct fiche_text name, bool is_header)
{
	struct buf key = { 0 };
	size_t n = t->columns + 1;

	while (name.len > 0 && name.ptr[0] == ' ') {
		name.ptr++;
		name.len--;
	}
	while (name.len > 0 && name.ptr[name.len - 1] == ' ')
		name.len--;
	if (is_header && name.len > 0)
		object_quote(&key, name);
	else
		buf_printf(&key, "\"c%zu\"", n);
	buf_u8(&key, ':');
	if (has_key(t, key.ptr, key.len) && key.len > 2) {
		key.len -= 2;
		buf_printf(&key, "_%zu\":", n);
	}
	t->keys.failed |= key.failed;
	buf_put(&t->keys, key.ptr, key.len);
	t->key_at[++t->columns] = t->keys.len;
	buf_done(&key);
}

static int read_header(struct table *t, bool is_header, struct fiche_error *err)
{
	struct fiche_text cell;
	size_t row, next, at = 0;
	int r = find_row(t, &row, &next, err);

	if (r < 0 || r == FICHE_END)
		return r;
	while (t->columns < COLUMNS_MAX &&
	       csv_cell(&cell, &t->store, t->l->ptr + t->l->at, row, &at,
	                t->d.delimiter))
		add_key(t, cell, is_header);
	if (!buf_ok(&t->keys) || !buf_ok(&t->store))
		return err_nomem(err);
	if (is_header)
		pass(t, next);
	return 0;
}

static bool is_named(const struct look *look)
{
	return look_named(look, ".csv") || look_named(look, ".tsv") ||
	       look_named(look, ".tab") || look_named(look, ".psv");
}

/* The window of text that the dialect is judged by. */
static int look_again(struct table *t, struct look *out,
                      struct fiche_error *err)
{
	int r = lines_want(
		t->l, FORMAT_WINDOW < t->l->max ? FORMAT_WINDOW : t->l->max,
		err);

	if (r < 0)
		return r;
	*out = (struct look){ t->l->ptr + t->l->at, t->l->len - t->l->at,
		              t->l->end != 0, t->i->name };
	return 0;
}

static int read_table(struct table *t, struct fiche_error *err)
{
	struct look begin;
	bool header;
	int r = look_again(t, &begin, err);

	if (r < 0)
		return r;
	if (!csv_sniff(&t->d, begin.ptr, begin.len, begin.complete, true) &&
	    !csv_sniff(&t->d, begin.ptr, begin.len, true, true))
		t->d = (struct csv_dialect){ .delimiter = ',', .columns = 1 };
	header = t->i->in->opt.format == NULL ||
	         csv_has_header(&t->d, begin.ptr, begin.len);
	pass(t, t->d.skip);
	r = read_header(t, header, err);
	return r < 0 ? r : read_rows(t, err);
}

static int read_csv(const struct input *i, struct fiche_error *err)
{
	struct recode recode;
	struct table t = { .line = 1 };
	int r = recode_begin(&recode, &t.i, i, err), end;

	if (r < 0)
		return r;
	t.l = t.i->bytes;
	t.key_at = alloc_zeroed(COLUMNS_MAX + 1, sizeof(*t.key_at));
	r = t.key_at != NULL ? read_table(&t, err) : err_nomem(err);
	end = recode_end(&recode, "what follows is lost", err);
	alloc_free(t.key_at);
	buf_done(&t.keys);
	buf_done(&t.store);
	buf_done(&t.json);
	return r < 0 ? r : end;
}

static bool sniff(const struct look *look)
{
	struct csv_dialect d;
	struct buf text = { 0 };
	bool yes = false;

	if (memchr(look->ptr, 0, look->len) != NULL &&
	    recode_charset(look) == NULL)
		return false;
	recode_look(&text, look);
	if (buf_ok(&text) && text.len > 0 && text.ptr[0] != '<' &&
	    text.ptr[0] != '{' && text.ptr[0] != '[')
		yes = csv_sniff(&d, text.ptr, text.len, look->complete,
		                is_named(look));
	buf_done(&text);
	return yes;
}

const struct format format_csv = { "csv", sniff, read_csv };
