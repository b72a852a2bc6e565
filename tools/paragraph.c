/* SPDX-License-Identifier: Apache-2.0 */
/* paragraph.c - long text, wrapped; see paragraph.h. */

#include "paragraph.h"

#include <string.h>

#include "glyph.h"

/*
 * The bytes of `line` that fit, up to the last place where it may be broken;
 * at least one character.
 */
static size_t fitting(const char *line, size_t len, size_t columns)
{
	struct glyph g;
	size_t used = 0, at = 0, best = 0;

	while (at < len) {
		glyph_next(&g, line + at, len - at);
		if (used + g.columns > columns)
			return best > 0 ? best : at > 0 ? at : g.size;
		if (g.code == ' ' && at > 0)
			best = at;
		used += g.columns;
		at += g.size;
		/* Between wide characters any place will do. */
		if (g.columns == 2)
			best = at;
	}
	return len;
}

static void wrap_line(struct str *out, const char *line, size_t len,
                      size_t columns, size_t indent)
{
	size_t take;

	do {
		take = columns > 0 ? fitting(line, len, columns) : len;
		if (take > 0)
			str_pad(out, ' ', indent);
		str_put(out, line, take);
		str_char(out, '\n');
		line += take;
		len -= take;
		while (len > 0 && *line == ' ') {
			line++;
			len--;
		}
	} while (len > 0);
}

void paragraph_wrap(struct str *out, const char *text, size_t len,
                    size_t columns, size_t indent)
{
	struct str safe = { 0 };
	const char *p, *end, *next;

	glyph_escape(&safe, text, len, GLYPH_TEXT);
	if (!str_ok(&safe))
		out->failed = true;
	if (columns > indent + 8)
		columns -= indent;
	p = str_get(&safe);
	end = p + safe.len;
	while (p < end) {
		next = memchr(p, '\n', (size_t)(end - p));
		wrap_line(out, p, (size_t)((next ? next : end) - p), columns,
		          indent);
		p = next ? next + 1 : end;
	}
	str_done(&safe);
}
