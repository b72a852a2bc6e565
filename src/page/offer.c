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
#define DATE_BYTES 200
#define NAME_BYTES 200
#define TAG_BYTES  200

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
	if (to->len == 0)
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
	               "reporter text words",
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

void offer_authors(struct offer *o, struct fiche_text raw)
{
	struct fiche_text names = { NULL, 0 };

	facts_set(o->f, &names, offer_clean(o, raw));
	names = without_by(names);
	if (names.len == 0 || names.len > NAME_BYTES || is_url(names) ||
	    letters_equal(names, "null") || letters_equal(names, "none"))
		return;
	list_split_authors(&o->f->authors, names);
	o->f->failed |= o->f->authors.failed;
}

void offer_tags(struct offer *o, struct fiche_text raw)
{
	struct fiche_text tags = { NULL, 0 };

	facts_set(o->f, &tags, offer_clean(o, raw));
	list_split_tags(&o->f->tags, tags);
	o->f->failed |= o->f->tags.failed;
}
