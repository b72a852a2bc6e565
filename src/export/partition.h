/* SPDX-License-Identifier: Apache-2.0 */
/*
 * partition.h - many files at once: a folder for each value, as other programs
 * expect it: source=example.org/month=2024-03/part-0.jsonl
 */
#ifndef EXPORT_PARTITION_H
#define EXPORT_PARTITION_H

#include "base/buf.h"
#include "export/format.h"

struct partition;

/* Makes the folder opt->path if it is not there.  `opt` is borrowed.
 * FICHE_ERR_ARG if opt->partition names what cannot be. */
int partition_new(struct partition **out, const struct export_format *format,
                  const struct fiche_export_options *opt,
                  struct fiche_export_stats *stats, struct fiche_error *err);
int partition_add(struct partition *p, const struct export_article *a,
                  struct fiche_error *err);
int partition_finish(struct partition *p, struct fiche_error *err);
/* Files not finished are not left behind.  Accepts NULL. */
void partition_free(struct partition *p);

/* Append a foreign text as (a part of) one component of a path: a file system,
 * a shell and a URL see nothing in it that they give a meaning to. */
void partition_escape(struct buf *out, const char *text, size_t len);

#endif
