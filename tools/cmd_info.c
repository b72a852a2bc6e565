/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_info.c - fiche info: what is in an archive. */

#include "commands.h"

#include <string.h>

#include "args.h"
#include "confined.h"
#include "glyph.h"
#include "output.h"
#include "reading.h"
#include "rows.h"

/* As --profile has them; enum fiche_parity. */
static const char *const parity_names[] = { "other", "lite", "std", "arch" };

static void add_uuid(struct str *s, const uint8_t uuid[16])
{
	static const size_t parts[] = { 4, 2, 2, 2, 6 };
	size_t at = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		str_add(s, i > 0 ? "-" : "");
		str_hex(s, uuid + at, parts[i]);
		at += parts[i];
	}
}

static void add_name(struct str *s, const char *name)
{
	str_printf(s, "%-13s", name);
}

static void size_line(struct str *s, const char *name, uint64_t bytes)
{
	add_name(s, name);
	str_size(s, bytes);
	str_char(s, '\n');
}

static void add_identity(struct str *s, const struct fiche_info *i)
{
	add_name(s, "format");
	str_printf(s, "%u.%u%s\n", (unsigned)i->major, (unsigned)i->minor,
	           i->plain ? ", plain" : "");
	add_name(s, "uuid");
	add_uuid(s, i->uuid);
	str_char(s, '\n');
	add_name(s, "created");
	str_time(s, i->created);
	str_char(s, '\n');
	add_name(s, "commits");
	str_count(s, i->generation);
	if (i->generation > 0) {
		str_add(s, ", the last at ");
		str_time(s, i->committed);
	}
	str_char(s, '\n');
}

static void add_content(struct str *s, const struct fiche_info *i,
                        const struct fiche_survey *v)
{
	struct str day = { 0 };

	add_name(s, "articles");
	str_count(s, i->records);
	if (v->redacted > 0) {
		str_add(s, "; ");
		str_count(s, v->redacted);
		str_add(s, " of them redacted");
	}
	if (i->withdrawn > 0) {
		str_add(s, "; ");
		str_count(s, i->withdrawn);
		str_add(s, " of them withdrawn");
	}
	if (i->duplicates > 0) {
		str_add(s, "; ");
		str_counted(s, i->duplicates, "exact duplicate");
		str_add(s, " not stored");
	}
	str_char(s, '\n');
	add_name(s, "dates");
	if (v->dated > 0) {
		str_time(&day, v->first_date);
		str_printf(s, "%.10s", str_get(&day));
		str_clear(&day);
		str_time(&day, v->last_date);
		str_printf(s, " to %.10s; ", str_get(&day));
		str_count(s, i->records - v->dated);
		str_add(s, " without a date\n");
	} else {
		str_add(s, "none\n");
	}
	str_done(&day);
	add_name(s, "sources");
	str_count(s, v->sources);
	str_char(s, '\n');
	add_name(s, "languages");
	str_count(s, v->languages);
	str_char(s, '\n');
	add_name(s, "tags");
	str_count(s, v->tags);
	str_char(s, '\n');
}

/* "parity       std; protects 8.1 MB, not yet the last 92 kB" */
static void add_protection(struct str *s, const struct fiche_protection *p)
{
	add_name(s, "parity");
	if (p->bytes == 0) {
		str_add(s, "none\n");
		return;
	}
	str_printf(s, "%s; protects ", parity_names[p->profile & 3]);
	str_size(s, p->bytes);
	if (p->more > 0) {
		str_add(s, ", not yet the last ");
		str_size(s, p->more);
	}
	str_char(s, '\n');
}

static void add_sizes(struct str *s, const struct fiche_info *i,
                      const struct fiche_survey *v,
                      const struct fiche_protection *p)
{
	add_name(s, "records");
	str_size(s, i->record_bytes);
	str_add(s, " as they came in, ");
	str_size(s, i->body_bytes);
	str_add(s, " of text\n");
	add_name(s, "file");
	str_size(s, i->file_size);
	if (i->file_size > 0 && i->records > 0)
		str_printf(s, " (%.1f\xc3\x97)",
		           (double)i->record_bytes / (double)i->file_size);
	str_char(s, '\n');
	size_line(s, "  data", v->data_bytes);
	size_line(s, "  dictionary", i->dictionary_bytes);
	size_line(s, "  index", i->index_bytes);
	add_name(s, "structure");
	str_counted(s, i->blocks, "block");
	str_add(s, ", ");
	str_counted(s, i->segments, "index segment");
	str_add(s, ", ");
	str_count(s, i->dictionaries);
	str_printf(s, " dictionar%s\n", i->dictionaries == 1 ? "y" : "ies");
	add_protection(s, p);
	add_name(s, "tree head");
	str_hex(s, i->tree_head, sizeof(i->tree_head));
	str_char(s, '\n');
}

static void key_uuid(struct str *s, const uint8_t uuid[16])
{
	str_key(s, "uuid");
	str_char(s, '"');
	add_uuid(s, uuid);
	str_char(s, '"');
}

static void key_time(struct str *s, const char *key, int64_t seconds,
                     bool known)
{
	str_key(s, key);
	str_add(s, known ? "\"" : "null");
	if (known) {
		str_time(s, seconds);
		str_char(s, '"');
	}
}

static void add_json(struct str *s, const char *path,
                     const struct fiche_info *i, const struct fiche_survey *v,
                     const struct fiche_protection *p)
{
	str_char(s, '{');
	str_key_text(s, "archive", path);
	str_key(s, "format");
	str_printf(s, "\"%u.%u\"", (unsigned)i->major, (unsigned)i->minor);
	str_key_text(s, "profile", i->plain ? "plain" : "dictionary");
	key_uuid(s, i->uuid);
	key_time(s, "created", i->created, true);
	str_key_count(s, "generation", i->generation);
	key_time(s, "committed", i->committed, i->generation > 0);
	str_key_count(s, "records", i->records);
	str_key_count(s, "duplicates", i->duplicates);
	str_key_count(s, "redacted", v->redacted);
	str_key_count(s, "withdrawn", i->withdrawn);
	str_key_count(s, "dated", v->dated);
	key_time(s, "first_date", v->first_date, v->dated > 0);
	key_time(s, "last_date", v->last_date, v->dated > 0);
	str_key_count(s, "sources", v->sources);
	str_key_count(s, "languages", v->languages);
	str_key_count(s, "tags", v->tags);
	str_key_count(s, "record_bytes", i->record_bytes);
	str_key_count(s, "body_bytes", i->body_bytes);
	str_key_count(s, "file_size", i->file_size);
	str_key_count(s, "end", i->end);
	str_key_count(s, "tail_size", i->tail_size);
	str_key_count(s, "data_bytes", v->data_bytes);
	str_key_count(s, "dictionary_bytes", i->dictionary_bytes);
	str_key_count(s, "index_bytes", i->index_bytes);
	str_key_count(s, "blocks", i->blocks);
	str_key_count(s, "segments", i->segments);
	str_key_count(s, "dictionaries", i->dictionaries);
	str_key_text(s, "parity",
	             p->bytes ? parity_names[p->profile & 3] : "none");
	str_key_count(s, "protected_bytes", p->bytes);
	str_key_count(s, "unprotected_bytes", p->more);
	str_key(s, "tree_head");
	str_char(s, '"');
	str_hex(s, i->tree_head, sizeof(i->tree_head));
	str_char(s, '"');
	str_key_bool(s, "recovered", i->recovered);
	str_key_bool(s, "superblock_damaged", i->superblock_damaged);
	str_key_bool(s, "footer_damaged", i->footer_damaged);
	str_add(s, "}\n");
}

struct names {
	struct str line;
	bool json;
	bool terminal;
	uint64_t count;
};

static int add_count(void *ctx, struct fiche_text name, uint64_t records)
{
	struct names *n = ctx;
	struct str json = { 0 };

	n->count++;
	if (n->json) {
		str_char(&json, '{');
		str_key(&json, "name");
		str_json(&json, name.ptr, name.len);
		str_key_count(&json, "records", records);
		str_add(&json, "}");
		if (n->terminal)
			json_escape(&n->line, str_get(&json), json.len);
		else
			str_put(&n->line, str_get(&json), json.len);
		str_done(&json);
	} else {
		str_printf(&n->line, "%10llu  ", (unsigned long long)records);
		glyph_escape(&n->line, name.ptr, name.len, GLYPH_LINE);
	}
	str_char(&n->line, '\n');
	if (!output_line(&n->line))
		return FICHE_ERR_NOMEM;
	return output_failed() ? FICHE_END : 0;
}

static void print_names(struct reading *ar, const char *field, bool json)
{
	struct names n = { .json = json, .terminal = output_is_terminal() };
	struct fiche_error err = { 0 };
	int r;

	/* "source", "lang", "tag": the letters of the library. */
	r = fiche_reader_names(ar->reader, field[0], add_count, &n, &err);
	if (r == FICHE_ERR_NOMEM)
		(void)out_of_memory(ar->tool);
	else if (r < 0)
		(void)library_failed(ar->tool, ar->path, r, &err);
	else if (n.count == 0)
		(void)tool_raise(ar->tool, RC_NOTHING);
	str_done(&n.line);
}

static void print_info(struct reading *ar, bool json)
{
	struct str s = { 0 };
	struct fiche_survey survey;
	struct fiche_protection parity;
	struct fiche_error err = { 0 };
	int r = fiche_reader_survey(ar->reader, &survey, &err);

	if (r == 0)
		r = fiche_reader_protection(ar->reader, &parity, &err);
	if (r < 0) {
		(void)library_failed(ar->tool, ar->path, r, &err);
		return;
	}
	if (json) {
		add_json(&s, ar->path, &ar->info, &survey, &parity);
	} else {
		glyph_escape(&s, ar->path, strlen(ar->path), GLYPH_LINE);
		str_char(&s, '\n');
		add_identity(&s, &ar->info);
		add_content(&s, &ar->info, &survey);
		add_sizes(&s, &ar->info, &survey, &parity);
	}
	if (!output_line(&s))
		(void)out_of_memory(ar->tool);
	str_done(&s);
}

int cmd_info(struct tool *t, const struct args *args)
{
	const char *names = args_value(args, OPT_NAMES);
	bool json = args_have(args, OPT_JSON);
	struct reading ar = { 0 };

	if (confine_reading(t, args->operands, 1) == 0 &&
	    reading_open(&ar, t, args, args->operands[0]) == 0) {
		if (names)
			print_names(&ar, names, json);
		else
			print_info(&ar, json);
	}
	reading_close(&ar);
	return t->exit_code;
}
