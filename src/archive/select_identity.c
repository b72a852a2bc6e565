/* SPDX-License-Identifier: Apache-2.0 */
/* select_identity.c - records by id prefix, scraper's own id, or URL. */

#include <string.h>

#include "archive/select.h"
#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hex.h"

#define ID_PREFIX_MIN 8

int select_by_key(struct selecting *q, char domain, const void *text,
                  size_t len,
                  bool (*same)(void *ctx, const struct fiche_article *a),
                  void *ctx, uint64_t *found, struct fiche_error *err)
{
	uint8_t key[KEY_SIZE], at[KEY_SIZE];
	int r = 0;

	if (segment_key(key, domain, text, len) < 0)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;
		uint64_t pos, idx;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		r = segment_key_lower(&s->segment, in, key, &pos, err);
		for (; r == 0 && pos < s->segment.key_count; pos++) {
			struct fiche_article a;

			r = segment_key_at(&s->segment, in, pos, at, &idx, err);
			if (r < 0 || memcmp(at, key, KEY_SIZE) != 0)
				break;
			r = view_article(q->view, s->where.first_record + idx,
			                 false, &a, err);
			if (r == 0 && same(ctx, &a)) {
				set_run(&q->some, a.number, 1);
				++*found;
			}
		}
	}
	return r;
}

static bool same_source_id(void *ctx, const struct fiche_article *a)
{
	const char *id = ctx;

	return a->source_id.len == strlen(id) &&
	       memcmp(a->source_id.ptr, id, a->source_id.len) == 0;
}

static bool same_url(void *ctx, const struct fiche_article *a)
{
	const struct buf *key = ctx;
	struct buf other = { 0 };
	bool same;

	fields_url_key(&other, a->url.ptr, a->url.len);
	same = buf_ok(&other) && a->url.len > 0 &&
	       term_compare(key->ptr, key->len, other.ptr, other.len) == 0;
	buf_done(&other);
	return same;
}

/* A prefix of a digest as the lowest digest that has it; false if it is none.
 */
static bool digest_prefix(const char *text, uint8_t low[32], size_t *digits)
{
	size_t n = strlen(text);

	memset(low, 0, 32);
	if (n < ID_PREFIX_MIN || n > 64)
		return false;
	for (size_t i = 0; i < n; i++) {
		int v = hex_digit(text[i]);

		if (v < 0)
			return false;
		low[i / 2] |= (uint8_t)(i % 2 ? v : v << 4);
	}
	*digits = n;
	return true;
}

static bool has_prefix(const uint8_t digest[32], const uint8_t low[32],
                       size_t digits)
{
	if (memcmp(digest, low, digits / 2) != 0)
		return false;
	return digits % 2 == 0 ||
	       (digest[digits / 2] & 0xf0) == (low[digits / 2] & 0xf0);
}

static int by_digest(struct selecting *q, const uint8_t low[32], size_t digits,
                     uint64_t *found, struct fiche_error *err)
{
	uint8_t digest[32];
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;
		uint64_t pos, idx;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		r = segment_digest_lower(&s->segment, in, low, &pos, err);
		for (; r == 0 && pos < s->segment.count; pos++) {
			r = segment_idor(&s->segment, in, pos, &idx, err);
			if (r == 0)
				r = segment_digest(&s->segment, in, idx, digest,
				                   err);
			if (r < 0 || !has_prefix(digest, low, digits))
				break;
			set_run(&q->some, s->where.first_record + idx, 1);
			++*found;
		}
	}
	return r;
}

static int by_ids(struct selecting *q, struct fiche_error *err)
{
	const struct fiche_selection *sel = q->sel;
	int r = 0;

	if (sel->id_count == 0)
		return 0;
	for (size_t i = 0; r == 0 && i < sel->id_count; i++) {
		const char *id = sel->ids[i];
		char own[256];
		uint8_t low[32];
		size_t digits;
		uint64_t found = 0;

		if (digest_prefix(id, low, &digits))
			r = by_digest(q, low, digits, &found, err);
		if (r == 0 && found > 1)
			return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
			               "%llu articles have ids that begin with "
			               "%s",
			               (unsigned long long)found, id);
		if (r < 0 || found > 0 || strlen(id) >= sizeof(own))
			continue;
		memcpy(own, id, strlen(id) + 1);
		r = select_by_key(q, KEY_ID, id, strlen(id), same_source_id,
		                  own, &found, err);
	}
	return r;
}

/* Patterns have no index: every card that is still a hit is read. */
static int by_url_pattern(struct selecting *q, const char *pattern,
                          struct fiche_error *err)
{
	int r = 0;

	for (uint64_t n = 0; r == 0 && n < q->reader->record_end; n++) {
		struct fiche_article a;

		if (!set_has(&q->hits, n))
			continue;
		r = fiche_view_card(q->view, n, &a, err);
		if (r == 0 && select_matches(pattern, a.url.ptr, a.url.len))
			set_run(&q->some, n, 1);
	}
	return r;
}

static int by_urls(struct selecting *q, struct fiche_error *err)
{
	const struct fiche_selection *sel = q->sel;
	int r = 0;

	for (size_t i = 0; r == 0 && i < sel->url_count; i++) {
		const char *url = sel->urls[i];
		struct buf key = { 0 };
		uint64_t found = 0;

		fields_url_key(&key, url, strlen(url));
		r = buf_ok(&key) ? select_by_key(q, KEY_URL, key.ptr, key.len,
		                                 same_url, &key, &found, err)
		                 : err_nomem(err);
		buf_done(&key);
		/* URLs may hold a '?': a pattern only if it is none. */
		if (r == 0 && found == 0 && strpbrk(url, "*?"))
			r = by_url_pattern(q, url, err);
	}
	return r;
}

/* Who asks for a record by its name is told that it is withdrawn. */
static int keep_hidden(struct selecting *q, struct fiche_error *err)
{
	const struct withdrawals *w = &q->reader->withdrawn;

	for (size_t i = 0; i < w->count && !q->reader->shows_withdrawn; i++) {
		uint64_t number = w->list[i].number;

		if (number >= q->reader->record_end ||
		    !set_has(&q->some, number))
			continue;
		if (alloc_grow(&q->hidden, &q->hidden_cap, q->hidden_count + 1,
		               sizeof(*q->hidden)) < 0)
			return err_nomem(err);
		q->hidden[q->hidden_count++] = number;
	}
	return 0;
}

/* Ids and URLs are two ways to name the same thing: one or the other. */
int select_identity(struct selecting *q, struct fiche_error *err)
{
	int r;

	if (q->sel->id_count + q->sel->url_count == 0)
		return 0;
	r = by_ids(q, err);
	if (r == 0)
		r = by_urls(q, err);
	if (r == 0)
		r = keep_hidden(q, err);
	select_narrow(q);
	return r;
}
