/* SPDX-License-Identifier: Apache-2.0 */
/*
 * words_build.c - see words_build.h.
 *
 * Both tables are hashed with open addressing.  The builder keeps the postings
 * of a word as bytes in a chain of chunks that double up to a limit: most words
 * are rare, a few are everywhere.
 */

#include "index/words_build.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "format/postings.h"
#include "index/token.h"

#define SLOTS_MIN   4096u
#define CHUNK_FIRST 8u
#define CHUNK_MAX   256u
#define CHUNK_LINK  4u /* behind it: offset of the next one */
#define RUN_FLUSH   ((size_t)256 << 10)
#define PREFETCH    8 /* words ahead */

/* ---- a hashed set of words ---- */

struct word {
	uint64_t hash;
	uint32_t text_at; /* in `text` of the table */
	uint8_t len;
};

struct slot {
	uint32_t tag;  /* high half of the hash, so that few words are looked at
	                */
	uint32_t word; /* 1 + index of a word, or 0 */
};

struct table {
	struct word *word;
	size_t count, cap;
	struct slot *slot;
	size_t slot_count; /* a power of two */
	struct buf text;
};

static void table_done(struct table *t)
{
	alloc_free(t->word);
	alloc_free(t->slot);
	buf_done(&t->text);
}

static void table_clear(struct table *t)
{
	t->count = 0;
	buf_clear(&t->text);
	if (t->slot)
		memset(t->slot, 0, t->slot_count * sizeof(*t->slot));
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * UINT64_C(0x9E3779B97F4A7C15);
	return h ^ h >> 29;
}

static uint64_t hash_of(const uint8_t *bytes, size_t len)
{
	uint64_t h = len, v;

	for (; len >= 8; bytes += 8, len -= 8) {
		memcpy(&v, bytes, 8);
		h = mix(h, v);
	}
	v = 0;
	for (size_t i = 0; i < len; i++)
		v |= (uint64_t)bytes[i] << 8 * i;
	h = mix(h, v);
	return h ^ h >> 32;
}

static void table_link(const struct table *t, uint64_t hash, uint32_t word)
{
	size_t at = (size_t)hash & (t->slot_count - 1);

	while (t->slot[at].word)
		at = (at + 1) & (t->slot_count - 1);
	t->slot[at] = (struct slot){ (uint32_t)(hash >> 32), word + 1 };
}

static int table_grow(struct table *t)
{
	size_t n = t->slot_count ? 2 * t->slot_count : SLOTS_MIN;
	struct slot *slot = alloc_zeroed(n, sizeof(*slot));

	if (!slot)
		return FICHE_ERR_NOMEM;
	alloc_free(t->slot);
	t->slot = slot;
	t->slot_count = n;
	for (size_t i = 0; i < t->count; i++)
		table_link(t, t->word[i].hash, (uint32_t)i);
	return 0;
}

static int table_add(struct table *t, const uint8_t *bytes, size_t len,
                     uint64_t hash, uint32_t *out)
{
	struct word *w;

	if ((4 * (t->count + 1) > 3 * t->slot_count && table_grow(t) < 0) ||
	    alloc_grow(&t->word, &t->cap, t->count + 1, sizeof(*t->word)) < 0)
		return FICHE_ERR_NOMEM;
	w = &t->word[t->count];
	w->hash = hash;
	w->text_at = (uint32_t)t->text.len;
	w->len = (uint8_t)len;
	buf_put(&t->text, bytes, len);
	if (!buf_ok(&t->text))
		return FICHE_ERR_NOMEM;
	table_link(t, hash, (uint32_t)t->count);
	*out = (uint32_t)t->count++;
	return 0;
}

/* Index of the word, which is added if it is new: then it is the last. */
static int table_find(struct table *t, const uint8_t *bytes, size_t len,
                      uint64_t hash, uint32_t *out)
{
	const size_t mask = t->slot_count - 1;

	for (size_t at = (size_t)hash & mask; t->slot && t->slot[at].word;
	     at = (at + 1) & mask) {
		const struct word *w;

		if (t->slot[at].tag != (uint32_t)(hash >> 32))
			continue;
		w = &t->word[t->slot[at].word - 1];
		if (w->len == len &&
		    memcmp(t->text.ptr + w->text_at, bytes, len) == 0) {
			*out = t->slot[at].word - 1;
			return 0;
		}
	}
	return table_add(t, bytes, len, hash, out);
}

/* Let the processor fetch what a look-up will need first. */
static void table_prefetch(const struct table *t, uint64_t hash)
{
	if (t->slot)
		__builtin_prefetch(&t->slot[hash & (t->slot_count - 1)]);
}

/* ---- the words of some records ---- */

/* One word of one record. */
struct found {
	uint32_t record;
	uint32_t
		next; /* 1 + index of the same word's in a later record, or 0 */
	uint8_t count, title;
};

/* The records of a word, as a chain. */
struct tally {
	uint32_t first, last; /* in `found` */
};

struct words_block {
	struct table table;
	struct tally *tally; /* of each word */
	size_t tally_cap;
	struct found *found;
	size_t found_count, found_cap;
	uint32_t *length; /* of each record */
	size_t records, length_cap;
};

struct words_block *words_block_new(void)
{
	return alloc_zeroed(1, sizeof(struct words_block));
}

void words_block_free(struct words_block *b)
{
	if (!b)
		return;
	table_done(&b->table);
	alloc_free(b->tally);
	alloc_free(b->found);
	alloc_free(b->length);
	alloc_free(b);
}

void words_block_clear(struct words_block *b)
{
	table_clear(&b->table);
	b->found_count = 0;
	b->records = 0;
}

/* The word was not in this record before. */
static int add_found(struct words_block *b, uint32_t word, bool is_new)
{
	const uint32_t at = (uint32_t)b->found_count;

	if (alloc_grow(&b->found, &b->found_cap, b->found_count + 1,
	               sizeof(*b->found)) < 0 ||
	    (is_new && alloc_grow(&b->tally, &b->tally_cap, b->table.count,
	                          sizeof(*b->tally)) < 0))
		return FICHE_ERR_NOMEM;
	b->found[b->found_count++] =
		(struct found){ .record = (uint32_t)b->records };
	if (is_new)
		b->tally[word].first = at;
	else
		b->found[b->tally[word].last].next = at + 1;
	b->tally[word].last = at;
	return 0;
}

static int count_word(struct words_block *b, const struct token *t, bool title)
{
	const size_t words = b->table.count;
	struct found *f;
	uint32_t word;
	bool is_new;

	if (table_find(&b->table, t->bytes, t->len, hash_of(t->bytes, t->len),
	               &word) < 0)
		return FICHE_ERR_NOMEM;
	is_new = b->table.count > words;
	if ((is_new || b->found[b->tally[word].last].record != b->records) &&
	    add_found(b, word, is_new) < 0)
		return FICHE_ERR_NOMEM;
	f = &b->found[b->tally[word].last];
	if (f->count < POSTINGS_COUNT_MAX)
		f->count++;
	f->title |= title;
	return 0;
}

static int count_text(struct words_block *b, struct fiche_text text, bool title,
                      uint32_t *length)
{
	struct tokenizer t;
	struct token token;

	tokenizer_init(&t, text.ptr, text.len);
	while (tokenizer_next(&t, &token)) {
		if (count_word(b, &token, title) < 0)
			return FICHE_ERR_NOMEM;
		++*length;
	}
	return 0;
}

int words_block_add(struct words_block *b, const struct fiche_article *a)
{
	uint32_t length = 0;
	int r;

	if (alloc_grow(&b->length, &b->length_cap, b->records + 1,
	               sizeof(*b->length)) < 0)
		return FICHE_ERR_NOMEM;
	r = count_text(b, a->title, true, &length);
	if (r == 0)
		r = count_text(b, a->text, false, &length);
	for (size_t i = 0; r == 0 && i < a->tag_count; i++)
		r = count_text(b, a->tags[i], false, &length);
	b->length[b->records++] = length;
	return r;
}

bool words_block_next(const struct words_block *b, struct words_block_walk *w)
{
	const struct found *f;

	if (w->next_found == 0) {
		if (w->next_word == b->table.count)
			return false;
		w->word =
			b->table.text.ptr + b->table.word[w->next_word].text_at;
		w->len = b->table.word[w->next_word].len;
		w->next_found = b->tally[w->next_word++].first + 1;
	}
	f = &b->found[w->next_found - 1];
	w->posting = (struct posting){ f->record, f->count, f->title };
	w->next_found = f->next;
	return true;
}

bool words_block_length(const struct words_block *b, size_t i, uint32_t *out)
{
	if (i >= b->records)
		return false;
	*out = b->length[i];
	return true;
}

/* ---- all of them ---- */

/* The postings of a word, as far as they are not in a run. */
struct chain {
	uint32_t first; /* offset of its first chunk, 0: none */
	uint32_t at;    /* where the next byte goes */
	uint32_t end;   /* of the last chunk */
	uint32_t count; /* postings */
	uint32_t next;  /* idx behind the last one */
	uint32_t len;   /* bytes */
};

struct words_builder {
	struct table table;
	struct chain *chain;
	size_t chain_cap;
	struct buf chunks;
	struct buf norms;
	uint64_t tokens;
};

struct words_builder *words_builder_new(void)
{
	return alloc_zeroed(1, sizeof(struct words_builder));
}

void words_builder_free(struct words_builder *b)
{
	if (!b)
		return;
	table_done(&b->table);
	alloc_free(b->chain);
	buf_done(&b->chunks);
	buf_done(&b->norms);
	alloc_free(b);
}

size_t words_builder_memory(const struct words_builder *b)
{
	return b->chunks.len + b->table.text.len +
	       b->table.count * (sizeof(struct word) + sizeof(struct chain) +
	                         2 * sizeof(uint32_t));
}

const struct buf *words_builder_norms(const struct words_builder *b)
{
	return &b->norms;
}

uint64_t words_builder_tokens(const struct words_builder *b)
{
	return b->tokens;
}

/* Make room for bytes behind those of the chain. */
static void add_chunk(struct words_builder *b, struct chain *c)
{
	uint32_t size = CHUNK_FIRST, at;

	while (size < CHUNK_MAX && size <= c->len)
		size *= 2;
	/* Offset 0 means none. */
	if (b->chunks.len == 0)
		buf_zeros(&b->chunks, CHUNK_LINK);
	at = (uint32_t)b->chunks.len;
	buf_zeros(&b->chunks, CHUNK_LINK + size);
	if (!buf_ok(&b->chunks))
		return;
	if (c->first == 0)
		c->first = at;
	else
		put_u32(b->chunks.ptr + c->end, at);
	c->at = at;
	c->end = at + size;
}

static void put_byte(struct words_builder *b, struct chain *c, uint8_t byte)
{
	if (c->at == c->end)
		add_chunk(b, c);
	if (!buf_ok(&b->chunks))
		return;
	b->chunks.ptr[c->at++] = byte;
	c->len++;
}

static void add_posting(struct words_builder *b, struct chain *c, uint32_t idx,
                        const struct found *f)
{
	uint32_t gap = idx - c->next;

	for (; gap > 127; gap >>= 7)
		put_byte(b, c, (uint8_t)(gap | 128));
	put_byte(b, c, (uint8_t)gap);
	put_byte(b, c, (uint8_t)(f->count << 1 | f->title));
	c->next = idx + 1;
	c->count++;
}

/* All postings of a word of the block, whose first record is `first`. */
static int add_word(struct words_builder *b, const struct words_block *k,
                    size_t word, uint32_t first)
{
	const struct word *w = &k->table.word[word];
	const size_t words = b->table.count;
	struct chain *c;
	uint32_t to;

	if (table_find(&b->table, k->table.text.ptr + w->text_at, w->len,
	               w->hash, &to) < 0 ||
	    alloc_grow(&b->chain, &b->chain_cap, b->table.count,
	               sizeof(*b->chain)) < 0)
		return FICHE_ERR_NOMEM;
	c = &b->chain[to];
	if (b->table.count > words)
		*c = (struct chain){ 0 };
	for (uint32_t i = k->tally[word].first + 1; i > 0;
	     i = k->found[i - 1].next)
		add_posting(b, c, first + k->found[i - 1].record,
		            &k->found[i - 1]);
	return buf_ok(&b->chunks) ? 0 : FICHE_ERR_NOMEM;
}

int words_builder_add(struct words_builder *b, const struct words_block *k)
{
	const uint32_t first = (uint32_t)b->norms.len;
	int r = 0;

	for (size_t i = 0; r == 0 && i < k->table.count; i++) {
		if (i + PREFETCH < k->table.count)
			table_prefetch(&b->table,
			               k->table.word[i + PREFETCH].hash);
		r = add_word(b, k, i, first);
	}
	for (size_t i = 0; i < k->records; i++) {
		buf_u8(&b->norms, norm_of_length(k->length[i]));
		b->tokens += k->length[i];
	}
	return r == 0 && buf_ok(&b->norms) ? 0 : FICHE_ERR_NOMEM;
}

/* ---- runs ---- */

struct sorted {
	uint64_t prefix; /* the first 8 bytes, as they compare */
	const uint8_t *text;
	uint32_t word;
	uint32_t len;
};

static int by_text(const void *x, const void *y)
{
	const struct sorted *a = x, *b = y;
	int r;

	if (a->prefix != b->prefix)
		return a->prefix < b->prefix ? -1 : 1;
	r = memcmp(a->text, b->text, a->len < b->len ? a->len : b->len);
	return r ? r : (a->len > b->len) - (a->len < b->len);
}

static struct sorted *sort_words(const struct words_builder *b)
{
	struct sorted *s = alloc_resize(NULL, b->table.count, sizeof(*s));

	for (size_t i = 0; s && i < b->table.count; i++) {
		const struct word *w = &b->table.word[i];

		s[i] = (struct sorted){ .text = b->table.text.ptr + w->text_at,
			                .word = (uint32_t)i,
			                .len = w->len };
		for (size_t k = 0; k < 8; k++)
			s[i].prefix = s[i].prefix << 8 |
			              (k < w->len ? s[i].text[k] : 0);
	}
	if (s && b->table.count > 1)
		qsort(s, b->table.count, sizeof(*s), by_text);
	return s;
}

static void put_chain(struct buf *out, const struct words_builder *b,
                      const struct chain *c)
{
	uint32_t left = c->len, size = CHUNK_FIRST, done = 0;
	uint32_t at = c->first;

	while (left > 0) {
		uint32_t n;

		for (size = CHUNK_FIRST; size < CHUNK_MAX && size <= done;)
			size *= 2;
		n = left < size ? left : size;
		buf_put(out, b->chunks.ptr + at, n);
		left -= n;
		done += n;
		if (left > 0)
			at = get_u32(b->chunks.ptr + at + size);
	}
}

static int flush(struct buf *pending, struct segment_out *out, uint64_t *len,
                 struct fiche_error *err)
{
	int r = buf_ok(pending) ? 0 : err_nomem(err);

	if (r == 0 && pending->len > 0)
		r = out->write(out, pending->ptr, pending->len, err);
	*len += pending->len;
	buf_clear(pending);
	return r;
}

int words_builder_run(struct words_builder *b, struct segment_out *out,
                      uint64_t *len, struct fiche_error *err)
{
	struct sorted *s = sort_words(b);
	struct buf pending = { 0 };
	int r = s ? 0 : err_nomem(err);

	*len = 0;
	for (size_t i = 0; r == 0 && i < b->table.count; i++) {
		const struct chain *c = &b->chain[s[i].word];

		buf_varint(&pending, s[i].len);
		buf_put(&pending, s[i].text, s[i].len);
		buf_varint(&pending, c->count);
		buf_varint(&pending, c->len);
		put_chain(&pending, b, c);
		if (pending.len >= RUN_FLUSH)
			r = flush(&pending, out, len, err);
	}
	if (r == 0)
		r = flush(&pending, out, len, err);
	buf_done(&pending);
	alloc_free(s);
	table_clear(&b->table);
	buf_clear(&b->chunks);
	return r;
}
