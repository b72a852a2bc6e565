/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_attack.c - somebody who has no key, but can write the file and knows the
 * format: every checksum, hash and tree of what they leave is right.  One
 * checkpoint from before, three lines of text, tells.
 *
 * ATTACKS in the environment is the number of trials of each kind.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fiche/proof.h"
#include "support/archive_case.h"
#include "support/articles.h"

#define RECORDS_MAX 40
#define CHECKPOINTS 30
#define SIZES       70

/* Records as numbers, from which their lines are made. */
struct story {
	uint64_t record[RECORDS_MAX];
	size_t count;
};

static void require(int status, const struct fiche_error *err)
{
	if (status != 0)
		fail_msg("%d: %s", status, err->text);
}

static size_t line_of(char out[64], uint64_t record)
{
	return (size_t)snprintf(out, 64, "{\"title\":\"%016llx\"}",
	                        (unsigned long long)record);
}

/* Append the records from..to of a story as a commit. */
static void append(struct io_memory *m, const struct story *s, size_t from,
                   size_t to)
{
	static const struct case_plan plan = { 0 };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	char line[64];

	require(case_writer(&w, m, case_exists(m) ? FICHE_APPEND : FICHE_CREATE,
	                    &plan, &err),
	        &err);
	for (size_t i = from; i < to; i++)
		require(fiche_writer_add_json(w, line,
		                              line_of(line, s->record[i]), NULL,
		                              &err),
		        &err);
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_close(w);
}

/* Write a story from `from` on, in commits of 1 to 4 records. */
static void write_story(struct io_memory *m, const struct story *s, size_t from,
                        uint64_t *seed)
{
	while (from < s->count) {
		size_t to = from + 1 + articles_random(seed) % 4;

		to = to < s->count ? to : s->count;
		append(m, s, from, to);
		from = to;
	}
}

static void checkpoint_of(char note[FICHE_NOTE_MAX], struct io_memory *m)
{
	struct fiche_reader *r;
	struct fiche_error err = { 0 };

	require(case_open(&r, m, false, &err), &err);
	require(fiche_checkpoint(r, note, &err), &err);
	fiche_reader_close(r);
}

static int held_against(struct io_memory *m, const char *note)
{
	struct fiche_reader *r;
	struct fiche_error err = { 0 };
	int status;

	require(case_open(&r, m, false, &err), &err);
	status = fiche_reader_extends(r, note, NULL, &err);
	fiche_reader_close(r);
	return status;
}

static void require_intact(struct io_memory *m)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };

	require(case_verify(m, false, &report, &err), &err);
}

static void make_up(struct story *s, size_t count, uint64_t *seed)
{
	for (s->count = 0; s->count < count; s->count++)
		s->record[s->count] = articles_random(seed);
}

/* ---- Six kinds of attack ---- */

static void grow(struct story *s, size_t count, uint64_t *seed)
{
	while (s->count < count && s->count < RECORDS_MAX)
		s->record[s->count++] = articles_random(seed);
}

static void edit(struct story *s, uint64_t *seed)
{
	s->record[articles_random(seed) % s->count] ^=
		(uint64_t)1 << articles_random(seed) % 64;
}

static void remove_one(struct story *s, uint64_t *seed)
{
	size_t at = articles_random(seed) % s->count, count = s->count;

	memmove(s->record + at, s->record + at + 1,
	        (count - at - 1) * sizeof(*s->record));
	s->count--;
	/* Half of them hide the gap behind others. */
	if (articles_random(seed) % 2)
		grow(s, count, seed);
}

static void reorder(struct story *s, uint64_t *seed)
{
	size_t a = articles_random(seed) % s->count;
	size_t b = (a + 1 + articles_random(seed) % (s->count - 1)) % s->count;
	uint64_t kept = s->record[a];

	s->record[a] = s->record[b];
	s->record[b] = kept;
}

static void insert(struct story *s, uint64_t *seed)
{
	size_t at = articles_random(seed) % s->count;

	memmove(s->record + at + 1, s->record + at,
	        (s->count - at) * sizeof(*s->record));
	s->record[at] = articles_random(seed);
	s->count++;
}

/* Another archive with the same UUID. */
static void attack_anew(void (*change)(struct story *, uint64_t *),
                        uint64_t seed, bool verify)
{
	static char note[FICHE_NOTE_MAX];
	struct io_memory *honest = io_memory_new(), *forged = io_memory_new();
	struct story s;

	assert_non_null(honest);
	assert_non_null(forged);
	make_up(&s, 2 + articles_random(&seed) % 12, &seed);
	write_story(honest, &s, 0, &seed);
	checkpoint_of(note, honest);
	assert_int_equal(held_against(honest, note), 0);
	change(&s, &seed);
	grow(&s, s.count + articles_random(&seed) % 3, &seed);
	write_story(forged, &s, 0, &seed);
	if (verify)
		require_intact(forged);
	assert_int_equal(held_against(forged, note), FICHE_ERR_INPUT);
	io_memory_free(honest);
	io_memory_free(forged);
}

static long trials(void)
{
	const char *given = getenv("ATTACKS");

	return given ? strtol(given, NULL, 10) : 150;
}

static void attack(void (*change)(struct story *, uint64_t *))
{
	for (long i = 0; i < trials(); i++)
		attack_anew(change, (uint64_t)i, i % 10 == 0);
}

static void an_edited_record_is_noticed(void **state)
{
	(void)state;
	attack(edit);
}

static void a_deleted_record_is_noticed(void **state)
{
	(void)state;
	attack(remove_one);
}

static void another_order_is_noticed(void **state)
{
	(void)state;
	attack(reorder);
}

static void an_inserted_record_is_noticed(void **state)
{
	(void)state;
	attack(insert);
}

/* The archive as it was before the checkpoint; with `fork` it then grows to
 * what has as many records and more. */
static void attack_backwards(uint64_t seed, bool fork, bool verify)
{
	static char note[FICHE_NOTE_MAX];
	struct io_memory *honest = io_memory_new(), *forged = io_memory_new();
	size_t older, count, len;
	const uint8_t *bytes;
	struct story s;

	assert_non_null(honest);
	assert_non_null(forged);
	count = 2 + articles_random(&seed) % 12;
	older = 1 + articles_random(&seed) % (count - 1);
	make_up(&s, count, &seed);
	s.count = older;
	write_story(honest, &s, 0, &seed);
	assert_true(io_memory_get(honest, CASE_PATH, &bytes, &len));
	assert_int_equal(case_put(forged, bytes, len), 0);
	s.count = count;
	write_story(honest, &s, older, &seed);
	checkpoint_of(note, honest);
	if (fork) {
		s.count = older;
		grow(&s, count + articles_random(&seed) % 3, &seed);
		write_story(forged, &s, older, &seed);
	}
	if (verify)
		require_intact(forged);
	assert_int_equal(held_against(honest, note), 0);
	assert_int_equal(held_against(forged, note), FICHE_ERR_INPUT);
	io_memory_free(honest);
	io_memory_free(forged);
}

static void an_older_state_is_noticed(void **state)
{
	(void)state;
	for (long i = 0; i < trials(); i++)
		attack_backwards((uint64_t)i, false, i % 10 == 0);
}

static void a_fork_is_noticed(void **state)
{
	(void)state;
	for (long i = 0; i < trials(); i++)
		attack_backwards((uint64_t)i, true, i % 10 == 0);
}

/* ---- Honest archives ---- */

static void all_pairs_of_checkpoints_agree_in_one_direction(void **state)
{
	static char notes[CHECKPOINTS][FICHE_NOTE_MAX];
	struct io_memory *m[CHECKPOINTS];
	struct story s;
	uint64_t seed = 31;
	const uint8_t *bytes;
	size_t len;

	(void)state;
	for (size_t i = 0; i < CHECKPOINTS; i++) {
		m[i] = io_memory_new();
		assert_non_null(m[i]);
		if (i > 0) {
			assert_true(io_memory_get(m[i - 1], CASE_PATH, &bytes,
			                          &len));
			assert_int_equal(case_put(m[i], bytes, len), 0);
		}
		make_up(&s, 1 + articles_random(&seed) % 9, &seed);
		append(m[i], &s, 0, s.count);
		checkpoint_of(notes[i], m[i]);
	}
	for (size_t i = 0; i < CHECKPOINTS; i++)
		for (size_t j = 0; j < CHECKPOINTS; j++)
			assert_int_equal(held_against(m[i], notes[j]),
			                 i >= j ? 0 : FICHE_ERR_INPUT);
	for (size_t i = 0; i < CHECKPOINTS; i++)
		io_memory_free(m[i]);
}

/* ---- Proofs ---- */

static int check(struct fiche_proof_info *info, const char *proof,
                 uint64_t record)
{
	struct fiche_error err = { 0 };
	uint8_t digest[FICHE_DIGEST_SIZE];
	char line[64];

	assert_int_equal(
		fiche_record_digest(digest, line, line_of(line, record)), 0);
	return fiche_proof_check(info, proof, digest, &err);
}

/* The same proof with another number in the line that begins with `mark`, or in
 * the one behind it. */
static void renumber(char out[FICHE_NOTE_MAX], const char *proof,
                     const char *mark, bool behind, uint64_t number)
{
	const char *at = strstr(proof, mark), *rest;

	assert_non_null(at);
	at = behind ? strchr(at, '\n') + 1 : at + strlen(mark);
	rest = strchr(at, '\n');
	(void)snprintf(out, FICHE_NOTE_MAX, "%.*s%llu%s", (int)(at - proof),
	               proof, (unsigned long long)number, rest);
}

static void check_proof(struct fiche_reader *r, const char *note,
                        const uint64_t *records, uint64_t size, uint64_t number)
{
	static char proof[FICHE_NOTE_MAX], forged[FICHE_NOTE_MAX];
	static struct fiche_proof_info info;
	uint64_t record = records[number], other = (number + 1) % size;
	struct fiche_error err = { 0 };

	require(fiche_prove(r, number, note, proof, &err), &err);
	assert_int_equal(check(&info, proof, record), 0);
	assert_int_equal(info.number, number);
	assert_int_equal(info.records, size);
	assert_int_equal(check(&info, proof, ~record), FICHE_ERR_INPUT);
	if (other == number)
		return;
	assert_int_equal(check(&info, proof, records[other]), FICHE_ERR_INPUT);
	renumber(forged, proof, "index ", false, other);
	assert_int_equal(check(&info, forged, record), FICHE_ERR_INPUT);
	renumber(forged, proof, "index ", false, size);
	assert_int_equal(check(&info, forged, record), FICHE_ERR_INPUT);
	/* Some sizes have the same path for a record: the head decides, and
	 * that is signed together with the size. */
	renumber(forged, proof, "fiche-archive/", true, number);
	assert_int_equal(check(&info, forged, record), FICHE_ERR_INPUT);
	renumber(forged, proof, "fiche-archive/", true, size * 2 + 1);
	assert_int_equal(check(&info, forged, record), FICHE_ERR_INPUT);
}

static void every_record_is_proved_at_every_size(void **state)
{
	static char note[FICHE_NOTE_MAX], out[FICHE_NOTE_MAX];
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct story s;
	uint64_t seed = 5, records[SIZES];

	(void)state;
	assert_non_null(m);
	for (uint64_t size = 1; size <= SIZES; size++) {
		make_up(&s, 1, &seed);
		records[size - 1] = s.record[0];
		append(m, &s, 0, 1);
		checkpoint_of(note, m);
		require(case_open(&r, m, false, &err), &err);
		for (uint64_t i = 0; i < size; i++)
			check_proof(r, note, records, size, i);
		assert_int_equal(fiche_prove(r, size, note, out, &err),
		                 FICHE_ERR_ARG);
		fiche_reader_close(r);
	}
	io_memory_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_edited_record_is_noticed),
		cmocka_unit_test(a_deleted_record_is_noticed),
		cmocka_unit_test(another_order_is_noticed),
		cmocka_unit_test(an_inserted_record_is_noticed),
		cmocka_unit_test(an_older_state_is_noticed),
		cmocka_unit_test(a_fork_is_noticed),
		cmocka_unit_test(
			all_pairs_of_checkpoints_agree_in_one_direction),
		cmocka_unit_test(every_record_is_proved_at_every_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
