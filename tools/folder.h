/* SPDX-License-Identifier: Apache-2.0 */
/*
 * folder.h - files made in one folder and nowhere else.
 *
 * Names are single components made by ourselves; files are opened relative to
 * the folder's descriptor, never through a link, and never over one that is
 * there unless that was asked for.
 */
#ifndef TOOLS_FOLDER_H
#define TOOLS_FOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "str.h"

struct folder {
	struct tool *tool;
	const char *path;
	int fd;
	bool overwrite;
	bool skip;
	uint64_t written, skipped;
	struct str temporary, where; /* scratch */
};

/* Makes the folder if it is not there.  0 or RC_IO after a message;
 * folder_close() in any case. */
int folder_open(struct folder *out, struct tool *t, const char *path);
/* 0, or RC_IO after a message. */
int folder_put(struct folder *f, const char *name, const void *bytes,
               size_t len);
void folder_close(struct folder *f);

#endif
