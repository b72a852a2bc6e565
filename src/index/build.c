/* SPDX-License-Identifier: Apache-2.0 */
/*
 * build.c - an INDEX segment from records in memory (spec 3.5).
 *
 * Adding only notes things; the orders are made by sorting once at the end.
 */

#include "index/build.h"

#include <assert.h>
#include <string.h>

#include "base/alloc.h"
#include "index/layout.h"
#include "index/names.h"
#include "index/sort.h"

/* What becomes the columns. */
struct row {
	uint64_t date;
	uint64_t version_time; /* less the date, modulo 2^64 */
	uint64_t body_len;
	uint64_t supersedes;
	uint32_t source, language; /* 1 + index of the name, or 0 */
	uint8_t date_meta;
	uint8_t flags;
};

struct index_builder {
	uint64_t first_record;
	uint8_t (*digest)[DIGEST_SIZE];
	size_t digest_cap;
	struct row *row;
	size_t count, row_cap;
	struct sort_item *key; /* the bytes of a key are its low bytes */
	size_t key_count, key_cap;
	struct index_block *block;
	size_t block_count, block_cap;
	uint64_t block_records;
	struct names names;
};

struct index_builder *index_builder_new(uint64_t first_record)
{
	struct index_builder *b = alloc_zeroed(1, sizeof(*b));

	if (b)
		b->first_record = first_record;
	return b;
}

void index_builder_free(struct index_builder *b)
{
	if (!b)
		return;
	alloc_free(b->digest);
	alloc_free(b->row);
	alloc_free(b->key);
	alloc_free(b->block);
	names_done(&b->names);
	alloc_free(b);
}

uint64_t index_builder_count(const struct index_builder *b)
{
	return b->count;
}

size_t index_builder_memory(const struct index_builder *b)
{
	return sizeof(*b) + b->digest_cap * sizeof(*b->digest) +
	       b->row_cap * sizeof(*b->row) + b->key_cap * sizeof(*b->key) +
	       b->block_cap * sizeof(*b->block) + names_memory(&b->names);
}

/* ---- adding ---- */

static uint64_t big_endian(const uint8_t *bytes, size_t len)
{
	uint64_t v = 0;

	for (size_t i = 0; i < len; i++)
		v = v << 8 | bytes[i];
	return v;
}

static void add_key(struct index_builder *b, const uint8_t key[KEY_SIZE])
{
	b->key[b->key_count++] =
		sort_item(big_endian(key, KEY_SIZE), (uint32_t)b->count);
}

static struct row make_row(const struct index_record *r)
{
	struct row row = {
		.body_len = r->body_len,
		.supersedes = r->supersedes,
		.flags = r->flags,
	};

	if (r->date.precision != FICHE_DATE_NONE) {
		row.date = (uint64_t)r->date.begin;
		row.date_meta =
			(uint8_t)((unsigned)r->date.precision |
		                  (r->date.has_zone ? DATE_META_ZONE : 0));
	}
	/* Without a date the time stands for itself, and 0 for none. */
	if (r->version_time != INT64_MIN)
		row.version_time = (uint64_t)r->version_time - row.date;
	return row;
}

int index_builder_add(struct index_builder *b, const struct index_record *r)
{
	struct row row = make_row(r);
	const uint64_t idx = b->count;
	uint32_t name;

	assert(b->count < UINT32_MAX);
	if (alloc_grow(&b->digest, &b->digest_cap, b->count + 1,
	               sizeof(*b->digest)) < 0 ||
	    alloc_grow(&b->row, &b->row_cap, b->count + 1, sizeof(*b->row)) <
	            0 ||
	    alloc_grow(&b->key, &b->key_cap, b->key_count + 3,
	               sizeof(*b->key)) < 0 ||
	    names_add(&b->names, TERM_SOURCE, &r->source, idx, &row.source) <
	            0 ||
	    names_add(&b->names, TERM_LANGUAGE, &r->language, idx,
	              &row.language) < 0)
		return FICHE_ERR_NOMEM;
	for (size_t i = 0; i < r->tag_count; i++) {
		if (names_add(&b->names, TERM_TAG, &r->tags[i], idx, &name) < 0)
			return FICHE_ERR_NOMEM;
	}
	for (size_t i = 0; i < r->author_count; i++) {
		if (names_add(&b->names, TERM_AUTHOR, &r->authors[i], idx,
		              &name) < 0)
			return FICHE_ERR_NOMEM;
	}
	if (r->has_url)
		add_key(b, r->url_key);
	if (r->has_id)
		add_key(b, r->id_key);
	if (r->has_body)
		add_key(b, r->body_key);
	memcpy(b->digest[b->count], r->digest, DIGEST_SIZE);
	b->row[b->count++] = row;
	return 0;
}

int index_builder_block(struct index_builder *b, const struct index_block *k)
{
	if (alloc_grow(&b->block, &b->block_cap, b->block_count + 1,
	               sizeof(*b->block)) < 0)
		return FICHE_ERR_NOMEM;
	b->block[b->block_count++] = *k;
	b->block_records += k->record_count;
	return 0;
}

/* ---- orders ---- */

/* Digests whose first 8 bytes are the same hardly exist: insert them. */
static void settle_ties(const struct index_builder *b, struct sort_item *order)
{
	for (size_t i = 1; i < b->count; i++) {
		struct sort_item item = order[i];
		size_t to = i;

		while (to > 0 && sort_key(&order[to - 1]) == sort_key(&item) &&
		       memcmp(b->digest[order[to - 1].idx], b->digest[item.idx],
		              DIGEST_SIZE) > 0) {
			order[to] = order[to - 1];
			to--;
		}
		order[to] = item;
	}
}

static int order_digests(const struct index_builder *b, struct sort_item *order)
{
	for (size_t i = 0; i < b->count; i++)
		order[i] = sort_item(big_endian(b->digest[i], 8), (uint32_t)i);
	if (sort_items(order, b->count) < 0)
		return FICHE_ERR_NOMEM;
	settle_ties(b, order);
	return 0;
}

/* The records that have a date; *count is their number. */
static int order_dates(const struct index_builder *b, struct sort_item *order,
                       size_t *count)
{
	*count = 0;
	for (size_t i = 0; i < b->count; i++) {
		if (layout_has_date(b->row[i].date_meta))
			order[(*count)++] =
				sort_item(b->row[i].date ^ UINT64_C(1) << 63,
			                  (uint32_t)i);
	}
	return sort_items(order, *count);
}

/* ---- columns ---- */

static uint64_t row_value(const struct index_builder *b, size_t i,
                          enum column_id id)
{
	const struct row *row = &b->row[i];

	switch (id) {
	case COLUMN_DATE:
		return row->date;
	case COLUMN_DATE_META:
		return row->date_meta;
	case COLUMN_SOURCE:
		return row->source ? b->names.name[row->source - 1].ordinal : 0;
	case COLUMN_LANGUAGE:
		return row->language ? b->names.name[row->language - 1].ordinal
		                     : 0;
	case COLUMN_BODY_LEN:
		return row->body_len;
	case COLUMN_SUPERSEDES:
		return row->supersedes;
	case COLUMN_FLAGS:
		return row->flags;
	case COLUMN_VERSION_TIME:
		return row->version_time;
	}
	return 0;
}

static bool has_value(const struct index_builder *b, size_t i,
                      enum column_id id)
{
	return id != COLUMN_DATE || layout_has_date(b->row[i].date_meta);
}

static void measure(const struct index_builder *b, struct column_range *range)
{
	for (enum column_id id = 1; id <= COLUMN_MAX; id++) {
		for (size_t i = 0; i < b->count; i++) {
			if (has_value(b, i, id))
				column_range_add(&range[id], id,
				                 row_value(b, i, id));
		}
	}
}

/* ---- writing: all memory was reserved ---- */

static void put_order(const struct index_builder *b, struct buf *out,
                      const struct sort_item *order, size_t count)
{
	const unsigned width = segment_idx_width(b->count);
	uint8_t *at;

	buf_u8(out, (uint8_t)width);
	at = out->ptr + out->len;
	for (size_t i = 0; i < count; i++)
		at = layout_put(at, order[i].idx, width);
	out->len += count * width;
}

static void put_keys(const struct index_builder *b, struct buf *out)
{
	const unsigned width = segment_idx_width(b->count);
	uint8_t *at;

	buf_u8(out, (uint8_t)width);
	at = out->ptr + out->len;
	for (size_t i = 0; i < b->key_count; i++) {
		uint64_t key = sort_key(&b->key[i]);

		for (int shift = 8 * (KEY_SIZE - 1); shift >= 0; shift -= 8)
			*at++ = (uint8_t)(key >> shift);
		at = layout_put(at, b->key[i].idx, width);
	}
	out->len += b->key_count * (KEY_SIZE + width);
}

static void put_columns(const struct index_builder *b, struct buf *out,
                        const struct column_range *range)
{
	columns_head(out, range);
	for (enum column_id id = 1; id <= COLUMN_MAX; id++) {
		const unsigned width = column_width(&range[id]);
		const uint64_t base = column_base(&range[id], id);
		uint8_t *at = out->ptr + out->len;

		for (size_t i = 0; width > 0 && i < b->count; i++)
			at = layout_put(at,
			                has_value(b, i, id)
			                        ? row_value(b, i, id) - base
			                        : 0,
			                width);
		out->len += b->count * width;
	}
}

static void put_blocks(const struct index_builder *b, struct buf *out)
{
	uint32_t first = 0;

	for (size_t i = 0; i < b->block_count; i++) {
		const struct index_block *k = &b->block[i];

		buf_u64(out, k->offset);
		buf_u64(out, k->size);
		buf_u32(out, first);
		buf_u32(out, k->cards_end);
		first += k->record_count;
	}
}

int index_builder_finish(struct index_builder *b, struct buf *out)
{
	struct column_range range[COLUMN_MAX + 1] = { 0 };
	const size_t width = segment_idx_width(b->count), start = out->len;
	struct sort_item *by_digest, *by_date;
	struct buf term = { 0 }, post = { 0 };
	uint64_t len[PART_COUNT], total = 0;
	int r = FICHE_ERR_NOMEM;
	size_t dated;

	assert(b->count > 0 && b->block_records == b->count);
	by_digest = alloc_resize(NULL, b->count, sizeof(*by_digest));
	by_date = alloc_resize(NULL, b->count, sizeof(*by_date));
	if (!by_digest || !by_date || order_digests(b, by_digest) < 0 ||
	    order_dates(b, by_date, &dated) < 0 ||
	    sort_items(b->key, b->key_count) < 0 ||
	    names_finish(&b->names, &term, &post) < 0)
		goto out;
	measure(b, range);
	len[PART_DIGS] = b->count * DIGEST_SIZE;
	len[PART_IDOR] = 1 + b->count * width;
	len[PART_KEYS] = 1 + b->key_count * (KEY_SIZE + width);
	len[PART_COLS] = columns_len(range, b->count);
	len[PART_DORD] = 1 + dated * width;
	len[PART_BLKT] = b->block_count * BLOCK_SIZE;
	len[PART_TERM] = term.len;
	len[PART_POST] = post.len;
	for (enum component part = 0; part < PART_BASIC_COUNT; part++)
		total += len[part];
	total += SEGMENT_HEAD + PART_BASIC_COUNT * SEGMENT_ENTRY;
	if (!buf_reserve(out, (size_t)total))
		goto out;
	(void)layout_table(out, b->first_record, b->count, len,
	                   PART_BASIC_COUNT);
	buf_put(out, b->digest, b->count * DIGEST_SIZE);
	put_order(b, out, by_digest, b->count);
	put_keys(b, out);
	put_columns(b, out, range);
	put_order(b, out, by_date, dated);
	put_blocks(b, out);
	buf_put(out, term.ptr, term.len);
	buf_put(out, post.ptr, post.len);
	(void)start; /* only looked at below */
	assert(buf_ok(out) && out->len - start == total);
	r = 0;
out:
	alloc_free(by_digest);
	alloc_free(by_date);
	buf_done(&term);
	buf_done(&post);
	return r;
}
