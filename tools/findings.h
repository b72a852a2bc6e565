/* SPDX-License-Identifier: Apache-2.0 */
/* findings.h - what verification finds, as verify and repair tell it. */
#ifndef TOOLS_FINDINGS_H
#define TOOLS_FINDINGS_H

#include <stdbool.h>

#include "args.h"
#include "message.h"

/* One line of JSON, or a message. */
void finding_tell(struct tool *t, const char *path,
                  const struct fiche_finding *f, bool json);

/*
 * The articles of a damaged archive that cannot be read, by number, id and
 * title: a line each on standard output, which begins with `what` they are
 * ("lost").  `args` for how to show the progress.
 */
void lost_tell(struct tool *t, const struct args *args, const char *path,
               const char *what, bool json);

#endif
