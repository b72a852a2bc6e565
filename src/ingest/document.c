/* SPDX-License-Identifier: Apache-2.0 */
/* document.c - by media types; see document.h. */
#include "ingest/document.h"

#include <string.h>

#include "base/err.h"
#include "base/utf8.h"
#include "fiche/writer.h"
#include "ingest/classify.h"
#include "ingest/object.h"
#include "page/page.h"

enum reading { PAGE, TEXT, JSON, MARKUP, UNREADABLE };

static const struct {
	const char *type;
	enum reading reading;
} types[] = {
	{ "text/html", PAGE },
	{ "application/xhtml+xml", PAGE },
	{ "text/plain", TEXT },
	{ "text/markdown", TEXT },
	{ "application/json", JSON },
	{ "application/ld+json", JSON },
	{ "application/feed+json", JSON },
	{ "application/rss+xml", MARKUP },
	{ "application/atom+xml", MARKUP },
	{ "application/xml", MARKUP },
	{ "text/xml", MARKUP },
	{ "application/pdf", UNREADABLE },
};

#define TYPES (sizeof(types) / sizeof(types[0]))

static size_t find_type(const char *type)
{
	size_t i = 0;

	while (i < TYPES && strcmp(types[i].type, type) != 0)
		i++;
	return i;
}

bool document_is_read(const char *type)
{
	return find_type(type) < TYPES;
}

const char *document_guess(const uint8_t *at, size_t len, bool complete)
{
	struct look look = { at, len, complete, "" };

	if (len >= 5 && memcmp(at, "%PDF-", 5) == 0)
		return "application/pdf";
	return len == 0 ? NULL : classify_type(&look);
}

int document_read_json(struct facts *f, struct fiche_text json,
                       struct fiche_error *err)
{
	int r = object_facts(f, NULL, json.ptr, json.len, err);

	/* What is no JSON says nothing. */
	return r == FICHE_ERR_INPUT ? 0 : r;
}

/* The document is its own text, once it is UTF-8. */
static int take_whole(struct facts *f, struct buf *spare, struct bytes body,
                      struct fiche_error *err)
{
	const char *text = (const char *)body.ptr;

	/* Each foreign byte becomes three. */
	if (utf8_is_valid(text, body.len)) {
		f->text = (struct fiche_text){ text, body.len };
	} else if (body.len <= FICHE_RECORD_MAX / 3) {
		buf_clear(spare);
		utf8_put_clean(spare, text, body.len);
		if (!buf_ok(spare))
			return err_nomem(err);
		f->text = (struct fiche_text){ (char *)spare->ptr, spare->len };
	}
	return 0;
}

int document_read(struct facts *f, struct buf *spare, const struct media *media,
                  struct bytes body, int64_t now, struct fiche_error *err)
{
	struct fiche_text text = { (const char *)body.ptr, body.len };
	struct page_options opt = { .now = now };
	size_t type = find_type(media->type);
	enum reading reading = type < TYPES ? types[type].reading : UNREADABLE;
	int r = 0;

	if (media->charset[0] != '\0')
		opt.charset = media->charset;
	if (reading == PAGE)
		r = page_read_html(f, body.ptr, body.len, &opt, err);
	else if (reading == TEXT)
		r = page_read_text(f, body.ptr, body.len, &opt, err);
	else if (reading == JSON)
		r = object_read(f, spare, text.ptr, text.len, now, err);
	/* What is no JSON is a text. */
	if (r == FICHE_ERR_INPUT)
		r = 0;
	if (r == 0 && !f->has_text && reading != UNREADABLE)
		r = take_whole(f, spare, body, err);
	f->has_text = true;
	return r;
}
