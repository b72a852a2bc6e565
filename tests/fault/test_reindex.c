/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_reindex.c - an index that is damaged is made anew from the articles; but
 * where articles are damaged, none is made that would hide it.
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
#include "support/damage.h"

static const struct case_plan plan = {
	.seed = 21, .commits = 4, .lines = 10, .files = 2, .text_len = 150
};

static struct archive_case ground;
static struct damage_map map;

static int enter(void **state)
{
	int r = archive_case_enter(state, &ground, &plan);

	if (r == 0)
		damage_map(&map, &ground);
	return r;
}

/* The archive with some bytes changed. */
static struct io_memory *damaged(const uint64_t *at, size_t count)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	for (size_t i = 0; i < count; i++)
		ground.bytes.ptr[at[i]] ^= 0x10;
	assert_int_equal(case_put(m, ground.bytes.ptr, ground.bytes.len), 0);
	for (size_t i = 0; i < count; i++)
		ground.bytes.ptr[at[i]] ^= 0x10;
	return m;
}

static int reindex(struct io_memory *m, struct fiche_reindex_stats *stats,
                   struct fiche_error *err)
{
	const struct fiche_reindex_options opt = { .threads = 1,
		                                   .has_time = true,
		                                   .time = 1600000000 };

	return reindex_io(io_memory_io(m), CASE_PATH, &opt, stats, err);
}

/* What a reader shows without being told to recover. */
static struct case_reading read_all(struct io_memory *m, bool fields)
{
	struct case_reading got;
	struct fiche_error err = { 0 };
	struct fiche_reader *r;

	if (case_open(&r, m, false, &err) != 0)
		fail_msg("opening: %s", err.text);
	assert_int_equal(case_read(&got, r, ground.digests, ground.record_count,
	                           fields, &err),
	                 0);
	fiche_reader_close(r);
	return got;
}

/* The last batch is what a writer stands on: damage there it does not take. */
static bool is_earlier(const struct damage_part *p)
{
	return p->end <= ground.end[plan.commits - 1];
}

static void a_damaged_index_is_made_anew(void **state)
{
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < map.count; i++) {
		const struct damage_part *p = &map.part[i];

		if (p->type != SECTION_INDEX || !is_earlier(p))
			continue;
		for (uint64_t at = p->start; at < p->end; at += 173, tried++) {
			struct io_memory *m = damaged(&at, 1);
			struct fiche_reindex_stats stats = { 0 };
			struct fiche_error err = { 0 };
			struct case_reading got;

			if (reindex(m, &stats, &err) != 0)
				fail_msg("byte %llu: %s",
				         (unsigned long long)at, err.text);
			assert_int_equal(stats.records, ground.record_count);
			assert_int_equal(stats.generation, plan.commits + 1);
			assert_true(stats.index_bytes > 0);
			got = read_all(m, true);
			assert_int_equal(got.generation, plan.commits + 1);
			assert_int_equal(got.exact, ground.record_count);
			assert_int_equal(got.failed + got.wrong, 0);
			io_memory_free(m);
		}
	}
	print_message("%zu damaged indexes\n", tried);
	assert_true(tried > 20);
}

/* Nothing was committed. */
static void refuse(const uint64_t *at, size_t count)
{
	struct io_memory *m = damaged(at, count);
	struct fiche_error err = { 0 };
	struct case_reading got;

	assert_int_equal(reindex(m, NULL, &err), FICHE_ERR_CORRUPT);
	got = read_all(m, false);
	assert_int_equal(got.generation, plan.commits);
	assert_int_equal(got.wrong, 0);
	io_memory_free(m);
}

static void an_index_of_damaged_articles_is_not_made(void **state)
{
	uint64_t of_index = 0;
	size_t tried = 0;

	(void)state;
	for (size_t i = 0; i < map.count; i++)
		if (map.part[i].type == SECTION_INDEX &&
		    is_earlier(&map.part[i]))
			of_index = map.part[i].start + 200;
	for (size_t i = 0; i < map.count; i++) {
		const struct damage_part *p = &map.part[i];

		if (p->type != SECTION_DATA || !is_earlier(p))
			continue;
		for (uint64_t at = p->start; at < p->end; at += 97, tried++) {
			refuse(&at, 1);
			/* The index, too, so that blocks are looked for. */
			refuse((uint64_t[]){ of_index, at }, 2);
		}
	}
	print_message("%zu damaged blocks\n", tried);
	assert_true(tried > 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_damaged_index_is_made_anew),
		cmocka_unit_test(an_index_of_damaged_articles_is_not_made),
	};

	return cmocka_run_group_tests(tests, enter, archive_case_leave);
}
