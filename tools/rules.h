/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - --map, --preset, --date-order, --assume-tz: how records are read,
 * as the member of the defaults that the writer keeps with each block (spec
 * 6.2); and --require.
 */
#ifndef TOOLS_RULES_H
#define TOOLS_RULES_H

#include "args.h"
#include "message.h"
#include "str.h"

/* Append "@fiche":{...}, or nothing if no option asks for rules.  0, or
 * RC_USAGE after a message. */
int rules_put(struct str *out, struct tool *t, const struct args *a);

/* --require title,url,...: a set of enum fiche_require. */
int require_read(unsigned *out, struct tool *t, const struct args *a);

#endif
