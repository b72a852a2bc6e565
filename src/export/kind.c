/* SPDX-License-Identifier: Apache-2.0 */
/* kind.c - types, endings and addresses of records; see kind.h. */

#include "export/kind.h"

#include <string.h>

#include "article/date.h"

static const struct {
	const char *type;
	const char *ending;
} endings[] = {
	{ "application/json", ".json" },
	{ "text/html", ".html" },
	{ "text/plain", ".txt" },
	{ "application/xhtml+xml", ".xhtml" },
	{ "application/xml", ".xml" },
	{ "text/xml", ".xml" },
	{ "text/markdown", ".md" },
	{ "text/csv", ".csv" },
	{ "application/pdf", ".pdf" },
	{ "application/warc", ".warc" },
	{ "application/rss+xml", ".rss" },
	{ "application/atom+xml", ".atom" },
	{ "message/rfc822", ".eml" },
	{ "image/jpeg", ".jpg" },
	{ "image/png", ".png" },
};

/* Without "; charset=utf-8". */
static size_t type_len(const struct fiche_text *type)
{
	size_t len = 0;

	while (len < type->len && type->ptr[len] != ';' &&
	       type->ptr[len] != ' ')
		len++;
	return len;
}

static bool is_type(const struct fiche_text *type, const char *name)
{
	size_t len = type_len(type);

	return strlen(name) == len && memcmp(type->ptr, name, len) == 0;
}

bool kind_is_json(const struct fiche_article *a)
{
	return a->path.len == 0 && is_type(&a->media_type, "application/json");
}

bool kind_is_line(const struct export_article *a)
{
	return kind_is_json(a->article) && a->record.len > 0 &&
	       !memchr(a->record.ptr, '\n', a->record.len);
}

const char *kind_ending(const struct fiche_text *type)
{
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (is_type(type, endings[i].type))
			return endings[i].ending;
	return ".bin";
}

void kind_put_type(struct buf *out, const struct fiche_text *type)
{
	bool good = type->len > 0 && type->len < 200 &&
	            memchr(type->ptr, '/', type->len);

	for (size_t i = 0; i < type->len && good; i++)
		good = type->ptr[i] >= 0x20 && type->ptr[i] < 0x7f;
	if (good)
		buf_put(out, type->ptr, type->len);
	else
		buf_text(out, "application/octet-stream");
}

void kind_put_time(struct buf *out, int64_t seconds)
{
	struct fiche_date d = date_make(seconds, FICHE_DATE_SECOND, true);

	date_format(out, &d);
}

bool kind_is_absolute(const struct fiche_text *url)
{
	for (size_t i = 0; i < url->len; i++) {
		char c = url->ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

		if (c == ':')
			return i > 0 && i + 1 < url->len;
		if (!letter && (i == 0 || !((c >= '0' && c <= '9') ||
		                            c == '+' || c == '-' || c == '.')))
			return false;
	}
	return false;
}

bool kind_is_web(const struct fiche_text *url)
{
	return (url->len > 7 && memcmp(url->ptr, "http://", 7) == 0) ||
	       (url->len > 8 && memcmp(url->ptr, "https://", 8) == 0);
}

void kind_put_url(struct buf *out, const struct fiche_text *url)
{
	static const char digits[] = "0123456789ABCDEF";
	static const char never[] = "\"<>\\^`{|}";

	for (size_t i = 0; i < url->len; i++) {
		uint8_t c = (uint8_t)url->ptr[i];

		if (c > 0x20 && c < 0x7f && !strchr(never, c)) {
			buf_u8(out, c);
			continue;
		}
		buf_u8(out, '%');
		buf_u8(out, (uint8_t)digits[c >> 4]);
		buf_u8(out, (uint8_t)digits[c & 15]);
	}
}
