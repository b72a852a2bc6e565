/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_diff.c - fiche diff: what two archives do not have in common. */

#include "commands.h"

#include <inttypes.h>
#include <string.h>

#include "args.h"
#include "confined.h"
#include "glyph.h"
#include "output.h"
#include "reading.h"
#include "rows.h"
#include "str.h"

struct diff {
	struct tool *tool;
	bool json;
	struct reading side[2];
	struct str line;
};

/* id, URL, title and date of one of them; what cannot be read is left out. */
static void put_json(struct diff *d, const char *key, int side, uint64_t number)
{
	struct fiche_error err = { 0 };
	struct fiche_article a;
	struct fiche_text json;
	struct str *s = &d->line;
	int r = fiche_view_card(d->side[side].view, number, &a, &err);

	str_key(s, key);
	if (r == 0)
		r = fiche_view_json(d->side[side].view, &a, false, &json, &err);
	if (r == 0)
		json_escape(s, json.ptr, json.len);
	else
		str_printf(s, "{\"number\":%" PRIu64 "}", number);
	if (r < 0)
		(void)reading_lost(&d->side[side], number, r, &err);
}

static void put_id(struct str *s, const struct fiche_article *a)
{
	str_hex(s, a->digest, 6);
}

/* "ID  TITLE", or of a change "ID -> ID  TITLE". */
static void put_line(struct diff *d, const struct fiche_difference *x)
{
	static const char *const mark[] = {
		[FICHE_ONLY_FIRST] = "- ",
		[FICHE_ONLY_SECOND] = "+ ",
		[FICHE_CHANGED] = "~ ",
	};
	struct fiche_error err = { 0 };
	struct fiche_article a;
	struct str *s = &d->line;
	int r = 0;

	str_add(s, mark[x->kind]);
	if (x->kind != FICHE_ONLY_SECOND) {
		r = fiche_view_card(d->side[0].view, x->first, &a, &err);
		if (r == 0)
			put_id(s, &a);
		else
			(void)reading_lost(&d->side[0], x->first, r, &err);
	}
	if (x->kind == FICHE_CHANGED)
		str_add(s, " \xe2\x86\x92 ");
	if (x->kind != FICHE_ONLY_FIRST) {
		r = fiche_view_card(d->side[1].view, x->second, &a, &err);
		if (r == 0)
			put_id(s, &a);
		else
			(void)reading_lost(&d->side[1], x->second, r, &err);
	}
	if (r == 0) {
		str_add(s, "  ");
		glyph_escape(s, a.title.ptr, a.title.len, GLYPH_LINE);
		if (a.url.len > 0) {
			str_add(s, a.title.len > 0 ? "  " : "");
			glyph_escape(s, a.url.ptr, a.url.len, GLYPH_LINE);
		}
	}
	str_char(s, '\n');
}

static int on_difference(void *ctx, const struct fiche_difference *x)
{
	static const char *const change[] = {
		[FICHE_ONLY_FIRST] = "only_first",
		[FICHE_ONLY_SECOND] = "only_second",
		[FICHE_CHANGED] = "changed",
	};
	struct diff *d = ctx;

	if (d->tool->quiet && !d->json)
		return 0;
	str_clear(&d->line);
	if (d->json) {
		str_char(&d->line, '{');
		str_key_text(&d->line, "change", change[x->kind]);
		if (x->kind != FICHE_ONLY_SECOND)
			put_json(d, "first", 0, x->first);
		if (x->kind != FICHE_ONLY_FIRST)
			put_json(d, "second", 1, x->second);
		str_add(&d->line, "}\n");
	} else {
		put_line(d, x);
	}
	(void)output_line(&d->line);
	/* Above 0: nobody reads on. */
	return output_failed() ? 1 : 0;
}

/* The same record, but of one its id is all that is left. */
static void add_redacted(struct str *s, const struct diff *d,
                         const struct fiche_diff_stats *n)
{
	for (int i = 0; i < 2; i++) {
		if (n->redacted[i] == 0)
			continue;
		str_add(s, ", ");
		str_count(s, n->redacted[i]);
		str_add(s, " of them redacted in ");
		glyph_escape(s, d->side[i].path, strlen(d->side[i].path),
		             GLYPH_LINE);
	}
}

static void print_summary(struct diff *d, const struct fiche_diff_stats *n)
{
	static const char dot[] = " \xc2\xb7 ";
	struct str s = { 0 };

	if (d->json) {
		str_char(&s, '{');
		str_key_text(&s, "type", "summary");
		str_key_text(&s, "first", d->side[0].path);
		str_key_text(&s, "second", d->side[1].path);
		str_key_count(&s, "same", n->same);
		str_key_count(&s, "redacted_first", n->redacted[0]);
		str_key_count(&s, "redacted_second", n->redacted[1]);
		str_key_count(&s, "only_first", n->only[0]);
		str_key_count(&s, "only_second", n->only[1]);
		str_key_count(&s, "changed", n->changed);
		str_key_count(&s, "exit_code", (uint64_t)d->tool->exit_code);
		str_add(&s, "}\n");
	} else if (!d->tool->quiet) {
		str_counted(&s, n->same, "article");
		str_add(&s, " in both");
		add_redacted(&s, d, n);
		str_add(&s, dot);
		str_count(&s, n->only[0]);
		str_add(&s, " only in ");
		glyph_escape(&s, d->side[0].path, strlen(d->side[0].path),
		             GLYPH_LINE);
		str_add(&s, dot);
		str_count(&s, n->only[1]);
		str_add(&s, " only in ");
		glyph_escape(&s, d->side[1].path, strlen(d->side[1].path),
		             GLYPH_LINE);
		str_add(&s, dot);
		str_count(&s, n->changed);
		str_add(&s, " changed\n");
	}
	(void)output_line(&s);
	str_done(&s);
}

static int compare(struct diff *d)
{
	struct fiche_diff_stats n = { 0 };
	struct fiche_error err = { 0 };
	int r = fiche_diff(d->side[0].reader, d->side[1].reader, on_difference,
	                   d, &n, &err);

	if (r < 0)
		return library_failed(d->tool, d->side[0].path, r, &err);
	reading_losses(&d->side[0]);
	reading_losses(&d->side[1]);
	if (n.only[0] + n.only[1] + n.changed > 0)
		(void)tool_raise(d->tool, RC_NOTHING);
	if (r == 0)
		print_summary(d, &n);
	return 0;
}

int cmd_diff(struct tool *t, const struct args *args)
{
	struct diff d = { .tool = t, .json = args_have(args, OPT_JSON) };
	int r = confine_reading(t, args->operands, 2);

	for (int i = 0; r == 0 && i < 2; i++)
		r = reading_open(&d.side[i], t, args, args->operands[i]);
	if (r == 0)
		(void)compare(&d);
	for (int i = 0; i < 2; i++)
		reading_close(&d.side[i]);
	str_done(&d.line);
	return t->exit_code;
}
