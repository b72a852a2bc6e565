/* SPDX-License-Identifier: Apache-2.0 */
/* read_file.c - an input that is one record: a page, a text, or anything. */
#include <string.h>

#include "base/err.h"
#include "ingest/classify.h"
#include "ingest/sidecar.h"
#include "page/page.h"

static int find_facts(struct facts *f, const struct input *i, const char *type,
                      const uint8_t *ptr, size_t len, struct fiche_error *err)
{
	struct page_options opt = { .now = i->in->opt.now };
	int r;

	facts_init(f, &i->in->scratch);
	r = sidecar_read(f, i, err);
	if (r < 0)
		return r;
	if (strcmp(type, "text/html") == 0)
		return page_read_html(f, ptr, len, &opt, err);
	if (strcmp(type, "text/plain") == 0)
		return page_read_text(f, ptr, len, &opt, err);
	return 0;
}

int read_file(const struct input *i, struct fiche_error *err)
{
	struct look begin = { i->bytes->ptr + i->bytes->at,
		              i->bytes->len - i->bytes->at, i->bytes->end != 0,
		              i->name };
	const char *type = classify_type(&begin);
	struct facts facts;
	struct fiche_error why;
	const uint8_t *ptr;
	size_t len;
	int r;

	r = lines_whole(i->bytes, &ptr, &len, &why);
	if (r == FICHE_ERR_LIMIT && why.offset == FICHE_NOWHERE) {
		input_too_long(i, 0);
		return 0;
	}
	/* Half a page would pass for a page: it is left out, the file stays. */
	if (r != 0)
		return input_ended(i, r, &why, "left out", err);
	if (type == NULL) {
		input_note(i, 0,
		           "is no kind of file that is read: kept as it is");
		type = "application/octet-stream";
	}
	arena_reset(&i->in->scratch);
	r = find_facts(&facts, i, type, ptr, len, err);
	return r < 0 ? r : input_add_page(i, &facts, type, ptr, len, 0, err);
}
