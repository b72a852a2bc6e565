/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rebuild.c - articles from archive to archive: the blocks of the source go by
 * in order, some dozen MiB at a time; what is wanted and new is numbered,
 * planned (rebuild_plan.c), encoded or copied, and indexed as a batch of the
 * writer.
 *
 * Damage in the source costs the records that are damaged; damage of the
 * archive that is written costs the writer.
 */

#include "archive/rebuild.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

/* Blocks of a batch, if they are small. */
#define BLOCKS_MAX 2048
/* Buffers that are larger are not kept for the next batch. */
#define KEPT_BUF     ((size_t)1 << 20)
#define KEPT_RECORDS 512
/* Records of the blocks that are read at once, if they are many. */
#define WAVE_RECORDS ((size_t)1 << 16)
/* Bytes of different defaults in one batch. */
#define DEFAULTS_MAX ((size_t)1 << 20)

static void lost(struct rebuild *x, uint64_t number, uint64_t count,
                 const struct fiche_error *why)
{
	x->stats.lost += count;
	if (x->opt->on_loss)
		x->opt->on_loss(x->opt->ctx, number, count, why);
}

/* ---- one batch ---- */

static void drop_block(struct source_block *sb)
{
	arena_reset(&sb->arena);
	sb->wanted = NULL;
	sb->odd = false;
	sb->kept = 0;
	sb->status = 0;
	if (sb->block.stored.cap > KEPT_BUF || sb->block.cards.cap > KEPT_BUF ||
	    sb->block.bodies.cap > KEPT_BUF) {
		block_done(&sb->block);
		memset(&sb->block, 0, sizeof(sb->block));
	}
	if (sb->records_cap > KEPT_RECORDS) {
		alloc_free(sb->records);
		sb->records = NULL;
		sb->records_cap = 0;
	}
	buf_clear(&sb->block.cards);
	buf_clear(&sb->block.bodies);
}

/* New, or there already? */
static int sift_record(struct rebuild *x, struct source_block *sb,
                       struct batch_record *rec, struct fiche_error *err)
{
	struct fiche_writer *w = x->w;
	enum known known = KNOWN_NOT;
	int r = 0;

	/* Where numbers stay, what is there twice stays there twice. */
	if (!x->redaction)
		r = known_digest(w, rec->article.digest, &known, err);
	if (r < 0)
		return r;
	rec->duplicate = known != KNOWN_NOT;
	if (rec->duplicate) {
		writer_count_duplicate(w, &rec->article, known);
		return 0;
	}
	if (!x->redaction && known_add(w, &rec->article) < 0)
		return err_nomem(err);
	w->stats.bytes_in += rec->record_len;
	w->batch.order[w->batch.order_count++] = rec;
	sb->kept++;
	return 0;
}

/* Once more through the writer's front door; the card of a file as it is, with
 * the place of the text beside it, and that of a redacted record. */
static int add_again(struct rebuild *x, const struct batch_record *rec,
                     struct fiche_error *err)
{
	struct batch *b = &x->w->batch;
	struct fiche_text raw = rec->body;
	const bool card = rec->is_file || rec->kind == KIND_REDACTED;
	int r = 0;

	if (!card)
		r = record_bytes(&raw, &x->threads[0].record, rec->kind,
		                 rec->card, rec->body, err);
	if (r == 0)
		r = writer_add(x->w, card ? rec->card.ptr : NULL,
		               card ? rec->card.len : 0, raw.ptr, raw.len, NULL,
		               NULL, err);
	if (r < 0)
		return r;
	b->records[b->count - 1].record_len = rec->record_len;
	b->records[b->count - 1].is_redacted = rec->kind == KIND_REDACTED;
	return 0;
}

/* A batch holds on to the defaults of its records, which are mostly the same
 * ones: the writer has a copy until it is flushed. */
static int use_defaults(struct rebuild *x, struct fiche_text t,
                        struct fiche_error *err)
{
	struct fiche_writer *w = x->w;
	const struct fiche_text *now = &w->batch.defaults;
	char *copy;
	int r;

	if (now->len == t.len &&
	    (t.len == 0 || memcmp(now->ptr, t.ptr, t.len) == 0))
		return 0;
	if (x->defaults_bytes + t.len > DEFAULTS_MAX) {
		r = writer_flush(w, err);
		if (r < 0)
			return r;
		arena_reset(&x->defaults);
		x->defaults_bytes = 0;
	}
	copy = arena_strndup(&x->defaults, t.ptr, t.len);
	if (!copy)
		return err_nomem(err);
	x->defaults_bytes += t.len;
	w->batch.defaults.ptr = copy;
	w->batch.defaults.len = t.len;
	return 0;
}

static int sift_block(struct rebuild *x, struct source_block *sb,
                      struct fiche_error *err)
{
	int r = 0;

	if (sb->status < 0) {
		sb->why.code = sb->status;
		lost(x, sb->first_record, sb->where.record_count, &sb->why);
		return 0;
	}
	for (uint32_t i = 0; r == 0 && i < sb->where.record_count; i++) {
		struct batch_record *rec = &sb->records[i];

		if (sb->wanted && !sb->wanted[i])
			continue;
		if (rec->status < 0) {
			lost(x, sb->first_record + i, 1, rec->why);
			continue;
		}
		x->stats.read++;
		if (!x->opt->recompress) {
			r = sift_record(x, sb, rec, err);
			continue;
		}
		r = use_defaults(x, rec->defaults, err);
		if (r == 0)
			r = add_again(x, rec, err);
	}
	return r;
}

static int write_batch(struct rebuild *x, struct fiche_error *err)
{
	struct fiche_writer *w = x->w;
	uint64_t copied = x->stats.blocks_copied;
	int r = writer_begin_records(w, err);

	if (r == 0)
		r = writer_number(w, err);
	if (r == 0)
		r = rebuild_plan(x, err);
	if (r == 0)
		r = batch_plan(&w->batch, err);
	if (r == 0)
		r = batch_encode(&w->batch, w->level, err);
	if (r < 0)
		return r;
	copied = x->stats.blocks_copied - copied;
	x->stats.blocks_made += w->batch.block_count - copied;
	return writer_store(w, err);
}

/*
 * What is withdrawn in the source is so in the archive that gets it, which may
 * have had it already; and no commit shows it before.
 */
static int copy_withdrawn(struct rebuild *x, struct fiche_error *err)
{
	const struct withdrawals *from = &x->r->withdrawn;
	struct fiche_writer *w = x->w;
	bool added;
	int r = 0;

	if (from->count > 0)
		r = writer_load_withdrawn(w, err);
	for (size_t i = 0; r == 0 && i < from->count; i++) {
		struct fiche_statement s = from->list[i];

		/* What was said then may tell what it was. */
		if (rebuild_redacts(x->redaction, s.number))
			continue;
		if (!x->redaction)
			r = known_number(w, s.digest, &s.number, err);
		if (r == FICHE_END) { /* did not go over, or not yet */
			r = 0;
			continue;
		}
		if (r == 0 && withdrawals_add(&w->withdrawn, &s, &added) < 0)
			r = err_nomem(err);
		else if (r == 0 && added) {
			w->withdrawn_changed = true;
			x->stats.withdrawn++;
		}
	}
	return r;
}

static int run_batch(struct rebuild *x, struct fiche_error *err)
{
	struct fiche_writer *w = x->w;
	int r = 0;

	if (!x->opt->recompress) {
		w->batch.order =
			alloc_zeroed(x->records, sizeof(*w->batch.order));
		if (!w->batch.order)
			return err_nomem(err);
	}
	for (size_t i = 0; r == 0 && i < x->count; i++)
		r = sift_block(x, x->blocks[i], err);
	if (r == 0 && w->batch.order_count > 0)
		r = write_batch(x, err);
	if (!x->opt->recompress)
		batch_clear(&w->batch);
	for (size_t i = 0; i < x->count; i++)
		drop_block(x->blocks[i]);
	x->count = x->read = 0;
	x->bytes = x->records = x->unread_records = 0;
	if (r == 0 && x->commits &&
	    (w->digests.count > WRITER_SEEN_MAX || rebuild_dicts_full(x))) {
		r = writer_flush(w, err);
		if (r == 0)
			r = copy_withdrawn(x, err);
		if (r == 0)
			r = fiche_writer_commit(w, err);
		if (r == 0 && rebuild_dicts_full(x))
			rebuild_dicts_release(x);
	}
	return r;
}

/* ---- the source ---- */

static struct source_block *next_slot(struct rebuild *x)
{
	if (x->count < x->made)
		return x->blocks[x->count];
	if (alloc_grow(&x->blocks, &x->cap, x->made + 1,
	               sizeof(struct source_block *)) < 0)
		return NULL;
	x->blocks[x->made] = alloc_zeroed(1, sizeof(**x->blocks));
	if (!x->blocks[x->made])
		return NULL;
	return x->blocks[x->made++];
}

/* Ask for each record of a block; *any: at least one is wanted. */
static int ask(struct rebuild *x, struct source_block *sb, bool *any,
               struct fiche_error *err)
{
	*any = true;
	if (!x->opt->take)
		return 0;
	*any = false;
	sb->wanted = arena_take(&sb->arena, sb->where.record_count);
	if (!sb->wanted)
		return err_nomem(err);
	for (uint32_t i = 0; i < sb->where.record_count; i++) {
		sb->wanted[i] = x->opt->take(x->opt->ctx, sb->first_record + i);
		*any |= sb->wanted[i];
	}
	return 0;
}

/* Read what is queued; write it when there is enough of it. */
static int read_on(struct rebuild *x, bool last, struct fiche_error *err)
{
	size_t wave = (size_t)pool_threads(x->w->pool) * 4;
	int r = 0;

	if (x->count - x->read >= wave || x->unread_records >= WAVE_RECORDS ||
	    (last && x->count > x->read)) {
		r = rebuild_read(x, err);
		x->unread_records = 0;
	}
	if (r == 0 && x->read == x->count &&
	    (last || x->bytes >= BATCH_BYTES || x->records >= BATCH_RECORDS ||
	     x->count >= BLOCKS_MAX))
		r = run_batch(x, err);
	return r;
}

static int queue_block(struct rebuild *x, const struct reader_segment *s,
                       const struct segment_block *where,
                       struct fiche_error *err)
{
	struct source_block *sb = next_slot(x);
	bool any;
	int r;

	if (!sb)
		return err_nomem(err);
	sb->where = *where;
	sb->segment = s;
	sb->first_record = s->where.first_record + where->first_idx;
	r = ask(x, sb, &any, err);
	if (r < 0)
		return r;
	if (any) {
		x->count++;
		x->records += where->record_count;
		x->unread_records += where->record_count;
	} else {
		drop_block(sb);
	}
	if (x->opt->on_progress)
		x->opt->on_progress(x->opt->ctx, where->offset + where->size,
		                    x->r->archive.end);
	return any ? read_on(x, false, err) : 0;
}

static bool is_loss(int status)
{
	return status == FICHE_ERR_CORRUPT || status == FICHE_ERR_TRUNCATED ||
	       status == FICHE_ERR_IO || status == FICHE_ERR_LIMIT ||
	       status == FICHE_ERR_UNSUPPORTED;
}

static int copy_segment(struct rebuild *x, size_t i, struct fiche_error *err)
{
	const struct commit_segment *all = &x->r->segments[i].where;
	const struct reader_segment *s = NULL;
	struct fiche_error why = { 0 };
	struct segment_block where;
	uint64_t next = 0; /* record of the segment */
	union view_in in;
	int r = reader_segment(x->r, x->view, i, false, &s, &why);

	for (uint64_t at = 0; r == 0 && at < s->segment.block_count; at++) {
		r = segment_block_at(&s->segment, view_in_init(&in, x->view, s),
		                     at, &where, &why);
		if (r < 0)
			break;
		next = (uint64_t)where.first_idx + where.record_count;
		r = queue_block(x, s, &where, err);
		if (r < 0)
			return r;
	}
	if (r == 0)
		return 0;
	if (!is_loss(r))
		return err_copy(err, &why);
	lost(x, all->first_record + next, all->record_count - next, &why);
	return 0;
}

/* ---- from beginning to end ---- */

static int begin(struct rebuild *x, struct fiche_error *err)
{
	unsigned n = pool_threads(x->w->pool);

	x->view = fiche_view_new(x->r);
	x->threads = alloc_zeroed(n, sizeof(*x->threads));
	if (!x->view || !x->threads)
		return err_nomem(err);
	for (unsigned i = 0; i < n; i++) {
		struct rebuild_thread *k = &x->threads[i];

		k->decoder = decoder_new();
		k->view = fiche_view_new(x->r);
		k->hash = sha256_new();
		if (!k->decoder || !k->view || !k->hash)
			return err_nomem(err);
	}
	return writer_flush(x->w, err);
}

static void end(struct rebuild *x)
{
	for (unsigned i = 0; x->threads && i < pool_threads(x->w->pool); i++) {
		struct rebuild_thread *k = &x->threads[i];

		decoder_free(k->decoder);
		fiche_view_free(k->view);
		buf_done(&k->record);
		sha256_free(k->hash);
	}
	for (size_t i = 0; i < x->made; i++) {
		block_done(&x->blocks[i]->block);
		alloc_free(x->blocks[i]->records);
		arena_done(&x->blocks[i]->arena);
		alloc_free(x->blocks[i]);
	}
	fiche_view_free(x->view);
	alloc_free(x->threads);
	alloc_free(x->blocks);
	alloc_free(x->dicts);
	arena_done(&x->names);
	arena_done(&x->defaults);
}

static int copy_all(struct rebuild *x, struct fiche_error *err)
{
	struct fiche_writer *w = x->w;
	struct fiche_text defaults = w->batch.defaults;
	int r = begin(x, err);

	for (size_t i = 0; r == 0 && i < x->r->segment_count; i++)
		r = copy_segment(x, i, err);
	if (r == 0)
		r = read_on(x, true, err);
	/* What is still in the writer's batch borrows of what ends here. */
	if (r == 0)
		r = writer_flush(w, err);
	if (r == 0)
		r = copy_withdrawn(x, err);
	w->batch.defaults = defaults;
	return r;
}

int rebuild_redact(struct fiche_writer *to, struct fiche_reader *from,
                   const struct rebuild_redaction *what,
                   const struct fiche_copy_options *opt,
                   struct fiche_copy_stats *out, struct fiche_error *err)
{
	static const struct fiche_copy_options standard;
	struct rebuild x = { .w = to, .r = from, .redaction = what };
	struct fiche_info info;
	int r;

	if (to->failed)
		return err_set(err, FICHE_ERR_STATE, FICHE_NOWHERE,
		               "the writer failed before and can only be "
		               "closed");
	/* What cannot be read cannot go along; who recovers knows. */
	if (from->withdrawn_why.code && !from->recovered)
		return err_copy(err, &from->withdrawn_why);
	x.opt = opt ? opt : &standard;
	x.commits = to->archive.has_commit || to->records > 0;
	r = copy_all(&x, err);
	end(&x);
	if (r < 0) {
		batch_clear(&to->batch);
		to->failed = true;
		return r;
	}
	if (!x.opt->take) {
		fiche_reader_info(from, &info);
		to->duplicates += info.duplicates;
	}
	if (out)
		*out = x.stats;
	return 0;
}

int fiche_copy(struct fiche_writer *to, struct fiche_reader *from,
               const struct fiche_copy_options *opt,
               struct fiche_copy_stats *out, struct fiche_error *err)
{
	return rebuild_redact(to, from, NULL, opt, out, err);
}
