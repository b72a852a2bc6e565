/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack_options.h - what fiche pack was asked for, in the terms of the library.
 */
#ifndef TOOLS_PACK_OPTIONS_H
#define TOOLS_PACK_OPTIONS_H

#include "args.h"
#include "fiche/ingest.h"
#include "fiche/writer.h"
#include "message.h"
#include "str.h"

/* Stays where it is: `writer` points into it. */
struct pack_options {
	struct fiche_writer_options writer; /* without the callbacks */
	struct fiche_ingest_options ingest;
	struct str defaults;
	uint8_t uuid[16];
	bool dry_run;
	bool explain; /* dry run, and tell what is understood */
	bool json;
};

/* 0, or an exit code after a message; pack_options_done() in any case. */
int pack_options_read(struct pack_options *p, struct tool *t,
                      const struct args *a);
void pack_options_done(struct pack_options *p);

#endif
