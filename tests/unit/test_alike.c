/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_alike.c - records, ids and URLs whose hashes begin alike.
 *
 * The index keeps the first five bytes of a key hash (spec 3.5, KEYS), and
 * people type the first digits of an id: neither tells these apart, so the
 * records themselves are asked.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fiche/rebuild.h"
#include "support/archive_case.h"

/* SHA-256 of these two begins with a7e22e92. */
#define DIGEST_A "{\"id\":\"89813\"}"
#define DIGEST_B "{\"id\":\"192187\"}"
/* These are alike as keys: 36ab21aab3 of "i..." and 833741af45 of "u...". */
#define ID_A  "1801387"
#define ID_B  "1821296"
#define URL_A "https://a.example/1381441"
#define URL_B "https://a.example/2769203"

static void require(int status, const struct fiche_error *err)
{
	if (status != 0)
		fail_msg("%d: %s", status, err->text);
}

/* An archive of one commit for each line. */
static struct io_memory *archive_of(const char *const *lines, size_t count)
{
	static const struct case_plan plan = { 0 };
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	assert_non_null(m);
	for (size_t i = 0; i < count; i++) {
		require(case_writer(&w, m, i ? FICHE_APPEND : FICHE_CREATE,
		                    &plan, &err),
		        &err);
		require(fiche_writer_add_json(w, lines[i], strlen(lines[i]),
		                              NULL, &err),
		        &err);
		require(fiche_writer_commit(w, &err), &err);
		fiche_writer_close(w);
	}
	return m;
}

/* The numbers that a selection finds, as a sum of 1 << number; or what is
 * wrong. */
static int found(struct fiche_reader *r, const struct fiche_selection *s,
                 struct fiche_error *err)
{
	struct fiche_results *results;
	int bits = 0, status = fiche_select(&results, r, s, err);

	if (status < 0)
		return status;
	for (uint64_t i = 0; i < fiche_results_count(results); i++)
		bits |= 1 << fiche_results_number(results, i);
	fiche_results_free(results);
	return bits;
}

static int find_id(struct fiche_reader *r, const char *id,
                   struct fiche_error *err)
{
	struct fiche_selection s;

	fiche_selection_init(&s);
	s.ids = &id;
	s.id_count = 1;
	return found(r, &s, err);
}

static int find_url(struct fiche_reader *r, const char *url,
                    enum fiche_versions versions)
{
	struct fiche_selection s;

	fiche_selection_init(&s);
	s.urls = &url;
	s.url_count = 1;
	s.versions = versions;
	return found(r, &s, NULL);
}

static void an_id_that_fits_two_records_is_not_guessed(void **state)
{
	static const char *const lines[] = { DIGEST_A, DIGEST_B };
	struct io_memory *m = archive_of(lines, 2);
	struct fiche_error err = { 0 };
	struct fiche_reader *r;

	(void)state;
	require(case_open(&r, m, false, &err), &err);
	assert_int_equal(find_id(r, "a7e22e92", &err), FICHE_ERR_ARG);
	assert_non_null(strstr(err.text, "2 articles"));
	/* Capitals, too; a digit more, and there is one at most. */
	assert_int_equal(find_id(r, "A7E22E92", &err), FICHE_ERR_ARG);
	for (unsigned digit = 0, seen = 0; digit < 16; digit++) {
		char id[10];
		int bits;

		(void)snprintf(id, sizeof(id), "a7e22e92%x", digit);
		bits = find_id(r, id, &err);
		assert_in_range(bits, 0, 2);
		assert_int_equal(seen & (unsigned)bits, 0);
		seen |= (unsigned)bits;
		assert_int_equal(digit == 15 ? seen : 3, 3);
	}
	/* Too short for an id, and none that is too long. */
	assert_int_equal(find_id(r, "a7e22e9", &err), 0);
	assert_int_equal(find_id(r, "a7e22e92z", &err), 0);
	fiche_reader_close(r);
	io_memory_free(m);
}

static void ids_whose_hashes_are_alike_are_two(void **state)
{
	static const char *const lines[] = { "{\"id\":\"" ID_A "\"}",
		                             "{\"id\":\"" ID_B "\"}" };
	struct fiche_error err = { 0 };
	char long_id[300];

	(void)state;
	for (int both = 0; both < 2; both++) {
		struct io_memory *m = archive_of(lines, both ? 2 : 1);
		struct fiche_reader *r;

		require(case_open(&r, m, false, &err), &err);
		assert_int_equal(find_id(r, ID_A, &err), 1);
		assert_int_equal(find_id(r, ID_B, &err), both ? 2 : 0);
		memset(long_id, '1', sizeof(long_id));
		long_id[sizeof(long_id) - 1] = '\0';
		assert_int_equal(find_id(r, long_id, &err), 0);
		fiche_reader_close(r);
		io_memory_free(m);
	}
}

static void urls_whose_hashes_are_alike_have_versions_of_their_own(void **state)
{
	static const char *const lines[] = {
		"{\"url\":\"" URL_A "\",\"n\":1,\"date\":\"2024-01-01\"}",
		"{\"url\":\"" URL_B "\",\"n\":2,\"date\":\"2024-01-02\"}",
		"{\"url\":\"" URL_A "\",\"n\":3,\"date\":\"2024-01-03\"}",
		/* As old as the one before it, which was there first. */
		"{\"url\":\"" URL_A "\",\"n\":4,\"date\":\"2024-01-03\"}",
		"{\"url\":\"" URL_B "\",\"n\":5,\"date\":\"2023-01-01\"}",
	};
	struct io_memory *m = archive_of(lines, 5);
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct fiche_selection all;
	struct fiche_reader *r;

	(void)state;
	require(case_open(&r, m, false, &err), &err);
	assert_int_equal(find_url(r, URL_A, FICHE_VERSIONS_ALL), 1 | 4 | 8);
	assert_int_equal(find_url(r, URL_B, FICHE_VERSIONS_ALL), 2 | 16);
	assert_int_equal(find_url(r, URL_A, FICHE_VERSIONS_LATEST), 8);
	assert_int_equal(find_url(r, URL_B, FICHE_VERSIONS_LATEST), 2);
	assert_int_equal(find_url(r, URL_A, FICHE_VERSIONS_FIRST), 1);
	assert_int_equal(find_url(r, URL_B, FICHE_VERSIONS_FIRST), 16);
	fiche_selection_init(&all);
	assert_int_equal(found(r, &all, NULL), 2 | 8);
	all.versions = FICHE_VERSIONS_AT;
	all.at = INT64_MAX;
	assert_int_equal(found(r, &all, NULL), 2 | 8);
	all.at = 1704067200; /* 2024-01-01 */
	assert_int_equal(found(r, &all, NULL), 1 | 16);
	fiche_reader_close(r);
	require(case_verify(m, false, &report, &err), &err);
	io_memory_free(m);
}

static void urls_whose_hashes_are_alike_are_no_change(void **state)
{
	static const char *const one[] = {
		"{\"url\":\"" URL_A "\",\"date\":\"2024-01-01\"}",
		"{\"url\":\"" URL_A "\",\"n\":1,\"date\":\"2024-01-03\"}",
		"{\"url\":\"" URL_A "\",\"n\":2,\"date\":\"2024-01-02\"}",
	};
	static const char *const two[] = { "{\"url\":\"" URL_B
		                           "\",\"date\":\"2024-01-01\"}" };
	static const char *const three[] = { "{\"url\":\"" URL_A
		                             "\",\"n\":9}" };
	struct io_memory *m[3] = { archive_of(one, 3), archive_of(two, 1),
		                   archive_of(three, 1) };
	struct fiche_error err = { 0 };
	struct fiche_diff_stats stats;
	struct fiche_reader *r[3];

	(void)state;
	for (size_t i = 0; i < 3; i++)
		require(case_open(&r[i], m[i], false, &err), &err);
	require(fiche_diff(r[0], r[1], NULL, NULL, &stats, &err), &err);
	assert_int_equal(stats.only[0], 3);
	assert_int_equal(stats.only[1], 1);
	assert_int_equal(stats.changed, 0);
	require(fiche_diff(r[2], r[0], NULL, NULL, &stats, &err), &err);
	assert_true(stats.changed > 0);
	for (size_t i = 0; i < 3; i++) {
		fiche_reader_close(r[i]);
		io_memory_free(m[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_that_fits_two_records_is_not_guessed),
		cmocka_unit_test(ids_whose_hashes_are_alike_are_two),
		cmocka_unit_test(
			urls_whose_hashes_are_alike_have_versions_of_their_own),
		cmocka_unit_test(urls_whose_hashes_are_alike_are_no_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
