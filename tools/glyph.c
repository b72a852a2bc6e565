/* SPDX-License-Identifier: Apache-2.0 */
/* glyph.c - characters as a terminal shows them; see glyph.h. */

#include "glyph.h"

#include "str.h"

struct range {
	uint32_t first, last;
};

static const struct range zero_columns[] = {
	{ 0x0300, 0x036f },   { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
	{ 0x05bf, 0x05c7 },   { 0x0610, 0x061c }, { 0x064b, 0x065f },
	{ 0x0670, 0x0670 },   { 0x06d6, 0x06dc }, { 0x06df, 0x06e4 },
	{ 0x0900, 0x0902 },   { 0x093c, 0x093c }, { 0x0941, 0x0948 },
	{ 0x094d, 0x094d },   { 0x0e31, 0x0e31 }, { 0x0e34, 0x0e3a },
	{ 0x0e47, 0x0e4e },   { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff },
	{ 0x200b, 0x200f },   { 0x202a, 0x202e }, { 0x2060, 0x2064 },
	{ 0x2066, 0x206f },   { 0x20d0, 0x20ff }, { 0x302a, 0x302d },
	{ 0xfe00, 0xfe0f },   { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
	{ 0xe0100, 0xe01ef },
};

static const struct range two_columns[] = {
	{ 0x1100, 0x115f },   { 0x2e80, 0x303e },   { 0x3041, 0x4dbf },
	{ 0x4e00, 0xa4cf },   { 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },   { 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 },   { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff },
	{ 0x1f900, 0x1f9ff }, { 0x20000, 0x3fffd },
};

static bool within(const struct range *r, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count && r[i].first <= code; i++)
		if (code <= r[i].last)
			return true;
	return false;
}

static unsigned columns_of(uint32_t code)
{
	if (code < 0x300)
		return 1;
	if (within(zero_columns, sizeof(zero_columns) / sizeof(*zero_columns),
	           code))
		return 0;
	if (within(two_columns, sizeof(two_columns) / sizeof(*two_columns),
	           code))
		return 2;
	return 1;
}

void glyph_next(struct glyph *out, const char *s, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const uint8_t *p = (const uint8_t *)s;
	uint32_t code = p[0];
	unsigned size = 1;

	*out = (struct glyph){ .code = code, .size = 1, .columns = 1 };
	if (code < 0x80) {
		out->valid = true;
		return;
	}
	if (code >= 0xc2 && code <= 0xdf) {
		size = 2;
		code &= 0x1f;
	} else if (code >= 0xe0 && code <= 0xef) {
		size = 3;
		code &= 0x0f;
	} else if (code >= 0xf0 && code <= 0xf4) {
		size = 4;
		code &= 0x07;
	} else {
		return;
	}
	if (size > len)
		return;
	for (unsigned i = 1; i < size; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return;
		code = code << 6 | (p[i] & 0x3f);
	}
	if (code < least[size] || code > 0x10ffff ||
	    (code >= 0xd800 && code <= 0xdfff))
		return;
	*out = (struct glyph){ .code = code,
		               .size = size,
		               .columns = columns_of(code),
		               .valid = true };
}

bool glyph_unsafe(const struct glyph *g)
{
	return !g->valid || g->code < 0x20 ||
	       (g->code >= 0x7f && g->code < 0xa0) ||
	       (g->code >= 0x202a && g->code <= 0x202e) ||
	       (g->code >= 0x2066 && g->code <= 0x2069) || g->code == 0x2028 ||
	       g->code == 0x2029;
}

static bool is_layout(uint32_t code)
{
	return code == '\n' || code == '\t' || code == 0x2028 || code == 0x2029;
}

static void spell(struct str *out, const struct glyph *g)
{
	if (!g->valid || (g->code < 0x80 && g->code != '\n' &&
	                  g->code != '\t' && g->code != '\r'))
		str_printf(out, "\\x%02x", (unsigned)g->code);
	else if (g->code < 0x20)
		str_add(out, g->code == '\n'   ? "\\n"
		             : g->code == '\t' ? "\\t"
		                               : "\\r");
	else
		str_printf(out, "\\u%04x", (unsigned)g->code);
}

void glyph_escape(struct str *out, const char *s, size_t len,
                  enum glyph_keep keep)
{
	struct glyph g;

	for (size_t at = 0; at < len; at += g.size) {
		glyph_next(&g, s + at, len - at);
		if (keep == GLYPH_TEXT && g.code == '\r' && at + 1 < len &&
		    s[at + 1] == '\n')
			continue;
		if (glyph_unsafe(&g) &&
		    !(keep == GLYPH_TEXT && g.valid && is_layout(g.code)))
			spell(out, &g);
		else
			str_put(out, s + at, g.size);
	}
}

size_t glyph_fit(struct str *out, const char *s, size_t len, size_t columns)
{
	struct str safe = { 0 };
	struct glyph g;
	size_t used = 0, fits = 0, fits_used = 0, at;

	glyph_escape(&safe, s, len, GLYPH_LINE);
	if (!str_ok(&safe))
		out->failed = true;
	/* `fits` is where to cut so that the ellipsis has its column too. */
	for (at = 0; at < safe.len; at += g.size) {
		glyph_next(&g, safe.ptr + at, safe.len - at);
		if (used + g.columns > columns)
			break;
		used += g.columns;
		if (used < columns) {
			fits = at + g.size;
			fits_used = used;
		}
	}
	if (at < safe.len && columns > 0) {
		str_put(out, safe.ptr, fits);
		str_add(out, "\xe2\x80\xa6");
		used = fits_used + 1;
	} else {
		str_put(out, str_get(&safe), at);
	}
	str_done(&safe);
	return used;
}

bool glyph_is_text(const char *s, size_t len)
{
	struct glyph g;

	for (size_t at = 0; at < len; at += g.size) {
		glyph_next(&g, s + at, len - at);
		if (glyph_unsafe(&g) && !(g.valid && is_layout(g.code)) &&
		    !(g.code == '\r' && at + 1 < len && s[at + 1] == '\n'))
			return false;
	}
	return true;
}
