/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec.c - decoding, with the frame header checked before libzstd is trusted
 * with memory; see codec.h.
 */

/* For the stable output buffer and dictionaries by reference, which spare
 * copies of what is decoded. */
#define ZSTD_STATIC_LINKING_ONLY

#include "archive/codec.h"

#include <zstd.h>
#include <zstd_errors.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "base/err.h"
#include "format/block.h"

#define MAGIC 0xFD2FB528u
/* Bits of the frame header descriptor (RFC 8878, 3.1.1.1.1). */
#define HAS_CHECKSUM   0x04
#define SINGLE_SEGMENT 0x20
#define RESERVED_BIT   0x08

struct decoder {
	ZSTD_DCtx *ctx;
};

struct decoder_dict {
	ZSTD_DDict *ddict;
};

struct decoder *decoder_new(void)
{
	struct decoder *d = alloc_zeroed(1, sizeof(*d));

	if (!d)
		return NULL;
	d->ctx = ZSTD_createDCtx();
	if (!d->ctx ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(d->ctx, ZSTD_d_windowLogMax,
	                                        BLOCK_WINDOW_LOG)) ||
	    ZSTD_isError(ZSTD_DCtx_setParameter(d->ctx, ZSTD_d_stableOutBuffer,
	                                        1))) {
		decoder_free(d);
		return NULL;
	}
	return d;
}

void decoder_free(struct decoder *d)
{
	if (!d)
		return;
	ZSTD_freeDCtx(d->ctx);
	alloc_free(d);
}

struct decoder_dict *decoder_dict_new(const void *dict, size_t len)
{
	struct decoder_dict *d = alloc_zeroed(1, sizeof(*d));

	if (!d)
		return NULL;
	d->ddict = ZSTD_createDDict_byReference(dict, len);
	if (!d->ddict) {
		alloc_free(d);
		return NULL;
	}
	return d;
}

void decoder_dict_free(struct decoder_dict *d)
{
	if (!d)
		return;
	ZSTD_freeDDict(d->ddict);
	alloc_free(d);
}

/* Rules of spec 3.4 that the frame header can break; NULL if none is. */
static const char *check_header(const uint8_t *frame, size_t len,
                                uint32_t dict_id, uint64_t raw_len)
{
	static const uint8_t id_size[] = { 0, 1, 2, 4 };
	static const uint8_t content_size[] = { 0, 2, 4, 8 };
	struct cursor c;
	uint32_t magic, id;
	uint64_t content, window = 0;
	uint8_t descriptor, w;
	unsigned csize;

	cursor_init(&c, frame, len);
	magic = cursor_u32(&c);
	descriptor = cursor_u8(&c);
	if (!(descriptor & SINGLE_SEGMENT)) {
		w = cursor_u8(&c);
		window = ((uint64_t)1 << (10 + (w >> 3))) / 8 * (8 + (w & 7));
	}
	id = (uint32_t)cursor_uint(&c, id_size[descriptor & 3]);
	csize = content_size[descriptor >> 6];
	if (csize == 0 && (descriptor & SINGLE_SEGMENT))
		csize = 1;
	content = cursor_uint(&c, csize) + (csize == 2 ? 256 : 0);
	if (!cursor_ok(&c) || magic != MAGIC || (descriptor & RESERVED_BIT))
		return "is no zstd frame";
	if (!(descriptor & HAS_CHECKSUM))
		return "carries no checksum";
	if (csize == 0 || content != raw_len)
		return "has another content size than the block says";
	if (descriptor & SINGLE_SEGMENT)
		window = content;
	/* A single segment larger than the window limit would make a
	 * decoder hold it all; ours does anyway, as others may not. */
	if (window > (uint64_t)1 << BLOCK_WINDOW_LOG)
		return "needs a window above 8 MiB";
	if (id != dict_id)
		return "needs another dictionary than the block says";
	if (ZSTD_findFrameCompressedSize(frame, len) != len)
		return "does not fill its place";
	return NULL;
}

int frame_copy(struct buf *out, const uint8_t *frame, size_t frame_len,
               uint32_t dict_id, struct fiche_error *err)
{
	static const uint8_t id_size[] = { 0, 1, 2, 4 };
	unsigned size = dict_id == 0      ? 0
	                : dict_id < 256   ? 1
	                : dict_id < 65536 ? 2
	                                  : 3;
	struct cursor c;
	uint8_t descriptor;
	struct bytes rest;

	cursor_init(&c, frame, frame_len);
	buf_u32(out, cursor_u32(&c));
	descriptor = cursor_u8(&c);
	buf_u8(out, (uint8_t)((descriptor & ~3u) | size));
	if (!(descriptor & SINGLE_SEGMENT))
		buf_u8(out, cursor_u8(&c));
	(void)cursor_uint(&c, id_size[descriptor & 3]);
	buf_uint(out, dict_id, id_size[size]);
	rest = cursor_take(&c, c.left);
	if (!cursor_ok(&c))
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "a frame to be copied has no header");
	buf_put(out, rest.ptr, rest.len);
	return buf_ok(out) ? 0 : err_nomem(err);
}

static int decode(struct decoder *d, const uint8_t *frame, size_t frame_len,
                  const struct decoder_dict *dict, void *out, size_t raw_len,
                  size_t want, const char **why)
{
	ZSTD_inBuffer in = { frame, frame_len, 0 };
	ZSTD_outBuffer o = { out, raw_len, 0 };
	size_t r = 1;

	if (want >= raw_len) {
		r = ZSTD_decompress_usingDDict(d->ctx, out, raw_len, frame,
		                               frame_len,
		                               dict ? dict->ddict : NULL);
		if (!ZSTD_isError(r) && r == raw_len)
			return 0;
	} else {
		(void)ZSTD_DCtx_reset(d->ctx, ZSTD_reset_session_only);
		(void)ZSTD_DCtx_refDDict(d->ctx, dict ? dict->ddict : NULL);
		while (o.pos < want && in.pos < in.size) {
			r = ZSTD_decompressStream(d->ctx, &o, &in);
			if (ZSTD_isError(r) || r == 0)
				break;
		}
		if (o.pos >= want && !ZSTD_isError(r))
			return 0;
	}
	*why = ZSTD_isError(r) ? ZSTD_getErrorName(r) : "wrong length";
	return ZSTD_isError(r) && ZSTD_getErrorCode(r) ==
	                                  ZSTD_error_memory_allocation
	               ? FICHE_ERR_NOMEM
	               : FICHE_ERR_CORRUPT;
}

int decode_prefix(struct decoder *d, const uint8_t *frame, size_t frame_len,
                  const struct decoder_dict *dict, uint32_t dict_id, void *out,
                  size_t raw_len, size_t want, uint64_t at, const char *what,
                  struct fiche_error *err)
{
	const char *why = check_header(frame, frame_len, dict_id, raw_len);
	int r = FICHE_ERR_CORRUPT;

	if (why)
		return err_set(err, FICHE_ERR_CORRUPT, at, "%s frame %s", what,
		               why);
	r = decode(d, frame, frame_len, dict, out, raw_len, want, &why);
	if (r < 0)
		return err_set(err, r, at, "%s frame does not decode (%s)",
		               what, why);
	return 0;
}

int decode_frame(struct decoder *d, const uint8_t *frame, size_t frame_len,
                 const struct decoder_dict *dict, uint32_t dict_id, void *out,
                 size_t raw_len, uint64_t at, const char *what,
                 struct fiche_error *err)
{
	return decode_prefix(d, frame, frame_len, dict, dict_id, out, raw_len,
	                     raw_len, at, what, err);
}
