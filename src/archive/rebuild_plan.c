/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rebuild_plan.c - which blocks are copied with their frames, and with which
 * dictionaries the others are made.
 *
 * A block is copied if all its records go over, its shared bodies are there,
 * and few of its bodies are stored elsewhere already.  What is left of others
 * is compressed with the same dictionaries if those go over too, else with what
 * the writer chooses, once for each language.
 */

#include <string.h>

#include "archive/rebuild.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"
#include "format/terms.h"

/* The kept records of a block, in the batch's order. */
struct kept {
	struct source_block *from;
	struct batch_record **records;
	struct rebuild_dict *cards, *bodies; /* NULL: none is used */
	bool copied;
};

static bool all_go_over(const struct kept *k)
{
	const struct source_block *sb = k->from;
	uint64_t again = 0;

	if (sb->odd || sb->kept != sb->where.record_count)
		return false;
	for (uint32_t i = 0; i < sb->kept; i++) {
		const struct batch_record *rec = k->records[i];
		bool stored = !sb->block.records[i].shared;

		if (!stored && !rec->shared)
			return false;
		if (stored && rec->shared)
			again += rec->body.len;
	}
	return again <= sb->block.head.bodies_raw / 8;
}

/* Its bodies stay where they are. */
static void keep_bodies(struct rebuild *x, const struct kept *k)
{
	for (uint32_t i = 0; i < k->from->kept; i++) {
		struct batch_record *rec = k->records[i];

		if (!rec->shared || k->from->block.records[i].shared)
			continue;
		rec->shared = false;
		x->w->stats.shared_bodies--;
	}
}

static struct rebuild_dict *find_dict(struct rebuild *x, uint32_t id,
                                      unsigned class, struct fiche_error *err)
{
	struct rebuild_dict *d = rebuild_dict(x, id, class);

	if (!d)
		(void)err_nomem(err);
	return d;
}

/* Count what the dictionaries would be used for. */
static int count_use(struct rebuild *x, const struct kept *k,
                     struct fiche_error *err)
{
	const struct block_head *h = &k->from->block.head;
	struct rebuild_dict *d;

	if (h->cards_dict) {
		d = find_dict(x, h->cards_dict, DICT_CARDS, err);
		if (!d)
			return FICHE_ERR_NOMEM;
		d->used += k->copied ? h->cards_len : 0;
	}
	if (h->bodies_dict) {
		d = find_dict(x, h->bodies_dict, DICT_BODIES, err);
		if (!d)
			return FICHE_ERR_NOMEM;
		d->used += k->copied ? h->bodies_len : 0;
	}
	return 0;
}

static int take_dicts(struct rebuild *x, struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < x->dict_count; i++) {
		struct rebuild_dict *d = &x->dicts[i];

		if (!d->to)
			r = rebuild_dict_take(x, d, err);
		d->used = 0;
	}
	return r;
}

/* ---- clusters ---- */

static void set_frames(struct batch_cluster *c, const struct block *b)
{
	const uint8_t *at =
		b->stored.ptr + SECTION_HEADER_SIZE + b->head.head_len;

	c->frames.cards = at;
	c->frames.cards_len = b->head.cards_len;
	c->frames.bodies = at + b->head.cards_len;
	c->frames.bodies_len = (size_t)b->head.bodies_len;
}

/* Redacted records have none, and go with those around them. */
static struct fiche_text first_language(const struct kept *k)
{
	const struct fiche_text none = { "", 0 };

	for (uint32_t i = 0; i < k->from->kept; i++)
		if (k->records[i]->kind != KIND_REDACTED)
			return k->records[i]->article.language;
	return none;
}

/* Does the record go on the last cluster, with these dictionaries? */
static bool goes_on(const struct batch_cluster *c, struct fiche_text language,
                    bool decided, const struct dictionary *cards,
                    const struct dictionary *bodies)
{
	if (!c || c->frames.cards || c->decided != decided)
		return false;
	if (decided)
		return c->cards_dict == cards && c->dict == bodies;
	return term_compare(c->language.ptr, c->language.len, language.ptr,
	                    language.len) == 0;
}

static int add_cluster(struct rebuild *x, const struct kept *k, size_t first,
                       struct fiche_error *err)
{
	const struct dictionary *cards = k->cards ? k->cards->to : NULL;
	const struct dictionary *bodies = k->bodies ? k->bodies->to : NULL;
	bool decided = k->copied || bodies || x->w->plain;
	struct batch *b = &x->w->batch;
	struct batch_cluster *c =
		b->cluster_count ? &b->clusters[b->cluster_count - 1] : NULL;
	struct fiche_text language = first_language(k);

	for (uint32_t i = 0; i < k->from->kept; i++) {
		struct batch_record *rec = k->records[i];

		if (rec->kind != KIND_REDACTED)
			language = rec->article.language;
		if ((k->copied && i == 0) ||
		    (!k->copied &&
		     !goes_on(c, language, decided, cards, bodies))) {
			c = batch_cluster_open(b, first + i);
			if (!c)
				return err_nomem(err);
			c->decided = decided;
			c->language = language;
			c->cards_dict = decided ? cards : NULL;
			c->dict = bodies;
			if (k->copied)
				set_frames(c, &k->from->block);
		}
		rec->cluster = (uint32_t)(b->cluster_count - 1);
		c->count++;
		c->body_bytes += rec->shared ? 0 : rec->body.len;
	}
	return 0;
}

/* A block that needs a dictionary which does not go over is not copied. */
static int add_block(struct rebuild *x, struct kept *k, size_t first,
                     struct fiche_error *err)
{
	const struct block_head *h = &k->from->block.head;

	k->cards = k->bodies = NULL;
	if (h->cards_dict &&
	    !(k->cards = find_dict(x, h->cards_dict, DICT_CARDS, err)))
		return FICHE_ERR_NOMEM;
	if (h->bodies_dict &&
	    !(k->bodies = find_dict(x, h->bodies_dict, DICT_BODIES, err)))
		return FICHE_ERR_NOMEM;
	if ((k->cards && !k->cards->to) || (k->bodies && !k->bodies->to))
		k->copied = false;
	if (k->copied) {
		keep_bodies(x, k);
		x->stats.blocks_copied++;
	}
	return add_cluster(x, k, first, err);
}

/* ---- dictionaries for what has none ---- */

static struct rebuild_language *language_of(struct rebuild *x,
                                            struct fiche_text name)
{
	struct rebuild_language *l;
	char *copy;

	for (size_t i = 0; i < x->language_count; i++) {
		l = &x->languages[i];
		if (term_compare(l->name.ptr, l->name.len, name.ptr,
		                 name.len) == 0)
			return l;
	}
	if (x->language_count == REBUILD_LANGUAGES)
		return NULL;
	copy = arena_strndup(&x->names, name.ptr, name.len);
	if (!copy)
		return NULL;
	l = &x->languages[x->language_count++];
	*l = (struct rebuild_language){ .name = { copy, name.len } };
	return l;
}

static void use_choice(struct batch_cluster *c,
                       const struct rebuild_language *l)
{
	c->cards_dict = l->cards_dict;
	c->dict = l->bodies_dict;
	c->decided = true;
}

/* Judging costs as much as compressing several times: once for a language. */
static int choose(struct rebuild *x, struct fiche_error *err)
{
	struct batch *b = &x->w->batch;
	bool any = false;
	int r;

	for (size_t i = 0; i < b->cluster_count; i++) {
		struct batch_cluster *c = &b->clusters[i];
		struct rebuild_language *l;

		if (c->decided)
			continue;
		l = language_of(x, c->language);
		if (l && !l->chosen &&
		    (!l->pending ||
		     b->clusters[l->cluster].body_bytes < c->body_bytes)) {
			l->pending = any = true;
			l->cluster = i;
		}
	}
	for (size_t i = 0; i < b->cluster_count; i++)
		b->clusters[i].decided = true;
	for (size_t i = 0; i < x->language_count; i++)
		if (x->languages[i].pending)
			b->clusters[x->languages[i].cluster].decided = false;
	r = any ? choose_dictionaries(x->w, err) : 0;
	for (size_t i = 0; r == 0 && i < x->language_count; i++) {
		struct rebuild_language *l = &x->languages[i];

		if (!l->pending)
			continue;
		l->cards_dict = b->clusters[l->cluster].cards_dict;
		l->bodies_dict = b->clusters[l->cluster].dict;
		l->pending = false;
		l->chosen = true;
	}
	return r;
}

static int choose_for_rest(struct rebuild *x, struct fiche_error *err)
{
	struct batch *b = &x->w->batch;
	bool *open;
	int r;

	open = alloc_zeroed(b->cluster_count, sizeof(*open));
	if (!open)
		return err_nomem(err);
	for (size_t i = 0; i < b->cluster_count; i++)
		open[i] = !b->clusters[i].decided;
	r = choose(x, err);
	for (size_t i = 0; r == 0 && i < b->cluster_count; i++) {
		const struct rebuild_language *l;

		if (!open[i])
			continue;
		l = language_of(x, b->clusters[i].language);
		if (l)
			use_choice(&b->clusters[i], l);
	}
	alloc_free(open);
	return r;
}

int rebuild_plan(struct rebuild *x, struct fiche_error *err)
{
	struct batch *b = &x->w->batch;
	struct kept k;
	size_t first = 0;
	int r = 0;

	/* Twice, since dictionaries are judged by all blocks together. */
	for (int round = 0; r == 0 && round < 2; round++) {
		first = 0;
		for (size_t i = 0; r == 0 && i < x->count; i++) {
			k.from = x->blocks[i];
			if (k.from->kept == 0)
				continue;
			k.records = b->order + first;
			k.copied = all_go_over(&k);
			r = round == 0 ? count_use(x, &k, err)
			               : add_block(x, &k, first, err);
			first += k.from->kept;
		}
		if (r == 0 && round == 0)
			r = take_dicts(x, err);
	}
	return r == 0 ? choose_for_rest(x, err) : r;
}
