/* SPDX-License-Identifier: Apache-2.0 */
/* head.c - header lines; see head.h. */
#include "ingest/head.h"

#include <string.h>

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool head_begins(struct fiche_text text, const char *word)
{
	size_t n = strlen(word);

	if (text.len < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (lower(text.ptr[i]) != lower(word[i]))
			return false;
	return true;
}

bool head_is(struct fiche_text text, const char *word)
{
	return text.len == strlen(word) && head_begins(text, word);
}

struct fiche_text head_trim(struct fiche_text text)
{
	while (text.len > 0 && is_blank(text.ptr[text.len - 1]))
		text.len--;
	while (text.len > 0 && is_blank(*text.ptr)) {
		text.ptr++;
		text.len--;
	}
	return text;
}

bool head_number(uint64_t *out, struct fiche_text text)
{
	uint64_t n = 0;

	if (text.len == 0 || text.len > 19)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(text.ptr[i] - '0');
	}
	*out = n;
	return true;
}

/* The line at `at` without its end; *next is behind it. */
static struct fiche_text line_at(const uint8_t *at, const uint8_t *end,
                                 const uint8_t **next)
{
	const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
	struct fiche_text line = { (const char *)at, 0 };

	*next = lf != NULL ? lf + 1 : end;
	line.len = (size_t)((lf != NULL ? lf : end) - at);
	while (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

size_t head_len(const uint8_t *at, size_t len)
{
	const uint8_t *from = at, *end = at + len, *next;

	while (at < end) {
		struct fiche_text line = line_at(at, end, &next);

		if (next[-1] != '\n')
			return 0;
		if (line.len == 0)
			return (size_t)(next - from);
		at = next;
	}
	return 0;
}

static void take_field(struct fiche_text *values, const char *const *names,
                       size_t count, struct fiche_text field)
{
	const char *colon = memchr(field.ptr, ':', field.len);
	struct fiche_text name, value;

	if (colon == NULL)
		return;
	name.ptr = field.ptr;
	name.len = (size_t)(colon - field.ptr);
	value.ptr = colon + 1;
	value.len = field.len - name.len - 1;
	name = head_trim(name);
	for (size_t i = 0; i < count; i++)
		if (values[i].ptr == NULL && head_is(name, names[i]))
			values[i] = head_trim(value);
}

void head_find(struct fiche_text *values, const char *const *names,
               size_t count, const uint8_t *at, size_t len)
{
	const uint8_t *end = at + len, *next = at;
	struct fiche_text field = { NULL, 0 };

	for (size_t i = 0; i < count; i++)
		values[i] = field;
	for (; at < end; at = next) {
		struct fiche_text line = line_at(at, end, &next);

		if (line.len == 0)
			break;
		if (is_blank(*line.ptr) && field.ptr != NULL) {
			field.len = (size_t)(line.ptr + line.len - field.ptr);
			continue;
		}
		if (field.ptr != NULL)
			take_field(values, names, count, field);
		field = line;
	}
	if (field.ptr != NULL)
		take_field(values, names, count, field);
}

/* Copy without quotes, in lower case, unless there is no room. */
static void keep(char *out, size_t cap, struct fiche_text text)
{
	text = head_trim(text);
	while (text.len > 0 && strchr("\"'", *text.ptr) != NULL) {
		text.ptr++;
		text.len--;
	}
	while (text.len > 0 && strchr("\"'", text.ptr[text.len - 1]) != NULL)
		text.len--;
	text = head_trim(text);
	if (text.len >= cap ||
	    (text.len > 0 && memchr(text.ptr, 0, text.len) != NULL))
		text.len = 0;
	for (size_t i = 0; i < text.len; i++)
		out[i] = lower(text.ptr[i]);
	out[text.len] = '\0';
}

/* Cut off the part before the next ';' (or ',': two headers made one). */
static struct fiche_text next_part(struct fiche_text *rest)
{
	struct fiche_text part = { rest->ptr, 0 };

	while (part.len < rest->len && part.ptr[part.len] != ';' &&
	       part.ptr[part.len] != ',')
		part.len++;
	rest->ptr += part.len;
	rest->len -= part.len;
	if (rest->len > 0) {
		rest->ptr++;
		rest->len--;
	}
	return part;
}

void head_media(struct media *out, struct fiche_text text)
{
	out->charset[0] = '\0';
	out->type[0] = '\0';
	keep(out->type, sizeof(out->type), next_part(&text));
	while (text.len > 0 && out->charset[0] == '\0') {
		struct fiche_text part = head_trim(next_part(&text));
		const char *is =
			part.len ? memchr(part.ptr, '=', part.len) : NULL;
		struct fiche_text name = { part.ptr, 0 }, value;

		if (is == NULL)
			continue;
		name.len = (size_t)(is - part.ptr);
		value.ptr = is + 1;
		value.len = part.len - name.len - 1;
		name = head_trim(name);
		if (head_is(name, "charset") || head_is(name, "encoding"))
			keep(out->charset, sizeof(out->charset), value);
	}
}
