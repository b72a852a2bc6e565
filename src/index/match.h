/* SPDX-License-Identifier: Apache-2.0 */
/*
 * match.h - which records of one segment fit a query, in ascending order, and
 * what each is worth.
 *
 * A tree of iterators, as all engines have it that go document by document.
 * match_bound() tells what a stretch of records can be worth at most, from the
 * tables of the lists alone (block-max: Ding and Suel, SIGIR 2011), so that a
 * search for the best ten decodes little of a common word.
 *
 * Nothing here fails or allocates while matching.
 */
#ifndef INDEX_MATCH_H
#define INDEX_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "index/list_cursor.h"

#define MATCH_END LIST_END

enum match_kind {
	MATCH_LIST, /* records that have a word */
	MATCH_SET,  /* records that have a bit; all where `bits` is NULL */
	MATCH_AND,  /* all children, but none of the last `excluded` ones */
	MATCH_OR,
};

/* What the BM25 weight of a word depends on besides the posting. */
struct match_weights {
	const uint8_t *norms;      /* of the segment */
	const double *length_part; /* k1 (1 - b + b length / mean), by norm */
	/* The mean of all segments by the one that impacts were made with, not
	 * below 1: how far impacts must be stretched to be bounds. */
	double stretch;
};

struct match {
	enum match_kind kind;
	uint32_t at; /* where it stands; 0 and not `placed` at first */
	bool placed;
	uint64_t cost; /* records it may give, for the order of children */

	struct list_cursor list;
	bool title;    /* only where the word is in the title */
	double weight; /* idf (k1 + 1) */
	const struct match_weights *weights;

	const uint64_t *bits; /* of the archive; bit `base` is idx 0 */
	uint64_t base;
	uint32_t end; /* of the segment's idx */

	struct match **child; /* borrowed, like `plan` */
	struct match **plan;  /* the same, the cheapest first */
	size_t child_count, excluded;
};

/* BM25 weight of one posting. */
static inline double match_posting_score(const struct posting *p, uint8_t norm,
                                         double weight,
                                         const double *length_part)
{
	double tf = p->count + (double)POSTINGS_TITLE * p->title;

	return weight * tf / (tf + length_part[norm]);
}

/* Set the costs, and `plan`, which has room for child_count. */
void match_prepare(struct match *m);
/* The first record from `target` on that fits, or MATCH_END; never back. */
uint32_t match_seek(struct match *m, uint32_t target);
/* What the record that was found is worth. */
double match_score(struct match *m);
/* Not below the score of any record from `target` to *until (inclusive);
 * targets never decrease. */
double match_bound(struct match *m, uint32_t target, uint32_t *until);
/* The same for one block of a MATCH_LIST. */
double match_block_bound(const struct match *m, uint8_t impact);
/* Was any list malformed? */
bool match_is_bad(const struct match *m);

#endif
