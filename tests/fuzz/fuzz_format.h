/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_format.h - any bytes as one format of the importer.
 *
 * Each card must be a JSON object, each text UTF-8; what is counted must have
 * been given.
 */
#ifndef FUZZ_FUZZ_FORMAT_H
#define FUZZ_FUZZ_FORMAT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "article/json.h"
#include "base/utf8.h"
#include "fiche/ingest.h"
#include "fuzz/fuzz.h"
#include "support/fake_writer.h"

static void check(bool ok)
{
	if (!ok)
		abort();
}

static void check_record(const struct fake_record *r)
{
	struct json_scanner s;
	struct json_item item;

	if (r->text != NULL)
		check(utf8_is_valid(r->text, strlen(r->text)));
	if (r->card == NULL)
		return;
	json_init(&s, r->card, strlen(r->card));
	check(json_next(&s, &item) == JSON_OBJECT);
	check(json_skip(&s) != JSON_BAD);
	check(json_next(&s, &item) == JSON_END);
}

/* /dev/fd names what is open, so nothing needs a name in a folder. */
static void fuzz_format(const char *format, const uint8_t *data, size_t size)
{
	struct fiche_writer w = { 0 };
	struct fiche_ingest_options opt = { .record_max = 1000,
		                            .format = format };
	struct fiche_ingest_stats stats = { 0 };
	struct fiche_ingest *in;
	FILE *f = tmpfile();
	char path[40];

	check(f != NULL);
	check(fwrite(data, 1, size, f) == size);
	check(fflush(f) == 0);
	(void)snprintf(path, sizeof(path), "/dev/fd/%d", fileno(f));
	check(fiche_ingest_new(&in, &w, &opt, NULL) == 0);
	check(fiche_ingest_path(in, path, &stats, NULL) == 0);
	check(stats.records == w.count);
	for (size_t i = 0; i < w.count; i++)
		check_record(&w.records[i]);
	fiche_ingest_free(in);
	fake_writer_reset(&w);
	check(fclose(f) == 0);
}

struct fuzz_bytes {
	const char *bytes;
	size_t len;
};

#define FUZZ_SEED(text)                                                        \
	{                                                                      \
		text, sizeof(text) - 1                                         \
	}
#define FUZZ_FORMAT(name, ...)                                                 \
	int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)           \
	{                                                                      \
		fuzz_format(name, data, size);                                 \
		return 0;                                                      \
	}                                                                      \
	bool fuzz_seed(size_t i, struct buf *out)                              \
	{                                                                      \
		static const struct fuzz_bytes seeds[] = { __VA_ARGS__ };      \
                                                                               \
		if (i >= sizeof(seeds) / sizeof(*seeds))                       \
			return false;                                          \
		buf_put(out, seeds[i].bytes, seeds[i].len);                    \
		return buf_ok(out);                                            \
	}

#endif
