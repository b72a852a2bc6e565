/* SPDX-License-Identifier: Apache-2.0 */
/* parts.c - dividing articles into parts; see parts.h. */

#include "parts.h"

#include <stdlib.h>
#include <string.h>

#include "values.h"

/* Bytes of a key that go into a file's name. */
#define NAME_MAX_BYTES 100
/* An article costs about as much as this many bytes of text besides. */
#define WEIGHT_BESIDE 300

static const struct {
	const char *name;
	const char *place; /* in the template */
	const char *none;  /* of articles without */
} kinds[] = {
	[PARTS_MONTH] = { "month", "{month}", "undated" },
	[PARTS_YEAR] = { "year", "{year}", "undated" },
	[PARTS_SOURCE] = { "source", "{source}", "none" },
	[PARTS_LANGUAGE] = { "language", "{language}", "none" },
	[PARTS_SIZE] = { "size=", "{n}", "" },
};

int parts_init(struct parts *p, struct tool *t, const char *by,
               const char *template)
{
	size_t i = 0;

	*p = (struct parts){ .template = template };
	if (!by)
		return usage(t, "--by is missing: what to split by");
	while (i < PARTS_SIZE && strcmp(by, kinds[i].name) != 0)
		i++;
	p->by = (enum parts_by)i;
	if (i == PARTS_SIZE && (strncmp(by, "size=", 5) != 0 ||
	                        !value_size(&p->size, by + 5) || p->size == 0))
		return usage(t,
		             "--by: '%s' is not month, year, source, language "
		             "or size=SIZE (64MiB, 1GiB)",
		             by);
	if (!template || !strstr(template, kinds[i].place))
		return usage(t, "-o needs a name with %s in it",
		             kinds[i].place);
	return 0;
}

void parts_done(struct parts *p)
{
	for (size_t i = 0; i < p->count; i++) {
		str_done(&p->list[i].key);
		str_done(&p->list[i].path);
	}
	free(p->list);
	free(p->order);
	free(p->of);
	*p = (struct parts){ 0 };
}

/* ---- keys ---------------------------------------------------------- */

static void put_date(struct str *s, const struct parts *p,
                     const struct fiche_date *d)
{
	char buf[32];
	size_t len = p->by == PARTS_YEAR ? 4 : 7;

	if (d->precision == FICHE_DATE_NONE) {
		str_add(s, kinds[p->by].none);
		return;
	}
	/* 2024, 2024-03 or 2024-03-05...: a year of more than four digits
	 * has a sign in front. */
	(void)fiche_format_date(buf, d);
	if (buf[0] == '-' || buf[0] == '+' || buf[0] == 'Y')
		len = strlen(buf);
	str_put(s, buf, strlen(buf) < len ? strlen(buf) : len);
}

static void put_key(struct str *s, const struct parts *p,
                    const struct fiche_article *a)
{
	const struct fiche_text *t =
		p->by == PARTS_SOURCE ? &a->source : &a->language;

	if (p->by == PARTS_MONTH || p->by == PARTS_YEAR)
		put_date(s, p, &a->published);
	else if (t->len == 0)
		str_add(s, kinds[p->by].none);
	else
		str_put(s, t->ptr, t->len);
}

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

/* The key as a part of a file's name. */
static void put_name(struct str *s, const struct str *key)
{
	const char *k = str_get(key);
	size_t n = key->len < NAME_MAX_BYTES ? key->len : NAME_MAX_BYTES;

	for (size_t i = 0; i < n; i++)
		str_char(s,
		         is_plain(k[i]) && (i > 0 || k[i] != '.') ? k[i] : '-');
}

static void put_path(const struct parts *p, struct part *part, bool twice)
{
	const char *place = kinds[p->by].place;
	const char *at = strstr(p->template, place);
	uint32_t h = 2166136261u;

	str_clear(&part->path);
	str_put(&part->path, p->template, (size_t)(at - p->template));
	put_name(&part->path, &part->key);
	if (twice) {
		for (size_t i = 0; i < part->key.len; i++)
			h = (h ^ (uint8_t)part->key.ptr[i]) * 16777619u;
		str_printf(&part->path, "-%08x", (unsigned)h);
	}
	str_add(&part->path, at + strlen(place));
}

/* ---- parts --------------------------------------------------------- */

static int by_text(const struct str *a, const struct str *b)
{
	return strcmp(str_get(a), str_get(b));
}

/* Where the key is in `order`, or has to go. */
static size_t find_key(const struct parts *p, const struct str *key)
{
	size_t lo = 0, hi = p->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_text(&p->list[p->order[mid]].key, key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Takes the key.  0 or an exit code after a message. */
static int add_part(struct parts *p, struct tool *t, struct str *key, size_t at)
{
	if (p->count == PARTS_MAX) {
		complain(t, NULL, "there would be more than %u parts",
		         PARTS_MAX);
		return tool_raise(t, RC_LIMIT);
	}
	if (p->count == p->cap) {
		size_t cap = p->cap ? p->cap * 2 : 16;
		struct part *list = realloc(p->list, cap * sizeof(*list));
		size_t *order;

		if (list)
			p->list = list;
		order = realloc(p->order, cap * sizeof(*order));
		if (order)
			p->order = order;
		if (!list || !order)
			return out_of_memory(t);
		p->cap = cap;
	}
	p->list[p->count] = (struct part){ .key = *key };
	*key = (struct str){ 0 };
	memmove(p->order + at + 1, p->order + at,
	        (p->count - at) * sizeof(*p->order));
	p->order[at] = p->count++;
	return 0;
}

static int place_article(struct parts *p, struct tool *t,
                         const struct fiche_article *a, struct str *key)
{
	size_t at;
	int r = 0;

	str_clear(key);
	put_key(key, p, a);
	if (!str_ok(key))
		return out_of_memory(t);
	at = find_key(p, key);
	if (at == p->count || by_text(&p->list[p->order[at]].key, key) != 0)
		r = add_part(p, t, key, at);
	if (r == 0)
		p->of[a->number] = (uint32_t)p->order[at];
	return r;
}

/* A share of the size; scaled so that it fits. */
static uint32_t weight_of(const struct fiche_article *a)
{
	uint64_t w = (a->text_size + WEIGHT_BESIDE) / 16;

	return w < PARTS_NONE ? (uint32_t)w : PARTS_NONE - 1;
}

/* Weights become parts. */
static int cut(struct parts *p, struct reading *ar)
{
	struct fiche_survey survey;
	struct fiche_error err = { 0 };
	double total = 0, bytes, sum = 0, most = (double)p->size;
	double dicts = (double)ar->info.dictionary_bytes;
	int r = fiche_reader_survey(ar->reader, &survey, &err);

	if (r < 0)
		return library_failed(ar->tool, ar->path, r, &err);
	bytes = (double)(survey.data_bytes + ar->info.index_bytes);
	/* Each part has its own dictionaries. */
	most -= dicts < most / 2 ? dicts : most / 2;
	for (uint64_t i = 0; i < p->articles; i++)
		if (p->of[i] != PARTS_NONE)
			total += p->of[i];
	r = 0;
	for (uint64_t i = 0; r == 0 && i < p->articles; i++) {
		double w = p->of[i];
		struct str key = { 0 };

		if (p->of[i] == PARTS_NONE)
			continue;
		w = total > 0 ? w / total * bytes : 0;
		if (p->count == 0 || sum + w > most) {
			str_printf(&key, "%03zu", p->count + 1);
			r = str_ok(&key) ? add_part(p, ar->tool, &key, p->count)
			                 : out_of_memory(ar->tool);
			str_done(&key);
			sum = 0;
		}
		sum += w;
		if (r == 0)
			p->of[i] = (uint32_t)(p->count - 1);
	}
	return r;
}

static int by_path(const void *x, const void *y)
{
	const struct part *const *a = x, *const *b = y;

	return by_text(&(*a)->path, &(*b)->path);
}

/* Keys that differ only in what no name may hold get different names. */
static int name_parts(struct parts *p, struct tool *t)
{
	struct part **sorted = calloc(p->count + 1, sizeof(*sorted));
	bool ok = sorted;

	for (size_t i = 0; i < p->count && ok; i++) {
		sorted[i] = &p->list[i];
		put_path(p, sorted[i], false);
		ok = str_ok(&sorted[i]->path);
	}
	if (ok && p->count > 1)
		qsort(sorted, p->count, sizeof(*sorted), by_path);
	for (size_t i = 0, end; ok && i < p->count; i = end) {
		end = i + 1;
		while (end < p->count && by_path(&sorted[i], &sorted[end]) == 0)
			end++;
		for (size_t k = i; end - i > 1 && k < end; k++) {
			put_path(p, sorted[k], true);
			ok &= str_ok(&sorted[k]->path);
		}
	}
	free(sorted);
	return ok ? 0 : out_of_memory(t);
}

/* The numbers of all articles, with gaps where some were not recovered. */
static int all_articles(struct fiche_results **out, struct reading *ar)
{
	struct fiche_error err = { 0 };
	struct fiche_selection all;
	int r;

	fiche_selection_init(&all);
	all.versions = FICHE_VERSIONS_ALL;
	all.redacted = true;
	r = fiche_select(out, ar->reader, &all, &err);
	return r < 0 ? library_failed(ar->tool, ar->path, r, &err) : 0;
}

int parts_find(struct parts *p, struct reading *ar)
{
	struct tool *t = ar->tool;
	struct fiche_results *all;
	struct str key = { 0 };
	uint64_t count;
	int r = all_articles(&all, ar);

	if (r != 0)
		return r;
	count = fiche_results_count(all);
	if (count > 0)
		p->articles = fiche_results_number(all, count - 1) + 1;
	p->of = calloc((size_t)p->articles + 1, sizeof(*p->of));
	if (!p->of)
		r = out_of_memory(t);
	for (uint64_t i = 0; r == 0 && i < p->articles; i++)
		p->of[i] = PARTS_NONE;
	for (uint64_t i = 0; r == 0 && i < count; i++) {
		uint64_t number = fiche_results_number(all, i);
		struct fiche_error err = { 0 };
		struct fiche_article a;
		int status = fiche_view_card(ar->view, number, &a, &err);

		if (status < 0 && !reading_lost(ar, number, status, &err))
			r = t->exit_code;
		else if (status == 0 && p->by == PARTS_SIZE)
			p->of[number] = weight_of(&a);
		else if (status == 0)
			r = place_article(p, t, &a, &key);
	}
	reading_losses(ar);
	str_done(&key);
	fiche_results_free(all);
	if (r == 0 && p->by == PARTS_SIZE)
		r = cut(p, ar);
	return r == 0 ? name_parts(p, t) : r;
}
