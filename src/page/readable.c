/* SPDX-License-Identifier: Apache-2.0 */
/*
 * readable.c - the article of a page, block by block; see readable.h.
 *
 * The region that regions.h finds still has lines that are none of the story:
 * the headline, which is a field of its own, and what trim.h knows.
 */

#include "page/readable.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "page/blocks.h"
#include "page/hint.h"
#include "page/regions.h"
#include "page/trim.h"

static int put_blocks(struct buf *out, const struct blocks *blocks,
                      struct fiche_error *err)
{
	bool first = true;

	for (size_t i = 0; i < blocks->count; i++) {
		const struct block *b = &blocks->at[i];

		if (b->dropped)
			continue;
		if (!first)
			buf_text(out, "\n\n");
		buf_put(out, blocks->text.ptr + b->at, b->len);
		first = false;
	}
	return buf_ok(out) ? 0 : err_nomem(err);
}

int readable_put(struct buf *out, const struct html *h, struct fiche_text hint,
                 struct fiche_error *err)
{
	struct regions regions = { 0 };
	struct blocks blocks = { 0 };
	uint32_t article;
	int r = regions_measure(&regions, h, err);

	if (r == 0) {
		article = regions_article(&regions);
		r = blocks_read(&blocks, h, &regions, article,
		                h->nodes[article].end, err);
	}
	if (r == 0)
		r = trim_article(&blocks, h, &regions, err);
	if (r == 0)
		r = hint_use(&blocks, hint, h, &regions, err);
	if (r == 0)
		r = put_blocks(out, &blocks, err);
	blocks_done(&blocks);
	regions_done(&regions);
	return r;
}

int readable_put_all(struct buf *out, const struct html *h,
                     struct fiche_error *err)
{
	struct blocks blocks = { 0 };
	int r = blocks_read(&blocks, h, NULL, 0, h->count, err);

	if (r == 0)
		r = put_blocks(out, &blocks, err);
	blocks_done(&blocks);
	return r;
}
