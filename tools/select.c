/* SPDX-License-Identifier: Apache-2.0 */
/* select.c - which articles; see select.h. */

#include "select.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "values.h"

/* The options of one kind become one list in words[]. */
static const char *const *gather(struct selection *s, size_t *used,
                                 const struct args *a, enum option_id id,
                                 size_t *count)
{
	const char **first = s->words + *used;

	for (size_t i = 0; i < a->count; i++)
		if (a->list[i].id == id)
			s->words[(*used)++] = a->list[i].value;
	*count = (size_t)(s->words + *used - first);
	return first;
}

static int read_date(int64_t *from, int64_t *to, struct tool *t,
                     const struct arg *arg)
{
	struct fiche_error err = { 0 };
	int r;

	if (arg->id != OPT_DATE && strstr(arg->value, ".."))
		return usage(t, "--%s: '%s' is a range; ranges go to --date",
		             arg->name, arg->value);
	r = fiche_parse_dates(from, to, arg->value, (int64_t)time(NULL), &err);
	if (r == FICHE_ERR_NOMEM)
		return out_of_memory(t);
	if (r < 0) {
		complain(t, NULL, "--%s: '%s' is not a date", arg->name,
		         arg->value);
		hint(t, "2024, 2024-03, 2024-03-05, 2024-03-05T14:30Z, today, "
		        "7d; ranges: 2024-03..2024-05, ..2019");
		return tool_raise(t, RC_USAGE);
	}
	return 0;
}

static int read_dates(struct selection *s, struct tool *t,
                      const struct arg *arg)
{
	int64_t from, to;
	int r;

	r = read_date(&from, &to, t, arg);
	if (r != 0)
		return r;
	if (arg->id == OPT_AT) {
		s->lib.at = to == INT64_MAX || to == INT64_MIN ? to : to - 1;
		return 0;
	}
	if (arg->id != OPT_TO && from > s->lib.from)
		s->lib.from = from;
	if (arg->id != OPT_FROM && to < s->lib.to)
		s->lib.to = to;
	return 0;
}

static int read_versions(struct selection *s, struct tool *t, enum option_id id)
{
	enum fiche_versions versions = id == OPT_FIRST ? FICHE_VERSIONS_FIRST
	                               : id == OPT_ALL_VERSIONS
	                                       ? FICHE_VERSIONS_ALL
	                               : id == OPT_AT ? FICHE_VERSIONS_AT
	                                              : FICHE_VERSIONS_LATEST;

	if (s->versions_given && versions != s->lib.versions)
		return usage(t, "only one of --latest, --first, "
		                "--all-versions and --at is possible");
	s->versions_given = true;
	s->lib.versions = versions;
	return 0;
}

static int read_flag(struct selection *s, struct tool *t, const struct arg *arg)
{
	int r;

	switch (arg->id) {
	case OPT_DATE:
	case OPT_FROM:
	case OPT_TO:
		return read_dates(s, t, arg);
	case OPT_AT:
		r = read_versions(s, t, arg->id);
		return r != 0 ? r : read_dates(s, t, arg);
	case OPT_LATEST:
	case OPT_FIRST:
	case OPT_ALL_VERSIONS:
		return read_versions(s, t, arg->id);
	case OPT_SORT:
		s->lib.sort = arg->value[0] == 'd'   ? FICHE_SORT_OLDEST
		              : arg->value[0] == 'n' ? FICHE_SORT_NEWEST
		                                     : FICHE_SORT_ARCHIVE;
		return 0;
	case OPT_REVERSE:
		s->reverse = true;
		return 0;
	case OPT_LIMIT:
		if (!value_count(&s->limit, arg->value))
			return usage(t, "--limit: '%s' is not a number",
			             arg->value);
		return 0;
	default:
		return 0;
	}
}

int selection_init(struct selection *out, struct tool *t, const struct args *a)
{
	struct fiche_selection *lib = &out->lib;
	size_t used = 0;
	int r;

	*out = (struct selection){ 0 };
	fiche_selection_init(lib);
	out->words = calloc(a->count + 1, sizeof(*out->words));
	if (!out->words)
		return out_of_memory(t);
	lib->ids = gather(out, &used, a, OPT_ID, &lib->id_count);
	lib->urls = gather(out, &used, a, OPT_URL, &lib->url_count);
	lib->sources = gather(out, &used, a, OPT_SOURCE, &lib->source_count);
	lib->tags = gather(out, &used, a, OPT_TAG, &lib->tag_count);
	lib->authors = gather(out, &used, a, OPT_AUTHOR, &lib->author_count);
	lib->languages = gather(out, &used, a, OPT_LANG, &lib->language_count);
	for (size_t i = 0; i < a->count; i++) {
		r = read_flag(out, t, &a->list[i]);
		if (r != 0)
			return r;
	}
	if (lib->from >= lib->to)
		return usage(t, "the dates given leave no time between them");
	/* An id names one record, be there a newer version or not. */
	if (lib->id_count > 0 && !out->versions_given)
		lib->versions = FICHE_VERSIONS_ALL;
	/* Who asks for it by its id is told that it is gone. */
	lib->redacted = lib->id_count > 0;
	if (out->reverse && lib->sort != FICHE_SORT_ARCHIVE) {
		lib->sort = lib->sort == FICHE_SORT_OLDEST ? FICHE_SORT_NEWEST
		                                           : FICHE_SORT_OLDEST;
		out->reverse = false;
	}
	lib->limit = out->reverse ? 0 : out->limit;
	return 0;
}

void selection_done(struct selection *s)
{
	free(s->words);
	s->words = NULL;
}

/* What was named, and is not to be shown. */
static void say_withdrawn(struct picks *out, struct reading *ar)
{
	out->withdrawn = fiche_results_withdrawn(out->results);
	for (uint64_t i = 0; i < out->withdrawn; i++) {
		const struct fiche_statement *said = fiche_reader_withdrawn(
			ar->reader,
			fiche_results_withdrawn_number(out->results, i));
		struct str s = { 0 };

		str_hex(&s, said->digest, 6);
		str_add(&s, " was ");
		reading_say_withdrawn(&s, said);
		complain(ar->tool, NULL, "%s", str_get(&s));
		str_done(&s);
	}
	if (out->withdrawn == 0)
		return;
	hint(ar->tool, "--withdrawn shows it all the same");
	(void)tool_raise(ar->tool, RC_NOTHING);
}

static int pick(struct picks *out, struct reading *ar,
                const struct selection *s, const struct fiche_selection *lib)
{
	struct fiche_error err = { 0 };
	int r;

	*out = (struct picks){ .backwards = s->reverse };
	r = fiche_select(&out->results, ar->reader, lib, &err);
	if (r < 0) {
		/* An id that fits several is the reader's to lengthen. */
		if (r == FICHE_ERR_ARG) {
			complain(ar->tool, NULL, "%s", err.text);
			hint(ar->tool, "give more digits of the id");
			return tool_raise(ar->tool, RC_USAGE);
		}
		return library_failed(ar->tool, ar->path, r, &err);
	}
	out->count = fiche_results_count(out->results);
	if (lib->url_count == 0 || out->count == 0)
		say_withdrawn(out, ar);
	if (s->reverse && s->limit > 0 && out->count > s->limit)
		out->count = s->limit;
	return 0;
}

int picks_all(struct picks *out, struct reading *ar, const struct selection *s)
{
	return pick(out, ar, s, &s->lib);
}

int picks_named(struct picks *out, struct reading *ar,
                const struct selection *s, const char *word)
{
	struct fiche_selection lib = s->lib;
	bool is_url = looks_like_url(word), is_id = looks_like_id(word);
	int r;

	if (is_url) {
		lib.urls = &word;
		lib.url_count = 1;
	} else {
		lib.ids = &word;
		lib.id_count = 1;
		lib.redacted = true;
		if (!s->versions_given)
			lib.versions = FICHE_VERSIONS_ALL;
	}
	r = pick(out, ar, s, &lib);
	if (r != 0 || out->count > 0)
		return r;
	if (out->withdrawn > 0)
		return RC_NOTHING;
	if (!is_url && !is_id && strpbrk(word, "./")) {
		/* example.org/a: an address without its scheme. */
		picks_done(out);
		lib = s->lib;
		lib.urls = &word;
		lib.url_count = 1;
		r = pick(out, ar, s, &lib);
		if (r != 0 || out->count > 0)
			return r;
		if (out->withdrawn > 0)
			return RC_NOTHING;
	}
	complain(ar->tool, NULL, "no article with %s '%s'",
	         is_url ? "the URL" : "id", word);
	if (!is_url && !is_id)
		hint(ar->tool,
		     "an id has 8 or more hex digits; 'fiche list "
		     "%s' shows them",
		     ar->path);
	return tool_raise(ar->tool, RC_NOTHING);
}

uint64_t picks_number(const struct picks *p, uint64_t i)
{
	if (p->backwards)
		i = fiche_results_count(p->results) - 1 - i;
	return fiche_results_number(p->results, i);
}

uint64_t picks_older(const struct picks *p)
{
	return fiche_results_older(p->results);
}

void picks_done(struct picks *p)
{
	fiche_results_free(p->results);
	p->results = NULL;
}
