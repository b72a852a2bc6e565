/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.h - an archive as sections: find the last good commit, read sections
 * with their checks (spec 4.1, 4.2).
 */
#ifndef ARCHIVE_FILE_H
#define ARCHIVE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "format/commit.h"
#include "format/section.h"
#include "io/io.h"

/* A commit and where it stands. */
struct found_commit {
	struct commit commit;
	struct section section;
	uint64_t end; /* behind its footer */
	/* The batch is not what was hashed: damaged, or torn by a power cut. */
	bool batch_damaged;
};

struct archive {
	struct io_file *file; /* owned */
	/* Owned, or NULL: another view of a file in which some is shifted,
	 * where what is damaged may be whole. */
	struct io_file *other;
	uint64_t size; /* of the file when it was opened */
	bool has_superblock;
	struct superblock superblock;
	struct section superblock_section;
	uint8_t uuid[UUID_SIZE];
	bool has_commit; /* else this is generation 0 */
	struct found_commit last;
	uint64_t end; /* of the last commit, or of the superblock */
	bool footer_damaged;
	uint64_t spent; /* bytes hashed while looking for commits */
	/* In the tail: offset of a COMMIT whose batch is not good, or 0. */
	uint64_t unbelieved;
	/* ... there is one, or a footer whose commit is not good. */
	bool commit_lost;
};

/*
 * Open over `file`, which is consumed, success or not.  FICHE_ERR_FOREIGN if
 * neither head nor tail is of a fiche; FICHE_ERR_CORRUPT if the superblock is
 * damaged and there is no commit either; FICHE_ERR_TRUNCATED if the file ends
 * within the superblock; FICHE_ERR_UNSUPPORTED; FICHE_ERR_IO; FICHE_ERR_NOMEM.
 */
int archive_open(struct archive *out, struct io_file *file,
                 struct fiche_error *err);
/* The same for a file in which good sections were found: it is not FOREIGN,
 * whatever it begins with. */
int archive_open_rest(struct archive *out, struct io_file *file,
                      struct fiche_error *err);
void archive_close(struct archive *a);

/* Go back to generation `n` (at least 1).  FICHE_ERR_ARG if there is none. */
int archive_rewind(struct archive *a, uint64_t n, struct fiche_error *err);

/* Go to a->unbelieved, if there is one, as if its batch were good. */
int archive_take_unbelieved(struct archive *a, struct fiche_error *err);

/* Make the commit before the last one the last one, or generation 0. */
int archive_step_back(struct archive *a, struct fiche_error *err);

/* The commit before `c`.  FICHE_END if c is generation 1. */
int archive_previous(struct archive *a, const struct found_commit *c,
                     struct found_commit *out, struct fiche_error *err);
void found_commit_done(struct found_commit *c);

/* Read and check the COMMIT at `at`.  Where only the batch hash can tell
 * whether the batch is whole, it is compared, and out->batch_damaged set. */
int archive_read_commit(struct archive *a, uint64_t at,
                        struct found_commit *out, struct fiche_error *err);

/* Read and check the header at `at`; it must end before `end`. */
int archive_read_header(struct archive *a, uint64_t at, uint64_t end,
                        struct section *out, struct fiche_error *err);

/* Append header and payload at `at` (`size` bytes) to `raw`, checked with
 * SHA-256; the section must have this type. */
int archive_read_section(struct archive *a, uint64_t at, uint64_t size,
                         enum section_type type, struct section *out,
                         struct buf *raw, struct fiche_error *err);

/* SHA-256 of [at, at+len). */
int archive_hash(struct archive *a, uint64_t at, uint64_t len, uint8_t out[32],
                 struct fiche_error *err);

/*
 * Load a dictionary into `raw` (the payload), mending it with its parity if
 * it is damaged; *mended then counts the cells.
 */
int archive_read_dict(struct archive *a, const struct commit_dict *d,
                      struct buf *raw, int *mended, struct fiche_error *err);

#endif
