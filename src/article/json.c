/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.c - the scanner, and JSON strings to text and back; see json.h.
 *
 * Nearly all bytes of a record are inside long strings, so only the search for
 * the end of a string is fast: eight bytes at a time while none of them is a
 * quote or a backslash.
 */

#include "article/json.h"

#include <string.h>

#include "base/hex.h"
#include "base/utf8.h"

#define ONES  0x0101010101010101u
#define HIGHS 0x8080808080808080u

#define FOREIGN_CHAR 0xfffdu

void json_init(struct json_scanner *s, const char *text, size_t len)
{
	memset(s, 0, sizeof(*s));
	/* An empty document may be a NULL, and arithmetic on that is not. */
	if (len == 0)
		text = "";
	s->start = text;
	s->at = text;
	s->end = text + len;
	if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		s->at += 3;
}

static enum json_type bad(struct json_scanner *s, const char *at,
                          const char *why)
{
	s->at = at;
	s->why = why;
	return JSON_BAD;
}

static void skip_blanks(struct json_scanner *s)
{
	const char *at = s->at;

	while (at < s->end &&
	       (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
		at++;
	s->at = at;
}

static bool in_object(const struct json_scanner *s)
{
	unsigned top = s->depth - 1;

	return s->is_object[top / 64] >> (top % 64) & 1;
}

/* The code unit of the four digits behind "\u", or -1. */
static int32_t hex_unit(const char *at, const char *end)
{
	int32_t unit = 0;

	if (end - at < 4)
		return -1;
	for (unsigned i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return -1;
		unit = unit << 4 | digit;
	}
	return unit;
}

/* The length of the escape at the backslash `at`, 0 if it is none. */
static size_t escape_len(const char *at, const char *end)
{
	if (end - at < 2)
		return 0;
	switch (at[1]) {
	case '"':
	case '\\':
	case '/':
	case 'b':
	case 'f':
	case 'n':
	case 'r':
	case 't':
		return 2;
	case 'u':
		return hex_unit(at + 2, end) < 0 ? 0 : 6;
	default:
		return 0;
	}
}

static bool word_has(uint64_t word, char byte)
{
	uint64_t x = word ^ (ONES * (uint8_t)byte);

	return ((x - ONES) & ~x & HIGHS) != 0;
}

/* From behind the opening quote to the closing one, which is consumed. */
static bool scan_string(struct json_scanner *s, struct json_item *out)
{
	const char *at = s->at, *end = s->end;
	uint64_t high = 0, word;
	bool escape = false;
	size_t len;

	for (;;) {
		while (end - at >= 8) {
			memcpy(&word, at, 8);
			if (word_has(word, '"') || word_has(word, '\\'))
				break;
			high |= word;
			at += 8;
		}
		while (at < end && *at != '"' && *at != '\\')
			high |= (uint8_t)*at++;
		if (at == end) {
			(void)bad(s, s->at, "a string without an end");
			return false;
		}
		if (*at == '"')
			break;
		escape = true;
		len = escape_len(at, end);
		if (len == 0) {
			(void)bad(s, at, "an unknown escape in a string");
			return false;
		}
		at += len;
	}
	out->raw = s->at;
	out->raw_len = (size_t)(at - s->at);
	out->has_escape = escape;
	out->has_high = (high & HIGHS) != 0;
	s->at = at + 1;
	return true;
}

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && *at >= '0' && *at <= '9')
		at++;
	return at;
}

/* The grammar of RFC 8259, of any length.  NULL if it is not a number. */
static const char *number_end(const char *at, const char *end)
{
	const char *digits;

	if (at < end && *at == '-')
		at++;
	digits = at;
	at = skip_digits(at, end);
	if (at == digits || (*digits == '0' && at - digits > 1))
		return NULL;
	if (at < end && *at == '.') {
		digits = ++at;
		at = skip_digits(at, end);
		if (at == digits)
			return NULL;
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		if (at < end && (*at == '+' || *at == '-'))
			at++;
		digits = at;
		at = skip_digits(at, end);
		if (at == digits)
			return NULL;
	}
	return at;
}

static enum json_type scan_word(struct json_scanner *s, struct json_item *out)
{
	static const struct {
		const char *text;
		size_t len;
		enum json_type type;
	} words[] = {
		{ "null", 4, JSON_NULL },       { "true", 4, JSON_TRUE },
		{ "false", 5, JSON_FALSE },     { "NaN", 3, JSON_NUMBER },
		{ "Infinity", 8, JSON_NUMBER }, { "-Infinity", 9, JSON_NUMBER },
	};
	const char *end;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if ((size_t)(s->end - s->at) >= words[i].len &&
		    memcmp(s->at, words[i].text, words[i].len) == 0) {
			out->raw_len = words[i].len;
			s->at += words[i].len;
			return words[i].type;
		}
	end = number_end(s->at, s->end);
	if (!end)
		return bad(s, s->at, "expected a value");
	out->raw_len = (size_t)(end - s->at);
	s->at = end;
	return JSON_NUMBER;
}

static enum json_type open_container(struct json_scanner *s,
                                     struct json_item *out)
{
	uint64_t bit;

	if (s->depth == JSON_MAX_DEPTH)
		return bad(s, s->at, "nested deeper than 512");
	bit = (uint64_t)1 << (s->depth % 64);
	if (*s->at == '{')
		s->is_object[s->depth / 64] |= bit;
	else
		s->is_object[s->depth / 64] &= ~bit;
	out->type = *s->at == '{' ? JSON_OBJECT : JSON_ARRAY;
	out->raw_len = 1;
	s->depth++;
	s->at++;
	s->after_value = false;
	s->expect_value = false;
	return out->type;
}

static enum json_type scan_value(struct json_scanner *s, struct json_item *out)
{
	out->depth = s->depth;
	out->raw = s->at;
	if (s->at == s->end)
		return bad(s, s->at, "expected a value, found the end");
	if (*s->at == '{' || *s->at == '[')
		return open_container(s, out);
	if (*s->at == '"') {
		s->at++;
		if (!scan_string(s, out))
			return JSON_BAD;
		out->type = JSON_STRING;
	} else {
		out->type = scan_word(s, out);
	}
	s->after_value = true;
	return out->type;
}

static enum json_type close_container(struct json_scanner *s,
                                      struct json_item *out)
{
	s->depth--;
	out->type = JSON_CLOSE;
	out->depth = s->depth;
	out->raw = s->at++;
	out->raw_len = 1;
	s->after_value = true;
	return JSON_CLOSE;
}

static bool scan_key(struct json_scanner *s, struct json_item *out)
{
	if (s->at == s->end || *s->at != '"') {
		(void)bad(s, s->at, "expected a key");
		return false;
	}
	s->at++;
	if (!scan_string(s, out))
		return false;
	out->key = out->raw;
	out->key_len = out->raw_len;
	out->has_escape = false;
	out->has_high = false;
	skip_blanks(s);
	if (s->at == s->end || *s->at != ':') {
		(void)bad(s, s->at, "expected ':'");
		return false;
	}
	s->at++;
	skip_blanks(s);
	return true;
}

enum json_type json_next(struct json_scanner *s, struct json_item *out)
{
	bool object;

	memset(out, 0, sizeof(*out));
	out->type = JSON_BAD;
	if (s->why)
		return JSON_BAD;
	skip_blanks(s);
	if (s->depth == 0) {
		if (!s->after_value)
			return scan_value(s, out);
		if (s->at < s->end)
			return bad(s, s->at, "more behind the value");
		out->type = JSON_END;
		return JSON_END;
	}

	object = in_object(s);
	if (s->at == s->end)
		return bad(s, s->at,
		           object ? "an object without an end"
		                  : "an array without an end");
	if (!s->expect_value && *s->at == (object ? '}' : ']'))
		return close_container(s, out);
	if (s->after_value) {
		if (*s->at != ',')
			return bad(s, s->at,
			           object ? "expected ',' or '}'"
			                  : "expected ',' or ']'");
		s->at++;
		skip_blanks(s);
		s->after_value = false;
		s->expect_value = true;
	}
	if (object && !scan_key(s, out))
		return JSON_BAD;
	s->expect_value = false;
	return scan_value(s, out);
}

enum json_type json_skip(struct json_scanner *s)
{
	unsigned outside = s->depth - 1;
	struct json_item item;

	do
		if (json_next(s, &item) == JSON_BAD)
			return JSON_BAD;
	while (s->depth > outside);
	return JSON_CLOSE;
}

static bool is_lead(int32_t unit)
{
	return unit >= 0xd800 && unit < 0xdc00;
}

static bool is_trail(int32_t unit)
{
	return unit >= 0xdc00 && unit < 0xe000;
}

/* Append what the "\uXXXX" at `at` stands for; a pair is one character. */
static size_t put_unit(struct buf *out, const char *at, const char *end,
                       bool *exact)
{
	int32_t unit = hex_unit(at + 2, end), trail = -1;

	if (is_lead(unit) && end - at >= 12 && at[6] == '\\' && at[7] == 'u')
		trail = hex_unit(at + 8, end);
	if (is_trail(trail)) {
		utf8_encode(out, 0x10000u + ((uint32_t)(unit - 0xd800) << 10) +
		                         (uint32_t)(trail - 0xdc00));
		return 12;
	}
	if (is_lead(unit) || is_trail(unit)) {
		utf8_encode(out, FOREIGN_CHAR);
		*exact = false;
	} else {
		utf8_encode(out, (uint32_t)unit);
	}
	return 6;
}

static size_t put_escape(struct buf *out, const char *at, const char *end,
                         bool *exact)
{
	static const char from[] = "\"\\/bfnrt";
	static const char to[] = "\"\\/\b\f\n\r\t";
	const char *which;

	switch (escape_len(at, end)) {
	case 2:
		which = strchr(from, at[1]);
		buf_put(out, to + (which - from), 1);
		return 2;
	case 6:
		return put_unit(out, at, end, exact);
	default:
		/* Not from json_next(): the backslash is foreign. */
		utf8_encode(out, FOREIGN_CHAR);
		*exact = false;
		return 1;
	}
}

void json_unescape(struct buf *out, const char *raw, size_t len, bool *exact)
{
	const char *at = raw, *end = len ? raw + len : raw, *stop;
	bool same = true;

	if (len)
		(void)buf_reserve(out, len);
	while (at != end) {
		if (*at == '\\') {
			at += put_escape(out, at, end, &same);
			continue;
		}
		stop = memchr(at, '\\', (size_t)(end - at));
		if (!stop)
			stop = end;
		if (utf8_is_valid(at, (size_t)(stop - at))) {
			buf_put(out, at, (size_t)(stop - at));
		} else {
			utf8_put_clean(out, at, (size_t)(stop - at));
			same = false;
		}
		at = stop;
	}
	if (exact)
		*exact = same && buf_ok(out);
}

static void put_quoted_byte(struct buf *out, char c)
{
	static const char from[] = "\"\\\b\f\n\r\t";
	static const char to[] = "\"\\bfnrt";
	static const char hex[] = "0123456789abcdef";
	const char *which = c ? strchr(from, c) : NULL;
	char raw[6] = { '\\', 'u', '0', '0', '0', '0' };

	if (which) {
		raw[1] = to[which - from];
		buf_put(out, raw, 2);
		return;
	}
	raw[4] = hex[(uint8_t)c >> 4];
	raw[5] = hex[(uint8_t)c & 15];
	buf_put(out, raw, 6);
}

void json_quote(struct buf *out, const char *text, size_t len)
{
	size_t from = 0;

	buf_put(out, "\"", 1);
	/* What has to be escaped is ASCII and so never inside a character. */
	for (size_t i = 0; i < len; i++) {
		if ((uint8_t)text[i] >= 0x20 && text[i] != '"' &&
		    text[i] != '\\')
			continue;
		utf8_put_clean(out, text + from, i - from);
		put_quoted_byte(out, text[i]);
		from = i + 1;
	}
	if (from < len)
		utf8_put_clean(out, text + from, len - from);
	buf_put(out, "\"", 1);
}
