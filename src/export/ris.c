/* SPDX-License-Identifier: Apache-2.0 */
/* ris.c - entries for reference managers: a tag and a value on each line. */

#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"
#include "export/cell.h"
#include "export/format.h"
#include "export/kind.h"

struct export_writer {
	struct out *out;
	struct buf entry;
};

static void ris_free(struct export_writer *w)
{
	if (!w)
		return;
	buf_done(&w->entry);
	alloc_free(w);
}

/* One line, whatever is in it. */
static void put_line(struct buf *out, const char *tag,
                     const struct fiche_text *value)
{
	if (value->len == 0)
		return;
	buf_printf(out, "%s  - ", tag);
	for (size_t i = 0; i < value->len; i++) {
		uint8_t c = (uint8_t)value->ptr[i];

		buf_u8(out, c < 0x20 || c == 0x7f ? ' ' : c);
	}
	buf_text(out, "\r\n");
}

/* YYYY/MM/DD/ with what is known. */
static void put_date(struct buf *out, const char *tag,
                     const struct fiche_date *d)
{
	int64_t year;
	unsigned month, day, second;

	if (d->precision == FICHE_DATE_NONE)
		return;
	date_to_civil(d->begin, &year, &month, &day, &second);
	buf_printf(out, "%s  - %04lld/", tag, (long long)year);
	if (d->precision >= FICHE_DATE_MONTH)
		buf_printf(out, "%02u", month);
	buf_u8(out, '/');
	if (d->precision >= FICHE_DATE_DAY)
		buf_printf(out, "%02u", day);
	buf_text(out, "/\r\n");
}

static void put_year(struct buf *out, const struct fiche_date *d)
{
	struct fiche_date year = *d;

	if (d->precision == FICHE_DATE_NONE)
		return;
	year.precision = FICHE_DATE_YEAR;
	buf_text(out, "PY  - ");
	date_format(out, &year);
	buf_text(out, "\r\n");
}

static int ris_begin(struct export_writer **out, const struct export_target *to,
                     struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));

	if (!w)
		return err_nomem(err);
	w->out = to->out;
	*out = w;
	return 0;
}

static int ris_add(struct export_writer *w, const struct export_article *e,
                   struct fiche_error *err)
{
	const struct fiche_article *a = e->article;
	struct buf *out = &w->entry;

	buf_clear(out);
	/* The type comes first, the end last; the rest in any order. */
	buf_text(out, "TY  - NEWS\r\nID  - ");
	cell_digest(out, a);
	buf_text(out, "\r\n");
	put_line(out, "TI", &a->title);
	for (size_t i = 0; i < a->author_count; i++)
		put_line(out, "AU", &a->authors[i]);
	put_year(out, &a->published);
	put_date(out, "DA", &a->published);
	put_line(out, "T2", &a->source);
	put_line(out, "SE", &a->section);
	put_line(out, "LA", &a->language);
	if (kind_is_web(&a->url)) {
		buf_text(out, "UR  - ");
		kind_put_url(out, &a->url);
		buf_text(out, "\r\n");
	}
	put_date(out, "Y2", &a->fetched);
	for (size_t i = 0; i < a->tag_count; i++)
		put_line(out, "KW", &a->tags[i]);
	put_line(out, "AB", &a->summary);
	buf_text(out, "ER  - \r\n");
	if (!buf_ok(out))
		return err_nomem(err);
	return out_put(w->out, out->ptr, out->len, err);
}

static int ris_finish(struct export_writer *w, struct fiche_error *err)
{
	(void)w;
	(void)err;
	return 0;
}

const struct export_format export_ris = {
	.about = { "ris", "entries for reference managers (RIS)", ".ris", false,
	           false },
	.no_record = true,
	.no_json = true,
	.begin = ris_begin,
	.add = ris_add,
	.finish = ris_finish,
	.free = ris_free,
};
