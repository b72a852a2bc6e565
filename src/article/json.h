/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json.h - a forgiving, single-pass JSON scanner over bytes in memory.
 *
 * It accepts what scrapers really write beside RFC 8259: NaN, Infinity and
 * numbers of any size, lone surrogates, control characters and invalid UTF-8
 * inside strings.  It allocates nothing and does not recurse; nesting is
 * limited to JSON_MAX_DEPTH.
 */
#ifndef ARTICLE_JSON_H
#define ARTICLE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fiche/error.h"

#define JSON_MAX_DEPTH 512

enum json_type {
	JSON_END,    /* the document is complete; only blanks followed it */
	JSON_OBJECT, /* '{' */
	JSON_ARRAY,  /* '[' */
	JSON_CLOSE,  /* '}' or ']' */
	JSON_STRING,
	JSON_NUMBER, /* also NaN, Infinity, -Infinity */
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
	JSON_BAD, /* malformed: scanner.why and scanner.at tell */
};

/*
 * One value (or bracket).  Inside an object `key` is its name, still escaped
 * and without quotes; elsewhere key is NULL.  `raw` spans the value as written:
 * for a string, the escaped bytes between the quotes.
 */
struct json_item {
	enum json_type type;
	unsigned depth; /* of the value: 0 is the document itself */
	const char *key;
	size_t key_len;
	const char *raw;
	size_t raw_len;
	bool has_escape; /* a string with at least one backslash */
	bool has_high;   /* a string with at least one byte >= 0x80 */
};

struct json_scanner {
	const char *start, *at, *end;
	const char *why; /* after JSON_BAD: a phrase, e.g. "expected ','" */
	unsigned depth;
	bool expect_value; /* private, as is the rest */
	bool after_value;
	uint64_t is_object[JSON_MAX_DEPTH / 64 + 1];
};

/* `text` is borrowed while scanning.  It needs no terminator. */
void json_init(struct json_scanner *s, const char *text, size_t len);
enum json_type json_next(struct json_scanner *s, struct json_item *out);
/* After JSON_OBJECT or JSON_ARRAY: go behind its matching close. */
enum json_type json_skip(struct json_scanner *s);

/*
 * Append the text that the escaped bytes of a string stand for, as valid UTF-8:
 * lone surrogates and foreign bytes become U+FFFD, surrogate pairs one
 * character.  `exact` (may be NULL) tells whether nothing was replaced.
 */
void json_unescape(struct buf *out, const char *raw, size_t len, bool *exact);

/* Append `text` as a JSON string with quotes, escaping only what RFC 8259
 * requires; bytes that are not UTF-8 become U+FFFD. */
void json_quote(struct buf *out, const char *text, size_t len);

#endif
