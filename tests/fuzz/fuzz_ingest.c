/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_ingest.c - any bytes as an input: sniffed, decompressed, classified, cut
 * into lines or given a card.
 *
 * The bytes go through a pipe if they fit into one, else through a file, so
 * both ways of reading are walked.  Every card must be one JSON object.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "article/json.h"
#include "fiche/ingest.h"
#include "fuzz/fuzz.h"
#include "support/fake_writer.h"

#define PIPE_SIZE 4096 /* what every pipe holds without a reader */

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_card(const struct fake_record *r)
{
	struct json_scanner s;
	struct json_item item;

	if (r->card == NULL)
		return;
	json_init(&s, r->card, strlen(r->card));
	check(json_next(&s, &item) == JSON_OBJECT);
	check(json_skip(&s) != JSON_BAD);
	check(json_next(&s, &item) == JSON_END);
}

/* /dev/fd names what is open, so nothing needs a name in a folder. */
static void run(int fd)
{
	struct fiche_writer w = { 0 };
	struct fiche_ingest_options opt = { .record_max = 100000 };
	struct fiche_ingest_stats stats = { 0 };
	struct fiche_ingest *in;
	char path[40];
	size_t i;

	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	check(fiche_ingest_new(&in, &w, &opt, NULL) == 0);
	check(fiche_ingest_path(in, path, &stats, NULL) == 0);
	check(stats.inputs == 1 && stats.records == w.count);
	for (i = 0; i < w.count; i++)
		check_card(&w.records[i]);
	check(fiche_writer_commit(&w, NULL) == 0);
	fiche_ingest_free(in);
	fake_writer_reset(&w);
}

static void through_pipe(const uint8_t *data, size_t size)
{
	int ends[2];

	check(pipe(ends) == 0);
	check(write(ends[1], data, size) == (ssize_t)size);
	check(close(ends[1]) == 0);
	run(ends[0]);
	check(close(ends[0]) == 0);
}

static void through_file(const uint8_t *data, size_t size)
{
	FILE *f = tmpfile();

	check(f != NULL);
	check(fwrite(data, 1, size, f) == size);
	check(fflush(f) == 0);
	run(fileno(f));
	check(fclose(f) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size <= PIPE_SIZE)
		through_pipe(data, size);
	else
		through_file(data, size);
	return 0;
}

/* One of each kind; the compressed ones are the smallest that there are. */
bool fuzz_seed(size_t i, struct buf *out)
{
	static const struct {
		const char *bytes;
		size_t len;
	} seeds[] = {
#define SEED(text) { text, sizeof(text) - 1 }
		SEED("{\"a\":1}\n{\"text\":\"x\"}\r\n\n{\"b\":"),
		SEED("\xef\xbb\xbf{\"a\":1}"),
		SEED("<!doctype html><html><head><title>A &amp; B</title>"),
		SEED("Plain text\nof two lines\n"),
		SEED("[{\"a\":1}]"),
		SEED("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"),
		SEED("\x28\xb5\x2f\xfd\x20\x03\x19\0\0{}\n"),
		SEED("BZh9\x17\x72\x45\x38\x50\x90\0\0\0\0"),
		SEED("\xfd\x37zXZ\0\0\x04\xe6\xd6\xb4\x46\0\0\0\0"
		     "\x1c\xdf\x44\x21\x1f\xb6\xf3\x7d\x01\0\0\0\0\x04YZ"),
		SEED("\x04\x22\x4d\x18\x64\x40\xa7\0\0\0\0\x05\x5d\xcc\x02"),
		SEED("a\0b\0c"),
#undef SEED
	};

	if (i >= sizeof(seeds) / sizeof(*seeds))
		return false;
	buf_put(out, seeds[i].bytes, seeds[i].len);
	return buf_ok(out);
}
