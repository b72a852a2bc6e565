/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trust.h - verify --key and --against: does the archive have the records that
 * a checkpoint vouches for, and who signed that?
 *
 * What signatures need of libcrypto would make every start of fiche slower, so
 * they live in fiche-import, as signing does (start_import.c).
 */
#ifndef TOOLS_TRUST_H
#define TOOLS_TRUST_H

#include <stdbool.h>
#include <stdint.h>

#include "message.h"

/* What came of it, for who prints that in another way. */
struct trust {
	bool checked; /* else nothing was asked */
	bool trusted;
	uint64_t records; /* of the checkpoint, if it is trusted */
	char why[256];    /* not */
};

/* -1 if this program can; else what came of starting the one that can. */
int trust_elsewhere(struct tool *t);

/* `against` NULL: the checkpoint beside the archive; `key` NULL: whoever signed
 * it.  With both NULL nothing is done.  Messages and exit code are seen to;
 * good news is printed where `print` is set. */
void trust_check(struct trust *out, struct tool *t, const char *archive,
                 const char *against, const char *key, bool print);

#endif
