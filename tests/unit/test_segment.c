/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_segment.c - INDEX segments: built, merged, asked and damaged.
 *
 * A model keeps the records as they were made up and answers every question by
 * looking at all of them.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "format/doclist.h"
#include "index/build.h"
#include "index/segment.h"
#include "support/memory_segment.h"

#define OFFSET   4096
#define TAGS_MAX 4

/* ---- made-up records ---- */

struct made {
	struct index_record r;
	char source[24], language[8], tag[TAGS_MAX][24];
	struct fiche_text tags[TAGS_MAX];
};

struct model {
	struct made *made;
	size_t count;
	struct index_block *block;
	size_t block_count;
	uint64_t first_record;
	uint64_t rng;
};

static uint64_t any(struct model *m, uint64_t below)
{
	m->rng ^= m->rng << 13;
	m->rng ^= m->rng >> 7;
	m->rng ^= m->rng << 17;
	return (m->rng >> 8) % below;
}

static void any_bytes(struct model *m, uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)any(m, 256);
}

static struct fiche_text text_of(const char *text)
{
	struct fiche_text t = { text, strlen(text) };

	return t;
}

static void make_dates(struct model *m, struct index_record *r)
{
	r->version_time = INT64_MIN;
	if (any(m, 5) > 0) {
		r->date.precision = (enum fiche_precision)(1 + any(m, 6));
		/* Days, so that dates come twice; some before 1970. */
		r->date.begin = ((int64_t)any(m, 400) - 20) * 86400;
		r->date.end = r->date.begin + 1;
		r->date.has_zone = any(m, 2) > 0;
		r->version_time = r->date.begin;
	}
	if (any(m, 3) == 0)
		r->version_time = 5000000 + (int64_t)any(m, 900000);
}

static void make_record(struct model *m, struct made *k)
{
	struct index_record *r = &k->r;

	any_bytes(m, r->digest, sizeof(r->digest));
	make_dates(m, r);
	r->body_len = any(m, 3000);
	r->supersedes = any(m, 4) ? 0 : any(m, 1000000);
	r->flags = (uint8_t)any(m, 32);
	if (any(m, 9) > 0)
		(void)snprintf(k->source, sizeof(k->source), "source %u",
		               (unsigned)any(m, 40));
	if (any(m, 3) > 0)
		(void)snprintf(k->language, sizeof(k->language), "l%u",
		               (unsigned)any(m, 5));
	r->source = text_of(k->source);
	r->language = text_of(k->language);
	r->tag_count = (size_t)any(m, TAGS_MAX + 1);
	for (size_t i = 0; i < r->tag_count; i++) {
		(void)snprintf(k->tag[i], sizeof(k->tag[i]), "tag %u",
		               (unsigned)any(m, 2000));
		k->tags[i] = text_of(k->tag[i]);
	}
	r->tags = k->tags;
	r->has_url = any(m, 4) > 0;
	r->has_id = any(m, 2) > 0;
	r->has_body = any(m, 2) > 0;
	/* Few values in the last bytes: some keys come often. */
	r->url_key[0] = (uint8_t)any(m, 256);
	r->url_key[4] = (uint8_t)any(m, 4);
	any_bytes(m, r->id_key, KEY_SIZE);
	memcpy(r->body_key, any(m, 9) ? r->id_key : r->url_key, KEY_SIZE);
}

static void make(struct model *m, size_t count, uint64_t seed)
{
	size_t left = count;

	memset(m, 0, sizeof(*m));
	m->rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	m->first_record = any(m, 2) ? 0 : any(m, 1000000);
	m->count = count;
	m->made = alloc_zeroed(count, sizeof(*m->made));
	m->block = alloc_zeroed(count, sizeof(*m->block));
	assert_true(m->made && m->block);
	for (size_t i = 0; i < count; i++)
		make_record(m, &m->made[i]);
	for (uint64_t at = OFFSET; left > 0;) {
		struct index_block *k = &m->block[m->block_count++];

		k->record_count = 1 + (uint32_t)any(m, 20);
		if (k->record_count > left)
			k->record_count = (uint32_t)left;
		k->offset = at;
		k->size = 500 + any(m, 100000);
		k->cards_end = (uint32_t)any(m, k->size + 1);
		at += k->size;
		left -= k->record_count;
	}
}

static void model_done(struct model *m)
{
	alloc_free(m->made);
	alloc_free(m->block);
}

/* ---- building and opening ---- */

/* Blocks [from, to) of the model as one segment. */
static int build_blocks(const struct model *m, size_t from, size_t to,
                        struct buf *out)
{
	struct index_builder *b;
	size_t at = 0;
	int r = 0;

	for (size_t i = 0; i < from; i++)
		at += m->block[i].record_count;
	b = index_builder_new(m->first_record + at);
	if (!b)
		return FICHE_ERR_NOMEM;
	for (size_t i = from; i < to && r == 0; i++) {
		for (uint32_t k = 0; k < m->block[i].record_count && r == 0;
		     k++)
			r = index_builder_add(b, &m->made[at++].r);
		if (r == 0)
			r = index_builder_block(b, &m->block[i]);
	}
	if (r == 0)
		r = index_builder_finish(b, out);
	index_builder_free(b);
	return r;
}

static struct buf build(const struct model *m)
{
	struct buf out = { 0 };

	assert_int_equal(build_blocks(m, 0, m->block_count, &out), 0);
	return out;
}

/* Opens with the record numbers that the segment itself tells. */
static int open_any(struct segment *s, struct memory_segment *in,
                    const void *bytes, size_t len, struct fiche_error *err)
{
	uint8_t head[24] = { 0 };

	memcpy(head, bytes, len < sizeof(head) ? len : sizeof(head));
	memory_segment_init(in, bytes, len);
	return segment_open(s, &in->in, len, OFFSET, get_u64(head + 8),
	                    get_u64(head + 16), err);
}

static void open_good(struct segment *s, struct memory_segment *in,
                      const struct buf *bytes)
{
	struct fiche_error err;

	if (open_any(s, in, bytes->ptr, bytes->len, &err) != 0)
		fail_msg("%s", err.text);
}

/* One segment of its own. */
struct whole {
	struct buf bytes;
	struct memory_segment in;
	struct segment s;
};

static void whole_build(struct whole *w, const struct model *m)
{
	memset(w, 0, sizeof(*w));
	w->bytes = build(m);
	open_good(&w->s, &w->in, &w->bytes);
	assert_int_equal(w->s.count, m->count);
	assert_int_equal(w->s.first_record, m->first_record);
}

static void whole_done(struct whole *w)
{
	buf_done(&w->bytes);
}

/* ---- the model's answers ---- */

static bool dated(const struct index_record *r)
{
	return r->date.precision != FICHE_DATE_NONE;
}

static void check_digests(const struct model *m, struct whole *w)
{
	struct model random = { .rng = 77 };
	struct fiche_error err;
	uint8_t last[32] = { 0 };
	uint64_t idx, pos;

	for (size_t i = 0; i < m->count; i++) {
		const uint8_t *digest = m->made[i].r.digest;
		uint8_t got[32];

		assert_int_equal(segment_find_digest(&w->s, &w->in.in, digest,
		                                     &idx, &err),
		                 0);
		assert_int_equal(idx, i);
		assert_int_equal(segment_digest(&w->s, &w->in.in, i, got, &err),
		                 0);
		assert_memory_equal(got, digest, 32);
		assert_int_equal(segment_idor(&w->s, &w->in.in, i, &idx, &err),
		                 0);
		digest = m->made[idx].r.digest;
		assert_true(memcmp(last, digest, 32) < 0);
		memcpy(last, digest, 32);
		assert_int_equal(segment_digest_lower(&w->s, &w->in.in, digest,
		                                      &pos, &err),
		                 0);
		assert_int_equal(pos, i);
	}
	for (int i = 0; i < 300; i++) {
		uint8_t digest[32];
		uint64_t lower = 0;

		any_bytes(&random, digest, sizeof(digest));
		for (size_t k = 0; k < m->count; k++)
			lower += memcmp(m->made[k].r.digest, digest, 32) < 0;
		assert_int_equal(segment_digest_lower(&w->s, &w->in.in, digest,
		                                      &pos, &err),
		                 0);
		assert_int_equal(pos, lower);
		assert_int_equal(segment_find_digest(&w->s, &w->in.in, digest,
		                                     &idx, &err),
		                 FICHE_END);
	}
}

/* How many of the record's keys are this one; *below counts lower keys. */
static unsigned has_key(const struct index_record *r, const uint8_t *key,
                        uint64_t *below)
{
	const uint8_t *const keys[] = { r->url_key, r->id_key, r->body_key };
	const bool has[] = { r->has_url, r->has_id, r->has_body };
	unsigned count = 0;

	for (int i = 0; i < 3; i++) {
		int order = memcmp(keys[i], key, KEY_SIZE);

		count += has[i] && order == 0;
		*below += has[i] && order < 0;
	}
	return count;
}

/* The run of entries with this key names the model's records, in order. */
static void check_key(const struct model *m, struct whole *w,
                      const uint8_t *key)
{
	struct fiche_error err;
	uint64_t pos, idx, below = 0;
	uint8_t got[KEY_SIZE];

	assert_int_equal(segment_key_lower(&w->s, &w->in.in, key, &pos, &err),
	                 0);
	for (size_t i = 0; i < m->count; i++)
		(void)has_key(&m->made[i].r, key, &below);
	assert_int_equal(pos, below);
	for (size_t i = 0; i < m->count; i++) {
		for (unsigned n = has_key(&m->made[i].r, key, &below); n > 0;
		     n--) {
			assert_int_equal(segment_key_at(&w->s, &w->in.in, pos++,
			                                got, &idx, &err),
			                 0);
			assert_memory_equal(got, key, KEY_SIZE);
			assert_int_equal(idx, i);
		}
	}
	if (pos < w->s.key_count) {
		assert_int_equal(
			segment_key_at(&w->s, &w->in.in, pos, got, &idx, &err),
			0);
		assert_true(memcmp(got, key, KEY_SIZE) > 0);
	}
}

static void check_keys(const struct model *m, struct whole *w)
{
	for (size_t i = 0; i < m->count; i += m->count / 200 + 1) {
		uint8_t key[KEY_SIZE];

		check_key(m, w, m->made[i].r.url_key);
		check_key(m, w, m->made[i].r.id_key);
		memcpy(key, m->made[i].r.id_key, KEY_SIZE);
		key[3] ^= 0x55;
		check_key(m, w, key);
	}
	check_key(m, w, (const uint8_t *)"\0\0\0\0\0");
	check_key(m, w, (const uint8_t *)"\xff\xff\xff\xff\xff");
}

static void check_columns(const struct model *m, struct whole *w)
{
	uint64_t *all = alloc_zeroed(m->count, sizeof(*all));
	struct fiche_error err;
	uint64_t v;

	assert_non_null(all);
	for (enum column_id id = 1; id <= COLUMN_MAX; id++) {
		size_t half = m->count / 2;

		assert_int_equal(segment_columns(&w->s, &w->in.in, id, 0, half,
		                                 all, &err),
		                 0);
		assert_int_equal(segment_columns(&w->s, &w->in.in, id, half,
		                                 m->count - half, all + half,
		                                 &err),
		                 0);
		for (size_t i = 0; i < m->count; i++) {
			const struct index_record *r = &m->made[i].r;
			uint64_t date = dated(r) ? (uint64_t)r->date.begin : 0;

			assert_int_equal(segment_column(&w->s, &w->in.in, id, i,
			                                &v, &err),
			                 0);
			assert_int_equal(v, all[i]);
			if (id == COLUMN_DATE && dated(r))
				assert_int_equal(v, date);
			if (id == COLUMN_DATE_META)
				assert_int_equal(
					v,
					(unsigned)r->date.precision +
						(r->date.has_zone ? 8u : 0u));
			if (id == COLUMN_BODY_LEN)
				assert_int_equal(v, r->body_len);
			if (id == COLUMN_SUPERSEDES)
				assert_int_equal(v, r->supersedes);
			if (id == COLUMN_FLAGS)
				assert_int_equal(v, r->flags);
			if (id == COLUMN_VERSION_TIME &&
			    r->version_time != INT64_MIN)
				assert_int_equal(v + date, r->version_time);
			else if (id == COLUMN_VERSION_TIME)
				assert_int_equal(v, 0);
		}
	}
	alloc_free(all);
}

static void check_dates(const struct model *m, struct whole *w)
{
	struct fiche_error err;
	uint64_t count = 0, idx, pos, last_idx = 0;
	int64_t last = INT64_MIN;

	for (size_t i = 0; i < m->count; i++)
		count += dated(&m->made[i].r);
	assert_int_equal(w->s.dated, count);
	for (uint64_t i = 0; i < count; i++) {
		const struct index_record *r;

		assert_int_equal(segment_dord(&w->s, &w->in.in, i, &idx, &err),
		                 0);
		r = &m->made[idx].r;
		assert_true(dated(r));
		assert_true(r->date.begin > last ||
		            (r->date.begin == last && idx > last_idx));
		last = r->date.begin;
		last_idx = idx;
	}
	for (int64_t day = -25; day < 400; day++) {
		int64_t time = day * 86400 + (day % 3);
		uint64_t below = 0;

		for (size_t i = 0; i < m->count; i++)
			below += dated(&m->made[i].r) &&
			         m->made[i].r.date.begin < time;
		assert_int_equal(
			segment_date_lower(&w->s, &w->in.in, time, &pos, &err),
			0);
		assert_int_equal(pos, below);
	}
}

static void check_blocks(const struct model *m, struct whole *w)
{
	struct fiche_error err;
	uint64_t idx = 0;

	assert_int_equal(w->s.block_count, m->block_count);
	for (size_t i = 0; i < m->block_count; i++) {
		const struct index_block *want = &m->block[i];
		uint32_t first = (uint32_t)idx;

		for (uint32_t k = 0; k < want->record_count; k++, idx++) {
			struct segment_block got;

			assert_int_equal(segment_find_block(&w->s, &w->in.in,
			                                    idx, &got, &err),
			                 0);
			assert_int_equal(got.index, i);
			assert_int_equal(got.offset, want->offset);
			assert_int_equal(got.size, want->size);
			assert_int_equal(got.first_idx, first);
			assert_int_equal(got.record_count, want->record_count);
			assert_int_equal(got.cards_end, want->cards_end);
		}
	}
}

struct term_check {
	const struct model *m;
	struct whole *w;
	struct segment_fences fences;
	uint8_t *seen; /* records of the term */
	char field;
	uint64_t terms;
	uint64_t docs;
};

static bool is_text(const struct fiche_text *t, const uint8_t *key, size_t len)
{
	return t->len == len - 1 && memcmp(t->ptr, key + 1, len - 1) == 0;
}

static bool has_term(const struct index_record *r, const uint8_t *key,
                     size_t len)
{
	if (key[0] == TERM_SOURCE)
		return is_text(&r->source, key, len);
	if (key[0] == TERM_LANGUAGE)
		return is_text(&r->language, key, len);
	for (size_t i = 0; i < r->tag_count; i++) {
		if (is_text(&r->tags[i], key, len))
			return true;
	}
	return false;
}

static int check_term(void *ctx, const uint8_t *key, size_t len,
                      uint64_t ordinal, uint64_t docs,
                      const struct segment_part *list, struct fiche_error *err)
{
	struct term_check *c = ctx;
	struct segment_part found;
	struct doclist l;
	struct buf bytes = { 0 };
	uint64_t start, n, found_docs, v;

	if (c->field)
		assert_int_equal(ordinal, ++c->terms);
	assert_int_equal(segment_find_term(&c->w->s, &c->w->in.in, &c->fences,
	                                   key, len, &found_docs, &found, err),
	                 0);
	assert_int_equal(found_docs, docs);
	assert_memory_equal(&found, list, sizeof(found));
	assert_int_equal(
		segment_list(&c->w->s, &c->w->in.in, list, &bytes, err), 0);
	memset(c->seen, 0, c->m->count);
	doclist_init(&l, bytes.ptr, bytes.len, c->m->count);
	while (doclist_next(&l, &start, &n)) {
		memset(c->seen + start, 1, (size_t)n);
		docs -= n;
	}
	assert_false(l.bad);
	assert_int_equal(docs, 0);
	for (size_t i = 0; i < c->m->count; i++) {
		assert_int_equal(c->seen[i],
		                 has_term(&c->m->made[i].r, key, len));
		c->docs += c->seen[i];
		if (!c->seen[i] || key[0] == TERM_TAG)
			continue;
		assert_int_equal(segment_column(&c->w->s, &c->w->in.in,
		                                key[0] == TERM_SOURCE
		                                        ? COLUMN_SOURCE
		                                        : COLUMN_LANGUAGE,
		                                i, &v, err),
		                 0);
		assert_int_equal(v, ordinal);
	}
	buf_done(&bytes);
	return 0;
}

static void check_terms(const struct model *m, struct whole *w)
{
	struct term_check c = { .m = m, .w = w };
	struct segment_part list;
	struct fiche_error err;
	uint64_t docs, want = 0, terms = 0;

	c.seen = alloc_zeroed(m->count, 1);
	assert_non_null(c.seen);
	assert_int_equal(segment_fences_load(&c.fences, &w->s, &w->in.in, &err),
	                 0);
	for (const char *field = "slt"; *field; field++) {
		c.field = *field;
		c.terms = 0;
		assert_int_equal(segment_each_term(&w->s, &w->in.in, &c.fences,
		                                   *field, check_term, &c,
		                                   &err),
		                 0);
		terms += c.terms;
	}
	assert_int_equal(terms, c.fences.fences.term_count);
	for (size_t i = 0; i < m->count; i++) {
		const struct index_record *r = &m->made[i].r;

		want += r->source.len > 0;
		want += r->language.len > 0;
		for (size_t t = 0; t < r->tag_count; t++) {
			size_t k = 0;

			while (strcmp(m->made[i].tag[k], m->made[i].tag[t]))
				k++;
			want += k == t;
		}
	}
	assert_int_equal(c.docs, want);
	c.docs = 0;
	c.field = 0;
	assert_int_equal(segment_each_term(&w->s, &w->in.in, &c.fences, 0,
	                                   check_term, &c, &err),
	                 0);
	assert_int_equal(c.docs, want);
	assert_int_equal(segment_find_term(&w->s, &w->in.in, &c.fences,
	                                   "tnever", 6, &docs, &list, &err),
	                 FICHE_END);
	assert_int_equal(segment_find_term(&w->s, &w->in.in, &c.fences, "a", 1,
	                                   &docs, &list, &err),
	                 FICHE_END);
	segment_fences_done(&c.fences);
	alloc_free(c.seen);
}

static void what_is_built_is_found(void **state)
{
	static const size_t counts[] = {
		1, 2, 3, 30, 255, 256, 257, 300, 2500
	};

	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct whole w;
		struct model m;

		make(&m, counts[i], i + 1);
		whole_build(&w, &m);
		assert_int_equal(w.s.width, counts[i] > 256 ? 2 : 1);
		check_digests(&m, &w);
		check_keys(&m, &w);
		check_columns(&m, &w);
		check_dates(&m, &w);
		check_blocks(&m, &w);
		check_terms(&m, &w);
		whole_done(&w);
		model_done(&m);
	}
}

static void an_idx_is_as_wide_as_the_last_record_needs(void **state)
{
	static const struct {
		uint64_t count;
		unsigned width;
	} rows[] = {
		{ 1, 1 },          { 255, 1 },      { 256, 1 },
		{ 257, 2 },        { 65535, 2 },    { 65536, 2 },
		{ 65537, 3 },      { 16777216, 3 }, { 16777217, 4 },
		{ UINT32_MAX, 4 },
	};
	static const size_t counts[] = { 65536, 65537 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(segment_idx_width(rows[i].count),
		                 rows[i].width);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
		struct fiche_error err;
		struct whole w;
		struct model m;
		uint64_t idx;

		make(&m, counts[i], 9);
		whole_build(&w, &m);
		assert_int_equal(w.s.width, i + 2);
		for (size_t k = 0; k < m.count; k += 997) {
			assert_int_equal(segment_find_digest(&w.s, &w.in.in,
			                                     m.made[k].r.digest,
			                                     &idx, &err),
			                 0);
			assert_int_equal(idx, k);
		}
		assert_int_equal(
			segment_find_digest(&w.s, &w.in.in,
		                            m.made[m.count - 1].r.digest, &idx,
		                            &err),
			0);
		assert_int_equal(idx, m.count - 1);
		whole_done(&w);
		model_done(&m);
	}
}

/* A probe of IDOR is two reads, of KEYS one. */
static void looking_up_a_hash_takes_few_reads(void **state)
{
	struct fiche_error err;
	uint64_t idx, pos, most = 0, reads;
	uint8_t digest[32];
	struct whole w;
	struct model m;

	(void)state;
	make(&m, 50000, 3);
	whole_build(&w, &m);
	w.in.reads = 0;
	for (size_t i = 0; i < 1000; i++) {
		uint64_t before = w.in.reads;

		any_bytes(&m, digest, sizeof(digest));
		assert_int_equal(
			segment_find_digest(&w.s, &w.in.in, digest, &idx, &err),
			FICHE_END);
		if (w.in.reads - before > most)
			most = w.in.reads - before;
	}
	reads = w.in.reads;
	assert_true(reads < 1000 * 2 * 9);
	assert_true(most <= 2 * (10 + 16));
	w.in.reads = 0;
	for (size_t i = 0; i < 1000; i++)
		assert_int_equal(segment_key_lower(&w.s, &w.in.in,
		                                   m.made[i].r.id_key, &pos,
		                                   &err),
		                 0);
	assert_true(w.in.reads < 1000 * 12);
	whole_done(&w);
	model_done(&m);
}

/* ---- canonical bytes ---- */

static struct index_record plain_record(uint8_t number)
{
	struct index_record r = { .version_time = INT64_MIN };

	r.digest[0] = number;
	return r;
}

static void build_records(struct whole *w, const struct index_record *r,
                          size_t count)
{
	struct index_builder *b = index_builder_new(0);
	struct index_block k = { .offset = OFFSET,
		                 .size = 1000,
		                 .record_count = (uint32_t)count,
		                 .cards_end = 300 };

	memset(w, 0, sizeof(*w));
	assert_non_null(b);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(index_builder_add(b, &r[i]), 0);
	assert_int_equal(index_builder_count(b), count);
	assert_true(index_builder_memory(b) > count * 32);
	assert_int_equal(index_builder_block(b, &k), 0);
	assert_int_equal(index_builder_finish(b, &w->bytes), 0);
	index_builder_free(b);
	open_good(&w->s, &w->in, &w->bytes);
}

static uint64_t column(struct whole *w, enum column_id id, uint64_t idx)
{
	struct fiche_error err;
	uint64_t v;

	assert_int_equal(segment_column(&w->s, &w->in.in, id, idx, &v, &err),
	                 0);
	return v;
}

static void the_least_segment_has_every_component(void **state)
{
	struct index_record r = plain_record(1);
	struct whole w;

	(void)state;
	build_records(&w, &r, 1);
	assert_int_equal(w.s.digs.at, 32 + 8 * 24);
	assert_int_equal(w.s.digs.len, 32);
	assert_int_equal(w.s.idor.len, 2);
	assert_int_equal(w.s.keys.len, 1);
	assert_int_equal(w.s.cols.len, 8 + 8 * 16);
	assert_int_equal(w.s.dord.len, 1);
	assert_int_equal(w.s.blkt.len, 24);
	assert_int_equal(w.s.term.len, 16);
	assert_int_equal(w.s.post.len, 0);
	for (enum column_id id = 1; id <= COLUMN_MAX; id++) {
		assert_int_equal(w.s.column[id].base, 0);
		assert_int_equal(w.s.column[id].width, 0);
	}
	whole_done(&w);
}

static void bases_and_widths_are_the_smallest(void **state)
{
	struct index_record r[4];
	struct whole w;

	(void)state;
	for (uint8_t i = 0; i < 4; i++)
		r[i] = plain_record(i);
	r[1].date.precision = r[2].date.precision = FICHE_DATE_SECOND;
	r[1].date.begin = -100;
	r[1].version_time = -101;
	r[2].date.begin = 155;
	r[2].version_time = 155 + 254;
	r[3].version_time = 77;
	r[0].body_len = 1000;
	r[1].body_len = 1256;
	r[2].body_len = r[3].body_len = 1001;
	build_records(&w, r, 4);
	assert_int_equal(w.s.column[COLUMN_DATE].base, (uint64_t)-100);
	assert_int_equal(w.s.column[COLUMN_DATE].width, 1);
	assert_int_equal(w.bytes.ptr[w.s.column[COLUMN_DATE].at], 0);
	assert_int_equal(w.bytes.ptr[w.s.column[COLUMN_DATE].at + 3], 0);
	assert_int_equal(w.s.column[COLUMN_VERSION_TIME].base, (uint64_t)-1);
	assert_int_equal(w.s.column[COLUMN_VERSION_TIME].width, 1);
	assert_int_equal(w.s.column[COLUMN_BODY_LEN].base, 1000);
	assert_int_equal(w.s.column[COLUMN_BODY_LEN].width, 2);
	assert_int_equal(column(&w, COLUMN_VERSION_TIME, 0), 0);
	assert_int_equal(column(&w, COLUMN_VERSION_TIME, 1), (uint64_t)-1);
	assert_int_equal(column(&w, COLUMN_VERSION_TIME, 2), 254);
	assert_int_equal(column(&w, COLUMN_VERSION_TIME, 3), 77);
	assert_int_equal(column(&w, COLUMN_DATE, 2), 155);
	whole_done(&w);
}

static void times_at_the_ends_of_the_range_are_kept(void **state)
{
	struct index_record r[2] = { plain_record(0), plain_record(1) };
	struct fiche_error err;
	struct whole w;
	uint64_t pos;

	(void)state;
	r[0].date.precision = r[1].date.precision = FICHE_DATE_YEAR;
	r[0].date.begin = INT64_MAX;
	r[0].version_time = INT64_MIN + 1;
	r[1].date.begin = INT64_MIN;
	r[1].version_time = INT64_MAX;
	r[0].body_len = UINT64_MAX;
	build_records(&w, r, 2);
	assert_int_equal(column(&w, COLUMN_DATE, 0), INT64_MAX);
	assert_int_equal(column(&w, COLUMN_DATE, 1), (uint64_t)INT64_MIN);
	assert_int_equal(column(&w, COLUMN_VERSION_TIME, 0) + INT64_MAX,
	                 (uint64_t)INT64_MIN + 1);
	assert_int_equal(column(&w, COLUMN_VERSION_TIME, 1) +
	                         (uint64_t)INT64_MIN,
	                 INT64_MAX);
	assert_int_equal(column(&w, COLUMN_BODY_LEN, 0), UINT64_MAX);
	assert_int_equal(
		segment_date_lower(&w.s, &w.in.in, INT64_MAX, &pos, &err), 0);
	assert_int_equal(pos, 1);
	whole_done(&w);
}

static void long_names_are_cut_and_empty_ones_are_none(void **state)
{
	struct index_record r = plain_record(1);
	struct segment_fences f = { 0 };
	struct segment_part list;
	struct fiche_error err;
	struct fiche_text tags[4];
	char text[2000];
	struct whole w;
	uint64_t docs;

	(void)state;
	memset(text, 'x', sizeof(text));
	tags[0] = (struct fiche_text){ text, 2000 };
	tags[1] = (struct fiche_text){ text, 1001 };
	tags[2] = (struct fiche_text){ text, 1000 };
	tags[3] = (struct fiche_text){ NULL, 0 };
	r.tags = tags;
	r.tag_count = 4;
	r.source = tags[0];
	build_records(&w, &r, 1);
	assert_int_equal(column(&w, COLUMN_SOURCE, 0), 1);
	assert_int_equal(column(&w, COLUMN_LANGUAGE, 0), 0);
	assert_int_equal(segment_fences_load(&f, &w.s, &w.in.in, &err), 0);
	assert_int_equal(f.fences.term_count, 2);
	text[0] = 't';
	assert_int_equal(segment_find_term(&w.s, &w.in.in, &f, text, 1001,
	                                   &docs, &list, &err),
	                 0);
	assert_int_equal(segment_find_term(&w.s, &w.in.in, &f, text, 2000,
	                                   &docs, &list, &err),
	                 0);
	assert_int_equal(docs, 1);
	assert_int_equal(segment_find_term(&w.s, &w.in.in, &f, text, 1000,
	                                   &docs, &list, &err),
	                 FICHE_END);
	segment_fences_done(&f);
	whole_done(&w);
}

static void records_with_equal_digests_stand_in_record_order(void **state)
{
	struct index_record r[6];
	struct fiche_error err;
	struct whole w;
	uint64_t pos, idx;

	(void)state;
	for (uint8_t i = 0; i < 6; i++) {
		r[i] = plain_record(7);
		r[i].digest[31] = (uint8_t)(5 - i) / 2;
	}
	build_records(&w, r, 6);
	for (uint64_t i = 0; i < 6; i++) {
		static const uint64_t want[] = { 4, 5, 2, 3, 0, 1 };

		assert_int_equal(segment_idor(&w.s, &w.in.in, i, &idx, &err),
		                 0);
		assert_int_equal(idx, want[i]);
	}
	assert_int_equal(
		segment_digest_lower(&w.s, &w.in.in, r[3].digest, &pos, &err),
		0);
	assert_int_equal(pos, 2);
	whole_done(&w);
}

static void a_key_is_the_start_of_the_hash_of_domain_and_text(void **state)
{
	uint8_t key[KEY_SIZE], digest[32];

	(void)state;
	assert_int_equal(segment_key(key, KEY_URL, "abc", 3), 0);
	assert_int_equal(sha256_of(digest, "uabc", 4), 0);
	assert_memory_equal(key, digest, KEY_SIZE);
	assert_int_equal(segment_key(key, KEY_BODY, NULL, 0), 0);
	assert_int_equal(sha256_of(digest, "b", 1), 0);
	assert_memory_equal(key, digest, KEY_SIZE);
}

/* ---- merging ---- */

static int merge_wholes(struct whole *w, size_t count, struct memory_out *out,
                        uint64_t *len, struct fiche_error *err)
{
	struct segment_part_in *parts = alloc_zeroed(count, sizeof(*parts));
	int r;

	assert_non_null(parts);
	for (size_t i = 0; i < count; i++) {
		parts[i].segment = &w[i].s;
		parts[i].in = &w[i].in.in;
	}
	r = index_merge(parts, count, NULL, &out->out, len, err);
	alloc_free(parts);
	return r;
}

/* The wholes become one; they are done. */
static void merge_into(struct whole *to, struct whole *w, size_t count)
{
	struct fiche_error err;
	struct memory_out out;
	uint64_t len;

	memory_out_init(&out);
	if (merge_wholes(w, count, &out, &len, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(len, out.bytes.len);
	for (size_t i = 0; i < count; i++)
		whole_done(&w[i]);
	memset(to, 0, sizeof(*to));
	to->bytes = out.bytes;
	open_good(&to->s, &to->in, &to->bytes);
}

/* Cut the blocks into runs; returns how many. */
static size_t partition(struct model *m, struct whole *w, size_t max)
{
	size_t count = 0, from = 0;

	while (from < m->block_count) {
		size_t to = from + 1;

		if (count + 1 == max)
			to = m->block_count;
		else
			to += (size_t)any(m, m->block_count - from) / 2;
		memset(&w[count], 0, sizeof(w[count]));
		assert_int_equal(build_blocks(m, from, to, &w[count].bytes), 0);
		open_good(&w[count].s, &w[count].in, &w[count].bytes);
		count++;
		from = to;
	}
	return count;
}

static void merging_any_partition_equals_building_all(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct whole w[12], all, merged;
		struct model m;
		size_t count;

		make(&m, seed == 300 ? 40000 : 1 + seed * 2, seed);
		whole_build(&all, &m);
		count = partition(&m, w, 12);
		/* In one go, or first a run of them, or two by two. */
		if (seed % 3 == 1 && count > 3) {
			merge_into(&merged, w + 1, 3);
			w[1] = merged;
			memmove(w + 2, w + 4, (count - 4) * sizeof(*w));
			count -= 2;
		}
		if (seed % 3 == 2) {
			for (; count > 1; count--) {
				merge_into(&merged, w + count - 2, 2);
				w[count - 2] = merged;
			}
		}
		merge_into(&merged, w, count);
		assert_int_equal(merged.bytes.len, all.bytes.len);
		assert_memory_equal(merged.bytes.ptr, all.bytes.ptr,
		                    all.bytes.len);
		whole_done(&merged);
		whole_done(&all);
		model_done(&m);
	}
}

static void segments_that_do_not_follow_each_other_are_refused(void **state)
{
	struct fiche_error err;
	struct memory_out out;
	struct whole w[2];
	struct model m;
	uint64_t len;

	(void)state;
	make(&m, 50, 1);
	whole_build(&w[0], &m);
	whole_build(&w[1], &m);
	memory_out_init(&out);
	assert_int_equal(merge_wholes(w, 2, &out, &len, &err), FICHE_ERR_ARG);
	assert_int_equal(index_merge(NULL, 0, NULL, &out.out, &len, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(out.bytes.len, 0);
	whole_done(&w[0]);
	whole_done(&w[1]);
	model_done(&m);
}

static void swap_bytes(uint8_t *a, uint8_t *b, size_t len)
{
	while (len-- > 0) {
		uint8_t t = a[len];

		a[len] = b[len];
		b[len] = t;
	}
}

/* Returns the text of the failure. */
static const char *merge_failure(struct whole *w, struct fiche_error *err)
{
	struct memory_out out;
	uint64_t len;
	int r;

	memory_out_init(&out);
	r = merge_wholes(w, 1, &out, &len, err);
	buf_done(&out.bytes);
	assert_int_equal(r, FICHE_ERR_CORRUPT);
	assert_int_equal(err->offset, OFFSET);
	return err->text;
}

static void a_segment_whose_orders_are_broken_is_not_merged(void **state)
{
	struct fiche_error err;
	struct whole w;
	struct model m;
	uint8_t *at;

	(void)state;
	make(&m, 200, 5);
	whole_build(&w, &m);
	at = w.bytes.ptr + w.s.idor.at + 1;
	swap_bytes(at + 3, at + 4, 1);
	assert_string_equal(merge_failure(&w, &err), "index is not in order");
	at[4] = at[3];
	assert_string_equal(merge_failure(&w, &err), "index is not in order");
	at[3] = 200;
	assert_string_equal(merge_failure(&w, &err),
	                    "index names a record that it lacks");
	whole_done(&w);

	whole_build(&w, &m);
	at = w.bytes.ptr + w.s.keys.at + 1;
	swap_bytes(at, at + 6 * 5, 6);
	assert_string_equal(merge_failure(&w, &err), "index is not in order");
	whole_done(&w);

	whole_build(&w, &m);
	at = w.bytes.ptr + w.s.dord.at + 1;
	swap_bytes(at, at + w.s.dated - 1, 1);
	assert_string_equal(merge_failure(&w, &err), "index is not in order");
	whole_done(&w);

	whole_build(&w, &m);
	w.bytes.ptr[w.s.column[COLUMN_SOURCE].at] = 250;
	assert_string_equal(merge_failure(&w, &err),
	                    "index names a term that it lacks");
	whole_done(&w);

	whole_build(&w, &m);
	at = w.bytes.ptr + w.s.column[COLUMN_DATE_META].at;
	for (uint64_t i = 0; i < w.s.count; i++)
		at[i] &= 8;
	assert_string_equal(merge_failure(&w, &err),
	                    "index has a wrong count of dates");
	whole_done(&w);

	whole_build(&w, &m);
	w.bytes.ptr[w.s.term.at + 8]++;
	assert_string_equal(merge_failure(&w, &err),
	                    "index has a wrong count of terms");
	whole_done(&w);

	whole_build(&w, &m);
	w.bytes.ptr[w.s.post.at] |= 0x7e;
	assert_string_equal(merge_failure(&w, &err),
	                    "index has a malformed list of records");
	whole_done(&w);
	model_done(&m);
}

/* ---- damage ---- */

struct edit {
	const char *rule;
	size_t at; /* in the logical bytes */
	uint8_t bytes[8];
	size_t len;
	int want;
};

static void a_table_that_breaks_a_rule_is_refused(void **state)
{
	/* Components: DIGS at 32, IDOR at 56, ... 24 bytes each. */
	static const struct edit rows[] = {
		{ "component count, at most 64", 0, { 65 }, 1, -8 },
		{ "there are components", 0, { 0 }, 1, -8 },
		{ "components begin behind the table", 0, { 7 }, 1, -8 },
		{ "fields version", 4, { 2 }, 1, -6 },
		{ "reserved", 24, { 1 }, 1, -8 },
		{ "flags, bit 0 critical", 36, { 3 }, 1, -8 },
		{ "without gaps", 40, { 225 }, 1, -8 },
		{ "end with the last logical byte", 48, { 64 }, 1, -8 },
		{ "an unknown critical component", 32, "WHAT", 4, -6 },
		{ "a component comes once", 32 + 24, "DIGS", 4, -8 },
		{ "lengths are within",
		  48,
		  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff },
		  8,
		  -8 },
		{ "no component is missing",
		  32,
		  { 'W', 'H', 'A', 'T', 0 },
		  5,
		  -8 },
	};
	struct fiche_error err;
	struct memory_segment in;
	struct segment s;
	struct whole w;
	struct model m;

	(void)state;
	make(&m, 40, 1);
	whole_build(&w, &m);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct buf bad = { 0 };
		int r;

		buf_put(&bad, w.bytes.ptr, w.bytes.len);
		memcpy(bad.ptr + rows[i].at, rows[i].bytes, rows[i].len);
		r = open_any(&s, &in, bad.ptr, bad.len, &err);
		if (r != rows[i].want)
			fail_msg("%s: %d", rows[i].rule, r);
		assert_int_equal(err.code, r);
		assert_int_equal(err.offset, OFFSET);
		buf_done(&bad);
	}
	assert_int_equal(segment_open(&s, &w.in.in, w.bytes.len, OFFSET,
	                              m.first_record + 1, 40, &err),
	                 FICHE_ERR_CORRUPT);
	assert_int_equal(segment_open(&s, &w.in.in, w.bytes.len, OFFSET,
	                              m.first_record, 41, &err),
	                 FICHE_ERR_CORRUPT);
	whole_done(&w);
	model_done(&m);
}

static void components_that_break_a_rule_are_refused(void **state)
{
	struct fiche_error err;
	struct memory_segment in;
	struct segment s;
	struct whole w;
	struct model m;
	size_t places[16], count = 0;

	(void)state;
	make(&m, 40, 1);
	whole_build(&w, &m);
	places[count++] = (size_t)w.s.idor.at; /* w */
	places[count++] = (size_t)w.s.keys.at;
	places[count++] = (size_t)w.s.dord.at;
	places[count++] = (size_t)w.s.cols.at;      /* column count */
	places[count++] = (size_t)w.s.cols.at + 4;  /* reserved */
	places[count++] = (size_t)w.s.cols.at + 8;  /* id: 1 becomes 3 */
	places[count++] = (size_t)w.s.cols.at + 9;  /* width */
	places[count++] = (size_t)w.s.cols.at + 10; /* reserved */
	places[count++] = (size_t)w.s.cols.at + 15;
	for (size_t i = 0; i < count; i++) {
		w.bytes.ptr[places[i]] ^= 2;
		if (open_any(&s, &in, w.bytes.ptr, w.bytes.len, &err) !=
		    FICHE_ERR_CORRUPT)
			fail_msg("place %zu", i);
		w.bytes.ptr[places[i]] ^= 2;
	}
	whole_done(&w);
	model_done(&m);
}

/* The spec lets a later version add what we do not know. */
static void unknown_components_and_columns_are_skipped(void **state)
{
	struct memory_segment in;
	struct fiche_error err;
	struct buf longer = { 0 };
	struct segment s;
	struct whole w;
	struct model m;
	uint64_t v;

	(void)state;
	make(&m, 40, 1);
	whole_build(&w, &m);
	/* A ninth component of four bytes at the end. */
	buf_u32(&longer, 9);
	buf_put(&longer, w.bytes.ptr + 4, 28);
	for (size_t i = 0; i < 8; i++) {
		const uint8_t *entry = w.bytes.ptr + 32 + 24 * i;

		buf_put(&longer, entry, 8);
		buf_u64(&longer, get_u64(entry + 8) + 24);
		buf_put(&longer, entry + 16, 8);
	}
	buf_text(&longer, "NEWS");
	buf_u32(&longer, 0);
	buf_u64(&longer, w.bytes.len + 24);
	buf_u64(&longer, 4);
	buf_put(&longer, w.bytes.ptr + w.s.digs.at,
	        w.bytes.len - (size_t)w.s.digs.at);
	buf_u32(&longer, 0);
	assert_true(buf_ok(&longer));
	open_good(&s, &in, &longer);
	memory_segment_drive(&s, &in);
	buf_done(&longer);

	w.bytes.ptr[w.s.cols.at + 8] = 200;
	open_good(&s, &in, &w.bytes);
	assert_int_equal(s.column[COLUMN_DATE].at, 0);
	assert_int_equal(segment_column(&s, &in.in, COLUMN_DATE, 0, &v, &err),
	                 0);
	assert_int_equal(v, 0);
	assert_int_equal(segment_column(&s, &in.in, COLUMN_FLAGS, 7, &v, &err),
	                 0);
	assert_int_equal(v, m.made[7].r.flags);
	whole_done(&w);
	model_done(&m);
}

static void every_truncation_is_refused(void **state)
{
	struct fiche_error err;
	struct memory_segment in;
	struct segment s;
	struct whole w;
	struct model m;

	(void)state;
	make(&m, 25, 4);
	whole_build(&w, &m);
	for (size_t len = 0; len < w.bytes.len; len++) {
		/* A copy of its own, so that a sanitizer sees its end. */
		uint8_t *cut = alloc_bytes(len);

		assert_non_null(cut);
		memcpy(cut, w.bytes.ptr, len);
		memory_segment_init(&in, cut, len);
		assert_int_equal(segment_open(&s, &in.in, len, OFFSET,
		                              m.first_record, m.count, &err),
		                 FICHE_ERR_CORRUPT);
		alloc_free(cut);
	}
	whole_done(&w);
	model_done(&m);
}

static void every_changed_byte_is_survived(void **state)
{
	struct fiche_error err;
	struct memory_segment in;
	struct segment s;
	struct whole w;
	struct model m;
	uint64_t most;

	(void)state;
	make(&m, 12, 4);
	whole_build(&w, &m);
	w.in.reads = 0;
	memory_segment_drive(&w.s, &w.in);
	most = w.in.reads * 4;
	for (size_t i = 0; i < w.bytes.len * 10; i++) {
		uint8_t *at = &w.bytes.ptr[i / 10], was = *at;

		if (i % 10 < 8)
			*at ^= (uint8_t)(1u << i % 10);
		else
			*at = i % 10 == 8 ? 0 : 0xff;
		if (open_any(&s, &in, w.bytes.ptr, w.bytes.len, &err) == 0) {
			memory_segment_drive(&s, &in);
			assert_true(in.reads <= most);
		}
		*at = was;
	}
	whole_done(&w);
	model_done(&m);
}

static int ignore_term(void *ctx, const uint8_t *key, size_t len,
                       uint64_t ordinal, uint64_t docs,
                       const struct segment_part *list, struct fiche_error *err)
{
	(void)ctx;
	(void)key;
	(void)len;
	(void)ordinal;
	(void)docs;
	(void)list;
	(void)err;
	return 0;
}

static void a_fence_that_lies_about_its_page_is_corrupt(void **state)
{
	struct fiche_error err;
	struct whole w;
	struct model m;

	(void)state;
	make(&m, 2500, 4);
	whole_build(&w, &m);
	/* A key too low meets the page before, one too high its own page. */
	for (int up = 0; up < 2; up++) {
		struct segment_fences f = { 0 };
		const struct bytes *first;
		uint8_t *last, was;

		assert_int_equal(segment_fences_load(&f, &w.s, &w.in.in, &err),
		                 0);
		assert_true(f.fences.count >= 3);
		first = &f.fences.fence[1].first;
		last = w.bytes.ptr + w.s.term.at +
		       (size_t)(first->ptr - f.raw.ptr) + first->len - 1;
		segment_fences_done(&f);
		was = *last;
		*last = up ? 0x7f : ' ';
		assert_int_equal(segment_fences_load(&f, &w.s, &w.in.in, &err),
		                 0);
		assert_int_equal(segment_each_term(&w.s, &w.in.in, &f, 0,
		                                   ignore_term, NULL, &err),
		                 FICHE_ERR_CORRUPT);
		assert_int_equal(err.offset, OFFSET);
		segment_fences_done(&f);
		*last = was;
	}
	whole_done(&w);
	model_done(&m);
}

static void places_outside_are_refused(void **state)
{
	struct segment_block block;
	struct segment_part list;
	struct buf bytes = { 0 };
	struct fiche_error err;
	uint8_t digest[32];
	struct whole w;
	struct model m;
	uint64_t v[3];

	(void)state;
	make(&m, 25, 4);
	whole_build(&w, &m);
	assert_int_equal(segment_digest(&w.s, &w.in.in, 25, digest, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(segment_idor(&w.s, &w.in.in, 25, v, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(segment_dord(&w.s, &w.in.in, w.s.dated, v, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(
		segment_key_at(&w.s, &w.in.in, w.s.key_count, digest, v, &err),
		FICHE_ERR_ARG);
	assert_int_equal(
		segment_columns(&w.s, &w.in.in, COLUMN_DATE, 23, 3, v, &err),
		FICHE_ERR_ARG);
	assert_int_equal(segment_columns(&w.s, &w.in.in, COLUMN_DATE,
	                                 UINT64_MAX, 2, v, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(segment_find_block(&w.s, &w.in.in, 25, &block, &err),
	                 FICHE_ERR_ARG);
	assert_int_equal(
		segment_block_at(&w.s, &w.in.in, w.s.block_count, &block, &err),
		FICHE_ERR_ARG);
	list = (struct segment_part){ w.s.post.at - 1, 1 };
	assert_int_equal(segment_list(&w.s, &w.in.in, &list, &bytes, &err),
	                 FICHE_ERR_ARG);
	list = (struct segment_part){ w.s.post.at + 1, w.s.post.len };
	assert_int_equal(segment_list(&w.s, &w.in.in, &list, &bytes, &err),
	                 FICHE_ERR_ARG);
	whole_done(&w);
	model_done(&m);
}

/* ---- failures of the surroundings ---- */

static void every_failing_read_and_write_is_passed_on(void **state)
{
	struct fiche_error err;
	struct memory_segment in;
	struct segment s;
	struct model m;
	struct whole w;
	bool done = false;
	uint64_t len;

	(void)state;
	make(&m, 300, 4);
	whole_build(&w, &m);
	for (uint64_t n = 1; !done; n++) {
		int r;

		memory_segment_init(&in, w.bytes.ptr, w.bytes.len);
		in.fail_at = n;
		r = segment_open(&s, &in.in, w.bytes.len, OFFSET,
		                 m.first_record, m.count, &err);
		done = in.reads < n;
		assert_int_equal(r, done ? 0 : FICHE_ERR_IO);
	}
	done = false;
	for (uint64_t n = 1; !done; n++) {
		struct memory_out out;
		int r;

		memory_out_init(&out);
		w.in.reads = 0;
		w.in.fail_at = n;
		out.fail_at = n;
		r = merge_wholes(&w, 1, &out, &len, &err);
		done = w.in.reads < n && out.writes < n;
		assert_int_equal(r, done ? 0 : FICHE_ERR_IO);
		buf_done(&out.bytes);
	}
	done = false;
	for (uint64_t n = 1; !done; n++) {
		struct memory_out out;
		int r;

		memory_out_init(&out);
		w.in.fail_at = 0;
		out.fail_at = n;
		r = merge_wholes(&w, 1, &out, &len, &err);
		done = out.writes < n;
		assert_int_equal(r, done ? 0 : FICHE_ERR_IO);
		buf_done(&out.bytes);
	}
	whole_done(&w);
	model_done(&m);
}

static void every_failing_allocation_is_survived(void **state)
{
	struct model m;
	struct whole w[3];
	size_t count;
	bool done = false;

	(void)state;
	make(&m, 300, 4);
	for (long n = 0; !done; n++) {
		struct buf out = { 0 };
		int r;

		alloc_fail_after(n, false);
		r = build_blocks(&m, 0, m.block_count, &out);
		done = alloc_faults_fired() == 0;
		alloc_fail_after(-1, false);
		assert_int_equal(r, done ? 0 : FICHE_ERR_NOMEM);
		buf_done(&out);
	}
	done = false;
	count = partition(&m, w, 3);
	for (long n = 0; !done; n++) {
		struct segment_part_in parts[3];
		struct fiche_error err;
		struct memory_out out;
		uint64_t len;
		int r;

		for (size_t i = 0; i < count; i++) {
			parts[i].segment = &w[i].s;
			parts[i].in = &w[i].in.in;
		}
		memory_out_init(&out);
		alloc_fail_after(n, false);
		r = index_merge(parts, count, NULL, &out.out, &len, &err);
		done = alloc_faults_fired() == 0;
		alloc_fail_after(-1, false);
		assert_int_equal(r, done ? 0 : FICHE_ERR_NOMEM);
		buf_done(&out.bytes);
	}
	for (size_t i = 0; i < count; i++)
		whole_done(&w[i]);
	model_done(&m);
}

static int stop_at_two(void *ctx, const uint8_t *key, size_t len,
                       uint64_t ordinal, uint64_t docs,
                       const struct segment_part *list, struct fiche_error *err)
{
	(void)ctx;
	(void)key;
	(void)len;
	(void)docs;
	(void)list;
	(void)err;
	return ordinal == 2 ? 42 : 0;
}

static void a_walk_through_terms_stops_when_told(void **state)
{
	struct segment_fences f = { 0 };
	struct fiche_error err;
	struct whole w;
	struct model m;

	(void)state;
	make(&m, 100, 4);
	whole_build(&w, &m);
	assert_int_equal(segment_fences_load(&f, &w.s, &w.in.in, &err), 0);
	assert_int_equal(segment_each_term(&w.s, &w.in.in, &f, TERM_TAG,
	                                   stop_at_two, NULL, &err),
	                 42);
	segment_fences_done(&f);
	whole_done(&w);
	model_done(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_built_is_found),
		cmocka_unit_test(an_idx_is_as_wide_as_the_last_record_needs),
		cmocka_unit_test(looking_up_a_hash_takes_few_reads),
		cmocka_unit_test(the_least_segment_has_every_component),
		cmocka_unit_test(bases_and_widths_are_the_smallest),
		cmocka_unit_test(times_at_the_ends_of_the_range_are_kept),
		cmocka_unit_test(long_names_are_cut_and_empty_ones_are_none),
		cmocka_unit_test(
			records_with_equal_digests_stand_in_record_order),
		cmocka_unit_test(
			a_key_is_the_start_of_the_hash_of_domain_and_text),
		cmocka_unit_test(merging_any_partition_equals_building_all),
		cmocka_unit_test(
			segments_that_do_not_follow_each_other_are_refused),
		cmocka_unit_test(
			a_segment_whose_orders_are_broken_is_not_merged),
		cmocka_unit_test(a_table_that_breaks_a_rule_is_refused),
		cmocka_unit_test(components_that_break_a_rule_are_refused),
		cmocka_unit_test(unknown_components_and_columns_are_skipped),
		cmocka_unit_test(every_truncation_is_refused),
		cmocka_unit_test(every_changed_byte_is_survived),
		cmocka_unit_test(a_fence_that_lies_about_its_page_is_corrupt),
		cmocka_unit_test(places_outside_are_refused),
		cmocka_unit_test(every_failing_read_and_write_is_passed_on),
		cmocka_unit_test(every_failing_allocation_is_survived),
		cmocka_unit_test(a_walk_through_terms_stops_when_told),
	};

	return cmocka_run_group_tests_name("segment", tests, NULL, NULL);
}
