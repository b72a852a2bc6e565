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

#define SCRAP    20u /* lighter than that is a label */
#define SENTENCE 80u /* lighter than that may be a headline */

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

		own->dropped = up->dropped;
		own->in_link = up->in_link || n->tag == HTML_A;
		own->block = n->block || i == 0 ? i : up->block;
		if (own->dropped)
			continue;
		own->role = (uint8_t)furniture_role(h, i);
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

/* What a block of its own is worth. */
static float own_value(const struct html_node *n, const struct region *own)
{
	float text = (float)own->text, link = (float)own->link;

	if (own->text == 0)
		return 0;
	if (link > text / 2 || (link > text / 4 && own->text < SENTENCE))
		return -10 - (link < 60 ? link : 60) / 2;
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
		r->at[i].prose = 0;
		r->at[i].value = 0;
	}
	for (uint32_t i = h->count; i-- > 0;) {
		const struct html_node *n = &h->nodes[i];
		struct region *own = &r->at[i];
		float value = own->dropped ? 0 : own_value(n, own);

		own->value += value;
		own->prose += value > 0 ? value : 0;
		if (i && !own->dropped) {
			r->at[n->parent].value += own->value;
			r->at[n->parent].prose += own->prose;
		}
	}
}

/* Elements with the names of furniture, unless most of the prose is there. */
static void drop_furniture(struct regions *r)
{
	const struct html *h = r->html;
	float most = r->at[0].prose / 2;

	for (uint32_t i = 1; i < h->count; i++) {
		struct region *own = &r->at[i];

		own->dropped =
			own->dropped || r->at[h->nodes[i].parent].dropped ||
			(own->role == ROLE_FURNITURE && own->prose <= most);
	}
}

int regions_measure(struct regions *out, const struct html *h,
                    struct fiche_error *err)
{
	struct regions r = { h, NULL };

	r.at = alloc_zeroed(h->count, sizeof(*r.at));
	if (!r.at)
		return err_nomem(err);
	take_roles(&r);
	weigh_texts(&r);
	sum_up(&r);
	drop_furniture(&r);
	sum_up(&r);
	*out = r;
	return 0;
}

void regions_done(struct regions *r)
{
	alloc_free(r->at);
	r->at = NULL;
}

/* The deepest node below `top` that has nearly all of its worth. */
static uint32_t descend(const struct regions *r, uint32_t top, float share)
{
	const struct html *h = r->html;
	uint32_t i = top + 1;

	while (i < h->nodes[top].end) {
		if (r->at[i].value >= share * r->at[top].value) {
			top = i;
			i = top + 1;
		} else {
			i = h->nodes[i].end;
		}
	}
	return top;
}

uint32_t regions_article(const struct regions *r)
{
	const struct html *h = r->html;
	uint32_t best = 0, body = 0;

	for (uint32_t i = 1; i < h->count; i++) {
		if (r->at[i].dropped)
			continue;
		if (r->at[i].value > r->at[best].value)
			best = i;
		if (r->at[i].role == ROLE_BODY &&
		    (!body || r->at[i].value > r->at[body].value))
			body = i;
	}
	if (body && r->at[body].value > r->at[best].value / 2)
		return body;
	return descend(r, best, 0.9f);
}
