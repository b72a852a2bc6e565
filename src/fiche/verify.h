/* SPDX-License-Identifier: Apache-2.0 */
/* verify.h - say what is intact, and name what is not (spec 4.8). */
#ifndef FICHE_VERIFY_H
#define FICHE_VERIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "fiche/article.h"
#include "fiche/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One thing that is wrong. */
struct fiche_finding {
	int code; /* FICHE_ERR_CORRUPT, _TRUNCATED, _UNSUPPORTED, _LIMIT, _IO */
	uint64_t offset;
	const char *text;      /* one sentence */
	uint64_t first_record; /* articles concerned, if record_count > 0 */
	uint64_t record_count;
	const char *id; /* hex id of the first of them, or NULL */
	const char *
		title; /* its title if the index or card still tells, or NULL */
};

struct fiche_verify_options {
	bool quick;       /* structure and hashes, nothing decoded */
	unsigned threads; /* 0 = one for each processor */
	void (*on_finding)(void *ctx, const struct fiche_finding *f);
	void (*on_progress)(void *ctx, uint64_t done, uint64_t total);
	void *ctx;
};

struct fiche_verify_report {
	uint64_t file_size;
	uint64_t generations;
	uint64_t sections;
	uint64_t blocks;
	uint64_t records;    /* rebuilt and hashed; 0 with quick */
	uint64_t redacted;   /* of these, taken out: only the id is left */
	uint64_t text_bytes; /* decoded */
	uint64_t tail_size;  /* bytes of an interrupted append */
	uint64_t void_bytes; /* declared void earlier */
	uint64_t findings;
	uint64_t shifts; /* of these, where bytes were put in or taken out:
	                    fiche_repair() moves all behind to its place */
	uint64_t records_lost;      /* concerned by findings */
	bool index_compared;        /* rebuilt from the data and equal */
	bool parity;                /* there is some: fiche_mend() may help */
	uint64_t unprotected_bytes; /* committed since the last time */
};

/*
 * Check a whole archive.  Goes on after each finding.
 *
 * Returns 0 (intact), FICHE_ERR_TRUNCATED (all commits are intact, but bytes of
 * an interrupted append, or of a cut file, follow the last one),
 * FICHE_ERR_CORRUPT (findings were reported), FICHE_ERR_FOREIGN,
 * FICHE_ERR_UNSUPPORTED, FICHE_ERR_IO, FICHE_ERR_NOMEM.
 */
FICHE_API int fiche_verify(const char *path,
                           const struct fiche_verify_options *opt,
                           struct fiche_verify_report *out,
                           struct fiche_error *err);

#ifdef __cplusplus
}
#endif

#endif
