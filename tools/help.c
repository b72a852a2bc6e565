/* SPDX-License-Identifier: Apache-2.0 */
/* help.c - what --help and fiche help print, made from the table. */

#include "manual.h"

#include <string.h>

#include "paragraph.h"

#define HELP_COLUMNS  79
#define OPTION_COLUMN 30

static void option_line(struct str *out, const struct option_row *o)
{
	size_t begin = out->len, used;

	if (o->letter)
		str_printf(out, "  -%c, --%s", o->letter, o->name);
	else
		str_printf(out, "      --%s", o->name);
	if (o->value)
		str_printf(out, " %s", o->value);
	used = out->len - begin;
	if (used + 2 > OPTION_COLUMN) {
		str_char(out, '\n');
		used = 0;
	}
	str_pad(out, ' ', OPTION_COLUMN - used);
	str_printf(out, "%s\n", o->help);
}

static void option_list(struct str *out, const struct command_row *c)
{
	for (int g = 0; g < GROUP_COUNT; g++) {
		bool any = false;

		for (size_t i = 0; i < option_row_count; i++) {
			const struct option_row *o = &option_rows[i];

			if (!option_applies(o, c) || (int)o->group != g)
				continue;
			if (!any)
				str_printf(out, "\n%s:\n",
				           option_group_names[g]);
			any = true;
			option_line(out, o);
		}
	}
}

static void indented(struct str *out, const char *lines)
{
	for (const char *end; *lines != '\0'; lines = end + 1) {
		end = strchr(lines, '\n');
		str_add(out, "  ");
		str_put(out, lines, (size_t)(end - lines) + 1);
	}
}

static void exit_codes(struct str *out)
{
	str_add(out, "\nExit codes:\n");
	for (size_t i = 0; i < exit_row_count; i++)
		str_printf(out, "  %3d  %s\n", exit_rows[i].code,
		           exit_rows[i].meaning);
	str_add(out, "Any other code is a failure too. If several apply, the "
	             "order is: a signal,\n4, 8, 5, 9, 6, 7, 2, 3, 1.\n");
}

void help_command(struct str *out, const struct command_row *c, bool whole)
{
	str_printf(out, "fiche %s - %s\n\nUsage: fiche %s [OPTION...] %s\n",
	           c->name, c->summary, c->name, c->operands);
	if (whole) {
		str_char(out, '\n');
		paragraph_wrap(out, c->text, strlen(c->text), HELP_COLUMNS, 0);
	}
	option_list(out, c);
	str_add(out, "\nExamples:\n");
	indented(out, c->examples);
	if (whole)
		exit_codes(out);
	else
		str_printf(out, "\n'fiche help %s' tells more.\n", c->name);
}

void help_overview(struct str *out, bool whole)
{
	str_add(out, "fiche - keep news articles in one file: compressed, "
	             "indexed, checkable\n\n"
	             "Usage: fiche COMMAND [OPTION...] ARCHIVE [...]\n\n"
	             "Commands:\n");
	for (size_t i = 0; i < CMD_COUNT; i++)
		str_printf(out, "  %-12s%s\n", command_rows[i].name,
		           command_rows[i].summary);
	option_list(out, NULL);
	str_add(out, "\nExamples:\n"
	             "  fiche pack news.fiche scrape/*.jsonl.gz\n"
	             "  fiche search news.fiche '\"flood defences\" mayor'\n"
	             "  fiche list news.fiche --date 2024-03 --source "
	             "example.org\n"
	             "  fiche extract news.fiche https://example.org/a > "
	             "a.txt\n");
	if (!whole) {
		str_add(out, "\n'fiche COMMAND --help' shows the options of a "
		             "command,\n'fiche help' the exit codes.\n");
		return;
	}
	exit_codes(out);
	str_add(out, "\nEnvironment:\n"
	             "  SOURCE_DATE_EPOCH  the time that pack uses instead of "
	             "the clock\n"
	             "  NO_COLOR           no colour, if not empty\n"
	             "  COLUMNS            width of lines, where the terminal "
	             "does not tell\n");
}
