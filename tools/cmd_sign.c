/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_sign.c - fiche keygen and fiche sign: to vouch for an archive. */

#include "commands.h"

#include <string.h>
#include <sys/stat.h>

#include "args.h"
#include "confined.h"
#include "fiche/fiche.h"
#include "glyph.h"
#include "output.h"
#include "progress.h"
#include "reading.h"
#include "str.h"
#include "textfile.h"

int cmd_keygen(struct tool *t, const struct args *args)
{
	const char *path = args_value(args, OPT_OUTPUT);
	char secret[FICHE_KEY_MAX], open[FICHE_KEY_MAX];
	struct fiche_error err = { 0 };
	struct str public_path = { 0 };
	int r;

	if (!path)
		path = "fiche.key";
	r = fiche_key_new(secret, open, args->operands[0], &err);
	if (r == FICHE_ERR_ARG)
		return usage(t, "%s", err.text);
	if (r < 0)
		return library_failed(t, path, r, &err);
	str_printf(&public_path, "%s.pub", path);
	r = str_ok(&public_path) ? 0 : out_of_memory(t);
	if (r == 0)
		r = textfile_write(t, path, secret, false, true);
	if (r == 0)
		r = textfile_write(t, str_get(&public_path), open, false,
		                   false);
	if (r == 0 && !t->quiet) {
		output_text("made ");
		output_text(path);
		output_text(" (keep it to yourself) and ");
		output_text(str_get(&public_path));
		output_text(" (for everyone who verifies)\n");
	}
	memset(secret, 0, sizeof(secret));
	str_done(&public_path);
	return r;
}

struct sign {
	struct tool *tool;
	const char *archive;
	const char *out;  /* NULL: standard output */
	uint64_t records; /* that were verified */
	char note[FICHE_NOTE_MAX];
	char before[FICHE_NOTE_MAX]; /* what was signed last, or empty */
	struct progress progress;
};

static void on_progress(void *ctx, uint64_t done, uint64_t total)
{
	struct sign *s = ctx;

	progress_to(&s->progress, done, total);
}

/* Nobody should vouch for what was not read back from the medium. */
static int verify_all(struct sign *s, const struct args *args)
{
	struct fiche_verify_options opt = { .on_progress = on_progress,
		                            .ctx = s };
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	int r;

	progress_begin(&s->progress, s->tool, args, "checking", NULL);
	r = fiche_verify(s->archive, &opt, &report, &err);
	progress_end(&s->progress);
	s->records = report.records;
	if (r == FICHE_ERR_TRUNCATED && report.tail_size > 0)
		return 0; /* what is committed is intact */
	if (r == 0)
		return 0;
	if (report.findings == 0)
		return library_failed(s->tool, s->archive, r, &err);
	complain(s->tool, s->archive, "is damaged, so it is not signed");
	hint(s->tool, "'fiche verify' says what is wrong");
	return tool_raise(s->tool, exit_code_of(r));
}

/* What was appended since is not verified. */
static int check_grown(struct sign *s, const struct reading *ar)
{
	struct fiche_info info;

	fiche_reader_info(ar->reader, &info);
	if (info.records == s->records)
		return 0;
	complain(s->tool, s->archive, "changed while it was checked");
	return tool_raise(s->tool, RC_BUSY);
}

/* The last checkpoint, if there is one, must be of this archive when it was
 * smaller: two that contradict each other would make the key worthless. */
static int check_before(struct sign *s, const struct reading *ar)
{
	struct fiche_error err = { 0 };
	struct stat st;
	int r;

	if (!s->out || stat(s->out, &st) != 0)
		return 0;
	r = textfile_read(s->before, sizeof(s->before), s->tool, s->out);
	if (r != 0)
		return r;
	r = fiche_reader_extends(ar->reader, s->before, NULL, &err);
	if (r == 0)
		return 0;
	complain(s->tool, s->out, "%s", err.text);
	hint(s->tool, "what was signed before must be a part of what is "
	              "signed now; another file may be named with -o");
	return tool_raise(s->tool, r == FICHE_ERR_INPUT ? RC_UNTRUSTED
	                                                : exit_code_of(r));
}

/* Of the same checkpoint, what others signed stays; but nobody else would
 * believe a note with a signature of this key that is wrong. */
static void keep_signatures(struct sign *s, const char *key)
{
	size_t len = strlen(s->note);

	if (strncmp(s->before, s->note, len) != 0 || s->before[len] != '\n' ||
	    (key && fiche_note_verify(s->before, key, NULL) < 0))
		return;
	memcpy(s->note, s->before, sizeof(s->note));
}

static int make_note(struct sign *s, const struct args *args, const char *key)
{
	struct reading ar = { 0 };
	struct fiche_error err = { 0 };
	int r = reading_open(&ar, s->tool, args, s->archive);

	if (r == 0)
		r = check_grown(s, &ar);
	if (r == 0)
		r = check_before(s, &ar);
	if (r == 0) {
		r = fiche_checkpoint(ar.reader, s->note, &err);
		if (r < 0)
			r = library_failed(s->tool, s->archive, r, &err);
	}
	reading_close(&ar);
	if (r == 0)
		keep_signatures(s, key);
	if (r != 0 || !key)
		return r;
	/* Once is enough. */
	if (fiche_note_verify(s->note, key, &err) == 0)
		return 0;
	r = fiche_note_sign(s->note, key, &err);
	if (r == 0)
		return 0;
	complain(s->tool, args_value(args, OPT_KEY), "%s", err.text);
	return tool_raise(s->tool, RC_USAGE);
}

static int confine_signing(struct tool *t, const struct sign *s)
{
	struct needs n = { .scratch = s->archive };

	needs_file(&n, s->archive);
	if (s->out)
		needs_folder_of(&n, s->out);
	return confine(t, &n, false);
}

int cmd_sign(struct tool *t, const struct args *args)
{
	static struct sign s;
	const char *key_path = args_value(args, OPT_KEY);
	char key[FICHE_KEY_MAX];
	struct str beside = { 0 };
	int r = 0;

	s = (struct sign){ .tool = t, .archive = args->operands[0] };
	s.out = args_value(args, OPT_OUTPUT);
	if (!s.out) {
		str_printf(&beside, "%s.checkpoint", s.archive);
		s.out = str_get(&beside);
	}
	if (strcmp(s.out, "-") == 0)
		s.out = NULL;
	if (key_path)
		r = textfile_read(key, sizeof(key), t, key_path);
	if (r == 0)
		r = confine_signing(t, &s);
	if (r == 0)
		r = verify_all(&s, args);
	if (r == 0)
		r = make_note(&s, args, key_path ? key : NULL);
	if (r == 0)
		r = textfile_write(t, s.out, s.note, true, false);
	if (r == 0 && s.out && !t->quiet) {
		output_text(key_path ? "signed \xe2\x86\x92 "
		                     : "not signed (no --key) \xe2\x86\x92 ");
		output_text(s.out);
		output_text("\n");
		output_text(s.note);
	}
	memset(key, 0, sizeof(key));
	str_done(&beside);
	return r;
}
