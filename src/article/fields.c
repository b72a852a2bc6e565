/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields.c - the fields of a record; see fields.h.
 *
 * One walk through the record notes the best value of each field as it stands
 * in the bytes; only what won is then unescaped into the arena.
 */

#include "article/fields.h"

#include <string.h>

#include "article/date.h"
#include "article/language.h"
#include "article/lists.h"
#include "article/record.h"
#include "base/err.h"
#include "base/utf8.h"

/* Worse than any rank: a date that nobody can read gives way. */
#define UNREADABLE (1u << 16)

struct slot {
	bool found;
	unsigned score;         /* the least wins, of equals the last */
	struct json_item value; /* string, number, or list or object */
	struct fiche_text key;  /* as written */
	struct fiche_date date;
	char parts[16]; /* a date of numbers, made text */
	size_t parts_len;
};

struct slots {
	const char *end; /* of the document */
	const struct rules *rules;
	struct slot of[FIELD_COUNT];
	struct record_text text;
};

/* ---- Collecting ---- */

static bool is_date(enum field field)
{
	return field == FIELD_PUBLISHED || field == FIELD_MODIFIED ||
	       field == FIELD_FETCHED;
}

static bool is_list(enum field field)
{
	return field == FIELD_AUTHORS || field == FIELD_TAGS;
}

static bool is_allowed(const struct json_item *v, enum field field,
                       enum alias_only only)
{
	bool path = false, url;

	if (v->type == JSON_NUMBER)
		/* Not NaN or Infinity. */
		return (field == FIELD_ID || is_date(field) ||
		        field >= FIELD_TIME) &&
		       only != ONLY_WITH_PATH && v->raw[v->raw_len - 1] <= '9';
	if (v->type != JSON_STRING || !record_usable(v))
		return false;
	url = record_is_url(v, &path);
	switch (only) {
	case ONLY_WITH_PATH:
		return url && path;
	case ONLY_NO_PATH:
		return !(url && path);
	case ONLY_NOT_URL:
		return !url;
	default:
		return true;
	}
}

/* Find what can be taken of a value: itself, or its first good leaf. */
static bool pick(struct json_item *out, const struct slots *s,
                 const struct json_item *value, enum field field,
                 enum alias_only only)
{
	struct record_leaves leaves;

	*out = *value;
	if (value->type != JSON_OBJECT && value->type != JSON_ARRAY)
		return is_allowed(value, field, only);
	record_leaves(&leaves, field, value->raw, s->end);
	while (record_leaves_next(&leaves, out))
		if (is_allowed(out, field, only))
			return true;
	return false;
}

/* {"date-parts": [[2024, 3, 1]]}: the leaves are numbers. */
static size_t join_date_parts(char text[16], const struct slots *s,
                              const struct json_item *value)
{
	struct record_leaves leaves;
	struct json_item leaf;
	size_t len = 0;

	if (value->type != JSON_OBJECT)
		return 0;
	record_leaves(&leaves, FIELD_PUBLISHED, value->raw, s->end);
	for (unsigned i = 0; i < 3 && record_leaves_next(&leaves, &leaf); i++) {
		if (leaf.type != JSON_NUMBER || leaf.key ||
		    leaf.raw_len > (i ? 2u : 4u))
			break;
		if (i)
			text[len++] = '-';
		memcpy(text + len, leaf.raw, leaf.raw_len);
		len += leaf.raw_len;
	}
	return len;
}

static void read_date(struct slot *slot, const struct slots *s,
                      const struct json_item *whole)
{
	const struct json_item *v = &slot->value;
	const struct date_rules *by = s->rules ? &s->rules->dates : NULL;
	uint8_t plain[128];
	struct buf text = { .ptr = plain, .cap = sizeof(plain) };

	slot->parts_len = join_date_parts(slot->parts, s, whole);
	if (slot->parts_len) {
		(void)date_parse_by(&slot->date, by, slot->parts,
		                    slot->parts_len);
		return;
	}
	/* Cut short where it cannot be a date, so that it always fits. */
	if (v->raw_len <= sizeof(plain) / 3) {
		json_unescape(&text, v->raw, v->raw_len, NULL);
		(void)date_parse_by(&slot->date, by, (const char *)text.ptr,
		                    text.len);
	} else if (!v->has_escape) {
		(void)date_parse_by(&slot->date, by, v->raw, v->raw_len);
	}
}

static void see_alias(struct slots *s, const struct record_item *item,
                      const struct alias *alias)
{
	enum field field = (enum field)alias->field;
	struct slot *best = &s->of[field], seen = { .found = true };

	if (alias->only == ONLY_MAPPED)
		seen.score = 0;
	else
		seen.score = 1 + (item->nested ? 256u : 0) + alias->rank;
	if (best->found && seen.score > best->score && best->score < UNREADABLE)
		return;
	seen.key.ptr = item->json.key;
	seen.key.len = item->json.key_len;
	if (!pick(&seen.value, s, &item->json, field,
	          (enum alias_only)alias->only))
		return;
	if (is_date(field)) {
		read_date(&seen, s, &item->json);
		if (seen.date.precision == FICHE_DATE_NONE)
			seen.score += UNREADABLE;
	} else if (is_list(field)) {
		seen.value = item->json;
	}
	if (!best->found || seen.score <= best->score)
		*best = seen;
}

static enum json_type collect(struct slots *s, struct record *r,
                              const struct rules *rules, const char *json,
                              size_t len)
{
	struct record_item item;
	enum json_type type;

	memset(s, 0, sizeof(*s));
	record_init(r, rules, json, len);
	s->rules = rules;
	s->end = r->json.end;
	while ((type = record_next(r, &item)) != JSON_END) {
		if (type == JSON_BAD)
			return type;
		if (item.alias_count || item.piece != SIZE_MAX)
			record_text_see(&s->text, &item, s->end);
		for (size_t i = 0; i < item.alias_count; i++)
			if (item.aliases[i].field != FIELD_TEXT)
				see_alias(s, &item, &item.aliases[i]);
	}
	return type;
}

/* ---- Taking what won ---- */

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static void trim(struct fiche_text *t)
{
	while (t->len && is_blank(t->ptr[t->len - 1]))
		t->len--;
	while (t->len && is_blank(t->ptr[0])) {
		t->ptr++;
		t->len--;
	}
}

/* The text of a string or number, in the arena; false without memory. */
static bool take_text(struct fiche_text *out, struct arena *arena,
                      const struct json_item *v)
{
	struct buf text = { 0 };

	/* Escapes only shrink; a foreign byte becomes three. */
	text.cap = v->raw_len;
	if (v->has_high && !utf8_is_valid(v->raw, v->raw_len)) {
		if (v->raw_len > SIZE_MAX / 3)
			return false;
		text.cap *= 3;
	}
	text.ptr = arena_take(arena, text.cap + 1);
	if (!text.ptr)
		return false;
	if (v->type == JSON_STRING)
		json_unescape(&text, v->raw, v->raw_len, NULL);
	else
		buf_put(&text, v->raw, v->raw_len);
	out->ptr = (const char *)text.ptr;
	out->len = text.len;
	return true;
}

static bool take(struct fiche_text *out, struct arena *arena,
                 const struct slots *s, enum field field)
{
	const struct slot *slot = &s->of[field];

	if (!slot->found)
		return true;
	if (slot->parts_len) {
		out->ptr = arena_strndup(arena, slot->parts, slot->parts_len);
		out->len = slot->parts_len;
		return out->ptr != NULL;
	}
	if (!take_text(out, arena, &slot->value))
		return false;
	trim(out);
	return true;
}

/* Several strings are paragraphs. */
static bool take_paragraphs(struct fiche_text *out, struct arena *arena,
                            const struct record_text *t)
{
	struct record_leaves leaves;
	struct buf text = { 0 };
	struct json_item leaf;
	bool ok;

	record_leaves(&leaves, FIELD_TEXT, t->from, t->to);
	while (record_leaves_next(&leaves, &leaf)) {
		if (leaf.type != JSON_STRING || !record_usable(&leaf))
			continue;
		if (text.len)
			buf_text(&text, "\n\n");
		json_unescape(&text, leaf.raw, leaf.raw_len, NULL);
	}
	out->ptr = arena_strndup(arena, (const char *)text.ptr, text.len);
	out->len = text.len;
	ok = buf_ok(&text) && out->ptr;
	buf_done(&text);
	return ok;
}

static bool take_body(struct fiche_text *out, size_t *piece,
                      struct arena *arena, const struct record_text *t)
{
	*piece = t->found ? t->piece : SIZE_MAX;
	if (!t->found || t->piece != SIZE_MAX)
		return true;
	return t->string.raw ? take_text(out, arena, &t->string)
	                     : take_paragraphs(out, arena, t);
}

static bool take_language(struct fiche_text *out, struct arena *arena,
                          const struct slots *s)
{
	struct fiche_text as_is = { NULL, 0 };
	struct buf code = { 0 };

	if (!take(&as_is, arena, s, FIELD_LANGUAGE))
		return false;
	if (as_is.len == 0)
		return true;
	/* Same length or shorter, and ASCII bytes only are changed. */
	code.ptr = arena_take(arena, as_is.len);
	code.cap = as_is.len;
	if (!code.ptr)
		return false;
	language_put(&code, as_is.ptr, as_is.len);
	out->ptr = (const char *)code.ptr;
	out->len = code.len;
	return true;
}

/* "bbc.co.uk", and "BBC.CO.UK" only if `any_case`: "CityDog.by" is as likely a
 * name as a host, and names are kept as they are. */
static bool is_host(const struct fiche_text *t, bool any_case)
{
	size_t dot = 0;

	for (size_t i = 0; i < t->len; i++) {
		char c = t->ptr[i];

		if (any_case && c >= 'A' && c <= 'Z')
			continue;
		if (c == '.') {
			if (i == dot && i + 1 == t->len)
				return false;
			dot = i + 1;
		} else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
		             c == '-')) {
			return false;
		}
	}
	return dot > 1 && t->len - dot >= 2;
}

static bool take_source(struct fiche_text *out, struct arena *arena,
                        const struct slots *s, enum field field)
{
	struct fiche_text t = { NULL, 0 };
	struct buf url = { 0 };
	struct fiche_text host;
	bool url_failed = false;

	if (out->len || !s->of[field].found)
		return true;
	if (!take(&t, arena, s, field))
		return false;
	if (field == FIELD_NAME || field == FIELD_FEED) {
		*out = t;
		return true;
	}
	host = fields_url_host(arena, t.ptr, t.len);
	if (host.len == 0 && is_host(&t, field == FIELD_HOST)) {
		buf_text(&url, "//");
		buf_put(&url, t.ptr, t.len);
		url_failed = !buf_ok(&url);
		if (!url_failed)
			host = fields_url_host(arena, (const char *)url.ptr,
			                       url.len);
		buf_done(&url);
	}
	*out = host.len ? host : t;
	return !url_failed;
}

/* Without the host of the URL, which comes after the defaults. */
static bool take_sources(struct fiche_text *out, struct arena *arena,
                         const struct slots *s)
{
	return take_source(out, arena, s, FIELD_HOST) &&
	       take_source(out, arena, s, FIELD_SOURCE) &&
	       take_source(out, arena, s, FIELD_NAME) &&
	       take_source(out, arena, s, FIELD_FEED);
}

static bool take_list(const struct fiche_text **items, size_t *count,
                      struct arena *arena, const struct slots *s,
                      enum field field)
{
	const struct slot *slot = &s->of[field];
	struct list list = { .arena = arena };
	struct record_leaves leaves;
	struct json_item leaf;
	struct fiche_text t = { NULL, 0 };

	if (!slot->found)
		return true;
	if (slot->value.type == JSON_STRING) {
		if (!take(&t, arena, s, field))
			return false;
		if (field == FIELD_AUTHORS)
			list_split_authors(&list, t);
		else
			list_split_tags(&list, t);
	} else {
		record_leaves(&leaves, field, slot->value.raw, s->end);
		while (!list_is_full(&list) &&
		       record_leaves_next(&leaves, &leaf)) {
			if (leaf.type != JSON_STRING || !record_usable(&leaf))
				continue;
			if (!take_text(&t, arena, &leaf))
				return false;
			list_add(&list, t);
		}
	}
	*items = list.items;
	*count = list.count;
	return !list.failed;
}

/* `dateTime` and `timestamp` can be when it was fetched: they are when it was
 * published only if nothing else is. */
static void settle_dates(struct slots *s)
{
	struct slot *published = &s->of[FIELD_PUBLISHED];
	struct slot *fetched = &s->of[FIELD_FETCHED];

	if (published->found && fetched->found &&
	    published->value.raw == fetched->value.raw)
		memset(fetched, 0, sizeof(*fetched));
}

/* The text of a part, at most `max` bytes of it. */
static size_t part(char *out, size_t max, const struct slots *s,
                   enum field field)
{
	const struct json_item *v = &s->of[field].value;

	if (!s->of[field].found || v->raw_len > max || v->has_escape)
		return 0;
	memcpy(out, v->raw, v->raw_len);
	return v->raw_len;
}

/* A date in keys of its own: year, month, day. */
static void join_day(struct slots *s)
{
	struct slot *published = &s->of[FIELD_PUBLISHED];
	char *text = published->parts;
	size_t len = part(text, 4, s, FIELD_YEAR), more;

	if (len != 4)
		return;
	for (int i = 0; i < 2; i++) {
		text[len] = '-';
		more = part(text + len + 1, 2, s,
		            i == 0 ? FIELD_MONTH : FIELD_DAY);
		if (more == 0)
			break;
		len += 1 + more;
	}
	if (!date_parse(&published->date, text, len))
		return;
	published->found = true;
	published->parts_len = len;
}

/* `date` and `time`; then a zone, if they have none. */
static void join_time(struct slots *s)
{
	const struct date_rules *by = s->rules ? &s->rules->dates : NULL;
	struct slot *published = &s->of[FIELD_PUBLISHED];
	struct fiche_date *d = &published->date;
	char text[64];
	size_t day, time;
	int32_t zone;

	day = part(text, 24, s, FIELD_PUBLISHED);
	if (d->precision == FICHE_DATE_DAY && day > 0) {
		text[day] = ' ';
		time = part(text + day + 1, 32, s, FIELD_TIME);
		if (time > 0)
			(void)date_parse_by(d, by, text, day + 1 + time);
	}
	time = part(text, 16, s, FIELD_ZONE);
	if (time == 0 || d->has_zone || d->precision < FICHE_DATE_HOUR ||
	    !date_parse_zone(&zone, text, time))
		return;
	if (by)
		zone -= by->zone;
	d->begin -= zone;
	d->end -= zone;
	d->has_zone = true;
}

static void join_parts(struct slots *s)
{
	const struct slot *published = &s->of[FIELD_PUBLISHED];

	if (!published->found)
		join_day(s);
	if (published->found && published->parts_len == 0)
		join_time(s);
}

static bool take_all(struct fiche_article *a, size_t *text_piece,
                     struct arena *arena, struct slots *s)
{
	settle_dates(s);
	join_parts(s);
	a->published = s->of[FIELD_PUBLISHED].date;
	a->modified = s->of[FIELD_MODIFIED].date;
	a->fetched = s->of[FIELD_FETCHED].date;
	return take(&a->url, arena, s, FIELD_URL) &&
	       take(&a->source_id, arena, s, FIELD_ID) &&
	       take(&a->title, arena, s, FIELD_TITLE) &&
	       take(&a->summary, arena, s, FIELD_SUMMARY) &&
	       take(&a->section, arena, s, FIELD_SECTION) &&
	       take(&a->date_text, arena, s, FIELD_PUBLISHED) &&
	       take_language(&a->language, arena, s) &&
	       take_sources(&a->source, arena, s) &&
	       take_list(&a->authors, &a->author_count, arena, s,
	                 FIELD_AUTHORS) &&
	       take_list(&a->tags, &a->tag_count, arena, s, FIELD_TAGS) &&
	       take_body(&a->text, text_piece, arena, &s->text);
}

static void use_default(struct fiche_text *t, const struct fiche_text *other)
{
	if (t->len == 0)
		*t = *other;
}

static void use_default_date(struct fiche_date *d,
                             const struct fiche_date *other)
{
	if (d->precision == FICHE_DATE_NONE)
		*d = *other;
}

static void use_defaults(struct fiche_article *a, const struct fiche_article *d)
{
	use_default(&a->title, &d->title);
	use_default(&a->url, &d->url);
	use_default(&a->source, &d->source);
	use_default(&a->language, &d->language);
	use_default(&a->section, &d->section);
	use_default(&a->summary, &d->summary);
	if (a->date_text.len == 0) {
		a->date_text = d->date_text;
		a->published = d->published;
	}
	use_default_date(&a->modified, &d->modified);
	use_default_date(&a->fetched, &d->fetched);
	if (a->author_count == 0) {
		a->authors = d->authors;
		a->author_count = d->author_count;
	}
	if (a->tag_count == 0) {
		a->tags = d->tags;
		a->tag_count = d->tag_count;
	}
}

static int read_fields(struct fiche_article *out, size_t *text_piece,
                       struct arena *arena, const struct rules *rules,
                       const char *json, size_t len, const char *what,
                       struct fiche_error *err)
{
	struct slots slots;
	struct record r;

	if (collect(&slots, &r, rules, json, len) == JSON_BAD)
		return err_set(err, FICHE_ERR_INPUT,
		               (uint64_t)(r.json.at - r.json.start),
		               "%s %s: %s", what,
		               r.not_object ? "cannot be used" : "is not JSON",
		               r.json.why);
	memset(out, 0, sizeof(*out));
	if (!take_all(out, text_piece, arena, &slots))
		return err_nomem(err);
	return 0;
}

int fields_from_json(struct fiche_article *out, size_t *text_piece,
                     struct arena *arena, const char *json, size_t len,
                     const char *defaults, size_t defaults_len,
                     struct fiche_error *err)
{
	struct fiche_article a, d;
	struct rules rules;
	size_t piece, unused;
	int r;

	if (defaults_len) {
		r = rules_read(&rules, defaults, defaults_len, err);
		if (r < 0)
			return r;
	}
	r = read_fields(&a, &piece, arena, defaults_len ? &rules : NULL, json,
	                len, "the record", err);
	if (r < 0)
		return r;
	if (defaults_len) {
		r = read_fields(&d, &unused, arena, NULL, defaults,
		                defaults_len, "a default", err);
		if (r < 0)
			return r;
		use_defaults(&a, &d);
	}
	if (a.source.len == 0)
		a.source = fields_url_host(arena, a.url.ptr, a.url.len);

	a.number = out->number;
	memcpy(a.digest, out->digest, sizeof(a.digest));
	a.path = out->path;
	a.media_type = out->media_type;
	a.text_size = out->text_size;
	*out = a;
	*text_piece = piece;
	return 0;
}

int fields_keys(struct fiche_text keys[FIELD_COUNT], const char *json,
                size_t len, const char *defaults, size_t defaults_len,
                struct fiche_error *err)
{
	struct slots slots;
	struct rules rules;
	struct record rec;
	int r = rules_read(&rules, defaults, defaults_len, err);

	if (r < 0)
		return r;
	if (collect(&slots, &rec, &rules, json, len) == JSON_BAD)
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "the record is not JSON: %s", rec.json.why);
	settle_dates(&slots);
	for (size_t i = 0; i < FIELD_COUNT; i++)
		keys[i] = slots.of[i].found ? slots.of[i].key
		                            : (struct fiche_text){ NULL, 0 };
	if (slots.text.found)
		keys[FIELD_TEXT] = slots.text.key;
	return 0;
}
