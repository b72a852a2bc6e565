/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_zones.c - spec 4.13: which of the zones that pages of tables tell of are
 * believed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "parity/find.h"

#define ZONES_MAX 4
#define PAGES     50

/* In pages; a zone of PAGES begins at `start`, its section stands at `offset`,
 * and `told` pages say so. */
struct told {
	uint64_t start, offset;
	uint32_t told;
};

struct zone_case {
	const char *says;
	struct told zones[ZONES_MAX];
	uint64_t kept[ZONES_MAX]; /* their offsets */
};

static struct parity_head head_of(const struct told *t)
{
	struct parity_head h = { .uuid = { 1 },
		                 .start = t->start * PARITY_PAGE,
		                 .offset = t->offset * PARITY_PAGE,
		                 .number = t->told,
		                 .zones = 1 };

	parity_choose(&h.geometry, FICHE_PARITY_LITE, PAGES);
	return h;
}

/* How many pages the section of each zone takes. */
static uint64_t section_pages(void)
{
	const struct told any = { 0 };
	struct parity_head h = head_of(&any);

	return parity_section_size(&h.geometry) / PARITY_PAGE;
}

static void settle(const struct zone_case *k)
{
	struct parity_head heads[ZONES_MAX];
	struct zones z = { .head = heads };
	size_t kept = 0;

	for (size_t i = 0; i < ZONES_MAX && k->zones[i].offset; i++)
		heads[z.count++] = head_of(&k->zones[i]);
	while (kept < ZONES_MAX && k->kept[kept])
		kept++;
	zones_settle(&z, heads[0].uuid);
	if (z.count != kept)
		fail_msg("%s: %zu zones", k->says, z.count);
	for (size_t i = 0; i < kept; i++)
		if (heads[i].offset != k->kept[i] * PARITY_PAGE)
			fail_msg("%s: zone %zu", k->says, i);
}

static void zones_that_contradict_each_other_are_settled_by_number(void **state)
{
	const uint64_t size = section_pages();
	const struct zone_case cases[] = {
		{ "one behind the other",
		  { { 1, 60, 1 }, { 51, 200, 1 } },
		  { 60, 200 } },
		{ "in any order",
		  { { 51, 200, 1 }, { 1, 60, 1 } },
		  { 60, 200 } },
		{ "sections that touch",
		  { { 1, 60, 1 }, { 51, 60 + size, 1 } },
		  { 60, 60 + size } },
		{ "sections that meet, the first told more often",
		  { { 1, 60, 2 }, { 51, 59 + size, 1 } },
		  { 60 } },
		{ "sections that meet, the second told more often",
		  { { 1, 60, 1 }, { 51, 59 + size, 2 } },
		  { 59 + size } },
		{ "sections that meet, told as often",
		  { { 1, 60, 2 }, { 51, 59 + size, 2 } },
		  { 60 } },
		{ "zones that meet",
		  { { 1, 60, 1 }, { 50, 200, 2 } },
		  { 200 } },
		{ "zones that meet, the first told more often",
		  { { 1, 60, 2 }, { 50, 200, 1 } },
		  { 60 } },
		{ "an append that was repeated",
		  { { 1, 60, 8 }, { 1, 200, 3 } },
		  { 200 } },
		{ "one that began before what it replaces",
		  { { 51, 110, 8 }, { 1, 200, 3 } },
		  { 200 } },
		{ "one that replaces two",
		  { { 1, 60, 8 }, { 51, 130, 8 }, { 1, 300, 3 } },
		  { 300 } },
		{ "a quarter is not enough to replace",
		  { { 1, 60, 8 }, { 1, 200, 2 } },
		  { 60 } },
		{ "the same told twice counts together",
		  { { 1, 60, 3 }, { 51, 59 + size, 2 }, { 51, 59 + size, 2 } },
		  { 59 + size } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		settle(&cases[i]);
}

static void a_zone_of_another_archive_is_not_asked(void **state)
{
	struct parity_head heads[2];
	struct zones z = { .head = heads, .count = 2 };
	const struct told ours = { 1, 60, 1 }, theirs = { 1, 200, 9 };
	uint8_t uuid[UUID_SIZE] = { 1 };

	(void)state;
	heads[0] = head_of(&theirs);
	heads[0].uuid[15] = 1;
	heads[1] = head_of(&ours);
	zones_settle(&z, uuid);
	assert_int_equal(z.count, 1);
	assert_int_equal(heads[0].offset, 60 * PARITY_PAGE);
	uuid[0] = 2;
	zones_settle(&z, uuid);
	assert_int_equal(z.count, 0);
	zones_settle(&z, uuid);
	assert_int_equal(z.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			zones_that_contradict_each_other_are_settled_by_number),
		cmocka_unit_test(a_zone_of_another_archive_is_not_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
