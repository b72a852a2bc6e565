/* SPDX-License-Identifier: Apache-2.0 */
/* listing.c - rows as options want them; see listing.h. */

#include "listing.h"

#include <string.h>

#include "output.h"

#define TABLE_FIELDS "published,source,title,id"
#define PLAIN_FIELDS "id,published,source,language,title,url"

int listing_read(struct listing *l, struct tool *t, const struct args *a)
{
	const char *format = args_value(a, OPT_FORMAT);
	const char *fields = args_value(a, OPT_FIELDS);

	*l = (struct listing){ .rows.format = ROWS_TABLE };
	if (format)
		l->rows.format = strcmp(format, "tsv") == 0     ? ROWS_TSV
		                 : strcmp(format, "csv") == 0   ? ROWS_CSV
		                 : strcmp(format, "jsonl") == 0 ? ROWS_JSONL
		                                                : ROWS_TABLE;
	if (args_have(a, OPT_JSON)) {
		if (format && l->rows.format != ROWS_JSONL)
			return usage(t,
			             "--json and --format %s exclude each "
			             "other",
			             format);
		l->rows.format = ROWS_JSONL;
	}
	if (args_have(a, OPT_SHORT)) {
		if (format || fields || args_have(a, OPT_JSON))
			return usage(t, "--short goes without --format, "
			                "--json and --fields");
		l->rows.format = ROWS_IDS;
	}
	l->canonical = l->rows.format == ROWS_JSONL && !fields;
	if (!fields)
		fields = l->rows.format == ROWS_TABLE ? TABLE_FIELDS
		                                      : PLAIN_FIELDS;
	l->rows.fields = &l->fields;
	l->rows.terminal = output_is_terminal();
	l->rows.columns = output_columns();
	l->rows.color = output_color(a);
	l->rows.whole_ids = args_have(a, OPT_DIGEST);
	l->rows.end = args_have(a, OPT_NULL) ? '\0' : '\n';
	return fields_parse(&l->fields, t, fields);
}

int listing_add(struct listing *l, struct reading *ar, uint64_t number,
                struct fiche_error *err)
{
	struct fiche_article article;
	struct fiche_text json;
	bool ok;
	int r;

	r = fiche_view_card(ar->view, number, &article, err);
	if (r < 0)
		return r;
	if (l->canonical) {
		r = fiche_view_json(ar->view, &article, false, &json, err);
		if (r < 0)
			return r;
		ok = rows_add_json(&l->rows, &json);
	} else {
		ok = rows_add(&l->rows, &article);
	}
	return ok ? 0 : FICHE_ERR_NOMEM;
}

void listing_done(struct listing *l)
{
	rows_done(&l->rows);
}
