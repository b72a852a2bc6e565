/* SPDX-License-Identifier: Apache-2.0 */
/*
 * archive_case.h - an archive in memory whose every record is known, and what a
 * reader shows of a damaged copy.
 *
 * All functions answer with a status, so that they serve tests of failing calls
 * as well.
 */
#ifndef SUPPORT_ARCHIVE_CASE_H
#define SUPPORT_ARCHIVE_CASE_H

#include "base/buf.h"
#include "fiche/reader.h"
#include "fiche/verify.h"
#include "fiche/writer.h"
#include "io/memory.h"

#define CASE_PATH        "case.fiche"
#define CASE_COMMITS_MAX 1024

/* What goes in.  The n-th commit adds records n * lines to n * lines + lines -
 * 1 of a series, and `files` files. */
struct case_plan {
	unsigned seed;
	size_t commits;
	size_t lines;
	size_t files;
	size_t text_len;
	bool plain;
	int level; /* 0: 1, which is the quickest */
	size_t void_len; /* remains of an append before the last commit */
};

struct case_digest {
	uint8_t sha256[32];
};

struct archive_case {
	struct case_plan plan;
	struct io_memory *memory; /* holds it as CASE_PATH */
	struct buf bytes;         /* the same */
	/* Sizes of the file and record counts after each commit; [0] is the
	 * empty archive. */
	uint64_t end[CASE_COMMITS_MAX + 1];
	uint64_t records[CASE_COMMITS_MAX + 1];
	struct case_digest *digests; /* by record number; of what went in */
	uint64_t record_count;
};

/* Sweeps take and return the same large pieces of memory many times: keep them,
 * where the system's allocator can be told so. */
void case_keep_memory(void);

/* Make it, and check that it holds what went in.  0 or the first failure. */
int archive_case_make(struct archive_case *c, const struct case_plan *plan,
                      struct fiche_error *err);
void archive_case_done(struct archive_case *c);
/* What a group of tests begins and ends with: the case as their state, or the
 * reason why not on standard error, and -1. */
int archive_case_enter(void **state, struct archive_case *c,
                       const struct case_plan *plan);
int archive_case_leave(void **state);

/* Open a writer with a fixed clock, UUID and one thread. */
int case_writer(struct fiche_writer **out, struct io_memory *m,
                enum fiche_open_mode mode, const struct case_plan *plan,
                struct fiche_error *err);
/* Give a writer the records of commit `n`, without committing. */
int case_add(struct fiche_writer *w, const struct case_plan *plan, size_t n,
             struct fiche_error *err);
/* Open, add the next commit of the plan, commit, close; creates the archive if
 * there is none. */
int case_append(struct io_memory *m, const struct case_plan *plan,
                struct fiche_error *err);

bool case_exists(struct io_memory *m);
/* Replace the file by these bytes. */
int case_put(struct io_memory *m, const void *bytes, size_t len);
int case_open(struct fiche_reader **out, struct io_memory *m, bool recover,
              struct fiche_error *err);
/* verify_io() with one thread.  If there are findings, err tells the first. */
int case_verify(struct io_memory *m, bool quick,
                struct fiche_verify_report *report, struct fiche_error *err);

/* What reading every record gave. */
struct case_reading {
	uint64_t generation;
	uint64_t numbers; /* one above the highest */
	uint64_t exact;
	uint64_t wrong;  /* bytes that are not those of this number: never */
	uint64_t failed; /* an error instead of bytes */
	int failure;     /* the last one */
};

/*
 * Read all records in order and compare with `digests` (of `count` numbers).
 * With `fields`, cards, articles and a selection are read too.  0 or what kept
 * it from reading at all; failures of single records are counted.
 */
int case_read(struct case_reading *out, struct fiche_reader *r,
              const struct case_digest *digests, uint64_t count, bool fields,
              struct fiche_error *err);

#endif
