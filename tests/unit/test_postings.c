/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_postings.c - numbers in Rice code, norms and impacts, and the lists of
 * postings that are made of them.
 *
 * Whatever is decoded lies in memory of exactly its size, so that a sanitizer
 * sees a read behind the end.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/postings.h"
#include "format/rice.h"
#include "support/articles.h"

/* Zero bits in front of a number, at most, where many are tried. */
#define ZEROS_MAX 3000u

static uint64_t rng = 1;

static uint64_t any(uint64_t below)
{
	return (articles_random(&rng) >> 8) % below;
}

static uint8_t *exact_copy(const void *bytes, size_t len)
{
	uint8_t *copy = malloc(len ? len : 1);

	assert_non_null(copy);
	if (len)
		memcpy(copy, bytes, len);
	return copy;
}

/* ---- the code ---- */

/* A number in Rice code behind `skew` other bits, and back. */
static void require_number(uint64_t v, unsigned k, unsigned skew)
{
	struct buf out = { 0 };
	struct bit_writer w = { .out = &out };
	struct bit_reader r;
	uint8_t *bytes;

	bits_put(&w, UINT64_MAX, skew);
	rice_put(&w, v, k);
	bits_flush(&w);
	assert_true(buf_ok(&out));
	assert_int_equal(out.len, (skew + rice_size(v, k) + 7) / 8);
	bytes = exact_copy(out.ptr, out.len);
	bits_init(&r, bytes, out.len);
	assert_int_equal(bits_get(&r, skew), (UINT64_C(1) << skew) - 1);
	if (rice_get(&r, k) != v || r.bad)
		fail_msg("%llu with k = %u behind %u bits",
		         (unsigned long long)v, k, skew);
	assert_int_equal(r.at, skew + rice_size(v, k));
	assert_true(bits_done(&r));
	free(bytes);
	buf_done(&out);
}

static void any_number_comes_back_with_any_parameter(void **state)
{
	size_t tried = 0;

	(void)state;
	for (unsigned k = 0; k <= RICE_K_MAX; k++)
		for (unsigned bit = 0; bit <= 32; bit++)
			for (int by = -2; by <= 2; by++) {
				uint64_t v = (UINT64_C(1) << bit) +
				             (uint64_t)(int64_t)by;

				if (v > UINT32_MAX || v >> k > ZEROS_MAX)
					continue;
				for (unsigned skew = 0; skew < 8; skew++)
					require_number(v, k, skew);
				tried++;
			}
	/* Around what one look at the bits delivers: 56 and 57 of them. */
	for (unsigned k = 0; k <= RICE_K_MAX; k++)
		for (uint64_t zeros = 0; zeros < 130; zeros++)
			for (unsigned skew = 0; skew < 8; skew++) {
				uint64_t low = (UINT64_C(1) << k) - 1;

				if (zeros << k <= UINT32_MAX - low)
					require_number(zeros << k | low, k,
					               skew);
			}
	print_message("%zu numbers\n", tried);
}

static void a_long_row_of_zero_bits_is_a_number_like_others(void **state)
{
	(void)state;
	require_number(1u << 20, 0, 3);
	require_number((1u << 24) + 12345, 0, 7);
	for (unsigned k = 8; k <= RICE_K_MAX; k++) {
		require_number(UINT32_MAX, k, k % 8);
		require_number(UINT32_MAX - 1, k, 0);
		require_number(1u << 31, k, 1);
	}
}

/* Bits of a number whose high part is any, of which nobody would write some. */
static struct buf written(uint64_t high, uint64_t low, unsigned k)
{
	struct buf out = { 0 };
	struct bit_writer w = { .out = &out };

	for (; high >= 56; high -= 56)
		bits_put(&w, 0, 56);
	bits_put(&w, UINT64_C(1) << high, (unsigned)high + 1);
	bits_put(&w, low, k);
	bits_flush(&w);
	assert_true(buf_ok(&out));
	return out;
}

/* Spec 2.8: a value of 2^32 or more is CORRUPT. */
static void a_number_of_33_bits_is_refused(void **state)
{
	(void)state;
	for (unsigned k = 8; k <= RICE_K_MAX; k++) {
		const uint64_t low = (UINT64_C(1) << k) - 1;
		const uint64_t first = UINT64_C(1) << (32 - k);
		const uint64_t high[] = { first, first + 1, 2 * first,
			                  3 * first };

		for (size_t i = 0; i < sizeof(high) / sizeof(*high); i++) {
			struct buf b = written(high[i], i % 2 ? low : 0, k);
			struct bit_reader r;

			bits_init(&r, b.ptr, b.len);
			assert_int_equal(rice_get(&r, k), 0);
			assert_true(r.bad);
			assert_false(bits_done(&r));
			buf_done(&b);
		}
		struct buf b = written(first - 1, low, k);
		struct bit_reader r;

		bits_init(&r, b.ptr, b.len);
		assert_int_equal(rice_get(&r, k), UINT32_MAX);
		assert_false(r.bad);
		buf_done(&b);
	}
}

static void nothing_is_read_behind_the_end(void **state)
{
	uint64_t number[40];
	unsigned k[40];

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct buf out = { 0 };
		struct bit_writer w = { .out = &out };

		for (size_t i = 0; i < 40; i++) {
			k[i] = (unsigned)any(RICE_K_MAX + 1);
			number[i] = any(UINT64_C(1) << any(33));
			while (number[i] >> k[i] > 200)
				number[i] /= 2;
			rice_put(&w, number[i], k[i]);
		}
		bits_flush(&w);
		assert_true(buf_ok(&out));
		for (size_t len = 0; len <= out.len; len++) {
			uint8_t *bytes = exact_copy(out.ptr, len);
			uint64_t at = 0;
			struct bit_reader r;

			bits_init(&r, bytes, len);
			for (size_t i = 0; i < 40; i++) {
				uint32_t v = rice_get(&r, k[i]);

				/* Once bad, nothing comes any more. */
				at += rice_size(number[i], k[i]);
				assert_int_equal(r.bad, at > len * 8);
				assert_int_equal(v, r.bad ? 0 : number[i]);
				assert_true(r.at <= len * 8);
			}
			assert_int_equal(bits_get(&r, 0), 0);
			assert_int_equal(bits_done(&r), len == out.len);
			free(bytes);
		}
		buf_done(&out);
	}
}

static void plain_bits_come_back_and_end_where_they_end(void **state)
{
	(void)state;
	for (int round = 0; round < 500; round++) {
		uint64_t v[64];
		unsigned count[64];
		struct buf out = { 0 };
		struct bit_writer w = { .out = &out };
		struct bit_reader r;
		uint8_t *bytes;

		for (size_t i = 0; i < 64; i++) {
			count[i] = (unsigned)any(57);
			v[i] = articles_random(&rng);
			bits_put(&w, v[i], count[i]);
		}
		bits_flush(&w);
		bytes = exact_copy(out.ptr, out.len);
		bits_init(&r, bytes, out.len);
		for (size_t i = 0; i < 64; i++)
			assert_int_equal(
				bits_get(&r, count[i]),
				v[i] & ((UINT64_C(1) << count[i]) - 1));
		assert_false(r.bad);
		assert_true(bits_done(&r));
		assert_int_equal(bits_get(&r, 56), 0);
		assert_true(r.bad);
		assert_int_equal(bits_get(&r, 1), 0);
		free(bytes);
		buf_done(&out);
	}
}

static void only_zero_bits_of_one_byte_may_be_left(void **state)
{
	static const struct {
		uint8_t bytes[3];
		size_t len;
		unsigned taken;
		bool done;
	} row[] = {
		{ { 0 }, 0, 0, true },        { { 0x01 }, 1, 1, true },
		{ { 0x7f }, 1, 7, true },     { { 0x80 }, 1, 7, false },
		{ { 0x02 }, 1, 1, false },    { { 0xff }, 1, 8, true },
		{ { 0x00 }, 1, 0, false },    { { 0xff, 0 }, 2, 8, false },
		{ { 0xff, 0 }, 2, 9, true },  { { 0xff, 1 }, 2, 8, false },
		{ { 1, 0, 0 }, 3, 9, false }, { { 1, 0, 0 }, 3, 17, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(*row); i++) {
		uint8_t *bytes = exact_copy(row[i].bytes, row[i].len);
		struct bit_reader r;

		bits_init(&r, bytes, row[i].len);
		(void)bits_get(&r, row[i].taken);
		assert_int_equal(bits_done(&r), row[i].done);
		free(bytes);
	}
}

/* ---- norms ---- */

/* As spec 3.5 says it. */
static unsigned norm_by_the_spec(uint32_t length)
{
	unsigned e = 0;

	if (length < 16)
		return length;
	while (length >> e >= 16)
		e++;
	return 16 + 8 * (e - 1) + (length >> e & 7);
}

static void a_norm_orders_like_the_length(void **state)
{
	uint8_t last = 0;

	(void)state;
	for (uint32_t n = 0; n <= 1u << 17; n++) {
		uint8_t norm = norm_of_length(n);

		assert_int_equal(norm, norm_by_the_spec(n));
		assert_true(norm >= last);
		assert_true(norm_to_length(norm) <= n);
		last = norm;
	}
	for (unsigned bit = 17; bit < 32; bit++)
		for (unsigned part = 0; part < 8; part++)
			for (int by = -1; by <= 1; by++) {
				uint32_t n = (1u << bit) + (part << (bit - 3)) +
				             (uint32_t)by;
				uint8_t norm = norm_of_length(n);

				assert_int_equal(norm, norm_by_the_spec(n));
				assert_true(norm >= last ||
				            n <= norm_to_length(last));
				last = norm;
			}
	assert_int_equal(norm_of_length(UINT32_MAX), 239);
}

static void a_norm_stands_for_the_smallest_length_that_has_it(void **state)
{
	(void)state;
	for (unsigned norm = 0; norm <= 239; norm++) {
		uint32_t length = norm_to_length((uint8_t)norm);

		assert_int_equal(norm_of_length(length), norm);
		if (norm > 0)
			assert_int_equal(norm_of_length(length - 1), norm - 1);
	}
	for (unsigned norm = 240; norm <= 255; norm++)
		assert_int_equal(norm_to_length((uint8_t)norm), UINT32_MAX);
}

/* ---- impacts ---- */

static void require_bound(const struct posting *p, uint32_t length,
                          uint32_t average)
{
	double tf = p->count + 2.0 * p->title;
	double k = 1.2 * (0.25 + 0.75 * length / average);
	double exact = 255 * tf / (tf + k);
	uint8_t impact = posting_impact(p, length, average);

	if (impact < exact - 1e-6 || impact >= exact + 1 + 1e-6)
		fail_msg("%u times in %u of %u: %u for %f", p->count, length,
		         average, impact, exact);
}

static void an_impact_is_the_weight_rounded_up(void **state)
{
	static const uint32_t sizes[] = { 0,        1,         2,     15,
		                          16,       100,       65535, 1u << 20,
		                          1u << 31, UINT32_MAX };
	const size_t count = sizeof(sizes) / sizeof(*sizes);

	(void)state;
	for (uint8_t n = 1; n <= POSTINGS_COUNT_MAX; n++)
		for (uint8_t title = 0; title < 2; title++) {
			struct posting p = { 0, n, title };

			for (size_t i = 0; i < count; i++)
				for (size_t k = 1; k < count; k++)
					require_bound(&p, sizes[i], sizes[k]);
			for (int i = 0; i < 3000; i++)
				require_bound(
					&p,
					(uint32_t)any(UINT64_C(1) << any(33)),
					1 + (uint32_t)any(1u << any(20)));
		}
}

static void more_of_a_word_is_never_worth_less(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint32_t length = (uint32_t)any(5000);
		uint32_t average = 1 + (uint32_t)any(3000);
		uint8_t last = 0;

		for (uint8_t n = 1; n <= POSTINGS_COUNT_MAX; n++) {
			struct posting p = { 0, n, 0 }, t = { 0, n, 1 };
			uint8_t plain = posting_impact(&p, length, average);

			assert_true(plain >= last && plain > 0);
			assert_true(posting_impact(&t, length, average) >=
			            plain);
			last = plain;
		}
	}
}

/* ---- lists ---- */

enum spread {
	SPREAD_EVEN,
	SPREAD_DENSE,
	SPREAD_CLUSTERS,
	SPREAD_ENDS, /* as far apart as the records allow */
	SPREAD_COUNT,
};

enum marks {
	MARKS_USUAL,
	MARKS_ONES,
	MARKS_TITLES,
	MARKS_GREATEST,
	MARKS_ANY,
	MARKS_COUNT,
};

struct list {
	struct posting *p;
	size_t count;
	uint64_t records;
	uint8_t *norms;
	struct postings_of of;
};

static void fill_marks(struct list *l, enum marks marks)
{
	for (size_t i = 0; i < l->count; i++) {
		struct posting *p = &l->p[i];

		p->count = 1;
		if (marks == MARKS_USUAL)
			while (p->count < 31 && any(3) == 0)
				p->count++;
		if (marks == MARKS_GREATEST)
			p->count = POSTINGS_COUNT_MAX;
		if (marks == MARKS_ANY)
			p->count = (uint8_t)(1 + any(POSTINGS_COUNT_MAX));
		p->title = marks == MARKS_TITLES || marks == MARKS_GREATEST ||
		           (marks != MARKS_ONES && any(6) == 0);
	}
}

static uint64_t fill_places(struct list *l, enum spread spread)
{
	uint64_t next = spread == SPREAD_ENDS ? 0 : any(10);

	for (size_t i = 0; i < l->count; i++) {
		l->p[i].idx = (uint32_t)next++;
		if (spread == SPREAD_EVEN)
			next += any(40);
		if (spread == SPREAD_CLUSTERS && any(30) == 0)
			next += any(20000);
	}
	/* The last one stands where the segment ends. */
	if (spread == SPREAD_ENDS && l->count > 1) {
		next = 1000000 + l->count;
		l->p[l->count - 1].idx = (uint32_t)next - 1;
	}
	return next;
}

static struct list make_list(size_t count, enum spread spread, enum marks marks,
                             uint64_t records)
{
	struct list l = { .count = count };
	uint64_t end;

	l.p = calloc(count, sizeof(*l.p));
	assert_non_null(l.p);
	end = fill_places(&l, spread);
	fill_marks(&l, marks);
	l.records = records > end ? records : end;
	l.norms = calloc((size_t)l.records, 1);
	assert_non_null(l.norms);
	for (uint64_t i = 0; i < l.records; i++)
		l.norms[i] = (uint8_t)any(80);
	l.of = (struct postings_of){ l.records, 1 + (uint32_t)any(400),
		                     l.norms };
	return l;
}

static void list_done(struct list *l)
{
	free(l->p);
	free(l->norms);
}

static bool same_posting(const struct posting *a, const struct posting *b)
{
	return a->idx == b->idx && a->count == b->count && a->title == b->title;
}

static bool list_is_good(const struct posting *p, size_t count,
                         uint64_t records)
{
	for (size_t i = 0; i < count; i++)
		if (p[i].idx >= records || p[i].count < 1 ||
		    p[i].count > POSTINGS_COUNT_MAX || p[i].title > 1 ||
		    (i > 0 && p[i].idx <= p[i - 1].idx))
			return false;
	return true;
}

/* Bits that the marks take, by spec 3.5. */
static uint64_t marks_bits(const struct posting *p, size_t count, unsigned m)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < count; i++) {
		uint64_t mark = p[i].title       ? 2
		                : p[i].count > 2 ? p[i].count
		                                 : p[i].count - 1u;

		bits += (mark >> m) + 1 + m;
		if (p[i].title)
			bits += ((p[i].count - 1u) >> m) + 1 + m;
	}
	return bits;
}

static uint64_t gaps_bits(const struct posting *p, size_t count, uint64_t next,
                          unsigned k)
{
	uint64_t bits = 0;

	for (size_t i = 0; i < count; i++) {
		bits += ((p[i].idx - next) >> k) + 1 + k;
		next = (uint64_t)p[i].idx + 1;
	}
	return bits;
}

static struct buf put_short(const struct list *l)
{
	struct buf out = { 0 };
	struct bit_writer w = { .out = &out };

	postings_put_short(&w, l->p, l->count, &l->of);
	bits_flush(&w);
	assert_true(buf_ok(&out));
	return out;
}

static void require_short(const struct list *l)
{
	struct posting back[POSTINGS_BLOCK];
	struct buf out = put_short(l);
	uint8_t *bytes = exact_copy(out.ptr, out.len);
	unsigned m =
		marks_bits(l->p, l->count, 1) < marks_bits(l->p, l->count, 0);
	struct bit_reader r;
	unsigned k = 0;
	uint64_t x = 11 * l->records / (16 * l->count);

	while (x >> k > 1)
		k++;
	bits_init(&r, bytes, out.len);
	assert_true(postings_get_short(&r, back, l->count, l->records));
	assert_int_equal(r.at, 1 + gaps_bits(l->p, l->count, 0, k) +
	                               marks_bits(l->p, l->count, m));
	assert_int_equal(bytes[0] & 1, m);
	assert_true(bits_done(&r));
	for (size_t i = 0; i < l->count; i++)
		assert_true(same_posting(&back[i], &l->p[i]));
	free(bytes);
	buf_done(&out);
}

/* The parameters and the impact of a block are those of the canonical form. */
static void require_block(const struct list *l,
                          const struct postings_block *table, uint32_t i)
{
	const struct posting *p = l->p + (size_t)i * POSTINGS_BLOCK;
	size_t n = l->count - (size_t)i * POSTINGS_BLOCK;
	uint64_t next = i > 0 ? (uint64_t)table[i - 1].last + 1 : 0;
	unsigned k = 0, m = 0;
	uint8_t impact = 0;

	n = n < POSTINGS_BLOCK ? n : POSTINGS_BLOCK;
	while (k < RICE_K_MAX &&
	       gaps_bits(p, n, next, k + 1) < gaps_bits(p, n, next, k))
		k++;
	for (unsigned other = 1; other <= 7; other++)
		if (marks_bits(p, n, other) < marks_bits(p, n, m))
			m = other;
	for (size_t j = 0; j < n; j++) {
		uint8_t one = posting_impact(&p[j],
		                             norm_to_length(l->norms[p[j].idx]),
		                             l->of.average);

		impact = one > impact ? one : impact;
	}
	assert_int_equal(table[i].code, m << 5 | k);
	assert_int_equal(table[i].impact, impact);
	assert_int_equal(table[i].last, p[n - 1].idx);
	assert_int_equal(table[i].len,
	                 (gaps_bits(p, n, next, k) + marks_bits(p, n, m) + 7) /
	                         8);
}

static void require_long(const struct list *l)
{
	const uint32_t blocks = postings_block_count(l->count);
	struct postings_block *table = calloc(blocks, sizeof(*table));
	struct posting back[POSTINGS_BLOCK], bare[POSTINGS_BLOCK];
	struct buf out = { 0 };
	struct bytes list;
	uint8_t *bytes;
	size_t at = 0;

	assert_non_null(table);
	postings_put_long(&out, l->p, l->count, &l->of);
	assert_true(buf_ok(&out));
	bytes = exact_copy(out.ptr, out.len);
	list = (struct bytes){ bytes, out.len };
	assert_true(postings_table(table, l->count, list, l->records));
	for (uint32_t i = 0; i < blocks; i++) {
		size_t n = postings_get_block(back, table, i, l->count, list,
		                              true);

		assert_true(n > 0 && n <= l->count - at);
		require_block(l, table, i);
		assert_int_equal(postings_get_block(bare, table, i, l->count,
		                                    list, false),
		                 n);
		for (size_t k = 0; k < n; k++, at++) {
			assert_true(same_posting(&back[k], &l->p[at]));
			assert_int_equal(bare[k].idx, l->p[at].idx);
		}
	}
	assert_int_equal(at, l->count);
	/* The records of the segment that has it bound the last one. */
	assert_false(
		postings_table(table, l->count, list, l->p[l->count - 1].idx));
	assert_true(postings_table(table, l->count, list,
	                           (uint64_t)l->p[l->count - 1].idx + 1));
	free(table);
	free(bytes);
	buf_done(&out);
}

static void every_list_comes_back(void **state)
{
	static const size_t counts[] = { 1,   2,   3,   50,  126, 127,
		                         128, 129, 255, 256, 257, 5000 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		for (int spread = 0; spread < SPREAD_COUNT; spread++)
			for (int marks = 0; marks < MARKS_COUNT; marks++) {
				struct list l = make_list(
					counts[i], (enum spread)spread,
					(enum marks)marks, any(2) ? 0 : 300000);

				if (l.count < POSTINGS_BLOCK)
					require_short(&l);
				else
					require_long(&l);
				list_done(&l);
			}
}

static void short_lists_of_every_count_follow_one_another(void **state)
{
	struct list l[POSTINGS_BLOCK];
	struct posting back[POSTINGS_BLOCK];
	struct buf out = { 0 };
	struct bit_writer w = { .out = &out };
	struct bit_reader r;
	uint8_t *bytes;

	(void)state;
	for (size_t n = 1; n < POSTINGS_BLOCK; n++) {
		l[n] = make_list(n, SPREAD_EVEN, MARKS_USUAL, 7000);
		postings_put_short(&w, l[n].p, n, &l[n].of);
	}
	bits_flush(&w);
	assert_true(buf_ok(&out));
	bytes = exact_copy(out.ptr, out.len);
	bits_init(&r, bytes, out.len);
	for (size_t n = 1; n < POSTINGS_BLOCK; n++) {
		assert_true(postings_get_short(&r, back, n, 7000));
		for (size_t i = 0; i < n; i++)
			assert_true(same_posting(&back[i], &l[n].p[i]));
		list_done(&l[n]);
	}
	assert_true(bits_done(&r));
	free(bytes);
	buf_done(&out);
}

static void all_records_of_the_largest_segment_can_be_named(void **state)
{
	const uint64_t records = UINT32_MAX;
	struct posting p[] = { { 0, 31, 1 },
		               { 1u << 31, 1, 0 },
		               { UINT32_MAX - 1, 2, 0 } };
	struct posting back[POSTINGS_BLOCK];
	struct postings_of of = { records, 1, NULL };
	struct buf out = { 0 };
	struct bit_writer w = { .out = &out };
	struct bit_reader r;

	(void)state;
	postings_put_short(&w, p, 3, &of);
	bits_flush(&w);
	bits_init(&r, out.ptr, out.len);
	assert_true(postings_get_short(&r, back, 3, records));
	for (size_t i = 0; i < 3; i++)
		assert_true(same_posting(&back[i], &p[i]));
	bits_init(&r, out.ptr, out.len);
	assert_false(postings_get_short(&r, back, 3, records - 1));
	buf_done(&out);
}

/* ---- damage ---- */

/* Was it refused, or is what came out a list? */
static bool short_is_safe(const uint8_t *bytes, size_t len, size_t count,
                          uint64_t records, size_t *refused)
{
	struct posting back[POSTINGS_BLOCK];
	struct bit_reader r;

	bits_init(&r, bytes, len);
	if (!postings_get_short(&r, back, count, records)) {
		++*refused;
		return true;
	}
	return !r.bad && r.at <= (uint64_t)len * 8 &&
	       list_is_good(back, count, records);
}

static bool long_is_safe(const uint8_t *bytes, size_t len, size_t count,
                         uint64_t records, size_t *refused)
{
	const struct bytes list = { bytes, len };
	const uint32_t blocks = postings_block_count(count);
	struct postings_block *table = calloc(blocks, sizeof(*table));
	struct posting *back =
		calloc((size_t)blocks * POSTINGS_BLOCK, sizeof(*back));
	bool good, whole;

	assert_true(table && back);
	whole = good = postings_table(table, count, list, records);
	for (uint32_t i = 0; whole && i < blocks; i++) {
		size_t at = (size_t)i * POSTINGS_BLOCK;
		size_t n = postings_get_block(back + at, table, i, count, list,
		                              true);
		size_t left = count - at;

		whole = n > 0;
		good &= n == 0 ||
		        n == (left < POSTINGS_BLOCK ? left : POSTINGS_BLOCK);
	}
	if (whole)
		good &= list_is_good(back, count, records);
	else
		good = true;
	*refused += !whole;
	free(table);
	free(back);
	return good;
}

typedef bool is_safe(const uint8_t *bytes, size_t len, size_t count,
                     uint64_t records, size_t *refused);

static void damage(const char *what, const struct buf *coded, size_t count,
                   uint64_t records, is_safe *safe)
{
	size_t refused = 0;

	for (size_t bit = 0; bit < coded->len * 8; bit++) {
		uint8_t *bytes = exact_copy(coded->ptr, coded->len);

		bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (!safe(bytes, coded->len, count, records, &refused))
			fail_msg("%s: bit %zu", what, bit);
		free(bytes);
	}
	for (size_t at = 0; at < coded->len; at++)
		for (unsigned v = 0; v < 256; v += v < 3 || v > 251 ? 1 : 31) {
			uint8_t *bytes = exact_copy(coded->ptr, coded->len);

			bytes[at] = (uint8_t)v;
			if (!safe(bytes, coded->len, count, records, &refused))
				fail_msg("%s: %u at %zu", what, v, at);
			free(bytes);
		}
	for (size_t len = 0; len < coded->len; len++) {
		uint8_t *bytes = exact_copy(coded->ptr, len);

		if (!safe(bytes, len, count, records, &refused))
			fail_msg("%s: %zu bytes", what, len);
		free(bytes);
	}
	print_message("%s: %zu bytes, %zu times refused\n", what, coded->len,
	              refused);
	assert_true(refused >= coded->len);
}

static void a_damaged_short_list_is_refused_or_a_list(void **state)
{
	static const size_t counts[] = { 1, 5, 64, 127 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		for (int marks = 0; marks < MARKS_COUNT; marks += 2) {
			struct list l = make_list(counts[i], SPREAD_EVEN,
			                          (enum marks)marks, 0);
			struct buf coded = put_short(&l);

			damage("a short list", &coded, l.count, l.records,
			       short_is_safe);
			buf_done(&coded);
			list_done(&l);
		}
}

static void a_damaged_long_list_is_refused_or_a_list(void **state)
{
	static const size_t counts[] = { 128, 129, 700 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		for (int spread = 0; spread < SPREAD_COUNT; spread++) {
			struct list l = make_list(
				counts[i], (enum spread)spread, MARKS_ANY, 0);
			struct buf coded = { 0 };

			postings_put_long(&coded, l.p, l.count, &l.of);
			assert_true(buf_ok(&coded));
			damage("a long list", &coded, l.count, l.records,
			       long_is_safe);
			buf_done(&coded);
			list_done(&l);
		}
}

static void any_bytes_as_a_list_are_refused_or_a_list(void **state)
{
	size_t refused = 0;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = (size_t)any(300);
		uint8_t *bytes = exact_copy(NULL, 0);

		free(bytes);
		bytes = malloc(len ? len : 1);
		assert_non_null(bytes);
		for (size_t i = 0; i < len; i++)
			bytes[i] = (uint8_t)(any(2) ? any(256) : any(4));
		assert_true(short_is_safe(bytes, len, 1 + (size_t)any(127),
		                          1 + any(UINT64_C(1) << any(33)),
		                          &refused));
		assert_true(long_is_safe(bytes, len, 128 + (size_t)any(400),
		                         1 + any(UINT64_C(1) << any(33)),
		                         &refused));
		free(bytes);
	}
	print_message("%zu of 40000 refused\n", refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_number_comes_back_with_any_parameter),
		cmocka_unit_test(
			a_long_row_of_zero_bits_is_a_number_like_others),
		cmocka_unit_test(a_number_of_33_bits_is_refused),
		cmocka_unit_test(nothing_is_read_behind_the_end),
		cmocka_unit_test(plain_bits_come_back_and_end_where_they_end),
		cmocka_unit_test(only_zero_bits_of_one_byte_may_be_left),
		cmocka_unit_test(a_norm_orders_like_the_length),
		cmocka_unit_test(
			a_norm_stands_for_the_smallest_length_that_has_it),
		cmocka_unit_test(an_impact_is_the_weight_rounded_up),
		cmocka_unit_test(more_of_a_word_is_never_worth_less),
		cmocka_unit_test(every_list_comes_back),
		cmocka_unit_test(short_lists_of_every_count_follow_one_another),
		cmocka_unit_test(
			all_records_of_the_largest_segment_can_be_named),
		cmocka_unit_test(a_damaged_short_list_is_refused_or_a_list),
		cmocka_unit_test(a_damaged_long_list_is_refused_or_a_list),
		cmocka_unit_test(any_bytes_as_a_list_are_refused_or_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
