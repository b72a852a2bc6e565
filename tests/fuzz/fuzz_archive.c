/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_archive.c - any bytes as a whole archive: verified, opened, selected
 * from, read, recovered, what is lost of it named, added to.
 *
 * They are tried as they are, and once more with all checksums made right. What
 * verifies can be read to the last record; whatever could be opened is as good
 * a ground to append to as before.
 */

#include <stdlib.h>
#include <string.h>

#include "archive/lost.h"
#include "archive/reader.h"
#include "fuzz/fuzz.h"
#include "support/archive_case.h"
#include "support/reseal.h"

#define INPUT_MAX ((size_t)1 << 18)

static const struct case_plan plans[] = {
	{ .seed = 1, .commits = 1, .lines = 3, .text_len = 60 },
	{ .seed = 2, .commits = 3, .lines = 9, .files = 1, .text_len = 100 },
	{ .seed = 3, .commits = 2, .lines = 20, .text_len = 40, .plain = true },
	{ .seed = 4, .commits = 9, .lines = 2, .text_len = 80 },
};

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void read_it(struct io_memory *m, bool recover, bool intact)
{
	struct fiche_error err = { 0 };
	struct case_reading seen;
	struct fiche_reader *r;
	int status = case_open(&r, m, recover, &err);

	if (status < 0) {
		require(err.code == status && err.text[0] && !intact);
		return;
	}
	status = case_read(&seen, r, NULL, 0, true, &err);
	require(status == 0 || (err.code == status && err.text[0]));
	if (intact)
		require(status == 0 && seen.failed == 0);
	fiche_reader_close(r);
}

/* In order, and none twice. */
static void on_lost(void *ctx, const struct fiche_lost *f)
{
	uint64_t *end = ctx;

	require(f->count >= 1 && f->number >= *end);
	*end = f->number + f->count;
}

static void look_for_lost(struct io_memory *m, bool intact)
{
	uint64_t end = 0;
	struct fiche_lost_options opt = { .on_lost = on_lost, .ctx = &end };
	struct fiche_error err = { 0 };
	int r = find_lost_io(io_memory_io(m), CASE_PATH, &opt, &err);

	require(r == 0 || (err.code == r && err.text[0]));
	require(!intact || (r == 0 && end == 0));
}

static void try_all(const uint8_t *data, size_t size)
{
	struct io_memory *m = io_memory_new();
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;
	bool intact;
	int r;

	require(m && case_put(m, data, size) == 0);
	intact = case_verify(m, false, &report, &err) == 0;
	read_it(m, false, intact);
	read_it(m, true, intact);
	look_for_lost(m, intact);
	/* Adding to it never changes what is there. */
	r = case_append(m, &plans[0], &err);
	require(!intact || r == 0 || r == FICHE_ERR_UNSUPPORTED);
	require(io_memory_get(m, CASE_PATH, &bytes, &len));
	require(len >= size && (size == 0 || memcmp(bytes, data, size) == 0));
	if (intact && r == 0)
		require(case_verify(m, false, &report, &err) == 0);
	io_memory_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	if (size > INPUT_MAX)
		return 0;
	try_all(data, size);
	copy = malloc(size ? size : 1);
	require(copy != NULL);
	if (size)
		memcpy(copy, data, size);
	reseal(copy, size);
	try_all(copy, size);
	free(copy);
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
