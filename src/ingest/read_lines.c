/* SPDX-License-Identifier: Apache-2.0 */
/* read_lines.c - JSON Lines: an object on each line. */
#include "ingest/classify.h"

static void give_oversize(const struct input *i, const struct line *line)
{
	const struct fiche_ingest_options *opt = &i->in->opt;

	if (opt->oversize == NULL)
		return;
	if (line->len > 0)
		opt->oversize(opt->ctx, line->ptr, line->len);
	if (line->is_last)
		opt->oversize(opt->ctx, "", 0);
}

static int add_line(const struct input *i, const struct line *line,
                    struct fiche_error *err)
{
	/* A piece of a line that is too long. */
	if (line->is_long) {
		give_oversize(i, line);
		if (line->is_last)
			input_too_long(i, line->number);
		return 0;
	}
	if (classify_blank(line->ptr, line->len)) {
		i->stats->blank_lines++;
		return 0;
	}
	return input_add_object(i, line->ptr, line->len, line->number, err);
}

static int read_lines(const struct input *i, struct fiche_error *err)
{
	struct look begin = { i->bytes->ptr + i->bytes->at,
		              i->bytes->len - i->bytes->at, false, i->name };
	struct fiche_error why;
	struct line line;
	size_t bom = classify_bom(&begin);
	int r;

	if (bom > 0)
		input_note(i, 0,
		           "begins with a byte order mark, which was skipped");
	i->bytes->at += bom;
	while ((r = lines_next(i->bytes, &line, &why)) == 0) {
		r = add_line(i, &line, err);
		if (r < 0)
			return r;
	}
	return input_ended(i, r, &why, "what follows is lost", err);
}

const struct format format_lines = { "jsonl", classify_lines, read_lines };
