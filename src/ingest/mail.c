/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mail.c - a message of mail, or an mbox of them, each a record.
 *
 * In an mbox a message begins behind a line "From somebody at a time"; that
 * line and the empty one before the next are not part of the record.  Lines of
 * a text that begin so have a '>' in front, which the record keeps and the text
 * does not.
 */
#include "ingest/mail.h"

#include <string.h>

#include "base/err.h"
#include "ingest/classify.h"
#include "ingest/sidecar.h"

#define FROM_MAX 1024 /* of a line that begins a message */

struct box {
	const struct input *i;
	struct lines *l;
	uint64_t number; /* of the message */
	bool is_box;
	bool too_long;
	size_t looked; /* bytes behind l->at in which no message begins */
};

/* ---- Facts ---- */

static struct fiche_text all_of(const struct buf *b)
{
	return (struct fiche_text){ (const char *)b->ptr, b->len };
}

/* Set a fact from a header, without the brackets of addresses. */
static int set_header(struct facts *f, struct fiche_text *to,
                      const struct mail_part *m, const char *name,
                      struct fiche_error *err)
{
	struct buf value = { 0 }, plain = { 0 };
	int r = 0;

	if (mail_header(&value, m, name))
		r = mail_words(&plain, (const char *)value.ptr, value.len, err);
	if (r == 0 && plain.len > 1 && plain.ptr[0] == '<' &&
	    plain.ptr[plain.len - 1] == '>') {
		plain.len -= 2;
		memmove(plain.ptr, plain.ptr + 1, plain.len);
	}
	f->failed |= value.failed;
	if (r == 0)
		facts_set(f, to, all_of(&plain));
	buf_done(&value);
	buf_done(&plain);
	return r;
}

/* The name in `"Name" <a@b>` or `a@b (Name)`, still encoded; else all. */
static struct fiche_text name_of(struct fiche_text t)
{
	const char *open = t.len > 0 ? memchr(t.ptr, '<', t.len) : NULL;
	const char *end = t.ptr + t.len;

	if (open == NULL && t.len > 0 && end[-1] == ')' &&
	    (open = memchr(t.ptr, '(', t.len)) != NULL)
		return (struct fiche_text){ open + 1,
			                    (size_t)(end - open) - 2 };
	if (open == NULL)
		return t;
	t.len = (size_t)(open - t.ptr);
	while (t.len > 0 && strchr(" \"", t.ptr[t.len - 1]) != NULL)
		t.len--;
	while (t.len > 0 && strchr(" \"", *t.ptr) != NULL) {
		t.ptr++;
		t.len--;
	}
	if (t.len > 0)
		return t;
	t.ptr = open + 1;
	open = memchr(t.ptr, '>', (size_t)(end - t.ptr));
	t.len = (size_t)((open != NULL ? open : end) - t.ptr);
	return t;
}

/* The host in an address is the source. */
static void set_source(struct facts *f, struct fiche_text from)
{
	const char *end = from.ptr + from.len, *at = end, *to;

	while (at > from.ptr && at[-1] != '@')
		at--;
	if (at == from.ptr)
		return;
	for (to = at; to < end && strchr("> )\"", *to) == NULL;)
		to++;
	facts_set(f, &f->source, (struct fiche_text){ at, (size_t)(to - at) });
}

/* The name of the sender is the author, that of a list the publication. */
static int set_names(struct facts *f, const struct mail_part *m,
                     struct fiche_error *err)
{
	struct buf value = { 0 }, plain = { 0 };
	struct fiche_text name;
	int r = 0;

	if (mail_header(&value, m, "from")) {
		set_source(f, all_of(&value));
		name = name_of(all_of(&value));
		r = mail_words(&plain, name.ptr, name.len, err);
		if (r == 0)
			facts_add(f, &f->authors, all_of(&plain));
	}
	f->failed |= value.failed;
	buf_clear(&value);
	buf_clear(&plain);
	if (r == 0 && mail_header(&value, m, "list-id")) {
		name = name_of(all_of(&value));
		r = mail_words(&plain, name.ptr, name.len, err);
		if (r == 0)
			facts_set(f, &f->site_name, all_of(&plain));
	}
	f->failed |= value.failed;
	buf_done(&value);
	buf_done(&plain);
	return r;
}

/* "Fri, 01 Mar 2024 12:00:00 +0100 (CET)" */
static void drop_comment(struct fiche_text *date)
{
	const char *open =
		date->len > 0 ? memchr(date->ptr, '(', date->len) : NULL;

	if (open == NULL || open == date->ptr)
		return;
	date->len = (size_t)(open - date->ptr);
	while (date->len > 0 && date->ptr[date->len - 1] == ' ')
		date->len--;
}

static int find_facts(struct facts *f, const struct mail_part *m,
                      struct fiche_error *err)
{
	struct fiche_text keywords = { NULL, 0 };
	int r = set_header(f, &f->title, m, "subject", err);

	if (r == 0)
		r = set_header(f, &f->published, m, "date", err);
	if (r == 0)
		r = set_header(f, &f->id, m, "message-id", err);
	if (r == 0)
		r = set_header(f, &f->url, m, "archived-at", err);
	if (r == 0)
		r = set_header(f, &f->language, m, "content-language", err);
	if (r == 0)
		r = set_header(f, &keywords, m, "keywords", err);
	if (r < 0)
		return r;
	drop_comment(&f->published);
	list_split_tags(&f->tags, keywords);
	f->failed |= f->tags.failed;
	return set_names(f, m, err);
}

/* ---- Messages ---- */

static bool is_quoted_from(const char *at, const char *end)
{
	const char *c = at;

	while (c < end && *c == '>')
		c++;
	return c > at && end - c >= 5 && memcmp(c, "From ", 5) == 0;
}

/* Append a message without the '>' of an mbox. */
static void put_unquoted(struct buf *out, const char *text, size_t len)
{
	const char *at = text, *end = text + len;

	while (at < end) {
		const char *lf = memchr(at, '\n', (size_t)(end - at));
		const char *next = lf != NULL ? lf + 1 : end;

		if (is_quoted_from(at, end))
			at++;
		buf_put(out, at, (size_t)(next - at));
		at = next;
	}
}

static int give(struct box *b, size_t len, struct fiche_error *err)
{
	const char *bytes = (const char *)b->l->ptr + b->l->at;
	struct buf plain = { 0 }, text = { 0 };
	struct mail_part m;
	struct facts f;
	int r;

	b->number++;
	if (b->too_long) {
		input_too_long(b->i, b->is_box ? b->number : 0);
		return 0;
	}
	arena_reset(&b->i->in->scratch);
	facts_init(&f, &b->i->in->scratch);
	if (b->is_box) {
		put_unquoted(&plain, bytes, len);
		m = mail_cut((const char *)plain.ptr, plain.len);
	} else {
		m = mail_cut(bytes, len);
	}
	r = buf_ok(&plain) ? 0 : err_nomem(err);
	if (r == 0 && !b->is_box)
		r = sidecar_read(&f, b->i, err);
	if (r == 0)
		r = find_facts(&f, &m, err);
	if (r == 0)
		r = mail_text(&text, &m, err);
	if (r == 0 && !f.has_text) {
		f.text = text.len > 0 ? all_of(&text) : f.title;
		f.has_text = f.text.len > 0;
	}
	if (r == 0)
		r = input_add_page(b->i, &f, "message/rfc822", bytes, len,
		                   b->is_box ? b->number : 0, err);
	buf_done(&plain);
	buf_done(&text);
	return r;
}

/* "From ada@a.example Fri Mar  1 12:00:00 2024": a name and a time. */
static bool begins_message(const char *at, size_t len)
{
	const char *lf, *colon;

	if (len < 12 || memcmp(at, "From ", 5) != 0)
		return false;
	if (len > FROM_MAX)
		len = FROM_MAX;
	lf = memchr(at, '\n', len);
	if (lf == NULL)
		return false;
	colon = memchr(at, ':', (size_t)(lf - at));
	return colon != NULL && lf - colon > 2 && colon[1] >= '0' &&
	       colon[1] <= '9' && colon[-1] >= '0' && colon[-1] <= '9';
}

/* Where the next message begins behind l->at, or where what is there ends. */
static bool find_next(struct box *b, size_t *len)
{
	const char *from = (const char *)b->l->ptr + b->l->at;
	const char *end = (const char *)b->l->ptr + b->l->len;
	const char *at = from + b->looked, *lf = NULL;
	bool ends = b->l->end != 0;

	while (at < end &&
	       (lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		at = lf + 1;
		if ((size_t)(end - at) < FROM_MAX && !ends)
			break;
		if (begins_message(at, (size_t)(end - at))) {
			*len = (size_t)(at - from);
			return true;
		}
	}
	b->looked = (size_t)((lf != NULL ? lf : end) - from);
	*len = (size_t)(end - from);
	return ends;
}

/* Keep little of a message that is too long. */
static void drop(struct box *b)
{
	size_t n = b->looked;

	b->too_long = true;
	b->l->at += n;
	b->looked = 0;
}

/* The empty line before the next message is none of its. */
static size_t without_gap(const struct box *b, size_t len)
{
	const uint8_t *at = b->l->ptr + b->l->at;

	if (!b->is_box || len < 2 || at[len - 1] != '\n')
		return len;
	if (at[len - 2] == '\n')
		return len - 1;
	if (len > 3 && memcmp(at + len - 4, "\r\n\r\n", 4) == 0)
		return len - 2;
	return len;
}

static int read_message(struct box *b, struct fiche_error *err)
{
	size_t len;
	int r;

	b->too_long = false;
	b->looked = 0;
	if (b->is_box) {
		const uint8_t *lf;

		r = lines_want(
			b->l, FROM_MAX < b->l->max ? FROM_MAX : b->l->max, err);
		if (r < 0)
			return r;
		lf = memchr(b->l->ptr + b->l->at, '\n', b->l->len - b->l->at);
		b->l->at =
			lf != NULL ? (size_t)(lf - b->l->ptr) + 1 : b->l->len;
	}
	while (!(b->is_box ? find_next(b, &len) : b->l->end != 0)) {
		if (!b->is_box)
			b->looked = b->l->len - b->l->at;
		if (b->l->len - b->l->at > b->l->max)
			drop(b);
		r = lines_fill(b->l, err);
		if (r < 0)
			return r;
	}
	if (!b->is_box)
		len = b->l->len - b->l->at;
	b->too_long |= len > b->l->max;
	/* Half a message would pass for one. */
	if (b->l->at + len == b->l->len &&
	    (b->l->end != FICHE_END || stream_stopped(b->l->stream))) {
		b->l->at = b->l->len;
		return 0;
	}
	r = len > 0 ? give(b, without_gap(b, len), err) : 0;
	b->l->at += len;
	return r;
}

static int read_mail(const struct input *i, struct fiche_error *err)
{
	struct box b = { .i = i, .l = i->bytes };
	int r = lines_want(b.l, FROM_MAX < b.l->max ? FROM_MAX : b.l->max, err);

	if (r < 0)
		return r;
	b.is_box = begins_message((const char *)b.l->ptr + b.l->at,
	                          b.l->len - b.l->at);
	do
		r = read_message(&b, err);
	while (r == 0 && b.l->at < b.l->len);
	if (r < 0)
		return r;
	return input_ended(i, b.l->end, &b.l->why, "what follows is lost", err);
}

static bool sniff(const struct look *look)
{
	const char *text = (const char *)look->ptr;
	const char *lf;
	size_t len = look->len;

	if (begins_message(text, len)) {
		lf = memchr(text, '\n', len);
		len -= (size_t)(lf + 1 - text);
		text = lf + 1;
	}
	return mail_begins(text, len);
}

const struct format format_mail = { "mail", sniff, read_mail };
