/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rebuild_failures.c - while articles go from archive to archive, every
 * allocation and every call to the system fails once, and for ever.
 *
 * Each failure is told as what it is.  What the archive had before is kept,
 * what could not be read is named, and afterwards the rest can be added.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "archive/writer.h"
#include "base/alloc.h"
#include "fiche/rebuild.h"
#include "support/archive_case.h"

/* The first commit is there already; some blocks of the source are copied, some
 * made of what is new in them. */
static const struct case_plan plan = {
	.seed = 3, .commits = 3, .lines = 8, .files = 2, .text_len = 120
};

static struct archive_case ground;

static int enter(void **state)
{
	return archive_case_enter(state, &ground, &plan);
}

static struct io_memory *first_commit(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	assert_int_equal(case_put(m, ground.bytes.ptr, (size_t)ground.end[1]),
	                 0);
	return m;
}

static struct io_memory *whole(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	assert_int_equal(case_put(m, ground.bytes.ptr, ground.bytes.len), 0);
	return m;
}

/* Every other record of what is new, then all. */
static bool odd_ones(void *ctx, uint64_t number)
{
	(void)ctx;
	return number % 2 == 1;
}

static uint64_t lost;
static int lost_code;

static void on_loss(void *ctx, uint64_t number, uint64_t count,
                    const struct fiche_error *why)
{
	(void)ctx;
	(void)number;
	lost += count;
	lost_code = why->code;
}

static int merge(struct io_memory *to, struct io_memory *from, bool dense,
                 struct fiche_error *err)
{
	struct fiche_copy_options opt = { .recompress = dense,
		                          .take = odd_ones,
		                          .on_loss = on_loss };
	struct fiche_writer *w = NULL;
	struct fiche_reader *r = NULL;
	int status = case_open(&r, from, false, err);

	lost = 0;
	lost_code = 0;
	if (status == 0)
		status = case_writer(&w, to, FICHE_APPEND, &plan, err);
	if (status == 0)
		status = fiche_copy(w, r, &opt, NULL, err);
	opt.take = NULL;
	if (status == 0)
		status = fiche_copy(w, r, &opt, NULL, err);
	if (status == 0)
		status = fiche_writer_commit(w, err);
	fiche_writer_close(w);
	fiche_reader_close(r);
	return status;
}

/* The first commit is as it was; with `all` everything is there. */
static void check(struct io_memory *m, bool all)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct case_reading got;
	struct fiche_reader *r;
	int status;

	if (case_open(&r, m, false, &err) != 0)
		fail_msg("opening: %s", err.text);
	assert_int_equal(case_read(&got, r, ground.digests, ground.records[1],
	                           false, &err),
	                 0);
	assert_int_equal(got.failed, 0);
	assert_int_equal(got.exact, ground.records[1]);
	if (all)
		assert_int_equal(got.numbers, ground.record_count);
	fiche_reader_close(r);
	status = case_verify(m, false, &report, &err);
	if (status != 0 && status != FICHE_ERR_TRUNCATED)
		fail_msg("verifying: %s", err.text);
}

/* It can be done again, and then nothing is missing. */
static void finish(struct io_memory *m, struct io_memory *from)
{
	struct fiche_error err = { 0 };

	if (merge(m, from, false, &err) != 0)
		fail_msg("merging after the failure: %s", err.text);
	assert_int_equal(lost, 0);
	check(m, true);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	for (int mode = 0; mode < 4; mode++) {
		bool dense = mode & 1, for_ever = mode & 2;
		size_t tried = 0;

		for (long n = 0;; n++, tried++) {
			struct io_memory *m = first_commit(), *from = whole();
			struct fiche_error err = { 0 };
			unsigned long fired;
			int r;

			alloc_fail_after(n, for_ever);
			r = merge(m, from, dense, &err);
			fired = alloc_faults_fired();
			alloc_fail_after(-1, false);
			if (r != 0 && r != FICHE_ERR_NOMEM)
				fail_msg("allocation %ld: %d, %s", n, r,
				         err.text);
			if (fired == 0) {
				assert_int_equal(r, 0);
				assert_int_equal(lost, 0);
				check(m, true);
			} else if (n % 7 == 0) {
				check(m, r == 0 && lost == 0);
				finish(m, from);
			}
			io_memory_free(m);
			io_memory_free(from);
			if (fired == 0)
				break;
		}
		print_message("%s%s: %zu allocations failed\n",
		              dense ? "dense" : "copied",
		              for_ever ? " for ever" : "", tried);
		assert_true(tried > 100);
	}
}

struct sweep {
	enum io_fault_kind kind;
	const char *name;
	int error;
	bool for_ever;
	bool of_source;
};

static void sweep(const struct sweep *s, bool dense)
{
	size_t tried = 0;

	for (long n = 0;; n++, tried++) {
		struct io_memory *m = first_commit(), *from = whole();
		struct io_memory *hit = s->of_source ? from : m;
		struct fiche_error err = { 0 };
		unsigned long fired;
		int r;

		io_memory_fail(hit, s->kind, n, s->error, s->for_ever);
		r = merge(m, from, dense, &err);
		fired = io_memory_faults_fired(hit);
		io_memory_fail(hit, 0, -1, 0, false);
		if (r != 0 && r != FICHE_ERR_IO)
			fail_msg("%s, call %ld: %d, %s", s->name, n, r,
			         err.text);
		if (lost > 0) {
			assert_true(s->of_source);
			assert_int_equal(lost_code, FICHE_ERR_IO);
		}
		check(m, fired == 0);
		finish(m, from);
		io_memory_free(m);
		io_memory_free(from);
		if (fired == 0)
			break;
	}
	print_message("%s%s: %zu calls failed\n", s->name,
	              s->for_ever ? " for ever" : "", tried);
	assert_true(tried > 0);
}

static void every_call_may_fail(void **state)
{
	static const struct sweep sweeps[] = {
		{ IO_FAULT_READ, "read of the source EIO", EIO, false, true },
		{ IO_FAULT_READ, "read of the source EIO", EIO, true, true },
		{ IO_FAULT_READ, "read EIO", EIO, false, false },
		{ IO_FAULT_READ, "read EIO", EIO, true, false },
		{ IO_FAULT_SYNC, "sync EIO", EIO, false, false },
		{ IO_FAULT_WRITE, "write EIO", EIO, false, false },
		{ IO_FAULT_WRITE, "write ENOSPC", ENOSPC, true, false },
		{ IO_FAULT_RESERVE, "reserve ENOSPC", ENOSPC, false, false },
		{ IO_FAULT_OTHER, "other EIO", EIO, false, false },
		{ IO_FAULT_OTHER, "other EIO", EIO, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		sweep(&sweeps[i], false);
		sweep(&sweeps[i], true);
	}
}

static void every_flipped_byte_of_a_source_is_found(void **state)
{
	size_t told = 0;

	(void)state;
	for (size_t at = 0; at < ground.bytes.len; at += 61) {
		struct io_memory *m = io_memory_new(), *from = whole();
		struct fiche_error err = { 0 };
		struct fiche_verify_report report;
		struct fiche_writer *w;
		struct fiche_reader *r;
		int status;

		assert_non_null(m);
		lost = 0;
		ground.bytes.ptr[at] ^= 0x40;
		assert_int_equal(
			case_put(from, ground.bytes.ptr, ground.bytes.len), 0);
		ground.bytes.ptr[at] ^= 0x40;
		status = case_open(&r, from, false, &err);
		if (status == 0) {
			const struct fiche_copy_options opt = {
				.on_loss = on_loss
			};
			struct fiche_copy_stats stats;

			assert_int_equal(
				case_writer(&w, m, FICHE_CREATE, &plan, &err),
				0);
			if (fiche_copy(w, r, &opt, &stats, &err) != 0)
				fail_msg("byte %zu: %s", at, err.text);
			assert_int_equal(fiche_writer_commit(w, &err), 0);
			fiche_writer_close(w);
			if (case_verify(m, false, &report, &err) != 0)
				fail_msg("byte %zu: %s", at, err.text);
			assert_int_equal(stats.lost, lost);
			assert_int_equal(report.records, stats.read);
			told += lost > 0;
		}
		fiche_reader_close(r);
		io_memory_free(m);
		io_memory_free(from);
	}
	print_message("%zu flipped bytes cost articles\n", told);
	assert_true(told > 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(every_call_may_fail),
		cmocka_unit_test(every_flipped_byte_of_a_source_is_found),
	};

	return cmocka_run_group_tests(tests, enter, archive_case_leave);
}
