/* SPDX-License-Identifier: Apache-2.0 */
/* findings.h - what verification finds, as verify and repair tell it. */
#ifndef TOOLS_FINDINGS_H
#define TOOLS_FINDINGS_H

#include <stdbool.h>

#include "message.h"

/* One line of JSON, or a message. */
void finding_tell(struct tool *t, const char *path,
                  const struct fiche_finding *f, bool json);

#endif
