/* SPDX-License-Identifier: Apache-2.0 */
/* html_text.c - a piece of HTML as text; see page.h. */

#include "page/html.h"
#include "page/page.h"
#include "page/readable.h"

int page_html_text(struct buf *out, const char *html, size_t len,
                   struct fiche_error *err)
{
	struct arena arena = { 0 };
	struct html h;
	int r = html_parse(&h, &arena, html, len, err);

	if (r == 0)
		r = readable_put_all(out, &h, err);
	arena_done(&arena);
	return r;
}
