/* SPDX-License-Identifier: Apache-2.0 */
/* object.c - see object.h; nearly all objects only pass through. */
#include "ingest/object.h"

#include <string.h>

#include "article/aliases.h"
#include "article/fields.h"
#include "article/json.h"
#include "article/record.h"
#include "base/err.h"
#include "base/utf8.h"
#include "ingest/classify.h"
#include "page/page.h"

#define LOOK_MAX ((size_t)64 << 10) /* bytes in which tags are sought */

/* ---- Is there markup? ---- */

/* "<", also as encoders of JSON write it that fear it. */
static bool has_bracket(const char *json, size_t len)
{
	const char *at = json, *end = json + len;

	if (memchr(json, '<', len) != NULL)
		return true;
	for (; (at = memchr(at, '\\', (size_t)(end - at))) != NULL; at += 2) {
		if (end - at >= 6 && at[1] == 'u' && at[2] == '0' &&
		    at[3] == '0' && at[4] == '3' && (at[5] | 0x20) == 'c')
			return true;
		if (end - at < 2)
			break;
	}
	return false;
}

/* 2: a block, 1: another element of HTML, 0: neither. */
static unsigned tag_kind(const char *at, size_t len)
{
	static const char *const blocks =
		" p br div h1 h2 h3 h4 h5 h6 ul ol li blockquote figure table "
		"article section html body head hr pre header main !doctype ";
	static const char *const others =
		" a b i em strong span img iframe script style u small font "
		"center sup sub time video audio picture aside nav footer !-- ";
	char word[16] = " ";
	size_t n = 1, i = at[0] == '/';

	for (; i < len && n < sizeof(word) - 2; i++) {
		char c = at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c + ('a' - 'A'));
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		      c == '!' || c == '-'))
			break;
		word[n++] = c;
	}
	if (n == 1 || i == len || strchr(" \t\r\n/>", at[i]) == NULL)
		return 0;
	word[n++] = ' ';
	word[n] = '\0';
	return strstr(blocks, word) ? 2 : strstr(others, word) ? 1 : 0;
}

bool object_is_html(struct fiche_text text)
{
	const char *at = text.ptr, *end = at + text.len;
	unsigned blocks = 0;

	while (at < end && classify_blank((const uint8_t *)at, 1))
		at++;
	if (end - at > 2 && *at == '<' &&
	    tag_kind(at + 1, (size_t)(end - at - 1)) > 0)
		return true;
	if ((size_t)(end - at) > LOOK_MAX)
		end = at + LOOK_MAX;
	while (blocks < 2 && at < end &&
	       (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		at++;
		blocks += at < end && tag_kind(at, (size_t)(end - at)) == 2;
	}
	return blocks >= 2;
}

static bool is_document(struct fiche_text html)
{
	static const char *const marks[] = { "<!doctype html", "<html",
		                             "<body" };
	const uint8_t *at = (const uint8_t *)html.ptr;
	size_t len = html.len < LOOK_MAX ? html.len : LOOK_MAX;

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (classify_find(at, at + len, marks[i]) != NULL)
			return true;
	return false;
}

/* ---- The HTML of an object ---- */

/* Normalised, in order of preference. */
static const char *const html_keys[] = {
	"html",        "rawhtml",  "contenthtml",  "htmlcontent",
	"articlehtml", "bodyhtml", "bodyrichtext", "contentencoded",
	"sourcecode",  "page",
};

#define HTML_KEYS (sizeof(html_keys) / sizeof(html_keys[0]))

static size_t html_rank(const char *key, size_t len)
{
	char name[ALIAS_KEY_MAX];
	size_t n = alias_normalise(name, key, len), i;

	for (i = 0; i < HTML_KEYS; i++)
		if (strlen(html_keys[i]) == n &&
		    memcmp(html_keys[i], name, n) == 0)
			break;
	return i;
}

/* The string that is HTML: in the object itself, in a wrapper, or as
 * {"html": {"content": ...}}. */
static bool find_html(struct json_item *out, const char *json, size_t len)
{
	size_t best = HTML_KEYS, rank;
	bool wrapper = false, html = false;
	struct json_scanner s;
	struct json_item v;
	enum json_type type;

	json_init(&s, json, len);
	while ((type = json_next(&s, &v)) != JSON_BAD && type != JSON_END) {
		if (type == JSON_CLOSE || v.key == NULL || v.depth > 2)
			continue;
		rank = html_rank(v.key, v.key_len);
		if (v.depth == 1 && type == JSON_OBJECT) {
			wrapper = alias_is_wrapper(v.key, v.key_len);
			html = rank == 0;
		} else if (v.depth == 1 && type == JSON_ARRAY) {
			wrapper = html = false;
		}
		if (v.depth == 2 && html && v.key_len == 7 &&
		    memcmp(v.key, "content", 7) == 0)
			rank = 0;
		else if (v.depth == 2 && !wrapper)
			continue;
		if (type == JSON_STRING && rank < best && record_usable(&v)) {
			best = rank;
			*out = v;
		}
	}
	return best < HTML_KEYS;
}

/* ---- Facts ---- */

/* Where the text is HTML, the title has entities, too. */
static int decode_title(struct facts *f, struct fiche_error *err)
{
	struct fiche_text plain = { NULL, 0 };
	struct buf b = { 0 };
	int r;

	if (f->title.len == 0 || !memchr(f->title.ptr, '&', f->title.len))
		return 0;
	r = page_html_text(&b, f->title.ptr, f->title.len, err);
	facts_set(f, &plain, (struct fiche_text){ (const char *)b.ptr, b.len });
	if (plain.len > 0)
		f->title = plain;
	buf_done(&b);
	return r;
}

int object_facts(struct facts *f, const char *rules, const char *json,
                 size_t len, struct fiche_error *err)
{
	struct fiche_article a = { 0 };
	size_t piece;
	int r;

	r = fields_from_json(&a, &piece, f->arena, json, len, rules,
	                     rules != NULL ? strlen(rules) : 0, err);
	if (r < 0)
		return r;
	facts_take(f, &a);
	if (!f->has_text)
		f->text = a.text;
	f->has_text = f->text.len > 0;
	return f->failed ? err_nomem(err) : 0;
}

int object_html_text(struct facts *f, struct buf *store, struct fiche_text html,
                     int64_t now, struct fiche_error *err)
{
	struct page_options opt = { .charset = "utf-8", .now = now };
	int r;

	r = decode_title(f, err);
	if (r < 0)
		return r;
	f->text = (struct fiche_text){ NULL, 0 };
	f->has_text = false;
	if (is_document(html))
		return page_read_html(f, html.ptr, html.len, &opt, err);
	buf_clear(store);
	r = page_html_text(store, html.ptr, html.len, err);
	if (r < 0)
		return r;
	f->text = (struct fiche_text){ (const char *)store->ptr, store->len };
	f->has_text = store->len > 0;
	return 0;
}

/* ---- Adding ---- */

/* The text without its markup, if it has some; has_text is false if there is
 * nothing to be gained. */
static int find_text(struct facts *f, struct buf *store, const char *json,
                     size_t len, int64_t now, struct fiche_error *err)
{
	struct buf plain = { 0 };
	struct json_item v;
	int r = 0;

	if (f->has_text) {
		if (!object_is_html(f->text))
			f->has_text = false;
		else
			r = object_html_text(f, store, f->text, now, err);
		return r;
	}
	if (!find_html(&v, json, len))
		return 0;
	json_unescape(&plain, v.raw, v.raw_len, NULL);
	if (!buf_ok(&plain))
		r = err_nomem(err);
	else
		r = object_html_text(
			f, store,
			(struct fiche_text){ (char *)plain.ptr, plain.len },
			now, err);
	buf_done(&plain);
	return r;
}

int object_read(struct facts *f, struct buf *store, const char *json,
                size_t len, int64_t now, struct fiche_error *err)
{
	struct fiche_text text;
	int r = object_facts(f, NULL, json, len, err);

	text = f->text;
	if (r == 0)
		r = find_text(f, store, json, len, now, err);
	if (r == 0 && !f->has_text)
		f->text = text;
	f->has_text = f->text.len > 0;
	return r;
}

int object_add_item(const struct input *i, const void *json, size_t len,
                    uint64_t line, const struct object_feed *feed,
                    struct fiche_error *err)
{
	bool lends = feed->site_name.len > 0 || feed->language.len > 0;
	struct input unnamed = *i;
	struct buf store = { 0 };
	struct facts f;
	struct fiche_text text;
	int r;

	if (len > i->in->opt.record_max ||
	    (i->in->opt.dry_run && i->in->opt.record == NULL) ||
	    (!lends && !has_bracket(json, len)))
		return input_add_json(i, json, len, line, err);
	arena_reset(&i->in->scratch);
	facts_init(&f, &i->in->scratch);
	r = object_facts(&f, i->in->opt.defaults, json, len, err);
	if (r == FICHE_ERR_INPUT) /* the writer says what is wrong with it */
		return input_add_json(i, json, len, line, err);
	text = f.text;
	if (r == 0)
		r = find_text(&f, &store, json, len, i->in->opt.now, err);
	if (r < 0)
		goto out;
	if (!f.has_text && !lends) {
		r = input_add_json(i, json, len, line, err);
		goto out;
	}
	if (!f.has_text) {
		f.text = text;
		f.has_text = true;
	}
	if (f.source.len == 0)
		facts_set(&f, &f.site_name, feed->site_name);
	facts_set(&f, &f.language, feed->language);
	/* An object of a file is not the file. */
	unnamed.label = NULL;
	r = input_add_page(&unnamed, &f, "application/json", json, len, line,
	                   err);
out:
	buf_done(&store);
	return r;
}

int input_add_object(const struct input *i, const void *json, size_t len,
                     uint64_t line, struct fiche_error *err)
{
	static const struct object_feed none;

	return object_add_item(i, json, len, line, &none, err);
}

void object_quote(struct buf *out, struct fiche_text t)
{
	if (utf8_is_valid(t.ptr, t.len)) {
		json_quote(out, t.ptr, t.len);
		return;
	}
	buf_u8(out, '"');
	for (size_t i = 0; i < t.len; i++) {
		uint8_t c = (uint8_t)t.ptr[i];

		if (c < ' ')
			buf_printf(out, "\\u%04x", c);
		else if (c == '"' || c == '\\')
			buf_printf(out, "\\%c", c);
		else
			buf_u8(out, c);
	}
	buf_u8(out, '"');
}
