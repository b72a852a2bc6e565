/* SPDX-License-Identifier: Apache-2.0 */
/*
 * choose.c - a dictionary for each cluster: one that the archive has, a new one
 * if it pays for itself, or none.
 *
 * The judgement is a trial: a few pieces of the cluster are compressed with
 * each candidate.  Clusters are judged in parallel; new dictionaries are
 * numbered before and written after, in order, so that the bytes do not depend
 * on it.
 */

#include <string.h>

#include "archive/writer.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"

#define DICT_MAX   ((size_t)1 << 20)
#define DICT_MIN   ((size_t)32 << 10)
#define CARDS_DICT ((size_t)32 << 10)
/* Clusters smaller than this are not worth a dictionary of their own. */
#define TRAIN_MIN       ((uint64_t)512 << 10)
#define TRAIN_CARDS_MIN ((uint64_t)128 << 10)
#define TRAIN_BUDGET    ((size_t)4 << 20)
#define TRIAL_BUDGET    ((size_t)256 << 10)
#define TRIAL_PIECE     ((size_t)128 << 10)
/* Dictionaries of earlier commits that are tried, newest first. */
#define TRIED_MAX      16
#define TRAIN_DICT_IDS 32768u /* ids below are reserved by RFC 8878 */

void choose_done(struct fiche_writer *w)
{
	for (size_t i = 0; i < w->dict_count; i++)
		dictionary_free(w->dicts[i].dict);
	alloc_free(w->dicts);
	w->dicts = NULL;
	w->dict_count = 0;
}

static bool have_dict(const struct fiche_writer *w, uint32_t id)
{
	for (size_t i = 0; i < w->dict_count; i++)
		if (w->dicts[i].dict->id == id)
			return true;
	return false;
}

static int load_one(struct fiche_writer *w, const struct commit_dict *c,
                    struct writer_dict *out, struct fiche_error *err)
{
	uint8_t *raw;
	size_t len;
	int r = dict_read(&w->archive, c, &raw, &len, err);

	if (r < 0)
		return r;
	out->dict = dictionary_load(c->id, c->class, raw, len);
	alloc_free(raw);
	return out->dict ? 0 : err_nomem(err);
}

/* The newest dictionaries of the last commit, once. */
static int load_earlier(struct fiche_writer *w, struct fiche_error *err)
{
	const struct commit *c = &w->archive.last.commit;
	size_t first;
	int r = 0;

	if (w->dicts_loaded || !w->archive.has_commit)
		return 0;
	w->dicts_loaded = true;
	first = c->dict_count > TRIED_MAX ? c->dict_count - TRIED_MAX : 0;
	for (size_t i = first; r == 0 && i < c->dict_count; i++) {
		struct writer_dict d = { .where = c->dicts[i] };

		if (have_dict(w, c->dicts[i].id))
			continue;
		if (alloc_grow(&w->dicts, &w->dict_cap, w->dict_count + 1,
		               sizeof(*w->dicts)) < 0)
			return err_nomem(err);
		r = load_one(w, &c->dicts[i], &d, err);
		/* A lost dictionary is no reason not to append. */
		if (r == FICHE_ERR_CORRUPT || r == FICHE_ERR_TRUNCATED) {
			r = 0;
			continue;
		}
		if (r == 0)
			w->dicts[w->dict_count++] = d;
	}
	return r;
}

uint32_t writer_next_dict(const struct fiche_writer *w)
{
	const struct commit *c = &w->archive.last.commit;
	uint32_t id = TRAIN_DICT_IDS;

	if (w->archive.has_commit && c->dict_count)
		id = c->dicts[c->dict_count - 1].id + 1;
	for (size_t i = 0; i < w->dict_count; i++)
		if (w->dicts[i].dict->id >= id)
			id = w->dicts[i].dict->id + 1;
	return id;
}

/* Bytes that the pieces take when compressed with `dict` (or NULL). */
static int trial(struct encoder *e, const struct dictionary *dict,
                 const struct buf *text, size_t *out, struct fiche_error *err)
{
	struct buf frame = { 0 };
	int r = 0;

	for (size_t at = 0; r == 0 && at < text->len; at += TRIAL_PIECE) {
		size_t n = text->len - at < TRIAL_PIECE ? text->len - at
		                                        : TRIAL_PIECE;

		r = encode_frame(e, dict, text->ptr + at, n, &frame, err);
	}
	*out = frame.len;
	buf_done(&frame);
	return r;
}

int writer_write_dict(struct fiche_writer *w, struct dictionary *d,
                      struct fiche_error *err)
{
	size_t size = SECTION_HEADER_SIZE + d->payload.len;
	struct writer_dict *slot;
	struct section s;
	uint8_t *raw;
	int r;

	if (alloc_grow(&w->dicts, &w->dict_cap, w->dict_count + 1,
	               sizeof(*w->dicts)) < 0 ||
	    !(raw = alloc_bytes(size))) {
		dictionary_free(d);
		return err_nomem(err);
	}
	memcpy(raw + SECTION_HEADER_SIZE, d->payload.ptr, d->payload.len);
	r = emit_section(&w->emit, SECTION_DICT, raw, d->payload.len,
	                 (uint32_t)d->payload.len, NULL, &s, err);
	alloc_free(raw);
	if (r < 0) {
		dictionary_free(d);
		return r;
	}
	slot = &w->dicts[w->dict_count++];
	memset(slot, 0, sizeof(*slot));
	slot->dict = d;
	slot->is_new = true;
	slot->where.id = d->id;
	slot->where.class = (uint8_t)d->class;
	slot->where.offset = s.offset;
	slot->where.size = size;
	memcpy(slot->where.sha256, s.sha256, 32);
	return 0;
}

/* A size that the text can pay for. */
static size_t dict_size(uint64_t text)
{
	uint64_t size = text / 12 / 4096 * 4096;

	return size > DICT_MAX   ? DICT_MAX
	       : size < DICT_MIN ? DICT_MIN
	                         : (size_t)size;
}

/* What a dictionary and its parity cost in the file. */
static uint64_t price(const struct dictionary *d)
{
	return SECTION_HEADER_SIZE + d->payload.len + SECTION_HEADER_SIZE +
	       dict_parity_len(d->payload.len);
}

/* One cluster, or all cards, on the way to a dictionary. */
struct choice {
	struct fiche_writer *writer;
	const struct batch_cluster *cluster; /* NULL: the cards */
	unsigned class;
	uint64_t whole; /* bytes that the choice is for */
	bool large;     /* enough for a dictionary of its own */
	uint32_t id;    /* for a new one */
	struct encoder *encoder;
	struct buf text;               /* of the trial */
	size_t size;                   /* of it with the best so far */
	const struct dictionary *dict; /* the best so far, or NULL */
	struct dictionary *made;       /* a new one that pays */
};

static struct encoder *choice_encoder(const struct choice *c)
{
	return encoder_new(c->writer->level,
	                   c->cluster ? ENCODE_BODIES : ENCODE_CARDS);
}

static int try_earlier(struct choice *c, struct fiche_error *err)
{
	const struct fiche_writer *w = c->writer;
	size_t size;
	int r = 0;

	for (size_t i = w->dict_count; r == 0 && i-- > 0;) {
		const struct dictionary *d = w->dicts[i].dict;

		if (d->class != c->class)
			continue;
		r = trial(c->encoder, d, &c->text, &size, err);
		if (r == 0 && size < c->size) {
			c->size = size;
			c->dict = d;
		}
	}
	return r;
}

static int try_new(struct choice *c, struct fiche_error *err)
{
	struct fiche_writer *w = c->writer;
	size_t len = c->cluster ? dict_size(c->whole) : CARDS_DICT;
	struct dictionary *d = NULL;
	struct sample *samples = NULL;
	double saved = 0;
	size_t count, size;
	int r;

	if (batch_samples(&w->batch, c->cluster, TRAIN_BUDGET, &samples,
	                  &count) < 0)
		return err_nomem(err);
	r = dictionary_train(&d, c->id, c->class, len, samples, count, w->level,
	                     err);
	alloc_free(samples);
	if (r != 0)
		return r == FICHE_END ? 0 : r;
	r = trial(c->encoder, d, &c->text, &size, err);
	if (r == 0 && size < c->size)
		saved = (double)(c->size - size) * (double)c->whole /
		        (double)c->text.len;
	if (r == 0 && saved > (double)price(d)) {
		c->made = d;
		c->dict = d;
		c->size = size;
		return 0;
	}
	/* The encoder may have digested it. */
	encoder_free(c->encoder);
	c->encoder = NULL;
	dictionary_free(d);
	return r;
}

/* A pool job: judge one choice. */
static int choose(void *ctx, size_t item, unsigned thread,
                  struct fiche_error *err)
{
	struct choice *c = (struct choice *)ctx + item;
	struct sample *samples = NULL;
	size_t count = 0, none;
	int r = 0;

	(void)thread;
	/* Trying costs more than a few articles could gain. */
	if (c->whole == 0 || (!c->large && c->writer->dict_count == 0))
		return 0;
	c->encoder = choice_encoder(c);
	if (!c->encoder || batch_samples(&c->writer->batch, c->cluster,
	                                 TRIAL_BUDGET, &samples, &count) < 0)
		r = err_nomem(err);
	for (size_t i = 0; r == 0 && i < count; i++)
		buf_put(&c->text, samples[i].ptr, samples[i].len);
	if (r == 0 && !buf_ok(&c->text))
		r = err_nomem(err);
	if (r == 0 && c->text.len > 0) {
		r = trial(c->encoder, NULL, &c->text, &none, err);
		c->size = none;
		if (r == 0)
			r = try_earlier(c, err);
		/* Train if nothing at hand helps by a twelfth. */
		if (r == 0 && c->large && c->size > none - none / 12)
			r = try_new(c, err);
	}
	encoder_free(c->encoder);
	c->encoder = NULL;
	buf_done(&c->text);
	alloc_free(samples);
	return r;
}

static void prepare(struct fiche_writer *w, struct choice *c,
                    const struct batch_cluster *cluster, uint64_t whole,
                    uint32_t *id)
{
	c->writer = w;
	c->cluster = cluster;
	c->class = cluster ? DICT_BODIES : DICT_CARDS;
	c->whole = whole;
	c->large = whole >= (cluster ? TRAIN_MIN : TRAIN_CARDS_MIN);
	if (c->large)
		c->id = (*id)++;
}

int choose_dictionaries(struct fiche_writer *w, struct fiche_error *err)
{
	struct batch *b = &w->batch;
	struct choice *list;
	size_t n = b->cluster_count + 1;
	uint64_t cards = 0;
	uint32_t id;
	int r;

	if (w->plain)
		return 0;
	r = load_earlier(w, err);
	if (r < 0)
		return r;
	list = alloc_zeroed(n, sizeof(*list));
	if (!list)
		return err_nomem(err);
	id = writer_next_dict(w);
	for (size_t i = 0; i < b->order_count; i++)
		if (!b->clusters[b->order[i]->cluster].decided)
			cards += b->order[i]->card.len;
	/* The bodies first: they take longer. */
	for (size_t i = 0; i < b->cluster_count; i++)
		if (!b->clusters[i].decided)
			prepare(w, &list[i], &b->clusters[i],
			        b->clusters[i].body_bytes, &id);
	prepare(w, &list[n - 1], NULL, cards, &id);
	r = pool_run(w->pool, n, choose, list, err);
	for (size_t i = 0; i < n; i++) {
		if (r == 0 && list[i].made)
			r = writer_write_dict(w, list[i].made, err);
		else
			dictionary_free(list[i].made);
		if (i < n - 1 && !b->clusters[i].decided) {
			b->clusters[i].dict = list[i].dict;
			b->clusters[i].cards_dict = list[n - 1].dict;
		}
	}
	alloc_free(list);
	return r;
}
