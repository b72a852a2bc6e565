/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_doubt.c - a compressor whose output is wrong by a bit, as one in a
 * memory that loses bits may be.
 *
 * The linker puts what is below between libfiche and libzstd.  Either no commit
 * is made, or the archive verifies and has what went in: libfiche decodes each
 * frame again before it counts.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "support/articles.h"
#include "support/damage.h"

static const uint8_t dictionary_magic[] = { 0x37, 0xa4, 0x30, 0xec };

/* The call that is wrong. */
static struct {
	long countdown; /* 0: this one; below: none */
	bool only_dictionaries;
	uint64_t seed;
	long calls;
	bool done;
} fault;

static size_t doubt(void *out, size_t size, const void *from, size_t len)
{
	uint8_t *bytes = out;
	uint64_t bit;

	if (fault.only_dictionaries &&
	    (len < 4 || memcmp(from, dictionary_magic, 4) != 0))
		return size;
	fault.calls++;
	if (ZSTD_isError(size) || fault.countdown-- != 0)
		return size;
	bit = articles_random(&fault.seed) % (size * 8);
	bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	fault.done = true;
	return size;
}

size_t __real_ZSTD_compress2(ZSTD_CCtx *, void *, size_t, const void *, size_t);
size_t __wrap_ZSTD_compress2(ZSTD_CCtx *ctx, void *out, size_t room,
                             const void *from, size_t len);
size_t __real_ZSTD_compressCCtx(ZSTD_CCtx *, void *, size_t, const void *,
                                size_t, int);
size_t __wrap_ZSTD_compressCCtx(ZSTD_CCtx *ctx, void *out, size_t room,
                                const void *from, size_t len, int level);

size_t __wrap_ZSTD_compress2(ZSTD_CCtx *ctx, void *out, size_t room,
                             const void *from, size_t len)
{
	return doubt(out, __real_ZSTD_compress2(ctx, out, room, from, len),
	             from, len);
}

size_t __wrap_ZSTD_compressCCtx(ZSTD_CCtx *ctx, void *out, size_t room,
                                const void *from, size_t len, int level)
{
	return doubt(out,
	             __real_ZSTD_compressCCtx(ctx, out, room, from, len, level),
	             from, len);
}

struct outcome {
	uint64_t caught, harmless;
};

/* Make an archive with the n-th call wrong.  False if there is no such call. */
static bool trial(const struct case_plan *plan, bool dictionaries, long n,
                  uint64_t seed, struct outcome *seen)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct io_memory *m = io_memory_new();
	int r;

	assert_non_null(m);
	memset(&fault, 0, sizeof(fault));
	fault.countdown = n;
	fault.only_dictionaries = dictionaries;
	fault.seed = seed;
	r = case_append(m, plan, &err);
	fault.countdown = -1;
	if (r < 0) {
		assert_true(fault.done);
		assert_int_equal(r, FICHE_ERR_CORRUPT);
		seen->caught++;
		/* Nothing was committed. */
		(void)case_verify(m, true, &report, &err);
		assert_int_equal(report.generations, 0);
	} else {
		r = case_verify(m, false, &report, &err);
		if (r < 0)
			fail_msg("call %ld, seed %llu: %s", n,
			         (unsigned long long)seed, err.text);
		assert_int_equal(report.findings, 0);
		seen->harmless += fault.done;
	}
	io_memory_free(m);
	return fault.done;
}

static void say(const struct outcome *seen)
{
	print_message("%llu bits caught, %llu in what was thrown away or means "
	              "nothing\n",
	              (unsigned long long)seen->caught,
	              (unsigned long long)seen->harmless);
}

static void a_frame_that_is_wrong_is_never_committed(void **state)
{
	static const struct case_plan plan = { .seed = 8,
		                               .commits = 1,
		                               .lines = 20,
		                               .files = 1,
		                               .text_len = 300 };
	uint64_t seeds = damage_is_long() ? 3000 : 150;
	struct outcome seen = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		for (long n = 0; trial(&plan, false, n, seed, &seen); n++)
			continue;
	assert_true(seen.caught > 0);
	say(&seen);
}

static void nor_is_a_dictionary(void **state)
{
	static const struct case_plan plan = {
		.seed = 9, .commits = 1, .lines = 30, .text_len = 90000
	};
	uint64_t seeds = damage_is_long() ? 100 : 4;
	struct outcome seen = { 0 };

	(void)state;
	for (uint64_t seed = 1; seed <= seeds; seed++)
		for (long n = 0; trial(&plan, true, n, seed, &seen); n++)
			continue;
	assert_true(seen.caught > 0);
	say(&seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_that_is_wrong_is_never_committed),
		cmocka_unit_test(nor_is_a_dictionary),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
