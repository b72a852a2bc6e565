/* SPDX-License-Identifier: Apache-2.0 */
/* select_names.c - sources, languages, tags: through the dictionary of names.
 */

#include "archive/select.h"
#include "base/err.h"
#include "format/doclist.h"

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* '*' and '?' with ASCII case ignored; linear in text times stars. */
bool select_matches(const char *pattern, const char *text, size_t len)
{
	const char *star = NULL;
	size_t i = 0, mark = 0;

	while (i < len) {
		if (*pattern == '*') {
			star = pattern++;
			mark = i;
		} else if (*pattern && (*pattern == '?' ||
		                        lower(*pattern) == lower(text[i]))) {
			pattern++;
			i++;
		} else if (star) {
			pattern = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

struct term_search {
	struct search *q;
	const struct reader_segment *s;
	struct segment_in *in;
	const char *const *values;
	size_t count;
	struct buf list;
};

static int term_hit(void *ctx, const uint8_t *key, size_t len, uint64_t ordinal,
                    uint64_t docs, const struct segment_part *list,
                    struct fiche_error *err)
{
	struct term_search *t = ctx;
	struct doclist l;
	uint64_t start, run;
	bool hit = false;
	int r;

	(void)ordinal;
	(void)docs;
	for (size_t i = 0; !hit && i < t->count; i++)
		hit = select_matches(t->values[i], (const char *)key + 1,
		                     len - 1);
	if (!hit)
		return 0;
	buf_clear(&t->list);
	r = segment_list(&t->s->segment, t->in, list, &t->list, err);
	if (r < 0)
		return r;
	doclist_init(&l, t->list.ptr, t->list.len, t->s->segment.count);
	while (doclist_next(&l, &start, &run))
		set_run(&t->q->some, t->s->where.first_record + start, run);
	if (l.bad)
		return err_set(err, FICHE_ERR_CORRUPT, t->s->where.offset,
		               "a list of records is malformed");
	return 0;
}

int select_names(struct search *q, char field, const char *const *values,
                 size_t count, struct fiche_error *err)
{
	int r = 0;

	if (count == 0)
		return 0;
	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		struct term_search t = { .q = q,
			                 .values = values,
			                 .count = count };
		union view_in in;

		r = reader_segment(q->reader, q->view, i, true, &t.s, err);
		if (r < 0)
			break;
		t.in = view_in_init(&in, q->view, t.s);
		r = segment_each_term(&t.s->segment, t.in, &t.s->fences, field,
		                      term_hit, &t, err);
		buf_done(&t.list);
	}
	select_narrow(q);
	return r;
}
