/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c - zstd with dictionaries larger than the blocks.
 *
 * Two things were measured to matter.  libzstd picks table sizes from the
 * source alone when a dictionary is given, so every parameter is set by hand.
 * And text that lies in memory right behind the dictionary it is compressed
 * with is compressed a quarter faster: matches need no second segment.
 */

/* For the training parameters and CDict by reference, which are exported by
 * libzstd but not declared otherwise. */
#define ZSTD_STATIC_LINKING_ONLY
#define ZDICT_STATIC_LINKING_ONLY

#include "archive/encode.h"

#include <string.h>
#include <zdict.h>
#include <zstd.h>

#include "base/alloc.h"
#include "base/err.h"
#include "format/block.h"
#include "format/dict.h"

#define DICT_ID_AT 4 /* in the raw bytes (RFC 8878, section 5) */

struct encoder {
	int level;
	ZSTD_CCtx *ctx;
	ZSTD_CCtx_params *params;
	const struct dictionary *dict; /* digested now */
	ZSTD_CDict *cdict;
	struct buf joined; /* dictionary, then the block */
};

void dictionary_free(struct dictionary *d)
{
	if (!d)
		return;
	buf_done(&d->raw);
	buf_done(&d->payload);
	decoder_dict_free(d->decoder);
	alloc_free(d);
}

/*
 * What the levels mean here.  Tables that are larger than a block and its
 * dictionary need only cost: they are copied for each frame.
 */
static ZSTD_compressionParameters parameters(int level, enum encoder_use use)
{
	unsigned max = use == ENCODE_CARDS ? 17 : 20;
	ZSTD_compressionParameters p = ZSTD_getCParams(level, 0, 0);

	if (level == LEVEL_DEFAULT) {
		p.strategy = ZSTD_lazy2;
		p.searchLog = 5;
		p.minMatch = 5;
	} else if (level >= 19) {
		p.strategy = ZSTD_btultra;
		p.searchLog = level >= 20 ? 7 : 5;
		p.minMatch = 3;
		p.targetLength = 128;
	}
	if (p.windowLog > max + 1)
		p.windowLog = max + 1;
	if (p.hashLog > max)
		p.hashLog = max;
	/* A binary tree takes two slots a position, and finds more the more
	 * of them it has. */
	if (p.strategy >= ZSTD_btlazy2)
		max += 2;
	if (p.chainLog > max)
		p.chainLog = max;
	return p;
}

struct encoder *encoder_new(int level, enum encoder_use use)
{
	ZSTD_compressionParameters p = parameters(level, use);
	struct encoder *e = alloc_zeroed(1, sizeof(*e));
	size_t bad = 0;

	if (!e)
		return NULL;
	e->level = level;
	e->ctx = ZSTD_createCCtx();
	e->params = ZSTD_createCCtxParams();
	if (!e->ctx || !e->params) {
		encoder_free(e);
		return NULL;
	}
#define SET(name, value)                                                       \
	(bad |= ZSTD_isError(                                                  \
		 ZSTD_CCtxParams_setParameter(e->params, name, (int)(value))))
	(void)ZSTD_CCtxParams_init(e->params, level);
	SET(ZSTD_c_windowLog, p.windowLog);
	SET(ZSTD_c_hashLog, p.hashLog);
	SET(ZSTD_c_chainLog, p.chainLog);
	SET(ZSTD_c_searchLog, p.searchLog);
	SET(ZSTD_c_minMatch, p.minMatch);
	SET(ZSTD_c_targetLength, p.targetLength);
	SET(ZSTD_c_strategy, p.strategy);
	SET(ZSTD_c_checksumFlag, 1);
	SET(ZSTD_c_contentSizeFlag, 1);
	SET(ZSTD_c_dictIDFlag, 1);
#undef SET
	if (bad || ZSTD_isError(ZSTD_CCtx_setParametersUsingCCtxParams(
			   e->ctx, e->params))) {
		encoder_free(e);
		return NULL;
	}
	return e;
}

void encoder_free(struct encoder *e)
{
	if (!e)
		return;
	ZSTD_freeCDict(e->cdict);
	ZSTD_freeCCtx(e->ctx);
	ZSTD_freeCCtxParams(e->params);
	buf_done(&e->joined);
	alloc_free(e);
}

/* Digest `dict` in place, with room for `len` bytes behind it. */
static int use_dictionary(struct encoder *e, const struct dictionary *dict,
                          size_t len, struct fiche_error *err)
{
	const ZSTD_customMem standard = { NULL, NULL, NULL };

	if (e->dict == dict && (!dict || e->joined.cap - dict->raw.len >= len))
		return 0;
	(void)ZSTD_CCtx_refCDict(e->ctx, NULL);
	ZSTD_freeCDict(e->cdict);
	e->cdict = NULL;
	e->dict = NULL;
	if (!dict)
		return 0;
	buf_clear(&e->joined);
	/* A little more than asked, or every longer block digests anew. */
	if (!buf_reserve(&e->joined, dict->raw.len + len + len / 4))
		return err_nomem(err);
	buf_put(&e->joined, dict->raw.ptr, dict->raw.len);
	e->cdict = ZSTD_createCDict_advanced2(e->joined.ptr, dict->raw.len,
	                                      ZSTD_dlm_byRef, ZSTD_dct_fullDict,
	                                      e->params, standard);
	if (!e->cdict || ZSTD_isError(ZSTD_CCtx_refCDict(e->ctx, e->cdict)))
		return err_nomem(err);
	e->dict = dict;
	return 0;
}

int encode_frame(struct encoder *e, const struct dictionary *dict,
                 const void *raw, size_t len, struct buf *out,
                 struct fiche_error *err)
{
	size_t bound = ZSTD_compressBound(len), n;
	const void *from = raw;
	int r;

	if (!buf_reserve(out, bound))
		return err_nomem(err);
	r = use_dictionary(e, dict, len, err);
	if (r < 0)
		return r;
	if (dict && len) {
		memcpy(e->joined.ptr + dict->raw.len, raw, len);
		from = e->joined.ptr + dict->raw.len;
	}
	n = ZSTD_compress2(e->ctx, out->ptr + out->len, bound, from, len);
	if (ZSTD_isError(n))
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "libzstd does not compress: %s",
		               ZSTD_getErrorName(n));
	out->len += n;
	return 0;
}

/* Every block hangs on this frame: decode it again. */
static int check_payload(const struct dictionary *d, struct fiche_error *err)
{
	struct decoder *decoder = decoder_new();
	uint8_t *raw = alloc_bytes(d->raw.len);
	int r = decoder && raw ? 0 : err_nomem(err);

	if (r == 0)
		r = decode_frame(decoder, d->payload.ptr + DICT_HEAD,
		                 d->payload.len - DICT_HEAD, NULL, 0, raw,
		                 d->raw.len, FICHE_NOWHERE, "dictionary", err);
	if (r == 0 && memcmp(raw, d->raw.ptr, d->raw.len) != 0)
		r = err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		            "libzstd decodes a dictionary to something else "
		            "than went in");
	alloc_free(raw);
	decoder_free(decoder);
	return r;
}

/* The DICT payload and the digested form. */
static int finish(struct dictionary *d, int level, struct fiche_error *err)
{
	struct encoder *e = encoder_new(level >= 15 ? 19 : 12, ENCODE_BODIES);
	int r = e ? 0 : err_nomem(err);

	dict_head_encode(&d->payload, d->id, d->class, d->raw.len);
	if (r == 0)
		r = encode_frame(e, NULL, d->raw.ptr, d->raw.len, &d->payload,
		                 err);
	encoder_free(e);
	if (r == 0)
		r = check_payload(d, err);
	if (r == 0 && !(d->decoder = decoder_dict_new(d->raw.ptr, d->raw.len)))
		r = err_nomem(err);
	return r;
}

/* Join the samples as libzstd wants them. */
static int join(struct buf *all, size_t **sizes, const struct sample *samples,
                size_t count)
{
	*sizes = alloc_zeroed(count, sizeof(**sizes));
	for (size_t i = 0; *sizes && i < count; i++) {
		(*sizes)[i] = samples[i].len;
		buf_put(all, samples[i].ptr, samples[i].len);
	}
	return *sizes && buf_ok(all) ? 0 : FICHE_ERR_NOMEM;
}

int dictionary_train(struct dictionary **out, uint32_t id, unsigned class,
                     size_t size, const struct sample *samples, size_t count,
                     int level, struct fiche_error *err)
{
	ZDICT_fastCover_params_t p = { 0 };
	struct dictionary *d = alloc_zeroed(1, sizeof(*d));
	struct buf all = { 0 };
	size_t *sizes = NULL, n;
	int r = d ? 0 : err_nomem(err);

	if (r == 0 && (join(&all, &sizes, samples, count) < 0 ||
	               !buf_reserve(&d->raw, size)))
		r = err_nomem(err);
	if (r < 0)
		goto out;
	d->id = id;
	d->class = class;
	p.k = class == DICT_CARDS ? 256 : 2048;
	p.d = 8;
	p.f = class == DICT_CARDS ? 18 : 20;
	p.accel = 5;
	p.splitPoint = 1.0;
	p.zParams.dictID = id;
	/* All samples are compressed once for their statistics: quickly. */
	p.zParams.compressionLevel = level < 15 ? 3 : level;
	n = ZDICT_trainFromBuffer_fastCover(d->raw.ptr, size, all.ptr, sizes,
	                                    (unsigned)count, p);
	if (ZDICT_isError(n)) {
		r = FICHE_END;
		goto out;
	}
	d->raw.len = n;
	r = finish(d, level, err);
out:
	buf_done(&all);
	alloc_free(sizes);
	if (r == 0)
		*out = d;
	else
		dictionary_free(d);
	return r;
}

int dictionary_renumber(struct dictionary **out, uint32_t id, unsigned class,
                        const void *raw, size_t len, int level,
                        struct fiche_error *err)
{
	struct dictionary *d;
	int r;

	if (len < DICT_ID_AT + 4)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "a dictionary is too short to be one");
	d = alloc_zeroed(1, sizeof(*d));
	if (!d)
		return err_nomem(err);
	d->id = id;
	d->class = class;
	buf_put(&d->raw, raw, len);
	if (buf_ok(&d->raw)) {
		put_u32(d->raw.ptr + DICT_ID_AT, id);
		r = finish(d, level, err);
	} else {
		r = err_nomem(err);
	}
	if (r == 0)
		*out = d;
	else
		dictionary_free(d);
	return r;
}

struct dictionary *dictionary_load(uint32_t id, unsigned class, const void *raw,
                                   size_t len)
{
	struct dictionary *d = alloc_zeroed(1, sizeof(*d));

	if (!d)
		return NULL;
	d->id = id;
	d->class = class;
	buf_put(&d->raw, raw, len);
	if (buf_ok(&d->raw))
		d->decoder = decoder_dict_new(d->raw.ptr, d->raw.len);
	if (!d->decoder) {
		dictionary_free(d);
		return NULL;
	}
	return d;
}
