/* SPDX-License-Identifier: Apache-2.0 */
/* record.c - from card and body to fields and index entry; see record.h. */

#include "archive/record.h"

#include <string.h>

#include "archive/statement.h"
#include "article/card.h"
#include "article/fields.h"
#include "article/json.h"
#include "base/err.h"
#include "base/utf8.h"

static const struct fiche_text json_type = { "application/json", 16 };
static const struct fiche_text any_type = { "application/octet-stream", 24 };

static struct fiche_text unescaped(struct arena *arena,
                                   const struct json_item *item)
{
	struct fiche_text out = { NULL, 0 };
	struct buf b = { 0 };

	json_unescape(&b, item->raw, item->raw_len, NULL);
	if (buf_ok(&b))
		out.ptr = arena_strndup(arena, (const char *)b.ptr, b.len);
	if (out.ptr)
		out.len = b.len;
	buf_done(&b);
	return out;
}

/* `path` and `type` of a card that fiche wrote about a file (kind 2). */
static int file_fields(struct fiche_article *a, struct arena *arena,
                       struct fiche_text card, struct fiche_error *err)
{
	struct json_scanner s;
	struct json_item item;
	enum json_type t;

	a->media_type = any_type;
	json_init(&s, card.ptr, card.len);
	while ((t = json_next(&s, &item)) != JSON_END && t != JSON_BAD) {
		struct fiche_text *into = NULL;

		if (item.depth != 1 || !item.key || t != JSON_STRING)
			continue;
		if (item.key_len == 4 && memcmp(item.key, "path", 4) == 0)
			into = &a->path;
		else if (item.key_len == 4 && memcmp(item.key, "type", 4) == 0)
			into = &a->media_type;
		if (!into)
			continue;
		*into = unescaped(arena, &item);
		if (!into->ptr)
			return err_nomem(err);
	}
	return 0;
}

/* What a person reads of a file, or the file itself. */
static int file_text(struct fiche_article *a, struct arena *arena,
                     struct fiche_text card, struct fiche_text body,
                     struct fiche_error *err)
{
	struct fiche_text record;
	struct buf b = { 0 };

	if (card_file(&record, &a->text, card.ptr, card.len, body.ptr, body.len,
	              NULL) < 0)
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "card and body do not fit each other");
	if (utf8_is_valid(a->text.ptr, a->text.len))
		return 0;
	utf8_put_clean(&b, a->text.ptr, a->text.len);
	a->text.ptr =
		buf_ok(&b) ? arena_strndup(arena, (char *)b.ptr, b.len) : NULL;
	a->text.len = b.len;
	buf_done(&b);
	return a->text.ptr ? 0 : err_nomem(err);
}

/* Of a record that was taken out: its digest, and what was said of it. */
static int redacted_fields(struct fiche_article *out, struct arena *arena,
                           struct fiche_text card, struct fiche_error *err)
{
	struct fiche_statement *s = arena_take(arena, sizeof(*s));
	int r = s ? statement_decode(s, arena, STATEMENT_REDACTED, card.ptr,
	                             card.len, FICHE_NOWHERE, err)
	          : err_nomem(err);

	if (r < 0)
		return r == FICHE_ERR_CORRUPT ? FICHE_ERR_INPUT : r;
	s->number = out->number;
	*out = (struct fiche_article){ .number = out->number, .redacted = s };
	memcpy(out->digest, s->digest, sizeof(out->digest));
	return 0;
}

int record_fields(struct fiche_article *out, struct arena *arena,
                  enum record_kind kind, struct fiche_text card,
                  struct fiche_text body, bool with_text, const char *defaults,
                  size_t defaults_len, struct fiche_error *err)
{
	struct fiche_text from = kind == KIND_VERBATIM ? body : card;
	struct fiche_article a = *out;
	size_t piece;
	int r;

	if (kind == KIND_REDACTED)
		return redacted_fields(out, arena, card, err);
	r = fields_from_json(&a, &piece, arena, from.ptr, from.len, defaults,
	                     defaults_len, err);
	if (r < 0)
		return r;
	a.media_type = json_type;
	if (kind == KIND_FILE) {
		r = file_fields(&a, arena, card, err);
		if (r < 0)
			return r;
		r = with_text ? file_text(&a, arena, card, body, err) : 0;
		if (r < 0)
			return r;
	} else if (with_text && piece != SIZE_MAX) {
		if (!card_piece(&a.text, piece, card.ptr, card.len, body.ptr,
		                body.len))
			return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
			               "card and body do not fit each other");
	}
	if (!with_text)
		a.text = (struct fiche_text){ NULL, 0 };
	*out = a;
	return 0;
}

int record_bytes(struct fiche_text *out, struct buf *scratch,
                 enum record_kind kind, struct fiche_text card,
                 struct fiche_text body, struct fiche_error *err)
{
	struct fiche_text text;
	int r;

	if (kind == KIND_FILE)
		return card_file(out, &text, card.ptr, card.len, body.ptr,
		                 body.len, err);
	*out = body;
	if (kind == KIND_VERBATIM || kind == KIND_REDACTED)
		return 0;
	buf_clear(scratch);
	r = card_join(scratch, card.ptr, card.len, body.ptr, body.len, err);
	if (r < 0)
		return r;
	out->ptr = (const char *)scratch->ptr;
	out->len = scratch->len;
	return 0;
}

int record_digest(struct fiche_article *a, struct fiche_text raw)
{
	/* The card of a redacted one has told. */
	return a->redacted ? 0 : sha256_of(a->digest, raw.ptr, raw.len);
}

int64_t record_version_time(const struct fiche_article *a)
{
	if (a->modified.precision != FICHE_DATE_NONE)
		return a->modified.begin;
	if (a->fetched.precision != FICHE_DATE_NONE)
		return a->fetched.begin;
	if (a->published.precision != FICHE_DATE_NONE)
		return a->published.begin;
	return INT64_MIN;
}

static int key_hash(struct sha256 *h, uint8_t out[32], char domain,
                    const void *text, size_t len)
{
	sha256_add(h, &domain, 1);
	sha256_add(h, text, len);
	return sha256_end(h, out);
}

/* Length and both ends: who looks up a body compares all of it anyway. */
static int body_hash(struct sha256 *h, uint8_t out[32], struct fiche_text body)
{
	size_t n = body.len < KEY_BODY_END ? body.len : KEY_BODY_END;
	const char domain = KEY_BODY;
	uint8_t len[8];

	put_u64(len, body.len);
	sha256_add(h, &domain, 1);
	sha256_add(h, len, sizeof(len));
	sha256_add(h, body.ptr, n);
	sha256_add(h, body.ptr + body.len - n, n);
	return sha256_end(h, out);
}

int record_keys(struct record_keys *out, const struct fiche_article *a,
                struct fiche_text body, struct sha256 *h)
{
	struct buf url = { 0 };
	int r = 0;

	memset(out, 0, sizeof(*out));
	if (a->url.len) {
		out->has_url = true;
		fields_url_key(&url, a->url.ptr, a->url.len);
		r = buf_ok(&url)
		            ? key_hash(h, out->url, KEY_URL, url.ptr, url.len)
		            : FICHE_ERR_NOMEM;
		buf_done(&url);
	}
	if (r == 0 && a->source_id.len) {
		out->has_id = true;
		r = key_hash(h, out->id, KEY_ID, a->source_id.ptr,
		             a->source_id.len);
	}
	if (r == 0 && body.len >= KEY_BODY_MIN) {
		out->has_body = true;
		r = body_hash(h, out->body, body);
	}
	return r;
}

void record_index(struct index_record *out, const struct fiche_article *a,
                  const struct record_keys *keys, enum record_kind kind,
                  bool shared, uint64_t body_len)
{
	memset(out, 0, sizeof(*out));
	memcpy(out->digest, a->digest, sizeof(out->digest));
	out->date = a->published;
	out->version_time = record_version_time(a);
	out->body_len = body_len;
	out->flags = (uint8_t)((unsigned)kind | (shared ? FLAG_SHARED : 0) |
	                       (keys->has_url ? FLAG_URL : 0));
	out->source = a->source;
	out->language = a->language;
	out->tags = a->tags;
	out->tag_count = a->tag_count;
	out->authors = a->authors;
	out->author_count = a->author_count;
	out->has_url = keys->has_url;
	out->has_id = keys->has_id;
	out->has_body = keys->has_body && !shared;
	memcpy(out->url_key, keys->url, KEY_SIZE);
	memcpy(out->id_key, keys->id, KEY_SIZE);
	memcpy(out->body_key, keys->body, KEY_SIZE);
}
