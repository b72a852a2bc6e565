/* SPDX-License-Identifier: Apache-2.0 */
/*
 * diff.c - which records two archives do not have in common: by their digests,
 * which the index tells, and what is left by URL.
 */

#include <string.h>

#include "archive/reader.h"
#include "archive/record.h"
#include "archive/seen.h"
#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"
#include "fiche/rebuild.h"

#define NO_RECORD (UINT64_MAX - 1) /* of a URL that was looked for in vain */

/* One of the two. */
struct side {
	struct fiche_reader *reader;
	struct fiche_view *view;
	struct seen newest; /* by URL key, of those looked for */
};

struct diff {
	struct side side[2];
	struct sha256 *hash;
	uint64_t *told; /* bits: records of the second that were named */
	int (*each)(void *ctx, const struct fiche_difference *d);
	void *ctx;
	struct fiche_diff_stats stats;
};

static int read_redacted(bool *out, struct side *s,
                         const struct reader_segment *seg, uint64_t idx,
                         struct fiche_error *err)
{
	union view_in in;
	uint64_t flags = 0;
	int r = segment_column(&seg->segment, view_in_init(&in, s->view, seg),
	                       COLUMN_FLAGS, idx, &flags, err);

	*out = (flags & FLAG_KIND) == KIND_REDACTED;
	return r;
}

/* 0, or FICHE_END if it has no such record. */
static int find_digest(struct side *s, const uint8_t digest[32], bool *redacted,
                       struct fiche_error *err)
{
	int r = FICHE_END;

	for (size_t i = s->reader->segment_count; r == FICHE_END && i-- > 0;) {
		const struct reader_segment *seg;
		union view_in in;
		uint64_t idx;

		r = reader_segment(s->reader, s->view, i, false, &seg, err);
		if (r == 0)
			r = segment_find_digest(&seg->segment,
			                        view_in_init(&in, s->view, seg),
			                        digest, &idx, err);
		if (r == 0)
			return read_redacted(redacted, s, seg, idx, err);
	}
	return r;
}

static bool is_damage(int status)
{
	return status == FICHE_ERR_CORRUPT || status == FICHE_ERR_TRUNCATED ||
	       status == FICHE_ERR_LIMIT;
}

/* The newest of what stands under a key. */
struct search {
	const struct buf *key;
	struct buf other;
	uint64_t number;
	int64_t time;
};

static int look_at(struct side *s, struct search *q, uint64_t number,
                   struct fiche_error *err)
{
	struct fiche_article a;
	int64_t time;
	int r = view_article(s->view, number, false, &a, err);

	if (r < 0)
		return is_damage(r) ? 0 : r;
	buf_clear(&q->other);
	fields_url_key(&q->other, a.url.ptr, a.url.len);
	if (!buf_ok(&q->other))
		return err_nomem(err);
	if (term_compare(q->key->ptr, q->key->len, q->other.ptr, q->other.len))
		return 0;
	time = record_version_time(&a);
	if (q->number == NO_RECORD || time > q->time ||
	    (time == q->time && number > q->number)) {
		q->number = number;
		q->time = time;
	}
	return 0;
}

static int search(struct side *s, struct search *q, const uint8_t *hash,
                  struct fiche_error *err)
{
	uint8_t at[KEY_SIZE];
	int r = 0;

	for (size_t i = 0; r == 0 && i < s->reader->segment_count; i++) {
		const struct reader_segment *seg;
		union view_in in;
		uint64_t pos, idx;

		r = reader_segment(s->reader, s->view, i, false, &seg, err);
		if (r < 0)
			break;
		r = segment_key_lower(&seg->segment,
		                      view_in_init(&in, s->view, seg), hash,
		                      &pos, err);
		for (; r == 0 && pos < seg->segment.key_count; pos++) {
			r = segment_key_at(&seg->segment,
			                   view_in_init(&in, s->view, seg), pos,
			                   at, &idx, err);
			if (r < 0 || memcmp(at, hash, KEY_SIZE) != 0)
				break;
			r = look_at(s, q, seg->where.first_record + idx, err);
		}
	}
	return r;
}

/* The newest version of a URL, or NO_RECORD.  Each URL is looked for once, so
 * that many versions on both sides do not multiply. */
static int find_url(struct side *s, const struct fiche_article *a,
                    const uint8_t hash[32], uint64_t *number,
                    struct fiche_error *err)
{
	const struct seen_entry *e = seen_find(&s->newest, hash);
	struct buf key = { 0 };
	struct search q = { .key = &key, .number = NO_RECORD };
	int r;

	if (e) {
		*number = e->number;
		return 0;
	}
	fields_url_key(&key, a->url.ptr, a->url.len);
	r = buf_ok(&key) ? search(s, &q, hash, err) : err_nomem(err);
	if (r == 0 && !seen_put(&s->newest, hash, q.number, 0))
		r = err_nomem(err);
	*number = q.number;
	buf_done(&key);
	buf_done(&q.other);
	return r;
}

/* Its counterpart: the newest version of its URL on the other side. */
static int find_counterpart(struct diff *d, int mine, uint64_t number,
                            uint64_t *other, struct fiche_error *err)
{
	struct record_keys keys;
	struct fiche_article a;
	int r = view_article(d->side[mine].view, number, false, &a, err);

	*other = NO_RECORD;
	if (r < 0 && is_damage(r)) {
		d->stats.damaged++;
		return 0;
	}
	if (r == 0 &&
	    record_keys(&keys, &a, (struct fiche_text){ 0 }, d->hash) < 0)
		r = err_nomem(err);
	if (r < 0 || !keys.has_url)
		return r;
	return find_url(&d->side[!mine], &a, keys.url, other, err);
}

static int tell(struct diff *d, int mine, uint64_t number, uint64_t other)
{
	struct fiche_difference x = { .kind = FICHE_CHANGED };

	if (other == NO_RECORD) {
		x.kind = mine == 0 ? FICHE_ONLY_FIRST : FICHE_ONLY_SECOND;
		x.first = x.second = number;
		d->stats.only[mine]++;
	} else {
		x.first = mine == 0 ? number : other;
		x.second = mine == 0 ? other : number;
		d->stats.changed++;
	}
	if (x.kind == FICHE_CHANGED)
		d->told[x.second / 64] |= (uint64_t)1 << x.second % 64;
	return d->each ? d->each(d->ctx, &x) : 0;
}

static int compare_record(struct diff *d, int mine,
                          const struct reader_segment *s, uint64_t idx,
                          struct fiche_error *err)
{
	uint64_t number = s->where.first_record + idx, other;
	bool redacted[2] = { false };
	uint8_t digest[32];
	union view_in in;
	int r = segment_digest(&s->segment,
	                       view_in_init(&in, d->side[mine].view, s), idx,
	                       digest, err);

	if (r == 0)
		r = find_digest(&d->side[!mine], digest, &redacted[!mine], err);
	if (r == 0 && mine == 0) {
		d->stats.same++;
		r = read_redacted(&redacted[0], &d->side[0], s, idx, err);
		for (int i = 0; i < 2; i++)
			d->stats.redacted[i] += redacted[i] && !redacted[!i];
	}
	if (r <= 0)
		return r;
	if (mine == 1 && (d->told[number / 64] >> number % 64 & 1))
		return 0;
	r = find_counterpart(d, mine, number, &other, err);
	return r < 0 ? r : tell(d, mine, number, other);
}

static int compare_side(struct diff *d, int mine, struct fiche_error *err)
{
	struct side *me = &d->side[mine];
	int r = 0;

	for (size_t i = 0; r == 0 && i < me->reader->segment_count; i++) {
		const struct reader_segment *s;

		r = reader_segment(me->reader, me->view, i, false, &s, err);
		for (uint64_t n = 0; r == 0 && n < s->segment.count; n++)
			r = compare_record(d, mine, s, n, err);
	}
	return r;
}

int fiche_diff(struct fiche_reader *first, struct fiche_reader *second,
               int (*each)(void *ctx, const struct fiche_difference *d),
               void *ctx, struct fiche_diff_stats *out, struct fiche_error *err)
{
	struct diff d = { .each = each, .ctx = ctx };
	int r = 0;

	d.side[0].reader = first;
	d.side[1].reader = second;
	d.hash = sha256_new();
	d.told = alloc_zeroed((size_t)(second->record_end / 64 + 1),
	                      sizeof(*d.told));
	for (int i = 0; i < 2; i++) {
		d.side[i].view = fiche_view_new(d.side[i].reader);
		if (!d.side[i].view)
			r = err_nomem(err);
	}
	if (!d.hash || !d.told)
		r = err_nomem(err);
	for (int i = 0; r == 0 && i < 2; i++)
		r = compare_side(&d, i, err);
	for (int i = 0; i < 2; i++) {
		fiche_view_free(d.side[i].view);
		seen_done(&d.side[i].newest);
	}
	sha256_free(d.hash);
	alloc_free(d.told);
	if (r == 0 && out)
		*out = d.stats;
	return r;
}
