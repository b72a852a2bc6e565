/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields_json.c - the canonical JSON of an article, as every tool prints it;
 * see fields.h.
 */

#include <inttypes.h>

#include "article/date.h"
#include "article/fields.h"
#include "article/json.h"

static void put_text(struct buf *out, const char *key,
                     const struct fiche_text *t)
{
	buf_printf(out, ",\"%s\":", key);
	if (t->len)
		json_quote(out, t->ptr, t->len);
	else
		buf_text(out, "null");
}

static void put_date(struct buf *out, const char *key,
                     const struct fiche_date *d)
{
	buf_printf(out, ",\"%s\":", key);
	if (d->precision == FICHE_DATE_NONE) {
		buf_text(out, "null");
		return;
	}
	buf_text(out, "\"");
	date_format(out, d);
	buf_text(out, "\"");
}

static void put_list(struct buf *out, const char *key,
                     const struct fiche_text *items, size_t count)
{
	buf_printf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < count; i++) {
		if (i)
			buf_text(out, ",");
		json_quote(out, items[i].ptr, items[i].len);
	}
	buf_text(out, "]");
}

void fields_to_json(struct buf *out, const struct fiche_article *a,
                    bool with_text)
{
	buf_printf(out, "{\"number\":%" PRIu64 ",\"id\":\"", a->number);
	for (size_t i = 0; i < sizeof(a->digest); i++)
		buf_printf(out, "%02x", a->digest[i]);
	buf_text(out, "\"");
	put_text(out, "source_id", &a->source_id);
	put_text(out, "url", &a->url);
	put_text(out, "title", &a->title);
	put_date(out, "published", &a->published);
	put_text(out, "published_raw", &a->date_text);
	put_date(out, "modified", &a->modified);
	put_date(out, "fetched", &a->fetched);
	put_text(out, "source", &a->source);
	put_text(out, "language", &a->language);
	put_list(out, "authors", a->authors, a->author_count);
	put_list(out, "tags", a->tags, a->tag_count);
	put_text(out, "section", &a->section);
	put_text(out, "summary", &a->summary);
	put_text(out, "path", &a->path);
	put_text(out, "type", &a->media_type);
	buf_printf(out, ",\"text_size\":%" PRIu64, a->text_size);
	if (with_text)
		put_text(out, "text", &a->text);
	buf_text(out, "}");
}
