/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage.h - the parts an archive is made of, and whether verify finds the one
 * that was hit.
 *
 * Parts are told by the headers alone, so that a new type of section is swept
 * like the others.
 */
#ifndef SUPPORT_DAMAGE_H
#define SUPPORT_DAMAGE_H

#include "support/archive_case.h"

#define DAMAGE_PARTS_MAX 256
#define DAMAGE_NEAR      4096 /* bytes: so far off a place may be told */

/* A section, a footer, or a void. */
struct damage_part {
	uint64_t start, end;
	unsigned type; /* of the section; 0 for what is none */
};

struct damage_map {
	struct damage_part part[DAMAGE_PARTS_MAX];
	size_t count;
};

void damage_map(struct damage_map *out, const struct archive_case *c);
/* How many of them are sections of this type. */
size_t damage_count(const struct damage_map *m, unsigned type);

enum damage_seen {
	DAMAGE_MISSED,  /* verify finds the archive intact */
	DAMAGE_NOTICED, /* ... or not, but names another place */
	DAMAGE_LOCATED, /* a finding lies in a part that was hit, or near it */
};

/* Verify what is in `memory` now, where [start, end) is not as it was. */
enum damage_seen damage_verify(const struct damage_map *m,
                               struct io_memory *memory, bool quick,
                               uint64_t start, uint64_t end);

/* What sweeps of damage stand on; the large one has dictionaries. */
extern const struct case_plan damage_small, damage_large;

/* Is SWEEP=long in the environment? */
bool damage_is_long(void);

#endif
