/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_cut.c - an archive that ends at any byte.
 *
 * What was committed before the cut stays readable without a word of doubt,
 * what was not is never shown, and recovery serves every block that is whole.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/file.h"
#include "archive/reader.h"
#include "format/block.h"
#include "support/archive_case.h"

static const struct case_plan plan = {
	.seed = 1, .commits = 3, .lines = 17, .files = 1, .text_len = 200
};

#define BLOCKS_MAX 64

struct whole_block {
	uint64_t end;
	uint32_t records;
};

struct ground {
	struct archive_case c;
	struct whole_block block[BLOCKS_MAX];
	size_t blocks;
};

static struct ground ground;

/* Where each block ends, by walking the sections. */
static void find_blocks(struct ground *g)
{
	const uint8_t *p = g->c.bytes.ptr;
	uint64_t at = SUPERBLOCK_SIZE;
	struct block_head head;
	struct section s;

	while (at < g->c.bytes.len) {
		assert_int_equal(section_decode(&s, p + at, at, NULL, NULL), 0);
		if (s.type == SECTION_DATA) {
			assert_int_equal(
				block_head_decode(
					&head, p + at + SECTION_HEADER_SIZE,
					s.inner_len, s.payload_len, at, NULL),
				0);
			assert_true(g->blocks < BLOCKS_MAX);
			g->block[g->blocks].end = at + section_size(&s);
			g->block[g->blocks++].records = head.record_count;
		}
		at += section_size(&s);
		if (s.type == SECTION_COMMIT)
			at += FOOTER_SIZE;
	}
	assert_true(g->blocks >= plan.commits);
}

static int enter(void **state)
{
	struct fiche_error err = { 0 };

	case_keep_memory();
	if (archive_case_make(&ground.c, &plan, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	find_blocks(&ground);
	*state = &ground;
	return 0;
}

static int leave(void **state)
{
	struct ground *g = *state;

	archive_case_done(&g->c);
	return 0;
}

/* Commits that are whole in the first `len` bytes. */
static size_t whole_commits(const struct archive_case *c, uint64_t len)
{
	size_t n = 0;

	while (n < c->plan.commits && c->end[n + 1] <= len)
		n++;
	return n;
}

static int expected_below_4096(size_t len)
{
	return len < 16 ? FICHE_ERR_FOREIGN : FICHE_ERR_TRUNCATED;
}

static void a_cut_file_opens_as_its_last_whole_commit(void **state)
{
	struct ground *g = *state;
	struct archive_case *c = &g->c;

	for (size_t len = 0; len <= c->bytes.len; len++) {
		size_t n = whole_commits(c, len);
		struct fiche_error err = { 0 };
		struct case_reading seen;
		struct fiche_reader *r;
		int status;

		assert_int_equal(case_put(c->memory, c->bytes.ptr, len), 0);
		status = case_open(&r, c->memory, false, &err);
		if (len < SUPERBLOCK_SIZE) {
			assert_int_equal(status, expected_below_4096(len));
			assert_null(r);
			continue;
		}
		if (status != 0)
			fail_msg("cut at %zu: %s", len, err.text);
		if (n > 0) {
			assert_false(r->recovered);
			assert_int_equal(r->archive.last.commit.generation, n);
			assert_int_equal(r->archive.end, c->end[n]);
			assert_int_equal(r->record_end, c->records[n]);
		}
		assert_true(r->archive.end <= r->archive.size);
		/* The bytes read are the same for all cuts of a page. */
		if (n == 0 || len == c->end[n] || len % 512 == 1) {
			assert_int_equal(case_read(&seen, r, c->digests,
			                           c->record_count, true, &err),
			                 0);
			assert_int_equal(seen.wrong, 0);
			if (n > 0)
				assert_int_equal(seen.exact, c->records[n]);
		}
		fiche_reader_close(r);
	}
	print_message("%zu cuts opened\n", c->bytes.len + 1);
}

static void recovery_serves_every_block_before_the_cut(void **state)
{
	struct ground *g = *state;
	struct archive_case *c = &g->c;

	for (size_t len = SUPERBLOCK_SIZE; len <= c->bytes.len; len++) {
		struct fiche_error err = { 0 };
		struct case_reading seen;
		struct fiche_reader *r;
		uint64_t whole = 0;

		for (size_t i = 0; i < g->blocks; i++)
			if (g->block[i].end <= len)
				whole += g->block[i].records;
		assert_int_equal(case_put(c->memory, c->bytes.ptr, len), 0);
		if (case_open(&r, c->memory, true, &err) != 0)
			fail_msg("cut at %zu: %s", len, err.text);
		assert_int_equal(case_read(&seen, r, c->digests,
		                           c->record_count, false, &err),
		                 0);
		if (seen.wrong || seen.failed || seen.exact != whole)
			fail_msg("cut at %zu: %llu of %llu records, %llu "
			         "wrong, %llu failed",
			         len, (unsigned long long)seen.exact,
			         (unsigned long long)whole,
			         (unsigned long long)seen.wrong,
			         (unsigned long long)seen.failed);
		fiche_reader_close(r);
	}
	print_message("%zu cuts recovered\n",
	              c->bytes.len + 1 - SUPERBLOCK_SIZE);
}

static void only_a_cut_behind_a_commit_verifies(void **state)
{
	struct ground *g = *state;
	struct archive_case *c = &g->c;

	for (size_t len = 0; len <= c->bytes.len; len++) {
		size_t n = whole_commits(c, len);
		struct fiche_verify_report report;
		struct fiche_error err = { 0 };
		/* What is decoded does not depend on the tail. */
		bool quick = len % 64 != 0;
		int status;

		assert_int_equal(case_put(c->memory, c->bytes.ptr, len), 0);
		status = case_verify(c->memory, quick, &report, &err);
		if (len < SUPERBLOCK_SIZE)
			assert_int_equal(status, expected_below_4096(len));
		else if (len == c->end[n])
			assert_int_equal(status, 0);
		else
			assert_int_equal(status, FICHE_ERR_TRUNCATED);
		if (len >= SUPERBLOCK_SIZE) {
			assert_int_equal(report.generations, n);
			assert_int_equal(report.tail_size, len - c->end[n]);
			assert_int_equal(report.findings, 0);
		}
	}
	print_message("%zu cuts verified\n", c->bytes.len + 1);
}

static void a_cut_file_can_be_appended_to(void **state)
{
	struct ground *g = *state;
	struct archive_case *c = &g->c;
	size_t tried = 0;

	for (size_t len = SUPERBLOCK_SIZE; len <= c->bytes.len; len++) {
		size_t n = whole_commits(c, len);
		struct fiche_verify_report report;
		struct fiche_error err = { 0 };
		const uint8_t *bytes;
		size_t now;

		/* All of the footers, and one cut in 128 elsewhere. */
		if (len % 128 != 77 &&
		    c->end[n + (n < plan.commits)] - len > 72)
			continue;
		assert_int_equal(case_put(c->memory, c->bytes.ptr, len), 0);
		if (case_append(c->memory, &plan, &err) != 0)
			fail_msg("cut at %zu: %s", len, err.text);
		assert_true(io_memory_get(c->memory, CASE_PATH, &bytes, &now));
		assert_true(now > len);
		assert_memory_equal(bytes, c->bytes.ptr, len);
		if (case_verify(c->memory, false, &report, &err) != 0)
			fail_msg("cut at %zu, appended: %s", len, err.text);
		assert_int_equal(report.generations, n + 1);
		io_memory_log_clear(c->memory);
		tried++;
	}
	print_message("%zu cuts appended to\n", tried);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cut_file_opens_as_its_last_whole_commit),
		cmocka_unit_test(recovery_serves_every_block_before_the_cut),
		cmocka_unit_test(only_a_cut_behind_a_commit_verifies),
		cmocka_unit_test(a_cut_file_can_be_appended_to),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
