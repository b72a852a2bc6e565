/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hint.c - the article as told to machines; see hint.h.
 *
 * Texts are compared by the hashes of all runs of 16 bytes without blanks: the
 * same in every script, and blind to how lines are broken.
 */

#include "page/hint.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

#define RUN        16u
#define RUNS_MAX   ((size_t)1 << 16) /* of a hint; what is longer is like it */
#define PROBES_MAX 32u
#define HINT_MIN   200u /* weight; less is an abstract */
#define MULTIPLIER 0x01000193u

/* The hashes, at places given by themselves; 0 is a free place. */
struct runs {
	uint32_t *at;
	size_t mask;
};

struct rolling {
	uint8_t last[RUN]; /* a ring */
	size_t count;
	uint32_t hash, power; /* MULTIPLIER to the RUN */
};

static void rolling_init(struct rolling *r)
{
	memset(r, 0, sizeof(*r));
	r->power = 1;
	for (unsigned i = 0; i < RUN; i++)
		r->power *= MULTIPLIER;
}

/* True if a whole run ends with this byte. */
static bool roll(struct rolling *r, uint8_t byte)
{
	uint8_t *oldest = &r->last[r->count % RUN];

	r->hash = r->hash * MULTIPLIER + byte + 1;
	if (r->count >= RUN)
		r->hash -= r->power * (*oldest + 1u);
	*oldest = byte;
	return ++r->count >= RUN;
}

/* The place of a hash, or a free one for it; NULL where too many are in its
 * way: nobody writes such texts but to make this slow. */
static uint32_t *place_of(const struct runs *runs, uint32_t hash)
{
	size_t at = hash ^ hash >> 15;

	for (unsigned i = 0; i < PROBES_MAX; i++) {
		uint32_t *place = &runs->at[(at + i) & runs->mask];

		if (*place == 0 || *place == hash)
			return place;
	}
	return NULL;
}

static bool has_run(const struct runs *runs, uint32_t hash)
{
	const uint32_t *place = place_of(runs, hash);

	return place && *place;
}

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* U+00A0 and the bytes that it is made of are left out, too: on both sides
 * alike, so that it need not be decoded. */
static bool is_passed_over(char c)
{
	return is_blank(c) || c == '\xc2' || c == '\xa0';
}

static int runs_take(struct runs *out, struct fiche_text text,
                     struct fiche_error *err)
{
	size_t count = text.len < RUNS_MAX ? text.len : RUNS_MAX, size = 64;
	struct rolling rolling;

	while (size < count * 2)
		size *= 2;
	out->at = alloc_zeroed(size, sizeof(*out->at));
	out->mask = size - 1;
	if (!out->at)
		return err_nomem(err);
	rolling_init(&rolling);
	for (size_t i = 0; i < count; i++) {
		uint32_t *place;

		if (is_passed_over(text.ptr[i]) ||
		    !roll(&rolling, (uint8_t)text.ptr[i]))
			continue;
		place = place_of(out, rolling.hash);
		if (place)
			*place = rolling.hash;
	}
	return 0;
}

/* Is most of the text in the hint? */
static bool is_told(const struct runs *runs, const char *text, size_t len)
{
	size_t told = 0, all = 0;
	struct rolling rolling;

	rolling_init(&rolling);
	for (size_t i = 0; i < len; i++)
		if (!is_passed_over(text[i]) &&
		    roll(&rolling, (uint8_t)text[i])) {
			all++;
			told += has_run(runs, rolling.hash);
		}
	return told > all / 2;
}

/* Is what was found the same text, give or take a line? */
static bool agrees(const struct blocks *found, uint32_t found_weight,
                   const struct runs *runs, uint32_t hint_weight)
{
	uint32_t told = 0;

	for (size_t i = 0; i < found->count; i++) {
		const struct block *b = &found->at[i];

		if (!b->dropped &&
		    is_told(runs, (const char *)found->text.ptr + b->at,
		            b->len))
			told += b->text;
	}
	return told >= hint_weight / 6 * 5 && told >= found_weight / 6 * 5;
}

static uint32_t weight_of(const struct blocks *b)
{
	uint32_t weight = 0;

	for (size_t i = 0; i < b->count; i++)
		weight += b->at[i].dropped ? 0 : b->at[i].text;
	return weight;
}

/* The deepest node that has nearly all of what is told. */
static uint32_t told_region(const struct html *h, uint32_t *told)
{
	uint32_t top = 0, i = 1;

	for (i = h->count; i-- > 1;)
		told[h->nodes[i].parent] += told[i];
	for (i = 1; i < h->nodes[top].end;) {
		if (told[i] >= told[0] - told[0] / 10) {
			top = i;
			i = top + 1;
		} else {
			i = h->nodes[i].end;
		}
	}
	return top;
}

/*
 * Keep, of all blocks of the page, those that are told, and what stands between
 * them unless it was dropped.  Returns the weight of what is told.
 */
static int keep_told(struct blocks *page, uint32_t *weight,
                     const struct runs *runs, const struct html *h,
                     const struct regions *r, struct fiche_error *err)
{
	uint32_t *told = alloc_zeroed(h->count, sizeof(*told)), region;
	size_t first = page->count, last = 0;

	if (!told)
		return err_nomem(err);
	for (size_t i = 0; i < page->count; i++) {
		struct block *b = &page->at[i];

		b->dropped = !is_told(
			runs, (const char *)page->text.ptr + b->at, b->len);
		if (!b->dropped)
			told[b->node] += b->text;
	}
	region = told_region(h, told);
	*weight = told[region];
	alloc_free(told);

	for (size_t i = 0; i < page->count; i++) {
		struct block *b = &page->at[i];

		if (b->node < region || b->node >= h->nodes[region].end)
			b->dropped = true;
		if (b->dropped)
			continue;
		first = first < i ? first : i;
		last = i;
	}
	for (size_t i = first; i < last; i++) {
		struct block *b = &page->at[i];

		if (b->dropped && b->link <= b->text / 2)
			b->dropped = r->at[b->node].dropped ||
			             r->at[b->node].in_card;
	}
	return 0;
}

static int add_lines(struct blocks *out, struct fiche_text text,
                     struct fiche_error *err)
{
	const char *at = text.ptr, *end = at + text.len, *lf;
	struct block b;

	for (; at < end; at = lf + 1) {
		lf = memchr(at, '\n', (size_t)(end - at));
		if (!lf)
			lf = end;
		while (at < lf && is_blank(*at))
			at++;
		memset(&b, 0, sizeof(b));
		b.at = out->text.len;
		b.len = (size_t)(lf - at);
		while (b.len && is_blank(at[b.len - 1]))
			b.len--;
		if (b.len == 0)
			continue;
		if (alloc_grow(&out->at, &out->cap, out->count + 1, sizeof(b)) <
		    0)
			return err_nomem(err);
		buf_put(&out->text, at, b.len);
		out->at[out->count++] = b;
	}
	return buf_ok(&out->text) ? 0 : err_nomem(err);
}

static bool is_cut_short(struct fiche_text hint)
{
	return hint.len >= 3 &&
	       (memcmp(hint.ptr + hint.len - 3, "...", 3) == 0 ||
	        memcmp(hint.ptr + hint.len - 3, "\xe2\x80\xa6", 3) == 0);
}

static void replace(struct blocks *found, struct blocks *by)
{
	struct blocks old = *found;

	*found = *by;
	*by = old;
}

int hint_use(struct blocks *found, struct fiche_text hint, const struct html *h,
             const struct regions *r, struct fiche_error *err)
{
	uint32_t hint_weight = regions_weight(hint.ptr, hint.len), told = 0;
	uint32_t found_weight = weight_of(found);
	struct blocks page = { 0 };
	struct runs runs = { 0 };
	int res;

	if (hint_weight < HINT_MIN || is_cut_short(hint))
		return 0;
	res = runs_take(&runs, hint, err);
	if (res < 0 || agrees(found, found_weight, &runs, hint_weight)) {
		alloc_free(runs.at);
		return res;
	}
	res = blocks_read(&page, h, NULL, 0, h->count, err);
	if (res == 0)
		res = keep_told(&page, &told, &runs, h, r, err);
	if (res == 0 && told < hint_weight / 3 &&
	    hint_weight / 3 * 2 > found_weight) {
		blocks_done(&page);
		res = add_lines(&page, hint, err);
		replace(found, &page);
	} else if (res == 0 && told > hint_weight / 5 * 4 &&
	           told > found_weight / 5 * 3) {
		replace(found, &page);
	}
	blocks_done(&page);
	alloc_free(runs.at);
	return res;
}
