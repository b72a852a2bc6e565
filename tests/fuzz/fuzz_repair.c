/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_repair.c - any bytes as a damaged copy that is to be repaired: alone,
 * and together with a good one.
 *
 * They are tried as they are, and once more with all checksums made right.
 * What verifies comes out as it is; what a repair calls whole verifies; a good
 * copy that comes first is never made worse by what another one says; and no
 * copy is written to.
 */

#include <stdlib.h>
#include <string.h>

#include "archive/repair.h"
#include "fuzz/fuzz.h"
#include "parity/mend.h"
#include "parity/protect.h"
#include "support/archive_case.h"
#include "support/reseal.h"

#define INPUT_MAX ((size_t)1 << 18)
#define GOOD      "good.fiche"
#define OUT       "repaired.fiche"

static const struct case_plan plan = {
	.seed = 5, .lines = 6, .files = 1, .text_len = 100
};

/* The seeds: without parity, with it, and with a commit behind that. */
enum { PLAIN, PROTECTED, BEHIND, SEEDS };

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void make_seed(size_t i, struct buf *out)
{
	const struct fiche_protect_options opt = { .profile = FICHE_PARITY_STD,
		                                   .has_time = true };
	struct io_memory *m = io_memory_new();
	const uint8_t *bytes;
	size_t len;

	require(m && case_append(m, &plan, NULL) == 0);
	require(case_append(m, &plan, NULL) == 0);
	if (i != PLAIN)
		require(protect_io(io_memory_io(m), CASE_PATH, &opt, NULL,
		                   NULL) == 0);
	if (i == BEHIND)
		require(case_append(m, &plan, NULL) == 0);
	require(io_memory_get(m, CASE_PATH, &bytes, &len));
	buf_put(out, bytes, len);
	require(buf_ok(out));
	io_memory_free(m);
}

static bool is(struct io_memory *m, const char *path, const void *bytes,
               size_t len, bool exactly)
{
	const uint8_t *have;
	size_t n;

	return io_memory_get(m, path, &have, &n) && n >= len &&
	       (!exactly || n == len) &&
	       (len == 0 || memcmp(have, bytes, len) == 0);
}

static bool is_whole(struct io_memory *m)
{
	const uint8_t *bytes;
	struct io_memory *n = io_memory_new();
	struct fiche_verify_report report;
	size_t len;
	bool whole;

	require(n && io_memory_get(m, OUT, &bytes, &len));
	require(case_put(n, bytes, len) == 0);
	whole = case_verify(n, false, &report, NULL) == 0;
	io_memory_free(n);
	return whole;
}

static int mend(struct io_memory *m, const char *first, const char *second)
{
	const struct fiche_mend_options opt = { .threads = 1 };
	const char *const paths[] = { first, second };
	struct fiche_error err = { 0 };
	int r;

	io_memory_remove(m, OUT);
	r = mend_io(io_memory_io(m), paths, second ? 2 : 1, OUT, &opt, NULL,
	            &err);
	require(r == 0 || (r == err.code && err.text[0]));
	require(r != 0 || is_whole(m));
	return r;
}

static void good_copy_first(struct io_memory *m, const struct buf *good)
{
	static const char *const paths[] = { GOOD, CASE_PATH };
	int r;

	io_memory_remove(m, OUT);
	r = repair_io(io_memory_io(m), paths, 2, OUT, NULL, NULL, NULL);
	require(r == FICHE_ERR_ARG || is(m, OUT, good->ptr, good->len, false));
}

static void try_all(const uint8_t *data, size_t size, const struct buf *good)
{
	struct io_memory *m = io_memory_new();
	struct fiche_verify_report report;
	bool intact;

	require(m && case_put(m, data, size) == 0);
	require(io_memory_put(m, GOOD, good->ptr, good->len) == 0);
	intact = case_verify(m, false, &report, NULL) == 0;
	if (mend(m, CASE_PATH, NULL) == 0)
		require(!intact || is(m, OUT, data, size, true));
	else
		require(!intact);
	(void)mend(m, CASE_PATH, GOOD);
	good_copy_first(m, good);
	require(is(m, CASE_PATH, data, size, true));
	require(is(m, GOOD, good->ptr, good->len, true));
	io_memory_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf good[SEEDS];
	const struct buf *g = &good[size % SEEDS]; /* any */
	uint8_t *copy_of;

	if (size > INPUT_MAX)
		return 0;
	for (size_t i = 0; i < SEEDS && good[SEEDS - 1].len == 0; i++)
		make_seed(i, &good[i]);
	try_all(data, size, g);
	case_keep_memory();
	copy_of = malloc(size ? size : 1);
	require(copy_of != NULL);
	if (size)
		memcpy(copy_of, data, size);
	reseal(copy_of, size);
	try_all(copy_of, size, g);
	free(copy_of);
	return 0;
}

bool fuzz_seed(size_t i, struct buf *out)
{
	if (i >= SEEDS)
		return false;
	make_seed(i, out);
	return true;
}
