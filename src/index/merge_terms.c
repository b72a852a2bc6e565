/* SPDX-License-Identifier: Apache-2.0 */
/* merge_terms.c - one dictionary of names from several (TERM and POST). */

#include "index/merge.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "format/doclist.h"

static int next_term(struct merge *m, struct part *p)
{
	int r = term_walk_next(&p->walk, m->err);

	if (r < 0)
		return r;
	if (r == FICHE_END) {
		if (p->term_count != p->fences.fences.term_count)
			return merge_corrupt(
				m, p, "index has a wrong count of terms");
		return r;
	}
	p->term_count++;
	p->key = p->walk.page.key;
	p->key_len = p->walk.page.key_len;
	return 0;
}

/* Append the records of a part's term. */
static int add_list(struct merge *m, struct part *p, struct doclist_writer *w)
{
	struct segment_part list = term_walk_list(&p->walk);
	uint64_t start, len, count = 0;
	struct doclist docs;
	int r;

	m->list.len = 0;
	r = segment_list(p->s, p->in, &list, &m->list, m->err);
	if (r < 0)
		return r;
	doclist_init(&docs, m->list.ptr, m->list.len, p->s->count);
	while (doclist_next(&docs, &start, &len)) {
		doclist_add_run(w, &m->post, p->shift + start, len);
		count += len;
	}
	if (docs.bad || count != p->walk.page.docs)
		return merge_corrupt(m, p,
		                     "index has a malformed list of records");
	return 0;
}

static int add_ordinal(struct merge *m, struct part *p, uint8_t field,
                       uint64_t ordinal)
{
	struct ordinals *map = &p->map[MAP_SOURCE];

	if (field == TERM_LANGUAGE)
		map = &p->map[MAP_LANGUAGE];
	else if (field != TERM_SOURCE)
		return 0;
	/* No more terms of a field than records, in each part. */
	if (map->count >= p->s->count)
		return merge_corrupt(m, p, "index has more names than records");
	if (alloc_grow(&map->to, &map->cap, map->count + 1, sizeof(*map->to)) <
	    0)
		return err_nomem(m->err);
	map->to[map->count++] = (uint32_t)ordinal;
	return 0;
}

/* All parts whose head is the least key. */
static int merge_term(struct merge *m, struct terms_writer *w,
                      const uint8_t *key, size_t len, uint64_t ordinal)
{
	struct doclist_writer docs = { 0 };
	const size_t at = m->post.len;
	struct part *p;

	while ((p = heap_least(m)) != NULL &&
	       term_compare(p->key, p->key_len, key, len) == 0) {
		int r = add_list(m, p, &docs);

		if (r == 0)
			r = add_ordinal(m, p, key[0], ordinal);
		if (r == 0)
			r = heap_advance(m, next_term);
		if (r < 0)
			return r;
	}
	doclist_finish(&docs, &m->post);
	terms_add(w, key, len, docs.count, m->post.len - at);
	return 0;
}

int merge_terms(struct merge *m)
{
	struct terms_writer w = { 0 };
	uint64_t ordinal = 0;
	uint8_t field = 0;
	struct part *p;
	int r = 0;

	for (size_t i = 0; i < m->part_count && r == 0; i++) {
		p = &m->part[i];
		r = segment_fences_load(&p->fences, p->s, p->in, m->err);
		term_walk_init(&p->walk, p->s, p->in, &p->fences, 0,
		               p->fences.fences.count);
	}
	if (r == 0)
		r = heap_fill(m, next_term);
	while (r == 0 && (p = heap_least(m)) != NULL) {
		uint8_t key[TERM_KEY_MAX];
		const size_t len = p->key_len;

		memcpy(key, p->key, len);
		if (key[0] != field)
			ordinal = 0;
		field = key[0];
		r = merge_term(m, &w, key, len, ++ordinal);
	}
	if (r == 0 && (!terms_finish(&w, &m->term) || !buf_ok(&m->post)))
		r = err_nomem(m->err);
	terms_writer_done(&w);
	return r;
}
