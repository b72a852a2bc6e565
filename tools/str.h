/* SPDX-License-Identifier: Apache-2.0 */
/*
 * str.h - a growing string, and how figures are written for people.
 *
 * Running out of memory is sticky: later calls do nothing and str_ok() says
 * so, so that a line is put together first and judged once.  A zeroed struct is
 * the empty string.  Nothing here depends on a locale.
 */
#ifndef TOOLS_STR_H
#define TOOLS_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/fiche.h"

struct str {
	char *ptr; /* ends with a NUL, or is NULL */
	size_t len;
	size_t cap;
	bool failed;
};

void str_done(struct str *s);
/* Forget the content, keep the memory, clear the failure. */
void str_clear(struct str *s);
bool str_ok(const struct str *s);
/* Never NULL; valid until the next change. */
const char *str_get(const struct str *s);

void str_put(struct str *s, const void *bytes, size_t len);
void str_add(struct str *s, const char *text);
void str_char(struct str *s, char c);
void str_pad(struct str *s, char c, size_t count);
void str_printf(struct str *s, const char *fmt, ...) FICHE_PRINTF(2, 3);
void str_vprintf(struct str *s, const char *fmt, va_list ap) FICHE_PRINTF(2, 0);

/* A JSON string with its quotes.  Bytes that are not UTF-8 become U+FFFD. */
void str_json(struct str *s, const char *text, size_t len);
/* ,"key": for a JSON object; without the comma after '{'. */
void str_key(struct str *s, const char *key);
void str_key_text(struct str *s, const char *key, const char *text);
void str_key_count(struct str *s, const char *key, uint64_t value);
void str_key_bool(struct str *s, const char *key, bool value);
void str_hex(struct str *s, const uint8_t *bytes, size_t len);

/* 812 345 */
void str_count(struct str *s, uint64_t value);
/* 812 345 articles; `noun` gets an s unless there is exactly one. */
void str_counted(struct str *s, uint64_t value, const char *noun);
/* 978 MiB */
void str_size(struct str *s, uint64_t bytes);
/* 0.3 s, 12 s, 4:02, 1:04:02 */
void str_seconds(struct str *s, double seconds);
/* 2024-03-01T12:00:00Z */
void str_time(struct str *s, int64_t seconds);

#endif
