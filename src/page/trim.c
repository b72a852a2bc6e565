/* SPDX-License-Identifier: Apache-2.0 */
/* trim.c - which lines are none of the article; see trim.h. */

#include "page/trim.h"

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define SENTENCE     80u /* lighter than that may be a label */
#define SHORT        40u /* hardly a sentence */
#define REPEATED_MIN 4u
#define CALL_MAX     300u /* lighter than that may be a call to subscribe */
#define TITLE_MAX    512u /* bytes that blocks are looked for in */
#define TITLE_MIN    12u  /* bytes; shorter ones are found in any title */

/* Lines that pages put into articles, without case and what ends them. */
static const char *const labels[] = {
	"ad",
	"advert",
	"advertisement",
	"advertising",
	"anzeige",
	"article continues below",
	"comments",
	"continue reading",
	"continue reading the main story",
	"continue reading below",
	"leave a comment",
	"lesen sie auch",
	"leia mais",
	"leia também",
	"leggi anche",
	"lire aussi",
	"loading",
	"más información",
	"más noticias",
	"mehr zum thema",
	"publicidad",
	"publicidade",
	"publicité",
	"pubblicità",
	"read also",
	"read more",
	"related",
	"related articles",
	"related stories",
	"related content",
	"related topics",
	"see also",
	"share",
	"share this",
	"share this article",
	"share this story",
	"sponsored",
	"story continues below",
	"story continues below advertisement",
	"tweet",
	"view comments",
	"werbung",
	"читайте также",
	"реклама",
	"смотрите также",
};

/* What the last lines ask of the reader.  Whole phrases: a story may well end
 * with what somebody wrote on a network, or how to sign up for the race. */
static const char *const calls[] = {
	"follow us",           "follow me on",    "follow him on",
	"follow her on",       "follow them on",  "click here to",
	"click here for",      "sign up for our", "sign up to our",
	"sign up here",        "sign up today",   "subscribe to our",
	"subscribe now",       "subscribe here",  "subscribe today",
	"our newsletter",      "free newsletter", "daily newsletter",
	"your inbox",          "share it with",   "like this story?",
	"download our app",    "join our",        "newsletter abonnieren",
	"unseren newsletter",  "abonnez-vous",    "notre newsletter",
	"suscríbete",          "nuestro boletín", "assine já",
	"assine a newsletter", "iscriviti alla",  "nostra newsletter",
	"подписывайтесь на",   "подпишитесь на",
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static const char *text_of(const struct blocks *b, size_t i)
{
	return (const char *)b->text.ptr + b->at[i].at;
}

static bool same(const char *text, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (lower(text[i]) != word[i])
			return false;
	return true;
}

static bool is_label(const char *text, size_t len)
{
	while (len && strchr(".:!> ", text[len - 1]))
		len--;
	for (size_t i = 0; i < sizeof(labels) / sizeof(*labels); i++)
		if (strlen(labels[i]) == len && same(text, labels[i], len))
			return true;
	return false;
}

static bool has_letter(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)text[i] >= 0x80 ||
		    (lower(text[i]) >= 'a' && lower(text[i]) <= 'z'))
			return true;
	return false;
}

static bool has_call(const char *text, size_t len)
{
	for (size_t k = 0; k < sizeof(calls) / sizeof(*calls); k++) {
		size_t n = strlen(calls[k]);

		for (size_t i = 0; i + n <= len; i++)
			if (same(text + i, calls[k], n))
				return true;
	}
	return false;
}

/* Does the text end as a sentence does, in whatever script? */
static bool ends_sentence(const char *text, size_t len)
{
	static const char *const ends[] = {
		".",  "!",  "?",  ":",  ";", "\"", "'",  ")",
		"…",  "”",  "’",  "»",  "“", "。", "！", "？",
		"」", "』", "）", "。", "؟", "۔",  "।",  "።",
	};

	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t n = strlen(ends[i]);

		if (len >= n && memcmp(text + len - n, ends[i], n) == 0)
			return true;
	}
	return false;
}

static bool is_prose(const struct blocks *b, size_t i)
{
	const struct block *block = &b->at[i];

	return block->text >= SENTENCE ||
	       (block->text >= SHORT &&
	        ends_sentence(text_of(b, i), block->len));
}

static bool is_heading(enum html_tag tag)
{
	return tag >= HTML_H1 && tag <= HTML_H6;
}

static enum html_tag tag_of(const struct html *h, const struct block *block)
{
	return h->nodes[block->node].tag;
}

static bool in_quote(const struct html *h, uint32_t node)
{
	for (unsigned i = 0; i < 3 && node; i++, node = h->nodes[node].parent)
		if (h->nodes[node].tag == HTML_BLOCKQUOTE)
			return true;
	return false;
}

static bool contains(const struct buf *text, const char *what, size_t len)
{
	const char *at = text->len ? (const char *)text->ptr : what;
	const char *end = at + text->len;

	while ((size_t)(end - at) >= len) {
		if (memcmp(at, what, len) == 0)
			return true;
		at++;
	}
	return false;
}

struct line {
	const char *text;
	size_t len, block;
};

static int by_text(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	size_t len = x->len < y->len ? x->len : y->len;
	int order = memcmp(x->text, y->text, len);

	if (order)
		return order;
	return x->len < y->len ? -1 : x->len > y->len;
}

/* Cells, items and headings may say the same for good reasons. */
static bool is_plain(enum html_tag tag)
{
	return tag == HTML_P || tag == HTML_DIV || tag == HTML_SECTION;
}

/* Short lines that stand between all others: "Advertisement", in any
 * language. */
static int drop_repeated(struct blocks *b, const struct html *h,
                         struct fiche_error *err)
{
	struct line *line = alloc_zeroed(b->count, sizeof(*line));
	size_t count = 0, from, to;
	bool repeated;

	if (!line)
		return err_nomem(err);
	for (size_t i = 0; i < b->count; i++)
		if (!b->at[i].dropped && b->at[i].text < SHORT &&
		    is_plain(tag_of(h, &b->at[i])) &&
		    !ends_sentence(text_of(b, i), b->at[i].len) &&
		    has_letter(text_of(b, i), b->at[i].len))
			line[count++] =
				(struct line){ text_of(b, i), b->at[i].len, i };
	qsort(line, count, sizeof(*line), by_text);
	for (from = 0; from < count; from = to) {
		for (to = from + 1; to < count; to++)
			if (by_text(&line[from], &line[to]) != 0)
				break;
		repeated =
			to - from >= REPEATED_MIN && to - from >= b->count / 8;
		for (size_t i = from; repeated && i < to; i++)
			b->at[line[i].block].dropped = true;
	}
	alloc_free(line);
	return 0;
}

static void drop_anywhere(struct blocks *b, const struct html *h,
                          const struct regions *r)
{
	for (size_t i = 0; i < b->count; i++) {
		struct block *block = &b->at[i];

		if (block->link > block->text / 2 && !in_quote(h, block->node))
			block->dropped = true;
		else if (r->at[block->node].in_card ||
		         is_label(text_of(b, i), block->len))
			block->dropped = true;
	}
}

/* What stands before the first paragraph: headline, date, section. */
static void drop_head(struct blocks *b, const struct html *h,
                      const struct buf *title)
{
	size_t first = 0;

	while (first < b->count &&
	       (b->at[first].dropped || is_heading(tag_of(h, &b->at[first])) ||
	        !is_prose(b, first)))
		first++;
	for (size_t i = 0; i < first && i < b->count; i++) {
		struct block *block = &b->at[i];
		enum html_tag tag = tag_of(h, block);

		if (tag == HTML_H1 ||
		    (block->len >= TITLE_MIN &&
		     contains(title, text_of(b, i), block->len)))
			block->dropped = true;
		else if (first < b->count && !is_heading(tag) &&
		         tag != HTML_LI && tag != HTML_PRE)
			block->dropped = true;
	}
}

static bool is_left_over(const struct blocks *b, size_t i, enum html_tag tag)
{
	const struct block *block = &b->at[i];

	if (block->dropped || is_heading(tag))
		return true;
	if (block->text < CALL_MAX && has_call(text_of(b, i), block->len))
		return true;
	if (tag == HTML_P || tag == HTML_LI || tag == HTML_PRE ||
	    tag == HTML_TD || tag == HTML_BLOCKQUOTE)
		return false;
	return !is_prose(b, i);
}

static void drop_tail(struct blocks *b, const struct html *h)
{
	size_t prose = b->count, i = b->count;

	/* Only behind a paragraph: a list or a poem is all short lines. */
	while (prose > 0 &&
	       (b->at[prose - 1].dropped || !is_prose(b, prose - 1) ||
	        is_left_over(b, prose - 1, tag_of(h, &b->at[prose - 1]))))
		prose--;
	if (prose == 0)
		return;
	while (i > prose && is_left_over(b, i - 1, tag_of(h, &b->at[i - 1])))
		b->at[--i].dropped = true;
}

/* The page's own title, with the name of the site in it. */
static void put_title(struct buf *out, const struct html *h)
{
	for (uint32_t i = 1; i < h->count; i++) {
		if (h->nodes[i].tag != HTML_TITLE)
			continue;
		html_put_inline(out, h, i);
		if (out->len > TITLE_MAX)
			out->len = TITLE_MAX;
		return;
	}
}

int trim_article(struct blocks *b, const struct html *h,
                 const struct regions *r, struct fiche_error *err)
{
	struct buf title = { 0 };
	int res;

	put_title(&title, h);
	drop_anywhere(b, h, r);
	res = drop_repeated(b, h, err);
	drop_head(b, h, &title);
	drop_tail(b, h);
	if (res == 0 && !buf_ok(&title))
		res = err_nomem(err);
	buf_done(&title);
	return res;
}
