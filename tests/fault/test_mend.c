/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_mend.c - a protected archive loses pages, bits, its head, its tail, and
 * comes back to the byte; or what is lost is said, and nothing else is.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/parity.h"
#include "parity/mend.h"
#include "parity/protect.h"
#include "support/archive_case.h"

#define OUT "mended.fiche"

/* An archive that was protected, grew, and was protected again. */
static struct {
	struct io_memory *memory;
	struct buf good;
	struct buf copy;
	struct fiche_mend_report report;
	uint64_t first_end; /* of the first protecting generation */
} at;

static int protect(struct io_memory *m, enum fiche_parity profile,
                   struct fiche_protect_report *report, struct fiche_error *err)
{
	struct fiche_protect_options opt = { .profile = profile,
		                             .has_time = true,
		                             .time = 1700000000 };

	return protect_io(io_memory_io(m), CASE_PATH, &opt, report, err);
}

static void keep(struct buf *to, struct io_memory *m, const char *name)
{
	const uint8_t *bytes;
	size_t len;

	assert_true(io_memory_get(m, name, &bytes, &len));
	buf_clear(to);
	buf_put(to, bytes, len);
	assert_true(buf_ok(to));
}

static int make(void **state)
{
	const struct case_plan plan = {
		.seed = 11, .lines = 150, .files = 4, .text_len = 600
	};
	struct io_memory *m = io_memory_new();
	struct fiche_verify_report report;

	(void)state;
	case_keep_memory();
	assert_non_null(m);
	assert_int_equal(case_append(m, &plan, NULL), 0);
	assert_int_equal(case_append(m, &plan, NULL), 0);
	assert_int_equal(protect(m, FICHE_PARITY_STD, NULL, NULL), 0);
	keep(&at.good, m, CASE_PATH);
	at.first_end = at.good.len;
	assert_int_equal(case_append(m, &plan, NULL), 0);
	assert_int_equal(protect(m, FICHE_PARITY_OTHER, NULL, NULL), 0);
	assert_int_equal(case_verify(m, false, &report, NULL), 0);
	keep(&at.good, m, CASE_PATH);
	io_memory_free(m);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	buf_done(&at.good);
	buf_done(&at.copy);
	io_memory_free(at.memory);
	return 0;
}

static void whole_copy(void)
{
	buf_clear(&at.copy);
	buf_put(&at.copy, at.good.ptr, at.good.len);
	assert_true(buf_ok(&at.copy));
}

/* Mend what at.copy has become. */
static int mend(struct fiche_error *err)
{
	static const char *const paths[] = { CASE_PATH };
	struct fiche_mend_options opt = { .threads = 1 };

	io_memory_free(at.memory);
	at.memory = io_memory_new();
	assert_non_null(at.memory);
	assert_int_equal(case_put(at.memory, at.copy.ptr, at.copy.len), 0);
	return mend_io(io_memory_io(at.memory), paths, 1, OUT, &opt, &at.report,
	               err);
}

static bool is_as_it_was(void)
{
	const uint8_t *bytes;
	size_t len;

	return io_memory_get(at.memory, OUT, &bytes, &len) &&
	       len == at.good.len && memcmp(bytes, at.good.ptr, len) == 0;
}

static void comes_back(const char *what, uint64_t where)
{
	struct fiche_error err = { 0 };
	int r = mend(&err);

	if (r != 0 || !is_as_it_was())
		fail_msg("%s at %llu: %d %s", what, (unsigned long long)where,
		         r, err.text);
}

static uint64_t dice(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 33;
}

static void a_whole_archive_comes_out_as_it_is(void **state)
{
	(void)state;
	whole_copy();
	comes_back("nothing", 0);
	assert_int_equal(at.report.zones, 2);
	assert_int_equal(at.report.pages_mended, 0);
	assert_int_equal(at.report.sections.mended, 0);
}

static void every_page_comes_back(void **state)
{
	(void)state;
	for (size_t page = 0; page < at.good.len / PARITY_PAGE; page++) {
		whole_copy();
		memset(at.copy.ptr + page * PARITY_PAGE, 0x55, PARITY_PAGE);
		comes_back("a lost page", page);
		assert_int_equal(at.report.sections.mended, 1);
	}
}

static void bits_come_back(void **state)
{
	uint64_t seed = 3;

	(void)state;
	for (unsigned i = 0; i < 200; i++) {
		uint64_t bit = dice(&seed) % (at.good.len * 8);

		whole_copy();
		at.copy.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		comes_back("a flipped bit", bit);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_archive_comes_out_as_it_is),
		cmocka_unit_test(every_page_comes_back),
		cmocka_unit_test(bits_come_back),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
