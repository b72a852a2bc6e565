/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rs.c - GF(2^8) through libisal (spec 3.8).
 *
 * Its own gf_gen_rs_matrix() has sub-matrices without an inverse; those of a
 * Cauchy matrix all have one.  Only the e x e system of the lost columns is
 * inverted, never one of all columns, which would take longer than the sums.
 * The expanded tables differ between versions of the library and never leave
 * this file.
 */

#include "parity/rs.h"

#include <isa-l/erasure_code.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "base/alloc.h"
#include "fiche/error.h"

#define TABLE 32 /* bytes that the library makes of a coefficient */
/* The library goes over the data once for every few rows: so much of all
 * columns stays in the cache meanwhile, which makes it twice as fast. */
#define BLOCK ((size_t)1024)

struct rs {
	unsigned columns, rows;
	uint8_t *tables;
};

uint8_t rs_coefficient(unsigned n, unsigned r, unsigned c)
{
	return gf_inv((uint8_t)((n + r) ^ c));
}

static uint8_t *expand(unsigned columns, unsigned rows, uint8_t *matrix)
{
	uint8_t *tables = alloc_bytes((size_t)TABLE * columns * rows);

	if (tables)
		ec_init_tables((int)columns, (int)rows, matrix, tables);
	return tables;
}

struct rs *rs_new(unsigned n, unsigned columns, unsigned rows)
{
	struct rs *rs = alloc_zeroed(1, sizeof(*rs));
	uint8_t *matrix = alloc_bytes((size_t)columns * rows);

	if (rs && matrix) {
		for (unsigned r = 0; r < rows; r++)
			for (unsigned c = 0; c < columns; c++)
				matrix[r * columns + c] =
					rs_coefficient(n, r, c);
		rs->columns = columns;
		rs->rows = rows;
		rs->tables = expand(columns, rows, matrix);
	}
	alloc_free(matrix);
	if (rs && rs->tables)
		return rs;
	rs_free(rs);
	return NULL;
}

void rs_free(struct rs *rs)
{
	if (!rs)
		return;
	alloc_free(rs->tables);
	alloc_free(rs);
}

/*
 * The library leaves the upper halves of vector registers in use, and until
 * they are cleared all older instructions are slow, those of SHA-256 among
 * them.
 */
#ifdef __x86_64__
__attribute__((target("avx"))) static void clear_upper_halves(void)
{
	_mm256_zeroupper();
}
#endif

static void leave_vectors(void)
{
#ifdef __x86_64__
	if (__builtin_cpu_supports("avx"))
		clear_upper_halves();
#endif
}

/* The library writes to the sums alone, but its types do not say so. */
static void sum(size_t len, unsigned columns, unsigned rows, uint8_t *tables,
                uint8_t *const *data, uint8_t *const *sums)
{
	uint8_t *in[255], *out[255];

	for (size_t at = 0; at < len; at += BLOCK) {
		size_t n = len - at < BLOCK ? len - at : BLOCK;

		for (unsigned i = 0; i < columns; i++)
			in[i] = data[i] + at;
		for (unsigned i = 0; i < rows; i++)
			out[i] = sums[i] + at;
		ec_encode_data((int)n, (int)columns, (int)rows, tables, in,
		               out);
	}
	leave_vectors();
}

void rs_sum(const struct rs *rs, size_t len, uint8_t *const *data,
            uint8_t *const *sums)
{
	sum(len, rs->columns, rs->rows, rs->tables, data, sums);
}

int rs_solve(unsigned n, const uint8_t *columns, const uint8_t *rows,
             unsigned count, size_t len, uint8_t *const *left,
             uint8_t *const *out)
{
	size_t size = (size_t)count * count;
	uint8_t *matrix = alloc_bytes(2 * size), *tables = NULL;

	if (!matrix)
		return FICHE_ERR_NOMEM;
	for (unsigned i = 0; i < count; i++)
		for (unsigned k = 0; k < count; k++)
			matrix[i * count + k] =
				rs_coefficient(n, rows[i], columns[k]);
	/* Square parts of a Cauchy matrix have an inverse. */
	(void)gf_invert_matrix(matrix, matrix + size, (int)count);
	tables = expand(count, count, matrix + size);
	if (tables)
		sum(len, count, count, tables, left, out);
	alloc_free(matrix);
	alloc_free(tables);
	return tables ? 0 : FICHE_ERR_NOMEM;
}
