/* SPDX-License-Identifier: Apache-2.0 */
/* exposed.c - see exposed.h. */

#include "support/exposed.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "format/section.h"

#define PAGE       4096
#define PAGE_DATA  4092
#define GIVES_MAX  ((size_t)64 << 20)
#define DICTS_MAX  64
#define DICT_MAGIC "\x37\xa4\x30\xec"
#define WINDOW     8

struct exposing {
	struct buf *out;
	ZSTD_DCtx *ctx;
	struct buf dicts[DICTS_MAX];
	size_t dict_count;
};

/* The frame at `at` with this dictionary; true if it is one. */
static bool put_frame(struct exposing *x, const uint8_t *at, size_t len,
                      const struct buf *dict)
{
	unsigned long long size = ZSTD_getFrameContentSize(at, len);
	size_t n;

	if (size == ZSTD_CONTENTSIZE_UNKNOWN ||
	    size == ZSTD_CONTENTSIZE_ERROR || size > GIVES_MAX ||
	    !buf_reserve(x->out, (size_t)size + 1))
		return false;
	n = ZSTD_decompress_usingDict(
		x->ctx, x->out->ptr + x->out->len, (size_t)size, at, len,
		dict ? dict->ptr : NULL, dict ? dict->len : 0);
	if (ZSTD_isError(n))
		return false;
	if (!dict && n > 4 &&
	    memcmp(x->out->ptr + x->out->len, DICT_MAGIC, 4) == 0 &&
	    x->dict_count < DICTS_MAX)
		buf_put(&x->dicts[x->dict_count++], x->out->ptr + x->out->len,
		        n);
	x->out->len += n;
	return true;
}

static void put_frames(struct exposing *x, const uint8_t *bytes, size_t len,
                       bool with_dict)
{
	static const uint8_t magic[] = { 0x28, 0xb5, 0x2f, 0xfd };

	for (size_t at = 0; at + sizeof(magic) <= len; at++) {
		size_t n;

		if (memcmp(bytes + at, magic, sizeof(magic)) != 0)
			continue;
		n = ZSTD_findFrameCompressedSize(bytes + at, len - at);
		if (ZSTD_isError(n) ||
		    (ZSTD_getDictID_fromFrame(bytes + at, n) != 0) != with_dict)
			continue;
		if (!with_dict)
			(void)put_frame(x, bytes + at, n, NULL);
		for (size_t i = 0; with_dict && i < x->dict_count; i++)
			if (put_frame(x, bytes + at, n, &x->dicts[i]))
				break;
	}
}

/* The logical bytes of an INDEX section, and the frames in them. */
static void put_index(struct exposing *x, const uint8_t *payload, size_t len)
{
	struct buf logical = { 0 };

	for (size_t at = 0; at + 4 < len; at += PAGE)
		buf_put(&logical, payload + at,
		        len - at > PAGE ? PAGE_DATA : len - at - 4);
	buf_put(x->out, logical.ptr, logical.len);
	put_frames(x, logical.ptr, logical.len, false);
	buf_done(&logical);
}

int exposed_make(struct buf *out, const uint8_t *bytes, size_t len)
{
	struct exposing x = { .out = out, .ctx = ZSTD_createDCtx() };
	struct section s;

	if (!x.ctx)
		return -1;
	buf_put(out, bytes, len);
	put_frames(&x, bytes, len, false);
	put_frames(&x, bytes, len, true);
	for (size_t at = 0; at + SECTION_HEADER_SIZE <= len; at++)
		if (memcmp(bytes + at + SECTION_SYNC_AT, SECTION_SYNC,
		           SECTION_SYNC_SIZE) == 0 &&
		    section_decode(&s, bytes + at, at, NULL, NULL) == 0 &&
		    s.type == SECTION_INDEX &&
		    s.payload_len <= len - at - SECTION_HEADER_SIZE)
			put_index(&x, bytes + at + SECTION_HEADER_SIZE,
			          (size_t)s.payload_len);
	for (size_t i = 0; i < x.dict_count; i++)
		buf_done(&x.dicts[i]);
	ZSTD_freeDCtx(x.ctx);
	return buf_ok(out) ? 0 : -1;
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, WINDOW);
}

size_t exposed_count(const struct buf *all, const char *secret, size_t len)
{
	static bool first[1 << 16];
	size_t n = len < WINDOW ? 0 : len - WINDOW + 1, count = 0;
	char(*windows)[WINDOW] = calloc(n + 1, WINDOW);

	memset(first, 0, sizeof(first));
	for (size_t i = 0; windows && i < n; i++) {
		memcpy(windows[i], secret + i, WINDOW);
		first[(uint8_t)secret[i] << 8 | (uint8_t)secret[i + 1]] = true;
	}
	if (windows)
		qsort(windows, n, WINDOW, by_bytes);
	for (size_t i = 0; windows && i + WINDOW <= all->len; i++)
		count += first[all->ptr[i] << 8 | all->ptr[i + 1]] &&
		         bsearch(all->ptr + i, windows, n, WINDOW, by_bytes);
	free(windows);
	return count;
}
