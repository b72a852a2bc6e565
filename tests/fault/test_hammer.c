/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hammer.c - eight processes add articles to one archive, eight read it,
 * and all the time one of them is killed and begins anew.
 *
 * No commit that was acknowledged is lost; whoever reads sees all of what he
 * saw before and perhaps more behind it, every article exact; no writer that
 * died keeps the next one out, and none has to give up a commit.
 *
 * SECONDS=600 SEED=7 test_hammer is the long form.
 */

/* MAP_ANONYMOUS */
#define _GNU_SOURCE 1

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "fiche/fiche.h"
#include "fiche/proof.h"
#include "support/articles.h"

#define WRITERS      8
#define READERS      8
#define ATTEMPTS_MAX 100000

/* What outlives a process that is killed. */
struct shared {
	/* Attempts begun by each writer, and which were acknowledged. */
	uint32_t attempts[WRITERS];
	uint8_t acked[WRITERS][ATTEMPTS_MAX];
	uint32_t looks; /* of all readers; a few may get lost */
	char wrong[400];
};

struct hammer {
	struct shared *shared;
	char folder[64];
	char path[96];
	uint64_t random;
};

/* The line that an attempt adds: its text follows from its name. */
static size_t line_of(char *out, size_t cap, unsigned writer, unsigned attempt)
{
	uint64_t seed = (uint64_t)writer << 32 | attempt;
	size_t n = 0;

	n += (size_t)snprintf(out, cap, "{\"id\":\"%u-%u\",\"text\":\"", writer,
	                      attempt);
	for (unsigned i = 0; i < 1 + attempt % 7 * 10; i++)
		n += (size_t)snprintf(
			out + n, cap - n, "%llx ",
			(unsigned long long)articles_random(&seed));
	return n + (size_t)snprintf(out + n, cap - n, "\"}");
}

/* A child has found something; the parent tells. */
static void complain(struct hammer *h, const char *what, int status,
                     const char *why)
{
	(void)snprintf(h->shared->wrong, sizeof(h->shared->wrong), "%s: %d, %s",
	               what, status, why);
	_exit(1);
}

static void wait_us(long us)
{
	const struct timespec t = { .tv_nsec = us * 1000 };

	(void)nanosleep(&t, NULL);
}

/* ---- writing ---- */

static void append_one(struct hammer *h, unsigned writer, bool words)
{
	const struct fiche_writer_options opt = {
		.mode = FICHE_APPEND,
		.level = 1,
		.threads = 1,
		.index = words ? FICHE_INDEX_WORDS : FICHE_INDEX_BASIC,
	};
	uint32_t attempt = h->shared->attempts[writer];
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	char line[2048];
	size_t len = line_of(line, sizeof(line), writer, attempt);
	int r = fiche_writer_open(&w, h->path, &opt, &err);

	if (r == FICHE_ERR_BUSY) {
		wait_us(500);
		return;
	}
	if (r < 0)
		complain(h, "opening for append", r, err.text);
	h->shared->attempts[writer] = attempt + 1;
	r = fiche_writer_add_json(w, line, len, NULL, &err);
	if (r == 0)
		r = fiche_writer_commit(w, &err);
	if (r < 0)
		complain(h, "appending", r, err.text);
	h->shared->acked[writer][attempt] = 1;
	fiche_writer_close(w);
}

static void write_on(struct hammer *h, unsigned writer)
{
	while (h->shared->attempts[writer] < ATTEMPTS_MAX)
		append_one(h, writer, writer % 2);
	for (;;)
		(void)pause();
}

/* ---- reading ---- */

/* The record is exactly what its name says. */
static bool is_exact(struct fiche_view *v, uint64_t number, unsigned *writer,
                     unsigned *attempt, struct fiche_error *err)
{
	struct fiche_text raw;
	char line[2048], head[40];
	size_t len;

	if (fiche_view_record(v, number, &raw, err) != 0)
		return false;
	len = raw.len < sizeof(head) ? raw.len : sizeof(head) - 1;
	memcpy(head, raw.ptr, len);
	head[len] = '\0';
	if (sscanf(head, "{\"id\":\"%u-%u", writer, attempt) != 2)
		return false;
	len = line_of(line, sizeof(line), *writer, *attempt);
	return raw.len == len && memcmp(raw.ptr, line, len) == 0;
}

static void look_once(struct hammer *h, char note[FICHE_NOTE_MAX],
                      uint64_t *generation)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct fiche_info info;
	struct fiche_view *v;
	unsigned writer, attempt;
	int status = fiche_reader_open(&r, h->path, NULL, &err);

	if (status < 0)
		complain(h, "opening", status, err.text);
	fiche_reader_info(r, &info);
	if (info.recovered || info.commit_damaged || info.commit_lost ||
	    info.generation < *generation)
		complain(h, "looking", (int)info.generation,
		         "not what was there before");
	/* All that was seen before is there, in its place. */
	status = note[0] ? fiche_reader_extends(r, note, NULL, &err) : 0;
	if (status == 0)
		status = fiche_checkpoint(r, note, &err);
	if (status < 0)
		complain(h, "comparing with before", status, err.text);
	v = fiche_view_new(r);
	for (uint64_t i = 0; i < 20 && i < info.records; i++) {
		uint64_t number = i < 10 ? info.records - 1 - i
		                         : i * (info.records - 1) / 20;

		if (!is_exact(v, number, &writer, &attempt, &err))
			complain(h, "reading", err.code, err.text);
	}
	fiche_view_free(v);
	fiche_reader_close(r);
	*generation = info.generation;
	h->shared->looks++;
}

static void read_on(struct hammer *h)
{
	static char note[FICHE_NOTE_MAX];
	uint64_t generation = 0;

	for (;;) {
		look_once(h, note, &generation);
		wait_us(5000);
	}
}

/* ---- the parent ---- */

static pid_t start(struct hammer *h, unsigned who)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (who < WRITERS)
			write_on(h, who);
		else
			read_on(h);
	}
	return pid;
}

static void kill_one(struct hammer *h, pid_t pid)
{
	int status;

	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
		fail_msg("%s", h->shared->wrong);
}

static void fill(struct hammer *h)
{
	const struct fiche_writer_options opt = { .level = 1, .threads = 1 };
	struct fiche_writer *w;
	char line[2048];
	size_t len = line_of(line, sizeof(line), 0, 0);

	assert_int_equal(fiche_writer_open(&w, h->path, &opt, NULL), 0);
	assert_int_equal(fiche_writer_add_json(w, line, len, NULL, NULL), 0);
	assert_int_equal(fiche_writer_commit(w, NULL), 0);
	fiche_writer_close(w);
	h->shared->acked[0][0] = 1;
	h->shared->attempts[0] = 1;
}

/* Everything that was acknowledged is there, once, and exact. */
static uint64_t count_found(struct hammer *h)
{
	static uint8_t seen[WRITERS][ATTEMPTS_MAX];
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct fiche_info info;
	struct fiche_view *v;
	unsigned writer, attempt;
	uint64_t acked = 0;

	memset(seen, 0, sizeof(seen));
	assert_int_equal(fiche_reader_open(&r, h->path, NULL, &err), 0);
	fiche_reader_info(r, &info);
	v = fiche_view_new(r);
	assert_non_null(v);
	for (uint64_t i = 0; i < info.records; i++) {
		if (!is_exact(v, i, &writer, &attempt, &err))
			fail_msg("record %llu: %s", (unsigned long long)i,
			         err.text);
		assert_true(attempt < h->shared->attempts[writer]);
		assert_false(seen[writer][attempt]);
		seen[writer][attempt] = 1;
	}
	fiche_view_free(v);
	fiche_reader_close(r);
	for (writer = 0; writer < WRITERS; writer++)
		for (attempt = 0; attempt < h->shared->attempts[writer];
		     attempt++) {
			acked += h->shared->acked[writer][attempt];
			if (h->shared->acked[writer][attempt] &&
			    !seen[writer][attempt])
				fail_msg("%u-%u is lost", writer, attempt);
		}
	return acked;
}

static void check_end(struct hammer *h, unsigned kills)
{
	const struct fiche_verify_options opt = { .threads = 1 };
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	uint64_t acked = count_found(h);
	int r = fiche_verify(h->path, &opt, &report, &err);

	if (r != 0 && r != FICHE_ERR_TRUNCATED)
		fail_msg("verifying: %s", err.text);
	/* Nobody is left who could hold the lock. */
	append_one(h, 0, true);
	assert_int_equal(count_found(h), acked + 1);
	r = fiche_verify(h->path, &opt, &report, &err);
	if (r != 0)
		fail_msg("verifying: %s", err.text);
	print_message("%u processes killed; %llu commits acknowledged, %llu "
	              "made; %u looks; %llu bytes of interrupted appends\n",
	              kills, (unsigned long long)acked + 1,
	              (unsigned long long)report.generations, h->shared->looks,
	              (unsigned long long)report.void_bytes);
	assert_true(kills > 5 && acked > 5 && h->shared->looks > 5);
}

static unsigned number_from_environment(const char *name, unsigned otherwise)
{
	const char *text = getenv(name);

	return text ? (unsigned)strtoul(text, NULL, 10) : otherwise;
}

static void writers_and_readers_that_are_killed_lose_nothing(void **state)
{
	struct hammer *h = *state;
	time_t end =
		time(NULL) + (time_t)number_from_environment("SECONDS", 10);
	pid_t pids[WRITERS + READERS];
	unsigned kills = 0;

	h->random = number_from_environment("SEED", 1);
	print_message("SEED=%llu\n", (unsigned long long)h->random);
	fill(h);
	for (unsigned i = 0; i < WRITERS + READERS; i++)
		pids[i] = start(h, i);
	while (time(NULL) < end) {
		const struct timespec wait = {
			.tv_nsec =
				(long)(articles_random(&h->random) % 40000000)
		};
		unsigned who = (unsigned)(articles_random(&h->random) %
		                          (WRITERS + READERS));

		(void)nanosleep(&wait, NULL);
		kill_one(h, pids[who]);
		pids[who] = start(h, who);
		kills++;
	}
	for (unsigned i = 0; i < WRITERS + READERS; i++)
		kill_one(h, pids[i]);
	check_end(h, kills);
}

static int set_up(void **state)
{
	struct hammer *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->shared = mmap(NULL, sizeof(*h->shared), PROT_READ | PROT_WRITE,
	                 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(h->shared != MAP_FAILED);
	/* Where a sync costs nothing, more happens. */
	(void)snprintf(h->folder, sizeof(h->folder), "%s/fiche-XXXXXX",
	               access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
	assert_non_null(mkdtemp(h->folder));
	(void)snprintf(h->path, sizeof(h->path), "%s/a.fiche", h->folder);
	*state = h;
	return 0;
}

static int tear_down(void **state)
{
	struct hammer *h = *state;

	(void)unlink(h->path);
	(void)rmdir(h->folder);
	(void)munmap(h->shared, sizeof(*h->shared));
	free(h);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			writers_and_readers_that_are_killed_lose_nothing,
			set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
