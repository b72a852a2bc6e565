/* SPDX-License-Identifier: Apache-2.0 */
/* defaults.c - fields for records that lack them; see defaults.h. */

#include "defaults.h"

#include <string.h>

#include "rules.h"

enum key {
	KEY_SOURCE,
	KEY_LANGUAGE,
	KEY_SECTION,
	KEY_TAG,
	KEY_COUNT,
};

/* What is typed, and the field it means. */
static const struct {
	const char *typed;
	enum key key;
} spellings[] = {
	{ "source", KEY_SOURCE },     { "lang", KEY_LANGUAGE },
	{ "language", KEY_LANGUAGE }, { "section", KEY_SECTION },
	{ "tag", KEY_TAG },
};

static const char *const fields[KEY_COUNT] = {
	[KEY_SOURCE] = "source",
	[KEY_LANGUAGE] = "language",
	[KEY_SECTION] = "section",
	[KEY_TAG] = "tags",
};

/* The length of "key=" at the beginning of text, or 0. */
static size_t key_at(enum key *out, const char *text)
{
	for (size_t i = 0; i < sizeof(spellings) / sizeof(*spellings); i++) {
		size_t len = strlen(spellings[i].typed);

		if (strncmp(text, spellings[i].typed, len) == 0 &&
		    text[len] == '=') {
			*out = spellings[i].key;
			return len + 1;
		}
	}
	return 0;
}

static size_t value_len(const char *text)
{
	enum key ignored;
	size_t len = 0;

	for (;;) {
		len += strcspn(text + len, ",");
		if (text[len] == '\0' || key_at(&ignored, text + len + 1) > 0)
			return len;
		len++;
	}
}

static int read_pairs(struct str values[KEY_COUNT], struct tool *t,
                      const char *text)
{
	enum key key;
	size_t skip, len;

	for (;;) {
		skip = key_at(&key, text);
		if (skip == 0)
			return usage(t,
			             "--default: '%s' does not begin with "
			             "source=, lang=, section= or tag=",
			             text);
		text += skip;
		len = value_len(text);
		if (len == 0)
			return usage(t, "--default: '%s=' has no value",
			             fields[key]);
		if (key == KEY_TAG && values[key].len > 0)
			str_char(&values[key], ',');
		else
			str_clear(&values[key]);
		str_json(&values[key], text, len);
		if (text[len] == '\0')
			return 0;
		text += len + 1;
	}
}

int defaults_read(struct str *out, struct tool *t, const struct args *a)
{
	struct str values[KEY_COUNT] = { { 0 } };
	int r = 0;

	for (size_t i = 0; i < a->count && r == 0; i++)
		if (a->list[i].id == OPT_DEFAULT)
			r = read_pairs(values, t, a->list[i].value);
	for (size_t k = 0; k < KEY_COUNT && r == 0; k++) {
		if (values[k].failed)
			out->failed = true;
		if (values[k].len == 0)
			continue;
		if (out->len == 0)
			str_char(out, '{');
		str_key(out, fields[k]);
		str_printf(out, k == KEY_TAG ? "[%s]" : "%s",
		           str_get(&values[k]));
	}
	if (r == 0) {
		if (out->len == 0)
			str_char(out, '{');
		r = rules_put(out, t, a);
	}
	if (out->len > 1)
		str_char(out, '}');
	else
		str_clear(out);
	for (size_t k = 0; k < KEY_COUNT; k++)
		str_done(&values[k]);
	if (r == 0 && !str_ok(out))
		r = out_of_memory(t);
	return r;
}
