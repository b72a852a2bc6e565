/* SPDX-License-Identifier: Apache-2.0 */
/* export_options.h - what fiche export was asked for. */
#ifndef TOOLS_EXPORT_OPTIONS_H
#define TOOLS_EXPORT_OPTIONS_H

#include <stdbool.h>

#include "args.h"
#include "fiche/export.h"
#include "message.h"

struct export_options {
	struct fiche_export_options lib; /* without calls and limit */
	const struct fiche_export_format *format;
	bool json;
	char *fields, *partition; /* memory of the lists in `lib` */
	const char **words;
};

/* 0, or an exit code after a message; export_options_done() in any case. */
int export_options_read(struct export_options *x, struct tool *t,
                        const struct args *a);
void export_options_done(struct export_options *x);

#endif
