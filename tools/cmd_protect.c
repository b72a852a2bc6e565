/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_protect.c - fiche protect: parity for what is new in an archive. */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "confined.h"
#include "glyph.h"
#include "output.h"
#include "protecting.h"
#include "str.h"

static void print_json(const struct protecting *p, const char *path)
{
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "summary");
	str_key_text(&s, "archive", path);
	protecting_json(p, &s);
	str_key_count(&s, "zones", p->report.zones);
	str_key_count(&s, "generation", p->report.generation);
	str_key_count(&s, "exit_code", (uint64_t)p->tool->exit_code);
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

static void print_summary(const struct protecting *p, const char *path)
{
	struct str s = { 0 };

	if (p->tool->quiet)
		return;
	glyph_escape(&s, path, strlen(path), GLYPH_LINE);
	str_add(&s, ": ");
	if (p->done)
		protecting_describe(p, &s);
	else
		str_add(&s, "nothing is new; all of it is protected already");
	str_char(&s, '\n');
	(void)output_line(&s);
	str_done(&s);
}

int cmd_protect(struct tool *t, const struct args *args)
{
	const char *path = args->operands[0];
	struct protecting p;
	int r = protecting_init(&p, t, args);

	if (r == 0)
		r = confine_copying(t, args->operands, 1, path, false);
	if (r != 0)
		return r;
	p.options.profile = protecting_profile(args_value(args, OPT_PROFILE));
	r = protecting_run(&p, path);
	(void)tool_raise(t, r);
	if (args_have(args, OPT_JSON))
		print_json(&p, path);
	else if (r == 0)
		print_summary(&p, path);
	return t->exit_code;
}
