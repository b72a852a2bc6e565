/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_snippet.c - the passage of a text that shows best why it was found.
 *
 * The text is walked once, with a window of words that is as long as the
 * snippet may be.  A window is the better the more different words of the query
 * are in it, and then the more places; the first of equals is taken.
 */

#include <string.h>

#include "archive/search.h"

#define WINDOW 512 /* places of words in a window, at most */
#define GROUPS 64  /* words of the query that are told apart */

struct place {
	size_t from, to;
	uint64_t groups; /* a bit for each */
};

struct window {
	struct place place[WINDOW]; /* a ring */
	size_t first, count;
	unsigned char seen[GROUPS]; /* how often, up to 255 */
};

static uint64_t groups_of(const struct fiche_hits *h, const struct token *t)
{
	uint64_t groups = 0;

	for (size_t i = 0; i < h->group_count; i++)
		if (search_group_has(&h->group[i], t->bytes, t->len))
			groups |= UINT64_C(1) << (i % GROUPS);
	return groups;
}

/* Characters between two places, at least. */
static size_t chars_between(const char *text, size_t from, size_t to)
{
	size_t n = 0;

	for (; from < to; from++)
		n += ((unsigned char)text[from] & 0xc0) != 0x80;
	return n;
}

struct passage {
	size_t from, to;
	unsigned kinds, places;
	bool any;
};

/* The best run of words of the query that fits `chars`. */
static struct passage best_passage(const struct fiche_hits *h,
                                   struct fiche_text text, size_t chars)
{
	struct passage best = { 0 };
	struct window w = { .first = 0 };
	struct tokenizer words;
	struct token t;

	tokenizer_init(&words, text.ptr, text.len);
	while (tokenizer_next(&words, &t)) {
		uint64_t groups = groups_of(h, &t), all = 0;
		struct place *p;

		if (groups == 0)
			continue;
		while (w.count == WINDOW ||
		       (w.count > 0 &&
		        chars_between(text.ptr, w.place[w.first].from, t.to) >
		                chars)) {
			w.first = (w.first + 1) % WINDOW;
			w.count--;
		}
		p = &w.place[(w.first + w.count++) % WINDOW];
		*p = (struct place){ t.from, t.to, groups };
		for (size_t i = 0; i < w.count; i++)
			all |= w.place[(w.first + i) % WINDOW].groups;
		if (!best.any ||
		    (unsigned)__builtin_popcountll(all) > best.kinds ||
		    ((unsigned)__builtin_popcountll(all) == best.kinds &&
		     w.count > best.places &&
		     best.from == w.place[w.first].from))
			best = (struct passage){ w.place[w.first].from, t.to,
				                 (unsigned)__builtin_popcountll(
							 all),
				                 (unsigned)w.count, true };
	}
	return best;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Step back from `at` by up to `chars` characters, to a blank if there is one
 * on the way. */
static size_t step_back(struct fiche_text text, size_t at, size_t chars)
{
	size_t end = at, n = 0;

	while (at > 0 && n < chars) {
		at--;
		n += ((unsigned char)text.ptr[at] & 0xc0) != 0x80;
	}
	if (at == 0)
		return 0;
	for (size_t i = at; i < end; i++)
		if (is_blank(text.ptr[i]))
			return i + 1;
	while (at < end && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static size_t step_on(struct fiche_text text, size_t at, size_t chars)
{
	size_t start = at, n = 0;

	while (at < text.len && n < chars) {
		at++;
		n += at == text.len ||
		     ((unsigned char)text.ptr[at] & 0xc0) != 0x80;
	}
	if (at == text.len)
		return at;
	for (size_t i = at; i > start; i--)
		if (is_blank(text.ptr[i - 1]))
			return i - 1;
	while (at > start && ((unsigned char)text.ptr[at] & 0xc0) == 0x80)
		at--;
	return at;
}

/*
 * Leave out what would be a part of a word at either end - but not if that is
 * all there is to show.  The words of the passage are whole.
 */
static void keep_words_whole(struct fiche_text text, size_t *from, size_t *to)
{
	struct tokenizer words;
	struct token t;
	bool any = false;

	tokenizer_init(&words, text.ptr, text.len);
	while (tokenizer_next(&words, &t) && t.from < *to) {
		if (t.kind == TOKEN_WORD && t.from < *from && t.to > *from)
			*from = t.to;
		if (t.kind == TOKEN_WORD && t.to > *to && any)
			*to = t.from;
		any |= t.from >= *from;
	}
}

static bool only_blanks(struct fiche_text text, size_t from, size_t to)
{
	while (from < to && is_blank(text.ptr[from]))
		from++;
	return from == to;
}

static void mark(const struct fiche_hits *h, struct fiche_snippet *s)
{
	struct tokenizer words;
	struct token t;

	tokenizer_init(&words, s->text.ptr, s->text.len);
	while (tokenizer_next(&words, &t)) {
		size_t last = s->mark_count - 1;

		if (groups_of(h, &t) == 0)
			continue;
		/* Pairs overlap: one mark. */
		if (s->mark_count > 0 && t.from <= s->marks[last].to) {
			if (t.to > s->marks[last].to)
				s->marks[last].to = t.to;
			continue;
		}
		if (s->mark_count == FICHE_SNIPPET_MARKS)
			return;
		s->marks[s->mark_count].from = t.from;
		s->marks[s->mark_count++].to = t.to;
	}
}

void fiche_hits_snippet(const struct fiche_hits *h, struct fiche_text text,
                        size_t chars, struct fiche_snippet *out)
{
	struct passage p = best_passage(h, text, chars);
	size_t used = p.any ? chars_between(text.ptr, p.from, p.to) : 0;
	size_t spare = chars > used ? chars - used : 0;
	size_t from, to;

	memset(out, 0, sizeof(*out));
	/* Of nothing, there may not even be an address. */
	if (text.len == 0)
		return;
	from = step_back(text, p.from, spare / 3);
	to = step_on(text, p.to, spare - chars_between(text.ptr, from, p.from));
	/* At the end of a text there is more room in front. */
	if (to == text.len)
		from = step_back(text, p.from,
		                 spare - chars_between(text.ptr, p.to, to));
	keep_words_whole(text, &from, &to);
	while (from < to && is_blank(text.ptr[from]))
		from++;
	while (to > from && is_blank(text.ptr[to - 1]))
		to--;
	out->text.ptr = text.ptr + from;
	out->text.len = to - from;
	out->cut_before = !only_blanks(text, 0, from);
	out->cut_after = !only_blanks(text, to, text.len);
	mark(h, out);
}
