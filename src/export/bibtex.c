/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bibtex.c - entries for a bibliography, understood by BibTeX and biblatex.
 *
 * Keys are made of source, year and id: the same article has the same key in
 * every export, and no two have one.
 */

#include <string.h>

#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"
#include "export/cell.h"
#include "export/format.h"
#include "export/kind.h"

#define KEY_SOURCE 40 /* bytes of the source in a key */
#define KEY_DIGITS 16

struct export_writer {
	struct out *out;
	struct buf entry;
	bool any;
};

static void bibtex_free(struct export_writer *w)
{
	if (!w)
		return;
	buf_done(&w->entry);
	alloc_free(w);
}

/* What TeX would take for a command is spelled; a blank for each control
 * character. */
static void put_tex(struct buf *out, const struct fiche_text *t)
{
	for (size_t i = 0; i < t->len; i++) {
		char c = t->ptr[i];

		switch (c) {
		case '\\':
			buf_text(out, "\\textbackslash{}");
			break;
		case '~':
			buf_text(out, "\\textasciitilde{}");
			break;
		case '^':
			buf_text(out, "\\textasciicircum{}");
			break;
		/* Braces must be balanced even where they are escaped. */
		case '{':
			buf_text(out, "\\textbraceleft{}");
			break;
		case '}':
			buf_text(out, "\\textbraceright{}");
			break;
		case '#':
		case '$':
		case '%':
		case '&':
		case '_':
			buf_u8(out, '\\');
			buf_u8(out, (uint8_t)c);
			break;
		default:
			buf_u8(out, (uint8_t)c < 0x20 || c == 0x7f
			                    ? ' '
			                    : (uint8_t)c);
		}
	}
}

static void put_field(struct buf *out, const char *name,
                      const struct fiche_text *value)
{
	if (value->len == 0)
		return;
	buf_printf(out, ",\n  %s = {", name);
	put_tex(out, value);
	buf_text(out, "}");
}

static void put_authors(struct buf *out, const struct fiche_article *a)
{
	if (a->author_count == 0)
		return;
	buf_text(out, ",\n  author = {");
	for (size_t i = 0; i < a->author_count; i++) {
		/* Braces: a name is not taken apart, whatever is in it. */
		buf_text(out, i > 0 ? " and {" : "{");
		put_tex(out, &a->authors[i]);
		buf_text(out, "}");
	}
	buf_text(out, "}");
}

static void put_tags(struct buf *out, const struct fiche_article *a)
{
	if (a->tag_count == 0)
		return;
	buf_text(out, ",\n  keywords = {");
	for (size_t i = 0; i < a->tag_count; i++) {
		if (i > 0)
			buf_text(out, ", ");
		put_tex(out, &a->tags[i]);
	}
	buf_text(out, "}");
}

static void put_date(struct buf *out, const char *name,
                     const struct fiche_date *d)
{
	struct fiche_date day = *d;

	if (d->precision == FICHE_DATE_NONE)
		return;
	if (day.precision > FICHE_DATE_DAY)
		day.precision = FICHE_DATE_DAY;
	buf_printf(out, ",\n  %s = {", name);
	date_format(out, &day);
	buf_text(out, "}");
}

static void put_year(struct buf *out, const struct fiche_date *d)
{
	int64_t year;
	unsigned month, day, second;

	if (d->precision == FICHE_DATE_NONE)
		return;
	date_to_civil(d->begin, &year, &month, &day, &second);
	buf_printf(out, ",\n  year = {%lld}", (long long)year);
	if (d->precision >= FICHE_DATE_MONTH)
		buf_printf(out, ",\n  month = {%u}", month);
}

static void put_key(struct buf *out, const struct fiche_article *a)
{
	size_t begin = out->len;
	int64_t year;
	unsigned month, day, second;

	for (size_t i = 0; i < a->source.len && i < KEY_SOURCE; i++) {
		char c = a->source.ptr[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || c == '.')
			buf_u8(out, (uint8_t)c);
	}
	if (out->len == begin)
		buf_text(out, "article");
	if (a->published.precision != FICHE_DATE_NONE) {
		date_to_civil(a->published.begin, &year, &month, &day, &second);
		buf_printf(out, "-%lld", (long long)year);
	}
	buf_u8(out, '-');
	for (int i = 0; i < KEY_DIGITS / 2; i++)
		buf_printf(out, "%02x", a->digest[i]);
}

static void put_url(struct buf *out, const struct fiche_article *a)
{
	if (!kind_is_web(&a->url))
		return;
	/* Not escaped for TeX: styles take it as it is. */
	buf_text(out, ",\n  url = {");
	kind_put_url(out, &a->url);
	buf_text(out, "}");
	put_date(out, "urldate", &a->fetched);
}

static const char *entry_type(const struct fiche_article *a)
{
	if (a->source.len > 0 && a->title.len > 0 &&
	    a->published.precision != FICHE_DATE_NONE)
		return "article";
	return kind_is_web(&a->url) ? "online" : "misc";
}

static int bibtex_begin(struct export_writer **out,
                        const struct export_target *to, struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));

	if (!w)
		return err_nomem(err);
	w->out = to->out;
	*out = w;
	return 0;
}

static int bibtex_add(struct export_writer *w, const struct export_article *e,
                      struct fiche_error *err)
{
	const struct fiche_article *a = e->article;
	struct buf *out = &w->entry;

	buf_clear(out);
	buf_printf(out, "%s@%s{", w->any ? "\n" : "", entry_type(a));
	put_key(out, a);
	put_authors(out, a);
	if (a->title.len > 0) {
		/* Twice: the style does not change upper and lower case. */
		buf_text(out, ",\n  title = {{");
		put_tex(out, &a->title);
		buf_text(out, "}}");
	}
	put_field(out, "journal", &a->source);
	put_date(out, "date", &a->published);
	put_year(out, &a->published);
	put_url(out, a);
	put_field(out, "language", &a->language);
	put_tags(out, a);
	put_field(out, "abstract", &a->summary);
	buf_text(out, ",\n  note = {sha256:");
	cell_digest(out, a);
	buf_text(out, "}\n}\n");
	if (!buf_ok(out))
		return err_nomem(err);
	w->any = true;
	return out_put(w->out, out->ptr, out->len, err);
}

static int bibtex_finish(struct export_writer *w, struct fiche_error *err)
{
	(void)w;
	(void)err;
	return 0;
}

const struct export_format export_bibtex = {
	.about = { "bibtex", "a bibliography for BibTeX and biblatex", ".bib",
	           false, false },
	.no_record = true,
	.no_json = true,
	.begin = bibtex_begin,
	.add = bibtex_add,
	.finish = bibtex_finish,
	.free = bibtex_free,
};
