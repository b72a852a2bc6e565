/* SPDX-License-Identifier: Apache-2.0 */
/* segment_terms.c - look-ups in TERM and POST of one segment (spec 3.5). */

#include "index/segment_terms.h"

#include <string.h>

#include "base/err.h"

static int corrupt(const struct segment *s, struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_CORRUPT, s->offset,
	               "index has a malformed page of terms");
}

int segment_fences_load(struct segment_fences *out, const struct segment *s,
                        struct segment_in *in, struct fiche_error *err)
{
	struct segment_fences f = { 0 };
	uint8_t head[TERMS_HEAD];
	uint64_t len;
	int r;

	r = in->read(in, s->term.at, head, sizeof(head), err);
	if (r < 0)
		return r;
	len = TERMS_HEAD + (uint64_t)terms_fences_len(head);
	if (len > s->term.len)
		return err_set(err, FICHE_ERR_CORRUPT, s->offset,
		               "term fences are cut short");
	if (!buf_reserve(&f.raw, (size_t)len))
		return err_nomem(err);
	r = in->read(in, s->term.at, f.raw.ptr, (size_t)len, err);
	if (r == 0) {
		f.raw.len = (size_t)len;
		r = terms_fences_decode(&f.fences, f.raw.ptr, f.raw.len,
		                        s->term.len, s->post.len, s->offset,
		                        err);
	}
	if (r < 0) {
		buf_done(&f.raw);
		return r;
	}
	*out = f;
	return 0;
}

void segment_fences_done(struct segment_fences *f)
{
	terms_fences_done(&f->fences);
	buf_done(&f->raw);
}

void term_walk_init(struct term_walk *w, const struct segment *s,
                    struct segment_in *in, const struct segment_fences *f,
                    uint32_t from, uint32_t end)
{
	memset(w, 0, sizeof(*w));
	w->segment = s;
	w->in = in;
	w->fences = &f->fences;
	w->next = from;
	w->end = end;
	/* A loaded page that is at its end. */
	terms_page_init(&w->page, &(struct terms_fence){ 0 }, NULL);
}

void term_walk_done(struct term_walk *w)
{
	buf_done(&w->bytes);
}

static int load_page(struct term_walk *w, struct fiche_error *err)
{
	const struct terms_fence *f = &w->fences->fence[w->next];
	int r;

	/* The page before must end below the fence. */
	if (w->page.started && term_compare(w->page.key, w->page.key_len,
	                                    f->first.ptr, f->first.len) >= 0)
		return corrupt(w->segment, err);
	w->bytes.len = 0;
	if (!buf_reserve(&w->bytes, f->page_len))
		return err_nomem(err);
	r = w->in->read(w->in, w->segment->term.at + f->page_at, w->bytes.ptr,
	                f->page_len, err);
	if (r < 0)
		return r;
	w->bytes.len = f->page_len;
	w->next++;
	terms_page_init(&w->page, f, w->bytes.ptr);
	/* No page is empty, and each begins with the key of its fence. */
	if (!terms_page_next(&w->page) ||
	    term_compare(w->page.key, w->page.key_len, f->first.ptr,
	                 f->first.len) != 0)
		return corrupt(w->segment, err);
	return 0;
}

int term_walk_next(struct term_walk *w, struct fiche_error *err)
{
	int r;

	if (!terms_page_next(&w->page)) {
		if (w->page.bad)
			return corrupt(w->segment, err);
		if (w->next >= w->end)
			return FICHE_END;
		r = load_page(w, err);
		if (r < 0)
			return r;
	}
	if (w->page.docs > w->segment->count || w->page.list_len == 0)
		return corrupt(w->segment, err);
	return 0;
}

struct segment_part term_walk_list(const struct term_walk *w)
{
	struct segment_part list = {
		.at = w->segment->post.at + w->page.list_at,
		.len = w->page.list_len,
	};

	return list;
}

int segment_find_term(const struct segment *s, struct segment_in *in,
                      const struct segment_fences *f, const void *key,
                      size_t len, uint64_t *docs, struct segment_part *list,
                      struct fiche_error *err)
{
	struct term_walk w;
	uint32_t page;
	int r;

	if (len > TERM_KEY_MAX)
		len = TERM_KEY_MAX;
	page = terms_fences_find(&f->fences, key, len);
	if (page == f->fences.count)
		return FICHE_END;
	term_walk_init(&w, s, in, f, page, page + 1);
	while ((r = term_walk_next(&w, err)) == 0) {
		int order = term_compare(w.page.key, w.page.key_len, key, len);

		if (order < 0)
			continue;
		r = order == 0 ? 0 : FICHE_END;
		break;
	}
	if (r == 0) {
		*docs = w.page.docs;
		*list = term_walk_list(&w);
	}
	term_walk_done(&w);
	return r;
}

int segment_each_term(const struct segment *s, struct segment_in *in,
                      const struct segment_fences *f, char field,
                      int (*each)(void *ctx, const uint8_t *key, size_t len,
                                  uint64_t ordinal, uint64_t docs,
                                  const struct segment_part *list,
                                  struct fiche_error *err),
                      void *ctx, struct fiche_error *err)
{
	uint8_t now = 0, want = (uint8_t)field;
	uint64_t ordinal = 0;
	struct term_walk w;
	uint32_t page = 0;
	int r;

	if (field)
		page = terms_fences_find(&f->fences, &field, 1);
	/* Nothing is below the field: it may begin with the first page. */
	if (page == f->fences.count)
		page = 0;
	term_walk_init(&w, s, in, f, page, f->fences.count);
	while ((r = term_walk_next(&w, err)) == 0) {
		struct segment_part list = term_walk_list(&w);

		if (field && w.page.key[0] < want)
			continue;
		if (field && w.page.key[0] > want) {
			r = FICHE_END;
			break;
		}
		if (w.page.key[0] != now)
			ordinal = 0;
		now = w.page.key[0];
		r = each(ctx, w.page.key, w.page.key_len, ++ordinal,
		         w.page.docs, &list, err);
		if (r != 0) {
			term_walk_done(&w);
			return r;
		}
	}
	term_walk_done(&w);
	return r == FICHE_END ? 0 : r;
}

int segment_list(const struct segment *s, struct segment_in *in,
                 const struct segment_part *list, struct buf *out,
                 struct fiche_error *err)
{
	int r;

	if (list->at < s->post.at || list->at - s->post.at > s->post.len ||
	    list->len > s->post.len - (list->at - s->post.at))
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "list outside of the index");
	if (!buf_reserve(out, (size_t)list->len))
		return err_nomem(err);
	if (list->len == 0)
		return 0;
	r = in->read(in, list->at, out->ptr + out->len, (size_t)list->len, err);
	if (r == 0)
		out->len += (size_t)list->len;
	return r;
}
