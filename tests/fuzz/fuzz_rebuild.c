/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_rebuild.c - any bytes as an archive whose articles are copied, as they
 * are and compressed anew, into one that has some of them.
 *
 * They are tried as they are, and once more with all checksums made right.
 * Whatever could be read makes an archive that verifies; what verifies goes
 * over without a loss, and does not differ from itself.
 */

#include <stdlib.h>
#include <string.h>

#include "archive/reader.h"
#include "archive/writer.h"
#include "fiche/rebuild.h"
#include "fuzz/fuzz.h"
#include "support/archive_case.h"
#include "support/reseal.h"

#define INPUT_MAX ((size_t)1 << 18)

static const struct case_plan plans[] = {
	{ .seed = 2, .commits = 2, .lines = 6, .files = 2, .text_len = 100 },
	{ .seed = 3, .commits = 2, .lines = 8, .text_len = 40, .plain = true },
};

/* What is there before. */
static const struct case_plan there = {
	.seed = 2, .commits = 1, .lines = 3, .text_len = 100
};

static void require(bool ok)
{
	if (!ok)
		abort();
}

static bool some(void *ctx, uint64_t number)
{
	(void)ctx;
	return number % 3 != 1;
}

static void copy(struct fiche_reader *r, bool dense, bool all, bool intact)
{
	const struct fiche_copy_options opt = { .recompress = dense,
		                                .take = all ? NULL : some };
	struct io_memory *m = io_memory_new();
	struct fiche_verify_report report;
	struct fiche_copy_stats stats;
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	require(m && case_append(m, &there, &err) == 0);
	require(case_writer(&w, m, FICHE_APPEND, &there, &err) == 0);
	require(fiche_copy(w, r, &opt, &stats, &err) == 0);
	require(!intact || stats.lost == 0);
	require(fiche_writer_commit(w, &err) == 0);
	fiche_writer_close(w);
	require(case_verify(m, false, &report, &err) == 0);
	io_memory_free(m);
}

static void try_reader(struct io_memory *m, bool recover, unsigned mode,
                       bool intact)
{
	struct fiche_error err = { 0 };
	struct fiche_diff_stats n;
	struct fiche_reader *r;
	int status = case_open(&r, m, recover, &err);

	if (status < 0) {
		require(!intact);
		return;
	}
	copy(r, mode & 1, mode & 2, intact);
	status = fiche_diff(r, r, NULL, NULL, &n, &err);
	require(status == 0 || (err.code == status && !intact));
	require(!intact || n.only[0] + n.only[1] + n.changed == 0);
	fiche_reader_close(r);
}

static void try_all(const uint8_t *data, size_t size, unsigned mode)
{
	struct io_memory *m = io_memory_new();
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	bool intact;

	require(m && case_put(m, data, size) == 0);
	intact = case_verify(m, false, &report, &err) == 0;
	try_reader(m, mode & 4, mode, intact);
	io_memory_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned mode = 0; /* any, but the same each time */
	uint8_t *copy_of;

	if (size > INPUT_MAX)
		return 0;
	for (size_t i = 0; i < size; i++)
		mode += data[i];
	try_all(data, size, mode);
	case_keep_memory();
	copy_of = malloc(size ? size : 1);
	require(copy_of != NULL);
	if (size)
		memcpy(copy_of, data, size);
	reseal(copy_of, size);
	try_all(copy_of, size, mode + 1);
	free(copy_of);
	return 0;
}

bool fuzz_seed(size_t i, struct buf *out)
{
	struct archive_case c;

	if (i >= sizeof(plans) / sizeof(plans[0]))
		return false;
	require(archive_case_make(&c, &plans[i], NULL) == 0);
	buf_put(out, c.bytes.ptr, c.bytes.len);
	archive_case_done(&c);
	return true;
}
