/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dateline.c - place, day and agency in the orders that agencies have; see
 * dateline.h.
 *
 * There is no list of agencies: the name is what stands between the brackets or
 * strokes, or behind the dash up to a full stop.
 */

#include "page/dateline.h"

#include <string.h>

#include "page/letters.h"

#define PLACE_WORDS  8
#define AGENCY_BYTES 60
#define AGENCY_WORDS 5

struct rest {
	const char *at;
	size_t len;
};

static void pass(struct rest *r, size_t n)
{
	r->at += n;
	r->len -= n;
}

static bool take(struct rest *r, const char *text)
{
	size_t n = strlen(text);

	if (r->len < n || memcmp(r->at, text, n) != 0)
		return false;
	pass(r, n);
	return true;
}

static void skip_blanks(struct rest *r)
{
	for (int i = 0; i < 8; i++)
		if (!take(r, " ") && !take(r, "\t") && !take(r, "\xc2\xa0") &&
		    !take(r, "\xe3\x80\x80"))
			break;
}

static void skip_marks(struct rest *r)
{
	skip_blanks(r);
	if (!take(r, ","))
		(void)take(r, ".");
	skip_blanks(r);
}

static bool take_dash(struct rest *r)
{
	static const char *const dashes[] = {
		"--", "-", "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x80\x95", "=",
	};

	skip_blanks(r);
	for (size_t i = 0; i < sizeof(dashes) / sizeof(*dashes); i++)
		if (take(r, dashes[i])) {
			skip_blanks(r);
			return true;
		}
	return false;
}

/* What is said of the words between two marks. */
struct words {
	unsigned count, capital;
	bool digit;
};

static struct words words_of(struct fiche_text t)
{
	struct words w = { 0 };
	bool inside = false;
	unsigned n;

	for (size_t i = 0; i < t.len; i += n) {
		uint32_t c = letters_at(&n, t.ptr + i, t.len - i);

		if (letters_is(c) && !inside) {
			w.count++;
			w.capital += letters_is_upper(c) || c >= 0x1100;
		}
		w.digit |= c >= '0' && c <= '9';
		inside = letters_is(c) ||
		         (c < 0x80 && c && strchr("'-./", (int)c));
	}
	return w;
}

static bool is_agency(struct fiche_text t)
{
	struct words w = words_of(t);

	return t.len <= AGENCY_BYTES && !w.digit && w.count >= 1 &&
	       w.count <= AGENCY_WORDS && (w.capital > 0 || w.count == 1);
}

/* (Agency), /AGENCY/ */
static bool take_agency(struct fiche_text *out, struct rest *r)
{
	static const char *const pairs[][2] = {
		{ "(", ")" },
		{ "/", "/" },
		{ "[", "]" },
		{ "\xef\xbc\x88", "\xef\xbc\x89" },
	};
	struct rest from = *r;
	size_t close, n;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++) {
		if (!take(&from, pairs[i][0]))
			continue;
		close = strlen(pairs[i][1]);
		for (n = 0; n <= AGENCY_BYTES && n + close <= from.len; n++)
			if (memcmp(from.at + n, pairs[i][1], close) == 0)
				break;
		if (n > AGENCY_BYTES || n + close > from.len)
			return false;
		*out = (struct fiche_text){ from.at, n };
		if (!is_agency(*out))
			return false;
		pass(&from, n + close);
		*r = from;
		return true;
	}
	return false;
}

static bool take_day(struct dateline *d, struct rest *r)
{
	if (d->has_day || !dates_read(&d->day, r->at, r->len, true))
		return false;
	d->has_day = true;
	/* The full stop behind a short name of a month went with it. */
	pass(r, d->day.end);
	return true;
}

/* A word of a place's name: a capital, or what stands between such words. */
static size_t place_word(bool *upper, const struct rest *r)
{
	char word[LETTERS_WORD];
	size_t n = letters_word(word, r->at, r->len);
	unsigned first, second;
	uint32_t c;

	if (n == 0)
		return 0;
	c = letters_at(&first, r->at, r->len);
	if (!letters_is_upper(c))
		return letters_in(
			       "de da do dos das del di la le les los las el "
			       "al am an der im of the sur bei y e",
			       word)
		               ? n
		               : 0;
	c = letters_at(&second, r->at + first, r->len - first);
	*upper |= letters_is_upper(c);
	return n;
}

/* Words up to a day, a bracket or a dash.  *upper: one of them is all in
 * capitals, as in no sentence. */
static bool take_place(struct dateline *d, bool *upper, struct rest *r)
{
	struct rest from = *r;
	unsigned count = 0;
	size_t n;

	while (count < PLACE_WORDS) {
		if (count && take_day(d, &from))
			break;
		n = place_word(upper, &from);
		if (n == 0)
			break;
		pass(&from, n);
		count++;
		/* St. Gallen, Xi'an, Baden-Baden, and the next part. */
		if (!take(&from, "'") && !take(&from, "\xe2\x80\x99") &&
		    !(from.len > 1 && *from.at == '-' && from.at[1] != '-' &&
		      from.at[1] != ' ' && take(&from, "-"))) {
			n = from.len;
			skip_marks(&from);
			if (n == from.len)
				break;
		}
	}
	if (count)
		*r = from;
	return count > 0;
}

/* "- Agency. The ...": behind a dash, up to the full stop. */
static void agency_behind(struct dateline *d, struct rest *r)
{
	struct fiche_text name = { r->at, 0 };
	const char *stop;
	size_t room = r->len < AGENCY_BYTES ? r->len : AGENCY_BYTES;

	stop = room ? memchr(r->at, '.', room) : NULL;
	if (!stop)
		return;
	name.len = (size_t)(stop - r->at);
	if (!is_agency(name) || words_of(name).count > 3)
		return;
	d->agency = name;
	pass(r, name.len + 1);
	skip_blanks(r);
}

/* Day and agency in either order, behind the place. */
static void take_rest(struct dateline *d, bool *strokes, struct rest *r)
{
	for (int i = 0; i < 3; i++) {
		skip_marks(r);
		if (take_day(d, r))
			continue;
		if (d->agency.len)
			continue;
		*strokes = r->len && *r->at == '/';
		if (!take_agency(&d->agency, r))
			return;
	}
}

/* With neither a day nor a place in capitals, only a short name that looks like
 * an agency is one, for "Name (other name) - ..." begins a sentence. */
static bool is_plain_agency(struct fiche_text t)
{
	struct words w = words_of(t);
	char word[LETTERS_WORD];
	unsigned first, second;
	uint32_t a = letters_at(&first, t.ptr, t.len);
	uint32_t b = letters_at(&second, t.ptr + first, t.len - first);

	if (w.count != 1)
		return false;
	(void)letters_word(word, t.ptr, t.len);
	return !letters_is_upper(a) || letters_is_upper(b) ||
	       letters_in("reuters xinhua interfax bloomberg lusa", word);
}

static bool western(struct dateline *d, struct rest *r)
{
	bool place, upper = false, dash, strokes = false;

	if (take_agency(&d->agency, r))
		(void)take_dash(r);
	skip_blanks(r);
	(void)take_day(d, r);
	place = !d->has_day && take_place(d, &upper, r);
	if (!place && !d->has_day)
		return false;
	take_rest(d, &strokes, r);
	(void)take(r, ".");
	dash = take_dash(r);
	skip_blanks(r);
	if (d->agency.len && !d->has_day && !upper)
		return dash && is_plain_agency(d->agency);
	if (d->agency.len)
		return dash || (strokes && place);
	if (!place || !upper || !d->has_day || !dash)
		return false;
	agency_behind(d, r);
	return true;
}

/* The place and the agency in one bracket, parted by '='. */
static bool korean(struct dateline *d, struct rest *r)
{
	struct fiche_text t;
	const char *mark;

	if (!take_agency(&t, r))
		return false;
	mark = memchr(t.ptr, '=', t.len);
	if (!mark)
		return false;
	d->agency = (struct fiche_text){ mark + 1,
		                         t.len - (size_t)(mark + 1 - t.ptr) };
	skip_blanks(r);
	return d->agency.len > 0;
}

/* Agency, place, month, day, "dispatch", without any blank; the agency's name
 * ends in "society" or "net". */
static bool chinese(struct dateline *d, struct rest *r)
{
	static const char society[] = "\xe7\xa4\xbe", net[] = "\xe7\xbd\x91";
	const char *start;
	size_t seen = 0;
	unsigned n;

	if (!take(r, "\xef\xbc\x88") && !take(r, "("))
		(void)take(r, "\xe3\x80\x90");
	start = r->at;
	for (; seen < 30 && r->len; seen++) {
		if (*r->at >= '0' && *r->at <= '9')
			break;
		if (d->agency.len == 0 && (take(r, society) || take(r, net))) {
			d->agency =
				(struct fiche_text){ start,
				                     (size_t)(r->at - start) };
			continue;
		}
		if (letters_at(&n, r->at, r->len) < 0x2e80)
			return false;
		pass(r, n);
	}
	if (d->agency.len == 0 || !take_day(d, r) || !take(r, "\xe7\x94\xb5"))
		return false;
	if (!take(r, "\xef\xbc\x89") && !take(r, ")"))
		(void)take(r, "\xe3\x80\x91");
	skip_blanks(r);
	return true;
}

bool dateline_read(struct dateline *out, const char *text, size_t len)
{
	for (int form = 0; form < 3; form++) {
		struct dateline d = { 0 };
		struct rest r = { text, len };
		bool ok;

		skip_blanks(&r);
		ok = form == 0   ? korean(&d, &r)
		     : form == 1 ? western(&d, &r)
		                 : chinese(&d, &r);
		if (!ok)
			continue;
		d.end = len - r.len;
		*out = d;
		return true;
	}
	return false;
}
