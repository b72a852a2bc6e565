/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_redact_failures.c - while a record is taken out of an archive, memory,
 * the disk and the system fail, each at every moment, and the power too.
 *
 * The archive that is read keeps every byte.  The new one is there, whole and
 * without the record, or it is not there.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/redact.h"
#include "archive/verify.h"
#include "base/alloc.h"
#include "support/archive_case.h"

#define NEW "new.fiche"

static const struct case_plan plan = {
	.seed = 3, .commits = 3, .lines = 8, .files = 2, .text_len = 120
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

static int redact(struct io_memory *m, struct fiche_error *err)
{
	static const uint64_t numbers[] = { 4, 11 };
	static const struct fiche_redact_options opt = { .reason = "asked for",
		                                         .keep_copies = true,
		                                         .level = 1,
		                                         .threads = 1,
		                                         .has_time = true,
		                                         .time = 1700000000 };

	return redact_io(io_memory_io(m), CASE_PATH, NEW, numbers, 2, &opt,
	                 NULL, err);
}

/* The new archive, if it is there, is whole. */
static void check_new(struct io_memory *m, bool there)
{
	const struct fiche_verify_options opt = { .threads = 1 };
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;

	assert_int_equal(io_memory_get(m, NEW, &bytes, &len), there);
	if (!there)
		return;
	if (verify_io(io_memory_io(m), NEW, &opt, &report, &err) != 0)
		fail_msg("verifying: %s", err.text);
	assert_int_equal(report.records, ground.record_count);
	assert_int_equal(report.redacted, 2);
}

static void check(struct io_memory *m, bool there)
{
	const uint8_t *bytes;
	size_t len;

	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	assert_int_equal(len, ground.bytes.len);
	assert_memory_equal(bytes, ground.bytes.ptr, len);
	check_new(m, there);
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
			int r;

			alloc_fail_after(n, for_ever);
			r = redact(m, &err);
			fired = alloc_faults_fired();
			alloc_fail_after(-1, false);
			if (r != 0 && r != FICHE_ERR_NOMEM)
				fail_msg("allocation %ld: %d, %s", n, r,
				         err.text);
			if (fired == 0)
				assert_int_equal(r, 0);
			check(m, r == 0);
			io_memory_free(m);
			if (fired == 0)
				break;
		}
		print_message("%zu allocations failed%s\n", tried,
		              for_ever ? " for ever" : "");
		assert_true(tried > 100);
	}
}

struct sweep {
	enum io_fault_kind kind;
	const char *name;
	int error;
	bool for_ever;
};

static void every_call_may_fail(void **state)
{
	static const struct sweep sweeps[] = {
		{ IO_FAULT_READ, "read EIO", EIO, false },
		{ IO_FAULT_READ, "read EIO", EIO, true },
		{ IO_FAULT_SYNC, "sync EIO", EIO, false },
		{ IO_FAULT_WRITE, "write EIO", EIO, false },
		{ IO_FAULT_WRITE, "write ENOSPC", ENOSPC, true },
		{ IO_FAULT_RESERVE, "reserve ENOSPC", ENOSPC, false },
		{ IO_FAULT_OTHER, "other EIO", EIO, false },
		{ IO_FAULT_OTHER, "other EIO", EIO, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++) {
		const struct sweep *s = &sweeps[i];
		size_t tried = 0;

		for (long n = 0;; n++, tried++) {
			struct io_memory *m = whole();
			struct fiche_error err = { 0 };
			unsigned long fired;
			const uint8_t *bytes;
			size_t len;
			int r;

			io_memory_fail(m, s->kind, n, s->error, s->for_ever);
			r = redact(m, &err);
			fired = io_memory_faults_fired(m);
			io_memory_fail(m, 0, -1, 0, false);
			if (r != 0 && r != FICHE_ERR_IO)
				fail_msg("%s, call %ld: %d, %s", s->name, n, r,
				         err.text);
			if (r != 0 && fired > 0)
				assert_int_equal(err.sys_errno, s->error);
			/* After a failed publish the name may be there. */
			check(m, r == 0 || io_memory_get(m, NEW, &bytes, &len));
			io_memory_free(m);
			if (fired == 0)
				break;
		}
		print_message("%s%s: %zu calls failed\n", s->name,
		              s->for_ever ? " for ever" : "", tried);
		assert_true(tried > 0);
	}
}

static void a_full_disk_leaves_the_old_archive_and_no_half_of_a_new_one(
	void **state)
{
	struct io_memory *m = whole();
	struct fiche_error err = { 0 };
	uint64_t quota = ground.bytes.len;
	const uint8_t *bytes;
	size_t len, tried = 0;
	int r = redact(m, &err);

	(void)state;
	assert_int_equal(r, 0);
	assert_true(io_memory_get(m, NEW, &bytes, &len));
	print_message("%zu bytes, and %zu for the new archive\n",
	              ground.bytes.len, len);
	io_memory_free(m);
	do {
		m = whole();
		io_memory_set_quota(m, quota);
		r = redact(m, &err);
		if (r != 0) {
			assert_int_equal(r, FICHE_ERR_IO);
			assert_int_equal(err.sys_errno, ENOSPC);
		}
		io_memory_set_quota(m, UINT64_MAX);
		check(m, r == 0);
		io_memory_free(m);
		quota += 61;
		tried++;
	} while (r != 0);
	print_message("%zu quotas tried, %llu bytes were enough\n", tried,
	              (unsigned long long)quota - 61);
	assert_true(tried > 100);
}

/* What the medium has after a power cut is what was synced, and any part of
 * what was not; the name comes behind the last sync. */
static void a_power_cut_leaves_a_whole_archive_or_none(void **state)
{
	size_t tried = 0;

	(void)state;
	for (long n = 0;; n++, tried++) {
		struct io_memory *m = whole(), *after;
		struct fiche_error err = { 0 };
		const uint8_t *bytes;
		unsigned long fired;
		size_t len;

		/* The power goes with the n-th call: all that follow fail. */
		io_memory_fail(m, IO_FAULT_ANY, n, EIO, true);
		(void)redact(m, &err);
		fired = io_memory_faults_fired(m);
		after = whole();
		if (io_memory_get_durable(m, NEW, &bytes, &len)) {
			assert_int_equal(io_memory_put(after, NEW, bytes, len),
			                 0);
			check(after, true);
		} else {
			check(after, false);
		}
		assert_true(io_memory_get_durable(m, CASE_PATH, &bytes, &len));
		assert_int_equal(len, ground.bytes.len);
		assert_memory_equal(bytes, ground.bytes.ptr, len);
		io_memory_free(after);
		io_memory_free(m);
		if (fired == 0)
			break;
	}
	print_message("%zu moments\n", tried);
	assert_true(tried > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(every_call_may_fail),
		cmocka_unit_test(
			a_full_disk_leaves_the_old_archive_and_no_half_of_a_new_one),
		cmocka_unit_test(a_power_cut_leaves_a_whole_archive_or_none),
	};

	return cmocka_run_group_tests(tests, enter, archive_case_leave);
}
