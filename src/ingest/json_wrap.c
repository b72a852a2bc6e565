/* SPDX-License-Identifier: Apache-2.0 */
/* json_wrap.c - the known wrappers, and how they are recognised. */
#include "ingest/json_wrap.h"

#include <string.h>

#include "article/record.h"

#define SAMPLE 16 /* values of a dictionary that are looked into */

/* "*" is any element of a list. */
static const char *const paths[] = {
	"/articles",
	"/articles/results",
	"/items",
	"/posts",
	"/data",
	"/data/articles",
	"/data/items",
	"/data/results",
	"/results",
	"/docs",
	"/records",
	"/entries",
	"/stories",
	"/news",
	"/documents",
	"/response/docs",
	"/response/results",
	"/hits/hits",
	"/category/*/records/article",
};

#define COUNT (sizeof(paths) / sizeof(paths[0]))

/* ---- Paths ---- */

static void put(struct wrap_path *p, const char *text, size_t len)
{
	if (len >= sizeof(p->text) - p->len) {
		p->lost = true;
		return;
	}
	memcpy(p->text + p->len, text, len);
	p->len += len;
}

/* Deeper than the stack, only the depth is kept. */
static bool begin_part(struct wrap_path *p)
{
	if (p->depth++ >= WRAP_DEPTH_MAX)
		return false;
	p->ends[p->depth - 1] = p->len;
	put(p, "/", 1);
	return true;
}

void wrap_push(struct wrap_path *p, const char *key, size_t len)
{
	if (!begin_part(p))
		return;
	for (size_t i = 0; i < len; i++)
		if (key[i] == '~' || key[i] == '/')
			put(p, key[i] == '~' ? "~0" : "~1", 2);
		else
			put(p, key + i, 1);
}

void wrap_push_index(struct wrap_path *p, size_t index)
{
	char digits[24];
	size_t n = sizeof(digits);

	if (!begin_part(p))
		return;
	do
		digits[--n] = (char)('0' + index % 10);
	while ((index /= 10) > 0);
	put(p, digits + n, sizeof(digits) - n);
}

void wrap_pop(struct wrap_path *p)
{
	if (p->depth-- > WRAP_DEPTH_MAX)
		return;
	p->len = p->ends[p->depth];
	p->lost = false;
}

static enum wrap_match match_one(const struct wrap_path *p, const char *path)
{
	const char *at = p->text, *end = at + p->len;

	while (at < end && *path != '\0') {
		if (*path == '*') {
			path++;
			while (at < end && *at != '/')
				at++;
		} else if (*path++ != *at++) {
			return WRAP_ELSEWHERE;
		}
	}
	if (at < end)
		return WRAP_ELSEWHERE;
	if (*path == '\0')
		return WRAP_HERE;
	return *path == '/' ? WRAP_ABOVE : WRAP_ELSEWHERE;
}

enum wrap_match wrap_match(const struct wrap_path *p, const char *only)
{
	enum wrap_match best = WRAP_ELSEWHERE, m;

	if (p->lost || p->depth > WRAP_DEPTH_MAX)
		return best;
	if (only != NULL)
		return match_one(p, only);
	/* "/articles" is a list, and has lists below. */
	for (size_t i = 0; i < COUNT && best != WRAP_HERE; i++) {
		m = match_one(p, paths[i]);
		if (m > best)
			best = m;
	}
	return best;
}

/* ---- Objects ---- */

/* Which of the fields that make an article a key stands for. */
static unsigned fields_of(const struct record_item *item)
{
	unsigned set = 0;

	if (item->json.type != JSON_STRING && item->json.type != JSON_OBJECT &&
	    item->json.type != JSON_ARRAY)
		return 0;
	if (item->json.type == JSON_STRING && !record_usable(&item->json))
		return 0;
	for (size_t i = 0; i < item->alias_count; i++)
		if (item->aliases[i].only == ONLY_ANY)
			set |= 1u << item->aliases[i].field;
	return set & (1u << FIELD_TITLE | 1u << FIELD_TEXT | 1u << FIELD_URL);
}

bool wrap_is_article(const char *json, size_t len)
{
	struct record r;
	struct record_item item;
	enum json_type type;

	record_init(&r, NULL, json, len);
	while ((type = record_next(&r, &item)) != JSON_BAD &&
	       type != JSON_END) {
		if (type == JSON_CLOSE && r.json.depth == 0)
			break;
		if (item.json.depth > 0 && fields_of(&item) != 0)
			return true;
	}
	return false;
}

/* What has been seen of the object itself. */
struct seen {
	unsigned fields; /* of strings directly in it */
	bool json_feed;
	bool list; /* of articles at a known path, or an empty one */
	size_t objects, others;
	bool strangers; /* an object directly in it is no article */
};

static void see_member(struct seen *s, const struct record_item *item,
                       const char *end)
{
	const struct json_item *v = &item->json;

	if (v->type != JSON_OBJECT) {
		s->others++;
		if (v->type == JSON_STRING)
			s->fields |= fields_of(item);
		if (v->key_len == 7 && memcmp(v->key, "version", 7) == 0 &&
		    v->raw_len >= 20 &&
		    memcmp(v->raw, "https://jsonfeed.org", 20) == 0)
			s->json_feed = true;
		return;
	}
	s->objects++;
	if (s->objects <= SAMPLE &&
	    (alias_is_wrapper(v->key, v->key_len) ||
	     !wrap_is_article(v->raw, (size_t)(end - v->raw))))
		s->strangers = true;
}

static bool is_list(const char *at, const char *end)
{
	struct json_scanner s;
	struct json_item item;
	enum json_type type;

	json_init(&s, at, (size_t)(end - at));
	(void)json_next(&s, &item);
	type = json_next(&s, &item);
	return type == JSON_CLOSE ||
	       (type == JSON_OBJECT &&
	        wrap_is_article(item.raw, (size_t)(end - item.raw)));
}

/* Follow the path of the walk down to where lists can be. */
static void see_place(struct seen *s, struct wrap_path *p,
                      size_t index[WRAP_DEPTH_MAX + 1],
                      const struct json_item *v, const char *end)
{
	unsigned depth = v->depth;

	while (p->depth >= depth && p->depth > 0)
		wrap_pop(p);
	if (v->key != NULL)
		wrap_push(p, v->key, v->key_len);
	else
		wrap_push_index(p, index[depth]++);
	if (v->type != JSON_OBJECT && v->type != JSON_ARRAY)
		return;
	if (depth < WRAP_DEPTH_MAX)
		index[depth + 1] = 0;
	if (v->type == JSON_ARRAY && wrap_match(p, NULL) == WRAP_HERE)
		s->list |= is_list(v->raw, end);
}

static void see(struct seen *s, const char *json, size_t len)
{
	const unsigned own = 1u << FIELD_TEXT;
	size_t index[WRAP_DEPTH_MAX + 1] = { 0 };
	struct wrap_path path = { .len = 0 };
	const char *end = json + len;
	struct record r;
	struct record_item item;
	enum json_type type;

	record_init(&r, NULL, json, len);
	while ((type = record_next(&r, &item)) != JSON_BAD &&
	       type != JSON_END && (s->fields & own) == 0) {
		const struct json_item *v = &item.json;

		if (type == JSON_CLOSE && r.json.depth == 0)
			break;
		if (type == JSON_CLOSE || v->depth == 0 ||
		    v->depth > WRAP_DEPTH_MAX)
			continue;
		if (v->depth == 1)
			see_member(s, &item, end);
		see_place(s, &path, index, v, end);
		if ((type == JSON_OBJECT || type == JSON_ARRAY) &&
		    wrap_match(&path, NULL) == WRAP_ELSEWHERE &&
		    json_skip(&r.json) == JSON_BAD)
			break;
	}
}

enum wrap wrap_find(size_t *values, const char *json, size_t len)
{
	const unsigned both = 1u << FIELD_TITLE | 1u << FIELD_URL;
	struct seen s = { 0 };

	see(&s, json, len);
	*values = s.objects;
	if ((s.fields & 1u << FIELD_TEXT) != 0 ||
	    ((s.fields & both) == both && !s.json_feed))
		return WRAP_NONE;
	if (s.list)
		return WRAP_PATH;
	return s.objects > 0 && s.others == 0 && !s.strangers ? WRAP_VALUES
	                                                      : WRAP_NONE;
}
