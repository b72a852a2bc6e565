/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_merge.c - fiche merge: one archive of several. */

#include "commands.h"

#include "args.h"
#include "confined.h"
#include "copying.h"
#include "output.h"
#include "protecting.h"
#include "str.h"

static void print_json(const struct copying *c)
{
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", c->path);
	copying_json(c, &s);
	str_key(&s, "seconds");
	str_printf(&s, "%.3f", progress_seconds(&c->progress));
	str_key_count(&s, "exit_code", (uint64_t)c->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

static void print_summary(const struct copying *c)
{
	struct str s = { 0 };

	if (c->tool->quiet)
		return;
	str_add(&s, "merged ");
	str_counted(&s, c->out.records, "article");
	str_add(&s, " of ");
	str_counted(&s, c->inputs, "archive");
	str_add(&s, " in ");
	str_seconds(&s, progress_seconds(&c->progress));
	str_printf(&s, " \xe2\x86\x92 %s (", c->path);
	if (!c->created) {
		str_add(&s, "+");
		str_size(&s, c->out.file_size > c->bytes_before
		                     ? c->out.file_size - c->bytes_before
		                     : 0);
		str_add(&s, ", now ");
	}
	str_size(&s, c->out.file_size);
	str_add(&s, ")\n");
	(void)output_line(&s);
	str_done(&s);
	copying_rest(c);
}

/* One that cannot be read does not stop the others. */
static int add_input(struct copying *c, const char *path)
{
	struct reading source;
	int r = reading_open(&source, c->tool, c->args, path);

	if (r == 0) {
		r = copying_add(c, &source);
	} else if (r != RC_USAGE) {
		c->inputs_failed++;
		r = 0;
	}
	reading_close(&source);
	return r;
}

int cmd_merge(struct tool *t, const struct args *args)
{
	struct protecting parity;
	struct copying c;
	int r = copying_init(&c, t, args, args->operands[0]);

	if (r == 0)
		r = confine_copying(t, args->operands + 1,
		                    args->operand_count - 1, c.path, false);
	if (r == 0)
		r = protecting_init(&parity, t, args);
	if (r != 0)
		return r;
	progress_begin(&c.progress, t, args, "merging", NULL);
	r = copying_open(&c);
	for (size_t i = 1; r == 0 && i < args->operand_count; i++)
		r = add_input(&c, args->operands[i]);
	if (r == 0)
		r = copying_commit(&c);
	progress_end(&c.progress);
	copying_close(&c, r != 0 || c.inputs == 0);
	if (r == 0 && c.inputs > 0)
		protecting_finish(&parity, &c.out, c.path, NULL);
	if (args_have(args, OPT_JSON))
		print_json(&c);
	else if (r == 0 && c.inputs > 0)
		print_summary(&c);
	if (!args_have(args, OPT_JSON))
		protecting_print(&parity);
	return t->exit_code;
}
