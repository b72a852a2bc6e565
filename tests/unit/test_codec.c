/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_codec.c - which zstd frames are taken (spec 3.4), and a frame that is
 * copied under another dictionary id.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "archive/codec.h"
#include "base/alloc.h"
#include "base/buf.h"

#define DESCRIPTOR 4
#define CHECKSUM   0x04
#define RESERVED   0x08
#define SINGLE     0x20

/* Frames of all forms: with and without window, sizes of 1 to 4 bytes. */
struct form {
	size_t len;
	int window_log; /* 0: as libzstd likes */
};

static const struct form forms[] = { { 0, 0 },      { 1, 0 },      { 255, 0 },
	                             { 256, 0 },    { 65791, 0 },  { 65792, 0 },
	                             { 5000, 10 },  { 70000, 10 }, { 1000, 23 },
	                             { 300000, 18 } };

#define FORMS (sizeof(forms) / sizeof(forms[0]))

static struct decoder *decoder;
static uint8_t *text, *out;

#define LEN_MAX 300000

static int enter(void **state)
{
	(void)state;
	decoder = decoder_new();
	text = malloc(LEN_MAX);
	out = malloc(LEN_MAX);
	if (!decoder || !text || !out)
		return -1;
	for (size_t i = 0; i < LEN_MAX; i++)
		text[i] = (uint8_t)(i * i >> 7 | i);
	return 0;
}

static int leave(void **state)
{
	(void)state;
	decoder_free(decoder);
	free(text);
	free(out);
	return 0;
}

static struct buf frame_of(const struct form *f)
{
	ZSTD_CCtx *ctx = ZSTD_createCCtx();
	struct buf b = { 0 };
	size_t n;

	assert_non_null(ctx);
	(void)ZSTD_CCtx_setParameter(ctx, ZSTD_c_checksumFlag, 1);
	(void)ZSTD_CCtx_setParameter(ctx, ZSTD_c_windowLog, f->window_log);
	assert_true(buf_reserve(&b, ZSTD_compressBound(f->len)));
	n = ZSTD_compress2(ctx, b.ptr, b.cap, text, f->len);
	assert_false(ZSTD_isError(n));
	b.len = n;
	ZSTD_freeCCtx(ctx);
	return b;
}

static int take(const struct buf *frame, uint32_t dict_id, size_t len,
                size_t want, struct fiche_error *err)
{
	return decode_prefix(decoder, frame->ptr, frame->len, NULL, dict_id,
	                     out, len, want, 77, "cards", err);
}

static void frames_of_all_forms_are_taken(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORMS; i++) {
		struct buf b = frame_of(&forms[i]);
		struct fiche_error err = { 0 };
		size_t len = forms[i].len;

		for (size_t want = len;; want /= 2) {
			memset(out, 0, len);
			if (take(&b, 0, len, want, &err) != 0)
				fail_msg("%zu bytes: %s", len, err.text);
			assert_memory_equal(out, text, want);
			if (want == 0)
				break;
		}
		buf_done(&b);
	}
}

static void a_frame_that_was_cut_is_refused_everywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < FORMS; i++) {
		struct buf b = frame_of(&forms[i]);
		size_t len = forms[i].len;
		struct fiche_error err = { 0 };

		while (b.len > 0) {
			b.len -= b.len > 100 ? b.len / 20 : 1;
			assert_int_equal(take(&b, 0, len, len, &err),
			                 FICHE_ERR_CORRUPT);
			assert_int_equal(err.offset, 77);
			assert_int_equal(take(&b, 0, len, len / 2, &err),
			                 FICHE_ERR_CORRUPT);
		}
		buf_done(&b);
	}
}

struct bad {
	const char *rule;
	size_t at;
	uint8_t with; /* changed by exclusive or */
	const char *says;
};

/* Of a frame in one segment with a size of one byte: magic, descriptor, size.
 */
static const struct bad bad_frames[] = {
	{ "the magic", 0, 1, "is no zstd frame" },
	{ "the reserved bit", DESCRIPTOR, RESERVED, "is no zstd frame" },
	{ "a checksum", DESCRIPTOR, CHECKSUM, "carries no checksum" },
	{ "a content size", DESCRIPTOR, SINGLE, "another content size" },
	{ "the size that the block says", 5, 1, "another content size" },
	{ "no dictionary", DESCRIPTOR, 3, "another content size" },
	{ "the bytes that the checksum is of", 12, 1, "does not decode" },
};

static void a_frame_is_refused_for_the_rule_it_breaks(void **state)
{
	const struct form f = { 200, 0 };
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad_frames) / sizeof(bad_frames[0]);
	     i++) {
		struct buf b = frame_of(&f);

		assert_int_equal(take(&b, 0, 200, 200, &err), 0);
		b.ptr[bad_frames[i].at] ^= bad_frames[i].with;
		assert_int_equal(take(&b, 0, 200, 200, &err),
		                 FICHE_ERR_CORRUPT);
		if (!strstr(err.text, bad_frames[i].says))
			fail_msg("%s: %s", bad_frames[i].rule, err.text);
		buf_done(&b);
	}
}

/* A frame of nothing, by hand: its window is what its header says. */
static void a_window_above_8_mib_is_refused(void **state)
{
	uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x80 | CHECKSUM,
		            0,    0,    0,    0,    0,
		            1,    0,    0,    0x99, 0xe9,
		            0xd8, 0x51 };
	struct buf b = { .ptr = frame, .len = sizeof(frame) };
	struct fiche_error err = { 0 };

	(void)state;
	for (unsigned w = 0; w < 256; w++) {
		uint64_t window =
			((uint64_t)1 << (10 + w / 8)) / 8 * (8 + w % 8);
		int r;

		frame[5] = (uint8_t)w;
		r = take(&b, 0, 0, 0, &err);
		if (window <= (uint64_t)8 << 20)
			assert_int_equal(r, 0);
		else
			assert_non_null(strstr(err.text, "above 8 MiB"));
	}
}

static void a_copied_frame_names_another_dictionary(void **state)
{
	static const uint32_t ids[] = {
		0, 1, 255, 256, 65535, 65536, 0xffffffff
	};
	const size_t n = sizeof(ids) / sizeof(ids[0]);
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < FORMS * n * n; i++) {
		const struct form *f = &forms[i / n / n];
		uint32_t first = ids[i / n % n], second = ids[i % n];
		struct buf a = frame_of(f), b = { 0 }, c = { 0 }, d = { 0 };

		assert_int_equal(frame_copy(&b, a.ptr, a.len, first, &err), 0);
		assert_int_equal(frame_copy(&c, b.ptr, b.len, second, &err), 0);
		assert_int_equal(ZSTD_getDictID_fromFrame(b.ptr, b.len), first);
		assert_int_equal(ZSTD_getDictID_fromFrame(c.ptr, c.len),
		                 second);
		/* Named is what the block must say. */
		if (first != 0) {
			assert_int_equal(take(&b, 0, f->len, f->len, &err),
			                 FICHE_ERR_CORRUPT);
			assert_non_null(strstr(err.text, "dictionary"));
		}
		assert_int_equal(frame_copy(&d, c.ptr, c.len, 0, &err), 0);
		assert_int_equal(d.len, a.len);
		assert_memory_equal(d.ptr, a.ptr, a.len);
		buf_done(&a);
		buf_done(&b);
		buf_done(&c);
		buf_done(&d);
	}
}

static void what_is_no_frame_is_not_copied(void **state)
{
	const struct form f = { 5000, 10 };
	struct buf a = frame_of(&f);
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t len = 0; len < 6; len++) {
		struct buf b = { 0 };

		assert_int_equal(frame_copy(&b, a.ptr, len, 7, &err),
		                 FICHE_ERR_CORRUPT);
		buf_done(&b);
	}
	buf_done(&a);
}

static void no_memory_is_told_as_such(void **state)
{
	const struct form f = { 100, 0 };
	struct buf a = frame_of(&f), b = { 0 };
	struct fiche_error err = { 0 };

	(void)state;
	alloc_fail_after(0, true);
	assert_null(decoder_new());
	assert_null(decoder_dict_new("a dictionary", 12));
	assert_int_equal(frame_copy(&b, a.ptr, a.len, 7, &err),
	                 FICHE_ERR_NOMEM);
	alloc_fail_after(-1, false);
	buf_done(&a);
	buf_done(&b);
	decoder_free(NULL);
	decoder_dict_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_of_all_forms_are_taken),
		cmocka_unit_test(a_frame_that_was_cut_is_refused_everywhere),
		cmocka_unit_test(a_frame_is_refused_for_the_rule_it_breaks),
		cmocka_unit_test(a_window_above_8_mib_is_refused),
		cmocka_unit_test(a_copied_frame_names_another_dictionary),
		cmocka_unit_test(what_is_no_frame_is_not_copied),
		cmocka_unit_test(no_memory_is_told_as_such),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
