/* SPDX-License-Identifier: Apache-2.0 */
/* search_options.c - what fiche search was asked for; see search_options.h. */

#include "search_options.h"

#include <string.h>

#include "chart.h"
#include "common_options.h"
#include "values.h"

#define LIMIT_DEFAULT   10
#define FACET_DEFAULT   10
#define CONTEXT_DEFAULT 160
#define CONTEXT_MAX     100000

/* source, source:20 */
static int read_facet(struct search_options *o, struct tool *t,
                      const char *text)
{
	size_t len = strcspn(text, ":");
	struct facet_wish wish = { chart_field(text, len), FACET_DEFAULT };
	uint64_t limit;

	if (wish.field == 0)
		return usage(t,
		             "--facet: '%.*s' is none of source, tag, lang, "
		             "author",
		             (int)len, text);
	if (text[len] == ':') {
		if (!value_count(&limit, text + len + 1) || limit > SIZE_MAX)
			return usage(t, "--facet: '%s' is not a number",
			             text + len + 1);
		wish.limit = (size_t)limit;
	}
	if (o->facet_count == FACETS_MAX)
		return usage(t, "more than %d facets", FACETS_MAX);
	o->facets[o->facet_count++] = wish;
	return 0;
}

static enum fiche_unit unit_of(const char *word)
{
	return word[0] == 'd'   ? FICHE_UNIT_DAY
	       : word[0] == 'w' ? FICHE_UNIT_WEEK
	       : word[0] == 'm' ? FICHE_UNIT_MONTH
	                        : FICHE_UNIT_YEAR;
}

static int read_one(struct search_options *o, struct tool *t,
                    const struct arg *arg)
{
	uint64_t n;
	int r;

	switch (arg->id) {
	case OPT_ID:
	case OPT_URL:
	case OPT_SOURCE:
	case OPT_TAG:
	case OPT_LANG:
	case OPT_DATE:
	case OPT_FROM:
	case OPT_TO:
	case OPT_FIRST:
	case OPT_AT:
		o->narrows = true;
		return 0;
	case OPT_SORT:
		o->lib.rank = arg->value[0] == 'n'   ? FICHE_RANK_NEWEST
		              : arg->value[0] == 'o' ? FICHE_RANK_OLDEST
		                                     : FICHE_RANK_RELEVANCE;
		return 0;
	case OPT_OFFSET:
		return read_count(&o->lib.offset, t, arg->name, arg->value, 0,
		                  UINT64_MAX);
	case OPT_CONTEXT:
		r = read_count(&n, t, arg->name, arg->value, 1, CONTEXT_MAX);
		o->context = r == 0 ? (size_t)n : 0;
		return r;
	case OPT_SNIPPETS:
		o->context = o->context > 0 ? o->context : CONTEXT_DEFAULT;
		return 0;
	case OPT_NO_SNIPPETS:
		o->context = 0;
		return 0;
	case OPT_STEM:
	case OPT_EXACT: /* the last one counts */
		o->lib.stem = arg->id == OPT_STEM ? stem_word : NULL;
		return 0;
	case OPT_FACET:
		return read_facet(o, t, arg->value);
	case OPT_HISTOGRAM:
		o->histogram = true;
		o->unit = unit_of(arg->value);
		return 0;
	default:
		return 0;
	}
}

/* What cannot be meant together. */
static int check_forms(const struct search_options *o, struct tool *t,
                       const struct args *a)
{
	bool charts = o->facet_count > 0 || o->histogram;

	if (charts && !o->lines && !o->json)
		return usage(t, "--facet and --histogram go without --short, "
		                "--fields, and --format tsv and csv");
	if (o->count && !o->lines && !o->json)
		return usage(t, "--count goes without --short, --fields, and "
		                "--format tsv and csv");
	if (o->lines && args_have(a, OPT_NULL))
		return usage(t, "--null goes with --short, --fields, --format "
		                "and --json");
	return 0;
}

int search_options_read(struct search_options *o, struct tool *t,
                        const struct args *a)
{
	int r;

	*o = (struct search_options){ .context = CONTEXT_DEFAULT };
	o->lib.stem = stem_word;
	o->lib.stem_ctx = &o->stem;
	r = listing_read(&o->listing, t, a);
	if (r == 0)
		r = selection_init(&o->selection, t, a);
	for (size_t i = 0; i < a->count && r == 0; i++)
		r = read_one(o, t, &a->list[i]);
	if (r != 0)
		return r;
	o->count = args_have(a, OPT_COUNT);
	o->json = o->listing.rows.format == ROWS_JSONL;
	o->lines = o->listing.rows.format == ROWS_TABLE &&
	           !args_have(a, OPT_FIELDS);
	o->lib.selection = &o->selection.lib;
	o->lib.scan = args_have(a, OPT_SCAN);
	o->lib.limit =
		args_have(a, OPT_LIMIT) ? o->selection.limit : LIMIT_DEFAULT;
	/* 0 would be all of them. */
	if (o->count)
		o->lib.limit = 1;
	o->lib.total = o->count || o->histogram || o->facet_count > 0
	                       ? FICHE_TOTAL_EXACT
	                       : FICHE_TOTAL_WORDS;
	o->selection.lib.limit = 0;
	o->selection.lib.sort = FICHE_SORT_ARCHIVE;
	return check_forms(o, t, a);
}

void search_options_done(struct search_options *o)
{
	selection_done(&o->selection);
	stem_done(&o->stem);
	listing_done(&o->listing);
}
