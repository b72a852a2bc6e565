/* SPDX-License-Identifier: Apache-2.0 */
/*
 * output.h - standard output: results and nothing else.
 *
 * Every byte goes through stdio and is checked when it is closed: a full disk
 * or a closed pipe is one line and RC_IO, never silence.
 */
#ifndef TOOLS_OUTPUT_H
#define TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "args.h"
#include "message.h"
#include "str.h"

/*
 * Make sure that the descriptors 0, 1 and 2 are taken, so that no file opened
 * later becomes standard output.  A stream that the caller had closed fails
 * when it is used.
 */
void output_guard(void);

bool output_is_terminal(void);
/* Columns of the terminal; 80 if it does not tell. */
size_t output_columns(void);
/* --color, NO_COLOR, TERM=dumb, and whether it is a terminal. */
bool output_color(const struct args *a);

void output_put(const void *bytes, size_t len);
void output_text(const char *text);
/* Writes and empties the line; false when it could not be put together. */
bool output_line(struct str *line);
/* Has writing failed already, so that going on makes no sense? */
bool output_failed(void);

/* Flush and close.  RC_DONE, or RC_IO after a message. */
int output_close(struct tool *t);

#endif
