/* SPDX-License-Identifier: Apache-2.0 */
/* test_doclist.c - lists of records as runs (spec 3.5, "A list"). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "format/doclist.h"

struct run {
	uint64_t start, len;
};

static void finish(struct doclist_writer *w, struct buf *out)
{
	doclist_finish(w, out);
	assert_true(buf_ok(out));
}

static void assert_runs(const struct buf *list, uint64_t end,
                        const struct run *want, size_t count)
{
	struct doclist l;
	uint64_t start, len;

	doclist_init(&l, list->ptr, list->len, end);
	for (size_t i = 0; i < count; i++) {
		assert_true(doclist_next(&l, &start, &len));
		assert_int_equal(start, want[i].start);
		assert_int_equal(len, want[i].len);
	}
	assert_false(doclist_next(&l, &start, &len));
	assert_false(l.bad);
}

static void a_run_and_a_single_record_are_spelled_as_the_spec_says(void **state)
{
	/* Records 3; 5, 6; 10 to 13. */
	static const uint8_t want[] = { 3 << 1, 1 << 1 | 1, 0, 3 << 1 | 1, 2 };
	const struct run runs[] = { { 3, 1 }, { 5, 2 }, { 10, 4 } };
	static const uint64_t docs[] = { 3, 5, 6, 10, 11, 12, 13 };
	struct doclist_writer w = { 0 };
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(docs) / sizeof(*docs); i++)
		doclist_add(&w, &out, docs[i]);
	finish(&w, &out);
	assert_int_equal(w.count, 7);
	assert_int_equal(out.len, sizeof(want));
	assert_memory_equal(out.ptr, want, sizeof(want));
	assert_runs(&out, 14, runs, 3);
	buf_done(&out);
}

static void an_empty_list_has_no_bytes(void **state)
{
	struct doclist_writer w = { 0 };
	struct buf out = { 0 };

	(void)state;
	finish(&w, &out);
	assert_int_equal(out.len, 0);
	assert_runs(&out, 1, NULL, 0);
	buf_done(&out);
}

static void runs_that_touch_become_one(void **state)
{
	const struct run runs[] = { { 0, 10 }, { 20, 1 } };
	struct doclist_writer w = { 0 };
	struct buf out = { 0 };

	(void)state;
	doclist_add_run(&w, &out, 0, 4);
	doclist_add_run(&w, &out, 4, 5);
	doclist_add(&w, &out, 9);
	doclist_add_run(&w, &out, 20, 1);
	finish(&w, &out);
	assert_runs(&out, 21, runs, 2);
	buf_done(&out);
}

static void any_set_of_records_comes_back(void **state)
{
	uint64_t rng = 1;

	(void)state;
	for (int round = 0; round < 200; round++) {
		struct doclist_writer w = { 0 };
		struct buf out = { 0 };
		uint8_t in[300] = { 0 }, back[300] = { 0 };
		struct doclist l;
		uint64_t start, len;

		for (size_t i = 0; i < sizeof(in); i++) {
			rng = rng * 6364136223846793005u + 1442695040888963407u;
			/* Dense in some rounds, sparse in others. */
			in[i] = (rng >> 33) % 100 < (unsigned)round / 2;
			if (in[i])
				doclist_add(&w, &out, i);
		}
		finish(&w, &out);
		doclist_init(&l, out.ptr, out.len, sizeof(in));
		while (doclist_next(&l, &start, &len))
			memset(back + start, 1, (size_t)len);
		assert_false(l.bad);
		assert_memory_equal(in, back, sizeof(in));
		buf_done(&out);
	}
}

static void malformed_lists_are_told_from_ended_ones(void **state)
{
	static const struct {
		const char *rule;
		uint8_t bytes[12];
		size_t len;
		uint64_t end;
	} rows[] = {
		{ "a run ends before n", { 5 << 1 }, 1, 5 },
		{ "a run ends before n", { 3 << 1 | 1, 0 }, 2, 4 },
		{ "the second run counts from the first",
		  { 1 << 1, 3 << 1 },
		  2,
		  5 },
		{ "r follows more", { 1 }, 1, 100 },
		{ "a varint ends", { 0x80 }, 1, 100 },
		{ "a varint has one spelling", { 0x80, 0 }, 2, 100 },
		{ "r + 2 does not wrap",
		  { 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    1 },
		  11,
		  UINT64_MAX },
		{ "r + 2 does not wrap",
		  { 1, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    1 },
		  11,
		  UINT64_MAX },
		{ "a gap does not wrap",
		  { 0, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
		    1 },
		  11,
		  100 },
		{ "nothing fits a list of nothing", { 0 }, 1, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct doclist l;
		uint64_t start, len;

		doclist_init(&l, rows[i].bytes, rows[i].len, rows[i].end);
		while (doclist_next(&l, &start, &len))
			assert_true(len <= rows[i].end - start);
		if (!l.bad)
			fail_msg("row %zu: %s", i, rows[i].rule);
		assert_false(doclist_next(&l, &start, &len));
	}
}

static void running_out_of_memory_is_remembered(void **state)
{
	struct doclist_writer w = { 0 };
	struct buf out = { 0 };

	(void)state;
	alloc_fail_after(0, false);
	for (uint64_t i = 0; i < 100; i += 2)
		doclist_add(&w, &out, i);
	doclist_finish(&w, &out);
	alloc_fail_after(-1, false);
	assert_false(buf_ok(&out));
	buf_done(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_run_and_a_single_record_are_spelled_as_the_spec_says),
		cmocka_unit_test(an_empty_list_has_no_bytes),
		cmocka_unit_test(runs_that_touch_become_one),
		cmocka_unit_test(any_set_of_records_comes_back),
		cmocka_unit_test(malformed_lists_are_told_from_ended_ones),
		cmocka_unit_test(running_out_of_memory_is_remembered),
	};

	return cmocka_run_group_tests_name("doclist", tests, NULL, NULL);
}
