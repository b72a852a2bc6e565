/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - what verify.c (structure) and verify_content.c share. */
#ifndef ARCHIVE_VERIFY_H
#define ARCHIVE_VERIFY_H

#include "archive/file.h"
#include "archive/pool.h"
#include "archive/reader.h"
#include "fiche/verify.h"

struct verify {
	const char *path;
	struct io *io;
	const struct fiche_verify_options *opt;
	struct fiche_verify_report report;
	struct archive *archive; /* of `reader` */
	struct fiche_reader *reader;
	struct fiche_view *view;
	struct pool *pool;
	uint64_t done, total;             /* bytes, for progress */
	uint64_t unsupported, over_limit; /* findings that are no damage */
	uint64_t *damaged; /* offsets of sections that were reported */
	size_t damaged_count, damaged_cap;
	struct found_commit *chain; /* all commits, oldest first */
	size_t chain_count;
};

/* Report one thing that is wrong, about records if `count` > 0. */
void verify_finding(struct verify *v, const struct fiche_error *why,
                    uint64_t first_record, uint64_t count);
/* Was the section at `offset` reported as damaged? */
bool verify_is_damaged(const struct verify *v, uint64_t offset);
void verify_progress(struct verify *v, uint64_t bytes);

/*
 * Does the parity of a generation, if it has some, fit what it protects?
 * *protected_end is where the last one with parity ended: 0 if there was none,
 * FICHE_NOWHERE if nobody knows.  0 or a failure that ends the check.
 */
int verify_parity(struct verify *v, const struct found_commit *c,
                  const struct found_commit *before, uint64_t *protected_end,
                  struct fiche_error *err);

/* Decode everything that is live, rebuild the index, compare (spec 4.8, full).
 * 0 or a failure that ends the check: FICHE_ERR_IO, FICHE_ERR_NOMEM. */
int verify_content(struct verify *v, struct fiche_error *err);

/* Check the lists of withdrawn records that the chain names.  The same. */
int verify_withdrawn(struct verify *v, struct fiche_error *err);

/* Look for commits behind the last one that are not in their place.  The same.
 */
int verify_shifts(struct verify *v, struct fiche_error *err);

/*
 * Decode everything that is live, and index it again: the blocks of each
 * segment into what `next` gives for it (NULL: stop with *err).  What is wrong
 * is reported as by verify_content().
 */
struct indexing;
int verify_each_segment(struct verify *v,
                        struct indexing *(*next)(void *ctx, size_t segment,
                                                 struct fiche_error *err),
                        void *ctx, struct fiche_error *err);

int verify_io(struct io *io, const char *path,
              const struct fiche_verify_options *opt,
              struct fiche_verify_report *out, struct fiche_error *err);
/* The same over `file`, which is consumed; scratch files go beside `path`. */
int verify_file(struct io *io, const char *path, struct io_file *file,
                const struct fiche_verify_options *opt,
                struct fiche_verify_report *out, struct fiche_error *err);

#endif
