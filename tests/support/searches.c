/* SPDX-License-Identifier: Apache-2.0 */
/* searches.c - see searches.h. */

#include "support/searches.h"

#include <string.h>

#include "support/search_case.h"

static const char *const sources[] = { "harbour.example", "*.harbour.example" };

static const struct {
	const char *query;
	uint64_t limit;
	enum fiche_total total;
	enum fiche_rank rank;
	bool stems, filters;
} searches[SEARCHES] = {
	/* The first one finds nothing in a cache: of its words neither. */
	{ "港了", 0, 0, 0, true, false },
	{ "kos OR миы OR sta", 0, 0, 0, true, false },
	{ "bas0", 3, 0, 0, false, false },
	{ "bas0 OR ми -mus", 2, FICHE_TOTAL_EXACT, 0, false, false },
	{ "ko", 0, FICHE_TOTAL_EXACT, 0, false, true },
	{ "\"bas0 ko\" OR \"ko ми\"", 0, 0, 0, false, false },
	{ "sta near/3 ko", 1, 0, 0, false, false },
	{ "\"ko sta\" OR ko-ми", 2, 0, FICHE_RANK_NEWEST, false, false },
	{ "s* title:(ko OR l* OR bas0)", 4, 0, 0, false, false },
	{ "港 OR 大*", 2, FICHE_TOTAL_WORDS, 0, false, false },
	{ "stta OR bbas0 OR nowhere", 5, 0, 0, false, false },
	{ "tag:sea OR source:*.example date:2020..2023 -lang:en", 3, 0,
	  FICHE_RANK_OLDEST, false, false },
	{ "author:ana OR url:https://a.example/1", 3, 0, 0, false, true },
	{ "", 4, FICHE_TOTAL_EXACT, FICHE_RANK_NEWEST, false, true },
	{ "-ko -\"ми bas0\"", 3, 0, 0, false, false },
};

int searches_archive(struct io_memory *m, bool basic, struct fiche_error *err)
{
	struct search_plan p = {
		.seed = 5, .count = 170, .commits = 1, .words = 60, .length = 25
	};
	int r;

	p.index = basic ? FICHE_INDEX_BASIC : FICHE_INDEX_WORDS;
	r = search_case_make(m, &p, err);
	p.first = p.count;
	p.count = SEARCHES_ARTICLES - p.count;
	return r < 0 ? r : search_case_make(m, &p, err);
}

/* FNV-1a. */
static void add(uint64_t *digest, const void *bytes, size_t len)
{
	const unsigned char *b = bytes;

	for (size_t i = 0; i < len; i++)
		*digest = (*digest ^ b[i]) * UINT64_C(0x100000001b3);
}

static void add_number(uint64_t *digest, uint64_t v)
{
	add(digest, &v, sizeof(v));
}

static int add_name(void *ctx, struct fiche_text name, uint64_t matches)
{
	add(ctx, name.ptr, name.len);
	add_number(ctx, matches);
	return 0;
}

static int add_bar(void *ctx, int64_t begin, uint64_t matches)
{
	add_number(ctx, (uint64_t)begin);
	add_number(ctx, matches);
	return 0;
}

static void add_hits(uint64_t *digest, const struct fiche_hits *h)
{
	const char *word, *suggestion;
	bool exact;

	for (uint64_t i = 0; i < fiche_hits_count(h); i++) {
		const struct fiche_hit *hit = fiche_hits_get(h, i);

		add_number(digest, hit->number);
		add(digest, &hit->score, sizeof(hit->score));
	}
	add_number(digest, fiche_hits_total(h, &exact));
	add_number(digest, exact);
	add_number(digest, fiche_hits_unread(h, NULL));
	for (size_t i = 0; fiche_hits_missing(h, i, &word, &suggestion); i++) {
		add(digest, word, strlen(word) + 1);
		if (suggestion)
			add(digest, suggestion, strlen(suggestion) + 1);
	}
}

static void add_snippet(uint64_t *digest, const struct fiche_hits *h)
{
	static const char text[] =
		"Ko and sta; bas0 ko ми, 港了 mus lemu stare "
		"and more of it";
	struct fiche_snippet s;

	fiche_hits_snippet(h, (struct fiche_text){ text, sizeof(text) - 1 }, 30,
	                   &s);
	add(digest, s.text.ptr, s.text.len);
	add_number(digest, s.mark_count);
}

static int add_counts(uint64_t *digest, const struct fiche_hits *h,
                      struct fiche_error *err)
{
	uint64_t n = 0;
	int r = 0;

	for (const char *field = "slta"; r == 0 && *field; field++) {
		r = fiche_hits_facet(h, *field, 3, add_name, digest, &n, err);
		add_number(digest, n);
	}
	if (r == 0)
		r = fiche_hits_histogram(h, FICHE_UNIT_MONTH, add_bar, digest,
		                         &n, err);
	add_number(digest, n);
	return r;
}

static int ask(uint64_t *digest, uint64_t *hits, size_t i,
               struct fiche_reader *r, bool scan, struct fiche_error *err)
{
	struct fiche_search_options opt = { .rank = searches[i].rank,
		                            .total = searches[i].total,
		                            .limit = searches[i].limit,
		                            .scan = scan,
		                            .now = 1600000000 };
	struct fiche_selection s;
	struct fiche_query *q;
	struct fiche_hits *h;
	int status;

	fiche_selection_init(&s);
	s.sources = sources;
	s.source_count = 2;
	s.versions = FICHE_VERSIONS_ALL;
	if (searches[i].filters)
		opt.selection = &s;
	if (searches[i].stems)
		opt.stem = oracle_stem;
	*digest = UINT64_C(0xcbf29ce484222325);
	status = fiche_query_parse(&q, searches[i].query,
	                           strlen(searches[i].query), err);
	if (status < 0)
		return status;
	status = fiche_search(&h, &r, 1, q, &opt, err);
	if (status == 0) {
		add_hits(digest, h);
		add_snippet(digest, h);
		*hits += fiche_hits_count(h);
		if (opt.total == FICHE_TOTAL_EXACT)
			status = add_counts(digest, h, err);
		fiche_hits_free(h);
	}
	fiche_query_free(q);
	return status;
}

int searches_learn(struct searches *s, struct fiche_reader *r, bool scan,
                   struct fiche_error *err)
{
	int status = 0;

	*s = (struct searches){ .scan = scan, .count = scan ? 3 : SEARCHES };
	for (size_t i = 0; status == 0 && i < s->count; i++)
		status = ask(&s->answer[i], &s->hits, i, r, scan, err);
	return status;
}

int searches_repeat(const struct searches *s, struct fiche_reader *r,
                    size_t *wrong, struct fiche_error *err)
{
	uint64_t answer, hits = 0;
	int status = 0;

	*wrong = 0;
	for (size_t i = 0; status == 0 && i < s->count; i++) {
		status = ask(&answer, &hits, i, r, s->scan, err);
		if (status == 0)
			*wrong += answer != s->answer[i];
	}
	return status;
}
