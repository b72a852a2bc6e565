/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_list.c - fiche list: one line an article. */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "fields.h"
#include "output.h"
#include "reading.h"
#include "rows.h"
#include "select.h"

#define TABLE_FIELDS "published,source,title,id"
#define PLAIN_FIELDS "id,published,source,language,title,url"

struct listing {
	struct rows rows;
	struct fields fields;
	bool canonical; /* JSON as the library writes it, all fields */
};

static int read_format(struct listing *l, struct tool *t, const struct args *a)
{
	const char *format = args_value(a, OPT_FORMAT);
	const char *fields = args_value(a, OPT_FIELDS);

	l->rows.format = ROWS_TABLE;
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

/* One article.  A status of the library. */
static int list_one(struct listing *l, struct reading *ar, uint64_t number,
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

static int list_all(struct listing *l, struct reading *ar,
                    const struct selection *s)
{
	struct tool *t = ar->tool;
	struct picks picks = { 0 };
	struct str older = { 0 };
	int r;

	r = picks_all(&picks, ar, s);
	if (r != 0)
		goto out;
	if (picks.count > 0)
		rows_begin(&l->rows);
	for (uint64_t i = 0; i < picks.count && !output_failed(); i++) {
		struct fiche_error err = { 0 };
		uint64_t number = picks_number(&picks, i);
		int status = list_one(l, ar, number, &err);

		if (status == FICHE_ERR_NOMEM) {
			(void)out_of_memory(t);
			break;
		}
		if (status < 0 && !reading_lost(ar, number, status, &err))
			break;
	}
	reading_losses(ar);
	if (picks_older(&picks) > 0 && !s->versions_given) {
		str_counted(&older, picks_older(&picks), "older version");
		note(t, NULL, "%s not shown", str_get(&older));
		note_hint(t, "--all-versions shows them too");
	}
	if (picks.count == 0)
		(void)tool_raise(t, RC_NOTHING);
out:
	str_done(&older);
	picks_done(&picks);
	return t->exit_code;
}

int cmd_list(struct tool *t, const struct args *args)
{
	struct listing l = { 0 };
	struct selection s = { 0 };
	struct reading ar = { 0 };
	int r;

	r = read_format(&l, t, args);
	if (r == 0)
		r = selection_init(&s, t, args);
	if (r == 0)
		r = reading_open(&ar, t, args, args->operands[0]);
	if (r == 0)
		(void)list_all(&l, &ar, &s);
	reading_close(&ar);
	selection_done(&s);
	rows_done(&l.rows);
	return t->exit_code;
}
