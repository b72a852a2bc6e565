/* SPDX-License-Identifier: Apache-2.0 */
/*
 * candidates.h - in which years can a day without one have been?
 */
#ifndef PAGE_CANDIDATES_H
#define PAGE_CANDIDATES_H

#include <stdint.h>

#include "article/facts.h"
#include "page/dates.h"

/*
 * Set f->published to `day`, unless it is set.  If its year is not known, add
 * to f->candidates the days up to `now` that it can be: of the day of the week
 * named in `paragraph`, from the latest year that `text` speaks of, for a story
 * is not older than what it tells.  None if no day of the week is named, or if
 * too many remain to be of use.
 */
void candidates_set(struct facts *f, const struct dates_day *day,
                    struct fiche_text paragraph, struct fiche_text text,
                    int64_t now);

#endif
