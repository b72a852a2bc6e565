/* SPDX-License-Identifier: Apache-2.0 */
/* rules.c - see rules.h. */

#include "article/rules.h"

#include <string.h>

#include "article/json.h"
#include "base/err.h"

/* What a key can be mapped to. */
static const struct {
	const char *name;
	enum field field;
} targets[] = {
	{ "url", FIELD_URL },
	{ "id", FIELD_ID },
	{ "title", FIELD_TITLE },
	{ "text", FIELD_TEXT },
	{ "summary", FIELD_SUMMARY },
	{ "authors", FIELD_AUTHORS },
	{ "published", FIELD_PUBLISHED },
	{ "modified", FIELD_MODIFIED },
	{ "fetched", FIELD_FETCHED },
	{ "source", FIELD_HOST },
	{ "language", FIELD_LANGUAGE },
	{ "tags", FIELD_TAGS },
	{ "section", FIELD_SECTION },
	{ "none", FIELD_COUNT }, /* the key means nothing */
};

static bool is_key(const struct json_item *item, const char *key)
{
	return item->key && item->key_len == strlen(key) &&
	       memcmp(item->key, key, item->key_len) == 0;
}

static bool is_text(const struct json_item *item, const char *text)
{
	return item->type == JSON_STRING && item->raw_len == strlen(text) &&
	       memcmp(item->raw, text, item->raw_len) == 0;
}

static int bad(struct fiche_error *err, const char *what)
{
	return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
	               "the defaults have reading rules that are not "
	               "understood: %s",
	               what);
}

/* "dc.date": the parts normalised and joined. */
static bool put_name(struct rules *r, const struct json_item *item)
{
	size_t i = r->map_count;
	const char *dot = memchr(item->key, '.', item->key_len);
	size_t first = dot ? (size_t)(dot - item->key) : item->key_len;
	size_t len = alias_normalise(r->name[i], item->key, first), more = 0;

	if (dot)
		more = alias_normalise(r->name[i] + len, dot + 1,
		                       item->key_len - first - 1);
	r->name_len[i] = len + more;
	return len > 0 && (!dot || more > 0);
}

static int read_mapping(struct rules *r, const struct json_item *item,
                        struct fiche_error *err)
{
	if (r->map_count == RULES_MAP_MAX)
		return bad(err, "more than 64 keys are mapped");
	if (!put_name(r, item))
		return bad(err, "a key that is mapped is empty or too long");
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		if (!is_text(item, targets[i].name))
			continue;
		r->alias[r->map_count++] = (struct alias){
			.field = (uint8_t)targets[i].field,
			.only = ONLY_MAPPED,
		};
		return 0;
	}
	return bad(err, "a key is mapped to no field");
}

static bool two_digits(int32_t *out, const char *at)
{
	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		return false;
	*out = (at[0] - '0') * 10 + (at[1] - '0');
	return true;
}

/* "+hh:mm" or "-hh:mm" */
static bool read_zone(struct rules *r, const struct json_item *item)
{
	const char *raw = item->raw;
	int32_t hours, minutes;

	if (item->type != JSON_STRING || item->raw_len != 6 ||
	    (raw[0] != '+' && raw[0] != '-') || raw[3] != ':' ||
	    !two_digits(&hours, raw + 1) || !two_digits(&minutes, raw + 4) ||
	    hours > 23 || minutes > 59)
		return false;
	r->dates.has_zone = true;
	r->dates.zone =
		(raw[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
	return true;
}

/* A member of the object of rules. */
static int read_rule(struct rules *r, const struct json_item *item,
                     struct fiche_error *err)
{
	if (is_key(item, "map") && item->type == JSON_OBJECT)
		return 0;
	if (is_key(item, "dates") && is_text(item, "dmy"))
		r->dates.order = DATE_ORDER_DMY;
	else if (is_key(item, "dates") && is_text(item, "mdy"))
		r->dates.order = DATE_ORDER_MDY;
	else if (!(is_key(item, "zone") && read_zone(r, item)))
		return bad(err,
		           "neither map, dates nor zone, or another value");
	return 0;
}

int rules_read(struct rules *out, const char *defaults, size_t len,
               struct fiche_error *err)
{
	struct json_scanner s;
	struct json_item item;
	enum json_type type;
	bool inside = false;
	int r = 0;

	out->map_count = 0;
	out->dates = (struct date_rules){ .order = DATE_ORDER_CERTAIN };
	json_init(&s, defaults, len);
	while (r == 0 && (type = json_next(&s, &item)) != JSON_END &&
	       type != JSON_BAD) {
		if (type == JSON_CLOSE)
			continue;
		if (item.depth == 1) {
			inside = is_key(&item, "@fiche");
			if (inside && type != JSON_OBJECT)
				r = bad(err, "@fiche is no object");
		} else if (inside && item.depth == 2) {
			r = read_rule(out, &item, err);
		} else if (inside && item.depth == 3 && item.key) {
			r = read_mapping(out, &item, err);
		} else if (inside && item.depth > 3) {
			r = bad(err, "a key is mapped to no field");
		}
	}
	return r;
}

const struct alias *rules_find(const struct rules *r, const char *name,
                               size_t len)
{
	for (size_t i = 0; i < r->map_count; i++)
		if (r->name_len[i] == len && memcmp(r->name[i], name, len) == 0)
			return &r->alias[i];
	return NULL;
}
