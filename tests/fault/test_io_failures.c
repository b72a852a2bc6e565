/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_io_failures.c - every call to the system fails once, and for ever.
 *
 * The run under test creates an archive, commits twice, appends, reads,
 * recovers and verifies.  Wherever it is hit, the call says so, nothing that
 * was acknowledged is lost, on the medium too, and the next append works.
 * The same is asked of making the index anew; and searches never find
 * something else.
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
#include "support/archive_case.h"
#include "support/searches.h"

/* The run makes the first three commits, the check after it one more. */
static const struct case_plan plan = {
	.seed = 3, .commits = 4, .lines = 8, .files = 1, .text_len = 120
};

#define RUN_COMMITS 3

static struct archive_case ground;

static int enter(void **state)
{
	return archive_case_enter(state, &ground, &plan);
}

struct outcome {
	uint64_t acked; /* commits that were reported as done */
	bool failed;    /* some call said so */
	bool other;     /* and not that there is no space */
};

/* Faults are told as what they are, never as damage. */
static void judge(struct outcome *o, int status, const struct fiche_error *err)
{
	if (status == 0)
		return;
	if (status != FICHE_ERR_IO || err->code != FICHE_ERR_IO)
		fail_msg("a failing call is reported as %d: %s", status,
		         err->text);
	o->failed = true;
	o->other |= err->sys_errno != ENOSPC;
}

/* Add and commit; a writer that failed is good for nothing but closing. */
static int commit(struct outcome *o, struct fiche_writer *w, size_t n)
{
	struct fiche_error err = { 0 };
	int r = case_add(w, &plan, n, &err);

	if (r == 0)
		r = fiche_writer_commit(w, &err);
	judge(o, r, &err);
	if (r == 0) {
		o->acked++;
		return 0;
	}
	assert_int_equal(fiche_writer_commit(w, NULL), FICHE_ERR_STATE);
	assert_int_equal(fiche_writer_add_json(w, "{}", 2, NULL, NULL),
	                 FICHE_ERR_STATE);
	return r;
}

static void read_back(struct outcome *o, struct io_memory *m, bool recover)
{
	struct fiche_error err = { 0 };
	struct case_reading seen;
	struct fiche_reader *r;
	int status = case_open(&r, m, recover, &err);

	judge(o, status, &err);
	if (status < 0)
		return;
	status = case_read(&seen, r, ground.digests, ground.record_count, true,
	                   &err);
	judge(o, status, &err);
	assert_int_equal(seen.wrong, 0);
	if (seen.failed > 0)
		assert_int_equal(seen.failure, FICHE_ERR_IO);
	o->failed |= seen.failed > 0;
	fiche_reader_close(r);
}

static struct outcome run(struct io_memory *m)
{
	struct outcome o = { 0 };
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	int r;

	r = case_writer(&w, m, FICHE_CREATE, &plan, &err);
	judge(&o, r, &err);
	if (r == 0 && commit(&o, w, 0) == 0)
		(void)commit(&o, w, 1);
	fiche_writer_close(w);
	if (o.acked < 2)
		return o;
	r = case_writer(&w, m, FICHE_APPEND, &plan, &err);
	judge(&o, r, &err);
	if (r == 0)
		r = commit(&o, w, 2);
	fiche_writer_close(w);
	if (r < 0)
		return o;
	read_back(&o, m, false);
	read_back(&o, m, true);
	judge(&o, case_verify(m, false, &report, &err), &err);
	return o;
}

/* The archive holds `acked` commits, or the one after them as well. */
static uint64_t check_state(struct io_memory *m, uint64_t acked,
                            const char *when)
{
	struct fiche_error err = { 0 };
	struct case_reading seen;
	struct fiche_reader *r;

	if (case_open(&r, m, false, &err) != 0)
		fail_msg("%s: %s", when, err.text);
	assert_int_equal(case_read(&seen, r, ground.digests,
	                           ground.record_count, true, &err),
	                 0);
	if (seen.generation < acked || seen.generation > acked + 1)
		fail_msg("%s: %llu commits acknowledged, %llu there", when,
		         (unsigned long long)acked,
		         (unsigned long long)seen.generation);
	/* Before the first commit, whole blocks are all there is to show. */
	if (seen.wrong || seen.failed ||
	    (r->recovered ? seen.exact > ground.records[1]
	                  : seen.exact != ground.records[seen.generation]))
		fail_msg("%s: %llu records exact, %llu wrong, %llu failed (%d)",
		         when, (unsigned long long)seen.exact,
		         (unsigned long long)seen.wrong,
		         (unsigned long long)seen.failed, seen.failure);
	fiche_reader_close(r);
	return seen.generation;
}

/* As after a power cut: only what is durable is left. */
static uint64_t check_medium(struct io_memory *m, uint64_t acked,
                             const char *when)
{
	struct io_memory *other = io_memory_new();
	const uint8_t *bytes;
	uint64_t generation;
	size_t len;

	assert_non_null(other);
	assert_true(io_memory_get_durable(m, CASE_PATH, &bytes, &len));
	assert_int_equal(case_put(other, bytes, len), 0);
	generation = check_state(other, acked, when);
	io_memory_free(other);
	return generation;
}

/* All is well again: what is there, there on the medium, and to be added to. */
static void check_after(struct io_memory *m, uint64_t acked)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	uint64_t generation;

	if (!case_exists(m)) {
		assert_int_equal(acked, 0);
	} else {
		(void)check_state(m, acked, "after the failure");
		(void)check_medium(m, acked, "on the medium after the failure");
	}
	if (case_append(m, &plan, &err) != 0)
		fail_msg("appending after the failure: %s", err.text);
	if (case_verify(m, false, &report, &err) != 0)
		fail_msg("verifying after the next append: %s", err.text);
	generation = check_state(m, acked + 1, "after the next append");
	/* What was acknowledged now does not stand on what is lost. */
	assert_int_equal(check_medium(m, acked + 1,
	                              "on the medium after the next append"),
	                 generation);
}

struct sweep {
	unsigned kind;
	const char *name;
	int error;
	bool for_ever;
};

static size_t sweep(const struct sweep *s)
{
	size_t tried = 0;

	for (long n = 0;; n++) {
		struct io_memory *m = io_memory_new();
		struct outcome o;

		assert_non_null(m);
		io_memory_fail(m, s->kind, n, s->error, s->for_ever);
		o = run(m);
		if (io_memory_faults_fired(m) == 0) {
			assert_false(o.failed);
			assert_int_equal(o.acked, RUN_COMMITS);
			io_memory_free(m);
			break;
		}
		io_memory_fail(m, 0, -1, 0, false);
		check_after(m, o.acked);
		io_memory_free(m);
		tried++;
	}
	print_message("%s%s: %zu calls failed\n", s->name,
	              s->for_ever ? " for ever" : "", tried);
	return tried;
}

static void every_call_may_fail(void **state)
{
	static const struct sweep sweeps[] = {
		{ IO_FAULT_SYNC, "sync EIO", EIO, false },
		{ IO_FAULT_SYNC, "sync EIO", EIO, true },
		{ IO_FAULT_SYNC, "sync ENOSPC", ENOSPC, false },
		{ IO_FAULT_SYNC, "sync ENOSPC", ENOSPC, true },
		{ IO_FAULT_WRITE, "write EIO", EIO, false },
		{ IO_FAULT_WRITE, "write EIO", EIO, true },
		{ IO_FAULT_WRITE, "write ENOSPC", ENOSPC, false },
		{ IO_FAULT_WRITE, "write ENOSPC", ENOSPC, true },
		{ IO_FAULT_RESERVE, "reserve ENOSPC", ENOSPC, false },
		{ IO_FAULT_RESERVE, "reserve ENOSPC", ENOSPC, true },
		{ IO_FAULT_OTHER, "other EIO", EIO, false },
		{ IO_FAULT_OTHER, "other EIO", EIO, true },
		{ IO_FAULT_READ, "read EIO", EIO, false },
		{ IO_FAULT_READ, "read EIO", EIO, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++)
		assert_true(sweep(&sweeps[i]) > 0);
}

/* The file that an undisturbed run makes. */
static struct io_memory *undisturbed(const uint8_t **bytes, size_t *len)
{
	struct io_memory *m = io_memory_new();
	struct outcome o;

	assert_non_null(m);
	o = run(m);
	assert_false(o.failed);
	assert_true(io_memory_get(m, CASE_PATH, bytes, len));
	return m;
}

static void short_transfers_make_the_same_archive(void **state)
{
	static const size_t chunks[] = { 1, 2, 7, 95, 511, 4095, SIZE_MAX };
	const uint8_t *want, *have;
	size_t want_len, have_len;
	struct io_memory *good = undisturbed(&want, &want_len);

	(void)state;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		struct io_memory *m = io_memory_new();
		struct outcome o;

		assert_non_null(m);
		io_memory_set_chunk(m, chunks[i]);
		o = run(m);
		assert_false(o.failed);
		assert_int_equal(o.acked, RUN_COMMITS);
		assert_true(io_memory_get(m, CASE_PATH, &have, &have_len));
		assert_int_equal(have_len, want_len);
		assert_memory_equal(have, want, want_len);
		io_memory_free(m);
	}
	io_memory_free(good);
}

static void a_signal_in_any_call_changes_nothing(void **state)
{
	const uint8_t *want, *have;
	size_t want_len, have_len, tried = 0;
	struct io_memory *good = undisturbed(&want, &want_len);

	(void)state;
	for (long n = 0;; n++) {
		struct io_memory *m = io_memory_new();
		unsigned long fired;
		struct outcome o;

		assert_non_null(m);
		io_memory_fail(m, IO_FAULT_ANY, n, EINTR, false);
		o = run(m);
		fired = io_memory_faults_fired(m);
		assert_false(o.failed);
		assert_true(io_memory_get(m, CASE_PATH, &have, &have_len));
		assert_int_equal(have_len, want_len);
		assert_memory_equal(have, want, want_len);
		io_memory_free(m);
		if (fired == 0)
			break;
		tried++;
	}
	print_message("%zu calls interrupted\n", tried);
	io_memory_free(good);
}

static void a_full_disk_loses_nothing_that_was_acknowledged(void **state)
{
	const uint8_t *bytes;
	size_t len, before, tried = 0;
	struct io_memory *good = undisturbed(&bytes, &len);
	uint64_t end = len;

	(void)state;
	io_memory_free(good);
	for (uint64_t quota = 0; quota <= end; quota += 512) {
		struct io_memory *m = io_memory_new();
		struct outcome o;

		assert_non_null(m);
		io_memory_set_quota(m, quota);
		o = run(m);
		assert_int_equal(o.failed, o.acked < RUN_COMMITS);
		assert_false(o.other);
		assert_true(quota < end || !o.failed);
		io_memory_set_quota(m, UINT64_MAX);
		before = case_exists(m) && io_memory_get(m, CASE_PATH, &bytes,
		                                         &before)
		                 ? before
		                 : 0;
		check_after(m, o.acked);
		assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
		assert_true(len >= before);
		io_memory_free(m);
		tried++;
	}
	print_message("%zu sizes of a disk\n", tried);
}

/* ---- a new index ---- */

static int reindex(struct io_memory *m, struct fiche_error *err)
{
	const struct fiche_reindex_options opt = { .threads = 1,
		                                   .has_time = true,
		                                   .time = 1600000000 };

	return reindex_io(io_memory_io(m), CASE_PATH, &opt, NULL, err);
}

/* The articles are those of before; the new commit is there, or may be. */
static void check_articles(struct io_memory *m, bool done, const char *when)
{
	struct fiche_error err = { 0 };
	struct case_reading got;
	struct fiche_reader *r;

	if (case_open(&r, m, false, &err) != 0)
		fail_msg("%s: %s", when, err.text);
	assert_int_equal(case_read(&got, r, ground.digests, ground.record_count,
	                           true, &err),
	                 0);
	if (got.generation < RUN_COMMITS + (uint64_t)done ||
	    got.generation > RUN_COMMITS + 1)
		fail_msg("%s: generation %llu", when,
		         (unsigned long long)got.generation);
	assert_int_equal(got.wrong + got.failed, 0);
	assert_int_equal(got.exact, ground.records[RUN_COMMITS]);
	fiche_reader_close(r);
}

static void check_index(struct io_memory *m, bool done)
{
	struct io_memory *medium = io_memory_new();
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;

	check_articles(m, done, "after the failure");
	assert_non_null(medium);
	assert_true(io_memory_get_durable(m, CASE_PATH, &bytes, &len));
	assert_int_equal(case_put(medium, bytes, len), 0);
	check_articles(medium, done, "on the medium after the failure");
	io_memory_free(medium);
	/* Now it can be done, and more be added. */
	if (!done && reindex(m, &err) != 0)
		fail_msg("reindexing after the failure: %s", err.text);
	if (case_append(m, &plan, &err) != 0)
		fail_msg("appending after reindexing: %s", err.text);
	if (case_verify(m, false, &report, &err) != 0)
		fail_msg("verifying after all: %s", err.text);
}

static struct io_memory *three_commits(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	assert_int_equal(
		case_put(m, ground.bytes.ptr, (size_t)ground.end[RUN_COMMITS]),
		0);
	return m;
}

static void sweep_reindex(const struct sweep *s)
{
	size_t tried = 0;

	for (long n = 0;; n++) {
		struct io_memory *m = three_commits();
		struct fiche_error err = { 0 };
		struct outcome o = { 0 };
		int r;

		io_memory_fail(m, s->kind, n, s->error, s->for_ever);
		r = reindex(m, &err);
		judge(&o, r, &err);
		if (io_memory_faults_fired(m) == 0) {
			assert_int_equal(r, 0);
			io_memory_free(m);
			break;
		}
		io_memory_fail(m, 0, -1, 0, false);
		check_index(m, r == 0);
		io_memory_free(m);
		tried++;
	}
	print_message("reindex, %s%s: %zu calls failed\n", s->name,
	              s->for_ever ? " for ever" : "", tried);
	assert_true(tried > 0);
}

static void reindexing_keeps_the_last_commit_whatever_fails(void **state)
{
	static const struct sweep sweeps[] = {
		{ IO_FAULT_SYNC, "sync EIO", EIO, false },
		{ IO_FAULT_SYNC, "sync ENOSPC", ENOSPC, true },
		{ IO_FAULT_WRITE, "write EIO", EIO, false },
		{ IO_FAULT_WRITE, "write ENOSPC", ENOSPC, true },
		{ IO_FAULT_RESERVE, "reserve ENOSPC", ENOSPC, false },
		{ IO_FAULT_OTHER, "other EIO", EIO, false },
		{ IO_FAULT_OTHER, "other EIO", EIO, true },
		{ IO_FAULT_READ, "read EIO", EIO, false },
		{ IO_FAULT_READ, "read EIO", EIO, true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(sweeps) / sizeof(sweeps[0]); i++)
		sweep_reindex(&sweeps[i]);
}

static void a_disk_too_small_for_a_new_index_keeps_the_old_one(void **state)
{
	uint64_t quota = ground.end[RUN_COMMITS];
	bool done = false;
	size_t tried = 0;

	(void)state;
	for (; !done; quota += 256, tried++) {
		struct io_memory *m = three_commits();
		struct fiche_error err = { 0 };
		struct outcome o = { 0 };
		int r;

		io_memory_set_quota(m, quota);
		r = reindex(m, &err);
		judge(&o, r, &err);
		done = r == 0;
		io_memory_set_quota(m, UINT64_MAX);
		check_index(m, done);
		io_memory_free(m);
	}
	print_message("%zu sizes of a disk\n", tried);
	assert_true(tried > 10);
}

/* ---- searches ---- */

static void a_search_that_cannot_read_says_so(void **state)
{
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };
	struct searches answers;
	struct fiche_reader *r;
	size_t tried = 0, wrong;

	(void)state;
	assert_non_null(m);
	assert_int_equal(searches_archive(m, false, &err), 0);
	assert_int_equal(case_open(&r, m, false, &err), 0);
	assert_int_equal(searches_learn(&answers, r, false, &err), 0);
	assert_true(answers.hits > 20);
	fiche_reader_close(r);
	for (int for_ever = 0; for_ever < 2; for_ever++)
		for (long n = 0;; n++, tried++) {
			struct outcome o = { 0 };
			bool fired;
			int status;

			io_memory_fail(m, IO_FAULT_READ, n, EIO, for_ever);
			status = case_open(&r, m, false, &err);
			judge(&o, status, &err);
			if (status == 0) {
				status = searches_repeat(&answers, r, &wrong,
				                         &err);
				judge(&o, status, &err);
				assert_int_equal(wrong, 0);
			}
			fired = io_memory_faults_fired(m) > 0;
			io_memory_fail(m, 0, -1, 0, false);
			if (r) {
				/* What could not be read now can be. */
				status = searches_repeat(&answers, r, &wrong,
				                         &err);
				assert_int_equal(status, 0);
				assert_int_equal(wrong, 0);
				fiche_reader_close(r);
			}
			if (!fired)
				break;
			assert_true(o.failed);
		}
	print_message("%zu reads failed\n", tried);
	assert_true(tried > 50);
	io_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_call_may_fail),
		cmocka_unit_test(short_transfers_make_the_same_archive),
		cmocka_unit_test(a_signal_in_any_call_changes_nothing),
		cmocka_unit_test(
			a_full_disk_loses_nothing_that_was_acknowledged),
		cmocka_unit_test(
			reindexing_keeps_the_last_commit_whatever_fails),
		cmocka_unit_test(
			a_disk_too_small_for_a_new_index_keeps_the_old_one),
		cmocka_unit_test(a_search_that_cannot_read_says_so),
	};

	return cmocka_run_group_tests(tests, enter, archive_case_leave);
}
