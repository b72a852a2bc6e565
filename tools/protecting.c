/* SPDX-License-Identifier: Apache-2.0 */
/* protecting.c - see protecting.h. */

#include "protecting.h"

#include <errno.h>
#include <string.h>

#include "common_options.h"
#include "output.h"
#include "progress.h"

static const char *const names[] = {
	[FICHE_PARITY_OTHER] = "another profile",
	[FICHE_PARITY_LITE] = "lite",
	[FICHE_PARITY_STD] = "std",
	[FICHE_PARITY_ARCH] = "arch",
};

enum fiche_parity protecting_profile(const char *word)
{
	for (unsigned i = FICHE_PARITY_LITE; word && i <= FICHE_PARITY_ARCH;
	     i++)
		if (strcmp(word, names[i]) == 0)
			return (enum fiche_parity)i;
	return FICHE_PARITY_OTHER;
}

const char *protecting_name(enum fiche_parity profile)
{
	return names[profile <= FICHE_PARITY_ARCH ? profile : 0];
}

int protecting_init(struct protecting *p, struct tool *t, const struct args *a)
{
	*p = (struct protecting){ .tool = t, .args = a };
	return read_clock(&p->options.has_time, &p->options.time, t, a);
}

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	progress_to(ctx, done, total);
}

static int failed(struct protecting *p, const char *path, int r,
                  const struct fiche_error *err)
{
	(void)library_failed(p->tool, path, r, err);
	if (r == FICHE_ERR_BUSY)
		hint(p->tool, "another program is adding to it; try again "
		              "when it is done");
	else if (r == FICHE_ERR_CORRUPT)
		hint(p->tool, "'fiche verify' says more; 'fiche repair' may "
		              "mend it, and 'fiche protect' then protects it");
	else if (r == FICHE_ERR_STATE || err->sys_errno == ENOSPC)
		hint(p->tool, "nothing is lost: 'fiche protect' tries again");
	return exit_code_of(r);
}

int protecting_run(struct protecting *p, const char *path)
{
	struct fiche_error err = { .offset = FICHE_NOWHERE };
	struct progress bar;
	int r;

	progress_begin(&bar, p->tool, p->args, "protecting", NULL);
	p->options.on_progress = on_progress;
	p->options.ctx = &bar;
	r = fiche_protect(path, &p->options, &p->report, &err);
	progress_end(&bar);
	if (r < 0)
		return failed(p, path, r, &err);
	p->done = p->report.protected_bytes > 0;
	return 0;
}

static bool has_parity(struct fiche_reader *r)
{
	struct fiche_info info;

	fiche_reader_info(r, &info);
	return info.parity;
}

/* The profile of the archive that the new one is made of, or of itself. */
static bool had_parity(struct protecting *p, const char *path,
                       struct fiche_reader *from)
{
	struct fiche_protection before;
	struct fiche_reader *r = NULL;
	bool had = false;

	if (from) {
		if (!has_parity(from) ||
		    fiche_reader_protection(from, &before, NULL) < 0)
			return false;
		p->options.profile = (enum fiche_parity)before.profile;
		return true;
	}
	if (fiche_reader_open(&r, path, NULL, NULL) == 0)
		had = has_parity(r);
	fiche_reader_close(r);
	return had;
}

static int go_on(struct protecting *p, const char *path,
                 struct fiche_reader *from)
{
	const char *word = args_value(p->args, OPT_PARITY);

	if (word ? strcmp(word, "none") == 0 : !had_parity(p, path, from))
		return 0;
	if (word)
		p->options.profile = protecting_profile(word);
	return protecting_run(p, path);
}

void protecting_finish(struct protecting *p, struct fiche_writer_stats *out,
                       const char *path, struct fiche_reader *from)
{
	(void)tool_raise(p->tool, go_on(p, path, from));
	if (!p->done)
		return;
	out->file_size = p->report.file_size;
	out->generation = p->report.generation;
}

void protecting_print(const struct protecting *p)
{
	struct str s = { 0 };

	if (!p->done || p->tool->quiet)
		return;
	str_add(&s, "  ");
	protecting_describe(p, &s);
	str_char(&s, '\n');
	(void)output_line(&s);
	str_done(&s);
}

void protecting_describe(const struct protecting *p, struct str *s)
{
	str_add(s, "protected ");
	str_size(s, p->report.protected_bytes);
	str_printf(s, " (%s), +", protecting_name(p->report.profile));
	str_size(s, p->report.parity_bytes);
	str_add(s, " of parity");
}

void protecting_json(const struct protecting *p, struct str *s)
{
	str_key_text(s, "parity",
	             p->done ? protecting_name(p->report.profile) : "none");
	str_key_count(s, "protected_bytes", p->report.protected_bytes);
	str_key_count(s, "parity_bytes", p->report.parity_bytes);
}
