/* SPDX-License-Identifier: Apache-2.0 */
/* texts.c - see texts.h. */

#include "support/texts.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "support/articles.h"

#define SYLLABLES 16
#define TAGS_MAX  4

struct script {
	const char *syllable[SYLLABLES];
	const char *end; /* of some words */
};

static const struct script scripts[] = {
	{ { "ba", "ko", "Li", "mu", "re", "sta", "ne", "vo", "té", "grü", "DA",
	    "pi", "shu", "on", "el", "qi" },
	  "s" },
	{ { "но", "ва", "Ми", "ст", "ре", "ка", "до", "лё", "пу", "чи", "жа",
	    "Гро", "ши", "бу", "ер", "ый" },
	  "ы" },
	{ { "πο", "λι", "Θα", "νε", "ρο", "κά", "με", "στη", "γι", "δώ", "ξα",
	    "φε", "ψι", "ου", "αν", "ις" },
	  "σ" },
	{ { "مد", "ين", "با", "كت", "سو", "قل", "طر", "نه", "لج", "حم", "دا",
	    "عي", "فا", "هو", "زي", "خر" },
	  "ة" },
	{ { "新", "闻", "市", "长", "大", "桥", "港", "口", "渡", "轮", "会",
	    "议", "表", "决", "关", "闭" },
	  "了" },
	{ { "한", "국", "어", "시", "장", "다", "리", "항", "구", "배", "회",
	    "의", "표", "결", "문", "를" },
	  "는" },
};

/* Most words are Latin. */
static const unsigned char script_of[] = { 0, 0, 1, 0, 2, 0, 4, 1, 3, 0, 5 };

uint64_t texts_any(uint64_t *state, uint64_t below)
{
	return (articles_random(state) >> 8) % below;
}

void texts_word(struct buf *out, size_t rank)
{
	const struct script *s = &scripts[script_of[rank % sizeof(script_of)]];
	size_t left = rank;

	do {
		buf_text(out, s->syllable[left % SYLLABLES]);
		left /= SYLLABLES;
	} while (left > 0);
	if (rank % 3 == 0)
		buf_text(out, s->end);
	if (rank % 17 == 0)
		buf_printf(out, "%zu", rank % 100);
}

size_t texts_rank(uint64_t *state, size_t words)
{
	unsigned halves = 0;
	size_t rank;

	while ((size_t)1 << (halves + 1) <= words)
		halves++;
	do {
		size_t from = (size_t)1 << texts_any(state, halves + 1);

		rank = from - 1 + (size_t)texts_any(state, from);
	} while (rank >= words);
	return rank;
}

void texts_some(struct buf *out, uint64_t *state, size_t words, size_t count)
{
	static const char *const between[] = { " ", " ",  " ",   " ", " ",
		                               " ", ", ", " - ", "-", ". ",
		                               "",  "。", "\n\n" };
	const size_t kinds = sizeof(between) / sizeof(*between);

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_text(out, between[texts_any(state, kinds)]);
		texts_word(out, texts_rank(state, words));
	}
}

static struct fiche_text keep(struct texts *t, const struct buf *b)
{
	struct fiche_text text = { NULL, b->len };

	text.ptr = arena_strndup(&t->arena, (const char *)b->ptr, b->len);
	if (!text.ptr || !buf_ok(b))
		abort();
	return text;
}

/* Now and then nothing, or nothing that is a word. */
static struct fiche_text make_text(struct texts *t, uint64_t *state,
                                   size_t words, size_t length)
{
	struct buf b = { 0 };
	struct fiche_text text;

	switch (texts_any(state, 12)) {
	case 0:
		break;
	case 1:
		buf_text(&b, " ... \xff -- ");
		break;
	default:
		texts_some(&b, state, words,
		           (size_t)texts_any(state, length + 1));
		break;
	}
	if (b.len == 0)
		return (struct fiche_text){ NULL, 0 };
	text = keep(t, &b);
	buf_done(&b);
	return text;
}

void texts_make(struct texts *out, uint64_t seed, size_t count, size_t words,
                size_t length)
{
	uint64_t state = seed;

	*out = (struct texts){ .count = count };
	out->article = alloc_zeroed(count, sizeof(*out->article));
	if (!out->article)
		abort();
	for (size_t i = 0; i < count; i++) {
		struct fiche_article *a = &out->article[i];
		struct fiche_text *tag = arena_take(
			&out->arena, TAGS_MAX * sizeof(struct fiche_text));

		if (!tag)
			abort();
		a->title = make_text(out, &state, words, 8);
		a->text = make_text(out, &state, words, length);
		a->tag_count = (size_t)texts_any(&state, TAGS_MAX + 1);
		for (size_t k = 0; k < a->tag_count; k++)
			tag[k] = make_text(out, &state, words, 3);
		a->tags = tag;
	}
}

void texts_done(struct texts *t)
{
	alloc_free(t->article);
	arena_done(&t->arena);
}
