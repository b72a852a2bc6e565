/* SPDX-License-Identifier: Apache-2.0 */
/*
 * select.c - which records: one bit for each, narrowed by every filter
 * (spec 4.4, 4.5).
 */

#include <stdlib.h>
#include <string.h>

#include "archive/reader.h"
#include "archive/record.h"
#include "article/date.h"
#include "article/fields.h"
#include "base/alloc.h"
#include "base/err.h"
#include "format/doclist.h"

#define ID_PREFIX_MIN 8
#define CHUNK 8192 /* column values read at once */
#define YEAR_SECONDS ((int64_t)366 * 86400)

struct fiche_results {
	uint64_t *number;
	uint64_t count;
	uint64_t total;
	uint64_t older;
};

/* What is being narrowed: a bit for each record number. */
struct set {
	uint64_t *word;
	size_t words;
};

struct search {
	struct fiche_reader *reader;
	struct fiche_view *view;
	const struct fiche_selection *sel;
	struct set hits;
	struct set some; /* of the filter being applied */
	uint64_t older;
};

void fiche_selection_init(struct fiche_selection *s)
{
	memset(s, 0, sizeof(*s));
	s->from = INT64_MIN;
	s->to = INT64_MAX;
}

static int set_new(struct set *s, uint64_t records)
{
	s->words = (size_t)(records / 64 + 1);
	s->word = alloc_zeroed(s->words, sizeof(*s->word));
	return s->word ? 0 : FICHE_ERR_NOMEM;
}

static void set_run(struct set *s, uint64_t first, uint64_t count)
{
	while (count > 0 && first % 64) {
		s->word[first / 64] |= (uint64_t)1 << first % 64;
		first++;
		count--;
	}
	for (; count >= 64; first += 64, count -= 64)
		s->word[first / 64] = UINT64_MAX;
	for (; count > 0; first++, count--)
		s->word[first / 64] |= (uint64_t)1 << first % 64;
}

static bool set_has(const struct set *s, uint64_t n)
{
	return s->word[n / 64] >> n % 64 & 1;
}

static void set_drop(struct set *s, uint64_t n)
{
	s->word[n / 64] &= ~((uint64_t)1 << n % 64);
}

/* hits &= some, and empty `some` for the next filter. */
static void narrow(struct search *q)
{
	for (size_t i = 0; i < q->hits.words; i++)
		q->hits.word[i] &= q->some.word[i];
	memset(q->some.word, 0, q->some.words * sizeof(*q->some.word));
}

/* ---- names ---- */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool is_pattern(const char *p)
{
	return strpbrk(p, "*?") != NULL;
}

/* '*' and '?' with ASCII case ignored; linear in text times stars. */
static bool matches(const char *pattern, const char *text, size_t len)
{
	const char *star = NULL;
	size_t i = 0, mark = 0;

	while (i < len) {
		if (*pattern == '*') {
			star = pattern++;
			mark = i;
		} else if (*pattern &&
		           (*pattern == '?' ||
		            lower(*pattern) == lower(text[i]))) {
			pattern++;
			i++;
		} else if (star) {
			pattern = star + 1;
			i = ++mark;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return *pattern == '\0';
}

struct term_search {
	struct search *q;
	const struct reader_segment *s;
	struct segment_in *in;
	const char *const *values;
	size_t count;
	struct buf list;
};

static int term_hit(void *ctx, const uint8_t *key, size_t len, uint64_t ordinal,
                    uint64_t docs, const struct segment_part *list,
                    struct fiche_error *err)
{
	struct term_search *t = ctx;
	struct doclist l;
	uint64_t start, run;
	bool hit = false;
	int r;

	(void)ordinal;
	(void)docs;
	for (size_t i = 0; !hit && i < t->count; i++)
		hit = matches(t->values[i], (const char *)key + 1, len - 1);
	if (!hit)
		return 0;
	buf_clear(&t->list);
	r = segment_list(&t->s->segment, t->in, list, &t->list, err);
	if (r < 0)
		return r;
	doclist_init(&l, t->list.ptr, t->list.len, t->s->segment.count);
	while (doclist_next(&l, &start, &run))
		set_run(&t->q->some, t->s->where.first_record + start, run);
	if (l.bad)
		return err_set(err, FICHE_ERR_CORRUPT, t->s->where.offset,
		               "a list of records is malformed");
	return 0;
}

static int by_names(struct search *q, char field, const char *const *values,
                    size_t count, struct fiche_error *err)
{
	int r = 0;

	if (count == 0)
		return 0;
	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		struct term_search t = { .q = q,
			                 .values = values,
			                 .count = count };
		union view_in in;

		r = reader_segment(q->reader, q->view, i, true, &t.s, err);
		if (r < 0)
			break;
		t.in = view_in_init(&in, q->view, t.s);
		r = segment_each_term(&t.s->segment, t.in, &t.s->fences, field,
		                      term_hit, &t, err);
		buf_done(&t.list);
	}
	narrow(q);
	return r;
}

/* ---- dates ---- */

static int64_t date_end(int64_t begin, unsigned meta)
{
	return date_make(begin, (enum fiche_precision)(meta &
	                                               DATE_META_PRECISION),
	                 false)
	        .end;
}

/* A few dates: through the date order. */
static int dates_by_order(struct search *q, const struct reader_segment *s,
                          struct segment_in *in, uint64_t lo, uint64_t hi,
                          struct fiche_error *err)
{
	uint64_t idx, begin, meta;
	int r = 0;

	for (uint64_t pos = lo; r == 0 && pos < hi; pos++) {
		r = segment_dord(&s->segment, in, pos, &idx, err);
		if (r == 0)
			r = segment_column(&s->segment, in, COLUMN_DATE, idx,
			                   &begin, err);
		if (r == 0)
			r = segment_column(&s->segment, in, COLUMN_DATE_META,
			                   idx, &meta, err);
		if (r == 0 && (int64_t)begin < q->sel->to &&
		    date_end((int64_t)begin, (unsigned)meta) > q->sel->from)
			set_run(&q->some, s->where.first_record + idx, 1);
	}
	return r;
}

/* Many: through the columns. */
static int dates_by_column(struct search *q, const struct reader_segment *s,
                           struct segment_in *in, struct fiche_error *err)
{
	uint64_t *begin = alloc_zeroed(CHUNK, sizeof(*begin));
	uint64_t *meta = alloc_zeroed(CHUNK, sizeof(*meta));
	int r = begin && meta ? 0 : err_nomem(err);

	for (uint64_t at = 0; r == 0 && at < s->segment.count; at += CHUNK) {
		uint64_t n = s->segment.count - at < CHUNK
		                     ? s->segment.count - at
		                     : CHUNK;

		r = segment_columns(&s->segment, in, COLUMN_DATE, at, n, begin,
		                    err);
		if (r == 0)
			r = segment_columns(&s->segment, in, COLUMN_DATE_META,
			                    at, n, meta, err);
		for (uint64_t i = 0; r == 0 && i < n; i++)
			if ((meta[i] & DATE_META_PRECISION) &&
			    (int64_t)begin[i] < q->sel->to &&
			    date_end((int64_t)begin[i], (unsigned)meta[i]) >
			            q->sel->from)
				set_run(&q->some,
				        s->where.first_record + at + i, 1);
	}
	alloc_free(begin);
	alloc_free(meta);
	return r;
}

static int by_dates(struct search *q, struct fiche_error *err)
{
	const struct fiche_selection *sel = q->sel;
	int r = 0;

	if (sel->from == INT64_MIN && sel->to == INT64_MAX)
		return 0;
	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;
		uint64_t lo = 0, hi = 0;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		hi = s->segment.dated;
		/* An interval is at most a year long. */
		if (sel->from > INT64_MIN + YEAR_SECONDS)
			r = segment_date_lower(&s->segment, in,
			                       sel->from - YEAR_SECONDS, &lo,
			                       err);
		if (r == 0 && sel->to < INT64_MAX)
			r = segment_date_lower(&s->segment, in, sel->to, &hi,
			                       err);
		if (r < 0 || lo >= hi)
			continue;
		r = hi - lo < s->segment.count / 16
		            ? dates_by_order(q, s, in, lo, hi, err)
		            : dates_by_column(q, s, in, err);
	}
	narrow(q);
	return r;
}

/* ---- ids and URLs ---- */

/* Records under a key hash; the caller compares what they say. */
static int by_key(struct search *q, char domain, const void *text, size_t len,
                  bool (*same)(void *ctx, const struct fiche_article *a),
                  void *ctx, uint64_t *found, struct fiche_error *err)
{
	uint8_t key[KEY_SIZE], at[KEY_SIZE];
	int r = 0;

	if (segment_key(key, domain, text, len) < 0)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;
		uint64_t pos, idx;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		r = segment_key_lower(&s->segment, in, key, &pos, err);
		for (; r == 0 && pos < s->segment.key_count; pos++) {
			struct fiche_article a;

			r = segment_key_at(&s->segment, in, pos, at, &idx, err);
			if (r < 0 || memcmp(at, key, KEY_SIZE) != 0)
				break;
			r = fiche_view_card(q->view,
			                    s->where.first_record + idx, &a,
			                    err);
			if (r == 0 && same(ctx, &a)) {
				set_run(&q->some, a.number, 1);
				++*found;
			}
		}
	}
	return r;
}

static bool same_source_id(void *ctx, const struct fiche_article *a)
{
	const char *id = ctx;

	return a->source_id.len == strlen(id) &&
	       memcmp(a->source_id.ptr, id, a->source_id.len) == 0;
}

static bool same_url(void *ctx, const struct fiche_article *a)
{
	const struct buf *key = ctx;
	struct buf other = { 0 };
	bool same;

	fields_url_key(&other, a->url.ptr, a->url.len);
	same = buf_ok(&other) && a->url.len > 0 &&
	       term_compare(key->ptr, key->len, other.ptr, other.len) == 0;
	buf_done(&other);
	return same;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A prefix of a digest as the lowest digest that has it; false if it is none. */
static bool digest_prefix(const char *text, uint8_t low[32], size_t *digits)
{
	size_t n = strlen(text);

	memset(low, 0, 32);
	if (n < ID_PREFIX_MIN || n > 64)
		return false;
	for (size_t i = 0; i < n; i++) {
		int v = hex_value(text[i]);

		if (v < 0)
			return false;
		low[i / 2] |= (uint8_t)(i % 2 ? v : v << 4);
	}
	*digits = n;
	return true;
}

static bool has_prefix(const uint8_t digest[32], const uint8_t low[32],
                       size_t digits)
{
	if (memcmp(digest, low, digits / 2) != 0)
		return false;
	return digits % 2 == 0 ||
	       (digest[digits / 2] & 0xf0) == (low[digits / 2] & 0xf0);
}

static int by_digest(struct search *q, const uint8_t low[32], size_t digits,
                     uint64_t *found, struct fiche_error *err)
{
	uint8_t digest[32];
	int r = 0;

	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;
		uint64_t pos, idx;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		r = segment_digest_lower(&s->segment, in, low, &pos, err);
		for (; r == 0 && pos < s->segment.count; pos++) {
			r = segment_idor(&s->segment, in, pos, &idx, err);
			if (r == 0)
				r = segment_digest(&s->segment, in, idx, digest,
				                   err);
			if (r < 0 || !has_prefix(digest, low, digits))
				break;
			set_run(&q->some, s->where.first_record + idx, 1);
			++*found;
		}
	}
	return r;
}

static int by_ids(struct search *q, struct fiche_error *err)
{
	const struct fiche_selection *sel = q->sel;
	int r = 0;

	if (sel->id_count == 0)
		return 0;
	for (size_t i = 0; r == 0 && i < sel->id_count; i++) {
		const char *id = sel->ids[i];
		char own[256];
		uint8_t low[32];
		size_t digits;
		uint64_t found = 0;

		if (digest_prefix(id, low, &digits))
			r = by_digest(q, low, digits, &found, err);
		if (r == 0 && found > 1)
			return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
			               "%llu articles have ids that begin with "
			               "%s",
			               (unsigned long long)found, id);
		if (r < 0 || found > 0 || strlen(id) >= sizeof(own))
			continue;
		memcpy(own, id, strlen(id) + 1);
		r = by_key(q, KEY_ID, id, strlen(id), same_source_id, own,
		           &found, err);
	}
	return r;
}

/* Patterns have no index: every card that is still a hit is read. */
static int by_url_pattern(struct search *q, const char *pattern,
                          struct fiche_error *err)
{
	int r = 0;

	for (uint64_t n = 0; r == 0 && n < q->reader->record_end; n++) {
		struct fiche_article a;

		if (!set_has(&q->hits, n))
			continue;
		r = fiche_view_card(q->view, n, &a, err);
		if (r == 0 && matches(pattern, a.url.ptr, a.url.len))
			set_run(&q->some, n, 1);
	}
	return r;
}

static int by_urls(struct search *q, struct fiche_error *err)
{
	const struct fiche_selection *sel = q->sel;
	int r = 0;

	for (size_t i = 0; r == 0 && i < sel->url_count; i++) {
		const char *url = sel->urls[i];
		struct buf key = { 0 };
		uint64_t found = 0;

		fields_url_key(&key, url, strlen(url));
		if (!buf_ok(&key))
			return err_nomem(err);
		r = by_key(q, KEY_URL, key.ptr, key.len, same_url, &key, &found,
		           err);
		buf_done(&key);
		/* URLs may hold a '?': a pattern only if it is none. */
		if (r == 0 && found == 0 && is_pattern(url))
			r = by_url_pattern(q, url, err);
	}
	return r;
}

/* Ids and URLs are two ways to name the same thing: one or the other. */
static int by_identity(struct search *q, struct fiche_error *err)
{
	int r;

	if (q->sel->id_count + q->sel->url_count == 0)
		return 0;
	r = by_ids(q, err);
	if (r == 0)
		r = by_urls(q, err);
	narrow(q);
	return r;
}

/* ---- versions ---- */

/* Drop from the hits what a newer version has replaced. */
static int drop_older(struct search *q, struct fiche_error *err)
{
	uint64_t *value = alloc_zeroed(CHUNK, sizeof(*value));
	int r = value ? 0 : err_nomem(err);

	for (size_t i = 0; r == 0 && i < q->reader->segment_count; i++) {
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;

		r = reader_segment(q->reader, q->view, i, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		for (uint64_t at = 0; r == 0 && at < s->segment.count;
		     at += CHUNK) {
			uint64_t n = s->segment.count - at < CHUNK
			                     ? s->segment.count - at
			                     : CHUNK;

			r = segment_columns(&s->segment, in, COLUMN_SUPERSEDES,
			                    at, n, value, err);
			for (uint64_t k = 0; r == 0 && k < n; k++) {
				uint64_t old = value[k] - 1;

				if (value[k] &&
				    old < s->where.first_record + at + k &&
				    set_has(&q->hits, old)) {
					set_drop(&q->hits, old);
					q->older++;
				}
			}
			if (r == 0)
				r = segment_columns(&s->segment, in,
				                    COLUMN_FLAGS, at, n, value,
				                    err);
			for (uint64_t k = 0; r == 0 && k < n; k++) {
				uint64_t me = s->where.first_record + at + k;

				if ((value[k] & FLAG_OLDER) &&
				    set_has(&q->hits, me)) {
					set_drop(&q->hits, me);
					q->older++;
				}
			}
		}
	}
	alloc_free(value);
	return r;
}

/* A version of some URL, while one of them is being chosen. */
struct version {
	uint8_t url[32];
	int64_t time;
	uint64_t number;
};

static int by_url_then_time(const void *a, const void *b)
{
	const struct version *x = a, *y = b;
	int r = memcmp(x->url, y->url, sizeof(x->url));

	if (r == 0)
		r = (x->time > y->time) - (x->time < y->time);
	if (r == 0)
		r = (x->number > y->number) - (x->number < y->number);
	return r;
}

/*
 * Keep one version of each URL: the first, or the last that is not after `at`.
 * All versions compete, not only hits.
 */
static int keep_one(struct search *q, struct fiche_error *err)
{
	struct version *v = NULL;
	size_t count = 0, cap = 0;
	struct sha256 *h = sha256_new();
	int r = h ? 0 : err_nomem(err);

	for (uint64_t n = 0; r == 0 && n < q->reader->record_end; n++) {
		struct fiche_article a;
		struct record_keys keys;

		r = fiche_view_card(q->view, n, &a, err);
		if (r == FICHE_ERR_ARG && q->reader->recovered) {
			r = 0; /* a gap that was not recovered */
			continue;
		}
		if (r == 0 && record_keys(&keys, &a, (struct fiche_text){ 0 },
		                          h) < 0)
			r = err_nomem(err);
		if (r < 0)
			break;
		if (!keys.has_url) {
			if (q->sel->versions == FICHE_VERSIONS_AT &&
			    record_version_time(&a) > q->sel->at)
				set_drop(&q->hits, n);
			continue;
		}
		if (alloc_grow(&v, &cap, count + 1, sizeof(*v)) < 0) {
			r = err_nomem(err);
			break;
		}
		memcpy(v[count].url, keys.url, sizeof(keys.url));
		v[count].time = record_version_time(&a);
		v[count++].number = n;
	}
	if (r == 0 && count > 1)
		qsort(v, count, sizeof(*v), by_url_then_time);
	for (size_t i = 0, end; r == 0 && i < count; i = end) {
		size_t keep = SIZE_MAX;

		for (end = i; end < count &&
		              memcmp(v[i].url, v[end].url, 32) == 0;
		     end++)
			if (q->sel->versions == FICHE_VERSIONS_FIRST
			            ? end == i
			            : v[end].time <= q->sel->at)
				keep = end;
		for (size_t k = i; k < end; k++) {
			if (k == keep || !set_has(&q->hits, v[k].number))
				continue;
			set_drop(&q->hits, v[k].number);
			q->older++;
		}
	}
	alloc_free(v);
	sha256_free(h);
	return r;
}

/* ---- results ---- */

struct dated {
	int64_t time;
	uint64_t number;
	bool has_date;
};

static int oldest_first(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->has_date != y->has_date)
		return x->has_date ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static int newest_first(const void *a, const void *b)
{
	const struct dated *x = a, *y = b;

	if (x->has_date != y->has_date)
		return x->has_date ? -1 : 1;
	if (x->time != y->time)
		return x->time < y->time ? 1 : -1;
	return (x->number < y->number) - (x->number > y->number);
}

static int sort_by_date(struct search *q, struct fiche_results *res,
                        struct fiche_error *err)
{
	struct dated *d = alloc_zeroed((size_t)res->count, sizeof(*d));
	int r = d ? 0 : err_nomem(err);

	for (uint64_t i = 0; r == 0 && i < res->count; i++) {
		size_t seg = reader_find_segment(q->reader, res->number[i]);
		const struct reader_segment *s;
		struct segment_in *in;
		union view_in mem;
		uint64_t idx, time, meta;

		r = reader_segment(q->reader, q->view, seg, false, &s, err);
		if (r < 0)
			break;
		in = view_in_init(&mem, q->view, s);
		idx = res->number[i] - s->where.first_record;
		r = segment_column(&s->segment, in, COLUMN_DATE, idx, &time,
		                   err);
		if (r == 0)
			r = segment_column(&s->segment, in, COLUMN_DATE_META,
			                   idx, &meta, err);
		if (r < 0)
			break;
		d[i].number = res->number[i];
		d[i].has_date = meta & DATE_META_PRECISION;
		d[i].time = d[i].has_date ? (int64_t)time : 0;
	}
	if (r == 0 && res->count > 1)
		qsort(d, (size_t)res->count, sizeof(*d),
		      q->sel->sort == FICHE_SORT_OLDEST ? oldest_first
		                                        : newest_first);
	for (uint64_t i = 0; r == 0 && i < res->count; i++)
		res->number[i] = d[i].number;
	alloc_free(d);
	return r;
}

static int collect(struct search *q, struct fiche_results **out,
                   struct fiche_error *err)
{
	struct fiche_results *res = alloc_zeroed(1, sizeof(*res));
	uint64_t n = 0;
	int r = 0;

	if (!res)
		return err_nomem(err);
	for (uint64_t i = 0; i < q->reader->record_end; i++)
		n += set_has(&q->hits, i);
	res->number = alloc_zeroed((size_t)n, sizeof(*res->number));
	if (!res->number) {
		alloc_free(res);
		return err_nomem(err);
	}
	for (uint64_t i = 0; i < q->reader->record_end; i++)
		if (set_has(&q->hits, i))
			res->number[res->count++] = i;
	res->total = res->count;
	res->older = q->older;
	if (q->sel->sort != FICHE_SORT_ARCHIVE)
		r = sort_by_date(q, res, err);
	if (q->sel->limit && res->count > q->sel->limit)
		res->count = q->sel->limit;
	if (r < 0)
		fiche_results_free(res);
	else
		*out = res;
	return r;
}

int fiche_select(struct fiche_results **out, struct fiche_reader *r,
                 const struct fiche_selection *s, struct fiche_error *err)
{
	struct search q = { .reader = r, .sel = s };
	int status = 0;

	*out = NULL;
	q.view = fiche_view_new(r);
	if (!q.view || set_new(&q.hits, r->record_end) < 0 ||
	    set_new(&q.some, r->record_end) < 0)
		status = err_nomem(err);
	for (size_t i = 0; status == 0 && i < r->segment_count; i++)
		set_run(&q.hits, r->segments[i].where.first_record,
		        r->segments[i].where.record_count);
	if (status == 0)
		status = by_names(&q, TERM_SOURCE, s->sources, s->source_count,
		                  err);
	if (status == 0)
		status = by_names(&q, TERM_LANGUAGE, s->languages,
		                  s->language_count, err);
	if (status == 0)
		status = by_names(&q, TERM_TAG, s->tags, s->tag_count, err);
	if (status == 0)
		status = by_dates(&q, err);
	if (status == 0)
		status = by_identity(&q, err);
	/* An id names one record, whatever came after it. */
	if (status == 0 && s->versions == FICHE_VERSIONS_LATEST &&
	    s->id_count == 0)
		status = drop_older(&q, err);
	else if (status == 0 && s->versions != FICHE_VERSIONS_ALL &&
	         s->versions != FICHE_VERSIONS_LATEST)
		status = keep_one(&q, err);
	if (status == 0)
		status = collect(&q, out, err);
	alloc_free(q.hits.word);
	alloc_free(q.some.word);
	fiche_view_free(q.view);
	return status;
}

uint64_t fiche_results_count(const struct fiche_results *r)
{
	return r->count;
}

uint64_t fiche_results_total(const struct fiche_results *r)
{
	return r->total;
}

uint64_t fiche_results_older(const struct fiche_results *r)
{
	return r->older;
}

uint64_t fiche_results_number(const struct fiche_results *r, uint64_t i)
{
	return r->number[i];
}

void fiche_results_free(struct fiche_results *r)
{
	if (!r)
		return;
	alloc_free(r->number);
	alloc_free(r);
}
