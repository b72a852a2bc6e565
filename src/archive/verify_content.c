/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_content.c - decode every block, rebuild every record and the index,
 * and compare with what is stored (spec 4.8, full).
 *
 * Blocks are decoded in parallel, a window at a time; what depends on order
 * (versions, the tree, the index) follows serially.
 */

#include <string.h>

#include "archive/indexing.h"
#include "archive/record.h"
#include "archive/seen.h"
#include "archive/verify.h"
#include "article/card.h"
#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "format/merkle.h"
#include "index/compare.h"
#include "index/token.h"
#include "index/words.h"

#define WINDOW 32 /* blocks decoded before their results are used */

/* One record as it was rebuilt. */
struct checked {
	struct index_record entry;
	uint8_t url[32];
	bool has_url;
	int64_t time;
	uint64_t record_len;
	uint64_t own_body_len;
};

struct checked_block {
	struct segment_block where;
	uint64_t first_record;
	int status; /* a finding if < 0 */
	struct fiche_error why;
	struct checked *records;
	struct arena arena;        /* texts of the entries */
	struct words_block *words; /* of the records; NULL: not wanted */
};

struct checker {
	struct decoder *decoder;
	struct fiche_view *view; /* for bodies of other blocks */
	struct block block;
	struct buf record;
	struct sha256 *hash;
};

struct content {
	struct verify *v;
	struct checker *checkers;
	struct checked_block window[WINDOW];
	struct words_block *words[WINDOW]; /* made when needed */
	struct seen urls;
	struct merkle tree;
	uint64_t records, record_bytes, body_bytes, blocks;
	size_t next_commit; /* of the chain, whose totals are not reached yet */
	bool lost;          /* a block was: totals and tree cannot be told */
	bool incomplete;    /* the same, of the segment being checked */
};

/* NULL for none, or when out of memory. */
static struct fiche_text *copy_list(struct arena *arena,
                                    const struct fiche_text *from, size_t count)
{
	struct fiche_text *to = NULL;

	if (count > 0)
		to = arena_take(arena, count * sizeof(*to));
	for (size_t i = 0; to && i < count; i++) {
		to[i].len = from[i].len;
		to[i].ptr = arena_strndup(arena, from[i].ptr, from[i].len);
		if (!to[i].ptr)
			to = NULL;
	}
	return to;
}

static int copy_texts(struct arena *arena, struct index_record *e,
                      struct fiche_error *err)
{
	e->source.ptr = arena_strndup(arena, e->source.ptr, e->source.len);
	e->language.ptr =
		arena_strndup(arena, e->language.ptr, e->language.len);
	if (!e->source.ptr || !e->language.ptr)
		return err_nomem(err);
	e->tags = copy_list(arena, e->tags, e->tag_count);
	e->authors = copy_list(arena, e->authors, e->author_count);
	if ((e->tag_count > 0 && !e->tags) ||
	    (e->author_count > 0 && !e->authors))
		return err_nomem(err);
	return 0;
}

static int check_record(struct checker *k, struct checked_block *cb, uint32_t i,
                        struct arena *scratch, struct fiche_error *err)
{
	struct block *b = &k->block;
	const struct block_record *rec = &b->records[i];
	uint64_t number = cb->first_record + i;
	struct fiche_text card = { (const char *)b->cards.ptr + rec->card_at,
		                   rec->card_len };
	struct fiche_text body = { (const char *)b->bodies.ptr + rec->body_at,
		                   (size_t)rec->value };
	struct fiche_text raw;
	struct fiche_article a = { 0 };
	struct record_keys keys;
	struct checked *out = &cb->records[i];
	int r;

	arena_reset(scratch);
	if (rec->shared) {
		r = view_body(k->view, number, &body, err);
		if (r < 0)
			return r;
	} else if (body.ptr[body.len] != '\n') {
		return err_set(err, FICHE_ERR_CORRUPT, b->offset,
		               "a body does not end where it should");
	}
	if (rec->kind == KIND_VERBATIM &&
	    (card.len != 2 || memcmp(card.ptr, "{}", 2) != 0))
		return err_set(err, FICHE_ERR_CORRUPT, b->offset,
		               "a verbatim record has a card");
	r = record_bytes(&raw, &k->record, rec->kind, card, body, err);
	if (r < 0) {
		if (err && r == FICHE_ERR_CORRUPT)
			err->offset = b->offset;
		return r;
	}
	r = record_fields(&a, scratch, rec->kind, card, body, cb->words,
	                  (const char *)b->head.defaults.ptr,
	                  b->head.defaults.len, err);
	if (r < 0)
		return r == FICHE_ERR_NOMEM
		               ? r
		               : err_set(err, FICHE_ERR_CORRUPT, b->offset,
		                         "the card of record %llu is malformed",
		                         (unsigned long long)number);
	if (record_digest(&a, raw) < 0 ||
	    record_keys(&keys, &a, body, k->hash) < 0 ||
	    (cb->words && words_block_add(cb->words, &a) < 0))
		return err_nomem(err);
	record_index(&out->entry, &a, &keys, rec->kind, rec->shared, body.len);
	memcpy(out->url, keys.url, sizeof(out->url));
	out->has_url = keys.has_url;
	out->time = record_version_time(&a);
	out->record_len = raw.len;
	out->own_body_len = rec->shared ? 0 : body.len;
	return copy_texts(&cb->arena, &out->entry, err);
}

/* A pool job: one block.  What is wrong with it is not a failure of the job. */
static int check_block(void *ctx, size_t item, unsigned thread,
                       struct fiche_error *err)
{
	struct content *c = ctx;
	struct checker *k = &c->checkers[thread];
	struct checked_block *cb = &c->window[item];
	struct fiche_reader *rd = c->v->reader;
	struct arena scratch = { 0 };
	int r;

	r = block_load(&k->block, &rd->archive, rd->dicts, k->decoder,
	               cb->where.offset, cb->where.size, 0, &cb->why);
	if (r == 0 && (k->block.head.first_record != cb->first_record ||
	               k->block.head.record_count != cb->where.record_count ||
	               SECTION_HEADER_SIZE + k->block.head.head_len +
	                               k->block.head.cards_len !=
	                       cb->where.cards_end))
		r = err_set(&cb->why, FICHE_ERR_CORRUPT, cb->where.offset,
		            "block holds other records than the index says");
	if (r == 0)
		r = block_bodies(&k->block, &rd->archive, rd->dicts, k->decoder,
		                 (size_t)k->block.head.bodies_raw, &cb->why);
	if (r == 0) {
		cb->records = alloc_zeroed(cb->where.record_count,
		                           sizeof(*cb->records));
		if (!cb->records)
			r = err_nomem(&cb->why);
	}
	for (uint32_t i = 0; r == 0 && i < cb->where.record_count; i++)
		r = check_record(k, cb, i, &scratch, &cb->why);
	arena_done(&scratch);
	cb->status = r;
	if (r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO)
		return err_copy(err, &cb->why);
	return 0;
}

static void window_clear(struct checked_block *cb)
{
	alloc_free(cb->records);
	arena_done(&cb->arena);
	memset(cb, 0, sizeof(*cb));
}

/* The rule of find_version() in the writer, told from the records alone. */
static int set_version(struct content *c, struct checked *r, uint64_t number)
{
	struct seen_entry *e;

	if (!r->has_url)
		return 0;
	e = seen_find(&c->urls, r->url);
	if (e && r->time < e->time) {
		r->entry.flags |= FLAG_OLDER;
		return 0;
	}
	if (e)
		r->entry.supersedes = e->number + 1;
	return seen_put(&c->urls, r->url, number, r->time) ? 0
	                                                   : FICHE_ERR_NOMEM;
}

/* What a commit says of all records before it, where they end. */
static void check_totals(struct content *c, const struct found_commit *f)
{
	const struct commit *k = &f->commit;
	struct fiche_error why = { 0 };
	uint8_t head[32];

	if (c->records != k->record_count ||
	    c->record_bytes != k->record_bytes ||
	    c->body_bytes != k->body_bytes || c->blocks != k->block_count) {
		(void)err_set(&why, FICHE_ERR_CORRUPT, f->section.offset,
		              "the totals of commit %llu are wrong",
		              (unsigned long long)k->generation);
		verify_finding(c->v, &why, 0, 0);
	}
	if (merkle_head(head, c->tree.peaks[0],
	                merkle_peak_count(c->tree.leaves)) == 0 &&
	    (memcmp(head, k->tree_head, 32) != 0 ||
	     memcmp(c->tree.peaks, k->peaks, k->peak_count * 32u) != 0)) {
		(void)err_set(&why, FICHE_ERR_CORRUPT, f->section.offset,
		              "the tree head of commit %llu is not the one of "
		              "the articles",
		              (unsigned long long)k->generation);
		verify_finding(c->v, &why, 0, 0);
	}
}

/* Judge the commits that end with the records taken so far. */
static void check_commits(struct content *c)
{
	const struct verify *v = c->v;

	while (!c->lost && c->next_commit < v->chain_count &&
	       v->chain[c->next_commit].commit.record_count <= c->records)
		check_totals(c, &v->chain[c->next_commit++]);
}

/* Use the results of one block: tree, totals, versions, index. */
static int take_block(struct content *c, struct checked_block *cb,
                      struct indexing *x, struct fiche_error *err)
{
	struct verify *v = c->v;
	struct index_block where = { cb->where.offset, cb->where.size,
		                     cb->where.record_count,
		                     cb->where.cards_end };
	int r = 0;

	if (cb->status < 0) {
		if (!verify_is_damaged(v, cb->where.offset))
			verify_finding(v, &cb->why, cb->first_record,
			               cb->where.record_count);
		c->incomplete = c->lost = true;
		return 0;
	}
	v->report.blocks++;
	c->blocks++;
	for (uint32_t i = 0; r == 0 && i < cb->where.record_count; i++) {
		struct checked *k = &cb->records[i];

		if (set_version(c, k, cb->first_record + i) < 0 ||
		    merkle_add(&c->tree, k->entry.digest) < 0)
			return err_nomem(err);
		c->records++;
		c->record_bytes += k->record_len;
		c->body_bytes += k->own_body_len;
		v->report.records++;
		v->report.redacted +=
			(k->entry.flags & FLAG_KIND) == KIND_REDACTED;
		v->report.text_bytes += k->record_len;
		r = indexing_add(x, &k->entry, err);
	}
	check_commits(c);
	if (r == 0 && cb->words)
		r = indexing_words(x, cb->words, err);
	if (r == 0)
		r = indexing_block(x, &where, err);
	verify_progress(v, cb->where.size);
	return r;
}

/* Compare the rebuilt segment with the stored one. */
static int compare(struct content *c, const struct reader_segment *s,
                   struct indexing *x, struct fiche_error *err)
{
	struct segment_part_in stored = { .segment = &s->segment };
	struct fiche_error why = { 0 };
	struct spool spool;
	union view_in in;
	int r;

	if (s->segment.tokenizer > TOKENIZER_VERSION) {
		(void)err_set(
			&why, FICHE_ERR_UNSUPPORTED, s->where.offset,
			"the keyword index was made by a newer tokenizer");
		verify_finding(c->v, &why, 0, 0);
		return 0;
	}
	spool_init(&spool, c->v->io, c->v->path);
	stored.in = view_in_init(&in, c->v->view, s);
	r = indexing_prove(x, &stored, &spool, &why);
	if (r == 0)
		r = index_compare(&s->segment, stored.in, &spool.in, spool.len,
		                  &why);
	if (r == FICHE_ERR_CORRUPT) {
		verify_finding(c->v, &why, 0, 0);
		r = 0;
	} else if (r < 0) {
		(void)err_copy(err, &why);
	}
	spool_done(&spool);
	return r;
}

/* An empty place for the words of the n-th block of the window. */
static int take_words(struct content *c, size_t n, struct fiche_error *err)
{
	if (!c->words[n])
		c->words[n] = words_block_new();
	if (!c->words[n])
		return err_nomem(err);
	words_block_clear(c->words[n]);
	c->window[n].words = c->words[n];
	return 0;
}

/* Index again what is in the blocks of a segment. */
static int walk_segment(struct content *c, const struct reader_segment *s,
                        struct indexing *x, struct fiche_error *err)
{
	const bool words = indexing_has_words(x);
	struct verify *v = c->v;
	union view_in in;
	int r = 0;

	c->incomplete = false;
	for (uint64_t at = 0; r == 0 && at < s->segment.block_count;) {
		size_t n = 0;

		while (r == 0 && n < WINDOW && at < s->segment.block_count) {
			struct checked_block *cb = &c->window[n];

			r = segment_block_at(&s->segment,
			                     view_in_init(&in, v->view, s), at,
			                     &cb->where, err);
			if (r == 0 && words)
				r = take_words(c, n, err);
			cb->first_record =
				s->where.first_record + cb->where.first_idx;
			n++;
			at++;
		}
		if (r == 0)
			r = pool_run(v->pool, n, check_block, c, err);
		for (size_t i = 0; i < n; i++) {
			if (r == 0)
				r = take_block(c, &c->window[i], x, err);
			window_clear(&c->window[i]);
		}
	}
	return r;
}

static int check_segment(struct content *c, const struct reader_segment *s,
                         struct fiche_error *err)
{
	struct indexing *x =
		indexing_new(c->v->io, c->v->path, s->where.first_record,
	                     words_present(&s->segment) ? INDEXING_PROVE
	                                                : INDEXING_NO_WORDS);
	int r = x ? walk_segment(c, s, x, err) : err_nomem(err);

	if (r == 0 && !c->incomplete)
		r = compare(c, s, x, err);
	indexing_free(x);
	return r;
}

static int begin(struct content **out, struct verify *v,
                 struct fiche_error *err)
{
	unsigned n = pool_threads(v->pool);
	struct content *c = alloc_zeroed(1, sizeof(*c));

	*out = c;
	if (!c)
		return err_nomem(err);
	c->v = v;
	c->checkers = alloc_zeroed(n, sizeof(*c->checkers));
	if (!c->checkers)
		return err_nomem(err);
	for (unsigned i = 0; i < n; i++) {
		struct checker *k = &c->checkers[i];

		k->decoder = decoder_new();
		k->view = fiche_view_new(v->reader);
		k->hash = sha256_new();
		if (!k->decoder || !k->view || !k->hash)
			return err_nomem(err);
	}
	return 0;
}

static void end(struct content *c)
{
	if (!c)
		return;
	for (unsigned i = 0; c->checkers && i < pool_threads(c->v->pool); i++) {
		struct checker *k = &c->checkers[i];

		decoder_free(k->decoder);
		fiche_view_free(k->view);
		block_done(&k->block);
		buf_done(&k->record);
		sha256_free(k->hash);
	}
	for (size_t i = 0; i < WINDOW; i++)
		words_block_free(c->words[i]);
	alloc_free(c->checkers);
	seen_done(&c->urls);
	alloc_free(c);
}

int verify_each_segment(struct verify *v,
                        struct indexing *(*next)(void *ctx, size_t segment,
                                                 struct fiche_error *err),
                        void *ctx, struct fiche_error *err)
{
	struct content *c;
	int r = begin(&c, v, err);

	for (size_t i = 0; r == 0 && i < v->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct indexing *x;

		r = reader_segment(v->reader, v->view, i, false, &s, err);
		if (r < 0)
			break;
		x = next(ctx, i, err);
		r = x ? walk_segment(c, s, x, err)
		      : (err ? err->code : FICHE_ERR_NOMEM);
	}
	end(c);
	return r;
}

int verify_content(struct verify *v, struct fiche_error *err)
{
	struct content *c;
	uint64_t before = v->report.findings;
	int r = 0;

	if (!v->archive->has_commit) {
		v->report.index_compared = true;
		return 0;
	}
	r = begin(&c, v, err);
	for (size_t i = 0; r == 0 && i < v->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct fiche_error why = { 0 };

		r = reader_segment(v->reader, v->view, i, false, &s, &why);
		if (r == 0)
			r = check_segment(c, s, &why);
		if (r < 0 && r != FICHE_ERR_NOMEM && r != FICHE_ERR_IO) {
			verify_finding(
				v, &why,
				v->reader->segments[i].where.first_record,
				v->reader->segments[i].where.record_count);
			c->incomplete = c->lost = true;
			r = 0;
		} else if (r < 0) {
			(void)err_copy(err, &why);
		}
	}
	/* One that ends inside a block, or claims more than there is. */
	while (r == 0 && !c->lost && c->next_commit < v->chain_count)
		check_totals(c, &v->chain[c->next_commit++]);
	v->report.index_compared = r == 0 && v->report.findings == before;
	end(c);
	return r;
}
