/* SPDX-License-Identifier: Apache-2.0 */
/* fields.c - the fields of an article by name; see fields.h. */

#include "fields.h"

#include <string.h>

#include "reading.h"
#include "suggest.h"

static const char *const names[FIELD_COUNT] = {
	[FIELD_NUMBER] = "number",
	[FIELD_ID] = "id",
	[FIELD_SOURCE_ID] = "source_id",
	[FIELD_URL] = "url",
	[FIELD_TITLE] = "title",
	[FIELD_PUBLISHED] = "published",
	[FIELD_PUBLISHED_RAW] = "published_raw",
	[FIELD_MODIFIED] = "modified",
	[FIELD_FETCHED] = "fetched",
	[FIELD_SOURCE] = "source",
	[FIELD_LANGUAGE] = "language",
	[FIELD_AUTHORS] = "authors",
	[FIELD_TAGS] = "tags",
	[FIELD_SECTION] = "section",
	[FIELD_SUMMARY] = "summary",
	[FIELD_PATH] = "path",
	[FIELD_TYPE] = "type",
	[FIELD_TEXT_SIZE] = "text_size",
	[FIELD_WITHDRAWN] = "withdrawn",
};

const char *field_name(enum field_id f)
{
	return names[f];
}

static int field_find(enum field_id *out, struct tool *t, const char *word,
                      size_t len)
{
	struct suggest s;
	struct str typed = { 0 };
	int r = 0;

	for (size_t i = 0; i < FIELD_COUNT; i++) {
		if (strlen(names[i]) == len &&
		    memcmp(names[i], word, len) == 0) {
			*out = (enum field_id)i;
			return 0;
		}
	}
	str_put(&typed, word, len);
	suggest_init(&s, str_get(&typed));
	for (size_t i = 0; i < FIELD_COUNT; i++)
		suggest_offer(&s, names[i]);
	if (s.best)
		r = usage(t, "unknown field '%s' (did you mean %s?)",
		          str_get(&typed), s.best);
	else
		r = usage(t, "unknown field '%s'", str_get(&typed));
	str_done(&typed);
	return r;
}

int fields_parse(struct fields *out, struct tool *t, const char *text)
{
	size_t len;
	int r;

	out->count = 0;
	for (;;) {
		len = strcspn(text, ",");
		if (out->count == FIELDS_MAX)
			return usage(t, "more than %d fields", FIELDS_MAX);
		r = field_find(&out->list[out->count], t, text, len);
		if (r != 0)
			return r;
		out->count++;
		if (text[len] == '\0')
			return 0;
		text += len + 1;
	}
}

/* The fields that are one text each. */
static const struct fiche_text *text_of(const struct fiche_article *a,
                                        enum field_id f)
{
	switch (f) {
	case FIELD_SOURCE_ID:
		return &a->source_id;
	case FIELD_PUBLISHED_RAW:
		return &a->date_text;
	case FIELD_URL:
		return &a->url;
	case FIELD_TITLE:
		return &a->title;
	case FIELD_SOURCE:
		return &a->source;
	case FIELD_LANGUAGE:
		return &a->language;
	case FIELD_SECTION:
		return &a->section;
	case FIELD_SUMMARY:
		return &a->summary;
	case FIELD_PATH:
		return &a->path;
	case FIELD_TYPE:
		return &a->media_type;
	default:
		return NULL;
	}
}

static const struct fiche_date *date_of(const struct fiche_article *a,
                                        enum field_id f)
{
	switch (f) {
	case FIELD_PUBLISHED:
		return &a->published;
	case FIELD_MODIFIED:
		return &a->modified;
	case FIELD_FETCHED:
		return &a->fetched;
	default:
		return NULL;
	}
}

static const struct fiche_text *list_of(const struct fiche_article *a,
                                        enum field_id f, size_t *count)
{
	*count = f == FIELD_AUTHORS ? a->author_count : a->tag_count;
	return f == FIELD_AUTHORS ? a->authors : a->tags;
}

static uint64_t count_of(const struct fiche_article *a, enum field_id f)
{
	return f == FIELD_NUMBER ? a->number : a->text_size;
}

/* XXXX-11-21 (EDTF): a day of which nobody wrote the year. */
static bool is_yearless(const struct fiche_text *date)
{
	return date->len == 10 && memcmp(date->ptr, "XXXX-", 5) == 0;
}

void field_text(struct str *out, const struct fiche_article *a, enum field_id f)
{
	const struct fiche_text *text = text_of(a, f);
	const struct fiche_date *date = date_of(a, f);
	char buf[32];
	size_t count;

	if (f == FIELD_TITLE && a->redacted) {
		reading_say_redacted(out, a);
	} else if (f == FIELD_WITHDRAWN) {
		if (a->withdrawn)
			reading_say_withdrawn(out, a->withdrawn);
	} else if (text) {
		str_put(out, text->ptr, text->len);
		if (f == FIELD_TITLE && a->withdrawn)
			str_add(out, " (withdrawn)");
	} else if (date) {
		if (date->precision != FICHE_DATE_NONE)
			str_add(out, fiche_format_date(buf, date));
		else if (f == FIELD_PUBLISHED && is_yearless(&a->date_text))
			str_put(out, a->date_text.ptr, a->date_text.len);
	} else if (f == FIELD_ID) {
		str_hex(out, a->digest, sizeof(a->digest));
	} else if (f == FIELD_AUTHORS || f == FIELD_TAGS) {
		text = list_of(a, f, &count);
		for (size_t i = 0; i < count; i++) {
			if (i > 0)
				str_char(out, '|');
			str_put(out, text[i].ptr, text[i].len);
		}
	} else {
		str_printf(out, "%llu", (unsigned long long)count_of(a, f));
	}
}

void field_json(struct str *out, const struct fiche_article *a, enum field_id f)
{
	const struct fiche_text *text = text_of(a, f);
	const struct fiche_date *date = date_of(a, f);
	struct str plain = { 0 };
	size_t count;

	if (f == FIELD_AUTHORS || f == FIELD_TAGS) {
		text = list_of(a, f, &count);
		str_char(out, '[');
		for (size_t i = 0; i < count; i++) {
			if (i > 0)
				str_char(out, ',');
			str_json(out, text[i].ptr, text[i].len);
		}
		str_char(out, ']');
	} else if ((text && text->len == 0) ||
	           (date && date->precision == FICHE_DATE_NONE) ||
	           (f == FIELD_WITHDRAWN && !a->withdrawn)) {
		str_add(out, "null");
	} else if (text) {
		str_json(out, text->ptr, text->len);
	} else if (date || f == FIELD_ID || f == FIELD_WITHDRAWN) {
		field_text(&plain, a, f);
		str_json(out, str_get(&plain), plain.len);
		out->failed |= plain.failed;
		str_done(&plain);
	} else {
		field_text(out, a, f);
	}
}
