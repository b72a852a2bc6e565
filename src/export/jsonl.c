/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jsonl.c - one JSON object a line: canonical (spec 6.7), or as it came in.
 */

#include "base/alloc.h"
#include "base/err.h"
#include "export/cell.h"
#include "export/format.h"
#include "export/kind.h"

struct export_writer {
	struct out *out;
	bool raw;
	struct cell_list cells;
	struct buf line;
};

static void jsonl_free(struct export_writer *w)
{
	if (!w)
		return;
	buf_done(&w->line);
	alloc_free(w);
}

static int jsonl_begin(struct export_writer **out,
                       const struct export_target *to, struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	w->out = to->out;
	w->raw = to->opt->raw;
	r = cell_list_init(&w->cells, to->opt, err);
	if (r == 0 && w->raw && to->opt->field_count > 0)
		r = err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		            "records as they came in are whole: no fields can "
		            "be chosen");
	if (r < 0) {
		jsonl_free(w);
		return r;
	}
	*out = w;
	return 0;
}

static int jsonl_add(struct export_writer *w, const struct export_article *a,
                     struct fiche_error *err)
{
	int r;

	if (w->raw && kind_is_line(a)) {
		r = out_put(w->out, a->record.ptr, a->record.len, err);
		return r < 0 ? r : out_put(w->out, "\n", 1, err);
	}
	buf_clear(&w->line);
	for (size_t i = 0; i < w->cells.count; i++) {
		buf_text(&w->line, i == 0 ? "{\"" : ",\"");
		buf_text(&w->line, cell_name(w->cells.cells[i]));
		buf_text(&w->line, "\":");
		cell_json(&w->line, w->cells.cells[i], a->article);
	}
	buf_text(&w->line, "}\n");
	if (!buf_ok(&w->line))
		return err_nomem(err);
	return out_put(w->out, w->line.ptr, w->line.len, err);
}

static int jsonl_finish(struct export_writer *w, struct fiche_error *err)
{
	(void)w;
	(void)err;
	return 0;
}

const struct export_format export_jsonl = {
	.about = { "jsonl", "JSON Lines: one object for each article", ".jsonl",
	           false, false },
	.takes_fields = true,
	.no_json = true,
	.begin = jsonl_begin,
	.add = jsonl_add,
	.finish = jsonl_finish,
	.free = jsonl_free,
};
