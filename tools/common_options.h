/* SPDX-License-Identifier: Apache-2.0 */
/* common_options.h - options that mean the same in several commands. */
#ifndef TOOLS_COMMON_OPTIONS_H
#define TOOLS_COMMON_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "args.h"
#include "message.h"

/* A number of --NAME within bounds; RC_USAGE after a message. */
int read_count(uint64_t *out, struct tool *t, const char *name,
               const char *text, uint64_t least, uint64_t most);
/* --threads; *out stays as it is if not given. */
int read_threads(unsigned *out, struct tool *t, const struct args *a);
/* --time or SOURCE_DATE_EPOCH; *has becomes true if one is given. */
int read_clock(bool *has, int64_t *time, struct tool *t, const struct args *a);
/* The clock, and --uuid or, with a fixed clock, an identity made of it and the
 * name of the archive; in `uuid` if there is one. */
int read_identity(struct fiche_writer_options *o, uint8_t uuid[16],
                  struct tool *t, const struct args *a, const char *path);
/* --index */
enum fiche_index read_index(const struct args *a);

#endif
