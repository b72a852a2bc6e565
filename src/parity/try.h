/* SPDX-License-Identifier: Apache-2.0 */
/* try.h - is what was encoded good for mending? */
#ifndef PARITY_TRY_H
#define PARITY_TRY_H

#include "parity/strips.h"

/*
 * Solve a group of each span, and a column of spans, for each of their pages
 * from what the files have of the others, and compare with the tags.
 * FICHE_ERR_STATE if one comes out otherwise.
 */
int parity_try(struct strips *s, struct fiche_error *err);

#endif
