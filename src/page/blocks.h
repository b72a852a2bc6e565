/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.h - a part of a page as lines of text: what an eye sees as one. */
#ifndef PAGE_BLOCKS_H
#define PAGE_BLOCKS_H

#include "base/buf.h"
#include "fiche/error.h"
#include "page/html.h"
#include "page/regions.h"

struct block {
	size_t at, len;      /* in blocks.text */
	uint32_t text, link; /* weights, see regions.h */
	uint32_t node;       /* the nearest block around it */
	bool dropped;
};

/* A zeroed struct has none. */
struct blocks {
	struct block *at;
	size_t count, cap;
	struct buf text;
};

/*
 * Append the blocks of the nodes [from, end), without what `r` has dropped (it
 * may be NULL: then without scripts and styles).  Blanks are folded; a `br` is
 * a new line, two are a new block; `pre` keeps its lines.  Returns 0 or
 * FICHE_ERR_NOMEM.  In any case blocks_done() is due.
 */
int blocks_read(struct blocks *out, const struct html *h,
                const struct regions *r, uint32_t from, uint32_t end,
                struct fiche_error *err);
void blocks_done(struct blocks *b);

#endif
