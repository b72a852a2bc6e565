/* SPDX-License-Identifier: Apache-2.0 */
/* chart.c - how the matches of a search are spread; see chart.h. */

#include "chart.h"

#include <stdlib.h>
#include <string.h>

#include "calendar.h"
#include "glyph.h"
#include "output.h"
#include "rows.h"
#include "str.h"

#define BAR_COLUMNS   60 /* at most */
#define BAR_LEAST     10
#define LABEL_COLUMNS 40 /* at most, on a terminal */
#define ALL_UNITS     60 /* up to so many, empty ones have a line too */

static const struct {
	const char *name;
	char field;
} fields[] = {
	{ "source", 's' },
	{ "tag", 't' },
	{ "lang", 'l' },
	{ "author", 'a' },
};

static const char *const unit_names[] = {
	[FICHE_UNIT_DAY] = "day",
	[FICHE_UNIT_WEEK] = "week",
	[FICHE_UNIT_MONTH] = "month",
	[FICHE_UNIT_YEAR] = "year",
};

char chart_field(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (strlen(fields[i].name) == len &&
		    memcmp(fields[i].name, name, len) == 0)
			return fields[i].field;
	return 0;
}

static const char *field_name_of(char field)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (fields[i].field == field)
			return fields[i].name;
	return "";
}

/* ---- bars ---------------------------------------------------------- */

struct bar {
	size_t label, label_len; /* within chart.labels */
	uint64_t count;
	uint64_t skipped; /* > 0: so many empty units, in place of a bar */
};

struct chart {
	const struct chart_style *style;
	struct str labels;
	struct bar *bars;
	size_t count, cap;
	bool failed;
	enum fiche_unit unit; /* of a histogram */
	int64_t first, last;  /* numbers of units */
	bool any;
	bool all_units;
};

static void add_bar(struct chart *c, const char *label, size_t len,
                    uint64_t count, uint64_t skipped)
{
	if (c->count == c->cap) {
		size_t cap = c->cap > 0 ? c->cap * 2 : 64;
		struct bar *bars = realloc(c->bars, cap * sizeof(*bars));

		if (!bars) {
			c->failed = true;
			return;
		}
		c->bars = bars;
		c->cap = cap;
	}
	c->bars[c->count++] =
		(struct bar){ c->labels.len, len, count, skipped };
	str_put(&c->labels, label, len);
}

static void chart_done(struct chart *c)
{
	str_done(&c->labels);
	free(c->bars);
}

/* A bar of `eighths` of a column: full blocks, then a part of one. */
static void put_bar(struct str *out, size_t eighths)
{
	for (; eighths >= 8; eighths -= 8)
		str_add(out, "\xe2\x96\x88");
	/* U+258F is one eighth, U+2589 seven. */
	if (eighths > 0)
		str_printf(out, "\xe2\x96%c", (int)(0x90 - eighths));
}

static size_t label_width(const struct chart *c)
{
	size_t widest = 0;

	for (size_t i = 0; i < c->count; i++) {
		struct str s = { 0 };
		size_t used =
			glyph_fit(&s, str_get(&c->labels) + c->bars[i].label,
		                  c->bars[i].label_len, SIZE_MAX / 2);

		widest = used > widest ? used : widest;
		str_done(&s);
	}
	return c->style->terminal && widest > LABEL_COLUMNS ? LABEL_COLUMNS
	                                                    : widest;
}

static uint64_t most_of(const struct chart *c)
{
	uint64_t most = 1;

	for (size_t i = 0; i < c->count; i++)
		if (c->bars[i].count > most)
			most = c->bars[i].count;
	return most;
}

/* What the label and the longest count leave. */
static size_t bar_width(const struct chart *c, size_t label, uint64_t most)
{
	struct str s = { 0 };
	size_t taken;

	str_count(&s, most);
	taken = 2 + label + 2 + 1 + s.len;
	str_done(&s);
	if (c->style->columns < taken + BAR_LEAST)
		return BAR_LEAST;
	return c->style->columns - taken > BAR_COLUMNS
	               ? BAR_COLUMNS
	               : c->style->columns - taken;
}

static void draw_line(const struct chart *c, struct str *line,
                      const struct bar *b, size_t width, size_t bar,
                      uint64_t most)
{
	size_t used, eighths;

	if (b->skipped > 0) {
		str_add(line, "  \xe2\x80\xa6  ");
		str_counted(line, b->skipped, unit_names[c->unit]);
		str_add(line, " without matches\n");
		return;
	}
	str_add(line, "  ");
	used = glyph_fit(line, str_get(&c->labels) + b->label, b->label_len,
	                 c->style->terminal ? width : SIZE_MAX / 2);
	str_pad(line, ' ', (used < width ? width - used : 0) + 2);
	/* Something is never nothing. */
	eighths = (size_t)((double)b->count / (double)most * (double)bar * 8);
	if (eighths == 0 && b->count > 0)
		eighths = 1;
	if (c->style->color && b->count > 0)
		str_add(line, "\033[36m");
	put_bar(line, eighths);
	if (c->style->color && b->count > 0)
		str_add(line, "\033[0m");
	str_add(line, eighths > 0 ? " " : "");
	str_count(line, b->count);
	str_char(line, '\n');
}

/* A heading, the bars, and what is not among them. */
static int draw(const struct chart *c, const char *heading, const char *rest)
{
	size_t width = label_width(c);
	uint64_t most = most_of(c);
	size_t bar = bar_width(c, width, most);
	struct str line = { 0 };
	bool ok = !c->failed && str_ok(&c->labels);

	str_printf(&line, c->style->color ? "\033[1m%s\033[0m\n" : "%s\n",
	           heading);
	for (size_t i = 0; i < c->count && ok; i++) {
		draw_line(c, &line, &c->bars[i], width, bar, most);
		ok = output_line(&line);
	}
	str_add(&line, rest);
	ok = output_line(&line) && ok;
	str_done(&line);
	return ok ? 0 : FICHE_ERR_NOMEM;
}

/* ---- JSON ---------------------------------------------------------- */

static int put_json(const struct chart *c, struct str *json)
{
	struct str line = { 0 };
	bool ok;

	str_char(json, '}');
	if (c->style->terminal)
		json_escape(&line, str_get(json), json->len);
	else
		str_put(&line, str_get(json), json->len);
	str_char(&line, '\n');
	ok = str_ok(json) && output_line(&line);
	str_done(&line);
	str_done(json);
	return ok ? 0 : FICHE_ERR_NOMEM;
}

static void begin_json(struct str *json, const char *type, const char *key,
                       const char *value)
{
	str_char(json, '{');
	str_key_text(json, "type", type);
	str_key_text(json, key, value);
}

/* ---- names of a field ---------------------------------------------- */

struct facet {
	struct chart chart;
	const char *name;
};

static int on_name(void *ctx, struct fiche_text name, uint64_t matches)
{
	struct facet *f = ctx;
	struct str json = { 0 };

	if (!f->chart.style->json) {
		add_bar(&f->chart, name.ptr, name.len, matches, 0);
		return f->chart.failed ? FICHE_ERR_NOMEM : 0;
	}
	begin_json(&json, "facet", "field", f->name);
	str_key(&json, "name");
	str_json(&json, name.ptr, name.len);
	str_key_count(&json, "count", matches);
	return put_json(&f->chart, &json);
}

int chart_facet(const struct fiche_hits *h, char field, size_t limit,
                const struct chart_style *style, struct fiche_error *err)
{
	struct facet f = { .chart.style = style, .name = field_name_of(field) };
	uint64_t others = 0;
	struct str rest = { 0 };
	int r;

	r = fiche_hits_facet(h, field, limit, on_name, &f, &others, err);
	if (r == 0 && style->json && others > 0) {
		begin_json(&rest, "facet_rest", "field", f.name);
		str_key_count(&rest, "names", others);
		r = put_json(&f.chart, &rest);
	} else if (r == 0 && !style->json) {
		if (others > 0) {
			str_add(&rest, "  \xe2\x80\xa6  ");
			str_count(&rest, others);
			str_add(&rest, " more\n");
		} else if (f.chart.count == 0) {
			str_add(&rest, "  none\n");
		}
		r = draw(&f.chart, f.name, str_get(&rest));
	}
	str_done(&rest);
	chart_done(&f.chart);
	return r;
}

/* ---- along time ---------------------------------------------------- */

static int on_span(void *ctx, int64_t begin, uint64_t matches)
{
	struct chart *c = ctx;
	int64_t number = unit_number(c->unit, begin);

	(void)matches;
	if (!c->any)
		c->first = number;
	c->any = true;
	c->last = number;
	return 0;
}

static int on_unit(void *ctx, int64_t begin, uint64_t matches)
{
	struct chart *c = ctx;
	int64_t number = unit_number(c->unit, begin);
	uint64_t skipped = c->any ? (uint64_t)(number - c->last - 1) : 0;
	struct str json = { 0 };
	char buf[32];
	const char *label;

	if (c->style->json) {
		begin_json(&json, "histogram", "unit", unit_names[c->unit]);
		str_key_text(&json, "from", unit_label(buf, c->unit, begin));
		str_key_count(&json, "count", matches);
		return put_json(c, &json);
	}
	/* A line for a gap of one unit would save none. */
	if (skipped > 1 && !c->all_units) {
		add_bar(c, "", 0, 0, skipped);
		skipped = 0;
	}
	for (int64_t i = number - (int64_t)skipped; i < number; i++) {
		label = unit_label(buf, c->unit, unit_begin(c->unit, i));
		add_bar(c, label, strlen(label), 0, 0);
	}
	label = unit_label(buf, c->unit, begin);
	add_bar(c, label, strlen(label), matches, 0);
	c->any = true;
	c->last = number;
	return c->failed ? FICHE_ERR_NOMEM : 0;
}

int chart_histogram(const struct fiche_hits *h, enum fiche_unit unit,
                    const struct chart_style *style, struct fiche_error *err)
{
	struct chart c = { .style = style, .unit = unit };
	struct str heading = { 0 }, rest = { 0 };
	uint64_t undated = 0;
	int r;

	/* How far it reaches decides how gaps are drawn. */
	r = fiche_hits_histogram(h, unit, on_span, &c, &undated, err);
	if (r != 0)
		return r;
	c.all_units = c.any && c.last - c.first < ALL_UNITS;
	c.any = false;
	r = fiche_hits_histogram(h, unit, on_unit, &c, &undated, err);
	if (r == 0 && style->json && undated > 0) {
		begin_json(&rest, "histogram_rest", "unit", unit_names[unit]);
		str_key_count(&rest, "undated", undated);
		r = put_json(&c, &rest);
	} else if (r == 0 && !style->json) {
		str_printf(&heading, "%s%s", unit_names[unit],
		           unit == FICHE_UNIT_WEEK ? ", from its Monday" : "");
		if (undated > 0) {
			str_add(&rest, "  \xe2\x80\xa6  ");
			str_count(&rest, undated);
			str_add(&rest, " without a date\n");
		}
		r = draw(&c, str_get(&heading), str_get(&rest));
	}
	str_done(&heading);
	str_done(&rest);
	chart_done(&c);
	return r;
}
