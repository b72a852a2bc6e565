/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_compact.c - fiche compact: an archive without what is not used. */

#include "commands.h"

#include "args.h"
#include "confined.h"
#include "copying.h"
#include "output.h"
#include "protecting.h"
#include "str.h"

static void print_json(const struct copying *c, const struct reading *from)
{
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", from->path);
	str_key_text(&s, "output", c->path);
	str_key_count(&s, "size_before", from->info.file_size);
	copying_json(c, &s);
	str_key(&s, "seconds");
	str_printf(&s, "%.3f", progress_seconds(&c->progress));
	str_key_count(&s, "exit_code", (uint64_t)c->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

static void print_summary(const struct copying *c, const struct reading *from)
{
	struct str s = { 0 };

	if (c->tool->quiet)
		return;
	str_add(&s, "compacted ");
	str_counted(&s, c->out.records, "article");
	str_add(&s, " in ");
	str_seconds(&s, progress_seconds(&c->progress));
	str_printf(&s, " \xe2\x86\x92 %s (", c->path);
	str_size(&s, c->out.file_size);
	str_add(&s, ", was ");
	str_size(&s, from->info.file_size);
	str_add(&s, ")\n");
	(void)output_line(&s);
	str_done(&s);
	if (c->sum.lost > 0)
		copying_rest(c);
}

static void take_over(struct copying *c, const struct reading *from)
{
	struct fiche_writer_options *o = &c->writer_options;

	copying_like(c, &from->info);
	if (from->info.created != 0) {
		o->has_created = true;
		o->created = from->info.created;
	}
	c->dense |= args_have(c->args, OPT_LEVEL);
}

static int compact(struct copying *c, struct reading *from)
{
	int r = copying_open(c);

	if (r == 0)
		r = copying_add(c, from);
	if (r == 0)
		r = copying_commit(c);
	return r;
}

int cmd_compact(struct tool *t, const struct args *args)
{
	const char *path = args_value(args, OPT_OUTPUT);
	struct reading from = { 0 };
	struct protecting parity;
	struct copying c;
	int r;

	if (!path)
		return usage(t, "-o FILE is missing: the archive to be made");
	r = copying_init(&c, t, args, path);
	if (r == 0)
		r = confine_copying(t, args->operands, 1, path, false);
	if (r == 0)
		r = protecting_init(&parity, t, args);
	if (r != 0)
		return r;
	progress_begin(&c.progress, t, args, "compacting", NULL);
	r = reading_open(&from, t, args, args->operands[0]);
	if (r == 0) {
		take_over(&c, &from);
		r = compact(&c, &from);
	}
	progress_end(&c.progress);
	copying_close(&c, r != 0);
	if (r == 0)
		protecting_finish(&parity, &c.out, path, from.reader);
	reading_losses(&from);
	if (args_have(args, OPT_JSON))
		print_json(&c, &from);
	else if (r == 0)
		print_summary(&c, &from);
	if (!args_have(args, OPT_JSON))
		protecting_print(&parity);
	reading_close(&from);
	return t->exit_code;
}
