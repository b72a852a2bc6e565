/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_search.c - searches through the public interface, against an oracle that
 * looks at every article.
 *
 * The same articles stand in archives that came about in different ways: in one
 * commit, in forty, with an index made anew, without one, in two files.  What
 * is found must not depend on it, and hits, order, scores and totals must be
 * those of the specification (6.9, 6.10).
 */

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fiche/search.h"
#include "support/archive_case.h"
#include "support/search_case.h"
#include "support/texts.h"

#define NOW         INT64_C(1710000000)
#define READERS_MAX 3

static const struct search_plan plan = {
	.seed = 1, .count = 320, .commits = 1, .words = 1200, .length = 90
};

/* Archives that are searched together. */
struct ground {
	struct io_memory *memory[READERS_MAX];
	struct fiche_reader *reader[READERS_MAX];
	size_t count;
	bool scan;
	struct oracle o;
};

static void add_archive(struct ground *g, const struct search_plan *p)
{
	struct fiche_error err = { 0 };

	g->memory[g->count] = io_memory_new();
	assert_non_null(g->memory[g->count]);
	if (search_case_make(g->memory[g->count], p, &err) < 0)
		fail_msg("%s", err.text);
	g->count++;
}

static void open_all(struct ground *g)
{
	struct fiche_error err = { 0 };

	for (size_t i = 0; i < g->count; i++)
		if (case_open(&g->reader[i], g->memory[i], false, &err) < 0)
			fail_msg("%s", err.text);
	assert_int_equal(oracle_make(&g->o, g->reader, g->count, &err), 0);
}

static void close_all(struct ground *g)
{
	oracle_done(&g->o);
	for (size_t i = 0; i < g->count; i++) {
		fiche_reader_close(g->reader[i]);
		io_memory_free(g->memory[i]);
	}
}

/* ---- one query ---- */

struct asked {
	const struct ground *g;
	const char *text;
	struct fiche_query *q;
	struct query tree;
	struct oracle_answer answer;
	struct fiche_search_options opt;
};

static void ask(struct asked *k, const struct ground *g, const char *text,
                const struct fiche_search_options *opt)
{
	struct oracle_question question = { .stems = opt->stem != NULL,
		                            .now = opt->now };
	bool *allowed = NULL;

	k->g = g;
	k->text = text;
	k->opt = *opt;
	k->opt.scan = g->scan;
	if (opt->selection) {
		allowed = oracle_select(&g->o, g->reader, opt->selection);
		assert_non_null(allowed);
	}
	assert_int_equal(fiche_query_parse(&k->q, text, strlen(text), NULL), 0);
	assert_int_equal(query_parse(&k->tree, text, strlen(text), NULL), 0);
	assert_int_equal(fiche_query_is_empty(k->q), !k->tree.root);
	question.root = k->tree.root;
	question.allowed = allowed;
	oracle_ask(&k->answer, &g->o, &question);
	free(allowed);
}

static void asked_done(struct asked *k)
{
	fiche_query_free(k->q);
	query_done(&k->tree);
	oracle_answer_done(&k->answer);
}

static struct fiche_hits *search(const struct asked *k,
                                 const struct fiche_search_options *opt)
{
	struct fiche_error err = { 0 };
	struct fiche_hits *h;
	int r = fiche_search(&h, k->g->reader, k->g->count, k->q, opt, &err);

	if (r != 0)
		fail_msg("'%s': %d, %s", k->text, r, err.text);
	assert_int_equal(fiche_hits_unread(h, NULL), 0);
	return h;
}

/* The article of a hit. */
static size_t article_of(const struct oracle *o, const struct fiche_hit *hit)
{
	size_t i = (size_t)hit->number;

	for (size_t k = 0; k < o->count && o->article[k].reader < hit->reader;
	     k++)
		i++;
	assert_true(i < o->count);
	assert_int_equal(o->article[i].reader, hit->reader);
	assert_int_equal(o->article[i].number, hit->number);
	return i;
}

static bool same_score(double a, double b)
{
	return fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

/* Every hit there is, in order. */
static void require_all(const struct asked *k, const struct fiche_hits *h)
{
	const uint64_t count = fiche_hits_count(h);
	bool exact;

	if (count != k->answer.matches)
		fail_msg("'%s': %llu hits, not %zu", k->text,
		         (unsigned long long)count, k->answer.matches);
	assert_int_equal(fiche_hits_total(h, &exact), count);
	assert_true(exact);
	for (uint64_t i = 0; i < count; i++) {
		const struct fiche_hit *hit = fiche_hits_get(h, i);
		const size_t at = article_of(&k->g->o, hit);
		const struct fiche_hit *last =
			i > 0 ? fiche_hits_get(h, i - 1) : NULL;

		if (!k->answer.fits[at])
			fail_msg("'%s': %llu does not match", k->text,
			         (unsigned long long)hit->number);
		if (!same_score(hit->score, k->answer.score[at]))
			fail_msg("'%s': %llu has %.17g, not %.17g", k->text,
			         (unsigned long long)hit->number, hit->score,
			         k->answer.score[at]);
		if (last && (hit->score > last->score ||
		             (hit->score == last->score &&
		              at <= article_of(&k->g->o, last))))
			fail_msg("'%s': hit %llu is out of order", k->text,
			         (unsigned long long)i);
	}
}

static bool has_text_node(const struct query_node *n)
{
	bool has = n->kind == QUERY_PHRASE || n->kind == QUERY_NEAR;

	for (size_t i = 0; !has && i < n->child_count; i++)
		has = has_text_node(n->child[i]);
	return has;
}

/* `some` are the hits of `all` from opt.offset on, and its total is told as
 * well as it was asked for. */
static void require_part(const struct asked *k, const struct fiche_hits *all,
                         const struct fiche_search_options *opt)
{
	struct fiche_hits *some = search(k, opt);
	const uint64_t matches = fiche_hits_count(all);
	const uint64_t from = opt->offset < matches ? opt->offset : matches;
	const uint64_t left = matches - from;
	const uint64_t want =
		opt->limit && opt->limit < left ? opt->limit : left;
	const bool texts = k->tree.root && has_text_node(k->tree.root);
	uint64_t total;
	bool exact;

	if (fiche_hits_count(some) != want)
		fail_msg("'%s': %llu hits from %llu on, not %llu", k->text,
		         (unsigned long long)fiche_hits_count(some),
		         (unsigned long long)from, (unsigned long long)want);
	for (uint64_t i = 0; i < want; i++) {
		const struct fiche_hit *a = fiche_hits_get(some, i);
		const struct fiche_hit *b = fiche_hits_get(all, from + i);

		if (a->reader != b->reader || a->number != b->number ||
		    a->score != b->score)
			fail_msg("'%s': hit %llu of %llu from %llu on is %llu, "
			         "not %llu",
			         k->text, (unsigned long long)i,
			         (unsigned long long)want,
			         (unsigned long long)from,
			         (unsigned long long)a->number,
			         (unsigned long long)b->number);
	}
	total = fiche_hits_total(some, &exact);
	if (exact ? total != matches : total < matches)
		fail_msg("'%s': %llu in all, %s", k->text,
		         (unsigned long long)total,
		         exact ? "exactly" : "at most");
	if (opt->total == FICHE_TOTAL_EXACT ||
	    (opt->total == FICHE_TOTAL_WORDS && !texts))
		assert_true(exact);
	fiche_hits_free(some);
}

/* ---- many queries ---- */

struct filters {
	const char *source[2], *language[2], *tag[2], *id[1], *url[1];
	struct fiche_selection s;
};

static const struct fiche_selection *any_filters(struct filters *f,
                                                 uint64_t *state)
{
	fiche_selection_init(&f->s);
	if (texts_any(state, 3) > 0)
		return NULL;
	f->source[0] = "harbour.example";
	f->source[1] = "*.harbour.example";
	f->language[0] = "en*";
	f->language[1] = "ru";
	f->tag[0] = "sea";
	f->tag[1] = "climate*";
	f->id[0] = "1-17";
	f->url[0] = "https://a.example/1?";
	f->s.sources = f->source;
	f->s.languages = f->language;
	f->s.tags = f->tag;
	f->s.ids = f->id;
	f->s.urls = f->url;
	switch (texts_any(state, 8)) {
	case 0:
		f->s.source_count = 1 + (size_t)texts_any(state, 2);
		break;
	case 1:
		f->s.language_count = 1 + (size_t)texts_any(state, 2);
		break;
	case 2:
		f->s.tag_count = 1 + (size_t)texts_any(state, 2);
		break;
	case 3:
		f->s.from = INT64_C(1600000000);
		f->s.to = f->s.from + (int64_t)texts_any(state, 100000000);
		break;
	case 4:
		f->s.id_count = 1;
		break;
	case 5:
		f->s.url_count = 1;
		break;
	default:
		break;
	}
	f->s.versions = (enum fiche_versions)texts_any(state, 4);
	f->s.at = INT64_C(1650000000);
	return &f->s;
}

static void one_query(const struct ground *g, const char *text, uint64_t *state)
{
	struct filters filters;
	struct fiche_search_options opt = {
		.selection = any_filters(&filters, state),
		.total = (enum fiche_total)texts_any(state, 3),
		.now = NOW,
	};
	struct fiche_hits *all;
	struct asked k;

	if (texts_any(state, 4) == 0)
		opt.stem = oracle_stem;
	ask(&k, g, text, &opt);
	opt = k.opt;
	all = search(&k, &opt);
	require_all(&k, all);
	for (int n = 0; n < 2; n++) {
		opt.total = (enum fiche_total)texts_any(state, 3);
		opt.limit = 1 + texts_any(state, texts_any(state, 2) ? 4 : 60);
		opt.offset = texts_any(state, 3)
		                     ? 0
		                     : texts_any(state, k.answer.matches + 3);
		require_part(&k, all, &opt);
	}
	fiche_hits_free(all);
	asked_done(&k);
}

static void many_queries(const struct ground *g, size_t count, uint64_t seed)
{
	uint64_t state = seed;
	struct buf text = { 0 };

	for (size_t i = 0; i < count; i++) {
		buf_clear(&text);
		search_query(&text, &state, &g->o);
		buf_u8(&text, 0);
		assert_true(buf_ok(&text));
		one_query(g, (const char *)text.ptr, &state);
	}
	buf_done(&text);
}

static size_t segments(const struct ground *g)
{
	struct fiche_info info;
	size_t n = 0;

	for (size_t i = 0; i < g->count; i++) {
		fiche_reader_info(g->reader[i], &info);
		n += info.segments;
	}
	return n;
}

static void one_commit_is_searched_like_the_oracle(void **state)
{
	struct ground g = { 0 };

	(void)state;
	add_archive(&g, &plan);
	open_all(&g);
	assert_int_equal(segments(&g), 1);
	print_message("%zu articles, %zu words\n", g.o.count, g.o.words);
	many_queries(&g, 1500, 1);
	close_all(&g);
}

static void forty_commits_are_searched_like_the_oracle(void **state)
{
	struct search_plan p = plan;
	struct ground g = { 0 };

	(void)state;
	p.commits = 40;
	add_archive(&g, &p);
	open_all(&g);
	assert_true(segments(&g) > 2);
	print_message("%zu segments\n", segments(&g));
	many_queries(&g, 700, 2);
	close_all(&g);
}

static void an_index_made_anew_is_searched_like_the_oracle(void **state)
{
	struct search_plan p = plan;
	struct fiche_error err = { 0 };
	struct ground g = { 0 };

	(void)state;
	p.commits = 40;
	add_archive(&g, &p);
	assert_int_equal(search_case_reindex(g.memory[0], false, &err), 0);
	open_all(&g);
	assert_int_equal(segments(&g), 1);
	many_queries(&g, 400, 3);
	close_all(&g);
}

static void an_archive_without_index_is_searched_like_the_oracle(void **state)
{
	struct search_plan p = plan;
	struct ground g = { .scan = true };

	(void)state;
	p.commits = 5;
	p.index = FICHE_INDEX_BASIC;
	add_archive(&g, &p);
	open_all(&g);
	many_queries(&g, 400, 4);
	close_all(&g);
}

/* One without words, the others with them; of different sizes. */
static void several_archives_are_searched_like_one(void **state)
{
	struct search_plan p = plan;
	struct ground g = { .scan = true };

	(void)state;
	p.count = 200;
	p.commits = 3;
	add_archive(&g, &p);
	p.first = 150; /* some articles twice */
	p.count = 100;
	p.commits = 1;
	p.index = FICHE_INDEX_BASIC;
	add_archive(&g, &p);
	p.first = 300;
	p.count = 20;
	p.length = 400;
	p.index = FICHE_INDEX_WORDS;
	add_archive(&g, &p);
	open_all(&g);
	assert_int_equal(g.o.count, 320);
	many_queries(&g, 700, 5);
	close_all(&g);
}

/* Lists of several blocks, so that some of them are passed over. */
static void long_lists_are_searched_like_the_oracle(void **state)
{
	const struct search_plan p = { .seed = 3,
		                       .count = 3000,
		                       .commits = 3,
		                       .words = 300,
		                       .length = 25 };
	struct ground g = { 0 };

	(void)state;
	add_archive(&g, &p);
	open_all(&g);
	many_queries(&g, 300, 6);
	close_all(&g);
}

/* ---- texts of the specification ---- */

/* What the examples of spec 6.9 find. */
static void examples_find_what_they_say(void **state)
{
	static const char *const lines[] = {
		"{\"title\":\"Flood in the harbour\",\"text\":\"a storm "
		"surge\"}",
		"{\"title\":\"Storm\",\"text\":\"flood draft, surge of "
		"storm\"}",
		"{\"title\":\"U.S. mayor\",\"text\":\"state-of-the-art\"}",
		"{\"title\":\"us\",\"text\":\"state of art; the s u\"}",
		"{\"text\":\"a one two three bear\",\"tags\":[\"Climate "
		"Change\"],\"published\":\"2024-06-01\"}",
		"{\"text\":\"a one two three four "
		"bear\",\"tags\":[\"climate\"]}",
		"{\"title\":\"胡锦涛\",\"text\":\"新闻联播\"}",
		"{\"title\":\"a\",\"text\":\"b\",\"tags\":[\"a\",\"b\"]}",
	};
	static const struct {
		const char *query, *found; /* numbers, ascending */
	} row[] = {
		{ "Flood -draft OR \"storm surge\"", "0" },
		{ "flood", "01" },
		{ "title:flood", "0" },
		{ "title:(storm OR harbour)", "01" },
		{ "\"storm surge\"", "0" },
		{ "surge near/1 storm", "01" },
		{ "surge near/0 storm", "0" },
		{ "U.S. state-of-the-art", "2" },
		{ "u s", "23" },
		{ "a near/3 b*", "4" },
		{ "a near/4 b*", "45" },
		{ "tag:\"climate change\" date:2024..", "4" },
		{ "tag:climate", "5" },
		{ "tag:climate*", "45" },
		{ "胡锦涛", "6" },
		{ "锦", "6" },
		{ "闻*", "6" },
		{ "闻锦", "" },
		{ "\"a b\"", "" },
		{ "a near b", "" },
		{ "a b", "7" },
		{ "-a-b -flood -us", "24567" },
		{ "", "01234567" },
		{ "...", "01234567" },
		{ "nowhere", "" },
		{ "-nowhere", "01234567" },
	};
	struct io_memory *m = io_memory_new();
	const struct case_plan writing = { .lines = 1 };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	struct ground g = { .memory = { m }, .count = 1 };

	(void)state;
	assert_non_null(m);
	assert_int_equal(case_writer(&w, m, FICHE_CREATE, &writing, &err), 0);
	/* A commit each: then the numbers are those of the lines. */
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		assert_int_equal(fiche_writer_add_json(w, lines[i],
		                                       strlen(lines[i]), NULL,
		                                       &err),
		                 0);
		assert_int_equal(fiche_writer_commit(w, &err), 0);
	}
	fiche_writer_close(w);
	open_all(&g);
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		struct fiche_search_options opt = { .now = NOW };
		char found[16] = "";
		struct fiche_hits *h;
		struct asked k;
		size_t n = 0;

		ask(&k, &g, row[i].query, &opt);
		h = search(&k, &opt);
		require_all(&k, h);
		for (size_t a = 0; a < g.o.count; a++)
			if (k.answer.fits[a])
				found[n++] = (char)('0' + a);
		if (strcmp(found, row[i].found) != 0)
			fail_msg("'%s' finds %s, not %s", row[i].query, found,
			         row[i].found);
		fiche_hits_free(h);
		asked_done(&k);
	}
	close_all(&g);
}

/* The formula of spec 6.10, by hand. */
static void a_score_is_that_of_the_specification(void **state)
{
	static const char *const lines[] = {
		"{\"title\":\"flood\",\"text\":\"flood and more words here\"}",
		"{\"text\":\"one flood\"}",
		"{\"text\":\"nothing of it\"}",
	};
	struct io_memory *m = io_memory_new();
	const struct case_plan writing = { .lines = 1 };
	const double idf = log(1 + (3 - 2 + 0.5) / (2 + 0.5)), mean = 11 / 3.0;
	const double first =
		idf * 2.2 * 4 / (4 + 1.2 * (0.25 + 0.75 * 6 / mean));
	const double second =
		idf * 2.2 * 1 / (1 + 1.2 * (0.25 + 0.75 * 2 / mean));
	struct ground g = { .memory = { m }, .count = 1 };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	struct fiche_hits *h;
	struct asked k;

	(void)state;
	assert_non_null(m);
	assert_int_equal(case_writer(&w, m, FICHE_CREATE, &writing, &err), 0);
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		assert_int_equal(fiche_writer_add_json(w, lines[i],
		                                       strlen(lines[i]), NULL,
		                                       &err),
		                 0);
		assert_int_equal(fiche_writer_commit(w, &err), 0);
	}
	fiche_writer_close(w);
	open_all(&g);
	ask(&k, &g, "flood", &(struct fiche_search_options){ 0 });
	h = search(&k, &k.opt);
	assert_int_equal(fiche_hits_count(h), 2);
	assert_int_equal(fiche_hits_get(h, 0)->number, 0);
	assert_true(same_score(fiche_hits_get(h, 0)->score, first));
	assert_int_equal(fiche_hits_get(h, 1)->number, 1);
	assert_true(same_score(fiche_hits_get(h, 1)->score, second));
	fiche_hits_free(h);
	asked_done(&k);
	close_all(&g);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(examples_find_what_they_say),
		cmocka_unit_test(a_score_is_that_of_the_specification),
		cmocka_unit_test(one_commit_is_searched_like_the_oracle),
		cmocka_unit_test(forty_commits_are_searched_like_the_oracle),
		cmocka_unit_test(
			an_index_made_anew_is_searched_like_the_oracle),
		cmocka_unit_test(
			an_archive_without_index_is_searched_like_the_oracle),
		cmocka_unit_test(several_archives_are_searched_like_one),
		cmocka_unit_test(long_lists_are_searched_like_the_oracle),
	};

	case_keep_memory();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
