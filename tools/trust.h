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

#include "message.h"

/* -1 if this program can; else what came of starting the one that can. */
int trust_elsewhere(struct tool *t);

/* `against` NULL: the checkpoint beside the archive; `key` NULL: whoever signed
 * it.  With both NULL nothing is done.  Messages and exit code are seen to. */
void trust_check(struct tool *t, const char *archive, const char *against,
                 const char *key, bool print);

#endif
