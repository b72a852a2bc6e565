/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_withdraw_failures.c - while records are withdrawn, memory and the system
 * fail, each at every moment, and the power too.
 *
 * Whatever was acknowledged holds: a record that was said to be withdrawn is
 * not shown, one that was restored is, and no other is touched.
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
#include "fiche/search.h"
#include "support/archive_case.h"

static const struct case_plan plan = {
	.seed = 9, .commits = 2, .lines = 6, .files = 1, .text_len = 60
};

static struct archive_case ground;

static int enter(void **state)
{
	return archive_case_enter(state, &ground, &plan);
}

static struct io_memory *whole(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	assert_int_equal(case_put(m, ground.bytes.ptr, ground.bytes.len), 0);
	return m;
}

#define STEPS 3

/* What is withdrawn after each step, of records 0 to 3. */
static const bool after[STEPS + 1][4] = {
	{ false, false, false, false },
	{ false, true, true, false },
	{ false, true, true, true },
	{ false, true, false, true },
};

/* Withdraw two, one more, and show one of them again. */
static int step(struct fiche_writer *w, int n, struct fiche_error *err)
{
	static const uint64_t two[] = { 1, 2 }, one[] = { 3 }, back[] = { 2 };
	int r;

	if (n == 0)
		r = fiche_writer_withdraw(w, two, 2, "asked for", "somebody",
		                          NULL, err);
	else if (n == 1)
		r = fiche_writer_withdraw(w, one, 1, NULL, NULL, NULL, err);
	else
		r = fiche_writer_restore(w, back, 1, NULL, err);
	return r < 0 ? r : fiche_writer_commit(w, err);
}

/* A list is read by search and selection; what they find is checked later. */
static int look(struct io_memory *m, struct fiche_error *err)
{
	struct fiche_results *found = NULL;
	struct fiche_selection all;
	struct fiche_query *q = NULL;
	struct fiche_hits *h = NULL;
	struct fiche_reader *r;
	int status = case_open(&r, m, false, err);

	fiche_selection_init(&all);
	if (status == 0)
		status = fiche_select(&found, r, &all, err);
	if (status == 0)
		status = fiche_query_parse(&q, "", 0, err);
	if (status == 0)
		status = fiche_search(&h, &r, 1, q, NULL, err);
	fiche_hits_free(h);
	fiche_query_free(q);
	fiche_results_free(found);
	fiche_reader_close(r);
	return status;
}

/* All steps, by one writer; *acked counts what was acknowledged. */
static int run(struct io_memory *m, int *acked, struct fiche_error *err)
{
	struct fiche_verify_report report;
	struct fiche_writer *w;
	int r = case_writer(&w, m, FICHE_APPEND, &plan, err);

	for (int i = 0; r == 0 && i < STEPS; i++) {
		r = step(w, i, err);
		*acked += r == 0;
	}
	fiche_writer_close(w);
	if (r == 0)
		r = look(m, err);
	return r < 0 ? r : case_verify(m, true, &report, err);
}

/* The archive is as after step `acked`, or as after the one behind it. */
static void check(struct io_memory *m, int acked)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	uint64_t steps;

	if (case_open(&r, m, false, &err) != 0)
		fail_msg("opening: %s", err.text);
	steps = r->archive.last.commit.generation - plan.commits;
	assert_true(steps == (uint64_t)acked || steps == (uint64_t)acked + 1);
	for (uint64_t i = 0; i < ground.record_count; i++) {
		bool gone = i < 4 && after[steps][i];

		assert_int_equal(reader_hides(r, i) != NULL, gone);
	}
	fiche_reader_close(r);
	/* What is added behind it stands on something whole. */
	if (case_append(m, &plan, &err) != 0)
		fail_msg("appending: %s", err.text);
	if (case_verify(m, false, &report, &err) != 0)
		fail_msg("verifying: %s", err.text);
	assert_int_equal(case_open(&r, m, false, &err), 0);
	for (uint64_t i = 0; i < 4; i++)
		assert_int_equal(reader_hides(r, i) != NULL, after[steps][i]);
	fiche_reader_close(r);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	for (int for_ever = 0; for_ever < 2; for_ever++) {
		size_t tried = 0;

		for (long n = 0;; n++, tried++) {
			struct io_memory *m = whole();
			struct fiche_error err = { 0 };
			unsigned long fired;
			int acked = 0, r;

			alloc_fail_after(n, for_ever);
			r = run(m, &acked, &err);
			fired = alloc_faults_fired();
			alloc_fail_after(-1, false);
			if (r != 0 && r != FICHE_ERR_NOMEM)
				fail_msg("allocation %ld: %d, %s", n, r,
				         err.text);
			check(m, acked);
			io_memory_free(m);
			if (fired == 0) {
				assert_int_equal(r, 0);
				break;
			}
		}
		print_message("%zu allocations failed%s\n", tried,
		              for_ever ? " for ever" : "");
		assert_true(tried > 100);
	}
}

static void every_call_may_fail(void **state)
{
	static const struct {
		unsigned kind;
		int error;
		bool for_ever;
	} sweeps[] = {
		{ IO_FAULT_READ, EIO, false },
		{ IO_FAULT_READ, EIO, true },
		{ IO_FAULT_WRITE, ENOSPC, false },
		{ IO_FAULT_WRITE, ENOSPC, true },
		{ IO_FAULT_SYNC, EIO, false },
		{ IO_FAULT_RESERVE, ENOSPC, false },
		{ IO_FAULT_OTHER, EIO, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		size_t tried = 0;

		for (long n = 0;; n++, tried++) {
			struct io_memory *m = whole();
			struct fiche_error err = { 0 };
			unsigned long fired;
			int acked = 0, r;

			io_memory_fail(m, sweeps[i].kind, n, sweeps[i].error,
			               sweeps[i].for_ever);
			r = run(m, &acked, &err);
			fired = io_memory_faults_fired(m);
			io_memory_fail(m, 0, -1, 0, false);
			if (r != 0 && r != FICHE_ERR_IO)
				fail_msg("sweep %zu, call %ld: %d, %s", i, n, r,
				         err.text);
			check(m, acked);
			io_memory_free(m);
			if (fired == 0) {
				assert_int_equal(r, 0);
				break;
			}
		}
		assert_true(tried > 0);
	}
}

/* With the n-th call the power goes: what is durable then is left. */
static void a_power_cut_takes_nothing_back(void **state)
{
	size_t tried = 0;

	(void)state;
	for (long n = 0;; n++, tried++) {
		struct io_memory *m = whole(), *left = io_memory_new();
		struct fiche_error err = { 0 };
		const uint8_t *bytes;
		unsigned long fired;
		int acked = 0;
		size_t len;

		io_memory_fail(m, IO_FAULT_ANY, n, EIO, true);
		(void)run(m, &acked, &err);
		fired = io_memory_faults_fired(m);
		assert_true(io_memory_get_durable(m, CASE_PATH, &bytes, &len));
		assert_int_equal(case_put(left, bytes, len), 0);
		check(left, acked);
		io_memory_free(left);
		io_memory_free(m);
		if (fired == 0)
			break;
	}
	print_message("%zu moments\n", tried);
	assert_true(tried > 20);
}

/* The last generation, cut anywhere: it is there, or the one before is. */
static void a_cut_leaves_what_was_withdrawn_before(void **state)
{
	struct io_memory *m = whole(), *cut = io_memory_new();
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	const uint8_t *bytes;
	size_t len[2];

	(void)state;
	assert_int_equal(case_writer(&w, m, FICHE_APPEND, &plan, &err), 0);
	assert_int_equal(step(w, 0, &err), 0);
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len[0]));
	assert_int_equal(step(w, 1, &err), 0);
	fiche_writer_close(w);
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len[1]));
	for (size_t n = len[0]; n <= len[1]; n++) {
		struct fiche_reader *r;

		assert_int_equal(case_put(cut, bytes, n), 0);
		assert_int_equal(case_open(&r, cut, false, &err), 0);
		for (uint64_t i = 0; i < 4; i++)
			assert_int_equal(reader_hides(r, i) != NULL,
			                 after[n == len[1] ? 2 : 1][i]);
		fiche_reader_close(r);
	}
	io_memory_free(cut);
	io_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(every_call_may_fail),
		cmocka_unit_test(a_power_cut_takes_nothing_back),
		cmocka_unit_test(a_cut_leaves_what_was_withdrawn_before),
	};

	return cmocka_run_group_tests(tests, enter, archive_case_leave);
}
