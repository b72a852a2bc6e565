/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_repair.c - fiche repair: one whole archive from damaged copies, and from
 * its parity. */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "confined.h"
#include "fiche/parity.h"
#include "findings.h"
#include "glyph.h"
#include "output.h"
#include "progress.h"
#include "str.h"

struct mend {
	struct tool *tool;
	const char *first, *out; /* copy, and result */
	struct fiche_mend_report report;
	struct progress progress;
	bool json;
};

/* "news.fiche@4096": of the first copy. */
static void add_place(struct str *s, const struct mend *m, uint64_t offset)
{
	str_printf(s, "%s@%llu", m->first, (unsigned long long)offset);
}

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
		add_place(&s, m, offset);
		note(m->tool, str_get(&s), "%s mended", what);
	} else {
		add_place(&s, m, offset);
		complain(m->tool, str_get(&s), "%s is damaged in all copies",
		         what);
	}
	str_done(&s);
}

static void on_shift(void *ctx, uint64_t offset, int64_t by)
{
	unsigned long long bytes = (unsigned long long)(by < 0 ? -by : by);
	struct mend *m = ctx;
	struct str s = { 0 };

	if (m->json) {
		str_char(&s, '{');
		str_key_text(&s, "type", "shift");
		str_key_count(&s, "offset", offset);
		str_key(&s, "by");
		str_printf(&s, "%lld}\n", (long long)by);
		(void)output_line(&s);
	} else {
		add_place(&s, m, offset);
		note(m->tool, str_get(&s),
		     "%llu bytes %s before this; all that follows is moved to "
		     "its place",
		     bytes, by < 0 ? "are missing" : "were put in");
	}
	str_done(&s);
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct mend *m = ctx;

	progress_to(&m->progress, done, total);
}

static void on_finding(void *ctx, const struct fiche_finding *f)
{
	struct mend *m = ctx;

	finding_tell(m->tool, m->out, f, m->json);
}

static void say_lost(struct mend *m)
{
	const struct fiche_verify_report *v = &m->report.verified;
	struct str s = { 0 };

	str_counted(&s, v->findings, "finding");
	if (v->records_lost > 0) {
		str_add(&s, ", ");
		str_counted(&s, v->records_lost, "record");
		str_add(&s, " affected");
	}
	complain(m->tool, m->out, "is not whole: %s; all else is in it",
	         str_get(&s));
	hint(m->tool, "more copies may help; 'fiche merge --recover NEW' with "
	              "it makes a sound archive of what is intact");
	str_done(&s);
}

static void print_json(const struct mend *m, bool whole)
{
	const struct fiche_mend_report *r = &m->report;
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", m->out);
	str_key_bool(&s, "whole", whole);
	str_key_count(&s, "sections", r->sections.sections);
	str_key_count(&s, "mended", r->sections.mended);
	str_key_count(&s, "lost", r->sections.lost);
	str_key_count(&s, "bytes", r->sections.bytes);
	str_key_count(&s, "left_out", r->sections.left_out);
	str_key_count(&s, "zones", r->zones);
	str_key_count(&s, "pages_mended", r->pages_mended);
	str_key_count(&s, "pages_lost", r->pages_lost);
	str_key_count(&s, "findings", r->verified.findings);
	str_key_count(&s, "records", r->verified.records);
	str_key_count(&s, "records_affected", r->verified.records_lost);
	str_key_count(&s, "exit_code", (uint64_t)m->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

/* Of an interrupted append, mostly; but a commit lost for good is there, too.
 */
static void say_left_out(struct mend *m)
{
	struct str s = { 0 };

	if (m->report.sections.left_out == 0)
		return;
	str_size(&s, m->report.sections.left_out);
	note(m->tool, NULL,
	     "%s behind the last commit that is left were not taken over",
	     str_get(&s));
	str_done(&s);
}

/* "news.fiche is whole and verified (8.4 MB); 2 parts of the first copy were
 * mended" */
static void print_whole(const struct mend *m)
{
	uint64_t mended = m->report.sections.mended;
	struct str s = { 0 };

	if (m->tool->quiet)
		return;
	glyph_escape(&s, m->out, strlen(m->out), GLYPH_LINE);
	str_add(&s, " is whole and verified (");
	str_size(&s, m->report.sections.bytes);
	str_add(&s, "); ");
	str_count(&s, mended);
	str_add(&s, mended == 1 ? " part of the first copy was mended\n"
	                        : " parts of the first copy were mended\n");
	(void)output_line(&s);
	str_done(&s);
}

int cmd_repair(struct tool *t, const struct args *args)
{
	struct mend m = { .tool = t, .json = args_have(args, OPT_JSON) };
	struct fiche_mend_options opt = { .on_damage = on_damage,
		                          .on_shift = on_shift,
		                          .on_finding = on_finding,
		                          .on_progress = on_progress,
		                          .ctx = &m };
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	int r;

	m.first = args->operands[0];
	m.out = args_value(args, OPT_OUTPUT);
	if (!m.out)
		return usage(t, "-o NEW is missing: a damaged archive is never "
		                "written to");
	r = confine_copying(t, args->operands, args->operand_count, m.out,
	                    true);
	if (r != 0)
		return r;
	progress_begin(&m.progress, t, args, "repairing", NULL);
	r = fiche_mend((const char *const *)args->operands, args->operand_count,
	               m.out, &opt, &m.report, &err);
	progress_end(&m.progress);
	if (r == 0 || r == FICHE_ERR_CORRUPT) {
		say_left_out(&m);
		if (r < 0) {
			say_lost(&m);
			lost_tell(t, args, m.out, "lost", m.json);
			(void)tool_raise(t, RC_DAMAGED);
		}
		if (m.json)
			print_json(&m, r == 0);
		else if (r == 0)
			print_whole(&m);
		return t->exit_code;
	}
	if (r == FICHE_ERR_EXISTS) {
		complain(t, NULL, "%s already exists", m.out);
		hint(t, "choose another name");
		return tool_raise(t, RC_IO);
	}
	return library_failed(t,
	                      m.report.sections.failed ||
	                                      args->operand_count > 1
	                              ? m.report.sections.failed
	                              : m.first,
	                      r, &err);
}
