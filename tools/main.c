/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - the program fiche: find the command, run it, close standard output.
 *
 * setlocale() is never called: what is printed is the same everywhere.
 */

#include <signal.h>

#include "args.h"
#include "commands.h"
#include "fiche/fiche.h"
#include "manual.h"
#include "message.h"
#include "options.h"
#include "output.h"
#include "str.h"
#include "suggest.h"

static int print(struct tool *t, struct str *s)
{
	bool ok = output_line(s);

	str_done(s);
	return ok ? RC_DONE : out_of_memory(t);
}

static int print_help(struct tool *t, const struct command_row *c)
{
	struct str s = { 0 };

	if (c)
		help_command(&s, c, false);
	else
		help_overview(&s, false);
	return print(t, &s);
}

static int print_version(struct tool *t)
{
	struct str s = { 0 };

	str_printf(&s, "fiche %s (format 1.0, zstd %s)\n", fiche_version(),
	           fiche_zstd_version());
	return print(t, &s);
}

static int unknown_command(struct tool *t, const char *word)
{
	struct suggest s;

	suggest_init(&s, word);
	for (size_t i = 0; i < CMD_COUNT; i++)
		suggest_offer(&s, command_rows[i].name);
	if (s.best)
		return usage(t, "unknown command '%s' (did you mean %s?)", word,
		             s.best);
	return usage(t, "unknown command '%s'", word);
}

/* fiche --version, fiche --help [COMMAND] */
static int run_options(struct tool *t, int argc, char **argv)
{
	struct args args = { 0 };
	int r;

	r = args_parse(&args, t, NULL, 2, argv);
	if (r == 0 && args.help)
		r = print_help(t, argc > 2 ? command_find(argv[2]) : NULL);
	else if (r == 0 && args_have(&args, OPT_VERSION))
		r = print_version(t);
	else if (r == 0) /* "-" or "--" */
		r = unknown_command(t, argv[1]);
	args_done(&args);
	return r;
}

static int run_command(struct tool *t, int argc, char **argv)
{
	const struct command_row *c = command_find(argv[1]);
	struct args args = { 0 };
	int r;

	if (!c)
		return unknown_command(t, argv[1]);
	t->command = c->name;
	r = args_parse(&args, t, c, argc - 1, argv + 1);
	if (r == 0)
		r = args.help ? print_help(t, c) : c->run(t, &args);
	args_done(&args);
	return r;
}

int main(int argc, char **argv)
{
	struct tool t = { .argv = argv };
	int r = run_worker(argc, argv);

	if (r >= 0)
		return r;
	output_guard();
	/* A limit on file sizes is an error like a full disk, not a death. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (argc < 2) {
		complain(&t, NULL, "no command given");
		hint(&t, "'fiche --help' lists the commands");
		return RC_USAGE;
	}
	if (argv[1][0] == '-')
		r = run_options(&t, argc, argv);
	else
		r = run_command(&t, argc, argv);
	(void)tool_raise(&t, r);
	(void)output_close(&t);
	return t.exit_code;
}
