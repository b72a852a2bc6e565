/* SPDX-License-Identifier: Apache-2.0 */
/* findings.c - see findings.h. */

#include "findings.h"

#include <string.h>

#include "fiche/lost.h"
#include "glyph.h"
#include "output.h"
#include "progress.h"
#include "str.h"

static void print_json(const char *path, const struct fiche_finding *f)
{
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "error");
	str_key_text(&s, "archive", path);
	str_key_text(&s, "code", fiche_status_name(f->code));
	if (f->offset != FICHE_NOWHERE)
		str_key_count(&s, "offset", f->offset);
	str_key_text(&s, "message", f->text);
	str_key_count(&s, "records", f->record_count);
	if (f->record_count > 0) {
		str_key_count(&s, "first_record", f->first_record);
		str_key_text(&s, "id", f->id);
		str_key_text(&s, "title", f->title);
	}
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

void finding_tell(struct tool *t, const char *path,
                  const struct fiche_finding *f, bool json)
{
	struct str where = { 0 }, who = { 0 };

	if (json) {
		print_json(path, f);
		return;
	}
	str_add(&where, path);
	if (f->offset != FICHE_NOWHERE)
		str_printf(&where, "@%llu", (unsigned long long)f->offset);
	if (f->record_count > 0) {
		str_add(&who, "; ");
		str_counted(&who, f->record_count, "record");
		str_add(&who, " affected");
		if (f->title || f->id)
			str_add(&who, ", first");
		if (f->title)
			str_printf(&who, " '%s'", f->title);
		if (f->id)
			str_printf(&who, " (id %.12s)", f->id);
	}
	complain(t, str_get(&where), "%s%s", f->text, str_get(&who));
	str_done(&where);
	str_done(&who);
}

/* ---- What is lost ---- */

struct telling {
	struct tool *tool;
	const char *path, *what;
	struct progress progress;
	bool json;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct telling *t = ctx;

	progress_to(&t->progress, done, total);
}

/* "lost 12  2aebea74b4d4  Floods hit the valley" */
static void print_lost(const char *what, const struct fiche_lost *f)
{
	struct str s = { 0 };

	str_printf(&s, "%s %llu", what, (unsigned long long)f->number);
	if (f->count > 1)
		str_printf(&s, " to %llu: no index of them is left",
		           (unsigned long long)(f->number + f->count - 1));
	if (f->id)
		str_printf(&s, "  %.12s", f->id);
	if (f->title) {
		str_add(&s, "  ");
		glyph_escape(&s, f->title, strlen(f->title), GLYPH_LINE);
	}
	str_char(&s, '\n');
	(void)output_line(&s);
	str_done(&s);
}

static void on_lost(void *ctx, const struct fiche_lost *f)
{
	struct telling *t = ctx;
	struct str s = { 0 };

	progress_end(&t->progress);
	if (!t->json) {
		print_lost(t->what, f);
		return;
	}
	str_char(&s, '{');
	str_key_text(&s, "type", "lost");
	str_key_text(&s, "archive", t->path);
	str_key_count(&s, "number", f->number);
	str_key_count(&s, "count", f->count);
	str_key_text(&s, "id", f->id);
	str_key_text(&s, "title", f->title);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

void lost_tell(struct tool *t, const struct args *args, const char *path,
               const char *what, bool json)
{
	struct telling telling = {
		.tool = t, .path = path, .what = what, .json = json
	};
	struct fiche_lost_options opt = { .on_lost = on_lost,
		                          .on_progress = on_progress,
		                          .ctx = &telling };
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	int r;

	if ((t->quiet && !json) || t->silent)
		return;
	progress_begin(&telling.progress, t, args, "looking for what is lost",
	               NULL);
	telling.progress.no_rate = true;
	r = fiche_find_lost(path, &opt, &err);
	progress_end(&telling.progress);
	if (r < 0)
		(void)library_failed(t, path, r, &err);
}
