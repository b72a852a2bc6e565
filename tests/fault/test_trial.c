/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_trial.c - parity that was encoded wrongly is not committed (spec 4.12).
 *
 * The linker puts what is below between libfiche and libisal: one coefficient
 * of the code that is made first, that of the groups, is another.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buf.h"
#include "io/memory.h"
#include "parity/encode.h"

#define NAME  "zone"
#define PAGES 4000u

/* Which coefficient is wrong; none if `left` is below 0. */
static struct {
	int left;
	unsigned at;
} fault;

void __real_ec_init_tables(int columns, int rows, unsigned char *matrix,
                           unsigned char *tables);
void __wrap_ec_init_tables(int columns, int rows, unsigned char *matrix,
                           unsigned char *tables);

void __wrap_ec_init_tables(int columns, int rows, unsigned char *matrix,
                           unsigned char *tables)
{
	if (fault.left-- == 0)
		matrix[fault.at % (unsigned)(columns * rows)] ^= 0x10;
	__real_ec_init_tables(columns, rows, matrix, tables);
}

static int encode(struct io *io, unsigned profile, struct fiche_error *err)
{
	struct parity_head head = { .offset = (uint64_t)PAGES * PARITY_PAGE,
		                    .batch_start = 8192,
		                    .zones = 1 };
	struct io_file *data, *out;
	int r;

	parity_choose(&head.geometry, profile, PAGES);
	assert_int_equal(io_open(io, NAME, IO_READ, &data, NULL), 0);
	assert_int_equal(io_open(io, NAME, IO_SCRATCH, &out, NULL), 0);
	r = parity_encode(&head, data, out, true, err);
	io_close(data);
	io_close(out);
	return r;
}

static void any_wrong_coefficient_is_noticed(void **state)
{
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };
	struct buf bytes = { 0 };
	uint64_t seed = 3;

	(void)state;
	assert_non_null(m);
	while (bytes.len < (size_t)PAGES * PARITY_PAGE) {
		seed = seed * UINT64_C(6364136223846793005) + 1;
		buf_u32(&bytes, (uint32_t)(seed >> 32));
	}
	assert_true(buf_ok(&bytes));
	assert_int_equal(io_memory_put(m, NAME, bytes.ptr, bytes.len), 0);
	for (unsigned p = FICHE_PARITY_LITE; p <= FICHE_PARITY_ARCH; p++) {
		fault.left = -1;
		assert_int_equal(encode(io_memory_io(m), p, &err), 0);
		/* 509 goes through all columns and rows in turn. */
		for (unsigned i = 0; i < 12; i++) {
			fault.left = 0;
			fault.at = i * 509;
			assert_int_equal(encode(io_memory_io(m), p, &err),
			                 FICHE_ERR_STATE);
		}
	}
	buf_done(&bytes);
	io_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_wrong_coefficient_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
