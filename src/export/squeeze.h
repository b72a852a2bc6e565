/* SPDX-License-Identifier: Apache-2.0 */
/* squeeze.h - compress a stream with gzip, zstd or xz, one call for all. */
#ifndef EXPORT_SQUEEZE_H
#define EXPORT_SQUEEZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"
#include "fiche/export.h"

struct squeeze;

/* Not for AUTO and NONE.  FICHE_ERR_NOMEM is the only failure. */
int squeeze_new(struct squeeze **out, enum fiche_export_compress kind,
                struct fiche_error *err);

/*
 * Take from *in what fits and put into *out what comes; both move on.  With
 * `end`, which stays until *done, the member is closed: the next input begins a
 * new one.  *done without `end`: all input is taken.
 */
int squeeze_step(struct squeeze *s, const uint8_t **in, size_t *in_len,
                 uint8_t **out, size_t *room, bool end, bool *done,
                 struct fiche_error *err);

void squeeze_free(struct squeeze *s);

/* Memory that one of a kind needs, roughly. */
size_t squeeze_memory(enum fiche_export_compress kind);

#endif
