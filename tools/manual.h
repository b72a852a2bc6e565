/* SPDX-License-Identifier: Apache-2.0 */
/* manual.h - texts made from the table of options.h, appended to a string. */
#ifndef TOOLS_MANUAL_H
#define TOOLS_MANUAL_H

#include "options.h"
#include "str.h"

/* The overview, short or with exit codes and environment. */
void help_overview(struct str *out, bool whole);
/* Of a command; `whole` adds its paragraphs and exit codes. */
void help_command(struct str *out, const struct command_row *c, bool whole);
/* A page of the manual in roff; c NULL: of fiche itself. */
void man_page(struct str *out, const struct command_row *c);
/* A completion script; false when the shell is not known. */
bool completion_script(struct str *out, const char *shell);

#endif
