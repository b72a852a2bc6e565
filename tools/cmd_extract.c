/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_extract.c - fiche extract: articles to standard output or a folder. */

#include "commands.h"

#include <string.h>
#include <unistd.h>

#include "args.h"
#include "article_out.h"
#include "confined.h"
#include "folder.h"
#include "glyph.h"
#include "output.h"
#include "reading.h"
#include "select.h"

struct extract {
	struct tool *tool;
	enum article_form form;
	struct reading archive;
	struct selection selection;
	struct folder folder;
	bool to_folder;
	bool null;    /* NUL behind each */
	bool several; /* more than one article is to come */
	bool terminal;
	bool force;
	struct article_about about;
	struct str scratch;
};

/* How one article is told from the next on standard output. */
static void put_end(const struct extract *x, const struct fiche_text *content)
{
	bool ended = content->len > 0 && content->ptr[content->len - 1] == '\n';

	if (x->null)
		output_put("", 1);
	else if (x->form == FORM_TEXT)
		output_text(ended ? "" : "\n");
	else if (x->form == FORM_JSON || x->about.is_line || x->several)
		output_text("\n");
}

/* false: refused. */
static bool put_stdout(struct extract *x, uint64_t number,
                       const struct fiche_text *content)
{
	if (x->terminal && !x->force && x->form != FORM_RAW) {
		str_clear(&x->scratch);
		glyph_escape(&x->scratch, content->ptr, content->len,
		             GLYPH_TEXT);
		output_put(str_get(&x->scratch), x->scratch.len);
	} else if (x->terminal && !x->force &&
	           !glyph_is_text(content->ptr, content->len)) {
		complain(x->tool, NULL,
		         "article %llu is binary; not printed "
		         "on a terminal",
		         (unsigned long long)number);
		hint(x->tool, "send it to a file, or use -d or --force");
		(void)tool_raise(x->tool, RC_USAGE);
		return false;
	} else {
		output_put(content->ptr, content->len);
	}
	put_end(x, content);
	return true;
}

static bool put_file(struct extract *x, const struct fiche_text *content)
{
	bool ended = content->len > 0 && content->ptr[content->len - 1] == '\n';

	str_printf(&x->about.name, ".%s", x->about.extension);
	str_clear(&x->scratch);
	str_put(&x->scratch, content->ptr, content->len);
	/* What was made here is text; a record is what it was. */
	if (x->form != FORM_RAW && !ended)
		str_char(&x->scratch, '\n');
	if (!str_ok(&x->about.name) || !str_ok(&x->scratch)) {
		(void)out_of_memory(x->tool);
		return false;
	}
	return folder_put(&x->folder, str_get(&x->about.name),
	                  str_get(&x->scratch), x->scratch.len) == 0;
}

/* false: going on makes no sense. */
static bool extract_one(struct extract *x, uint64_t number)
{
	struct fiche_error err = { 0 };
	struct fiche_text content = { 0 };
	int r;

	r = article_read(&content, &x->about, &x->archive, number, x->form,
	                 &err);
	if (r == FICHE_ERR_NOMEM) {
		(void)out_of_memory(x->tool);
		return false;
	}
	if (r < 0)
		return reading_lost(&x->archive, number, r, &err);
	if (x->to_folder)
		return put_file(x, &content);
	return put_stdout(x, number, &content) && !output_failed();
}

static bool extract_picks(struct extract *x, const struct picks *p)
{
	for (uint64_t i = 0; i < p->count; i++)
		if (!extract_one(x, picks_number(p, i)))
			return false;
	return true;
}

static void extract_all(struct extract *x, const struct args *args)
{
	struct picks p = { 0 };
	bool go_on = true;

	if (args->operand_count == 1) {
		if (picks_all(&p, &x->archive, &x->selection) == 0) {
			x->several = p.count > 1;
			(void)extract_picks(x, &p);
			if (p.count == 0)
				(void)tool_raise(x->tool, RC_NOTHING);
		}
		picks_done(&p);
		return;
	}
	for (size_t i = 1; i < args->operand_count && go_on; i++) {
		if (picks_named(&p, &x->archive, &x->selection,
		                args->operands[i]) == 0) {
			x->several = p.count > 1 || args->operand_count > 2;
			go_on = extract_picks(x, &p);
		}
		picks_done(&p);
	}
}

static int read_form(struct extract *x, const struct args *a)
{
	const char *as = args_value(a, OPT_AS);

	if (as && args_have(a, OPT_RAW) && strcmp(as, "raw") != 0)
		return usage(x->tool, "--raw and --as %s exclude each other",
		             as);
	x->form = args_have(a, OPT_RAW) || (as && strcmp(as, "raw") == 0)
	                  ? FORM_RAW
	          : as && strcmp(as, "json") == 0 ? FORM_JSON
	                                          : FORM_TEXT;
	x->null = args_have(a, OPT_NULL);
	x->force = args_have(a, OPT_FORCE);
	x->to_folder = args_have(a, OPT_DIRECTORY);
	x->terminal = output_is_terminal();
	if (args_have(a, OPT_OVERWRITE) && args_have(a, OPT_SKIP_EXISTING))
		return usage(x->tool, "--overwrite and --skip-existing exclude "
		                      "each other");
	if (!x->to_folder &&
	    (args_have(a, OPT_OVERWRITE) || args_have(a, OPT_SKIP_EXISTING)))
		return usage(x->tool, "--overwrite and --skip-existing go "
		                      "with -d");
	return 0;
}

static int open_folder(struct extract *x, const struct args *a)
{
	int r;

	if (!x->to_folder)
		return 0;
	r = folder_open(&x->folder, x->tool, args_value(a, OPT_DIRECTORY));
	x->folder.overwrite = args_have(a, OPT_OVERWRITE);
	x->folder.skip = args_have(a, OPT_SKIP_EXISTING);
	return r;
}

static int confine_extraction(struct extract *x, const struct args *a)
{
	struct needs n = { 0 };

	needs_file(&n, a->operands[0]);
	if (x->to_folder)
		needs_folder(&n, args_value(a, OPT_DIRECTORY));
	return confine(x->tool, &n, false);
}

/* To standard error: standard output is for articles. */
static void summarise(const struct extract *x)
{
	struct str s = { 0 };

	if (!x->to_folder)
		return;
	str_counted(&s, x->folder.written, "file");
	str_add(&s, " written");
	if (x->folder.skipped > 0) {
		str_add(&s, ", ");
		str_count(&s, x->folder.skipped);
		str_add(&s, " left as they were");
	}
	note(x->tool, x->folder.path, "%s", str_get(&s));
	str_done(&s);
}

int cmd_extract(struct tool *t, const struct args *args)
{
	struct extract x = { .tool = t };
	int r;

	x.folder.fd = -1;
	r = read_form(&x, args);
	if (r == 0)
		r = selection_init(&x.selection, t, args);
	/* Before: what is not there by then stays out of reach. */
	if (r == 0 && access(args->operands[0], R_OK) == 0)
		r = open_folder(&x, args);
	if (r == 0)
		r = confine_extraction(&x, args);
	if (r == 0)
		r = reading_open(&x.archive, t, args, args->operands[0]);
	if (r == 0) {
		extract_all(&x, args);
		reading_losses(&x.archive);
		summarise(&x);
	}
	reading_close(&x.archive);
	folder_close(&x.folder);
	selection_done(&x.selection);
	article_about_done(&x.about);
	str_done(&x.scratch);
	return t->exit_code;
}
