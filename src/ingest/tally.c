/* SPDX-License-Identifier: Apache-2.0 */
/* tally.c - counting by name; see tally.h. */
#include "ingest/tally.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TOLD 6 /* kinds that the sentence names */

void tally_add(struct tally *t, const char *kind)
{
	char name[TALLY_NAME];
	size_t i = 0;

	(void)snprintf(name, sizeof(name), "%s", kind);
	t->total++;
	while (i < t->used && strcmp(t->kinds[i].name, name) != 0)
		i++;
	if (i == TALLY_KINDS) {
		t->rest++;
		return;
	}
	if (i == t->used) {
		memcpy(t->kinds[i].name, name, sizeof(name));
		t->kinds[i].count = 0;
		t->used++;
	}
	t->kinds[i].count++;
}

void tally_put(struct buf *out, const struct tally *t)
{
	bool told[TALLY_KINDS] = { false };
	uint64_t left = t->total;

	for (size_t n = 0; n < TOLD && n < t->used; n++) {
		size_t best = TALLY_KINDS;

		for (size_t i = 0; i < t->used; i++)
			if (!told[i] &&
			    (best == TALLY_KINDS ||
			     t->kinds[i].count > t->kinds[best].count))
				best = i;
		told[best] = true;
		left -= t->kinds[best].count;
		buf_printf(out, "%s%" PRIu64 " %s", n > 0 ? ", " : "",
		           t->kinds[best].count, t->kinds[best].name);
	}
	if (left > 0)
		buf_printf(out, ", %" PRIu64 " more", left);
}
