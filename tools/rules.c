/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - see rules.h. */

#include "rules.h"

#include <string.h>

#include "fiche/fiche.h"
#include "suggest.h"

/* What a key can be mapped to, and what a record can be asked to have. */
static const struct {
	const char *name;
	unsigned require; /* 0: cannot be asked for */
	bool map;
} fields[] = {
	{ "url", FICHE_REQUIRE_URL, true },
	{ "id", FICHE_REQUIRE_ID, true },
	{ "title", FICHE_REQUIRE_TITLE, true },
	{ "text", FICHE_REQUIRE_TEXT, true },
	{ "summary", 0, true },
	{ "authors", FICHE_REQUIRE_AUTHORS, true },
	{ "published", FICHE_REQUIRE_DATE, true },
	{ "date", FICHE_REQUIRE_DATE, false },
	{ "modified", 0, true },
	{ "fetched", 0, true },
	{ "source", FICHE_REQUIRE_SOURCE, true },
	{ "language", FICHE_REQUIRE_LANGUAGE, true },
	{ "tags", FICHE_REQUIRE_TAGS, true },
	{ "section", 0, true },
	{ "none", 0, true },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

/*
 * What producers mean by their keys where it could be read another way: KEY
 * FIELD, in pairs.  Everything else follows from the specification's table.
 */
static const struct {
	const char *name;
	const char *const map[12][2];
} presets[] = {
	{ "news-please",
	  { { "maintext", "text" },
	    { "date_publish", "published" },
	    { "date_modify", "modified" },
	    { "date_download", "fetched" },
	    { "source_domain", "source" },
	    { "title_page", "none" },
	    { "title_rss", "none" } } },
	{ "trafilatura",
	  { { "source", "url" },
	    { "hostname", "source" },
	    { "date", "published" },
	    { "excerpt", "summary" },
	    { "categories", "section" },
	    { "filedate", "fetched" },
	    { "raw_text", "none" },
	    { "fingerprint", "none" } } },
	{ "newspaper",
	  { { "publish_date", "published" },
	    { "source", "source" },
	    { "meta_description", "summary" },
	    { "meta_lang", "language" } } },
	{ "fundus",
	  { { "publishing_date", "published" },
	    { "body", "text" },
	    { "topics", "tags" },
	    { "html.requested_url", "url" },
	    { "html.crawl_date", "fetched" } } },
	{ "mediacloud",
	  { { "content_metadata.article_title", "title" },
	    { "content_metadata.publication_date", "published" },
	    { "content_metadata.text_content", "text" },
	    { "content_metadata.canonical_domain", "source" },
	    { "content_metadata.url", "url" },
	    { "content_metadata.language", "language" } } },
	{ "newsapi",
	  { { "publishedAt", "published" },
	    { "content", "text" },
	    { "source.name", "source" } } },
	{ "guardian",
	  { { "webTitle", "title" },
	    { "webUrl", "url" },
	    { "webPublicationDate", "published" },
	    { "fields.bodyText", "text" },
	    { "sectionName", "section" } } },
	{ "nyt",
	  { { "web_url", "url" },
	    { "headline.main", "title" },
	    { "pub_date", "published" },
	    { "byline.original", "authors" },
	    { "section_name", "section" } } },
	{ "gdelt",
	  { { "seendate", "fetched" },
	    { "domain", "source" },
	    { "sourcecountry", "none" } } },
	{ "eventregistry",
	  { { "dateTimePub", "published" },
	    { "dateTime", "fetched" },
	    { "body", "text" },
	    { "source.uri", "source" },
	    { "uri", "id" } } },
	{ "webz",
	  { { "published", "published" },
	    { "crawled", "fetched" },
	    { "thread.site_full", "source" },
	    { "thread.section_title", "section" } } },
};

#define PRESETS (sizeof(presets) / sizeof(presets[0]))

/* The length of a name that is in the table, at the beginning of text. */
static size_t find_field(const char *text, size_t len)
{
	for (size_t i = 0; i < FIELDS; i++)
		if (strlen(fields[i].name) == len &&
		    memcmp(fields[i].name, text, len) == 0)
			return i;
	return FIELDS;
}

static void put_mapping(struct str *map, const char *key, size_t key_len,
                        const char *field)
{
	str_char(map, map->len > 0 ? ',' : '{');
	str_json(map, key, key_len);
	str_char(map, ':');
	str_json(map, field, strlen(field));
}

/* FIELD=KEY,FIELD=KEY */
static int read_map(struct str *map, struct tool *t, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ",");
		size_t name = strcspn(text, "=,"), field;

		field = find_field(text, name);
		if (field == FIELDS || !fields[field].map)
			return usage(t,
			             "--map: '%.*s' is no field (url, id, "
			             "title, text, summary, authors, "
			             "published, modified, fetched, source, "
			             "language, tags, section, none)",
			             (int)name, text);
		if (name + 1 >= len)
			return usage(t,
			             "--map: '%.*s' needs a key of the "
			             "records, as in published=my_date",
			             (int)len, text);
		put_mapping(map, text + name + 1, len - name - 1,
		            fields[field].name);
		text += len + (text[len] == ',');
	}
	return 0;
}

static int read_preset(struct str *map, struct tool *t, const char *name)
{
	struct suggest s;

	suggest_init(&s, name);
	for (size_t i = 0; i < PRESETS; i++) {
		suggest_offer(&s, presets[i].name);
		if (strcmp(presets[i].name, name) != 0)
			continue;
		for (size_t k = 0; k < 12 && presets[i].map[k][0]; k++)
			put_mapping(map, presets[i].map[k][0],
			            strlen(presets[i].map[k][0]),
			            presets[i].map[k][1]);
		return 0;
	}
	if (s.best)
		return usage(t, "--preset: unknown '%s' (did you mean %s?)",
		             name, s.best);
	return usage(t, "--preset: unknown '%s'", name);
}

/* "+03:00" from +03:00, +0300, +3, UTC, Z. */
static bool read_zone(char out[8], const char *text)
{
	unsigned h = 0, m = 0;
	int n = 0;
	char sign = '+';

	if (strcmp(text, "UTC") == 0 || strcmp(text, "Z") == 0 ||
	    strcmp(text, "GMT") == 0)
		text = "+0";
	if (*text != '+' && *text != '-')
		return false;
	sign = *text++;
	for (; *text >= '0' && *text <= '9' && n < 4; text++, n++)
		h = h * 10 + (unsigned)(*text - '0');
	if (n == 4) {
		m = h % 100;
		h /= 100;
	} else if (*text == ':' && n > 0 && n <= 2) {
		if (text[1] < '0' || text[1] > '5' || text[2] < '0' ||
		    text[2] > '9')
			return false;
		m = (unsigned)(text[1] - '0') * 10 + (unsigned)(text[2] - '0');
		text += 3;
	} else if (n == 0 || n > 2) {
		return false;
	}
	if (*text || h > 23 || m > 59)
		return false;
	out[0] = sign;
	out[1] = (char)('0' + h / 10);
	out[2] = (char)('0' + h % 10);
	out[3] = ':';
	out[4] = (char)('0' + m / 10);
	out[5] = (char)('0' + m % 10);
	out[6] = '\0';
	return true;
}

static int put_dates(struct str *rules, struct tool *t, const struct args *a)
{
	const char *order = args_value(a, OPT_DATE_ORDER);
	const char *zone = args_value(a, OPT_ASSUME_TZ);
	char text[8];

	if (order) {
		str_key(rules, "dates");
		str_json(rules, order, strlen(order));
	}
	if (!zone)
		return 0;
	if (!read_zone(text, zone))
		return usage(t,
		             "--assume-tz: '%s' is no distance from UTC, as "
		             "+01:00 is (a place has summer time, which the "
		             "dates do not tell)",
		             zone);
	str_key(rules, "zone");
	str_json(rules, text, strlen(text));
	return 0;
}

int rules_put(struct str *out, struct tool *t, const struct args *a)
{
	struct str map = { 0 }, rules = { 0 };
	int r = 0;

	for (size_t i = 0; i < a->count && r == 0; i++) {
		if (a->list[i].id == OPT_PRESET)
			r = read_preset(&map, t, a->list[i].value);
		else if (a->list[i].id == OPT_MAP)
			r = read_map(&map, t, a->list[i].value);
	}
	str_char(&rules, '{');
	if (map.len > 0) {
		str_key(&rules, "map");
		str_printf(&rules, "%s}", str_get(&map));
	}
	if (r == 0)
		r = put_dates(&rules, t, a);
	if (r == 0 && rules.len > 1) {
		str_key(out, "@fiche");
		str_printf(out, "%s}", str_get(&rules));
	}
	out->failed |= map.failed || rules.failed;
	str_done(&map);
	str_done(&rules);
	return r;
}

int require_read(unsigned *out, struct tool *t, const struct args *a)
{
	*out = 0;
	for (size_t i = 0; i < a->count; i++) {
		const char *text = a->list[i].value;

		if (a->list[i].id != OPT_REQUIRE)
			continue;
		while (*text) {
			size_t len = strcspn(text, ",");
			size_t field = find_field(text, len);

			if (field == FIELDS || !fields[field].require)
				return usage(t,
				             "--require: '%.*s' is none of "
				             "url, id, title, text, authors, "
				             "date, source, language, tags",
				             (int)len, text);
			*out |= fields[field].require;
			text += len + (text[len] == ',');
		}
	}
	return 0;
}
