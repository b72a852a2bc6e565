/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_lost.c - what is lost of a damaged archive is named: each article that
 * cannot be read, and no other.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/lost.h"
#include "archive/reader.h"
#include "base/cursor.h"
#include "format/section.h"
#include "support/damage.h"

#define RECORDS_MAX 512

static struct archive_case ground;
static struct damage_map parts;
/* Who names it while all is well. */
static char ids[RECORDS_MAX][65];
static char titles[RECORDS_MAX][256];
/* The data part that holds each record, and its body. */
static size_t home[RECORDS_MAX], body[RECORDS_MAX];

/* What find_lost_io() told. */
static struct {
	bool is[RECORDS_MAX], named[RECORDS_MAX], titled[RECORDS_MAX];
	uint64_t calls, count;
} told;

static size_t part_at(uint64_t offset)
{
	for (size_t i = 0; i < parts.count; i++)
		if (parts.part[i].start == offset)
			return i;
	fail_msg("no part at %llu", (unsigned long long)offset);
	return 0;
}

/* Where each record stands, as the index says. */
static int find_homes(void)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct fiche_view *v;

	if (case_open(&r, ground.memory, false, &err) < 0 ||
	    !(v = fiche_view_new(r)))
		return -1;
	for (uint64_t n = 0; n < r->record_end; n++) {
		struct fiche_article a;
		struct block *b;
		uint32_t i;
		uint64_t of;

		assert_int_equal(fiche_view_card(v, n, &a, &err), 0);
		(void)snprintf(titles[n], sizeof(titles[n]), "%.*s",
		               (int)(a.title.len < 255 ? a.title.len : 255),
		               a.title.ptr);
		for (size_t k = 0; k < sizeof(a.digest); k++)
			(void)snprintf(ids[n] + 2 * k, 3, "%02x", a.digest[k]);
		assert_int_equal(view_block(v, n, true, &b, &i, &err), 0);
		home[n] = body[n] = part_at(b->offset);
		of = b->records[i].shared ? n - b->records[i].value : n;
		if (of != n)
			body[n] = home[of];
	}
	fiche_view_free(v);
	fiche_reader_close(r);
	return 0;
}

static int enter(void **state)
{
	struct fiche_error err = { 0 };

	case_keep_memory();
	*state = &ground;
	if (archive_case_make(&ground, &damage_small, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	assert_true(ground.record_count <= RECORDS_MAX);
	damage_map(&parts, &ground);
	return find_homes();
}

static int leave(void **state)
{
	archive_case_done(*state);
	return 0;
}

static void on_lost(void *ctx, const struct fiche_lost *f)
{
	(void)ctx;
	told.calls++;
	told.count += f->count;
	assert_true(f->count >= 1 && f->number + f->count <= RECORDS_MAX);
	for (uint64_t n = f->number; n < f->number + f->count; n++) {
		assert_false(told.is[n]);
		told.is[n] = true;
	}
	if (f->id) {
		assert_int_equal(f->count, 1);
		assert_string_equal(f->id, ids[f->number]);
		told.named[f->number] = true;
	}
	if (f->title) {
		assert_string_equal(f->title, titles[f->number]);
		told.titled[f->number] = true;
	}
}

/* Of the archive with the bytes [at, at + len) turned round. */
static void look(const uint64_t (*hit)[2], size_t hits)
{
	struct fiche_lost_options opt = { .on_lost = on_lost };
	struct fiche_error err = { 0 };
	struct buf bad = { 0 };

	memset(&told, 0, sizeof(told));
	buf_put(&bad, ground.bytes.ptr, ground.bytes.len);
	assert_true(buf_ok(&bad));
	for (size_t i = 0; i < hits; i++)
		for (uint64_t at = hit[i][0]; at < hit[i][1]; at++)
			bad.ptr[at] ^= 0xff;
	assert_int_equal(case_put(ground.memory, bad.ptr, bad.len), 0);
	if (find_lost_io(io_memory_io(ground.memory), CASE_PATH, &opt, &err) <
	    0)
		fail_msg("%s", err.text);
	buf_done(&bad);
}

static void look_without(uint64_t start, uint64_t end)
{
	const uint64_t hit[1][2] = { { start, end } };

	look(hit, 1);
}

static void require_lost(size_t part)
{
	for (uint64_t n = 0; n < ground.record_count; n++)
		if (told.is[n] != (home[n] == part || body[n] == part))
			fail_msg("part %zu: record %llu", part,
			         (unsigned long long)n);
}

static void of_a_whole_archive_nothing_is_lost(void **state)
{
	(void)state;
	look(NULL, 0);
	assert_int_equal(told.calls, 0);
}

static void a_block_costs_its_articles_and_those_that_share_a_body(void **state)
{
	(void)state;
	for (size_t i = 0; i < parts.count; i++) {
		if (parts.part[i].type != SECTION_DATA)
			continue;
		look_without(parts.part[i].start, parts.part[i].end);
		require_lost(i);
		for (uint64_t n = 0; n < ground.record_count; n++)
			assert_int_equal(told.named[n], told.is[n]);
	}
}

static void where_the_bodies_alone_are_hit_titles_are_told(void **state)
{
	uint64_t titled = 0;

	(void)state;
	for (size_t i = 0; i < parts.count; i++) {
		if (parts.part[i].type != SECTION_DATA)
			continue;
		look_without(parts.part[i].end - 1, parts.part[i].end);
		require_lost(i);
		for (uint64_t n = 0; n < ground.record_count; n++)
			if (told.is[n] && titles[n][0]) {
				assert_true(told.titled[n]);
				titled++;
			}
	}
	assert_true(titled > 0);
}

static void nothing_is_lost_with_what_is_no_block(void **state)
{
	(void)state;
	for (size_t i = 0; i < parts.count; i++) {
		if (parts.part[i].type == SECTION_DATA)
			continue;
		look_without(parts.part[i].start, parts.part[i].end);
		assert_int_equal(told.calls, 0);
	}
}

/* The numbers are as exact without the index of a block as with it; of what
 * stands at its end only a whole commit tells that it was there. */
static void without_the_index_the_numbers_are_left(void **state)
{
	uint64_t runs = 0;

	(void)state;
	for (size_t i = 0; i < parts.count; i++)
		for (size_t k = 0; k < parts.count; k++) {
			const uint64_t hit[2][2] = {
				{ parts.part[i].start, parts.part[i].end },
				{ parts.part[k].start, parts.part[k].end }
			};

			if (parts.part[i].type != SECTION_DATA ||
			    parts.part[k].type != SECTION_INDEX)
				continue;
			look(hit, 2);
			require_lost(i);
			runs += told.calls > 0 && told.count > told.calls;
		}
	assert_true(runs > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_a_whole_archive_nothing_is_lost),
		cmocka_unit_test(
			a_block_costs_its_articles_and_those_that_share_a_body),
		cmocka_unit_test(
			where_the_bodies_alone_are_hit_titles_are_told),
		cmocka_unit_test(nothing_is_lost_with_what_is_no_block),
		cmocka_unit_test(without_the_index_the_numbers_are_left),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
