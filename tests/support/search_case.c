/* SPDX-License-Identifier: Apache-2.0 */
/* search_case.c - see search_case.h. */

#include "support/search_case.h"

#include <string.h>

#include "archive/writer.h"
#include "base/err.h"
#include "support/archive_case.h"
#include "support/texts.h"

/* ---- articles ---- */

static const char *const sources[] = { "harbour.example", "inland.example",
	                               "news.harbour.example",
	                               "Sever-Vestnik.example" };
static const char *const languages[] = { "en", "ru", "el", "en-GB", "zh" };
static const char *const authors[] = { "Ana Lopez", "Ivan Petrov", "J. Smith",
	                               "Ana Petrova Smith", "李明" };
static const char *const tags[] = { "Climate change", "sea", "local news" };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *pick(uint64_t *state, const char *const *from, size_t count)
{
	return from[texts_any(state, count)];
}

/* A member whose value is text. */
static void put_member(struct buf *out, const char *key, const struct buf *text)
{
	buf_printf(out, ",\"%s\":\"", key);
	for (size_t i = 0; i < text->len; i++) {
		if (text->ptr[i] == '\n')
			buf_text(out, "\\n");
		else
			buf_u8(out, text->ptr[i]);
	}
	buf_text(out, "\"");
}

static void put_words(struct buf *out, const char *key, uint64_t *state,
                      const struct search_plan *p, size_t most)
{
	struct buf text = { 0 };

	if (texts_any(state, 15) > 0)
		texts_some(&text, state, p->words,
		           (size_t)texts_any(state, most + 1));
	out->failed |= text.failed;
	put_member(out, key, &text);
	buf_done(&text);
}

static void put_date(struct buf *out, uint64_t *state)
{
	unsigned year = 2019 + (unsigned)texts_any(state, 6);
	unsigned month = 1 + (unsigned)texts_any(state, 12);
	unsigned day = 1 + (unsigned)texts_any(state, 28);

	switch (texts_any(state, 6)) {
	case 0:
		break;
	case 1:
		buf_printf(out, ",\"published\":\"%u\"", year);
		break;
	case 2:
		buf_printf(out, ",\"published\":\"%u-%02u\"", year, month);
		break;
	case 3:
		buf_printf(out, ",\"published\":\"%u-%02u-%02uT%02u:30:00Z\"",
		           year, month, day, (unsigned)texts_any(state, 24));
		break;
	default:
		buf_printf(out, ",\"published\":\"%u-%02u-%02u\"", year, month,
		           day);
		break;
	}
}

static void put_list(struct buf *out, uint64_t *state,
                     const struct search_plan *p)
{
	buf_printf(out, ",\"authors\":[\"%s\"",
	           pick(state, authors, COUNT(authors)));
	if (texts_any(state, 3) == 0)
		buf_printf(out, ",\"%s\"",
		           pick(state, authors, COUNT(authors)));
	buf_text(out, "],\"tags\":[");
	for (size_t n = (size_t)texts_any(state, 4), i = 0; i < n; i++) {
		buf_text(out, i ? ",\"" : "\"");
		if (texts_any(state, 2))
			buf_text(out, pick(state, tags, COUNT(tags)));
		else
			texts_word(out, texts_rank(state, p->words));
		buf_text(out, "\"");
	}
	buf_text(out, "]");
}

void search_article(struct buf *out, const struct search_plan *p, size_t i)
{
	uint64_t state = p->seed << 32 | i;
	/* Every eighth is a later version of the one three before it. */
	const size_t page = i % 8 == 7 ? i - 3 : i;

	buf_printf(out, "{\"id\":\"%zu-%zu\",\"url\":\"https://a.example/%zu\"",
	           (size_t)p->seed, i, page);
	if (page != i)
		buf_text(out, ",\"modified\":\"2025-02-03\"");
	if (texts_any(&state, 9) > 0)
		buf_printf(out, ",\"source\":\"%s\"",
		           pick(&state, sources, COUNT(sources)));
	if (texts_any(&state, 9) > 0)
		buf_printf(out, ",\"language\":\"%s\"",
		           pick(&state, languages, COUNT(languages)));
	put_date(out, &state);
	put_list(out, &state, p);
	put_words(out, "title", &state, p, 9);
	put_words(out, "text", &state, p, p->length);
	buf_text(out, "}");
}

int search_case_make(struct io_memory *m, const struct search_plan *p,
                     struct fiche_error *err)
{
	struct fiche_writer_options opt = {
		.mode = case_exists(m) ? FICHE_APPEND : FICHE_CREATE,
		.level = 1,
		.index = p->index,
		.threads = 1,
		.uuid = (const uint8_t *)"search-case-uuid",
		.has_time = true,
		.time = 1600000000,
	};
	const size_t each = (p->count + p->commits - 1) / p->commits;
	struct fiche_writer *w;
	struct buf line = { 0 };
	int r = writer_open_io(&w, io_memory_io(m), CASE_PATH, &opt, err);

	for (size_t i = 0; r == 0 && i < p->count; i++) {
		buf_clear(&line);
		search_article(&line, p, p->first + i);
		r = buf_ok(&line) ? fiche_writer_add_json(w, line.ptr, line.len,
		                                          NULL, err)
		                  : err_nomem(err);
		if (r == 0 && ((i + 1) % each == 0 || i + 1 == p->count))
			r = fiche_writer_commit(w, err);
	}
	fiche_writer_close(w);
	buf_done(&line);
	return r;
}

int search_case_reindex(struct io_memory *m, bool basic,
                        struct fiche_error *err)
{
	struct fiche_reindex_options opt = { .basic = basic,
		                             .threads = 1,
		                             .has_time = true,
		                             .time = 1600000000 };

	return reindex_io(io_memory_io(m), CASE_PATH, &opt, NULL, err);
}

/* ---- queries ---- */

struct asker {
	struct buf *out;
	uint64_t *state;
	const struct oracle *o;
};

static uint64_t any(struct asker *k, uint64_t below)
{
	return texts_any(k->state, below);
}

/* Where some word of some article is; false: it has none. */
static bool any_place(struct asker *k, const struct oracle_article **a,
                      size_t *i)
{
	if (k->o->count == 0)
		return false;
	*a = &k->o->article[any(k, k->o->count)];
	if ((*a)->words == 0)
		return false;
	*i = (size_t)any(k, (*a)->words);
	return true;
}

static void put_word(struct asker *k)
{
	const struct oracle_article *a;
	const struct oracle_word *w = NULL;
	size_t i;

	switch (any(k, 24)) {
	case 0: /* none that is there */
		buf_printf(k->out, "nowhere%u", (unsigned)any(k, 100));
		return;
	case 1: /* seldom ones, as they are written */
	case 2:
		texts_word(k->out, (size_t)any(k, 1200));
		return;
	case 3:
		if (k->o->words > 0)
			w = &k->o->word[any(k, k->o->words)];
		break;
	default: /* the more often the commoner it is */
		if (any_place(k, &a, &i))
			w = &k->o->word[a->word[i]];
		break;
	}
	if (w)
		buf_put(k->out, w->ptr, w->len);
	else
		buf_text(k->out, "ko");
}

/* One to three characters of a word, and a star. */
static void put_prefix(struct asker *k)
{
	const struct oracle_article *a;
	const struct oracle_word *w;
	size_t i, len = 0, chars = 1 + (size_t)any(k, 3);

	if (!any_place(k, &a, &i)) {
		buf_text(k->out, "k*");
		return;
	}
	w = &k->o->word[a->word[i]];
	while (len < w->len && chars > 0) {
		len++;
		while (len < w->len && ((uint8_t)w->ptr[len] & 0xc0) == 0x80)
			len++;
		chars--;
	}
	buf_put(k->out, w->ptr, len);
	buf_text(k->out, "*");
}

/* Words that follow each other somewhere; or may do so, perhaps. */
static void put_run(struct asker *k, const char *between)
{
	const struct oracle_article *a;
	size_t i, n = 2 + (size_t)any(k, 3);

	if (any(k, 4) == 0 || !any_place(k, &a, &i)) {
		put_word(k);
		buf_text(k->out, between);
		put_word(k);
		return;
	}
	for (size_t at = i; at < a->words && at < i + n; at++) {
		const struct oracle_word *w = &k->o->word[a->word[at]];

		if (at > i)
			buf_text(k->out, between);
		buf_put(k->out, w->ptr, w->len);
	}
}

static void put_single(struct asker *k)
{
	static const char *const single[] = { "新", "大", "了", "渡",
		                              "국", "표", "龍" };

	buf_text(k->out, single[any(k, COUNT(single))]);
}

static void put_field(struct asker *k)
{
	static const char *const field[] = {
		"source:harbour.example",
		"site:*.harbour.example",
		"source:sever-vestnik.EXAMPLE",
		"lang:en",
		"language:en*",
		"lang:\"ru\"",
		"tag:\"climate change\"",
		"tag:sea",
		"tags:*news",
		"author:ana",
		"by:\"petrova smith\"",
		"author:*smith",
		"author:李明",
		"date:2021",
		"date:2020-03..2021-06",
		"date:..2019",
		"date:2023-05-04..",
		"date:400d",
		"date:never",
	};

	if (any(k, 8) == 0)
		buf_printf(k->out, "url:https://a.example/%u",
		           (unsigned)any(k, 300));
	else
		buf_text(k->out, field[any(k, COUNT(field))]);
}

static void put_list_of(struct asker *k, unsigned depth);

/* What may stand on either side of near. */
static void put_side(struct asker *k)
{
	switch (any(k, 6)) {
	case 0:
		put_prefix(k);
		break;
	case 1:
		put_single(k);
		break;
	case 2:
		buf_text(k->out, "\"");
		put_run(k, " ");
		buf_text(k->out, "\"");
		break;
	default:
		put_word(k);
		break;
	}
}

static void put_near(struct asker *k)
{
	put_side(k);
	if (any(k, 3))
		buf_printf(k->out, " near/%u ", (unsigned)any(k, 12));
	else
		buf_text(k->out, " near ");
	put_side(k);
}

static void put_title(struct asker *k, unsigned depth)
{
	buf_text(k->out, "title:");
	if (depth > 0 && any(k, 2)) {
		buf_text(k->out, "(");
		put_list_of(k, depth - 1);
		buf_text(k->out, ")");
	} else if (any(k, 3) == 0) {
		buf_text(k->out, "\"");
		put_run(k, " ");
		buf_text(k->out, "\"");
	} else {
		put_word(k);
	}
}

static void put_operand(struct asker *k, unsigned depth)
{
	switch (any(k, 16)) {
	case 0:
		put_prefix(k);
		break;
	case 1:
		put_single(k);
		break;
	case 2:
		put_run(k, "-");
		break;
	case 3:
	case 4:
		buf_text(k->out, any(k, 8) ? "\"" : "«");
		put_run(k, any(k, 3) ? " " : ", ");
		buf_text(k->out, "\"");
		break;
	case 5:
		put_near(k);
		break;
	case 6:
		put_title(k, depth);
		break;
	case 7:
		put_field(k);
		break;
	case 8:
	case 9:
		if (depth > 0) {
			buf_text(k->out, "(");
			put_list_of(k, depth - 1);
			buf_text(k->out, ")");
			break;
		}
		put_word(k);
		break;
	default:
		put_word(k);
		break;
	}
}

static void put_list_of(struct asker *k, unsigned depth)
{
	size_t n = 1 + (size_t)any(k, 3);

	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			buf_text(k->out, any(k, 3)   ? " "
			                 : any(k, 3) ? " OR "
			                             : " | ");
		if (any(k, 7) == 0)
			buf_text(k->out, any(k, 2) ? "-" : "NOT ");
		put_operand(k, depth);
	}
}

void search_query(struct buf *out, uint64_t *state, const struct oracle *o)
{
	struct asker k = { out, state, o };

	if (any(&k, 60) > 0)
		put_list_of(&k, 2);
}
