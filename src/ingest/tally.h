/* SPDX-License-Identifier: Apache-2.0 */
/* tally.h - how often things of each kind were met, for one sentence. */
#ifndef INGEST_TALLY_H
#define INGEST_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

#define TALLY_KINDS 32
#define TALLY_NAME  48

/* A zeroed struct is empty. */
struct tally {
	struct {
		char name[TALLY_NAME];
		uint64_t count;
	} kinds[TALLY_KINDS];
	size_t used;
	uint64_t rest; /* of kinds that had no room */
	uint64_t total;
};

void tally_add(struct tally *t, const char *kind);
/* Append "20 request, 9 image/png, 5 more", the most frequent first. */
void tally_put(struct buf *out, const struct tally *t);

#endif
