/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_repair.c - fiche repair: one whole archive from damaged copies. */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "confined.h"
#include "fiche/fiche.h"
#include "glyph.h"
#include "output.h"
#include "progress.h"
#include "str.h"

struct mend {
	struct tool *tool;
	const char *out;
	struct fiche_repair_report report;
	struct progress progress;
	bool json;
};

static void on_damage(void *ctx, uint64_t offset, uint64_t size,
                      const char *what, int mended)
{
	struct mend *m = ctx;
	struct str s = { 0 };

	if (m->json) {
		str_char(&s, '{');
		str_key_text(&s, "type", "damage");
		str_key_text(&s, "part", what);
		str_key_count(&s, "offset", offset);
		str_key_count(&s, "size", size);
		str_key_bool(&s, "mended", mended != 0);
		str_add(&s, "}\n");
		(void)output_line(&s);
	} else if (mended) {
		str_printf(&s, "@%llu", (unsigned long long)offset);
		note(m->tool, str_get(&s), "%s mended", what);
	} else {
		str_printf(&s, "@%llu", (unsigned long long)offset);
		complain(m->tool, str_get(&s), "%s is damaged in all copies",
		         what);
	}
	str_done(&s);
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct mend *m = ctx;

	m->progress.done = done;
	m->progress.total = total;
	progress_update(&m->progress);
}

/* The result is read back before anybody is told that it is whole. */
static int verify(struct mend *m)
{
	struct fiche_verify_options opt = { .on_progress = on_progress,
		                            .ctx = m };
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	int r = fiche_verify(m->out, &opt, &report, &err);

	if (r == 0)
		return 0;
	if (r != FICHE_ERR_CORRUPT)
		return library_failed(m->tool, m->out, r, &err);
	complain(m->tool, m->out, "is not whole: %llu of its parts are damaged",
	         (unsigned long long)report.findings);
	hint(m->tool,
	     "'fiche verify' names the articles; 'fiche merge --recover NEW' "
	     "with it takes over all that are intact; more copies may help");
	return tool_raise(m->tool, RC_DAMAGED);
}

static void print_summary(struct mend *m, bool whole)
{
	struct str s = { 0 };

	if (m->json) {
		str_char(&s, '{');
		str_key_text(&s, "type", "summary");
		str_key_text(&s, "archive", m->out);
		str_key_bool(&s, "whole", whole);
		str_key_count(&s, "sections", m->report.sections);
		str_key_count(&s, "mended", m->report.mended);
		str_key_count(&s, "lost", m->report.lost);
		str_key_count(&s, "bytes", m->report.bytes);
		str_key_count(&s, "exit_code", (uint64_t)m->tool->exit_code);
		str_add(&s, "}\n");
		(void)output_line(&s);
	} else if (whole && !m->tool->quiet) {
		glyph_escape(&s, m->out, strlen(m->out), GLYPH_LINE);
		str_add(&s, " is whole and verified (");
		str_size(&s, m->report.bytes);
		str_add(&s, "); ");
		str_count(&s, m->report.mended);
		str_add(&s, m->report.mended == 1
		                    ? " part of the first copy was mended\n"
		                    : " parts of the first copy were mended\n");
		(void)output_line(&s);
	}
	str_done(&s);
}

int cmd_repair(struct tool *t, const struct args *args)
{
	struct mend m = { .tool = t, .json = args_have(args, OPT_JSON) };
	struct fiche_repair_options opt = { .on_damage = on_damage,
		                            .on_progress = on_progress,
		                            .ctx = &m };
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	int r;

	m.out = args_value(args, OPT_OUTPUT);
	if (!m.out)
		return usage(t, "-o NEW is missing: a damaged archive is never "
		                "written to");
	r = confine_copying(t, args->operands, args->operand_count, m.out,
	                    true);
	if (r != 0)
		return r;
	progress_begin(&m.progress, t, args, "repairing", NULL);
	r = fiche_repair((const char *const *)args->operands,
	                 args->operand_count, m.out, &opt, &m.report, &err);
	if (r == 0 || r == FICHE_ERR_CORRUPT) {
		r = verify(&m);
		progress_end(&m.progress);
		print_summary(&m, r == 0);
		return r;
	}
	progress_end(&m.progress);
	if (r == FICHE_ERR_EXISTS) {
		complain(t, NULL, "%s already exists", m.out);
		hint(t, "choose another name");
		return tool_raise(t, RC_IO);
	}
	return library_failed(t, NULL, r, &err);
}
