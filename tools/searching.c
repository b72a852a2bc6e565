/* SPDX-License-Identifier: Apache-2.0 */
/* searching.c - a query put to archives; see searching.h. */

#include "searching.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

static bool is_file(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISREG(st.st_mode);
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

int searching_init(struct searching *s, struct tool *t, const struct args *a,
                   const struct search_options *o)
{
	struct fiche_error err = { 0 };

	*s = (struct searching){ .tool = t, .args = a, .options = o };
	if (a->operand_count < 2)
		return usage(t, "the query is missing (usage: fiche "
		                "search ARCHIVE... QUERY)");
	s->text = a->operands[a->operand_count - 1];
	if (fiche_query_parse(&s->query, s->text, strlen(s->text), &err) < 0)
		return out_of_memory(t);
	if (fiche_query_is_empty(s->query) && !o->narrows && !o->count &&
	    !o->histogram && o->facet_count == 0) {
		if (is_blank(s->text))
			return usage(t, "the query is empty");
		note(t, NULL, "the query has no words: nothing can match");
		return tool_raise(t, RC_NOTHING);
	}
	if (is_file(s->text)) {
		note(t, NULL, "'%s' is taken as the query", s->text);
		note_hint(t, "the query comes last, behind the archives");
	}
	return 0;
}

static bool is_missing(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 && errno == ENOENT;
}

/* An archive that is not there may be the first of several bare words. */
static void hint_quotes(const struct searching *s, size_t i)
{
	const struct args *a = s->args;
	struct str words = { 0 };

	if (i == 0 || !is_missing(a->operands[i]) ||
	    strstr(a->operands[i], ".fiche"))
		return;
	for (; i < a->operand_count; i++)
		str_printf(&words, "%s%s", words.len > 0 ? " " : "",
		           a->operands[i]);
	hint(s->tool, "the query is one operand, so quote its words: '%s'",
	     str_get(&words));
	str_done(&words);
}

static int open_archives(struct searching *s)
{
	size_t count = s->args->operand_count - 1;
	int r = 0;

	s->archives = calloc(count, sizeof(*s->archives));
	s->readers = calloc(count, sizeof(*s->readers));
	if (!s->archives || !s->readers)
		return out_of_memory(s->tool);
	s->count = count;
	for (size_t i = 0; i < count && r == 0; i++) {
		r = reading_open(&s->archives[i], s->tool, s->args,
		                 s->args->operands[i]);
		s->readers[i] = s->archives[i].reader;
		if (r != 0)
			hint_quotes(s, i);
	}
	return r;
}

static void hint_index(struct searching *s, const struct reading *ar)
{
	/* That helps an earlier state never, a damaged archive not always. */
	if (ar->info.recovered || args_have(s->args, OPT_COMMIT))
		hint(s->tool, "use --scan to search without it");
	else
		hint(s->tool,
		     "'fiche reindex %s' makes one (or use --scan to search "
		     "without it)",
		     ar->path);
}

static int say_failed(struct searching *s, const struct reading *ar, int status,
                      const struct fiche_error *err)
{
	/* An id that fits several is the user's to lengthen. */
	if (status == FICHE_ERR_ARG) {
		complain(s->tool, NULL, "%s", err->text);
		hint(s->tool, "give more digits of the id");
		return tool_raise(s->tool, RC_USAGE);
	}
	(void)library_failed(s->tool, ar->path, status, err);
	if (status == FICHE_ERR_NOINDEX)
		hint_index(s, ar);
	return status;
}

/*
 * The library does not say which of several archives it stumbled over: search
 * each alone to find out.
 */
static void blame(struct searching *s, int status,
                  const struct fiche_error *err)
{
	struct fiche_search_options one = s->options->lib;
	bool found = false;

	one.limit = 1;
	one.total = FICHE_TOTAL_ANY;
	for (size_t i = 0; i < s->count && s->count > 1; i++) {
		struct fiche_error own = { .offset = FICHE_NOWHERE };
		struct fiche_hits *h;
		int r = fiche_search(&h, &s->readers[i], 1, s->query, &one,
		                     &own);

		fiche_hits_free(h);
		if (r < 0)
			(void)say_failed(s, &s->archives[i], r, &own);
		found |= r < 0;
	}
	if (!found)
		(void)say_failed(s, &s->archives[0], status, err);
}

static double now(void)
{
	struct timespec ts;

	if (clock_gettime(CLOCK_MONOTONIC, &ts) != 0)
		return 0;
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

int searching_run(struct searching *s)
{
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	double began = now();
	int r;

	r = open_archives(s);
	if (r != 0)
		return r;
	r = fiche_search(&s->hits, s->readers, s->count, s->query,
	                 &s->options->lib, &err);
	s->seconds = now() - began;
	if (r == FICHE_ERR_NOMEM)
		return out_of_memory(s->tool);
	if (r < 0)
		blame(s, r, &err);
	return r;
}

void searching_close(struct searching *s)
{
	fiche_hits_free(s->hits);
	for (size_t i = 0; i < s->count; i++)
		reading_close(&s->archives[i]);
	free(s->archives);
	free(s->readers);
	fiche_query_free(s->query);
	*s = (struct searching){ 0 };
}
