/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_dictionary.c - spec 3.3: dictionaries are trained, kept, used again, and
 * mended; and several threads read through them at once.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <string.h>

#include "archive/reader.h"
#include "base/alloc.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "format/dict.h"
#include "support/archive_case.h"
#include "support/damage.h"
#include "support/reseal.h"

#define THREADS 6

/* Large enough that a dictionary pays for itself. */
static const struct case_plan plan = {
	.seed = 5, .commits = 2, .lines = 6000, .text_len = 700, .level = 3
};

static struct archive_case made;

static int make(void **state)
{
	struct fiche_error err = { 0 };

	(void)state;
	return archive_case_make(&made, &plan, &err);
}

static int unmake(void **state)
{
	(void)state;
	archive_case_done(&made);
	return 0;
}

static struct fiche_reader *opened(void)
{
	struct fiche_reader *r;
	struct fiche_error err = { 0 };

	if (case_open(&r, made.memory, false, &err) < 0)
		fail_msg("%s", err.text);
	return r;
}

static void require_all(struct fiche_reader *r)
{
	struct case_reading got;
	struct fiche_error err = { 0 };

	assert_int_equal(case_read(&got, r, made.digests, made.record_count,
	                           false, &err),
	                 0);
	assert_int_equal(got.exact, made.record_count);
}

static void require_all_of(const struct buf *bytes)
{
	struct fiche_reader *r;

	assert_int_equal(case_put(made.memory, bytes->ptr, bytes->len), 0);
	r = opened();
	require_all(r);
	fiche_reader_close(r);
}

/* The dictionary of the bodies, as the last commit names it. */
static struct commit_dict bodies_dict(void)
{
	struct fiche_reader *r = opened();
	const struct commit *c = &r->archive.last.commit;
	struct commit_dict found = { 0 };

	for (size_t i = 0; i < c->dict_count; i++)
		if (c->dicts[i].class == DICT_BODIES)
			found = c->dicts[i];
	fiche_reader_close(r);
	assert_true(found.size > 0);
	return found;
}

static void text_enough_gets_dictionaries_with_parity_behind_them(void **state)
{
	struct fiche_reader *r = opened();
	const struct commit *c = &r->archive.last.commit;

	(void)state;
	assert_true(c->dict_count >= 1);
	for (size_t i = 0; i < c->dict_count; i++)
		assert_true(c->dicts[i].parity_offset >=
		            c->dicts[i].offset + c->dicts[i].size);
	require_all(r);
	fiche_reader_close(r);
}

static void any_run_of_an_eighth_of_a_dictionary_is_mended(void **state)
{
	struct commit_dict d = bodies_dict();
	size_t len = (size_t)d.size - SECTION_HEADER_SIZE, run = len / 8;

	(void)state;
	for (size_t at = 0; at < len; at += 5 * 1021) {
		struct buf bad = { 0 };
		size_t n = len - at < run ? len - at : run;

		buf_put(&bad, made.bytes.ptr, made.bytes.len);
		assert_true(buf_ok(&bad));
		for (size_t i = 0; i < n; i++)
			bad.ptr[d.offset + SECTION_HEADER_SIZE + at + i] ^=
				0x5a;
		require_all_of(&bad);
		buf_done(&bad);
	}
	assert_int_equal(case_put(made.memory, made.bytes.ptr, made.bytes.len),
	                 0);
}

/* Nothing of the section is read then; parity says all that is needed. */
static void a_dictionary_without_its_header_is_mended(void **state)
{
	struct commit_dict d = bodies_dict();
	struct buf bad = { 0 };

	(void)state;
	buf_put(&bad, made.bytes.ptr, made.bytes.len);
	assert_true(buf_ok(&bad));
	memset(bad.ptr + d.offset, 0xff, SECTION_HEADER_SIZE);
	require_all_of(&bad);
	buf_done(&bad);
	assert_int_equal(case_put(made.memory, made.bytes.ptr, made.bytes.len),
	                 0);
}

/* A quick verify, too, says so of either of the two. */
static void a_block_names_dictionaries_that_stand_before_it(void **state)
{
	static const size_t fields[] = { 24, 28 }; /* cards, bodies: spec 3.4 */
	struct damage_map m;

	(void)state;
	damage_map(&m, &made);
	for (size_t i = 0; i < m.count; i++)
		for (size_t k = 0; k < 2; k++) {
			size_t at = (size_t)m.part[i].start +
			            SECTION_HEADER_SIZE + fields[k];
			struct fiche_verify_report report;
			struct fiche_error err = { 0 };
			struct buf bad = { 0 };

			if (m.part[i].type != SECTION_DATA || i % 8 != 0)
				continue;
			buf_put(&bad, made.bytes.ptr, made.bytes.len);
			assert_true(buf_ok(&bad));
			put_u32(bad.ptr + at, 999);
			reseal(bad.ptr, bad.len);
			assert_int_equal(
				case_put(made.memory, bad.ptr, bad.len), 0);
			assert_int_equal(
				case_verify(made.memory, true, &report, &err),
				FICHE_ERR_CORRUPT);
			assert_non_null(strstr(err.text, "not before it"));
			buf_done(&bad);
		}
	assert_int_equal(case_put(made.memory, made.bytes.ptr, made.bytes.len),
	                 0);
}

static void a_mended_dictionary_is_still_reported(void **state)
{
	struct commit_dict d = bodies_dict();
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct buf bad = { 0 };

	(void)state;
	buf_put(&bad, made.bytes.ptr, made.bytes.len);
	bad.ptr[d.offset + SECTION_HEADER_SIZE + 100] ^= 1;
	assert_int_equal(case_put(made.memory, bad.ptr, bad.len), 0);
	assert_int_equal(case_verify(made.memory, false, &report, &err),
	                 FICHE_ERR_CORRUPT);
	/* And nothing else is wrong. */
	assert_int_equal(report.records, made.record_count);
	assert_int_equal(report.records_lost, 0);
	assert_int_equal(case_put(made.memory, made.bytes.ptr, made.bytes.len),
	                 0);
	buf_done(&bad);
}

static void a_damaged_parity_is_reported_although_sealed_again(void **state)
{
	struct commit_dict d = bodies_dict();
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct buf bad = { 0 };
	uint8_t *at;
	size_t len = dict_parity_len((size_t)d.size - SECTION_HEADER_SIZE);

	(void)state;
	buf_put(&bad, made.bytes.ptr, made.bytes.len);
	at = bad.ptr + d.parity_offset;
	at[SECTION_HEADER_SIZE + len - 1] ^= 1;
	assert_int_equal(sha256_of(at + 64, at + SECTION_HEADER_SIZE, len), 0);
	reseal_header(at);
	assert_int_equal(case_put(made.memory, bad.ptr, bad.len), 0);
	assert_int_equal(case_verify(made.memory, false, &report, &err),
	                 FICHE_ERR_CORRUPT);
	assert_int_equal(case_put(made.memory, made.bytes.ptr, made.bytes.len),
	                 0);
	buf_done(&bad);
}

/* Rows of earlier commits too: who reads an earlier state follows them. */
static void a_commit_that_names_another_parity_is_reported(void **state)
{
	struct commit_dict d = bodies_dict();
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct buf bad = { 0 };
	uint8_t row[16], *at;

	(void)state;
	put_u64(row, d.offset);
	put_u64(row + 8, d.parity_offset);
	for (unsigned n = 1; n <= plan.commits; n++) {
		buf_clear(&bad);
		buf_put(&bad, made.bytes.ptr, made.bytes.len);
		at = bad.ptr + made.end[n] - FOOTER_SIZE - sizeof(row);
		while (at > bad.ptr && memcmp(at, row, sizeof(row)) != 0)
			at--;
		put_u64(at + 8, d.offset);
		reseal(bad.ptr, bad.len);
		assert_int_equal(case_put(made.memory, bad.ptr, bad.len), 0);
		assert_int_equal(case_verify(made.memory, true, &report, &err),
		                 FICHE_ERR_CORRUPT);
	}
	assert_int_equal(case_put(made.memory, made.bytes.ptr, made.bytes.len),
	                 0);
	buf_done(&bad);
}

static void a_dictionary_beyond_mending_costs_its_blocks_and_says_so(
	void **state)
{
	struct commit_dict d = bodies_dict();
	struct case_reading got;
	struct fiche_error err = { 0 };
	struct buf bad = { 0 };
	struct fiche_reader *r;

	(void)state;
	buf_put(&bad, made.bytes.ptr, made.bytes.len);
	memset(bad.ptr + d.offset + SECTION_HEADER_SIZE, 0,
	       (size_t)(d.size - SECTION_HEADER_SIZE) / 2);
	assert_int_equal(case_put(made.memory, bad.ptr, bad.len), 0);
	r = opened();
	assert_int_equal(case_read(&got, r, made.digests, made.record_count,
	                           false, &err),
	                 0);
	assert_int_equal(got.wrong, 0);
	assert_true(got.failed > 0);
	assert_int_equal(got.failure, FICHE_ERR_CORRUPT);
	fiche_reader_close(r);
	assert_int_equal(case_put(made.memory, made.bytes.ptr, made.bytes.len),
	                 0);
	buf_done(&bad);
}

struct reading_thread {
	pthread_t id;
	struct fiche_reader *reader;
	unsigned step;
	uint64_t exact;
};

static void *read_all(void *arg)
{
	struct reading_thread *t = arg;
	struct fiche_view *v = fiche_view_new(t->reader);
	struct fiche_error err = { 0 };
	struct fiche_text raw;
	uint8_t sha[32];

	for (uint64_t i = 0; v && i < made.record_count; i++) {
		/* Each thread in another order. */
		uint64_t n = i * t->step % made.record_count;

		if (fiche_view_record(v, n, &raw, &err) == 0 &&
		    sha256_of(sha, raw.ptr, raw.len) == 0 &&
		    memcmp(sha, made.digests[n].sha256, 32) == 0)
			t->exact++;
	}
	fiche_view_free(v);
	return NULL;
}

static void threads_read_through_one_reader(void **state)
{
	static const unsigned steps[THREADS] = { 1, 7, 11, 13, 17, 19 };
	struct reading_thread t[THREADS];
	struct fiche_reader *r = opened();

	(void)state;
	for (size_t i = 0; i < THREADS; i++) {
		t[i] = (struct reading_thread){ .reader = r, .step = steps[i] };
		assert_int_equal(
			pthread_create(&t[i].id, NULL, read_all, &t[i]), 0);
	}
	for (size_t i = 0; i < THREADS; i++) {
		assert_int_equal(pthread_join(t[i].id, NULL), 0);
		assert_int_equal(t[i].exact, made.record_count);
	}
	fiche_reader_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			text_enough_gets_dictionaries_with_parity_behind_them),
		cmocka_unit_test(
			any_run_of_an_eighth_of_a_dictionary_is_mended),
		cmocka_unit_test(a_dictionary_without_its_header_is_mended),
		cmocka_unit_test(
			a_block_names_dictionaries_that_stand_before_it),
		cmocka_unit_test(a_mended_dictionary_is_still_reported),
		cmocka_unit_test(
			a_damaged_parity_is_reported_although_sealed_again),
		cmocka_unit_test(
			a_commit_that_names_another_parity_is_reported),
		cmocka_unit_test(
			a_dictionary_beyond_mending_costs_its_blocks_and_says_so),
		cmocka_unit_test(threads_read_through_one_reader),
	};

	return cmocka_run_group_tests(tests, make, unmake);
}
