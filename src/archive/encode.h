/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.h - compressing frames, training dictionaries: where ratio and speed
 * are decided.  Nothing here changes what a reader must do.
 */
#ifndef ARCHIVE_ENCODE_H
#define ARCHIVE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive/codec.h"
#include "base/buf.h"
#include "fiche/error.h"

#define LEVEL_DEFAULT 10
#define LEVEL_MAX     22

/* A trained dictionary, as bytes and digested for decoding. */
struct dictionary {
	uint32_t id;
	unsigned class; /* enum dict_class */
	struct buf raw;
	struct buf payload; /* of its DICT section */
	struct decoder_dict *decoder;
};

void dictionary_free(struct dictionary *d);

/*
 * One thread's compressor.  A dictionary is digested when it is used after
 * another one, so feed it blocks of one kind in a row.
 */
struct encoder;

/* What an encoder is for: its tables are sized for such frames. */
enum encoder_use {
	ENCODE_CARDS,  /* some 100 KiB, with a small dictionary */
	ENCODE_BODIES, /* a block, with a dictionary of up to 1 MiB */
};

/* NULL: out of memory. */
struct encoder *encoder_new(int level, enum encoder_use use);
void encoder_free(struct encoder *e);

/* Append one frame with content size and checksum.  `dict` may be NULL.
 * FICHE_ERR_NOMEM, or FICHE_ERR_CORRUPT if libzstd refuses. */
int encode_frame(struct encoder *e, const struct dictionary *dict,
                 const void *raw, size_t len, struct buf *out,
                 struct fiche_error *err);

/* A run of text to train on. */
struct sample {
	const void *ptr;
	size_t len;
};

/*
 * Train a dictionary of `class` on samples that are taken evenly from what will
 * be compressed.  Returns 0, FICHE_END if training gives nothing useful,
 * FICHE_ERR_NOMEM, or FICHE_ERR_CORRUPT if libzstd does not decode what it
 * made.
 */
int dictionary_train(struct dictionary **out, uint32_t id, unsigned class,
                     size_t size, const struct sample *samples, size_t count,
                     int level, struct fiche_error *err);

/*
 * Make one with the content of a stored dictionary, but this id, which replaces
 * the one in the raw bytes.  FICHE_ERR_CORRUPT if they are no dictionary, or
 * FICHE_ERR_NOMEM.
 */
int dictionary_renumber(struct dictionary **out, uint32_t id, unsigned class,
                        const void *raw, size_t len, int level,
                        struct fiche_error *err);

/* Make one from the raw bytes of a stored dictionary. */
struct dictionary *dictionary_load(uint32_t id, unsigned class, const void *raw,
                                   size_t len);

#endif
