/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_crash.c - the power is cut at any moment of a run of appends.
 *
 * The run is made once, on a file system that logs it.  Between any two logged
 * operations the power may go.  What was written before the last sync is then
 * there; of what was written after it, each sector of 512 bytes may be as
 * before, new, new up to where some write ended, or garbage, and the file may
 * be as long as at any time since.  Few sectors are tried in all combinations,
 * many by a seeded choice that is mostly close to "all of it".
 *
 * Whatever is left: a reader shows every commit that was acknowledged and
 * perhaps the one that was on its way, to the byte; the next append works,
 * writes behind everything, declares what it found void; and then all verifies.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "base/alloc.h"
#include "format/commit.h"
#include "format/section.h"
#include "support/archive_case.h"
#include "support/articles.h"

#define SECTOR    ((size_t)512)
#define ALL_UP_TO 6 /* sectors that are tried in all combinations */

/* A run that was recorded. */
struct run {
	struct archive_case c; /* one commit more than the run has */
	struct io_memory *memory;
	size_t commits;
	size_t ack[CASE_COMMITS_MAX + 1]; /* log entries when it returned */
	uint64_t end[CASE_COMMITS_MAX + 1];
	uint64_t void_bytes; /* declared in the run itself */
};

struct tally {
	size_t points, states, appended, in_flight, torn;
};

/* One state of the medium being built. */
struct state {
	struct run *run;
	struct io_memory *memory;
	struct buf base; /* durable */
	struct buf now;  /* with all writes up to the cut */
	struct buf image;
	uint64_t *write_end; /* of the writes since the last sync */
	size_t writes, writes_cap;
	uint64_t acked;
	uint64_t random;
	struct tally tally;
	size_t append_every;
};

static uint64_t choose(struct state *s, uint64_t n)
{
	return articles_random(&s->random) % n;
}

/* An append that fails half-way and leaves its bytes behind. */
static void leave_a_tail(struct run *run, size_t n)
{
	struct fiche_writer *w;

	assert_int_equal(
		case_writer(&w, run->memory, FICHE_APPEND, &run->c.plan, NULL),
		0);
	assert_int_equal(case_add(w, &run->c.plan, n, NULL), 0);
	io_memory_fail(run->memory, IO_FAULT_WRITE, 2, EIO, false);
	assert_int_equal(fiche_writer_commit(w, NULL), FICHE_ERR_IO);
	io_memory_fail(run->memory, 0, -1, 0, false);
	fiche_writer_close(w);
}

static uint64_t whole_pages(uint64_t len)
{
	return (len + COMMIT_ALIGN - 1) / COMMIT_ALIGN * COMMIT_ALIGN;
}

/* Some commits by one writer, some by a writer of their own; before the one
 * with number `tail` an append fails. */
static void record(struct run *run, const struct case_plan *plan, size_t tail)
{
	struct fiche_writer *w = NULL;
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;

	memset(run, 0, sizeof(*run));
	if (archive_case_make(&run->c, plan, &err) < 0)
		fail_msg("%s", err.text);
	run->commits = plan->commits - 1;
	run->memory = io_memory_new();
	assert_non_null(run->memory);
	run->end[0] = SUPERBLOCK_SIZE;
	for (size_t i = 0; i < run->commits; i++) {
		if (i == tail && i > 0) {
			fiche_writer_close(w);
			w = NULL;
			leave_a_tail(run, i);
			assert_true(io_memory_get(run->memory, CASE_PATH,
			                          &bytes, &len));
			run->void_bytes = whole_pages(len - run->end[i]);
		}
		if (!w)
			assert_int_equal(
				case_writer(&w, run->memory,
			                    i ? FICHE_APPEND : FICHE_CREATE,
			                    plan, &err),
				0);
		assert_int_equal(case_add(w, plan, i, &err), 0);
		assert_int_equal(fiche_writer_commit(w, &err), 0);
		run->ack[i + 1] = io_memory_log_count(run->memory);
		assert_true(
			io_memory_get(run->memory, CASE_PATH, &bytes, &len));
		run->end[i + 1] = len;
		if (i % 2) {
			fiche_writer_close(w);
			w = NULL;
		}
	}
	fiche_writer_close(w);
}

static void forget(struct run *run)
{
	io_memory_free(run->memory);
	archive_case_done(&run->c);
}

static void write_into(struct buf *b, const struct io_logged *e)
{
	if (b->len < e->at + e->len)
		buf_zeros(b, (size_t)e->at + e->len - b->len);
	assert_true(buf_ok(b));
	memcpy(b->ptr + e->at, e->bytes, e->len);
}

static void copy(struct buf *to, const struct buf *from)
{
	buf_clear(to);
	buf_put(to, from->ptr, from->len);
	assert_true(buf_ok(to));
}

/* Everything that must hold of s->image. */
static void check(struct state *s)
{
	struct run *run = s->run;
	struct io_memory *m = s->memory;
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct case_reading seen;
	struct fiche_reader *r;
	const uint8_t *bytes;
	uint64_t end, tail;
	size_t len;
	bool torn;
	int status;

	assert_int_equal(case_put(m, s->image.ptr, s->image.len), 0);
	if (case_open(&r, m, false, &err) != 0)
		fail_msg("state %zu: %s", s->tally.states, err.text);
	assert_int_equal(case_read(&seen, r, run->c.digests,
	                           run->c.record_count, false, &err),
	                 0);
	if (seen.generation < s->acked || seen.generation > s->acked + 1 ||
	    seen.generation > run->commits)
		fail_msg("state %zu: %llu commits acknowledged, %llu shown",
		         s->tally.states, (unsigned long long)s->acked,
		         (unsigned long long)seen.generation);
	/* Before the first commit, whole blocks are all there is to show. */
	if (seen.wrong ||
	    seen.numbers > run->c.records[seen.generation + r->recovered] ||
	    (!r->recovered && seen.exact != run->c.records[seen.generation]))
		fail_msg("state %zu: %llu records exact, %llu wrong, %llu "
		         "failed",
		         s->tally.states, (unsigned long long)seen.exact,
		         (unsigned long long)seen.wrong,
		         (unsigned long long)seen.failed);
	end = r->archive.end;
	torn = r->archive.footer_damaged;
	assert_int_equal(end, run->end[seen.generation]);
	fiche_reader_close(r);
	s->tally.states++;
	s->tally.in_flight += seen.generation > s->acked;
	if (s->tally.states % s->append_every)
		return;

	s->tally.appended++;
	io_memory_log_clear(m);
	if (case_append(m, &run->c.plan, &err) != 0)
		fail_msg("state %zu, append: %s", s->tally.states, err.text);
	for (size_t i = 0; i < io_memory_log_count(m); i++) {
		struct io_logged e = io_memory_log_at(m, i);

		if (!e.is_sync)
			assert_true(e.at >= s->image.len);
	}
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	assert_true(len >= s->image.len);
	assert_memory_equal(bytes, s->image.ptr, s->image.len);
	status = case_verify(m, false, &report, &err);
	/* A whole commit is believed without its footer, and nothing is ever
	 * written again: the footer stays as the power cut left it. */
	if (torn) {
		s->tally.torn++;
		assert_int_equal(status, FICHE_ERR_CORRUPT);
		assert_int_equal(report.findings, 1);
		assert_int_equal(err.offset, end - FOOTER_SIZE);
	} else if (status != 0) {
		fail_msg("state %zu, verify: %s at %llu", s->tally.states,
		         err.text, (unsigned long long)err.offset);
	}
	assert_int_equal(report.generations, seen.generation + 1);
	assert_int_equal(report.records, run->c.records[seen.generation + 1]);
	tail = whole_pages(s->image.len - end);
	assert_in_range(report.void_bytes, tail, tail + run->void_bytes);
}

enum fate { OLD, NEW, GARBAGE, PARTIAL, FATES };

/* What became of one sector. */
static void settle(struct state *s, uint64_t at, enum fate fate)
{
	size_t n = s->image.len - at < SECTOR ? (size_t)(s->image.len - at)
	                                      : SECTOR;
	uint8_t *to = s->image.ptr + at;
	uint64_t until;

	switch (fate) {
	case OLD:
		break;
	case NEW:
		memcpy(to, s->now.ptr + at, n);
		break;
	case PARTIAL:
		until = s->write_end[choose(s, s->writes)];
		if (until > at)
			memcpy(to, s->now.ptr + at,
			       until - at < n ? (size_t)(until - at) : n);
		break;
	default:
		/* Noise, or the same place of an earlier page. */
		if (choose(s, 2) && at >= COMMIT_ALIGN) {
			memcpy(to, s->now.ptr + at - COMMIT_ALIGN, n);
			break;
		}
		for (size_t i = 0; i < n; i++)
			to[i] = (uint8_t)articles_random(&s->random);
	}
}

/* The medium as it was durable, then as long as `size`. */
static void begin_image(struct state *s, uint64_t size)
{
	copy(&s->image, &s->base);
	if (size > s->image.len)
		buf_zeros(&s->image, (size_t)size - s->image.len);
	assert_true(buf_ok(&s->image));
}

static uint64_t first_sector(const struct state *s)
{
	return s->base.len / SECTOR * SECTOR;
}

/* All combinations of old, new and garbage. */
static void try_all(struct state *s, uint64_t size, size_t sectors)
{
	size_t combinations = 1;

	for (size_t i = 0; i < sectors; i++)
		combinations *= 3;
	for (size_t k = 0; k < combinations; k++) {
		size_t rest = k;

		begin_image(s, size);
		for (size_t i = 0; i < sectors; i++, rest /= 3)
			settle(s, first_sector(s) + i * SECTOR,
			       (enum fate)(rest % 3));
		check(s);
	}
}

/* One combination: mostly new, mostly old, or anything. */
static void try_one(struct state *s, uint64_t size, uint64_t odds)
{
	begin_image(s, size);
	for (uint64_t at = first_sector(s); at < size; at += SECTOR) {
		enum fate fate =
			choose(s, odds) ? NEW : (enum fate)choose(s, FATES);

		settle(s, at, fate);
	}
	check(s);
}

/* All new but one sector, for each sector and each fate. */
static void try_all_but_one(struct state *s, uint64_t size, uint64_t step)
{
	for (uint64_t bad = first_sector(s); bad < size; bad += step)
		for (int fate = OLD; fate < FATES; fate++) {
			if (fate == NEW)
				continue;
			begin_image(s, size);
			for (uint64_t at = first_sector(s); at < size;
			     at += SECTOR)
				settle(s, at,
				       at == bad ? (enum fate)fate : NEW);
			check(s);
		}
}

/* The power is cut now. */
static void cut(struct state *s, size_t samples, size_t singles)
{
	static const uint64_t odds[] = { 1, 2, 4, 16, 64, 256 };
	uint64_t size = s->now.len;
	size_t sectors =
		(size_t)((size - first_sector(s) + SECTOR - 1) / SECTOR);
	uint64_t step = (sectors / singles + 1) * SECTOR;

	s->tally.points++;
	if (s->writes == 0) {
		begin_image(s, size);
		check(s);
		return;
	}
	/* The size without the data, and the data up to any size. */
	for (size_t i = 0; i < s->writes; i += 1 + s->writes / singles) {
		begin_image(s, s->write_end[i]);
		check(s);
		try_one(s, s->write_end[i], UINT64_MAX);
	}
	begin_image(s, s->base.len);
	check(s);
	if (sectors <= ALL_UP_TO) {
		try_all(s, size, sectors);
		return;
	}
	try_all_but_one(s, size, step);
	for (size_t i = 0; i < samples; i++) {
		uint64_t from = s->base.len;

		try_one(s, i % 4 ? size : from + 1 + choose(s, size - from),
		        odds[i % (sizeof(odds) / sizeof(odds[0]))]);
	}
}

/* Cut the power at each point of the run, or at some and around each sync. */
static void cut_everywhere(struct run *run, size_t every, size_t samples,
                           size_t singles, size_t append_every)
{
	struct state s = { .run = run,
		           .memory = io_memory_new(),
		           .append_every = append_every };
	size_t n = io_memory_log_count(run->memory);
	bool named = false;

	assert_non_null(s.memory);
	for (size_t i = 0; i < n; i++) {
		struct io_logged e = io_memory_log_at(run->memory, i);

		assert_string_equal(e.path, CASE_PATH);
		while (s.acked < run->commits && run->ack[s.acked + 1] <= i)
			s.acked++;
		if (e.is_sync) {
			copy(&s.base, &s.now);
			s.writes = 0;
			/* The name came right after the first one. */
			named = true;
		} else {
			/* Never below what was acknowledged, nor anywhere
			 * but at the end. */
			assert_true(!named || e.at >= run->end[s.acked]);
			assert_true(e.at >= s.now.len);
			write_into(&s.now, &e);
			assert_int_equal(alloc_grow(&s.write_end, &s.writes_cap,
			                            s.writes + 1,
			                            sizeof(*s.write_end)),
			                 0);
			s.write_end[s.writes++] = s.now.len;
		}
		while (s.acked < run->commits && run->ack[s.acked + 1] <= i + 1)
			s.acked++;
		if (named && (e.is_sync || i % every == 0 || i + 3 > n ||
		              io_memory_log_at(run->memory, i + 1).is_sync))
			cut(&s, samples, singles);
	}
	assert_int_equal(s.acked, run->commits);
	/* An unacknowledged commit that survived was seen now and then. */
	assert_true(s.tally.in_flight > 0);
	print_message(
		"%zu cuts, %zu states, %zu of them with the commit on its "
		"way; %zu appended to, %zu of them without a footer\n",
		s.tally.points, s.tally.states, s.tally.in_flight,
		s.tally.appended, s.tally.torn);
	io_memory_free(s.memory);
	buf_done(&s.base);
	buf_done(&s.now);
	buf_done(&s.image);
	alloc_free(s.write_end);
}

static void a_power_cut_loses_nothing_that_was_acknowledged(void **state)
{
	static const struct case_plan plan = {
		.seed = 4, .commits = 8, .lines = 5, .text_len = 60
	};
	struct run run;

	(void)state;
	record(&run, &plan, 3);
	cut_everywhere(&run, 1, 600, 64, 12);
	forget(&run);
}

/* Longer than what is committed by one sync. */
static void a_power_cut_in_a_long_batch_loses_nothing_either(void **state)
{
	static const struct case_plan plan = {
		.seed = 5, .commits = 3, .lines = 100, .text_len = 60000
	};
	struct run run;

	(void)state;
	record(&run, &plan, 0);
	for (size_t i = 1; i <= run.commits; i++)
		assert_true(run.end[i] - run.end[i - 1] >
		            COMMIT_UNSYNCED_MAX + 2 * COMMIT_ALIGN);
	cut_everywhere(&run, 8, 8, 4, 16);
	forget(&run);
}

static int enter(void **state)
{
	(void)state;
	case_keep_memory();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_power_cut_loses_nothing_that_was_acknowledged),
		cmocka_unit_test(
			a_power_cut_in_a_long_batch_loses_nothing_either),
	};

	return cmocka_run_group_tests(tests, enter, NULL);
}
