/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_verify.c - fiche verify: intact, or what is not. */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "common_options.h"
#include "confined.h"
#include "fiche/fiche.h"
#include "findings.h"
#include "glyph.h"
#include "output.h"
#include "progress.h"
#include "str.h"
#include "trust.h"

struct check {
	struct tool *tool;
	const char *path;
	const char *against; /* a checkpoint to hold it against, or NULL */
	const char *key;     /* who should have signed it, or NULL */
	struct fiche_verify_options options;
	struct fiche_verify_report report;
	struct trust trust;
	struct progress progress;
	bool json;
};

static const char dot[] = " \xc2\xb7 ";

static void on_finding(void *ctx, const struct fiche_finding *f)
{
	struct check *c = ctx;

	finding_tell(c->tool, c->path, f, c->json);
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct check *c = ctx;

	progress_to(&c->progress, done, total);
}

/* What was looked at, and what was not. */
static void add_checked(struct str *s, const struct check *c)
{
	const struct fiche_verify_report *r = &c->report;

	if (c->options.quick) {
		str_add(s, "structure ok");
		str_add(s, dot);
		str_counted(s, r->sections, "section");
		str_add(s, " ok (stored bytes)");
		str_add(s, dot);
		str_add(s, "NOT checked: the records, and the index against "
		           "them (run without --quick)");
		return;
	}
	str_add(s, "header ok");
	str_add(s, dot);
	str_counted(s, r->blocks, "block");
	str_add(s, " ok");
	str_add(s, dot);
	str_counted(s, r->records, "record");
	str_add(s, " ok (content digests re-computed)");
	if (r->redacted > 0) {
		str_add(s, dot);
		str_count(s, r->redacted);
		str_add(s, " of them redacted (only the digest is left)");
	}
	if (r->index_compared) {
		str_add(s, dot);
		str_add(s, "index agrees with content");
	}
	if (r->parity) {
		str_add(s, dot);
		str_add(s, "parity fits what it protects");
	}
}

static void print_intact(const struct check *c)
{
	struct str s = { 0 };

	if (c->tool->quiet || c->tool->silent)
		return;
	add_checked(&s, c);
	str_char(&s, '\n');
	glyph_escape(&s, c->path, strlen(c->path), GLYPH_LINE);
	str_add(&s, c->options.quick ? ": structure is intact.  checked "
	                             : " is intact.  checked ");
	str_size(&s, c->report.file_size);
	str_add(&s, " in ");
	str_seconds(&s, progress_seconds(&c->progress));
	str_char(&s, '\n');
	(void)output_line(&s);
	if (c->report.unprotected_bytes > 0) {
		str_clear(&s);
		str_size(&s, c->report.unprotected_bytes);
		note(c->tool, c->path,
		     "not protected by parity yet: the last %s ('fiche "
		     "protect' does it)",
		     str_get(&s));
	}
	str_done(&s);
}

static void say_damaged(const struct check *c)
{
	const struct fiche_verify_report *r = &c->report;
	struct str s = { 0 };

	str_counted(&s, r->findings, "finding");
	if (r->records_lost > 0) {
		str_add(&s, ", ");
		str_counted(&s, r->records_lost, "record");
		str_add(&s, " affected");
	}
	complain(c->tool, c->path, "is damaged: %s", str_get(&s));
	str_clear(&s);
	str_count(&s, r->records);
	if (r->shifts > 0)
		hint(c->tool,
		     "'fiche repair %s -o NEW' moves what follows to its "
		     "place; '--recover' reads it where it is",
		     c->path);
	else if (r->parity)
		hint(c->tool,
		     "it has parity: 'fiche repair %s -o NEW' may "
		     "mend this",
		     c->path);
	else if (!c->options.quick && r->records > 0)
		hint(c->tool,
		     "%s records are intact; 'fiche extract' still "
		     "gives them",
		     str_get(&s));
	str_done(&s);
}

static void say_tail(const struct check *c)
{
	struct str s = { 0 };

	str_size(&s, c->report.tail_size);
	complain(c->tool, c->path,
	         c->report.generations > 0
	                 ? "all commits are intact, but %s follow the last "
	                   "one: of an interrupted append, or of a file that "
	                   "was cut"
	                 : "no commit is whole: there are %s of an interrupted "
	                   "first one, or of a file that was cut",
	         str_get(&s));
	hint(c->tool, "after an interrupted append nothing committed is lost "
	              "and the next 'fiche pack --append' declares them void; "
	              "after copying, copy again");
	str_done(&s);
}

static void print_json(const struct check *c, int status,
                       const struct fiche_error *err)
{
	const struct fiche_verify_report *r = &c->report;
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", c->path);
	str_key_bool(&s, "intact", status == FICHE_OK);
	str_key_bool(&s, "quick", c->options.quick);
	str_key_count(&s, "file_size", r->file_size);
	str_key_count(&s, "generations", r->generations);
	str_key_count(&s, "sections", r->sections);
	str_key_count(&s, "blocks", r->blocks);
	str_key_count(&s, "records", r->records);
	str_key_count(&s, "redacted", r->redacted);
	str_key_count(&s, "text_bytes", r->text_bytes);
	str_key_count(&s, "tail_size", r->tail_size);
	str_key_count(&s, "void_bytes", r->void_bytes);
	str_key_count(&s, "findings", r->findings);
	str_key_count(&s, "shifts", r->shifts);
	str_key_count(&s, "records_affected", r->records_lost);
	str_key_bool(&s, "index_compared", r->index_compared);
	str_key_bool(&s, "parity", r->parity);
	str_key_count(&s, "unprotected_bytes", r->unprotected_bytes);
	if (status < 0 && status != FICHE_ERR_CORRUPT)
		str_key_text(&s, "error", err->text);
	if (c->trust.checked)
		str_key_bool(&s, "trusted", c->trust.trusted);
	if (c->trust.trusted)
		str_key_count(&s, "checkpoint_records", c->trust.records);
	else if (c->trust.why[0] != '\0')
		str_key_text(&s, "not_trusted", c->trust.why);
	str_key(&s, "seconds");
	str_printf(&s, "%.3f", progress_seconds(&c->progress));
	str_key_count(&s, "exit_code", (uint64_t)c->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

static void check_one(struct check *c, const struct args *args)
{
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	bool tail;
	int status;

	c->report = (struct fiche_verify_report){ 0 };
	c->trust = (struct trust){ 0 };
	progress_begin(&c->progress, c->tool, args, "checking", NULL);
	status = fiche_verify(c->path, &c->options, &c->report, &err);
	progress_end(&c->progress);

	tail = status == FICHE_ERR_TRUNCATED && c->report.tail_size > 0;
	/* Findings were printed already; a sentence sums them up. */
	if (status == FICHE_OK && !c->json)
		print_intact(c);
	else if (tail)
		say_tail(c);
	else if (status == FICHE_ERR_CORRUPT && c->report.findings > 0) {
		say_damaged(c);
		if (!c->options.quick)
			lost_tell(c->tool, args, c->path, "unreadable",
			          c->json);
	} else if (status < 0)
		(void)library_failed(c->tool, c->path, status, &err);
	(void)tool_raise(c->tool, exit_code_of(status));
	if (status == FICHE_OK || tail)
		trust_check(&c->trust, c->tool, c->path, c->against, c->key,
		            !c->json);
	if (c->json)
		print_json(c, status, &err);
}

/* The archives, and what says how they should be. */
static int confine_checks(struct check *c, const struct args *args)
{
	struct needs n = { .scratch = args->operands[0] };

	for (size_t i = 0; i < args->operand_count; i++) {
		needs_file(&n, args->operands[i]);
		if (c->key)
			needs_checkpoint(&n, args->operands[i]);
	}
	if (c->against)
		needs_file(&n, c->against);
	if (c->key)
		needs_file(&n, c->key);
	return confine(c->tool, &n, true);
}

int cmd_verify(struct tool *t, const struct args *args)
{
	struct check c = { .tool = t };
	int r;

	r = read_threads(&c.options.threads, t, args);
	if (r != 0)
		return r;
	t->silent = args_have(args, OPT_STATUS);
	c.json = args_have(args, OPT_JSON) && !t->silent;
	c.against = args_value(args, OPT_AGAINST);
	c.key = args_value(args, OPT_KEY);
	if (c.against || c.key) {
		r = trust_elsewhere(t);
		if (r >= 0)
			return r;
	}
	r = confine_checks(&c, args);
	if (r != 0)
		return r;
	c.options.quick = args_have(args, OPT_QUICK);
	c.options.on_finding = on_finding;
	c.options.on_progress = on_progress;
	c.options.ctx = &c;
	for (size_t i = 0; i < args->operand_count; i++) {
		c.path = args->operands[i];
		check_one(&c, args);
	}
	return t->exit_code;
}
