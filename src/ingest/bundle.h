/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle.h - files that hold files: tar, zip (also WACZ), 7z, rar, cpio, ISO
 * 9660, cab, lha, ar, xar.
 *
 * libarchive parses them, in a process of its own that has given up all but
 * its two pipes (bundle_worker.c); we start it, feed it and read its frames
 * (bundle_wire.h).  Nothing of a bundle is ever written to a file under the
 * name it has in there: names are labels.
 */
#ifndef INGEST_BUNDLE_H
#define INGEST_BUNDLE_H

#include "ingest/format.h"

/* The kind of bundle, a word for bundle_work(); NULL if it is none. */
const char *bundle_sniff(const struct look *look);
/* Must its reader be able to go back and forth? */
bool bundle_needs_seek(const char *kind);

/*
 * The confined end: reads the bundle from descriptor 0, writes frames to 1,
 * and has closed all others.  Returns what the process should end with.
 */
int bundle_work(const char *kind);

/* The rest of what `bytes` gives, in a file without a name; its descriptor in
 * *out.  Returns 0, FICHE_ERR_IO (no room, say), or as lines_fill(). */
int bundle_spool(struct lines *bytes, uint64_t most, int *out,
                 struct fiche_error *err);

#endif
