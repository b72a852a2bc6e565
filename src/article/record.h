/* SPDX-License-Identifier: Apache-2.0 */
/*
 * record.h - walk through a scraper's JSON object, seeing which values stand
 * for a field and where a card has lifted a string out.
 *
 * Cards and fields walk alike, so that they agree on what the text is.
 */
#ifndef ARTICLE_RECORD_H
#define ARTICLE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "article/aliases.h"
#include "article/json.h"
#include "article/rules.h"
#include "fiche/article.h"

/* Keys matter down to here: a key joined to its parent's, in a wrapper. */
#define RECORD_KEY_DEPTH 3

struct record {
	struct json_scanner json;
	const struct rules *rules; /* or NULL */
	size_t pieces;             /* placeholders passed */
	bool not_object;           /* JSON, but not a record */
	/* Of the object that holds the members at this depth. */
	struct {
		bool open;   /* its members can be fields */
		bool nested; /* in a wrapper: second choice */
		char prefix[ALIAS_KEY_MAX];
		size_t prefix_len;
	} at[RECORD_KEY_DEPTH + 1];
};

struct record_item {
	struct json_item json;
	const struct alias *aliases; /* alias_count of them */
	size_t alias_count;
	bool nested;
	size_t piece; /* of a placeholder, otherwise SIZE_MAX */
};

/* `rules` may be NULL. */
void record_init(struct record *r, const struct rules *rules, const char *text,
                 size_t len);

/* As json_next().  A document that is not an object is JSON_BAD. */
enum json_type record_next(struct record *r, struct record_item *out);

/* The values that a field's value consists of: itself if it is a string or a
 * number, and in a list or an object those under the names of the field. */
struct record_leaves {
	struct json_scanner json;
	const char *const *names;
	bool one_each;     /* of an object take the first only */
	unsigned taken_at; /* depth of the object it was taken of, or 0 */
};

/* `value` points at the '{' or '[' of a value, `end` behind the document. */
void record_leaves(struct record_leaves *l, enum field field, const char *value,
                   const char *end);
bool record_leaves_next(struct record_leaves *l, struct json_item *out);

/* May the string be taken: not blank, not a word for "nothing", not a
 * placeholder? */
bool record_usable(const struct json_item *string);

/* An http(s) URL; *path tells whether it has more than a host. */
bool record_is_url(const struct json_item *string, bool *path);

/* The text of an article: one string (piece as above), or a list or object of
 * several, which is never split. */
struct record_text {
	bool found;
	bool nested;
	int rank;
	struct fiche_text key;   /* as written */
	struct json_item string; /* type JSON_STRING, or JSON_BAD for several */
	size_t piece;
	const char *from, *to; /* of several: the value, whole */
};

/* Let `t` look at an item of the walk; `end` is the end of the document. */
void record_text_see(struct record_text *t, const struct record_item *item,
                     const char *end);

/*
 * The placeholder of a piece, as the card has it between quotes:
 * \u001f<style>:<len>.
 */
struct placeholder {
	unsigned style;
	size_t len; /* bytes of the piece */
};

/* Does `raw` (of `len` bytes) begin like a placeholder? */
bool placeholder_begins(const char *raw, size_t len);

/* The bytes of the placeholder at `raw`, or 0 if it is not a correct one. */
size_t placeholder_decode(struct placeholder *out, const char *raw, size_t len);
void placeholder_encode(struct buf *out, unsigned style, size_t len);

#endif
