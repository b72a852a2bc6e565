/* SPDX-License-Identifier: Apache-2.0 */
/* csv_row.c - cutting rows, and telling tables from prose. */
#include "ingest/csv_row.h"

#include <string.h>

#include "article/aliases.h"

#define ROWS_MAX     64 /* rows of the window that are counted */
#define NAME_MAX_LEN 64

/* In a quoted cell: to behind its closing quote.  False if there is none yet,
 * or if the next byte has to tell. */
static bool pass_quoted(struct csv_scan *scan, const struct csv_dialect *d,
                        const uint8_t *bytes, size_t len, bool final)
{
	const uint8_t *hit;

	while ((hit = memchr(bytes + scan->at, '"', len - scan->at)) != NULL) {
		scan->at = (size_t)(hit - bytes);
		if (scan->at + 1 == len && !final)
			return false;
		if (scan->at + 1 == len || bytes[scan->at + 1] != '"') {
			scan->at++;
			scan->quoted = false;
			scan->loose |= scan->at < len &&
			               bytes[scan->at] != d->delimiter &&
			               bytes[scan->at] != '\r' &&
			               bytes[scan->at] != '\n';
			return true;
		}
		scan->at += 2;
	}
	scan->at = len;
	return false;
}

bool csv_scan(struct csv_scan *scan, const struct csv_dialect *d,
              const uint8_t *bytes, size_t len, bool final, size_t *row,
              size_t *next)
{
	while (scan->at < len) {
		uint8_t c = bytes[scan->at];

		if (scan->quoted) {
			if (!pass_quoted(scan, d, bytes, len, final))
				break;
			continue;
		}
		if (c == '\n' || (d->cr && c == '\r')) {
			*row = scan->at;
			*next = scan->at + 1;
			if (c == '\n' && *row > 0 && bytes[*row - 1] == '\r')
				--*row;
			return true;
		}
		scan->quoted = c == '"' && !scan->inside;
		scan->inside = c != d->delimiter;
		scan->at++;
	}
	*row = *next = len;
	return final && scan->at == len && len > 0;
}

bool csv_cell(struct fiche_text *cell, struct buf *store, const uint8_t *row,
              size_t len, size_t *at, uint8_t delimiter)
{
	const uint8_t *from, *to, *end = row + len;

	if (*at > len)
		return false;
	from = row + *at;
	buf_clear(store);
	if (from < end && *from == '"') {
		for (from++; from < end; from = to + 1) {
			to = memchr(from, '"', (size_t)(end - from));
			if (to == NULL)
				to = end;
			buf_put(store, from, (size_t)(to - from));
			if (to == end || to + 1 == end || to[1] != '"') {
				from = to == end ? end : to + 1;
				break;
			}
			buf_u8(store, '"');
			to++;
		}
		if (from < end && *from != delimiter) {
			/* "So" he said: what follows belongs to it. */
			to = memchr(from, delimiter, (size_t)(end - from));
			if (to == NULL)
				to = end;
			buf_put(store, from, (size_t)(to - from));
			from = to;
		}
		*cell = (struct fiche_text){ (const char *)store->ptr,
			                     store->len };
		*at = (size_t)(from - row) + 1;
		return true;
	}
	to = memchr(from, delimiter, (size_t)(end - from));
	if (to == NULL)
		to = end;
	*cell = (struct fiche_text){ (const char *)from, (size_t)(to - from) };
	*at = (size_t)(to - row) + 1;
	return true;
}

/* ---- Sniffing ---- */

/* Could it be the name of a column? */
static bool is_name(struct fiche_text t, bool named)
{
	unsigned letters = 0, blanks = 0;

	if (t.len == 0 || t.len > NAME_MAX_LEN)
		return named && t.len == 0;
	for (size_t i = 0; i < t.len; i++) {
		uint8_t c = (uint8_t)t.ptr[i];
		bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

		letters += letter || c >= 0x80;
		blanks += c == ' ';
		if (c < ' ' || strchr("!?<>{}=;,\"|", c) != NULL)
			return false;
	}
	if (t.ptr[0] == ' ' || t.ptr[t.len - 1] == ' ' ||
	    (t.ptr[t.len - 1] == '.' && !named))
		return false;
	return letters > 0 && blanks <= (named ? 6u : 2u);
}

static bool is_known(struct fiche_text t)
{
	char name[ALIAS_KEY_MAX];
	const struct alias *alias;
	size_t n = alias_normalise(name, t.ptr, t.len);

	return n > 0 && alias_find(&alias, name, n) > 0;
}

struct header {
	size_t cells, known;
	bool names; /* all could be */
};

static struct header read_header(const uint8_t *row, size_t len,
                                 uint8_t delimiter, bool named)
{
	struct header h = { 0, 0, true };
	struct fiche_text cell;
	struct buf store = { 0 };
	size_t at = 0;

	while (csv_cell(&cell, &store, row, len, &at, delimiter)) {
		h.cells++;
		h.names &= is_name(cell, named);
		h.known += is_known(cell);
	}
	h.names &= buf_ok(&store);
	buf_done(&store);
	return h;
}

static size_t count_cells(const uint8_t *row, size_t len, uint8_t delimiter)
{
	struct fiche_text cell;
	struct buf store = { 0 };
	size_t at = 0, n = 0;

	while (csv_cell(&cell, &store, row, len, &at, delimiter))
		n++;
	buf_done(&store);
	return n;
}

/* Rows behind the header that have as many cells, and others. */
static void count_rows(size_t *even, size_t *odd, const struct csv_dialect *d,
                       const uint8_t *text, size_t len, bool complete)
{
	size_t row, next;

	*even = *odd = 0;
	while (*even + *odd < ROWS_MAX && len > 0) {
		struct csv_scan scan = { 0 };

		if (!csv_scan(&scan, d, text, len, complete, &row, &next))
			break;
		if (row > 0) {
			bool same = count_cells(text, row, d->delimiter) ==
			            d->columns;

			*even += same;
			*odd += !same;
		}
		text += next;
		len -= next;
	}
}

/* 0: no; else the better the more. */
static size_t judge(struct csv_dialect *d, const uint8_t *text, size_t len,
                    bool complete, bool named)
{
	struct csv_scan scan = { 0 };
	size_t row, next, even, odd;
	struct header h;

	if (!csv_scan(&scan, d, text, len, complete, &row, &next) ||
	    row > NAME_MAX_LEN * ROWS_MAX * 4)
		return 0;
	h = read_header(text, row, d->delimiter, named);
	d->columns = h.cells;
	count_rows(&even, &odd, d, text + next, len - next, complete);
	if (named) {
		if (h.cells < 2 && (h.known == 0 || d->delimiter != ','))
			return 0;
		return odd > even && h.known == 0
		               ? 0
		               : 1 + h.cells + 8 * h.known + 64 * even;
	}
	if (h.cells < 2 || !h.names || h.known == 0 || odd > 0)
		return 0;
	if (even < 2 && h.known < 2)
		return 0;
	if (even == 0 && complete)
		return 0;
	return 1 + h.cells + 8 * h.known + 64 * even;
}

static size_t skip_sep(uint8_t *delimiter, const uint8_t *text, size_t len)
{
	if (len < 6 || memcmp(text, "sep=", 4) != 0 ||
	    (text[5] != '\r' && text[5] != '\n'))
		return 0;
	*delimiter = text[4];
	return text[5] == '\r' && len > 6 && text[6] == '\n' ? 7 : 6;
}

bool csv_sniff(struct csv_dialect *out, const uint8_t *text, size_t len,
               bool complete, bool named)
{
	static const char delimiters[] = ",\t;|";
	uint8_t said = 0;
	size_t skip = skip_sep(&said, text, len), best = 0;
	bool cr = memchr(text, '\r', len) != NULL &&
	          memchr(text, '\n', len) == NULL;

	for (const char *c = delimiters; *c != '\0'; c++) {
		struct csv_dialect d = { .delimiter = (uint8_t)*c,
			                 .cr = cr,
			                 .skip = skip };
		size_t score;

		if (said != 0)
			d.delimiter = said;
		score = judge(&d, text + skip, len - skip, complete,
		              named || said != 0);
		if (score > best) {
			best = score;
			*out = d;
		}
	}
	return best > 0;
}

bool csv_has_header(const struct csv_dialect *d, const uint8_t *text,
                    size_t len)
{
	struct csv_scan scan = { 0 };
	size_t row, next;
	struct header h;

	text += d->skip;
	len -= d->skip;
	if (!csv_scan(&scan, d, text, len, true, &row, &next))
		return false;
	h = read_header(text, row, d->delimiter, true);
	return h.known > 0 || h.names;
}
