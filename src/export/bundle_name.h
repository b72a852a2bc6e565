/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bundle_name.h - names of articles in a tar or zip file:
 * 2024/03/01/example.org/a-short-title-7f3c09aa.html
 *
 * Letters, digits, '.', '-' and '/' of our own are all that gets through, so
 * that unpacking is safe everywhere; and no name comes twice.
 */
#ifndef EXPORT_BUNDLE_NAME_H
#define EXPORT_BUNDLE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "export/format.h"

/* The first 32 bits of the ids so far.  A zeroed struct is empty. */
struct bundle_ids {
	uint32_t *slots; /* 0 is free */
	size_t count, cap;
};

void bundle_ids_done(struct bundle_ids *ids);

/*
 * Put the name, its ending left out, behind what is in `out`, and remember it.
 * Where the 8 digits were given before, all 64 of the id stand in it.
 * FICHE_ERR_NOMEM.
 */
int bundle_name(struct buf *out, struct bundle_ids *ids,
                const struct fiche_article *a, struct fiche_error *err);

#endif
