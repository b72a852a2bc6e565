/* SPDX-License-Identifier: Apache-2.0 */
/*
 * codec.h - Zstandard frames as this format allows them (spec 3.4): content
 * size and checksum present, window at most 8 MiB, the expected dictionary.
 */
#ifndef ARCHIVE_CODEC_H
#define ARCHIVE_CODEC_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "fiche/error.h"

struct decoder; /* one thread's */
struct decoder_dict;

struct decoder *decoder_new(void); /* NULL: out of memory */
void decoder_free(struct decoder *d);

/* A digested dictionary, shared by threads.  The bytes are borrowed as long as
 * it lives.  NULL when out of memory or when they are no dictionary. */
struct decoder_dict *decoder_dict_new(const void *dict, size_t len);
void decoder_dict_free(struct decoder_dict *d);

/*
 * Decode the one frame that fills `frame` into exactly raw_len bytes at `out`.
 * `dict` may be NULL, dict_id is then 0.  FICHE_ERR_CORRUPT with `at` and
 * `what`
 * ("cards", "bodies", "dictionary") in the sentence, or FICHE_ERR_NOMEM.
 */
int decode_frame(struct decoder *d, const uint8_t *frame, size_t frame_len,
                 const struct decoder_dict *dict, uint32_t dict_id, void *out,
                 size_t raw_len, uint64_t at, const char *what,
                 struct fiche_error *err);

/*
 * The same, but stop as soon as the first `want` bytes are there.  Only what
 * the section's SHA-256 has proven intact may be decoded in part, since the
 * frame's own checksum is not reached.
 */
int decode_prefix(struct decoder *d, const uint8_t *frame, size_t frame_len,
                  const struct decoder_dict *dict, uint32_t dict_id, void *out,
                  size_t raw_len, size_t want, uint64_t at, const char *what,
                  struct fiche_error *err);

/*
 * Append a frame as it is, but for the dictionary it names: that becomes
 * `dict_id` (0: none).  The id stands in the frame's header, and in no checksum
 * of it.  FICHE_ERR_CORRUPT if it is no frame, or FICHE_ERR_NOMEM.
 */
int frame_copy(struct buf *out, const uint8_t *frame, size_t frame_len,
               uint32_t dict_id, struct fiche_error *err);

#endif
