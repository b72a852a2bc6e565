/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_crash.c - the power is cut at any moment of a run of appends.
 *
 * The run is made once, on a file system that logs it.  Between any two logged
 * operations the power may go; power_cut.h tells what is left then.  Few
 * sectors are tried in all combinations, many by a seeded choice that is mostly
 * close to "all of it".
 *
 * Whatever is left: a reader shows every commit that was acknowledged and
 * perhaps the one that was on its way, to the byte; the next append works,
 * writes behind everything, declares what it found void; and then all verifies.
 * If of the commit on its way everything is there but some articles, it is
 * shown and called damaged, and whoever appends has to say that he gives it up.
 *
 * STATES=10000000 SEED=7 test_crash 'a_thousand*' is a longer run: so many
 * different states of a run of a thousand appends.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "archive/writer.h"
#include "format/commit.h"
#include "format/section.h"
#include "support/archive_case.h"
#include "support/image_io.h"
#include "support/power_cut.h"

/* A run that was recorded. */
struct run {
	struct archive_case c; /* one commit more than the run has */
	struct io_memory *memory;
	const uint8_t *bytes; /* as the run has left it */
	size_t len;
	size_t commits;
	size_t ack[CASE_COMMITS_MAX + 1]; /* log entries when it returned */
	uint64_t end[CASE_COMMITS_MAX + 1];
	uint64_t void_bytes; /* declared in the run itself */
};

/* How much to try. */
struct effort {
	struct cut_plan plan;
	size_t states;       /* at least so many; 0: what the plan gives */
	size_t every;        /* cut at each operation, or at every n-th */
	size_t read_every;   /* state: read all articles */
	size_t append_every; /* state: append, and verify */
	uint64_t seed;
};

struct tally {
	size_t points, tried, read, appended, in_flight, damaged, torn;
};

struct cuts {
	struct run *run;
	const struct effort *effort;
	struct medium medium;
	struct distinct states;
	struct io_memory *memory; /* to append in */
	uint64_t acked;
	struct tally tally;
	clock_t began;
};

/* What a reader saw. */
struct sight {
	uint64_t generation;
	uint64_t end;
	bool recovered; /* no commit: whatever blocks are whole */
	bool damaged;   /* the last commit, and the reader says so */
	bool lost;      /* behind the end there was a commit */
	bool torn;      /* the footer */
};

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

static void look_at_file(struct run *run)
{
	assert_true(
		io_memory_get(run->memory, CASE_PATH, &run->bytes, &run->len));
}

/* Some commits by one writer, some by a writer of their own; before the fourth
 * one, and every so often behind it, an append fails. */
static void record(struct run *run, const struct case_plan *plan,
                   size_t tail_every)
{
	struct fiche_writer *w = NULL;
	struct fiche_error err = { 0 };

	memset(run, 0, sizeof(*run));
	if (archive_case_make(&run->c, plan, &err) < 0)
		fail_msg("%s", err.text);
	run->commits = plan->commits - 1;
	run->memory = io_memory_new();
	assert_non_null(run->memory);
	run->end[0] = SUPERBLOCK_SIZE;
	for (size_t i = 0; i < run->commits; i++) {
		if (tail_every && i % tail_every == 3) {
			fiche_writer_close(w);
			w = NULL;
			leave_a_tail(run, i);
			look_at_file(run);
			run->void_bytes += whole_pages(run->len - run->end[i]);
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
		look_at_file(run);
		run->end[i + 1] = run->len;
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

/* Between two writes a program may be killed.  A COMMIT that stands there
 * without a place for its FOOTER is none, until the next append fills up the
 * page: then it would be seen, as if it came back. */
static void a_commit_and_its_footer_are_one_write(void **state)
{
	static const struct case_plan plan = {
		.seed = 4, .commits = 8, .lines = 5, .text_len = 60
	};
	static struct run run;

	(void)state;
	record(&run, &plan, 16);
	for (size_t i = 1; i <= run.commits; i++) {
		struct io_logged e =
			io_memory_log_at(run.memory, run.ack[i] - 2);

		assert_int_equal(e.at + e.len, run.end[i]);
		assert_true(e.len > SECTION_HEADER_SIZE + FOOTER_SIZE);
	}
	forget(&run);
}

/* Open the state; every commit that it shows is the one that was made. */
static struct sight look(struct cuts *s)
{
	const struct buf *image = &s->medium.image;
	const struct run *run = s->run;
	uint64_t from = s->medium.durable, same;
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct image_io place;
	struct io_file *file;
	struct sight seen = { 0 };

	image_io_init(&place, image->ptr, image->len);
	assert_int_equal(io_open(&place.io, CASE_PATH, IO_READ, &file, &err),
	                 0);
	if (reader_open_file(&r, file, NULL, &err) != 0)
		fail_msg("state %zu: %s", s->tally.tried, err.text);
	seen.recovered = r->recovered;
	seen.end = r->archive.end;
	seen.torn = r->archive.footer_damaged;
	seen.lost = r->archive.commit_lost;
	if (r->archive.has_commit) {
		seen.generation = r->archive.last.commit.generation;
		seen.damaged = r->archive.last.batch_damaged;
	}
	if (seen.generation < s->acked || seen.generation > s->acked + 1 ||
	    seen.generation > run->commits)
		fail_msg("state %zu: %llu commits acknowledged, %llu shown",
		         s->tally.tried, (unsigned long long)s->acked,
		         (unsigned long long)seen.generation);
	assert_int_equal(seen.end, run->end[seen.generation]);
	assert_int_equal(seen.recovered,
	                 seen.generation == 0 && image->len > SUPERBLOCK_SIZE);
	if (!seen.recovered)
		assert_int_equal(r->record_end,
		                 run->c.records[seen.generation]);
	fiche_reader_close(r);
	/* Only what was not acknowledged may be damaged. */
	if (seen.damaged)
		assert_true(seen.generation > s->acked);
	same = seen.end - (seen.torn ? FOOTER_SIZE : 0);
	if (!seen.damaged && same > from)
		assert_memory_equal(image->ptr + from, run->bytes + from,
		                    same - from);
	s->tally.in_flight += seen.generation > s->acked;
	s->tally.damaged += seen.damaged;
	return seen;
}

static void read_all(struct cuts *s, const struct sight *seen)
{
	struct run *run = s->run;
	struct fiche_error err = { 0 };
	struct case_reading got;
	struct fiche_reader *r;

	assert_int_equal(case_open(&r, s->memory, false, &err), 0);
	assert_int_equal(case_read(&got, r, run->c.digests, run->c.record_count,
	                           false, &err),
	                 0);
	/* Before the first commit, whole blocks are all there is to show. */
	if (got.wrong ||
	    got.numbers > run->c.records[seen->generation + seen->recovered] ||
	    (!seen->recovered &&
	     got.exact < run->c.records[seen->damaged ? s->acked
	                                              : seen->generation]))
		fail_msg("state %zu: %llu records exact, %llu wrong, %llu "
		         "failed",
		         s->tally.tried, (unsigned long long)got.exact,
		         (unsigned long long)got.wrong,
		         (unsigned long long)got.failed);
	fiche_reader_close(r);
	s->tally.read++;
}

/* A commit that may have been acknowledged is not given up unasked. */
static void refuse_to_give_up(struct cuts *s, const struct sight *seen)
{
	const struct fiche_writer_options opt = { .mode = FICHE_APPEND,
		                                  .threads = 1 };
	bool refused = seen->damaged || seen->lost;
	struct fiche_writer *w;
	int r = writer_open_io(&w, io_memory_io(s->memory), CASE_PATH, &opt,
	                       NULL);

	assert_int_equal(r, refused ? FICHE_ERR_CORRUPT : 0);
	fiche_writer_close(w);
}

static void append(struct cuts *s, const struct sight *seen)
{
	const struct buf *image = &s->medium.image;
	struct io_memory *m = s->memory;
	struct run *run = s->run;
	uint64_t kept = seen->damaged ? s->acked : seen->generation;
	uint64_t tail = whole_pages(image->len - run->end[kept]);
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;
	int status;

	refuse_to_give_up(s, seen);
	io_memory_log_clear(m);
	if (case_append(m, &run->c.plan, &err) != 0)
		fail_msg("state %zu, append: %s", s->tally.tried, err.text);
	for (size_t i = 0; i < io_memory_log_count(m); i++) {
		struct io_logged e = io_memory_log_at(m, i);

		if (e.len > 0)
			assert_true(e.at >= image->len);
	}
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	assert_true(len >= image->len);
	assert_memory_equal(bytes, image->ptr, image->len);
	status = case_verify(m, false, &report, &err);
	/* A whole commit is believed without its footer, and nothing is ever
	 * written again: the footer stays as the power cut left it. */
	if (seen->torn && !seen->damaged) {
		s->tally.torn++;
		assert_int_equal(status, FICHE_ERR_CORRUPT);
		assert_int_equal(report.findings, 1);
		assert_int_equal(err.offset, seen->end - FOOTER_SIZE);
	} else if (status != 0) {
		fail_msg("state %zu, verify: %s at %llu", s->tally.tried,
		         err.text, (unsigned long long)err.offset);
	}
	assert_int_equal(report.generations, kept + 1);
	assert_int_equal(report.records, run->c.records[kept + 1]);
	assert_in_range(report.void_bytes, tail, tail + run->void_bytes);
	s->tally.appended++;
}

/* Everything that must hold of a state. */
static void check(void *ctx, const struct medium *m)
{
	struct cuts *s = ctx;
	const struct effort *e = s->effort;
	bool read, add;
	struct sight seen;

	s->tally.tried++;
	if (!distinct_add(&s->states, medium_hash(m)))
		return;
	seen = look(s);
	add = s->states.count % e->append_every == 0 ||
	      (seen.generation > s->acked && s->tally.in_flight % 16 == 0);
	read = add || s->states.count % e->read_every == 0;
	if (read) {
		assert_int_equal(
			case_put(s->memory, m->image.ptr, m->image.len), 0);
		read_all(s, &seen);
	}
	if (add)
		append(s, &seen);
}

static void acknowledge(struct cuts *s, size_t logged)
{
	const struct run *run = s->run;

	while (s->acked < run->commits && run->ack[s->acked + 1] <= logged)
		s->acked++;
}

/* Where as many states are wanted, by chance until there are. */
static void cut(struct cuts *s, size_t goal)
{
	s->tally.points++;
	medium_cut(&s->medium, &s->effort->plan, check, s);
	for (size_t tries = 0;
	     s->medium.writes > 0 && s->states.count < goal && tries < goal;
	     tries++) {
		medium_by_chance(&s->medium);
		check(s, &s->medium);
	}
}

static void say(const struct cuts *s)
{
	const struct tally *t = &s->tally;

	print_message("%zu cuts, %zu different states of %zu tried: %zu with "
	              "the commit on its way, %zu of these with damaged "
	              "articles; %zu read, %zu appended to, %zu of them "
	              "without a footer; %.1f s\n",
	              t->points, s->states.count, t->tried, t->in_flight,
	              t->damaged, t->read, t->appended, t->torn,
	              (double)(clock() - s->began) / CLOCKS_PER_SEC);
}

/* Cut the power at each point of the run, or at some and around each sync. */
static void cut_everywhere(struct run *run, const struct effort *effort)
{
	struct cuts s = { .run = run,
		          .effort = effort,
		          .memory = io_memory_new(),
		          .began = clock() };
	size_t n = io_memory_log_count(run->memory);

	assert_non_null(s.memory);
	medium_init(&s.medium, NULL, 0, effort->seed);
	for (size_t i = 0; i < n; i++) {
		struct io_logged e = io_memory_log_at(run->memory, i);

		assert_string_equal(e.path, CASE_PATH);
		acknowledge(&s, i);
		/* Never below what was acknowledged. */
		if (s.medium.named && e.len > 0)
			assert_true(e.at >= run->end[s.acked]);
		medium_apply(&s.medium, &e);
		acknowledge(&s, i + 1);
		if (s.medium.named &&
		    (e.is_sync || i % effort->every == 0 || i + 3 > n ||
		     io_memory_log_at(run->memory, i + 1).is_sync))
			cut(&s, effort->states * (i + 2) / n);
	}
	assert_int_equal(s.acked, run->commits);
	/* An unacknowledged commit that survived was seen now and then. */
	assert_true(s.tally.in_flight > 0);
	assert_true(s.states.count >= effort->states);
	say(&s);
	io_memory_free(s.memory);
	medium_done(&s.medium);
	distinct_done(&s.states);
}

static void a_power_cut_loses_nothing_that_was_acknowledged(void **state)
{
	static const struct case_plan plan = {
		.seed = 4, .commits = 8, .lines = 5, .text_len = 60
	};
	static const struct effort effort = {
		.plan = { .all_up_to = 6, .singles = 64, .samples = 100 },
		.every = 1,
		.read_every = 1,
		.append_every = 12,
	};
	static struct run run;

	(void)state;
	record(&run, &plan, 16);
	cut_everywhere(&run, &effort);
	forget(&run);
}

/* Longer than what is committed by one sync. */
static void a_power_cut_in_a_long_batch_loses_nothing_either(void **state)
{
	static const struct case_plan plan = {
		.seed = 5, .commits = 3, .lines = 100, .text_len = 60000
	};
	static const struct effort effort = {
		.plan = { .all_up_to = 6, .singles = 4, .samples = 8 },
		.every = 16,
		.read_every = 16,
		.append_every = 64,
	};
	static struct run run;

	(void)state;
	record(&run, &plan, 0);
	for (size_t i = 1; i <= run.commits; i++)
		assert_true(run.end[i] - run.end[i - 1] >
		            COMMIT_UNSYNCED_MAX + 2 * COMMIT_ALIGN);
	cut_everywhere(&run, &effort);
	forget(&run);
}

static size_t number_from_environment(const char *name, size_t otherwise)
{
	const char *text = getenv(name);

	return text ? (size_t)strtoull(text, NULL, 10) : otherwise;
}

static void a_thousand_appends_lose_nothing_in_a_million_states(void **state)
{
	static const struct case_plan plan = {
		.seed = 8, .commits = 1001, .lines = 2, .text_len = 400
	};
	const struct effort effort = {
		.plan = { .all_up_to = 5, .singles = 16 },
		.states = number_from_environment("STATES", 1000000),
		.every = 1,
		.read_every = 10000,
		.append_every = 10000,
		.seed = number_from_environment("SEED", 1),
	};
	static struct run run;

	(void)state;
	print_message("SEED=%llu\n", (unsigned long long)effort.seed);
	record(&run, &plan, 25);
	cut_everywhere(&run, &effort);
	forget(&run);
}

static int enter(void **state)
{
	(void)state;
	case_keep_memory();
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_and_its_footer_are_one_write),
		cmocka_unit_test(
			a_power_cut_loses_nothing_that_was_acknowledged),
		cmocka_unit_test(
			a_power_cut_in_a_long_batch_loses_nothing_either),
		cmocka_unit_test(
			a_thousand_appends_lose_nothing_in_a_million_states),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, enter, NULL);
}
