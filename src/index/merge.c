/* SPDX-License-Identifier: Apache-2.0 */
/* merge.c - one INDEX segment from several (spec 3.5); see merge.h. */

#include "index/merge.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

/* ---- columns ---- */

static int map_values(struct merge *m, const struct part *p,
                      const struct ordinals *map, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (m->values[i] > map->count)
			return merge_corrupt(
				m, p, "index names a term that it lacks");
		if (m->values[i] > 0)
			m->values[i] = map->to[m->values[i] - 1];
	}
	return 0;
}

/* A chunk of a column as it is in the whole, and who has a date in it. */
static int load_values(struct merge *m, const struct part *p, enum column_id id,
                       uint64_t idx, uint64_t count)
{
	int r = segment_columns(p->s, p->in, id, idx, count, m->values, m->err);

	if (r == 0 && id == COLUMN_DATE)
		r = segment_columns(p->s, p->in, COLUMN_DATE_META, idx, count,
		                    m->meta, m->err);
	if (r == 0 && id == COLUMN_SOURCE)
		r = map_values(m, p, &p->map[MAP_SOURCE], count);
	if (r == 0 && id == COLUMN_LANGUAGE)
		r = map_values(m, p, &p->map[MAP_LANGUAGE], count);
	return r;
}

static void measure_values(struct merge *m, enum column_id id, uint64_t count)
{
	for (uint64_t i = 0; i < count; i++) {
		if (id == COLUMN_DATE) {
			if (!layout_has_date(m->meta[i]))
				continue;
			m->dated++;
		}
		column_range_add(&m->range[id], id, m->values[i]);
	}
}

static int write_values(struct merge *m, enum column_id id, uint64_t count)
{
	const unsigned width = column_width(&m->range[id]);
	const uint64_t base = column_base(&m->range[id], id);

	for (uint64_t i = 0; i < count; i++) {
		bool none = id == COLUMN_DATE && !layout_has_date(m->meta[i]);

		buf_uint(&m->pending, none ? 0 : m->values[i] - base, width);
	}
	return merge_flush_full(m);
}

static int pass_column(struct merge *m, enum column_id id, bool write)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *p = &m->part[i];
		uint64_t idx = 0, count;

		for (; idx < p->s->count; idx += count) {
			int r;

			count = p->s->count - idx;
			if (count > MERGE_CHUNK_VALUES)
				count = MERGE_CHUNK_VALUES;
			r = load_values(m, p, id, idx, count);
			if (r == 0 && write)
				r = write_values(m, id, count);
			else if (r == 0)
				measure_values(m, id, count);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int measure_columns(struct merge *m)
{
	uint64_t dated = 0;
	int r = 0;

	for (enum column_id id = 1; id <= COLUMN_MAX && r == 0; id++)
		r = pass_column(m, id, false);
	for (size_t i = 0; i < m->part_count; i++)
		dated += m->part[i].s->dated;
	if (r == 0 && dated != m->dated)
		r = merge_corrupt(m, &m->part[0],
		                  "index has a wrong count of dates");
	return r;
}

static int merge_columns(struct merge *m)
{
	int r = 0;

	columns_head(&m->pending, m->range);
	for (enum column_id id = 1; id <= COLUMN_MAX && r == 0; id++) {
		if (column_width(&m->range[id]) > 0)
			r = pass_column(m, id, true);
	}
	return r;
}

/* ---- the other components ---- */

static int copy_digests(struct merge *m)
{
	for (size_t i = 0; i < m->part_count; i++) {
		struct part *p = &m->part[i];
		const uint8_t *digest;
		int r;

		entries_begin(&p->entries, &p->s->digs, 0);
		while ((r = entries_next(m, p, DIGEST_SIZE, &digest)) == 0) {
			buf_put(&m->pending, digest, DIGEST_SIZE);
			r = merge_flush_full(m);
			if (r < 0)
				return r;
		}
		if (r < 0)
			return r;
	}
	return 0;
}

static int copy_blocks(struct merge *m)
{
	for (size_t i = 0; i < m->part_count; i++) {
		const struct part *p = &m->part[i];

		for (uint64_t k = 0; k < p->s->block_count; k++) {
			struct segment_block block;
			int r = segment_block_at(p->s, p->in, k, &block,
			                         m->err);

			if (r < 0)
				return r;
			buf_u64(&m->pending, block.offset);
			buf_u64(&m->pending, block.size);
			buf_u32(&m->pending,
			        (uint32_t)(p->shift + block.first_idx));
			buf_u32(&m->pending, block.cards_end);
			r = merge_flush_full(m);
			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int copy_collected(struct merge *m, const struct buf *from)
{
	int r = merge_flush(m);

	if (r == 0 && from->len > 0)
		r = m->out->write(m->out, from->ptr, from->len, m->err);
	m->written += from->len;
	return r;
}

static int copy_stream(struct merge *m, struct segment_in *in, uint64_t len)
{
	int r = 0;

	for (uint64_t at = 0; r == 0 && at < len;) {
		size_t n = len - at < MERGE_CHUNK ? (size_t)(len - at)
		                                  : MERGE_CHUNK;

		if (!buf_reserve(&m->pending, n))
			return err_nomem(m->err);
		r = in->read(in, at, m->pending.ptr + m->pending.len, n,
		             m->err);
		if (r == 0) {
			m->pending.len += n;
			r = merge_flush(m);
		}
		at += n;
	}
	return r;
}

static int copy_words(struct merge *m)
{
	const struct words_in *w = m->words;
	int r = copy_collected(m, w->norms);

	if (r == 0)
		r = copy_collected(m, w->head);
	if (r == 0)
		r = copy_stream(m, w->pages, w->pages_len);
	if (r == 0)
		r = copy_stream(m, w->lists, w->lists_len);
	return r;
}

/* ---- all of it ---- */

static int begin(struct merge *m, const struct segment_part_in *parts,
                 size_t count)
{
	m->part = alloc_zeroed(count, sizeof(*m->part));
	m->heap = alloc_zeroed(count, sizeof(*m->heap));
	m->values = alloc_zeroed(MERGE_CHUNK_VALUES, sizeof(*m->values));
	m->meta = alloc_zeroed(MERGE_CHUNK_VALUES, sizeof(*m->meta));
	if (!m->part || !m->heap || !m->values || !m->meta)
		return err_nomem(m->err);
	for (size_t i = 0; i < count; i++) {
		const struct segment *s = parts[i].segment;

		if (s->first_record !=
		            parts[0].segment->first_record + m->count ||
		    s->count > UINT32_MAX - m->count)
			return err_set(m->err, FICHE_ERR_ARG, s->offset,
			               "segments do not follow each other");
		m->part[i].s = s;
		m->part[i].in = parts[i].in;
		m->part[i].shift = m->count;
		m->part_count++;
		m->count += s->count;
	}
	m->width = segment_idx_width(m->count);
	return 0;
}

static void put_table(struct merge *m)
{
	uint64_t len[PART_COUNT] = { 0 };

	len[PART_DIGS] = m->count * DIGEST_SIZE;
	len[PART_IDOR] = 1 + m->count * m->width;
	len[PART_KEYS] = 1;
	len[PART_COLS] = columns_len(m->range, m->count);
	len[PART_DORD] = 1 + m->dated * m->width;
	for (size_t i = 0; i < m->part_count; i++) {
		const struct segment *s = m->part[i].s;

		len[PART_KEYS] += s->key_count * (KEY_SIZE + m->width);
		len[PART_BLKT] += s->block_count * BLOCK_SIZE;
	}
	len[PART_TERM] = m->term.len;
	len[PART_POST] = m->post.len;
	if (m->words) {
		len[PART_WLEN] = m->words->norms->len;
		len[PART_WORD] = m->words->head->len + m->words->pages_len;
		len[PART_WPST] = m->words->lists_len;
	}
	(void)layout_table(&m->pending, m->part[0].s->first_record, m->count,
	                   len, m->words ? PART_COUNT : PART_BASIC_COUNT);
}

/* The components in their order. */
static int write_all(struct merge *m)
{
	int r;

	put_table(m);
	r = copy_digests(m);
	if (r == 0)
		r = merge_digests(m);
	if (r == 0)
		r = merge_keys(m);
	if (r == 0)
		r = merge_columns(m);
	if (r == 0)
		r = merge_dates(m);
	if (r == 0)
		r = copy_blocks(m);
	if (r == 0)
		r = copy_collected(m, &m->term);
	if (r == 0)
		r = copy_collected(m, &m->post);
	if (r == 0 && m->words)
		r = copy_words(m);
	return r;
}

static void merge_done(struct merge *m)
{
	for (size_t i = 0; i < m->part_count; i++) {
		struct part *p = &m->part[i];

		buf_done(&p->entries.chunk);
		buf_done(&p->kept);
		segment_fences_done(&p->fences);
		term_walk_done(&p->walk);
		for (int map = 0; map < MAP_COUNT; map++)
			alloc_free(p->map[map].to);
	}
	alloc_free(m->part);
	alloc_free(m->heap);
	alloc_free(m->values);
	alloc_free(m->meta);
	buf_done(&m->term);
	buf_done(&m->post);
	buf_done(&m->list);
	buf_done(&m->pending);
}

int index_merge(const struct segment_part_in *parts, size_t count,
                const struct words_in *words, struct segment_out *out,
                uint64_t *out_len, struct fiche_error *err)
{
	struct merge m = { .words = words, .out = out, .err = err };
	int r;

	if (count == 0)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "no segments to merge");
	r = begin(&m, parts, count);
	/* Terms first: the columns depend on their numbers. */
	if (r == 0)
		r = merge_terms(&m);
	if (r == 0)
		r = measure_columns(&m);
	if (r == 0)
		r = write_all(&m);
	if (r == 0)
		*out_len = m.written;
	merge_done(&m);
	return r;
}
