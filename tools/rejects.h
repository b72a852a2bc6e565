/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rejects.h - records that were refused, kept byte for byte in a file so that
 * they can be mended and packed again.  The file is made when the first one
 * comes; if it is there already, it is added to.
 */
#ifndef TOOLS_REJECTS_H
#define TOOLS_REJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "str.h"

struct rejects {
	struct tool *tool;
	struct str path; /* empty: not kept */
	int fd;          /* -1: not open */
	bool failed;     /* a complaint was made; nothing more is kept */
};

/* `choice` is the value of --rejects or NULL. */
void rejects_init(struct rejects *r, struct tool *t, const char *choice,
                  const char *archive);
/* A part of a record; `last` ends it with a LF. */
void rejects_put(struct rejects *r, const void *bytes, size_t len, bool last);
/* ", saved to X", or nothing. */
void rejects_describe(const struct rejects *r, struct str *out);
/* Makes the file durable. */
void rejects_close(struct rejects *r);

#endif
