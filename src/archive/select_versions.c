/* SPDX-License-Identifier: Apache-2.0 */
/* select_versions.c - one version of each URL, or all of them (spec 4.5). */

#include <stdlib.h>
#include <string.h>

#include "archive/record.h"
#include "archive/select.h"
#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"

/* `flags` are column 7 of `count` records from `first` on. */
static void drop_redacted(struct selecting *q, uint64_t first, uint64_t count,
                          const uint64_t *flags)
{
	for (uint64_t k = 0; k < count && !q->sel->redacted; k++)
		if ((flags[k] & FLAG_KIND) == KIND_REDACTED)
			set_drop(&q->hits, first + k);
}

/* Drop from the hits what was redacted. */
static int drop_all_redacted(struct selecting *q, struct fiche_error *err)
{
	uint64_t *flags;
	int r = 0;

	if (q->sel->redacted)
		return 0;
	flags = alloc_zeroed(SELECT_CHUNK, sizeof(*flags));
	if (!flags)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		union view_in mem;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		for (uint64_t at = 0, n; r == 0 && at < s->segment.count;
		     at += n) {
			n = s->segment.count - at < SELECT_CHUNK
			            ? s->segment.count - at
			            : SELECT_CHUNK;
			r = segment_columns(&s->segment,
			                    view_in_init(&mem, q->view, s),
			                    COLUMN_FLAGS, at, n, flags, err);
			if (r == 0)
				drop_redacted(q, s->where.first_record + at, n,
				              flags);
		}
	}
	alloc_free(flags);
	return r;
}

/* Drop from the hits what a newer version has replaced, and what was redacted:
 * both stand in the same column. */
static int drop_older(struct selecting *q, struct fiche_error *err)
{
	uint64_t *value = alloc_zeroed(SELECT_CHUNK, sizeof(*value));
	int r = value ? 0 : err_nomem(err);

	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		for (uint64_t at = 0; r == 0 && at < s->segment.count;
		     at += SELECT_CHUNK) {
			uint64_t n = s->segment.count - at < SELECT_CHUNK
			                     ? s->segment.count - at
			                     : SELECT_CHUNK;

			r = segment_columns(&s->segment, in, COLUMN_SUPERSEDES,
			                    at, n, value, err);
			for (uint64_t k = 0; r == 0 && k < n; k++) {
				uint64_t old = value[k] - 1;

				if (value[k] &&
				    old < s->where.first_record + at + k &&
				    set_has(&q->hits, old)) {
					set_drop(&q->hits, old);
					q->older++;
				}
			}
			if (r == 0)
				r = segment_columns(&s->segment, in,
				                    COLUMN_FLAGS, at, n, value,
				                    err);
			if (r == 0)
				drop_redacted(q, s->where.first_record + at, n,
				              value);
			for (uint64_t k = 0; r == 0 && k < n; k++) {
				uint64_t me = s->where.first_record + at + k;

				if ((value[k] & FLAG_OLDER) &&
				    set_has(&q->hits, me)) {
					set_drop(&q->hits, me);
					q->older++;
				}
			}
		}
	}
	alloc_free(value);
	return r;
}

/* The last version of a URL that may be shown. */
struct last_version {
	const struct fiche_reader *reader;
	const struct buf *key; /* of the URL */
	struct buf other;
	bool found;
	int64_t time;
	uint64_t number;
};

/* Never true: the version is kept here, not among the hits. */
static bool offer_version(void *ctx, const struct fiche_article *a)
{
	struct last_version *v = ctx;
	int64_t time = record_version_time(a);

	buf_clear(&v->other);
	fields_url_key(&v->other, a->url.ptr, a->url.len);
	if (reader_hides(v->reader, a->number) || !buf_ok(&v->other) ||
	    term_compare(v->key->ptr, v->key->len, v->other.ptr,
	                 v->other.len) != 0)
		return false;
	if (!v->found || time > v->time ||
	    (time == v->time && a->number > v->number)) {
		v->found = true;
		v->time = time;
		v->number = a->number;
	}
	return false;
}

/* Where the newest version is withdrawn, the last one that is not takes its
 * place: `all` were the hits before older ones were dropped. */
static int show_last(struct selecting *q, const struct set *all,
                     uint64_t withdrawn, struct fiche_error *err)
{
	struct buf key = { 0 };
	struct last_version v = { .reader = q->reader, .key = &key };
	struct fiche_article a;
	uint64_t found = 0;
	int r = view_article(q->view, withdrawn, false, &a, err);

	if (r < 0 || a.url.len == 0)
		return r == FICHE_ERR_CORRUPT ? 0 : r;
	fields_url_key(&key, a.url.ptr, a.url.len);
	r = buf_ok(&key) ? select_by_key(q, KEY_URL, key.ptr, key.len,
	                                 offer_version, &v, &found, err)
	                 : err_nomem(err);
	if (r == 0 && v.found && set_has(all, v.number) &&
	    !set_has(&q->hits, v.number)) {
		set_run(&q->hits, v.number, 1);
		q->older--;
	}
	buf_done(&key);
	buf_done(&v.other);
	return r;
}

static int drop_older_than_shown(struct selecting *q, struct fiche_error *err)
{
	const struct withdrawals *w = &q->reader->withdrawn;
	struct set all = { 0 };
	int r;

	if (w->count == 0 || q->reader->shows_withdrawn)
		return drop_older(q, err);
	if (set_new(&all, q->reader->record_end) < 0)
		return err_nomem(err);
	memcpy(all.word, q->hits.word, all.words * sizeof(*all.word));
	r = drop_older(q, err);
	for (size_t i = 0; r == 0 && i < w->count; i++)
		if (w->list[i].number < q->reader->record_end)
			r = show_last(q, &all, w->list[i].number, err);
	alloc_free(all.word);
	return r;
}

/* A version of some URL, while one of them is being chosen. */
struct version {
	uint8_t url[32];
	int64_t time;
	uint64_t number;
};

static int by_url_then_time(const void *a, const void *b)
{
	const struct version *x = a, *y = b;
	int r = memcmp(x->url, y->url, sizeof(x->url));

	if (r == 0)
		r = (x->time > y->time) - (x->time < y->time);
	if (r == 0)
		r = (x->number > y->number) - (x->number < y->number);
	return r;
}

/*
 * Keep one version of each URL: the first, or the last that is not after `at`.
 * All versions compete, not only hits.
 */
static int keep_one(struct selecting *q, struct fiche_error *err)
{
	struct version *v = NULL;
	size_t count = 0, cap = 0;
	struct sha256 *h = sha256_new();
	int r = h ? 0 : err_nomem(err);

	for (uint64_t n = 0; r == 0 && n < q->reader->record_end; n++) {
		struct fiche_article a;
		struct record_keys keys;

		if (reader_hides(q->reader, n))
			continue;
		r = fiche_view_card(q->view, n, &a, err);
		if (r == FICHE_ERR_ARG && q->reader->recovered) {
			r = 0; /* a gap that was not recovered */
			continue;
		}
		if (r == 0 &&
		    record_keys(&keys, &a, (struct fiche_text){ 0 }, h) < 0)
			r = err_nomem(err);
		if (r < 0)
			break;
		if (!keys.has_url) {
			if (q->sel->versions == FICHE_VERSIONS_AT &&
			    record_version_time(&a) > q->sel->at)
				set_drop(&q->hits, n);
			continue;
		}
		if (alloc_grow(&v, &cap, count + 1, sizeof(*v)) < 0) {
			r = err_nomem(err);
			break;
		}
		memcpy(v[count].url, keys.url, sizeof(keys.url));
		v[count].time = record_version_time(&a);
		v[count++].number = n;
	}
	if (r == 0 && count > 1)
		qsort(v, count, sizeof(*v), by_url_then_time);
	for (size_t i = 0, end; r == 0 && i < count; i = end) {
		size_t keep = SIZE_MAX;

		for (end = i;
		     end < count && memcmp(v[i].url, v[end].url, 32) == 0;
		     end++)
			if (q->sel->versions == FICHE_VERSIONS_FIRST
			            ? end == i
			            : v[end].time <= q->sel->at)
				keep = end;
		for (size_t k = i; k < end; k++) {
			if (k == keep || !set_has(&q->hits, v[k].number))
				continue;
			set_drop(&q->hits, v[k].number);
			q->older++;
		}
	}
	alloc_free(v);
	sha256_free(h);
	return r;
}

int select_versions(struct selecting *q, struct fiche_error *err)
{
	int r = 0;

	switch (q->sel->versions) {
	case FICHE_VERSIONS_LATEST:
		/* An id names one record, whatever came after it. */
		if (q->sel->id_count == 0)
			return drop_older_than_shown(q, err);
		break;
	case FICHE_VERSIONS_FIRST:
	case FICHE_VERSIONS_AT:
		r = keep_one(q, err);
		break;
	case FICHE_VERSIONS_ALL:
		break;
	}
	return r < 0 ? r : drop_all_redacted(q, err);
}
