/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plain.c - finding the story between the furniture; see plain.h.
 *
 * Two things make us sure that a text was scraped: a dateline below lines that
 * are no prose, and phrases such as "Log in" above or below the prose.  Without
 * them all lines stay, for poems, lists and notes look like furniture too.
 */

#include "page/plain.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "page/candidates.h"
#include "page/dateline.h"
#include "page/letters.h"
#include "page/phrases.h"

#define HEAD_LINES  25  /* a story begins in these */
#define TAIL_LINES  200 /* furniture below it is not longer */
#define PROSE_WIDTH 60
#define LONG_WIDTH  110
#define BEGIN_WIDTH 200 /* of a first line that is a title of last resort */
#define TITLE_BYTES 300
#define LEAD_BYTES  1500
#define LEAD_WORDS  200

/* A line that is not empty, without its outer blanks. */
struct line {
	struct fiche_text text;
	bool after_blank; /* an empty line, or nothing, stands before it */
	bool prose;
	bool drop;
};

struct story {
	struct facts *f;
	const struct page_options *opt;
	const char *text; /* the whole of it */
	size_t len;
	struct line *lines;
	size_t count, cap;
	size_t first, last; /* lines of prose; count if there are none */
	size_t at;          /* of the dateline, or count */
	struct dateline dateline;
	size_t title; /* or count */
};

/* Wide scripts count twice. */
static size_t width_of(struct fiche_text t)
{
	size_t width = 0;
	unsigned n;

	for (size_t i = 0; i < t.len; i += n)
		width += letters_at(&n, t.ptr + i, t.len - i) >= 0x1100 ? 2 : 1;
	return width;
}

/* Does it end as sentences do, quotes and brackets aside? */
static bool ends_sentence(struct fiche_text t)
{
	static const char *const ends[] = {
		".",
		"!",
		"?",
		"\xe2\x80\xa6",
		"\xe3\x80\x82",
		"\xef\xbc\x81",
		"\xef\xbc\x9f",
		"\xd8\x9f",
		"\xe0\xa5\xa4",
	};
	static const char *const closing[] = {
		"\"",
		"'",
		")",
		"]",
		"\xe2\x80\x9d",
		"\xe2\x80\x9c",
		"\xe2\x80\x99",
		"\xc2\xbb",
		"\xc2\xab",
		"\xe3\x80\x8d",
		"\xef\xbc\x89",
	};

	for (size_t i = 0; i < sizeof(closing) / sizeof(*closing); i++) {
		size_t n = strlen(closing[i]);

		if (t.len > n &&
		    memcmp(t.ptr + t.len - n, closing[i], n) == 0) {
			t.len -= n;
			break;
		}
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		size_t n = strlen(ends[i]);

		if (t.len >= n && memcmp(t.ptr + t.len - n, ends[i], n) == 0)
			return true;
	}
	return false;
}

static int add_line(struct story *s, const char *ptr, size_t len, bool *blank)
{
	struct fiche_text t = letters_trim((struct fiche_text){ ptr, len });

	if (t.len == 0) {
		*blank = true;
		return 0;
	}
	if (alloc_grow(&s->lines, &s->cap, s->count + 1, sizeof(*s->lines)) < 0)
		return FICHE_ERR_NOMEM;
	s->lines[s->count++] =
		(struct line){ .text = t, .after_blank = *blank };
	*blank = false;
	return 0;
}

static int cut_lines(struct story *s)
{
	bool blank = true;
	size_t from = 0;

	for (size_t i = 0; i <= s->len; i++) {
		if (i < s->len && s->text[i] != '\n' && s->text[i] != '\r')
			continue;
		/* CR LF is one end of a line. */
		if (i > from || i == s->len || s->text[i] == '\r' || i == 0 ||
		    s->text[i - 1] != '\r')
			if (add_line(s, s->text + from, i - from, &blank) < 0)
				return FICHE_ERR_NOMEM;
		from = i + 1;
	}
	return 0;
}

/* A sentence, or more than a headline has; and all lines of a paragraph that
 * was wrapped. */
static void find_prose(struct story *s)
{
	size_t before = 0;

	for (size_t i = 0; i < s->count; i++) {
		struct line *l = &s->lines[i];
		size_t width = width_of(l->text);

		l->prose = width >= LONG_WIDTH ||
		           (width >= PROSE_WIDTH && ends_sentence(l->text));
		if (i && !l->after_blank && before >= PROSE_WIDTH &&
		    before < LONG_WIDTH && width < LONG_WIDTH) {
			if (width >= PROSE_WIDTH)
				l->prose = s->lines[i - 1].prose = true;
			else if (s->lines[i - 1].prose &&
			         !ends_sentence(s->lines[i - 1].text) &&
			         ends_sentence(l->text))
				l->prose = true;
		}
		before = width;
	}
	s->first = s->last = s->count;
	for (size_t i = 0; i < s->count; i++)
		if (s->lines[i].prose) {
			s->first = s->first < s->count ? s->first : i;
			s->last = i;
		}
}

static void find_dateline(struct story *s)
{
	s->at = s->count;
	for (size_t i = 0; i < s->count && i < HEAD_LINES; i++)
		if (dateline_read(&s->dateline, s->lines[i].text.ptr,
		                  s->lines[i].text.len)) {
			s->at = i;
			return;
		}
}

/* The longer words of the first paragraphs, cut where they get long. */
struct lead {
	char words[LEAD_WORDS][LETTERS_WORD];
	size_t count;
};

static void lead_add(struct lead *lead, struct fiche_text t)
{
	char word[LETTERS_WORD];
	size_t n;

	if (t.len > LEAD_BYTES)
		t.len = LEAD_BYTES;
	while (lead->count < LEAD_WORDS && (n = letters_next(word, &t)) > 0)
		if (n >= 4)
			memcpy(lead->words[lead->count++], word, sizeof(word));
}

static unsigned overlap(const struct lead *lead, struct fiche_text t)
{
	char word[LETTERS_WORD];
	unsigned found = 0;
	size_t n;

	if (t.len > TITLE_BYTES)
		return 0;
	while ((n = letters_next(word, &t)) > 0)
		for (size_t i = 0; n >= 4 && i < lead->count; i++)
			if (strcmp(lead->words[i], word) == 0) {
				found++;
				break;
			}
	return found;
}

static bool may_be_title(const struct line *l)
{
	return !l->prose && l->text.len <= TITLE_BYTES &&
	       width_of(l->text) >= 8 && !phrases_is_furniture(l->text) &&
	       (l->text.ptr[l->text.len - 1] != '.' ||
	        width_of(l->text) < PROSE_WIDTH);
}

/* Of the lines above the story, the first that shares enough words with its
 * beginning; a section's name shares one at most. */
static size_t title_above(const struct story *s, size_t story)
{
	struct lead lead = { .count = 0 };
	unsigned best = 0, shared;
	size_t last = s->count;

	for (size_t i = story; i < s->count && i < story + 3; i++)
		lead_add(&lead, s->lines[i].text);
	for (size_t i = 0; i < story && i < HEAD_LINES; i++)
		if (may_be_title(&s->lines[i])) {
			shared = overlap(&lead, s->lines[i].text);
			best = shared > best ? shared : best;
			last = i;
		}
	for (size_t i = 0; best >= 2 && i < story && i < HEAD_LINES; i++)
		if (may_be_title(&s->lines[i])) {
			shared = overlap(&lead, s->lines[i].text);
			if (shared >= 2 && shared * 2 >= best)
				return i;
		}
	return last;
}

/* A first line that stands apart, or above prose. */
static bool is_heading(const struct story *s)
{
	return s->count > 1 && may_be_title(&s->lines[0]) &&
	       (s->lines[1].after_blank || s->first == 1) &&
	       !ends_sentence(s->lines[0].text);
}

/* Bytes of some other kind, not the text that we took them for. */
static bool is_foreign(struct fiche_text t)
{
	unsigned n;

	for (size_t i = 0; i < t.len; i += n)
		if (letters_at(&n, t.ptr + i, t.len - i) == 0xfffd)
			return true;
	return false;
}

static void find_title(struct story *s)
{
	bool furniture = false;

	s->title = s->count;
	for (size_t i = 0; i < s->first && i < HEAD_LINES; i++)
		furniture |= phrases_is_furniture(s->lines[i].text);
	if (s->at < s->count && s->at > 0)
		s->title = title_above(s, s->at);
	else if (s->at == s->count && s->first < HEAD_LINES && furniture)
		s->title = title_above(s, s->first);
	else if (s->at == s->count && is_heading(s))
		s->title = 0;
	if (s->title < s->count)
		facts_set(s->f, &s->f->title, s->lines[s->title].text);
	/* Better than none: how it begins, if that is short. */
	else if (s->count && s->at > 0 && s->lines[0].text.len <= LEAD_BYTES &&
	         width_of(s->lines[0].text) <= BEGIN_WIDTH &&
	         !is_foreign(s->lines[0].text))
		facts_set(s->f, &s->f->title, s->lines[0].text);
}

static bool is_few_words(struct fiche_text t)
{
	char word[LETTERS_WORD];
	unsigned count = 0;

	while (count < 4 && letters_next(word, &t) > 0)
		count++;
	return count < 4;
}

/* Is the line the dateline's sentence once more? */
static bool is_repeated(const struct story *s, const struct line *l)
{
	struct fiche_text t = s->lines[s->at].text;

	t.ptr += s->dateline.end;
	t.len -= s->dateline.end;
	return t.len == l->text.len && memcmp(t.ptr, l->text.ptr, t.len) == 0;
}

static bool drop_head(struct story *s)
{
	size_t story = s->at < s->count ? s->at : s->first;
	bool found = false;

	if (story >= HEAD_LINES || s->title == s->count || s->title > story)
		return false;
	for (size_t i = 0; i < story; i++) {
		struct line *l = &s->lines[i];

		if (i < s->title)
			l->drop = true;
		else if (s->at < s->count && is_repeated(s, l))
			l->drop = true;
		else if (i > s->title)
			l->drop = phrases_is_furniture(l->text) ||
			          (s->at < s->count && !l->prose &&
			           is_few_words(l->text));
		found |= l->drop;
	}
	/* The headline alone is no furniture. */
	if (found)
		s->lines[s->title].drop = true;
	return found;
}

/* From the group of lines with the first phrase of furniture to the end. */
static bool drop_tail(struct story *s)
{
	size_t from = s->last + 1, i;

	if (s->last == s->count || s->count - s->last > TAIL_LINES)
		return false;
	for (i = from; i < s->count; i++) {
		if (s->lines[i].after_blank)
			from = i;
		if (phrases_is_furniture(s->lines[i].text))
			break;
	}
	if (i >= s->count)
		return false;
	for (i = from; i < s->count; i++)
		s->lines[i].drop = true;
	return true;
}

/* A text of sentences, not a form or a poem. */
static bool is_story(const struct story *s)
{
	size_t lines = 0, bytes = 0;

	for (size_t i = 0; i < s->count && bytes < 2000; i++)
		if (s->lines[i].prose) {
			lines++;
			bytes += s->lines[i].text.len;
		}
	return (lines >= 2 && bytes >= 200) || bytes >= 400;
}

/* What was between two lines stays between them. */
static void put_story(struct buf *out, const struct story *s)
{
	const char *end = NULL;

	for (size_t i = 0; i < s->count; i++) {
		const struct line *l = &s->lines[i];

		if (l->drop) {
			end = out->len ? s->text : NULL;
			continue;
		}
		if (end == s->text)
			buf_text(out, "\n\n");
		else if (end)
			buf_put(out, end, (size_t)(l->text.ptr - end));
		buf_put(out, l->text.ptr, l->text.len);
		end = l->text.ptr + l->text.len;
	}
}

/* "Updated", "Last modified" and their like before a date. */
static bool says_modified(struct fiche_text t)
{
	char word[LETTERS_WORD];

	while (letters_next(word, &t) > 0)
		if (letters_in("updated update modified aktualisiert "
		               "aktualisierung modifié actualizado atualizado "
		               "aggiornato обновлено оновлено",
		               word))
			return true;
	return false;
}

static bool says_published(struct fiche_text t)
{
	char word[LETTERS_WORD];

	return letters_next(word, &t) > 0 &&
	       letters_in("published posted date veröffentlicht stand publié "
	                  "publicado pubblicato опубликовано опубліковано",
	                  word);
}

/* A third of the line or more, and nothing before it but what belongs to a
 * date: the caption of a picture has names there. */
static bool is_date_line(struct fiche_text before, size_t date, size_t line)
{
	char word[LETTERS_WORD];
	struct fiche_text t = before;

	if (says_published(before) || says_modified(before))
		return true;
	if (date * 3 < line)
		return false;
	if (before.len == 0 || memchr("|,:-(", before.ptr[before.len - 1], 5))
		return true;
	return letters_next(word, &t) > 0 && dates_weekday(word);
}

/* A line above the prose that is little more than a date. */
static void find_date_line(struct story *s)
{
	struct facts *f = s->f;
	struct buf b = { 0 };
	struct dates_day d;

	for (size_t i = 0; i < s->count && i < HEAD_LINES && i <= s->first;
	     i++) {
		struct fiche_text t = s->lines[i].text, before;

		if (s->lines[i].prose || t.len > TITLE_BYTES ||
		    !dates_find(&d, t.ptr, t.len, false))
			continue;
		before = letters_trim((struct fiche_text){ t.ptr, d.at });
		if (!is_date_line(before, d.end - d.at, t.len))
			continue;
		buf_clear(&b);
		dates_put(&b, &d);
		facts_set(f,
		          says_modified(before) ? &f->modified : &f->published,
		          (struct fiche_text){ (char *)b.ptr, b.len });
	}
	f->failed |= !buf_ok(&b);
	buf_done(&b);
}

static void use_dateline(struct story *s)
{
	const struct dateline *d = &s->dateline;
	struct facts *f = s->f;

	facts_set(f, &f->site_name, d->agency);
	facts_set(f, &f->source, d->agency);
	if (d->has_day)
		candidates_set(f, &d->day, s->lines[s->at].text,
		               (struct fiche_text){ s->text, s->len },
		               s->opt->now);
}

int plain_read(struct facts *f, struct buf *out, const char *text, size_t len,
               const struct page_options *opt, struct fiche_error *err)
{
	struct story s = { .f = f, .opt = opt, .text = text, .len = len };
	bool head, tail;

	if (cut_lines(&s) < 0) {
		alloc_free(s.lines);
		return err_nomem(err);
	}
	find_prose(&s);
	find_dateline(&s);
	find_title(&s);
	find_date_line(&s);
	if (s.at < s.count)
		use_dateline(&s);
	if (is_story(&s)) {
		head = drop_head(&s);
		tail = drop_tail(&s);
		if (head || tail)
			put_story(out, &s);
	}
	alloc_free(s.lines);
	if (!buf_ok(out) || f->failed)
		return err_nomem(err);
	return 0;
}
