/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_call_failures.c - in the calls that test_alloc_failures.c and
 * test_io_failures.c do not make, every allocation and every call to the
 * system fails, once and for ever: proofs, explanations, differences, older
 * commits, mending.
 *
 * Each call says so, or gives the answer that it always gives.
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
#include "archive/repair.h"
#include "base/alloc.h"
#include "fiche/explain.h"
#include "fiche/proof.h"
#include "fiche/rebuild.h"
#include "support/archive_case.h"

#define ANSWER_MAX (2 * FICHE_NOTE_MAX)
#define ONE        "one.fiche"
#define TWO        "two.fiche"

static const struct case_plan plan = {
	.seed = 31, .commits = 4, .lines = 6, .files = 1, .text_len = 150
};

static struct archive_case ground;
static char private_key[FICHE_KEY_MAX], public_key[FICHE_KEY_MAX];

static int enter(void **state)
{
	struct fiche_error err = { 0 };

	(void)state;
	case_keep_memory();
	if (archive_case_make(&ground, &plan, &err) < 0 ||
	    fiche_key_new(private_key, public_key, "post.example", &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	return 0;
}

static int leave(void **state)
{
	(void)state;
	archive_case_done(&ground);
	return 0;
}

/* The whole archive, a shorter one, and one that is damaged. */
static struct io_memory *stage(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	assert_int_equal(case_put(m, ground.bytes.ptr, ground.bytes.len), 0);
	assert_int_equal(
		io_memory_put(m, TWO, ground.bytes.ptr, (size_t)ground.end[3]),
		0);
	ground.bytes.ptr[ground.end[1] + 200] ^= 1;
	assert_int_equal(
		io_memory_put(m, ONE, ground.bytes.ptr, ground.bytes.len), 0);
	ground.bytes.ptr[ground.end[1] + 200] ^= 1;
	return m;
}

static int open_at(struct fiche_reader **out, struct io_memory *m,
                   const char *path, uint64_t commit, struct fiche_error *err)
{
	const struct fiche_open_options opt = { .commit = commit };
	struct io_file *file;
	int r;

	*out = NULL;
	r = io_open(io_memory_io(m), path, IO_READ, &file, err);
	return r < 0 ? r : reader_open_file(out, file, &opt, err);
}

/* What is tried: it tells what came out, in ANSWER_MAX bytes that are zero, and
 * returns its status.  Nothing is asserted while calls fail. */
typedef int attempt(struct io_memory *m, char *told, struct fiche_error *err);

static int prove(struct io_memory *m, char *told, struct fiche_error *err)
{
	static char note[FICHE_NOTE_MAX], proof[FICHE_NOTE_MAX];
	static struct fiche_proof_info info;
	struct fiche_reader *older = NULL, *now = NULL;
	uint64_t records;
	int r = open_at(&older, m, CASE_PATH, 2, err);

	if (r == 0)
		r = fiche_checkpoint(older, note, err);
	if (r == 0)
		r = fiche_note_sign(note, private_key, err);
	if (r == 0)
		r = fiche_note_verify(note, public_key, err);
	if (r == 0)
		r = open_at(&now, m, CASE_PATH, 0, err);
	if (r == 0)
		r = fiche_reader_extends(now, note, &records, err);
	if (r == 0)
		r = fiche_prove(now, 3, note, proof, err);
	if (r == 0)
		r = fiche_proof_check(&info, proof, ground.digests[3].sha256,
		                      err);
	if (r == 0)
		(void)snprintf(told, ANSWER_MAX, "%s%s%llu", note, proof,
		               (unsigned long long)records);
	fiche_reader_close(older);
	fiche_reader_close(now);
	return r;
}

static int make_key(struct io_memory *m, char *told, struct fiche_error *err)
{
	char secret[FICHE_KEY_MAX], open[FICHE_KEY_MAX];

	(void)m;
	(void)told;
	return fiche_key_new(secret, open, "post.example", err);
}

static int tell_apart(struct io_memory *m, char *told, struct fiche_error *err)
{
	struct fiche_reader *one = NULL, *two = NULL;
	struct fiche_diff_stats s = { 0 };
	int r = open_at(&one, m, CASE_PATH, 0, err);

	if (r == 0)
		r = open_at(&two, m, TWO, 0, err);
	if (r == 0)
		r = fiche_diff(one, two, NULL, NULL, &s, err);
	if (r == 0)
		(void)snprintf(told, ANSWER_MAX, "%llu same %llu %llu %llu",
		               (unsigned long long)s.same,
		               (unsigned long long)s.only[0],
		               (unsigned long long)s.only[1],
		               (unsigned long long)s.changed);
	fiche_reader_close(one);
	fiche_reader_close(two);
	return r;
}

static int explain(struct io_memory *m, char *told, struct fiche_error *err)
{
	static const char *const lines[] = {
		"{\"headline\":\"A\",\"date\":\"3 May 2021\",\"x\":{\"y\":1}}",
		"{\"title\":\"B\",\"pubdate\":\"04/05/2021\",\"tags\":[\"t\"]}",
		"{\"title\":\"C\",\"published\":\"2021-05-04T10:00\"}",
	};
	struct fiche_explain *e = NULL;
	struct fiche_explain_dates dates;
	struct fiche_explained field;
	size_t at = 0;
	int r = fiche_explain_new(&e, "{\"language\":\"en\"}", err);

	(void)m;
	for (size_t i = 0; r == 0 && i < 3; i++)
		r = fiche_explain_add(e, lines[i], strlen(lines[i]), i == 2,
		                      err);
	for (size_t i = 0; r == 0 && i < fiche_explain_fields(e); i++) {
		fiche_explain_field(e, i, &field);
		at += (size_t)snprintf(told + at, ANSWER_MAX - at, "%s %llu, ",
		                       field.field,
		                       (unsigned long long)field.records);
	}
	if (r == 0) {
		fiche_explain_dates(e, &dates);
		(void)snprintf(told + at, ANSWER_MAX - at, "%llu ambiguous",
		               (unsigned long long)dates.ambiguous);
	}
	fiche_explain_free(e);
	return r;
}

static int count_name(void *ctx, struct fiche_text name, uint64_t records)
{
	*(uint64_t *)ctx += records + name.len;
	return 0;
}

static int read_older(struct io_memory *m, char *told, struct fiche_error *err)
{
	struct case_reading got = { 0 };
	struct fiche_survey survey;
	struct fiche_reader *r;
	uint64_t names = 0;
	int status = open_at(&r, m, CASE_PATH, 2, err);

	if (status == 0)
		status = case_read(&got, r, ground.digests, ground.record_count,
		                   true, err);
	if (status == 0 && got.failed > 0)
		status = got.failure;
	if (status == 0)
		status = fiche_reader_survey(r, &survey, err);
	if (status == 0)
		status = fiche_reader_names(r, 's', count_name, &names, err);
	if (status == 0)
		(void)snprintf(told, ANSWER_MAX, "%llu exact, %llu wrong, %llu",
		               (unsigned long long)got.exact,
		               (unsigned long long)got.wrong,
		               (unsigned long long)names);
	fiche_reader_close(r);
	return status;
}

static int verify_quick(struct io_memory *m, char *told,
                        struct fiche_error *err)
{
	struct fiche_verify_report report;
	int r = case_verify(m, true, &report, err);

	if (r == 0)
		(void)snprintf(told, ANSWER_MAX, "%llu generations",
		               (unsigned long long)report.generations);
	return r;
}

static int mend(struct io_memory *m, char *told, struct fiche_error *err)
{
	static const char *const copies[] = { ONE, TWO };
	struct fiche_repair_report report;
	int r = repair_io(io_memory_io(m), copies, 2, "mended.fiche", NULL,
	                  &report, err);

	if (r == 0)
		(void)snprintf(told, ANSWER_MAX, "%llu lost",
		               (unsigned long long)report.lost);
	return r;
}

/* Nothing that was there has changed; what is made is whole, or not there. */
static void check_files(struct io_memory *m, int status)
{
	const uint8_t *bytes;
	size_t len;

	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	assert_int_equal(len, ground.bytes.len);
	assert_memory_equal(bytes, ground.bytes.ptr, len);
	if (status != FICHE_ERR_CORRUPT &&
	    io_memory_get(m, "mended.fiche", &bytes, &len)) {
		assert_int_equal(len, ground.bytes.len);
		assert_memory_equal(bytes, ground.bytes.ptr, len);
	}
}

struct tried {
	const char *name;
	attempt *run;
	bool reads, writes;
	/* What cannot be read is taken for damaged. */
	bool mends;
};

static const struct tried all[] = {
	{ "prove", prove, .reads = true },
	{ "make a key", make_key, .reads = false },
	{ "diff", tell_apart, .reads = true },
	{ "explain", explain, .reads = false },
	{ "read an older commit", read_older, .reads = true },
	{ "verify quickly", verify_quick, .reads = true },
	{ "repair", mend, .reads = true, .writes = true, .mends = true },
};

#define ALL (sizeof(all) / sizeof(all[0]))

static char right[ANSWER_MAX], told[ANSWER_MAX];

/* One try; true if the failure was met. */
static bool try_once(const struct tried *t, unsigned kind, long n, int error,
                     bool for_ever)
{
	int expected = kind ? FICHE_ERR_IO : FICHE_ERR_NOMEM;
	struct io_memory *m = stage();
	struct fiche_error err = { 0 };
	unsigned long fired;
	int r;

	memset(told, 0, sizeof(told));
	if (kind)
		io_memory_fail(m, kind, n, error, for_ever);
	else
		alloc_fail_after(n, for_ever);
	r = t->run(m, told, &err);
	fired = kind ? io_memory_faults_fired(m) : alloc_faults_fired();
	alloc_fail_after(-1, false);
	if (r == 0)
		assert_string_equal(told, right);
	else if (!fired ||
	         (r != expected && !(t->mends && (r == FICHE_ERR_CORRUPT ||
	                                          r == FICHE_ERR_FOREIGN))))
		fail_msg("%s, kind %u, number %ld: %d, %s", t->name, kind, n, r,
		         err.text);
	check_files(m, r);
	io_memory_free(m);
	return fired > 0;
}

static void sweep(const struct tried *t, unsigned kind, int error)
{
	size_t tried = 0;

	for (int for_ever = 0; for_ever < 2; for_ever++)
		for (long n = 0; try_once(t, kind, n, error, for_ever); n++)
			tried++;
	print_message("%s, kind %u: %zu failed\n", t->name, kind, tried);
	assert_true(tried > 0);
}

static void learn(const struct tried *t)
{
	struct io_memory *m = stage();
	struct fiche_error err = { 0 };

	memset(right, 0, sizeof(right));
	if (t->run(m, right, &err) != 0)
		fail_msg("%s: %s", t->name, err.text);
	check_files(m, 0);
	io_memory_free(m);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		learn(&all[i]);
		sweep(&all[i], 0, 0);
	}
}

static void every_call_to_the_system_may_fail(void **state)
{
	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		learn(&all[i]);
		if (all[i].reads) {
			sweep(&all[i], IO_FAULT_READ, EIO);
			sweep(&all[i], IO_FAULT_OTHER, EIO);
		}
		if (all[i].writes) {
			sweep(&all[i], IO_FAULT_WRITE, ENOSPC);
			sweep(&all[i], IO_FAULT_SYNC, EIO);
			sweep(&all[i], IO_FAULT_SYNC, ENOSPC);
		}
	}
}

static void short_transfers_and_signals_change_nothing(void **state)
{
	static const size_t chunks[] = { 1, 4095, SIZE_MAX };

	(void)state;
	for (size_t i = 0; i < ALL; i++) {
		learn(&all[i]);
		for (size_t k = 0; k < 2 * sizeof(chunks) / sizeof(chunks[0]);
		     k++) {
			struct io_memory *m = stage();
			struct fiche_error err = { 0 };

			memset(told, 0, sizeof(told));
			io_memory_set_chunk(m, chunks[k / 2]);
			if (k % 2)
				io_memory_fail(m, IO_FAULT_ANY, 5 * (long)k,
				               EINTR, false);
			if (all[i].run(m, told, &err) != 0)
				fail_msg("%s: %s", all[i].name, err.text);
			assert_string_equal(told, right);
			check_files(m, 0);
			io_memory_free(m);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(every_call_to_the_system_may_fail),
		cmocka_unit_test(short_transfers_and_signals_change_nothing),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
