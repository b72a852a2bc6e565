/* SPDX-License-Identifier: Apache-2.0 */
/*
 * squeeze.c - three compressors behind one call; see squeeze.h.
 *
 * No time and no name goes into a header: the same input gives the same bytes.
 */

/* Lets zlib take input that is not ours to write. */
#define ZLIB_CONST 1

#include "export/squeeze.h"

#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/err.h"

#define GZIP_LEVEL  6
#define GZIP_WINDOW (15 + 16) /* + 16: a gzip header, not one of zlib */
#define ZSTD_LEVEL  3
#define XZ_LEVEL    6
#define CHUNK       ((size_t)1 << 30) /* zlib counts in 32 bits */

struct squeeze {
	enum fiche_export_compress kind;
	z_stream gzip;
	bool gzip_open;
	ZSTD_CCtx *zstd;
	lzma_stream xz;
	bool xz_open;
};

static int open_kind(struct squeeze *s)
{
	switch (s->kind) {
	case FICHE_COMPRESS_GZIP:
		s->gzip_open = deflateInit2(&s->gzip, GZIP_LEVEL, Z_DEFLATED,
		                            GZIP_WINDOW, 8,
		                            Z_DEFAULT_STRATEGY) == Z_OK;
		return s->gzip_open ? 0 : -1;
	case FICHE_COMPRESS_ZSTD:
		s->zstd = ZSTD_createCCtx();
		if (!s->zstd)
			return -1;
		(void)ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_compressionLevel,
		                             ZSTD_LEVEL);
		(void)ZSTD_CCtx_setParameter(s->zstd, ZSTD_c_checksumFlag, 1);
		return 0;
	default:
		s->xz = (lzma_stream)LZMA_STREAM_INIT;
		s->xz_open = lzma_easy_encoder(&s->xz, XZ_LEVEL,
		                               LZMA_CHECK_CRC64) == LZMA_OK;
		return s->xz_open ? 0 : -1;
	}
}

int squeeze_new(struct squeeze **out, enum fiche_export_compress kind,
                struct fiche_error *err)
{
	struct squeeze *s = alloc_zeroed(1, sizeof(*s));

	if (!s)
		return err_nomem(err);
	s->kind = kind;
	if (open_kind(s) < 0) {
		squeeze_free(s);
		return err_nomem(err);
	}
	*out = s;
	return 0;
}

void squeeze_free(struct squeeze *s)
{
	if (!s)
		return;
	if (s->gzip_open)
		(void)deflateEnd(&s->gzip);
	(void)ZSTD_freeCCtx(s->zstd);
	if (s->xz_open)
		lzma_end(&s->xz);
	alloc_free(s);
}

static int step_gzip(struct squeeze *s, const uint8_t **in, size_t *in_len,
                     uint8_t **out, size_t *room, bool end, bool *done)
{
	z_stream *z = &s->gzip;
	uInt take = (uInt)(*in_len < CHUNK ? *in_len : CHUNK);
	uInt give = (uInt)(*room < CHUNK ? *room : CHUNK);
	int r;

	z->next_in = *in;
	z->avail_in = take;
	z->next_out = *out;
	z->avail_out = give;
	end = end && take == *in_len;
	r = deflate(z, end ? Z_FINISH : Z_NO_FLUSH);
	*in += take - z->avail_in;
	*in_len -= take - z->avail_in;
	*out += give - z->avail_out;
	*room -= give - z->avail_out;
	if (r != Z_OK && r != Z_STREAM_END && r != Z_BUF_ERROR)
		return -1;
	*done = end ? r == Z_STREAM_END : *in_len == 0;
	return r == Z_STREAM_END && deflateReset(z) != Z_OK ? -1 : 0;
}

static int step_zstd(struct squeeze *s, const uint8_t **in, size_t *in_len,
                     uint8_t **out, size_t *room, bool end, bool *done)
{
	ZSTD_inBuffer from = { *in, *in_len, 0 };
	ZSTD_outBuffer to = { *out, *room, 0 };
	size_t left = ZSTD_compressStream2(s->zstd, &to, &from,
	                                   end ? ZSTD_e_end : ZSTD_e_continue);

	if (ZSTD_isError(left))
		return -1;
	*in += from.pos;
	*in_len -= from.pos;
	*out += to.pos;
	*room -= to.pos;
	*done = *in_len == 0 && (!end || left == 0);
	return 0;
}

static int step_xz(struct squeeze *s, const uint8_t **in, size_t *in_len,
                   uint8_t **out, size_t *room, bool end, bool *done)
{
	lzma_stream *x = &s->xz;
	lzma_ret r;

	x->next_in = *in;
	x->avail_in = *in_len;
	x->next_out = *out;
	x->avail_out = *room;
	r = lzma_code(x, end ? LZMA_FINISH : LZMA_RUN);
	*in = x->next_in;
	*in_len = x->avail_in;
	*out = x->next_out;
	*room = x->avail_out;
	if (r != LZMA_OK && r != LZMA_STREAM_END && r != LZMA_BUF_ERROR)
		return -1;
	*done = end ? r == LZMA_STREAM_END : *in_len == 0;
	return r == LZMA_STREAM_END &&
	                       lzma_easy_encoder(x, XZ_LEVEL,
	                                         LZMA_CHECK_CRC64) != LZMA_OK
	               ? -1
	               : 0;
}

int squeeze_step(struct squeeze *s, const uint8_t **in, size_t *in_len,
                 uint8_t **out, size_t *room, bool end, bool *done,
                 struct fiche_error *err)
{
	int r;

	if (s->kind == FICHE_COMPRESS_GZIP)
		r = step_gzip(s, in, in_len, out, room, end, done);
	else if (s->kind == FICHE_COMPRESS_ZSTD)
		r = step_zstd(s, in, in_len, out, room, end, done);
	else
		r = step_xz(s, in, in_len, out, room, end, done);
	/* Compressors have no other way to fail on input of any kind. */
	return r < 0 ? err_nomem(err) : 0;
}

size_t squeeze_memory(enum fiche_export_compress kind)
{
	if (kind == FICHE_COMPRESS_GZIP)
		return (size_t)1 << 18;
	if (kind == FICHE_COMPRESS_ZSTD)
		return (size_t)1 << 22;
	return kind == FICHE_COMPRESS_XZ ? (size_t)100 << 20 : 0;
}
