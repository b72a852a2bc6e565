/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_show.c - fiche show: an article to read. */

#include "commands.h"

#include "args.h"
#include "article_out.h"
#include "confined.h"
#include "glyph.h"
#include "output.h"
#include "paragraph.h"
#include "reading.h"
#include "rows.h"
#include "select.h"
#include "values.h"

enum show_form {
	SHOW_READABLE,
	SHOW_META,
	SHOW_JSON,
	SHOW_RAW,
};

struct show {
	struct tool *tool;
	enum show_form form;
	struct reading archive;
	struct selection selection;
	struct str out;
	bool terminal;
	bool color;
	bool force;
	size_t columns; /* 0: not wrapped */
	uint64_t shown;
};

static void field_line(struct show *s, const char *name,
                       const struct fiche_text *value)
{
	if (value->len == 0)
		return;
	str_printf(&s->out, "%-10s", name);
	glyph_escape(&s->out, value->ptr, value->len, GLYPH_LINE);
	str_char(&s->out, '\n');
}

static void list_line(struct show *s, const char *name,
                      const struct fiche_text *list, size_t count)
{
	if (count == 0)
		return;
	str_printf(&s->out, "%-10s", name);
	for (size_t i = 0; i < count; i++) {
		str_add(&s->out, i > 0 ? ", " : "");
		glyph_escape(&s->out, list[i].ptr, list[i].len, GLYPH_LINE);
	}
	str_char(&s->out, '\n');
}

static void date_line(struct show *s, const char *name,
                      const struct fiche_date *date)
{
	char buf[32];

	if (date->precision != FICHE_DATE_NONE)
		str_printf(&s->out, "%-10s%s%s\n", name,
		           fiche_format_date(buf, date),
		           date->precision < FICHE_DATE_HOUR || date->has_zone
		                   ? ""
		                   : " (no zone given, UTC assumed)");
}

static void readable(struct show *s, const struct fiche_article *a)
{
	if (s->shown > 0)
		str_add(&s->out, "\n----\n\n");
	if (a->title.len > 0) {
		str_add(&s->out, s->color ? "\033[1m" : "");
		paragraph_wrap(&s->out, a->title.ptr, a->title.len, s->columns,
		               0);
		str_add(&s->out, s->color ? "\033[0m" : "");
	}
	list_line(s, "by", a->authors, a->author_count);
	if (a->published.precision != FICHE_DATE_NONE)
		date_line(s, "date", &a->published);
	else
		field_line(s, "date", &a->date_text);
	date_line(s, "modified", &a->modified);
	date_line(s, "fetched", &a->fetched);
	field_line(s, "source", &a->source);
	field_line(s, "section", &a->section);
	field_line(s, "language", &a->language);
	field_line(s, "url", &a->url);
	field_line(s, "file", &a->path);
	list_line(s, "tags", a->tags, a->tag_count);
	field_line(s, "own id", &a->source_id);
	if (a->withdrawn) {
		struct str said = { 0 };

		reading_say_withdrawn(&said, a->withdrawn);
		str_printf(&s->out, "%-10s", "notice");
		glyph_escape(&s->out, str_get(&said), said.len, GLYPH_LINE);
		str_char(&s->out, '\n');
		str_done(&said);
	}
	str_printf(&s->out, "%-10s", "id");
	str_hex(&s->out, a->digest, sizeof(a->digest));
	str_char(&s->out, '\n');
	if (s->form == SHOW_META) {
		str_printf(&s->out, "%-10s", "text");
		str_size(&s->out, a->text_size);
		str_char(&s->out, '\n');
	} else if (a->text.len > 0) {
		str_char(&s->out, '\n');
		paragraph_wrap(&s->out, a->text.ptr, a->text.len, s->columns,
		               0);
	}
}

static int show_raw(struct show *s, uint64_t number, struct fiche_error *err)
{
	struct article_about about = { 0 };
	struct fiche_text record;
	int r;

	r = article_read(&record, &about, &s->archive, number, FORM_RAW, err);
	if (r == 0 && s->terminal && !s->force &&
	    !glyph_is_text(record.ptr, record.len)) {
		complain(s->tool, NULL,
		         "article %llu is binary; not printed "
		         "on a terminal",
		         (unsigned long long)number);
		hint(s->tool, "send it to a file, or use --force");
		(void)tool_raise(s->tool, RC_USAGE);
	} else if (r == 0) {
		output_put(record.ptr, record.len);
		if (about.is_line)
			output_text("\n");
	}
	article_about_done(&about);
	return r;
}

static int show_one(struct show *s, uint64_t number, struct fiche_error *err)
{
	struct fiche_view *view = s->archive.view;
	struct fiche_article a;
	struct fiche_text json;
	bool with_text = s->form != SHOW_META;
	int r;

	if (s->form == SHOW_RAW)
		return show_raw(s, number, err);
	r = with_text ? fiche_view_article(view, number, &a, err)
	              : fiche_view_card(view, number, &a, err);
	if (r == 0 && a.redacted)
		r = FICHE_ERR_REDACTED;
	if (r == 0 && s->form == SHOW_JSON) {
		r = fiche_view_json(view, &a, true, &json, err);
		if (r == 0 && s->terminal)
			json_escape(&s->out, json.ptr, json.len);
		else if (r == 0)
			str_put(&s->out, json.ptr, json.len);
		str_char(&s->out, '\n');
	} else if (r == 0) {
		readable(s, &a);
	}
	if (r == 0)
		r = output_line(&s->out) ? 0 : FICHE_ERR_NOMEM;
	return r;
}

/* The day of an article, or of the first version of a URL. */
static void day_of(struct str *out, struct show *s, uint64_t number)
{
	struct fiche_article a;
	char buf[32];

	if (fiche_view_card(s->archive.view, number, &a, NULL) == 0 &&
	    a.published.precision != FICHE_DATE_NONE)
		str_printf(out, "%.10s", fiche_format_date(buf, &a.published));
}

/* A URL that is there several times: say so, and how to get the others. */
static void mention_versions(struct show *s, const struct picks *p,
                             const char *word)
{
	struct selection first = s->selection;
	struct picks oldest = { 0 };
	struct str day = { 0 };

	if (picks_older(p) == 0 || s->selection.versions_given || p->count != 1)
		return;
	day_of(&day, s, picks_number(p, 0));
	note(s->tool, NULL,
	     "%s is in the archive %llu times; showing the newest%s%s%s", word,
	     (unsigned long long)picks_older(p) + 1, day.len > 0 ? " (" : "",
	     str_get(&day), day.len > 0 ? ")" : "");
	str_clear(&day);
	first.lib.versions = FICHE_VERSIONS_FIRST;
	first.versions_given = true;
	if (picks_named(&oldest, &s->archive, &first, word) == 0)
		day_of(&day, s, picks_number(&oldest, 0));
	note_hint(s->tool, "--all-versions, --first, or --at %s",
	          day.len > 0 ? str_get(&day) : "DATE");
	picks_done(&oldest);
	str_done(&day);
}

static void show_picks(struct show *s, const struct picks *p)
{
	for (uint64_t i = 0; i < p->count && !output_failed(); i++) {
		struct fiche_error err = { 0 };
		uint64_t number = picks_number(p, i);
		int r = show_one(s, number, &err);

		if (r == FICHE_ERR_NOMEM) {
			(void)out_of_memory(s->tool);
			return;
		}
		if (r < 0 && !reading_lost(&s->archive, number, r, &err))
			return;
		if (r == 0)
			s->shown++;
	}
}

static void show_all(struct show *s, const struct args *args)
{
	struct picks p = { 0 };

	if (args->operand_count == 1) {
		if (picks_all(&p, &s->archive, &s->selection) == 0) {
			show_picks(s, &p);
			if (p.count == 0)
				(void)tool_raise(s->tool, RC_NOTHING);
		}
		picks_done(&p);
		return;
	}
	for (size_t i = 1; i < args->operand_count; i++) {
		const char *word = args->operands[i];

		if (picks_named(&p, &s->archive, &s->selection, word) == 0) {
			mention_versions(s, &p, word);
			show_picks(s, &p);
		}
		picks_done(&p);
		if (output_failed())
			return;
	}
}

static int read_form(struct show *s, const struct args *a)
{
	int forms = args_have(a, OPT_RAW) + args_have(a, OPT_JSON) +
	            args_have(a, OPT_META);

	if (forms > 1)
		return usage(s->tool, "only one of --raw, --json and --meta "
		                      "is possible");
	s->form = args_have(a, OPT_RAW)    ? SHOW_RAW
	          : args_have(a, OPT_JSON) ? SHOW_JSON
	          : args_have(a, OPT_META) ? SHOW_META
	                                   : SHOW_READABLE;
	s->terminal = output_is_terminal();
	s->columns = s->terminal ? output_columns() : 0;
	s->color = output_color(a);
	s->force = args_have(a, OPT_FORCE);
	return 0;
}

/* Without a name there must be a choice, or a whole archive would scroll by. */
static bool chooses(const struct args *a)
{
	for (size_t i = 0; i < a->count; i++)
		for (size_t k = 0; k < option_row_count; k++)
			if (option_rows[k].id == a->list[i].id &&
			    option_rows[k].group == GROUP_SELECT)
				return true;
	return a->operand_count > 1;
}

int cmd_show(struct tool *t, const struct args *args)
{
	struct show s = { .tool = t };
	int r;

	if (!chooses(args))
		return usage(t, "which article? (usage: fiche show %s)",
		             args->command->operands);
	r = read_form(&s, args);
	if (r == 0)
		r = selection_init(&s.selection, t, args);
	if (r == 0)
		r = confine_reading(t, args->operands, 1);
	if (r == 0)
		r = reading_open(&s.archive, t, args, args->operands[0]);
	if (r == 0)
		show_all(&s, args);
	reading_close(&s.archive);
	selection_done(&s.selection);
	str_done(&s.out);
	return t->exit_code;
}
