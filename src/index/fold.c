/* SPDX-License-Identifier: Apache-2.0 */
/* fold.c - looking up the table of words; see fold.h and fold_tables.py. */

#include "index/fold.h"

#include <stddef.h>

#include "fold_tables.h"

/* An entry: two bits of class, one of joins, and the index. */
#define CLASS_SHIFT  14
#define JOINS        (1u << 13)
#define INDEX        (JOINS - 1)
#define SEQUENCE_END (1u << 31)

/* Hangul is joined by computing: Unicode 14.0, 3.12. */
enum {
	LEADS = 0x1100,
	VOWELS = 0x1161,
	TAILS = 0x11a7, /* this one is no tail */
	SYLLABLES = 0xac00,
	LEAD_COUNT = 19,
	VOWEL_COUNT = 21,
	TAIL_COUNT = 28,
	SYLLABLE_COUNT = LEAD_COUNT * VOWEL_COUNT * TAIL_COUNT,
};

void fold_find(struct fold *out, uint32_t c)
{
	const uint32_t *at;
	unsigned entry = 0, index;

	if (c < FOLD_LIMIT)
		entry = fold_entries[fold_blocks[c / FOLD_BLOCK] * FOLD_BLOCK +
		                     c % FOLD_BLOCK];
	out->kind = (enum fold_class)(entry >> CLASS_SHIFT);
	out->joins = entry & JOINS;
	out->count = 1;
	index = entry & INDEX;
	if (index < FOLD_DELTAS) {
		out->to[0] = c + (uint32_t)fold_deltas[index];
		return;
	}
	at = fold_sequences + (index - FOLD_DELTAS);
	for (out->to[0] = *at; !(*at & SEQUENCE_END); out->count++)
		out->to[out->count] = *++at & ~SEQUENCE_END;
}

static uint32_t join_hangul(uint32_t first, uint32_t second)
{
	uint32_t lead = first - LEADS, vowel = second - VOWELS;
	uint32_t syllable = first - SYLLABLES, tail = second - TAILS;

	/* What is less than the base has become too large. */
	if (lead < LEAD_COUNT && vowel < VOWEL_COUNT)
		return SYLLABLES + (lead * VOWEL_COUNT + vowel) * TAIL_COUNT;
	if (syllable < SYLLABLE_COUNT && syllable % TAIL_COUNT == 0 &&
	    tail > 0 && tail < TAIL_COUNT)
		return first + tail;
	return 0;
}

uint32_t fold_join(uint32_t first, uint32_t second)
{
	size_t low = 0, high = FOLD_JOIN_ROWS, middle;
	const uint32_t *row;

	while (low < high) {
		middle = low + (high - low) / 2;
		row = fold_joins + middle * 3;
		if (row[0] == first && row[1] == second)
			return row[2];
		if (row[0] < first || (row[0] == first && row[1] < second))
			low = middle + 1;
		else
			high = middle;
	}
	return join_hangul(first, second);
}
