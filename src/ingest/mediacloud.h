/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mediacloud.h - the metadata record that Media Cloud's indexer writes behind
 * each page: JSON with what it found out about the story.
 */
#ifndef INGEST_MEDIACLOUD_H
#define INGEST_MEDIACLOUD_H

#include "article/facts.h"
#include "base/cursor.h"
#include "fiche/error.h"

#define MEDIACLOUD_TYPE "application/x.mediacloud-indexer+json"

/* Add what `json` says to `f`, and the URL: that of the capture, unless it is
 * only a stopgap.  Returns 0, also if it is no JSON, or FICHE_ERR_NOMEM. */
int mediacloud_read(struct facts *f, const struct fiche_text *url,
                    struct bytes json, struct fiche_error *err);

#endif
