/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_zone.c - zones of all shapes lose pages, and what their equations can
 * give back comes back (spec 3.8, 4.13).
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

#include "base/buf.h"
#include "io/memory.h"
#include "parity/encode.h"
#include "parity/find.h"
#include "parity/zone.h"
#include "support/damage.h"

#define FIRST 4 /* the zone begins here */
#define NAME  "zone"

static uint64_t seed;

static uint32_t dice(uint32_t below)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (uint32_t)(seed >> 33) % below;
}

/* A file of random pages, and the section of parity behind them. */
static struct {
	struct io_memory *memory;
	struct parity_head head;
	struct buf good, copy;
	struct zone_result result;
	bool *lost; /* of each tagged page */
} at;

static void encode(struct io *io)
{
	struct io_file *data, *out;
	const uint8_t *bytes;
	uint8_t chunk[4096];
	uint64_t size = parity_section_size(&at.head.geometry);

	assert_int_equal(io_open(io, NAME, IO_READ, &data, NULL), 0);
	assert_int_equal(io_open(io, NAME, IO_SCRATCH, &out, NULL), 0);
	assert_int_equal(parity_encode(&at.head, data, out, true, NULL), 0);
	for (uint64_t i = 0; i < size; i += sizeof(chunk)) {
		assert_int_equal(io_read(out, i, chunk, sizeof(chunk), NULL),
		                 0);
		buf_put(&at.good, chunk, sizeof(chunk));
	}
	io_close(data);
	io_close(out);
	assert_true(buf_ok(&at.good));
	bytes = at.good.ptr;
	assert_int_equal(io_memory_put(at.memory, NAME, bytes, at.good.len), 0);
}

static void make(unsigned pages, unsigned spans, unsigned outer, unsigned k,
                 unsigned p)
{
	buf_clear(&at.good);
	for (size_t i = 0; i < (FIRST + pages) * (size_t)PARITY_PAGE; i += 4) {
		buf_u32(&at.good, dice(UINT32_MAX));
		/* Zeros are pages too. */
		if (i % PARITY_PAGE == 0 && dice(10) == 0)
			buf_zeros(&at.good, PARITY_PAGE - 4),
				i += PARITY_PAGE - 4;
	}
	at.head = (struct parity_head){ .offset = at.good.len,
		                        .start = FIRST * PARITY_PAGE,
		                        .zones = 1,
		                        .batch_start = 8192 };
	assert_true(parity_geometry_init(&at.head.geometry, pages, spans, outer,
	                                 k, p));
	io_memory_free(at.memory);
	at.memory = io_memory_new();
	assert_non_null(at.memory);
	assert_int_equal(
		io_memory_put(at.memory, NAME, at.good.ptr, at.good.len), 0);
	encode(io_memory_io(at.memory));
	free(at.lost);
	at.lost = calloc(at.head.geometry.tags, sizeof(*at.lost));
	assert_non_null(at.lost);
	buf_clear(&at.copy);
	buf_put(&at.copy, at.good.ptr, at.good.len);
	assert_true(buf_ok(&at.copy));
}

static void lose_at(uint64_t where)
{
	memset(at.copy.ptr + where, (int)dice(256), PARITY_PAGE);
}

static void lose(uint32_t tagged)
{
	at.lost[tagged] = true;
	lose_at(parity_page_at(&at.head, tagged));
}

/* Mend at.copy; where nothing is said to be lost, it is as it was. */
static void mend(void)
{
	struct io *io = io_memory_io(at.memory);
	struct io_file *f;
	struct overlay over;
	uint8_t page[PARITY_PAGE];
	uint64_t wrong = 0;

	assert_int_equal(
		io_memory_put(at.memory, NAME, at.copy.ptr, at.copy.len), 0);
	assert_int_equal(io_open(io, NAME, IO_READ, &f, NULL), 0);
	assert_int_equal(overlay_init(&over, f, io, NAME, NULL), 0);
	assert_int_equal(zone_mend(&at.head, &over, NULL, 0, &at.result, NULL),
	                 0);
	for (uint32_t t = 0; t < at.head.geometry.pages; t++) {
		uint64_t where = parity_page_at(&at.head, t);

		assert_int_equal(
			io_read(&over.file, where, page, sizeof(page), NULL),
			0);
		wrong += memcmp(page, at.good.ptr + where, sizeof(page)) != 0;
	}
	/* Never fewer than are wrong; a lost table may hide that all is well.
	 */
	if (wrong > at.result.lost)
		fail_msg("%u wrong, %u said", (unsigned)wrong,
		         (unsigned)at.result.lost);
	overlay_done(&over);
	io_close(f);
}

static unsigned lost_of(const struct parity_strip *s, uint32_t column,
                        unsigned from, unsigned to)
{
	unsigned n = 0;
	uint32_t t;

	for (unsigned i = from; i < to; i++)
		n += parity_strip_page(s, i, column, &t) && at.lost[t];
	return n;
}

/* The specification's rule of what comes back, one page at a time: groups that
 * can be solved, columns that can be solved, until nothing changes. */
static void solve_on_paper(void)
{
	const struct parity_geometry *g = &at.head.geometry;
	bool changed = true;
	uint32_t t;

	while (changed) {
		changed = false;
		for (uint32_t i = 0;
		     i < (g->spans + (uint32_t)g->outer) * g->groups +
		                 (g->outer ? g->span_pages : 0);
		     i++) {
			bool outer = i >= (g->spans + (uint32_t)g->outer) *
			                          g->groups;
			struct parity_strip s =
				outer ? parity_outer_strip(
						g,
						i - (g->spans +
			                             (uint32_t)g->outer) *
								g->groups,
						1)
				      : parity_inner_strip(g, i / g->groups,
			                                   i % g->groups, 1);
			unsigned data = lost_of(&s, 0, 0, s.lanes);
			unsigned sums = lost_of(&s, 0, s.lanes,
			                        s.lanes + (unsigned)s.rows);

			if (data + sums == 0 || data > s.rows - sums)
				continue;
			for (unsigned k = 0; k < s.lanes + (unsigned)s.rows;
			     k++)
				if (parity_strip_page(&s, k, 0, &t))
					at.lost[t] = false;
			changed = true;
		}
	}
}

static uint64_t lost_on_paper(void)
{
	uint64_t n = 0;

	solve_on_paper();
	for (uint32_t t = 0; t < at.head.geometry.pages; t++)
		n += at.lost[t];
	return n;
}

static void what_comes_back_is_what_the_equations_give(void **state)
{
	static const unsigned shapes[][5] = {
		{ 1, 1, 0, 1, 4 },     { 3, 1, 0, 3, 4 },
		{ 40, 1, 0, 40, 10 },  { 90, 1, 0, 20, 3 },
		{ 100, 4, 1, 10, 2 },  { 101, 5, 2, 7, 3 },
		{ 121, 16, 1, 8, 1 },  { 120, 3, 16, 5, 2 },
		{ 97, 2, 3, 239, 16 }, { 64, 8, 2, 1, 1 },
		{ 300, 16, 2, 10, 2 }, { 600, 1, 1, 30, 5 },
	};
	unsigned whole = 0, partly = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++)
		for (unsigned round = 0; round < 24; round++) {
			const unsigned *s = shapes[i];
			uint32_t tags, some;
			uint64_t paper;

			seed = i * 1000 + round;
			if (round == 0)
				make(s[0], s[1], s[2], s[3], s[4]);
			tags = at.head.geometry.tags;
			buf_clear(&at.copy);
			buf_put(&at.copy, at.good.ptr, at.good.len);
			memset(at.lost, 0, tags * sizeof(*at.lost));
			/* Here and there, and one hole. */
			some = dice(1 + tags * (round + 1) / 30);
			for (uint32_t k = 0; k < some; k++)
				lose(dice(tags));
			if (round % 3 == 0) {
				uint32_t from = dice(tags);

				some = dice(1 + tags / 5);
				for (uint32_t k = 0; k < some; k++)
					if (from + k < tags)
						lose(from + k);
			}
			mend();
			paper = lost_on_paper();
			if (at.result.lost != paper)
				fail_msg("shape %u, seed %u: %u pages are "
				         "lost, on paper %u",
				         (unsigned)i, (unsigned)seed,
				         (unsigned)at.result.lost,
				         (unsigned)paper);
			whole += paper == 0;
			partly += paper > 0;
		}
	/* Both kinds were met. */
	assert_true(whole > 100);
	assert_true(partly > 50);
}

/* T = 3: of a group of 3 table pages and 7 of its parity, any 3 are enough. */
static void tables_come_back_from_their_parity(void **state)
{
	const struct parity_geometry *g = &at.head.geometry;
	uint32_t count;

	(void)state;
	seed = 1;
	make(1000, 4, 1, 50, 5);
	count = parity_table_count(g);
	assert_int_equal(g->tables, 3);
	assert_int_equal(count, 10);
	for (unsigned lost = 0; lost < 1u << count; lost++) {
		unsigned n = 0;

		if (lost % 37 != 0)
			continue; /* each takes a while */
		buf_clear(&at.copy);
		buf_put(&at.copy, at.good.ptr, at.good.len);
		for (uint32_t i = 0; i < count; i++)
			if (lost >> i & 1) {
				lose_at(parity_table_at(&at.head, i));
				n++;
			}
		lose(dice(g->pages));
		mend();
		if (n <= 7)
			assert_int_equal(at.result.lost, 0);
	}
}

static void a_zone_is_found_by_any_page_of_its_tables(void **state)
{
	uint32_t count;

	(void)state;
	seed = 2;
	make(50, 1, 0, 50, 10);
	count = parity_table_count(&at.head.geometry);
	for (uint32_t keep = 0; keep < count; keep++) {
		struct zones zones = { 0 };
		struct io_file *f;

		memset(at.copy.ptr, 0xff, at.copy.len);
		memcpy(at.copy.ptr + parity_table_at(&at.head, keep),
		       at.good.ptr + parity_table_at(&at.head, keep),
		       PARITY_PAGE);
		assert_int_equal(io_memory_put(at.memory, NAME, at.copy.ptr,
		                               at.copy.len),
		                 0);
		assert_int_equal(io_open(io_memory_io(at.memory), NAME, IO_READ,
		                         &f, NULL),
		                 0);
		assert_int_equal(zones_scan(&zones, f, NULL, NULL), 0);
		zones_settle(&zones, at.head.uuid);
		assert_int_equal(zones.count, 1);
		assert_true(parity_head_same(&zones.head[0], &at.head));
		zones_done(&zones);
		io_close(f);
	}
}

/* What cannot be read is passed over, and no more than that. */
static void a_zone_is_found_although_reads_fail(void **state)
{
	unsigned failed = 1;

	(void)state;
	seed = 3;
	make(50, 1, 0, 50, 10);
	for (long i = 0; failed > 0; i++) {
		struct zones zones = { 0 };
		struct io_file *f;

		assert_int_equal(io_open(io_memory_io(at.memory), NAME, IO_READ,
		                         &f, NULL),
		                 0);
		io_memory_fail(at.memory, IO_FAULT_READ, i, EIO, false);
		assert_int_equal(zones_scan(&zones, f, NULL, NULL), 0);
		failed = (unsigned)io_memory_faults_fired(at.memory);
		io_memory_fail(at.memory, 0, -1, 0, false);
		zones_settle(&zones, at.head.uuid);
		assert_int_equal(zones.count, 1);
		assert_true(parity_head_same(&zones.head[0], &at.head));
		assert_int_equal(zones.head[0].number,
		                 parity_table_count(&at.head.geometry));
		zones_done(&zones);
		io_close(f);
	}
}

/* Windows narrower than a span give the same bytes. */
static void zones_that_do_not_fit_memory_are_done_in_parts(void **state)
{
	(void)state;
	seed = 3;
	/* 300 lanes and rows, a page wide, are above a megabyte: 81 fit. */
	make(8500, 1, 0, 100, 100);
	assert_true(at.head.geometry.groups > 81);
	for (unsigned i = 0; i < 1500; i++)
		lose(dice(at.head.geometry.tags));
	mend();
	assert_int_equal(at.result.lost, 0);
}

/* 256 KiB and their parity.  SWEEP=long flips each bit, else one in 1,009. */
static void every_flipped_bit_comes_back(void **state)
{
	uint64_t flipped = 0;

	(void)state;
	seed = 4;
	make(64, 1, 0, 64, 10);
	for (uint64_t bit = at.head.start * 8; bit < at.good.len * 8;
	     bit += damage_is_long() ? 1 : 1009) {
		at.copy.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		mend();
		at.copy.ptr[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (at.result.lost != 0)
			fail_msg("bit %llu", (unsigned long long)bit);
		flipped++;
	}
	print_message("%llu bits flipped\n", (unsigned long long)flipped);
}

static int drop(void **state)
{
	(void)state;
	io_memory_free(at.memory);
	buf_done(&at.good);
	buf_done(&at.copy);
	free(at.lost);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_comes_back_is_what_the_equations_give),
		cmocka_unit_test(tables_come_back_from_their_parity),
		cmocka_unit_test(a_zone_is_found_although_reads_fail),
		cmocka_unit_test(a_zone_is_found_by_any_page_of_its_tables),
		cmocka_unit_test(
			zones_that_do_not_fit_memory_are_done_in_parts),
		cmocka_unit_test(every_flipped_bit_comes_back),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, drop);
}
