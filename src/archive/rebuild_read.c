/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rebuild_read.c - blocks of the source, decoded in parallel; each record is
 * put together, hashed, compared with its digest in the index, and understood
 * as if it had just come in.
 */

#include <string.h>

#include "archive/rebuild.h"
#include "archive/statement.h"
#include "base/alloc.h"
#include "base/err.h"

/* A failure that says nothing about what is stored. */
static bool is_ours(int status)
{
	return status == FICHE_ERR_NOMEM;
}

/* The body, which for a shared one stands in another block. */
static int find_body(struct rebuild_thread *k, struct source_block *sb,
                     uint32_t i, struct fiche_text *out,
                     struct fiche_error *err)
{
	const struct block *b = &sb->block;
	const struct block_record *rec = &b->records[i];
	char *copy;
	int r;

	if (rec->shared) {
		r = view_body(k->view, sb->first_record + i, out, err);
		if (r < 0)
			return r;
		copy = arena_strndup(&sb->arena, out->ptr, out->len);
		if (!copy)
			return err_nomem(err);
		out->ptr = copy;
		return 0;
	}
	out->ptr = (const char *)b->bodies.ptr + rec->body_at;
	out->len = (size_t)rec->value;
	if (out->ptr[out->len] != '\n')
		return err_set(err, FICHE_ERR_CORRUPT, b->offset,
		               "a body does not end where it should");
	return 0;
}

static int stored_digest(struct rebuild_thread *k,
                         const struct source_block *sb, uint64_t number,
                         uint8_t out[32], struct fiche_error *err)
{
	union view_in in;

	return segment_digest(
		&sb->segment->segment, view_in_init(&in, k->view, sb->segment),
		number - sb->segment->where.first_record, out, err);
}

/* Digest and fields of a record whose card and body are in place. */
static int understand(struct rebuild_thread *k, struct source_block *sb,
                      struct batch_record *rec, uint64_t number,
                      struct fiche_error *err)
{
	uint8_t stored[32];
	struct fiche_text raw;
	int r = record_bytes(&raw, &k->record, rec->kind, rec->card, rec->body,
	                     err);

	if (r == 0)
		r = stored_digest(k, sb, number, stored, err);
	if (r < 0)
		return r;
	rec->record_len = raw.len;
	r = record_fields(&rec->article, &sb->arena, rec->kind, rec->card,
	                  rec->body, true, rec->defaults.ptr, rec->defaults.len,
	                  err);
	if (r < 0)
		return r == FICHE_ERR_NOMEM
		               ? r
		               : err_set(err, FICHE_ERR_CORRUPT,
		                         sb->where.offset,
		                         "the card of record %llu is malformed",
		                         (unsigned long long)number);
	if (record_digest(&rec->article, raw) < 0)
		return err_nomem(err);
	if (memcmp(rec->article.digest, stored, sizeof(stored)) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, sb->where.offset,
		               "record %llu does not have its digest",
		               (unsigned long long)number);
	rec->article.text_size = rec->body.len;
	if (record_keys(&rec->keys, &rec->article, rec->body, k->hash) < 0 ||
	    (rec->keys.has_body &&
	     sha256_of(rec->body_sha256, rec->body.ptr, rec->body.len) < 0))
		return err_nomem(err);
	return 0;
}

bool rebuild_redacts(const struct rebuild_redaction *what, uint64_t number)
{
	size_t lo = 0, hi = what ? what->count : 0;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (what->numbers[mid] < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return what && lo < what->count && what->numbers[lo] == number;
}

/* Only the index is asked: nothing of the record is looked at. */
static int redact_record(struct rebuild_thread *k, struct source_block *sb,
                         uint32_t i, const struct fiche_statement *said,
                         struct fiche_error *err)
{
	struct batch_record *rec = &sb->records[i];
	struct fiche_statement s = *said;
	struct buf card = { 0 };
	int r = stored_digest(k, sb, sb->first_record + i, s.digest, err);

	if (r < 0)
		return r;
	memset(rec, 0, sizeof(*rec));
	statement_encode(&card, STATEMENT_REDACTED, &s);
	if (buf_ok(&card))
		rec->card.ptr =
			arena_strndup(&sb->arena, (char *)card.ptr, card.len);
	rec->card.len = card.len;
	buf_done(&card);
	if (!rec->card.ptr)
		return err_nomem(err);
	rec->kind = KIND_REDACTED;
	rec->body.ptr = "";
	sb->odd = true;
	return record_fields(&rec->article, &sb->arena, rec->kind, rec->card,
	                     rec->body, true, "", 0, err);
}

/* They stay with a redacted record for its neighbours' sake alone. */
static void set_defaults(struct source_block *sb)
{
	const struct block_head *h = &sb->block.head;
	uint32_t gone = 0;

	for (uint32_t i = 0; i < h->record_count; i++)
		gone += sb->records[i].kind == KIND_REDACTED;
	for (uint32_t i = 0; i < h->record_count; i++) {
		struct fiche_text *d = &sb->records[i].defaults;

		d->ptr = (const char *)h->defaults.ptr;
		d->len = gone < h->record_count ? h->defaults.len : 0;
	}
}

static int read_record(struct rebuild_thread *k, struct source_block *sb,
                       uint32_t i, struct fiche_error *err)
{
	const struct block *b = &sb->block;
	const struct block_record *from = &b->records[i];
	struct batch_record *rec = &sb->records[i];
	int r;

	memset(rec, 0, sizeof(*rec));
	rec->kind = from->kind;
	rec->is_file = from->kind == KIND_FILE;
	rec->defaults.ptr = (const char *)b->head.defaults.ptr;
	rec->defaults.len = b->head.defaults.len;
	rec->card.ptr = (const char *)b->cards.ptr + from->card_at;
	rec->card.len = from->card_len;
	if (rec->kind == KIND_VERBATIM &&
	    (rec->card.len != 2 || memcmp(rec->card.ptr, "{}", 2) != 0)) {
		rec->card.ptr = "{}";
		rec->card.len = 2;
		sb->odd = true;
	}
	r = find_body(k, sb, i, &rec->body, err);
	return r < 0 ? r : understand(k, sb, rec, sb->first_record + i, err);
}

/* What is wrong with a record is told of that record. */
static int note_lost(struct source_block *sb, struct batch_record *rec,
                     int status, const struct fiche_error *why,
                     struct fiche_error *err)
{
	rec->why = arena_take(&sb->arena, sizeof(*rec->why));
	if (!rec->why)
		return err_nomem(err);
	*rec->why = *why;
	rec->why->code = status;
	rec->status = status;
	return 0;
}

static int load(struct rebuild *x, struct rebuild_thread *k,
                struct source_block *sb, struct fiche_error *err)
{
	struct fiche_reader *rd = x->r;
	struct block *b = &sb->block;
	int r = block_load(b, &rd->archive, rd->dicts, k->decoder,
	                   sb->where.offset, sb->where.size, 0, err);

	if (r < 0)
		return r;
	if (b->head.first_record != sb->first_record ||
	    b->head.record_count != sb->where.record_count)
		return err_set(err, FICHE_ERR_CORRUPT, sb->where.offset,
		               "block holds other records than the index says");
	r = block_bodies(b, &rd->archive, rd->dicts, k->decoder,
	                 (size_t)b->head.bodies_raw, err);
	if (r == 0 &&
	    alloc_grow(&sb->records, &sb->records_cap, b->head.record_count,
	               sizeof(*sb->records)) < 0)
		r = err_nomem(err);
	return r;
}

/* A pool job: one block. */
static int read_block(void *ctx, size_t item, unsigned thread,
                      struct fiche_error *err)
{
	struct rebuild *x = ctx;
	struct source_block *sb = x->blocks[x->read + item];
	struct rebuild_thread *k = &x->threads[thread];
	int r = load(x, k, sb, &sb->why);

	sb->status = r;
	if (r < 0)
		return is_ours(r) ? err_copy(err, &sb->why) : 0;
	for (uint32_t i = 0; i < sb->where.record_count; i++) {
		struct fiche_error why = { 0 };

		if (sb->wanted && !sb->wanted[i])
			continue;
		if (rebuild_redacts(x->redaction, sb->first_record + i))
			r = redact_record(k, sb, i, &x->redaction->said, &why);
		else
			r = read_record(k, sb, i, &why);
		if (r < 0 && is_ours(r))
			return err_copy(err, &why);
		if (r < 0)
			r = note_lost(sb, &sb->records[i], r, &why, err);
		if (r < 0)
			return r;
	}
	if (x->redaction)
		set_defaults(sb);
	return 0;
}

int rebuild_read(struct rebuild *x, struct fiche_error *err)
{
	int r = pool_run(x->w->pool, x->count - x->read, read_block, x, err);

	for (; x->read < x->count; x->read++) {
		const struct block *b = &x->blocks[x->read]->block;

		x->bytes += b->cards.len + b->bodies.len;
	}
	return r;
}
