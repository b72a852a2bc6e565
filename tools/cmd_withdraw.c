/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_withdraw.c - fiche withdraw: articles that are kept and not shown. */

#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "common_options.h"
#include "confined.h"
#include "glyph.h"
#include "output.h"
#include "reading.h"
#include "select.h"
#include "str.h"
#include "values.h"

struct withdraw {
	struct tool *tool;
	const char *path;
	const char *reason, *authority;
	struct fiche_writer_options opt;
	bool undo, list, json;
	struct reading from;
	uint64_t *numbers;
	size_t count, cap;
	uint64_t changed;
	struct fiche_writer_stats stats;
};

/* ---- which ---- */

static int take(struct withdraw *w, const struct picks *p)
{
	if (w->count + p->count > w->cap) {
		size_t cap = 2 * (w->count + (size_t)p->count);
		uint64_t *more = realloc(w->numbers, cap * sizeof(*more));

		if (!more)
			return out_of_memory(w->tool);
		w->numbers = more;
		w->cap = cap;
	}
	for (uint64_t i = 0; i < p->count; i++)
		w->numbers[w->count++] = picks_number(p, i);
	return 0;
}

static int take_words(struct withdraw *w, const struct args *a)
{
	struct selection any = { 0 };
	int r = selection_init(&any, w->tool, a);

	any.versions_given = true;
	any.lib.versions = FICHE_VERSIONS_ALL;
	for (size_t i = 1; r == 0 && i < a->operand_count; i++) {
		struct picks p = { 0 };

		r = picks_named(&p, &w->from, &any, a->operands[i]);
		if (r == 0)
			r = take(w, &p);
		picks_done(&p);
	}
	selection_done(&any);
	return r;
}

/* ---- the list ---- */

static void add_json(struct str *s, const struct fiche_statement *said)
{
	struct str id = { 0 }, when = { 0 };

	str_hex(&id, said->digest, sizeof(said->digest));
	str_time(&when, said->time);
	str_char(s, '{');
	str_key_text(s, "id", str_get(&id));
	str_key_count(s, "number", said->number);
	str_key_text(s, "withdrawn", str_get(&when));
	str_key(s, "reason");
	str_json(s, said->reason.ptr, said->reason.len);
	str_key(s, "authority");
	str_json(s, said->authority.ptr, said->authority.len);
	str_add(s, "}\n");
	str_done(&id);
	str_done(&when);
}

static void add_line(struct str *s, const struct fiche_statement *said)
{
	struct str text = { 0 };

	str_hex(s, said->digest, 6);
	str_add(s, "  ");
	reading_say_withdrawn(&text, said);
	glyph_escape(s, str_get(&text), text.len, GLYPH_LINE);
	str_char(s, '\n');
	str_done(&text);
}

static void print_list(struct withdraw *w)
{
	const struct fiche_statement *list;
	size_t n = fiche_reader_withdrawals(w->from.reader, &list);

	for (size_t i = 0; i < n && !output_failed(); i++) {
		struct str s = { 0 };

		if (w->json)
			add_json(&s, &list[i]);
		else
			add_line(&s, &list[i]);
		if (!output_line(&s))
			(void)out_of_memory(w->tool);
		str_done(&s);
	}
	if (n == 0)
		(void)tool_raise(w->tool, RC_NOTHING);
}

/* ---- the change ---- */

static void print_summary(const struct withdraw *w)
{
	uint64_t same = w->count - w->changed;
	struct str s = { 0 };

	if (w->json) {
		str_char(&s, '{');
		str_key_text(&s, "type", "summary");
		str_key_text(&s, "archive", w->path);
		str_key_count(&s, w->undo ? "restored" : "withdrawn",
		              w->changed);
		str_key_count(&s, "unchanged", same);
		str_key_count(&s, "generation", w->stats.generation);
		str_key_count(&s, "exit_code", (uint64_t)w->tool->exit_code);
		str_add(&s, "}\n");
	} else if (!w->tool->quiet) {
		str_add(&s, w->undo ? "restored " : "withdrew ");
		str_counted(&s, w->changed, "article");
		str_add(&s, w->undo ? " in " : " of ");
		glyph_escape(&s, w->path, strlen(w->path), GLYPH_LINE);
		if (same > 0) {
			str_add(&s, "; ");
			str_count(&s, same);
			str_add(&s, w->undo ? " not withdrawn"
			                    : " withdrawn already");
		}
		str_char(&s, '\n');
	}
	(void)output_line(&s);
	str_done(&s);
}

static int failed(struct withdraw *w, int status, const struct fiche_error *err)
{
	(void)library_failed(w->tool, w->path, status, err);
	if (status == FICHE_ERR_BUSY)
		hint(w->tool, "another program is adding to it; try again when "
		              "it is done");
	return w->tool->exit_code;
}

static int change(struct withdraw *w)
{
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	struct fiche_writer *to;
	int r = fiche_writer_open(&to, w->path, &w->opt, &err);

	if (r < 0)
		return failed(w, r, &err);
	r = w->undo ? fiche_writer_restore(to, w->numbers, w->count,
	                                   &w->changed, &err)
	            : fiche_writer_withdraw(to, w->numbers, w->count, w->reason,
	                                    w->authority, &w->changed, &err);
	if (r == 0)
		r = fiche_writer_commit(to, &err);
	fiche_writer_stats(to, &w->stats);
	fiche_writer_close(to);
	if (r < 0)
		return failed(w, r, &err);
	print_summary(w);
	return 0;
}

static int read_options(struct withdraw *w, const struct args *a)
{
	w->path = a->operands[0];
	w->reason = args_value(a, OPT_REASON);
	w->authority = args_value(a, OPT_AUTHORITY);
	w->undo = args_have(a, OPT_UNDO);
	w->list = args_have(a, OPT_LIST);
	w->json = args_have(a, OPT_JSON);
	w->opt.mode = FICHE_APPEND;
	if (w->list && (w->undo || a->operand_count > 1))
		return usage(w->tool, "--list takes nothing but the archive");
	if (!w->list && a->operand_count < 2)
		return usage(w->tool,
		             "which article? (usage: fiche withdraw "
		             "%s)",
		             a->command->operands);
	if (w->undo || w->list ? w->reason || w->authority : !w->reason)
		return usage(w->tool,
		             w->undo || w->list
		                     ? "--reason and --authority are for what "
		                       "is withdrawn now"
		                     : "--reason TEXT is missing: it is what "
		                       "readers are told");
	return read_clock(&w->opt.has_time, &w->opt.time, w->tool, a);
}

int cmd_withdraw(struct tool *t, const struct args *args)
{
	struct withdraw w = { .tool = t };
	int r = read_options(&w, args);

	if (r == 0)
		r = confine_copying(t, args->operands, 1,
		                    w.list ? NULL : w.path, false);
	if (r == 0)
		r = reading_open(&w.from, t, args, args->operands[0]);
	if (r == 0 && w.list)
		print_list(&w);
	else if (r == 0 && take_words(&w, args) == 0)
		(void)change(&w);
	reading_close(&w.from);
	free(w.numbers);
	return t->exit_code;
}
