/* SPDX-License-Identifier: Apache-2.0 */
/* explain.h - pack --explain: what was understood, as a table or as JSON. */
#ifndef TOOLS_EXPLAIN_H
#define TOOLS_EXPLAIN_H

#include "fiche/fiche.h"
#include "message.h"

/* Print it to standard output; hints for what is in doubt follow. */
void explain_print(struct tool *t, const struct fiche_explain *e);
void explain_print_json(const struct fiche_explain *e);

#endif
