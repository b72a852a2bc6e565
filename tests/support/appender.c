/* SPDX-License-Identifier: Apache-2.0 */
/*
 * appender.c - a program for the scripts that pull the rug from under one: it
 * appends articles to an archive, each with a commit of its own, and says the
 * generation as soon as it is acknowledged.
 *
 * Usage: appender ARCHIVE COUNT
 *
 * The text of an article follows from its number, which is the generation less
 * one.  Exit code 0: all are in; 1: a call failed, and the message says which
 * and why.  Where the last power cut has left a commit that can only be given
 * up, it is, and the first line says so: "given up".
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "fiche/fiche.h"

static int fail(const char *what, const struct fiche_error *err)
{
	(void)fprintf(stderr, "%s: %s, %s\n", what,
	              fiche_status_name(err->code), err->text);
	return 1;
}

static int open_any(struct fiche_writer **w, const char *path,
                    struct fiche_error *err)
{
	struct fiche_writer_options opt = { .mode = FICHE_APPEND,
		                            .level = 1,
		                            .threads = 1 };
	int r = fiche_writer_open(w, path, &opt, err);

	if (r == FICHE_ERR_IO && err->sys_errno == ENOENT) {
		opt.mode = FICHE_CREATE;
		r = fiche_writer_open(w, path, &opt, err);
	} else if (r == FICHE_ERR_CORRUPT) {
		opt.give_up_commit = true;
		r = fiche_writer_open(w, path, &opt, err);
		if (r == 0)
			(void)printf("given up\n");
	}
	return r;
}

/* From a few bytes to some pages, hardly to be compressed. */
static size_t make_line(char *out, size_t cap, uint64_t number)
{
	uint64_t x = number * 2 + 1;
	size_t n = (size_t)snprintf(
		out, cap, "{\"id\":\"m%" PRIu64 "\",\"text\":\"", number);

	for (uint64_t i = 0; i < 1 + number % 5 * 150; i++) {
		x = x * UINT64_C(6364136223846793005) + 1442695040888963407;
		n += (size_t)snprintf(out + n, cap - n, "%" PRIx64 " ", x >> 8);
	}
	return n + (size_t)snprintf(out + n, cap - n, "\"}");
}

int main(int argc, char **argv)
{
	static char line[16384];
	struct fiche_writer_stats stats;
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	unsigned long count;
	int r;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: appender ARCHIVE COUNT\n");
		return 2;
	}
	count = strtoul(argv[2], NULL, 10);
	if (open_any(&w, argv[1], &err) != 0)
		return fail("opening", &err);
	for (unsigned long i = 0; i < count; i++) {
		fiche_writer_stats(w, &stats);
		r = fiche_writer_add_json(
			w, line,
			make_line(line, sizeof(line), stats.generation), NULL,
			&err);
		if (r == 0)
			r = fiche_writer_commit(w, &err);
		if (r < 0) {
			fiche_writer_close(w);
			return fail("committing", &err);
		}
		fiche_writer_stats(w, &stats);
		(void)printf("%" PRIu64 "\n", stats.generation);
		(void)fflush(stdout);
	}
	fiche_writer_close(w);
	return 0;
}
