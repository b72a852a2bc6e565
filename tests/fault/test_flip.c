/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_flip.c - every single bit of an archive is wrong once.
 *
 * Verify notices each of them, quick or full, and names the place.  A reader
 * gives the bytes that went in, or an error, or an earlier state; other bytes
 * never.
 *
 * Quick verify sees every bit.  A full verify begins with all that a
 * quick one does, so it and the slower readings see every byte, and every bit
 * of what is structure.  SWEEP=long in the environment leaves nothing out.
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
#include "format/section.h"
#include "support/articles.h"
#include "support/damage.h"

static const struct case_plan plan = { .seed = 2,
	                               .commits = 2,
	                               .lines = 10,
	                               .files = 1,
	                               .text_len = 150,
	                               .void_len = 1500 };

static struct archive_case ground;
static struct damage_map parts;
/* Which bytes are covered by nothing but a hash of all of them: the text of the
 * superblock and the frames. */
static bool is_bulk[1 << 16];

static void find_bulk(const struct archive_case *c)
{
	struct section s;

	assert_true(c->bytes.len <= sizeof(is_bulk));
	damage_map(&parts, c);
	memset(is_bulk + 128, true, SUPERBLOCK_SIZE - 128);
	for (size_t i = 0; i < parts.count; i++) {
		uint64_t at = parts.part[i].start;

		if (parts.part[i].type != SECTION_DATA)
			continue;
		assert_int_equal(
			section_decode(&s, c->bytes.ptr + at, at, NULL, NULL),
			0);
		memset(is_bulk + at + SECTION_HEADER_SIZE + s.inner_len, true,
		       (size_t)(s.payload_len - s.inner_len));
	}
}

/* The slower readings see one place in so many; an odd number, so that all bits
 * of a byte are seen. */
static size_t stride(void)
{
	return damage_is_long() ? 1 : 3;
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

static void require_located(const struct archive_case *c,
                            const struct damage_map *m, size_t at,
                            unsigned change)
{
	enum damage_seen seen;

	c->bytes.ptr[at] ^= (uint8_t)change;
	assert_int_equal(case_put(c->memory, c->bytes.ptr, c->bytes.len), 0);
	seen = damage_verify(m, c->memory, true, at, at + 1);
	c->bytes.ptr[at] ^= (uint8_t)change;
	if (seen != DAMAGE_LOCATED)
		fail_msg("byte %zu, xor %02x: %s", at, change,
		         seen == DAMAGE_MISSED ? "unnoticed"
		                               : "found elsewhere");
}

static void quick_verify_locates_every_bit(void **state)
{
	const struct archive_case *c = *state;

	for (size_t bit = 0; bit < c->bytes.len * 8; bit++)
		require_located(c, &parts, bit / 8, 1u << bit % 8);
	print_message("%zu bits\n", c->bytes.len * 8);
}

/* One bit in about `step`; with 1, all of them. */
static void require_bits_located(const struct case_plan *p, unsigned type,
                                 uint64_t step)
{
	struct fiche_error err = { 0 };
	struct archive_case c;
	struct damage_map m;
	uint64_t seed = 1, tried = 0;

	assert_int_equal(archive_case_make(&c, p, &err), 0);
	damage_map(&m, &c);
	assert_true(damage_count(&m, type) > 0);
	for (uint64_t bit = 0; bit < c.bytes.len * 8; tried++) {
		require_located(&c, &m, (size_t)bit / 8, 1u << bit % 8);
		bit += 1 + (step > 1 ? articles_random(&seed) % step * 2 : 0);
	}
	print_message("%llu of %zu bits, seed 1\n", (unsigned long long)tried,
	              c.bytes.len * 8);
	archive_case_done(&c);
}

static void quick_verify_locates_bits_of_what_is_large(void **state)
{
	const struct case_plan dictionary = {
		.seed = 9, .commits = 1, .lines = 30, .text_len = 90000
	};
	const struct case_plan large = {
		.seed = 10, .commits = 3, .lines = 400, .text_len = 300
	};

	(void)state;
	require_bits_located(&dictionary, SECTION_DICT,
	                     damage_is_long() ? 100 : 5000);
	require_bits_located(&large, SECTION_INDEX,
	                     damage_is_long() ? 1 : 1000);
}

/* The long form alone: millions. */
static void quick_verify_locates_every_value_of_every_byte(void **state)
{
	const struct archive_case *c = *state;

	if (!damage_is_long())
		skip();
	for (size_t at = 0; at < c->bytes.len; at++)
		for (unsigned change = 1; change < 256; change++)
			require_located(c, &parts, at, change);
	print_message("%zu bytes\n", c->bytes.len);
}

static void full_verify_notices_every_byte(void **state)
{
	struct archive_case *c = *state;

	for (size_t at = 0; at < c->bytes.len; at += stride()) {
		struct fiche_verify_report report;
		struct fiche_error err = { 0 };

		put_flipped(c, at * 8 + at % 8);
		if (case_verify(c->memory, false, &report, &err) >= 0)
			fail_msg("bit %zu of byte %zu goes unnoticed", at % 8,
			         at);
		assert_false(report.index_compared && report.findings == 0 &&
		             report.tail_size == 0 && report.generations == 2);
	}
	print_message("%zu bytes, full verify\n", c->bytes.len / stride());
}

static void a_reader_gives_what_went_in_or_an_error(void **state)
{
	struct archive_case *c = *state;
	size_t bits = c->bytes.len * 8, exact = 0, failed = 0, refused = 0;
	size_t tried = 0;

	for (size_t bit = 0, n = 0; bit < bits; bit = next_bit(bit), n++) {
		struct fiche_error err = { 0 };
		struct case_reading seen;
		struct fiche_reader *r;
		int status;

		if (n % stride() != 0)
			continue;
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

	for (size_t at = 0; at < c->bytes.len; at += stride()) {
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
		c->bytes.len / stride(), exact, failed, refused);
}

static const struct damage_part *last_part(unsigned type)
{
	for (size_t i = parts.count; i-- > 0;)
		if (parts.part[i].type == type)
			return &parts.part[i];
	fail();
	return NULL;
}

/* Its COMMIT is whole, so that nothing may take the articles before it for the
 * remains of an interrupted append, and call them void. */
static void a_commit_without_footer_and_batch_is_damaged(void **state)
{
	struct archive_case *c = *state;
	const struct damage_part *index = last_part(SECTION_INDEX);
	const struct damage_part *commit = last_part(SECTION_COMMIT);
	struct fiche_writer_options opt = { .mode = FICHE_APPEND };
	uint64_t seed = 2;

	for (size_t i = 0; i < FOOTER_SIZE; i++) {
		uint64_t size = index->end - index->start;
		size_t at = index->start + articles_random(&seed) % size;
		struct fiche_verify_report report;
		struct fiche_error err = { 0 };
		struct fiche_writer *w;

		c->bytes.ptr[at] ^= 4;
		put_flipped(c, (c->bytes.len - FOOTER_SIZE + i) * 8 + i % 8);
		c->bytes.ptr[at] ^= 4;
		assert_int_equal(case_verify(c->memory, i % 2, &report, &err),
		                 FICHE_ERR_CORRUPT);
		assert_int_equal(report.generations, 1);
		assert_in_range(err.offset, index->start, commit->end);
		assert_int_equal(writer_open_io(&w, io_memory_io(c->memory),
		                                CASE_PATH, &opt, &err),
		                 FICHE_ERR_CORRUPT);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_without_footer_and_batch_is_damaged),
		cmocka_unit_test(quick_verify_locates_every_bit),
		cmocka_unit_test(quick_verify_locates_bits_of_what_is_large),
		cmocka_unit_test(
			quick_verify_locates_every_value_of_every_byte),
		cmocka_unit_test(full_verify_notices_every_byte),
		cmocka_unit_test(a_reader_gives_what_went_in_or_an_error),
		cmocka_unit_test(recovery_gives_what_went_in_or_an_error),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
