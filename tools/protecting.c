/* SPDX-License-Identifier: Apache-2.0 */
/* protecting.c - see protecting.h. */

#include "protecting.h"

#include <string.h>

#include "common_options.h"
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
	struct progress *bar = ctx;

	bar->done = done;
	bar->total = total;
	progress_update(bar);
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
	else
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

static bool has_parity(const char *path)
{
	struct fiche_reader *r = NULL;
	struct fiche_info info = { 0 };

	if (fiche_reader_open(&r, path, NULL, NULL) == 0)
		fiche_reader_info(r, &info);
	fiche_reader_close(r);
	return info.parity;
}

int protecting_go_on(struct protecting *p, const char *path)
{
	const char *word = args_value(p->args, OPT_PARITY);

	if (word ? strcmp(word, "none") == 0 : !has_parity(path))
		return 0;
	p->options.profile = protecting_profile(word);
	return protecting_run(p, path);
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
