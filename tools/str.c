/* SPDX-License-Identifier: Apache-2.0 */
/* str.c - a growing string; see str.h. */

#include "str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "glyph.h"

void str_done(struct str *s)
{
	free(s->ptr);
	*s = (struct str){ 0 };
}

void str_clear(struct str *s)
{
	s->len = 0;
	s->failed = false;
	if (s->ptr)
		s->ptr[0] = '\0';
}

bool str_ok(const struct str *s)
{
	return !s->failed;
}

const char *str_get(const struct str *s)
{
	return s->ptr ? s->ptr : "";
}

/* Room for `more` bytes and a NUL. */
static bool reserve(struct str *s, size_t more)
{
	size_t cap = s->cap ? s->cap : 64;
	char *ptr;

	if (s->failed || more >= SIZE_MAX / 2 - s->len) {
		s->failed = true;
		return false;
	}
	if (s->len + more < s->cap)
		return true;
	while (cap <= s->len + more)
		cap *= 2;
	ptr = realloc(s->ptr, cap);
	if (!ptr) {
		s->failed = true;
		return false;
	}
	s->ptr = ptr;
	s->cap = cap;
	return true;
}

void str_put(struct str *s, const void *bytes, size_t len)
{
	if (!reserve(s, len))
		return;
	if (len > 0)
		memcpy(s->ptr + s->len, bytes, len);
	s->len += len;
	s->ptr[s->len] = '\0';
}

void str_add(struct str *s, const char *text)
{
	str_put(s, text, strlen(text));
}

void str_char(struct str *s, char c)
{
	str_put(s, &c, 1);
}

void str_pad(struct str *s, char c, size_t count)
{
	while (count-- > 0)
		str_put(s, &c, 1);
}

void str_vprintf(struct str *s, const char *fmt, va_list ap)
{
	va_list again;
	int len;

	va_copy(again, ap);
	len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (len < 0) {
		s->failed = true;
		return;
	}
	if (!reserve(s, (size_t)len))
		return;
	(void)vsnprintf(s->ptr + s->len, (size_t)len + 1, fmt, ap);
	s->len += (size_t)len;
}

void str_printf(struct str *s, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	str_vprintf(s, fmt, ap);
	va_end(ap);
}

void str_json(struct str *s, const char *text, size_t len)
{
	struct glyph g;
	size_t at = 0;

	str_char(s, '"');
	while (at < len) {
		glyph_next(&g, text + at, len - at);
		if (!g.valid)
			str_add(s, "\xef\xbf\xbd");
		else if (g.code == '"' || g.code == '\\')
			str_printf(s, "\\%c", (int)g.code);
		else if (g.code == '\n')
			str_add(s, "\\n");
		else if (g.code == '\r')
			str_add(s, "\\r");
		else if (g.code == '\t')
			str_add(s, "\\t");
		else if (g.code < 0x20)
			str_printf(s, "\\u%04x", (unsigned)g.code);
		else
			str_put(s, text + at, g.size);
		at += g.size;
	}
	str_char(s, '"');
}

void str_key(struct str *s, const char *key)
{
	if (s->len > 0 && s->ptr[s->len - 1] != '{')
		str_char(s, ',');
	str_json(s, key, strlen(key));
	str_char(s, ':');
}

void str_key_text(struct str *s, const char *key, const char *text)
{
	str_key(s, key);
	if (text)
		str_json(s, text, strlen(text));
	else
		str_add(s, "null");
}

void str_key_count(struct str *s, const char *key, uint64_t value)
{
	str_key(s, key);
	str_printf(s, "%llu", (unsigned long long)value);
}

void str_key_bool(struct str *s, const char *key, bool value)
{
	str_key(s, key);
	str_add(s, value ? "true" : "false");
}

void str_hex(struct str *s, const uint8_t *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		str_char(s, digits[bytes[i] >> 4]);
		str_char(s, digits[bytes[i] & 15]);
	}
}

void str_count(struct str *s, uint64_t value)
{
	char digits[24];
	int len;

	len = snprintf(digits, sizeof(digits), "%llu",
	               (unsigned long long)value);
	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0)
			str_char(s, ' ');
		str_char(s, digits[i]);
	}
}

void str_counted(struct str *s, uint64_t value, const char *noun)
{
	str_count(s, value);
	str_printf(s, " %s%s", noun, value == 1 ? "" : "s");
}

void str_size(struct str *s, uint64_t bytes)
{
	static const char *const units[] = { "bytes", "KiB", "MiB",
		                             "GiB",   "TiB", "PiB" };
	double value = (double)bytes;
	size_t unit = 0;

	/* 1023.6 would be written 1024: the next unit begins a little early. */
	while (value >= 1023.5 && unit + 1 < sizeof(units) / sizeof(*units)) {
		value /= 1024;
		unit++;
	}
	str_printf(s, unit > 0 && value < 9.95 ? "%.1f %s" : "%.0f %s", value,
	           bytes == 1 ? "byte" : units[unit]);
}

void str_seconds(struct str *s, double seconds)
{
	unsigned long long whole;

	if (seconds < 9.95) {
		str_printf(s, "%.1f s", seconds < 0 ? 0 : seconds);
		return;
	}
	whole = (unsigned long long)(seconds + 0.5);
	if (whole < 60)
		str_printf(s, "%llu s", whole);
	else if (whole < 3600)
		str_printf(s, "%llu:%02llu", whole / 60, whole % 60);
	else
		str_printf(s, "%llu:%02llu:%02llu", whole / 3600,
		           whole / 60 % 60, whole % 60);
}

void str_time(struct str *s, int64_t seconds)
{
	struct fiche_date d = { .begin = seconds,
		                .end = seconds == INT64_MAX ? seconds
		                                            : seconds + 1,
		                .precision = FICHE_DATE_SECOND,
		                .has_zone = true };
	char buf[32];

	str_add(s, fiche_format_date(buf, &d));
}
