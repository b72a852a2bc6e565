/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.c - a folder of pages that opens in any browser, without a server,
 * without scripts, and without asking anything of the network.
 *
 * The page of an article is written when it comes; of each some 200 bytes are
 * kept for the pages that lead to them, which come last.
 */

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/err.h"
#include "export/format.h"
#include "export/html_index.h"
#include "export/html_page.h"
#include "export/markup.h"

#define TITLE_MOST 200 /* bytes of a title in a list */

struct export_writer {
	struct outdir dir;
	char policy[MARKUP_POLICY];
	struct arena arena;
	struct html_entry *entries;
	size_t count, cap;
	char month[HTML_MONTH]; /* the folder made last */
	struct buf page;
};

static void html_free(struct export_writer *w)
{
	if (!w)
		return;
	outdir_done(&w->dir);
	arena_done(&w->arena);
	buf_done(&w->page);
	alloc_free(w->entries);
	alloc_free(w);
}

static int html_begin(struct export_writer **out,
                      const struct export_target *to, struct fiche_error *err)
{
	struct export_writer *w = alloc_zeroed(1, sizeof(*w));
	int r;

	if (!w)
		return err_nomem(err);
	r = markup_policy(w->policy, err);
	if (r == 0)
		r = outdir_init(&w->dir, to->path, err);
	if (r == 0)
		r = outdir_sub(&w->dir, "articles", err);
	if (r < 0) {
		html_free(w);
		return r;
	}
	*out = w;
	return 0;
}

/* Without the rest of a character that is cut. */
static size_t cut_len(const struct fiche_text *t, size_t most)
{
	size_t len = t->len < most ? t->len : most;

	while (len > 0 && len < t->len && ((uint8_t)t->ptr[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static bool keep(struct export_writer *w, struct fiche_text *out,
                 const struct fiche_text *t, size_t most)
{
	size_t len = cut_len(t, most);

	out->ptr = arena_strndup(&w->arena, t->ptr ? t->ptr : "", len);
	out->len = len;
	return out->ptr != NULL;
}

/* Articles of one source often follow one another: one copy does. */
static bool keep_source(struct export_writer *w, struct fiche_text *out,
                        const struct fiche_text *t)
{
	const struct fiche_text *last =
		w->count > 0 ? &w->entries[w->count - 1].source : NULL;

	if (last && last->len == t->len &&
	    (t->len == 0 || memcmp(last->ptr, t->ptr, t->len) == 0)) {
		*out = *last;
		return true;
	}
	return keep(w, out, t, t->len);
}

static int remember(struct export_writer *w, const struct fiche_article *a,
                    struct fiche_error *err)
{
	struct html_entry e = { .order = w->count };

	if (alloc_grow(&w->entries, &w->cap, w->count + 1,
	               sizeof(*w->entries)) < 0 ||
	    !keep(w, &e.title, &a->title, TITLE_MOST) ||
	    !keep_source(w, &e.source, &a->source))
		return err_nomem(err);
	html_month(e.month, &a->published);
	e.date = a->published;
	if (e.date.precision > FICHE_DATE_DAY)
		e.date.precision = FICHE_DATE_DAY;
	memcpy(e.id, a->digest, sizeof(e.id));
	w->entries[w->count++] = e;
	return 0;
}

/* articles/2024-03/7f3c....html, in a folder that is there. */
static int name_page(struct export_writer *w, char *out, size_t room,
                     const struct html_entry *e, struct fiche_error *err)
{
	int n, r;

	n = snprintf(out, room, "articles/%s", e->month);
	if (strcmp(w->month, e->month) != 0) {
		r = outdir_sub(&w->dir, out, err);
		if (r < 0)
			return r;
		memcpy(w->month, e->month, sizeof(w->month));
	}
	n += snprintf(out + n, room - (size_t)n, "/");
	for (size_t i = 0; i < HTML_ID; i++)
		n += snprintf(out + n, room - (size_t)n, "%02x", e->id[i]);
	(void)snprintf(out + n, room - (size_t)n, ".html");
	return 0;
}

static int html_add(struct export_writer *w, const struct export_article *a,
                    struct fiche_error *err)
{
	char path[64], month[HTML_MONTH + 16], source[HTML_SOURCE + 16];
	char place[HTML_SOURCE];
	const struct html_entry *e;
	int r = remember(w, a->article, err);

	if (r == 0)
		r = html_source(place, &a->article->source, err);
	if (r < 0)
		return r;
	e = &w->entries[w->count - 1];
	(void)snprintf(month, sizeof(month), "months/%s/1.html", e->month);
	(void)snprintf(source, sizeof(source), "sources/%s/1.html", place);
	buf_clear(&w->page);
	html_page(&w->page, a->article, w->policy, month, source);
	r = name_page(w, path, sizeof(path), e, err);
	return r == 0 ? outdir_put(&w->dir, path, &w->page, err) : r;
}

static int html_finish(struct export_writer *w, struct fiche_error *err)
{
	return html_index(&w->dir, w->policy, w->entries, w->count, err);
}

const struct export_format export_html = {
	.about = { "html", "a folder of pages for a browser", "", true, false },
	.wants_path = true,
	.no_record = true,
	.no_json = true,
	.begin = html_begin,
	.add = html_add,
	.finish = html_finish,
	.free = html_free,
};
