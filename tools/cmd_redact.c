/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_redact.c - fiche redact: an archive without the bytes of some articles.
 */

#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "common_options.h"
#include "confined.h"
#include "glyph.h"
#include "output.h"
#include "progress.h"
#include "reading.h"
#include "select.h"
#include "str.h"

struct redact {
	struct tool *tool;
	const char *out;
	struct reading from;
	struct fiche_redact_options opt;
	struct fiche_redact_report report;
	struct progress progress;
	uint64_t *numbers;
	size_t count;
	bool json;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct redact *x = ctx;

	progress_to(&x->progress, done, total);
}

/* "7f3c91ab24d0 (TITLE)" */
static void put_article(struct str *s, const struct redact *x, uint64_t number)
{
	struct fiche_article a;

	if (fiche_view_card(x->from.view, number, &a, NULL) < 0) {
		str_printf(s, "article %llu", (unsigned long long)number);
		return;
	}
	str_hex(s, a.digest, 6);
	if (a.title.len > 0) {
		str_add(s, " (");
		glyph_escape(s, a.title.ptr, a.title.len, GLYPH_LINE);
		str_char(s, ')');
	}
}

static void on_copy(void *ctx, uint64_t number, uint64_t of)
{
	struct redact *x = ctx;
	struct str s = { 0 };

	put_article(&s, x, number);
	str_add(&s, " has the same text as ");
	put_article(&s, x, of);
	if (x->opt.keep_copies)
		note(x->tool, x->from.path, "%s, and keeps it", str_get(&s));
	else
		complain(x->tool, x->from.path, "%s", str_get(&s));
	str_done(&s);
}

/* ---- which ---- */

/* Each word names one article: what is taken out cannot be put back. */
static int take_word(struct redact *x, const struct selection *any,
                     const char *word)
{
	struct picks p = { 0 };
	int r = picks_named(&p, &x->from, any, word);

	if (r == 0 && p.count > 1) {
		complain(x->tool, NULL, "'%s' names %llu articles", word,
		         (unsigned long long)p.count);
		hint(x->tool,
		     "give the ids; 'fiche list --all-versions %s' shows them",
		     x->from.path);
		r = tool_raise(x->tool, RC_USAGE);
	}
	if (r == 0)
		x->numbers[x->count++] = picks_number(&p, 0);
	picks_done(&p);
	return r;
}

static int take_words(struct redact *x, const struct args *a)
{
	struct selection any = { 0 };
	int r = selection_init(&any, x->tool, a);

	x->numbers = calloc(a->operand_count, sizeof(*x->numbers));
	if (r == 0 && !x->numbers)
		r = out_of_memory(x->tool);
	any.versions_given = true;
	any.lib.versions = FICHE_VERSIONS_ALL;
	for (size_t i = 1; r == 0 && i < a->operand_count; i++)
		r = take_word(x, &any, a->operands[i]);
	selection_done(&any);
	return r;
}

static bool is_taken(const struct redact *x, uint64_t number)
{
	for (size_t i = 0; i < x->count; i++)
		if (x->numbers[i] == number)
			return true;
	return false;
}

/* Other versions say nearly the same, and stay. */
static void mention_versions(struct redact *x, uint64_t number)
{
	struct fiche_selection sel;
	struct fiche_results *found;
	struct fiche_article a;
	struct str url = { 0 };
	const char *urls[1];
	uint64_t others = 0;

	if (fiche_view_card(x->from.view, number, &a, NULL) < 0 ||
	    a.url.len == 0 || memchr(a.url.ptr, '*', a.url.len) ||
	    memchr(a.url.ptr, '?', a.url.len))
		return;
	str_put(&url, a.url.ptr, a.url.len);
	fiche_selection_init(&sel);
	sel.versions = FICHE_VERSIONS_ALL;
	urls[0] = str_get(&url);
	sel.urls = urls;
	sel.url_count = 1;
	if (fiche_select(&found, x->from.reader, &sel, NULL) == 0) {
		for (uint64_t i = 0; i < fiche_results_count(found); i++)
			others += !is_taken(x, fiche_results_number(found, i));
		fiche_results_free(found);
	}
	if (others > 0) {
		note(x->tool, NULL, "%llu other version%s of %s %s",
		     (unsigned long long)others, others == 1 ? "" : "s",
		     urls[0], others == 1 ? "stays" : "stay");
		note_hint(x->tool, "'fiche list --all-versions --url' with "
		                   "this address shows the ids");
	}
	str_done(&url);
}

/* ---- what is said ---- */

static void print_json(const struct redact *x)
{
	const struct fiche_redact_report *r = &x->report;
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", x->from.path);
	str_key_text(&s, "output", x->out);
	str_key_count(&s, "records", r->records);
	str_key_count(&s, "redacted", r->redacted);
	str_key_count(&s, "redacted_before", r->before);
	str_key_count(&s, "copies_kept", r->copies);
	str_key_count(&s, "blocks_copied", r->blocks_copied);
	str_key_count(&s, "blocks_made", r->blocks_made);
	str_key_count(&s, "size_before", r->size_before);
	str_key_count(&s, "file_size", r->size);
	str_key_bool(&s, "was_protected", r->was_protected);
	str_key(&s, "seconds");
	str_printf(&s, "%.3f", progress_seconds(&x->progress));
	str_key_count(&s, "exit_code", (uint64_t)x->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

static void print_summary(const struct redact *x)
{
	struct str s = { 0 };

	if (x->tool->quiet)
		return;
	str_add(&s, "redacted ");
	str_count(&s, x->report.redacted);
	str_add(&s, " of ");
	str_counted(&s, x->report.records, "article");
	str_add(&s, " in ");
	str_seconds(&s, progress_seconds(&x->progress));
	str_printf(&s, " \xe2\x86\x92 %s (", x->out);
	str_size(&s, x->report.size);
	str_add(&s, ", was ");
	str_size(&s, x->report.size_before);
	str_add(&s, "); verified, and all other articles are the same\n");
	(void)output_line(&s);
	str_done(&s);
}

/* What only a person can do. */
static void say_what_is_left(struct redact *x)
{
	for (size_t i = 0; i < x->count; i++)
		mention_versions(x, x->numbers[i]);
	if (x->report.was_protected)
		note(x->tool, NULL,
		     "%s is not protected as %s is; protect it again with "
		     "'fiche protect %s'",
		     x->out, x->from.path, x->out);
	note(x->tool, NULL,
	     "%s still has %s: destroy it and every copy of it, backups too",
	     x->from.path, x->report.redacted == 1 ? "it" : "them");
	note_hint(x->tool,
	          "checkpoints and proofs that were made before stay valid");
}

static int say_failed(struct redact *x, int status,
                      const struct fiche_error *err)
{
	if (status == FICHE_ERR_EXISTS) {
		complain(x->tool, NULL, "%s already exists", x->out);
		hint(x->tool, "choose another name");
		return tool_raise(x->tool, RC_IO);
	}
	/* Each was named. */
	if (status == FICHE_ERR_STATE) {
		hint(x->tool, "name these articles too, or let them keep it "
		              "with --keep-copies; nothing was written");
		return tool_raise(x->tool, RC_USAGE);
	}
	(void)library_failed(x->tool,
	                     x->report.failed_writing ? x->out : x->from.path,
	                     status, err);
	if (status == FICHE_ERR_CORRUPT)
		hint(x->tool, "'fiche verify' says more; nothing was written");
	if (status == FICHE_ERR_BUSY)
		hint(x->tool, "do it again when nobody adds to it; nothing was "
		              "written");
	return x->tool->exit_code;
}

static int redact(struct redact *x, const struct args *args)
{
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	int r;

	x->opt.on_copy = on_copy;
	x->opt.on_progress = on_progress;
	x->opt.ctx = x;
	progress_begin(&x->progress, x->tool, args, "redacting", NULL);
	r = fiche_redact(x->from.path, x->out, x->numbers, x->count, &x->opt,
	                 &x->report, &err);
	progress_end(&x->progress);
	if (r < 0)
		return say_failed(x, r, &err);
	if (x->json)
		print_json(x);
	else
		print_summary(x);
	say_what_is_left(x);
	return 0;
}

static int read_options(struct redact *x, const struct args *a)
{
	const char *level = args_value(a, OPT_LEVEL);
	uint64_t n = 0;
	int r = 0;

	x->out = args_value(a, OPT_OUTPUT);
	if (!x->out)
		return usage(x->tool, "-o FILE is missing: the archive itself "
		                      "is never written to");
	x->opt.reason = args_value(a, OPT_REASON);
	x->opt.authority = args_value(a, OPT_AUTHORITY);
	if (!x->opt.reason)
		return usage(x->tool, "--reason TEXT is missing: it is what "
		                      "readers are told");
	x->opt.keep_copies = args_have(a, OPT_KEEP_COPIES);
	x->json = args_have(a, OPT_JSON);
	if (level)
		r = read_count(&n, x->tool, "level", level, 1, 22);
	x->opt.level = (int)n;
	if (r == 0)
		r = read_threads(&x->opt.threads, x->tool, a);
	if (r == 0)
		r = read_clock(&x->opt.has_time, &x->opt.time, x->tool, a);
	return r;
}

int cmd_redact(struct tool *t, const struct args *args)
{
	struct redact x = { .tool = t };
	int r = read_options(&x, args);

	if (r == 0)
		r = confine_copying(t, args->operands, 1, x.out, false);
	if (r == 0)
		r = reading_open(&x.from, t, args, args->operands[0]);
	if (r == 0)
		r = take_words(&x, args);
	if (r == 0)
		(void)redact(&x, args);
	reading_close(&x.from);
	free(x.numbers);
	return t->exit_code;
}
