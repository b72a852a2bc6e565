/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_alloc_failures.c - every allocation fails once, and for ever.
 *
 * Each call then answers FICHE_ERR_NOMEM or manages without; no record is told
 * wrongly, and the archive is left at the commit before or the one after.
 * Leaks are for the sanitizers to find.
 */

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
#include "support/archive_case.h"
#include "support/searches.h"

static const struct case_plan plan = {
	.seed = 6, .commits = 4, .lines = 5, .files = 1, .text_len = 100
};

static struct archive_case ground;
/* Archives to be searched, with and without keyword index. */
static struct io_memory *words, *basic;
static struct searches answers, scanned;

static int learn(struct searches *s, struct io_memory **m, bool scan,
                 struct fiche_error *err)
{
	struct fiche_reader *r = NULL;
	int status;

	*m = io_memory_new();
	status = *m ? searches_archive(*m, scan, err) : FICHE_ERR_NOMEM;
	if (status == 0)
		status = case_open(&r, *m, false, err);
	if (status == 0)
		status = searches_learn(s, r, scan, err);
	fiche_reader_close(r);
	return status;
}

static int enter(void **state)
{
	struct fiche_error err = { 0 };

	case_keep_memory();
	if (archive_case_make(&ground, &plan, &err) < 0 ||
	    learn(&answers, &words, false, &err) < 0 ||
	    learn(&scanned, &basic, true, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	*state = &ground;
	return 0;
}

static int leave(void **state)
{
	archive_case_done(*state);
	io_memory_free(words);
	io_memory_free(basic);
	return 0;
}

/* What is tried; it returns its status.  Nothing in it may be asserted before
 * the failures are off. */
typedef int attempt(struct io_memory *m, struct fiche_error *err);

static struct case_reading seen;
static uint64_t generation_before;
static uint64_t acked;

static int append(struct io_memory *m, struct fiche_error *err)
{
	int r = case_append(m, &plan, err);

	if (r == 0)
		acked = generation_before + 1;
	return r;
}

/* One writer, two commits. */
static int append_twice(struct io_memory *m, struct fiche_error *err)
{
	struct fiche_writer *w;
	int r = case_writer(&w, m, FICHE_APPEND, &plan, err);

	for (size_t i = 0; r == 0 && i < 2; i++) {
		r = case_add(w, &plan, (size_t)generation_before + i, err);
		if (r == 0)
			r = fiche_writer_commit(w, err);
		if (r == 0)
			acked = generation_before + i + 1;
	}
	fiche_writer_close(w);
	return r;
}

static int read_with(struct io_memory *m, bool recover, struct fiche_error *err)
{
	struct fiche_reader *r;
	int status = case_open(&r, m, recover, err);

	if (status < 0)
		return status;
	status = case_read(&seen, r, ground.digests, ground.record_count, true,
	                   err);
	if (status == 0 && seen.failed) {
		status = seen.failure;
		if (err)
			err->code = status;
	}
	fiche_reader_close(r);
	return status;
}

static int read_all(struct io_memory *m, struct fiche_error *err)
{
	return read_with(m, false, err);
}

static int recover_all(struct io_memory *m, struct fiche_error *err)
{
	return read_with(m, true, err);
}

static int verify_all(struct io_memory *m, struct fiche_error *err)
{
	struct fiche_verify_report report;

	return case_verify(m, false, &report, err);
}

static int select_some(struct io_memory *m, struct fiche_error *err)
{
	static const char *const urls[] = { "https://*example/*",
		                            "https://inland.example/5" };
	static const char *const sources[] = { "*.example" };
	static const char *const tags[] = { "t0", "t1", "t?" };
	static const char *const ids[] = { "6-3" };
	struct fiche_results *found;
	struct fiche_selection s;
	struct fiche_reader *r;
	int status = case_open(&r, m, false, err);

	if (status < 0)
		return status;
	for (int kind = 0; status == 0 && kind < 5; kind++) {
		fiche_selection_init(&s);
		s.versions =
			kind % 2 ? FICHE_VERSIONS_ALL : FICHE_VERSIONS_LATEST;
		s.sort = FICHE_SORT_OLDEST;
		s.urls = urls;
		s.url_count = kind == 0 ? 2 : 0;
		s.sources = sources;
		s.source_count = kind == 1;
		s.tags = tags;
		s.tag_count = kind == 2 ? 3 : 0;
		s.ids = ids;
		s.id_count = kind == 3;
		if (kind == 4)
			s.from = 0;
		status = fiche_select(&found, r, &s, err);
		if (status == 0)
			fiche_results_free(found);
	}
	fiche_reader_close(r);
	return status;
}

static int reindex(struct io_memory *m, struct fiche_error *err)
{
	const struct fiche_reindex_options opt = { .threads = 1,
		                                   .has_time = true,
		                                   .time = 1600000000 };
	int r = reindex_io(io_memory_io(m), CASE_PATH, &opt, NULL, err);

	if (r == 0)
		acked = generation_before + 1;
	return r;
}

/* A commit of a new index has the records of the one before. */
static uint64_t records_at(uint64_t generation, attempt *try)
{
	return ground.records[try == reindex ? generation_before : generation];
}

/* The archive after a failure: at an allowed commit, whole, of use. */
static void check_after(struct io_memory *m, attempt *try, uint64_t low,
                        uint64_t high)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct case_reading now;
	struct fiche_reader *r;
	int status;

	if (!case_exists(m)) {
		assert_int_equal(low, 0);
		return;
	}
	assert_int_equal(case_open(&r, m, false, &err), 0);
	assert_int_equal(case_read(&now, r, ground.digests, ground.record_count,
	                           true, &err),
	                 0);
	assert_in_range(now.generation, low, high);
	assert_int_equal(now.wrong, 0);
	if (!r->recovered) {
		assert_int_equal(now.failed, 0);
		assert_int_equal(now.exact, records_at(now.generation, try));
	}
	fiche_reader_close(r);
	if (now.generation > 0) {
		status = case_verify(m, true, &report, &err);
		assert_true(status == 0 || status == FICHE_ERR_TRUNCATED);
	}
}

static void sweep(const char *name, attempt *try, uint64_t commits,
                  bool may_write)
{
	size_t tried = 0;

	for (int for_ever = 0; for_ever < 2; for_ever++)
		for (long n = 0;; n++) {
			struct io_memory *m = io_memory_new();
			struct fiche_error err = { 0 };
			unsigned long fired;
			uint64_t high;
			int r;

			assert_non_null(m);
			if (commits)
				assert_int_equal(
					case_put(m, ground.bytes.ptr,
				                 (size_t)ground.end[commits]),
					0);
			generation_before = acked = commits;
			memset(&seen, 0, sizeof(seen));
			alloc_fail_after(n, for_ever);
			r = try(m, &err);
			fired = alloc_faults_fired();
			alloc_fail_after(-1, false);
			if (r != 0 &&
			    (r != FICHE_ERR_NOMEM || err.code != r || !fired))
				fail_msg("%s, allocation %ld: %d, %s", name, n,
				         r, err.text);
			assert_int_equal(seen.wrong, 0);
			high = may_write ? acked + 1 : commits;
			check_after(m, try, acked, high);
			/* After what went wrong, all goes well again. */
			if (may_write && n % 8 == 0) {
				struct fiche_verify_report report;

				assert_int_equal(case_append(m, &plan, &err),
				                 0);
				assert_int_equal(
					case_verify(m, false, &report, &err),
					0);
			}
			io_memory_free(m);
			if (!fired)
				break;
			tried++;
		}
	print_message("%s: %zu allocations failed\n", name, tried);
	assert_true(tried > 10);
}

static void creating_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep("create", append, 0, true);
}

static void appending_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep("append", append, 2, true);
}

static void two_commits_survive_every_failed_allocation(void **state)
{
	(void)state;
	sweep("two commits", append_twice, 1, true);
}

static void reading_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep("read", read_all, 3, false);
}

static void selecting_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep("select", select_some, 3, false);
}

static void recovering_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep("recover", recover_all, 3, false);
}

static void verifying_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep("verify", verify_all, 3, false);
}

static void reindexing_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep("reindex", reindex, 3, true);
}

/* Searching writes nothing, so the file need not be looked at.  But the reader
 * keeps what searches have opened. */
static int search_after(struct io_memory *m, const struct searches *s, long n,
                        bool for_ever, unsigned long *fired,
                        struct fiche_error *err)
{
	struct fiche_reader *r;
	size_t wrong;
	int status, again;

	assert_int_equal(case_open(&r, m, false, err), 0);
	alloc_fail_after(n, for_ever);
	status = searches_repeat(s, r, &wrong, err);
	*fired = alloc_faults_fired();
	alloc_fail_after(-1, false);
	seen.wrong += wrong;
	again = searches_repeat(s, r, &wrong, err);
	if (again != 0)
		fail_msg("after a failed search: %d, %s", again, err->text);
	assert_int_equal(wrong, 0);
	fiche_reader_close(r);
	return status;
}

static void sweep_searches(const char *name, struct io_memory *m,
                           const struct searches *s)
{
	size_t tried = 0;

	assert_true(s->hits > 20);
	for (int for_ever = 0; for_ever < 2; for_ever++)
		for (long n = 0;; n++, tried++) {
			struct fiche_error err = { 0 };
			unsigned long fired;
			int r;

			seen.wrong = 0;
			r = search_after(m, s, n, for_ever, &fired, &err);
			if (r != 0 && (r != FICHE_ERR_NOMEM || !fired))
				fail_msg("%s, allocation %ld: %d, %s", name, n,
				         r, err.text);
			if (seen.wrong)
				fail_msg("%s, allocation %ld: other answers",
				         name, n);
			if (!fired)
				break;
		}
	print_message("%s: %zu allocations failed\n", name, tried);
}

static void searching_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep_searches("search", words, &answers);
}

static void scanning_survives_every_failed_allocation(void **state)
{
	(void)state;
	sweep_searches("scan", basic, &scanned);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(creating_survives_every_failed_allocation),
		cmocka_unit_test(appending_survives_every_failed_allocation),
		cmocka_unit_test(two_commits_survive_every_failed_allocation),
		cmocka_unit_test(reading_survives_every_failed_allocation),
		cmocka_unit_test(selecting_survives_every_failed_allocation),
		cmocka_unit_test(recovering_survives_every_failed_allocation),
		cmocka_unit_test(verifying_survives_every_failed_allocation),
		cmocka_unit_test(reindexing_survives_every_failed_allocation),
		cmocka_unit_test(searching_survives_every_failed_allocation),
		cmocka_unit_test(scanning_survives_every_failed_allocation),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
