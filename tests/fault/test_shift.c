/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_shift.c - bytes are put into an archive, or taken from it, anywhere.
 *
 * Everything behind that place stands where it does not belong.  Recovery gives
 * all records but those of the blocks that were hit, and nothing wrong (spec
 * 4.15); verify says how many bytes it is.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "archive/writer.h"
#include "base/hash.h"
#include "format/block.h"
#include "support/articles.h"
#include "support/damage.h"

#define SHIFT_MAX   4096
#define CHANGES_MAX 4
#define RECORDS_MAX 512

/* Record numbers. */
struct records {
	bool has[RECORDS_MAX];
};

/* `len` bytes put in before `at`, or taken from there on, of the archive as it
 * was. */
struct change {
	size_t at, len;
	bool insert;
};

struct ground {
	struct archive_case c;
	struct damage_map parts;
	struct records lost[DAMAGE_PARTS_MAX]; /* with the part */
	struct buf copy;
};

static int leave(void **state)
{
	struct ground *g = *state;

	buf_done(&g->copy);
	archive_case_done(&g->c);
	free(g);
	return 0;
}

static void put_copy(struct ground *g)
{
	assert_true(buf_ok(&g->copy));
	assert_int_equal(case_put(g->c.memory, g->copy.ptr, g->copy.len), 0);
}

/* Which records recovery gives as they were; others than these, none. */
static void recover(struct ground *g, struct records *out, const char *what)
{
	struct archive_case *c = &g->c;
	struct fiche_error err = { 0 };
	struct fiche_text record;
	struct fiche_reader *r;
	struct fiche_view *v;
	uint8_t digest[32];

	memset(out, 0, sizeof(*out));
	if (case_open(&r, c->memory, true, &err) < 0)
		fail_msg("%s: %s", what, err.text);
	v = fiche_view_new(r);
	assert_non_null(v);
	assert_true(r->record_end <= c->record_count);
	for (uint64_t n = 0; n < r->record_end; n++) {
		if (fiche_view_record(v, n, &record, NULL) < 0)
			continue;
		assert_int_equal(sha256_of(digest, record.ptr, record.len), 0);
		if (memcmp(digest, c->digests[n].sha256, 32) != 0)
			fail_msg("%s: record %llu is another one", what,
			         (unsigned long long)n);
		out->has[n] = true;
	}
	fiche_view_free(v);
	fiche_reader_close(r);
}

/* What goes with each block: its own records, and those that share a body of
 * it. */
static void find_lost(struct ground *g)
{
	for (size_t i = 0; i < g->parts.count; i++) {
		const struct damage_part *p = &g->parts.part[i];
		struct records left;

		if (p->type != SECTION_DATA)
			continue;
		buf_clear(&g->copy);
		buf_put(&g->copy, g->c.bytes.ptr, g->c.bytes.len);
		assert_true(buf_ok(&g->copy));
		memset(g->copy.ptr + p->start, 0x55, p->end - p->start);
		put_copy(g);
		recover(g, &left, "a block overwritten");
		for (uint64_t n = 0; n < g->c.record_count; n++)
			g->lost[i].has[n] = !left.has[n];
	}
}

static int enter(void **state, const struct case_plan *plan)
{
	struct ground *g = calloc(1, sizeof(*g));
	struct fiche_error err = { 0 };

	case_keep_memory();
	assert_non_null(g);
	*state = g;
	if (archive_case_make(&g->c, plan, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	assert_true(g->c.record_count <= RECORDS_MAX);
	damage_map(&g->parts, &g->c);
	find_lost(g);
	return 0;
}

static int enter_small(void **state)
{
	return enter(state, &damage_small);
}

static int enter_large(void **state)
{
	return enter(state, &damage_large);
}

/* ---- Changes ---- */

static int by_place(const void *x, const void *y)
{
	const struct change *a = x, *b = y;

	return (a->at > b->at) - (a->at < b->at);
}

/* Changes come in the order of their places and do not meet. */
static void change(struct ground *g, const struct change *list, size_t count,
                   uint64_t *seed)
{
	const struct buf *from = &g->c.bytes;
	size_t at = 0;

	buf_clear(&g->copy);
	for (size_t i = 0; i < count; i++) {
		const struct change *c = &list[i];

		buf_put(&g->copy, from->ptr + at, c->at - at);
		at = c->at + (c->insert ? 0 : c->len);
		for (size_t k = 0; c->insert && k < c->len; k++)
			buf_u8(&g->copy, (uint8_t)articles_random(seed));
	}
	buf_put(&g->copy, from->ptr + at, from->len - at);
	put_copy(g);
}

static bool hits(const struct change *c, const struct damage_part *p)
{
	return c->insert ? p->start < c->at && c->at < p->end
	                 : p->start < c->at + c->len && c->at < p->end;
}

static bool is_hit(const struct change *list, size_t count,
                   const struct damage_part *p)
{
	for (size_t i = 0; i < count; i++)
		if (hits(&list[i], p))
			return true;
	return false;
}

/* Behind the last commit that is left, nothing says that what stands behind
 * another change was ever committed. */
static uint64_t end_of_what_counts(const struct ground *g,
                                   const struct change *list, size_t count)
{
	uint64_t committed = 0;

	for (size_t i = 0; i < g->parts.count; i++)
		if (g->parts.part[i].type == SECTION_COMMIT &&
		    !is_hit(list, count, &g->parts.part[i]))
			committed = g->parts.part[i].end;
	for (size_t i = 0; i < count; i++)
		if (list[i].at >= committed)
			return list[i].at;
	return g->c.bytes.len;
}

static void require_salvaged(struct ground *g, const struct change *list,
                             size_t count, const char *what)
{
	uint64_t end = end_of_what_counts(g, list, count);
	struct records want = { { false } }, seen;

	for (uint64_t n = 0; n < g->c.record_count; n++)
		want.has[n] = true;
	for (size_t i = 0; i < g->parts.count; i++) {
		const struct damage_part *p = &g->parts.part[i];

		if (p->type != SECTION_DATA ||
		    (p->start < end && !is_hit(list, count, p)))
			continue;
		for (uint64_t n = 0; n < g->c.record_count; n++)
			want.has[n] &= !g->lost[i].has[n];
	}
	recover(g, &seen, what);
	for (uint64_t n = 0; n < g->c.record_count; n++)
		if (want.has[n] && !seen.has[n])
			fail_msg("%s: record %llu is not given out", what,
			         (unsigned long long)n);
}

/* An archive as it was after one of its commits. */
static bool is_whole(const struct ground *g)
{
	const struct archive_case *c = &g->c;

	for (size_t i = 0; i <= c->plan.commits; i++)
		if (g->copy.len == c->end[i])
			return memcmp(g->copy.ptr, c->bytes.ptr, g->copy.len) ==
			       0;
	return false;
}

/* Is there a good COMMIT behind the change? */
static bool has_commit_behind(const struct ground *g, const struct change *c)
{
	for (size_t i = 0; i < g->parts.count; i++) {
		const struct damage_part *p = &g->parts.part[i];

		if (p->type == SECTION_COMMIT && p->end > c->at && !hits(c, p))
			return true;
	}
	return false;
}

static void require_noticed(struct ground *g, const struct change *c,
                            const char *what)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	int r = case_verify(g->c.memory, true, &report, &err);

	if ((r == 0) != is_whole(g))
		fail_msg("%s: unnoticed", what);
	/* An archive that nothing is left of in its place is not opened. */
	if (c->at >= SUPERBLOCK_SIZE &&
	    report.shifts != has_commit_behind(g, c))
		fail_msg("%s: the shift is not told: %s", what, err.text);
}

/* Nor may it be given up as void without being asked. */
static void require_refused(struct ground *g, const char *what)
{
	struct fiche_writer_options opt = { .mode = FICHE_APPEND };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	if (writer_open_io(&w, io_memory_io(g->c.memory), CASE_PATH, &opt,
	                   &err) == 0)
		fail_msg("%s: more can be added", what);
}

static struct change draw(const struct ground *g, size_t from, size_t to,
                          uint64_t *seed)
{
	struct change c = { .insert = articles_random(seed) % 2 };

	c.at = from + articles_random(seed) % (to - from);
	c.len = 1 + articles_random(seed) %
	                    (articles_random(seed) % 3 ? SHIFT_MAX : 8);
	if (!c.insert && c.len > g->c.bytes.len - c.at)
		c.len = g->c.bytes.len - c.at;
	return c;
}

static void try_one(struct ground *g, const struct change *c, uint64_t *seed)
{
	char what[80];

	(void)snprintf(what, sizeof(what), "%zu bytes %s at %zu", c->len,
	               c->insert ? "put in" : "taken out", c->at);
	change(g, c, 1, seed);
	require_salvaged(g, c, 1, what);
	require_noticed(g, c, what);
	if (has_commit_behind(g, c))
		require_refused(g, what);
}

static void all_but_the_block_that_was_hit_is_given_out(void **state)
{
	struct ground *g = *state;
	uint64_t seed = 5, trials = damage_is_long() ? 10000 : 700;

	for (uint64_t i = 0; i < trials; i++) {
		struct change c = draw(g, 0, g->c.bytes.len, &seed);

		try_one(g, &c, &seed);
	}
	print_message("%llu changes, seed 5\n", (unsigned long long)trials);
}

/* Where each part begins and ends, and its header. */
static void wherever_a_part_is_hit_the_others_are_given_out(void **state)
{
	struct ground *g = *state;
	uint64_t seed = 6, trials = 0;

	for (size_t i = 0; i < g->parts.count; i++) {
		const struct damage_part *p = &g->parts.part[i];

		for (size_t k = 0; k < 100; k += damage_is_long() ? 1 : 9) {
			size_t size = (size_t)(p->end - p->start);
			size_t at = (size_t)p->start + k % size;
			struct change c = draw(g, at, at + 1, &seed);

			try_one(g, &c, &seed);
			at = (size_t)p->end - 1 - k % size;
			c = draw(g, at, at + 1, &seed);
			try_one(g, &c, &seed);
			trials += 2;
		}
	}
	print_message("%llu changes, seed 6\n", (unsigned long long)trials);
}

/* Put in here, taken out there: each stretch between has a shift of its own. */
static void several_changes_cost_the_blocks_they_hit(void **state)
{
	struct ground *g = *state;
	uint64_t seed = 7, trials = damage_is_long() ? 10000 : 400, tried = 0;

	while (tried < trials) {
		struct change list[CHANGES_MAX];
		size_t n = 2 + articles_random(&seed) % (CHANGES_MAX - 1);
		int64_t sum = 0;
		bool apart = true;
		char what[160];
		int used;

		for (size_t i = 0; i < n; i++)
			list[i] = draw(g, 0, g->c.bytes.len, &seed);
		qsort(list, n, sizeof(*list), by_place);
		used = snprintf(what, sizeof(what), "changes");
		for (size_t i = 0; i < n; i++) {
			sum += list[i].insert ? (int64_t)list[i].len
			                      : -(int64_t)list[i].len;
			apart &= sum != 0 &&
			         (i == 0 || list[i - 1].at + list[i - 1].len <
			                            list[i].at);
			used += snprintf(what + used,
			                 sizeof(what) - (size_t)used,
			                 " %c%zu@%zu", "-+"[list[i].insert],
			                 list[i].len, list[i].at);
		}
		/* Where a section stands in its place again, what was between
		 * is not looked at. */
		if (!apart)
			continue;
		change(g, list, n, &seed);
		require_salvaged(g, list, n, what);
		tried++;
	}
	print_message("%llu times 2 to %d changes, seed 7\n",
	              (unsigned long long)trials, CHANGES_MAX);
}

/* It has sums for each cell, so that those before the change and those behind
 * are found, and parity for the rest. */
static void a_dictionary_that_was_hit_is_mended(void **state)
{
	struct ground *g = *state;
	uint64_t seed = 8, trials = damage_is_long() ? 500 : 12;
	size_t dicts = 0;

	for (size_t i = 0; i < g->parts.count; i++) {
		const struct damage_part *p = &g->parts.part[i];
		size_t eighth = (size_t)(p->end - p->start) / 8;

		if (p->type != SECTION_DICT)
			continue;
		dicts++;
		for (uint64_t k = 0; k < trials; k++) {
			struct change c = draw(g, (size_t)p->start,
			                       (size_t)p->end, &seed);

			/* Now and then with the header behind it. */
			if (k % 4 == 0)
				c = (struct change){ p->end - 100, 1000,
					             false };
			if (c.len > eighth - 1024)
				c.len = eighth - 1024;
			try_one(g, &c, &seed);
		}
	}
	assert_true(dicts > 0);
	print_message("%llu changes of %zu dictionaries, seed 8\n",
	              (unsigned long long)(trials * dicts), dicts);
}

/* An append that was interrupted leaves headers of what it never wrote. */
static void a_void_takes_no_room(void **state)
{
	struct ground *g = *state;
	uint64_t seed = 9, trials = damage_is_long() ? 500 : 20;
	struct section s;
	size_t i = 0;

	while (g->parts.part[i].type != 0 ||
	       g->parts.part[i].end - g->parts.part[i].start == FOOTER_SIZE)
		i++;
	assert_int_equal(section_decode(&s,
	                                g->c.bytes.ptr + g->parts.part[i].start,
	                                g->parts.part[i].start, NULL, NULL),
	                 0);
	assert_true(section_size(&s) >
	            g->parts.part[i].end - g->parts.part[i].start);
	for (uint64_t k = 0; k < trials; k++) {
		struct change c = draw(g, (size_t)s.offset + 100,
		                       (size_t)g->parts.part[i].end, &seed);

		if (c.len > g->parts.part[i].end - c.at)
			c.len = (size_t)g->parts.part[i].end - c.at;
		try_one(g, &c, &seed);
	}
	print_message("%llu changes of a void, seed 9\n",
	              (unsigned long long)trials);
}

int main(void)
{
	const struct CMUnitTest sweeps[] = {
		cmocka_unit_test(all_but_the_block_that_was_hit_is_given_out),
		cmocka_unit_test(
			wherever_a_part_is_hit_the_others_are_given_out),
		cmocka_unit_test(several_changes_cost_the_blocks_they_hit),
	};
	const struct CMUnitTest dictionaries[] = {
		cmocka_unit_test(a_dictionary_that_was_hit_is_mended),
		cmocka_unit_test(a_void_takes_no_room),
	};

	return cmocka_run_group_tests(sweeps, enter_small, leave) |
	       cmocka_run_group_tests(dictionaries, enter_large, leave);
}
