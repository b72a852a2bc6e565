/* SPDX-License-Identifier: Apache-2.0 */
/* test_spool.c - an index being made: in memory, and in a file without a name
 * from some size on; nobody can tell which. */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "archive/spool.h"
#include "base/alloc.h"
#include "io/memory.h"

#define PIECE 65536

static void fill(uint8_t piece[PIECE], size_t n)
{
	for (size_t i = 0; i < PIECE; i++)
		piece[i] = (uint8_t)((n + 1) * (i + 7) >> 3);
}

/* So many pieces, as far as nothing fails. */
static int write_all(struct spool *s, size_t pieces, struct fiche_error *err)
{
	static uint8_t piece[PIECE];
	int r = 0;

	for (size_t n = 0; r == 0 && n < pieces; n++) {
		fill(piece, n);
		r = s->out.write(&s->out, piece, PIECE, err);
	}
	return r;
}

static void what_was_written_is_read_however_much_it_is(void **state)
{
	static const size_t counts[] = { 0, 1, SPOOL_MEMORY / PIECE,
		                         SPOOL_MEMORY / PIECE + 1,
		                         SPOOL_MEMORY / PIECE + 3 };
	static uint8_t piece[PIECE], want[PIECE];
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct io_memory *m = io_memory_new();
		uint64_t len = counts[i] * PIECE;
		struct spool s;

		assert_non_null(m);
		spool_init(&s, io_memory_io(m), "index");
		assert_int_equal(write_all(&s, counts[i], &err), 0);
		assert_int_equal(s.len, len);
		assert_int_equal(s.file != NULL, len > SPOOL_MEMORY);
		for (size_t n = 0; n < counts[i]; n++) {
			fill(want, n);
			assert_int_equal(
				s.in.read(&s.in, n * PIECE, piece, PIECE, &err),
				0);
			assert_memory_equal(piece, want, PIECE);
		}
		/* Up to the end, and not behind it. */
		assert_int_equal(spool_read(&s, len, piece, 0, &err), 0);
		assert_int_equal(spool_read(&s, len, piece, 1, &err),
		                 FICHE_ERR_CORRUPT);
		assert_int_equal(spool_read(&s, len + 1, piece, 0, &err),
		                 FICHE_ERR_CORRUPT);
		assert_int_equal(spool_read(&s, UINT64_MAX, piece, PIECE, &err),
		                 FICHE_ERR_CORRUPT);
		spool_done(&s);
		io_memory_free(m);
	}
}

static void what_cannot_be_kept_is_told(void **state)
{
	static const struct {
		enum io_fault_kind kind;
		int error, code;
	} rows[] = {
		{ IO_FAULT_OTHER, EACCES, FICHE_ERR_IO },
		{ IO_FAULT_WRITE, ENOSPC, FICHE_ERR_IO },
	};
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct io_memory *m = io_memory_new();
		struct spool s;

		assert_non_null(m);
		spool_init(&s, io_memory_io(m), "index");
		io_memory_fail(m, rows[i].kind, 0, rows[i].error, true);
		assert_int_equal(write_all(&s, SPOOL_MEMORY / PIECE + 2, &err),
		                 rows[i].code);
		spool_done(&s);
		io_memory_fail(m, 0, -1, 0, false);
		spool_init(&s, io_memory_io(m), "index");
		alloc_fail_after(0, true);
		assert_int_equal(write_all(&s, 1, &err), FICHE_ERR_NOMEM);
		alloc_fail_after(-1, false);
		spool_done(&s);
		io_memory_free(m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_written_is_read_however_much_it_is),
		cmocka_unit_test(what_cannot_be_kept_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
