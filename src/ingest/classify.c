/* SPDX-License-Identifier: Apache-2.0 */
/*
 * classify.c - lines of JSON, HTML, XML, text, or something else.
 *
 * Lines of JSON are told from a JSON document by asking whether a line is an
 * object of its own.  One bad line must not turn a file of a million good ones
 * into a single record, so the lines of the window vote.
 */
#include "ingest/classify.h"

#include <string.h>

#include "article/json.h"
#include "base/utf8.h"

#define HTML_EARLY ((size_t)1024) /* a tag this early is no quotation */
#define VOTERS     16

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool classify_blank(const uint8_t *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (!is_blank(bytes[i]))
			return false;
	return true;
}

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
}

static bool starts(const uint8_t *at, const uint8_t *end, const char *word)
{
	for (; *word != '\0'; at++, word++)
		if (at == end || lower(*at) != (uint8_t)*word)
			return false;
	return true;
}

const uint8_t *classify_find(const uint8_t *at, const uint8_t *end,
                             const char *word)
{
	/* Every word sought begins with a byte that has no case: '<', '-'. */
	while (at < end &&
	       (at = memchr(at, word[0], (size_t)(end - at))) != NULL) {
		if (starts(at, end, word))
			return at;
		at++;
	}
	return NULL;
}

static bool ends_in(const char *name, size_t len, const char *ending)
{
	size_t n = strlen(ending), i;

	if (len < n)
		return false;
	for (i = 0; i < n; i++)
		if (lower((uint8_t)name[len - n + i]) != (uint8_t)ending[i])
			return false;
	return true;
}

bool look_named(const struct look *look, const char *ending)
{
	static const char *const packed[] = { ".gz",  ".zst", ".xz",
		                              ".bz2", ".lz4", NULL };
	size_t len = strlen(look->name);
	const char *const *e;

	for (e = packed; *e != NULL; e++)
		if (ends_in(look->name, len, *e)) {
			len -= strlen(*e);
			break;
		}
	return ends_in(look->name, len, ending);
}

static bool named(const struct look *look, const char *const *endings)
{
	for (; *endings != NULL; endings++)
		if (look_named(look, *endings))
			return true;
	return false;
}

/* Is [at, end) one complete JSON object? */
static bool is_object(const uint8_t *at, const uint8_t *end)
{
	struct json_scanner s;
	struct json_item item;

	while (at < end && is_blank(*at))
		at++;
	if (at == end || *at != '{')
		return false;
	json_init(&s, (const char *)at, (size_t)(end - at));
	if (json_next(&s, &item) != JSON_OBJECT || json_skip(&s) == JSON_BAD)
		return false;
	return json_next(&s, &item) == JSON_END;
}

/* Does it begin like a JSON document?  Two values in a row say so: a text may
 * well begin with "[Update]". */
static bool is_document(const uint8_t *at, const uint8_t *end)
{
	struct json_scanner s;
	struct json_item item;
	enum json_type t = JSON_NULL;
	unsigned i;

	json_init(&s, (const char *)at, (size_t)(end - at));
	for (i = 0; i < 3; i++) {
		t = json_next(&s, &item);
		if (t == JSON_END)
			return true;
		if (t == JSON_BAD)
			return i == 2 && s.depth > 0;
	}
	return s.depth > 0 || json_next(&s, &item) == JSON_END;
}

/* How the lines in the window look. */
struct vote {
	unsigned objects, others;
	bool first;      /* the first line that is not blank is an object */
	bool first_long; /* there is no end of it in the window */
};

static struct vote count_lines(const uint8_t *at, const uint8_t *end,
                               bool complete, unsigned most)
{
	struct vote v = { 0, 0, false, false };

	while (at < end && v.objects + v.others < most) {
		const uint8_t *lf = memchr(at, '\n', (size_t)(end - at));
		const uint8_t *to = lf != NULL ? lf : end;

		if (lf == NULL && !complete) {
			v.first_long = v.objects + v.others == 0;
			break;
		}
		if (!classify_blank(at, (size_t)(to - at))) {
			bool object = is_object(at, to);

			v.first |= object && v.objects + v.others == 0;
			v.objects += object;
			v.others += !object;
		}
		at = lf != NULL ? lf + 1 : end;
	}
	return v;
}

/* '{' and then a key: how a line too long for the window begins. */
static bool opens_object(const uint8_t *at, const uint8_t *end)
{
	if (at == end || *at != '{')
		return false;
	do
		at++;
	while (at < end && is_blank(*at) && *at != '\n');
	return at < end && *at == '"';
}

static bool is_lines(const uint8_t *at, const uint8_t *end,
                     const struct look *look)
{
	static const char *const endings[] = { ".jsonl", ".ndjson", ".jl",
		                               ".jsonlines", NULL };
	struct vote v = count_lines(at, end, look->complete, VOTERS);

	while (at < end && is_blank(*at))
		at++;
	if (v.first || v.objects > v.others)
		return true;
	if (v.first_long && opens_object(at, end))
		return true;
	/* A first line that is damaged, in a file that says what it is. */
	return at < end && *at == '{' && named(look, endings);
}

static bool is_html(const uint8_t *from, const uint8_t *end)
{
	static const char *const marks[] = { "<!doctype html", "<html", "<head",
		                             "<body", NULL };
	const uint8_t *at = from;
	const char *const *m;

	while (at < end && is_blank(*at))
		at++;
	/* What does not begin with a tag must show its own very soon. */
	if ((at == end || *at != '<') && (size_t)(end - from) > HTML_EARLY)
		end = from + HTML_EARLY;
	for (m = marks; *m != NULL; m++) {
		const uint8_t *hit = from;
		size_t n = strlen(*m);

		while ((hit = classify_find(hit, end, *m)) != NULL) {
			hit += n;
			/* <header> is no <head>. */
			if (hit == end || is_blank(*hit) || *hit == '>' ||
			    *hit == '/')
				return true;
		}
	}
	return false;
}

/* Valid UTF-8, but for a character that the window cuts? */
static bool is_utf8(const uint8_t *bytes, size_t len, bool complete)
{
	unsigned cut;

	for (cut = 0; cut < 4 && cut <= len; cut++) {
		if (utf8_is_valid((const char *)bytes, len - cut))
			return true;
		if (complete)
			break;
	}
	return false;
}

/* Text in any encoding has hardly any control characters, and no NUL. */
static bool is_text(const uint8_t *bytes, size_t len, bool complete)
{
	size_t i, controls = 0;

	if (len >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 ||
	                 memcmp(bytes, "\xfe\xff", 2) == 0))
		return true; /* UTF-16 says so itself */
	if (memchr(bytes, 0, len) != NULL)
		return false;
	if (is_utf8(bytes, len, complete))
		return true;
	for (i = 0; i < len; i++)
		controls += bytes[i] < ' ' && !is_blank(bytes[i]) &&
		            bytes[i] != 0x1b;
	return controls <= len / 50;
}

static const char *text_type(const uint8_t *at, const uint8_t *end,
                             const struct look *look)
{
	static const char *const html[] = { ".html", ".htm", ".xhtml", ".shtml",
		                            NULL };
	static const char *const xml[] = { ".xml", ".rss", ".atom", NULL };

	if (is_html(at, end))
		return "text/html";
	while (at < end && is_blank(*at))
		at++;
	if (at < end && (*at == '{' || *at == '[') && is_document(at, end))
		return "application/json";
	if (starts(at, end, "<?xml"))
		return "application/xml";
	if (named(look, html))
		return "text/html";
	if (at < end && *at == '<' && named(look, xml))
		return "application/xml";
	return "text/plain";
}

size_t classify_bom(const struct look *look)
{
	return look->len >= 3 && memcmp(look->ptr, "\xef\xbb\xbf", 3) == 0 ? 3
	                                                                   : 0;
}

/* Where the text begins and the window ends. */
static const uint8_t *window(const uint8_t **end, const struct look *look,
                             struct look *seen)
{
	*seen = *look;
	if (seen->len > FORMAT_WINDOW) {
		seen->len = FORMAT_WINDOW;
		seen->complete = false;
	}
	*end = look->ptr + seen->len;
	return look->ptr + classify_bom(look);
}

bool classify_is_nothing(const struct look *look)
{
	return look->complete && look->len == classify_bom(look);
}

bool classify_first_line(const struct look *look)
{
	return count_lines(look->ptr + classify_bom(look),
	                   look->ptr + look->len, false, 1)
	        .first;
}

bool classify_lines(const struct look *look)
{
	struct look seen;
	const uint8_t *end, *at = window(&end, look, &seen);

	return classify_blank(at, (size_t)(end - at)) ||
	       is_lines(at, end, &seen);
}

const char *classify_type(const struct look *look)
{
	struct look seen;
	const uint8_t *end, *at = window(&end, look, &seen);

	return is_text(look->ptr, seen.len, seen.complete)
	               ? text_type(at, end, look)
	               : NULL;
}
