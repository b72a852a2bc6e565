/* SPDX-License-Identifier: Apache-2.0 */
/* json_span.c - a machine of a few states and a stack of brackets. */
#include "ingest/json_span.h"

#include <stdbool.h>
#include <string.h>

enum state {
	WANT_VALUE,
	WANT_FIRST, /* a value or ']', or a key or '}' */
	WANT_KEY,
	WANT_COLON,
	AFTER_VALUE,
	IN_STRING,
	IN_ESCAPE,
	IN_KEY,
	IN_KEY_ESCAPE,
	IN_WORD,
};

void span_init(struct span *s)
{
	*s = (struct span){ .state = WANT_VALUE };
}

static bool in_object(const struct span *s)
{
	unsigned d = s->depth - 1;

	return s->depth > 0 && (s->is_object[d / 64] >> d % 64 & 1) != 0;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_word(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '+' || c == '.';
}

static bool bad(struct span *s, const char *why)
{
	s->why = why;
	return false;
}

static bool open_bracket(struct span *s, uint8_t c)
{
	uint64_t bit = (uint64_t)1 << s->depth % 64;

	if (s->depth == JSON_MAX_DEPTH)
		return bad(s, "nested deeper than 512");
	if (c == '{')
		s->is_object[s->depth / 64] |= bit;
	else
		s->is_object[s->depth / 64] &= ~bit;
	s->depth++;
	s->state = WANT_FIRST;
	return true;
}

static bool close_bracket(struct span *s, uint8_t c)
{
	if (in_object(s) != (c == '}'))
		return bad(s, in_object(s) ? "']' where '}' is due"
		                           : "'}' where ']' is due");
	s->depth--;
	s->state = AFTER_VALUE;
	return true;
}

static bool begin_value(struct span *s, uint8_t c)
{
	if (c == '{' || c == '[')
		return open_bracket(s, c);
	if (c == '"') {
		s->state = IN_STRING;
		return true;
	}
	if (!is_word(c))
		return bad(s, "expected a value");
	s->state = IN_WORD;
	return true;
}

/* A comma before the end is let pass here: whoever reads the whole complains.
 */
static bool after_comma(struct span *s, uint8_t c)
{
	if (c == '}' || c == ']')
		return close_bracket(s, c);
	if (!in_object(s))
		return begin_value(s, c);
	if (c != '"')
		return bad(s, "expected a key");
	s->state = IN_KEY;
	return true;
}

static bool after_value(struct span *s, uint8_t c)
{
	if (c == '}' || c == ']')
		return close_bracket(s, c);
	if (c != ',')
		return bad(s, in_object(s) ? "expected ',' or '}'"
		                           : "expected ',' or ']'");
	s->state = WANT_KEY;
	return true;
}

/* One byte that stands outside strings and words, and is not blank. */
static bool step(struct span *s, uint8_t c)
{
	switch ((enum state)s->state) {
	case WANT_VALUE:
		return begin_value(s, c);
	case WANT_FIRST:
	case WANT_KEY:
		return after_comma(s, c);
	case WANT_COLON:
		if (c != ':')
			return bad(s, "expected ':'");
		s->state = WANT_VALUE;
		return true;
	default:
		return after_value(s, c);
	}
}

/* In a string: to its end or an escape, eight bytes at a time. */
static size_t string_run(const uint8_t *at, size_t len)
{
	const uint64_t ones = UINT64_C(0x0101010101010101);
	size_t i = 0;

	for (; len - i >= 8; i += 8) {
		uint64_t word, q, e;

		memcpy(&word, at + i, 8);
		q = word ^ (ones * '"');
		e = word ^ (ones * '\\');
		if ((((q - ones) & ~q) | ((e - ones) & ~e)) & (ones << 7))
			break;
	}
	while (i < len && at[i] != '"' && at[i] != '\\')
		i++;
	return i;
}

/* A byte of a string that string_run() stopped at. */
static void string_step(struct span *s, uint8_t c)
{
	bool key = s->state == IN_KEY;

	if (c == '\\')
		s->state = key ? IN_KEY_ESCAPE : IN_ESCAPE;
	else
		s->state = key ? WANT_COLON : AFTER_VALUE;
}

enum span_result span_feed(struct span *s, const uint8_t *bytes, size_t len,
                           size_t *used)
{
	size_t i = 0;

	while (i < len) {
		if (s->state == IN_STRING || s->state == IN_KEY) {
			i += string_run(bytes + i, len - i);
			if (i < len)
				string_step(s, bytes[i++]);
		} else if (s->state == IN_ESCAPE || s->state == IN_KEY_ESCAPE) {
			s->state = s->state == IN_ESCAPE ? IN_STRING : IN_KEY;
			i++;
		} else if (s->state == IN_WORD) {
			while (i < len && is_word(bytes[i]))
				i++;
			if (i < len)
				s->state = AFTER_VALUE;
		} else if (is_blank(bytes[i])) {
			i++;
		} else if (!step(s, bytes[i])) {
			*used = i;
			return SPAN_BAD;
		} else {
			i++;
		}
		if (s->depth == 0 && s->state == AFTER_VALUE) {
			*used = i;
			return SPAN_DONE;
		}
	}
	*used = len;
	return SPAN_MORE;
}
