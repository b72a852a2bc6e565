/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - walking a record, and what counts as a value; see record.h. */

#include "article/record.h"

#include <string.h>

#define PLACEHOLDER     "\\u001f"
#define PLACEHOLDER_LEN 6

void record_init(struct record *r, const struct rules *rules, const char *text,
                 size_t len)
{
	memset(r, 0, sizeof(*r));
	r->rules = rules;
	json_init(&r->json, text, len);
	r->at[1].open = true;
}

/* Decide what the members of the container at `item` can be. */
static void enter(struct record *r, const struct record_item *item,
                  const char *name, size_t name_len)
{
	unsigned depth = item->json.depth;
	bool fields = depth > 0 && depth < RECORD_KEY_DEPTH &&
	              item->json.type == JSON_OBJECT && item->json.key &&
	              r->at[depth].open;

	if (depth == 0 || depth >= RECORD_KEY_DEPTH)
		return;
	r->at[depth + 1].open = false;
	r->at[depth + 1].prefix_len = 0;
	r->at[depth + 1].nested = r->at[depth].nested;
	if (!fields)
		return;
	if (depth == 1 &&
	    alias_is_wrapper(item->json.key, item->json.key_len)) {
		r->at[2].open = true;
		r->at[2].nested = true;
	} else if (r->at[depth].prefix_len == 0 && name_len) {
		r->at[depth + 1].open = true;
		memcpy(r->at[depth + 1].prefix, name, name_len);
		r->at[depth + 1].prefix_len = name_len;
	}
}

/* A mapped key means what it was mapped to, and nothing else. */
static void find_aliases(struct record_item *out, const struct rules *rules,
                         const char *name, size_t len)
{
	const struct alias *mapped =
		rules ? rules_find(rules, name, len) : NULL;

	if (mapped) {
		out->aliases = mapped;
		out->alias_count = mapped->field != FIELD_COUNT;
	} else {
		out->alias_count = alias_find(&out->aliases, name, len);
	}
}

enum json_type record_next(struct record *r, struct record_item *out)
{
	const struct json_item *item = &out->json;
	char name[2 * ALIAS_KEY_MAX];
	size_t prefix_len, len = 0;
	enum json_type type = json_next(&r->json, &out->json);

	out->aliases = NULL;
	out->alias_count = 0;
	out->nested = false;
	out->piece = SIZE_MAX;
	if (type == JSON_CLOSE || type == JSON_END || type == JSON_BAD)
		return type;
	if (item->depth == 0 && type != JSON_OBJECT) {
		r->not_object = true;
		r->json.why = "not an object";
		r->json.at = item->raw;
		return JSON_BAD;
	}
	if (item->key && item->depth <= RECORD_KEY_DEPTH &&
	    r->at[item->depth].open) {
		prefix_len = r->at[item->depth].prefix_len;
		memcpy(name, r->at[item->depth].prefix, prefix_len);
		len = alias_normalise(name + prefix_len, item->key,
		                      item->key_len);
		if (len)
			find_aliases(out, r->rules, name, prefix_len + len);
		out->nested = r->at[item->depth].nested;
	}
	if (type == JSON_OBJECT || type == JSON_ARRAY)
		enter(r, out, name, len);
	else if (type == JSON_STRING &&
	         placeholder_begins(item->raw, item->raw_len))
		out->piece = r->pieces++;
	return type;
}

static const char *const url_names[] = { "@id", "href", "url", "value", NULL };
static const char *const id_names[] = { "$oid", "value", NULL };
static const char *const title_names[] = { "main", "rendered", "value", NULL };
static const char *const text_names[] = {
	"rendered", "value",      "content",  "text", "summary",
	"headline", "paragraphs", "sections", NULL,
};
static const char *const summary_names[] = { "content", "value", "rendered",
	                                     NULL };
static const char *const author_names[] = { "name", "original", "value",
	                                    "literal", NULL };
static const char *const date_names[] = { "$date",       "raw",        "value",
	                                  "$numberLong", "date-parts", NULL };
static const char *const host_names[] = { "uri", "id", NULL };
static const char *const name_names[] = { "name", "title", "value", NULL };
static const char *const tag_names[] = { "name", "label", "value", "literal",
	                                 NULL };

static const char *const *const names_of[FIELD_COUNT] = {
	[FIELD_URL] = url_names,         [FIELD_ID] = id_names,
	[FIELD_TITLE] = title_names,     [FIELD_TEXT] = text_names,
	[FIELD_SUMMARY] = summary_names, [FIELD_AUTHORS] = author_names,
	[FIELD_PUBLISHED] = date_names,  [FIELD_MODIFIED] = date_names,
	[FIELD_FETCHED] = date_names,    [FIELD_HOST] = host_names,
	[FIELD_SOURCE] = host_names,     [FIELD_NAME] = name_names,
	[FIELD_FEED] = name_names,       [FIELD_LANGUAGE] = name_names,
	[FIELD_TAGS] = tag_names,        [FIELD_SECTION] = tag_names,
	[FIELD_TIME] = date_names,       [FIELD_ZONE] = date_names,
	[FIELD_YEAR] = date_names,       [FIELD_MONTH] = date_names,
	[FIELD_DAY] = date_names,
};

void record_leaves(struct record_leaves *l, enum field field, const char *value,
                   const char *end)
{
	json_init(&l->json, value, (size_t)(end - value));
	l->names = names_of[field];
	l->one_each = field != FIELD_TEXT;
	l->taken_at = 0;
}

static bool is_named(const char *const *names, const char *key, size_t len)
{
	for (; *names; names++)
		if (strlen(*names) == len && memcmp(*names, key, len) == 0)
			return true;
	return false;
}

bool record_leaves_next(struct record_leaves *l, struct json_item *out)
{
	enum json_type type;
	bool container, wanted;

	for (;;) {
		type = json_next(&l->json, out);
		if (type == JSON_BAD || type == JSON_END)
			return false;
		if (type == JSON_CLOSE) {
			/* What follows the value is not ours. */
			if (l->json.depth == 0)
				return false;
			if (out->depth < l->taken_at)
				l->taken_at = 0;
			continue;
		}
		container = type == JSON_OBJECT || type == JSON_ARRAY;
		wanted = !out->key ||
		         (is_named(l->names, out->key, out->key_len) &&
		          !(l->one_each && l->taken_at == out->depth));
		if (!wanted) {
			if (container && json_skip(&l->json) == JSON_BAD)
				return false;
			continue;
		}
		if (type != JSON_STRING && type != JSON_NUMBER)
			continue;
		if (out->key)
			l->taken_at = out->depth;
		return true;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The length of the blank at the start of the escaped bytes, or 0. */
static size_t blank_at(const char *raw, size_t len)
{
	if (is_blank(raw[0]))
		return 1;
	if (raw[0] != '\\' || len < 2)
		return 0;
	if (strchr("ntrf", raw[1]))
		return 2;
	if (len >= 6 && memcmp(raw, "\\u00", 4) == 0 &&
	    ((raw[4] == '0' && strchr("9aAbBcCdD", raw[5])) ||
	     (raw[4] == '2' && raw[5] == '0')))
		return 6;
	return 0;
}

/* Words that programs write where there is nothing. */
static bool is_nothing(const char *raw, size_t len)
{
	static const char *const words[] = {
		"None",
		"NULL",
		"null",
		"NaN",
		"nan",
		"NaT",
		"N/A",
		"N\\/A",
		"n/a",
		"n\\/a",
		"undefined",
		"ONLY AVAILABLE IN PAID PLANS",
		"ONLY AVAILABLE IN CORPORATE PLANS",
		"0000-00-00",
		"0000-00-00 00:00:00",
	};

	while (len && is_blank(raw[len - 1]))
		len--;
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i]) == len && memcmp(words[i], raw, len) == 0)
			return true;
	return false;
}

bool record_usable(const struct json_item *string)
{
	const char *raw = string->raw;
	size_t len = string->raw_len, blank;

	if (placeholder_begins(raw, len))
		return false;
	while (len && (blank = blank_at(raw, len)) != 0) {
		raw += blank;
		len -= blank;
	}
	return len && !(len < 40 && is_nothing(raw, len));
}

bool record_is_url(const struct json_item *string, bool *path)
{
	static const char scheme[] = "http";
	const char *at = string->raw, *end = at + string->raw_len;
	unsigned slashes = 0;

	while (at < end && is_blank(*at))
		at++;
	for (size_t i = 0; i < 4; i++, at++)
		if (at == end || (*at | 0x20) != scheme[i])
			return false;
	if (at < end && (*at | 0x20) == 's')
		at++;
	if (at == end || *at++ != ':')
		return false;
	/* "http:\/\/" is how some encoders write it. */
	for (; at < end && (*at == '/' || *at == '\\'); at++)
		slashes += *at == '/';
	if (slashes < 2)
		return false;
	while (at < end && *at != '/' && *at != '\\' && *at != '?')
		at++;
	while (at < end && (*at == '/' || *at == '\\' || is_blank(*at)))
		at++;
	*path = at < end;
	return true;
}

/* The only usable leaf of a list or object; JSON_BAD in it for several. */
static bool see_leaves(struct record_text *t, const struct record_item *item,
                       const char *end)
{
	struct record_leaves leaves;
	struct json_item leaf;
	bool any = false;

	record_leaves(&leaves, FIELD_TEXT, item->json.raw, end);
	while (record_leaves_next(&leaves, &leaf)) {
		if (leaf.type != JSON_STRING ||
		    !(record_usable(&leaf) ||
		      placeholder_begins(leaf.raw, leaf.raw_len)))
			continue;
		if (any) {
			t->string.type = JSON_BAD;
			t->string.raw = NULL;
		} else {
			t->string = leaf;
		}
		any = true;
	}
	t->from = item->json.raw;
	t->to = leaves.json.at;
	return any;
}

void record_text_see(struct record_text *t, const struct record_item *item,
                     const char *end)
{
	enum json_type type = item->json.type;
	const struct alias *alias = NULL;
	struct record_text seen = { .found = true, .piece = SIZE_MAX };

	for (size_t i = 0; i < item->alias_count; i++)
		if (item->aliases[i].field == FIELD_TEXT)
			alias = &item->aliases[i];
	if (alias) {
		bool mapped = alias->only == ONLY_MAPPED;

		seen.nested = item->nested && !mapped;
		seen.rank = mapped ? -1 : alias->rank;
		seen.key.ptr = item->json.key;
		seen.key.len = item->json.key_len;
	}
	if (alias && !(t->found &&
	               (seen.nested > t->nested ||
	                (seen.nested == t->nested && seen.rank > t->rank)))) {
		if (type == JSON_STRING &&
		    (item->piece != SIZE_MAX || record_usable(&item->json))) {
			seen.string = item->json;
			*t = seen;
		} else if ((type == JSON_OBJECT || type == JSON_ARRAY) &&
		           see_leaves(&seen, item, end)) {
			*t = seen;
		}
	}
	/* The walk comes to the leaf of a list later than to the list. */
	if (t->found && item->piece != SIZE_MAX &&
	    item->json.raw == t->string.raw)
		t->piece = item->piece;
}

bool placeholder_begins(const char *raw, size_t len)
{
	return len > PLACEHOLDER_LEN && raw[0] == '\\' &&
	       memcmp(raw, PLACEHOLDER, PLACEHOLDER_LEN) == 0 &&
	       raw[PLACEHOLDER_LEN] >= '0' && raw[PLACEHOLDER_LEN] <= '9';
}

/* A decimal number without leading zeros.  Returns its digits, or 0. */
static size_t decode_number(size_t *out, const char *at, size_t len)
{
	size_t n = 0, value = 0, digit;

	for (; n < len && at[n] >= '0' && at[n] <= '9'; n++) {
		digit = (size_t)(at[n] - '0');
		if ((n == 1 && value == 0) || value > (SIZE_MAX - digit) / 10)
			return 0;
		value = value * 10 + digit;
	}
	*out = value;
	return n;
}

size_t placeholder_decode(struct placeholder *out, const char *raw, size_t len)
{
	size_t at = PLACEHOLDER_LEN, n, style, piece;

	if (!placeholder_begins(raw, len))
		return 0;
	n = decode_number(&style, raw + at, len - at);
	at += n;
	if (n == 0 || style > 255 || at == len || raw[at] != ':')
		return 0;
	at++;
	n = decode_number(&piece, raw + at, len - at);
	if (n == 0)
		return 0;
	out->style = (unsigned)style;
	out->len = piece;
	return at + n;
}

void placeholder_encode(struct buf *out, unsigned style, size_t len)
{
	buf_printf(out, PLACEHOLDER "%u:%zu", style, len);
}
