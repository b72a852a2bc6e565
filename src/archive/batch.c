/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch.c - from records to blocks; see batch.h.
 *
 * What is done in parallel is a function of one chunk or one block, and ties
 * are broken by input order: the same input gives the same bytes whatever the
 * number of threads.
 */

#include "archive/batch.h"

#include <stdlib.h>
#include <string.h>

#include "article/card.h"
#include "article/rules.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/dict.h"
#include "format/terms.h"

#define CHUNK_RECORDS 64
#define SAMPLE_PIECE  ((size_t)32 << 10)

struct batch_chunk {
	struct arena arena;
	struct buf cards, bodies;
	struct sha256 *hash;
};

void batch_init(struct batch *b, struct pool *pool)
{
	memset(b, 0, sizeof(*b));
	b->pool = pool;
}

static void drop_results(struct batch *b)
{
	for (size_t i = 0; i < b->chunk_count; i++) {
		arena_done(&b->chunks[i].arena);
		buf_done(&b->chunks[i].cards);
		buf_done(&b->chunks[i].bodies);
		sha256_free(b->chunks[i].hash);
	}
	alloc_free(b->chunks);
	b->chunks = NULL;
	b->chunk_count = 0;
	alloc_free(b->order);
	b->order = NULL;
	b->order_count = 0;
	for (size_t i = 0; i < b->block_count; i++)
		buf_done(&b->blocks[i].section);
	b->block_count = 0;
	b->cluster_count = 0;
}

void batch_clear(struct batch *b)
{
	drop_results(b);
	buf_clear(&b->raw);
	b->count = 0;
}

void batch_done(struct batch *b)
{
	drop_results(b);
	buf_done(&b->raw);
	alloc_free(b->records);
	alloc_free(b->clusters);
	alloc_free(b->blocks);
	memset(b, 0, sizeof(*b));
}

int batch_add(struct batch *b, const char *card, size_t card_len,
              const void *bytes, size_t len, const struct fiche_text *text,
              const struct fiche_origin *origin)
{
	struct batch_record *r;
	size_t more = text ? text->len + CARD_FILE_MORE : 0;

	if (alloc_grow(&b->records, &b->cap, b->count + 1,
	               sizeof(*b->records)) < 0 ||
	    !buf_reserve(&b->raw, card_len + len + more)) {
		b->raw.failed = false;
		return FICHE_ERR_NOMEM;
	}
	r = &b->records[b->count++];
	memset(r, 0, sizeof(*r));
	r->is_file = card;
	r->defaults = b->defaults;
	if (origin)
		r->origin = *origin;
	r->card_at = b->raw.len;
	if (text)
		card_file_put(&b->raw, card, card_len, text->len);
	else
		buf_put(&b->raw, card, card_len);
	r->card_len = b->raw.len - r->card_at;
	r->raw_at = b->raw.len;
	r->record_len = len;
	buf_put(&b->raw, bytes, len);
	if (text) {
		buf_u8(&b->raw, '\n');
		buf_put(&b->raw, text->ptr, text->len);
	}
	r->raw_len = b->raw.len - r->raw_at;
	return 0;
}

static struct fiche_text text_at(const struct buf *b, size_t at)
{
	struct fiche_text t = { (const char *)b->ptr + at, b->len - at };

	return t;
}

/* Card and body of one record, as offsets into the chunk's buffers, which may
 * still move. */
struct place {
	size_t card_at, body_at;
};

static int split(struct batch *b, struct batch_record *r, struct batch_chunk *c,
                 const struct rules *rules, struct place *p,
                 struct fiche_error *err)
{
	const char *raw = (const char *)b->raw.ptr + r->raw_at;

	p->card_at = c->cards.len;
	p->body_at = c->bodies.len;
	if (r->is_file) {
		r->kind = r->is_redacted ? KIND_REDACTED : KIND_FILE;
		r->card.len = r->card_len;
		r->body.len = r->raw_len;
		return 0;
	}
	/* Cards are lines. */
	if (!memchr(raw, '\n', r->raw_len) &&
	    card_split(&c->cards, &c->bodies, rules, raw, r->raw_len)) {
		r->kind = KIND_JSON;
		r->card.len = c->cards.len - p->card_at;
		r->body.len = c->bodies.len - p->body_at;
		return 0;
	}
	if (!buf_ok(&c->cards) || !buf_ok(&c->bodies))
		return err_nomem(err);
	r->kind = KIND_VERBATIM;
	r->body.len = r->raw_len;
	return 0;
}

/* What a record lacks of what was asked for, or NULL. */
static const char *find_lack(const struct batch *b, const struct rules *rules,
                             const struct fiche_article *a)
{
	const struct {
		unsigned bit;
		bool there;
		const char *why;
	} asked[] = {
		{ FICHE_REQUIRE_URL, a->url.len, "it has no URL" },
		{ FICHE_REQUIRE_TITLE, a->title.len, "it has no title" },
		{ FICHE_REQUIRE_TEXT, a->text.len, "it has no text" },
		{ FICHE_REQUIRE_DATE, a->published.precision != FICHE_DATE_NONE,
		  "it has no date that can be read" },
		{ FICHE_REQUIRE_SOURCE, a->source.len, "it has no source" },
		{ FICHE_REQUIRE_LANGUAGE, a->language.len,
		  "it has no language" },
		{ FICHE_REQUIRE_AUTHORS, a->author_count, "it has no author" },
		{ FICHE_REQUIRE_TAGS, a->tag_count, "it has no tag" },
		{ FICHE_REQUIRE_ID, a->source_id.len, "it has no id" },
	};

	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if ((b->require & asked[i].bit) && !asked[i].there)
			return asked[i].why;
	if (!b->strict)
		return NULL;
	if (a->published.precision == FICHE_DATE_NONE && a->date_text.len)
		return "its date cannot be read";
	if (a->published.precision >= FICHE_DATE_HOUR &&
	    !a->published.has_zone && !rules->dates.has_zone)
		return "its date has a time without a zone";
	return NULL;
}

/* A record that is not taken: why, in `scratch`. */
static int refuse(struct batch_record *r, struct batch_chunk *c,
                  const struct fiche_error *why, struct fiche_error *err)
{
	r->why = arena_take(&c->arena, sizeof(*r->why));
	if (!r->why)
		return err_nomem(err);
	*r->why = *why;
	r->status = FICHE_ERR_INPUT;
	return 0;
}

/* Fields, digest and keys of a record whose card and body are in place. */
static int understand(struct batch *b, struct batch_record *r,
                      struct batch_chunk *c, const struct rules *rules,
                      struct fiche_error *err)
{
	const char *lack = NULL;
	const struct fiche_text raw = { (const char *)b->raw.ptr + r->raw_at,
		                        r->record_len };
	struct fiche_error why = { 0 };
	int s;

	s = record_fields(&r->article, &c->arena, r->kind, r->card, r->body,
	                  true, r->defaults.ptr, r->defaults.len, &why);
	if (s == 0 && !r->is_redacted)
		lack = find_lack(b, rules, &r->article);
	if (lack)
		s = err_set(&why, FICHE_ERR_INPUT, FICHE_NOWHERE, "%s", lack);
	if (s == FICHE_ERR_INPUT)
		return refuse(r, c, &why, err);
	if (s == 0)
		s = record_digest(&r->article, raw);
	if (s == 0)
		s = record_keys(&r->keys, &r->article, r->body, c->hash);
	if (s == 0 && r->keys.has_body)
		s = sha256_of(r->body_sha256, r->body.ptr, r->body.len);
	r->article.text_size = r->body.len;
	return s < 0 ? err_nomem(err) : 0;
}

/* Rules of the defaults that are looked at; mostly the same ones. */
struct current_rules {
	struct rules rules;
	bool read;
	struct fiche_text of;
};

static int use_rules(struct current_rules *c, struct fiche_text defaults,
                     struct fiche_error *err)
{
	int r;

	if (c->read && c->of.ptr == defaults.ptr && c->of.len == defaults.len)
		return 0;
	r = rules_read(&c->rules, defaults.ptr, defaults.len, err);
	c->read = r == 0;
	c->of = defaults;
	return r;
}

static int scan_chunk(void *ctx, size_t item, unsigned thread,
                      struct fiche_error *err)
{
	struct batch *b = ctx;
	struct current_rules now = { .read = false };
	struct batch_chunk *c = &b->chunks[item];
	struct place place[CHUNK_RECORDS];
	size_t first = item * CHUNK_RECORDS;
	size_t n = b->count - first < CHUNK_RECORDS ? b->count - first
	                                            : CHUNK_RECORDS;
	int r = 0;

	(void)thread;
	c->hash = sha256_new();
	if (!c->hash)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct batch_record *rec = &b->records[first + i];

		r = use_rules(&now, rec->defaults, err);
		if (r == 0)
			r = split(b, rec, c, &now.rules, &place[i], err);
	}
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct batch_record *rec = &b->records[first + i];
		const char *raw = (const char *)b->raw.ptr + rec->raw_at;

		if (rec->kind == KIND_JSON) {
			rec->card.ptr =
				text_at(&c->cards, place[i].card_at).ptr;
			rec->body.ptr =
				text_at(&c->bodies, place[i].body_at).ptr;
		} else {
			rec->card.ptr = rec->is_file
			                        ? (const char *)b->raw.ptr +
			                                  rec->card_at
			                        : "{}";
			if (!rec->is_file)
				rec->card.len = 2;
			rec->body.ptr = raw;
		}
		r = use_rules(&now, rec->defaults, err);
		if (r == 0)
			r = understand(b, rec, c, &now.rules, err);
	}
	return r;
}

int batch_scan(struct batch *b, struct fiche_error *err)
{
	b->chunk_count = (b->count + CHUNK_RECORDS - 1) / CHUNK_RECORDS;
	b->chunks = alloc_zeroed(b->chunk_count, sizeof(*b->chunks));
	if (!b->chunks) {
		b->chunk_count = 0;
		return err_nomem(err);
	}
	return pool_run(b->pool, b->chunk_count, scan_chunk, b, err);
}

/* ---- order ---- */

static int by_text(struct fiche_text a, struct fiche_text b)
{
	return term_compare(a.ptr, a.len, b.ptr, b.len);
}

int batch_by_defaults(const struct batch_record *a,
                      const struct batch_record *b)
{
	/* Nearly always they are the same ones. */
	return a->defaults.ptr == b->defaults.ptr
	               ? 0
	               : by_text(a->defaults, b->defaults);
}

/* Language, source, defaults, date, and then as they came in. */
static int by_kin(const void *x, const void *y)
{
	const struct batch_record *a = *(struct batch_record *const *)x;
	const struct batch_record *b = *(struct batch_record *const *)y;
	int r = (a->kind == KIND_FILE) - (b->kind == KIND_FILE);

	if (r == 0)
		r = by_text(a->article.language, b->article.language);
	if (r == 0)
		r = by_text(a->article.source, b->article.source);
	if (r == 0)
		r = batch_by_defaults(a, b);
	if (r == 0)
		r = (a->article.published.begin > b->article.published.begin) -
		    (a->article.published.begin < b->article.published.begin);
	if (r == 0)
		r = (a > b) - (a < b);
	return r;
}

/*
 * A cluster is a language; files (pages as they were) are a cluster of their
 * own for each source.
 */
static bool same_cluster(const struct batch_record *a,
                         const struct batch_record *b)
{
	return (a->kind == KIND_FILE) == (b->kind == KIND_FILE) &&
	       by_text(a->article.language, b->article.language) == 0;
}

struct batch_cluster *batch_cluster_open(struct batch *b, size_t first)
{
	struct batch_cluster *c;

	if (alloc_grow(&b->clusters, &b->cluster_cap, b->cluster_count + 1,
	               sizeof(*b->clusters)) < 0)
		return NULL;
	c = &b->clusters[b->cluster_count++];
	memset(c, 0, sizeof(*c));
	c->first = first;
	return c;
}

int batch_group(struct batch *b, struct fiche_error *err)
{
	struct batch_cluster *c = NULL;

	b->order = alloc_zeroed(b->count, sizeof(*b->order));
	if (!b->order)
		return err_nomem(err);
	for (size_t i = 0; i < b->count; i++)
		if (b->records[i].status == 0 && !b->records[i].duplicate)
			b->order[b->order_count++] = &b->records[i];
	if (b->order_count > 1)
		qsort(b->order, b->order_count, sizeof(*b->order), by_kin);
	for (size_t i = 0; i < b->order_count; i++) {
		struct batch_record *r = b->order[i];

		if (!c || !same_cluster(b->order[i - 1], r)) {
			c = batch_cluster_open(b, i);
			if (!c)
				return err_nomem(err);
			c->language = r->article.language;
		}
		r->cluster = (uint32_t)(b->cluster_count - 1);
		c->count++;
		c->body_bytes += r->body.len;
	}
	return 0;
}

int batch_samples(const struct batch *b, const struct batch_cluster *cluster,
                  size_t budget, struct sample **out, size_t *count)
{
	size_t first = cluster ? cluster->first : 0;
	size_t n = cluster ? cluster->count : b->order_count;
	uint64_t total = 0, seen = 0, taken = 0;
	struct sample *s = NULL;
	size_t used = 0, cap = 0;

	for (size_t i = first; i < first + n; i++)
		total += b->order[i]->shared && cluster
		                 ? 0
		                 : (cluster ? b->order[i]->body.len
		                            : b->order[i]->card.len);
	for (size_t i = first; i < first + n; i++) {
		const struct batch_record *r = b->order[i];
		struct fiche_text t = cluster ? r->body : r->card;

		if (cluster && r->shared)
			continue;
		for (size_t at = 0; at < t.len; at += SAMPLE_PIECE) {
			size_t len = t.len - at < SAMPLE_PIECE ? t.len - at
			                                       : SAMPLE_PIECE;

			/* Keep taken / seen close to budget / total. */
			seen += len;
			if (total > budget &&
			    (double)taken * (double)total >
			            (double)seen * (double)budget)
				continue;
			if (len < 8)
				continue;
			if (alloc_grow(&s, &cap, used + 1, sizeof(*s)) < 0) {
				alloc_free(s);
				return FICHE_ERR_NOMEM;
			}
			s[used].ptr = t.ptr + at;
			s[used++].len = len;
			taken += len;
		}
	}
	*out = s;
	*count = used;
	return 0;
}
