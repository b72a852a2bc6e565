/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_mend.c - a protected archive loses pages, bits, its head, its tail, and
 * comes back to the byte; or what is lost is said, and nothing else is.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/writer.h"
#include "base/alloc.h"
#include "format/parity.h"
#include "parity/mend.h"
#include "parity/protect.h"
#include "support/archive_case.h"
#include "support/damage.h"
#include "support/interrupted.h"

#define OUT "mended.fiche"

/* An archive that was protected, grew, and was protected again. */
static struct {
	struct io_memory *memory;
	struct buf good;
	struct buf copy;
	struct fiche_mend_report report;
	uint64_t first_end; /* of the first protecting generation */
} at;

static struct archive_case made; /* what went in */

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
	const struct case_plan plan = { .seed = 11,
		                        .commits = 2,
		                        .lines = 150,
		                        .files = 4,
		                        .text_len = 600 };
	struct fiche_verify_report report;
	struct io_memory *m;

	(void)state;
	case_keep_memory();
	assert_int_equal(archive_case_make(&made, &plan, NULL), 0);
	m = made.memory;
	assert_int_equal(protect(m, FICHE_PARITY_STD, NULL, NULL), 0);
	keep(&at.good, m, CASE_PATH);
	at.first_end = at.good.len;
	/* And a generation that is an index. */
	assert_int_equal(
		reindex_io(io_memory_io(m), CASE_PATH, NULL, NULL, NULL), 0);
	assert_int_equal(protect(m, FICHE_PARITY_OTHER, NULL, NULL), 0);
	assert_int_equal(case_verify(m, false, &report, NULL), 0);
	keep(&at.good, m, CASE_PATH);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	buf_done(&at.good);
	buf_done(&at.copy);
	io_memory_free(at.memory);
	archive_case_done(&made);
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

static const uint8_t *out_bytes(void)
{
	const uint8_t *bytes;
	size_t len;

	assert_true(io_memory_get(at.memory, OUT, &bytes, &len));
	assert_int_equal(len, at.report.sections.bytes);
	return bytes;
}

/* All of it, or all but the last commit, which adds no article. */
static void is_what_was_committed(void)
{
	assert_memory_equal(out_bytes(), at.good.ptr, at.report.sections.bytes);
	assert_true(at.report.sections.bytes >= at.first_end);
	assert_true(is_as_it_was() || at.report.sections.left_out > 0);
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

/* By the whole way of `repair`; each bit of a zone is test_zone's. */
static void bits_come_back(void **state)
{
	unsigned count = damage_is_long() ? 20000 : 200;
	uint64_t seed = 3;

	(void)state;
	for (unsigned i = 0; i < count; i++) {
		uint64_t bit = dice(&seed) % (at.good.len * 8);

		whole_copy();
		at.copy.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		comes_back("a flipped bit", bit);
	}
}

/* The zone of parity that protects the last generation of articles. */
static struct parity_head zone_of(uint64_t from, uint64_t to)
{
	struct parity_head h;

	for (uint64_t i = from; i < to; i += PARITY_PAGE)
		if (parity_table_decode(&h, at.good.ptr + i, i, NULL, NULL) ==
		    0)
			return h;
	fail_msg("there is no parity");
	return h;
}

static void lose_page(uint64_t where)
{
	memset(at.copy.ptr + where, 0xa5, PARITY_PAGE);
}

/* As many tagged pages as there are rows, all but one page of the tables, the
 * head, the COMMIT with its FOOTER. */
static void lose_all_that_may_be_lost(const struct parity_head *h,
                                      uint64_t *seed)
{
	const struct parity_geometry *g = &h->geometry;
	uint32_t tables = parity_table_count(g);
	uint32_t kept = (uint32_t)(dice(seed) % tables);

	assert_int_equal(g->groups, 1);
	for (unsigned i = 0; i < g->p; i++)
		lose_page(parity_page_at(h, (uint32_t)(dice(seed) % g->tags)));
	for (uint32_t i = 0; i < tables; i++)
		if (i != kept)
			lose_page(parity_table_at(h, i));
	lose_page(h->offset);
	lose_page(h->offset + parity_section_size(g));
}

static void random_losses_up_to_capacity_come_back(void **state)
{
	struct parity_head first = zone_of(0, at.first_end);
	struct parity_head second = zone_of(at.first_end, at.good.len);
	uint64_t seed = 5;

	(void)state;
	for (unsigned i = 0; i < 150; i++) {
		whole_copy();
		lose_all_that_may_be_lost(&first, &seed);
		lose_all_that_may_be_lost(&second, &seed);
		comes_back("random losses, round", i);
	}
}

/* Without the table the last parity is no more; with it, all is there. */
static void a_cut_archive_comes_back_as_far_as_its_table(void **state)
{
	struct parity_head h = zone_of(at.first_end, at.good.len);
	uint64_t table = parity_table_at(&h, 0) + PARITY_PAGE;

	(void)state;
	for (uint64_t end = at.good.len; end > PARITY_PAGE * 5;
	     end -= end > h.offset ? PARITY_PAGE / 2 : PARITY_PAGE * 5) {
		int r;

		whole_copy();
		at.copy.len = end;
		if (end >= table) {
			comes_back("a cut", end);
			continue;
		}
		/* A prefix that was committed, then, and no less than what was
		 * protected before. */
		r = mend(NULL);
		if (r == 0 && is_as_it_was())
			fail_msg("parity from nowhere, cut at %llu",
			         (unsigned long long)end);
		if (end >= at.first_end)
			assert_int_equal(r, 0);
		if (r == 0)
			assert_memory_equal(at.good.ptr, out_bytes(),
			                    at.report.sections.bytes);
	}
}

/* A copy that has lost its first half, and one that has lost its second. */
static void copies_help_each_other_page_by_page(void **state)
{
	static const char *const paths[] = { CASE_PATH, "other.fiche" };
	struct fiche_mend_options opt = { .threads = 1 };
	struct buf other = { 0 };
	uint64_t seed = 7;

	(void)state;
	for (unsigned round = 0; round < 20; round++) {
		size_t pages = at.good.len / PARITY_PAGE;

		whole_copy();
		buf_clear(&other);
		buf_put(&other, at.good.ptr, at.good.len);
		assert_true(buf_ok(&other));
		for (size_t i = 0; i < pages; i++) {
			uint8_t *in = dice(&seed) % 2 ? at.copy.ptr : other.ptr;

			memset(in + i * PARITY_PAGE, 0, PARITY_PAGE);
		}
		io_memory_free(at.memory);
		at.memory = io_memory_new();
		assert_non_null(at.memory);
		assert_int_equal(case_put(at.memory, at.copy.ptr, at.copy.len),
		                 0);
		assert_int_equal(io_memory_put(at.memory, paths[1], other.ptr,
		                               other.len),
		                 0);
		assert_int_equal(mend_io(io_memory_io(at.memory), paths, 2, OUT,
		                         &opt, &at.report, NULL),
		                 0);
		assert_true(is_as_it_was());
	}
	buf_done(&other);
}

/* Beyond what parity can: the articles whose blocks are whole are all there,
 * and the others are counted, each. */
static void beyond_capacity_all_that_is_intact_is_kept(void **state)
{
	struct parity_head h = zone_of(0, at.first_end);
	uint64_t seed = 9;
	unsigned opened = 0;

	(void)state;
	for (unsigned round = 0; round < 12; round++) {
		struct case_reading got;
		struct fiche_reader *r;
		uint64_t said;

		whole_copy();
		for (unsigned i = 0;
		     i <= h.geometry.p + round && i < h.geometry.pages; i++) {
			uint32_t t;

			do
				t = (uint32_t)(dice(&seed) % h.geometry.pages);
			while (at.copy.ptr[parity_page_at(&h, t)] == 0xa5);
			lose_page(parity_page_at(&h, t));
		}
		assert_int_equal(mend(NULL), FICHE_ERR_CORRUPT);
		assert_true(at.report.pages_lost > h.geometry.p);
		assert_true(at.report.verified.findings > 0);
		said = at.report.verified.records_lost;
		assert_int_equal(case_put(at.memory, out_bytes(),
		                          at.report.sections.bytes),
		                 0);
		if (case_open(&r, at.memory, false, NULL) < 0)
			continue; /* no commit is left; 'recover' is tested */
		assert_int_equal(case_read(&got, r, made.digests,
		                           made.record_count, false, NULL),
		                 0);
		fiche_reader_close(r);
		opened++;
		assert_int_equal(got.wrong, 0);
		assert_true(got.failed > 0);
		assert_true(got.failed <= said);
		assert_int_equal(got.exact + got.failed, made.record_count);
	}
	assert_true(opened > 5);
}

/* ---- Protecting ---- */

static void protecting_twice_adds_nothing(void **state)
{
	struct fiche_protect_report report;
	const uint8_t *bytes;
	size_t len;

	(void)state;
	whole_copy();
	assert_int_equal(mend(NULL), 0);
	assert_int_equal(protect(at.memory, FICHE_PARITY_ARCH, &report, NULL),
	                 0);
	assert_int_equal(report.protected_bytes, 0);
	assert_true(io_memory_get(at.memory, CASE_PATH, &bytes, &len));
	assert_int_equal(len, at.good.len);
}

static void an_empty_archive_has_nothing_to_protect(void **state)
{
	struct case_plan plan = { .seed = 1 };
	struct io_memory *m = io_memory_new();
	struct fiche_protect_report report;
	struct fiche_writer *w;

	(void)state;
	assert_int_equal(case_writer(&w, m, FICHE_CREATE, &plan, NULL), 0);
	fiche_writer_close(w);
	assert_int_equal(protect(m, FICHE_PARITY_STD, &report, NULL), 0);
	assert_int_equal(report.protected_bytes, 0);
	io_memory_free(m);
}

static void a_damaged_archive_is_not_protected(void **state)
{
	const struct case_plan plan = { .seed = 2,
		                        .lines = 30,
		                        .text_len = 500 };
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };

	(void)state;
	assert_int_equal(case_append(m, &plan, NULL), 0);
	assert_int_equal(case_append(m, &plan, NULL), 0);
	keep(&at.copy, m, CASE_PATH);
	at.copy.ptr[4096 + 500] ^= 1;
	assert_int_equal(case_put(m, at.copy.ptr, at.copy.len), 0);
	assert_int_equal(protect(m, FICHE_PARITY_STD, NULL, &err),
	                 FICHE_ERR_CORRUPT);
	assert_non_null(strstr(err.text, "keep the damage"));
	io_memory_free(m);
}

/* The remains of an interrupted append are protected with the rest, or the
 * batch hash of the commit behind them could not be mended. */
static void a_void_comes_back_too(void **state)
{
	const struct case_plan plan = { .seed = 3,
		                        .lines = 30,
		                        .text_len = 500 };
	struct io_memory *m = io_memory_new();
	struct buf whole = { 0 };
	size_t end;

	(void)state;
	assert_int_equal(case_append(m, &plan, NULL), 0);
	keep(&whole, m, CASE_PATH);
	end = whole.len;
	for (unsigned i = 0; i < 10000; i++)
		buf_u8(&whole, (uint8_t)(i * 7));
	assert_int_equal(case_put(m, whole.ptr, whole.len), 0);
	assert_int_equal(protect(m, FICHE_PARITY_STD, NULL, NULL), 0);
	buf_done(&whole);
	keep(&whole, m, CASE_PATH);
	io_memory_free(m);
	for (size_t i = 0; i < whole.len; i += PARITY_PAGE) {
		const struct buf before = at.good;

		at.good = whole;
		whole_copy();
		lose_page(i);
		/* And with it the last COMMIT, which hashes the void. */
		lose_page(whole.len - PARITY_PAGE);
		comes_back("a page of an archive with a void", i);
		at.good = before;
	}
	assert_true(end < whole.len);
	buf_done(&whole);
}

/* Each call that may fail does, once. */
static void protecting_may_fail_anywhere(void **state)
{
	const struct case_plan plan = { .seed = 4,
		                        .lines = 20,
		                        .text_len = 300 };
	unsigned long fired;
	long n = 0;

	(void)state;
	do {
		struct io_memory *m = io_memory_new();
		struct fiche_verify_report report;
		int r;

		assert_int_equal(case_append(m, &plan, NULL), 0);
		io_memory_fail(m, IO_FAULT_ANY, n++, EIO, false);
		r = protect(m, FICHE_PARITY_STD, NULL, NULL);
		fired = io_memory_faults_fired(m);
		io_memory_fail(m, IO_FAULT_NONE, -1, 0, false);
		if (r != 0)
			assert_int_equal(r, FICHE_ERR_IO);
		r = case_verify(m, false, &report, NULL);
		if (r != 0)
			assert_int_equal(r, FICHE_ERR_TRUNCATED);
		assert_int_equal(report.records, 18); /* two came twice */
		/* And it is protected the next time. */
		assert_int_equal(protect(m, FICHE_PARITY_STD, NULL, NULL), 0);
		assert_int_equal(case_verify(m, false, &report, NULL), 0);
		assert_true(report.parity);
		assert_int_equal(report.unprotected_bytes, 0);
		io_memory_free(m);
	} while (fired > 0);
	assert_true(n > 30);
}

static void protecting_may_run_out_of_memory_anywhere(void **state)
{
	const struct case_plan plan = { .seed = 4,
		                        .lines = 20,
		                        .text_len = 300 };
	unsigned long fired;
	long n = 0;

	(void)state;
	do {
		struct io_memory *m = io_memory_new();
		struct fiche_verify_report report;
		int r;

		assert_int_equal(case_append(m, &plan, NULL), 0);
		alloc_fail_after(n++, false);
		r = protect(m, FICHE_PARITY_STD, NULL, NULL);
		fired = alloc_faults_fired();
		alloc_fail_after(-1, false);
		if (r != 0)
			assert_int_equal(r, FICHE_ERR_NOMEM);
		r = case_verify(m, true, &report, NULL);
		if (r != 0)
			assert_int_equal(r, FICHE_ERR_TRUNCATED);
		io_memory_free(m);
	} while (fired > 0);
	assert_true(n > 30);
}

/* Of a commit that may have been acknowledged, somebody has to say that it is
 * given up. */
static int protect_again(struct io_memory *m, struct fiche_error *err)
{
	const struct case_plan plan = { .seed = 6,
		                        .lines = 20,
		                        .text_len = 300 };
	int r = protect(m, FICHE_PARITY_LITE, NULL, err);

	if (r == FICHE_ERR_CORRUPT)
		r = case_append(m, &plan, err);
	return r;
}

/* What the power has left of a footer stays as it is. */
static void all_is_there(struct io_memory *m)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	int r = case_verify(m, false, &report, &err);

	if (r != 0 && (r != FICHE_ERR_CORRUPT || report.findings > 2 ||
	               report.records_lost > 0))
		fail_msg("%s", err.text);
	assert_true(report.records >= 18);
}

static void protecting_survives_two_power_cuts(void **state)
{
	const struct case_plan plan = { .seed = 6,
		                        .lines = 20,
		                        .text_len = 300 };
	bool all = getenv("EXHAUSTIVE") != NULL;
	const struct cut_plan cuts = { .all_up_to = all ? 5 : 3,
		                       .singles = all ? 1000 : 16,
		                       .samples = all ? 64 : 8 };
	const struct interruptions how = { .plan = { cuts, cuts },
		                           .repeat_every = all ? 1 : 5,
		                           .seed = 24 };
	struct io_memory *m = io_memory_new();
	struct interrupted_tally tally = { 0 };
	struct operation op = { .name = "protect",
		                .run = protect_again,
		                .check_done = all_is_there,
		                .file_count = 1 };

	(void)state;
	assert_int_equal(case_append(m, &plan, NULL), 0);
	keep(&at.copy, m, CASE_PATH);
	io_memory_free(m);
	op.files[0] =
		(struct staged_file){ CASE_PATH, at.copy.ptr, at.copy.len };
	interrupt_everywhere(&op, &how, &tally);
	interrupted_say(op.name, &tally);
	assert_true(tally.repeated > 0);
	assert_true(tally.nested_states > 0);
	assert_true(tally.finished > 0);
}

/* A copy, alone in a new memory, without this page and the last one. */
static void two_pages_lost(uint64_t first)
{
	whole_copy();
	lose_page(first);
	lose_page(at.good.len - PARITY_PAGE);
	io_memory_free(at.memory);
	at.memory = io_memory_new();
	assert_int_equal(case_put(at.memory, at.copy.ptr, at.copy.len), 0);
}

/* What a copy cannot give is lost, and comes back; what cannot be written is a
 * failure.  Nothing wrong is ever called whole. */
static void mending_may_fail_anywhere(void **state)
{
	static const char *const paths[] = { CASE_PATH };
	struct fiche_mend_options opt = { .threads = 1 };
	unsigned long fired;
	long n = 0;

	(void)state;
	do {
		int r;

		two_pages_lost(0);
		io_memory_fail(at.memory, IO_FAULT_ANY, n, EIO, false);
		r = mend_io(io_memory_io(at.memory), paths, 1, OUT, &opt,
		            &at.report, NULL);
		fired = io_memory_faults_fired(at.memory);
		io_memory_fail(at.memory, IO_FAULT_NONE, -1, 0, false);
		if (r == 0)
			is_what_was_committed();
		else
			assert_true(r == FICHE_ERR_IO ||
			            r == FICHE_ERR_CORRUPT);
		n += n < 60 ? 1 : n / 12;
	} while (fired > 0);
	assert_true(n > 100);
}

static void mending_may_run_out_of_memory_anywhere(void **state)
{
	static const char *const paths[] = { CASE_PATH };
	struct fiche_mend_options opt = { .threads = 1 };
	unsigned long fired;
	long n = 0;

	(void)state;
	do {
		int r;

		two_pages_lost(8192);
		alloc_fail_after(n, false);
		r = mend_io(io_memory_io(at.memory), paths, 1, OUT, &opt,
		            &at.report, NULL);
		fired = alloc_faults_fired();
		alloc_fail_after(-1, false);
		if (r == 0)
			assert_true(is_as_it_was());
		else
			assert_true(r == FICHE_ERR_NOMEM ||
			            r == FICHE_ERR_CORRUPT);
		n += n < 60 ? 1 : n / 12;
	} while (fired > 0);
	assert_true(n > 100);
}

/* ---- Hostile copies ---- */

/* Pages that say they are tables of any shape, and are sealed. */
static void tables_that_lie_cost_no_more_than_what_they_lie_on(void **state)
{
	uint64_t seed = 13;

	(void)state;
	for (unsigned round = 0; round < 60; round++) {
		unsigned lies = 1 + (unsigned)(dice(&seed) % 20);

		whole_copy();
		for (unsigned i = 0; i < lies; i++) {
			struct parity_head h = zone_of(0, at.first_end);
			uint64_t page =
				dice(&seed) % (at.good.len / PARITY_PAGE);
			uint8_t *p = at.copy.ptr + page * PARITY_PAGE;

			if (!parity_geometry_init(
				    &h.geometry,
				    1 + (uint32_t)(dice(&seed) % 300),
				    1 + (unsigned)(dice(&seed) % 20),
				    (unsigned)(dice(&seed) % 17),
				    1 + (unsigned)(dice(&seed) % 200),
				    1 + (unsigned)(dice(&seed) % 55)))
				continue;
			h.start = dice(&seed) % (page + 1) * PARITY_PAGE;
			/* So that this is its first table page. */
			h.offset = (page - 1) * PARITY_PAGE;
			h.batch_start = 8192;
			if (page < 3 ||
			    h.start + (uint64_t)h.geometry.pages * PARITY_PAGE >
			            h.offset)
				continue;
			assert_int_equal(parity_table_seal(p, &h, 0), 0);
		}
		if (mend(NULL) == 0)
			assert_true(is_as_it_was());
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_archive_comes_out_as_it_is),
		cmocka_unit_test(every_page_comes_back),
		cmocka_unit_test(bits_come_back),
		cmocka_unit_test(random_losses_up_to_capacity_come_back),
		cmocka_unit_test(a_cut_archive_comes_back_as_far_as_its_table),
		cmocka_unit_test(copies_help_each_other_page_by_page),
		cmocka_unit_test(beyond_capacity_all_that_is_intact_is_kept),
		cmocka_unit_test(protecting_twice_adds_nothing),
		cmocka_unit_test(an_empty_archive_has_nothing_to_protect),
		cmocka_unit_test(a_damaged_archive_is_not_protected),
		cmocka_unit_test(a_void_comes_back_too),
		cmocka_unit_test(protecting_may_fail_anywhere),
		cmocka_unit_test(protecting_may_run_out_of_memory_anywhere),
		cmocka_unit_test(protecting_survives_two_power_cuts),
		cmocka_unit_test(mending_may_fail_anywhere),
		cmocka_unit_test(mending_may_run_out_of_memory_anywhere),
		cmocka_unit_test(
			tables_that_lie_cost_no_more_than_what_they_lie_on),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, make, drop);
}
