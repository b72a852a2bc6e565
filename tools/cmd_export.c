/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_export.c - fiche export: articles in the formats of other programs. */

#include "commands.h"

#include <stdlib.h>
#include <string.h>

#include "args.h"
#include "confined.h"
#include "export_options.h"
#include "glyph.h"
#include "output.h"
#include "progress.h"
#include "reading.h"
#include "select.h"
#include "stop.h"
#include "str.h"

struct export
{
	struct tool *tool;
	struct export_options options;
	struct selection selection;
	struct reading archive;
	struct picks picks;
	struct progress progress;
	struct fiche_export_stats stats;
};

/* ---- what the library tells meanwhile ------------------------------ */

static void on_damaged(void *ctx, uint64_t number,
                       const struct fiche_error *why)
{
	struct export *x = ctx;

	(void)reading_lost(&x->archive, number, why->code, why);
}

static bool on_poll(void *ctx)
{
	struct export *x = ctx;

	if (stop_status_wanted())
		progress_line(&x->progress);
	return stop_signal() != 0;
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct export *x = ctx;

	x->progress.count = done;
	progress_to(&x->progress, done, total);
}

/* ---- saying what was done ------------------------------------------ */

static const char *where(const struct export *x)
{
	return x->options.lib.path ? x->options.lib.path : "standard output";
}

static void say_failed(struct export *x, int r, const struct fiche_error *err)
{
	struct tool *t = x->tool;

	if (r == FICHE_ERR_ARG) {
		(void)usage(t, "%s", err->text);
	} else if (x->stats.reading_failed) {
		(void)library_failed(t, x->archive.path, r, err);
		if (r != FICHE_ERR_NOMEM)
			hint(t, "--keep-going leaves such articles out");
	} else {
		(void)library_failed(t, where(x), r, err);
		if (r == FICHE_ERR_EXISTS)
			hint(t, x->options.lib.overwrite
			                ? "choose another name"
			                : "use --overwrite to replace it, or "
			                  "choose another name");
	}
}

static void print_json(const struct export *x)
{
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", x->archive.path);
	str_key_text(&s, "format", x->options.format->name);
	str_key_text(&s, "path", x->options.lib.path);
	str_key_count(&s, "articles", x->stats.articles);
	str_key_count(&s, "damaged", x->stats.damaged);
	str_key_count(&s, "redacted", x->stats.redacted);
	str_key_count(&s, "files", x->stats.files);
	str_key_count(&s, "bytes", x->stats.bytes);
	str_key(&s, "seconds");
	str_printf(&s, "%.3f", progress_seconds(&x->progress));
	str_key_bool(&s, "interrupted", stop_signal() != 0);
	str_key_count(&s, "exit_code", (uint64_t)x->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

static void print_summary(const struct export *x)
{
	const char *path = x->options.lib.path;
	struct str s = { 0 };

	if (x->tool->quiet)
		return;
	str_add(&s, "exported ");
	str_counted(&s, x->stats.articles, "article");
	str_add(&s, " in ");
	str_seconds(&s, progress_seconds(&x->progress));
	str_add(&s, " \xe2\x86\x92 ");
	glyph_escape(&s, path, strlen(path), GLYPH_LINE);
	str_add(&s, " (");
	if (x->options.format->is_folder ||
	    x->options.lib.partition_count > 0) {
		str_counted(&s, x->stats.files, "file");
		str_add(&s, ", ");
	}
	str_size(&s, x->stats.bytes);
	str_add(&s, ")\n");
	(void)output_line(&s);
	str_done(&s);
}

static void say_stopped(const struct export *x)
{
	struct str s = { 0 };

	str_counted(&s, x->stats.articles, "article");
	complain(x->tool, where(x), "stopped after %s; what is there is whole",
	         str_get(&s));
	str_done(&s);
	x->tool->exit_code = RC_SIGNAL + stop_signal();
}

/* ---- doing it ------------------------------------------------------ */

static int export(struct export *x)
{
	struct fiche_export_options *lib = &x->options.lib;
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	int r;

	lib->reverse = x->picks.backwards;
	lib->limit = x->picks.count;
	lib->message = on_damaged;
	lib->stop = on_poll;
	lib->progress = on_progress;
	lib->ctx = x;
	stop_install();
	r = fiche_export(x->archive.reader, x->picks.results, lib, &x->stats,
	                 &err);
	progress_end(&x->progress);
	reading_losses(&x->archive);
	if (r < 0)
		say_failed(x, r, &err);
	else if (stop_signal() != 0)
		say_stopped(x);
	if (x->stats.redacted > 0)
		note(x->tool, x->archive.path,
		     "%llu redacted and left out: only the ids remain",
		     (unsigned long long)x->stats.redacted);
	if (r == 0 && x->stats.articles == 0 && x->stats.redacted > 0)
		(void)tool_raise(x->tool, RC_NOTHING);
	return r;
}

static void run(struct export *x, const struct args *args)
{
	int r;

	if (picks_all(&x->picks, &x->archive, &x->selection) != 0)
		return;
	if (x->picks.count == 0) {
		complain(x->tool, x->archive.path,
		         "no article is chosen, and nothing exported");
		(void)tool_raise(x->tool, RC_NOTHING);
		return;
	}
	progress_begin(&x->progress, x->tool, args, "exporting", "article");
	x->progress.no_rate = true;
	r = export(x);
	if (x->options.json)
		print_json(x);
	else if (r == 0 && x->options.lib.path)
		print_summary(x);
}

static int confine_exporting(const struct export *x, const struct args *a)
{
	/* Where SQLite sorts what is too much for memory. */
	static const char *const scratch[] = { "SQLITE_TMPDIR", "TMPDIR" };
	const char *path = x->options.lib.path;
	struct needs n = { 0 };

	needs_file(&n, a->operands[0]);
	if (path)
		needs_folder_of(&n, path);
	if (path && strcmp(x->options.format->name, "sqlite") == 0) {
		for (size_t i = 0; i < 2; i++)
			if (getenv(scratch[i]))
				needs_folder(&n, getenv(scratch[i]));
		needs_file(&n, "/dev/urandom");
		needs_folder(&n, "/var/tmp");
		needs_folder(&n, "/tmp");
	}
	return confine(x->tool, &n, false);
}

int cmd_export(struct tool *t, const struct args *args)
{
	struct export x = { .tool = t };
	int r;

	r = export_options_read(&x.options, t, args);
	if (r == 0)
		r = selection_init(&x.selection, t, args);
	if (r == 0)
		r = confine_exporting(&x, args);
	if (r == 0)
		r = reading_open(&x.archive, t, args, args->operands[0]);
	if (r == 0)
		run(&x, args);
	picks_done(&x.picks);
	reading_close(&x.archive);
	selection_done(&x.selection);
	export_options_done(&x.options);
	return t->exit_code;
}
