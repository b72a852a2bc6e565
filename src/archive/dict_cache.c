/* SPDX-License-Identifier: Apache-2.0 */
/* dict_cache.c - load each dictionary once, for all threads; see block.h. */

#include <pthread.h>
#include <string.h>

#include "archive/block.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"

struct cached {
	struct commit_dict where;
	struct decoder_dict *dict;
	uint8_t *raw; /* what it was digested from */
	int failure;  /* what loading it gave */
	struct fiche_error why;
};

struct dict_cache {
	pthread_mutex_t mutex;
	size_t count;
	struct cached *dict; /* in order of id */
};

struct dict_cache *dict_cache_new(const struct commit *c)
{
	struct dict_cache *d = alloc_zeroed(1, sizeof(*d));

	if (!d)
		return NULL;
	(void)pthread_mutex_init(&d->mutex, NULL);
	d->dict = alloc_zeroed(c->dict_count, sizeof(*d->dict));
	if (!d->dict) {
		dict_cache_free(d);
		return NULL;
	}
	d->count = c->dict_count;
	for (size_t i = 0; i < d->count; i++)
		d->dict[i].where = c->dicts[i];
	return d;
}

void dict_cache_free(struct dict_cache *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < d->count; i++) {
		decoder_dict_free(d->dict[i].dict);
		alloc_free(d->dict[i].raw);
	}
	alloc_free(d->dict);
	pthread_mutex_destroy(&d->mutex);
	alloc_free(d);
}

int dict_read(struct archive *a, const struct commit_dict *d, uint8_t **out,
              size_t *len, struct fiche_error *err)
{
	struct decoder *dec = decoder_new();
	struct buf payload = { 0 };
	struct dict_head head;
	uint8_t *raw = NULL;
	int mended, r = dec ? 0 : err_nomem(err);

	if (r == 0)
		r = archive_read_dict(a, d, &payload, &mended, err);
	if (r == 0)
		r = dict_head_decode(&head, payload.ptr, payload.len, d->offset,
		                     err);
	if (r == 0 && (head.id != d->id || head.class != d->class))
		r = err_set(err, FICHE_ERR_CORRUPT, d->offset,
		            "another dictionary stands here than expected");
	if (r == 0 && !(raw = alloc_bytes((size_t)head.len)))
		r = err_nomem(err);
	if (r == 0)
		r = decode_frame(dec, head.rest.ptr, head.rest.len, NULL, 0,
		                 raw, (size_t)head.len, d->offset, "dictionary",
		                 err);
	buf_done(&payload);
	decoder_free(dec);
	if (r < 0) {
		alloc_free(raw);
		return r;
	}
	*out = raw;
	*len = (size_t)head.len;
	return 0;
}

static int load(struct archive *a, struct cached *c, struct fiche_error *err)
{
	size_t len;
	int r = dict_read(a, &c->where, &c->raw, &len, err);

	if (r < 0)
		return r;
	c->dict = decoder_dict_new(c->raw, len);
	if (c->dict)
		return 0;
	alloc_free(c->raw);
	c->raw = NULL;
	return err_set(err, FICHE_ERR_CORRUPT, c->where.offset,
	               "dictionary is malformed");
}

static struct cached *find(const struct dict_cache *d, uint32_t id,
                           unsigned class)
{
	size_t lo = 0, hi = d->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (d->dict[mid].where.id < id)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == d->count || d->dict[lo].where.id != id ||
	    d->dict[lo].where.class != class)
		return NULL;
	return &d->dict[lo];
}

const struct commit_dict *dict_cache_where(const struct dict_cache *d,
                                           uint32_t id, unsigned class)
{
	const struct cached *c = find(d, id, class);

	return c ? &c->where : NULL;
}

int dict_cache_get(struct dict_cache *d, struct archive *a, uint32_t id,
                   unsigned class, const struct decoder_dict **out,
                   struct fiche_error *err)
{
	struct cached *c;
	int r = 0;

	*out = NULL;
	if (id == 0)
		return 0;
	c = find(d, id, class);
	if (!c)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "block needs dictionary %u, which the archive "
		               "does not have",
		               (unsigned)id);
	pthread_mutex_lock(&d->mutex);
	if (!c->dict && c->failure == 0)
		c->failure = load(a, c, &c->why);
	if (c->failure < 0) {
		c->why.code = c->failure;
		r = err_copy(err, &c->why);
		/* Memory may be there next time; lost bytes will not. */
		if (r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO)
			c->failure = 0;
	}
	*out = c->dict;
	pthread_mutex_unlock(&d->mutex);
	return r;
}
