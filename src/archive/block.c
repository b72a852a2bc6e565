/* SPDX-License-Identifier: Apache-2.0 */
/*
 * block.c - from a stored section to cards and bodies.
 *
 * Bodies are decoded from the front, as far as somebody asks: an article in the
 * middle of a block costs half of it.
 */

#include "archive/block.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

/* Cut the decoded cards into lines and the bodies into slices. */
static int slice(struct block *b, struct fiche_error *err)
{
	struct block_entry e;
	struct cursor c;
	size_t body_at = 0, at = 0;
	uint32_t n = b->head.record_count;

	if (alloc_grow(&b->records, &b->records_cap, n, sizeof(*b->records)) <
	    0)
		return err_nomem(err);
	cursor_init(&c, b->head.entries.ptr, b->head.entries.len);
	for (uint32_t i = 0; i < n; i++) {
		struct block_record *r = &b->records[i];
		const uint8_t *lf;

		/* block_head_decode() has walked the entries. */
		(void)block_entry_next(&c, &e);
		r->kind = e.kind;
		r->shared = e.shared;
		r->value = e.value;
		r->body_at = body_at;
		if (!e.shared)
			body_at += (size_t)e.value + 1;
		lf = at < b->cards.len ? memchr(b->cards.ptr + at, '\n',
		                                b->cards.len - at)
		                       : NULL;
		if (!lf)
			return err_set(err, FICHE_ERR_CORRUPT, b->offset,
			               "block has fewer cards than records");
		r->card_at = at;
		r->card_len = (size_t)(lf - b->cards.ptr) - at;
		at += r->card_len + 1;
	}
	if (at != b->cards.len)
		return err_set(err, FICHE_ERR_CORRUPT, b->offset,
		               "block has more cards than records");
	return 0;
}

static int decode_cards(struct block *b, struct archive *a,
                        struct dict_cache *dicts, struct decoder *dec,
                        struct fiche_error *err)
{
	const struct decoder_dict *dict;
	int r;

	r = dict_cache_get(dicts, a, b->head.cards_dict, 1, &dict, err);
	if (r < 0)
		return r;
	buf_clear(&b->cards);
	if (!buf_reserve(&b->cards, b->head.cards_raw))
		return err_nomem(err);
	r = decode_frame(
		dec, b->stored.ptr + SECTION_HEADER_SIZE + b->head.head_len,
		b->head.cards_len, dict, b->head.cards_dict, b->cards.ptr,
		b->head.cards_raw, b->offset, "cards", err);
	if (r < 0)
		return r;
	b->cards.len = b->head.cards_raw;
	return slice(b, err);
}

/* The head stands in b->stored behind the section header. */
static int decode_head(struct block *b, struct fiche_error *err)
{
	int r;

	if (b->section.inner_len < BLOCK_FIXED ||
	    b->section.inner_len > BLOCK_HEAD_MAX ||
	    b->stored.len - SECTION_HEADER_SIZE < b->section.inner_len)
		return err_set(err, FICHE_ERR_CORRUPT, b->section.offset,
		               "block head has an impossible length");
	r = block_head_decode(&b->head, b->stored.ptr + SECTION_HEADER_SIZE,
	                      b->section.inner_len, b->section.payload_len,
	                      b->section.offset, err);
	if (r < 0)
		return r;
	if ((uint64_t)SECTION_HEADER_SIZE + b->head.head_len +
	            b->head.cards_len >
	    b->stored.len)
		return err_set(err, FICHE_ERR_CORRUPT, b->section.offset,
		               "block cards end elsewhere than the index says");
	return 0;
}

int block_decode(struct block *b, struct archive *a, struct dict_cache *dicts,
                 struct decoder *dec, uint64_t offset, struct fiche_error *err)
{
	int r;

	b->offset = offset;
	b->bodies_ready = 0;
	buf_clear(&b->bodies);
	b->has_bodies = b->stored.len == section_size(&b->section);
	r = decode_head(b, err);
	if (r == 0)
		r = decode_cards(b, a, dicts, dec, err);
	if (r < 0)
		b->offset = 0;
	return r;
}

/* Only head and cards: checked by header CRC, head CRC and the checksum of the
 * cards frame, since the payload's SHA-256 covers more than was read. */
static int load_front(struct block *b, struct archive *a, uint64_t offset,
                      uint64_t size, uint32_t cards_end,
                      struct fiche_error *err)
{
	int r;

	if (cards_end < SECTION_HEADER_SIZE + BLOCK_FIXED || cards_end > size)
		return err_set(err, FICHE_ERR_CORRUPT, offset,
		               "index gives an impossible end of cards");
	if (!buf_reserve(&b->stored, cards_end))
		return err_nomem(err);
	r = io_read(a->file, offset, b->stored.ptr, cards_end, err);
	if (r < 0)
		return r;
	b->stored.len = cards_end;
	r = section_decode(&b->section, b->stored.ptr, offset, a->uuid, err);
	if (r < 0)
		return r;
	if (b->section.type != SECTION_DATA ||
	    section_size(&b->section) != size)
		return err_set(err, FICHE_ERR_CORRUPT, offset,
		               "another section stands here than expected");
	return 0;
}

int block_load(struct block *b, struct archive *a, struct dict_cache *dicts,
               struct decoder *dec, uint64_t offset, uint64_t size,
               uint32_t cards_end, struct fiche_error *err)
{
	int r;

	b->offset = 0;
	buf_clear(&b->stored);
	if (cards_end)
		r = load_front(b, a, offset, size, cards_end, err);
	else
		r = archive_read_section(a, offset, size, SECTION_DATA,
		                         &b->section, &b->stored, err);
	if (r < 0)
		return r;
	return block_decode(b, a, dicts, dec, offset, err);
}

int block_bodies(struct block *b, struct archive *a, struct dict_cache *dicts,
                 struct decoder *dec, size_t want, struct fiche_error *err)
{
	const struct decoder_dict *dict;
	size_t raw = (size_t)b->head.bodies_raw;
	int r;

	if (want <= b->bodies_ready && b->bodies_ready > 0)
		return 0;
	/* Asked twice: the rest will be wanted too. */
	if (b->bodies_ready > 0)
		want = raw;
	r = dict_cache_get(dicts, a, b->head.bodies_dict, 2, &dict, err);
	if (r < 0)
		return r;
	/* One more, so that there is a place even where all is shared. */
	if (!buf_reserve(&b->bodies, raw - b->bodies.len + 1)) {
		/* There may be memory when it is asked for again. */
		buf_clear(&b->bodies);
		b->bodies_ready = 0;
		return err_nomem(err);
	}
	r = decode_prefix(dec,
	                  b->stored.ptr + SECTION_HEADER_SIZE +
	                          b->head.head_len + b->head.cards_len,
	                  (size_t)b->head.bodies_len, dict, b->head.bodies_dict,
	                  b->bodies.ptr, raw, want, b->offset, "bodies", err);
	if (r < 0)
		return r;
	b->bodies.len = want;
	b->bodies_ready = want;
	return 0;
}

void block_done(struct block *b)
{
	buf_done(&b->stored);
	buf_done(&b->cards);
	buf_done(&b->bodies);
	alloc_free(b->records);
	memset(b, 0, sizeof(*b));
}
