/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json_doc.c - JSON that is not lines: arrays, objects one after the other,
 * answers of interfaces, in any mixture and with what scrapers break.
 *
 * Outside of objects, brackets and commas mean nothing: "[{..},]{..}]" is two
 * records.  An object is a record, unless it is something around articles; then
 * its lists are gone through.  Only one record at a time is in memory.
 */
#include <inttypes.h>
#include <string.h>

#include "ingest/classify.h"
#include "ingest/json_doc.h"
#include "ingest/json_span.h"
#include "ingest/json_wrap.h"
#include "ingest/object.h"

#define KEY_MAX  64  /* of the keys that are compared */
#define FEED_MAX 256 /* of what a feed says about all its items */

struct doc {
	const struct input *i;
	struct lines *l;
	uint64_t line;   /* of the byte at l->at, from 1 */
	uint64_t column; /* bytes before it on its line */
	unsigned open;   /* brackets of arrays around it */
	/* By their first key records are found again behind damage. */
	char first_key[KEY_MAX];
	size_t first_key_len;
	/* ... and, where each begins in the same column of a line, by that. */
	uint64_t first_column, last_line;
	bool uneven;
	bool doubtful; /* the next object may be a part of a damaged one */
	uint64_t strays, stray_line;
	uint64_t cut_line; /* where the record began that has no end */
	bool broken;       /* nothing more can be made of it */
	struct object_feed feed;
	uint8_t feed_text[2][FEED_MAX];
	bool is_feed;
};

enum { WHOLE, BAD, LONG, CUT };

/* ---- Moving on ---- */

static void pass(struct doc *d, size_t n)
{
	const uint8_t *at = d->l->ptr + d->l->at, *end = at + n, *lf;

	d->l->at += n;
	while (at < end && (lf = memchr(at, '\n', (size_t)(end - at)))) {
		d->line++;
		d->column = 0;
		at = lf + 1;
	}
	d->column += (uint64_t)(end - at);
}

static size_t left(const struct doc *d)
{
	return d->l->len - d->l->at;
}

/* The next byte that is not blank, which stays; -1 at the end. */
static int peek(struct doc *d, int *c, struct fiche_error *err)
{
	for (;;) {
		const uint8_t *at = d->l->ptr + d->l->at;
		size_t n = 0, have = left(d);
		int r;

		while (n < have && classify_blank(at + n, 1))
			n++;
		if (n < have)
			*c = at[n];
		pass(d, n);
		if (n < have)
			return 0;
		r = lines_fill(d->l, err);
		if (r == 0)
			continue;
		*c = -1;
		return r < 0 ? r : 0;
	}
}

/* How far the value at l->at goes, and whether that is all of it. */
static int measure(struct doc *d, struct span *s, size_t *len,
                   struct fiche_error *err)
{
	size_t used;
	int r;

	span_init(s);
	for (*len = 0;;) {
		enum span_result is = span_feed(s, d->l->ptr + d->l->at + *len,
		                                left(d) - *len, &used);

		*len += used;
		if (*len > d->l->max)
			return LONG;
		if (is != SPAN_MORE)
			return is == SPAN_DONE ? WHOLE : BAD;
		r = lines_fill(d->l, err);
		if (r != 0)
			return r < 0 ? r : CUT;
	}
}

/* Pass a value that is longer than may be, or of no interest; `keep` gives it
 * to the file of rejects. */
static int pass_value(struct doc *d, struct span *s, bool keep,
                      struct fiche_error *err)
{
	const struct fiche_ingest_options *opt = &d->i->in->opt;
	bool give = keep && opt->oversize != NULL;
	uint64_t line = d->line;
	enum span_result is;
	size_t used;
	int r = 0;

	do {
		is = span_feed(s, d->l->ptr + d->l->at, left(d), &used);
		if (give && used > 0)
			opt->oversize(opt->ctx, d->l->ptr + d->l->at, used);
		pass(d, used);
		if (is == SPAN_MORE)
			r = lines_fill(d->l, err);
	} while (is == SPAN_MORE && r == 0);
	if (give)
		opt->oversize(opt->ctx, "", 0);
	if (is == SPAN_MORE && d->cut_line == 0)
		d->cut_line = line;
	return r < 0 ? r : 0;
}

/* ---- Behind damage ---- */

/* The first key of the object at `at`, if it is short. */
static size_t first_key(const uint8_t **key, const uint8_t *at, size_t len)
{
	size_t n = 1, from;

	while (n < len && classify_blank(at + n, 1))
		n++;
	if (n == len || at[n] != '"')
		return 0;
	from = ++n;
	while (n < len && n - from < KEY_MAX && at[n] != '"')
		n++;
	if (n == len || at[n] != '"')
		return 0;
	*key = at + from;
	return n - from;
}

static bool looks_like_others(struct doc *d, const uint8_t *at, size_t len)
{
	const uint8_t *key;
	size_t n = first_key(&key, at, len);

	return n > 0 &&
	       (d->first_key_len == 0 ||
	        (n == d->first_key_len && memcmp(key, d->first_key, n) == 0));
}

/* Behind "[" or ":" stands a part of something; nothing to be seen is fine. */
static bool begins_list(const uint8_t *from, const uint8_t *at)
{
	while (at > from && classify_blank(at - 1, 1))
		at--;
	return at > from && (at[-1] == '[' || at[-1] == ':');
}

/* Go to the next object that begins as the others do. */
static int find_next(struct doc *d, size_t from, struct fiche_error *err)
{
	d->doubtful = true;
	for (;;) {
		const uint8_t *at, *hit;
		size_t have;
		int r = lines_want(d->l, from + 2 * KEY_MAX, err);

		if (r < 0 && r != FICHE_ERR_LIMIT)
			return r;
		at = d->l->ptr + d->l->at;
		have = left(d);
		hit = from < have ? memchr(at + from, '{', have - from) : NULL;
		if (hit != NULL && begins_list(at, hit)) {
			from = (size_t)(hit - at) + 1;
			continue;
		}
		pass(d, hit != NULL ? (size_t)(hit - at) : have);
		if (hit == NULL && d->l->end != 0)
			return 0;
		from = 0;
		if (hit == NULL)
			continue;
		r = lines_want(d->l, 2 * KEY_MAX, err);
		if (r < 0 && r != FICHE_ERR_LIMIT)
			return r;
		if ((d->uneven || d->last_line == 0 ||
		     d->column == d->first_column) &&
		    looks_like_others(d, d->l->ptr + d->l->at, left(d)))
			return 0;
		from = 1;
	}
}

static void remember(struct doc *d, size_t len)
{
	const uint8_t *key;

	if (d->first_key_len == 0) {
		d->first_key_len = first_key(&key, d->l->ptr + d->l->at, len);
		if (d->first_key_len > 0)
			memcpy(d->first_key, key, d->first_key_len);
		d->first_column = d->column;
	} else if (d->column != d->first_column || d->line == d->last_line) {
		d->uneven = true;
	}
}

static void tell_bad(struct doc *d, const struct span *s, size_t len)
{
	const uint8_t *at = d->l->ptr + d->l->at, *end = at + len, *lf;
	uint64_t line = d->line, column = d->column;

	for (; (lf = memchr(at, '\n', (size_t)(end - at))); at = lf + 1) {
		line++;
		column = 0;
	}
	column += (uint64_t)(end - at) + 1;
	if (!d->doubtful)
		input_skip(d->i, line,
		           "column %" PRIu64 ": %s: what is around is left out",
		           column, s->why);
}

/* What is at l->at is no whole record. */
static int recover(struct doc *d, struct span *s, int how, size_t len,
                   struct fiche_error *err)
{
	const uint8_t *at = d->l->ptr + d->l->at;
	size_t back = len < 2 * KEY_MAX ? len : 2 * KEY_MAX;

	if (how == CUT) {
		if (d->cut_line == 0)
			d->cut_line = d->line;
		pass(d, left(d));
		return 0;
	}
	if (how == LONG) {
		if (!d->doubtful)
			input_too_long(d->i, d->line);
		span_init(s);
		return pass_value(d, s, true, err);
	}
	remember(d, len);
	tell_bad(d, s, len);
	/* A string without an end takes the beginning of the next with it. */
	for (; back > 1; back--)
		if (at[len - back + 1] == '{' &&
		    looks_like_others(d, at + len - back + 1, left(d) - len))
			break;
	return find_next(d, back > 1 ? len - back + 1 : len, err);
}

/* ---- Records ---- */

static void tell_strays(struct doc *d)
{
	if (d->strays == 1)
		input_skip(d->i, d->stray_line, "no object: left out");
	else if (d->strays > 1)
		input_skip(d->i, d->stray_line,
		           "%" PRIu64 " values that are no objects: left out",
		           d->strays);
	if (d->strays > 1)
		d->i->stats->skipped += d->strays - 1;
	d->strays = 0;
}

/* A value that is no object, or something that is no value. */
static int pass_stray(struct doc *d, struct fiche_error *err)
{
	bool quoted = d->l->ptr[d->l->at] == '"';
	bool first = true;

	if (d->strays++ == 0)
		d->stray_line = d->line;
	for (;;) {
		const uint8_t *at = d->l->ptr + d->l->at;
		size_t have = left(d), n = first && have > 0;
		int r;

		/* Strings end with their line, come what may. */
		while (n < have &&
		       !(quoted ? at[n] == '"' || at[n] == '\n'
		                : strchr("{[]},\" \t\r\n", at[n]) != NULL &&
		                          at[n] != '\0'))
			n++;
		first = first && have == 0;
		pass(d, n < have && quoted ? n + 1 : n);
		if (n < have)
			return 0;
		r = lines_fill(d->l, err);
		if (r != 0)
			return r < 0 ? r : 0;
	}
}

static int give(struct doc *d, size_t len, struct fiche_error *err)
{
	const uint8_t *at = d->l->ptr + d->l->at;
	int r;

	tell_strays(d);
	remember(d, len);
	d->last_line = d->line;
	if (d->is_feed)
		r = object_add_item(d->i, at, len, d->line, &d->feed, err);
	else
		r = input_add_object(d->i, at, len, d->line, err);
	pass(d, len);
	return r;
}

/* The object at l->at, which is no wrapper. */
static int read_record(struct doc *d, struct fiche_error *err)
{
	struct span s;
	size_t len;
	int how = measure(d, &s, &len, err);

	if (how < 0)
		return how;
	if (how != WHOLE)
		return recover(d, &s, how, len, err);
	if (d->doubtful &&
	    !wrap_is_article((const char *)d->l->ptr + d->l->at, len))
		return find_next(d, len, err);
	d->doubtful = false;
	return give(d, len, err);
}

/* Behind the '[' of a list of articles: up to its end. */
static int read_list(struct doc *d, struct fiche_error *err)
{
	unsigned outside = d->open++;
	int c, r;

	while ((r = peek(d, &c, err)) == 0 && c >= 0) {
		if (c == '{') {
			r = read_record(d, err);
		} else if (c == '[' || c == ']' || c == ',' || c == '}') {
			pass(d, 1);
			d->open += c == '[';
			d->open -= c == ']';
			if (d->open == outside)
				return 0;
		} else {
			r = pass_stray(d, err);
		}
		if (r < 0)
			return r;
	}
	return r;
}

/* ---- Wrappers ---- */

struct walk {
	struct wrap_path path;
	const char *only;
	bool values; /* the members of the object itself are the articles */
	bool in_array[WRAP_DEPTH_MAX + 2];
	size_t index[WRAP_DEPTH_MAX + 2];
	unsigned depth;
};

/* A string directly in a feed that says something about its items. */
static void see_feed(struct doc *d, const char *key, size_t len)
{
	static const struct {
		const char *key;
		unsigned text;
	} known[] = { { "title", 0 }, { "language", 1 } };
	const uint8_t *at = d->l->ptr + d->l->at;
	size_t n = 1, have = left(d);
	struct buf plain = { 0 };

	while (n < have && at[n] != '"' && at[n] != '\n')
		n += at[n] == '\\' ? 2 : 1;
	if (n >= have || at[n] != '"')
		return;
	if (len == 7 && memcmp(key, "version", 7) == 0)
		d->is_feed = n >= 21 &&
		             memcmp(at + 1, "https://jsonfeed.org", 20) == 0;
	json_unescape(&plain, (const char *)at + 1, n - 1, NULL);
	for (unsigned i = 0; i < 2; i++) {
		struct fiche_text *to = known[i].text == 0 ? &d->feed.site_name
		                                           : &d->feed.language;

		if (strlen(known[i].key) != len ||
		    memcmp(known[i].key, key, len) != 0 || !buf_ok(&plain) ||
		    plain.len == 0 || plain.len > FEED_MAX)
			continue;
		memcpy(d->feed_text[i], plain.ptr, plain.len);
		to->ptr = (const char *)d->feed_text[i];
		to->len = plain.len;
	}
	buf_done(&plain);
}

/* At a value of the walk: into it, through its articles, or past it. */
static int walk_value(struct doc *d, struct walk *w, int c,
                      struct fiche_error *err)
{
	enum wrap_match m =
		w->values ? (w->depth == 1 ? WRAP_HERE : WRAP_ELSEWHERE)
			  : wrap_match(&w->path, w->only);
	struct span s;
	int r;

	if (m == WRAP_HERE && c == '[' && !w->values) {
		pass(d, 1);
		r = read_list(d, err);
		wrap_pop(&w->path);
		return r;
	}
	if (m == WRAP_HERE && c == '{' && (w->values || w->only != NULL)) {
		wrap_pop(&w->path);
		return read_record(d, err);
	}
	/* "/articles" can be a list, or have one below. */
	if ((m == WRAP_ABOVE || (m == WRAP_HERE && c == '{')) &&
	    (c == '{' || c == '[') && w->depth <= WRAP_DEPTH_MAX) {
		pass(d, 1);
		w->depth++;
		w->in_array[w->depth] = c == '[';
		w->index[w->depth] = 0;
		return 0;
	}
	wrap_pop(&w->path);
	span_init(&s);
	return pass_value(d, &s, false, err);
}

/* The key of a member, up to its value. */
static int walk_key(struct doc *d, struct walk *w, struct fiche_error *err)
{
	const uint8_t *at, *key;
	char copy[KEY_MAX];
	size_t n = 0, len;
	int c, r;

	r = lines_want(d->l, KEY_MAX + 2, err);
	if (r < 0)
		return r;
	at = d->l->ptr + d->l->at;
	for (n = 1; n < left(d) && at[n] != '"'; n++)
		n += at[n] == '\\';
	if (n < left(d) && n - 1 <= KEY_MAX) {
		key = at + 1;
		len = n - 1;
		memcpy(copy, key, len);
		wrap_push(&w->path, copy, len);
		pass(d, n + 1);
	} else {
		struct span s;

		len = 0;
		wrap_push(&w->path, "", 0);
		w->path.lost = true;
		span_init(&s);
		r = pass_value(d, &s, false, err);
		if (r < 0)
			return r;
	}
	r = peek(d, &c, err);
	if (r < 0 || c != ':') {
		d->broken = c >= 0;
		return r;
	}
	pass(d, 1);
	r = peek(d, &c, err);
	if (r < 0)
		return r;
	if (c == '"' && w->depth == 1 && len > 0) {
		r = lines_want(d->l, 2 * FEED_MAX, err);
		if (r < 0)
			return r;
		see_feed(d, copy, len);
	}
	return c < 0 ? 0 : walk_value(d, w, c, err);
}

/* Through an object around articles, at l->at. */
static int walk_wrapper(struct doc *d, bool values, struct fiche_error *err)
{
	struct walk w = { .only = d->i->in->opt.records_at, .values = values };
	int c, r;

	w.depth = 1;
	pass(d, 1);
	while (w.depth > 0) {
		r = peek(d, &c, err);
		if (r < 0)
			return r;
		if (c < 0) {
			if (d->cut_line == 0)
				d->cut_line = d->line;
			return 0;
		}
		if (c == ',') {
			pass(d, 1);
		} else if (c == '}' || c == ']') {
			pass(d, 1);
			if (--w.depth > 0)
				wrap_pop(&w.path);
		} else if (w.in_array[w.depth]) {
			wrap_push_index(&w.path, w.index[w.depth]++);
			r = walk_value(d, &w, c, err);
		} else if (c == '"') {
			r = walk_key(d, &w, err);
		} else {
			d->broken = true;
		}
		if (r < 0 || d->broken)
			return r;
	}
	d->is_feed = false;
	d->feed = (struct object_feed){ { NULL, 0 }, { NULL, 0 } };
	return 0;
}

/* Through an object to where the user says. */
static int walk_pointer(struct doc *d, struct fiche_error *err)
{
	const char *pointer = d->i->in->opt.records_at;
	uint64_t line = d->line, before = d->i->stats->records;
	int r;

	if (pointer[0] == '\0')
		return read_record(d, err);
	r = walk_wrapper(d, false, err);
	if (r == 0 && d->i->stats->records == before)
		input_skip(d->i, line, "has no articles at %s", pointer);
	return r;
}

/* An object that stands outside of all arrays: a record or around some. */
static int read_top(struct doc *d, struct fiche_error *err)
{
	struct span s;
	size_t len, values;
	enum wrap wrap;
	int how;

	if (d->i->in->opt.records_at != NULL)
		return walk_pointer(d, err);
	how = measure(d, &s, &len, err);
	if (how < 0)
		return how;
	wrap = wrap_find(&values, (const char *)d->l->ptr + d->l->at, len);
	if (wrap != WRAP_NONE && !d->doubtful)
		return walk_wrapper(d, wrap == WRAP_VALUES, err);
	return how == WHOLE && !d->doubtful ? give(d, len, err)
	                                    : read_record(d, err);
}

/* ---- The whole ---- */

static int read_all(struct doc *d, struct fiche_error *err)
{
	int c, r;

	while ((r = peek(d, &c, err)) == 0 && c >= 0 && !d->broken) {
		if (c == '{') {
			r = d->open == 0 || d->i->in->opt.records_at != NULL
			            ? read_top(d, err)
			            : read_record(d, err);
		} else if (c == '[' || c == ']' || c == ',' || c == '}') {
			pass(d, 1);
			d->open += c == '[';
			d->open -= c == ']' && d->open > 0;
		} else {
			r = pass_stray(d, err);
		}
		if (r < 0)
			return r;
	}
	tell_strays(d);
	return r;
}

static int tell_end(struct doc *d, struct fiche_error *err)
{
	const struct input *i = d->i;
	int r = input_ended(i, d->l->end, &d->l->why, "what follows is lost",
	                    err);

	if (r < 0 || d->l->end < 0 || i->stats->stopped)
		return r;
	if (d->broken)
		input_fail(i,
		           "line %" PRIu64 ", column %" PRIu64
		           ": malformed: what follows is lost",
		           d->line, d->column + 1);
	else if (d->cut_line > 0)
		input_fail(i,
		           "ends inside what began in line %" PRIu64
		           ", which is left out",
		           d->cut_line);
	else if (d->open > 0)
		input_fail(i, "ends inside an array: something may be missing");
	return 0;
}

static int read_doc(const struct input *i, struct fiche_error *err)
{
	struct doc d = { .i = i, .l = i->bytes, .line = 1 };
	struct look begin = { i->bytes->ptr + i->bytes->at, left(&d), false,
		              i->name };
	int r;

	i->bytes->at += classify_bom(&begin);
	r = read_all(&d, err);
	return r < 0 ? r : tell_end(&d, err);
}

/* Answers of one line come before lines, see json_sniff.c. */
const struct format format_json_answer = { "json-answer", json_sniff_answer,
	                                   read_doc };
const struct format format_json = { "json", json_sniff, read_doc };
