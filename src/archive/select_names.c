/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select_names.c - sources, languages, tags, authors: through the dictionary of
 * names.
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

struct name_search {
	struct selecting *q;
	const struct reader_segment *s;
	struct segment_in *in;
	const char *const *values;
	size_t count;
	bool (*fits)(const char *value, const char *name, size_t len);
	struct buf list;
};

static int name_hit(void *ctx, const uint8_t *key, size_t len, uint64_t ordinal,
                    uint64_t docs, const struct segment_part *list,
                    struct fiche_error *err)
{
	struct name_search *t = ctx;
	struct doclist l;
	uint64_t start, run;
	bool hit = false;
	int r;

	(void)ordinal;
	(void)docs;
	for (size_t i = 0; !hit && i < t->count; i++)
		hit = t->fits(t->values[i], (const char *)key + 1, len - 1);
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

static int find_names(struct name_search *t, char field,
                      struct fiche_error *err)
{
	struct selecting *q = t->q;
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		union view_in in;

		r = reader_segment(q->reader, q->view, i, true, &t->s, err);
		if (r < 0)
			break;
		t->in = view_in_init(&in, q->view, t->s);
		r = segment_each_term(&t->s->segment, t->in, &t->s->fences,
		                      field, name_hit, t, err);
	}
	buf_done(&t->list);
	return r;
}

int select_names(struct selecting *q, char field, const char *const *values,
                 size_t count, struct fiche_error *err)
{
	struct name_search t = {
		.q = q, .values = values, .count = count, .fits = select_matches
	};
	int r;

	if (count == 0)
		return 0;
	r = find_names(&t, field, err);
	select_narrow(q);
	return r;
}

int select_fitting(struct selecting *q, char field, const char *value,
                   bool (*fits)(const char *value, const char *name,
                                size_t len),
                   struct fiche_error *err)
{
	struct name_search t = {
		.q = q, .values = &value, .count = 1, .fits = fits
	};

	return find_names(&t, field, err);
}
