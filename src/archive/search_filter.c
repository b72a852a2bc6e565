/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_filter.c - which records a search may find: the filters of the caller,
 * and the fields inside the query.  Both become bits, with the same code that
 * selects records for listing.
 */

#include <string.h>

#include "archive/search.h"
#include "base/alloc.h"
#include "base/err.h"

/* ---- names ---- */

/* The words of `value`, one behind the other, are in the name; `whole`: are
 * all of it. */
static bool words_fit(const char *value, const char *name, size_t len,
                      bool whole)
{
	struct tokenizer names, start, wanted;
	struct token a, b;

	tokenizer_init(&start, name, len);
	for (;;) {
		bool have_a, have_b;

		names = start;
		tokenizer_init(&wanted, value, strlen(value));
		do {
			have_b = tokenizer_next(&wanted, &b);
			have_a = have_b ? tokenizer_next(&names, &a) : false;
		} while (have_a && have_b && a.len == b.len &&
		         memcmp(a.bytes, b.bytes, a.len) == 0);
		if (!have_b)
			return !whole || !tokenizer_next(&names, &a);
		if (whole || !tokenizer_next(&start, &a))
			return false;
	}
}

static bool author_fits(const char *value, const char *name, size_t len)
{
	return strpbrk(value, "*?") ? select_matches(value, name, len)
	                            : words_fit(value, name, len, false);
}

static bool tag_fits(const char *value, const char *name, size_t len)
{
	return select_matches(value, name, len) ||
	       (!strpbrk(value, "*?") && words_fit(value, name, len, true));
}

/* ---- fields of the query ---- */

static int named(struct set *out, struct search_archive *a, char field,
                 const char *value,
                 bool (*fits)(const char *value, const char *name, size_t len),
                 struct fiche_error *err)
{
	struct selecting q = { .reader = a->reader, .view = a->view };
	int r = set_new(&q.some, a->reader->record_end);

	if (r < 0)
		return err_nomem(err);
	r = select_fitting(&q, field, value, fits, err);
	*out = q.some; /* freed with the hits, whatever comes */
	return r;
}

static int selected(struct set *out, struct search_archive *a,
                    const struct query_node *n, int64_t now,
                    struct fiche_error *err)
{
	struct fiche_selection sel;
	const char *const value[] = { n->text };
	uint64_t older;

	fiche_selection_init(&sel);
	sel.versions = FICHE_VERSIONS_ALL;
	sel.redacted = true; /* what is found by a field is not */
	switch (n->field) {
	case QUERY_SOURCE:
		sel.sources = value;
		sel.source_count = 1;
		break;
	case QUERY_LANGUAGE:
		sel.languages = value;
		sel.language_count = 1;
		break;
	case QUERY_URL:
		sel.urls = value;
		sel.url_count = 1;
		break;
	default:
		/* The parser has tried it before. */
		(void)fiche_parse_dates(&sel.from, &sel.to, n->text, now, NULL);
		break;
	}
	return select_set(out, &older, a->reader, a->view, &sel, err);
}

static int set_field(struct set *out, struct search_archive *a,
                     const struct query_node *n, int64_t now,
                     struct fiche_error *err)
{
	if (n->field == QUERY_TAG)
		return named(out, a, TERM_TAG, n->text, tag_fits, err);
	if (n->field == QUERY_AUTHOR)
		return named(out, a, TERM_AUTHOR, n->text, author_fits, err);
	return selected(out, a, n, now, err);
}

/* ---- filters ---- */

static bool filters_nothing(const struct fiche_selection *s)
{
	return s->id_count + s->url_count + s->source_count + s->tag_count +
	                       s->author_count + s->language_count ==
	               0 &&
	       s->from == INT64_MIN && s->to == INT64_MAX;
}

static int copy_set(struct set *out, const uint64_t *word, uint64_t records)
{
	if (set_new(out, records) < 0)
		return FICHE_ERR_NOMEM;
	memcpy(out->word, word, out->words * sizeof(*word));
	return 0;
}

/* The newest versions, which most searches want: found once for a reader. */
static int set_latest(struct search_archive *a, const struct fiche_selection *s,
                      struct fiche_error *err)
{
	struct fiche_reader *rd = a->reader;
	struct set found = { 0 };
	uint64_t older;
	int r = 0;

	pthread_mutex_lock(&rd->scan_mutex);
	if (!rd->latest) {
		r = select_set(&found, &older, rd, a->view, s, err);
		rd->latest = found.word;
	}
	pthread_mutex_unlock(&rd->scan_mutex);
	if (r == 0 && copy_set(&a->filter, rd->latest, rd->record_end) < 0)
		r = err_nomem(err);
	return r;
}

static int set_filter(struct search_archive *a, const struct fiche_selection *s,
                      struct fiche_error *err)
{
	uint64_t older;

	if (filters_nothing(s)) {
		if (s->versions == FICHE_VERSIONS_ALL && s->redacted &&
		    (a->reader->withdrawn.count == 0 ||
		     a->reader->shows_withdrawn))
			return 0;
		if (s->versions == FICHE_VERSIONS_LATEST)
			return set_latest(a, s, err);
	}
	return select_set(&a->filter, &older, a->reader, a->view, s, err);
}

int search_filters(struct fiche_hits *h, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < h->archive_count; i++) {
		struct search_archive *a = &h->archive[i];

		r = set_filter(a, h->selection, err);
		a->field = alloc_zeroed(h->field_count, sizeof(*a->field));
		if (r == 0 && !a->field)
			r = err_nomem(err);
		for (size_t k = 0; r == 0 && k < h->field_count; k++)
			r = set_field(&a->field[k], a, h->field[k], h->opt.now,
			              err);
	}
	return r;
}
