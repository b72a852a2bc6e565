/* SPDX-License-Identifier: Apache-2.0 */
/* args.h - a command line, taken apart by the table of options.h. */
#ifndef TOOLS_ARGS_H
#define TOOLS_ARGS_H

#include <stdbool.h>
#include <stddef.h>

#include "message.h"
#include "options.h"

/* One option as it was given; value is NULL where it takes none. */
struct arg {
	enum option_id id;
	const char *name;
	const char *value;
};

struct args {
	const struct command_row *command; /* NULL: options of fiche itself */
	struct arg *list;                  /* in the order given */
	size_t count;
	char **operands; /* borrowed from argv */
	size_t operand_count;
	bool help; /* --help was among them; nothing else was judged */
};

/*
 * Take apart what follows the name of a command, argv[0].  `c` is NULL for
 * options that stand before any command.  0, or
 * RC_USAGE / RC_LIMIT after a message.  args_done() in any case.
 */
int args_parse(struct args *out, struct tool *t, const struct command_row *c,
               int argc, char **argv);
void args_done(struct args *a);

/* Was it given? */
bool args_have(const struct args *a, enum option_id id);
/* The value given last, or NULL. */
const char *args_value(const struct args *a, enum option_id id);

#endif
