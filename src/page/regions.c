/* SPDX-License-Identifier: Apache-2.0 */
/*
 * regions.c - where on a page its article is; see regions.h.
 *
 * Each block is worth its prose, or costs what it has of links and scraps.  The
 * subtree of greatest worth holds the article: more of the page would add
 * furniture, less would lose text.
 */

#include "page/regions.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

/* Weights. */
#define SCRAP     20u    /* lighter than that is a label */
#define SENTENCE  80u    /* lighter than that may be a headline */
#define CARD      700u   /* heavier than that is no teaser */
#define PROSE_MIN 150.0f /* that may be an article */

/* Shares. */
#define LEFT_MIN    0.15f /* of all prose: less is left only by mistake */
#define ARTICLE_MIN 0.2f  /* an `article` of the best region is better */
#define BODY_MIN    0.7f  /* what says to be the text is better */
#define NEARLY_ALL  0.9f  /* a part with so much of it is all of it */
#define EQUAL_MIN   0.4f  /* of the largest article: not a teaser */

#define CARDS_MIN 3u /* a linked heading or two may be of the text */

uint32_t regions_weight(const char *text, size_t len)
{
	uint32_t weight = 0;

	for (size_t i = 0; i < len; i++) {
		uint8_t c = (uint8_t)text[i];

		if (c <= ' ' || (c & 0xc0) == 0x80)
			continue;
		weight += c >= 0xe3 && c < 0xf0 ? 2 : 1;
	}
	return weight;
}

static uint32_t count_commas(const char *text, size_t len)
{
	uint32_t count = 0;

	for (size_t i = 0; i < len; i++) {
		const char *at = text + i;

		if (*at == ',')
			count++;
		else if (len - i >= 3 && (memcmp(at, "\xef\xbc\x8c", 3) == 0 ||
		                          memcmp(at, "\xe3\x80\x81", 3) == 0 ||
		                          memcmp(at, "\xe3\x80\x82", 3) == 0))
			count++;
		else if (len - i >= 2 && memcmp(at, "\xd8\x8c", 2) == 0)
			count++;
	}
	return count;
}

/* Roles, blocks, and what is never text. */
static void take_roles(struct regions *r)
{
	const struct html *h = r->html;

	for (uint32_t i = 0; i < h->count; i++) {
		const struct html_node *n = &h->nodes[i];
		const struct region *up = &r->at[n->parent];
		struct region *own = &r->at[i];
		enum html_tag tag;

		own->dropped = up->dropped;
		own->in_link = up->in_link || n->tag == HTML_A;
		own->block = n->block || i == 0 ? i : up->block;
		if (own->dropped)
			continue;
		tag = h->nodes[own->block].tag;
		own->role = (uint8_t)furniture_role(
			h, i, n->block || (tag != HTML_P && tag != HTML_LI));
		own->dropped = own->role == ROLE_NEVER;
	}
}

static void weigh_texts(struct regions *r)
{
	const struct html *h = r->html;

	for (uint32_t i = 0; i < h->count; i++) {
		const struct html_node *n = &h->nodes[i];
		struct region *block = &r->at[r->at[i].block];
		uint32_t weight;

		if (n->tag != HTML_TEXT || r->at[i].dropped)
			continue;
		weight = regions_weight(n->text.ptr, n->text.len);
		block->text += weight;
		if (r->at[i].in_link)
			block->link += weight;
		else
			block->commas += count_commas(n->text.ptr, n->text.len);
	}
}

/* What the lines of one element are worth: prose by its weight, links and
 * scraps less than nothing. */
static float own_value(const struct html_node *n, const struct region *own)
{
	float text = (float)own->text, link = (float)own->link;

	if (own->text == 0)
		return 0;
	if (own->in_card)
		return -5;
	if (link > text / 2 || (link > text / 4 && own->text < SENTENCE))
		return -10 - (link < 60 ? link : 60) / 2;
	if (n->tag == HTML_TD || n->tag == HTML_TH)
		return own->text < SENTENCE && own->commas == 0 ? 0
		                                                : text - link;
	if (own->text < SCRAP)
		return n->tag == HTML_P ? -2 : -6;
	if (own->text < SENTENCE && own->commas == 0 && n->tag != HTML_P)
		return 0;
	return text - link;
}

/* Children stand behind their parents: backwards, each is complete when it is
 * added to its parent. */
static void sum_up(struct regions *r)
{
	const struct html *h = r->html;

	for (uint32_t i = 0; i < h->count; i++) {
		r->at[i].total = 0;
		r->at[i].nested = 0;
		r->at[i].prose = 0;
		r->at[i].value = 0;
	}
	for (uint32_t i = h->count; i-- > 0;) {
		const struct html_node *n = &h->nodes[i];
		struct region *own = &r->at[i];
		float value = own->dropped ? 0 : own_value(n, own);

		own->total += own->dropped ? 0 : own->text;
		own->value += value;
		own->prose += value > 0 ? value : 0;
		if (i && !own->dropped) {
			r->at[n->parent].nested += n->tag == HTML_ARTICLE
			                                   ? own->value
			                                   : own->nested;
			r->at[n->parent].total += own->total;
			r->at[n->parent].value += own->value;
			r->at[n->parent].prose += own->prose;
		}
	}
}

/* `all` is the prose of the page. */
static bool is_furniture(const struct region *own, float all, bool names)
{
	if (own->role == ROLE_STRANGER)
		return all - own->prose >= PROSE_MIN;
	if (own->role != ROLE_FURNITURE)
		return false;
	return own->prose <= (names ? all / 2 : SENTENCE);
}

/* Elements with the names of furniture, unless most of the prose is there, or
 * even all of it.  Without `names`, only small ones. */
static void drop_furniture(struct regions *r, float all, bool names)
{
	const struct html *h = r->html;

	for (uint32_t i = 1; i < h->count; i++) {
		struct region *own = &r->at[i];

		own->dropped = own->role == ROLE_NEVER ||
		               r->at[h->nodes[i].parent].dropped ||
		               is_furniture(own, all, names);
	}
}

/* As it was before drop_furniture(). */
static void restore(struct regions *r)
{
	for (uint32_t i = 1; i < r->html->count; i++) {
		struct region *own = &r->at[i];

		own->dropped = own->role == ROLE_NEVER ||
		               r->at[r->html->nodes[i].parent].dropped;
		own->in_card = false;
	}
	sum_up(r);
}

/* A heading that is a link, with some text in a small box around both, tells
 * of another page. */
static bool is_card_title(const struct html_node *n, const struct region *own)
{
	if (own->dropped || own->text == 0 || own->link < own->text / 5 * 4)
		return false;
	return n->tag >= HTML_H1 && n->tag <= HTML_H6;
}

/* The largest box around one title alone; 0 if there is nothing but it. */
static uint32_t card_around(const struct regions *r, uint32_t title)
{
	const struct html *h = r->html;
	uint32_t card = 0, n = h->nodes[title].parent;

	for (; n && r->at[n].total < CARD && r->at[n].titles == 1;
	     n = h->nodes[n].parent)
		if (r->at[n].total > r->at[title].text)
			card = n;
	return card;
}

static void count_titles(struct regions *r)
{
	const struct html *h = r->html;

	for (uint32_t i = h->count; i-- > 1;) {
		r->at[i].titles += is_card_title(&h->nodes[i], &r->at[i]);
		r->at[h->nodes[i].parent].titles += r->at[i].titles;
	}
}

static void mark_cards(struct regions *r)
{
	const struct html *h = r->html;
	uint32_t card;

	for (uint32_t i = 0; i < h->count; i++)
		r->at[i].titles = 0;
	count_titles(r);
	if (r->at[0].titles < CARDS_MIN)
		return;
	for (uint32_t i = 1; i < h->count; i++) {
		struct region *own = &r->at[i];

		own->in_card =
			own->in_card || r->at[h->nodes[i].parent].in_card;
		if (own->in_card || !is_card_title(&h->nodes[i], own))
			continue;
		card = card_around(r, i);
		/* Those before the title are marked here, its own next. */
		for (uint32_t n = card; card && n <= i; n++)
			r->at[n].in_card = true;
	}
}

int regions_measure(struct regions *out, const struct html *h,
                    struct fiche_error *err)
{
	struct regions r = { h, NULL };
	float all;

	r.at = alloc_zeroed(h->count, sizeof(*r.at));
	if (!r.at)
		return err_nomem(err);
	take_roles(&r);
	weigh_texts(&r);
	sum_up(&r);
	all = r.at[0].prose;
	drop_furniture(&r, all, true);
	mark_cards(&r);
	sum_up(&r);
	if (r.at[0].prose < all * LEFT_MIN) {
		/* These names mean something else here. */
		restore(&r);
		drop_furniture(&r, all, false);
		mark_cards(&r);
		sum_up(&r);
	}
	*out = r;
	return 0;
}

void regions_done(struct regions *r)
{
	alloc_free(r->at);
	r->at = NULL;
}

/* The deepest node below `top` that has nearly all of its worth. */
static uint32_t descend(const struct regions *r, uint32_t top)
{
	const struct html *h = r->html;
	uint32_t i = top + 1;

	while (i < h->nodes[top].end && r->at[top].value > 0) {
		if (r->at[i].value >= NEARLY_ALL * r->at[top].value) {
			top = i;
			i = top + 1;
		} else {
			i = h->nodes[i].end;
		}
	}
	return top;
}

/* Of an article without the articles in it. */
static float own_worth(const struct regions *r, uint32_t article)
{
	return r->at[article].value - r->at[article].nested;
}

/* The first of the articles in `top` that is not much smaller than the largest:
 * others are shown below it. */
static uint32_t first_article(const struct regions *r, uint32_t top)
{
	const struct html *h = r->html;
	float most = 0;
	uint32_t i;

	for (i = top; i < h->nodes[top].end; i++)
		if (h->nodes[i].tag == HTML_ARTICLE && !r->at[i].dropped &&
		    own_worth(r, i) > most)
			most = own_worth(r, i);
	for (i = top; i < h->nodes[top].end; i++)
		if (h->nodes[i].tag == HTML_ARTICLE && !r->at[i].dropped &&
		    own_worth(r, i) > most * EQUAL_MIN)
			return i;
	return top;
}

static uint32_t best_of_role(const struct regions *r, uint32_t top,
                             enum page_role role)
{
	const struct html *h = r->html;
	uint32_t best = top;

	for (uint32_t i = top; i < h->nodes[top].end; i++)
		if (r->at[i].role == role && !r->at[i].dropped &&
		    (best == top || r->at[i].value > r->at[best].value))
			best = i;
	return best;
}

uint32_t regions_article(const struct regions *r)
{
	const struct html *h = r->html;
	uint32_t best = 0, part;

	for (uint32_t i = 1; i < h->count; i++)
		if (!r->at[i].dropped && r->at[i].value > r->at[best].value)
			best = i;
	part = first_article(r, best);
	if (r->at[part].value > r->at[best].value * ARTICLE_MIN)
		best = part;
	part = best_of_role(r, best, ROLE_BODY);
	if (r->at[part].value > r->at[best].value * BODY_MIN)
		best = part;
	best = descend(r, best);
	/* A note or a poem: no paragraph is better than the page. */
	if (r->at[best].value < PROSE_MIN &&
	    r->at[0].total - r->at[best].total < r->at[best].total + SENTENCE)
		return 0;
	return best;
}
