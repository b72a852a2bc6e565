/* SPDX-License-Identifier: Apache-2.0 */
/* sort.h - put records into the order of a 64-bit key. */
#ifndef INDEX_SORT_H
#define INDEX_SORT_H

#include <stddef.h>
#include <stdint.h>

/* 12 bytes rather than 16: an index has several for each record. */
struct sort_item {
	uint32_t low, high; /* of the key */
	uint32_t idx;
};

static inline struct sort_item sort_item(uint64_t key, uint32_t idx)
{
	struct sort_item item = { (uint32_t)key, (uint32_t)(key >> 32), idx };

	return item;
}

static inline uint64_t sort_key(const struct sort_item *item)
{
	return (uint64_t)item->high << 32 | item->low;
}

/*
 * Ascending by key; equal keys stay in their order.  0 or FICHE_ERR_NOMEM
 * (then the order is unchanged): takes as much memory as the items have.
 */
int sort_items(struct sort_item *items, size_t count);

#endif
