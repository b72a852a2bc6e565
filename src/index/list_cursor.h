/* SPDX-License-Identifier: Apache-2.0 */
/*
 * list_cursor.h - walk the postings of a word forward, block by block.
 *
 * The list is either coded, as an index has it, or in memory, as it is when
 * several words count as one.  Both have a table of blocks, so that what lies
 * between two places is stepped over, and a search can ask what a stretch of
 * records can be worth before it decodes it.
 */
#ifndef INDEX_LIST_CURSOR_H
#define INDEX_LIST_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/postings.h"

#define LIST_END UINT32_MAX /* behind the last posting */

struct list_cursor {
	uint64_t count;
	uint32_t block_count;
	struct postings_block *table; /* owned */
	struct bytes coded;           /* borrowed; or: */
	const struct posting *plain;  /* borrowed */

	uint32_t block;          /* the one that is loaded, LIST_END: none */
	uint32_t shallow;        /* the one asked about last */
	bool has_counts;         /* of the loaded block */
	bool bad;                /* a coded list was malformed: it ends there */
	const struct posting *p; /* of the loaded block */
	size_t n, at;
	struct posting buffer[POSTINGS_BLOCK];
};

/*
 * Begin in front of the first posting.  0, FICHE_ERR_NOMEM, or
 * FICHE_ERR_CORRUPT (without a message) when the table is malformed.
 */
int list_cursor_coded(struct list_cursor *c, struct bytes coded, uint64_t count,
                      uint64_t records);
/* Of `p` nothing but idx has to be ascending and below of->records. */
int list_cursor_plain(struct list_cursor *c, const struct posting *p,
                      uint64_t count, const struct postings_of *of);
void list_cursor_done(struct list_cursor *c);

/* Go to the first posting that is not below `target`, never back: its idx, or
 * LIST_END. */
uint32_t list_seek(struct list_cursor *c, uint32_t target);
/* Decode the counts of the block that is loaded. */
void list_load_counts(struct list_cursor *c);
/* The posting that was found, with its count; another idx: there is none. */
static inline const struct posting *list_posting(struct list_cursor *c)
{
	static const struct posting none = { LIST_END, 1, 0 };

	if (!c->has_counts)
		list_load_counts(c);
	return c->at < c->n ? &c->p[c->at] : &none;
}
/* All postings of one block, with their counts if wanted; 0 when malformed. */
size_t list_block(struct list_cursor *c, uint32_t block, bool counts,
                  const struct posting **out);
/*
 * What a record from `target` on can be worth at most, up to *until; targets
 * never decrease.
 */
uint8_t list_impact(struct list_cursor *c, uint32_t target, uint32_t *until);

#endif
