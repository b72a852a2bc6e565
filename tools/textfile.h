/* SPDX-License-Identifier: Apache-2.0 */
/* textfile.h - short texts from files and into new ones. */
#ifndef TOOLS_TEXTFILE_H
#define TOOLS_TEXTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "message.h"

/*
 * Read a file ("-" is standard input) of less than `cap` bytes without NULs,
 * and put a NUL behind it.  0, or an exit code after a message.
 */
int textfile_read(char *out, size_t cap, struct tool *t, const char *path);

/*
 * Make the file (NULL or "-": standard output) and make it durable.  One that
 * is there is left alone unless `replace`, and then replaced as a whole.
 * `secret`: for the owner only.  0, or an exit code after a message.
 */
int textfile_write(struct tool *t, const char *path, const char *text,
                   bool replace, bool secret);

#endif
