/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_split.c - fiche split: several archives of one. */

#include "commands.h"

#include <string.h>
#include <unistd.h>

#include "args.h"
#include "confined.h"
#include "copying.h"
#include "output.h"
#include "parts.h"
#include "str.h"

struct split {
	struct tool *tool;
	const struct args *args;
	struct reading from;
	struct parts parts;
	uint32_t part; /* that is made now */
	uint64_t made, articles, lost;
	double seconds;
};

static bool is_in_part(void *ctx, uint64_t number)
{
	const struct split *s = ctx;

	return number < s->parts.articles && s->parts.of[number] == s->part;
}

static void print_part(const struct split *s, const struct copying *c)
{
	struct str line = { 0 };

	if (args_have(s->args, OPT_JSON)) {
		str_char(&line, '{');
		str_key_text(&line, "type", "part");
		str_key_text(&line, "archive", c->path);
		str_key_text(&line, "part",
		             str_get(&s->parts.list[s->part].key));
		copying_json(c, &line);
		str_add(&line, "}\n");
	} else if (!s->tool->quiet) {
		str_printf(&line, "%s: ", c->path);
		str_counted(&line, c->out.total_records, "article");
		str_add(&line, " (");
		str_size(&line, c->out.file_size);
		str_add(&line, ")\n");
	}
	(void)output_line(&line);
	str_done(&line);
}

static int make_part(struct split *s, size_t i)
{
	const struct fiche_info *info = &s->from.info;
	struct copying c;
	int r;

	s->part = (uint32_t)s->parts.order[i];
	r = copying_init(&c, s->tool, s->args,
	                 str_get(&s->parts.list[s->part].path));
	if (r != 0)
		return r;
	copying_like(&c, info);
	c.take = is_in_part;
	c.take_ctx = s;
	progress_begin(&c.progress, s->tool, s->args, "splitting", NULL);
	r = copying_open(&c);
	if (r == 0)
		r = copying_add(&c, &s->from);
	if (r == 0)
		r = copying_commit(&c);
	progress_end(&c.progress);
	s->seconds += progress_seconds(&c.progress);
	copying_close(&c, r != 0);
	if (r != 0)
		return r;
	s->made++;
	s->articles += c.out.records;
	s->lost += c.sum.lost;
	print_part(s, &c);
	return 0;
}

/* Better before than in the middle. */
static int check_names(struct split *s)
{
	for (size_t i = 0; i < s->parts.count; i++) {
		const char *path = str_get(&s->parts.list[i].path);

		if (access(path, F_OK) != 0)
			continue;
		complain(s->tool, NULL, "%s already exists", path);
		hint(s->tool, "choose another name");
		return tool_raise(s->tool, RC_IO);
	}
	return 0;
}

static void print_summary(const struct split *s)
{
	struct str line = { 0 };

	if (args_have(s->args, OPT_JSON)) {
		str_char(&line, '{');
		str_key_text(&line, "type", "summary");
		str_key_text(&line, "archive", s->from.path);
		str_key_count(&line, "parts", s->made);
		str_key_count(&line, "records", s->articles);
		str_key_count(&line, "records_lost", s->lost);
		str_key(&line, "seconds");
		str_printf(&line, "%.3f", s->seconds);
		str_key_count(&line, "exit_code", (uint64_t)s->tool->exit_code);
		str_add(&line, "}\n");
	} else if (!s->tool->quiet) {
		str_add(&line, "split ");
		str_counted(&line, s->articles, "article");
		str_add(&line, " into ");
		str_counted(&line, s->made, "archive");
		str_add(&line, " in ");
		str_seconds(&line, s->seconds);
		str_char(&line, '\n');
	}
	(void)output_line(&line);
	str_done(&line);
}

static int confine_splitting(const struct split *s)
{
	const char *template = args_value(s->args, OPT_OUTPUT);
	struct str fixed = { 0 };
	int r;

	/* Up to the first place of a name that is not known yet. */
	str_put(&fixed, template, strcspn(template, "{"));
	r = confine_copying(s->tool, s->args->operands, 1, str_get(&fixed),
	                    false);
	str_done(&fixed);
	return r;
}

int cmd_split(struct tool *t, const struct args *args)
{
	struct split s = { .tool = t, .args = args };
	int r = parts_init(&s.parts, t, args_value(args, OPT_BY),
	                   args_value(args, OPT_OUTPUT));

	if (r == 0)
		r = confine_splitting(&s);
	if (r != 0)
		return r;
	r = reading_open(&s.from, t, args, args->operands[0]);
	if (r == 0)
		r = parts_find(&s.parts, &s.from);
	if (r == 0)
		r = check_names(&s);
	for (size_t i = 0; r == 0 && i < s.parts.count; i++)
		r = make_part(&s, i);
	reading_losses(&s.from);
	if (r == 0 || args_have(args, OPT_JSON))
		print_summary(&s);
	reading_close(&s.from);
	parts_done(&s.parts);
	return t->exit_code;
}
