/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html.c - the bytes of a page as tags and text; see html.h.
 *
 * After the tokenizer of the HTML standard.  Each search either moves on to
 * what it found or is remembered to be in vain, so that no byte is looked at
 * more than a few times.
 */

#include "page/html.h"

#include <string.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/err.h"
#include "page/html_entities.h"
#include "page/html_tags.h"
#include "page/html_tree.h"

struct parser {
	const char *at, *end;
	struct arena *arena;
	struct html_tree tree;
	bool no_title_end, no_textarea_end, no_cdata_end, no_comment_end;
	bool failed; /* out of memory */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_letter(char c)
{
	c = lower(c);
	return c >= 'a' && c <= 'z';
}

/* The first place of `what` in [at, end), or NULL. */
static const char *find(const char *at, const char *end, const char *what)
{
	size_t len = strlen(what);

	while ((size_t)(end - at) >= len) {
		at = memchr(at, what[0], (size_t)(end - at) - len + 1);
		if (!at)
			return NULL;
		if (memcmp(at, what, len) == 0)
			return at;
		at++;
	}
	return NULL;
}

/* Behind the next `>`, or the end. */
static const char *behind_tag(const char *at, const char *end)
{
	const char *gt = at < end ? memchr(at, '>', (size_t)(end - at)) : NULL;

	return gt ? gt + 1 : end;
}

/* [from, to) in lower case: a copy only where it is not. */
static struct fiche_text lowered(struct parser *p, const char *from,
                                 const char *to)
{
	struct fiche_text out = { from, (size_t)(to - from) };
	const char *at = from;
	char *copy;

	while (at < to && lower(*at) == *at)
		at++;
	if (at == to)
		return out;
	copy = arena_take(p->arena, out.len);
	if (!copy) {
		p->failed = true;
		out.len = 0;
		return out;
	}
	for (size_t i = 0; i < out.len; i++)
		copy[i] = lower(from[i]);
	out.ptr = copy;
	return out;
}

static struct fiche_text resolved(struct parser *p, const char *from,
                                  const char *to, bool attr)
{
	struct fiche_text out = { from, (size_t)(to - from) };
	char *copy;

	if (out.len == 0 || !memchr(from, '&', out.len))
		return out;
	copy = arena_take(p->arena, out.len);
	if (!copy) {
		p->failed = true;
		out.len = 0;
		return out;
	}
	out.len = html_entities(copy, from, out.len, attr);
	out.ptr = copy;
	return out;
}

static void put_text(struct parser *p, const char *from, const char *to)
{
	html_tree_text(&p->tree, resolved(p, from, to, false));
}

/* Attributes, up to behind the `>`.  False if there is none: the tag was never
 * finished and is not one. */
static bool read_value(struct parser *p, struct html_attr *a)
{
	const char *at = p->at, *from, *to;

	while (at < p->end && is_blank(*at))
		at++;
	if (at == p->end)
		return false;
	if (*at == '"' || *at == '\'') {
		from = at + 1;
		to = memchr(from, *at, (size_t)(p->end - from));
		if (!to)
			return false;
		p->at = to + 1;
	} else {
		for (from = at; at < p->end && !is_blank(*at) && *at != '>';)
			at++;
		to = at;
		p->at = to;
	}
	a->value = resolved(p, from, to, true);
	return true;
}

static bool read_attrs(struct parser *p, bool *closed)
{
	struct html_attr a = { { NULL, 0 }, { "", 0 } };
	unsigned count = 0;
	const char *from;

	*closed = false;
	for (;;) {
		while (p->at < p->end && (is_blank(*p->at) || *p->at == '/')) {
			*closed = *p->at == '/';
			p->at++;
		}
		if (p->at == p->end)
			return false;
		if (*p->at == '>') {
			p->at++;
			return true;
		}
		*closed = false;
		from = p->at++; /* whatever it is, `=` too */
		while (p->at < p->end && !is_blank(*p->at) && *p->at != '/' &&
		       *p->at != '>' && *p->at != '=')
			p->at++;
		a.name = lowered(p, from, p->at);
		a.value.len = 0;
		for (from = p->at; from < p->end && is_blank(*from);)
			from++;
		if (from < p->end && *from == '=') {
			p->at = from + 1;
			if (!read_value(p, &a))
				return false;
		}
		if (count++ < HTML_ATTRS_MAX)
			html_tree_attr(&p->tree, &a);
	}
}

/* The end tag of `name` at or behind `at`: its `<`, or NULL. */
static const char *find_end_tag(const char *at, const char *end,
                                const char *name)
{
	size_t len = strlen(name), i;
	const char *next;

	while ((at = find(at, end, "</")) != NULL) {
		next = at + 2;
		for (i = 0; i < len && next + i < end; i++)
			if (lower(next[i]) != name[i])
				break;
		if (i == len && (next + len == end || !is_letter(next[len])))
			return at;
		at = next;
	}
	return NULL;
}

/* The content of an element in which markup means nothing. */
static void read_raw(struct parser *p, const struct tag *tag)
{
	bool *in_vain = tag->tag == HTML_TITLE      ? &p->no_title_end
	                : tag->tag == HTML_TEXTAREA ? &p->no_textarea_end
	                                            : NULL;
	const char *from = p->at, *to = NULL;

	if (!in_vain || !*in_vain)
		to = find_end_tag(from, p->end, tag->name);
	/* Browsers let a title without an end swallow the page. */
	if (!to && in_vain) {
		*in_vain = true;
		to = memchr(from, '<', (size_t)(p->end - from));
	}
	if (!to)
		to = p->end;
	if (p->tree.beyond)
		; /* its text would be that of an element around it */
	else if (tag->tag == HTML_TITLE)
		put_text(p, from, to);
	else
		html_tree_text(&p->tree, (struct fiche_text){
						 from, (size_t)(to - from) });
	html_tree_end(&p->tree, tag, (struct fiche_text){ "", 0 });
	p->at = to;
}

static void read_tag(struct parser *p)
{
	bool is_end = p->at[1] == '/', closed;
	const char *from = p->at + (is_end ? 2 : 1), *to = from;
	size_t attr_at = p->tree.attr_count;
	const struct tag *tag;
	struct fiche_text name;

	while (to < p->end && !is_blank(*to) && *to != '/' && *to != '>')
		to++;
	name = lowered(p, from, to);
	tag = html_tag_find(name.ptr, name.len);
	p->at = to;
	if (is_end) {
		/* A quoted `>` in an end tag is nobody's. */
		p->at = behind_tag(to, p->end);
		html_tree_end(&p->tree, tag, name);
		return;
	}
	if (!read_attrs(p, &closed)) {
		p->at = p->end;
		p->tree.attr_count = attr_at;
		return;
	}
	html_tree_start(&p->tree, tag, name, attr_at, closed);
	if (tag->flags & TAG_RAW)
		read_raw(p, tag);
}

/* `<!...`, `<?...` and `</` before what is no name. */
static void read_declaration(struct parser *p)
{
	size_t left = (size_t)(p->end - p->at);
	const char *to;

	if (left >= 4 && memcmp(p->at, "<!--", 4) == 0) {
		/* `<!-->` and `<!--->` are whole.  One without an end is not
		 * the rest of the page, as it is to browsers. */
		to = p->no_comment_end ? NULL : find(p->at + 2, p->end, "-->");
		p->no_comment_end = !to;
		p->at = to ? to + 3 : behind_tag(p->at, p->end);
		return;
	}
	if (left >= 9 && memcmp(p->at, "<![CDATA[", 9) == 0 &&
	    !p->no_cdata_end) {
		to = find(p->at + 9, p->end, "]]>");
		if (to) {
			html_tree_text(
				&p->tree,
				(struct fiche_text){
					p->at + 9, (size_t)(to - p->at) - 9 });
			p->at = to + 3;
			return;
		}
		p->no_cdata_end = true;
	}
	p->at = behind_tag(p->at, p->end);
}

/* What the `<` at `at` begins: 't'ag, 'd'eclaration or 0, nothing. */
static char markup_at(const char *at, const char *end)
{
	if (end - at < 2)
		return 0;
	if (is_letter(at[1]))
		return 't';
	if (at[1] == '!' || at[1] == '?')
		return 'd';
	if (at[1] != '/' || end - at < 3)
		return 0;
	return is_letter(at[2]) ? 't' : 'd';
}

static void read_all(struct parser *p)
{
	const char *from = p->at, *lt;
	char kind;

	while (p->at < p->end && !p->tree.cut && !p->tree.failed &&
	       !p->failed) {
		lt = memchr(p->at, '<', (size_t)(p->end - p->at));
		kind = lt ? markup_at(lt, p->end) : 0;
		if (lt && !kind) {
			p->at = lt + 1;
			continue;
		}
		put_text(p, from, lt ? lt : p->end);
		p->at = lt ? lt : p->end;
		if (kind == 't')
			read_tag(p);
		else if (kind == 'd')
			read_declaration(p);
		from = p->at;
	}
	if (from < p->at)
		put_text(p, from, p->at);
}

int html_parse(struct html *out, struct arena *arena, const char *text,
               size_t len, struct fiche_error *err)
{
	struct parser *p = alloc_zeroed(1, sizeof(*p));
	int r;

	if (!p)
		return err_nomem(err);
	p->at = len ? text : "";
	p->end = p->at + len;
	p->arena = arena;
	html_tree_init(&p->tree);
	read_all(p);
	p->tree.failed = p->tree.failed || p->failed;
	r = html_tree_finish(out, &p->tree, arena, err);
	html_tree_done(&p->tree);
	alloc_free(p);
	return r;
}
