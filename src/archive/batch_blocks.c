/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch_blocks.c - blocks of a batch: where one ends and the next begins, and
 * their sections, made or copied on several threads.  Each frame is decoded
 * again and compared.
 */

#include <string.h>

#include "archive/batch.h"
#include "base/alloc.h"
#include "base/err.h"

static int open_block(struct batch *b, size_t first, struct batch_block **out)
{
	struct batch_block *k;

	if (alloc_grow(&b->blocks, &b->block_cap, b->block_count + 1,
	               sizeof(*b->blocks)) < 0)
		return FICHE_ERR_NOMEM;
	k = &b->blocks[b->block_count++];
	memset(k, 0, sizeof(*k));
	k->first = first;
	*out = k;
	return 0;
}

int batch_plan(struct batch *b, struct fiche_error *err)
{
	struct batch_block *k = NULL;
	uint64_t cards = 0, bodies = 0;

	for (size_t i = 0; i < b->order_count; i++) {
		const struct batch_record *r = b->order[i];
		const struct batch_cluster *c = &b->clusters[r->cluster];
		uint64_t body = r->shared ? 0 : r->body.len + 1;
		uint64_t card = r->card.len + 1;

		if (i == c->first ||
		    (!c->frames.cards &&
		     (k->count >= BLOCK_RECORDS_TARGET ||
		      batch_by_defaults(b->order[i - 1], r) != 0 ||
		      bodies + body / 2 > BLOCK_TARGET ||
		      cards + card > BLOCK_TARGET * 4 ||
		      bodies + body > BLOCK_RAW_MAX))) {
			if (open_block(b, i, &k) < 0)
				return err_nomem(err);
			k->cards_dict = c->cards_dict;
			k->bodies_dict = c->dict;
			k->frames = c->frames;
			cards = bodies = 0;
		}
		k->count++;
		cards += card;
		bodies += body;
	}
	return 0;
}

struct encode_thread {
	struct encoder *cards, *bodies;
	struct decoder *decoder;
	struct buf raw, check, entries;
};

struct encode_job {
	struct batch *batch;
	struct encode_thread *thread;
};

static void put_line(struct buf *out, struct fiche_text t)
{
	buf_put(out, t.ptr, t.len);
	buf_u8(out, '\n');
}

/* Compress `raw` behind what is in the section, or copy the frame `old` that
 * has to hold it; decode it again, compare. */
static int frame(struct encode_thread *t, struct encoder *enc,
                 const struct dictionary *dict, struct batch_block *k,
                 const uint8_t *old, size_t old_len, uint64_t *len,
                 const char *what, struct fiche_error *err)
{
	size_t start = k->section.len;
	int r;

	if (old)
		r = frame_copy(&k->section, old, old_len, dict ? dict->id : 0,
		               err);
	else
		r = encode_frame(enc, dict, t->raw.ptr, t->raw.len, &k->section,
		                 err);
	if (r < 0)
		return r;
	*len = k->section.len - start;
	buf_clear(&t->check);
	if (!buf_reserve(&t->check, t->raw.len + 1))
		return err_nomem(err);
	r = decode_frame(t->decoder, k->section.ptr + start, (size_t)*len,
	                 dict ? dict->decoder : NULL, dict ? dict->id : 0,
	                 t->check.ptr, t->raw.len, FICHE_NOWHERE, what, err);
	if (r < 0)
		return r;
	if (t->raw.len && memcmp(t->check.ptr, t->raw.ptr, t->raw.len) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "libzstd decodes a %s frame to something else "
		               "than went in",
		               what);
	return 0;
}

/*
 * The head stands in front of the frames but tells their lengths: it is
 * written once with zeros, and again when they are known.
 */
static int encode_block(void *ctx, size_t item, unsigned thread,
                        struct fiche_error *err)
{
	struct encode_job *job = ctx;
	struct encode_thread *t = &job->thread[thread];
	struct batch *b = job->batch;
	struct batch_block *k = &b->blocks[item];
	struct fiche_text defaults = b->order[k->first]->defaults;
	struct buf head = { 0 };
	size_t head_at = SECTION_HEADER_SIZE;
	uint64_t cards_len;
	int r;

	buf_clear(&t->entries);
	for (size_t i = k->first; i < k->first + k->count; i++) {
		const struct batch_record *rec = b->order[i];
		struct block_entry e = { rec->kind, rec->shared,
			                 rec->shared ? rec->number -
			                                       rec->shared_with
			                             : rec->body.len };

		block_entry_put(&t->entries, &e);
	}
	k->head.first_record = b->order[k->first]->number;
	k->head.record_count = (uint32_t)k->count;
	k->head.cards_dict = k->cards_dict ? k->cards_dict->id : 0;
	k->head.bodies_dict = k->bodies_dict ? k->bodies_dict->id : 0;
	k->head.defaults.ptr = (const uint8_t *)defaults.ptr;
	k->head.defaults.len = defaults.len;
	k->head.entries.ptr = t->entries.ptr;
	k->head.entries.len = t->entries.len;
	buf_zeros(&k->section,
	          head_at + BLOCK_FIXED + defaults.len + t->entries.len);

	buf_clear(&t->raw);
	for (size_t i = k->first; i < k->first + k->count; i++)
		put_line(&t->raw, b->order[i]->card);
	k->head.cards_raw = (uint32_t)t->raw.len;
	if (!buf_ok(&t->raw) || !buf_ok(&t->entries) || !buf_ok(&k->section))
		return err_nomem(err);
	r = frame(t, t->cards, k->cards_dict, k, k->frames.cards,
	          k->frames.cards_len, &cards_len, "cards", err);
	if (r < 0)
		return r;
	k->head.cards_len = (uint32_t)cards_len;
	k->cards_end = (uint32_t)k->section.len;

	buf_clear(&t->raw);
	for (size_t i = k->first; i < k->first + k->count; i++)
		if (!b->order[i]->shared)
			put_line(&t->raw, b->order[i]->body);
	k->head.bodies_raw = t->raw.len;
	if (!buf_ok(&t->raw))
		return err_nomem(err);
	r = frame(t, t->bodies, k->bodies_dict, k, k->frames.bodies,
	          k->frames.bodies_len, &k->head.bodies_len, "bodies", err);
	if (r < 0)
		return r;

	block_head_encode(&head, &k->head);
	if (buf_ok(&head))
		memcpy(k->section.ptr + head_at, head.ptr, head.len);
	else
		r = err_nomem(err);
	buf_done(&head);
	if (r == 0 && sha256_of(k->sha256, k->section.ptr + head_at,
	                        k->section.len - head_at) < 0)
		r = err_nomem(err);
	return r;
}

int batch_encode(struct batch *b, int level, struct fiche_error *err)
{
	unsigned n = pool_threads(b->pool);
	struct encode_job job = { b, NULL };
	int r = 0;

	job.thread = alloc_zeroed(n, sizeof(*job.thread));
	if (!job.thread)
		return err_nomem(err);
	for (unsigned i = 0; r == 0 && i < n; i++) {
		job.thread[i].cards = encoder_new(level, ENCODE_CARDS);
		job.thread[i].bodies = encoder_new(level, ENCODE_BODIES);
		job.thread[i].decoder = decoder_new();
		if (!job.thread[i].cards || !job.thread[i].bodies ||
		    !job.thread[i].decoder)
			r = err_nomem(err);
	}
	if (r == 0)
		r = pool_run(b->pool, b->block_count, encode_block, &job, err);
	for (unsigned i = 0; i < n; i++) {
		struct encode_thread *t = &job.thread[i];

		encoder_free(t->cards);
		encoder_free(t->bodies);
		decoder_free(t->decoder);
		buf_done(&t->raw);
		buf_done(&t->check);
		buf_done(&t->entries);
	}
	alloc_free(job.thread);
	return r;
}
