/* SPDX-License-Identifier: Apache-2.0 */
/*
 * view.c - reading one record after another: the last few blocks stay decoded.
 */

#include <string.h>

#include "archive/reader.h"
#include "archive/record.h"
#include "archive/statement.h"
#include "article/card.h"
#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"

#define SPARE_VIEWS 4                 /* a reader keeps */
#define SPARE_BUF   ((size_t)8 << 20) /* larger ones are not kept */

struct fiche_view *fiche_view_new(struct fiche_reader *r)
{
	struct fiche_view *v = alloc_zeroed(1, sizeof(*v));

	if (!v)
		return NULL;
	v->reader = r;
	v->decoder = decoder_new();
	v->pages = page_cache_new();
	if (!v->decoder || !v->pages) {
		fiche_view_free(v);
		return NULL;
	}
	return v;
}

void fiche_view_free(struct fiche_view *v)
{
	if (!v)
		return;
	for (size_t i = 0; i < VIEW_BLOCKS; i++)
		block_done(&v->block[i]);
	decoder_free(v->decoder);
	page_cache_free(v->pages);
	arena_done(&v->arena);
	buf_done(&v->record);
	buf_done(&v->json);
	word_page_done(&v->word_page);
	buf_done(&v->stored);
	for (size_t i = 0; i < v->list_count; i++)
		buf_done(&v->lists[i]);
	alloc_free(v);
}

struct fiche_view *view_borrow(struct fiche_reader *r)
{
	struct fiche_view *v;

	pthread_mutex_lock(&r->mutex);
	v = r->spare;
	if (v) {
		r->spare = v->next_spare;
		r->spare_count--;
	}
	pthread_mutex_unlock(&r->mutex);
	return v ? v : fiche_view_new(r);
}

void view_give_back(struct fiche_view *v)
{
	struct fiche_reader *r = v->reader;
	bool keep;

	pthread_mutex_lock(&r->mutex);
	keep = r->spare_count < SPARE_VIEWS;
	if (keep) {
		v->next_spare = r->spare;
		r->spare = v;
		r->spare_count++;
	}
	pthread_mutex_unlock(&r->mutex);
	if (!keep)
		fiche_view_free(v);
}

struct buf view_take_buf(struct fiche_view *v)
{
	struct buf b = { 0 };

	if (v->list_count > 0)
		b = v->lists[--v->list_count];
	buf_clear(&b);
	return b;
}

void view_give_buf(struct fiche_view *v, struct buf *b)
{
	if (b->cap > 0 && b->cap <= SPARE_BUF && v->list_count < VIEW_LISTS)
		v->lists[v->list_count++] = *b;
	else
		buf_done(b);
	*b = (struct buf){ 0 };
}

/* The slot that holds the block, or else the one used longest ago. */
static unsigned find_slot(struct fiche_view *v, uint64_t offset, bool *found)
{
	unsigned oldest = 0;

	for (unsigned i = 0; i < VIEW_BLOCKS; i++) {
		if (v->block[i].offset == offset) {
			*found = true;
			return i;
		}
		if (v->used[i] < v->used[oldest])
			oldest = i;
	}
	*found = false;
	return oldest;
}

int view_block(struct fiche_view *v, uint64_t number, bool bodies,
               struct block **out, uint32_t *index, struct fiche_error *err)
{
	struct fiche_reader *r = v->reader;
	size_t i = reader_find_segment(r, number);
	const struct reader_segment *s;
	struct segment_block where;
	union view_in in;
	struct block *b = NULL;
	bool found;
	unsigned slot;
	int status;

	if (i == r->segment_count)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "there is no record %llu",
		               (unsigned long long)number);
	status = reader_segment(r, v, i, false, &s, err);
	if (status < 0)
		return status;
	status =
		segment_find_block(&s->segment, view_in_init(&in, v, s),
	                           number - s->where.first_record, &where, err);
	if (status < 0)
		return status;
	slot = find_slot(v, where.offset, &found);
	b = &v->block[slot];
	v->used[slot] = ++v->clock;
	if (!found || (bodies && !b->has_bodies)) {
		status = block_load(b, &r->archive, r->dicts, v->decoder,
		                    where.offset, where.size,
		                    bodies ? 0 : where.cards_end, err);
		if (status < 0)
			return status;
	}
	*index = where.first_idx;
	if (b->head.first_record != s->where.first_record + where.first_idx ||
	    number - b->head.first_record >= b->head.record_count)
		return err_set(err, FICHE_ERR_CORRUPT, where.offset,
		               "block holds other records than the index says");
	*index = (uint32_t)(number - b->head.first_record);
	*out = b;
	return 0;
}

int view_body(struct fiche_view *v, uint64_t number, struct fiche_text *out,
              struct fiche_error *err)
{
	const struct block_record *rec;
	struct block *b = NULL;
	uint32_t i;
	int r;

	r = view_block(v, number, true, &b, &i, err);
	if (r < 0)
		return r;
	rec = &b->records[i];
	if (rec->shared) {
		number -= rec->value;
		r = view_block(v, number, true, &b, &i, err);
		if (r < 0)
			return r == FICHE_ERR_ARG
			               ? err_set(err, FICHE_ERR_CORRUPT,
			                         FICHE_NOWHERE,
			                         "the body of record %llu is "
			                         "lost",
			                         (unsigned long long)number)
			               : r;
		rec = &b->records[i];
		if (rec->shared || rec->kind == KIND_REDACTED)
			return err_set(
				err, FICHE_ERR_CORRUPT, b->offset,
				rec->shared ? "a shared body is shared itself"
					    : "a shared body was redacted");
	}
	r = block_bodies(b, &v->reader->archive, v->reader->dicts, v->decoder,
	                 rec->body_at + (size_t)rec->value + 1, err);
	if (r < 0)
		return r;
	if (b->bodies.ptr[rec->body_at + rec->value] != '\n')
		return err_set(err, FICHE_ERR_CORRUPT, b->offset,
		               "a body does not end where it should");
	out->ptr = (const char *)b->bodies.ptr + rec->body_at;
	out->len = (size_t)rec->value;
	return 0;
}

/* Digest, and the length of the body for records that share one. */
static int fill_from_index(struct fiche_view *v, uint64_t number,
                           struct fiche_article *out, struct fiche_error *err)
{
	struct fiche_reader *r = v->reader;
	const struct reader_segment *s;
	union view_in in;
	uint64_t idx;
	int status;

	status = reader_segment(r, v, reader_find_segment(r, number), false, &s,
	                        err);
	if (status < 0)
		return status;
	idx = number - s->where.first_record;
	status = segment_digest(&s->segment, view_in_init(&in, v, s), idx,
	                        out->digest, err);
	if (status == 0)
		status = segment_column(&s->segment, view_in_init(&in, v, s),
		                        COLUMN_BODY_LEN, idx, &out->text_size,
		                        err);
	return status;
}

/* Its card says which digest it had; so does the index. */
static int check_redacted(struct fiche_view *v, const struct fiche_article *a,
                          uint64_t at, struct fiche_error *err)
{
	struct fiche_article in_index = *a;
	int r = fill_from_index(v, a->number, &in_index, err);

	if (r == 0 && memcmp(in_index.digest, a->digest, 32) != 0)
		r = err_set(err, FICHE_ERR_CORRUPT, at,
		            "redacted record %llu does not have its digest",
		            (unsigned long long)a->number);
	return r;
}

int view_article(struct fiche_view *v, uint64_t number, bool with_text,
                 struct fiche_article *out, struct fiche_error *err)
{
	struct fiche_article a = { .number = number };
	struct fiche_text card, body = { "", 0 };
	const struct block_record *rec;
	enum record_kind kind;
	struct block *b = NULL;
	uint32_t i;
	int r;

	arena_reset(&v->arena);
	r = view_block(v, number, with_text, &b, &i, err);
	if (r < 0)
		return r;
	rec = &b->records[i];
	kind = rec->kind;
	/* A verbatim record has no card: its fields are in the body. */
	if (with_text || kind == KIND_VERBATIM)
		r = view_body(v, number, &body, err);
	if (r == 0 && (with_text || kind == KIND_VERBATIM))
		r = view_block(v, number, with_text, &b, &i, err);
	if (r < 0)
		return r;
	rec = &b->records[i];
	card.ptr = (const char *)b->cards.ptr + rec->card_at;
	card.len = rec->card_len;
	r = record_fields(&a, &v->arena, kind, card, body, with_text,
	                  (const char *)b->head.defaults.ptr,
	                  b->head.defaults.len, err);
	if (r < 0) {
		if (r == FICHE_ERR_NOMEM)
			return r;
		return err_set(err, FICHE_ERR_CORRUPT, b->offset,
		               "the card of record %llu is malformed",
		               (unsigned long long)number);
	}
	a.withdrawn = withdrawals_find(&v->reader->withdrawn, number);
	r = a.redacted ? check_redacted(v, &a, b->offset, err)
	               : fill_from_index(v, number, &a, err);
	if (r == 0)
		*out = a;
	return r;
}

/* What is not to be shown is not. */
static int check_shown(const struct fiche_view *v, uint64_t number,
                       struct fiche_error *err)
{
	const struct fiche_statement *s = reader_hides(v->reader, number);

	return s ? statement_tell(err, FICHE_ERR_WITHDRAWN, "withdrawn", s) : 0;
}

int fiche_view_card(struct fiche_view *v, uint64_t number,
                    struct fiche_article *out, struct fiche_error *err)
{
	int r = check_shown(v, number, err);

	return r < 0 ? r : view_article(v, number, false, out, err);
}

int fiche_view_article(struct fiche_view *v, uint64_t number,
                       struct fiche_article *out, struct fiche_error *err)
{
	int r = check_shown(v, number, err);

	return r < 0 ? r : view_article(v, number, true, out, err);
}

/* When, and what for. */
static int tell_redacted(struct fiche_view *v, uint64_t number,
                         struct fiche_error *err)
{
	struct fiche_article a;
	int r = view_article(v, number, false, &a, err);

	return r < 0 ? r
	             : statement_tell(err, FICHE_ERR_REDACTED, "redacted",
	                              a.redacted);
}

int fiche_view_record(struct fiche_view *v, uint64_t number,
                      struct fiche_text *out, struct fiche_error *err)
{
	struct fiche_article a = { 0 };
	struct fiche_text card, body, record;
	const struct block_record *rec;
	uint8_t digest[32];
	struct block *b = NULL;
	uint32_t i;
	int r;

	r = check_shown(v, number, err);
	if (r == 0)
		r = view_body(v, number, &body, err);
	if (r == 0)
		r = view_block(v, number, true, &b, &i, err);
	if (r < 0)
		return r;
	rec = &b->records[i];
	if (rec->kind == KIND_REDACTED)
		return tell_redacted(v, number, err);
	card.ptr = (const char *)b->cards.ptr + rec->card_at;
	card.len = rec->card_len;
	r = record_bytes(&record, &v->record, rec->kind, card, body, err);
	if (r < 0) {
		if (err && r == FICHE_ERR_CORRUPT)
			err->offset = b->offset;
		return r;
	}
	r = fill_from_index(v, number, &a, err);
	if (r < 0)
		return r;
	if (sha256_of(digest, record.ptr, record.len) < 0)
		return err_nomem(err);
	if (memcmp(digest, a.digest, sizeof(digest)) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, b->offset,
		               "record %llu does not have its digest",
		               (unsigned long long)number);
	*out = record;
	return 0;
}

int fiche_view_json(struct fiche_view *v, const struct fiche_article *a,
                    bool with_text, struct fiche_text *out,
                    struct fiche_error *err)
{
	buf_clear(&v->json);
	fields_to_json(&v->json, a, with_text);
	if (!buf_ok(&v->json))
		return err_nomem(err);
	out->ptr = (const char *)v->json.ptr;
	out->len = v->json.len;
	return 0;
}
