/* SPDX-License-Identifier: Apache-2.0 */
/* blocks.c - a part of a page as lines of text; see blocks.h. */

#include "page/blocks.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

struct reader {
	struct blocks *out;
	const struct html *html;
	const struct regions *regions;
	struct block current;
	bool open;  /* has current text? */
	bool blank; /* before the next character */
	unsigned breaks;
	bool failed;
};

/* The length of the blank at `at`, or 0: ASCII, U+00A0, U+3000, which begins
 * the paragraphs of Chinese and Japanese, and U+FEFF. */
static unsigned blank_at(const char *at, const char *end)
{
	if (*at == ' ' || (*at >= '\t' && *at <= '\r'))
		return 1;
	if (*at == '\xc2' && end - at > 1 && at[1] == '\xa0')
		return 2;
	if (end - at > 2 && (memcmp(at, "\xe3\x80\x80", 3) == 0 ||
	                     memcmp(at, "\xef\xbb\xbf", 3) == 0))
		return 3;
	return 0;
}

static void end_block(struct reader *r)
{
	struct blocks *out = r->out;

	r->blank = false;
	r->breaks = 0;
	if (!r->open)
		return;
	r->open = false;
	r->current.len = out->text.len - r->current.at;
	if (alloc_grow(&out->at, &out->cap, out->count + 1, sizeof(*out->at)) <
	    0) {
		r->failed = true;
		return;
	}
	out->at[out->count++] = r->current;
}

static void begin_block(struct reader *r, uint32_t node)
{
	memset(&r->current, 0, sizeof(r->current));
	r->current.at = r->out->text.len;
	r->current.node = node;
	r->open = true;
}

/* A word, with what stands between it and the one before. */
static void put_word(struct reader *r, const char *word, size_t len,
                     uint32_t block)
{
	if (r->breaks > 1)
		end_block(r);
	if (!r->open)
		begin_block(r, block);
	else if (r->breaks)
		buf_u8(&r->out->text, '\n');
	else if (r->blank)
		buf_u8(&r->out->text, ' ');
	r->breaks = 0;
	r->blank = false;
	buf_put(&r->out->text, word, len);
}

static void put_text(struct reader *r, uint32_t node, uint32_t block,
                     bool in_link, bool pre)
{
	const struct fiche_text *text = &r->html->nodes[node].text;
	const char *at = text->ptr, *end = at + text->len, *from;
	uint32_t weight;

	while (at < end) {
		unsigned blank = blank_at(at, end);

		if (blank) {
			if (pre && *at == '\n')
				r->breaks++;
			r->blank = true;
			at += blank;
			continue;
		}
		for (from = at++; at < end && !blank_at(at, end);)
			at++;
		put_word(r, from, (size_t)(at - from), block);
	}
	weight = regions_weight(text->ptr, text->len);
	r->current.text += weight;
	if (in_link)
		r->current.link += weight;
}

/* Blocks that ended between node i - 1 and node i: ancestors of the one that
 * are not ancestors of the other. */
static bool block_ended(const struct html *h, uint32_t i)
{
	for (uint32_t n = i - 1; n != h->nodes[i].parent;
	     n = h->nodes[n].parent)
		if (h->nodes[n].block)
			return true;
	return false;
}

static bool is_dropped(const struct reader *r, uint32_t i)
{
	enum html_tag tag = r->html->nodes[i].tag;

	if (r->regions)
		return r->regions->at[i].dropped;
	return tag == HTML_SCRIPT || tag == HTML_STYLE || tag == HTML_HEAD ||
	       tag == HTML_TEMPLATE;
}

/* The nearest block, link and `pre` around a text. */
struct around {
	uint32_t block;
	bool link, pre;
};

static struct around look_up(const struct html *h, uint32_t i)
{
	struct around a = { i, false, false };

	while (a.block && !h->nodes[a.block].block) {
		a.link = a.link || h->nodes[a.block].tag == HTML_A;
		a.block = h->nodes[a.block].parent;
	}
	a.pre = h->nodes[a.block].tag == HTML_PRE;
	/* A card that is a link as a whole. */
	for (uint32_t n = a.block; n && !a.link; n = h->nodes[n].parent)
		a.link = h->nodes[n].tag == HTML_A;
	return a;
}

int blocks_read(struct blocks *out, const struct html *h,
                const struct regions *regions, uint32_t from, uint32_t end,
                struct fiche_error *err)
{
	struct reader r = { out, h, regions, { 0 }, false, false, 0, false };
	uint32_t i = from;

	while (i < end) {
		const struct html_node *n = &h->nodes[i];

		if (i > from && block_ended(h, i))
			end_block(&r);
		if (is_dropped(&r, i)) {
			i = n->end;
			continue;
		}
		if (n->block)
			end_block(&r);
		if (n->tag == HTML_BR)
			r.breaks++;
		if (n->tag == HTML_TEXT) {
			struct around a = look_up(h, i);

			put_text(&r, i, a.block, a.link, a.pre);
		}
		i++;
	}
	end_block(&r);
	return r.failed || !buf_ok(&out->text) ? err_nomem(err) : 0;
}

void blocks_done(struct blocks *b)
{
	alloc_free(b->at);
	buf_done(&b->text);
	memset(b, 0, sizeof(*b));
}
