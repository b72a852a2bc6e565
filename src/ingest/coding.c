/* SPDX-License-Identifier: Apache-2.0 */
/* coding.c - chunks and content codings; see coding.h. */
#include "ingest/coding.h"

#include <string.h>

#include <brotli/decode.h>
#define ZLIB_CONST
#include <zlib.h>

#include "base/alloc.h"
#include "base/err.h"
#include "ingest/decode.h"
#include "ingest/head.h"

#define PIECE ((size_t)64 << 10)

/* ---- Chunks ---- */

static int hex(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1a2b; name=value\r\n".  Returns its length, or 0 if it is no such line. */
static size_t chunk_line(size_t *size, const uint8_t *at, size_t len)
{
	const uint8_t *lf = len > 0 ? memchr(at, '\n', len) : NULL;
	size_t n = 0, i = 0;

	if (lf == NULL)
		return 0;
	for (; hex(at[i]) >= 0; i++) {
		if (n > SIZE_MAX >> 4)
			return 0;
		n = n << 4 | (size_t)hex(at[i]);
	}
	if (i == 0 ||
	    (at[i] != ';' && at[i] != ' ' && at[i] != '\r' && at[i] != '\n'))
		return 0;
	*size = n;
	return (size_t)(lf - at) + 1;
}

void coding_join_chunks(struct buf *out, const uint8_t *at, size_t len)
{
	size_t size, line;

	while (len > 0) {
		line = chunk_line(&size, at, len);
		if (line == 0)
			break;
		at += line;
		len -= line;
		if (size == 0)
			return;
		if (size > len)
			size = len;
		buf_put(out, at, size);
		at += size;
		len -= size;
		/* The line end behind it, if it is one. */
		if (len > 0 && *at == '\r') {
			at++;
			len--;
		}
		if (len > 0 && *at == '\n') {
			at++;
			len--;
		}
	}
	/* Not chunked, or no longer: then these bytes are the body. */
	buf_put(out, at, len);
}

/* ---- Compressions ---- */

static size_t most(size_t len)
{
	size_t floor = (size_t)1 << 20;

	if (len > (CODING_MAX - floor) / CODING_RATIO)
		return CODING_MAX;
	return floor + len * CODING_RATIO;
}

/* Room for the next piece below the bound; *left is 0 at the bound. */
static uint8_t *room(struct buf *out, size_t begin, size_t max, size_t *left)
{
	size_t done = out->len - begin;

	*left = done >= max ? 0 : max - done < PIECE ? max - done : PIECE;
	return buf_reserve(out, *left) ? out->ptr + out->len : NULL;
}

/* gzip and zstd, by the decoders of whole files. */
static int undo_members(struct buf *out, enum codec codec, struct bytes body,
                        struct fiche_error *err)
{
	size_t begin = out->len, max = most(body.len), left, had, in;
	struct inflater *d;
	int r = inflater_new(&d, codec, err);

	while (r == 0) {
		uint8_t *to = room(out, begin, max, &left);

		if (to == NULL)
			r = err_nomem(err);
		if (to == NULL || left == 0)
			break;
		had = left;
		in = body.len;
		r = inflater_step(d, &body.ptr, &body.len, &to, &left, err);
		out->len += had - left;
		if (body.len == in && left == had)
			break;
	}
	inflater_free(d);
	return r == FICHE_ERR_NOMEM ? r : 0;
}

static void *zlib_alloc(void *opaque, unsigned count, unsigned size)
{
	(void)opaque;
	return alloc_zeroed(count, size);
}

static void plain_free(void *opaque, void *ptr)
{
	(void)opaque;
	alloc_free(ptr);
}

/* "deflate" is zlib by the standard, and bare deflate by some servers. */
static int undo_deflate(struct buf *out, struct bytes body, int window,
                        struct fiche_error *err)
{
	z_stream z = { .zalloc = zlib_alloc, .zfree = plain_free };
	size_t begin = out->len, max = most(body.len), left;
	int r;

	if (body.len > CODING_MAX || inflateInit2(&z, window) != Z_OK)
		return err_nomem(err);
	z.next_in = body.ptr;
	z.avail_in = (unsigned)body.len;
	do {
		z.next_out = room(out, begin, max, &left);
		if (z.next_out == NULL) {
			r = Z_MEM_ERROR;
			break;
		}
		z.avail_out = (unsigned)left;
		r = inflate(&z, Z_NO_FLUSH);
		out->len += left - z.avail_out;
	} while (r == Z_OK);
	(void)inflateEnd(&z);
	return r == Z_MEM_ERROR ? err_nomem(err) : 0;
}

static void *brotli_alloc(void *opaque, size_t size)
{
	(void)opaque;
	return alloc_bytes(size);
}

static int undo_brotli(struct buf *out, struct bytes body,
                       struct fiche_error *err)
{
	BrotliDecoderState *b =
		BrotliDecoderCreateInstance(brotli_alloc, plain_free, NULL);
	size_t begin = out->len, max = most(body.len), left, had;
	BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
	int status = b == NULL ? err_nomem(err) : 0;

	while (status == 0 && r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		uint8_t *to = room(out, begin, max, &left);

		if (to == NULL)
			status = err_nomem(err);
		if (to == NULL || left == 0)
			break;
		had = left;
		r = BrotliDecoderDecompressStream(b, &body.len, &body.ptr,
		                                  &left, &to, NULL);
		out->len += had - left;
	}
	if (r == BROTLI_DECODER_RESULT_ERROR &&
	    BrotliDecoderGetErrorCode(b) <=
	            BROTLI_DECODER_ERROR_ALLOC_CONTEXT_MODES &&
	    BrotliDecoderGetErrorCode(b) >=
	            BROTLI_DECODER_ERROR_ALLOC_BLOCK_TYPE_TREES)
		status = err_nomem(err);
	BrotliDecoderDestroyInstance(b);
	return status;
}

int coding_undo(struct buf *out, struct fiche_text name, struct bytes body,
                struct fiche_error *err)
{
	size_t before = out->len;
	int r = FICHE_END;

	if (head_is(name, "gzip") || head_is(name, "x-gzip")) {
		r = undo_members(out, CODEC_GZIP, body, err);
	} else if (head_is(name, "zstd")) {
		r = undo_members(out, CODEC_ZSTD, body, err);
	} else if (head_is(name, "br")) {
		r = undo_brotli(out, body, err);
	} else if (head_is(name, "deflate")) {
		r = undo_deflate(out, body, 15, err);
		if (r == 0 && out->len == before)
			r = undo_deflate(out, body, -15, err);
	}
	return r == 0 && out->len == before ? FICHE_END : r;
}
