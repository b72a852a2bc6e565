/* SPDX-License-Identifier: Apache-2.0 */
/* mediacloud.c - stories with their metadata; see mediacloud.h. */
#include "ingest/mediacloud.h"

#include <string.h>

#include "article/json.h"
#include "ingest/document.h"
#include "ingest/head.h"

/* Written where the page had no address that could be used. */
#define STOPGAP "http://mediacloud.org/need_canonical_url"

/* The object `name` in the outermost one, as it stands there; else len 0. */
static struct fiche_text member(struct bytes json, const char *name)
{
	struct fiche_text out = { NULL, 0 };
	struct json_scanner s;
	struct json_item item;
	enum json_type t;

	json_init(&s, (const char *)json.ptr, json.len);
	if (json_next(&s, &item) != JSON_OBJECT)
		return out;
	while ((t = json_next(&s, &item)) != JSON_BAD && t != JSON_END) {
		if (t != JSON_OBJECT && t != JSON_ARRAY)
			continue;
		if (json_skip(&s) == JSON_BAD)
			break;
		if (t == JSON_OBJECT && item.key != NULL &&
		    item.key_len == strlen(name) &&
		    memcmp(item.key, name, item.key_len) == 0) {
			out.ptr = item.raw;
			out.len = (size_t)(s.at - item.raw);
			break;
		}
	}
	return out;
}

int mediacloud_read(struct facts *f, const struct fiche_text *url,
                    struct bytes json, struct fiche_error *err)
{
	struct fiche_text content = member(json, "content_metadata");
	struct fiche_text entry = member(json, "rss_entry");
	int r = 0;

	if (!head_begins(*url, STOPGAP))
		facts_set(f, &f->url, *url);
	if (content.len > 0)
		r = document_read_json(f, content, err);
	/* What the feed said is better than nothing. */
	if (r == 0 && entry.len > 0)
		r = document_read_json(f, entry, err);
	facts_set(f, &f->url, *url);
	return r;
}
