/* SPDX-License-Identifier: Apache-2.0 */
/* offer.c - cleaning and choosing; see offer.h. */

#include "page/offer.h"

#include <string.h>

#include "article/date.h"
#include "page/dates.h"
#include "page/html.h"
#include "page/html_entities.h"
#include "page/letters.h"

#define DAY        86400
#define TEXT_BYTES 16384
#define DATE_BYTES 200
#define NAME_BYTES 200

static bool has_tag(struct fiche_text t)
{
	for (size_t i = 0; i + 1 < t.len; i++)
		if (t.ptr[i] == '<' &&
		    (t.ptr[i + 1] == '/' ||
		     letters_is((unsigned char)t.ptr[i + 1])))
			return true;
	return false;
}

static struct fiche_text keep(struct facts *f, const void *ptr, size_t len)
{
	char *copy = arena_strndup(f->arena, ptr, len);

	if (copy)
		return (struct fiche_text){ copy, len };
	f->failed = true;
	return (struct fiche_text){ "", 0 };
}

static struct fiche_text without_tags(struct facts *f, struct fiche_text raw)
{
	struct arena arena = { 0 };
	struct buf out = { 0 };
	struct html h;

	if (html_parse(&h, &arena, raw.ptr, raw.len, NULL) == 0)
		html_put_inline(&out, &h, 0);
	else
		f->failed = true;
	f->failed |= !buf_ok(&out);
	raw = keep(f, out.len ? out.ptr : (const void *)"", out.len);
	buf_done(&out);
	arena_done(&arena);
	return raw;
}

static struct fiche_text resolved(struct facts *f, struct fiche_text raw)
{
	char *out = arena_take(f->arena, raw.len);

	if (!out) {
		f->failed = true;
		return (struct fiche_text){ "", 0 };
	}
	return (struct fiche_text){ out, html_entities(out, raw.ptr, raw.len,
		                                       false) };
}

struct fiche_text offer_clean(struct offer *o, struct fiche_text raw)
{
	for (int i = 0; i < 2; i++) {
		if (raw.len == 0)
			break;
		if (has_tag(raw))
			raw = without_tags(o->f, raw);
		else if (memchr(raw.ptr, '&', raw.len))
			raw = resolved(o->f, raw);
		else
			break;
	}
	return letters_trim(raw);
}

void offer_text(struct offer *o, struct fiche_text *to, struct fiche_text raw)
{
	/* More is no fact about a text but the text. */
	if (to->len == 0 && raw.len <= TEXT_BYTES)
		facts_set(o->f, to, offer_clean(o, raw));
}

/* Midnight is what is written where the time is not known. */
static bool is_midnight(struct fiche_text t)
{
	for (size_t i = 0; i + 6 <= t.len; i++)
		if ((t.ptr[i] == 'T' || t.ptr[i] == ' ') &&
		    memcmp(t.ptr + i + 1, "00:00", 5) == 0)
			return i + 9 > t.len || t.ptr[i + 6] != ':' ||
			       memcmp(t.ptr + i + 7, "00", 2) == 0;
	return false;
}

static enum fiche_precision precision_of(const struct fiche_date *d,
                                         struct fiche_text t)
{
	if (d->precision > FICHE_DATE_DAY && is_midnight(t))
		return FICHE_DATE_DAY;
	return d->precision;
}

static bool is_finer(struct fiche_text have, const struct fiche_date *d,
                     struct fiche_text text)
{
	const int64_t zones = 14 * 3600;
	struct fiche_date old;

	/* An unknown year (EDTF) is no date for date_parse(). */
	if (!date_parse(&old, have.ptr, have.len))
		return false;
	return precision_of(d, text) > precision_of(&old, have) &&
	       d->begin >= old.begin - zones &&
	       d->begin < (old.precision > FICHE_DATE_DAY ? old.begin + DAY
	                                                  : old.end) +
	                          zones;
}

/* Read `raw`, or write what it says into `b` so that it can be read. */
static bool read_date(struct offer *o, struct fiche_date *d, struct buf *b,
                      struct fiche_text *raw)
{
	struct dates_day day;

	*raw = letters_trim(*raw);
	if (raw->len == 0 || raw->len > DATE_BYTES)
		return false;
	if (date_parse(d, raw->ptr, raw->len))
		return true;
	if (!dates_find(&day, raw->ptr, raw->len, o->day_first))
		return false;
	dates_put(b, &day);
	o->f->failed |= !buf_ok(b);
	*raw = (struct fiche_text){ (const char *)b->ptr, b->len };
	return date_parse(d, raw->ptr, raw->len);
}

void offer_date(struct offer *o, struct fiche_text *to, struct fiche_text raw)
{
	struct buf b = { 0 };
	struct fiche_date d;

	if (!read_date(o, &d, &b, &raw))
		goto out;
	/* No date, to machines, is the first second or the year 1. */
	if (d.begin == 0 || d.begin < date_from_civil(1600, 1, 1) ||
	    (o->opt->now > 0 && d.begin > o->opt->now + 2 * DAY))
		goto out;
	if (to->len && is_finer(*to, &d, raw))
		*to = (struct fiche_text){ NULL, 0 };
	facts_set(o->f, to, raw);
out:
	buf_done(&b);
}

static bool is_url(struct fiche_text t)
{
	return t.len > 4 && (memcmp(t.ptr, "http", 4) == 0 ||
	                     memcmp(t.ptr, "www.", 4) == 0 || *t.ptr == '/');
}

/* "By", "Von", ... and a colon, in front of a name. */
static struct fiche_text without_by(struct fiche_text t)
{
	char word[LETTERS_WORD];
	size_t n = letters_word(word, t.ptr, t.len);

	if (n && n < t.len && (t.ptr[n] == ' ' || t.ptr[n] == ':') &&
	    letters_in("by von par por di da door av af autor автор author "
	               "reporter text words текст фото geschrieben",
	               word)) {
		t.ptr += n;
		t.len -= n;
		if (*t.ptr == ':') {
			t.ptr++;
			t.len--;
		}
	}
	return letters_trim(t);
}

static bool has_two_words(struct fiche_text t)
{
	char word[LETTERS_WORD];

	return letters_next(word, &t) > 0 && letters_next(word, &t) > 0;
}

/* The next "and" of other languages in *t, between two blanks; its length. */
static size_t find_and(size_t *at, struct fiche_text t)
{
	char word[LETTERS_WORD];
	size_t n;

	for (size_t i = 1; i + 2 < t.len; i++) {
		if (t.ptr[i - 1] != ' ')
			continue;
		n = letters_word(word, t.ptr + i, t.len - i);
		if (n == 0 || i + n >= t.len || t.ptr[i + n] != ' ' ||
		    !letters_in("und et y e og och en и та i", word))
			continue;
		*at = i;
		return n;
	}
	return 0;
}

/* One name or several; each part of two words, or it is one name. */
static void add_names(struct facts *f, struct fiche_text names)
{
	struct fiche_text left, right;
	size_t at, n;

	while ((n = find_and(&at, names)) > 0) {
		left = (struct fiche_text){ names.ptr, at - 1 };
		right = (struct fiche_text){ names.ptr + at + n,
			                     names.len - at - n };
		if (!has_two_words(left) || !has_two_words(right))
			break;
		list_split_authors(&f->authors, left);
		names = letters_trim(right);
	}
	list_split_authors(&f->authors, names);
	f->failed |= f->authors.failed;
}

void offer_authors(struct offer *o, struct fiche_text raw)
{
	struct fiche_text names = { NULL, 0 }, any;
	char word[LETTERS_WORD];

	facts_set(o->f, &names, offer_clean(o, raw));
	names = any = without_by(names);
	if (names.len == 0 || names.len > NAME_BYTES || is_url(names) ||
	    letters_equal(names, "null") || letters_equal(names, "none") ||
	    letters_next(word, &any) == 0)
		return;
	/* An address alone is nobody's name. */
	if (memchr(names.ptr, '@', names.len) &&
	    !memchr(names.ptr, ' ', names.len))
		return;
	add_names(o->f, names);
}

/* Keys of some database, in hexadecimal. */
static bool is_key(struct fiche_text t)
{
	if (t.len != 36)
		return false;
	for (size_t i = 0; i < t.len; i++)
		if (!memchr("0123456789abcdefABCDEF-", t.ptr[i], 23))
			return false;
	return true;
}

void offer_tags(struct offer *o, struct fiche_text raw)
{
	struct list *tags = &o->f->tags;
	struct fiche_text all = { NULL, 0 };
	size_t from = tags->count, kept = from;

	facts_set(o->f, &all, offer_clean(o, raw));
	list_split_tags(tags, all);
	for (size_t i = from; i < tags->count; i++)
		if (!is_key(tags->items[i]))
			tags->items[kept++] = tags->items[i];
	tags->count = kept;
	o->f->failed |= tags->failed;
}

void offer_tag(struct offer *o, struct fiche_text raw)
{
	raw = offer_clean(o, raw);
	if (!is_key(raw))
		facts_add(o->f, &o->f->tags, raw);
}

void offer_language(struct offer *o, struct fiche_text raw)
{
	char word[LETTERS_WORD];
	struct fiche_text t = offer_clean(o, raw), rest = t;

	/* Encodings are given for languages, too. */
	if (t.len < 2 || t.len > 40 || letters_next(word, &rest) < 2 ||
	    letters_in("utf iso windows charset none null", word))
		return;
	facts_set(o->f, &o->f->language, t);
}
