/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_interrupted.c - whatever writes an archive is cut off by the power at
 * any moment, and again while it is repeated (support/interrupted.h).
 *
 * EXHAUSTIVE=1 test_interrupted is the long form: each state is repeated.
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
#include "archive/redact.h"
#include "archive/repair.h"
#include "archive/verify.h"
#include "archive/writer.h"
#include "fiche/rebuild.h"
#include "support/archive_case.h"
#include "support/interrupted.h"

#define COMMITS 50

static const struct case_plan plan = {
	.seed = 21, .commits = COMMITS + 1, .lines = 2, .text_len = 300
};
/* Others, for merging. */
static const struct case_plan other_plan = {
	.seed = 22, .commits = 3, .lines = 6, .files = 2, .text_len = 300
};

static struct archive_case ground, other;
static struct interruptions how;

static int enter(void **state)
{
	struct fiche_error err = { 0 };
	bool all = getenv("EXHAUSTIVE") != NULL;

	(void)state;
	case_keep_memory();
	how.plan[0] = (struct cut_plan){ .all_up_to = all ? 5 : 3,
		                         .singles = all ? 1000 : 16,
		                         .samples = all ? 64 : 8 };
	how.plan[1] = (struct cut_plan){ .all_up_to = all ? 5 : 3,
		                         .singles = all ? 1000 : 16,
		                         .samples = all ? 16 : 8 };
	how.repeat_every = all ? 1 : 5;
	how.seed = 23;
	if (archive_case_make(&ground, &plan, &err) < 0 ||
	    archive_case_make(&other, &other_plan, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	return 0;
}

static int leave(void **state)
{
	(void)state;
	archive_case_done(&ground);
	archive_case_done(&other);
	return 0;
}

/* What the power cut has left of footers stays as it is. */
static void verify(struct io_memory *m, const char *path)
{
	const struct fiche_verify_options opt = { .threads = 1 };
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	int r = verify_io(io_memory_io(m), path, &opt, &report, &err);

	if (r != 0 && (r != FICHE_ERR_CORRUPT || report.findings > 2 ||
	               report.records_lost > 0))
		fail_msg("%s: %s", path, err.text);
}

static void interrupt(const struct operation *op)
{
	struct interrupted_tally tally = { 0 };

	interrupt_everywhere(op, &how, &tally);
	interrupted_say(op->name, &tally);
	assert_true(tally.repeated > 0);
	assert_true(tally.nested_states > 0);
	assert_true(tally.finished > 0);
}

/* ---- appending ---- */

static int append(struct io_memory *m, struct fiche_error *err)
{
	return case_append(m, &plan, err);
}

/* All that went in so far is there, and nothing else. */
static void check_records(struct io_memory *m)
{
	struct fiche_error err = { 0 };
	struct case_reading got;
	struct fiche_reader *r;

	assert_int_equal(case_open(&r, m, false, &err), 0);
	assert_int_equal(case_read(&got, r, ground.digests, ground.record_count,
	                           false, &err),
	                 0);
	assert_in_range(got.generation, 1, COMMITS + 1);
	assert_int_equal(got.wrong + got.failed, 0);
	assert_int_equal(got.exact, ground.records[got.generation]);
	fiche_reader_close(r);
}

static void appending_survives_two_power_cuts(void **state)
{
	struct operation op = { .name = "append",
		                .run = append,
		                .check_done = check_records,
		                .file_count = 1 };
	struct interrupted_tally tally = { 0 };

	(void)state;
	/* From creating the archive on. */
	for (size_t n = 0; n < COMMITS; n++) {
		op.files[0] =
			(struct staged_file){ CASE_PATH,
			                      n ? ground.bytes.ptr : NULL,
			                      n ? (size_t)ground.end[n] : 0 };
		interrupt_everywhere(&op, &how, &tally);
	}
	interrupted_say(op.name, &tally);
	assert_true(tally.repeated > COMMITS);
	assert_true(tally.damaged > 0);
}

/* ---- a new index ---- */

/* Of a commit that may have been acknowledged, somebody has to say that it is
 * given up; then the next one has its number. */
static int reindex(struct io_memory *m, struct fiche_error *err)
{
	const struct fiche_reindex_options opt = { .threads = 1,
		                                   .has_time = true,
		                                   .time = 1600000000 };
	int r = reindex_io(io_memory_io(m), CASE_PATH, &opt, NULL, err);

	return r == FICHE_ERR_CORRUPT ? case_append(m, &plan, err) : r;
}

static void check_archive(struct io_memory *m)
{
	verify(m, CASE_PATH);
}

static void a_new_index_survives_two_power_cuts(void **state)
{
	const struct operation op = { .name = "reindex",
		                      .run = reindex,
		                      .check_done = check_archive,
		                      .files = { { CASE_PATH, ground.bytes.ptr,
		                                   (size_t)ground.end[20] } },
		                      .file_count = 1 };

	(void)state;
	interrupt(&op);
}

/* ---- withdrawing ---- */

static int withdraw(struct io_memory *m, struct fiche_error *err)
{
	static const uint64_t numbers[] = { 1, 2 };
	struct fiche_writer *w;
	int r = case_writer(&w, m, FICHE_APPEND, &plan, err);

	if (r == 0)
		r = fiche_writer_withdraw(w, numbers, 2, "asked for", NULL,
		                          NULL, err);
	if (r == 0)
		r = fiche_writer_commit(w, err);
	fiche_writer_close(w);
	return r;
}

static void withdrawing_survives_two_power_cuts(void **state)
{
	const struct operation op = { .name = "withdraw",
		                      .run = withdraw,
		                      .check_done = check_archive,
		                      .files = { { CASE_PATH, ground.bytes.ptr,
		                                   (size_t)ground.end[4] } },
		                      .file_count = 1 };

	(void)state;
	interrupt(&op);
}

/* ---- merging, compacting ---- */

#define SOURCE "source.fiche"

static int copy_into(struct io_memory *m, bool dense, struct fiche_error *err)
{
	const struct fiche_copy_options opt = { .recompress = dense };
	struct fiche_open_options none = { 0 };
	struct fiche_writer *w = NULL;
	struct fiche_reader *r = NULL;
	struct io_file *file;
	int status = io_open(io_memory_io(m), SOURCE, IO_READ, &file, err);

	if (status == 0)
		status = reader_open_file(&r, file, &none, err);
	if (status == 0)
		status = case_writer(
			&w, m, case_exists(m) ? FICHE_APPEND : FICHE_CREATE,
			&plan, err);
	if (status == 0)
		status = fiche_copy(w, r, &opt, NULL, err);
	if (status == 0)
		status = fiche_writer_commit(w, err);
	fiche_writer_close(w);
	fiche_reader_close(r);
	return status;
}

static int merge(struct io_memory *m, struct fiche_error *err)
{
	return copy_into(m, false, err);
}

static int compact(struct io_memory *m, struct fiche_error *err)
{
	return copy_into(m, true, err);
}

static uint64_t count_records(struct io_memory *m)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	uint64_t n;

	verify(m, CASE_PATH);
	assert_int_equal(case_open(&r, m, false, &err), 0);
	n = r->record_end;
	fiche_reader_close(r);
	return n;
}

static void check_copied(struct io_memory *m)
{
	assert_int_equal(count_records(m), other.record_count);
}

static void check_merged(struct io_memory *m)
{
	assert_int_equal(count_records(m),
	                 ground.records[2] + other.record_count);
}

static void copying_into_a_new_archive_survives_two_power_cuts(void **state)
{
	struct operation op = { .name = "copy",
		                .run = merge,
		                .check_done = check_copied,
		                .files = { { CASE_PATH, NULL, 0 },
		                           { SOURCE, other.bytes.ptr,
		                             other.bytes.len } },
		                .file_count = 2 };

	(void)state;
	interrupt(&op);
	op.name = "compact";
	op.run = compact;
	interrupt(&op);
}

static void merging_into_an_archive_survives_two_power_cuts(void **state)
{
	const struct operation op = { .name = "merge",
		                      .run = merge,
		                      .check_done = check_merged,
		                      .files = { { CASE_PATH, ground.bytes.ptr,
		                                   (size_t)ground.end[2] },
		                                 { SOURCE, other.bytes.ptr,
		                                   other.bytes.len } },
		                      .file_count = 2 };

	(void)state;
	interrupt(&op);
}

/* ---- mending ---- */

static int mend(struct io_memory *m, struct fiche_error *err)
{
	const char *const copies[] = { "one.fiche", "two.fiche" };
	int r = repair_io(io_memory_io(m), copies, 2, CASE_PATH, NULL, NULL,
	                  err);

	return r == FICHE_ERR_EXISTS ? 0 : r;
}

static void check_mended(struct io_memory *m)
{
	const uint8_t *bytes;
	size_t len;

	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	assert_int_equal(len, other.bytes.len);
	assert_memory_equal(bytes, other.bytes.ptr, len);
}

static struct buf copy_of(const struct buf *from)
{
	struct buf b = { 0 };

	buf_put(&b, from->ptr, from->len);
	assert_true(buf_ok(&b));
	return b;
}

/* It gets its name when it is whole and durable: there is nothing between. */
static void mending_makes_a_whole_archive_or_none(void **state)
{
	struct buf damaged = copy_of(&other.bytes);
	const struct operation op = {
		.name = "repair",
		.run = mend,
		.check_done = check_mended,
		.files = { { CASE_PATH, NULL, 0 },
		           { "one.fiche", damaged.ptr, damaged.len },
		           { "two.fiche", other.bytes.ptr, other.bytes.len } },
		.file_count = 3
	};
	struct interrupted_tally tally = { 0 };

	(void)state;
	damaged.ptr[damaged.len / 2] ^= 1;
	interrupt_everywhere(&op, &how, &tally);
	interrupted_say(op.name, &tally);
	assert_int_equal(tally.states, tally.finished);
	assert_true(tally.states > 0);
	buf_done(&damaged);
}

static int redact(struct io_memory *m, struct fiche_error *err)
{
	static const uint64_t numbers[] = { 1, 3 };
	static const struct fiche_redact_options opt = {
		.level = 1, .threads = 1, .has_time = true, .time = 1600000000
	};
	int r = redact_io(io_memory_io(m), SOURCE, CASE_PATH, numbers, 2, &opt,
	                  NULL, err);

	return r == FICHE_ERR_EXISTS ? 0 : r;
}

static void redacting_makes_a_whole_archive_or_none(void **state)
{
	const struct operation op = { .name = "redact",
		                      .run = redact,
		                      .check_done = check_archive,
		                      .files = { { CASE_PATH, NULL, 0 },
		                                 { SOURCE, other.bytes.ptr,
		                                   other.bytes.len } },
		                      .file_count = 2 };
	struct interrupted_tally tally = { 0 };

	(void)state;
	interrupt_everywhere(&op, &how, &tally);
	interrupted_say(op.name, &tally);
	assert_int_equal(tally.states, tally.finished);
	assert_true(tally.states > 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appending_survives_two_power_cuts),
		cmocka_unit_test(a_new_index_survives_two_power_cuts),
		cmocka_unit_test(withdrawing_survives_two_power_cuts),
		cmocka_unit_test(
			copying_into_a_new_archive_survives_two_power_cuts),
		cmocka_unit_test(
			merging_into_an_archive_survives_two_power_cuts),
		cmocka_unit_test(mending_makes_a_whole_archive_or_none),
		cmocka_unit_test(redacting_makes_a_whole_archive_or_none),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, enter, leave);
}
