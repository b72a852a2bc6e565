/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - see explain.h. */

#include "explain.h"

#include <string.h>

#include "glyph.h"
#include "output.h"
#include "str.h"

static void put_escaped(struct str *s, struct fiche_text t)
{
	(void)glyph_fit(s, t.ptr, t.len, 44);
}

static void put_percent(struct str *s, uint64_t part, uint64_t whole)
{
	str_printf(s, "%5.1f %%",
	           whole ? 100.0 * (double)part / (double)whole : 0.0);
}

/* "date_publish 98.2 %, date 1.8 %" */
static void put_keys(struct str *s, const struct fiche_explained *f)
{
	for (size_t i = 0; i < f->key_count; i++) {
		str_add(s, i ? ", " : "");
		if (f->keys[i].key.len > 0)
			put_escaped(s, f->keys[i].key);
		else
			str_add(s, "(derived)");
		if (f->key_count > 1 || f->other > 0) {
			str_char(s, ' ');
			str_count(s, f->keys[i].records);
		}
	}
	if (f->other > 0) {
		str_add(s, ", others ");
		str_count(s, f->other);
	}
}

static void print_field(const struct fiche_explained *f, uint64_t records)
{
	struct str s = { 0 };
	size_t from;

	str_printf(&s, "%-10s ", f->field);
	put_percent(&s, f->records, records);
	str_add(&s, "  ");
	from = s.len;
	if (f->records == 0)
		str_char(&s, '-');
	put_keys(&s, f);
	if (f->example.len > 0) {
		str_pad(&s, ' ', s.len - from < 28 ? 28 - (s.len - from) : 1);
		put_escaped(&s, f->example);
	}
	str_char(&s, '\n');
	(void)output_line(&s);
	str_done(&s);
}

static void print_dates(const struct fiche_explain_dates *d)
{
	struct str s = { 0 };

	str_add(&s, "\ndates: ");
	str_count(&s, d->with_zone);
	str_add(&s, " with a zone, ");
	str_count(&s, d->assumed);
	str_add(&s, " times without one (see --assume-tz), ");
	str_count(&s, d->days);
	str_add(&s, " days or less, ");
	str_count(&s, d->unreadable);
	str_add(&s, " not readable");
	if (d->example.len > 0) {
		str_add(&s, ", as '");
		put_escaped(&s, d->example);
		str_char(&s, '\'');
	}
	str_char(&s, '\n');
	(void)output_line(&s);
	str_done(&s);
}

void explain_print(struct tool *t, const struct fiche_explain *e)
{
	uint64_t records = fiche_explain_records(e);
	struct fiche_explain_dates d;
	struct fiche_explained f;
	struct str s = { 0 };

	str_printf(&s, "%-10s %7s  %-28s%s\n", "field", "have it", "from",
	           "for example");
	(void)output_line(&s);
	for (size_t i = 0; i < fiche_explain_fields(e); i++) {
		fiche_explain_field(e, i, &f);
		print_field(&f, records);
	}
	fiche_explain_dates(e, &d);
	print_dates(&d);
	if (d.ambiguous > 0) {
		str_clear(&s);
		put_escaped(&s, d.doubtful);
		complain(t, NULL, "ambiguous date '%s' and %llu more",
		         str_get(&s), (unsigned long long)d.ambiguous - 1);
		hint(t, "add --date-order dmy (3 April is 3/4) or mdy (4/3)");
	}
	if (fiche_explain_refused(e) > 0)
		complain(t, NULL, "%llu records would be refused",
		         (unsigned long long)fiche_explain_refused(e));
	str_done(&s);
}

static void put_field_json(struct str *s, const struct fiche_explained *f)
{
	str_char(s, '{');
	str_key_text(s, "type", "field");
	str_key_text(s, "field", f->field);
	str_key_count(s, "records", f->records);
	str_key(s, "keys");
	str_char(s, '{');
	for (size_t i = 0; i < f->key_count; i++) {
		if (i)
			str_char(s, ',');
		str_json(s, f->keys[i].key.ptr, f->keys[i].key.len);
		str_printf(s, ":%llu", (unsigned long long)f->keys[i].records);
	}
	str_char(s, '}');
	str_key(s, "example");
	if (f->example.len > 0)
		str_json(s, f->example.ptr, f->example.len);
	else
		str_add(s, "null");
	str_add(s, "}\n");
}

void explain_print_json(const struct fiche_explain *e)
{
	struct fiche_explain_dates d;
	struct fiche_explained f;
	struct str s = { 0 };

	for (size_t i = 0; i < fiche_explain_fields(e); i++) {
		fiche_explain_field(e, i, &f);
		put_field_json(&s, &f);
	}
	fiche_explain_dates(e, &d);
	str_char(&s, '{');
	str_key_text(&s, "type", "dates");
	str_key_count(&s, "with_zone", d.with_zone);
	str_key_count(&s, "without_zone", d.assumed);
	str_key_count(&s, "days", d.days);
	str_key_count(&s, "unreadable", d.unreadable);
	str_key_count(&s, "ambiguous", d.ambiguous);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}
