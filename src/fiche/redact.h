/* SPDX-License-Identifier: Apache-2.0 */
/*
 * redact.h - an archive without the bytes of some of its records (spec 4.14).
 *
 * What is left of a redacted record is its number, its digest, and who took it
 * out, when and why.  So every other record keeps its number, and every proof
 * and checkpoint that exists stays right.  To keep the bytes and only show them
 * no longer is another thing.
 */
#ifndef FICHE_REDACT_H
#define FICHE_REDACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/article.h"
#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fiche_redact_options {
	const char *reason, *authority; /* UTF-8; NULL: none */
	bool keep_copies;               /* see below */
	int level;        /* of what is compressed anew; 0 = the default */
	unsigned threads; /* 0 = one for each processor */
	bool has_time;    /* use `time` for every clock reading */
	int64_t time;
	/* Record `number` has the same body as record `of`, which is to be
	 * redacted, and is not. */
	void (*on_copy)(void *ctx, uint64_t number, uint64_t of);
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct fiche_redact_report {
	uint64_t records;       /* of the new archive, and of the old one */
	uint64_t redacted;      /* of these, now */
	uint64_t before;        /* of these, earlier */
	uint64_t copies;        /* told through on_copy */
	uint64_t blocks_copied; /* with their frames */
	uint64_t blocks_made;
	uint64_t size_before, size;
	bool was_protected;  /* the old archive; the new one is not */
	bool failed_writing; /* it failed at `out`, not at `path` */
};

/*
 * Write the archive at `path` to a new file `out` with records `numbers` taken
 * out of it.  `path` is only read.  The new file gets its name when it is
 * complete, durable and verified in full, and each other record was compared
 * with the old archive's; before, and after a failure, there is none.
 *
 * What is withdrawn stays so, but for what is redacted: of that nothing is kept
 * that was said when it was withdrawn.
 *
 * Made anew are the blocks that held one of the records, all blocks that use a
 * dictionary, and the index; the other blocks are copied with their frames.
 * Earlier generations, index segments that were replaced and what interrupted
 * appends have left are not taken over.
 *
 * Other records can say the same.  Those whose body is the same, byte for byte
 * and of 64 bytes or more, are told, and nothing is made, unless keep_copies.
 *
 * `opt` and `report` may be NULL.  Returns 0; FICHE_ERR_STATE (there are copies
 * of the body); FICHE_ERR_ARG (no such record, or it is redacted already, or a
 * text is too long or not UTF-8); FICHE_ERR_CORRUPT (the archive is damaged:
 * mend it first); FICHE_ERR_BUSY (it has grown meanwhile); FICHE_ERR_EXISTS;
 * FICHE_ERR_IO and other errors of reading and writing.
 */
FICHE_API int fiche_redact(const char *path, const char *out,
                           const uint64_t *numbers, size_t count,
                           const struct fiche_redact_options *opt,
                           struct fiche_redact_report *report,
                           struct fiche_error *err);

#ifdef __cplusplus
}
#endif

#endif
