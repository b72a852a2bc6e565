/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode.c - one small function for each compression, all of one shape: give
 * the library what there is, take what it makes, notice the end of a member.
 */
#include "ingest/decode.h"

#include <limits.h>
#include <string.h>

#include <bzlib.h>
#include <lzma.h>
#define ZLIB_CONST
#include <zlib.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"

/* xz -9 needs 65 MiB; more only with settings made by hand. */
#define XZ_MEMORY ((uint64_t)160 << 20)

/* Windows of zstd --long (27) pass, those of --ultra --long=31 do not. */
#define ZSTD_WINDOW_LOG 27

/* A .warc.zst may begin with its dictionary, and 16 MiB are a very large one.
 */
#define DICTIONARY_MAX ((size_t)16 << 20)

struct inflater {
	enum codec codec;
	bool open;  /* a member was begun and has not ended */
	bool begun; /* something was decoded, or looked at for that */
	bool in_dictionary;
	struct buf dictionary; /* its frame, as far as it was read */
	union {
		z_stream gzip;
		ZSTD_DStream *zstd;
		lzma_stream xz;
		bz_stream bzip2;
	} u;
};

/* A window of input and of room for output, both moved along. */
struct flow {
	const uint8_t **in;
	size_t *in_len;
	uint8_t **out;
	size_t *out_len;
};

static const struct {
	enum codec codec;
	uint8_t len;
	uint8_t magic[CODEC_MAGIC_MAX];
} magics[] = {
	{ CODEC_GZIP, 3, { 0x1f, 0x8b, 0x08 } },
	{ CODEC_ZSTD, 4, { 0x28, 0xb5, 0x2f, 0xfd } },
	{ CODEC_ZSTD, 4, { 0x50, 0x2a, 0x4d, 0x18 } }, /* as pzstd begins */
	{ CODEC_ZSTD, 4, { 0x5d, 0x2a, 0x4d, 0x18 } }, /* as .warc.zst does */
	{ CODEC_XZ, 6, { 0xfd, '7', 'z', 'X', 'Z', 0 } },
	{ CODEC_LZ4, 4, { 0x04, 0x22, 0x4d, 0x18 } },
	{ CODEC_LZ4, 4, { 0x02, 0x21, 0x4c, 0x18 } }, /* legacy frames */
};

/* The fourth byte is the level; a block or the end follows. */
static const uint8_t bzip2_block[] = { 0x31, 0x41, 0x59, 0x26, 0x53, 0x59 };
static const uint8_t bzip2_end[] = { 0x17, 0x72, 0x45, 0x38, 0x50, 0x90 };

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

static bool is_bzip2(const uint8_t *bytes, size_t len)
{
	size_t rest = len > 4 ? min_size(len, 10) - 4 : 0;

	if (memcmp(bytes, "BZh", min_size(len, 3)) != 0)
		return false;
	if (len > 3 && (bytes[3] < '1' || bytes[3] > '9'))
		return false;
	return memcmp(bytes + 4, bzip2_block, rest) == 0 ||
	       memcmp(bytes + 4, bzip2_end, rest) == 0;
}

enum codec codec_sniff(const uint8_t *bytes, size_t len, bool *unsure)
{
	size_t i;

	*unsure = false;
	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		size_t n = min_size(len, magics[i].len);

		if (memcmp(bytes, magics[i].magic, n) != 0)
			continue;
		if (n == magics[i].len)
			return magics[i].codec;
		*unsure = true;
	}
	if (is_bzip2(bytes, len)) {
		if (len >= CODEC_MAGIC_MAX)
			return CODEC_BZIP2;
		*unsure = true;
	}
	return CODEC_PLAIN;
}

const char *codec_name(enum codec codec)
{
	static const char *const names[] = {
		[CODEC_PLAIN] = "plain", [CODEC_GZIP] = "gzip",
		[CODEC_ZSTD] = "zstd",   [CODEC_XZ] = "xz",
		[CODEC_BZIP2] = "bzip2", [CODEC_LZ4] = "lz4",
	};

	return names[codec];
}

/* The libraries count in unsigned int, or in size_t; take what fits both. */
static unsigned clamp(size_t len)
{
	return len > UINT_MAX ? UINT_MAX : (unsigned)len;
}

static void advance(struct flow *f, size_t taken, size_t made)
{
	*f->in += taken;
	*f->in_len -= taken;
	*f->out += made;
	*f->out_len -= made;
}

static void *gzip_alloc(void *opaque, unsigned count, unsigned size)
{
	(void)opaque;
	return alloc_zeroed(count, size);
}

static void *xz_alloc(void *opaque, size_t count, size_t size)
{
	(void)opaque;
	if (count != 0 && size > SIZE_MAX / count)
		return NULL;
	return alloc_bytes(count * size);
}

static void *bzip2_alloc(void *opaque, int count, int size)
{
	(void)opaque;
	return alloc_zeroed((size_t)count, (size_t)size);
}

static void plain_free(void *opaque, void *ptr)
{
	(void)opaque;
	alloc_free(ptr);
}

static const lzma_allocator xz_allocator = { xz_alloc, plain_free, NULL };

/* Make ready for the next member. */
static int member_begin(struct inflater *d, struct fiche_error *err)
{
	bool ok = false;

	switch (d->codec) {
	case CODEC_GZIP:
		ok = inflateReset(&d->u.gzip) == Z_OK;
		break;
	case CODEC_ZSTD:
		ok = !ZSTD_isError(
			ZSTD_DCtx_reset(d->u.zstd, ZSTD_reset_session_only));
		break;
	case CODEC_XZ:
		ok = lzma_stream_decoder(&d->u.xz, XZ_MEMORY, 0) == LZMA_OK;
		break;
	case CODEC_BZIP2:
		(void)BZ2_bzDecompressEnd(&d->u.bzip2);
		ok = BZ2_bzDecompressInit(&d->u.bzip2, 0, 0) == BZ_OK;
		break;
	case CODEC_PLAIN:
	case CODEC_LZ4:
		break;
	}
	if (!ok)
		return err_nomem(err);
	d->open = true;
	return 0;
}

static int damaged(struct inflater *d, const char *why, struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
	               "the %s data is damaged (%s)", codec_name(d->codec),
	               why);
}

static int too_big(struct inflater *d, struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
	               "the %s data needs too much memory to decompress",
	               codec_name(d->codec));
}

static int gzip_step(struct inflater *d, struct flow *f,
                     struct fiche_error *err)
{
	z_stream *z = &d->u.gzip;
	unsigned in = clamp(*f->in_len), out = clamp(*f->out_len);
	int r;

	z->next_in = *f->in;
	z->avail_in = in;
	z->next_out = *f->out;
	z->avail_out = out;
	r = inflate(z, Z_NO_FLUSH);
	advance(f, in - z->avail_in, out - z->avail_out);
	if (r == Z_STREAM_END)
		d->open = false;
	else if (r == Z_MEM_ERROR)
		return err_nomem(err);
	else if (r != Z_OK && r != Z_BUF_ERROR)
		return damaged(d, z->msg != NULL ? z->msg : "gzip", err);
	return 0;
}

/* ---- The dictionary in front of a .warc.zst ---- */

#define DICTIONARY_FRAME  0x184d2a5d
#define DICTIONARY_MAGIC  0xec30a437
#define ZSTD_FRAME_MAGIC  0xfd2fb528
#define FRAME_HEADER_SIZE 8 /* magic and length, of a skippable frame */

static int dictionary_too_big(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
	               "the zstd dictionary is longer than 16 MiB");
}

/* Dictionaries may be compressed themselves. */
static int unpack_dictionary(struct buf *out, const uint8_t *bytes, size_t len,
                             struct fiche_error *err)
{
	unsigned long long size = ZSTD_getFrameContentSize(bytes, len);
	size_t n;

	if (size == ZSTD_CONTENTSIZE_UNKNOWN)
		size = DICTIONARY_MAX;
	if (size == ZSTD_CONTENTSIZE_ERROR)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "the zstd dictionary is damaged");
	if (size > DICTIONARY_MAX)
		return dictionary_too_big(err);
	if (!buf_reserve(out, (size_t)size))
		return err_nomem(err);
	n = ZSTD_decompress(out->ptr, (size_t)size, bytes, len);
	if (ZSTD_isError(n))
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "the zstd dictionary is damaged (%s)",
		               ZSTD_getErrorName(n));
	out->len = n;
	return 0;
}

static int load_dictionary(struct inflater *d, struct fiche_error *err)
{
	const uint8_t *bytes = d->dictionary.ptr + FRAME_HEADER_SIZE;
	size_t len = d->dictionary.len - FRAME_HEADER_SIZE;
	struct buf plain = { 0 };
	uint32_t magic = len >= 4 ? get_u32(bytes) : 0;
	int r = 0;

	if (magic == ZSTD_FRAME_MAGIC) {
		r = unpack_dictionary(&plain, bytes, len, err);
		bytes = plain.ptr;
		len = plain.len;
	} else if (magic != DICTIONARY_MAGIC) {
		len = 0; /* of others this frame may be anything */
	}
	if (r == 0 && len > 0 &&
	    ZSTD_isError(ZSTD_DCtx_loadDictionary(d->u.zstd, bytes, len)))
		r = err_nomem(err);
	buf_done(&plain);
	buf_done(&d->dictionary);
	d->in_dictionary = false;
	d->open = false;
	return r;
}

/* Collect the frame, and use it when it is whole. */
static int dictionary_step(struct inflater *d, struct flow *f,
                           struct fiche_error *err)
{
	struct buf *b = &d->dictionary;

	while (*f->in_len > 0) {
		size_t whole = FRAME_HEADER_SIZE, n;

		if (b->len >= FRAME_HEADER_SIZE)
			whole += get_u32(b->ptr + 4);
		if (whole > DICTIONARY_MAX)
			return dictionary_too_big(err);
		n = min_size(*f->in_len, whole - b->len);
		buf_put(b, *f->in, n);
		if (!buf_ok(b))
			return err_nomem(err);
		advance(f, n, 0);
		if (b->len > FRAME_HEADER_SIZE && b->len == whole)
			return load_dictionary(d, err);
		if (b->len == FRAME_HEADER_SIZE && get_u32(b->ptr + 4) == 0)
			return load_dictionary(d, err);
	}
	return 0;
}

static int zstd_step(struct inflater *d, struct flow *f,
                     struct fiche_error *err)
{
	ZSTD_inBuffer in = { *f->in, *f->in_len, 0 };
	ZSTD_outBuffer out = { *f->out, *f->out_len, 0 };
	size_t r = ZSTD_decompressStream(d->u.zstd, &out, &in);

	advance(f, in.pos, out.pos);
	if (r == 0) {
		d->open = false;
		return 0;
	}
	if (!ZSTD_isError(r))
		return 0;
	/* The stable part of the codes is behind a macro; the text is not. */
	if (strstr(ZSTD_getErrorName(r), "too much memory") != NULL)
		return too_big(d, err);
	if (strstr(ZSTD_getErrorName(r), "not enough memory") != NULL)
		return err_nomem(err);
	return damaged(d, ZSTD_getErrorName(r), err);
}

static int xz_step(struct inflater *d, struct flow *f, struct fiche_error *err)
{
	lzma_stream *x = &d->u.xz;
	size_t in = *f->in_len, out = *f->out_len;
	lzma_ret r;

	x->next_in = *f->in;
	x->avail_in = in;
	x->next_out = *f->out;
	x->avail_out = out;
	r = lzma_code(x, LZMA_RUN);
	advance(f, in - x->avail_in, out - x->avail_out);
	switch (r) {
	case LZMA_OK:
	case LZMA_BUF_ERROR:
	case LZMA_NO_CHECK:
	case LZMA_GET_CHECK:
		return 0;
	case LZMA_STREAM_END:
		d->open = false;
		return 0;
	case LZMA_MEM_ERROR:
		return err_nomem(err);
	case LZMA_MEMLIMIT_ERROR:
		return too_big(d, err);
	case LZMA_FORMAT_ERROR:
		return damaged(d, "no xz stream here", err);
	case LZMA_OPTIONS_ERROR:
		return damaged(d, "unknown options", err);
	default:
		return damaged(d, "a check failed", err);
	}
}

static int bzip2_step(struct inflater *d, struct flow *f,
                      struct fiche_error *err)
{
	bz_stream *b = &d->u.bzip2;
	unsigned in = clamp(*f->in_len), out = clamp(*f->out_len);
	union {
		const uint8_t *in;
		char *lib;
	} from = { *f->in };
	union {
		uint8_t *out;
		char *lib;
	} to = { *f->out };
	int r;

	/* The library takes char * and does not write through it. */
	b->next_in = from.lib;
	b->avail_in = in;
	b->next_out = to.lib;
	b->avail_out = out;
	r = BZ2_bzDecompress(b);
	advance(f, in - b->avail_in, out - b->avail_out);
	if (r == BZ_STREAM_END)
		d->open = false;
	else if (r == BZ_MEM_ERROR)
		return err_nomem(err);
	else if (r != BZ_OK)
		return damaged(d,
		               r == BZ_DATA_ERROR_MAGIC ? "no bzip2 stream here"
		                                        : "a check failed",
		               err);
	return 0;
}

int inflater_new(struct inflater **out, enum codec codec,
                 struct fiche_error *err)
{
	static const lzma_stream xz_init = LZMA_STREAM_INIT;
	struct inflater *d = alloc_zeroed(1, sizeof(*d));
	bool ok = d != NULL;

	*out = NULL;
	if (!ok)
		return err_nomem(err);
	d->codec = codec;
	switch (codec) {
	case CODEC_GZIP:
		d->u.gzip.zalloc = gzip_alloc;
		d->u.gzip.zfree = plain_free;
		/* 15: the largest window; 16: with a gzip header. */
		ok = inflateInit2(&d->u.gzip, 15 + 16) == Z_OK;
		break;
	case CODEC_ZSTD:
		d->u.zstd = ZSTD_createDStream();
		ok = d->u.zstd != NULL;
		if (ok)
			(void)ZSTD_DCtx_setParameter(d->u.zstd,
			                             ZSTD_d_windowLogMax,
			                             ZSTD_WINDOW_LOG);
		break;
	case CODEC_XZ:
		d->u.xz = xz_init;
		d->u.xz.allocator = &xz_allocator;
		break;
	case CODEC_BZIP2:
		d->u.bzip2.bzalloc = bzip2_alloc;
		d->u.bzip2.bzfree = plain_free;
		break;
	case CODEC_PLAIN:
	case CODEC_LZ4:
		ok = false;
		break;
	}
	if (!ok) {
		inflater_free(d);
		return err_nomem(err);
	}
	*out = d;
	return 0;
}

void inflater_free(struct inflater *d)
{
	if (d == NULL)
		return;
	switch (d->codec) {
	case CODEC_GZIP:
		(void)inflateEnd(&d->u.gzip);
		break;
	case CODEC_ZSTD:
		(void)ZSTD_freeDStream(d->u.zstd);
		break;
	case CODEC_XZ:
		lzma_end(&d->u.xz);
		break;
	case CODEC_BZIP2:
		(void)BZ2_bzDecompressEnd(&d->u.bzip2);
		break;
	case CODEC_PLAIN:
	case CODEC_LZ4:
		break;
	}
	buf_done(&d->dictionary);
	alloc_free(d);
}

int inflater_step(struct inflater *d, const uint8_t **in, size_t *in_len,
                  uint8_t **out, size_t *out_len, struct fiche_error *err)
{
	struct flow f = { in, in_len, out, out_len };
	int r;

	if (!d->begun && d->codec == CODEC_ZSTD && *in_len >= 4 &&
	    get_u32(*in) == DICTIONARY_FRAME)
		d->in_dictionary = d->open = true;
	d->begun |= *in_len > 0;
	if (d->in_dictionary)
		return dictionary_step(d, &f, err);
	if (!d->open) {
		/* Tapes and block devices pad with zeros, xz by rule. */
		while (*in_len > 0 && **in == 0)
			advance(&f, 1, 0);
		if (*in_len == 0)
			return 0;
		r = member_begin(d, err);
		if (r < 0)
			return r;
	}
	switch (d->codec) {
	case CODEC_GZIP:
		return gzip_step(d, &f, err);
	case CODEC_ZSTD:
		return zstd_step(d, &f, err);
	case CODEC_XZ:
		return xz_step(d, &f, err);
	case CODEC_BZIP2:
		return bzip2_step(d, &f, err);
	case CODEC_PLAIN:
	case CODEC_LZ4:
		break;
	}
	return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE, "no such decoder");
}

bool inflater_idle(const struct inflater *d)
{
	return !d->open;
}
