/* SPDX-License-Identifier: Apache-2.0 */
/* word_page.c - see word_page.h. */

#include "format/word_page.h"

#include <assert.h>
#include <string.h>

#include <zstd.h>

#include "fiche/error.h"

#define NIBBLE_MAX 15u

/* ---- writing ---- */

void word_page_writer_done(struct word_page_writer *w)
{
	buf_done(&w->shape);
	buf_done(&w->counts);
	buf_done(&w->lengths);
	buf_done(&w->text);
	buf_done(&w->lists);
	ZSTD_freeCCtx(w->zstd);
	ZSTD_freeDCtx(w->again);
	w->zstd = NULL;
	w->again = NULL;
}

bool word_page_is_full(const struct word_page_writer *w)
{
	return w->shape.len + w->counts.len + w->lengths.len + w->text.len >=
	               WORD_PAGE_RAW ||
	       w->lists.len >= WORD_PAGE_LISTS;
}

static size_t shared_prefix(const struct word_page_writer *w,
                            const uint8_t *word, size_t len)
{
	size_t max = len < w->last_len ? len : w->last_len, n = 0;

	while (w->words > 0 && n < max && w->last[n] == word[n])
		n++;
	return n;
}

/* Two lengths: a nibble each, what is above it behind them. */
static void put_shape(struct buf *out, size_t shared, size_t rest)
{
	size_t a = shared < NIBBLE_MAX ? shared : NIBBLE_MAX;
	size_t b = rest < NIBBLE_MAX ? rest : NIBBLE_MAX;

	buf_u8(out, (uint8_t)(a << 4 | b));
	if (a == NIBBLE_MAX)
		buf_varint(out, shared - NIBBLE_MAX);
	if (b == NIBBLE_MAX)
		buf_varint(out, rest - NIBBLE_MAX);
}

void word_page_add(struct word_page_writer *w, const uint8_t *word, size_t len,
                   const struct posting *p, size_t count,
                   const struct postings_of *of, uint64_t long_len)
{
	size_t shared = shared_prefix(w, word, len);

	assert(len > 0 && len <= WORD_MAX && count > 0);
	if (w->words == 0) {
		memcpy(w->first, word, len);
		w->first_len = len;
		w->bits = (struct bit_writer){ .out = &w->lists };
	}
	put_shape(&w->shape, shared, len - shared);
	buf_put(&w->text, word + shared, len - shared);
	buf_varint(&w->counts, count);
	if (count < POSTINGS_BLOCK)
		postings_put_short(&w->bits, p, count, of);
	else
		buf_varint(&w->lengths, long_len);
	w->long_bytes += count < POSTINGS_BLOCK ? 0 : long_len;
	memcpy(w->last, word, len);
	w->last_len = len;
	w->words++;
}

static int check_frame(struct word_page_writer *w, const struct buf *raw,
                       const struct buf *frame)
{
	struct buf back = { 0 };
	int r = FICHE_ERR_NOMEM;

	if (!w->again)
		w->again = ZSTD_createDCtx();
	if (w->again && buf_reserve(&back, raw->len))
		r = ZSTD_decompressDCtx(w->again, back.ptr, raw->len,
		                        frame->ptr, frame->len) == raw->len &&
		                    memcmp(back.ptr, raw->ptr, raw->len) == 0 &&
		                    ZSTD_getFrameContentSize(
					    frame->ptr, frame->len) == raw->len
		            ? 0
		            : FICHE_ERR_CORRUPT;
	buf_done(&back);
	return r;
}

static int put_frame(struct word_page_writer *w, const struct buf *raw,
                     struct buf *out)
{
	struct buf frame = { 0 };
	size_t size = 0;
	int r = FICHE_ERR_NOMEM;

	if (!w->zstd)
		w->zstd = ZSTD_createCCtx();
	if (w->zstd && buf_reserve(&frame, ZSTD_compressBound(raw->len)))
		size = ZSTD_compressCCtx(w->zstd, frame.ptr, frame.cap,
		                         raw->ptr, raw->len, w->level);
	if (size > 0 && !ZSTD_isError(size)) {
		frame.len = size;
		r = check_frame(w, raw, &frame);
	}
	if (r == 0) {
		buf_varint(out, size);
		buf_put(out, frame.ptr, size);
	}
	buf_done(&frame);
	return r;
}

int word_page_finish(struct word_page_writer *w, struct buf *out)
{
	struct buf raw = { 0 };
	int r = FICHE_ERR_NOMEM;

	bits_flush(&w->bits);
	buf_varint(&raw, w->words);
	buf_varint(&raw, w->shape.len);
	buf_varint(&raw, w->counts.len);
	buf_varint(&raw, w->lengths.len);
	buf_put(&raw, w->shape.ptr, w->shape.len);
	buf_put(&raw, w->counts.ptr, w->counts.len);
	buf_put(&raw, w->lengths.ptr, w->lengths.len);
	buf_put(&raw, w->text.ptr, w->text.len);
	if (buf_ok(&raw) && buf_ok(&w->shape) && buf_ok(&w->counts) &&
	    buf_ok(&w->lengths) && buf_ok(&w->text) && buf_ok(&w->lists))
		r = put_frame(w, &raw, out);
	buf_put(out, w->lists.ptr, w->lists.len);
	buf_done(&raw);
	buf_clear(&w->shape);
	buf_clear(&w->counts);
	buf_clear(&w->lengths);
	buf_clear(&w->text);
	buf_clear(&w->lists);
	w->words = 0;
	w->long_bytes = 0;
	return r == 0 && !buf_ok(out) ? FICHE_ERR_NOMEM : r;
}

/* ---- reading ---- */

void word_page_done(struct word_page *p)
{
	buf_done(&p->raw);
	ZSTD_freeDCtx(p->zstd);
	p->zstd = NULL;
}

/* The content of the frame, into p->raw. */
static int unpack(struct word_page *p, struct bytes frame)
{
	unsigned long long len = ZSTD_getFrameContentSize(frame.ptr, frame.len);

	/* The two special answers are above the limit, too.  libzstd would also
	 * take several frames, and those of its first versions. */
	if (len == 0 || len > WORD_PAGE_MAX ||
	    get_u32(frame.ptr) != ZSTD_MAGICNUMBER ||
	    ZSTD_findFrameCompressedSize(frame.ptr, frame.len) != frame.len)
		return FICHE_ERR_CORRUPT;
	if (!p->zstd)
		p->zstd = ZSTD_createDCtx();
	buf_clear(&p->raw);
	if (!p->zstd || !buf_reserve(&p->raw, (size_t)len))
		return FICHE_ERR_NOMEM;
	if (ZSTD_decompressDCtx(p->zstd, p->raw.ptr, (size_t)len, frame.ptr,
	                        frame.len) != (size_t)len)
		return FICHE_ERR_CORRUPT;
	p->raw.len = (size_t)len;
	return 0;
}

int word_page_load(struct word_page *p, struct bytes stored, uint64_t records)
{
	struct cursor c;
	struct bytes frame, shape, counts, lengths, text;
	uint64_t words, shape_len, counts_len, lengths_len;
	int r;

	p->words = 0;
	p->len = 0;
	p->bad = true;
	p->list_due = false;
	p->long_at = p->long_len = 0;
	p->records = records;
	cursor_init(&c, stored.ptr, stored.len);
	frame.len = (size_t)cursor_varint(&c);
	frame = cursor_take(&c, frame.len);
	if (!cursor_ok(&c))
		return FICHE_ERR_CORRUPT;
	bits_init(&p->lists, c.at, c.left);
	r = unpack(p, frame);
	if (r < 0)
		return r;
	cursor_init(&c, p->raw.ptr, p->raw.len);
	words = cursor_varint(&c);
	shape_len = cursor_varint(&c);
	counts_len = cursor_varint(&c);
	lengths_len = cursor_varint(&c);
	shape = cursor_take(&c, (size_t)shape_len);
	counts = cursor_take(&c, (size_t)counts_len);
	lengths = cursor_take(&c, (size_t)lengths_len);
	text = cursor_take(&c, c.left);
	/* A word takes a byte of shape at least. */
	if (!cursor_ok(&c) || words == 0 || words > shape_len)
		return FICHE_ERR_CORRUPT;
	cursor_init(&p->shape, shape.ptr, shape.len);
	cursor_init(&p->counts, counts.ptr, counts.len);
	cursor_init(&p->lengths, lengths.ptr, lengths.len);
	cursor_init(&p->text, text.ptr, text.len);
	p->words = (uint32_t)words;
	p->bad = false;
	return 0;
}

static bool bad(struct word_page *p)
{
	p->bad = true;
	p->words = 0;
	return false;
}

/* Behind the last word everything is used up. */
static bool at_end(struct word_page *p)
{
	if (p->shape.left || p->counts.left || p->lengths.left ||
	    p->text.left || !bits_done(&p->lists))
		return bad(p);
	return false;
}

/* Lengths of the next word; what it has in place of a list. */
static bool next_shape(struct word_page *p, uint64_t *shared, uint64_t *rest)
{
	uint8_t shape = cursor_u8(&p->shape);

	*shared = shape >> 4;
	*rest = shape & NIBBLE_MAX;
	if (*shared == NIBBLE_MAX)
		*shared += cursor_varint(&p->shape);
	if (*rest == NIBBLE_MAX)
		*rest += cursor_varint(&p->shape);
	return cursor_ok(&p->shape) && *shared <= p->len && *rest > 0 &&
	       *rest <= WORD_MAX && *shared + *rest <= WORD_MAX;
}

bool word_page_next(struct word_page *p)
{
	struct posting skipped[POSTINGS_BLOCK];
	uint64_t shared, rest;
	struct bytes text;

	if (p->bad || (p->list_due && !word_page_list(p, skipped)))
		return false;
	p->long_at += p->long_len;
	p->long_len = 0;
	if (p->words == 0)
		return at_end(p);
	if (!next_shape(p, &shared, &rest))
		return bad(p);
	text = cursor_take(&p->text, (size_t)rest);
	p->count = cursor_varint(&p->counts);
	if (!text.ptr || !cursor_ok(&p->counts) || p->count == 0 ||
	    p->count > p->records)
		return bad(p);
	/* Ascending: the first byte that differs is above, or this is longer.
	 */
	if (shared < p->len && text.ptr[0] <= p->word[shared])
		return bad(p);
	memcpy(p->word + shared, text.ptr, (size_t)rest);
	p->len = (size_t)(shared + rest);
	p->list_due = p->count < POSTINGS_BLOCK;
	if (!p->list_due) {
		p->long_len = cursor_varint(&p->lengths);
		if (!cursor_ok(&p->lengths) || p->long_len == 0 ||
		    p->long_len > UINT32_MAX)
			return bad(p);
	}
	p->words--;
	return true;
}

bool word_page_list(struct word_page *p, struct posting out[POSTINGS_BLOCK])
{
	if (p->bad || !p->list_due)
		return false;
	p->list_due = false;
	if (!postings_get_short(&p->lists, out, (size_t)p->count, p->records))
		return bad(p);
	return true;
}
