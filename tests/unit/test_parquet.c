/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_parquet.c - export/parquet: what its parts write.  Whole files are read
 * by programs that others wrote, in tests/foreign.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "export/parquet_column.h"
#include "export/runs.h"
#include "export/thrift.h"
#include "support/export_case.h"

/* ---- runs ---------------------------------------------------------- */

/* Read them again, as the format describes it; false if that does not fit. */
static bool runs_decode(struct numbers *out, const struct buf *in, unsigned w,
                        size_t count)
{
	size_t at = 0;

	while (out->count < count) {
		uint64_t head = 0;
		unsigned shift = 0;

		do {
			if (at >= in->len)
				return false;
			head |= (uint64_t)(in->ptr[at] & 0x7f) << shift;
			shift += 7;
		} while (in->ptr[at++] & 0x80);
		if (head & 1) {
			size_t n = (size_t)(head >> 1) * 8;

			if (in->len - at < n * w / 8)
				return false;
			for (size_t i = 0; i < n; i++) {
				uint32_t v = 0;

				for (unsigned b = 0; b < w; b++) {
					size_t bit = i * w + b;

					v |= (uint32_t)(in->ptr[at + bit / 8] >>
					                        (bit % 8) &
					                1)
					     << b;
				}
				if (out->count < count)
					numbers_add(out, v);
			}
			at += n * w / 8;
		} else {
			uint32_t v = 0;

			for (unsigned b = 0; b < (w + 7) / 8; b++)
				v |= (uint32_t)in->ptr[at++] << (8 * b);
			for (uint64_t i = 0; i < head >> 1; i++)
				numbers_add(out, v);
		}
	}
	return at == in->len && out->count == count;
}

static uint32_t next(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

static void numbers_come_back_from_runs_of_every_length(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 2000; round++) {
		unsigned width = 1 + next(&seed) % 13;
		unsigned most = 1 + next(&seed) % 40;
		size_t want = next(&seed) % 200;
		struct numbers n = { 0 }, back = { 0 };
		struct buf out = { 0 };

		while (n.count < want) {
			uint32_t v = next(&seed) & ((1u << width) - 1);
			unsigned len = 1 + next(&seed) % most;

			while (len-- > 0 && n.count < want)
				numbers_add(&n, v);
		}
		runs_encode(&out, &n, width);
		assert_true(runs_decode(&back, &out, width, want));
		if (want > 0)
			assert_memory_equal(back.at, n.at,
			                    want * sizeof(*n.at));
		numbers_done(&n);
		numbers_done(&back);
		buf_done(&out);
	}
}

static void a_run_takes_a_few_bytes_however_long(void **state)
{
	struct numbers n = { 0 };
	struct buf out = { 0 };

	(void)state;
	for (int i = 0; i < 100000; i++)
		numbers_add(&n, 1);
	runs_encode(&out, &n, 1);
	assert_true(out.len <= 4);
	numbers_done(&n);
	buf_done(&out);
}

static void a_width_is_never_zero(void **state)
{
	(void)state;
	assert_int_equal(runs_width(0), 1);
	assert_int_equal(runs_width(1), 1);
	assert_int_equal(runs_width(2), 2);
	assert_int_equal(runs_width(255), 8);
	assert_int_equal(runs_width(256), 9);
	assert_int_equal(runs_width(UINT32_MAX), 32);
}

/* ---- thrift -------------------------------------------------------- */

static void fields_are_written_as_the_compact_protocol_says(void **state)
{
	static const uint8_t want[] = {
		0x15, 0x01,             /* 1: i32 -1 */
		0x16, 0x80, 0x01,       /* 2: i64 64 */
		0x21,                   /* 4: true */
		0x18, 0x02, 'h',  'i',  /* 5: binary */
		0x1c, 0x12, 0x00,       /* 6: struct { 1: false } */
		0x05, 0x3c, 0x02,       /* 30: i32 1, the long form */
		0x19, 0x25, 0x02, 0x03, /* 31: list of i32 1, -2 */
		0x00,
	};
	struct buf out = { 0 };
	struct thrift t;

	(void)state;
	thrift_init(&t, &out);
	thrift_i32(&t, 1, -1);
	thrift_i64(&t, 2, 64);
	thrift_bool(&t, 4, true);
	thrift_text(&t, 5, "hi");
	thrift_struct(&t, 6);
	thrift_bool(&t, 1, false);
	thrift_end(&t);
	thrift_i32(&t, 30, 1);
	thrift_list(&t, 31, THRIFT_I32, 2);
	thrift_item_i32(&t, 1);
	thrift_item_i32(&t, -2);
	thrift_end(&t);
	assert_int_equal(out.len, sizeof(want));
	assert_memory_equal(out.ptr, want, sizeof(want));
	buf_done(&out);
}

/* ---- columns ------------------------------------------------------- */

static const struct column_about few = { "few", COLUMN_TEXT, false, true,
	                                 true };

struct one {
	ZSTD_CCtx *zstd;
	struct column column;
};

static void one_init(struct one *o)
{
	o->zstd = ZSTD_createCCtx();
	assert_non_null(o->zstd);
	column_init(&o->column, &few, o->zstd, 1 << 20);
}

static void one_done(struct one *o)
{
	column_done(&o->column);
	(void)ZSTD_freeCCtx(o->zstd);
}

static void add(struct one *o, const char *text, size_t len)
{
	column_text(&o->column, text, len);
	assert_int_equal(column_row(&o->column, NULL), 0);
}

static void a_dictionary_that_does_not_pay_is_given_up(void **state)
{
	char long_text[2000];
	struct one o;

	(void)state;
	one_init(&o);
	for (int i = 0; i < 4096; i++) {
		char text[16];

		add(&o, text, (size_t)snprintf(text, sizeof(text), "%d", i));
	}
	assert_true(o.column.dict.on);
	add(&o, "one more", 8);
	assert_false(o.column.dict.on);
	assert_int_equal(column_finish(&o.column, NULL), 0);
	assert_int_equal(o.column.value_count, 4097);
	column_clear(&o.column);
	assert_true(o.column.dict.on);
	memset(long_text, 'x', sizeof(long_text));
	add(&o, long_text, sizeof(long_text));
	assert_false(o.column.dict.on);
	one_done(&o);
}

/* A reader skips row groups by them: too narrow would lose rows. */
static void bounds_hold_what_was_too_long_for_them(void **state)
{
	struct one o;
	char text[200];

	(void)state;
	one_init(&o);
	memset(text, 'm', sizeof(text));
	add(&o, text, sizeof(text));
	assert_int_equal(o.column.bounds.first_len, BOUND_MAX);
	assert_true(o.column.bounds.last_cut);
	/* The same beginning, not cut: the longer one stays the largest. */
	add(&o, text, BOUND_MAX);
	assert_true(o.column.bounds.last_cut);
	add(&o, "a", 1);
	assert_int_equal(o.column.bounds.first_len, 1);
	one_done(&o);
}

/* A character of two bytes would be cut in its middle. */
static void bounds_end_with_a_whole_character(void **state)
{
	struct one o;
	char text[201];

	(void)state;
	one_init(&o);
	text[0] = 'a';
	for (size_t i = 1; i < sizeof(text); i += 2)
		memcpy(text + i, "\xc3\xa9", 2);
	add(&o, text, sizeof(text));
	assert_int_equal(o.column.bounds.last_len, BOUND_MAX - 1);
	one_done(&o);
}

static void a_text_that_is_cut_has_a_bound_above_it(void **state)
{
	static const struct {
		const char *last;  /* fills up with what is cut */
		const char *bound; /* NULL: there is none */
	} rows[] = {
		{ "abc", "abd" },
		{ "ab~", "ac" },
		{ "ab\xc3\xa9", "ac" },
		{ "\xc3\xa9", NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct bounds b = { .kind = BOUNDS_TEXT, .last_cut = true };
		struct buf out = { 0 };
		struct thrift t;

		b.last_len = strlen(rows[i].last);
		memcpy(b.last, rows[i].last, b.last_len);
		thrift_init(&t, &out);
		bounds_put(&b, &t);
		/* Field 5 is the largest, 6 the smallest. */
		assert_int_equal(out.ptr[0], rows[i].bound ? 0x58 : 0x68);
		if (rows[i].bound) {
			assert_int_equal(out.ptr[1], strlen(rows[i].bound));
			assert_memory_equal(out.ptr + 2, rows[i].bound,
			                    out.ptr[1]);
		}
		buf_done(&out);
	}
}

static void running_out_of_memory_is_told_at_the_row(void **state)
{
	struct fiche_error err = { 0 };
	struct one o;

	(void)state;
	one_init(&o);
	alloc_fail_after(0, true);
	column_text(&o.column, "x", 1);
	alloc_fail_after(-1, false);
	assert_int_equal(column_row(&o.column, &err), FICHE_ERR_NOMEM);
	one_done(&o);
}

/* ---- files --------------------------------------------------------- */

static uint32_t le32(const uint8_t *at)
{
	return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static void a_file_without_rows_is_a_file(void **state)
{
	struct fiche_error err = { 0 };
	uint8_t bytes[8192];
	struct export_case c;
	size_t len;
	FILE *f;

	(void)state;
	assert_int_equal(export_case_init(&c, "x.parquet"), 0);
	assert_int_equal(export_case_write(&c, &export_parquet, NULL, 0, &err),
	                 0);
	f = fopen(c.path, "rb");
	assert_non_null(f);
	len = fread(bytes, 1, sizeof(bytes), f);
	(void)fclose(f);
	assert_in_range(len, 13, sizeof(bytes) - 1);
	assert_memory_equal(bytes, "PAR1", 4);
	assert_memory_equal(bytes + len - 4, "PAR1", 4);
	assert_int_equal(le32(bytes + len - 8), len - 12);
	export_case_done(&c);
}

static void many_files_at_once_keep_little_in_memory(void **state)
{
	enum { COUNT = 300, LEN = 40000 };
	static struct fiche_article articles[COUNT];
	static char texts[COUNT][LEN];
	struct fiche_error err = { 0 };
	struct export_case c;
	uint32_t seed = 7;

	(void)state;
	for (size_t i = 0; i < COUNT; i++) {
		for (size_t j = 0; j < LEN; j++)
			texts[i][j] = (char)('!' + next(&seed) % 90);
		articles[i] = export_article_of(i);
		articles[i].text = (struct fiche_text){ texts[i], LEN };
	}
	assert_int_equal(export_case_init(&c, "x.parquet"), 0);
	c.hold = 1 << 20;
	assert_int_equal(
		export_case_write(&c, &export_parquet, articles, COUNT, &err),
		0);
	export_case_done(&c);
}

static void every_allocation_may_fail(void **state)
{
	struct fiche_text tags[2] = { export_text("a"), export_text("b") };
	struct fiche_article a = export_article_of(1);
	struct export_case c;

	(void)state;
	a.text = export_text("Some text.");
	a.source = export_text("example.org");
	a.tags = tags;
	a.tag_count = 2;
	assert_int_equal(export_case_init(&c, "x.parquet"), 0);
	for (long n = 0;; n++) {
		struct fiche_error err = { 0 };
		int r;

		alloc_fail_after(n, false);
		r = export_case_write(&c, &export_parquet, &a, 1, &err);
		alloc_fail_after(-1, false);
		if (r == 0)
			break;
		assert_int_equal(r, FICHE_ERR_NOMEM);
	}
	export_case_done(&c);
}

static void an_unknown_field_is_refused(void **state)
{
	static const char *const fields[] = { "headline" };
	struct fiche_error err = { 0 };
	struct export_case c;

	(void)state;
	assert_int_equal(export_case_init(&c, "x.parquet"), 0);
	c.opt.fields = fields;
	c.opt.field_count = 1;
	assert_int_equal(export_case_write(&c, &export_parquet, NULL, 0, &err),
	                 FICHE_ERR_ARG);
	assert_string_equal(err.text, "there is no field 'headline'");
	export_case_done(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_come_back_from_runs_of_every_length),
		cmocka_unit_test(a_run_takes_a_few_bytes_however_long),
		cmocka_unit_test(a_width_is_never_zero),
		cmocka_unit_test(
			fields_are_written_as_the_compact_protocol_says),
		cmocka_unit_test(a_dictionary_that_does_not_pay_is_given_up),
		cmocka_unit_test(bounds_hold_what_was_too_long_for_them),
		cmocka_unit_test(bounds_end_with_a_whole_character),
		cmocka_unit_test(a_text_that_is_cut_has_a_bound_above_it),
		cmocka_unit_test(running_out_of_memory_is_told_at_the_row),
		cmocka_unit_test(a_file_without_rows_is_a_file),
		cmocka_unit_test(many_files_at_once_keep_little_in_memory),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(an_unknown_field_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
