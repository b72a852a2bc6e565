/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fold.h - the table of words (spec 6.8): which characters make words, and
 * what is left of them without case, diacritics and forms.
 *
 * The table is format-spec/words-1.txt, made into C while building.
 */
#ifndef INDEX_FOLD_H
#define INDEX_FOLD_H

#include <stdbool.h>
#include <stdint.h>

#define FOLD_MAX       4 /* code points that one is mapped to */
#define FOLD_MAX_PAIRS 2 /* of class FOLD_PAIR */

enum fold_class {
	FOLD_SEPARATOR,
	FOLD_WORD,
	FOLD_PAIR,   /* of a script without spaces */
	FOLD_IGNORED /* dropped, unless it joins what stands before it */
};

struct fold {
	enum fold_class kind;
	bool joins; /* one of `to` is the second of some join */
	unsigned count;
	uint32_t to[FOLD_MAX]; /* of a FOLD_IGNORED one: itself */
};

/* For each byte: 0 if it separates, FOLD_ASCII_OTHER if it is not ASCII,
 * otherwise the byte that it is mapped to, of FOLD_WORD and in no join. */
#define FOLD_ASCII_OTHER 1
extern const uint8_t fold_ascii[256];

void fold_find(struct fold *out, uint32_t code_point);
/* What `first` becomes, both mapped, if `second` follows; 0: no join.  It is
 * as long in UTF-8 as `first` is. */
uint32_t fold_join(uint32_t first, uint32_t second);

#endif
