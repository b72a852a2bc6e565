/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_flip.c - every single bit of an archive is wrong once.
 *
 * Verify notices each of them, quick or full, and says so by a finding or by
 * its answer.  A reader gives the bytes that went in, or an error, or an
 * earlier state; other bytes never.
 *
 * Quick verify sees every bit.  A full verify begins with all that a
 * quick one does, so it and the slower readings see every byte, and every bit
 * of what is structure.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "format/section.h"
#include "support/archive_case.h"

static const struct case_plan plan = {
	.seed = 2, .commits = 2, .lines = 10, .files = 1, .text_len = 150
};

static struct archive_case ground;
/* Which bytes are covered by nothing but a hash of all of them: the text of the
 * superblock and the frames. */
static bool is_bulk[1 << 16];

static void find_bulk(const struct archive_case *c)
{
	const uint8_t *p = c->bytes.ptr;
	uint64_t at = SUPERBLOCK_SIZE;
	struct section s;

	assert_true(c->bytes.len <= sizeof(is_bulk));
	memset(is_bulk + 128, true, SUPERBLOCK_SIZE - 128);
	while (at < c->bytes.len) {
		assert_int_equal(section_decode(&s, p + at, at, NULL, NULL), 0);
		if (s.type == SECTION_DATA)
			memset(is_bulk + at + SECTION_HEADER_SIZE + s.inner_len,
			       true, (size_t)(s.payload_len - s.inner_len));
		at += section_size(&s);
		if (s.type == SECTION_COMMIT)
			at += FOOTER_SIZE;
	}
}

/* The bit after `bit`, or after its byte where one bit is like the others. */
static size_t next_bit(size_t bit)
{
	size_t at = bit / 8 + 1;

	if (!is_bulk[bit / 8])
		return bit + 1;
	return at * 8 + (is_bulk[at] ? at % 8 : 0);
}

static int enter(void **state)
{
	struct fiche_error err = { 0 };

	case_keep_memory();
	if (archive_case_make(&ground, &plan, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	find_bulk(&ground);
	*state = &ground;
	return 0;
}

static int leave(void **state)
{
	archive_case_done(*state);
	return 0;
}

static void put_flipped(struct archive_case *c, size_t bit)
{
	c->bytes.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	assert_int_equal(case_put(c->memory, c->bytes.ptr, c->bytes.len), 0);
	c->bytes.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
}

static void quick_verify_notices_every_bit(void **state)
{
	struct archive_case *c = *state;
	size_t bits = c->bytes.len * 8;

	for (size_t bit = 0; bit < bits; bit++) {
		struct fiche_verify_report report;
		struct fiche_error err = { 0 };

		put_flipped(c, bit);
		if (case_verify(c->memory, true, &report, &err) >= 0)
			fail_msg("bit %zu of byte %zu goes unnoticed", bit % 8,
			         bit / 8);
	}
	print_message("%zu bits, quick verify\n", bits);
}

static void full_verify_notices_every_byte(void **state)
{
	struct archive_case *c = *state;

	for (size_t at = 0; at < c->bytes.len; at++) {
		struct fiche_verify_report report;
		struct fiche_error err = { 0 };

		put_flipped(c, at * 8 + at % 8);
		if (case_verify(c->memory, false, &report, &err) >= 0)
			fail_msg("bit %zu of byte %zu goes unnoticed", at % 8,
			         at);
		assert_false(report.index_compared && report.findings == 0 &&
		             report.tail_size == 0 && report.generations == 2);
	}
	print_message("%zu bytes, full verify\n", c->bytes.len);
}

static void a_reader_gives_what_went_in_or_an_error(void **state)
{
	struct archive_case *c = *state;
	size_t bits = c->bytes.len * 8, exact = 0, failed = 0, refused = 0;
	size_t tried = 0;

	for (size_t bit = 0; bit < bits; bit = next_bit(bit)) {
		struct fiche_error err = { 0 };
		struct case_reading seen;
		struct fiche_reader *r;
		int status;

		tried++;
		put_flipped(c, bit);
		status = case_open(&r, c->memory, false, &err);
		if (status < 0) {
			assert_int_equal(err.code, status);
			refused++;
			continue;
		}
		(void)case_read(&seen, r, c->digests, c->record_count,
		                bit % 32 == 0, &err);
		if (seen.wrong)
			fail_msg("bit %zu of byte %zu: other bytes", bit % 8,
			         bit / 8);
		exact += seen.exact;
		failed += seen.failed;
		fiche_reader_close(r);
	}
	print_message("%zu bits: %zu records exact, %zu refused, %zu times no "
	              "archive\n",
	              tried, exact, failed, refused);
}

static void recovery_gives_what_went_in_or_an_error(void **state)
{
	struct archive_case *c = *state;
	size_t exact = 0, failed = 0, refused = 0;

	for (size_t at = 0; at < c->bytes.len; at++) {
		struct fiche_error err = { 0 };
		struct case_reading seen;
		struct fiche_reader *r;
		int status;

		put_flipped(c, at * 8 + at % 8);
		status = case_open(&r, c->memory, true, &err);
		if (status < 0) {
			assert_int_equal(err.code, status);
			refused++;
			continue;
		}
		(void)case_read(&seen, r, c->digests, c->record_count, false,
		                &err);
		assert_int_equal(seen.wrong, 0);
		exact += seen.exact;
		failed += seen.failed;
		fiche_reader_close(r);
	}
	print_message(
		"%zu bytes: %zu records recovered, %zu refused, %zu times "
		"no archive\n",
		c->bytes.len, exact, failed, refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quick_verify_notices_every_bit),
		cmocka_unit_test(full_verify_notices_every_byte),
		cmocka_unit_test(a_reader_gives_what_went_in_or_an_error),
		cmocka_unit_test(recovery_gives_what_went_in_or_an_error),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
