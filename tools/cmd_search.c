/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_search.c - fiche search: articles by their words, the best first. */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "chart.h"
#include "confined.h"
#include "hits.h"
#include "output.h"
#include "reading.h"
#include "search_options.h"
#include "searching.h"

#define MISSING_MAX 5 /* words that get a message; more are counted */

struct search {
	struct tool *tool;
	struct search_options options;
	struct searching found;
	uint64_t shown;
};

static const char dot[] = " \xc2\xb7 ";

/* ---- what the query was taken for ---------------------------------- */

static void say_notice(const struct search *s)
{
	const char *notice = fiche_query_notice(s->found.query), *word,
		   *suggestion;
	size_t i;

	if (notice)
		note(s->tool, NULL, "query: %s", notice);
	for (i = 0; fiche_hits_missing(s->found.hits, i, &word, &suggestion);
	     i++) {
		if (i >= MISSING_MAX)
			continue;
		note(s->tool, NULL, "no article has '%s'", word);
		if (suggestion)
			note_hint(s->tool, "did you mean '%s'?", suggestion);
	}
	if (i > MISSING_MAX)
		note(s->tool, NULL, "nor %llu more words",
		     (unsigned long long)(i - MISSING_MAX));
}

/* Texts that a phrase could not be looked for in. */
static void say_unread(const struct search *s)
{
	struct fiche_error why = { 0 };
	uint64_t count = fiche_hits_unread(s->found.hits, &why);
	struct str line = { 0 };

	if (count == 0)
		return;
	str_counted(&line, count, "article");
	complain(s->tool, NULL,
	         "%s could not be read and may be missing (the first at %llu: "
	         "%s)",
	         str_get(&line), (unsigned long long)why.offset, why.text);
	hint(s->tool, "'fiche verify' tells what is damaged");
	(void)tool_raise(s->tool, exit_code_of(why.code));
	str_done(&line);
}

/* "412 matches (showing 10) · 18 ms" */
static void say_total(const struct search *s)
{
	bool exact;
	uint64_t total = fiche_hits_total(s->found.hits, &exact);
	uint64_t from = s->options.lib.offset;
	struct str line = { 0 };

	str_add(&line, exact ? "" : "at most ");
	str_count(&line, total);
	str_add(&line, total == 1 ? " match" : " matches");
	if (s->shown > 0 && from > 0) {
		str_add(&line, " (showing ");
		str_count(&line, from + 1);
		str_add(&line, " to ");
		str_count(&line, from + s->shown);
		str_add(&line, ")");
	} else if (s->shown < total && !s->options.count) {
		str_add(&line, " (showing ");
		str_count(&line, s->shown);
		str_add(&line, ")");
	}
	str_add(&line, dot);
	if (s->found.seconds < 0.9995)
		str_printf(&line, "%.0f ms", s->found.seconds * 1000);
	else
		str_seconds(&line, s->found.seconds);
	note(s->tool, NULL, "%s", str_get(&line));
	str_done(&line);
}

/* The last object of --json, also behind a failure. */
static void print_summary(const struct search *s)
{
	const char *notice = fiche_query_notice(s->found.query), *word,
		   *suggestion;
	struct str line = { 0 }, safe = { 0 };
	bool exact;
	uint64_t total;

	str_char(&line, '{');
	str_key_text(&line, "type", "summary");
	str_key(&line, "archives");
	str_char(&line, '[');
	for (size_t i = 0; i + 1 < s->found.args->operand_count; i++) {
		str_add(&line, i > 0 ? "," : "");
		str_json(&line, s->found.args->operands[i],
		         strlen(s->found.args->operands[i]));
	}
	str_char(&line, ']');
	str_key_text(&line, "query", s->found.text);
	str_key_text(&line, "notice", notice);
	if (s->found.hits) {
		total = fiche_hits_total(s->found.hits, &exact);
		str_key_count(&line, "total", total);
		str_key_bool(&line, "exact", exact);
		str_key_count(&line, "offset", s->options.lib.offset);
		str_key_count(&line, "shown", s->shown);
		str_key(&line, "missing");
		str_char(&line, '[');
		for (size_t i = 0;
		     fiche_hits_missing(s->found.hits, i, &word, &suggestion);
		     i++) {
			str_add(&line, i > 0 ? ",{" : "{");
			str_key_text(&line, "word", word);
			str_key_text(&line, "suggestion", suggestion);
			str_char(&line, '}');
		}
		str_char(&line, ']');
	}
	str_key(&line, "seconds");
	str_printf(&line, "%.3f", s->found.seconds);
	str_key_count(&line, "exit_code", (uint64_t)s->tool->exit_code);
	str_char(&line, '}');
	json_escape(&safe, str_get(&line), line.len);
	str_char(&safe, '\n');
	if (!str_ok(&line) || !output_line(&safe))
		(void)out_of_memory(s->tool);
	str_done(&line);
	str_done(&safe);
}

/* ---- what was found ------------------------------------------------ */

/* Canonical JSON, and what the search adds to it. */
static int put_json(struct search *s, const struct fiche_hit *hit,
                    const struct fiche_article *a, struct fiche_error *err)
{
	const struct reading *ar = &s->found.archives[hit->reader];
	struct str line = { 0 }, passage = { 0 };
	struct fiche_text json;
	bool ok;
	int r;

	r = fiche_view_json(ar->view, a, false, &json, err);
	if (r < 0)
		return r;
	str_put(&line, json.ptr, json.len - 1);
	str_key(&line, "score");
	str_printf(&line, "%.4f", hit->score);
	if (s->found.count > 1)
		str_key_text(&line, "archive", ar->path);
	if (s->options.context > 0) {
		hit_passage(&passage, s->found.hits, a, s->options.context);
		str_key(&line, "snippet");
		str_json(&line, str_get(&passage), passage.len);
	}
	str_char(&line, '}');
	ok = str_ok(&line) && str_ok(&passage) &&
	     rows_add_json(&s->options.listing.rows,
	                   &(struct fiche_text){ line.ptr, line.len });
	str_done(&line);
	str_done(&passage);
	return ok ? 0 : FICHE_ERR_NOMEM;
}

/* One article.  A status of the library. */
static int put_hit(struct search *s, struct hit_lines *lines,
                   const struct fiche_hit *hit, struct fiche_error *err)
{
	struct search_options *o = &s->options;
	struct reading *ar = &s->found.archives[hit->reader];
	struct fiche_article a;
	int r;

	if (!o->lines && !o->listing.canonical)
		return listing_add(&o->listing, ar, hit->number, err);
	r = o->context > 0 ? fiche_view_article(ar->view, hit->number, &a, err)
	                   : fiche_view_card(ar->view, hit->number, &a, err);
	if (r < 0)
		return r;
	if (!o->lines)
		return put_json(s, hit, &a, err);
	return hit_lines_add(lines, &a, ar->path) ? 0 : FICHE_ERR_NOMEM;
}

static void print_hits(struct search *s)
{
	const struct rows *rows = &s->options.listing.rows;
	uint64_t count = fiche_hits_count(s->found.hits);
	struct hit_lines lines = {
		.hits = s->found.hits,
		.terminal = rows->terminal,
		.columns = rows->columns,
		.color = rows->color,
		.context = s->options.context,
		/* Who names a number wants to read so much. */
		.short_passages = !args_have(s->found.args, OPT_CONTEXT),
	};

	for (size_t i = 0; i < s->found.count && s->found.count > 1; i++)
		if (strlen(s->found.archives[i].path) > lines.archive_columns)
			lines.archive_columns =
				strlen(s->found.archives[i].path);
	if (count > 0 && !s->options.lines)
		rows_begin(&s->options.listing.rows);
	for (uint64_t i = 0; i < count && !output_failed(); i++) {
		const struct fiche_hit *hit = fiche_hits_get(s->found.hits, i);
		struct fiche_error err = { .offset = FICHE_NOWHERE };
		int r = put_hit(s, &lines, hit, &err);

		s->shown += r == 0;
		if (r == FICHE_ERR_NOMEM) {
			(void)out_of_memory(s->tool);
			break;
		}
		if (r < 0 && !reading_lost(&s->found.archives[hit->reader],
		                           hit->number, r, &err))
			break;
	}
	for (size_t i = 0; i < s->found.count; i++)
		reading_losses(&s->found.archives[i]);
	hit_lines_done(&lines);
}

static int print_charts(struct search *s)
{
	const struct search_options *o = &s->options;
	struct chart_style style = {
		.json = o->json,
		.terminal = o->listing.rows.terminal,
		.columns = o->listing.rows.columns,
		.color = o->listing.rows.color,
	};
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	bool apart = s->shown > 0 || o->count;
	int r = 0;

	for (size_t i = 0; i < o->facet_count && r == 0; i++) {
		output_text(apart && !o->json ? "\n" : "");
		r = chart_facet(s->found.hits, o->facets[i].field,
		                o->facets[i].limit, &style, &err);
		apart = true;
	}
	if (o->histogram && r == 0) {
		output_text(apart && !o->json ? "\n" : "");
		r = chart_histogram(s->found.hits, o->unit, &style, &err);
	}
	if (r == FICHE_ERR_NOMEM)
		return out_of_memory(s->tool);
	return r < 0 ? library_failed(s->tool, s->found.archives[0].path, r,
	                              &err)
	             : 0;
}

static void print_found(struct search *s)
{
	bool exact;
	uint64_t total = fiche_hits_total(s->found.hits, &exact);
	struct str line = { 0 };

	say_notice(s);
	say_unread(s);
	if (s->options.count && !s->options.json) {
		str_printf(&line, "%llu\n", (unsigned long long)total);
		(void)output_line(&line);
		str_done(&line);
	} else if (!s->options.count) {
		print_hits(s);
	}
	if (total > 0)
		(void)print_charts(s);
	if (total == 0 ||
	    (!s->options.count && fiche_hits_count(s->found.hits) == 0))
		(void)tool_raise(s->tool, RC_NOTHING);
	if (!s->options.count)
		say_total(s);
}

int cmd_search(struct tool *t, const struct args *args)
{
	struct search s = { .tool = t };
	int r;

	r = search_options_read(&s.options, t, args);
	if (r == 0)
		r = searching_init(&s.found, t, args, &s.options);
	if (r == 0)
		r = confine_reading(t, args->operands, args->operand_count - 1);
	if (r == 0 && searching_run(&s.found) == 0)
		print_found(&s);
	if (s.options.json && s.found.query)
		print_summary(&s);
	searching_close(&s.found);
	search_options_done(&s.options);
	return t->exit_code;
}
