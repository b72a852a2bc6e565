/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pick.c - what to search an archive for.
 *
 * Words are cut more simply than the index cuts them (spec 6.8): what counts
 * here is only that they are there.
 */

#include "pick.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLE   3000 /* articles that are read */
#define SLOTS    ((size_t)1 << 19)
#define WORD_MAX 40 /* bytes; longer words are passed over */
#define COMMON   256
#define NEIGHBOUR                                                              \
	16 /* bytes between two words that are neighbours, at most             \
	    */

enum tier { NO_TIER, RARE, MIDDLE, COMMONEST };

struct word {
	char text[WORD_MAX + 1]; /* empty: a free slot */
	bool dense;
	enum tier tier;
	uint32_t articles;
	uint32_t last; /* article that counted it, from 1 */
};

/* A word as it stands in a text. */
struct token {
	char text[WORD_MAX + 1]; /* folded */
	bool dense;
	size_t from, to;
};

struct picker {
	struct fiche_reader *reader;
	struct fiche_view *view;
	uint64_t records, step;
	struct word *slots;
	struct word **sorted; /* most articles first */
	size_t count;
	uint32_t articles;
	uint64_t chance;
	struct picks *out;
};

static uint64_t draw(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545F4914F6CDD1D;
}

/* The texts are valid UTF-8, as reader.h says. */
static uint32_t decode(const char *p, size_t *len)
{
	const uint8_t *b = (const uint8_t *)p;

	if (b[0] < 0x80) {
		*len = 1;
		return b[0];
	}
	if (b[0] < 0xE0) {
		*len = 2;
		return (b[0] & 0x1Fu) << 6 | (b[1] & 0x3Fu);
	}
	if (b[0] < 0xF0) {
		*len = 3;
		return (b[0] & 0x0Fu) << 12 | (b[1] & 0x3Fu) << 6 |
		       (b[2] & 0x3Fu);
	}
	*len = 4;
	return (b[0] & 0x07u) << 18 | (b[1] & 0x3Fu) << 12 |
	       (b[2] & 0x3Fu) << 6 | (b[3] & 0x3Fu);
}

static bool is_dense(uint32_t c)
{
	return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) ||
	       (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF);
}

/* Without digits and what is not sure to be a letter. */
static bool is_letter(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	return c >= 0xC0 && c != 0xD7 && c != 0xF7 &&
	       !(c >= 0x2000 && c <= 0x2BFF) && !(c >= 0x3000 && c <= 0x303F) &&
	       !(c >= 0xFE00 && c <= 0xFE6F) && !(c >= 0xFF00 && c <= 0xFFFF) &&
	       c < 0x1F000;
}

/* To a small letter of as many bytes. */
static void fold(char *p, uint32_t c)
{
	if (c < 0x80) {
		if (c >= 'A' && c <= 'Z')
			*p = (char)(c + 0x20);
		return;
	}
	if ((c >= 0xC0 && c <= 0xDE) || (c >= 0x391 && c <= 0x3A9) ||
	    (c >= 0x410 && c <= 0x42F))
		c += 0x20;
	else if (c >= 0x400 && c <= 0x40F)
		c += 0x50;
	else
		return;
	p[0] = (char)(0xC0 | c >> 6);
	p[1] = (char)(0x80 | (c & 0x3F));
}

/* Two characters of a script without blanks; the next pair begins at the
 * second. */
static bool take_pair(struct token *out, struct fiche_text text, size_t *at)
{
	size_t first, second;

	(void)decode(text.ptr + *at, &first);
	out->from = *at;
	*at += first;
	if (*at == text.len || !is_dense(decode(text.ptr + *at, &second)))
		return false;
	out->to = *at + second;
	out->dense = true;
	memcpy(out->text, text.ptr + out->from, first + second);
	out->text[first + second] = '\0';
	return true;
}

static bool take_letters(struct token *out, struct fiche_text text, size_t *at)
{
	size_t len, used = 0;
	uint32_t c;

	out->from = *at;
	out->dense = false;
	while (*at < text.len) {
		c = decode(text.ptr + *at, &len);
		if (!is_letter(c) || is_dense(c))
			break;
		if (used + len <= WORD_MAX) {
			memcpy(out->text + used, text.ptr + *at, len);
			fold(out->text + used, c);
		}
		used += len;
		*at += len;
	}
	out->to = *at;
	if (used > WORD_MAX)
		return false;
	out->text[used] = '\0';
	return true;
}

static bool next_token(struct token *out, struct fiche_text text, size_t *at)
{
	size_t len;
	uint32_t c;

	while (*at < text.len) {
		c = decode(text.ptr + *at, &len);
		if (is_dense(c)) {
			if (take_pair(out, text, at))
				return true;
		} else if (is_letter(c)) {
			if (take_letters(out, text, at))
				return true;
		} else {
			*at += len;
		}
	}
	return false;
}

/* Its slot, or the free one where it belongs. */
static struct word *find(struct picker *p, const char *text)
{
	uint64_t hash = 0xCBF29CE484222325;
	size_t i;

	for (const char *c = text; *c; c++)
		hash = (hash ^ (uint8_t)*c) * 0x100000001B3;
	i = (hash ^ hash >> 29) % SLOTS;
	while (p->slots[i].text[0] && strcmp(p->slots[i].text, text) != 0)
		i = (i + 1) % SLOTS;
	return &p->slots[i];
}

static void count_words(struct picker *p, struct fiche_text text)
{
	struct token t;
	struct word *w;

	p->articles++;
	for (size_t at = 0; next_token(&t, text, &at);) {
		w = find(p, t.text);
		if (!w->text[0]) {
			/* There are rare words enough by then. */
			if (p->count == SLOTS / 4 * 3)
				continue;
			memcpy(w->text, t.text, sizeof(w->text));
			w->dense = t.dense;
			p->count++;
		}
		if (w->last != p->articles) {
			w->last = p->articles;
			w->articles++;
		}
	}
}

static int most_articles_first(const void *a, const void *b)
{
	const struct word *x = *(const struct word *const *)a;
	const struct word *y = *(const struct word *const *)b;

	if (x->articles != y->articles)
		return x->articles < y->articles ? 1 : -1;
	return strcmp(x->text, y->text);
}

/* Not what could be read as an operator, and not single letters. */
static bool is_usable(const struct word *w)
{
	static const char operators[][5] = { "and", "or", "not", "near" };
	size_t first;

	(void)decode(w->text, &first);
	if (!w->text[first])
		return false;
	for (size_t i = 0; i < 4; i++)
		if (strcmp(w->text, operators[i]) == 0)
			return false;
	return true;
}

static void sort_words(struct picker *p)
{
	size_t count = 0;

	for (size_t i = 0; i < SLOTS; i++)
		if (p->slots[i].text[0] && is_usable(&p->slots[i]))
			p->sorted[count++] = &p->slots[i];
	p->count = count;
	qsort(p->sorted, count, sizeof(struct word *), most_articles_first);
}

/* The middle tier: from half of one article in a hundred to twice that. */
static enum tier tier_of(const struct picker *p, size_t rank)
{
	uint64_t articles = p->sorted[rank]->articles;

	if (rank < COMMON && articles * 50 > p->articles)
		return COMMONEST;
	if (articles == 1)
		return RARE;
	return articles * 200 >= p->articles && articles * 50 <= p->articles
	               ? MIDDLE
	               : NO_TIER;
}

/* What is too long is left out, and what is there already. */
static void add(struct pick_list *list, const char *a, const char *between,
                const char *b, const char *end)
{
	char text[PICK_TEXT];
	int len = snprintf(text, sizeof(text), "%s%s%s%s", a, between, b, end);

	if (list->count == PICK_MAX || (size_t)len >= sizeof(text))
		return;
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->text[i], text) == 0)
			return;
	memcpy(list->text[list->count++], text, sizeof(text));
}

static void add_some(struct picker *p, struct pick_list *list, enum tier tier)
{
	size_t first = 0, count = 0;

	/* A tier is one run of the sorted words. */
	for (size_t i = 0; i < p->count; i++)
		if (p->sorted[i]->tier == tier && count++ == 0)
			first = i;
	for (size_t i = 0; i < PICK_MAX && i < count; i++)
		add(list,
		    p->sorted[first +
		              i * count / (count < PICK_MAX ? count : PICK_MAX)]
		            ->text,
		    "", "", "");
}

static void add_common(struct picker *p)
{
	for (size_t i = 0; i < PICK_MAX && i < p->count; i++)
		add(&p->out->common, p->sorted[i]->text, "", "", "");
	for (size_t i = 0; i < 12 && i < p->count; i++)
		for (size_t j = i + 1; j < 12 && j < p->count; j++)
			add(&p->out->common_common, p->sorted[i]->text, " ",
			    p->sorted[j]->text, "");
}

/* Four characters of a word of six or more; one of a pair. */
static void add_prefixes(struct picker *p)
{
	char text[PICK_TEXT];
	const char *word;
	size_t at, len, chars;

	for (size_t i = 0; i < p->out->middle.count; i++) {
		word = p->out->middle.text[i];
		if (is_dense(decode(word, &len))) {
			snprintf(text, sizeof(text), "%.*s*", (int)len, word);
			add(&p->out->prefix, text, "", "", "");
			continue;
		}
		at = 0;
		for (chars = 0; chars < 4 && word[at]; chars++) {
			(void)decode(word + at, &len);
			at += len;
		}
		if (!word[at])
			continue;
		(void)decode(word + at, &len);
		if (word[at + len]) {
			snprintf(text, sizeof(text), "%.*s*", (int)at, word);
			add(&p->out->prefix, text, "", "", "");
		}
	}
}

static void add_ors(struct pick_list *out, const struct pick_list *words)
{
	size_t quarter = words->count / 4;
	char left[PICK_TEXT], right[PICK_TEXT];

	for (size_t i = 0; i < quarter; i++) {
		snprintf(left, sizeof(left), "%.*s OR %.*s", WORD_MAX,
		         words->text[i], WORD_MAX, words->text[quarter + i]);
		snprintf(right, sizeof(right), "%.*s OR %.*s", WORD_MAX,
		         words->text[2 * quarter + i], WORD_MAX,
		         words->text[3 * quarter + i]);
		add(out, left, " OR ", right, "");
	}
}

/* Is `b` the neighbour of `a`, with one blank or, in a dense script, nothing
 * between? */
static bool are_neighbours(struct fiche_text text, const struct token *a,
                           const struct token *b)
{
	if (a->dense != b->dense)
		return false;
	if (a->dense)
		return b->from == a->to;
	return b->from == a->to + 1 && text.ptr[a->to] == ' ';
}

static bool is_common(struct picker *p, const struct token *t)
{
	return find(p, t->text)->tier == COMMONEST;
}

/* One of the phrases of a text, each as likely. */
static void add_phrase(struct picker *p, struct fiche_text text)
{
	/* Pairs overlap: the neighbour of one is the second behind it. */
	struct token last[2] = { 0 }, t, left = { 0 }, right = { 0 };
	const struct token *before;
	uint64_t seen = 0;

	for (size_t at = 0; next_token(&t, text, &at);) {
		before = t.dense ? &last[0] : &last[1];
		if (before->to > 0 && are_neighbours(text, before, &t) &&
		    is_common(p, before) && is_common(p, &t) &&
		    draw(&p->chance) % ++seen == 0) {
			left = *before;
			right = t;
		}
		last[0] = last[1];
		last[1] = t;
	}
	if (seen > 0 && left.dense)
		add(&p->out->phrase, "\"", left.text, right.text, "\"");
	else if (seen > 0) {
		char end[WORD_MAX + 2];

		snprintf(end, sizeof(end), "%s\"", right.text);
		add(&p->out->phrase, "\"", left.text, " ", end);
	}
}

/* Words of one text, so that both together are found. */
static void add_pairs(struct picker *p, struct fiche_text text)
{
	const struct word *rare = NULL, *common = NULL, *middle[2] = { 0 };
	const struct word *w;
	struct token t;

	for (size_t at = 0; next_token(&t, text, &at);) {
		w = find(p, t.text);
		if (w->tier == RARE)
			rare = w;
		else if (w->tier == COMMONEST)
			common = w;
		else if (w->tier == MIDDLE && w != middle[1]) {
			middle[0] = middle[1];
			middle[1] = w;
		}
	}
	if (rare && common)
		add(&p->out->rare_common, rare->text, " ", common->text, "");
	if (middle[0])
		add(&p->out->middle_middle, middle[0]->text, " ",
		    middle[1]->text, "");
}

static int each_text(struct picker *p,
                     void (*with)(struct picker *p, struct fiche_text text),
                     struct fiche_error *err)
{
	struct fiche_article article;
	int r;

	for (uint64_t i = 0; i < p->records; i += p->step) {
		r = fiche_view_article(p->view, i, &article, err);
		if (r < 0)
			return r;
		with(p, article.text);
	}
	return 0;
}

static void add_both(struct picker *p, struct fiche_text text)
{
	add_pairs(p, text);
	add_phrase(p, text);
}

static int pick(struct picker *p, struct fiche_error *err)
{
	int r = each_text(p, count_words, err);

	if (r < 0)
		return r;
	sort_words(p);
	if (p->count == 0) {
		snprintf(err->text, sizeof(err->text), "no words");
		return FICHE_ERR_ARG;
	}
	for (size_t i = 0; i < p->count; i++)
		p->sorted[i]->tier = tier_of(p, i);
	add_some(p, &p->out->rare, RARE);
	add_some(p, &p->out->middle, MIDDLE);
	add_common(p);
	add_prefixes(p);
	add_ors(&p->out->or_middle, &p->out->middle);
	add_ors(&p->out->or_common, &p->out->common);
	/* Not as many as were counted. */
	p->step *= 5;
	return each_text(p, add_both, err);
}

int pick_queries(struct picks *out, struct fiche_reader *r,
                 struct fiche_error *err)
{
	struct fiche_info info;
	struct picker p = { .reader = r, .chance = 88172645463325252 };
	int ret = FICHE_ERR_NOMEM;

	memset(out, 0, sizeof(*out));
	fiche_reader_info(r, &info);
	p.out = out;
	p.records = info.records;
	p.step = info.records / SAMPLE + 1;
	p.view = fiche_view_new(r);
	p.slots = calloc(SLOTS, sizeof(*p.slots));
	p.sorted = calloc(SLOTS, sizeof(struct word *));
	if (p.view && p.slots && p.sorted)
		ret = pick(&p, err);
	else
		snprintf(err->text, sizeof(err->text), "out of memory");
	fiche_view_free(p.view);
	free(p.slots);
	free(p.sorted);
	return ret;
}
