/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_sector.c - what disks and copying programs do to a file: a sector or a
 * page is zeroed, set, swapped with another one, written to a wrong place, or
 * not written at all.  (Bytes that come in, or go: test_shift.c.)
 *
 * Verify finds all of it and names the place.  Recovery gives what went in, or
 * nothing.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "support/articles.h"
#include "support/damage.h"

struct ground {
	struct archive_case c;
	struct damage_map parts;
	struct buf copy;
	uint64_t tried, same;
};

static struct ground ground;

static int enter(void **state)
{
	struct fiche_error err = { 0 };

	case_keep_memory();
	if (archive_case_make(&ground.c,
	                      damage_is_long() ? &damage_large : &damage_small,
	                      &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	damage_map(&ground.parts, &ground.c);
	*state = &ground;
	return 0;
}

static int leave(void **state)
{
	struct ground *g = *state;

	buf_done(&g->copy);
	archive_case_done(&g->c);
	return 0;
}

/* A copy to do damage to. */
static uint8_t *fresh(struct ground *g)
{
	buf_clear(&g->copy);
	buf_put(&g->copy, g->c.bytes.ptr, g->c.bytes.len);
	assert_true(buf_ok(&g->copy));
	return g->copy.ptr;
}

static void require_nothing_wrong(struct ground *g)
{
	struct archive_case *c = &g->c;
	struct fiche_error err = { 0 };
	struct case_reading seen;
	struct fiche_reader *r;

	for (int recover = 0; recover < 2; recover++) {
		if (case_open(&r, c->memory, recover, &err) < 0)
			continue;
		(void)case_read(&seen, r, c->digests, c->record_count, false,
		                &err);
		assert_int_equal(seen.wrong, 0);
		fiche_reader_close(r);
	}
}

/* The first and the last byte that differ, if any do. */
static void require_located(struct ground *g, const char *what)
{
	const uint8_t *a = g->c.bytes.ptr, *b = g->copy.ptr;
	size_t start = 0, end = g->c.bytes.len;

	while (start < end && a[start] == b[start])
		start++;
	while (end > start && a[end - 1] == b[end - 1])
		end--;
	g->tried++;
	if (start == end) {
		g->same++;
		return;
	}
	assert_int_equal(case_put(g->c.memory, b, g->copy.len), 0);
	if (damage_verify(&g->parts, g->c.memory, true, start, end) !=
	    DAMAGE_LOCATED)
		fail_msg("%s, bytes %zu to %zu: unnoticed or found elsewhere",
		         what, start, end);
	if (g->tried % 16 == 0)
		require_nothing_wrong(g);
}

static void say(struct ground *g, const char *what)
{
	print_message("%s: %llu, of them %llu change nothing\n", what,
	              (unsigned long long)g->tried,
	              (unsigned long long)g->same);
	g->tried = g->same = 0;
}

static const size_t units[] = { 512, 4096 };

#define UNITS (sizeof(units) / sizeof(units[0]))

static void a_sector_that_is_overwritten_is_located(void **state)
{
	static const uint8_t with[] = { 0x00, 0xff, 0xe5 };
	struct ground *g = *state;

	for (size_t u = 0; u < UNITS; u++)
		for (size_t at = 0; at < g->c.bytes.len; at += units[u])
			for (size_t k = 0; k < sizeof(with); k++) {
				memset(fresh(g) + at, with[k], units[u]);
				require_located(g, "overwritten");
			}
	say(g, "overwritten");
}

/* Each with every other one while there are few; a drawn one else. */
static void sectors_that_change_places_are_located(void **state)
{
	struct ground *g = *state;
	uint64_t seed = 1;

	for (size_t u = 0; u < UNITS; u++) {
		size_t n = units[u], count = g->c.bytes.len / n;

		for (size_t i = 0; i < count; i++)
			for (size_t k = 0; k < 8; k++) {
				size_t j = articles_random(&seed) % count;
				uint8_t *p = fresh(g);

				memcpy(p + i * n, g->c.bytes.ptr + j * n, n);
				require_located(g, "doubled");
				memcpy(p + j * n, g->c.bytes.ptr + i * n, n);
				require_located(g, "swapped");
			}
	}
	say(g, "doubled or swapped, seed 1");
}

/* A write that the disk forgot: what stood there before the append stays.  That
 * is nothing, or what an interrupted append had left. */
static void a_sector_of_an_older_state_is_located(void **state)
{
	struct ground *g = *state;
	const struct archive_case *c = &g->c;
	struct buf before = { 0 };
	size_t last = (size_t)c->end[c->plan.commits - 1];

	buf_put(&before, c->bytes.ptr, last + c->plan.void_len);
	assert_true(buf_ok(&before));
	for (size_t u = 0; u < UNITS; u++)
		for (size_t at = last; at < c->bytes.len; at += units[u]) {
			uint8_t *p = fresh(g);

			for (size_t i = at; i < at + units[u]; i++)
				p[i] = i < before.len ? before.ptr[i] : 0;
			require_located(g, "not written");
		}
	buf_done(&before);
	say(g, "not written");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sector_that_is_overwritten_is_located),
		cmocka_unit_test(sectors_that_change_places_are_located),
		cmocka_unit_test(a_sector_of_an_older_state_is_located),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
