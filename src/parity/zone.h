/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone.h - the pages of one zone mended, as far as its parity goes (spec 4.13).
 */
#ifndef PARITY_ZONE_H
#define PARITY_ZONE_H

#include "parity/overlay.h"

struct zone_result {
	uint64_t lost; /* pages of data that did not come back */
};

/*
 * Look at each page of the zone and of its parity: what is not as its tag says
 * is taken from the other `count` copies, or solved for, and put into `over`.
 * 0, FICHE_ERR_NOMEM, or FICHE_ERR_IO of the scratch file.
 */
int zone_mend(const struct parity_head *head, struct overlay *over,
              struct io_file *const *others, size_t count,
              struct zone_result *out, struct fiche_error *err);

#endif
