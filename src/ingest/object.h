/* SPDX-License-Identifier: Apache-2.0 */
/*
 * object.h - JSON objects whose text is not simply text.
 *
 * Where the text has markup, or there is only HTML, a person would search for
 * tags.  Such an object is stored as a page: its exact bytes, a card with the
 * fields by the alias rules, and the text beside it.
 */
#ifndef INGEST_OBJECT_H
#define INGEST_OBJECT_H

#include "ingest/input.h"

/* What a feed says about all its items; len 0 if it does not. */
struct object_feed {
	struct fiche_text site_name;
	struct fiche_text language;
};

/* As input_add_object(), with what the object lacks taken from its feed. */
int object_add_item(const struct input *i, const void *json, size_t len,
                    uint64_t line, const struct object_feed *feed,
                    struct fiche_error *err);

/*
 * Set the facts of an object by the alias rules and `rules`, the defaults of
 * the user or NULL, where they are not set yet; f->text is its text, which may
 * be HTML.  Returns 0, FICHE_ERR_INPUT if it is malformed, or FICHE_ERR_NOMEM.
 */
int object_facts(struct facts *f, const char *rules, const char *json,
                 size_t len, struct fiche_error *err);

/* The same, and f->text is what a person reads of it; `store` may hold it.
 * Rules of the user are none. */
int object_read(struct facts *f, struct buf *store, const char *json,
                size_t len, int64_t now, struct fiche_error *err);

/* Is it HTML: begins with a tag, or has several blocks? */
bool object_is_html(struct fiche_text text);

/*
 * Set f->text to what a person reads of `html`: of a whole document its story,
 * which may bring further facts, of a piece all of it.  `store` holds the text
 * and must live as long.  Returns 0 or FICHE_ERR_NOMEM.
 */
int object_html_text(struct facts *f, struct buf *store, struct fiche_text html,
                     int64_t now, struct fiche_error *err);

/* As json_quote(), but bytes that are not UTF-8 stay: nothing of a row that
 * becomes an object is lost. */
void object_quote(struct buf *out, struct fiche_text text);

#endif
