/* SPDX-License-Identifier: Apache-2.0 */
/* words.c - see words.h. */

#include "index/words.h"

#include <string.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "base/err.h"
#include "index/token.h"

static int corrupt(const struct segment *s, struct fiche_error *err,
                   const char *text)
{
	return err_set(err, FICHE_ERR_CORRUPT, s->offset, "%s", text);
}

bool words_present(const struct segment *s)
{
	return s->tokenizer == TOKENIZER_VERSION && s->word.at != 0;
}

static int load_fences(struct words *w, struct segment_in *in,
                       struct fiche_error *err)
{
	const struct segment *s = w->segment;
	uint8_t head[WORDS_HEAD + TERMS_HEAD];
	uint64_t at = s->word.at + WORDS_HEAD, len;
	int r;

	r = in->read(in, s->word.at, head, sizeof(head), err);
	if (r < 0)
		return r;
	w->tokens = get_u64(head);
	len = TERMS_HEAD + (uint64_t)terms_fences_len(head + WORDS_HEAD);
	if (len > s->word.len - WORDS_HEAD)
		return corrupt(s, err, "word fences are cut short");
	if (!buf_reserve(&w->raw, (size_t)len))
		return err_nomem(err);
	r = in->read(in, at, w->raw.ptr, (size_t)len, err);
	if (r < 0)
		return r;
	w->raw.len = (size_t)len;
	r = terms_fences_decode(&w->fences, w->raw.ptr, w->raw.len,
	                        s->word.len - WORDS_HEAD, s->wpst.len,
	                        s->offset, err);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < w->fences.count; i++) {
		if (w->fences.fence[i].first.len > WORD_MAX)
			return corrupt(s, err, "index has too long a word");
	}
	w->count = w->fences.term_count;
	return 0;
}

int words_open(struct words *out, const struct segment *s,
               struct segment_in *in, struct fiche_error *err)
{
	struct words w = { .segment = s };
	uint64_t average;
	int r;

	r = load_fences(&w, in, err);
	if (r == 0 && !buf_reserve(&w.norms, (size_t)s->count))
		r = err_nomem(err);
	if (r == 0)
		r = in->read(in, s->wlen.at, w.norms.ptr, (size_t)s->count,
		             err);
	/* No record has 2^32 words or more. */
	average = w.tokens / s->count;
	if (r == 0 && average > UINT32_MAX)
		r = corrupt(s, err, "index has a wrong count of words");
	if (r < 0) {
		words_done(&w);
		return r;
	}
	w.norms.len = (size_t)s->count;
	w.average = average > 0 ? (uint32_t)average : 1;
	*out = w;
	return 0;
}

void words_done(struct words *w)
{
	terms_fences_done(&w->fences);
	buf_done(&w->raw);
	buf_done(&w->norms);
}

/* ---- walking ---- */

void word_walk_init(struct word_walk *w, const struct words *words,
                    struct segment_in *in)
{
	memset(w, 0, sizeof(*w));
	w->words = words;
	w->in = in;
}

void word_walk_done(struct word_walk *w)
{
	buf_done(&w->stored);
	word_page_done(&w->page);
}

static int malformed(const struct word_walk *w, struct fiche_error *err)
{
	return corrupt(w->words->segment, err,
	               "index has a malformed page of words");
}

/* Load page w->next; the first word of it is that of its fence. */
static int load_page(struct word_walk *w, struct fiche_error *err)
{
	const struct segment *s = w->words->segment;
	const struct terms_fence *f = &w->words->fences.fence[w->next];
	struct bytes stored;
	int r;

	/* May have failed before, in an earlier search. */
	buf_clear(&w->stored);
	if (!buf_reserve(&w->stored, f->page_len))
		return err_nomem(err);
	r = w->in->read(w->in, s->word.at + WORDS_HEAD + f->page_at,
	                w->stored.ptr, f->page_len, err);
	if (r < 0)
		return r;
	stored.ptr = w->stored.ptr;
	stored.len = f->page_len;
	r = word_page_load(&w->page, stored, s->count);
	if (r == FICHE_ERR_NOMEM)
		return err_nomem(err);
	if (r < 0 || !word_page_next(&w->page) ||
	    term_compare(w->page.word, w->page.len, f->first.ptr,
	                 f->first.len) != 0)
		return malformed(w, err);
	w->next++;
	return 0;
}

/* The next word of any page: 0, FICHE_END or a failure. */
static int advance(struct word_walk *w, struct fiche_error *err)
{
	const struct terms_fence *f = w->words->fences.fence + w->next;

	if (w->loaded && word_page_next(&w->page))
		return 0;
	if (w->loaded && w->page.bad)
		return malformed(w, err);
	/* All long lists of the page are accounted for. */
	if (w->loaded && w->page.long_at != f[-1].lists_len)
		return malformed(w, err);
	if (w->next >= w->words->fences.count) {
		w->loaded = false;
		return FICHE_END;
	}
	/* The last word of a page is below the next fence. */
	if (w->loaded && term_compare(w->page.word, w->page.len, f->first.ptr,
	                              f->first.len) >= 0)
		return malformed(w, err);
	w->loaded = true;
	return load_page(w, err);
}

int word_walk_next(struct word_walk *w, struct fiche_error *err)
{
	const struct terms_fence *f;
	int r;

	if (w->at_word) {
		w->at_word = false;
		return 0;
	}
	r = advance(w, err);
	if (r != 0)
		return r;
	f = &w->words->fences.fence[w->next - 1];
	if (w->page.long_at > f->lists_len ||
	    w->page.long_len > f->lists_len - w->page.long_at)
		return malformed(w, err);
	return 0;
}

int word_walk_seek(struct word_walk *w, const void *key, size_t len,
                   struct fiche_error *err)
{
	uint32_t page = terms_fences_find(&w->words->fences, key, len);
	int r;

	/* Below the first fence: everything is above the key. */
	w->next = page == w->words->fences.count ? 0 : page;
	w->loaded = w->at_word = false;
	while ((r = word_walk_next(w, err)) == 0) {
		if (term_compare(w->page.word, w->page.len, key, len) >= 0) {
			w->at_word = true;
			return 0;
		}
	}
	return r == FICHE_END ? 0 : r;
}

int word_walk_find(struct word_walk *w, const void *key, size_t len,
                   struct fiche_error *err)
{
	int r = word_walk_seek(w, key, len, err);

	if (r < 0)
		return r;
	if (!w->at_word ||
	    term_compare(w->page.word, w->page.len, key, len) != 0)
		return FICHE_END;
	w->at_word = false;
	return 0;
}

struct segment_part word_walk_long(const struct word_walk *w)
{
	struct segment_part list = {
		.at = w->words->segment->wpst.at +
		      w->words->fences.fence[w->next - 1].lists_at +
		      w->page.long_at,
		.len = w->page.long_len,
	};

	return list;
}

static int malformed_list(const struct word_walk *w, struct fiche_error *err)
{
	return corrupt(w->words->segment, err,
	               "index has a malformed list of a word");
}

static int add_long(struct word_walk *w, struct posting *out, struct buf *list,
                    struct fiche_error *err)
{
	const uint64_t count = w->page.count;
	const struct segment_part part = word_walk_long(w);
	struct postings_block *table;
	struct bytes bytes;
	uint32_t blocks = postings_block_count(count);
	int r;

	/* A posting takes two bits at least. */
	if (count / 4 > part.len)
		return malformed_list(w, err);
	buf_clear(list);
	table = alloc_resize(NULL, blocks, sizeof(*table));
	if (!table || !buf_reserve(list, (size_t)part.len)) {
		alloc_free(table);
		return err_nomem(err);
	}
	r = w->in->read(w->in, part.at, list->ptr, (size_t)part.len, err);
	bytes.ptr = list->ptr;
	bytes.len = (size_t)part.len;
	if (r == 0 &&
	    !postings_table(table, count, bytes, w->words->segment->count))
		r = malformed_list(w, err);
	for (uint32_t i = 0; r == 0 && i < blocks; i++) {
		if (!postings_get_block(out + (size_t)i * POSTINGS_BLOCK, table,
		                        i, count, bytes, true))
			r = malformed_list(w, err);
	}
	alloc_free(table);
	return r;
}

int word_walk_postings(struct word_walk *w, uint32_t shift,
                       struct posting_buf *out, struct buf *list,
                       struct fiche_error *err)
{
	const size_t count = (size_t)w->page.count;
	struct posting *p;
	int r = 0;

	/* Whole blocks are decoded: room for the last one. */
	if (alloc_grow(&out->p, &out->cap, out->count + count + POSTINGS_BLOCK,
	               sizeof(*out->p)) < 0)
		return err_nomem(err);
	p = out->p + out->count;
	if (w->page.long_len > 0)
		r = add_long(w, p, list, err);
	else if (!word_page_list(&w->page, p))
		r = malformed_list(w, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		p[i].idx += shift;
	out->count += count;
	return 0;
}
