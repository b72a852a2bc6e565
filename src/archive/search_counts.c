/* SPDX-License-Identifier: Apache-2.0 */
/*
 * search_counts.c - how the matches of a search are spread: over the names of a
 * field, and over time.
 *
 * Each name has its list of records in the index, as runs; how many of them
 * match is counted in words of bits.
 */

#include <stdlib.h>
#include <string.h>

#include "archive/search.h"
#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/doclist.h"

static int not_collected(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
	               "the search did not keep all matches");
}

static bool collected(const struct fiche_hits *h)
{
	return h->opt.total == FICHE_TOTAL_EXACT;
}

/* Bits set in [from, from + count). */
static uint64_t count_bits(const struct set *s, uint64_t from, uint64_t count)
{
	uint64_t n = 0, end = from + count;

	while (from < end) {
		uint64_t word = s->word[from / 64] >> from % 64;
		uint64_t step = 64 - from % 64;

		if (step > end - from) {
			step = end - from;
			word &= (UINT64_C(1) << step) - 1;
		}
		n += (unsigned)__builtin_popcountll(word);
		from += step;
	}
	return n;
}

/* ---- names ---- */

struct count {
	struct fiche_text name;
	uint64_t matches;
};

struct counting {
	const struct search_archive *archive;
	const struct reader_segment *s;
	struct segment_in *in;
	struct count *count;
	size_t used, cap;
	struct arena arena;
	struct buf list;
};

static int count_name(void *ctx, const uint8_t *key, size_t len,
                      uint64_t ordinal, uint64_t docs,
                      const struct segment_part *list, struct fiche_error *err)
{
	struct counting *c = ctx;
	struct doclist l;
	uint64_t n;
	char *name;
	int r;

	(void)ordinal;
	(void)docs;
	buf_clear(&c->list);
	r = segment_list(&c->s->segment, c->in, list, &c->list, err);
	if (r < 0)
		return r;
	doclist_init(&l, c->list.ptr, c->list.len, c->s->segment.count);
	n = doclist_count(&l, c->archive->matches.word,
	                  c->s->where.first_record);
	if (l.bad)
		return err_set(err, FICHE_ERR_CORRUPT, c->s->where.offset,
		               "a list of records is malformed");
	if (n == 0)
		return 0;
	name = arena_strndup(&c->arena, (const char *)key + 1, len - 1);
	if (!name ||
	    alloc_grow(&c->count, &c->cap, c->used + 1, sizeof(*c->count)) < 0)
		return err_nomem(err);
	c->count[c->used++] = (struct count){ { name, len - 1 }, n };
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	return term_compare(x->name.ptr, x->name.len, y->name.ptr, y->name.len);
}

static int by_matches(const void *a, const void *b)
{
	const struct count *x = a, *y = b;

	if (x->matches != y->matches)
		return x->matches > y->matches ? -1 : 1;
	return by_name(a, b);
}

/* Add up what segments and archives have counted of the same name. */
static void join_names(struct counting *c)
{
	size_t kept = 0;

	if (c->used > 1)
		qsort(c->count, c->used, sizeof(*c->count), by_name);
	for (size_t i = 0; i < c->used; i++) {
		if (kept > 0 && by_name(&c->count[kept - 1], &c->count[i]) == 0)
			c->count[kept - 1].matches += c->count[i].matches;
		else
			c->count[kept++] = c->count[i];
	}
	c->used = kept;
	if (c->used > 1)
		qsort(c->count, c->used, sizeof(*c->count), by_matches);
}

int fiche_hits_facet(const struct fiche_hits *h, char field, size_t limit,
                     int (*each)(void *ctx, struct fiche_text name,
                                 uint64_t matches),
                     void *ctx, uint64_t *others, struct fiche_error *err)
{
	struct counting c = { 0 };
	int r = collected(h) ? 0 : not_collected(err);

	for (size_t i = 0; r == 0 && i < h->part_count; i++) {
		const struct search_part *p = &h->part[i];
		struct fiche_reader *rd = h->archive[p->reader].reader;
		union view_in in;

		c.archive = &h->archive[p->reader];
		r = reader_segment(rd, p->view,
		                   (size_t)(p->segment - rd->segments), true,
		                   &c.s, err);
		c.in = view_in_init(&in, p->view, p->segment);
		if (r == 0)
			r = segment_each_term(&c.s->segment, c.in, &c.s->fences,
			                      field, count_name, &c, err);
	}
	if (r == 0) {
		join_names(&c);
		if (limit == 0 || limit > c.used)
			limit = c.used;
		if (others)
			*others = c.used - limit;
		for (size_t i = 0; r == 0 && i < limit; i++)
			r = each(ctx, c.count[i].name, c.count[i].matches);
	}
	alloc_free(c.count);
	arena_done(&c.arena);
	buf_done(&c.list);
	return r;
}

/* ---- dates ---- */

#define DAY 86400

/* Matches for each day of the years that a date can have. */
struct days {
	uint32_t *count;
	int64_t begin, end; /* of all days, in seconds */
	size_t first, last; /* of those that have matches */
	bool any;
	uint64_t undated;
};

static void add_date(struct days *d, int64_t date)
{
	size_t day;

	/* Only an index that lies has others. */
	if (date < d->begin || date >= d->end) {
		d->undated++;
		return;
	}
	day = (size_t)((date - d->begin) / DAY);
	d->count[day]++;
	d->first = d->any && d->first < day ? d->first : day;
	d->last = d->any && d->last > day ? d->last : day;
	d->any = true;
}

static int part_dates(struct days *d, const struct fiche_hits *h,
                      const struct search_part *p, uint64_t *date,
                      uint64_t *meta, struct fiche_error *err)
{
	const struct set *matches = &h->archive[p->reader].matches;
	const struct segment *s = &p->segment->segment;
	const uint64_t first = p->segment->where.first_record;
	union view_in mem;
	struct segment_in *in = view_in_init(&mem, p->view, p->segment);
	int r = 0;

	for (uint64_t at = 0; r == 0 && at < s->count; at += SELECT_CHUNK) {
		uint64_t n = s->count - at < SELECT_CHUNK ? s->count - at
		                                          : SELECT_CHUNK;

		if (count_bits(matches, first + at, n) == 0)
			continue;
		r = segment_columns(s, in, COLUMN_DATE, at, n, date, err);
		if (r == 0)
			r = segment_columns(s, in, COLUMN_DATE_META, at, n,
			                    meta, err);
		for (uint64_t i = 0; r == 0 && i < n; i++) {
			if (!set_has(matches, first + at + i))
				continue;
			if (meta[i] & DATE_META_PRECISION)
				add_date(d, (int64_t)date[i]);
			else
				d->undated++;
		}
	}
	return r;
}

/* The first second of the unit that holds a day. */
static int64_t unit_of(int64_t day, enum fiche_unit unit)
{
	/* 1970-01-01 was a Thursday, the fourth day of its week. */
	int64_t weekday = ((day / DAY + 3) % 7 + 7) % 7;
	unsigned month, month_day, second;
	int64_t year;

	if (unit == FICHE_UNIT_DAY)
		return day;
	if (unit == FICHE_UNIT_WEEK)
		return day - weekday * DAY;
	date_to_civil(day, &year, &month, &month_day, &second);
	return date_from_civil(year, unit == FICHE_UNIT_YEAR ? 1 : month, 1);
}

static int each_unit(const struct days *d, enum fiche_unit unit,
                     int (*each)(void *ctx, int64_t begin, uint64_t matches),
                     void *ctx)
{
	uint64_t matches = 0;
	int64_t open = 0;
	int r = 0;

	for (size_t i = d->first; d->any && r == 0 && i <= d->last; i++) {
		int64_t begin;

		if (d->count[i] == 0)
			continue;
		begin = unit_of(d->begin + (int64_t)i * DAY, unit);
		if (matches > 0 && begin != open) {
			r = each(ctx, open, matches);
			matches = 0;
		}
		open = begin;
		matches += d->count[i];
	}
	return r == 0 && matches > 0 ? each(ctx, open, matches) : r;
}

int fiche_hits_histogram(const struct fiche_hits *h, enum fiche_unit unit,
                         int (*each)(void *ctx, int64_t begin,
                                     uint64_t matches),
                         void *ctx, uint64_t *undated, struct fiche_error *err)
{
	struct days d = { .begin = date_from_civil(1000, 1, 1),
		          .end = date_from_civil(10000, 1, 1) };
	uint64_t *date, *meta;
	int r = 0;

	if (!collected(h))
		return not_collected(err);
	date = alloc_zeroed(SELECT_CHUNK, sizeof(*date));
	meta = alloc_zeroed(SELECT_CHUNK, sizeof(*meta));
	d.count = alloc_zeroed((size_t)((d.end - d.begin) / DAY),
	                       sizeof(*d.count));
	if (!date || !meta || !d.count)
		r = err_nomem(err);
	for (size_t i = 0; r == 0 && i < h->part_count; i++)
		r = part_dates(&d, h, &h->part[i], date, meta, err);
	if (r == 0)
		r = each_unit(&d, unit, each, ctx);
	if (r == 0 && undated)
		*undated = d.undated;
	alloc_free(d.count);
	alloc_free(date);
	alloc_free(meta);
	return r;
}
