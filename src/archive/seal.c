/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seal.c - the end of a generation (spec 4.6).
 *
 * The order is the whole protocol: frames were decoded and compared when they
 * were made; sections stand behind everything that was there; a long batch is
 * synced; COMMIT and FOOTER are written; one sync; only then is success
 * reported.
 */

#include <stdlib.h>
#include <string.h>

#include "archive/writer.h"
#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"
#include "index/token.h"
#include "index/words.h"

static int write_parities(struct fiche_writer *w, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->dict_count; i++) {
		struct writer_dict *d = &w->dicts[i];
		struct buf raw = { 0 };
		struct section s;

		if (!d->is_new)
			continue;
		buf_zeros(&raw, SECTION_HEADER_SIZE);
		dict_parity_encode(&raw, d->dict->id, d->dict->class,
		                   d->dict->payload.ptr, d->dict->payload.len);
		if (!buf_ok(&raw))
			r = err_nomem(err);
		if (r == 0)
			r = emit_section(
				&w->emit, SECTION_DICT, raw.ptr,
				raw.len - SECTION_HEADER_SIZE,
				(uint32_t)(raw.len - SECTION_HEADER_SIZE), NULL,
				&s, err);
		buf_done(&raw);
		if (r == 0)
			d->where.parity_offset = s.offset;
	}
	return r;
}

/* One page of a segment, ready for its place in the file. */
static int make_page(struct spool *s, uint64_t page, uint64_t at,
                     uint8_t out[PAGE_SIZE], size_t *len,
                     struct fiche_error *err)
{
	uint64_t logical = page * PAGE_DATA;
	size_t n = s->len - logical < PAGE_DATA ? (size_t)(s->len - logical)
	                                        : PAGE_DATA;
	int r = spool_read(s, logical, out, n, err);

	if (r < 0)
		return r;
	put_u32(out + n, page_crc(out, n, at + page * PAGE_SIZE));
	*len = n + 4;
	return 0;
}

/*
 * Write a spooled segment as an INDEX section.  Its hash stands in front of it,
 * so the pages are made twice.
 */
static int write_spool(struct fiche_writer *w, struct spool *s,
                       struct commit_segment *out, struct fiche_error *err)
{
	uint64_t pages = (s->len + PAGE_DATA - 1) / PAGE_DATA;
	struct section sec = { .type = SECTION_INDEX,
		               .version = SECTION_VERSION,
		               .flags = SECTION_CRITICAL,
		               .offset = w->emit.at,
		               .sequence = w->emit.sequence,
		               .payload_len = pages_stored_len(s->len) };
	uint64_t first = w->emit.at + SECTION_HEADER_SIZE;
	uint8_t raw[PAGE_SIZE];
	struct sha256 *hash;
	size_t len;
	int r = 0;

	if (sec.payload_len > UINT32_MAX - SECTION_HEADER_SIZE)
		return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		               "an index segment would pass 4 GiB");
	hash = sha256_new();
	if (!hash)
		return err_nomem(err);
	for (uint64_t i = 0; r == 0 && i < pages; i++) {
		r = make_page(s, i, first, raw, &len, err);
		if (r == 0)
			sha256_add(hash, raw, len);
	}
	if (r == 0 && sha256_end(hash, sec.sha256) < 0)
		r = err_nomem(err);
	sha256_free(hash);
	sec.inner_len = (uint32_t)sec.payload_len;
	memcpy(sec.uuid, w->emit.uuid, UUID_SIZE);
	section_encode(raw, &sec);
	if (r == 0)
		r = io_reserve(w->archive.file, w->emit.at, section_size(&sec),
		               err);
	if (r == 0)
		r = emit_bytes(&w->emit, raw, SECTION_HEADER_SIZE, err);
	for (uint64_t i = 0; r == 0 && i < pages; i++) {
		r = make_page(s, i, first, raw, &len, err);
		if (r == 0)
			r = emit_bytes(&w->emit, raw, len, err);
	}
	w->emit.sequence++;
	w->emit.structure += section_size(&sec);
	out->offset = sec.offset;
	out->size = section_size(&sec);
	memcpy(out->sha256, sec.sha256, 32);
	return r;
}

int writer_write_segment(struct fiche_writer *w, struct indexing *x,
                         const struct segment_part_in *before, size_t count,
                         struct commit_segment *out, struct fiche_error *err)
{
	struct spool spool;
	int r;

	out->first_record = indexing_first(x);
	out->record_count = indexing_count(x);
	if (count > 0) {
		out->record_count +=
			out->first_record - before[0].segment->first_record;
		out->first_record = before[0].segment->first_record;
	}
	spool_init(&spool, w->io, w->path);
	r = indexing_finish(x, before, count, &spool, err);
	if (r == 0)
		r = write_spool(w, &spool, out, err);
	spool_done(&spool);
	return r;
}

/* Open the last `n` segments of the last commit for merging. */
struct older {
	struct segment segment;
	struct page_in in;
};

static int open_older(struct fiche_writer *w, struct page_cache *cache,
                      size_t n, struct older *older,
                      struct segment_part_in *parts, struct fiche_error *err)
{
	const struct commit *c = &w->archive.last.commit;
	int r = 0;

	for (size_t i = 0; r == 0 && i < n; i++) {
		const struct commit_segment *s =
			&c->segments[c->segment_count - n + i];

		page_in_init(&older[i].in, w->archive.file, cache, s->offset,
		             s->size);
		r = segment_open(
			&older[i].segment, &older[i].in.in,
			pages_logical_len(s->size - SECTION_HEADER_SIZE),
			s->offset, s->first_record, s->record_count, err);
		parts[i].segment = &older[i].segment;
		parts[i].in = &older[i].in.in;
	}
	return r;
}

/* How many of the last segments to merge with the new one. */
static size_t count_to_merge(const struct fiche_writer *w)
{
	const struct commit *c = &w->archive.last.commit;
	uint64_t *records;
	size_t n = 0;

	if (!w->archive.has_commit || c->segment_count == 0)
		return 0;
	records = alloc_zeroed(c->segment_count, sizeof(*records));
	if (!records)
		return 0; /* merging can wait */
	for (size_t i = 0; i < c->segment_count; i++)
		records[i] = c->segments[i].record_count;
	n = tiers_to_merge(records, c->segment_count,
	                   indexing_count(w->indexing));
	alloc_free(records);
	return n;
}

/* The index of this generation, merged with `*merged` older segments. */
static int write_index(struct fiche_writer *w, size_t *merged,
                       struct commit_segment *out, struct fiche_error *err)
{
	size_t n = count_to_merge(w);
	struct page_cache *cache = page_cache_new();
	struct older *older = alloc_zeroed(n, sizeof(*older));
	struct segment_part_in *parts = alloc_zeroed(n, sizeof(*parts));
	int r = 0;

	if (!cache || !older || !parts)
		r = err_nomem(err);
	if (r == 0)
		r = open_older(w, cache, n, older, parts, err);
	/* Those with and those without words stay apart. */
	for (size_t i = 0; r == 0 && i < n; i++)
		if (words_present(&older[i].segment) != w->words)
			n = 0;
	*merged = n;
	if (r == 0)
		r = writer_write_segment(w, w->indexing, parts, n, out, err);
	alloc_free(parts);
	alloc_free(older);
	page_cache_free(cache);
	return r;
}

static int by_id(const void *x, const void *y)
{
	const struct commit_dict *a = x, *b = y;

	return (a->id > b->id) - (a->id < b->id);
}

/* Fill the lists of the new commit. */
static int fill_lists(struct fiche_writer *w, struct commit *c, size_t kept,
                      const struct commit_segment *added, size_t count,
                      struct fiche_error *err)
{
	const struct commit *last = &w->archive.last.commit;
	size_t dicts = w->archive.has_commit ? last->dict_count : 0;
	size_t n = dicts;

	c->segment_count = kept + count;
	c->segments = alloc_zeroed(c->segment_count, sizeof(*c->segments));
	c->dicts = alloc_zeroed(dicts + w->dict_count, sizeof(*c->dicts));
	if (!c->segments || !c->dicts)
		return err_nomem(err);
	for (size_t i = 0; i < c->segment_count; i++)
		c->segments[i] = i < kept ? last->segments[i] : added[i - kept];
	for (size_t i = 0; i < dicts; i++)
		c->dicts[i] = last->dicts[i];
	for (size_t i = 0; i < w->dict_count; i++)
		if (w->dicts[i].is_new)
			c->dicts[n++] = w->dicts[i].where;
	c->dict_count = n;
	/* Copied ones keep their ids. */
	if (n > 1)
		qsort(c->dicts, n, sizeof(*c->dicts), by_id);
	return 0;
}

static int fill_commit(struct fiche_writer *w, struct commit *c,
                       struct fiche_error *err)
{
	const struct archive *a = &w->archive;
	int r;

	c->major = FORMAT_MAJOR;
	c->minor = FORMAT_MINOR;
	c->fields_version = FIELDS_VERSION;
	c->tokenizer_version = w->words ? TOKENIZER_VERSION : 0;
	c->generation = a->has_commit ? a->last.commit.generation + 1 : 1;
	r = writer_clock(w, &c->time, err);
	if (r < 0)
		return r;
	c->batch_start = w->emit.batch_start;
	c->void_len = w->void_len;
	if (w->emit.at - c->batch_start > COMMIT_UNSYNCED_MAX)
		c->flags |= COMMIT_BATCH_SYNCED;
	if (a->has_commit) {
		/* What holds until somebody changes it. */
		c->flags |= a->last.commit.flags & COMMIT_PROTECTED;
		c->withdrawal = a->last.commit.withdrawal;
		c->prev_offset = a->last.section.offset;
		c->prev_size = section_size(&a->last.section);
		memcpy(c->prev_sha256, a->last.section.sha256, 32);
	} else {
		memcpy(c->prev_sha256, a->superblock_section.sha256, 32);
	}
	c->record_count = w->records;
	c->duplicate_count = w->duplicates;
	c->record_bytes = w->record_bytes;
	c->body_bytes = w->body_bytes;
	c->block_count = w->blocks;
	c->peak_count = merkle_peak_count(w->tree.leaves);
	memcpy(c->peaks, w->tree.peaks, sizeof(c->peaks));
	if (merkle_head(c->tree_head, c->peaks[0], c->peak_count) < 0)
		return err_nomem(err);
	return 0;
}

/* COMMIT and FOOTER behind the batch, then the sync that makes it all true. */
static int seal(struct fiche_writer *w, struct commit *c,
                struct section *section, struct fiche_error *err)
{
	struct emitter *e = &w->emit;
	struct buf raw = { 0 };
	uint64_t at = e->at;
	int r = 0;

	if (c->flags & COMMIT_BATCH_SYNCED)
		r = writer_sync(w->archive.file, err);
	if (r == 0 && sha256_end(e->hash, c->batch_sha256) < 0)
		r = err_nomem(err);
	if (r == 0)
		r = emit_make_commit(&raw, section, c, e->uuid, at, e->sequence,
		                     err);
	if (r == 0)
		r = io_reserve(w->archive.file, at, raw.len, err);
	if (r == 0)
		r = emit_bytes(e, raw.ptr, raw.len, err);
	e->sequence++;
	e->structure += raw.len;
	buf_done(&raw);
	if (r == 0)
		r = writer_sync(w->archive.file, err);
	return r;
}

int writer_seal_commit(struct fiche_writer *w, struct commit *c,
                       struct fiche_error *err)
{
	struct found_commit next = { .commit = *c };
	int r = seal(w, &next.commit, &next.section, err);

	memset(c, 0, sizeof(*c));
	if (r < 0) {
		found_commit_done(&next);
		return r;
	}
	next.end = w->emit.at;
	if (w->archive.has_commit)
		found_commit_done(&w->archive.last);
	w->archive.last = next;
	w->archive.has_commit = true;
	w->archive.end = next.end;
	w->archive.size = next.end;
	w->archive.footer_damaged = false;
	return 0;
}

int writer_seal_index(struct fiche_writer *w, size_t kept,
                      const struct commit_segment *added, size_t count,
                      struct fiche_error *err)
{
	struct commit c = { 0 };
	uint64_t withdrawal = 0;
	int r = writer_write_withdrawn(w, &withdrawal, err);

	if (r == 0)
		r = fill_lists(w, &c, kept, added, count, err);
	if (r == 0)
		r = fill_commit(w, &c, err);
	if (withdrawal)
		c.withdrawal = withdrawal;
	if (count == 0 && w->archive.has_commit)
		c.tokenizer_version = w->archive.last.commit.tokenizer_version;
	if (r == 0)
		r = writer_seal_commit(w, &c, err);
	commit_done(&c);
	return r;
}

int writer_seal(struct fiche_writer *w, struct fiche_error *err)
{
	const struct archive *a = &w->archive;
	struct commit_segment added = { 0 };
	size_t merged = 0, live;
	int r = 0;

	if (!w->unnamed)
		r = io_check_path(w->archive.file, w->path, err);
	if (r == 0)
		r = write_parities(w, err);
	if (r == 0 && w->indexing)
		r = write_index(w, &merged, &added, err);
	if (r < 0)
		return r;
	live = a->has_commit ? a->last.commit.segment_count : 0;
	return writer_seal_index(w, live - merged, &added, w->indexing ? 1 : 0,
	                         err);
}
