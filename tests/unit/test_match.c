/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_match.c - walking lists of postings and trees of them, against looking
 * at every record.
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

#include "base/buf.h"
#include "fiche/error.h"
#include "index/match.h"
#include "support/articles.h"

#define NORMS        256
#define LISTS        12
#define CHILDREN_MAX 5
#define NODES_MAX    120
#define DEPTH_MAX    4
#define TOP_MAX      20

static uint64_t rng = 1;

static uint64_t any(uint64_t below)
{
	return (articles_random(&rng) >> 8) % below;
}

/* ---- some lists of one segment ---- */

struct list {
	struct posting *p;
	size_t count;
	struct buf coded; /* of long ones */
};

struct segment_lists {
	uint32_t records;
	uint8_t *norms;
	struct postings_of of;
	struct list list[LISTS];
	double length_part[NORMS];
	struct match_weights weights;
	uint64_t *bits; /* of an archive where the segment is not the first */
	uint64_t base;
};

/* Stretches of records have the word often, and some have it many times. */
static void make_list(struct list *l, const struct segment_lists *s,
                      unsigned one_in)
{
	const bool even = any(3) == 0;
	bool often = false, many = false;

	*l = (struct list){ 0 };
	l->p = calloc(s->records, sizeof(*l->p));
	assert_non_null(l->p);
	for (uint32_t i = 0; i < s->records; i++) {
		if (any(200) == 0)
			often = !often;
		if (any(many ? 50 : 2000) == 0)
			many = !many;
		if (any(one_in) > 0 && !(often && any(2)))
			continue;
		l->p[l->count++] = (struct posting){
			i, (uint8_t)(1 + any(many || even ? 31 : 2)),
			any(many || even ? 10 : 3000) == 0
		};
	}
	if (l->count >= POSTINGS_BLOCK)
		postings_put_long(&l->coded, l->p, l->count, &s->of);
	assert_true(buf_ok(&l->coded));
}

static void make_segment(struct segment_lists *s, uint32_t records)
{
	static const unsigned one_in[] = { 1, 2, 3, 5, 8, 20, 50, 200, 1000 };
	uint64_t tokens = 0;
	double mean;

	memset(s, 0, sizeof(*s));
	s->records = records;
	s->norms = malloc(records);
	assert_non_null(s->norms);
	for (uint32_t i = 0; i < records; i++) {
		uint32_t length = 150 + (uint32_t)any(any(50) ? 300 : 6000);

		if (any(500) == 0)
			length = (uint32_t)any(100);

		s->norms[i] = norm_of_length(length);
		tokens += length;
	}
	s->of = (struct postings_of){ records, 1, s->norms };
	if (tokens / records > 1)
		s->of.average = (uint32_t)(tokens / records);
	for (size_t i = 0; i < LISTS; i++)
		make_list(&s->list[i], s,
		          one_in[any(sizeof(one_in) / sizeof(*one_in))]);
	/* The mean of all segments is another one than that of this one. */
	mean = (double)s->of.average * (0.5 + (double)any(100) / 50);
	for (unsigned i = 0; i < NORMS; i++)
		s->length_part[i] =
			1.2 * (0.25 + 0.75 * norm_to_length((uint8_t)i) / mean);
	s->weights.norms = s->norms;
	s->weights.length_part = s->length_part;
	s->weights.stretch = mean > s->of.average ? mean / s->of.average : 1;
	s->base = any(200);
	s->bits = calloc((size_t)(s->base + records) / 64 + 1, 8);
	assert_non_null(s->bits);
	for (uint64_t i = 0; i < s->base + records; i++)
		if (any(3) == 0)
			s->bits[i / 64] |= UINT64_C(1) << i % 64;
}

static void segment_done(struct segment_lists *s)
{
	for (size_t i = 0; i < LISTS; i++) {
		free(s->list[i].p);
		buf_done(&s->list[i].coded);
	}
	free(s->norms);
	free(s->bits);
}

static void open_list(struct list_cursor *c, const struct segment_lists *s,
                      const struct list *l, bool coded)
{
	const struct bytes bytes = { l->coded.ptr, l->coded.len };

	if (coded && l->coded.len > 0)
		assert_int_equal(
			list_cursor_coded(c, bytes, l->count, s->records), 0);
	else
		assert_int_equal(list_cursor_plain(c, l->p, l->count, &s->of),
		                 0);
}

/* ---- one list ---- */

static size_t lower(const struct list *l, uint64_t target)
{
	size_t lo = 0, hi = l->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->p[mid].idx < target)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static void require_posting(const struct posting *p, const struct posting *want)
{
	assert_int_equal(p->idx, want->idx);
	assert_int_equal(p->count, want->count);
	assert_int_equal(p->title, want->title);
}

static void walk_list(const struct segment_lists *s, const struct list *l,
                      bool coded, uint32_t step)
{
	struct list_cursor c;
	uint32_t target = 0;

	open_list(&c, s, l, coded);
	while (target <= s->records) {
		size_t i = lower(l, target);
		uint32_t until, at;

		/* What a stretch can be worth is asked now and then. */
		if (any(3) == 0) {
			uint8_t impact = list_impact(&c, target, &until);

			assert_true(until >= target);
			for (size_t k = i; k < l->count && l->p[k].idx <= until;
			     k++)
				assert_true(
					impact >=
					posting_impact(
						&l->p[k],
						norm_to_length(
							s->norms[l->p[k].idx]),
						s->of.average));
		}
		at = list_seek(&c, target);
		assert_int_equal(at, i < l->count ? l->p[i].idx : LIST_END);
		if (at != LIST_END && any(2))
			require_posting(list_posting(&c), &l->p[i]);
		assert_int_equal(list_seek(&c, target), at);
		target += step > 1 ? 1 + (uint32_t)any(step) : 1;
	}
	assert_int_equal(list_seek(&c, LIST_END), LIST_END);
	assert_false(c.bad);
	list_cursor_done(&c);
}

static void a_list_is_walked_forward_from_any_place_to_any(void **state)
{
	static const uint32_t steps[] = { 1, 3, 40, 400, 3000 };
	struct segment_lists s;

	(void)state;
	make_segment(&s, 6000);
	for (size_t i = 0; i < LISTS; i++)
		for (size_t k = 0; k < sizeof(steps) / sizeof(*steps); k++)
			for (int coded = 0; coded < 2; coded++)
				walk_list(&s, &s.list[i], coded, steps[k]);
	segment_done(&s);
}

static void blocks_can_be_taken_whole(void **state)
{
	struct segment_lists s;

	(void)state;
	make_segment(&s, 4000);
	for (size_t i = 0; i < LISTS; i++)
		for (int coded = 0; coded < 2; coded++) {
			const struct list *l = &s.list[i];
			const struct posting *p;
			struct list_cursor c;
			size_t at = 0, n;

			open_list(&c, &s, l, coded);
			for (uint32_t b = 0; b < c.block_count; b++) {
				n = list_block(&c, b, true, &p);
				assert_true(n > 0 && n <= l->count - at);
				for (size_t k = 0; k < n; k++, at++)
					require_posting(&p[k], &l->p[at]);
			}
			assert_int_equal(at, l->count);
			list_cursor_done(&c);
		}
	segment_done(&s);
}

static void an_empty_list_has_no_record(void **state)
{
	const struct postings_of of = { 10, 1, NULL };
	struct list_cursor c;
	uint32_t until;

	(void)state;
	assert_int_equal(list_cursor_plain(&c, NULL, 0, &of), 0);
	assert_int_equal(list_impact(&c, 0, &until), 0);
	assert_int_equal(until, LIST_END);
	assert_int_equal(list_seek(&c, 0), LIST_END);
	list_cursor_done(&c);
}

/* ---- trees ---- */

struct tree {
	struct match m;
	struct match *child[CHILDREN_MAX], *plan[CHILDREN_MAX];
	const struct list *list;
	size_t children[CHILDREN_MAX]; /* the same as nodes */
};

struct forest {
	const struct segment_lists *s;
	struct tree node[NODES_MAX];
	size_t count;
};

static size_t grow(struct forest *f, unsigned depth);

static void grow_list(struct forest *f, struct tree *t)
{
	t->m.kind = MATCH_LIST;
	t->list = &f->s->list[any(LISTS)];
	t->m.title = any(5) == 0;
	t->m.weight = 0.1 + (double)any(1000) / 100;
	t->m.weights = &f->s->weights;
	open_list(&t->m.list, f->s, t->list, any(2));
}

static void grow_set(struct forest *f, struct tree *t)
{
	t->m.kind = MATCH_SET;
	t->m.bits = any(4) ? f->s->bits : NULL;
	t->m.base = f->s->base;
	t->m.end = f->s->records;
}

static void grow_node(struct forest *f, struct tree *t, unsigned depth)
{
	const bool and = any(2);
	const size_t wanted = 1 + (size_t)any(3);

	t->m.kind = and? MATCH_AND : MATCH_OR;
	t->m.excluded = and? (size_t)any(CHILDREN_MAX - wanted + 1) : 0;
	t->m.child_count = wanted + t->m.excluded;
	t->m.child = t->child;
	t->m.plan = t->plan;
	for (size_t i = 0; i < t->m.child_count; i++) {
		t->children[i] = grow(f, depth - 1);
		t->child[i] = &f->node[t->children[i]].m;
	}
}

static size_t grow(struct forest *f, unsigned depth)
{
	const size_t at = f->count++;
	struct tree *t = &f->node[at];

	assert_true(at < NODES_MAX);
	memset(t, 0, sizeof(*t));
	/* Room for what the nodes above still want. */
	if (depth == 0 || f->count > NODES_MAX / 3 || any(4) == 0) {
		if (any(6))
			grow_list(f, t);
		else
			grow_set(f, t);
	} else {
		grow_node(f, t, depth);
	}
	return at;
}

static void forest_done(struct forest *f)
{
	for (size_t i = 0; i < f->count; i++)
		if (f->node[i].m.kind == MATCH_LIST)
			list_cursor_done(&f->node[i].m.list);
}

/* Does the record fit, and what is it worth? */
static bool look_at(const struct forest *f, size_t node, uint32_t idx,
                    double *score)
{
	const struct tree *t = &f->node[node];
	const struct match *m = &t->m;
	bool all = true, some = false;
	double one;
	size_t i;

	*score = 0;
	switch (m->kind) {
	case MATCH_LIST:
		i = lower(t->list, idx);
		if (i == t->list->count || t->list->p[i].idx != idx ||
		    (m->title && !t->list->p[i].title))
			return false;
		one = t->list->p[i].count + 2.0 * t->list->p[i].title;
		*score = m->weight * one /
		         (one + f->s->length_part[f->s->norms[idx]]);
		return true;
	case MATCH_SET:
		return !m->bits ||
		       (m->bits[(m->base + idx) / 64] >> (m->base + idx) % 64 &
		        1);
	default:
		break;
	}
	for (i = 0; i < m->child_count; i++) {
		bool fits = look_at(f, t->children[i], idx, &one);

		if (i >= m->child_count - m->excluded) {
			all &= !fits;
			continue;
		}
		all &= fits;
		some |= fits;
		*score += fits ? one : 0;
	}
	return m->kind == MATCH_AND ? all : some;
}

/* What each record is worth; below 0: it does not fit. */
static double *look_at_all(const struct forest *f)
{
	double *score = calloc(f->s->records, sizeof(*score));

	assert_non_null(score);
	for (uint32_t i = 0; i < f->s->records; i++)
		if (!look_at(f, 0, i, &score[i]))
			score[i] = -1;
	return score;
}

/* A new tree over the same lists, or the same one again from the start. */
static void plant(struct forest *f, const struct segment_lists *s,
                  uint64_t seed)
{
	rng = seed;
	f->s = s;
	f->count = 0;
	(void)grow(f, DEPTH_MAX);
	match_prepare(&f->node[0].m);
}

static void require_walk(struct forest *f, const double *score, uint32_t step)
{
	struct match *root = &f->node[0].m;
	const uint32_t records = f->s->records;

	for (uint32_t target = 0; target <= records;) {
		uint32_t want = target, at;

		while (want < records && score[want] < 0)
			want++;
		at = match_seek(root, target);
		assert_int_equal(at, want < records ? want : MATCH_END);
		if (at == MATCH_END)
			break;
		assert_true(fabs(match_score(root) - score[at]) < 1e-12);
		target = step ? target + 1 + (uint32_t)any(step) : at + 1;
		/* Who asks for what lies behind gets where it stands. */
		assert_int_equal(match_seek(root, target ? target - 1 : 0) <=
		                         match_seek(root, target),
		                 1);
	}
	assert_false(match_is_bad(root));
}

static void require_bounds(struct forest *f, const double *score)
{
	struct match *root = &f->node[0].m;
	uint32_t target = 0;

	while (target < f->s->records) {
		uint32_t until;
		double bound = match_bound(root, target, &until);

		assert_true(until >= target);
		for (uint32_t i = target; i < f->s->records && i <= until; i++)
			assert_true(score[i] <= bound);
		if (any(2))
			(void)match_seek(root, target);
		target += 1 + (uint32_t)any(any(2) ? 10 : 500);
	}
}

/* The best of all, in order; of equals the lower one first. */
struct top {
	uint32_t idx[TOP_MAX];
	double score[TOP_MAX];
	size_t count, wanted;
};

static void offer(struct top *t, uint32_t idx, double score)
{
	size_t at = t->count;

	while (at > 0 && t->score[at - 1] < score)
		at--;
	if (at >= t->wanted)
		return;
	t->count += t->count < t->wanted;
	for (size_t i = t->count - 1; i > at; i--) {
		t->idx[i] = t->idx[i - 1];
		t->score[i] = t->score[i - 1];
	}
	t->idx[at] = idx;
	t->score[at] = score;
}

/* As archive/search_collect.c does it. */
static size_t take_top(struct forest *f, struct top *t)
{
	struct match *root = &f->node[0].m;
	uint32_t at = 0, until = 0;
	bool known = false;
	double bound = 0;
	size_t seen = 0;

	for (;;) {
		if (!known || at > until)
			bound = match_bound(root, at, &until);
		known = true;
		if (t->count == t->wanted && bound <= t->score[t->count - 1]) {
			if (until == MATCH_END)
				return seen;
			at = until + 1;
			continue;
		}
		at = match_seek(root, at);
		if (at == MATCH_END)
			return seen;
		if (at > until)
			continue;
		seen++;
		offer(t, at, match_score(root));
		at++;
	}
}

static size_t require_top(struct forest *f, const double *score, size_t wanted)
{
	struct top want = { .wanted = wanted }, have = want;
	size_t seen;

	for (uint32_t i = 0; i < f->s->records; i++)
		if (score[i] >= 0)
			offer(&want, i, score[i]);
	seen = take_top(f, &have);
	assert_int_equal(have.count, want.count);
	for (size_t i = 0; i < want.count; i++) {
		/* Sums in another order may make a tie of what is none. */
		assert_true(fabs(have.score[i] - want.score[i]) < 1e-12);
		if (have.idx[i] != want.idx[i])
			assert_true(fabs(score[have.idx[i]] - want.score[i]) <
			            1e-12);
	}
	return seen;
}

static void trees(uint32_t records, size_t segments, size_t each)
{
	struct forest *f = malloc(sizeof(*f));
	size_t fit = 0, seen = 0;

	assert_non_null(f);
	for (uint64_t n = 0; n < segments; n++) {
		struct segment_lists s;

		rng = (uint64_t)records << 32 | n;
		make_segment(&s, records);
		for (uint64_t k = 0; k < each; k++) {
			const uint64_t seed = n << 32 | k;
			double *score;

			plant(f, &s, seed);
			score = look_at_all(f);
			for (uint32_t i = 0; i < records; i++)
				fit += score[i] >= 0;
			require_walk(f, score, 0);
			forest_done(f);
			plant(f, &s, seed);
			require_walk(f, score, 1 + (uint32_t)any(300));
			forest_done(f);
			plant(f, &s, seed);
			require_bounds(f, score);
			forest_done(f);
			plant(f, &s, seed);
			seen += require_top(f, score, 1 + (size_t)any(TOP_MAX));
			forest_done(f);
			free(score);
		}
		segment_done(&s);
	}
	free(f);
	print_message("%u records: %zu fit, %zu were weighed\n", records, fit,
	              seen);
}

static void a_tree_finds_what_fits_and_bounds_what_it_is_worth(void **state)
{
	(void)state;
	trees(1, 10, 30);
	trees(60, 30, 60);
	trees(700, 12, 80);
	trees(5000, 6, 40);
}

/* ---- single words: where skipping matters most ---- */

static void the_best_of_a_common_word_are_found_without_most_of_it(void **state)
{
	struct forest *f = malloc(sizeof(*f));
	struct segment_lists s;
	struct match *m;
	double *score;
	size_t all = 0, weighed = 0;

	(void)state;
	assert_non_null(f);
	rng = 77;
	make_segment(&s, 20000);
	f->s = &s;
	for (size_t i = 0; i < LISTS; i++) {
		if (s.list[i].count < 5000)
			continue;
		memset(f->node, 0, sizeof(f->node[0]));
		f->count = 1;
		m = &f->node[0].m;
		f->node[0].list = &s.list[i];
		m->kind = MATCH_LIST;
		m->weight = 2;
		m->weights = &s.weights;
		open_list(&m->list, &s, &s.list[i], true);
		match_prepare(m);
		assert_int_equal(m->cost, s.list[i].count);
		score = look_at_all(f);
		weighed += require_top(f, score, 10);
		all += s.list[i].count;
		for (uint32_t b = 0; b < m->list.block_count; b++) {
			double bound =
				match_block_bound(m, m->list.table[b].impact);

			for (size_t k = (size_t)b * POSTINGS_BLOCK;
			     k < s.list[i].count &&
			     k < ((size_t)b + 1) * POSTINGS_BLOCK;
			     k++)
				assert_true(score[s.list[i].p[k].idx] <= bound);
		}
		forest_done(f);
		free(score);
	}
	print_message("%zu of %zu were weighed\n", weighed, all);
	assert_true(weighed < all / 2);
	segment_done(&s);
	free(f);
}

/* ---- damage ---- */

/* Every bit of a coded list is wrong once: it ends early and says so, or it is
 * another list; in a tree, too. */
static void a_malformed_list_ends_and_says_so(void **state)
{
	struct segment_lists s;
	size_t refused = 0, ended = 0;
	struct list *l = NULL;
	uint8_t *bytes;

	(void)state;
	rng = 5;
	do {
		make_segment(&s, 900);
		for (size_t i = 0; i < LISTS && !l; i++)
			if (s.list[i].count > 200 && s.list[i].count < 600)
				l = &s.list[i];
		if (!l)
			segment_done(&s);
	} while (!l);
	bytes = malloc(l->coded.len);
	assert_non_null(bytes);
	for (size_t bit = 0; bit < l->coded.len * 8; bit++) {
		struct match other = { .kind = MATCH_SET, .end = s.records };
		struct match list = { .kind = MATCH_LIST,
			              .title = bit & 1,
			              .weight = 1,
			              .weights = &s.weights };
		struct match *child[] = { &list, &other }, *plan[2];
		struct match root = { .kind = bit & 2 ? MATCH_AND : MATCH_OR,
			              .child = child,
			              .plan = plan,
			              .child_count = bit & 2 ? 2 : 1 };
		uint32_t at = 0, last = 0;
		int r;

		memcpy(bytes, l->coded.ptr, l->coded.len);
		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		r = list_cursor_coded(&list.list,
		                      (struct bytes){ bytes, l->coded.len },
		                      l->count, s.records);
		if (r != 0) {
			assert_int_equal(r, FICHE_ERR_CORRUPT);
			refused++;
			continue;
		}
		match_prepare(&root);
		while ((at = match_seek(&root, at)) != MATCH_END) {
			assert_true(at < s.records && (last == 0 || at > last));
			last = at++;
			assert_true(match_score(&root) >= 0);
		}
		ended += match_is_bad(&root);
		assert_int_equal(match_is_bad(&root), list.list.bad);
		list_cursor_done(&list.list);
	}
	print_message("%zu bits: %zu refused at once, %zu ended\n",
	              l->coded.len * 8, refused, ended);
	assert_true(refused > 0 && ended > 0);
	free(bytes);
	segment_done(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_list_is_walked_forward_from_any_place_to_any),
		cmocka_unit_test(blocks_can_be_taken_whole),
		cmocka_unit_test(an_empty_list_has_no_record),
		cmocka_unit_test(
			a_tree_finds_what_fits_and_bounds_what_it_is_worth),
		cmocka_unit_test(
			the_best_of_a_common_word_are_found_without_most_of_it),
		cmocka_unit_test(a_malformed_list_ends_and_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
