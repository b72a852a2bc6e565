/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rebuild_dicts.c - dictionaries that copied blocks need.
 *
 * Ids are unique in an archive, and each archive begins to count at the same
 * one.  Dictionaries are therefore recognised by what is in them but for the
 * id: one that is there already is used, another one is copied; if its id is
 * taken it gets a new one, which frame_copy() writes into the frames.
 */

#include <string.h>

#include "archive/rebuild.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "format/dict.h"

#define CONTENT_AT 8 /* in raw dictionaries: behind magic and id */
/* Ids above are not kept, so that there is always a next one. */
#define ID_KEPT_MAX ((uint32_t)1 << 30)
/* Copied dictionaries in memory: then there should be a commit, and then no
 * more are taken. */
#define BYTES_MANY ((size_t)48 << 20)
#define BYTES_MAX  ((size_t)192 << 20)
/* Of the archive's own dictionaries the newest are recognised. */
#define EARLIER_MAX 256
/* In the table of contents: a dictionary of the last commit, not in w->dicts */
#define EARLIER ((uint64_t)1 << 32)

struct rebuild_dict *rebuild_dict(struct rebuild *x, uint32_t id,
                                  unsigned class)
{
	size_t lo = 0, hi = x->dict_count;
	struct rebuild_dict *d;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		d = &x->dicts[mid];
		if (d->id < id || (d->id == id && d->class < class))
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < x->dict_count && x->dicts[lo].id == id &&
	    x->dicts[lo].class == class)
		return &x->dicts[lo];
	if (alloc_grow(&x->dicts, &x->dict_cap, x->dict_count + 1,
	               sizeof(*x->dicts)) < 0)
		return NULL;
	d = &x->dicts[lo];
	memmove(d + 1, d, (x->dict_count - lo) * sizeof(*d));
	x->dict_count++;
	*d = (struct rebuild_dict){ .id = id, .class = class };
	return d;
}

static int content_hash(uint8_t out[32], unsigned class, const uint8_t *raw,
                        size_t len)
{
	const uint8_t c = (uint8_t) class;
	struct sha256 *h = sha256_new();
	int r;

	if (!h)
		return FICHE_ERR_NOMEM;
	sha256_add(h, &c, 1);
	if (len > CONTENT_AT)
		sha256_add(h, raw + CONTENT_AT, len - CONTENT_AT);
	r = sha256_end(h, out);
	sha256_free(h);
	return r;
}

/* Enter what the writer has in memory. */
static int hash_own(struct fiche_writer *w, struct fiche_error *err)
{
	uint8_t hash[32];

	for (; w->dicts_hashed < w->dict_count; w->dicts_hashed++) {
		const struct dictionary *d = w->dicts[w->dicts_hashed].dict;

		if (content_hash(hash, d->class, d->raw.ptr, d->raw.len) < 0 ||
		    !seen_put(&w->dict_contents, hash, w->dicts_hashed, 0))
			return err_nomem(err);
	}
	return 0;
}

static bool is_own(const struct fiche_writer *w, uint32_t id)
{
	for (size_t i = 0; i < w->dict_count; i++)
		if (w->dicts[i].dict->id == id)
			return true;
	return false;
}

/* Enter what earlier commits have, once. */
static int hash_earlier(struct fiche_writer *w, struct fiche_error *err)
{
	const struct commit *c = &w->archive.last.commit;
	size_t first;

	if (w->contents_known || !w->archive.has_commit)
		return 0;
	w->contents_known = true;
	first = c->dict_count > EARLIER_MAX ? c->dict_count - EARLIER_MAX : 0;
	for (size_t i = first; i < c->dict_count; i++) {
		uint8_t hash[32], *raw;
		size_t len;
		int r;

		if (is_own(w, c->dicts[i].id))
			continue;
		r = dict_read(&w->archive, &c->dicts[i], &raw, &len, err);
		if (r == FICHE_ERR_CORRUPT || r == FICHE_ERR_TRUNCATED)
			continue;
		if (r < 0)
			return r;
		r = content_hash(hash, c->dicts[i].class, raw, len);
		alloc_free(raw);
		if (r < 0 || (!seen_find(&w->dict_contents, hash) &&
		              !seen_put(&w->dict_contents, hash,
		                        EARLIER | c->dicts[i].id, 0)))
			return err_nomem(err);
	}
	return 0;
}

/* The writer's dictionary of an earlier commit, with the bytes of its like. */
static int load_earlier(struct fiche_writer *w, uint32_t id,
                        struct dictionary **out, struct fiche_error *err)
{
	const struct commit *c = &w->archive.last.commit;
	struct writer_dict slot = { 0 };
	uint8_t *raw = NULL;
	size_t len;
	int r = 0;

	for (size_t i = 0; i < c->dict_count; i++)
		if (c->dicts[i].id == id)
			slot.where = c->dicts[i];
	if (alloc_grow(&w->dicts, &w->dict_cap, w->dict_count + 1,
	               sizeof(*w->dicts)) < 0)
		return err_nomem(err);
	r = dict_read(&w->archive, &slot.where, &raw, &len, err);
	if (r < 0)
		return r;
	slot.dict = dictionary_load(id, slot.where.class, raw, len);
	alloc_free(raw);
	if (!slot.dict)
		return err_nomem(err);
	w->dicts[w->dict_count++] = slot;
	*out = slot.dict;
	return 0;
}

static bool id_taken(const struct fiche_writer *w, uint32_t id)
{
	const struct commit *c = &w->archive.last.commit;

	for (size_t i = 0; w->archive.has_commit && i < c->dict_count; i++)
		if (c->dicts[i].id == id)
			return true;
	return is_own(w, id);
}

/* Write a copy into the open generation. */
static int copy(struct rebuild *x, const struct commit_dict *where,
                const uint8_t *raw, size_t len, struct fiche_error *err)
{
	struct fiche_writer *w = x->w;
	struct dictionary *d = NULL;
	int mended, r = 0;

	if (where->id > ID_KEPT_MAX || id_taken(w, where->id)) {
		r = dictionary_renumber(&d, writer_next_dict(w), where->class,
		                        raw, len, w->level, err);
	} else {
		d = dictionary_load(where->id, where->class, raw, len);
		r = d ? archive_read_dict(&x->r->archive, where, &d->payload,
		                          &mended, err)
		      : err_nomem(err);
		if (r < 0)
			dictionary_free(d);
	}
	return r < 0 ? r : writer_write_dict(w, d, err);
}

/* Does it pay?  It saves a tenth to a third of what it is used for. */
static bool is_worth_it(const struct fiche_writer *w,
                        const struct rebuild_dict *d, uint64_t size)
{
	return d->used / 2 >= size && w->dict_bytes < BYTES_MAX;
}

/* Find its like among the writer's, or copy it. */
static int take(struct rebuild *x, struct rebuild_dict *d,
                const struct commit_dict *where, const uint8_t *raw, size_t len,
                struct fiche_error *err)
{
	struct fiche_writer *w = x->w;
	struct dictionary *earlier = NULL;
	const struct seen_entry *e;
	uint8_t hash[32];
	int r = hash_own(w, err);

	if (r == 0)
		r = hash_earlier(w, err);
	if (r == 0 && content_hash(hash, d->class, raw, len) < 0)
		r = err_nomem(err);
	if (r < 0)
		return r;
	e = seen_find(&w->dict_contents, hash);
	if (e && e->number < EARLIER) {
		d->to = w->dicts[e->number].dict;
		return 0;
	}
	if (e)
		r = load_earlier(w, (uint32_t)e->number, &earlier, err);
	else if (is_worth_it(w, d, where->size))
		r = copy(x, where, raw, len, err);
	else
		return 0;
	if (r < 0)
		return r;
	d->to = w->dicts[w->dict_count - 1].dict;
	w->dict_bytes += len;
	return hash_own(w, err);
}

int rebuild_dict_take(struct rebuild *x, struct rebuild_dict *d,
                      struct fiche_error *err)
{
	const struct commit_dict *where =
		dict_cache_where(x->r->dicts, d->id, d->class);
	uint8_t *raw;
	size_t len;
	int r;

	if (!where || x->w->plain || x->redaction)
		return 0;
	r = dict_read(&x->r->archive, where, &raw, &len, err);
	/* Blocks that were decoded with it are made without it. */
	if (r == FICHE_ERR_CORRUPT || r == FICHE_ERR_TRUNCATED)
		return 0;
	if (r < 0)
		return r;
	r = take(x, d, where, raw, len, err);
	alloc_free(raw);
	return r;
}

bool rebuild_dicts_full(const struct rebuild *x)
{
	return x->w->dict_bytes > BYTES_MANY;
}

void rebuild_dicts_release(struct rebuild *x)
{
	struct fiche_writer *w = x->w;

	choose_done(w);
	w->dicts_loaded = w->contents_known = false;
	w->dicts_hashed = w->dict_bytes = 0;
	seen_done(&w->dict_contents);
	x->dict_count = x->language_count = 0;
	arena_reset(&x->names);
}
