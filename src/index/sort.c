/* SPDX-License-Identifier: Apache-2.0 */
/* sort.c - a radix sort, byte by byte from the low end; see sort.h. */

#include "index/sort.h"

#include <string.h>

#include "base/alloc.h"

#define DIGITS 8
#define VALUES 256

static unsigned digit(const struct sort_item *item, unsigned d)
{
	return (d < 4 ? item->low >> (8 * d) : item->high >> (8 * (d - 4))) &
	       0xff;
}

int sort_items(struct sort_item *items, size_t count)
{
	struct sort_item *from = items, *to, *spare;
	size_t(*at)[VALUES];

	if (count < 2)
		return 0;
	spare = alloc_resize(NULL, count, sizeof(*spare));
	at = alloc_zeroed(DIGITS, sizeof(*at));
	if (!spare || !at) {
		alloc_free(spare);
		alloc_free(at);
		return FICHE_ERR_NOMEM;
	}
	to = spare;
	for (size_t i = 0; i < count; i++) {
		for (unsigned d = 0; d < DIGITS; d++)
			at[d][digit(&items[i], d)]++;
	}
	for (unsigned d = 0; d < DIGITS; d++) {
		struct sort_item *swap = from;
		size_t next = 0;

		/* Nothing to do where all have the same digit. */
		if (at[d][digit(&from[0], d)] == count)
			continue;
		for (unsigned v = 0; v < VALUES; v++) {
			size_t n = at[d][v];

			at[d][v] = next;
			next += n;
		}
		for (size_t i = 0; i < count; i++)
			to[at[d][digit(&from[i], d)]++] = from[i];
		from = to;
		to = swap;
	}
	if (from != items)
		memcpy(items, from, count * sizeof(*items));
	alloc_free(spare);
	alloc_free(at);
	return 0;
}
