/* SPDX-License-Identifier: Apache-2.0 */
/* hits.c - what a search found, for people; see hits.h. */

#include "hits.h"

#include <string.h>

#include "glyph.h"
#include "output.h"

#define DATE_COLUMNS    10
#define SOURCE_COLUMNS  20
#define SOURCE_LEAST    12 /* where lines are short */
#define ID_DIGITS       12 /* as in tables: enough for any archive */
#define ARCHIVE_COLUMNS 24 /* at most, on a terminal */
#define TITLE_COLUMNS   48 /* off a terminal */
#define INDENT          12 /* of a passage: below the source */
#define PASSAGE_LINES   2
#define NARROW          80 /* columns of a terminal */
#define VERY_NARROW     60

#define ELLIPSIS "\xe2\x80\xa6"

/*
 * Text is first made safe for a terminal, which leaves no control characters;
 * then these two can stand around each word that is to be marked.
 */
#define MARK_BEGIN '\1'
#define MARK_END   '\2'

/* How a marked word is shown. */
struct paint {
	const char *begin, *end;
	size_t columns; /* of each of them */
};

static const char mark_begin[] = { MARK_BEGIN, '\0' };
static const char mark_end[] = { MARK_END, '\0' };

static const struct paint quotes = { "\xc2\xab", "\xc2\xbb", 1 };
static const struct paint bright = { "\033[1;31m", "\033[0m", 0 };
/* Inside something bold. */
static const struct paint bright_in_bold = { "\033[31m", "\033[39m", 0 };

/* ---- from a snippet to one marked line ----------------------------- */

static bool is_blank(const struct glyph *g)
{
	return g->valid && (g->code == ' ' || (g->code >= 9 && g->code <= 13) ||
	                    g->code == 0xa0 || g->code == 0x2028 ||
	                    g->code == 0x2029 || g->code == 0x3000);
}

/* Two marks with nothing but blanks or one sign between them become one. */
static bool marks_touch(const struct fiche_snippet *s, size_t m)
{
	struct glyph g;
	size_t count = 0, blanks = 0;

	if (m + 1 >= s->mark_count)
		return false;
	for (size_t at = s->marks[m].to; at < s->marks[m + 1].from;
	     at += g.size) {
		glyph_next(&g, s->text.ptr + at, s->text.len - at);
		count++;
		blanks += is_blank(&g);
	}
	return count == blanks || count == 1;
}

/* The snippet as one line, blanks in a row as one; `safe`: spelled out. */
static void put_marked(struct str *out, const struct fiche_snippet *s,
                       bool safe, const char *begin, const char *end)
{
	const char *text = s->text.ptr;
	bool gap = false, inside = false;
	size_t m = 0, first;
	struct glyph g;

	str_add(out, s->cut_before ? ELLIPSIS : "");
	first = out->len;
	for (size_t at = 0; at < s->text.len; at += g.size) {
		glyph_next(&g, text + at, s->text.len - at);
		while (m < s->mark_count && at >= s->marks[m].to) {
			if (inside && !marks_touch(s, m)) {
				str_add(out, end);
				inside = false;
			}
			m++;
		}
		if (is_blank(&g)) {
			gap = true;
			continue;
		}
		if (gap && out->len > first)
			str_char(out, ' ');
		gap = false;
		if (!inside && m < s->mark_count && at >= s->marks[m].from) {
			str_add(out, begin);
			inside = true;
		}
		if (safe)
			glyph_escape(out, text + at, g.size, GLYPH_LINE);
		else
			str_put(out, text + at, g.size);
	}
	str_add(out, inside ? end : "");
	str_add(out, s->cut_after ? ELLIPSIS : "");
}

static void find_passage(struct fiche_snippet *out, const struct fiche_hits *h,
                         const struct fiche_article *a, size_t context)
{
	fiche_hits_snippet(h, a->text.len > 0 ? a->text : a->summary, context,
	                   out);
}

void hit_passage(struct str *out, const struct fiche_hits *h,
                 const struct fiche_article *a, size_t context)
{
	struct fiche_snippet s;

	find_passage(&s, h, a, context);
	put_marked(out, &s, false, quotes.begin, quotes.end);
}

/* ---- from a marked line to the terminal ---------------------------- */

/* A beginning of marked text. */
struct part {
	size_t bytes;
	size_t columns;
	size_t space; /* where it may be broken; 0: nowhere */
	bool inside;  /* it ends within a marked word */
};

/* The longest part that fits into `columns`. */
static struct part fit(const char *s, size_t len, size_t columns,
                       const struct paint *p)
{
	struct part part = { 0 };
	size_t begins = 0; /* 1 behind the begin of a marked word */
	struct glyph g;

	while (part.bytes < len) {
		char c = s[part.bytes];
		bool is_mark = c == MARK_BEGIN || c == MARK_END;

		glyph_next(&g, s + part.bytes, len - part.bytes);
		if (is_mark)
			g.columns = (unsigned)p->columns;
		if (part.columns + g.columns > columns)
			break;
		/* Scripts of wide characters are written without spaces. */
		if (c == ' ' || g.columns == 2)
			part.space = part.bytes - begins;
		begins = c == MARK_BEGIN;
		if (is_mark)
			part.inside = c == MARK_BEGIN;
		part.columns += g.columns;
		part.bytes += g.size;
	}
	return part;
}

static void paint(struct str *out, const char *s, size_t len,
                  const struct paint *p)
{
	for (size_t i = 0; i < len; i++) {
		if (s[i] == MARK_BEGIN)
			str_add(out, p->begin);
		else if (s[i] == MARK_END)
			str_add(out, p->end);
		else
			str_char(out, s[i]);
	}
}

/* One line, cut with an ellipsis where it is longer.  Its columns. */
static size_t paint_cut(struct str *out, const char *s, size_t len,
                        size_t columns, const struct paint *p)
{
	struct part part = fit(s, len, columns, p);

	if (part.bytes == len) {
		paint(out, s, len, p);
		return part.columns;
	}
	if (columns < 1 + p->columns)
		return 0;
	part = fit(s, len, columns - 1 - p->columns, p);
	paint(out, s, part.bytes, p);
	if (part.inside) {
		str_add(out, p->end);
		part.columns += p->columns;
	}
	str_add(out, ELLIPSIS);
	return part.columns + 1;
}

/* ---- the passage --------------------------------------------------- */

static size_t indent(const struct hit_lines *l)
{
	return l->terminal && l->columns < VERY_NARROW ? 4 : INDENT;
}

static size_t line_columns(const struct hit_lines *l)
{
	if (!l->terminal)
		return SIZE_MAX / 2;
	return l->columns > indent(l) + 20 ? l->columns - indent(l) : 20;
}

/*
 * Into l->text: a passage that has room, so that no marked word is cut off.
 * Characters may be as wide as two columns, and words do not fill their line.
 */
static void choose_passage(struct hit_lines *l, const struct fiche_article *a,
                           const struct paint *p)
{
	size_t room = line_columns(l) * PASSAGE_LINES, context = l->context;
	struct fiche_snippet s;
	struct part all;

	for (int tries = 0; tries < 4; tries++) {
		str_clear(&l->text);
		find_passage(&s, l->hits, a, context);
		put_marked(&l->text, &s, true, mark_begin, mark_end);
		if (!l->terminal || !l->short_passages)
			return;
		all = fit(str_get(&l->text), l->text.len, SIZE_MAX / 2, p);
		if (all.columns + room / 12 <= room)
			return;
		context = context * (room - room / 12) / all.columns;
	}
}

static void put_passage(struct hit_lines *l, const struct paint *p)
{
	size_t len = l->text.len, width = line_columns(l);
	size_t last = l->short_passages ? PASSAGE_LINES : SIZE_MAX;
	const char *s = str_get(&l->text);

	for (size_t line = 1; len > 0; line++) {
		struct part part = fit(s, len, width, p);
		size_t end = part.space > 0 ? part.space : part.bytes;

		str_pad(&l->line, ' ', indent(l));
		if (line == last || part.bytes == len) {
			(void)paint_cut(&l->line, s, len, width, p);
			str_char(&l->line, '\n');
			return;
		}
		paint(&l->line, s, end, p);
		str_char(&l->line, '\n');
		while (end < len && s[end] == ' ')
			end++;
		s += end;
		len -= end;
	}
}

/* ---- one article --------------------------------------------------- */

static void cell(struct hit_lines *l, const char *s, size_t len, size_t columns)
{
	size_t used = glyph_fit(&l->line, s, len,
	                        l->terminal ? columns : SIZE_MAX / 2);

	str_pad(&l->line, ' ', used < columns ? columns - used : 0);
	str_add(&l->line, "  ");
}

static size_t archive_columns(const struct hit_lines *l)
{
	if (l->terminal && l->archive_columns > ARCHIVE_COLUMNS)
		return ARCHIVE_COLUMNS;
	return l->archive_columns;
}

static size_t source_columns(const struct hit_lines *l)
{
	return l->terminal && l->columns < NARROW ? SOURCE_LEAST
	                                          : SOURCE_COLUMNS;
}

static size_t title_columns(const struct hit_lines *l)
{
	size_t taken = DATE_COLUMNS + 2 + source_columns(l) + 2 + 2 + ID_DIGITS;

	if (!l->terminal)
		return TITLE_COLUMNS;
	if (l->archive_columns > 0)
		taken += 2 + archive_columns(l);
	return l->columns < taken + 8 ? 8 : l->columns - taken;
}

/* What an article without a title is called by. */
static const struct fiche_text *name_of(const struct fiche_article *a)
{
	return a->title.len > 0  ? &a->title
	       : a->url.len > 0  ? &a->url
	       : a->path.len > 0 ? &a->path
	                         : &a->source_id;
}

static void title_cell(struct hit_lines *l, const struct fiche_article *a)
{
	size_t columns = title_columns(l), used;
	const struct fiche_text *name = name_of(a);
	struct fiche_snippet s;

	/* Among quotation marks a title would be hard to read on. */
	if (!l->color) {
		cell(l, name->ptr, name->len, columns);
		return;
	}
	str_clear(&l->text);
	fiche_hits_snippet(l->hits, *name, name->len, &s);
	put_marked(&l->text, &s, true, mark_begin, mark_end);
	str_add(&l->line, "\033[1m");
	used = paint_cut(&l->line, str_get(&l->text), l->text.len,
	                 l->terminal ? columns : SIZE_MAX / 2, &bright_in_bold);
	str_add(&l->line, "\033[0m");
	str_pad(&l->line, ' ', used < columns ? columns - used : 0);
	str_add(&l->line, "  ");
}

bool hit_lines_add(struct hit_lines *l, const struct fiche_article *a,
                   const char *archive)
{
	char buf[32];
	const char *date = a->published.precision == FICHE_DATE_NONE
	                           ? ""
	                           : fiche_format_date(buf, &a->published);
	size_t len = strlen(date);
	bool ok;

	cell(l, date, len < DATE_COLUMNS ? len : DATE_COLUMNS, DATE_COLUMNS);
	cell(l, a->source.ptr, a->source.len, source_columns(l));
	title_cell(l, a);
	str_hex(&l->line, a->digest, ID_DIGITS / 2);
	if (l->archive_columns > 0) {
		str_add(&l->line, "  ");
		(void)glyph_fit(&l->line, archive, strlen(archive),
		                l->terminal ? archive_columns(l)
		                            : SIZE_MAX / 2);
	}
	str_char(&l->line, '\n');
	if (l->context > 0) {
		const struct paint *p = l->color ? &bright : &quotes;

		choose_passage(l, a, p);
		put_passage(l, p);
	}
	ok = str_ok(&l->text);
	return output_line(&l->line) && ok;
}

void hit_lines_done(struct hit_lines *l)
{
	str_done(&l->line);
	str_done(&l->text);
}
