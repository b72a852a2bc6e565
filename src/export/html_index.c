/* SPDX-License-Identifier: Apache-2.0 */
/* html_index.c - pages that lead to articles; see html_index.h. */

#include "export/html_index.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "export/markup.h"

#define PAGE_ROWS 200 /* articles, or sources, on a page */

/* Entries that are listed together: a run of the sorted ones. */
struct group {
	struct fiche_text name;
	char place[HTML_SOURCE];
	size_t first, count;
};

struct groups {
	struct group *list;
	size_t count, cap;
};

struct index {
	struct outdir *dir;
	const char *policy;
	struct html_entry *entries;
	size_t count;
	struct groups months, sources;
	struct buf page;
};

void html_month(char out[HTML_MONTH], const struct fiche_date *d)
{
	int64_t year;
	unsigned month, day, second;

	if (d->precision == FICHE_DATE_NONE) {
		memcpy(out, "undated", 8);
		return;
	}
	date_to_civil(d->begin, &year, &month, &day, &second);
	if (d->precision == FICHE_DATE_YEAR)
		(void)snprintf(out, HTML_MONTH, "%04d", (int)year);
	else
		(void)snprintf(out, HTML_MONTH, "%04d-%02u", (int)year,
		               month % 100);
}

static bool is_slug(const struct fiche_text *t)
{
	if (t->len == 0 || t->len >= HTML_SOURCE || t->ptr[0] == '.' ||
	    t->ptr[0] == '-')
		return false;
	for (size_t i = 0; i < t->len; i++) {
		char c = t->ptr[i];

		/* No upper case: not every file system knows the difference. */
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '.' || c == '-'))
			return false;
	}
	return t->ptr[t->len - 1] != '.';
}

int html_source(char out[HTML_SOURCE], const struct fiche_text *source,
                struct fiche_error *err)
{
	uint8_t d[SHA256_SIZE];

	if (source->len == 0) {
		memcpy(out, "_none", 6);
		return 0;
	}
	if (is_slug(source)) {
		memcpy(out, source->ptr, source->len);
		out[source->len] = '\0';
		return 0;
	}
	if (sha256_of(d, source->ptr, source->len) < 0)
		return err_nomem(err);
	out[0] = '_';
	for (size_t i = 0; i < 16; i++)
		(void)snprintf(out + 1 + 2 * i, 3, "%02x", d[i]);
	return 0;
}

/* ---- groups -------------------------------------------------------- */

static int compare_texts(const struct fiche_text *a, const struct fiche_text *b)
{
	size_t len = a->len < b->len ? a->len : b->len;
	int c = len > 0 ? memcmp(a->ptr, b->ptr, len) : 0;

	return c != 0 ? c : (a->len > b->len) - (a->len < b->len);
}

/* The newest first; equal dates as they came. */
static int by_date(const struct html_entry *x, const struct html_entry *y)
{
	if (x->date.begin != y->date.begin)
		return x->date.begin < y->date.begin ? 1 : -1;
	return (x->order > y->order) - (x->order < y->order);
}

static int by_month(const void *a, const void *b)
{
	const struct html_entry *x = a, *y = b;
	/* Backwards, but "undated" behind them all. */
	bool no_x = x->month[0] == 'u', no_y = y->month[0] == 'u';
	int c = no_x != no_y ? (no_x ? 1 : -1) : strcmp(y->month, x->month);

	return c != 0 ? c : by_date(x, y);
}

static int by_source(const void *a, const void *b)
{
	const struct html_entry *x = a, *y = b;
	int c = compare_texts(&x->source, &y->source);

	return c != 0 ? c : by_date(x, y);
}

static int by_size(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? 1 : -1;
	return compare_texts(&x->name, &y->name);
}

static int add_group(struct groups *g, size_t first, struct fiche_error *err)
{
	if (alloc_grow(&g->list, &g->cap, g->count + 1, sizeof(*g->list)) < 0)
		return err_nomem(err);
	g->list[g->count++] = (struct group){ .first = first };
	return 0;
}

static int group_months(struct index *x, struct fiche_error *err)
{
	struct groups *g = &x->months;
	int r = 0;

	qsort(x->entries, x->count, sizeof(*x->entries), by_month);
	for (size_t i = 0; i < x->count && r == 0; i++) {
		const char *month = x->entries[i].month;

		if (i == 0 || strcmp(x->entries[i - 1].month, month) != 0) {
			r = add_group(g, i, err);
			if (r < 0)
				return r;
			memcpy(g->list[g->count - 1].place, month, HTML_MONTH);
		}
		g->list[g->count - 1].count++;
	}
	for (size_t i = 0; i < g->count; i++)
		g->list[i].name =
			(struct fiche_text){ g->list[i].place,
			                     strlen(g->list[i].place) };
	return r;
}

static int group_sources(struct index *x, struct fiche_error *err)
{
	struct groups *g = &x->sources;
	int r = 0;

	qsort(x->entries, x->count, sizeof(*x->entries), by_source);
	for (size_t i = 0; i < x->count && r == 0; i++) {
		const struct fiche_text *source = &x->entries[i].source;

		if (i == 0 ||
		    compare_texts(&x->entries[i - 1].source, source) != 0) {
			r = add_group(g, i, err);
			if (r < 0)
				return r;
			g->list[g->count - 1].name = *source;
			r = html_source(g->list[g->count - 1].place, source,
			                err);
		}
		g->list[g->count - 1].count++;
	}
	return r;
}

/* ---- pages --------------------------------------------------------- */

static void put_name(struct buf *out, const struct fiche_text *name)
{
	if (name->len == 0)
		buf_text(out, "without source");
	else
		markup_text(out, name->ptr, name->len);
}

static void begin_page(struct index *x, const struct fiche_text *title)
{
	static const struct fiche_text none = { "", 0 };

	buf_clear(&x->page);
	markup_head(&x->page, x->policy, &none, title);
	markup_body(&x->page);
}

static void put_row(struct buf *out, const struct html_entry *e, bool source)
{
	buf_text(out, "<tr><td class=\"d\">");
	if (e->date.precision == FICHE_DATE_NONE)
		buf_text(out, "undated");
	else
		date_format(out, &e->date);
	buf_printf(out, "</td><td><a href=\"../../articles/%s/", e->month);
	for (int i = 0; i < HTML_ID; i++)
		buf_printf(out, "%02x", e->id[i]);
	buf_text(out, ".html\" dir=\"auto\">");
	if (e->title.len > 0)
		markup_text(out, e->title.ptr, e->title.len);
	else
		buf_text(out, "Without title");
	buf_text(out, "</a>");
	if (source && e->source.len > 0) {
		buf_text(out, " <span class=\"about\">");
		markup_text(out, e->source.ptr, e->source.len);
		buf_text(out, "</span>");
	}
	buf_text(out, "</td></tr>\n");
}

/* "newer · page 2 of 7 · older" */
static void put_pager(struct buf *out, const char *root, size_t page,
                      size_t pages)
{
	buf_printf(out, "<nav><a href=\"%sindex.html\">all articles</a>", root);
	if (page > 1)
		buf_printf(out, " \xc2\xb7 <a href=\"%zu.html\">before</a>",
		           page - 1);
	if (pages > 1)
		buf_printf(out, " \xc2\xb7 page %zu of %zu", page, pages);
	if (page < pages)
		buf_printf(out, " \xc2\xb7 <a href=\"%zu.html\">next</a>",
		           page + 1);
	buf_text(out, "</nav>\n");
}

static int put_page(struct index *x, const char *folder, const struct group *g,
                    size_t page, struct fiche_error *err)
{
	size_t pages = (g->count + PAGE_ROWS - 1) / PAGE_ROWS;
	size_t from = (page - 1) * PAGE_ROWS, to = page * PAGE_ROWS;
	char path[HTML_SOURCE + 48];
	struct buf *out = &x->page;

	begin_page(x, &g->name);
	put_pager(out, "../../", page, pages);
	buf_text(out, "<h1 dir=\"auto\">");
	put_name(out, &g->name);
	buf_text(out, "</h1>\n<table>\n");
	for (size_t i = from; i < to && i < g->count; i++)
		put_row(out, &x->entries[g->first + i], folder[0] == 'm');
	buf_text(out, "</table>\n");
	put_pager(out, "../../", page, pages);
	markup_end(out);
	(void)snprintf(path, sizeof(path), "%s/%s/%zu.html", folder, g->place,
	               page);
	return outdir_put(x->dir, path, out, err);
}

static int put_groups(struct index *x, const char *folder,
                      const struct groups *g, struct fiche_error *err)
{
	char path[HTML_SOURCE + 16];
	int r = outdir_sub(x->dir, folder, err);

	for (size_t i = 0; i < g->count && r == 0; i++) {
		const struct group *one = &g->list[i];

		(void)snprintf(path, sizeof(path), "%s/%s", folder, one->place);
		r = outdir_sub(x->dir, path, err);
		for (size_t at = 0; at < one->count && r == 0; at += PAGE_ROWS)
			r = put_page(x, folder, one, at / PAGE_ROWS + 1, err);
	}
	return r;
}

static void put_counts(struct buf *out, const char *root, const char *folder,
                       const struct groups *g, size_t from, size_t most)
{
	buf_text(out, "<table>\n");
	for (size_t i = from; i < g->count && i - from < most; i++) {
		buf_printf(out, "<tr><td><a href=\"%s%s/%s/1.html\">", root,
		           folder, g->list[i].place);
		put_name(out, &g->list[i].name);
		buf_printf(out, "</a></td><td class=\"n\">%zu</td></tr>\n",
		           g->list[i].count);
	}
	buf_text(out, "</table>\n");
}

static int put_all_sources(struct index *x, struct fiche_error *err)
{
	static const struct fiche_text title = { "Sources", 7 };
	size_t pages = (x->sources.count + PAGE_ROWS - 1) / PAGE_ROWS;
	char path[48];
	int r = outdir_sub(x->dir, "all", err);

	for (size_t page = 1; page <= pages && r == 0; page++) {
		begin_page(x, &title);
		put_pager(&x->page, "../", page, pages);
		buf_text(&x->page, "<h1>Sources</h1>\n");
		put_counts(&x->page, "../", "sources", &x->sources,
		           (page - 1) * PAGE_ROWS, PAGE_ROWS);
		markup_end(&x->page);
		(void)snprintf(path, sizeof(path), "all/%zu.html", page);
		r = outdir_put(x->dir, path, &x->page, err);
	}
	return r;
}

static int put_start(struct index *x, struct fiche_error *err)
{
	static const struct fiche_text title = { "Articles", 8 };
	struct buf *out = &x->page;

	begin_page(x, &title);
	buf_printf(out, "<h1>%zu article%s</h1>\n<h2>By month</h2>\n", x->count,
	           x->count == 1 ? "" : "s");
	put_counts(out, "", "months", &x->months, 0, SIZE_MAX);
	buf_text(out, "<h2>By source</h2>\n");
	put_counts(out, "", "sources", &x->sources, 0, PAGE_ROWS);
	if (x->sources.count > PAGE_ROWS)
		buf_printf(out,
		           "<p><a href=\"all/1.html\">all %zu sources</a>"
		           "</p>\n",
		           x->sources.count);
	markup_end(out);
	return outdir_put(x->dir, "index.html", out, err);
}

int html_index(struct outdir *dir, const char *policy,
               struct html_entry *entries, size_t count,
               struct fiche_error *err)
{
	struct index x = {
		.dir = dir, .policy = policy, .entries = entries, .count = count
	};
	int r = group_months(&x, err);

	if (r == 0)
		r = put_groups(&x, "months", &x.months, err);
	if (r == 0)
		r = group_sources(&x, err);
	if (r == 0)
		r = put_groups(&x, "sources", &x.sources, err);
	if (r == 0) {
		if (x.sources.count > 0)
			qsort(x.sources.list, x.sources.count,
			      sizeof(*x.sources.list), by_size);
		r = put_all_sources(&x, err);
	}
	if (r == 0)
		r = put_start(&x, err);
	alloc_free(x.months.list);
	alloc_free(x.sources.list);
	buf_done(&x.page);
	return r;
}
