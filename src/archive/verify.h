/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - what the parts of verifying share: verify.c calls the others. */
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

/* ---- How what is wrong is told: verify_findings.c ---- */

/* So many more bytes were looked at. */
void verify_progress(struct verify *v, uint64_t bytes);
/* Report one thing that is wrong, about records if `count` > 0. */
void verify_finding(struct verify *v, const struct fiche_error *why,
                    uint64_t first_record, uint64_t count);
/* The same of the section at `offset`, to be called once for it: it is
 * remembered as damaged.  0 or FICHE_ERR_NOMEM. */
int verify_damaged_section(struct verify *v, const struct fiche_error *why,
                           uint64_t offset, uint64_t first, uint64_t count,
                           struct fiche_error *err);
/* Was the section at `offset` reported as damaged? */
bool verify_is_damaged(const struct verify *v, uint64_t offset);
/* Which records a damaged DATA section holds, as far as the index tells: if it
 * does not, both are 0. */
void verify_records_at(struct verify *v, uint64_t offset, uint64_t *first,
                       uint64_t *count);
/* Is `r` a failure that says nothing of the archive: FICHE_ERR_IO,
 * FICHE_ERR_NOMEM? */
bool verify_ends_check(int r);
/* Report a failure of reading, `r` and *why, unless it ends the check: that
 * goes to *err and is returned.  Otherwise 0, also if `r` is. */
int verify_note(struct verify *v, int r, const struct fiche_error *why,
                struct fiche_error *err);

/* ---- The sections of one generation: verify_sections.c ---- */

/* What the sections so far say of the next one. */
struct verify_walk {
	struct sha256 *own, *batch; /* of a section, of all since the commit */
	uint8_t *chunk;             /* room for what is read at a time */
	uint64_t sequence;          /* expected next */
	uint64_t record;            /* the same */
	bool lost_count;   /* a section was skipped: any sequence will do */
	bool lost_records; /* ... and any record */
	bool lost_dict;    /* ... and blocks with a dictionary not seen */
	uint32_t *dicts;   /* their ids, so far */
	size_t dict_count, dict_cap;
	bool lost_any;       /* of the two below nothing is known for sure: */
	uint64_t withdrawal; /* the last WITHDRAWAL */
	bool parity;         /* a PARITY */
};

/* At the superblock.  0 or FICHE_ERR_NOMEM; verify_walk_done() is for both. */
int verify_walk_init(struct verify_walk *w, struct fiche_error *err);
void verify_walk_done(struct verify_walk *w);
/* Sections were passed by, and nobody knows which. */
void verify_walk_lost(struct verify_walk *w);

/*
 * Check all bytes of the generation that `c` ends: void, sections, commit,
 * footer.  Generations come in their order in the file; where one is left out,
 * verify_walk_lost() is called before the next.  0 or a failure that ends the
 * check.
 */
int verify_generation(struct verify *v, struct verify_walk *w,
                      const struct found_commit *c, struct fiche_error *err);

/* ---- What else is checked, a file each ---- */

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

/* ---- All of it: verify.c ---- */

int verify_io(struct io *io, const char *path,
              const struct fiche_verify_options *opt,
              struct fiche_verify_report *out, struct fiche_error *err);
/* The same over `file`, which is consumed; scratch files go beside `path`. */
int verify_file(struct io *io, const char *path, struct io_file *file,
                const struct fiche_verify_options *opt,
                struct fiche_verify_report *out, struct fiche_error *err);

#endif
