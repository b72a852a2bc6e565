/* SPDX-License-Identifier: Apache-2.0 */
/* postings.c - see postings.h. */

#include "format/postings.h"

/* Parameters of the code for counts. */
#define COUNT_K_MAX       7u
#define COUNT_K_SHORT_MAX 1u
#define CODE_K_BITS       5u

/* Numbers that stand for what a posting says of its word. */
#define MARK_TITLE 2u /* the count follows as a number of its own, less 1 */

/* ---- lengths and weights ---- */

static unsigned bit_length(uint64_t v)
{
	return v ? 64u - (unsigned)__builtin_clzll(v) : 0;
}

uint8_t norm_of_length(uint32_t words)
{
	unsigned shift;

	if (words < 16)
		return (uint8_t)words;
	shift = bit_length(words) - 4;
	return (uint8_t)(16 + (shift - 1) * 8 + ((words >> shift) & 7));
}

uint32_t norm_to_length(uint8_t norm)
{
	unsigned shift;

	if (norm < 16)
		return norm;
	shift = (norm - 16u) / 8 + 1;
	return shift > 28 ? UINT32_MAX : (8u + (norm & 7u)) << shift;
}

uint8_t posting_impact(const struct posting *p, uint32_t length,
                       uint32_t average)
{
	/* tf / (tf + 1.2 * (0.25 + 0.75 * length / average)), in integers. */
	uint64_t tf = p->count + POSTINGS_TITLE * p->title;
	uint64_t top = 10 * tf * average;
	uint64_t all = top + 3 * (uint64_t)average + 9 * (uint64_t)length;

	return (uint8_t)((255 * top + all - 1) / all);
}

/* ---- codes ---- */

/* The number for (count, title); *more is a second one, or UINT32_MAX. */
static uint32_t mark_of(const struct posting *p, uint32_t *more)
{
	*more = UINT32_MAX;
	if (p->title) {
		*more = p->count - 1u;
		return MARK_TITLE;
	}
	return p->count > MARK_TITLE ? p->count : p->count - 1u;
}

static uint64_t marks_size(const struct posting *p, size_t count, unsigned k)
{
	uint64_t size = 0;
	uint32_t more;

	for (size_t i = 0; i < count; i++) {
		size += rice_size(mark_of(&p[i], &more), k);
		if (more != UINT32_MAX)
			size += rice_size(more, k);
	}
	return size;
}

static unsigned best_k_of_marks(const struct posting *p, size_t count,
                                unsigned max)
{
	uint64_t best = marks_size(p, count, 0), size;
	unsigned k = 0;

	for (unsigned i = 1; i <= max; i++) {
		size = marks_size(p, count, i);
		if (size < best) {
			best = size;
			k = i;
		}
	}
	return k;
}

static void put_marks(struct bit_writer *w, const struct posting *p,
                      size_t count, unsigned k)
{
	uint32_t more;

	for (size_t i = 0; i < count; i++) {
		rice_put(w, mark_of(&p[i], &more), k);
		if (more != UINT32_MAX)
			rice_put(w, more, k);
	}
}

static bool get_marks(struct bit_reader *r, struct posting *p, size_t count,
                      unsigned k)
{
	bool good = true;

	for (size_t i = 0; i < count; i++) {
		uint32_t mark = rice_get(r, k);
		uint32_t n = mark;

		p[i].title = mark == MARK_TITLE;
		if (mark == MARK_TITLE)
			n = rice_get(r, k) + 1;
		else if (mark < MARK_TITLE)
			n = mark + 1;
		good &= n - 1 < POSTINGS_COUNT_MAX;
		p[i].count = (uint8_t)n;
	}
	return good && !r->bad;
}

/* What is to be expected of gaps when `count` of `records` are in the list. */
static unsigned expected_k(uint64_t count, uint64_t records)
{
	unsigned bits = bit_length(records * 11 / (16 * count));

	return bits > 0 ? bits - 1 : 0;
}

/* ---- short lists ---- */

void postings_put_short(struct bit_writer *w, const struct posting *p,
                        size_t count, const struct postings_of *of)
{
	const unsigned k = expected_k(count, of->records);
	const unsigned marks_k = best_k_of_marks(p, count, COUNT_K_SHORT_MAX);
	uint32_t next = 0;

	bits_put(w, marks_k, 1);
	for (size_t i = 0; i < count; i++) {
		rice_put(w, p[i].idx - next, k);
		next = p[i].idx + 1;
	}
	put_marks(w, p, count, marks_k);
}

bool postings_get_short(struct bit_reader *r, struct posting *out, size_t count,
                        uint64_t records)
{
	const unsigned k = expected_k(count, records);
	const unsigned marks_k = (unsigned)bits_get(r, 1);
	uint64_t next = 0;

	for (size_t i = 0; i < count; i++) {
		next += rice_get(r, k);
		if (next >= records)
			return false;
		out[i].idx = (uint32_t)next++;
	}
	return get_marks(r, out, count, marks_k);
}

/* ---- long lists ---- */

static unsigned best_k_of_gaps(const struct posting *p, size_t count,
                               uint32_t next)
{
	uint64_t best = UINT64_MAX;
	unsigned best_k = 0;

	for (unsigned k = 0; k <= RICE_K_MAX; k++) {
		uint64_t size = 0;
		uint32_t from = next;

		for (size_t i = 0; i < count; i++) {
			size += rice_size(p[i].idx - from, k);
			from = p[i].idx + 1;
		}
		/* Convex in k: the first rise ends it. */
		if (size >= best)
			break;
		best = size;
		best_k = k;
	}
	return best_k;
}

static uint8_t greatest_impact(const struct posting *p, size_t count,
                               const struct postings_of *of)
{
	uint8_t max = 0;

	for (size_t i = 0; i < count; i++) {
		uint32_t length = norm_to_length(of->norms[p[i].idx]);
		uint8_t impact = posting_impact(&p[i], length, of->average);

		max = impact > max ? impact : max;
	}
	return max;
}

/* The bits of one block; returns the byte of its parameters. */
static uint8_t put_block(struct buf *out, const struct posting *p, size_t count,
                         uint32_t next)
{
	const unsigned k = best_k_of_gaps(p, count, next);
	const unsigned marks_k = best_k_of_marks(p, count, COUNT_K_MAX);
	struct bit_writer w = { .out = out };

	for (size_t i = 0; i < count; i++) {
		rice_put(&w, p[i].idx - next, k);
		next = p[i].idx + 1;
	}
	put_marks(&w, p, count, marks_k);
	bits_flush(&w);
	return (uint8_t)(k | marks_k << CODE_K_BITS);
}

void postings_put_long(struct buf *out, const struct posting *p, size_t count,
                       const struct postings_of *of)
{
	struct buf blocks = { 0 };
	uint32_t next = 0;

	for (size_t i = 0; i < count; i += POSTINGS_BLOCK) {
		size_t n =
			count - i < POSTINGS_BLOCK ? count - i : POSTINGS_BLOCK;
		size_t at = blocks.len;
		uint8_t code = put_block(&blocks, p + i, n, next);

		buf_varint(out, p[i + n - 1].idx - next);
		buf_varint(out, blocks.len - at);
		buf_u8(out, greatest_impact(p + i, n, of));
		buf_u8(out, code);
		next = p[i + n - 1].idx + 1;
	}
	buf_put(out, blocks.ptr, blocks.len);
	out->failed |= blocks.failed;
	buf_done(&blocks);
}

bool postings_table(struct postings_block *out, uint64_t count,
                    struct bytes list, uint64_t records)
{
	const uint32_t blocks = postings_block_count(count);
	uint64_t next = 0, at = 0;
	struct cursor c;

	cursor_init(&c, list.ptr, list.len);
	for (uint32_t i = 0; i < blocks; i++) {
		uint64_t last = cursor_varint(&c);
		uint64_t len = cursor_varint(&c);

		out[i].impact = cursor_u8(&c);
		out[i].code = cursor_u8(&c);
		if (last >= records || next + last >= records ||
		    len > list.len - at || len > UINT32_MAX)
			return false;
		out[i].last = (uint32_t)(next + last);
		out[i].at = (uint32_t)at;
		out[i].len = (uint32_t)len;
		next += last + 1;
		at += len;
	}
	/* The blocks fill what the table leaves. */
	if (!cursor_ok(&c) || at != c.left || list.len > UINT32_MAX)
		return false;
	for (uint32_t i = 0; i < blocks; i++)
		out[i].at += (uint32_t)(list.len - c.left);
	return true;
}

/* `n` gaps behind `next` that lead to `last` exactly. */
static bool get_gaps(struct bit_reader *r, struct posting *out, size_t n,
                     uint64_t next, uint32_t last, unsigned k)
{
	for (size_t i = 0; i < n; i++) {
		next += rice_get(r, k);
		if (next > last)
			return false;
		out[i].idx = (uint32_t)next++;
	}
	return !r->bad && next == (uint64_t)last + 1;
}

/* The same with k = 0: a gap and its end mark are a bit for each record, so the
 * block is a map of the records. */
static bool get_map(struct bit_reader *r, struct posting *out, size_t n,
                    uint64_t next, uint32_t last)
{
	const uint64_t bits = (uint64_t)last + 1 - next;
	size_t i = 0;

	for (uint64_t at = 0; at < bits; at += 56) {
		unsigned count = bits - at < 56 ? (unsigned)(bits - at) : 56;
		uint64_t map = bits_get(r, count);

		for (; map; map &= map - 1) {
			if (i == n)
				return false;
			out[i++].idx = (uint32_t)(next + at) +
			               (unsigned)__builtin_ctzll(map);
		}
	}
	return !r->bad && i == n && out[n - 1].idx == last;
}

size_t postings_get_block(struct posting out[POSTINGS_BLOCK],
                          const struct postings_block *table, uint32_t i,
                          uint64_t count, struct bytes list, bool counts)
{
	const struct postings_block *b = &table[i];
	uint64_t left = count - (uint64_t)i * POSTINGS_BLOCK;
	size_t n = left < POSTINGS_BLOCK ? (size_t)left : POSTINGS_BLOCK;
	uint64_t next = i > 0 ? (uint64_t)table[i - 1].last + 1 : 0;
	const unsigned k = b->code & ((1u << CODE_K_BITS) - 1);
	struct bit_reader r;

	bits_init(&r, list.ptr + b->at, b->len);
	if (k == 0 ? !get_map(&r, out, n, next, b->last)
	           : !get_gaps(&r, out, n, next, b->last, k))
		return 0;
	if (counts &&
	    (!get_marks(&r, out, n, b->code >> CODE_K_BITS) || !bits_done(&r)))
		return 0;
	return n;
}
