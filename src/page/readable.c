/* SPDX-License-Identifier: Apache-2.0 */
/* readable.c - the article of a page, block by block; see readable.h. */

#include "page/readable.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "page/blocks.h"
#include "page/regions.h"

static bool is_furniture(const struct block *b)
{
	if (b->link > b->text / 2)
		return true;
	return false;
}

static int put_region(struct buf *out, const struct html *h,
                      const struct regions *r, uint32_t node, bool all,
                      struct fiche_error *err)
{
	struct blocks blocks = { 0 };
	bool first = true;
	int res = blocks_read(&blocks, h, r, node, err);

	for (size_t i = 0; res == 0 && i < blocks.count; i++) {
		const struct block *b = &blocks.at[i];

		if (!all && is_furniture(b))
			continue;
		if (!first)
			buf_text(out, "\n\n");
		buf_put(out, blocks.text.ptr + b->at, b->len);
		first = false;
	}
	if (res == 0 && !buf_ok(out))
		res = err_nomem(err);
	blocks_done(&blocks);
	return res;
}

int readable_put(struct buf *out, const struct html *h, struct fiche_text hint,
                 struct fiche_error *err)
{
	struct regions regions = { 0 };
	int r = regions_measure(&regions, h, err);

	(void)hint;
	if (r == 0)
		r = put_region(out, h, &regions, regions_article(&regions),
		               false, err);
	regions_done(&regions);
	return r;
}

int readable_put_all(struct buf *out, const struct html *h,
                     struct fiche_error *err)
{
	return put_region(out, h, NULL, 0, true, err);
}
