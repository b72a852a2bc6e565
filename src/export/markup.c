/* SPDX-License-Identifier: Apache-2.0 */
/* markup.c - HTML around foreign text; see markup.h. */

#include "export/markup.h"

#include <string.h>

#include "base/err.h"
#include "base/hash.h"

static const char style[] =
	"body{font:1.05em/1.55 Georgia,serif;max-width:44em;margin:2em auto;"
	"padding:0 1em;color:#222;background:#fff}"
	"nav,.about,footer{font:.85em/1.5 sans-serif;color:#555}"
	"a{color:#135}h1{line-height:1.2}td{padding:.1em 1em .1em 0;"
	"vertical-align:top}td.n{text-align:right}td.d{white-space:nowrap}"
	"p{overflow-wrap:anywhere}"
	"@media(prefers-color-scheme:dark){body{color:#ddd;background:#161616}"
	"a{color:#9be}nav,.about,footer{color:#aaa}}";

int markup_policy(char out[MARKUP_POLICY], struct fiche_error *err)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t d[SHA256_SIZE + 1] = { 0 };

	if (sha256_of(d, style, sizeof(style) - 1) < 0)
		return err_nomem(err);
	for (size_t i = 0, n = 0; i < sizeof(d); i += 3, n += 4) {
		uint32_t v = (uint32_t)d[i] << 16 | (uint32_t)d[i + 1] << 8 |
		             d[i + 2];

		for (size_t k = 0; k < 4; k++)
			out[n + k] = digits[v >> (18 - 6 * k) & 63];
	}
	/* 32 bytes are 43 digits and a sign that fills up. */
	out[43] = '=';
	out[44] = '\0';
	return 0;
}

/* What a character is written as, or NULL: as it is. */
static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	case '\t':
	case '\n':
		return NULL;
	case '\r':
		return " ";
	default:
		/* No character of HTML, by any spelling. */
		return (uint8_t)c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
	}
}

void markup_text(struct buf *out, const char *text, size_t len)
{
	size_t from = 0;

	for (size_t i = 0; i < len; i++) {
		const char *as = entity(text[i]);

		if (!as)
			continue;
		buf_put(out, text + from, i - from);
		buf_text(out, as);
		from = i + 1;
	}
	buf_put(out, text + from, len - from);
}

void markup_json(struct buf *out, const struct buf *json)
{
	size_t from = 0;

	/* Of "</script>" and "<!--" nothing is left. */
	for (size_t i = 0; i < json->len; i++) {
		if (json->ptr[i] != '<')
			continue;
		buf_put(out, json->ptr + from, i - from);
		buf_text(out, "\\u003c");
		from = i + 1;
	}
	buf_put(out, json->ptr + from, json->len - from);
	out->failed |= json->failed;
}

static void put_meta(struct buf *out, const char *kind, const char *name,
                     const struct fiche_text *value)
{
	if (value->len == 0)
		return;
	buf_printf(out, "<meta %s=\"%s\" content=\"", kind, name);
	markup_text(out, value->ptr, value->len);
	buf_text(out, "\">\n");
}

void markup_meta(struct buf *out, const char *name,
                 const struct fiche_text *value)
{
	put_meta(out, "name", name, value);
}

void markup_property(struct buf *out, const char *name,
                     const struct fiche_text *value)
{
	put_meta(out, "property", name, value);
}

static bool is_language(const struct fiche_text *t)
{
	if (t->len == 0 || t->len > 35)
		return false;
	for (size_t i = 0; i < t->len; i++) {
		char c = t->ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

void markup_head(struct buf *out, const char *policy,
                 const struct fiche_text *language,
                 const struct fiche_text *title)
{
	buf_text(out, "<!DOCTYPE html>\n<html");
	if (is_language(language)) {
		buf_text(out, " lang=\"");
		buf_put(out, language->ptr, language->len);
		buf_text(out, "\"");
	}
	buf_printf(out,
	           ">\n<head>\n<meta charset=\"utf-8\">\n"
	           "<meta http-equiv=\"Content-Security-Policy\" content=\""
	           "default-src 'none'; style-src 'sha256-%s'; "
	           "base-uri 'none'; form-action 'none'\">\n"
	           "<meta name=\"viewport\" content=\"width=device-width, "
	           "initial-scale=1\">\n"
	           "<meta name=\"referrer\" content=\"no-referrer\">\n"
	           "<meta name=\"generator\" content=\"fiche " FICHE_VERSION
	           "\">\n<title>",
	           policy);
	markup_text(out, title->ptr, title->len);
	buf_text(out, "</title>\n");
}

void markup_body(struct buf *out)
{
	buf_text(out, "<style>");
	buf_text(out, style);
	buf_text(out, "</style>\n</head>\n<body>\n");
}

void markup_end(struct buf *out)
{
	buf_text(out, "</body>\n</html>\n");
}
