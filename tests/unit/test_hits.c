/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hits.c - what a search tells besides its hits: pages, orders, facets,
 * histograms, missing words; and searches that cannot be, or meet damage, or
 * come from several threads at once.
 */

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"
#include "fiche/search.h"
#include "format/section.h"
#include "format/terms.h"
#include "support/archive_case.h"
#include "support/search_case.h"
#include "support/searches.h"
#include "support/texts.h"

#define DAY       INT64_C(86400)
#define THREADS   4
#define NAMES_MAX 2000

static const struct search_plan plan = {
	.seed = 2, .count = 300, .commits = 12, .words = 700, .length = 70
};

/* ---- an archive ---- */

struct ground {
	struct io_memory *memory;
	struct fiche_reader *reader;
	struct oracle o;
};

static void open_ground(struct ground *g)
{
	struct fiche_error err = { 0 };

	if (case_open(&g->reader, g->memory, false, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(oracle_make(&g->o, &g->reader, 1, &err), 0);
}

static void make_ground(struct ground *g, const struct search_plan *p)
{
	struct fiche_error err = { 0 };

	g->memory = io_memory_new();
	assert_non_null(g->memory);
	if (search_case_make(g->memory, p, &err) < 0)
		fail_msg("%s", err.text);
	open_ground(g);
}

static void ground_done(struct ground *g)
{
	oracle_done(&g->o);
	fiche_reader_close(g->reader);
	io_memory_free(g->memory);
}

static struct ground shared;

static int enter(void **state)
{
	case_keep_memory();
	make_ground(&shared, &plan);
	*state = &shared;
	return 0;
}

static int leave(void **state)
{
	ground_done(*state);
	return 0;
}

/* ---- queries, and what must come out ---- */

struct asked {
	struct fiche_query *q; /* must live as long as the hits */
	struct fiche_hits *h;
	struct query tree;
	struct oracle_answer answer;
};

static void ask(struct asked *k, const struct ground *g, const char *text,
                const struct fiche_search_options *opt)
{
	struct oracle_question question = { .stems = opt && opt->stem };
	struct fiche_error err = { 0 };
	int r;

	assert_int_equal(fiche_query_parse(&k->q, text, strlen(text), NULL), 0);
	assert_int_equal(query_parse(&k->tree, text, strlen(text), NULL), 0);
	question.root = k->tree.root;
	oracle_ask(&k->answer, &g->o, &question);
	r = fiche_search(&k->h, &g->reader, 1, k->q, opt, &err);
	if (r != 0)
		fail_msg("'%s': %d, %s", text, r, err.text);
}

static void asked_done(struct asked *k)
{
	fiche_hits_free(k->h);
	fiche_query_free(k->q);
	query_done(&k->tree);
	oracle_answer_done(&k->answer);
}

/* Words, often and seldom; texts; fields; nothing. */
static const char *const queries[] = {
	"ko",
	"sta OR ми",
	"-sta",
	"s* -ko",
	"\"ko sta\" OR sta-ko OR ko-ми",
	"ми near/8 ko",
	"lang:en",
	"title:(sta OR ko*)",
	"nowhere",
	"港 OR 한*",
	"",
};

#define QUERIES (sizeof(queries) / sizeof(*queries))

/* ---- pages and orders ---- */

static void without_options_there_are_the_ten_best(void **state)
{
	const struct ground *g = *state;
	struct fiche_search_options all = { 0 };
	struct asked ten, whole;

	ask(&ten, g, "sta OR ko", NULL);
	ask(&whole, g, "sta OR ko", &all);
	assert_int_equal(fiche_hits_count(ten.h), 10);
	assert_true(fiche_hits_count(whole.h) > 100);
	for (uint64_t i = 0; i < 10; i++)
		assert_int_equal(fiche_hits_get(ten.h, i)->number,
		                 fiche_hits_get(whole.h, i)->number);
	asked_done(&ten);
	asked_done(&whole);
}

static void require_pages(const struct ground *g, const char *text,
                          struct fiche_search_options opt, uint64_t page)
{
	const uint64_t limit = page;
	struct asked whole;
	uint64_t at = 0;

	opt.limit = opt.offset = 0;
	ask(&whole, g, text, &opt);
	for (;;) {
		struct asked k;
		uint64_t n;

		opt.limit = limit;
		opt.offset = at;
		ask(&k, g, text, &opt);
		n = fiche_hits_count(k.h);
		for (uint64_t i = 0; i < n; i++) {
			const struct fiche_hit *a = fiche_hits_get(k.h, i);
			const struct fiche_hit *b =
				fiche_hits_get(whole.h, at + i);

			assert_int_equal(a->number, b->number);
			assert_true(a->score == b->score);
		}
		at += n;
		asked_done(&k);
		if (n < limit)
			break;
	}
	assert_int_equal(at, fiche_hits_count(whole.h));
	asked_done(&whole);
}

static void pages_join_to_the_whole(void **state)
{
	static const uint64_t pages[] = { 1, 7, 100, UINT64_MAX };

	for (size_t q = 0; q < QUERIES; q++)
		for (int kind = 0; kind < 9; kind++) {
			struct fiche_search_options opt = {
				.rank = (enum fiche_rank)(kind / 3),
				.total = (enum fiche_total)(kind % 3),
			};
			/* One hit a page takes long: of one kind. */
			size_t first = kind == 0 && q % 4 == 0 ? 0 : 1;

			for (size_t i = first; i < 4; i++)
				require_pages(*state, queries[q], opt,
				              pages[i]);
		}
}

static bool is_dated(const struct oracle_article *a)
{
	return a->a.published.precision != FICHE_DATE_NONE;
}

/* Must y come behind x? */
static bool in_order(const struct oracle_article *x,
                     const struct oracle_article *y, bool newest)
{
	const int64_t a = x->a.published.begin, b = y->a.published.begin;

	if (is_dated(x) != is_dated(y))
		return is_dated(x);
	if (is_dated(x) && a != b)
		return newest ? a > b : a < b;
	return x->number < y->number;
}

static void dates_order_hits_and_what_has_none_comes_last(void **state)
{
	const struct ground *g = *state;

	for (size_t q = 0; q < QUERIES; q++)
		for (int newest = 0; newest < 2; newest++) {
			struct fiche_search_options opt = {
				.rank = newest ? FICHE_RANK_NEWEST
				               : FICHE_RANK_OLDEST,
			};
			struct asked k;

			ask(&k, g, queries[q], &opt);
			assert_int_equal(fiche_hits_count(k.h),
			                 k.answer.matches);
			for (uint64_t i = 0; i < fiche_hits_count(k.h); i++) {
				size_t n =
					(size_t)fiche_hits_get(k.h, i)->number;
				size_t last;

				assert_true(k.answer.fits[n]);
				if (i == 0)
					continue;
				last = (size_t)fiche_hits_get(k.h, i - 1)
				               ->number;
				assert_true(in_order(&g->o.article[last],
				                     &g->o.article[n], newest));
			}
			asked_done(&k);
		}
}

/* ---- facets ---- */

struct name {
	struct fiche_text text;
	uint64_t matches;
};

struct names {
	struct name name[NAMES_MAX];
	size_t count, left; /* until the callback stops */
};

static void count_name(struct names *n, struct fiche_text text)
{
	for (size_t i = 0; i < n->count; i++)
		if (n->name[i].text.len == text.len &&
		    memcmp(n->name[i].text.ptr, text.ptr, text.len) == 0) {
			n->name[i].matches++;
			return;
		}
	if (text.len > 0) {
		assert_true(n->count < NAMES_MAX);
		n->name[n->count++] = (struct name){ text, 1 };
	}
}

/* A name that an article has twice counts once. */
static void count_list(struct names *n, const struct fiche_text *list,
                       size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again |= list[k].len == list[i].len &&
			         memcmp(list[k].ptr, list[i].ptr,
			                list[i].len) == 0;
		if (!again)
			count_name(n, list[i]);
	}
}

static int most_first(const void *x, const void *y)
{
	const struct name *a = x, *b = y;

	if (a->matches != b->matches)
		return a->matches > b->matches ? -1 : 1;
	return term_compare(a->text.ptr, a->text.len, b->text.ptr, b->text.len);
}

static void count_by_hand(struct names *n, const struct ground *g,
                          const struct oracle_answer *answer, char field)
{
	n->count = 0;
	for (size_t i = 0; i < g->o.count; i++) {
		const struct fiche_article *a = &g->o.article[i].a;

		if (!answer->fits[i])
			continue;
		if (field == 's')
			count_name(n, a->source);
		else if (field == 'l')
			count_name(n, a->language);
		else if (field == 't')
			count_list(n, a->tags, a->tag_count);
		else
			count_list(n, a->authors, a->author_count);
	}
	qsort(n->name, n->count, sizeof(*n->name), most_first);
}

static int next_name(void *ctx, struct fiche_text text, uint64_t matches)
{
	struct names *n = ctx;
	const struct name *want = &n->name[n->count++];

	assert_int_equal(text.len, want->text.len);
	assert_memory_equal(text.ptr, want->text.ptr, text.len);
	assert_int_equal(matches, want->matches);
	return --n->left == 0 ? 77 : 0;
}

static void require_facet(const struct ground *g, const struct asked *k,
                          char field, struct names *n)
{
	struct fiche_error err = { 0 };
	uint64_t others;
	size_t all;

	count_by_hand(n, g, &k->answer, field);
	all = n->count;
	for (size_t limit = 0; limit < 8; limit += 3) {
		size_t shown = limit && limit < all ? limit : all;

		n->count = 0;
		n->left = SIZE_MAX;
		assert_int_equal(fiche_hits_facet(k->h, field, limit, next_name,
		                                  n, &others, &err),
		                 0);
		assert_int_equal(n->count, shown);
		assert_int_equal(others, all - shown);
	}
	if (all < 3)
		return;
	n->count = 0;
	n->left = 2;
	assert_int_equal(
		fiche_hits_facet(k->h, field, 0, next_name, n, NULL, &err), 77);
	assert_int_equal(n->count, 2);
}

static void facets_are_what_counting_gives(void **state)
{
	const struct fiche_search_options opt = { .limit = 5,
		                                  .total = FICHE_TOTAL_EXACT };
	const struct ground *g = *state;
	struct names *n = malloc(sizeof(*n));

	assert_non_null(n);
	for (size_t q = 0; q < QUERIES; q++) {
		struct asked k;

		ask(&k, g, queries[q], &opt);
		for (const char *field = "slta"; *field; field++)
			require_facet(g, &k, *field, n);
		asked_done(&k);
	}
	free(n);
}

/* ---- histograms ---- */

static bool is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The first day, from 1970 on, of the year or month that a day is in. */
static int64_t civil_begin(int64_t day, bool month)
{
	static const int lengths[] = { 31, 28, 31, 30, 31, 30,
		                       31, 31, 30, 31, 30, 31 };
	int64_t year = 1970, begin = 0;

	for (; begin + 365 + is_leap(year) <= day; year++)
		begin += 365 + is_leap(year);
	for (int m = 0; month; m++) {
		int n = lengths[m] + (m == 1 && is_leap(year));

		if (begin + n > day)
			break;
		begin += n;
	}
	return begin;
}

static int64_t begin_of(int64_t second, enum fiche_unit unit)
{
	int64_t day = second / DAY;

	assert_true(second >= 0);
	if (unit == FICHE_UNIT_DAY)
		return day * DAY;
	/* The fifth of January 1970 was a Monday. */
	if (unit == FICHE_UNIT_WEEK)
		return (day - (day + 3) % 7) * DAY;
	return civil_begin(day, unit == FICHE_UNIT_MONTH) * DAY;
}

struct bars {
	int64_t begin[NAMES_MAX];
	uint64_t matches[NAMES_MAX], undated;
	size_t count, left;
};

static int next_bar(void *ctx, int64_t begin, uint64_t matches)
{
	struct bars *b = ctx;

	assert_true(b->count < NAMES_MAX);
	b->begin[b->count] = begin;
	b->matches[b->count++] = matches;
	return --b->left == 0 ? -77 : 0;
}

static void require_bars(const struct ground *g, const struct asked *k,
                         enum fiche_unit unit, struct bars *b)
{
	struct fiche_error err = { 0 };
	uint64_t undated = 0;

	b->count = 0;
	b->left = SIZE_MAX;
	assert_int_equal(fiche_hits_histogram(k->h, unit, next_bar, b,
	                                      &b->undated, &err),
	                 0);
	for (size_t i = 0; i < g->o.count; i++) {
		const struct oracle_article *a = &g->o.article[i];
		size_t at = 0;

		if (!k->answer.fits[i])
			continue;
		if (!is_dated(a)) {
			undated++;
			continue;
		}
		while (at < b->count &&
		       b->begin[at] != begin_of(a->a.published.begin, unit))
			at++;
		assert_true(at < b->count && b->matches[at] > 0);
		b->matches[at]--;
	}
	assert_int_equal(undated, b->undated);
	/* Nothing is left, and it was ascending. */
	for (size_t i = 0; i < b->count; i++) {
		assert_int_equal(b->matches[i], 0);
		assert_true(i == 0 || b->begin[i] > b->begin[i - 1]);
	}
	if (b->count < 2)
		return;
	b->left = 1;
	b->count = 0;
	assert_int_equal(
		fiche_hits_histogram(k->h, unit, next_bar, b, NULL, &err), -77);
	assert_int_equal(b->count, 1);
}

static void histograms_are_what_counting_gives(void **state)
{
	const struct fiche_search_options opt = { .limit = 1,
		                                  .total = FICHE_TOTAL_EXACT };
	const struct ground *g = *state;
	struct bars *b = malloc(sizeof(*b));

	assert_non_null(b);
	for (size_t q = 0; q < QUERIES; q++) {
		struct asked k;

		ask(&k, g, queries[q], &opt);
		for (int unit = 0; unit <= FICHE_UNIT_YEAR; unit++)
			require_bars(g, &k, (enum fiche_unit)unit, b);
		asked_done(&k);
	}
	free(b);
}

static void counts_are_for_searches_that_kept_all_matches(void **state)
{
	const struct ground *g = *state;

	for (int total = 0; total < 2; total++) {
		const struct fiche_search_options opt = {
			.total = (enum fiche_total)total
		};
		struct fiche_error err = { 0 };
		struct asked k;

		ask(&k, g, "ko", &opt);
		assert_int_equal(
			fiche_hits_facet(k.h, 's', 0, NULL, NULL, NULL, &err),
			FICHE_ERR_ARG);
		assert_int_equal(err.code, FICHE_ERR_ARG);
		assert_int_equal(fiche_hits_histogram(k.h, FICHE_UNIT_DAY, NULL,
		                                      NULL, NULL, &err),
		                 FICHE_ERR_ARG);
		asked_done(&k);
	}
}

/* ---- words that are nowhere ---- */

static void missing_words_are_told_as_typed_and_in_order(void **state)
{
	static const char *const typed[] = { "Nowhereland", "QQQXYZZY*",
		                             "ÉÉÉÉÉ", "龘" };
	const struct ground *g = *state;
	const char *word, *suggestion;
	struct asked k;
	size_t i = 0;

	ask(&k, g,
	    "ko Nowhereland -QQQXYZZY* OR \"ÉÉÉÉÉ sta\" nowhereland OR 龘",
	    NULL);
	for (; fiche_hits_missing(k.h, i, &word, &suggestion); i++) {
		assert_true(i < sizeof(typed) / sizeof(*typed));
		if (strcmp(typed[i], word) != 0 &&
		    strncmp(typed[i], word, strlen(word)) != 0)
			fail_msg("%s, not %s", word, typed[i]);
	}
	assert_int_equal(i, sizeof(typed) / sizeof(*typed));
	assert_false(fiche_hits_missing(k.h, 99, &word, &suggestion));
	asked_done(&k);
}

struct spelling {
	uint32_t c[80];
	size_t count;
};

static struct spelling spell(const char *word, size_t len)
{
	struct spelling s = { .count = 0 };

	for (size_t at = 0; at < len;) {
		unsigned n = utf8_decode(&s.c[s.count], word + at, len - at);

		assert_true(n > 0);
		s.count++;
		at += n;
	}
	return s;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Changes, insertions, deletions and exchanges of neighbours. */
static unsigned distance(const struct spelling *a, const struct spelling *b)
{
	static unsigned d[81][81];

	for (size_t i = 0; i <= a->count; i++)
		for (size_t k = 0; k <= b->count; k++) {
			if (i == 0 || k == 0) {
				d[i][k] = (unsigned)(i + k);
				continue;
			}
			d[i][k] = least(d[i - 1][k], d[i][k - 1]) + 1;
			d[i][k] =
				least(d[i][k], d[i - 1][k - 1] + (a->c[i - 1] !=
			                                          b->c[k - 1]));
			if (i > 1 && k > 1 && a->c[i - 1] == b->c[k - 2] &&
			    a->c[i - 2] == b->c[k - 1])
				d[i][k] = least(d[i][k], d[i - 2][k - 2] + 1);
		}
	return d[a->count][b->count];
}

static unsigned nearest(const struct oracle *o, const struct spelling *s)
{
	unsigned best = UINT32_MAX;

	for (size_t i = 0; i < o->words; i++) {
		struct spelling w = spell(o->word[i].ptr, o->word[i].len);

		best = least(best, distance(s, &w));
	}
	return best;
}

/* One or two characters of a word are others, gone, or exchanged. */
static size_t misspell(char *out, const struct oracle_word *w, uint64_t *rng)
{
	struct spelling s = spell(w->ptr, w->len);
	struct buf b = { 0 };
	size_t len;

	for (uint64_t n = 1 + texts_any(rng, 2); n > 0 && s.count > 2; n--) {
		size_t at = (size_t)texts_any(rng, s.count - 1);
		uint32_t c = s.c[at];

		switch (texts_any(rng, 3)) {
		case 0:
			s.c[at] = 'x';
			break;
		case 1:
			s.c[at] = s.c[at + 1];
			s.c[at + 1] = c;
			break;
		default:
			memmove(s.c + at, s.c + at + 1,
			        (s.count - at - 1) * sizeof(*s.c));
			s.count--;
			break;
		}
	}
	for (size_t i = 0; i < s.count; i++) {
		uint32_t c = s.c[i];

		/* Words of the test have characters of up to three bytes. */
		if (c < 0x80)
			buf_u8(&b, (uint8_t)c);
		else if (c < 0x800)
			buf_printf(&b, "%c%c", 0xc0 | (int)(c >> 6),
			           0x80 | (int)(c & 63));
		else
			buf_printf(&b, "%c%c%c", 0xe0 | (int)(c >> 12),
			           0x80 | (int)(c >> 6 & 63),
			           0x80 | (int)(c & 63));
	}
	assert_true(buf_ok(&b) && b.len < 200);
	len = b.len;
	memcpy(out, b.ptr, len);
	out[len] = '\0';
	buf_done(&b);
	return len;
}

static void the_nearest_word_is_suggested(void **state)
{
	const struct ground *g = *state;
	const char *word, *suggestion;
	size_t missing = 0, suggested = 0;
	uint64_t rng = 1;
	char text[200];

	for (int i = 0; i < 400; i++) {
		const struct oracle_word *w =
			&g->o.word[texts_any(&rng, g->o.words)];
		struct spelling typed, found;
		struct asked k;
		unsigned best;

		(void)misspell(text, w, &rng);
		ask(&k, g, text, NULL);
		if (k.tree.root && k.tree.root->kind == QUERY_WORD &&
		    fiche_hits_missing(k.h, 0, &word, &suggestion)) {
			typed = spell(k.tree.root->text, k.tree.root->text_len);
			best = nearest(&g->o, &typed);
			missing++;
			suggested += suggestion != NULL;
			assert_true(best > 0);
			if (suggestion) {
				found = spell(suggestion, strlen(suggestion));
				assert_int_equal(distance(&typed, &found),
				                 best);
				assert_true(best <= 2);
			} else {
				/* None is near, or all are to a short word. */
				assert_true(best > 1 || typed.count < 3);
			}
		}
		asked_done(&k);
	}
	print_message("%zu missing, %zu suggestions\n", missing, suggested);
	assert_true(missing > 200 && suggested > 100);
}

/* ---- searches that cannot be ---- */

static void require_no_index(struct fiche_reader *r, const char *why)
{
	struct fiche_error err = { 0 };
	struct fiche_query *q;
	struct fiche_hits *h = (struct fiche_hits *)&err;

	assert_int_equal(fiche_query_parse(&q, "ko", 2, NULL), 0);
	assert_int_equal(fiche_search(&h, &r, 1, q, NULL, &err),
	                 FICHE_ERR_NOINDEX);
	assert_int_equal(err.code, FICHE_ERR_NOINDEX);
	assert_string_equal(err.text, why);
	assert_null(h);
	fiche_query_free(q);
}

static void articles_without_index_are_told_by_number(void **state)
{
	const struct fiche_search_options scan = { .scan = true };
	struct search_plan p = plan;
	struct fiche_error err = { 0 };
	struct ground g = { 0 };
	struct asked k;

	(void)state;
	p.count = p.commits = 1;
	p.index = FICHE_INDEX_BASIC;
	make_ground(&g, &p);
	require_no_index(g.reader, "1 article has no keyword index");
	oracle_done(&g.o);
	fiche_reader_close(g.reader);

	/* Others with one, and then more without. */
	p.first = 1;
	p.count = 4;
	p.index = FICHE_INDEX_WORDS;
	assert_int_equal(search_case_make(g.memory, &p, &err), 0);
	p.first = 5;
	p.count = 20;
	p.index = FICHE_INDEX_BASIC;
	assert_int_equal(search_case_make(g.memory, &p, &err), 0);
	open_ground(&g);
	require_no_index(g.reader, "21 articles have no keyword index");
	ask(&k, &g, "ko OR sta", &scan);
	assert_int_equal(fiche_hits_count(k.h), k.answer.matches);
	assert_true(k.answer.matches > 2);
	asked_done(&k);
	/* What an earlier search has read changes no answer. */
	require_no_index(g.reader, "21 articles have no keyword index");
	oracle_done(&g.o);
	fiche_reader_close(g.reader);

	assert_int_equal(search_case_reindex(g.memory, false, &err), 0);
	open_ground(&g);
	ask(&k, &g, "ko OR sta", &(struct fiche_search_options){ 0 });
	assert_int_equal(fiche_hits_count(k.h), k.answer.matches);
	asked_done(&k);
	oracle_done(&g.o);
	fiche_reader_close(g.reader);

	assert_int_equal(search_case_reindex(g.memory, true, &err), 0);
	open_ground(&g);
	require_no_index(g.reader, "25 articles have no keyword index");
	ground_done(&g);
}

static void where_nothing_is_nothing_is_found(void **state)
{
	static const struct case_plan none = { .lines = 0 };
	struct ground g = { .memory = io_memory_new() };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	bool exact;

	(void)state;
	assert_non_null(g.memory);
	assert_int_equal(case_writer(&w, g.memory, FICHE_CREATE, &none, &err),
	                 0);
	fiche_writer_close(w);
	open_ground(&g);
	for (size_t i = 0; i < QUERIES; i++)
		for (size_t readers = 0; readers < 2; readers++) {
			struct fiche_query *q;
			struct fiche_hits *h;

			assert_int_equal(fiche_query_parse(&q, queries[i],
			                                   strlen(queries[i]),
			                                   &err),
			                 0);
			assert_int_equal(fiche_search(&h, &g.reader, readers, q,
			                              NULL, &err),
			                 0);
			assert_int_equal(fiche_hits_count(h), 0);
			assert_int_equal(fiche_hits_total(h, &exact), 0);
			assert_true(exact);
			fiche_hits_free(h);
			fiche_query_free(q);
		}
	fiche_hits_free(NULL);
	fiche_query_free(NULL);
	ground_done(&g);
}

/* ---- threads ---- */

struct searching_thread {
	pthread_t id;
	struct fiche_reader *reader;
	struct fiche_query *const *query;
	const struct asked *expected;
	size_t step, wrong;
	bool scan;
};

static bool same_hits(const struct fiche_hits *a, const struct fiche_hits *b)
{
	if (fiche_hits_count(a) != fiche_hits_count(b))
		return false;
	for (uint64_t i = 0; i < fiche_hits_count(a); i++) {
		const struct fiche_hit *x = fiche_hits_get(a, i);
		const struct fiche_hit *y = fiche_hits_get(b, i);

		if (x->number != y->number || x->score != y->score)
			return false;
	}
	return true;
}

static void *search_all(void *arg)
{
	struct searching_thread *t = arg;
	const struct fiche_search_options opt = { .scan = t->scan };

	for (size_t n = 0; n < 6 * QUERIES; n++) {
		/* Each thread in another order. */
		size_t i = n * t->step % QUERIES;
		struct fiche_snippet s;
		struct fiche_hits *h;

		if (fiche_search(&h, &t->reader, 1, t->query[i], &opt, NULL) !=
		    0) {
			t->wrong++;
			continue;
		}
		t->wrong += !same_hits(h, t->expected[i].h);
		fiche_hits_snippet(h, (struct fiche_text){ "ko sta", 6 }, 5,
		                   &s);
		fiche_hits_free(h);
	}
	return NULL;
}

static void require_threads(const struct ground *g, bool scan)
{
	static const size_t steps[THREADS] = { 1, 3, 5, 7 };
	const struct fiche_search_options opt = { .scan = scan };
	struct searching_thread t[THREADS];
	struct fiche_query *query[QUERIES];
	struct asked expected[QUERIES];
	struct ground fresh = { .memory = g->memory };

	for (size_t i = 0; i < QUERIES; i++) {
		ask(&expected[i], g, queries[i], &opt);
		query[i] = expected[i].q;
	}
	/* Nothing of this reader was opened yet. */
	open_ground(&fresh);
	for (size_t i = 0; i < THREADS; i++) {
		t[i] = (struct searching_thread){ .reader = fresh.reader,
			                          .query = query,
			                          .expected = expected,
			                          .step = steps[i],
			                          .scan = scan };
		assert_int_equal(
			pthread_create(&t[i].id, NULL, search_all, &t[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(t[i].id, NULL), 0);
		assert_int_equal(t[i].wrong, 0);
	}
	oracle_done(&fresh.o);
	fiche_reader_close(fresh.reader);
	for (size_t i = 0; i < QUERIES; i++)
		asked_done(&expected[i]);
}

static void threads_search_through_one_reader(void **state)
{
	struct search_plan p = plan;
	struct ground g;

	require_threads(*state, false);
	p.index = FICHE_INDEX_BASIC;
	make_ground(&g, &p);
	require_threads(&g, true);
	ground_done(&g);
}

/* ---- damage ---- */

/* Change a byte in the second frame of the n-th block; false: there is none. */
static bool damage_block(uint8_t *p, size_t len, size_t n)
{
	uint64_t at = SUPERBLOCK_SIZE;
	struct section s;

	while (at < len) {
		assert_int_equal(section_decode(&s, p + at, at, NULL, NULL), 0);
		if (s.type == SECTION_DATA && n-- == 0) {
			p[at + section_size(&s) - 9] ^= 0x55;
			return true;
		}
		at += section_size(&s);
		if (s.type == SECTION_COMMIT)
			at += FOOTER_SIZE;
	}
	return false;
}

/* Articles whose text cannot be read. */
static size_t lost_articles(const struct ground *g, bool *lost)
{
	struct fiche_view *v = fiche_view_new(g->reader);
	struct fiche_article a;
	size_t count = 0;

	assert_non_null(v);
	for (size_t i = 0; i < g->o.count; i++) {
		lost[i] = fiche_view_article(v, i, &a, NULL) != 0;
		count += lost[i];
	}
	fiche_view_free(v);
	return count;
}

/* Candidates have all words of the query, wherever they stand. */
static void require_rest(const struct ground *g, const char *query,
                         const char *words, const bool *lost)
{
	struct oracle_question question = { 0 };
	struct fiche_search_options opt = { 0 };
	struct oracle_answer candidates;
	struct fiche_error why = { 0 };
	uint64_t found = 0, unread = 0;
	struct query tree;
	struct asked k;

	assert_int_equal(query_parse(&tree, words, strlen(words), NULL), 0);
	question.root = tree.root;
	oracle_ask(&candidates, &g->o, &question);
	ask(&k, g, query, &opt);
	for (size_t i = 0; i < g->o.count; i++) {
		found += k.answer.fits[i] && !lost[i];
		unread += candidates.fits[i] && lost[i];
	}
	assert_int_equal(fiche_hits_count(k.h), found);
	for (uint64_t i = 0; i < found; i++)
		assert_true(k.answer.fits[fiche_hits_get(k.h, i)->number]);
	assert_int_equal(fiche_hits_unread(k.h, &why), unread);
	if (unread > 0) {
		assert_int_equal(why.code, FICHE_ERR_CORRUPT);
		assert_true(why.text[0] != '\0');
	}
	asked_done(&k);
	/* The best ones of what is left. */
	opt.limit = 2;
	ask(&k, g, query, &opt);
	assert_int_equal(fiche_hits_count(k.h), found < 2 ? found : 2);
	for (uint64_t i = 0; i < fiche_hits_count(k.h); i++) {
		size_t n = (size_t)fiche_hits_get(k.h, i)->number;

		assert_true(k.answer.fits[n] && !lost[n]);
	}
	assert_true(fiche_hits_unread(k.h, NULL) <= unread);
	asked_done(&k);
	oracle_answer_done(&candidates);
	query_done(&tree);
}

static void a_damaged_block_costs_only_what_it_holds(void **state)
{
	const struct ground *whole = *state;
	const struct fiche_search_options all = { 0 };
	bool *lost = calloc(whole->o.count, sizeof(*lost));
	const uint8_t *bytes;
	size_t len, n = 0, blocks_lost = 0;

	assert_non_null(lost);
	assert_true(io_memory_get(whole->memory, CASE_PATH, &bytes, &len));
	for (;; n++) {
		struct ground g = { .memory = io_memory_new(), .o = whole->o };
		struct buf copy = { 0 };
		struct asked k;

		assert_non_null(g.memory);
		buf_put(&copy, bytes, len);
		assert_true(buf_ok(&copy));
		if (!damage_block(copy.ptr, copy.len, n)) {
			buf_done(&copy);
			io_memory_free(g.memory);
			break;
		}
		assert_int_equal(case_put(g.memory, copy.ptr, copy.len), 0);
		assert_int_equal(case_open(&g.reader, g.memory, false, NULL),
		                 0);
		blocks_lost += lost_articles(&g, lost) > 0;
		require_rest(&g, "\"ko ми\"", "ko ми", lost);
		require_rest(&g, "sta near/9 ми", "sta ми", lost);
		/* What needs no text is found as ever. */
		ask(&k, &g, "ko OR sta -ми", &all);
		assert_int_equal(fiche_hits_count(k.h), k.answer.matches);
		assert_int_equal(fiche_hits_unread(k.h, NULL), 0);
		asked_done(&k);
		fiche_reader_close(g.reader);
		io_memory_free(g.memory);
		buf_done(&copy);
	}
	print_message("%zu blocks, %zu of them hold texts\n", n, blocks_lost);
	assert_true(blocks_lost > 2);
	free(lost);
}

/* Without a commit that is trusted there is no index; nor is it known which
 * versions are the latest. */
static void a_recovered_archive_is_searched_by_scanning(void **state)
{
	const struct ground *g = *state;
	struct fiche_search_options opt = { .scan = true };
	struct fiche_selection s;
	struct fiche_reader *r;

	fiche_selection_init(&s);
	s.versions = FICHE_VERSIONS_ALL;
	assert_int_equal(case_open(&r, g->memory, true, NULL), 0);
	require_no_index(r, "300 articles have no keyword index");
	for (size_t i = 0; i < QUERIES; i++) {
		struct fiche_hits *found;
		struct asked k;

		opt.selection = &s;
		ask(&k, g, queries[i], &opt);
		assert_int_equal(fiche_search(&found, &r, 1, k.q, &opt, NULL),
		                 0);
		assert_true(same_hits(found, k.h));
		fiche_hits_free(found);
		asked_done(&k);
	}
	fiche_reader_close(r);
}

/* Search an archive of which one byte is wrong.  True: it was noticed. */
static bool search_damaged(struct io_memory *m, const struct buf *bytes,
                           const struct searches *answers, uint64_t at)
{
	struct fiche_error err = { 0 };
	struct fiche_info info;
	struct fiche_reader *r;
	size_t wrong = 0;
	int status = 0;

	assert_int_equal(case_put(m, bytes->ptr, bytes->len), 0);
	assert_int_equal(case_open(&r, m, false, &err), 0);
	fiche_reader_info(r, &info);
	/* A torn commit is noticed on opening; then it is not searched. */
	if (!info.commit_lost)
		status = searches_repeat(answers, r, &wrong, &err);
	if (wrong)
		fail_msg("byte %llu: %zu other answers", (unsigned long long)at,
		         wrong);
	if (status != 0)
		assert_int_equal(status, FICHE_ERR_CORRUPT);
	fiche_reader_close(r);
	return status != 0 || info.commit_lost;
}

/* Some searches say so, the others are right. */
static void a_damaged_index_finds_nothing_else(void **state)
{
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };
	struct searches answers;
	struct fiche_reader *r;
	struct buf copy = { 0 };
	const uint8_t *bytes;
	size_t len, tried = 0, told = 0;
	struct section s;

	(void)state;
	assert_non_null(m);
	assert_int_equal(searches_archive(m, false, &err), 0);
	assert_int_equal(case_open(&r, m, false, &err), 0);
	assert_int_equal(searches_learn(&answers, r, false, &err), 0);
	fiche_reader_close(r);
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	buf_put(&copy, bytes, len);
	assert_true(buf_ok(&copy));
	for (uint64_t at = SUPERBLOCK_SIZE; at < copy.len;) {
		assert_int_equal(
			section_decode(&s, copy.ptr + at, at, NULL, NULL), 0);
		for (uint64_t i = SECTION_HEADER_SIZE;
		     s.type == SECTION_INDEX && i < section_size(&s);
		     i += 29, tried++) {
			copy.ptr[at + i] ^= (uint8_t)(1u << i % 8);
			told += search_damaged(m, &copy, &answers, at + i);
			copy.ptr[at + i] ^= (uint8_t)(1u << i % 8);
		}
		at += section_size(&s);
		if (s.type == SECTION_COMMIT)
			at += FOOTER_SIZE;
	}
	print_message("%zu bytes, %zu times told\n", tried, told);
	assert_true(told > tried / 2);
	buf_done(&copy);
	io_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_options_there_are_the_ten_best),
		cmocka_unit_test(pages_join_to_the_whole),
		cmocka_unit_test(dates_order_hits_and_what_has_none_comes_last),
		cmocka_unit_test(facets_are_what_counting_gives),
		cmocka_unit_test(histograms_are_what_counting_gives),
		cmocka_unit_test(counts_are_for_searches_that_kept_all_matches),
		cmocka_unit_test(missing_words_are_told_as_typed_and_in_order),
		cmocka_unit_test(the_nearest_word_is_suggested),
		cmocka_unit_test(articles_without_index_are_told_by_number),
		cmocka_unit_test(where_nothing_is_nothing_is_found),
		cmocka_unit_test(threads_search_through_one_reader),
		cmocka_unit_test(a_damaged_block_costs_only_what_it_holds),
		cmocka_unit_test(a_recovered_archive_is_searched_by_scanning),
		cmocka_unit_test(a_damaged_index_finds_nothing_else),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
