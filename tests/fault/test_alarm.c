/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_alarm.c - no false alarm: archives of every shape that a writer can make
 * verify clean, and a medium that cannot be read is not called damage.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/writer.h"
#include "support/articles.h"
#include "support/damage.h"

static uint64_t draw(uint64_t *seed, uint64_t below)
{
	return articles_random(seed) % below;
}

static void require(int status, const struct fiche_error *err, uint64_t seed)
{
	if (status != 0)
		fail_msg("seed %llu: %d: %s", (unsigned long long)seed, status,
		         err->text);
}

/* What is rare in articles. */
static void put_odd(struct buf *line, uint64_t *seed)
{
	static const char *const odd[] = {
		"{}",
		"{\"text\":\"\"}",
		"{\"text\":\"\",\"title\":\"\",\"url\":\"\",\"date\":\"\"}",
		"{\"url\":\"http://n.ex/"
		"1\",\"text\":\"one\",\"date\":\"2001\"}",
		"{\"url\":\"http://n.ex/"
		"1\",\"text\":\"two\",\"date\":\"2000\"}",
		"{\"date\":\"9999-12-31T23:59:59Z\",\"text\":\"late\"}",
		"{\"date\":\"0001-01-01\",\"text\":\"early\"}",
		"{\"text\":\"\\ud83d\\ude00 \\u0000 "
		"\\ud800\",\"tags\":[\"\\u00e9\"]}",
		"{\"text\":\"a\\u001f0:3b\",\"x\":\"\\u001f0:3\"}",
		"{\"text\":\"\xf0\x9f\x98\x80 \xe4\xb8\xad\xe6\x96\x87 "
		"\xd8\xa7\"}",
		"{\"text\":[\"several\",\"texts\"],\"x\":{\"y\":[1,2,{}]}}",
		"not json at all",
		"",
	};

	buf_text(line, odd[draw(seed, sizeof(odd) / sizeof(odd[0]))]);
}

static void add_record(struct fiche_writer *w, const struct case_plan *p,
                       uint64_t n, uint64_t *seed, struct fiche_error *err)
{
	struct buf line = { 0 }, card = { 0 };
	uint64_t kind = draw(seed, 12);
	int r;

	if (kind == 0)
		put_odd(&line, seed);
	else if (kind == 1)
		articles_file(&card, &line, p->seed, n,
		              draw(seed, 4) ? p->text_len : 0);
	else
		articles_line(&line, p->seed, n, p->text_len);
	assert_true(buf_ok(&line) && buf_ok(&card));
	r = kind == 1
	            ? fiche_writer_add_file(w, (char *)card.ptr, card.len,
	                                    line.ptr, line.len, NULL, NULL, err)
	            : fiche_writer_add_json(
			      w, line.ptr ? line.ptr : (const void *)"",
			      line.len, NULL, err);
	assert_int_equal(r, 0);
	buf_done(&line);
	buf_done(&card);
}

/* One commit; an empty one, perhaps, unless it is to end what was left. */
static void append(struct io_memory *m, const struct case_plan *p,
                   uint64_t commit, bool remains, uint64_t *seed)
{
	static const uint8_t uuid[16] = { 1, 2, 3 };
	struct fiche_writer_options opt = {
		.mode = commit ? FICHE_APPEND : FICHE_CREATE,
		.level = p->level,
		.plain = p->plain,
		.index = draw(seed, 2) ? FICHE_INDEX_BASIC : FICHE_INDEX_WORDS,
		.threads = 1,
		.uuid = uuid,
		.has_time = true,
		.time = (int64_t)commit,
	};
	uint64_t lines = draw(seed, 6) ? 1 + draw(seed, p->lines) : 0;
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	char line[64];

	require(writer_open_io(&w, io_memory_io(m), CASE_PATH, &opt, &err),
	        &err, *seed);
	for (uint64_t i = 0; i < lines; i++)
		add_record(w, p, commit * 3 + i, seed, &err);
	if (remains) {
		int n = snprintf(line, sizeof(line), "{\"id\":\"%llx\"}",
		                 (unsigned long long)articles_random(seed));

		require(fiche_writer_add_json(w, line, (size_t)n, NULL, &err),
		        &err, *seed);
	}
	require(fiche_writer_commit(w, &err), &err, *seed);
	fiche_writer_close(w);
}

/* An append that was interrupted. */
static void leave_remains(struct io_memory *m, uint64_t *seed)
{
	struct buf bytes = { 0 };
	const uint8_t *had;
	size_t len;

	assert_true(io_memory_get(m, CASE_PATH, &had, &len));
	buf_put(&bytes, had, len);
	for (uint64_t n = 1 + draw(seed, 9000); n > 0; n--)
		buf_u8(&bytes, (uint8_t)articles_random(seed));
	assert_true(buf_ok(&bytes));
	assert_int_equal(case_put(m, bytes.ptr, bytes.len), 0);
	buf_done(&bytes);
}

static void require_clean(struct io_memory *m, uint64_t seed)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	int r = case_verify(m, false, &report, &err);

	require(r, &err, seed);
	assert_int_equal(report.findings, 0);
	assert_true(report.index_compared);
	assert_int_equal(case_verify(m, true, &report, &err), 0);
}

static void make_any(struct io_memory *m, uint64_t seed)
{
	static const size_t lengths[] = { 0, 1, 40, 300, 3000, 40000 };
	uint64_t state = seed;
	struct case_plan p = {
		.seed = (unsigned)draw(&state, 1000),
		.commits = 1 + draw(&state, 10),
		.lines = 1 + draw(&state, 30),
		.text_len = lengths[draw(&state, 6)],
		.plain = draw(&state, 2) == 1,
		.level = 1 + (int)draw(&state, draw(&state, 8) ? 4 : 22),
	};

	for (uint64_t i = 0, remains = 0; i < p.commits; i++) {
		append(m, &p, i, remains, &state);
		remains = i + 1 < p.commits && draw(&state, 5) == 0;
		if (remains)
			leave_remains(m, &state);
	}
}

static void an_archive_of_any_shape_verifies_clean(void **state)
{
	uint64_t count = damage_is_long() ? 10000 : 300;

	(void)state;
	for (uint64_t seed = 0; seed < count; seed++) {
		struct io_memory *m = io_memory_new();

		assert_non_null(m);
		make_any(m, seed);
		require_clean(m, seed);
		io_memory_free(m);
	}
	print_message("%llu archives, seeds from 0\n",
	              (unsigned long long)count);
}

static void a_huge_record_verifies_clean(void **state)
{
	const struct case_plan huge = { .commits = 1, .lines = 2 };
	struct io_memory *m = io_memory_new();
	struct buf line = { 0 };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	(void)state;
	assert_non_null(m);
	articles_line(&line, 1, 1, (size_t)20 << 20);
	assert_int_equal(case_writer(&w, m, FICHE_CREATE, &huge, &err), 0);
	assert_int_equal(
		fiche_writer_add_json(w, line.ptr, line.len, NULL, &err), 0);
	require(fiche_writer_commit(w, &err), &err, 0);
	fiche_writer_close(w);
	require_clean(m, 0);
	buf_done(&line);
	io_memory_free(m);
}

/* Each read of a verify fails once: that is told as what it is. */
static void a_read_that_fails_is_no_damage(void **state)
{
	struct io_memory *m = io_memory_new();
	unsigned long reads = 0;

	(void)state;
	assert_non_null(m);
	make_any(m, 5);
	for (int quick = 0; quick < 2; quick++)
		for (long n = 0;; n++) {
			struct fiche_verify_report report = { 0 };
			struct fiche_error err = { 0 };
			int r;

			io_memory_fail(m, IO_FAULT_READ, n, EIO, false);
			r = case_verify(m, quick, &report, &err);
			if (io_memory_faults_fired(m) == 0) {
				assert_int_equal(r, 0);
				break;
			}
			if (r != FICHE_ERR_IO)
				fail_msg("read %ld: %d: %s", n, r, err.text);
			assert_int_equal(report.findings, 0);
			reads++;
		}
	io_memory_fail(m, IO_FAULT_NONE, -1, 0, false);
	require_clean(m, 5);
	io_memory_free(m);
	print_message("%lu reads\n", reads);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_archive_of_any_shape_verifies_clean),
		cmocka_unit_test(a_huge_record_verifies_clean),
		cmocka_unit_test(a_read_that_fails_is_no_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
