/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_reindex.c - fiche reindex: the index of an archive, made anew. */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "common_options.h"
#include "confined.h"
#include "fiche/fiche.h"
#include "glyph.h"
#include "output.h"
#include "progress.h"
#include "str.h"

struct reindex {
	struct tool *tool;
	const char *path;
	struct fiche_reindex_options options;
	struct fiche_reindex_stats stats;
	struct progress progress;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct reindex *x = ctx;

	progress_to(&x->progress, done, total);
}

static void print_json(const struct reindex *x)
{
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", x->path);
	str_key_text(&s, "index", x->options.basic ? "basic" : "words");
	str_key_count(&s, "records", x->stats.records);
	str_key_count(&s, "index_bytes", x->stats.index_bytes);
	str_key_count(&s, "generation", x->stats.generation);
	str_key(&s, "seconds");
	str_printf(&s, "%.3f", progress_seconds(&x->progress));
	str_key_count(&s, "exit_code", (uint64_t)x->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

static void print_summary(const struct reindex *x)
{
	struct str s = { 0 };

	if (x->tool->quiet)
		return;
	str_add(&s, "indexed ");
	str_counted(&s, x->stats.records, "article");
	str_add(&s, " in ");
	str_seconds(&s, progress_seconds(&x->progress));
	str_add(&s, " \xe2\x86\x92 ");
	glyph_escape(&s, x->path, strlen(x->path), GLYPH_LINE);
	str_add(&s, " (+");
	str_size(&s, x->stats.index_bytes);
	str_add(&s, x->options.basic ? ", without keyword index)\n" : ")\n");
	(void)output_line(&s);
	str_done(&s);
}

int cmd_reindex(struct tool *t, const struct args *args)
{
	struct reindex x = { .tool = t, .path = args->operands[0] };
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	const char *index = args_value(args, OPT_INDEX);
	int r;

	x.options.basic = index && strcmp(index, "basic") == 0;
	x.options.on_progress = on_progress;
	x.options.ctx = &x;
	r = read_threads(&x.options.threads, t, args);
	if (r == 0)
		r = read_clock(&x.options.has_time, &x.options.time, t, args);
	if (r == 0)
		r = confine_copying(t, NULL, 0, x.path, false);
	if (r != 0)
		return r;
	progress_begin(&x.progress, t, args, "indexing", NULL);
	r = fiche_reindex(x.path, &x.options, &x.stats, &err);
	progress_end(&x.progress);
	if (r < 0) {
		(void)library_failed(t, x.path, r, &err);
		if (r == FICHE_ERR_BUSY)
			hint(t, "another program is adding to it; try again "
			        "when it is done");
		if (r == FICHE_ERR_CORRUPT)
			hint(t, "'fiche verify %s' tells what is lost", x.path);
	}
	if (args_have(args, OPT_JSON))
		print_json(&x);
	else if (r == 0)
		print_summary(&x);
	return t->exit_code;
}
