/* SPDX-License-Identifier: Apache-2.0 */
/* try.h - is what was encoded good for mending? */
#ifndef PARITY_TRY_H
#define PARITY_TRY_H

#include "parity/strips.h"

/*
 * Solve a group of each span, and a column of spans, for some of their pages
 * from what the files have of the others, and compare with the tags: in all,
 * each place in a group is solved for.  FICHE_ERR_STATE if one comes out
 * otherwise.
 */
int parity_try(struct strips *s, struct fiche_error *err);

#endif
