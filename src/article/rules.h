/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules.h - how records are read beside the table of keys: keys that somebody
 * mapped, the order of 3/4/2021, the zone of dates without one.
 *
 * They stand in the defaults of a block, under `@fiche` (spec 6.2), so that
 * whoever reads the block in thirty years reads the same.
 */
#ifndef ARTICLE_RULES_H
#define ARTICLE_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "article/aliases.h"
#include "article/date.h"
#include "fiche/error.h"

#define RULES_MAP_MAX 64

struct rules {
	struct date_rules dates;
	size_t map_count;
	size_t name_len[RULES_MAP_MAX];
	char name[RULES_MAP_MAX][2 * ALIAS_KEY_MAX]; /* normalised, joined */
	struct alias alias[RULES_MAP_MAX];           /* ONLY_MAPPED */
};

/*
 * Read the rules of some defaults, an object or nothing.  Without `@fiche`
 * there are none.  Returns 0, or FICHE_ERR_INPUT with a sentence about the
 * first member that is not as the specification says.
 */
int rules_read(struct rules *out, const char *defaults, size_t len,
               struct fiche_error *err);

/* The alias of a mapped key, normalised and joined; NULL if it is not mapped.
 */
const struct alias *rules_find(const struct rules *r, const char *name,
                               size_t len);

#endif
