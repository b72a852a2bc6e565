/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rs.h - Reed-Solomon codes of pages: sums, and the lost ones solved for
 * (spec 3.8).
 *
 * A code word has up to n pages of data and up to 255 - n pages of parity, each
 * the sum of the data with coefficients a(n, r, c).  Any rows solve for as many
 * columns.
 */
#ifndef PARITY_RS_H
#define PARITY_RS_H

#include <stddef.h>
#include <stdint.h>

/* The inverse of (n + r) xor c; n + r and c are below 256 and differ. */
uint8_t rs_coefficient(unsigned n, unsigned r, unsigned c);

struct rs;

/* Ready to sum `columns` of n into `rows`: columns <= n, n + rows <= 255.  NULL
 * when out of memory. */
struct rs *rs_new(unsigned n, unsigned columns, unsigned rows);
void rs_free(struct rs *rs);

/* sums[r] = the sum of a(n, r, c) * data[c], each of `len` bytes: all columns,
 * all rows. */
void rs_sum(const struct rs *rs, size_t len, uint8_t *const *data,
            uint8_t *const *sums);

/*
 * Solve for the pages of `count` columns.  left[i] is what the row rows[i] of
 * parity has beyond the sum of the pages that are known; out[i] gets the page
 * of columns[i].  Columns and rows ascend.  0 or FICHE_ERR_NOMEM.
 */
int rs_solve(unsigned n, const uint8_t *columns, const uint8_t *rows,
             unsigned count, size_t len, uint8_t *const *left,
             uint8_t *const *out);

#endif
