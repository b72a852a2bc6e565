/* SPDX-License-Identifier: Apache-2.0 */
/* test_repair.c - one whole archive from damaged copies, or what is lost. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/repair.h"
#include "base/buf.h"
#include "format/section.h"
#include "support/archive_case.h"

#define COPIES 3
#define OUT    "repaired.fiche"

static const char *const names[COPIES] = { "a.fiche", "b.fiche", "c.fiche" };

#define COMMITS 3

/* An archive of some commits, and room for damaged copies of it. */
static struct {
	struct io_memory *memory;
	struct buf good;
	size_t end[COMMITS]; /* of each commit */
	struct buf copy[COPIES];
	struct fiche_repair_report report;
} at;

static int make(void **state)
{
	const struct case_plan plan = {
		.seed = 7, .lines = 40, .files = 4, .text_len = 300
	};
	const uint8_t *bytes;

	(void)state;
	at.memory = io_memory_new();
	assert_non_null(at.memory);
	for (size_t i = 0; i < COMMITS; i++) {
		assert_int_equal(case_append(at.memory, &plan, NULL), 0);
		assert_true(io_memory_get(at.memory, CASE_PATH, &bytes,
		                          &at.end[i]));
	}
	buf_put(&at.good, bytes, at.end[COMMITS - 1]);
	io_memory_free(at.memory);
	at.memory = NULL;
	return buf_ok(&at.good) ? 0 : -1;
}

static int drop(void **state)
{
	(void)state;
	buf_done(&at.good);
	for (size_t i = 0; i < COPIES; i++)
		buf_done(&at.copy[i]);
	return 0;
}

static void copies_are_whole(void)
{
	for (size_t i = 0; i < COPIES; i++) {
		buf_clear(&at.copy[i]);
		buf_put(&at.copy[i], at.good.ptr, at.good.len);
		assert_true(buf_ok(&at.copy[i]));
	}
}

static int repair(size_t count, struct fiche_error *err)
{
	int r;

	io_memory_free(at.memory);
	at.memory = io_memory_new();
	assert_non_null(at.memory);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(io_memory_put(at.memory, names[i],
		                               at.copy[i].ptr, at.copy[i].len),
		                 0);
	r = repair_io(io_memory_io(at.memory), names, count, OUT, NULL,
	              &at.report, err);
	return r;
}

static bool is_as_it_was(void)
{
	const uint8_t *bytes;
	size_t len;

	return io_memory_get(at.memory, OUT, &bytes, &len) &&
	       len == at.good.len && memcmp(bytes, at.good.ptr, len) == 0;
}

static void copies_are_never_written(void)
{
	const uint8_t *bytes;
	size_t len;

	for (size_t i = 0; i < COPIES; i++)
		if (io_memory_get(at.memory, names[i], &bytes, &len)) {
			assert_int_equal(len, at.copy[i].len);
			assert_memory_equal(bytes, at.copy[i].ptr, len);
		}
}

static uint64_t dice(uint64_t *state)
{
	*state = *state * UINT64_C(6364136223846793005) + 1442695040888963407;
	return *state >> 33;
}

static void a_whole_copy_comes_out_as_it_is(void **state)
{
	(void)state;
	copies_are_whole();
	assert_int_equal(repair(1, NULL), 0);
	assert_true(is_as_it_was());
	assert_int_equal(at.report.mended, 0);
	assert_int_equal(at.report.lost, 0);
}

static void every_byte_damaged_in_one_copy_comes_from_the_other(void **state)
{
	struct fiche_error err;

	(void)state;
	for (size_t i = 0; i < at.good.len; i += 37) {
		copies_are_whole();
		at.copy[i / 37 % 2].ptr[i] ^= (uint8_t)(1 + i % 255);
		if (repair(2, &err) != 0)
			fail_msg("byte %zu: %s", i, err.text);
		if (!is_as_it_was())
			fail_msg("byte %zu: another archive came out", i);
		copies_are_never_written();
	}
}

/* G26: also where the same section is damaged in both. */
static void copies_with_damage_in_different_places_make_one(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (unsigned n = 0; n < 300; n++) {
		copies_are_whole();
		for (unsigned k = 0; k < 6; k++) {
			/* Pieces of 512 bytes, even ones of a, odd ones of b.
			 */
			size_t piece = dice(&seed) % (at.good.len / 512);
			size_t in = dice(&seed) % 400;

			at.copy[piece % 2].ptr[piece * 512 + in] ^= 0x40;
		}
		if (repair(2, NULL) != 0)
			fail_msg("trial %u: %llu parts lost", n,
			         (unsigned long long)at.report.lost);
		assert_true(is_as_it_was());
	}
}

/* Many sectors in a row, of one large section. */
static void long_damage_in_different_places_of_a_section_is_mended(void **state)
{
	const struct case_plan plan = { .seed = 9,
		                        .lines = 1,
		                        .text_len = 2000000 };
	struct io_memory *m = io_memory_new();
	const uint8_t *bytes;
	size_t len, sixth;

	(void)state;
	assert_non_null(m);
	assert_int_equal(case_append(m, &plan, NULL), 0);
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	sixth = len / 6;
	assert_true(sixth > 30000);
	for (size_t i = 0; i < 2; i++) {
		buf_clear(&at.copy[i]);
		buf_put(&at.copy[i], bytes, len);
		assert_true(buf_ok(&at.copy[i]));
		memset(at.copy[i].ptr + (1 + i) * sixth, 0x77, sixth / 2);
	}
	assert_int_equal(repair(2, NULL), 0);
	assert_int_equal(at.report.bytes, len);
	{
		const uint8_t *out;
		size_t out_len;

		assert_true(io_memory_get(at.memory, OUT, &out, &out_len));
		assert_int_equal(out_len, len);
		assert_memory_equal(out, bytes, len);
	}
	io_memory_free(m);
}

static void a_copy_that_was_cut_lends_what_it_has(void **state)
{
	size_t damaged = at.good.len / 3, mended = 0, lost = 0;

	(void)state;
	for (size_t cut = 0; cut < at.good.len; cut += 1009) {
		int r;

		copies_are_whole();
		at.copy[0].len = cut;
		at.copy[1].ptr[damaged] ^= 1;
		r = repair(2, NULL);
		assert_int_equal(r, at.report.lost ? FICHE_ERR_CORRUPT : 0);
		if (r == 0) {
			assert_true(is_as_it_was());
			mended++;
		} else {
			assert_int_equal(at.report.lost, 1);
			lost++;
		}
		/* What the cut copy has, it lends. */
		assert_true(r != 0 || cut > damaged);
	}
	assert_true(mended > 0 && lost > 0);
}

static void a_stretch_of_zeros_in_two_of_three_copies_is_mended(void **state)
{
	uint64_t seed = 5;

	(void)state;
	for (unsigned n = 0; n < 100; n++) {
		copies_are_whole();
		for (size_t i = 0; i < COPIES; i++) {
			size_t third = at.good.len / 3;
			size_t from = i * third + dice(&seed) % (third / 2);

			memset(at.copy[i].ptr + from, 0, third / 3);
		}
		if (repair(COPIES, NULL) != 0)
			fail_msg("trial %u: %llu parts lost", n,
			         (unsigned long long)at.report.lost);
		assert_true(is_as_it_was());
	}
}

/* ---- Bytes that came or went ---- */

/* `len` bytes more at `where`, or less. */
static void shift(struct buf *copy, size_t where, size_t len, bool insert,
                  uint64_t *seed)
{
	size_t rest = where;

	buf_clear(copy);
	buf_put(copy, at.good.ptr, where);
	for (size_t i = 0; insert && i < len; i++)
		buf_u8(copy, (uint8_t)dice(seed));
	if (!insert)
		rest = at.good.len - where < len ? at.good.len : where + len;
	buf_put(copy, at.good.ptr + rest, at.good.len - rest);
	assert_true(buf_ok(copy));
}

/* Is the result what it was, but for the sections that were hit?  A COMMIT and
 * its FOOTER are one. */
static void require_all_but(size_t where, size_t end)
{
	const uint8_t *bytes;
	size_t len, from = 0, to;
	struct section s;

	assert_true(io_memory_get(at.memory, OUT, &bytes, &len));
	for (; from < len; from = to) {
		assert_int_equal(section_decode(&s, at.good.ptr + from, from,
		                                NULL, NULL),
		                 0);
		to = from + (size_t)section_size(&s);
		to += s.type == SECTION_COMMIT ? FOOTER_SIZE : 0;
		assert_true(to <= len);
		if ((from >= end || where >= to) &&
		    memcmp(bytes + from, at.good.ptr + from, to - from) != 0)
			fail_msg("bytes from %zu to %zu changed, and the "
			         "section at %zu is another one",
			         where, end, from);
	}
	/* Nothing is left of the last generation if its commit was hit. */
	assert_true(len == at.good.len || end > at.end[COMMITS - 2]);
}

static void what_is_shifted_is_put_in_its_place(void **state)
{
	uint64_t seed = 11;

	(void)state;
	for (size_t i = 0; i < at.good.len; i += 97) {
		size_t len = 1 + dice(&seed) % 4096;
		bool insert = dice(&seed) % 2;
		int r;

		shift(&at.copy[0], i, len, insert, &seed);
		r = repair(1, NULL);
		assert_true(r == 0 || r == FICHE_ERR_CORRUPT);
		assert_true(r == 0 || at.report.lost > 0);
		require_all_but(i, insert ? i + 1 : i + len);
	}
}

static void copies_shifted_at_different_places_make_one(void **state)
{
	uint64_t seed = 12;
	unsigned whole = 0;

	(void)state;
	for (unsigned n = 0; n < 200; n++) {
		size_t third = at.good.len / COPIES;

		for (size_t i = 0; i < COPIES; i++)
			shift(&at.copy[i], i * third + dice(&seed) % third,
			      1 + dice(&seed) % 4096, dice(&seed) % 2, &seed);
		if (repair(COPIES, NULL) == 0) {
			assert_true(is_as_it_was());
			whole++;
		}
	}
	/* Two of three hit one block now and then, but no more. */
	assert_true(whole > 150);
}

static void a_footer_is_made_anew_from_its_commit(void **state)
{
	(void)state;
	copies_are_whole();
	memset(at.copy[0].ptr + at.good.len - FOOTER_SIZE, 0xff, FOOTER_SIZE);
	assert_int_equal(repair(1, NULL), 0);
	assert_true(is_as_it_was());
	assert_int_equal(at.report.mended, 1);
}

static void what_all_copies_lack_is_told_and_the_rest_is_there(void **state)
{
	const uint8_t *bytes;
	size_t len, differ = 0;

	(void)state;
	copies_are_whole();
	for (size_t i = 0; i < 2; i++)
		memset(at.copy[i].ptr + 9000, 0x55, 64);
	assert_int_equal(repair(2, NULL), FICHE_ERR_CORRUPT);
	assert_int_equal(at.report.lost, 1);
	assert_true(io_memory_get(at.memory, OUT, &bytes, &len));
	assert_int_equal(len, at.good.len);
	for (size_t i = 0; i < len; i++)
		differ += bytes[i] != at.good.ptr[i];
	assert_in_range(differ, 1, 64);
}

static void a_commit_that_all_copies_lack_is_no_void(void **state)
{
	(void)state;
	copies_are_whole();
	memset(at.copy[0].ptr + at.end[0], 0, at.end[1] - at.end[0]);
	assert_int_equal(repair(1, NULL), FICHE_ERR_CORRUPT);
	assert_int_equal(at.report.lost, 1);
}

/* Whole sections may stand in it, and be damaged. */
static void a_void_is_no_damage(void **state)
{
	const struct case_plan plan = { .seed = 8, .lines = 4, .text_len = 50 };
	const uint8_t *bytes;
	size_t len;

	(void)state;
	for (size_t cut = at.end[0]; cut < at.end[1] - FOOTER_SIZE;
	     cut += 511) {
		struct io_memory *m = io_memory_new();

		assert_non_null(m);
		assert_int_equal(case_put(m, at.good.ptr, cut), 0);
		assert_int_equal(case_append(m, &plan, NULL), 0);
		assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
		buf_clear(&at.copy[0]);
		buf_put(&at.copy[0], bytes, len);
		assert_true(buf_ok(&at.copy[0]));
		assert_int_equal(repair(1, NULL), 0);
		assert_int_equal(at.report.lost, 0);
		assert_int_equal(at.report.bytes, len);
		assert_true(io_memory_get(at.memory, OUT, &bytes, &len));
		assert_memory_equal(bytes, at.copy[0].ptr, len);
		io_memory_free(m);
	}
}

static void an_interrupted_append_is_left_behind(void **state)
{
	static const uint8_t junk[5000] = { 1, 2, 3 };

	(void)state;
	copies_are_whole();
	buf_put(&at.copy[0], junk, sizeof(junk));
	assert_int_equal(repair(1, NULL), 0);
	assert_true(is_as_it_was());
}

static void what_cannot_be_copies_is_refused(void **state)
{
	struct fiche_error err;
	static const char zeros[5000];

	(void)state;
	copies_are_whole();
	buf_clear(&at.copy[0]);
	buf_put(&at.copy[0], zeros, sizeof(zeros));
	assert_int_equal(repair(1, &err), FICHE_ERR_FOREIGN);
	/* Another identity, in a header that is right but for its sum. */
	copies_are_whole();
	assert_int_equal(repair(0, &err), FICHE_ERR_ARG);
	/* The result is never written over something. */
	copies_are_whole();
	assert_int_equal(repair(1, NULL), 0);
	assert_int_equal(repair_io(io_memory_io(at.memory), names, 1, OUT, NULL,
	                           NULL, &err),
	                 FICHE_ERR_EXISTS);
}

static int forget(void **state)
{
	(void)state;
	io_memory_free(at.memory);
	at.memory = NULL;
	return 0;
}

static void from_one_to_64_copies_are_read(void **state)
{
	const char *many[REPAIR_COPIES_MAX + 1];
	struct io *io;

	(void)state;
	for (size_t i = 0; i <= REPAIR_COPIES_MAX; i++)
		many[i] = names[0];
	copies_are_whole();
	for (size_t i = 0; i < 3; i++) {
		static const size_t counts[] = { 0, REPAIR_COPIES_MAX,
			                         REPAIR_COPIES_MAX + 1 };
		struct fiche_error err = { 0 };

		io_memory_free(at.memory);
		at.memory = io_memory_new();
		assert_non_null(at.memory);
		io = io_memory_io(at.memory);
		assert_int_equal(io_memory_put(at.memory, names[0],
		                               at.copy[0].ptr, at.copy[0].len),
		                 0);
		assert_int_equal(
			repair_io(io, many, counts[i], OUT, NULL, NULL, &err),
			counts[i] == REPAIR_COPIES_MAX ? 0 : FICHE_ERR_ARG);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(from_one_to_64_copies_are_read),
		cmocka_unit_test_teardown(a_whole_copy_comes_out_as_it_is,
		                          forget),
		cmocka_unit_test_teardown(
			every_byte_damaged_in_one_copy_comes_from_the_other,
			forget),
		cmocka_unit_test_teardown(
			copies_with_damage_in_different_places_make_one,
			forget),
		cmocka_unit_test_teardown(
			long_damage_in_different_places_of_a_section_is_mended,
			forget),
		cmocka_unit_test_teardown(a_copy_that_was_cut_lends_what_it_has,
		                          forget),
		cmocka_unit_test_teardown(
			a_stretch_of_zeros_in_two_of_three_copies_is_mended,
			forget),
		cmocka_unit_test_teardown(what_is_shifted_is_put_in_its_place,
		                          forget),
		cmocka_unit_test_teardown(
			copies_shifted_at_different_places_make_one, forget),
		cmocka_unit_test_teardown(a_footer_is_made_anew_from_its_commit,
		                          forget),
		cmocka_unit_test_teardown(
			what_all_copies_lack_is_told_and_the_rest_is_there,
			forget),
		cmocka_unit_test_teardown(
			a_commit_that_all_copies_lack_is_no_void, forget),
		cmocka_unit_test_teardown(a_void_is_no_damage, forget),
		cmocka_unit_test_teardown(an_interrupted_append_is_left_behind,
		                          forget),
		cmocka_unit_test_teardown(what_cannot_be_copies_is_refused,
		                          forget),
	};

	return cmocka_run_group_tests(tests, make, drop);
}
