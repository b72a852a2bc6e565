/* SPDX-License-Identifier: Apache-2.0 */
/*
 * segment.c - look-ups in one INDEX segment (spec 3.5), except for its terms.
 *
 * Nothing is kept in memory but the table of components: each probe is a read,
 * most often of one page.  Searches narrow an interval at every step, so that
 * data that is not sorted gives a wrong answer, but never an endless search.
 */

#include "index/segment.h"

#include <string.h>

#include "base/cursor.h"
#include "base/err.h"
#include "base/hash.h"
#include "index/layout.h"
#include "index/token.h"
#include "index/words.h"

/* Interpolation converges in 4 or 5 steps where keys are hashes. */
#define INTERPOLATION_STEPS 10

static int corrupt(const struct segment *s, struct fiche_error *err,
                   const char *text)
{
	return err_set(err, FICHE_ERR_CORRUPT, s->offset, "%s", text);
}

/* ---- the table ---- */

unsigned segment_idx_width(uint64_t count)
{
	unsigned width = 1;

	while (width < 4 && count > UINT64_C(1) << (8 * width))
		width++;
	return width;
}

static struct segment_part *known_part(struct segment *s, const uint8_t *id)
{
	struct segment_part *const parts[PART_COUNT] = {
		&s->digs, &s->idor, &s->keys, &s->cols, &s->dord, &s->blkt,
		&s->term, &s->post, &s->wlen, &s->word, &s->wpst,
	};

	for (enum component part = 0; part < PART_COUNT; part++) {
		if (memcmp(id, layout_id(part), PART_ID_SIZE) == 0)
			return parts[part];
	}
	return NULL;
}

static int read_table(struct segment *s, struct segment_in *in, size_t count,
                      struct fiche_error *err)
{
	uint8_t raw[SEGMENT_COMPONENTS_MAX * SEGMENT_ENTRY];
	uint64_t next = SEGMENT_HEAD + (uint64_t)count * SEGMENT_ENTRY;
	bool unknown = false;
	struct cursor c;
	int r;

	if (next > s->len)
		return corrupt(s, err, "index table is cut short");
	r = in->read(in, SEGMENT_HEAD, raw, count * SEGMENT_ENTRY, err);
	if (r < 0)
		return r;
	cursor_init(&c, raw, count * SEGMENT_ENTRY);
	for (size_t i = 0; i < count; i++) {
		const uint8_t *id = cursor_take(&c, PART_ID_SIZE).ptr;
		uint32_t flags = cursor_u32(&c);
		uint64_t at = cursor_u64(&c);
		uint64_t len = cursor_u64(&c);
		struct segment_part *part = known_part(s, id);

		if (flags & ~COMPONENT_CRITICAL)
			return corrupt(s, err,
			               "index component flags are "
			               "reserved");
		if (at != next || len > s->len - at)
			return corrupt(s, err, "index components do not join");
		next = at + len;
		if (!part) {
			unknown |= (flags & COMPONENT_CRITICAL) != 0;
			continue;
		}
		if (part->at != 0)
			return corrupt(s, err, "index component comes twice");
		part->at = at;
		part->len = len;
	}
	if (next != s->len)
		return corrupt(s, err, "index components do not fill it");
	if (unknown)
		return err_set(err, FICHE_ERR_UNSUPPORTED, s->offset,
		               "index has a component of a newer version");
	for (enum component part = 0; part < PART_BASIC_COUNT; part++) {
		if (known_part(s, (const uint8_t *)layout_id(part))->at == 0)
			return corrupt(s, err, "index lacks a component");
	}
	return 0;
}

/* Entries of `size` bytes behind the byte w. */
static int count_entries(const struct segment *s, struct segment_in *in,
                         const struct segment_part *part, unsigned size,
                         uint64_t *count, struct fiche_error *err)
{
	uint8_t width;
	int r;

	if (part->len == 0 || (part->len - 1) % size != 0)
		return corrupt(s, err, "index component has a broken length");
	r = in->read(in, part->at, &width, 1, err);
	if (r < 0)
		return r;
	if (width != s->width)
		return corrupt(s, err, "index has a wrong record width");
	*count = (part->len - 1) / size;
	return 0;
}

static int read_columns(struct segment *s, struct segment_in *in,
                        struct fiche_error *err)
{
	uint8_t raw[COLUMN_HEAD] = { 0 };
	bool seen[UINT8_MAX + 1] = { false };
	uint64_t end = s->cols.at + s->cols.len, at = s->cols.at, values;
	struct cursor c;
	uint32_t count;
	int r;

	if (s->cols.len < COLUMNS_HEAD)
		return corrupt(s, err, "index columns are cut short");
	r = in->read(in, at, raw, COLUMNS_HEAD, err);
	if (r < 0)
		return r;
	cursor_init(&c, raw, COLUMNS_HEAD);
	count = cursor_u32(&c);
	cursor_zeros(&c, 4);
	at += COLUMNS_HEAD;
	if (!cursor_ok(&c) || count > (end - at) / COLUMN_HEAD)
		return corrupt(s, err, "index columns have a broken head");
	values = at + (uint64_t)count * COLUMN_HEAD;
	/* Ids are bytes and come once: at most 256 turns. */
	for (; count > 0; count--, at += COLUMN_HEAD) {
		struct segment_column column = { .at = values };
		uint8_t id;

		r = in->read(in, at, raw, COLUMN_HEAD, err);
		if (r < 0)
			return r;
		cursor_init(&c, raw, COLUMN_HEAD);
		id = cursor_u8(&c);
		column.width = cursor_u8(&c);
		cursor_zeros(&c, 6);
		column.base = cursor_u64(&c);
		if (!cursor_ok(&c) || column.width > 8 || seen[id] ||
		    s->count * column.width > end - values)
			return corrupt(s, err, "index column is malformed");
		seen[id] = true;
		values += s->count * column.width;
		if (id >= 1 && id <= COLUMN_MAX)
			s->column[id] = column;
	}
	if (values != end)
		return corrupt(s, err, "index columns do not fit their length");
	return 0;
}

/* All of the keyword index or nothing; one of another version is not looked at
 * here. */
static int check_words(const struct segment *s, struct fiche_error *err)
{
	const bool any = s->wlen.at || s->word.at || s->wpst.at;

	if (s->tokenizer == 0 && any)
		return corrupt(s, err, "index has words, but no tokenizer");
	if (s->tokenizer != TOKENIZER_VERSION)
		return 0;
	if (!s->wlen.at || !s->word.at || !s->wpst.at)
		return corrupt(s, err, "index lacks a component");
	if (s->wlen.len != s->count || s->word.len < WORDS_HEAD + TERMS_HEAD)
		return corrupt(s, err, "index component has a broken length");
	return 0;
}

int segment_open(struct segment *out, struct segment_in *in, uint64_t len,
                 uint64_t offset, uint64_t first_record, uint64_t count,
                 struct fiche_error *err)
{
	struct segment s = { .offset = offset, .len = len };
	uint8_t head[SEGMENT_HEAD];
	uint64_t idor_count;
	uint32_t components;
	uint16_t fields;
	struct cursor c;
	int r;

	if (len < SEGMENT_HEAD)
		return corrupt(&s, err, "index is cut short");
	r = in->read(in, 0, head, sizeof(head), err);
	if (r < 0)
		return r;
	cursor_init(&c, head, sizeof(head));
	components = cursor_u32(&c);
	fields = cursor_u16(&c);
	s.tokenizer = cursor_u16(&c);
	s.first_record = cursor_u64(&c);
	s.count = cursor_u64(&c);
	if (fields != SEGMENT_FIELDS_VERSION)
		return err_set(err, FICHE_ERR_UNSUPPORTED, offset,
		               "index was made by newer field rules");
	cursor_zeros(&c, 8);
	if (!cursor_ok(&c) || components == 0 ||
	    components > SEGMENT_COMPONENTS_MAX)
		return corrupt(&s, err, "index has a broken head");
	if (s.first_record != first_record || s.count != count || count == 0 ||
	    count > UINT32_MAX)
		return corrupt(&s, err, "index is about other records");
	s.width = segment_idx_width(count);
	r = read_table(&s, in, components, err);
	if (r < 0)
		return r;
	if (s.digs.len != count * DIGEST_SIZE ||
	    s.idor.len != 1 + count * s.width || s.blkt.len % BLOCK_SIZE != 0 ||
	    s.blkt.len == 0 || s.blkt.len / BLOCK_SIZE > count ||
	    s.term.len < TERMS_HEAD)
		return corrupt(&s, err, "index component has a broken length");
	r = check_words(&s, err);
	if (r < 0)
		return r;
	s.block_count = s.blkt.len / BLOCK_SIZE;
	r = count_entries(&s, in, &s.idor, s.width, &idor_count, err);
	if (r == 0)
		r = count_entries(&s, in, &s.keys, KEY_SIZE + s.width,
		                  &s.key_count, err);
	if (r == 0)
		r = count_entries(&s, in, &s.dord, s.width, &s.dated, err);
	if (r == 0 && s.dated > count)
		r = corrupt(&s, err, "index has more dates than records");
	if (r == 0)
		r = read_columns(&s, in, err);
	if (r == 0)
		*out = s;
	return r;
}

/* ---- entries ---- */

static int outside(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
	               "place outside of the index");
}

/* The idx in the last bytes of an entry. */
static int take_idx(const struct segment *s, const uint8_t *entry, size_t size,
                    uint64_t *idx, struct fiche_error *err)
{
	uint64_t v = get_uint(entry + size - s->width, s->width);

	if (v >= s->count)
		return corrupt(s, err, "index names a record that it lacks");
	*idx = v;
	return 0;
}

int segment_digest(const struct segment *s, struct segment_in *in, uint64_t idx,
                   uint8_t out[32], struct fiche_error *err)
{
	if (idx >= s->count)
		return outside(err);
	return in->read(in, s->digs.at + idx * DIGEST_SIZE, out, DIGEST_SIZE,
	                err);
}

int segment_idor(const struct segment *s, struct segment_in *in, uint64_t pos,
                 uint64_t *idx, struct fiche_error *err)
{
	uint8_t raw[4];
	int r;

	if (pos >= s->count)
		return outside(err);
	r = in->read(in, s->idor.at + 1 + pos * s->width, raw, s->width, err);
	return r < 0 ? r : take_idx(s, raw, s->width, idx, err);
}

int segment_key_at(const struct segment *s, struct segment_in *in, uint64_t pos,
                   uint8_t key[KEY_SIZE], uint64_t *idx,
                   struct fiche_error *err)
{
	const unsigned size = KEY_SIZE + s->width;
	uint8_t raw[KEY_SIZE + 4];
	int r;

	if (pos >= s->key_count)
		return outside(err);
	r = in->read(in, s->keys.at + 1 + pos * size, raw, size, err);
	if (r == 0)
		r = take_idx(s, raw, size, idx, err);
	if (r == 0)
		memcpy(key, raw, KEY_SIZE);
	return r;
}

int segment_dord(const struct segment *s, struct segment_in *in, uint64_t pos,
                 uint64_t *idx, struct fiche_error *err)
{
	uint8_t raw[4];
	int r;

	if (pos >= s->dated)
		return outside(err);
	r = in->read(in, s->dord.at + 1 + pos * s->width, raw, s->width, err);
	return r < 0 ? r : take_idx(s, raw, s->width, idx, err);
}

/* ---- columns ---- */

int segment_columns(const struct segment *s, struct segment_in *in,
                    enum column_id id, uint64_t idx, uint64_t count,
                    uint64_t *out, struct fiche_error *err)
{
	const struct segment_column *col = &s->column[id];
	const uint8_t *raw;
	int r;

	if (idx > s->count || count > s->count - idx)
		return outside(err);
	/* The stored values go to the end of `out` and are widened from the
	 * front: value i never reaches the bytes of value i + 1. */
	raw = (uint8_t *)out + (8u - col->width) * count;
	if (col->width > 0 && count > 0) {
		r = in->read(in, col->at + idx * col->width,
		             (uint8_t *)out + (8u - col->width) * count,
		             (size_t)count * col->width, err);
		if (r < 0)
			return r;
	}
	for (uint64_t i = 0; i < count; i++) {
		uint64_t v = get_uint(raw + i * col->width, col->width);

		v += col->base;
		memcpy(&out[i], &v, sizeof(v));
	}
	return 0;
}

int segment_column(const struct segment *s, struct segment_in *in,
                   enum column_id id, uint64_t idx, uint64_t *out,
                   struct fiche_error *err)
{
	return segment_columns(s, in, id, idx, 1, out, err);
}

/* ---- ordered components ---- */

#define PROBE_MAX DIGEST_SIZE

/* A component in the order of byte strings. */
struct ordered {
	uint64_t count;
	size_t key_len;
	int (*probe)(const struct segment *s, struct segment_in *in,
	             uint64_t pos, uint8_t *key, uint64_t *idx,
	             struct fiche_error *err);
	bool any_match; /* stop at a match that may not be the first */
};

struct found {
	uint64_t
		pos; /* of the first entry that is not below, or of the match */
	uint64_t idx; /* of the match */
	bool match;
};

/* The first 8 bytes as a number. */
static uint64_t leading(const uint8_t *key, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < 8; i++)
		v = v << 8 | (i < len ? key[i] : 0u);
	return v;
}

static int search(struct found *out, const struct segment *s,
                  struct segment_in *in, const struct ordered *o,
                  const uint8_t *key, struct fiche_error *err)
{
	uint64_t lo = 0, hi = o->count;
	/* Leading bytes of what stands before lo and of what stands at hi. */
	uint64_t below = 0, above = UINT64_MAX;
	const uint64_t want = leading(key, o->key_len);

	out->match = false;
	for (int step = 0; lo < hi; step++) {
		uint64_t mid = lo + (hi - lo) / 2, idx, v;
		uint8_t at[PROBE_MAX];
		int r, order;

		if (step < INTERPOLATION_STEPS && below < above) {
			double part = (double)(want - below) /
			              (double)(above - below);

			mid = lo + (uint64_t)(part * (double)(hi - lo));
			if (mid >= hi)
				mid = hi - 1;
		}
		r = o->probe(s, in, mid, at, &idx, err);
		if (r < 0)
			return r;
		order = memcmp(at, key, o->key_len);
		v = leading(at, o->key_len);
		if (order == 0 && o->any_match) {
			out->pos = mid;
			out->idx = idx;
			out->match = true;
			return 0;
		}
		if (order < 0) {
			lo = mid + 1;
			below = v;
		} else {
			hi = mid;
			above = v;
		}
	}
	out->pos = lo;
	return 0;
}

static int probe_digest(const struct segment *s, struct segment_in *in,
                        uint64_t pos, uint8_t *key, uint64_t *idx,
                        struct fiche_error *err)
{
	int r = segment_idor(s, in, pos, idx, err);

	return r < 0 ? r : segment_digest(s, in, *idx, key, err);
}

int segment_digest_lower(const struct segment *s, struct segment_in *in,
                         const uint8_t key[32], uint64_t *pos,
                         struct fiche_error *err)
{
	const struct ordered o = { s->count, DIGEST_SIZE, probe_digest, false };
	struct found f;
	int r = search(&f, s, in, &o, key, err);

	if (r == 0)
		*pos = f.pos;
	return r;
}

int segment_find_digest(const struct segment *s, struct segment_in *in,
                        const uint8_t digest[32], uint64_t *idx,
                        struct fiche_error *err)
{
	const struct ordered o = { s->count, DIGEST_SIZE, probe_digest, true };
	struct found f;
	int r = search(&f, s, in, &o, digest, err);

	if (r < 0)
		return r;
	if (!f.match)
		return FICHE_END;
	*idx = f.idx;
	return 0;
}

int segment_key(uint8_t out[KEY_SIZE], char domain, const void *text,
                size_t len)
{
	struct sha256 *h = sha256_new();
	uint8_t digest[SHA256_SIZE];
	int r;

	if (!h)
		return FICHE_ERR_NOMEM;
	sha256_add(h, &domain, 1);
	sha256_add(h, text, len);
	r = sha256_end(h, digest);
	if (r == 0)
		memcpy(out, digest, KEY_SIZE);
	sha256_free(h);
	return r;
}

int segment_key_lower(const struct segment *s, struct segment_in *in,
                      const uint8_t key[KEY_SIZE], uint64_t *pos,
                      struct fiche_error *err)
{
	const struct ordered o = { s->key_count, KEY_SIZE, segment_key_at,
		                   false };
	struct found f;
	int r = search(&f, s, in, &o, key, err);

	if (r == 0)
		*pos = f.pos;
	return r;
}

/* News does not come at an even pace, so this one bisects. */
int segment_date_lower(const struct segment *s, struct segment_in *in,
                       int64_t time, uint64_t *pos, struct fiche_error *err)
{
	uint64_t lo = 0, hi = s->dated;

	while (lo < hi) {
		uint64_t mid = lo + (hi - lo) / 2, idx = 0, date;
		int r = segment_dord(s, in, mid, &idx, err);

		if (r == 0)
			r = segment_column(s, in, COLUMN_DATE, idx, &date, err);
		if (r < 0)
			return r;
		if ((int64_t)date < time)
			lo = mid + 1;
		else
			hi = mid;
	}
	*pos = lo;
	return 0;
}

/* ---- blocks ---- */

static int first_idx(const struct segment *s, struct segment_in *in,
                     uint64_t block, uint64_t *idx, struct fiche_error *err)
{
	uint8_t raw[4];
	int r;

	if (block == s->block_count) {
		*idx = s->count;
		return 0;
	}
	r = in->read(in, s->blkt.at + block * BLOCK_SIZE + 16, raw, sizeof(raw),
	             err);
	if (r == 0)
		*idx = get_u32(raw);
	return r;
}

int segment_block_at(const struct segment *s, struct segment_in *in,
                     uint64_t block, struct segment_block *out,
                     struct fiche_error *err)
{
	struct segment_block k = { .index = block };
	uint8_t raw[BLOCK_SIZE];
	struct cursor c;
	uint64_t end = 0;
	int r;

	if (block >= s->block_count)
		return outside(err);
	r = in->read(in, s->blkt.at + block * BLOCK_SIZE, raw, sizeof(raw),
	             err);
	if (r == 0)
		r = first_idx(s, in, block + 1, &end, err);
	if (r < 0)
		return r;
	cursor_init(&c, raw, sizeof(raw));
	k.offset = cursor_u64(&c);
	k.size = cursor_u64(&c);
	k.first_idx = cursor_u32(&c);
	k.cards_end = cursor_u32(&c);
	if (k.first_idx >= end || end > s->count ||
	    (k.first_idx == 0) != (block == 0) ||
	    k.size > UINT64_MAX - k.offset || k.cards_end > k.size)
		return corrupt(s, err, "index has a malformed block table");
	k.record_count = (uint32_t)(end - k.first_idx);
	*out = k;
	return 0;
}

int segment_find_block(const struct segment *s, struct segment_in *in,
                       uint64_t idx, struct segment_block *out,
                       struct fiche_error *err)
{
	/* Block lo begins at or below idx, block hi above it. */
	uint64_t lo = 0, hi = s->block_count;
	struct segment_block k;
	int r;

	if (idx >= s->count)
		return outside(err);
	while (hi - lo > 1) {
		uint64_t mid = lo + (hi - lo) / 2, first = 0;

		r = first_idx(s, in, mid, &first, err);
		if (r < 0)
			return r;
		if (first <= idx)
			lo = mid;
		else
			hi = mid;
	}
	r = segment_block_at(s, in, lo, &k, err);
	if (r < 0)
		return r;
	if (idx < k.first_idx || idx - k.first_idx >= k.record_count)
		return corrupt(s, err, "index has a malformed block table");
	*out = k;
	return 0;
}
