/* SPDX-License-Identifier: Apache-2.0 */
/*
 * flush.c - a batch becomes blocks: what is new, its numbers, its dictionaries,
 * its sections, its lines in the index.
 */

#include <string.h>

#include "archive/writer.h"
#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/utf8.h"

/* Hash what an interrupted append left, and fill up its last page. */
static int declare_void(struct fiche_writer *w, struct fiche_error *err)
{
	static const uint8_t zeros[COMMIT_ALIGN];
	uint64_t at = w->archive.end, end = w->archive.size;
	uint8_t *chunk;
	int r = 0;

	if (at == end)
		return 0;
	chunk = alloc_bytes((size_t)1 << 20);
	if (!chunk)
		return err_nomem(err);
	while (r == 0 && at < end) {
		size_t n = end - at < (uint64_t)1 << 20 ? (size_t)(end - at)
		                                        : (size_t)1 << 20;

		r = io_read(w->archive.file, at, chunk, n, err);
		if (r == 0)
			sha256_add(w->emit.hash, chunk, n);
		at += n;
	}
	alloc_free(chunk);
	if (r == 0 && end % COMMIT_ALIGN)
		r = emit_bytes(&w->emit, zeros,
		               COMMIT_ALIGN - (size_t)(end % COMMIT_ALIGN),
		               err);
	w->void_len = w->emit.at - w->archive.end;
	return r;
}

int writer_begin(struct fiche_writer *w, struct fiche_error *err)
{
	const struct archive *a = &w->archive;
	uint64_t sequence = 1;
	int r;

	if (a->has_commit)
		sequence = a->last.section.sequence + 1;
	r = emit_init(&w->emit, a->file, a->uuid, a->size, sequence, err);
	if (r < 0)
		return r;
	w->emit.batch_start = a->end;
	w->void_len = 0;
	return declare_void(w, err);
}

int writer_begin_records(struct fiche_writer *w, struct fiche_error *err)
{
	int r;

	if (w->indexing)
		return 0;
	r = writer_begin(w, err);
	if (r < 0)
		return r;
	w->indexing =
		indexing_new(w->io, w->path, w->next_number,
	                     w->words ? INDEXING_WORDS : INDEXING_NO_WORDS);
	return w->indexing ? 0 : err_nomem(err);
}

static void reject(struct fiche_writer *w, const struct batch_record *r)
{
	w->stats.rejected++;
	if (w->opt.on_reject)
		w->opt.on_reject(w->opt.ctx, &r->origin,
		                 w->batch.raw.ptr + r->raw_at, r->record_len,
		                 r->why);
}

static void note_date(const struct fiche_article *a, uint64_t *count,
                      char example[48])
{
	size_t len = a->date_text.len < 47 ? a->date_text.len : 47;

	if ((*count)++ > 0)
		return;
	while (len > 0 && !utf8_is_valid(a->date_text.ptr, len))
		len--;
	memcpy(example, a->date_text.ptr, len);
	example[len] = '\0';
}

/* A date that nobody will find the record by. */
static void doubt_date(struct fiche_writer *w, const struct fiche_article *a)
{
	if (a->published.precision != FICHE_DATE_NONE || a->date_text.len == 0)
		return;
	/* A day whose year nobody wrote: there is nothing to be mended. */
	if (a->date_text.len == 10 && memcmp(a->date_text.ptr, "XXXX-", 5) == 0)
		return;
	if (date_is_ambiguous(a->date_text.ptr, a->date_text.len))
		note_date(a, &w->stats.ambiguous_dates,
		          w->stats.ambiguous_date);
	note_date(a, &w->stats.unreadable_dates, w->stats.unreadable_date);
}

/* Refused, there already, or new: in input order. */
static int sift(struct fiche_writer *w, struct fiche_error *err)
{
	for (size_t i = 0; i < w->batch.count; i++) {
		struct batch_record *rec = &w->batch.records[i];
		enum known known;
		int r;

		if (rec->status < 0) {
			reject(w, rec);
			continue;
		}
		r = known_digest(w, rec->article.digest, &known, err);
		if (r < 0)
			return r;
		rec->duplicate = known != KNOWN_NOT;
		if (rec->duplicate) {
			writer_count_duplicate(w, &rec->article, known);
			continue;
		}
		doubt_date(w, &rec->article);
		if (known_add(w, &rec->article) < 0)
			return err_nomem(err);
	}
	return 0;
}

static int find_version(struct fiche_writer *w, struct batch_record *rec,
                        struct fiche_error *err)
{
	int64_t time = record_version_time(&rec->article), newest;
	uint64_t number;
	int r;

	if (!rec->keys.has_url)
		return 0;
	r = known_url(w, rec, &number, &newest, err);
	if (r < 0)
		return r;
	if (r == 0) {
		w->stats.versions++;
		/* Numbers only grow: at the same time this one is newer. */
		if (time < newest) {
			rec->older = true;
			return seen_put(&w->urls, rec->keys.url, number, newest)
			               ? 0
			               : err_nomem(err);
		}
		rec->supersedes = number + 1;
	}
	return seen_put(&w->urls, rec->keys.url, rec->number, time)
	               ? 0
	               : err_nomem(err);
}

static int find_body(struct fiche_writer *w, struct batch_record *rec,
                     struct fiche_error *err)
{
	int r;

	if (!rec->keys.has_body)
		return 0;
	r = known_body(w, rec, &rec->shared_with, err);
	if (r < 0)
		return r;
	if (r == 0) {
		rec->shared = true;
		w->stats.shared_bodies++;
		return 0;
	}
	return seen_put(&w->bodies, rec->body_sha256, rec->number, 0)
	               ? 0
	               : err_nomem(err);
}

int writer_number(struct fiche_writer *w, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->batch.order_count; i++) {
		struct batch_record *rec = w->batch.order[i];

		rec->number = w->next_number + i;
		r = find_body(w, rec, err);
		if (r == 0)
			r = find_version(w, rec, err);
	}
	return r;
}

static int index_block(struct fiche_writer *w, struct batch_block *k,
                       const struct section *s, struct fiche_error *err)
{
	struct index_block where = { s->offset, section_size(s),
		                     (uint32_t)k->count, k->cards_end };
	struct index_record x;
	int r = 0;

	for (size_t i = k->first; r == 0 && i < k->first + k->count; i++) {
		const struct batch_record *rec = w->batch.order[i];

		record_index(&x, &rec->article, &rec->keys, rec->kind,
		             rec->shared, rec->body.len);
		x.supersedes = rec->supersedes;
		x.flags |= rec->older ? FLAG_OLDER : 0;
		known_numbered(w, rec->article.digest, rec->number);
		r = indexing_add(w->indexing, &x, err);
		if (r == 0 && merkle_add(&w->tree, rec->article.digest) < 0)
			r = err_nomem(err);
		w->record_bytes += rec->record_len;
		w->body_bytes += rec->shared ? 0 : rec->body.len;
	}
	if (r == 0)
		r = indexing_block(w->indexing, &where, err);
	return r;
}

static int write_blocks(struct fiche_writer *w, struct fiche_error *err)
{
	struct batch *b = &w->batch;
	uint64_t total = 0;
	struct section s;
	int r;

	for (size_t i = 0; i < b->block_count; i++)
		total += b->blocks[i].section.len;
	r = io_reserve(w->archive.file, w->emit.at, total, err);
	for (size_t i = 0; r == 0 && i < b->block_count; i++) {
		struct batch_block *k = &b->blocks[i];

		r = emit_section(&w->emit, SECTION_DATA, k->section.ptr,
		                 k->section.len - SECTION_HEADER_SIZE,
		                 k->head.head_len, k->sha256, &s, err);
		if (r == 0)
			r = index_block(w, k, &s, err);
		buf_done(&k->section);
	}
	w->blocks += b->block_count;
	return r;
}

static int find_words(void *ctx, size_t item, unsigned thread,
                      struct words_block *out, struct fiche_error *err)
{
	const struct batch *b = ctx;
	const struct batch_block *k = &b->blocks[item];

	(void)thread;
	for (size_t i = k->first; i < k->first + k->count; i++) {
		if (words_block_add(out, &b->order[i]->article) < 0)
			return err_nomem(err);
	}
	return 0;
}

static int index_words(struct fiche_writer *w, struct fiche_error *err)
{
	if (!w->words)
		return 0;
	if (!w->finder)
		w->finder = finder_new(w->pool);
	if (!w->finder)
		return err_nomem(err);
	return finder_run(w->finder, w->indexing, w->batch.block_count,
	                  find_words, &w->batch, err);
}

int writer_store(struct fiche_writer *w, struct fiche_error *err)
{
	const struct batch *b = &w->batch;
	int r = write_blocks(w, err);

	if (r == 0)
		r = index_words(w, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < b->order_count; i++)
		w->stats.verbatim += b->order[i]->kind == KIND_VERBATIM;
	w->next_number += b->order_count;
	w->records += b->order_count;
	w->stats.records += b->order_count;
	return 0;
}

int writer_flush(struct fiche_writer *w, struct fiche_error *err)
{
	struct batch *b = &w->batch;
	int r;

	if (b->count == 0)
		return 0;
	r = batch_scan(b, err);
	if (r == 0)
		r = sift(w, err);
	if (r == 0)
		r = batch_group(b, err);
	if (r == 0 && b->order_count > 0) {
		r = writer_begin_records(w, err);
		if (r == 0)
			r = writer_number(w, err);
		if (r == 0)
			r = choose_dictionaries(w, err);
		if (r == 0)
			r = batch_plan(b, err);
		if (r == 0)
			r = batch_encode(b, w->level, err);
		if (r == 0)
			r = writer_store(w, err);
	}
	if (r < 0) {
		w->failed = true;
		return r;
	}
	batch_clear(b);
	if (w->indexing)
		w->stats.file_size = w->emit.at;
	if (w->opt.on_progress)
		w->opt.on_progress(w->opt.ctx, w->stats.records,
		                   w->stats.bytes_in, w->stats.file_size);
	return 0;
}
