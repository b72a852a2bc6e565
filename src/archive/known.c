/* SPDX-License-Identifier: Apache-2.0 */
/*
 * known.c - what the archive has already: among the records of this writer,
 * then in the index of the last commit.
 */

#include <string.h>

#include "archive/writer.h"
#include "article/fields.h"
#include "base/err.h"
#include "base/hash.h"

void known_reset(struct fiche_writer *w)
{
	fiche_view_free(w->base_view);
	fiche_reader_close(w->base);
	w->base_view = NULL;
	w->base = NULL;
}

/* Open the last commit for looking up; leaves it NULL if there is none. */
static int open_base(struct fiche_writer *w, struct fiche_error *err)
{
	struct fiche_open_options opt = { .withdrawn = true };
	struct io_file *file;
	int r;

	if (w->base || !w->archive.has_commit)
		return 0;
	r = io_open(w->io, w->path, IO_READ, &file, err);
	if (r < 0)
		return r;
	opt.commit = w->archive.last.commit.generation;
	r = reader_open_file(&w->base, file, &opt, err);
	if (r < 0)
		return r;
	w->base_view = fiche_view_new(w->base);
	return w->base_view ? 0 : err_nomem(err);
}

static int known_at(struct fiche_writer *w, const struct reader_segment *s,
                    uint64_t idx, enum known *known, struct fiche_error *err)
{
	union view_in in;
	uint64_t flags;
	int r = segment_column(&s->segment, view_in_init(&in, w->base_view, s),
	                       COLUMN_FLAGS, idx, &flags, err);

	if (r == 0)
		*known = (flags & FLAG_KIND) == KIND_REDACTED ? KNOWN_REDACTED
		                                              : KNOWN_WHOLE;
	return r;
}

int known_add(struct fiche_writer *w, const struct fiche_article *a)
{
	/* The number is not known before the order is; this is kept instead. */
	uint64_t as = a->redacted ? KNOWN_REDACTED : KNOWN_WHOLE;

	return seen_put(&w->digests, a->digest, as, 0) ? 0 : FICHE_ERR_NOMEM;
}

void writer_count_duplicate(struct fiche_writer *w,
                            const struct fiche_article *a, enum known known)
{
	w->duplicates++;
	w->stats.duplicates++;
	w->stats.redacted_here += known == KNOWN_REDACTED && !a->redacted;
	w->stats.redacted_there += known == KNOWN_WHOLE && a->redacted;
}

/* Where a record of earlier commits stands, the newest first; or FICHE_END. */
static int find_committed(struct fiche_writer *w, const uint8_t digest[32],
                          const struct reader_segment **out, uint64_t *idx,
                          struct fiche_error *err)
{
	int r = open_base(w, err);
	size_t i = r == 0 && w->base ? w->base->segment_count : 0;
	union view_in in;

	if (r == 0)
		r = FICHE_END;
	while (r == FICHE_END && i-- > 0) {
		r = reader_segment(w->base, w->base_view, i, false, out, err);
		if (r == 0)
			r = segment_find_digest(
				&(*out)->segment,
				view_in_init(&in, w->base_view, *out), digest,
				idx, err);
	}
	return r;
}

int known_digest(struct fiche_writer *w, const uint8_t digest[32],
                 enum known *known, struct fiche_error *err)
{
	const struct seen_entry *e = seen_find(&w->digests, digest);
	const struct reader_segment *s;
	uint64_t idx;
	int r;

	*known = e ? (enum known)e->number : KNOWN_NOT;
	if (e)
		return 0;
	r = find_committed(w, digest, &s, &idx, err);
	if (r == 0)
		r = known_at(w, s, idx, known, err);
	return r < 0 ? r : 0;
}

void known_numbered(struct fiche_writer *w, const uint8_t digest[32],
                    uint64_t number)
{
	struct seen_entry *e = seen_find(&w->digests, digest);

	/* Digests have no time. */
	if (e)
		e->time = (int64_t)number;
}

int known_number(struct fiche_writer *w, const uint8_t digest[32],
                 uint64_t *number, struct fiche_error *err)
{
	const struct seen_entry *e = seen_find(&w->digests, digest);
	const struct reader_segment *s;
	uint64_t idx;
	int r;

	if (e) {
		*number = (uint64_t)e->time;
		return 0;
	}
	r = find_committed(w, digest, &s, &idx, err);
	if (r == 0)
		*number = s->where.first_record + idx;
	return r;
}

int known_digest_of(struct fiche_writer *w, uint64_t number, uint8_t out[32],
                    struct fiche_error *err)
{
	const struct reader_segment *s;
	union view_in in;
	size_t i;
	int r = open_base(w, err);

	if (r < 0)
		return r;
	i = w->base ? reader_find_segment(w->base, number) : 0;
	if (!w->base || i == w->base->segment_count)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "there is no record %llu",
		               (unsigned long long)number);
	r = reader_segment(w->base, w->base_view, i, false, &s, err);
	return r < 0 ? r
	             : segment_digest(&s->segment,
	                              view_in_init(&in, w->base_view, s),
	                              number - s->where.first_record, out, err);
}

/* Call `each` for the records of the last commit under a key, until it answers
 * something other than 0. */
static int each_candidate(struct fiche_writer *w, const uint8_t *key,
                          int (*each)(void *ctx, struct fiche_writer *w,
                                      const struct reader_segment *s,
                                      uint64_t idx, struct fiche_error *err),
                          void *ctx, struct fiche_error *err)
{
	int r = open_base(w, err);

	for (size_t i = w->base ? w->base->segment_count : 0;
	     r == 0 && i-- > 0;) {
		const struct reader_segment *s;
		uint8_t at[KEY_SIZE];
		union view_in in;
		uint64_t pos, idx;

		r = reader_segment(w->base, w->base_view, i, false, &s, err);
		if (r < 0)
			break;
		r = segment_key_lower(&s->segment,
		                      view_in_init(&in, w->base_view, s), key,
		                      &pos, err);
		for (; r == 0 && pos < s->segment.key_count; pos++) {
			r = segment_key_at(&s->segment,
			                   view_in_init(&in, w->base_view, s),
			                   pos, at, &idx, err);
			if (r < 0 || memcmp(at, key, KEY_SIZE) != 0)
				break;
			r = each(ctx, w, s, idx, err);
		}
	}
	return r;
}

struct url_search {
	struct buf key; /* of the URL looked for */
	struct buf other;
	bool found;
	uint64_t number;
	int64_t time;
};

static int url_candidate(void *ctx, struct fiche_writer *w,
                         const struct reader_segment *s, uint64_t idx,
                         struct fiche_error *err)
{
	struct url_search *u = ctx;
	uint64_t number = s->where.first_record + idx;
	struct fiche_article a;
	int64_t time;
	int r;

	r = fiche_view_card(w->base_view, number, &a, err);
	/* A block that is lost cannot say that it was an older version. */
	if (r == FICHE_ERR_CORRUPT)
		return 0;
	if (r < 0)
		return r;
	buf_clear(&u->other);
	fields_url_key(&u->other, a.url.ptr, a.url.len);
	if (!buf_ok(&u->other))
		return err_nomem(err);
	if (term_compare(u->key.ptr, u->key.len, u->other.ptr, u->other.len))
		return 0;
	time = record_version_time(&a);
	if (!u->found || time > u->time ||
	    (time == u->time && number > u->number)) {
		u->found = true;
		u->number = number;
		u->time = time;
	}
	return 0;
}

int known_url(struct fiche_writer *w, const struct batch_record *rec,
              uint64_t *number, int64_t *time, struct fiche_error *err)
{
	const struct seen_entry *e = seen_find(&w->urls, rec->keys.url);
	struct url_search u = { 0 };
	int r = 0;

	if (e) {
		*number = e->number;
		*time = e->time;
		return 0;
	}
	if (!w->archive.has_commit)
		return FICHE_END;
	fields_url_key(&u.key, rec->article.url.ptr, rec->article.url.len);
	r = buf_ok(&u.key)
	            ? each_candidate(w, rec->keys.url, url_candidate, &u, err)
	            : err_nomem(err);
	buf_done(&u.key);
	buf_done(&u.other);
	if (r < 0)
		return r;
	*number = u.number;
	*time = u.time;
	return u.found ? 0 : FICHE_END;
}

struct body_search {
	struct fiche_text body;
	uint64_t number;
};

/* The body itself is compared: five bytes of hash are only a hint. */
static int body_candidate(void *ctx, struct fiche_writer *w,
                          const struct reader_segment *s, uint64_t idx,
                          struct fiche_error *err)
{
	struct body_search *b = ctx;
	uint64_t number = s->where.first_record + idx, len;
	const struct block_record *rec;
	struct block *block;
	union view_in in;
	uint32_t i;
	int r;

	r = segment_column(&s->segment, view_in_init(&in, w->base_view, s),
	                   COLUMN_BODY_LEN, idx, &len, err);
	if (r < 0 || len != b->body.len)
		return r;
	r = view_block(w->base_view, number, true, &block, &i, err);
	if (r == 0) {
		rec = &block->records[i];
		if (rec->shared || rec->value != len)
			return 0;
		r = block_bodies(block, &w->base->archive, w->base->dicts,
		                 w->base_view->decoder,
		                 (size_t)block->head.bodies_raw, err);
		if (r == 0 && memcmp(block->bodies.ptr + rec->body_at,
		                     b->body.ptr, b->body.len) == 0) {
			b->number = number;
			return FICHE_END;
		}
	}
	return r == FICHE_ERR_CORRUPT ? 0 : r;
}

int known_body(struct fiche_writer *w, const struct batch_record *rec,
               uint64_t *number, struct fiche_error *err)
{
	const struct seen_entry *e = seen_find(&w->bodies, rec->body_sha256);
	struct body_search b = { rec->body, 0 };
	int r;

	if (e) {
		*number = e->number;
		return 0;
	}
	if (!w->archive.has_commit)
		return FICHE_END;
	r = each_candidate(w, rec->keys.body, body_candidate, &b, err);
	if (r < 0)
		return r;
	*number = b.number;
	return r == FICHE_END ? 0 : FICHE_END;
}
