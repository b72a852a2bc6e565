/* SPDX-License-Identifier: Apache-2.0 */
/*
 * feed.h - the importer fed from memory: bytes in, records in a fake writer and
 * sentences out.
 */
#ifndef SUPPORT_FEED_H
#define SUPPORT_FEED_H

#include <stddef.h>
#include <stdint.h>

#include "fiche/ingest.h"
#include "support/fake_writer.h"

/* Zeroed, it is ready. */
struct feed {
	struct fiche_writer writer;
	struct fiche_ingest_options opt; /* message and ctx are set anew */
	struct fiche_ingest_stats stats;
	size_t piece;    /* bytes at a time; 0: as many as are wanted */
	char said[4096]; /* "N where: what\n" or "W where: what\n" */
};

/* Read `bytes` as a file called `name`; stats, said and records are of this
 * time alone.  Returns as a format's read function. */
int feed_bytes(struct feed *f, const char *name, const void *bytes, size_t len);
void feed_done(struct feed *f);

#endif
