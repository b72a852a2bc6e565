/* SPDX-License-Identifier: Apache-2.0 */
/* export_options.c - what fiche export was asked for; see export_options.h. */

#include "export_options.h"

#include <stdlib.h>
#include <string.h>

#include "common_options.h"
#include "output.h"

/* Cut a list "a,b,c" up in place; how many there are. */
static size_t cut(const char **out, char *list)
{
	size_t n = 0;

	for (char *at = list; at; n++) {
		char *comma = strchr(at, ',');

		if (comma)
			*comma = '\0';
		out[n] = at;
		at = comma ? comma + 1 : NULL;
	}
	return n;
}

static int read_lists(struct export_options *x, struct tool *t,
                      const struct args *a)
{
	const char *fields = args_value(a, OPT_FIELDS);
	const char *partition = args_value(a, OPT_PARTITION);
	size_t room = (fields ? strlen(fields) : 0) +
	              (partition ? strlen(partition) : 0) + 2;

	x->words = calloc(room, sizeof(*x->words));
	x->fields = fields ? strdup(fields) : NULL;
	x->partition = partition ? strdup(partition) : NULL;
	if (!x->words || (fields && !x->fields) || (partition && !x->partition))
		return out_of_memory(t);
	x->lib.fields = x->words;
	if (x->fields)
		x->lib.field_count = cut(x->words, x->fields);
	x->lib.partition = x->words + x->lib.field_count;
	if (x->partition)
		x->lib.partition_count =
			cut(x->words + x->lib.field_count, x->partition);
	return 0;
}

static enum fiche_export_compress read_compress(const struct args *a)
{
	const char *how = args_value(a, OPT_COMPRESS);

	if (!how || strcmp(how, "auto") == 0)
		return FICHE_COMPRESS_AUTO;
	return strcmp(how, "gzip") == 0   ? FICHE_COMPRESS_GZIP
	       : strcmp(how, "zstd") == 0 ? FICHE_COMPRESS_ZSTD
	       : strcmp(how, "xz") == 0   ? FICHE_COMPRESS_XZ
	                                  : FICHE_COMPRESS_NONE;
}

static int read_format(struct export_options *x, struct tool *t,
                       const struct args *a)
{
	const char *name = args_value(a, OPT_EXPORT_TO);

	if (!name)
		return usage(t, "--to FORMAT is missing");
	x->lib.format = name;
	for (size_t i = 0; (x->format = fiche_export_format(i)) != NULL; i++)
		if (strcmp(x->format->name, name) == 0)
			return 0;
	return usage(t, "--to: there is no format '%s'", name);
}

static int check(const struct export_options *x, struct tool *t,
                 const struct args *a)
{
	const char *name = x->format->name;

	if (x->lib.raw && strcmp(name, "jsonl") != 0)
		return usage(t, "--raw goes with --to jsonl");
	if (x->lib.excel && strcmp(name, "csv") != 0 &&
	    strcmp(name, "tsv") != 0)
		return usage(t, "--excel goes with --to csv and --to tsv");
	if (x->lib.path)
		return 0;
	if (x->lib.overwrite)
		return usage(t, "--overwrite goes with -o");
	if (x->json)
		return usage(t, "--json goes with -o");
	if (output_is_terminal() && !args_have(a, OPT_FORCE) &&
	    (x->format->is_binary || x->lib.compress > FICHE_COMPRESS_NONE)) {
		complain(t, NULL, "%s is binary; not printed on a terminal",
		         name);
		hint(t, "send it to a file with -o, or use --force");
		return tool_raise(t, RC_USAGE);
	}
	return 0;
}

int export_options_read(struct export_options *x, struct tool *t,
                        const struct args *a)
{
	int r;

	*x = (struct export_options){ 0 };
	x->json = args_have(a, OPT_JSON);
	x->lib.path = args_value(a, OPT_OUTPUT);
	if (x->lib.path && strcmp(x->lib.path, "-") == 0)
		x->lib.path = NULL;
	x->lib.overwrite = args_have(a, OPT_OVERWRITE);
	x->lib.compress = read_compress(a);
	x->lib.raw = args_have(a, OPT_RAW);
	x->lib.excel = args_have(a, OPT_EXCEL);
	x->lib.keep_going = args_have(a, OPT_KEEP_GOING);
	r = read_format(x, t, a);
	if (r == 0)
		r = read_lists(x, t, a);
	if (r == 0)
		r = read_clock(&x->lib.has_time, &x->lib.time, t, a);
	return r == 0 ? check(x, t, a) : r;
}

void export_options_done(struct export_options *x)
{
	free(x->words);
	free(x->fields);
	free(x->partition);
	*x = (struct export_options){ 0 };
}
