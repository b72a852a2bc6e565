/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_tree.c - the iterators of a query in one part.
 *
 * They find all that the index can tell.  What only a text can tell is let
 * through: a phrase is all its words, and a phrase that must not be there
 * excludes nothing.
 */

#include "archive/search.h"
#include "base/alloc.h"
#include "base/err.h"

struct grower {
	struct search_tree *tree;
	const struct fiche_hits *hits;
	const struct search_part *part;
	struct fiche_error *err;
};

static int grow(struct grower *g, const struct query_node *n, bool title,
                struct match **out);

bool search_needs_text(const struct query_node *n)
{
	bool needs = n->kind == QUERY_PHRASE || n->kind == QUERY_NEAR;

	for (size_t i = 0; !needs && i < n->child_count; i++)
		needs = search_needs_text(n->child[i]);
	return needs;
}

static struct match *new_match(struct grower *g, enum match_kind kind,
                               size_t children)
{
	struct match *m = arena_take(&g->tree->arena, sizeof(*m));
	struct match **child = arena_take(&g->tree->arena,
	                                  2 * (children + 1) * sizeof(*child));

	if (!m || !child)
		return NULL;
	*m = (struct match){ .kind = kind };
	m->child = child;
	m->plan = child + children + 1;
	return m;
}

/* Records that have a bit; all where there are no bits. */
static int grow_set(struct grower *g, const uint64_t *bits, struct match **out)
{
	struct match *m = new_match(g, MATCH_SET, 0);

	if (!m)
		return err_nomem(g->err);
	m->bits = bits;
	m->base = g->part->segment->where.first_record;
	m->end = (uint32_t)g->part->segment->where.record_count;
	*out = m;
	return 0;
}

static int grow_list(struct grower *g, const struct query_node *n, bool title,
                     struct match **out)
{
	const struct fiche_hits *h = g->hits;
	const size_t i = search_group_of(h, n);
	const struct group_list *l = &g->part->list[i];
	const struct postings_of of = words_postings(g->part->words);
	struct search_tree *t = g->tree;
	struct match *m;
	int r;

	*out = NULL;
	if (l->count == 0)
		return 0;
	m = new_match(g, MATCH_LIST, 0);
	if (!m || alloc_grow(&t->lists, &t->list_cap, t->list_count + 1,
	                     sizeof(struct match *)) < 0)
		return err_nomem(g->err);
	m->title = title;
	m->weight = h->group[i].weight;
	m->weights = &g->part->weights;
	if (l->coded.len > 0)
		r = list_cursor_coded(
			&m->list, (struct bytes){ l->coded.ptr, l->coded.len },
			l->count, of.records);
	else
		r = list_cursor_plain(&m->list, l->plain, l->count, &of);
	if (r == FICHE_ERR_CORRUPT)
		return err_set(g->err, r, g->part->segment->where.offset,
		               "index has a malformed list of a word");
	if (r < 0)
		return err_nomem(g->err);
	t->lists[t->list_count++] = m;
	*out = m;
	return 0;
}

/*
 * All of the children.  Those under NOT come last; one that needs a text is
 * not asked.  Nothing but those: all records, less them.
 */
static int grow_and(struct grower *g, const struct query_node *n, bool title,
                    struct match **out)
{
	struct match *m = new_match(g, MATCH_AND, n->child_count + 1), *c;
	int r;

	*out = NULL;
	if (!m)
		return err_nomem(g->err);
	for (size_t i = 0; i < n->child_count; i++) {
		if (n->child[i]->kind == QUERY_NOT)
			continue;
		r = grow(g, n->child[i], title, &c);
		if (r < 0)
			return r;
		if (!c)
			return 0;
		m->child[m->child_count++] = c;
	}
	if (m->child_count == 0) {
		r = grow_set(g, NULL, &m->child[m->child_count++]);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < n->child_count; i++) {
		const struct query_node *not = n->child[i];

		if (not ->kind != QUERY_NOT || search_needs_text(not ))
			continue;
		r = grow(g, not ->child[0], title, &c);
		if (r < 0)
			return r;
		if (!c)
			continue;
		m->child[m->child_count++] = c;
		m->excluded++;
	}
	*out = m;
	return 0;
}

static int grow_or(struct grower *g, const struct query_node *n, bool title,
                   struct match **out)
{
	struct match *m = new_match(g, MATCH_OR, n->child_count), *c;

	if (!m)
		return err_nomem(g->err);
	for (size_t i = 0; i < n->child_count; i++) {
		int r = grow(g, n->child[i], title, &c);

		if (r < 0)
			return r;
		if (c)
			m->child[m->child_count++] = c;
	}
	*out = m->child_count > 0 ? m : NULL;
	return 0;
}

/* NULL in *out: nothing matches here. */
static int grow(struct grower *g, const struct query_node *n, bool title,
                struct match **out)
{
	const struct search_archive *a = &g->hits->archive[g->part->reader];
	struct query_node *self[] = { NULL };
	struct query_node alone = { .kind = QUERY_AND, .child = self };

	title |= n->title;
	switch (n->kind) {
	case QUERY_WORD:
	case QUERY_PREFIX:
	case QUERY_SINGLE:
		return grow_list(g, n, title, out);
	case QUERY_PHRASE:
	case QUERY_NEAR:
	case QUERY_AND:
		return grow_and(g, n, title, out);
	case QUERY_OR:
		return grow_or(g, n, title, out);
	case QUERY_FIELD:
		return grow_set(g, a->field[search_field_of(g->hits, n)].word,
		                out);
	case QUERY_NOT:
		break;
	}
	/* NOT alone: everything else. */
	{
		struct query_node copy = *n;

		self[0] = &copy;
		alone.child_count = 1;
		return grow_and(g, &alone, title, out);
	}
}

/* The filter of the archive is one more thing that must hold. */
static int add_filter(struct grower *g, const struct set *filter,
                      struct match **root)
{
	struct match *m;
	int r;

	if (!filter->word || !*root)
		return 0;
	m = new_match(g, MATCH_AND, 2);
	if (!m)
		return err_nomem(g->err);
	m->child[m->child_count++] = *root;
	r = grow_set(g, filter->word, &m->child[m->child_count++]);
	*root = m;
	return r;
}

int search_tree(struct search_tree *out, const struct fiche_hits *h,
                const struct search_part *p, struct fiche_error *err)
{
	struct grower g = { out, h, p, err };
	const struct query_node *root = h->query->root;
	int r;

	*out = (struct search_tree){ 0 };
	/* Nothing was asked: only the filters count. */
	r = root ? grow(&g, root, false, &out->root)
	         : grow_set(&g, NULL, &out->root);
	if (r == 0)
		r = add_filter(&g, &h->archive[p->reader].filter, &out->root);
	if (r == 0 && out->root)
		match_prepare(out->root);
	return r;
}

void search_tree_done(struct search_tree *t)
{
	for (size_t i = 0; i < t->list_count; i++)
		list_cursor_done(&t->lists[i]->list);
	alloc_free(t->lists);
	arena_done(&t->arena);
}
