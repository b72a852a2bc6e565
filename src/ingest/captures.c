/* SPDX-License-Identifier: Apache-2.0 */
/* captures.c - cutting a crawler's file into its records; see captures.h. */
#include "ingest/captures.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ingest/tally.h"

#define HEAD_MAX   ((size_t)1 << 20)
#define HEAD_NEXT  ((size_t)8 << 10) /* of a record about the one before */
#define TOLD_MAX   10                /* faults of one input, told by one */
#define BLOCK_LOOK ((size_t)64 << 10)

struct captures {
	const struct input *i;
	struct lines *l;
	const struct capture_shape *shape;
	uint64_t number; /* records begun */
	uint64_t faults;
	struct tally others;
	struct buf spare[2];
	char last_id[96]; /* of the last record that was an article */
	size_t last_id_len;
};

/* ---- Bytes ---- */

static const uint8_t *here(const struct captures *c)
{
	return c->l->ptr + c->l->at;
}

static size_t have(const struct captures *c)
{
	return c->l->len - c->l->at;
}

static uint64_t offset(const struct captures *c)
{
	return c->l->total - have(c);
}

/* As lines_want(), of no more than there may be. */
static int want(struct captures *c, size_t len, struct fiche_error *err)
{
	size_t max = c->l->max;

	return lines_want(c->l, len < max ? len : max, err);
}

static bool starts(const struct captures *c, const uint8_t *at, size_t len)
{
	return c->shape->starts(at, len);
}

static bool is_line_end(uint8_t b)
{
	return b == '\r' || b == '\n';
}

/* ---- Faults ---- */

/* A record, or what stands in place of one, is not as it should be; `lost` if
 * it is not packed. */
static void fault(struct captures *c, bool lost, uint64_t number,
                  const char *fmt, ...) FICHE_PRINTF(4, 5);

static void fault(struct captures *c, bool lost, uint64_t number,
                  const char *fmt, ...)
{
	char text[200];
	va_list args;

	if (++c->faults > TOLD_MAX) {
		if (lost)
			c->i->stats->skipped++;
		else
			c->i->stats->damaged++;
		return;
	}
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (lost)
		input_skip(c->i, number, "%s", text);
	else
		input_damaged(c->i, number, "%s", text);
}

static void sum_up(struct captures *c)
{
	struct buf text = { 0 };

	if (c->faults > TOLD_MAX)
		input_note(c->i, 0, "%" PRIu64 " more faults like these",
		           c->faults - TOLD_MAX);
	if (c->others.total == 0)
		return;
	buf_printf(&text,
	           "%" PRIu64 " other record%s left out: ", c->others.total,
	           c->others.total == 1 ? "" : "s");
	tally_put(&text, &c->others);
	buf_u8(&text, '\0');
	if (buf_ok(&text))
		input_note(c->i, 0, "%s", (const char *)text.ptr);
	buf_done(&text);
}

/* ---- Finding records ---- */

/* Go on by a line, or by what there is of it, and not further than `most`;
 * *whole tells whether it ended. */
static size_t pass_line(struct captures *c, uint64_t most, bool *whole,
                        bool *blank)
{
	size_t len = have(c) < most ? have(c) : (size_t)most;
	const uint8_t *at = here(c), *lf = memchr(at, '\n', len);
	size_t n = lf != NULL ? (size_t)(lf - at) + 1 : len, i = 0;

	while (i < n && is_line_end(at[i]))
		i++;
	*whole = lf != NULL;
	*blank = i == n;
	c->l->at += n;
	return n;
}

/* Go to the next record.  Returns 0, FICHE_END or a failure. */
static int find_record(struct captures *c, struct fiche_error *err)
{
	uint64_t from = 0, passed = 0;
	bool begins = true, blank;
	int r;

	for (;;) {
		uint64_t at = offset(c);
		size_t n;

		r = want(c, c->shape->start_max, err);
		if (r < 0)
			return r;
		if (have(c) == 0)
			break;
		if (begins && starts(c, here(c), have(c)))
			break;
		n = pass_line(c, UINT64_MAX, &begins, &blank);
		if (blank)
			continue;
		if (passed == 0)
			from = at;
		passed += n;
	}
	if (passed > 0 && !stream_stopped(c->l->stream))
		fault(c, true, 0,
		      "%" PRIu64 " bytes from byte %" PRIu64
		      " on are no record: passed over",
		      passed, from);
	return have(c) == 0 ? FICHE_END : 0;
}

/* A line in [from, to) that begins a record, or `to`. */
static size_t find_start(const struct captures *c, size_t from, size_t to)
{
	const uint8_t *at = here(c) + from, *end = here(c) + to;
	const uint8_t *all = here(c) + have(c);

	while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
		at++;
		if (at < end && starts(c, at, (size_t)(all - at)))
			return (size_t)(at - here(c));
	}
	return to;
}

/*
 * The length of the head, and whether it is a whole one: not cut by the end, by
 * another record, or too long.
 */
static int find_head(struct captures *c, size_t *len, bool *whole,
                     struct fiche_error *err)
{
	const uint8_t *lf;
	size_t seen = 0, n;
	int r;

	*whole = false;
	for (;;) {
		while ((lf = memchr(here(c) + seen, '\n', have(c) - seen))) {
			const uint8_t *line = here(c) + seen;

			*len = seen;
			if (seen > 0 && starts(c, line, have(c) - seen))
				return 0;
			seen = (size_t)(lf - here(c)) + 1;
			while (line < lf && *line == '\r')
				line++;
			if (line < lf && !c->shape->one_line)
				continue;
			*len = seen;
			*whole = true;
			return 0;
		}
		n = have(c);
		*len = n;
		if (c->l->end != 0 || n >= HEAD_MAX || n >= c->l->max)
			return 0;
		r = want(c, n * 2, err);
		if (r < 0)
			return r;
	}
}

/* ---- One record ---- */

/* Is the end of a block at `at` one: is there another record, or nothing? */
static bool ends_well(const struct captures *c, size_t at)
{
	while (at < have(c) && is_line_end(here(c)[at]))
		at++;
	if (starts(c, here(c) + at, have(c) - at))
		return true;
	/* The bound of memory may hide it. */
	return have(c) == at ||
	       (c->l->end == 0 && have(c) - at < c->shape->start_max);
}

static size_t separator(const struct captures *c, size_t at)
{
	size_t n = 0;

	while (n < c->shape->separator_max && at + n < have(c) &&
	       is_line_end(here(c)[at + n]))
		n++;
	return n;
}

/* Read the head anew: what was borrowed before may have moved. */
static void set_capture(const struct captures *c, struct capture *out,
                        size_t head, size_t block, size_t all)
{
	*out = (struct capture){ 0 };
	c->shape->read_head(&out->head, here(c), head);
	out->record = (struct bytes){ here(c), all };
	out->block = (struct bytes){ here(c) + head, block };
	capture_look(out);
}

/* Go `*left` bytes on, but no further than to a line that begins a record: what
 * is not held in memory cannot be looked at again. */
static int pass_block(struct captures *c, uint64_t *left,
                      struct fiche_error *err)
{
	bool begins = true, blank;
	int r = 0;

	while (*left > 0) {
		r = want(c, c->shape->start_max, err);
		if (r < 0 || have(c) == 0 ||
		    (begins && starts(c, here(c), have(c))))
			break;
		*left -= pass_line(c, *left, &begins, &blank);
	}
	return r;
}

/* Longer than may be: see what it is, and go behind it. */
static int pass_long(struct captures *c, size_t head, uint64_t length,
                     struct fiche_error *err)
{
	char kind[CAPTURE_KIND];
	struct capture capture;
	uint64_t left = length;
	size_t block;
	bool other;
	int r = want(c, head + BLOCK_LOOK, err);

	if (r < 0)
		return r;
	block = have(c) - head < length ? have(c) - head : (size_t)length;
	set_capture(c, &capture, head, block, head + block);
	other = capture_is_other(&capture, kind);
	c->l->at += head;
	r = pass_block(c, &left, err);
	if (r < 0)
		return r;
	if (left > 0 && !stream_stopped(c->l->stream))
		fault(c, true, c->number,
		      "says it has %" PRIu64 " bytes, but has %" PRIu64
		      ": left out",
		      length, length - left);
	else if (other)
		tally_add(&c->others, kind);
	else
		input_too_long(c->i, c->number);
	return 0;
}

/*
 * Is the record behind the first `len` bytes about this one?  Then *notes is
 * its block, and the result its length, else 0.
 */
static int find_notes(struct captures *c, size_t head, size_t len,
                      size_t *notes_at, size_t *notes_len, size_t *more,
                      struct fiche_error *err)
{
	struct capture_head this = { 0 }, next = { 0 };
	size_t n, at = len;
	int r = want(c, len + HEAD_NEXT, err);

	*more = 0;
	if (r < 0)
		return r;
	while (at < have(c) && is_line_end(here(c)[at]))
		at++;
	if (!starts(c, here(c) + at, have(c) - at))
		return 0;
	n = head_len(here(c) + at, have(c) - at);
	if (n == 0)
		return 0;
	c->shape->read_head(&this, here(c), head);
	c->shape->read_head(&next, here(c) + at, n);
	if (!next.has_length || next.length > c->l->max - at ||
	    !c->shape->is_about(&next, &this))
		return 0;
	*notes_at = at + n;
	*notes_len = (size_t)next.length;
	n += at + *notes_len;
	if (n > c->l->max)
		return 0;
	r = want(c, n + c->shape->separator_max + c->shape->start_max, err);
	if (r == 0 && have(c) >= n && ends_well(c, n))
		*more = n + separator(c, n) - len;
	return r;
}

/* A text that was made of the record before, which has it already? */
static bool is_made_of_last(const struct captures *c, const struct capture *x)
{
	struct fiche_text of = x->head.about[1];

	return head_is(x->head.kind, "conversion") && of.len > 0 &&
	       of.len == c->last_id_len &&
	       memcmp(of.ptr, c->last_id, of.len) == 0;
}

static void remember_id(struct captures *c, struct fiche_text id)
{
	c->last_id_len = id.len <= sizeof(c->last_id) ? id.len : 0;
	if (c->last_id_len > 0)
		memcpy(c->last_id, id.ptr, c->last_id_len);
}

/* A record that is whole in memory; `good` if nothing is wrong with it. */
static int take_record(struct captures *c, size_t head, size_t block,
                       size_t all, bool good, struct fiche_error *err)
{
	const struct input *i = c->i;
	size_t notes_at = 0, notes_len = 0, more = 0;
	uint64_t number = c->number;
	char kind[CAPTURE_KIND];
	const char *which = NULL;
	struct capture capture;
	bool other;
	int r = 0;

	set_capture(c, &capture, head, block, all);
	other = capture_is_other(&capture, kind);
	if (!other && is_made_of_last(c, &capture)) {
		other = true;
		(void)snprintf(kind, sizeof(kind),
		               "conversion of the record before");
	}
	if (!other)
		remember_id(c, capture.head.id);
	if (good)
		r = capture_check(&capture, &which, c->spare, err);
	if (which != NULL)
		fault(c, false, number, "does not have its %s digest", which);
	if (r == 0 && good && !other && c->shape->is_about != NULL) {
		r = find_notes(c, head, all, &notes_at, &notes_len, &more, err);
		set_capture(c, &capture, head, block, all + more);
	}
	if (r < 0)
		return r;
	if (more > 0) {
		capture.notes = (struct bytes){ here(c) + notes_at, notes_len };
		c->number++;
	}
	if (!other || i->in->opt.every_capture)
		r = capture_add(i, &capture, c->shape->type, !other, number,
		                c->spare, err);
	else
		tally_add(&c->others, kind);
	c->l->at += all + more;
	return r;
}

/* Its length is not true, or not known: it ends at `end`, where another record
 * begins or nothing is. */
static int take_cut(struct captures *c, size_t head, size_t length, bool sure,
                    size_t end, struct fiche_error *err)
{
	size_t at = end;

	if (sure)
		fault(c, false, c->number, "says it has %zu bytes, but has %zu",
		      length, end - head);
	else
		fault(c, false, c->number, "does not say how long it is");
	/* Its separator stands before the next one. */
	while (at > head && end - at < c->shape->separator_max &&
	       end < have(c) && is_line_end(here(c)[at - 1]))
		at--;
	return take_record(c, head, at - head, end, false, err);
}

/* The block begins behind `head` and should have `length` bytes; if that is not
 * `sure`, it is the most there may be. */
static int read_block(struct captures *c, size_t head, size_t length, bool sure,
                      struct fiche_error *err)
{
	size_t end = head + length, at;
	int r = want(c, end + c->shape->separator_max + c->shape->start_max,
	             err);

	if (r < 0)
		return r;
	/* A record begun when all was stopped is dropped, as a line is. */
	if (have(c) < end && stream_stopped(c->l->stream)) {
		c->l->at = c->l->len;
		return 0;
	}
	if (!sure || have(c) < end || !ends_well(c, end)) {
		if (have(c) < end)
			end = have(c);
		at = find_start(c, head - 1, end);
		if (!sure || at < end || end < head + length)
			return take_cut(c, head, length, sure, at, err);
	}
	return take_record(c, head, length, end + separator(c, end), true, err);
}

static int read_record(struct captures *c, struct fiche_error *err)
{
	struct capture_head h = { 0 };
	size_t head, max = c->l->max;
	bool whole;
	int r;

	c->number++;
	r = find_head(c, &head, &whole, err);
	if (r < 0)
		return r;
	if (!whole) {
		if (!stream_stopped(c->l->stream))
			fault(c, true, c->number,
			      "its head at byte %" PRIu64
			      " has no end: left out",
			      offset(c));
		c->l->at += head;
		return 0;
	}
	c->shape->read_head(&h, here(c), head);
	if (head > max || (h.has_length && h.length > max - head))
		return pass_long(c, head, h.length, err);
	return read_block(c, head, h.has_length ? (size_t)h.length : max - head,
	                  h.has_length, err);
}

int captures_read(const struct input *i, const struct capture_shape *shape,
                  struct fiche_error *err)
{
	struct captures c = { .i = i, .l = i->bytes, .shape = shape };
	int r = 0;

	while (r == 0 && !input_stopped(i)) {
		r = find_record(&c, err);
		if (r == 0)
			r = read_record(&c, err);
	}
	buf_done(&c.spare[0]);
	buf_done(&c.spare[1]);
	if (r < 0)
		return r;
	sum_up(&c);
	return input_ended(i, c.l->end, &c.l->why, "what follows is lost", err);
}
