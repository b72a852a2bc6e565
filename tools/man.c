/* SPDX-License-Identifier: Apache-2.0 */
/* man.c - pages of the manual in roff, made from the table. */

#include "manual.h"

#include <string.h>

#include "fiche/fiche.h"

/* What roff would take for a request or an escape is guarded. */
static void add(struct str *out, const char *text)
{
	bool line_begins = true;

	for (; *text != '\0'; text++) {
		if (line_begins && (*text == '.' || *text == '\''))
			str_add(out, "\\&");
		if (*text == '\\')
			str_add(out, "\\e");
		else if (*text == '-')
			str_add(out, "\\-");
		else if (*text == '\'')
			str_add(out, "\\(aq");
		else if (*text == '^')
			str_add(out, "\\(ha");
		else if (*text == '~')
			str_add(out, "\\(ti");
		else
			str_char(out, *text);
		line_begins = *text == '\n';
	}
}

static void option_entry(struct str *out, const struct option_row *o)
{
	str_add(out, ".TP\n");
	if (o->letter)
		str_printf(out, "\\fB\\-%c\\fR, ", o->letter);
	str_add(out, "\\fB\\-\\-");
	add(out, o->name);
	str_add(out, "\\fR");
	if (o->value) {
		str_add(out, " \\fI");
		add(out, o->value);
		str_add(out, "\\fR");
	}
	str_char(out, '\n');
	add(out, o->help);
	str_char(out, '\n');
}

static void options(struct str *out, const struct command_row *c)
{
	str_add(out, ".SH OPTIONS\n");
	for (int g = 0; g < GROUP_COUNT; g++) {
		bool any = false;

		for (size_t i = 0; i < option_row_count; i++) {
			const struct option_row *o = &option_rows[i];

			if (!option_applies(o, c) || (int)o->group != g)
				continue;
			if (!any && g != GROUP_OWN)
				str_printf(out, ".SS %s\n",
				           option_group_names[g]);
			any = true;
			option_entry(out, o);
		}
	}
}

static void paragraphs(struct str *out, const char *text)
{
	struct str one = { 0 };

	for (const char *end; *text != '\0'; text = end + 1) {
		end = strchr(text, '\n');
		str_clear(&one);
		str_put(&one, text, (size_t)(end - text));
		str_add(out, ".PP\n");
		add(out, str_get(&one));
		str_char(out, '\n');
	}
	str_done(&one);
}

static void examples(struct str *out, const char *text)
{
	str_add(out, ".SH EXAMPLES\n.nf\n");
	add(out, text);
	str_add(out, ".fi\n");
}

static void exit_status(struct str *out)
{
	str_add(out, ".SH EXIT STATUS\n");
	for (size_t i = 0; i < exit_row_count; i++) {
		str_printf(out, ".TP\n%d\n", exit_rows[i].code);
		add(out, exit_rows[i].meaning);
		str_char(out, '\n');
	}
	str_add(out, ".PP\nAny other code is a failure too. If several apply, "
	             "the order is: a signal, 4, 8, 5, 9, 6, 7, 2, 3, 1.\n");
}

static void heading(struct str *out, const char *name, const char *summary)
{
	str_printf(out,
	           ".\\\" Made by fiche help --man; do not edit.\n"
	           ".TH %s 1 \"\" \"fiche %s\" \"User Commands\"\n"
	           ".SH NAME\n",
	           name, fiche_version());
	add(out, name);
	str_add(out, " \\- ");
	add(out, summary);
	str_char(out, '\n');
}

static void page_of_fiche(struct str *out)
{
	heading(out, "fiche",
	        "keep news articles in one file: compressed, "
	        "indexed, checkable");
	str_add(out, ".SH SYNOPSIS\n\\fBfiche\\fR \\fICOMMAND\\fR "
	             "[\\fIOPTION\\fR...] \\fIARCHIVE\\fR [...]\n"
	             ".SH COMMANDS\n");
	for (size_t i = 0; i < CMD_COUNT; i++) {
		str_printf(out, ".TP\n\\fBfiche\\-%s\\fR(1)\n",
		           command_rows[i].name);
		add(out, command_rows[i].summary);
		str_char(out, '\n');
	}
	options(out, NULL);
	exit_status(out);
	str_add(out, ".SH ENVIRONMENT\n.TP\n\\fBSOURCE_DATE_EPOCH\\fR\n"
	             "the time that pack uses instead of the clock\n"
	             ".TP\n\\fBNO_COLOR\\fR\nno colour, if not empty\n"
	             ".TP\n\\fBCOLUMNS\\fR\n"
	             "width of lines, where the terminal does not tell\n");
}

void man_page(struct str *out, const struct command_row *c)
{
	struct str name = { 0 };

	if (!c) {
		page_of_fiche(out);
		return;
	}
	str_printf(&name, "fiche-%s", c->name);
	heading(out, str_get(&name), c->summary);
	str_printf(out,
	           ".SH SYNOPSIS\n\\fBfiche %s\\fR [\\fIOPTION\\fR...] "
	           "\\fI",
	           c->name);
	add(out, c->operands);
	str_add(out, "\\fR\n.SH DESCRIPTION\n");
	paragraphs(out, c->text);
	options(out, c);
	examples(out, c->examples);
	exit_status(out);
	str_add(out, ".SH SEE ALSO\n\\fBfiche\\fR(1)\n");
	str_done(&name);
}
