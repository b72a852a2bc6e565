/* SPDX-License-Identifier: Apache-2.0 */
/* terms.c - term pages and their fences (spec 3.5, TERM). */

#include "format/terms.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

int term_compare(const void *a, size_t a_len, const void *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int r = n ? memcmp(a, b, n) : 0;

	return r ? r : (a_len > b_len) - (a_len < b_len);
}

static void close_page(struct terms_writer *w)
{
	if (w->page.len == 0)
		return;
	buf_varint(&w->fences, w->page.len);
	buf_varint(&w->fences, w->page_lists);
	buf_varint(&w->fences, w->first.len);
	buf_put(&w->fences, w->first.ptr, w->first.len);
	buf_put(&w->pages, w->page.ptr, w->page.len);
	w->page_count++;
	w->page_lists = 0;
	w->page.len = 0;
}

void terms_add(struct terms_writer *w, const void *key, size_t len,
               uint64_t docs, uint64_t list_len)
{
	const uint8_t *k = key;
	size_t shared = 0;

	if (w->page.len >= TERM_PAGE_TARGET)
		close_page(w);
	if (w->page.len == 0) {
		w->first.len = 0;
		buf_put(&w->first, key, len);
	} else {
		while (shared < len && shared < w->last.len &&
		       k[shared] == w->last.ptr[shared])
			shared++;
	}
	buf_varint(&w->page, shared);
	buf_varint(&w->page, len - shared);
	buf_put(&w->page, k + shared, len - shared);
	buf_varint(&w->page, docs);
	buf_varint(&w->page, list_len);
	w->page_lists += list_len;
	w->term_count++;
	w->last.len = 0;
	buf_put(&w->last, key, len);
}

bool terms_finish(struct terms_writer *w, struct buf *out)
{
	close_page(w);
	if (w->fences.len > UINT32_MAX || !buf_ok(&w->page) ||
	    !buf_ok(&w->fences) || !buf_ok(&w->pages) || !buf_ok(&w->first) ||
	    !buf_ok(&w->last))
		return false;
	buf_u32(out, w->page_count);
	buf_u32(out, (uint32_t)w->fences.len);
	buf_u64(out, w->term_count);
	buf_put(out, w->fences.ptr, w->fences.len);
	buf_put(out, w->pages.ptr, w->pages.len);
	return buf_ok(out);
}

void terms_writer_done(struct terms_writer *w)
{
	buf_done(&w->fences);
	buf_done(&w->pages);
	buf_done(&w->page);
	buf_done(&w->first);
	buf_done(&w->last);
}

uint32_t terms_fences_len(const uint8_t head[TERMS_HEAD])
{
	return get_u32(head + 4);
}

int terms_fences_decode(struct terms_fences *out, const uint8_t *raw,
                        size_t len, uint64_t terms_len, uint64_t post_len,
                        uint64_t at, struct fiche_error *err)
{
	struct terms_fences f = { 0 };
	struct cursor c;
	uint64_t page_at, lists_at = 0;
	uint32_t fences_len;

	cursor_init(&c, raw, len);
	f.count = cursor_u32(&c);
	fences_len = cursor_u32(&c);
	f.term_count = cursor_u64(&c);
	/* A fence takes at least four bytes. */
	if (!cursor_ok(&c) || c.left != fences_len || f.count > fences_len / 4)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "term fences do not fit their length");
	f.fence = alloc_zeroed(f.count, sizeof(*f.fence));
	if (!f.fence)
		return err_nomem(err);
	page_at = TERMS_HEAD + (uint64_t)fences_len;
	for (uint32_t i = 0; i < f.count; i++) {
		struct terms_fence *t = &f.fence[i];
		uint64_t page_len = cursor_varint(&c);

		t->lists_len = cursor_varint(&c);
		t->first = cursor_take(&c, (size_t)cursor_varint(&c));
		if (!cursor_ok(&c) || page_len == 0 || page_len > 65536 ||
		    t->first.len == 0 || t->first.len > TERM_KEY_MAX ||
		    page_len > terms_len - page_at ||
		    t->lists_len > post_len - lists_at ||
		    (i > 0 && term_compare(f.fence[i - 1].first.ptr,
		                           f.fence[i - 1].first.len,
		                           t->first.ptr, t->first.len) >= 0))
			goto bad;
		t->page_at = page_at;
		t->page_len = (uint32_t)page_len;
		t->lists_at = lists_at;
		page_at += page_len;
		lists_at += t->lists_len;
	}
	if (!cursor_done(&c) || page_at != terms_len || lists_at != post_len)
		goto bad;
	*out = f;
	return 0;
bad:
	alloc_free(f.fence);
	return err_set(err, FICHE_ERR_CORRUPT, at, "term fences are malformed");
}

void terms_fences_done(struct terms_fences *f)
{
	alloc_free(f->fence);
	memset(f, 0, sizeof(*f));
}

uint32_t terms_fences_find(const struct terms_fences *f, const void *key,
                           size_t len)
{
	uint32_t lo = 0, hi = f->count;

	/* The last page whose first key is not above `key`. */
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (term_compare(f->fence[mid].first.ptr,
		                 f->fence[mid].first.len, key, len) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo > 0 ? lo - 1 : f->count;
}

void terms_page_init(struct terms_page *p, const struct terms_fence *f,
                     const uint8_t *bytes)
{
	cursor_init(&p->c, bytes, f->page_len);
	p->key_len = 0;
	p->docs = 0;
	p->list_at = f->lists_at;
	p->list_len = 0;
	p->lists_end = f->lists_at + f->lists_len;
	p->started = false;
	p->bad = false;
}

bool terms_page_next(struct terms_page *p)
{
	uint8_t before[TERM_KEY_MAX];
	size_t before_len = p->key_len;
	uint64_t shared, rest;
	struct bytes tail;

	if (p->bad)
		return false;
	if (p->c.left == 0) {
		p->bad = p->list_at + p->list_len != p->lists_end;
		return false;
	}
	p->list_at += p->list_len;
	shared = cursor_varint(&p->c);
	rest = cursor_varint(&p->c);
	if (!cursor_ok(&p->c) || shared > p->key_len ||
	    (!p->started && shared != 0) || rest > TERM_KEY_MAX - shared) {
		p->bad = true;
		return false;
	}
	tail = cursor_take(&p->c, (size_t)rest);
	p->docs = cursor_varint(&p->c);
	p->list_len = cursor_varint(&p->c);
	if (!cursor_ok(&p->c) || shared + rest == 0 || p->docs == 0 ||
	    p->list_len > p->lists_end - p->list_at) {
		p->bad = true;
		return false;
	}
	memcpy(before, p->key, before_len);
	if (rest)
		memcpy(p->key + shared, tail.ptr, (size_t)rest);
	p->key_len = (size_t)(shared + rest);
	if (p->started &&
	    term_compare(before, before_len, p->key, p->key_len) >= 0) {
		p->bad = true;
		return false;
	}
	p->started = true;
	return true;
}
