/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recover.c - an archive without its commits: every block that is whole, found
 * by its sync bytes (spec 4.3).
 *
 * The index is made again in memory.  Record numbers come from the blocks, so
 * that lost blocks leave gaps and nothing is renumbered.
 */

#include <stdlib.h>
#include <string.h>

#include "archive/headers.h"
#include "archive/reader.h"
#include "archive/record.h"
#include "article/card.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"
#include "index/build.h"

struct found_block {
	uint64_t offset;
	uint64_t size;
	uint64_t first_record;
	uint32_t record_count;
	uint32_t cards_end;
};

/* Bytes from `start` to `end`. */
struct span {
	uint64_t start, end;
};

struct scan {
	struct fiche_reader *reader;
	struct archive *archive;
	struct found_block *blocks;
	size_t block_count, block_cap;
	struct commit dicts; /* only its dictionary list */
	struct commit last;  /* that is whole, whatever its batch is */
	size_t dict_cap;
	bool has_uuid;         /* learnt from a header */
	uint64_t spent;        /* bytes hashed */
	uint64_t withdrawn_at; /* of the list that counts, or 0 */
	struct span *voids;    /* that the commits declare */
	size_t void_count, void_cap;
	struct span *lists; /* WITHDRAWAL sections */
	size_t list_count, list_cap;
};

/* If the superblock is lost and no commit is there: the UUID that the first
 * good header has. */
static void learn_uuid(struct scan *k, uint64_t at, const uint8_t *raw)
{
	struct archive *a = k->archive;
	struct section s;

	if (a->has_superblock || a->has_commit || k->has_uuid)
		return;
	if (section_decode(&s, raw, at, NULL, NULL) < 0)
		return;
	memcpy(a->uuid, s.uuid, UUID_SIZE);
	k->has_uuid = true;
}

static int keep_block(struct scan *k, const struct section *s,
                      const struct buf *raw, struct fiche_error *err)
{
	struct block_head h;
	struct found_block *b;

	if (block_head_decode(&h, raw->ptr + SECTION_HEADER_SIZE, s->inner_len,
	                      s->payload_len, s->offset, err) < 0)
		return 0;
	if (alloc_grow(&k->blocks, &k->block_cap, k->block_count + 1,
	               sizeof(*k->blocks)) < 0)
		return err_nomem(err);
	b = &k->blocks[k->block_count++];
	b->offset = s->offset;
	b->size = section_size(s);
	b->first_record = h.first_record;
	b->record_count = h.record_count;
	b->cards_end = SECTION_HEADER_SIZE + h.head_len + h.cards_len;
	return 0;
}

static int keep_dict(struct scan *k, const struct section *s,
                     const struct buf *raw, struct fiche_error *err)
{
	struct commit *c = &k->dicts;
	struct commit_dict *d;
	struct dict_head h;

	if (dict_head_decode(&h, raw->ptr + SECTION_HEADER_SIZE,
	                     (size_t)s->payload_len, s->offset, err) < 0 ||
	    h.class & DICT_PARITY)
		return 0;
	if (alloc_grow(&c->dicts, &k->dict_cap, c->dict_count + 1,
	               sizeof(*c->dicts)) < 0)
		return err_nomem(err);
	d = &c->dicts[c->dict_count++];
	memset(d, 0, sizeof(*d));
	d->id = h.id;
	d->class = h.class;
	d->offset = s->offset;
	d->size = section_size(s);
	memcpy(d->sha256, s->sha256, 32);
	return 0;
}

/* What a commit declared void means nothing, whatever it looks like.  The last
 * one knows all dictionaries. */
static int keep_commit(struct scan *k, const struct section *s,
                       const struct buf *raw, struct fiche_error *err)
{
	struct commit c;
	int r = 0;

	if (commit_decode(&c, raw->ptr + SECTION_HEADER_SIZE,
	                  (size_t)s->payload_len, s->offset, err) < 0)
		return 0;
	if (c.void_len && alloc_grow(&k->voids, &k->void_cap, k->void_count + 1,
	                             sizeof(*k->voids)) < 0)
		r = err_nomem(err);
	else if (c.void_len)
		k->voids[k->void_count++] =
			(struct span){ c.batch_start,
			               c.batch_start + c.void_len };
	commit_done(&k->last);
	k->last = c;
	return r;
}

static bool is_void(const struct scan *k, uint64_t at)
{
	for (size_t i = 0; i < k->void_count; i++)
		if (at >= k->voids[i].start && at < k->voids[i].end)
			return true;
	return false;
}

/* Voids stand before the commit that tells of them: what was found there goes
 * again.  Of dictionaries with one id the first one stays. */
static void drop_voids(struct scan *k)
{
	struct commit *c = &k->dicts;
	size_t n = 0;

	for (size_t i = 0; i < k->block_count; i++)
		if (!is_void(k, k->blocks[i].offset))
			k->blocks[n++] = k->blocks[i];
	k->block_count = n;
	n = 0;
	for (size_t i = 0; i < c->dict_count; i++) {
		bool stays = !is_void(k, c->dicts[i].offset);

		for (size_t j = 0; stays && j < n; j++)
			stays = c->dicts[j].id != c->dicts[i].id;
		if (stays)
			c->dicts[n++] = c->dicts[i];
	}
	c->dict_count = n;
}

static int keep_list(struct scan *k, const struct section *s,
                     struct fiche_error *err)
{
	if (alloc_grow(&k->lists, &k->list_cap, k->list_count + 1,
	               sizeof(*k->lists)) < 0)
		return err_nomem(err);
	k->lists[k->list_count++] =
		(struct span){ s->offset, s->offset + section_size(s) };
	return 0;
}

/* The last good list of withdrawn records counts; what no list is may have been
 * one for others. */
static int take_withdrawn(struct scan *k, struct fiche_error *err)
{
	int r = FICHE_END;

	for (size_t i = k->list_count; i-- > 0 && r != 0;) {
		uint64_t at = k->lists[i].start;
		struct buf raw = { 0 };
		struct withdrawals w;
		struct section s;

		if (is_void(k, at))
			continue;
		r = archive_read_section(k->archive, at, k->lists[i].end - at,
		                         SECTION_WITHDRAWAL, &s, &raw, err);
		if (r == 0)
			r = withdrawals_decode(
				&w, raw.ptr + SECTION_HEADER_SIZE,
				(size_t)s.payload_len, INT64_MAX, at, err);
		if (r == 0) {
			withdrawals_done(&k->reader->withdrawn);
			k->reader->withdrawn = w;
			k->withdrawn_at = at;
		}
		buf_done(&raw);
		if (r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO)
			return r;
	}
	return 0;
}

static int keep_section(struct scan *k, const struct section *s,
                        const struct buf *raw, struct fiche_error *err)
{
	switch (s->type) {
	case SECTION_DATA:
		return keep_block(k, s, raw, err);
	case SECTION_DICT:
		return keep_dict(k, s, raw, err);
	case SECTION_COMMIT:
		return keep_commit(k, s, raw, err);
	default:
		return keep_list(k, s, err);
	}
}

/* The section at `at`, if it is whole; *size is then its length. */
static int try_section(struct scan *k, uint64_t at, uint64_t *size,
                       struct fiche_error *err)
{
	struct archive *a = k->archive;
	struct section s, again;
	struct buf raw = { 0 };
	uint8_t sha[32];
	int r;

	*size = 0;
	r = archive_read_header(a, at, a->size, &s, err);
	if (r < 0)
		return r == FICHE_ERR_IO ? r : 0;
	/* Sections that lie about their length may overlap: all of them
	 * together are bounded. */
	if (k->spent > 16 * a->size + ((uint64_t)1 << 30))
		return err_set(err, FICHE_ERR_LIMIT, at,
		               "too many damaged sections overlap");
	k->spent += section_size(&s);
	if (s.type == SECTION_DATA || s.type == SECTION_DICT ||
	    (s.type == SECTION_COMMIT && s.payload_len <= COMMIT_PAYLOAD_MAX) ||
	    (s.type == SECTION_WITHDRAWAL && s.payload_len <= WITHDRAWAL_MAX)) {
		r = archive_read_section(a, at, section_size(&s),
		                         (enum section_type)s.type, &again,
		                         &raw, err);
		if (r == 0)
			r = keep_section(k, &s, &raw, err);
	} else {
		r = archive_hash(a, at + SECTION_HEADER_SIZE, s.payload_len,
		                 sha, err);
		if (r == 0 && memcmp(sha, s.sha256, 32) != 0)
			r = FICHE_ERR_CORRUPT;
	}
	buf_done(&raw);
	if (r == 0)
		*size = section_size(&s);
	return r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO ? r : 0;
}

/* Walk the file by its sync bytes. */
static int scan_file(struct scan *k, struct fiche_error *err)
{
	struct archive *a = k->archive;
	const uint8_t *raw;
	struct headers h;
	uint64_t at, size;
	int r = headers_init(&h, a->file, a->size, 0, err);

	while (r == 0 && (r = headers_next(&h, &at, &raw, err)) == 0) {
		learn_uuid(k, at, raw);
		r = try_section(k, at, &size, err);
		h.at = at + (size ? size : 1);
	}
	headers_done(&h);
	return r == FICHE_END ? 0 : r;
}

static int by_dict_id(const void *x, const void *y)
{
	const struct commit_dict *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

/*
 * Sort by record.  A block leaves out those before it in the file that claim a
 * record of its own; they stand in this order, so that most come last here too.
 */
static void drop_overlaps(struct scan *k)
{
	struct found_block *kept = k->blocks;
	size_t n = 0;

	for (size_t i = 0; i < k->block_count; i++) {
		struct found_block b = k->blocks[i];
		size_t from, to = n;

		while (to > 0 && kept[to - 1].first_record >=
		                         b.first_record + b.record_count)
			to--;
		from = to;
		while (from > 0 && kept[from - 1].first_record +
		                                   kept[from - 1].record_count >
		                           b.first_record)
			from--;
		memmove(&kept[from + 1], &kept[to], (n - to) * sizeof(b));
		kept[from] = b;
		n = n - (to - from) + 1;
	}
	k->block_count = n;
}

/* ---- the index, made again ---- */

struct rebuild {
	struct scan *scan;
	struct decoder *decoder;
	struct block block, other;
	struct arena arena;
	struct sha256 *hash;
	struct buf record;
	struct index_builder *builder;
	struct reader_segment *seg; /* being filled */
};

/* The body of a shared record, from the block that should have it.  0,
 * FICHE_END if it is lost, FICHE_ERR_NOMEM or FICHE_ERR_IO. */
static int borrow_body(struct rebuild *x, uint64_t number,
                       struct fiche_text *out, struct fiche_error *err)
{
	struct scan *k = x->scan;
	int r = 0;

	for (size_t i = 0; i < k->block_count; i++) {
		struct found_block *b = &k->blocks[i];
		const struct block_record *rec;

		if (number < b->first_record ||
		    number - b->first_record >= b->record_count)
			continue;
		if (x->other.offset != b->offset)
			r = block_load(&x->other, k->archive, k->reader->dicts,
			               x->decoder, b->offset, b->size, 0, err);
		if (r == 0)
			r = block_bodies(&x->other, k->archive,
			                 k->reader->dicts, x->decoder,
			                 (size_t)x->other.head.bodies_raw, err);
		if (r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO)
			return r;
		if (r < 0)
			return FICHE_END;
		rec = &x->other.records[number - b->first_record];
		if (rec->shared || rec->kind == KIND_REDACTED)
			return FICHE_END;
		out->ptr = (const char *)x->other.bodies.ptr + rec->body_at;
		out->len = (size_t)rec->value;
		return 0;
	}
	return FICHE_END;
}

static int rebuild_record(struct rebuild *x, uint32_t i,
                          struct fiche_error *err)
{
	struct block *b = &x->block;
	const struct block_record *rec = &b->records[i];
	struct fiche_text card = { (const char *)b->cards.ptr + rec->card_at,
		                   rec->card_len };
	struct fiche_text body = { (const char *)b->bodies.ptr + rec->body_at,
		                   (size_t)rec->value };
	struct fiche_text raw;
	struct fiche_article a = { 0 };
	struct record_keys keys;
	struct index_record entry;
	int r;

	arena_reset(&x->arena);
	if (rec->shared) {
		r = borrow_body(x, b->head.first_record + i - rec->value, &body,
		                err);
		if (r < 0)
			return r;
		if (r == FICHE_END)
			body = (struct fiche_text){ "", 0 };
	}
	r = record_fields(&a, &x->arena, rec->kind, card, body, false,
	                  (const char *)b->head.defaults.ptr,
	                  b->head.defaults.len, err);
	if (r == FICHE_ERR_NOMEM)
		return r;
	r = record_bytes(&raw, &x->record, rec->kind, card, body, NULL);
	if (r == FICHE_ERR_NOMEM)
		return err_nomem(err);
	if (r < 0)
		raw = body;
	if (record_digest(&a, raw) < 0 ||
	    record_keys(&keys, &a, body, x->hash) < 0)
		return err_nomem(err);
	record_index(&entry, &a, &keys, rec->kind, rec->shared, body.len);
	x->scan->reader->lost.records++;
	x->scan->reader->lost.record_bytes += raw.len;
	x->scan->reader->lost.body_bytes += rec->shared ? 0 : body.len;
	return index_builder_add(x->builder, &entry) < 0 ? err_nomem(err) : 0;
}

static int close_segment(struct rebuild *x, struct fiche_error *err)
{
	int r;

	if (!x->builder)
		return 0;
	r = index_builder_finish(x->builder, &x->seg->memory);
	x->seg->where.record_count = index_builder_count(x->builder);
	index_builder_free(x->builder);
	x->builder = NULL;
	return r < 0 ? err_nomem(err) : 0;
}

static int open_segment(struct rebuild *x, uint64_t first,
                        struct fiche_error *err)
{
	struct fiche_reader *rd = x->scan->reader;

	x->seg = &rd->segments[rd->segment_count++];
	x->seg->in_memory = true;
	x->seg->where.first_record = first;
	x->builder = index_builder_new(first);
	return x->builder ? 0 : err_nomem(err);
}

static int rebuild_block(struct rebuild *x, const struct found_block *f,
                         struct fiche_error *err)
{
	struct fiche_reader *rd = x->scan->reader;
	struct index_block where = { f->offset, f->size, f->record_count,
		                     f->cards_end };
	int r;

	r = block_load(&x->block, x->scan->archive, rd->dicts, x->decoder,
	               f->offset, f->size, 0, err);
	if (r == 0)
		r = block_bodies(&x->block, x->scan->archive, rd->dicts,
		                 x->decoder, (size_t)x->block.head.bodies_raw,
		                 err);
	if (r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO)
		return r;
	if (r < 0) /* its dictionary is lost, say: the block is too */
		return 0;
	if (!x->builder || rd->record_end != f->first_record) {
		r = close_segment(x, err);
		if (r == 0)
			r = open_segment(x, f->first_record, err);
	}
	for (uint32_t i = 0; r == 0 && i < f->record_count; i++)
		r = rebuild_record(x, i, err);
	if (r == 0 && index_builder_block(x->builder, &where) < 0)
		r = err_nomem(err);
	rd->record_end = f->first_record + f->record_count;
	return r;
}

static int rebuild_all(struct scan *k, struct fiche_error *err)
{
	struct rebuild x = { .scan = k };
	int r = 0;

	x.decoder = decoder_new();
	x.hash = sha256_new();
	/* At most every block begins a segment of its own. */
	k->reader->segments =
		alloc_zeroed(k->block_count, sizeof(*k->reader->segments));
	k->reader->segment_count = 0;
	if (!x.decoder || !x.hash || !k->reader->segments)
		r = err_nomem(err);
	for (size_t i = 0; r == 0 && i < k->block_count; i++)
		r = rebuild_block(&x, &k->blocks[i], err);
	if (r == 0)
		r = close_segment(&x, err);
	index_builder_free(x.builder);
	block_done(&x.block);
	block_done(&x.other);
	arena_done(&x.arena);
	sha256_free(x.hash);
	decoder_free(x.decoder);
	buf_done(&x.record);
	return r;
}

/* A commit that is left knows where parity is. */
static int add_dicts(struct scan *k, struct fiche_error *err)
{
	struct commit *to = &k->dicts;

	for (size_t i = 0; i < k->last.dict_count; i++) {
		const struct commit_dict *d = &k->last.dicts[i];
		size_t n = 0;

		while (n < to->dict_count && to->dicts[n].id != d->id)
			n++;
		if (n == to->dict_count &&
		    alloc_grow(&to->dicts, &k->dict_cap, n + 1,
		               sizeof(*to->dicts)) < 0)
			return err_nomem(err);
		to->dict_count += n == to->dict_count;
		to->dicts[n] = *d;
	}
	return 0;
}

int reader_recover(struct fiche_reader *rd, struct fiche_error *err)
{
	struct scan k = { .reader = rd, .archive = &rd->archive };
	const struct commit *c = &rd->archive.last.commit;
	int r;

	rd->recovered = true;
	r = scan_file(&k, err);
	drop_voids(&k);
	if (r == 0)
		r = take_withdrawn(&k, err);
	for (size_t i = 0; i < k.dicts.dict_count; i++)
		rd->lost.dictionary_bytes += k.dicts.dicts[i].size;
	if (r == 0)
		r = add_dicts(&k, err);
	if (r == 0 && k.dicts.dict_count > 1)
		qsort(k.dicts.dicts, k.dicts.dict_count, sizeof(*k.dicts.dicts),
		      by_dict_id);
	if (r == 0 && !(rd->dicts = dict_cache_new(&k.dicts)))
		r = err_nomem(err);
	if (r == 0) {
		drop_overlaps(&k);
		r = rebuild_all(&k, err);
	}
	if (rd->archive.has_commit && c->withdrawal > k.withdrawn_at)
		(void)err_set(&rd->withdrawn_why, FICHE_ERR_CORRUPT,
		              c->withdrawal,
		              "the last list of withdrawn articles is lost");
	rd->lost.dictionaries = k.dicts.dict_count;
	if (r == 0 && rd->segment_count == 0 && !rd->archive.has_commit &&
	    rd->archive.size > SUPERBLOCK_SIZE && !rd->archive.has_superblock)
		r = err_set(err, FICHE_ERR_CORRUPT, 0,
		            "no intact block of articles is left in its "
		            "place");
	alloc_free(k.blocks);
	alloc_free(k.voids);
	alloc_free(k.lists);
	alloc_free(k.dicts.dicts);
	commit_done(&k.last);
	return r;
}
