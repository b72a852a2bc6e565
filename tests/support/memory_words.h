/* SPDX-License-Identifier: Apache-2.0 */
/*
 * memory_words.h - a keyword index whose three components are in memory, and a
 * drive through everything that can be asked of one.
 */
#ifndef SUPPORT_MEMORY_WORDS_H
#define SUPPORT_MEMORY_WORDS_H

#include "fiche/article.h"
#include "index/words.h"
#include "support/memory_segment.h"

struct memory_words {
	struct segment segment; /* has nothing else */
	struct buf bytes;       /* WLEN, WORD, WPST */
	struct memory_segment in;
	struct words words; /* once opened */
};

/* How articles are handed on; 0: all together. */
struct words_plan {
	size_t per_block, per_run;
};

/*
 * Make and open the index of what is in `before`, one behind the other, and of
 * `count` articles behind them.  *out must stay where it is.  0 or a failure.
 */
int memory_words_make(struct memory_words *out, struct memory_words *before,
                      size_t before_count, const struct fiche_article *a,
                      size_t count, const struct words_plan *plan,
                      struct fiche_error *err);
void memory_words_done(struct memory_words *m);

/* Take the bytes of three components, which may be nonsense, as an index of
 * `records`; not opened.  `bytes` are borrowed. */
void memory_words_wire(struct memory_words *m, const void *bytes, uint64_t len,
                       uint64_t records, uint64_t word_len);

/*
 * Open an index that was wired and may be nonsense, ask everything of it, merge
 * it with nothing, and close it.  Aborts if an answer breaks its contract;
 * failures must be FICHE_ERR_CORRUPT with a text.  True: all of it was good.
 */
bool memory_words_drive(struct memory_words *m);

#endif
