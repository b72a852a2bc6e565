/* SPDX-License-Identifier: Apache-2.0 */
/*
 * decode.h - compressed bytes in, plain bytes out, a piece at a time.
 *
 * gzip, zstd, xz and bzip2 are fed to their own libraries, not to libarchive:
 * its filters fill a whole output block before they hand it on, so of a stream
 * that is cut they lose up to the last 64 or 128 KiB - of a small file, all of
 * it.  Only lz4, which it hands on block by block, is left to it (stream.c).
 */
#ifndef INGEST_DECODE_H
#define INGEST_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

enum codec {
	CODEC_PLAIN,
	CODEC_GZIP,
	CODEC_ZSTD,
	CODEC_XZ,
	CODEC_BZIP2,
	CODEC_LZ4,
};

#define CODEC_MAGIC_MAX 10 /* bytes that codec_sniff() wants to see */

/*
 * What the first bytes of an input say.  With fewer than CODEC_MAGIC_MAX bytes
 * *unsure tells that more could change the answer.
 */
enum codec codec_sniff(const uint8_t *bytes, size_t len, bool *unsure);
const char *codec_name(enum codec codec);

struct inflater;

/* codec is one of GZIP, ZSTD, XZ, BZIP2.  Returns 0 or FICHE_ERR_NOMEM. */
int inflater_new(struct inflater **out, enum codec codec,
                 struct fiche_error *err);
void inflater_free(struct inflater *d); /* accepts NULL */

/*
 * zstd: a dictionary in a skippable frame in front, as the WARC-zstd convention
 * has it, is used for all that follows.
 *
 * Take from *in, put to *out, moving both along.  Members may follow one
 * another, with zero bytes between them.
 *
 * Returns 0, FICHE_ERR_CORRUPT, FICHE_ERR_LIMIT (needs more memory than we
 * allow) or FICHE_ERR_NOMEM; what was put to *out before a failure is good.
 * When *in is used up and *out is not, all that can be decoded has been.
 */
int inflater_step(struct inflater *d, const uint8_t **in, size_t *in_len,
                  uint8_t **out, size_t *out_len, struct fiche_error *err);

/* True between members: the input may end here. */
bool inflater_idle(const struct inflater *d);

#endif
