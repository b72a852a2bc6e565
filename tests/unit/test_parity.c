/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_parity.c - spec 3.8: heads, geometry, tables, and which page is summed
 * with which.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "format/parity.h"

static const uint8_t uuid[UUID_SIZE] = { 1, 2, 3 };

static struct parity_head head_of(enum fiche_parity profile, uint32_t pages)
{
	struct parity_head h = { .offset = ((uint64_t)pages + 4) * PARITY_PAGE,
		                 .sequence = 7,
		                 .time = -1,
		                 .start = PARITY_PAGE,
		                 .zones = 1,
		                 .number = PARITY_NO_TABLE,
		                 .profile = (uint8_t)profile };

	memcpy(h.uuid, uuid, UUID_SIZE);
	parity_choose(&h.geometry, profile, pages);
	h.batch_start = h.offset;
	return h;
}

static void a_head_comes_back_as_it_was(void **state)
{
	struct parity_head h = head_of(FICHE_PARITY_STD, 5000), back;
	uint8_t raw[PARITY_HEAD], again[PARITY_HEAD];

	(void)state;
	parity_head_encode(raw, &h);
	assert_int_equal(parity_head_decode(&back, raw, 0, uuid, NULL), 0);
	parity_head_encode(again, &back);
	assert_memory_equal(raw, again, sizeof(raw));
	assert_true(parity_head_same(&h, &back));
	back.number = 3;
	assert_true(parity_head_same(&h, &back));
	back.time++;
	assert_false(parity_head_same(&h, &back));
}

struct bad_head {
	const char *rule;
	unsigned at, width;
	uint64_t value;
	const char *says;
};

static const struct bad_head bad_heads[] = {
	{ "the magic", 0, 1, 0x88, "no parity begins here" },
	{ "the UUID is the archive's", 8, 1, 9, "another archive" },
	{ "the section begins at a page", 24, 8, 4097, "impossible place" },
	{ "so does the zone", 48, 8, 1, "impossible place" },
	{ "the zone is in front", 48, 8, 20480, "not in front of it" },
	{ "the zone is far behind", 48, 8, (uint64_t)1 << 62, "not in front" },
	{ "the zone has pages", 56, 4, 0, "geometry" },
	{ "but not too many", 56, 4, 262145, "geometry" },
	{ "S is 1 or more", 60, 1, 0, "geometry" },
	{ "each span has a page", 60, 1, 255, "geometry" },
	{ "O is at most 16", 61, 1, 17, "geometry" },
	{ "k is 1 or more", 62, 1, 0, "geometry" },
	{ "p is 1 or more", 63, 1, 0, "geometry" },
	{ "k + p is at most 255", 63, 1, 40, "geometry" },
	{ "the zone is one of them", 64, 4, 1, "does not have" },
	{ "there is a zone", 68, 4, 0, "does not have" },
	{ "the table has this page", 72, 4, 99, "does not have" },
	{ "bytes 77 to 79 are zero", 79, 1, 1, "reserved" },
	{ "the batch begins at a page", 80, 8, 8193, "impossible place" },
	{ "there is a commit before", 80, 8, 4096, "impossible place" },
	{ "the batch is not behind", 80, 8, (uint64_t)1 << 40, "impossible" },
	{ "bytes 88 to 95 are zero", 95, 1, 1, "reserved" },
};

static void a_head_that_breaks_a_rule_is_refused(void **state)
{
	struct parity_head h = head_of(FICHE_PARITY_STD, 300), back;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_heads) / sizeof(*bad_heads); i++) {
		const struct bad_head *b = &bad_heads[i];
		struct fiche_error err = { 0 };
		uint8_t raw[PARITY_HEAD];

		parity_head_encode(raw, &h);
		for (unsigned k = 0; k < b->width; k++)
			raw[b->at + k] = (uint8_t)(b->value >> (8 * k));
		if (parity_head_decode(&back, raw, 77, uuid, &err) !=
		            FICHE_ERR_CORRUPT ||
		    !strstr(err.text, b->says) || err.offset != 77)
			fail_msg("%s: '%s'", b->rule, err.text);
	}
}

/* Shapes of spec 3.8's table, and what they cost. */
static void a_profile_has_the_shape_of_its_table(void **state)
{
	static const struct {
		enum fiche_parity profile;
		uint32_t pages;
		unsigned spans, outer, k, p;
	} rows[] = {
		{ FICHE_PARITY_LITE, 262144, 16, 0, 239, 16 },
		{ FICHE_PARITY_LITE, 16385, 2, 0, 239, 16 },
		{ FICHE_PARITY_LITE, 16384, 1, 0, 239, 16 },
		{ FICHE_PARITY_LITE, 239, 1, 0, 239, 16 },
		{ FICHE_PARITY_LITE, 238, 1, 0, 238, 16 },
		{ FICHE_PARITY_LITE, 40, 1, 0, 40, 5 },
		{ FICHE_PARITY_STD, 262144, 16, 1, 239, 16 },
		{ FICHE_PARITY_STD, 3824, 16, 1, 239, 16 },
		{ FICHE_PARITY_STD, 3823, 1, 0, 223, 32 },
		{ FICHE_PARITY_STD, 223, 1, 0, 223, 32 },
		{ FICHE_PARITY_STD, 150, 1, 0, 150, 26 },
		{ FICHE_PARITY_STD, 20, 1, 0, 20, 7 },
		{ FICHE_PARITY_STD, 2, 1, 0, 2, 5 },
		{ FICHE_PARITY_ARCH, 262143, 16, 2, 223, 32 },
		{ FICHE_PARITY_ARCH, 3000, 1, 0, 198, 57 },
		{ FICHE_PARITY_ARCH, 100, 1, 0, 100, 37 },
		{ FICHE_PARITY_ARCH, 1, 1, 0, 1, 9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct parity_geometry g;

		parity_choose(&g, rows[i].profile, rows[i].pages);
		assert_int_equal(g.pages, rows[i].pages);
		assert_int_equal(g.spans, rows[i].spans);
		assert_int_equal(g.outer, rows[i].outer);
		assert_int_equal(g.k, rows[i].k);
		assert_int_equal(g.p, rows[i].p);
	}
}

static void no_profile_of_a_large_zone_costs_more_than_it_says(void **state)
{
	static const unsigned percent[] = { 0, 7, 14, 29 };

	(void)state;
	for (unsigned i = FICHE_PARITY_LITE; i <= FICHE_PARITY_ARCH; i++)
		for (uint32_t n = 100000; n <= PARITY_ZONE_MAX; n += 5407) {
			struct parity_geometry g;
			uint64_t size;

			parity_choose(&g, i, n);
			size = parity_section_size(&g);
			assert_true(size * 100 <= (uint64_t)n * PARITY_PAGE *
			                                  (percent[i] + 1));
		}
}

static void every_number_of_pages_has_a_geometry(void **state)
{
	(void)state;
	for (unsigned i = FICHE_PARITY_LITE; i <= FICHE_PARITY_ARCH; i++)
		for (uint32_t n = 1; n <= PARITY_ZONE_MAX;
		     n += n < 6000 ? 1 : 311) {
			struct parity_geometry g = { 0 };

			parity_choose(&g, i, n);
			assert_int_equal(g.pages, n);
			assert_true(g.p >= 3);
		}
}

/* Count in `seen` the pages of a strip, data and parity apart. */
static void count_pages(const struct parity_strip *s, uint8_t *data,
                        uint8_t *sums)
{
	uint32_t t;

	for (unsigned lane = 0; lane < s->lanes + (unsigned)s->rows; lane++)
		for (uint32_t i = 0; i < s->width; i++)
			if (parity_strip_page(s, lane, i, &t))
				(lane < s->lanes ? data : sums)[t]++;
}

/* Each page of data and outer parity is in one group, each inner page is the
 * sum of one; each page of data is in one column of spans. */
static void strips_cover_each_page_once(void **state)
{
	static const unsigned shapes[][5] = {
		{ 1, 1, 0, 1, 1 },        { 7, 2, 1, 3, 2 },
		{ 100, 3, 2, 5, 4 },      { 101, 4, 16, 239, 16 },
		{ 500, 16, 1, 7, 3 },     { 241, 1, 0, 239, 16 },
		{ 253, 127, 16, 1, 254 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(*shapes); i++) {
		const unsigned *s = shapes[i];
		struct parity_geometry g;
		uint8_t *data, *sums;
		uint32_t inner;

		assert_true(
			parity_geometry_init(&g, s[0], s[1], s[2], s[3], s[4]));
		data = calloc(g.tags, 1);
		sums = calloc(g.tags, 1);
		assert_non_null(data);
		assert_non_null(sums);
		for (unsigned span = 0; span < s[1] + s[2]; span++)
			for (uint32_t group = 0; group < g.groups; group++) {
				struct parity_strip strip =
					parity_inner_strip(&g, span, group, 1);

				count_pages(&strip, data, sums);
			}
		inner = g.pages + g.outer_pages;
		for (uint32_t t = 0; t < g.tags; t++) {
			assert_int_equal(data[t], t < inner);
			assert_int_equal(sums[t], t >= inner);
		}
		memset(data, 0, g.tags);
		memset(sums, 0, g.tags);
		for (uint32_t x = 0; x < g.span_pages; x++) {
			struct parity_strip strip =
				parity_outer_strip(&g, x, 1);

			count_pages(&strip, data, sums);
		}
		for (uint32_t t = 0; t < g.tags; t++) {
			assert_int_equal(data[t], t < g.pages);
			assert_int_equal(sums[t], t >= g.pages && t < inner);
		}
		free(data);
		free(sums);
	}
}

/* The words of the specification against the strips. */
static void a_page_is_where_the_specification_puts_it(void **state)
{
	struct parity_geometry g;
	uint32_t t;

	(void)state;
	/* L = 34, G = 7: page 10 of span 1 is number 1 of group 3. */
	assert_true(parity_geometry_init(&g, 100, 3, 2, 5, 4));
	assert_int_equal(g.span_pages, 34);
	assert_int_equal(g.groups, 7);
	struct parity_strip s = parity_inner_strip(&g, 1, 3, 1);

	assert_true(parity_strip_page(&s, 1, 0, &t));
	assert_int_equal(t, 34 + 10);
	/* Its inner page 2 stands at place 2 x 7 x 5 + 1 x 7 + 3. */
	assert_true(parity_strip_page(&s, s.lanes + 2u, 0, &t));
	assert_int_equal(t, 100 + 2 * 34 + 2 * 7 * 5 + 7 + 3);
	/* The last span has 32 pages: page 33 is not there. */
	s = parity_outer_strip(&g, 33, 1);
	assert_true(parity_strip_page(&s, 1, 0, &t));
	assert_false(parity_strip_page(&s, 2, 0, &t));
}

static void pages_of_a_section_follow_one_another(void **state)
{
	struct parity_head h = head_of(FICHE_PARITY_ARCH, 40000);
	const struct parity_geometry *g = &h.geometry;
	uint64_t at = h.offset;
	uint32_t near;

	(void)state;
	near = g->tables + g->table_groups * g->near_rows;
	for (uint32_t i = 0; i < near; i++)
		assert_int_equal(parity_table_at(&h, i), at += PARITY_PAGE);
	for (uint32_t t = g->pages; t < g->tags; t++)
		assert_int_equal(parity_page_at(&h, t), at += PARITY_PAGE);
	for (uint32_t i = near; i < parity_table_count(g); i++)
		assert_int_equal(parity_table_at(&h, i), at += PARITY_PAGE);
	assert_int_equal(at + PARITY_PAGE - h.offset, parity_section_size(g));
}

static void any_bit_of_a_table_page_is_checked(void **state)
{
	struct parity_head h = head_of(FICHE_PARITY_STD, 10), back;
	uint8_t page[PARITY_PAGE] = { 0 };
	uint64_t at = parity_table_at(&h, 2);

	(void)state;
	memset(page + PARITY_HEAD, 0x5a, PARITY_TAGS_SIZE);
	assert_int_equal(parity_table_seal(page, &h, 2), 0);
	assert_int_equal(parity_table_decode(&back, page, at, uuid, NULL), 0);
	assert_int_equal(back.number, 2);
	assert_true(parity_head_same(&h, &back));
	for (unsigned bit = 0; bit < PARITY_PAGE * 8; bit++) {
		page[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_int_equal(
			parity_table_decode(&back, page, at, uuid, NULL),
			FICHE_ERR_CORRUPT);
		page[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	/* And that it stands where it belongs. */
	assert_int_equal(
		parity_table_decode(&back, page, at + PARITY_PAGE, uuid, NULL),
		FICHE_ERR_CORRUPT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_head_comes_back_as_it_was),
		cmocka_unit_test(a_head_that_breaks_a_rule_is_refused),
		cmocka_unit_test(a_profile_has_the_shape_of_its_table),
		cmocka_unit_test(
			no_profile_of_a_large_zone_costs_more_than_it_says),
		cmocka_unit_test(every_number_of_pages_has_a_geometry),
		cmocka_unit_test(strips_cover_each_page_once),
		cmocka_unit_test(a_page_is_where_the_specification_puts_it),
		cmocka_unit_test(pages_of_a_section_follow_one_another),
		cmocka_unit_test(any_bit_of_a_table_page_is_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
