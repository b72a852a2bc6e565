/* SPDX-License-Identifier: Apache-2.0 */
/* headers.c - see headers.h. */

#include "archive/headers.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define CHUNK  ((size_t)1 << 20)
#define SECTOR 4096

int headers_init(struct headers *h, struct io_file *file, uint64_t size,
                 uint64_t at, struct fiche_error *err)
{
	memset(h, 0, sizeof(*h));
	h->file = file;
	h->size = size;
	h->at = at;
	h->chunk = alloc_bytes(CHUNK);
	return h->chunk ? 0 : err_nomem(err);
}

void headers_done(struct headers *h)
{
	alloc_free(h->chunk);
}

/* Let the chunk hold the header at h->at. */
static int fill(struct headers *h, struct fiche_error *err)
{
	int r;

	if (h->at >= h->chunk_at &&
	    h->at + SECTION_HEADER_SIZE <= h->chunk_at + h->have)
		return 0;
	h->chunk_at = h->at;
	h->have = h->size - h->at < CHUNK ? (size_t)(h->size - h->at) : CHUNK;
	r = io_read(h->file, h->at, h->chunk, h->have, err);
	if (r < 0)
		h->have = 0;
	return r;
}

int headers_next(struct headers *h, uint64_t *at, const uint8_t **raw,
                 struct fiche_error *err)
{
	while (h->size >= SECTION_HEADER_SIZE &&
	       h->at <= h->size - SECTION_HEADER_SIZE) {
		const uint8_t *from, *hit;
		size_t left;
		int r = fill(h, h->pass_over ? NULL : err);

		if (r < 0 && !h->pass_over)
			return r;
		if (r < 0) {
			h->at += SECTOR - h->at % SECTOR;
			continue;
		}
		from = h->chunk + (h->at - h->chunk_at) + SECTION_SYNC_AT;
		left = (size_t)(h->chunk + h->have - from);
		hit = memchr(from, SECTION_SYNC[0], left);
		h->at += hit ? (size_t)(hit - from) : left;
		/* The rest of the header may stand in the next chunk. */
		if (!hit || h->at + SECTION_HEADER_SIZE > h->chunk_at + h->have)
			continue;
		*at = h->at++;
		*raw = hit - SECTION_SYNC_AT;
		if (memcmp(hit, SECTION_SYNC, SECTION_SYNC_SIZE) == 0)
			return 0;
	}
	return FICHE_END;
}
