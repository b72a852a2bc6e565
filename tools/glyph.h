/* SPDX-License-Identifier: Apache-2.0 */
/*
 * glyph.h - characters as a terminal shows them: how wide, and how harmless.
 *
 * No locale is asked: output is UTF-8, and widths come from a short table of
 * the wide and the combining blocks of Unicode 15.
 */
#ifndef TOOLS_GLYPH_H
#define TOOLS_GLYPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

struct glyph {
	uint32_t code;
	unsigned size;    /* bytes, at least 1 */
	unsigned columns; /* 0 to 2 */
	bool valid;       /* false: one byte that is not UTF-8 */
};

/* The first character of s; len > 0. */
void glyph_next(struct glyph *out, const char *s, size_t len);

/*
 * Can it change what a terminal shows elsewhere?  Control characters, and
 * those that override the direction of writing.
 */
bool glyph_unsafe(const struct glyph *g);

enum glyph_keep {
	GLYPH_LINE = 0, /* line ends and tabs are unsafe too */
	GLYPH_TEXT = 1, /* they may stay */
};

/* Append s with what is unsafe spelled out: \n, \x1b, \u202e. */
void glyph_escape(struct str *out, const char *s, size_t len,
                  enum glyph_keep keep);
/*
 * The same for one line of at most `columns`, cut with an ellipsis where it is
 * longer.  Returns the columns used.
 */
size_t glyph_fit(struct str *out, const char *s, size_t len, size_t columns);

/* Is s text that a terminal may be given as it is? */
bool glyph_is_text(const char *s, size_t len);

#endif
