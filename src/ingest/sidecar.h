/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sidecar.h - FILE.meta.json beside FILE: a JSON object of what is known about
 * it, under any of the keys of the specification's table.
 */
#ifndef INGEST_SIDECAR_H
#define INGEST_SIDECAR_H

#include <stdbool.h>

#include "article/facts.h"
#include "ingest/input.h"

/* Is this the name of one whose file is there, too? */
bool sidecar_is(const char *path);

/*
 * Set the facts that the sidecar of i->path gives.  Without one nothing
 * happens; one that cannot be used is told.  Returns 0 or FICHE_ERR_NOMEM.
 */
int sidecar_read(struct facts *f, const struct input *i,
                 struct fiche_error *err);

#endif
