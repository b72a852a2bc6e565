/* SPDX-License-Identifier: Apache-2.0 */
/* facts.c - collecting what is known, and writing the card; see facts.h. */

#include "article/facts.h"

#include <string.h>

#include "article/date.h"
#include "article/json.h"
#include "base/utf8.h"

void facts_init(struct facts *f, struct arena *arena)
{
	*f = (struct facts){ .arena = arena };
	f->authors.arena = arena;
	f->tags.arena = arena;
	f->candidates.arena = arena;
}

/* Controls, space, no-break space, the spaces of typography, byte order mark:
 * none says anything in a field. */
static bool is_blank(uint32_t c)
{
	return c <= ' ' || (c >= 0x7f && c <= 0xa0) || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200b) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

static struct fiche_text folded(struct facts *f, struct fiche_text text)
{
	struct fiche_text out = { NULL, 0 };
	struct buf b = { 0 };
	bool owed = false;

	for (size_t i = 0; i < text.len;) {
		uint32_t c;
		unsigned n = utf8_decode(&c, text.ptr + i, text.len - i);

		if (n == 0) {
			n = 1;
			c = 0xfffd;
		}
		i += n;
		if (is_blank(c)) {
			owed = b.len > 0;
			continue;
		}
		if (owed)
			buf_u8(&b, ' ');
		owed = false;
		utf8_encode(&b, c);
	}
	if (buf_ok(&b) && b.len > 0)
		out.ptr = arena_strndup(f->arena, (const char *)b.ptr, b.len);
	if (!buf_ok(&b) || (b.len > 0 && !out.ptr))
		f->failed = true;
	if (out.ptr)
		out.len = b.len;
	buf_done(&b);
	return out;
}

void facts_set(struct facts *f, struct fiche_text *to, struct fiche_text text)
{
	if (to->len == 0)
		*to = folded(f, text);
}

void facts_add(struct facts *f, struct list *to, struct fiche_text text)
{
	list_add(to, folded(f, text));
	f->failed |= to->failed;
}

static void set_date(struct facts *f, struct fiche_text *to,
                     const struct fiche_date *date)
{
	struct buf b = { 0 };

	date_format(&b, date);
	f->failed |= !buf_ok(&b);
	facts_set(f, to, (struct fiche_text){ (const char *)b.ptr, b.len });
	buf_done(&b);
}

/* As it is: who wrote the record chose its blanks. */
static void copy(struct facts *f, struct fiche_text *to, struct fiche_text text)
{
	if (to->len > 0 || text.len == 0)
		return;
	to->ptr = arena_strndup(f->arena, text.ptr, text.len);
	to->len = to->ptr ? text.len : 0;
	f->failed |= !to->ptr;
}

static void copy_list(struct facts *f, struct list *to,
                      const struct fiche_text *items, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct fiche_text t = { NULL, 0 };

		copy(f, &t, items[i]);
		list_add(to, t);
	}
	f->failed |= to->failed;
}

void facts_take(struct facts *f, const struct fiche_article *a)
{
	copy(f, &f->url, a->url);
	copy(f, &f->id, a->source_id);
	copy(f, &f->title, a->title);
	copy(f, &f->published, a->date_text);
	set_date(f, &f->modified, &a->modified);
	set_date(f, &f->fetched, &a->fetched);
	copy(f, &f->source, a->source);
	copy(f, &f->language, a->language);
	copy(f, &f->section, a->section);
	copy(f, &f->summary, a->summary);
	copy_list(f, &f->authors, a->authors, a->author_count);
	copy_list(f, &f->tags, a->tags, a->tag_count);
}

static void put_key(struct buf *out, const char *key)
{
	if (out->len > 0 && out->ptr[out->len - 1] != '{')
		buf_u8(out, ',');
	json_quote(out, key, strlen(key));
	buf_u8(out, ':');
}

static void put_text(struct buf *out, const char *key, struct fiche_text t)
{
	if (t.len == 0)
		return;
	put_key(out, key);
	json_quote(out, t.ptr, t.len);
}

static void put_list(struct buf *out, const char *key, const struct list *l)
{
	if (l->count == 0)
		return;
	put_key(out, key);
	for (size_t i = 0; i < l->count; i++) {
		buf_u8(out, i ? ',' : '[');
		json_quote(out, l->items[i].ptr, l->items[i].len);
	}
	buf_u8(out, ']');
}

void facts_put(struct buf *out, const struct facts *f, const char *path,
               const char *type)
{
	buf_u8(out, '{');
	if (path)
		put_text(out, "path",
		         (struct fiche_text){ path, strlen(path) });
	if (type)
		put_text(out, "type",
		         (struct fiche_text){ type, strlen(type) });
	put_text(out, "url", f->url);
	put_text(out, "id", f->id);
	put_text(out, "title", f->title);
	put_text(out, "published", f->published);
	put_list(out, "published_candidates", &f->candidates);
	put_text(out, "modified", f->modified);
	put_text(out, "fetched", f->fetched);
	put_text(out, "source", f->source);
	put_text(out, "site_name", f->site_name);
	put_list(out, "authors", &f->authors);
	put_list(out, "tags", &f->tags);
	put_text(out, "language", f->language);
	put_text(out, "section", f->section);
	put_text(out, "summary", f->summary);
	buf_u8(out, '}');
}
