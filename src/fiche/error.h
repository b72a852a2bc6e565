/* SPDX-License-Identifier: Apache-2.0 */
/*
 * error.h - how every call of libfiche answers.
 *
 * 0 is done, a positive value is an expected answer (FICHE_END) that the
 * caller handles on the spot, a negative value is a failure.  Failures are told
 * apart by their remedy: another file, another copy, a newer program, more
 * memory.  The library never prints.
 */
#ifndef FICHE_ERROR_H
#define FICHE_ERROR_H

#include <stdint.h>

#if defined(__GNUC__) && !defined(FICHE_STATIC)
#define FICHE_API __attribute__((visibility("default")))
#else
#define FICHE_API
#endif

#if defined(__GNUC__)
#define FICHE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define FICHE_PRINTF(f, a)
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum fiche_status {
	FICHE_OK = 0,
	FICHE_END = 1,              /* no (more) results: not a failure */
	FICHE_ERR_ARG = -1,         /* the caller broke a documented rule */
	FICHE_ERR_NOMEM = -2,       /* an allocation failed */
	FICHE_ERR_IO = -3,          /* the system said no: see sys_errno */
	FICHE_ERR_LIMIT = -4,       /* would exceed a documented limit */
	FICHE_ERR_FOREIGN = -5,     /* not an archive of this format */
	FICHE_ERR_UNSUPPORTED = -6, /* intact, but needs a newer program */
	FICHE_ERR_TRUNCATED = -7,   /* ends early, or shrank under the reader */
	FICHE_ERR_CORRUPT = -8,     /* contradicts a checksum or the format */
	FICHE_ERR_BUSY = -9,        /* another writer holds the archive */
	FICHE_ERR_EXISTS = -10,   /* the file to be created is there already */
	FICHE_ERR_INPUT = -11,    /* a record given to the writer is refused */
	FICHE_ERR_STATE = -12,    /* the object failed earlier: close it */
	FICHE_ERR_NOINDEX = -13,  /* some articles have no keyword index */
	FICHE_ERR_REDACTED = -14, /* the record was taken out, its id is left */
	FICHE_ERR_WITHDRAWN = -15, /* it is there, and not to be shown */
};

/* Why a call failed.  Owned by the caller, needs no release, may be NULL. */
struct fiche_error {
	int code;        /* the fiche_status that was returned */
	int sys_errno;   /* with FICHE_ERR_IO, otherwise 0 */
	uint64_t offset; /* archive offset complained about, or FICHE_NOWHERE */
	char text[200];  /* one English sentence, without a newline */
};

#define FICHE_NOWHERE UINT64_MAX

/* A short fixed name for a status, for example "damaged". Never NULL. */
FICHE_API const char *fiche_status_name(int status);

#ifdef __cplusplus
}
#endif

#endif
