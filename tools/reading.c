/* SPDX-License-Identifier: Apache-2.0 */
/* reading.c - an archive opened for reading; see reading.h. */

#include "reading.h"

#include "values.h"

/* Of commands for which a withdrawn article is one like any other. */
static bool is_for_all(const struct args *a)
{
	static const unsigned commands =
		IN(PROVE) | IN(REDACT) | IN(SPLIT) | IN(DIFF) | IN(WITHDRAW);

	return commands >> command_id_of(a->command) & 1;
}

static int read_options(struct fiche_open_options *out, struct tool *t,
                        const struct args *a)
{
	const char *commit = args_value(a, OPT_COMMIT);

	*out = (struct fiche_open_options){ 0 };
	out->recover = args_have(a, OPT_RECOVER);
	out->withdrawn = args_have(a, OPT_WITHDRAWN) || is_for_all(a);
	if (commit && (!value_count(&out->commit, commit) || out->commit == 0))
		return usage(t, "--commit: '%s' is not a number from 1",
		             commit);
	if (commit && out->recover)
		return usage(t, "--commit and --recover exclude each other");
	return 0;
}

/* What a person should know before believing what follows. */
static void warn_about(struct reading *ar, bool earlier)
{
	const struct fiche_info *info = &ar->info;
	struct tool *t = ar->tool;
	struct str s = { 0 };

	if (info->recovered) {
		str_counted(&s, info->records, "article");
		complain(t, ar->path,
		         "read without a commit: %s found by scanning",
		         str_get(&s));
		(void)tool_raise(t, RC_DAMAGED);
	}
	if (info->superblock_damaged) {
		complain(t, ar->path,
		         "the first 4 KiB are damaged; no article is lost "
		         "by that");
		(void)tool_raise(t, RC_DAMAGED);
	}
	if (info->footer_damaged) {
		complain(t, ar->path,
		         "the end is damaged; the last commit was found by "
		         "scanning");
		(void)tool_raise(t, RC_DAMAGED);
	}
	if (info->commit_damaged) {
		complain(t, ar->path,
		         "the last commit is damaged, or was torn by a power "
		         "cut");
		hint(t, "'fiche verify %s' tells what is lost", ar->path);
		(void)tool_raise(t, RC_DAMAGED);
	}
	if (info->withdrawn_unknown) {
		complain(t, ar->path,
		         "which articles are withdrawn cannot be told; there "
		         "may be some among these");
		(void)tool_raise(t, RC_DAMAGED);
	}
	/* Behind an earlier commit there is always something. */
	if (info->tail_size > 0 && !info->recovered && !earlier) {
		str_clear(&s);
		str_size(&s, info->tail_size);
		complain(t, NULL,
		         "%s@%llu: %s follow the last commit and are not used: "
		         "of an interrupted append, or of a file that was cut",
		         ar->path, (unsigned long long)info->end, str_get(&s));
		hint(t, "'fiche verify %s' tells more", ar->path);
		if (info->commit_lost)
			(void)tool_raise(t, RC_DAMAGED);
	}
	str_done(&s);
}

int reading_open(struct reading *out, struct tool *t, const struct args *a,
                 const char *path)
{
	struct fiche_open_options opt;
	struct fiche_error err = { 0 };
	int r;

	*out = (struct reading){ .path = path, .tool = t };
	r = read_options(&opt, t, a);
	if (r != 0)
		return r;
	r = fiche_reader_open(&out->reader, path, &opt, &err);
	if (r < 0)
		return library_failed(t, path, r, &err);
	fiche_reader_info(out->reader, &out->info);
	out->view = fiche_view_new(out->reader);
	if (!out->view)
		return out_of_memory(t);
	warn_about(out, opt.commit != 0);
	return 0;
}

void reading_close(struct reading *ar)
{
	if (ar->reader)
		reading_losses(ar);
	fiche_view_free(ar->view);
	fiche_reader_close(ar->reader);
	ar->view = NULL;
	ar->reader = NULL;
}

void reading_losses(struct reading *ar)
{
	struct losses *l = &ar->losses;
	struct str where = { 0 }, which = { 0 };

	if (l->count == 0)
		return;
	str_add(&where, ar->path);
	if (l->err.offset != FICHE_NOWHERE)
		str_printf(&where, "@%llu", (unsigned long long)l->err.offset);
	if (l->count == 1)
		str_printf(&which, "article %llu is",
		           (unsigned long long)l->first);
	else
		str_printf(&which, "%s%llu to %llu%s are",
		           l->gaps ? "articles between " : "articles ",
		           (unsigned long long)l->first,
		           (unsigned long long)l->last,
		           l->gaps ? " (not all)" : "");
	complain(ar->tool, str_get(&where), "%s; %s left out", l->err.text,
	         str_get(&which));
	str_done(&where);
	str_done(&which);
	l->count = 0;
}

static void say(struct str *out, const char *what,
                const struct fiche_statement *s)
{
	struct str day = { 0 };

	str_time(&day, s->time);
	str_printf(out, "%s on %.10s", what, str_get(&day));
	str_done(&day);
	if (s->authority.len > 0) {
		str_add(out, " by ");
		str_put(out, s->authority.ptr, s->authority.len);
	}
	if (s->reason.len > 0) {
		str_add(out, ": ");
		str_put(out, s->reason.ptr, s->reason.len);
	}
}

void reading_say_redacted(struct str *out, const struct fiche_article *a)
{
	say(out, "redacted", a->redacted);
}

void reading_say_withdrawn(struct str *out, const struct fiche_statement *s)
{
	say(out, "withdrawn", s);
}

static void say_gone(struct reading *ar, uint64_t number)
{
	struct fiche_article a;
	struct str s = { 0 };

	if (fiche_view_card(ar->view, number, &a, NULL) < 0 || !a.redacted)
		return;
	str_hex(&s, a.digest, 6);
	str_add(&s, " was ");
	reading_say_redacted(&s, &a);
	complain(ar->tool, NULL, "%s", str_get(&s));
	str_done(&s);
}

bool reading_lost(struct reading *ar, uint64_t number, int status,
                  const struct fiche_error *err)
{
	struct losses *l = &ar->losses;

	(void)tool_raise(ar->tool, exit_code_of(status));
	if (status == FICHE_ERR_REDACTED) {
		say_gone(ar, number);
		return true;
	}
	if (l->count > 0 &&
	    (l->status != status || l->err.offset != err->offset))
		reading_losses(ar);
	if (l->count == 0) {
		*l = (struct losses){ .first = number,
			              .last = number,
			              .status = status,
			              .err = *err };
	} else {
		l->gaps |= number != l->last + 1;
		l->first = number < l->first ? number : l->first;
		l->last = number > l->last ? number : l->last;
	}
	l->count++;
	return status != FICHE_ERR_NOMEM && status != FICHE_ERR_STATE;
}
