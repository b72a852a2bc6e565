/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dict.h - DICT sections: a dictionary, and the parity that mends it
 * (spec 3.3).
 */
#ifndef FORMAT_DICT_H
#define FORMAT_DICT_H

#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "fiche/error.h"

#define DICT_HEAD        16
#define DICT_RAW_MAX     ((uint64_t)8 << 20)
#define DICT_PAYLOAD_MAX (DICT_RAW_MAX + 65536)

enum dict_class {
	DICT_CARDS = 1,
	DICT_BODIES = 2,
	DICT_PARITY = 128, /* added to the class */
};

struct dict_head {
	uint32_t id;
	uint8_t class;
	uint64_t len; /* raw dictionary, or payload that the parity is for */
	struct bytes rest; /* zstd frame, or cell CRCs and parity; borrowed */
};

void dict_head_encode(struct buf *out, uint32_t id, unsigned class,
                      uint64_t len);
int dict_head_decode(struct dict_head *out, const uint8_t *payload, size_t len,
                     uint64_t at, struct fiche_error *err);

/* Append the payload of the parity section for a dictionary's payload. */
void dict_parity_encode(struct buf *out, uint32_t id, unsigned class,
                        const uint8_t *payload, size_t len);
/* Bytes of the parity section's payload for a payload of `len` bytes. */
size_t dict_parity_len(size_t len);

/* Take each cell from `other` that is right there and wrong in `payload`. */
void dict_parity_take(uint8_t *payload, const uint8_t *other, size_t len,
                      const struct dict_head *parity);
/*
 * Mend `payload` in place with a decoded parity section.  Returns the number of
 * cells replaced, or FICHE_ERR_CORRUPT if more is lost than parity can give
 * back or the two do not belong together, or FICHE_ERR_NOMEM.
 */
int dict_parity_mend(uint8_t *payload, size_t len,
                     const struct dict_head *parity);

#endif
