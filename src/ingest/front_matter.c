/* SPDX-License-Identifier: Apache-2.0 */
/*
 * front_matter.c - texts with a head of facts between "---" (YAML) or "+++"
 * (TOML), as makers of web sites have them.  The file is one record.
 *
 * Of both languages only what stands in such heads is understood: strings,
 * lists of them, and strings of several lines.  The head becomes a JSON object,
 * of which the alias rules make facts.
 */
#include <string.h>

#include "article/aliases.h"
#include "article/json.h"
#include "base/err.h"
#include "ingest/classify.h"
#include "ingest/object.h"
#include "ingest/sidecar.h"
#include "page/charset.h"
#include "page/links.h"

struct head {
	const char *at, *end; /* the lines between the marks */
	bool toml;
	struct buf json;
};

/* ---- Lines ---- */

static struct fiche_text trimmed(const char *at, const char *end)
{
	while (at < end && classify_blank((const uint8_t *)at, 1))
		at++;
	while (at < end && classify_blank((const uint8_t *)end - 1, 1))
		end--;
	return (struct fiche_text){ at, (size_t)(end - at) };
}

static const char *line_end(const char *at, const char *end)
{
	const char *lf = memchr(at, '\n', (size_t)(end - at));

	return lf != NULL ? lf : end;
}

/* Where the head ends and the text begins; false if it is none. */
static bool find_head(struct head *h, const char **body, const char *text,
                      size_t len)
{
	const char *end = text + len, *at, *to;

	if (len < 4 ||
	    (memcmp(text, "---", 3) != 0 && memcmp(text, "+++", 3) != 0))
		return false;
	h->toml = text[0] == '+';
	to = line_end(text, end);
	if (trimmed(text, to).len != 3)
		return false;
	h->at = at = to < end ? to + 1 : end;
	for (; at < end; at = to < end ? to + 1 : end) {
		struct fiche_text t;

		to = line_end(at, end);
		t = trimmed(at, to);
		if (t.len != 3 || t.ptr != at ||
		    (memcmp(t.ptr, text, 3) != 0 &&
		     (h->toml || memcmp(t.ptr, "...", 3) != 0)))
			continue;
		h->end = at;
		*body = to < end ? to + 1 : end;
		return true;
	}
	return false;
}

/* ---- Values ---- */

/* A quoted string at *at, appended as JSON; moves behind it. */
static void put_quoted(struct buf *out, const char **at, const char *end)
{
	char mark = *(*at)++;
	struct buf plain = { 0 };

	while (*at < end && **at != mark) {
		const char *c = *at;

		if (mark == '"' && *c == '\\' && c + 1 < end) {
			const char *from = strchr("nt", c[1]);

			buf_u8(&plain, from == NULL || c[1] == '\0'
			                       ? (uint8_t)c[1]
			                       : (uint8_t) "\n\t"[c[1] == 't']);
			*at += 2;
			continue;
		}
		buf_u8(&plain, (uint8_t)*c);
		++*at;
		/* '' is one in YAML. */
		if (mark == '\'' && *at + 1 < end && **at == mark &&
		    (*at)[1] == mark) {
			buf_u8(&plain, (uint8_t)mark);
			*at += 2;
		}
	}
	*at += *at < end;
	out->failed |= plain.failed;
	json_quote(out, (const char *)plain.ptr, plain.len);
	buf_done(&plain);
}

/* A string without quotes, up to `stops` or a comment. */
static void put_bare(struct buf *out, const char **at, const char *end,
                     const char *stops)
{
	const char *from = *at;
	struct fiche_text t;

	while (*at < end && (**at == '\0' || strchr(stops, **at) == NULL) &&
	       !(**at == '#' && *at > from && (*at)[-1] == ' '))
		++*at;
	t = trimmed(from, *at);
	json_quote(out, t.ptr, t.len);
}

static void put_scalar(struct buf *out, const char **at, const char *end,
                       const char *stops)
{
	if (*at < end && (**at == '"' || **at == '\''))
		put_quoted(out, at, end);
	else
		put_bare(out, at, end, stops);
}

static void pass_blanks(const char **at, const char *end)
{
	while (*at < end && classify_blank((const uint8_t *)*at, 1))
		++*at;
}

/* [a, "b"], also over several lines. */
static void put_flow(struct buf *out, const char **at, const char *end)
{
	size_t n = 0;

	buf_u8(out, '[');
	++*at;
	for (;;) {
		pass_blanks(at, end);
		if (*at == end || **at == ']')
			break;
		if (**at == ',') {
			++*at;
			continue;
		}
		if (n++ > 0)
			buf_u8(out, ',');
		put_scalar(out, at, end, ",]\n");
	}
	*at += *at < end;
	buf_u8(out, ']');
}

/* Lines that are indented, or items of a list: what belongs to a key without a
 * value of its own. */
static const char *block_end(const char *at, const char *end)
{
	while (at < end) {
		const char *to = line_end(at, end);

		if (*at != ' ' && *at != '\t' && *at != '-' &&
		    trimmed(at, to).len > 0)
			break;
		at = to < end ? to + 1 : end;
	}
	return at;
}

static void put_items(struct buf *out, const char *at, const char *end)
{
	size_t n = 0;

	buf_u8(out, '[');
	while (at < end) {
		const char *to = line_end(at, end);
		struct fiche_text t = trimmed(at, to);

		at = to < end ? to + 1 : end;
		if (t.len < 2 || t.ptr[0] != '-' || t.ptr[1] != ' ')
			continue;
		t = trimmed(t.ptr + 1, to);
		/* "- name: X" is an object, of which the name counts. */
		if (t.len > 6 && memcmp(t.ptr, "name: ", 6) == 0)
			t = trimmed(t.ptr + 6, to);
		if (t.len == 0)
			continue;
		if (n++ > 0)
			buf_u8(out, ',');
		put_scalar(out, &t.ptr, to, "\n");
	}
	buf_u8(out, ']');
}

/* "|" keeps line ends, ">" folds them. */
static void put_block(struct buf *out, const char *at, const char *end,
                      bool fold)
{
	struct buf plain = { 0 };

	while (at < end) {
		const char *to = line_end(at, end);
		struct fiche_text t = trimmed(at, to);

		if (plain.len > 0)
			buf_u8(&plain, fold && t.len > 0 ? ' ' : '\n');
		buf_put(&plain, t.ptr, t.len);
		at = to < end ? to + 1 : end;
	}
	out->failed |= plain.failed;
	json_quote(out, (const char *)plain.ptr, plain.len);
	buf_done(&plain);
}

/* ---- The head ---- */

/* The value at h->at, behind "key:"; moves to the next line. */
static void put_value(struct head *h)
{
	const char *to = line_end(h->at, h->end), *at = h->at, *block;

	while (at < to && (*at == ' ' || *at == '\t'))
		at++;
	block = to < h->end ? to + 1 : h->end;
	if (at < to && *at == '[') {
		put_flow(&h->json, &at, h->end);
		h->at = line_end(at, h->end);
	} else if (!h->toml && trimmed(at, to).len == 0) {
		h->at = block_end(block, h->end);
		put_items(&h->json, block, h->at);
		return;
	} else if (!h->toml && at < to && (*at == '|' || *at == '>')) {
		h->at = block_end(block, h->end);
		put_block(&h->json, block, h->at, *at == '>');
		return;
	} else {
		put_scalar(&h->json, &at, to, "");
		h->at = to;
	}
	h->at += h->at < h->end;
}

/* Paths on the site say nothing without its address. */
static bool is_path(struct fiche_text key, const char *at, const char *end)
{
	char name[ALIAS_KEY_MAX];
	const struct alias *alias;
	size_t n = alias_normalise(name, key.ptr, key.len);

	if (n == 0 || alias_find(&alias, name, n) == 0 ||
	    alias->field != FIELD_URL)
		return false;
	while (at < end && strchr(" \t\"'", *at) != NULL)
		at++;
	return !links_is_whole((struct fiche_text){ at, (size_t)(end - at) });
}

/* Append all members; returns how many are known. */
static size_t read_head(struct head *h)
{
	char mark = h->toml ? '=' : ':', name[ALIAS_KEY_MAX];
	const struct alias *alias;
	size_t known = 0, n;

	buf_u8(&h->json, '{');
	while (h->at < h->end) {
		const char *to = line_end(h->at, h->end), *sign;
		struct fiche_text key = trimmed(h->at, to);

		/* Tables of TOML, which come last, are of others. */
		if (h->toml && key.len > 0 && key.ptr[0] == '[')
			break;
		sign = memchr(h->at, mark, (size_t)(to - h->at));
		if (sign != NULL)
			key = trimmed(h->at, sign);
		if (sign == NULL || key.len == 0 || key.ptr != h->at ||
		    key.ptr[0] == '#' || is_path(key, sign + 1, to)) {
			h->at = to < h->end ? to + 1 : h->end;
			continue;
		}
		if (h->json.len > 1)
			buf_u8(&h->json, ',');
		json_quote(&h->json, key.ptr, key.len);
		buf_u8(&h->json, ':');
		n = alias_normalise(name, key.ptr, key.len);
		known += n > 0 && alias_find(&alias, name, n) > 0;
		h->at = sign + 1;
		put_value(h);
	}
	buf_u8(&h->json, '}');
	return known;
}

/* ---- The file ---- */

static int find_facts(struct facts *f, struct buf *store, const struct input *i,
                      struct fiche_text text, struct fiche_error *err)
{
	struct head h = { .at = NULL };
	struct fiche_text body;
	const char *from = text.ptr;
	int r = 0;

	facts_init(f, &i->in->scratch);
	r = sidecar_read(f, i, err);
	if (r == 0 && find_head(&h, &from, text.ptr, text.len)) {
		(void)read_head(&h);
		r = buf_ok(&h.json) ? object_facts(f, i->in->opt.defaults,
		                                   (const char *)h.json.ptr,
		                                   h.json.len, err)
		                    : err_nomem(err);
		if (r == FICHE_ERR_INPUT)
			r = 0;
	}
	buf_done(&h.json);
	if (r < 0 || f->has_text)
		return r;
	body = trimmed(from, text.ptr + text.len);
	if (object_is_html(body))
		return object_html_text(f, store, body, i->in->opt.now, err);
	f->text = body;
	f->has_text = body.len > 0;
	return 0;
}

static int read_front_matter(const struct input *i, struct fiche_error *err)
{
	struct buf utf8 = { 0 }, store = { 0 };
	struct fiche_error why;
	struct fiche_text text;
	struct facts facts;
	const uint8_t *ptr;
	size_t len;
	int r = lines_whole(i->bytes, &ptr, &len, &why);

	if (r == FICHE_ERR_LIMIT && why.offset == FICHE_NOWHERE) {
		input_too_long(i, 0);
		return 0;
	}
	if (r != 0)
		return input_ended(i, r, &why, "left out", err);
	arena_reset(&i->in->scratch);
	r = charset_to_utf8(&text, &utf8, NULL, ptr, len, NULL, false, err);
	if (r == 0)
		r = find_facts(&facts, &store, i, text, err);
	if (r == 0)
		r = input_add_page(i, &facts, "text/markdown", ptr, len, 0,
		                   err);
	buf_done(&utf8);
	buf_done(&store);
	return r;
}

static bool sniff(const struct look *look)
{
	struct head h = { .at = NULL };
	const char *body;
	size_t bom = classify_bom(look);
	bool yes = false;

	if (find_head(&h, &body, (const char *)look->ptr + bom,
	              look->len - bom))
		yes = read_head(&h) > 0 && buf_ok(&h.json);
	buf_done(&h.json);
	return yes;
}

const struct format format_front_matter = { "front-matter", sniff,
	                                    read_front_matter };
