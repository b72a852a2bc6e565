/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_reader.c - how fast one process opens archives and gets articles.
 *
 *   bench_reader get ARCHIVE GETS      random records, digests checked
 *   bench_reader open ARCHIVE ROUNDS   open and close
 *   bench_reader append DIR COMMITS    a commit of five articles, again and
 *                                      again; then open, as after the first
 *   bench_reader                       all of it on an archive of its own
 *
 * Through the public headers only, as another program would.  Prints one JSON
 * object a line; times are of a monotonic clock, in seconds.
 */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fiche/fiche.h"

#define ROUNDS_MAX    1001
#define ARTICLES_EACH 5

static int failed(const char *what, const struct fiche_error *err)
{
	fprintf(stderr, "bench_reader: %s: %s\n", what, err->text);
	return -1;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* xorshift64*: the same numbers on every machine. */
static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1D;
}

/* A word of two to five syllables; low numbers, which are drawn more often,
 * make the same few words. */
static size_t put_word(char *out, uint64_t *state)
{
	static const char syllables[] =
		"baceditofumareshinolupavekoristegawyun";
	uint64_t rank = draw(state) % 4096 * (draw(state) % 4096) / 4096;
	size_t len = 0;

	do {
		memcpy(out + len, syllables + rank % 37 / 2 * 2, 2);
		len += 2;
		rank /= 7;
	} while (rank > 0);
	out[len++] = ' ';
	return len;
}

/* A record of about 2.5 KB of made-up words. */
static size_t make_article(char out[8192], uint64_t number)
{
	uint64_t state = number * 0x9E3779B97F4A7C15 + 1;
	int len = snprintf(out, 8192,
	                   "{\"id\":\"%" PRIu64 "\","
	                   "\"url\":\"https://news.example/%" PRIu64 "\","
	                   "\"title\":\"Article %" PRIu64 "\","
	                   "\"published\":\"2024-%02u-%02u\","
	                   "\"source\":\"news.example\",\"language\":\"en\","
	                   "\"text\":\"",
	                   number, number, number,
	                   (unsigned)(number / 28 % 12 + 1),
	                   (unsigned)(number % 28 + 1));
	size_t at = (size_t)len;

	for (unsigned i = 0; i < 360; i++)
		at += put_word(out + at, &state);
	memcpy(out + at - 1, "\"}", 2);
	return at + 1;
}

static int add_articles(struct fiche_writer *w, uint64_t first, uint64_t count,
                        struct fiche_error *err)
{
	char record[8192];
	struct fiche_origin origin = { "made up", 0 };
	size_t len;
	int r;

	for (uint64_t i = first; i < first + count; i++) {
		len = make_article(record, i);
		r = fiche_writer_add_json(w, record, len, &origin, err);
		if (r < 0)
			return r;
	}
	return fiche_writer_commit(w, err);
}

/* One commit; the structure it cost, in bytes, is added to *structure. */
static int commit(const char *path, enum fiche_open_mode mode, uint64_t first,
                  uint64_t count, uint64_t *structure)
{
	struct fiche_writer_options opt = { .mode = mode };
	struct fiche_writer_stats stats = { 0 };
	struct fiche_error err;
	struct fiche_writer *w;
	int r = fiche_writer_open(&w, path, &opt, &err);

	if (r < 0)
		return failed(path, &err);
	r = add_articles(w, first, count, &err);
	if (r == 0) {
		fiche_writer_stats(w, &stats);
		*structure += stats.structure_bytes;
	}
	fiche_writer_close(w);
	return r < 0 ? failed(path, &err) : 0;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int bench_open(const char *path, unsigned rounds)
{
	double times[ROUNDS_MAX];
	struct fiche_error err;
	struct fiche_info info = { 0 };
	struct fiche_reader *r;
	double begin;

	if (rounds < 1 || rounds > ROUNDS_MAX)
		rounds = ROUNDS_MAX;
	for (unsigned i = 0; i < rounds; i++) {
		begin = now();
		if (fiche_reader_open(&r, path, NULL, &err) < 0)
			return failed(path, &err);
		if (i == 0)
			fiche_reader_info(r, &info);
		fiche_reader_close(r);
		times[i] = now() - begin;
	}
	qsort(times, rounds, sizeof(*times), ascending);
	printf("{\"name\":\"open\",\"commits\":%" PRIu64 ",\"rounds\":%u,"
	       "\"median\":%.9f,\"min\":%.9f,\"max\":%.9f}\n",
	       info.generation, rounds, times[rounds / 2], times[0],
	       times[rounds - 1]);
	return 0;
}

static int get_all(struct fiche_reader *r, uint64_t records, uint64_t gets)
{
	struct fiche_view *v = fiche_view_new(r);
	struct fiche_error err = { .text = "out of memory" };
	struct fiche_text record;
	uint64_t state = 88172645463325252, bytes = 0;
	double begin = now(), took;
	int ret = 0;

	for (uint64_t i = 0; v && ret == 0 && i < gets; i++) {
		ret = fiche_view_record(v, draw(&state) % records, &record,
		                        &err);
		if (ret == 0)
			bytes += record.len;
	}
	took = now() - begin;
	fiche_view_free(v);
	if (!v || ret < 0)
		return failed("get", &err);
	printf("{\"name\":\"get\",\"gets\":%" PRIu64 ",\"bytes\":%" PRIu64
	       ",\"seconds\":%.6f,\"per_second\":%.0f}\n",
	       gets, bytes, took, (double)gets / took);
	return 0;
}

static int bench_get(const char *path, uint64_t gets)
{
	struct fiche_error err = { .text = "no articles" };
	struct fiche_info info = { 0 };
	struct fiche_reader *r;
	int ret;

	if (fiche_reader_open(&r, path, NULL, &err) < 0)
		return failed(path, &err);
	fiche_reader_info(r, &info);
	ret = info.records > 0 ? get_all(r, info.records, gets)
	                       : failed(path, &err);
	fiche_reader_close(r);
	return ret;
}

static int bench_append(const char *dir, uint64_t commits)
{
	char path[4096];
	uint64_t first = 0, rest = 0;
	double begin;
	int r;

	snprintf(path, sizeof(path), "%s/appends.fiche", dir);
	r = commit(path, FICHE_CREATE, 0, ARTICLES_EACH, &first);
	if (r == 0)
		r = bench_open(path, ROUNDS_MAX);
	begin = now();
	for (uint64_t i = 1; r == 0 && i < commits; i++)
		r = commit(path, FICHE_APPEND, i * ARTICLES_EACH, ARTICLES_EACH,
		           &rest);
	if (r == 0)
		printf("{\"name\":\"append\",\"commits\":%" PRIu64
		       ",\"articles_each\":%d,\"structure_each\":%.0f,"
		       "\"seconds_each\":%.6f}\n",
		       commits, ARTICLES_EACH,
		       commits > 1 ? (double)rest / (double)(commits - 1)
		                   : (double)first,
		       commits > 1 ? (now() - begin) / (double)(commits - 1)
		                   : 0);
	if (r == 0)
		r = bench_open(path, ROUNDS_MAX);
	unlink(path);
	return r;
}

static int bench_all(void)
{
	char dir[4000], path[4096];
	const char *tmp = getenv("TMPDIR");
	uint64_t structure = 0;
	int r;

	snprintf(dir, sizeof(dir), "%s/fiche-bench.XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir)) {
		perror(dir);
		return -1;
	}
	snprintf(path, sizeof(path), "%s/get.fiche", dir);
	r = commit(path, FICHE_CREATE, 0, 10000, &structure);
	if (r == 0)
		r = bench_get(path, 20000);
	unlink(path);
	if (r == 0)
		r = bench_append(dir, 200);
	rmdir(dir);
	return r;
}

static int usage(void)
{
	fputs("usage: bench_reader [get ARCHIVE GETS | open ARCHIVE ROUNDS | "
	      "append DIR COMMITS]\n",
	      stderr);
	return 2;
}

int main(int argc, char **argv)
{
	uint64_t count;
	int r;

	if (argc == 1)
		return bench_all() < 0 ? 1 : 0;
	if (argc != 4)
		return usage();
	count = strtoull(argv[3], NULL, 10);
	if (strcmp(argv[1], "get") == 0)
		r = bench_get(argv[2], count);
	else if (strcmp(argv[1], "open") == 0)
		r = bench_open(argv[2], (unsigned)count);
	else if (strcmp(argv[1], "append") == 0)
		r = bench_append(argv[2], count);
	else
		return usage();
	return r < 0 ? 1 : 0;
}
