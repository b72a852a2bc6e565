/* SPDX-License-Identifier: Apache-2.0 */
/* explain.c - counting which key gives which field; see fiche/explain.h. */

#include "fiche/explain.h"

#include <string.h>

#include "article/date.h"
#include "article/fields.h"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/utf8.h"

#define KEYS_MAX    64 /* different keys that are counted for a field */
#define KEY_MAX     96 /* bytes of one */
#define EXAMPLE_MAX 60

enum row {
	ROW_URL,
	ROW_ID,
	ROW_TITLE,
	ROW_PUBLISHED,
	ROW_MODIFIED,
	ROW_FETCHED,
	ROW_SOURCE,
	ROW_LANGUAGE,
	ROW_AUTHORS,
	ROW_TAGS,
	ROW_SECTION,
	ROW_SUMMARY,
	ROW_TEXT,
	ROW_COUNT,
};

static const struct {
	const char *name;
	enum field field;
} rows[ROW_COUNT] = {
	[ROW_URL] = { "url", FIELD_URL },
	[ROW_ID] = { "source_id", FIELD_ID },
	[ROW_TITLE] = { "title", FIELD_TITLE },
	[ROW_PUBLISHED] = { "published", FIELD_PUBLISHED },
	[ROW_MODIFIED] = { "modified", FIELD_MODIFIED },
	[ROW_FETCHED] = { "fetched", FIELD_FETCHED },
	[ROW_SOURCE] = { "source", FIELD_HOST },
	[ROW_LANGUAGE] = { "language", FIELD_LANGUAGE },
	[ROW_AUTHORS] = { "authors", FIELD_AUTHORS },
	[ROW_TAGS] = { "tags", FIELD_TAGS },
	[ROW_SECTION] = { "section", FIELD_SECTION },
	[ROW_SUMMARY] = { "summary", FIELD_SUMMARY },
	[ROW_TEXT] = { "text", FIELD_TEXT },
};

struct counted {
	struct fiche_text key;
	uint64_t records;
};

struct tally {
	uint64_t records, other;
	struct counted keys[KEYS_MAX];
	size_t key_count;
	struct fiche_text example;
};

struct fiche_explain {
	struct arena kept, scratch;
	const char *defaults;
	size_t defaults_len;
	uint64_t records, refused;
	struct tally tally[ROW_COUNT];
	struct fiche_explain_dates dates;
};

int fiche_explain_new(struct fiche_explain **out, const char *defaults,
                      struct fiche_error *err)
{
	*out = alloc_zeroed(1, sizeof(**out));
	if (!*out)
		return err_nomem(err);
	(*out)->defaults = defaults ? defaults : "";
	(*out)->defaults_len = strlen((*out)->defaults);
	return 0;
}

void fiche_explain_free(struct fiche_explain *e)
{
	if (!e)
		return;
	arena_done(&e->kept);
	arena_done(&e->scratch);
	alloc_free(e);
}

/* A copy of at most `max` bytes, whole characters. */
static bool keep(struct fiche_explain *e, struct fiche_text *out,
                 struct fiche_text t, size_t max)
{
	size_t len = t.len < max ? t.len : max;

	while (len > 0 && len < t.len && !utf8_is_valid(t.ptr, len))
		len--;
	out->ptr = arena_strndup(&e->kept, t.ptr, len);
	out->len = out->ptr ? len : 0;
	return out->ptr;
}

static bool count_key(struct fiche_explain *e, struct tally *t,
                      struct fiche_text key)
{
	if (key.len > KEY_MAX)
		key.len = KEY_MAX;
	for (size_t i = 0; i < t->key_count; i++)
		if (t->keys[i].key.len == key.len &&
		    (key.len == 0 ||
		     memcmp(t->keys[i].key.ptr, key.ptr, key.len) == 0)) {
			t->keys[i].records++;
			return true;
		}
	if (t->key_count == KEYS_MAX) {
		t->other++;
		return true;
	}
	t->keys[t->key_count].records = 1;
	return keep(e, &t->keys[t->key_count++].key,
	            key.len ? key : (struct fiche_text){ "", 0 }, KEY_MAX);
}

static bool see(struct fiche_explain *e, enum row row, struct fiche_text key,
                struct fiche_text value)
{
	struct tally *t = &e->tally[row];

	t->records++;
	if (t->example.len == 0 && value.len > 0 &&
	    !keep(e, &t->example, value, EXAMPLE_MAX))
		return false;
	return count_key(e, t, key);
}

static bool see_dates(struct fiche_explain *e, const struct fiche_article *a)
{
	struct fiche_explain_dates *d = &e->dates;

	if (a->published.precision >= FICHE_DATE_HOUR) {
		d->with_zone += a->published.has_zone;
		d->assumed += !a->published.has_zone;
	} else if (a->published.precision != FICHE_DATE_NONE) {
		d->days++;
	} else if (a->date_text.len > 0) {
		d->unreadable++;
		if (date_is_ambiguous(a->date_text.ptr, a->date_text.len)) {
			d->ambiguous++;
			if (d->doubtful.len == 0)
				return keep(e, &d->doubtful, a->date_text,
				            EXAMPLE_MAX);
		} else if (d->example.len == 0) {
			return keep(e, &d->example, a->date_text, EXAMPLE_MAX);
		}
	}
	return true;
}

static struct fiche_text first(const struct fiche_text *list, size_t count)
{
	return count > 0 ? list[0] : (struct fiche_text){ NULL, 0 };
}

int fiche_explain_add(struct fiche_explain *e, const void *json, size_t len,
                      bool is_file, struct fiche_error *err)
{
	static const enum field sources[] = { FIELD_HOST, FIELD_SOURCE,
		                              FIELD_NAME, FIELD_FEED };
	struct fiche_text keys[FIELD_COUNT], source = { NULL, 0 };
	struct fiche_article a = { 0 };
	size_t piece;
	bool ok;
	int r;

	arena_reset(&e->scratch);
	e->records++;
	r = fields_from_json(&a, &piece, &e->scratch, json, len, e->defaults,
	                     e->defaults_len, err);
	if (r == 0)
		r = fields_keys(keys, json, len, e->defaults, e->defaults_len,
		                err);
	if (r < 0) {
		e->refused += r == FICHE_ERR_INPUT;
		return r;
	}
	for (size_t i = 0; i < 4 && source.len == 0; i++)
		source = keys[sources[i]];
	keys[FIELD_HOST] = source;
	{
		const struct fiche_text values[ROW_COUNT] = {
			[ROW_URL] = a.url,
			[ROW_ID] = a.source_id,
			[ROW_TITLE] = a.title,
			[ROW_PUBLISHED] = a.date_text,
			[ROW_SOURCE] = a.source,
			[ROW_LANGUAGE] = a.language,
			[ROW_AUTHORS] = first(a.authors, a.author_count),
			[ROW_TAGS] = first(a.tags, a.tag_count),
			[ROW_SECTION] = a.section,
			[ROW_SUMMARY] = a.summary,
			[ROW_TEXT] = a.text,
		};
		const bool has[ROW_COUNT] = {
			[ROW_MODIFIED] =
				a.modified.precision != FICHE_DATE_NONE,
			[ROW_FETCHED] = a.fetched.precision != FICHE_DATE_NONE,
			[ROW_TEXT] = is_file,
		};

		ok = see_dates(e, &a);
		for (size_t i = 0; i < ROW_COUNT && ok; i++) {
			bool there = has[i] || values[i].len > 0;

			if (i == ROW_PUBLISHED)
				there = a.published.precision !=
				        FICHE_DATE_NONE;
			if (there)
				ok = see(e, (enum row)i, keys[rows[i].field],
				         values[i]);
		}
	}
	return ok ? 0 : err_nomem(err);
}

uint64_t fiche_explain_records(const struct fiche_explain *e)
{
	return e->records;
}

uint64_t fiche_explain_refused(const struct fiche_explain *e)
{
	return e->refused;
}

size_t fiche_explain_fields(const struct fiche_explain *e)
{
	(void)e;
	return ROW_COUNT;
}

void fiche_explain_field(const struct fiche_explain *e, size_t i,
                         struct fiche_explained *out)
{
	const struct tally *t = &e->tally[i];
	bool taken[KEYS_MAX] = { false };

	*out = (struct fiche_explained){ .field = rows[i].name,
		                         .records = t->records,
		                         .other = t->other,
		                         .example = t->example };
	for (size_t n = 0; n < t->key_count; n++) {
		size_t best = KEYS_MAX;

		for (size_t k = 0; k < t->key_count; k++)
			if (!taken[k] &&
			    (best == KEYS_MAX ||
			     t->keys[k].records > t->keys[best].records))
				best = k;
		taken[best] = true;
		if (n >= FICHE_EXPLAIN_KEYS) {
			out->other += t->keys[best].records;
			continue;
		}
		out->keys[n].key = t->keys[best].key;
		out->keys[n].records = t->keys[best].records;
		out->key_count++;
	}
}

void fiche_explain_dates(const struct fiche_explain *e,
                         struct fiche_explain_dates *out)
{
	*out = e->dates;
}
