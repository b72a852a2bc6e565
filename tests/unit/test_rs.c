/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rs.c - spec 3.8: the sums, against a field of twenty lines, and every
 * way to lose pages of small codes.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "format/parity.h"
#include "parity/rs.h"

#define LEN 192

/* Multiplication by the definition: polynomials modulo 0x11D. */
static uint8_t times(uint8_t a, uint8_t b)
{
	unsigned product = 0;

	for (unsigned i = 0; i < 8; i++)
		if (b >> i & 1)
			product ^= (unsigned)a << i;
	for (unsigned i = 14; i >= 8; i--)
		if (product >> i & 1)
			product ^= 0x11Du << (i - 8);
	return (uint8_t)product;
}

static void a_coefficient_is_the_inverse_of_an_exclusive_or(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 255; n++)
		for (unsigned r = 0; n + r < 255; r += 1 + r / 8)
			for (unsigned c = 0; c < n; c++)
				assert_int_equal(times(rs_coefficient(n, r, c),
				                       (uint8_t)((n + r) ^ c)),
				                 1);
}

struct word {
	uint8_t page[255][LEN];
	uint8_t *data[255], *sums[255];
};

static void fill(struct word *w, unsigned columns, unsigned rows)
{
	for (unsigned i = 0; i < columns; i++) {
		for (unsigned k = 0; k < LEN; k++)
			w->page[i][k] = (uint8_t)rand();
		w->data[i] = w->page[i];
	}
	for (unsigned r = 0; r < rows; r++)
		w->sums[r] = w->page[columns + r];
}

static void sums_are_those_of_the_definition(void **state)
{
	static const unsigned shapes[][3] = {
		{ 1, 1, 1 },   { 4, 4, 4 },      { 239, 239, 16 },
		{ 239, 5, 2 }, { 198, 198, 57 }, { 64, 33, 34 },
		{ 1, 1, 254 }, { 254, 254, 1 },
	};
	struct word *w = calloc(1, sizeof(*w));

	(void)state;
	assert_non_null(w);
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		unsigned n = shapes[i][0], columns = shapes[i][1];
		unsigned rows = shapes[i][2];
		struct rs *rs = rs_new(n, columns, rows);

		assert_non_null(rs);
		fill(w, columns, rows);
		rs_sum(rs, LEN, w->data, w->sums);
		for (unsigned r = 0; r < rows; r++)
			for (unsigned k = 0; k < LEN; k++) {
				uint8_t sum = 0;

				for (unsigned c = 0; c < columns; c++)
					sum ^= times(rs_coefficient(n, r, c),
					             w->data[c][k]);
				assert_int_equal(sum, w->sums[r][k]);
			}
		rs_free(rs);
	}
	free(w);
}

/* Lose the pages whose bits are set, and get the data back.  Without `lost`
 * ones beyond the good rows. */
static void lose(struct word *w, unsigned n, unsigned rows, unsigned lost)
{
	uint8_t columns[8], from[8], left[8][LEN], got[8][LEN];
	uint8_t *left_at[8], *got_at[8];
	unsigned e = 0, good = 0;

	for (unsigned c = 0; c < n; c++)
		if (lost >> c & 1)
			columns[e++] = (uint8_t)c;
	for (unsigned r = 0; r < rows && good < e; r++)
		if (!(lost >> (n + r) & 1))
			from[good++] = (uint8_t)r;
	if (e == 0 || good < e)
		return;
	for (unsigned i = 0; i < e; i++) {
		memcpy(left[i], w->sums[from[i]], LEN);
		for (unsigned c = 0; c < n; c++)
			for (unsigned k = 0; !(lost >> c & 1) && k < LEN; k++)
				left[i][k] ^=
					times(rs_coefficient(n, from[i], c),
				              w->data[c][k]);
		left_at[i] = left[i];
		got_at[i] = got[i];
	}
	assert_int_equal(rs_solve(n, columns, from, e, LEN, left_at, got_at),
	                 0);
	for (unsigned i = 0; i < e; i++)
		assert_memory_equal(got[i], w->data[columns[i]], LEN);
}

static void every_loss_within_capacity_is_solved(void **state)
{
	struct word *w = calloc(1, sizeof(*w));

	(void)state;
	assert_non_null(w);
	for (unsigned n = 1; n <= 5; n++)
		for (unsigned rows = 1; rows <= 4; rows++) {
			struct rs *rs = rs_new(n, n, rows);

			assert_non_null(rs);
			fill(w, n, rows);
			rs_sum(rs, LEN, w->data, w->sums);
			for (unsigned lost = 1; lost < 1u << (n + rows); lost++)
				lose(w, n, rows, lost);
			rs_free(rs);
		}
	free(w);
}

/* `e` of `n` columns at random, ascending. */
static void pick(uint8_t *out, unsigned e, unsigned n)
{
	unsigned have = 0;

	for (unsigned c = 0; c < n; c++)
		if ((unsigned)rand() % (n - c) < e - have)
			out[have++] = (uint8_t)c;
	assert_int_equal(have, e);
}

/* Zero `e` pages; what the sums have beyond the rest solves for them. */
static void lose_as_many_as_there_are_rows(unsigned n, unsigned rows)
{
	unsigned e = rows < n ? rows : n;
	struct word *w = calloc(1, sizeof(*w)),
		    *left = calloc(1, sizeof(*left));
	struct word *lost = calloc(1, sizeof(*lost));
	struct rs *rs = rs_new(n, n, rows);
	uint8_t columns[255], from[255];

	assert_true(w && left && lost && rs);
	fill(w, n, rows);
	fill(left, 0, rows);
	fill(lost, e, 0);
	pick(columns, e, n);
	rs_sum(rs, LEN, w->data, w->sums);
	for (unsigned i = 0; i < e; i++) {
		memcpy(lost->page[i], w->page[columns[i]], LEN);
		memset(w->page[columns[i]], 0, LEN);
		from[i] = (uint8_t)i;
	}
	rs_sum(rs, LEN, w->data, left->sums);
	for (unsigned r = 0; r < rows; r++)
		for (unsigned k = 0; k < LEN; k++)
			left->sums[r][k] ^= w->sums[r][k];
	assert_int_equal(
		rs_solve(n, columns, from, e, LEN, left->sums, w->sums), 0);
	for (unsigned i = 0; i < e; i++)
		assert_memory_equal(w->sums[i], lost->page[i], LEN);
	rs_free(rs);
	free(w);
	free(left);
	free(lost);
}

static void the_largest_codes_are_solved(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 20; i++) {
		lose_as_many_as_there_are_rows(239, 16);
		lose_as_many_as_there_are_rows(223, 32);
		lose_as_many_as_there_are_rows(198, 57);
		lose_as_many_as_there_are_rows(128, 127);
		lose_as_many_as_there_are_rows(1, 254);
	}
}

/* What verification uses, which has no library. */
static void tables_are_summed_alike_without_the_library(void **state)
{
	struct parity_geometry g;
	uint8_t *tags, *in[PARITY_TABLE_K], sum[PARITY_TAGS_SIZE];
	uint8_t *out[255], *rows;
	struct rs *rs;

	(void)state;
	parity_choose(&g, FICHE_PARITY_STD, 40000);
	tags = calloc(g.tables, PARITY_TAGS_SIZE);
	rows = calloc(g.table_rows, PARITY_TAGS_SIZE);
	assert_true(tags && rows && g.table_groups > 1);
	for (size_t i = 0; i < g.tables * PARITY_TAGS_SIZE; i++)
		tags[i] = (uint8_t)rand();
	for (uint32_t h = 0; h < g.table_groups; h++) {
		unsigned n = 0;

		for (uint32_t t = h; t < g.tables; t += g.table_groups)
			in[n++] = tags + t * PARITY_TAGS_SIZE;
		for (uint32_t r = 0; r < g.table_rows; r++)
			out[r] = rows + r * PARITY_TAGS_SIZE;
		rs = rs_new(PARITY_TABLE_K, n, g.table_rows);
		assert_non_null(rs);
		rs_sum(rs, PARITY_TAGS_SIZE, in, out);
		rs_free(rs);
		for (uint32_t r = 0; r < g.table_rows; r++) {
			parity_table_sum(sum, &g, tags, h, r);
			assert_memory_equal(sum, out[r], sizeof(sum));
		}
	}
	free(tags);
	free(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_coefficient_is_the_inverse_of_an_exclusive_or),
		cmocka_unit_test(sums_are_those_of_the_definition),
		cmocka_unit_test(every_loss_within_capacity_is_solved),
		cmocka_unit_test(the_largest_codes_are_solved),
		cmocka_unit_test(tables_are_summed_alike_without_the_library),
	};

	srand(1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
