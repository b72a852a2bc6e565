/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_help.c - fiche help and fiche completion. */

#include "commands.h"

#include "args.h"
#include "manual.h"
#include "output.h"

static int print(struct tool *t, struct str *s)
{
	bool ok = output_line(s);

	str_done(s);
	return ok ? RC_DONE : out_of_memory(t);
}

int cmd_help(struct tool *t, const struct args *args)
{
	const struct command_row *c = NULL;
	struct str s = { 0 };

	if (args->operand_count > 0) {
		c = command_find(args->operands[0]);
		if (!c)
			return usage(t, "there is no command '%s'",
			             args->operands[0]);
	}
	if (args_have(args, OPT_MAN))
		man_page(&s, c);
	else if (c)
		help_command(&s, c, true);
	else
		help_overview(&s, true);
	return print(t, &s);
}

int cmd_completion(struct tool *t, const struct args *args)
{
	struct str s = { 0 };

	if (!completion_script(&s, args->operands[0]))
		return usage(t, "'%s' is none of %s", args->operands[0],
		             args->command->operands);
	return print(t, &s);
}
