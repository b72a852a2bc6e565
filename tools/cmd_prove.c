/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_prove.c - fiche prove and fiche check-proof: one article, one page of
 * text, and nobody needs the archive. */

#include "commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "args.h"
#include "confined.h"
#include "fiche/fiche.h"
#include "glyph.h"
#include "output.h"
#include "reading.h"
#include "select.h"
#include "str.h"
#include "textfile.h"

/* The checkpoint to prove against: the one given, the one beside the archive,
 * or one that nobody signed. */
static int find_note(char note[FICHE_NOTE_MAX], struct reading *ar,
                     const struct args *args)
{
	const char *given = args_value(args, OPT_CHECKPOINT_FILE);
	struct fiche_error err = { 0 };
	struct str beside = { 0 };
	struct stat st;
	int r;

	if (given)
		return textfile_read(note, FICHE_NOTE_MAX, ar->tool, given);
	str_printf(&beside, "%s.checkpoint", ar->path);
	if (stat(str_get(&beside), &st) == 0) {
		r = textfile_read(note, FICHE_NOTE_MAX, ar->tool,
		                  str_get(&beside));
		str_done(&beside);
		return r;
	}
	str_done(&beside);
	r = fiche_checkpoint(ar->reader, note, &err);
	if (r < 0)
		return library_failed(ar->tool, ar->path, r, &err);
	note_hint(ar->tool, "nobody signed this checkpoint; 'fiche sign' does");
	return 0;
}

/* The one article that an id or URL names. */
static int find_article(uint64_t *number, struct reading *ar, const char *name)
{
	struct fiche_selection s;
	struct fiche_results *found = NULL;
	struct fiche_error err = { 0 };
	uint64_t count;
	int r;

	fiche_selection_init(&s);
	s.redacted = true;
	if (strstr(name, "://")) {
		s.urls = &name;
		s.url_count = 1;
	} else {
		s.ids = &name;
		s.id_count = 1;
	}
	r = fiche_select(&found, ar->reader, &s, &err);
	if (r < 0)
		return library_failed(ar->tool, ar->path, r, &err);
	count = fiche_results_count(found);
	if (count == 1)
		*number = fiche_results_number(found, 0);
	fiche_results_free(found);
	if (count == 1)
		return 0;
	complain(ar->tool, NULL, "%s article is named '%s'",
	         count ? "more than one" : "no", name);
	return tool_raise(ar->tool, RC_NOTHING);
}

static int confine_proving(struct tool *t, const struct args *args)
{
	const char *given = args_value(args, OPT_CHECKPOINT_FILE);
	const char *out = args_value(args, OPT_OUTPUT);
	struct needs n = { 0 };

	needs_file(&n, args->operands[0]);
	if (given)
		needs_file(&n, given);
	else
		needs_checkpoint(&n, args->operands[0]);
	if (out)
		needs_folder_of(&n, out);
	return confine(t, &n, false);
}

int cmd_prove(struct tool *t, const struct args *args)
{
	static char note[FICHE_NOTE_MAX], proof[FICHE_NOTE_MAX];
	struct reading ar = { 0 };
	struct fiche_error err = { 0 };
	uint64_t number = 0;
	int r = confine_proving(t, args);

	if (r == 0)
		r = reading_open(&ar, t, args, args->operands[0]);
	if (r == 0)
		r = find_article(&number, &ar, args->operands[1]);
	if (r == 0)
		r = find_note(note, &ar, args);
	if (r == 0) {
		r = fiche_prove(ar.reader, number, note, proof, &err);
		if (r == FICHE_ERR_ARG) {
			complain(t, NULL, "%s", err.text);
			hint(t, "'fiche sign' makes a new checkpoint");
			r = tool_raise(t, RC_NOTHING);
		} else if (r == FICHE_ERR_INPUT) {
			complain(t, NULL, "%s", err.text);
			r = tool_raise(t, RC_UNTRUSTED);
		} else if (r < 0) {
			r = library_failed(t, ar.path, r, &err);
		}
	}
	reading_close(&ar);
	if (r == 0)
		r = textfile_write(t, args_value(args, OPT_OUTPUT), proof,
		                   false, false);
	return r;
}

/* Read a record, which is as long as the writer lets one be. */
static int read_record(struct str *out, struct tool *t, const char *path)
{
	int fd = strcmp(path, "-") == 0 ? STDIN_FILENO
	                                : open(path, O_RDONLY | O_CLOEXEC);
	char chunk[65536];
	ssize_t n = 1;
	int e;

	if (fd < 0)
		return system_failed(t, path, errno);
	while (n > 0 && out->len <= FICHE_RECORD_MAX) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			str_put(out, chunk, (size_t)n);
	}
	e = errno;
	if (fd != STDIN_FILENO)
		(void)close(fd);
	if (n < 0)
		return system_failed(t, path, e);
	return str_ok(out) ? 0 : out_of_memory(t);
}

/* The record as it is, or else without the line end that came with it. */
static int check(struct fiche_proof_info *info, const char *proof,
                 const struct str *record, struct fiche_error *err)
{
	const char *bytes = str_get(record);
	uint8_t digest[FICHE_DIGEST_SIZE];
	size_t len = record->len;
	int r;

	for (;;) {
		r = fiche_record_digest(digest, bytes, len);
		if (r == 0)
			r = fiche_proof_check(info, proof, digest, err);
		if (r != FICHE_ERR_INPUT || len < record->len || len == 0 ||
		    bytes[len - 1] != '\n')
			return r;
		len--;
	}
}

static int check_signature(struct tool *t, const struct args *args,
                           const char *note)
{
	const char *path = args_value(args, OPT_KEY);
	struct fiche_error err = { 0 };
	char key[FICHE_KEY_MAX];
	int r;

	if (!path) {
		note_hint(t, "who vouches for the checkpoint was not looked "
		             "at: --key FILE.pub");
		return 0;
	}
	r = textfile_read(key, sizeof(key), t, path);
	if (r != 0)
		return r;
	r = fiche_note_verify(note, key, &err);
	if (r == 0)
		return 0;
	complain(t, NULL, "%s",
	         r < 0 ? err.text : "the owner of this key did not sign it");
	return tool_raise(t, RC_UNTRUSTED);
}

static int confine_check(struct tool *t, const struct args *args)
{
	const char *key = args_value(args, OPT_KEY);
	struct needs n = { 0 };

	needs_file(&n, args->operands[0]);
	needs_file(&n, args->operands[1]);
	if (key)
		needs_file(&n, key);
	return confine(t, &n, false);
}

int cmd_check_proof(struct tool *t, const struct args *args)
{
	static char proof[FICHE_NOTE_MAX];
	static struct fiche_proof_info info;
	struct fiche_error err = { 0 };
	struct str s = { 0 };
	int r;

	r = confine_check(t, args);
	if (r == 0)
		r = textfile_read(proof, sizeof(proof), t, args->operands[0]);
	if (r == 0)
		r = read_record(&s, t, args->operands[1]);
	if (r != 0) {
		str_done(&s);
		return r;
	}
	r = check(&info, proof, &s, &err);
	str_done(&s);
	if (r < 0) {
		complain(t, args->operands[0], "%s", err.text);
		hint(t, "the record must be as 'fiche extract --raw' gives it");
		return tool_raise(t, r == FICHE_ERR_INPUT ? RC_UNTRUSTED
		                                          : exit_code_of(r));
	}
	r = check_signature(t, args, info.note);
	if (r != 0 || t->quiet)
		return r;
	str_printf(&s, "proved: record %llu of ",
	           (unsigned long long)info.number);
	str_count(&s, info.records);
	str_add(&s, " in ");
	glyph_escape(&s, info.origin, strlen(info.origin), GLYPH_LINE);
	str_add(&s, args_have(args, OPT_KEY) ? ", signed\n" : "\n");
	(void)output_line(&s);
	str_done(&s);
	return 0;
}
