/* SPDX-License-Identifier: Apache-2.0 */
/* completion.c - completion scripts for three shells, made from the table. */

#include "manual.h"

#include <string.h>

/* The words of "a|b|c" with another character between them. */
static void words(struct str *out, const char *value, char between)
{
	for (; *value != '\0'; value++)
		str_char(out, *value == '|' ? between : *value);
}

/* ---- bash ---------------------------------------------------------- */

static void bash_options(struct str *out, const struct command_row *c)
{
	str_printf(out, "\t%s) words='", c ? c->name : "''");
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *o = &option_rows[i];

		if (!option_applies(o, c))
			continue;
		str_printf(out, "--%s ", o->name);
		if (o->letter)
			str_printf(out, "-%c ", o->letter);
	}
	str_add(out, "' ;;\n");
}

static void bash_values(struct str *out, const struct command_row *c)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *o = &option_rows[i];

		if (!o->value || !option_applies(o, c))
			continue;
		str_printf(out, "\t%s:--%s", c->name, o->name);
		if (o->letter)
			str_printf(out, "|%s:-%c", c->name, o->letter);
		str_add(out, ") ");
		if (option_has_words(o)) {
			str_add(out, "COMPREPLY=($(compgen -W '");
			words(out, o->value, ' ');
			str_add(out, "' -- \"$cur\"))");
		} else if (strcmp(o->value, "FILE") == 0) {
			str_add(out, "COMPREPLY=($(compgen -f -- \"$cur\"))");
		} else if (strcmp(o->value, "DIR") == 0) {
			str_add(out, "COMPREPLY=($(compgen -d -- \"$cur\"))");
		} else {
			str_add(out, "COMPREPLY=()");
		}
		str_add(out, "; return ;;\n");
	}
}

static void bash(struct str *out)
{
	str_add(out, "# bash completion for fiche; made by fiche completion\n"
	             "_fiche() {\n"
	             "\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd= i words=\n"
	             "\tlocal prev=${COMP_WORDS[COMP_CWORD-1]}\n"
	             "\tCOMPREPLY=()\n"
	             "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	             "\t\tcase ${COMP_WORDS[i]} in\n"
	             "\t\t-*) ;;\n"
	             "\t\t*) cmd=${COMP_WORDS[i]}; break ;;\n"
	             "\t\tesac\n"
	             "\tdone\n"
	             "\tif [[ $cur == '=' ]]; then cur=\n"
	             "\telif [[ $prev == '=' ]]; then "
	             "prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
	             "\tcase $cmd:$prev in\n");
	for (size_t i = 0; i < CMD_COUNT; i++)
		bash_values(out, &command_rows[i]);
	str_add(out, "\tesac\n\tcase $cmd in\n");
	bash_options(out, NULL);
	for (size_t i = 0; i < CMD_COUNT; i++)
		bash_options(out, &command_rows[i]);
	str_add(out, "\tesac\n\tcase $cmd:$cur in\n"
	             "\t:[!-]*|:) words='");
	for (size_t i = 0; i < CMD_COUNT; i++)
		str_printf(out, "%s ", command_rows[i].name);
	str_add(out, "' ;;\n\thelp:[!-]*|help:) words='");
	for (size_t i = 0; i < CMD_COUNT; i++)
		str_printf(out, "%s ", command_rows[i].name);
	str_add(out, "' ;;\n\tcompletion:[!-]*|completion:) words='");
	words(out, command_rows[CMD_COMPLETION].operands, ' ');
	str_add(out, "' ;;\n"
	             "\t*:-*) ;;\n"
	             "\t*) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n"
	             "\tesac\n"
	             "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
	             "}\n"
	             "complete -o filenames -F _fiche fiche\n");
}

/* ---- zsh ----------------------------------------------------------- */

/* Inside '...' and a [...] of _arguments. */
static void zsh_text(struct str *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if (*text == '\'')
			str_add(out, "'\\''");
		else if (*text == '[' || *text == ']' || *text == ':' ||
		         *text == '\\')
			str_printf(out, "\\%c", *text);
		else
			str_char(out, *text);
	}
}

static void zsh_spec(struct str *out, const struct option_row *o,
                     const char *dashed)
{
	str_printf(out, " \\\n\t\t\t'*%s[", dashed);
	zsh_text(out, o->help);
	str_char(out, ']');
	if (o->value) {
		str_printf(out, ":%s:", o->name);
		if (option_has_words(o)) {
			str_char(out, '(');
			words(out, o->value, ' ');
			str_char(out, ')');
		} else if (strcmp(o->value, "FILE") == 0) {
			str_add(out, "_files");
		} else if (strcmp(o->value, "DIR") == 0) {
			str_add(out, "_files -/");
		}
	}
	str_char(out, '\'');
}

static void zsh_options(struct str *out, const struct command_row *c)
{
	struct str dashed = { 0 };

	str_printf(out, "\t\t%s)\n\t\t\t_arguments", c->name);
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *o = &option_rows[i];

		if (!option_applies(o, c))
			continue;
		str_clear(&dashed);
		str_printf(&dashed, "--%s", o->name);
		zsh_spec(out, o, str_get(&dashed));
		if (o->letter) {
			str_clear(&dashed);
			str_printf(&dashed, "-%c", o->letter);
			zsh_spec(out, o, str_get(&dashed));
		}
	}
	if (c == &command_rows[CMD_COMPLETION]) {
		str_add(out, " \\\n\t\t\t'1:shell:(");
		words(out, c->operands, ' ');
		str_add(out, ")'");
	} else if (c == &command_rows[CMD_HELP]) {
		str_add(out, " \\\n\t\t\t'1:command:($names)'");
	} else {
		str_add(out, " \\\n\t\t\t'*:file:_files'");
	}
	str_add(out, " ;;\n");
	str_done(&dashed);
}

static void zsh(struct str *out)
{
	str_add(out, "#compdef fiche\n"
	             "# zsh completion for fiche; made by fiche completion\n"
	             "_fiche() {\n"
	             "\tlocal context state state_descr line\n"
	             "\ttypeset -A opt_args\n"
	             "\tlocal -a commands names\n"
	             "\tcommands=(\n");
	for (size_t i = 0; i < CMD_COUNT; i++) {
		str_printf(out, "\t\t'%s:", command_rows[i].name);
		zsh_text(out, command_rows[i].summary);
		str_add(out, "'\n");
	}
	str_add(out, "\t)\n\tnames=(${commands%%:*})\n"
	             "\t_arguments -C");
	for (size_t i = 0; i < option_row_count; i++) {
		struct str dashed = { 0 };

		if (!option_applies(&option_rows[i], NULL))
			continue;
		str_printf(&dashed, "--%s", option_rows[i].name);
		zsh_spec(out, &option_rows[i], str_get(&dashed));
		str_clear(&dashed);
		str_printf(&dashed, "-%c", option_rows[i].letter);
		if (option_rows[i].letter)
			zsh_spec(out, &option_rows[i], str_get(&dashed));
		str_done(&dashed);
	}
	str_add(out, " \\\n\t\t'1:command:->command' '*::argument:->rest'\n"
	             "\tcase $state in\n"
	             "\tcommand) _describe command commands ;;\n"
	             "\trest)\n\t\tcase $line[1] in\n");
	for (size_t i = 0; i < CMD_COUNT; i++)
		zsh_options(out, &command_rows[i]);
	str_add(out, "\t\tesac ;;\n\tesac\n}\n_fiche \"$@\"\n");
}

/* ---- fish ---------------------------------------------------------- */

static void fish_text(struct str *out, const char *text)
{
	str_char(out, '\'');
	for (; *text != '\0'; text++) {
		if (*text == '\'' || *text == '\\')
			str_char(out, '\\');
		str_char(out, *text);
	}
	str_char(out, '\'');
}

static void fish_options(struct str *out, const struct command_row *c)
{
	for (size_t i = 0; i < option_row_count; i++) {
		const struct option_row *o = &option_rows[i];

		if (!option_applies(o, c))
			continue;
		if (c)
			str_printf(out,
			           "complete -c fiche -n "
			           "'__fish_seen_subcommand_from %s'",
			           c->name);
		else
			str_add(out, "complete -c fiche -n "
			             "__fish_use_subcommand");
		str_printf(out, " -l %s", o->name);
		if (o->letter)
			str_printf(out, " -s %c", o->letter);
		if (option_has_words(o)) {
			str_add(out, " -x -a '");
			words(out, o->value, ' ');
			str_char(out, '\'');
		} else if (o->value) {
			bool file = strcmp(o->value, "FILE") == 0 ||
			            strcmp(o->value, "DIR") == 0;

			str_add(out, file ? " -r -F" : " -x");
		}
		str_add(out, " -d ");
		fish_text(out, o->help);
		str_char(out, '\n');
	}
}

static void fish(struct str *out)
{
	str_add(out, "# fish completion for fiche; made by fiche "
	             "completion\n");
	for (size_t i = 0; i < CMD_COUNT; i++) {
		str_printf(out,
		           "complete -c fiche -f -n "
		           "__fish_use_subcommand -a %s -d ",
		           command_rows[i].name);
		fish_text(out, command_rows[i].summary);
		str_char(out, '\n');
	}
	str_add(out, "complete -c fiche -f -n '__fish_seen_subcommand_from "
	             "completion' -a '");
	words(out, command_rows[CMD_COMPLETION].operands, ' ');
	str_add(out, "'\n"
	             "complete -c fiche -f -n '__fish_seen_subcommand_from "
	             "help' -a '");
	for (size_t i = 0; i < CMD_COUNT; i++)
		str_printf(out, "%s%s", i > 0 ? " " : "", command_rows[i].name);
	str_add(out, "'\n");
	fish_options(out, NULL);
	for (size_t i = 0; i < CMD_COUNT; i++)
		fish_options(out, &command_rows[i]);
}

bool completion_script(struct str *out, const char *shell)
{
	if (strcmp(shell, "bash") == 0)
		bash(out);
	else if (strcmp(shell, "zsh") == 0)
		zsh(out);
	else if (strcmp(shell, "fish") == 0)
		fish(out);
	else
		return false;
	return true;
}
