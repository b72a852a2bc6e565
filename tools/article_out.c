/* SPDX-License-Identifier: Apache-2.0 */
/* article_out.c - one article in one of three forms; see article_out.h. */

#include "article_out.h"

#include <string.h>

#define SLUG_MAX 60

static const struct {
	const char *type;
	const char *extension;
} extensions[] = {
	{ "application/json", "json" }, { "text/html", "html" },
	{ "text/plain", "txt" },        { "application/xhtml+xml", "xhtml" },
	{ "application/xml", "xml" },   { "text/xml", "xml" },
	{ "text/markdown", "md" },      { "application/pdf", "pdf" },
	{ "image/jpeg", "jpg" },        { "image/png", "png" },
};

static const char *extension_of(const struct fiche_text *type,
                                enum article_form form)
{
	size_t len = 0;

	if (form == FORM_TEXT)
		return "txt";
	if (form == FORM_JSON)
		return "json";
	/* text/html; charset=utf-8 */
	while (len < type->len && type->ptr[len] != ';' &&
	       type->ptr[len] != ' ')
		len++;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++)
		if (strlen(extensions[i].type) == len &&
		    memcmp(extensions[i].type, type->ptr, len) == 0)
			return extensions[i].extension;
	return "bin";
}

/*
 * Append the letters and digits of a foreign text and single dashes: nothing
 * that a file system or a shell gives a meaning to can get through.
 */
static bool add_slug(struct str *out, const struct fiche_text *text)
{
	size_t begin = out->len;
	bool gap = false;

	for (size_t i = 0; i < text->len && out->len - begin < SLUG_MAX; i++) {
		char c = text->ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) {
			/* Room for the dash and the letter, or neither. */
			if (gap && out->len - begin + 2 > SLUG_MAX)
				break;
			if (gap && out->len > begin)
				str_char(out, '-');
			str_char(out, c);
			gap = false;
		} else {
			gap = true;
		}
	}
	return out->len > begin;
}

static void describe(struct article_about *about, const struct fiche_article *a,
                     enum article_form form)
{
	str_clear(&about->name);
	str_printf(&about->name, "%llu-", (unsigned long long)a->number);
	if (!add_slug(&about->name, &a->title) &&
	    !add_slug(&about->name, &a->source_id))
		str_hex(&about->name, a->digest, 6);
	about->extension = extension_of(&a->media_type, form);
	about->is_line =
		a->path.len == 0 &&
		strcmp(extension_of(&a->media_type, FORM_RAW), "json") == 0;
}

int article_read(struct fiche_text *content, struct article_about *about,
                 struct reading *ar, uint64_t number, enum article_form form,
                 struct fiche_error *err)
{
	struct fiche_article a;
	int r;

	if (form == FORM_RAW)
		r = fiche_view_card(ar->view, number, &a, err);
	else
		r = fiche_view_article(ar->view, number, &a, err);
	if (r < 0)
		return r;
	if (a.redacted)
		return FICHE_ERR_REDACTED;
	describe(about, &a, form);
	if (!str_ok(&about->name))
		return FICHE_ERR_NOMEM;
	if (form == FORM_RAW)
		return fiche_view_record(ar->view, number, content, err);
	if (form == FORM_JSON)
		return fiche_view_json(ar->view, &a, true, content, err);
	*content = a.text;
	return 0;
}

void article_about_done(struct article_about *about)
{
	str_done(&about->name);
}
