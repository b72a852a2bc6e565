/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_wrap.h - is a JSON object an article, or something around articles?
 *
 * Answers of news interfaces have them in {"articles": [...]} and its like,
 * data sets in {"<id>": {...}, ...}.  An object that has a text of its own is
 * an article, whatever else it holds.
 */
#ifndef INGEST_JSON_WRAP_H
#define INGEST_JSON_WRAP_H

#include <stdbool.h>
#include <stddef.h>

#define WRAP_DEPTH_MAX 16 /* deeper than every path */

enum wrap {
	WRAP_NONE,   /* an article, or nothing known */
	WRAP_PATH,   /* at one of the known paths */
	WRAP_VALUES, /* its values are the articles */
};

/* What the object at `json` is, whose end may be missing or malformed.
 * *values: of WRAP_VALUES, how many there are. */
enum wrap wrap_find(size_t *values, const char *json, size_t len);

/* Has the object at `json` a title, a text or an address by the alias rules? */
bool wrap_is_article(const char *json, size_t len);

/* A place in a document, as a JSON Pointer. */
struct wrap_path {
	char text[256];
	size_t len;
	size_t ends[WRAP_DEPTH_MAX]; /* where the parts before began */
	unsigned depth;
	bool lost; /* too long or too deep to be any that is sought */
};

void wrap_push(struct wrap_path *p, const char *key, size_t len);
void wrap_push_index(struct wrap_path *p, size_t index);
void wrap_pop(struct wrap_path *p);

enum wrap_match {
	WRAP_ELSEWHERE,
	WRAP_ABOVE, /* a list of articles may be inside */
	WRAP_HERE,
};

/* `only` is the pointer to look for, or NULL for the known ones. */
enum wrap_match wrap_match(const struct wrap_path *p, const char *only);

#endif
