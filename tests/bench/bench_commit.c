/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_commit.c - how long a small commit takes until it is durable.
 *
 *   bench_commit [DIR [COMMITS]]    in /tmp and 1000 if not given
 *
 * One article of 2 KB a commit: by a writer that stays open, and by one that is
 * opened for each.  What the medium takes by itself, 4 KiB at the end of a
 * plain file and a sync, is told beside it: most of a commit is that.  Prints
 * one JSON object a line, times in milliseconds; those of the processor do not
 * tell of the medium, nor of what else the machine does.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fiche/fiche.h"

#define COMMITS_MAX 100000

static double took[COMMITS_MAX], worked[COMMITS_MAX];

static double now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void begin(size_t i)
{
	took[i] = -now_ms(CLOCK_MONOTONIC);
	worked[i] = -now_ms(CLOCK_PROCESS_CPUTIME_ID);
}

static void end(size_t i)
{
	took[i] += now_ms(CLOCK_MONOTONIC);
	worked[i] += now_ms(CLOCK_PROCESS_CPUTIME_ID);
}

static int by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void say(const char *what, size_t count)
{
	qsort(took, count, sizeof(took[0]), by_time);
	qsort(worked, count, sizeof(worked[0]), by_time);
	printf("{\"what\":\"%s\",\"commits\":%zu,\"p50_ms\":%.3f,"
	       "\"p99_ms\":%.3f,\"max_ms\":%.3f,\"cpu_p50_ms\":%.3f,"
	       "\"cpu_p99_ms\":%.3f,\"cpu_max_ms\":%.3f}\n",
	       what, count, took[count / 2], took[count * 99 / 100],
	       took[count - 1], worked[count / 2], worked[count * 99 / 100],
	       worked[count - 1]);
}

static int failed(const char *what, const struct fiche_error *err)
{
	fprintf(stderr, "bench_commit: %s: %s\n", what, err->text);
	return 1;
}

static size_t make_line(char out[4096], size_t number)
{
	unsigned long long x = number * 2 + 1;
	int n = snprintf(out, 4096,
	                 "{\"id\":\"%zu\",\"title\":\"Article %zu\","
	                 "\"source\":\"news.example\",\"text\":\"",
	                 number, number);

	while (n < 2048) {
		x = x * 6364136223846793005 + 1442695040888963407;
		n += snprintf(out + n, 4096 - (size_t)n, "%llx ", x >> 48);
	}
	return (size_t)(n + snprintf(out + n, 4096 - (size_t)n, "\"}"));
}

static int commit(struct fiche_writer *w, size_t number,
                  struct fiche_error *err)
{
	char line[4096];
	size_t len = make_line(line, number);
	int r = fiche_writer_add_json(w, line, len, NULL, err);

	return r < 0 ? r : fiche_writer_commit(w, err);
}

static int bench_plain(const char *path, size_t count)
{
	static const char page[4096] = "a page";
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	int r = fd < 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		begin(i);
		r = pwrite(fd, page, sizeof(page), (off_t)(i * 4096)) != 4096 ||
		    fdatasync(fd) != 0;
		end(i);
	}
	if (fd >= 0)
		(void)close(fd);
	(void)unlink(path);
	if (r)
		perror(path);
	else
		say("plain file", count);
	return r;
}

static int bench_open_writer(const char *path, size_t count)
{
	struct fiche_writer_options opt = { .mode = FICHE_CREATE,
		                            .threads = 1 };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	int r = fiche_writer_open(&w, path, &opt, &err);

	for (size_t i = 0; r == 0 && i < count; i++) {
		begin(i);
		r = commit(w, i, &err);
		end(i);
	}
	fiche_writer_close(w);
	if (r < 0)
		return failed(path, &err);
	say("commit", count);
	return 0;
}

static int bench_opening(const char *path, size_t first, size_t count)
{
	struct fiche_writer_options opt = { .mode = FICHE_APPEND,
		                            .threads = 1 };
	struct fiche_error err = { 0 };
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct fiche_writer *w;

		begin(i);
		r = fiche_writer_open(&w, path, &opt, &err);
		if (r == 0)
			r = commit(w, first + i, &err);
		fiche_writer_close(w);
		end(i);
	}
	if (r < 0)
		return failed(path, &err);
	say("open, commit, close", count);
	return 0;
}

int main(int argc, char **argv)
{
	const char *dir = argc > 1 ? argv[1] : "/tmp";
	size_t count = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	char path[4096];
	int r;

	if (argc > 3 || count < 1 || count > COMMITS_MAX) {
		fprintf(stderr, "usage: bench_commit [DIR [COMMITS]]\n");
		return 2;
	}
	(void)snprintf(path, sizeof(path), "%s/bench-%ld.fiche", dir,
	               (long)getpid());
	r = bench_plain(path, count);
	if (r == 0)
		r = bench_open_writer(path, count);
	if (r == 0)
		r = bench_opening(path, count, count);
	(void)unlink(path);
	return r;
}
