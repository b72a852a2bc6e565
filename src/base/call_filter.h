/* SPDX-License-Identifier: Apache-2.0 */
/*
 * call_filter.h - which system calls a process may still make.
 *
 * A filter is a list of rules; the first that fits a call decides.  Calls of
 * another processor's numbering are fatal.
 */
#ifndef BASE_CALL_FILTER_H
#define BASE_CALL_FILTER_H

#include <stddef.h>

#include <linux/filter.h>

#include "fiche/error.h"

#define CALL_FILTER_STEPS 256

enum call_verdict {
	CALL_ALLOW,
	CALL_REFUSE,  /* EPERM */
	CALL_UNKNOWN, /* ENOSYS: as an older kernel answers */
	CALL_KILL,
};

struct call_filter {
	struct sock_filter steps[CALL_FILTER_STEPS];
	size_t count;
};

void call_filter_begin(struct call_filter *f);
/* These calls, at most 200 of them. */
void call_filter_list(struct call_filter *f, const int *calls, size_t count,
                      enum call_verdict verdict);
/* This call, by the lower 32 bits of an argument: `with` if it has any of
 * `bits`, else `without`. */
void call_filter_bits(struct call_filter *f, int call, unsigned arg,
                      unsigned bits, enum call_verdict with,
                      enum call_verdict without);
/* Allow this call if the lower 32 bits of an argument are one of `values`;
 * refuse it else. */
void call_filter_values(struct call_filter *f, int call, unsigned arg,
                        const unsigned *values, size_t count);

/*
 * All other calls get `rest`.  From here on, for this thread and those it
 * starts; needs PR_SET_NO_NEW_PRIVS.  0, or 1 if this kernel or processor has
 * no such filter; FICHE_ERR_IO.
 */
int call_filter_end(struct call_filter *f, enum call_verdict rest,
                    struct fiche_error *err);

#endif
