/* SPDX-License-Identifier: Apache-2.0 */
/* trust.c - see trust.h. */

#include "trust.h"

#include <stdio.h>

#include "fiche/fiche.h"
#include "glyph.h"
#include "output.h"
#include "str.h"
#include "textfile.h"

int trust_elsewhere(struct tool *t)
{
	(void)t;
	return -1;
}

static int not_trusted(struct trust *out, struct tool *t, const char *where,
                       const char *why)
{
	(void)snprintf(out->why, sizeof(out->why), "%s", why);
	complain(t, where, "%s", why);
	return tool_raise(t, RC_UNTRUSTED);
}

/* Did the owner of the key sign it? */
static int check_signature(struct trust *out, struct tool *t,
                           const char *key_path, const char *path,
                           const char *note)
{
	struct fiche_error err = { 0 };
	char key[FICHE_KEY_MAX];
	int r;

	r = textfile_read(key, sizeof(key), t, key_path);
	if (r != 0)
		return r;
	r = fiche_note_verify(note, key, &err);
	if (r == 0)
		return 0;
	return not_trusted(out, t, path,
	                   r < 0 ? err.text
	                         : "the owner of this key did not sign it");
}

/* Does the archive have the records that a checkpoint vouches for? */
void trust_check(struct trust *out, struct tool *t, const char *archive,
                 const char *against, const char *key, bool print)
{
	static char note[FICHE_NOTE_MAX];
	struct fiche_reader *reader = NULL;
	struct fiche_error err = { 0 };
	struct str s = { 0 }, path = { 0 };
	int r;

	*out = (struct trust){ 0 };
	if (!against && !key)
		return;
	out->checked = true;
	if (against)
		str_add(&path, against);
	else
		str_printf(&path, "%s.checkpoint", archive);
	r = textfile_read(note, sizeof(note), t, str_get(&path));
	if (r == 0 && key)
		r = check_signature(out, t, key, str_get(&path), note);
	if (r == 0) {
		r = fiche_reader_open(&reader, archive, NULL, &err);
		if (r == 0)
			r = fiche_reader_extends(reader, note, &out->records,
			                         &err);
		if (r == FICHE_ERR_INPUT) {
			(void)not_trusted(out, t, archive, err.text);
			hint(t, "it was held against %s", str_get(&path));
		} else if (r < 0)
			(void)library_failed(t, archive, r, &err);
		fiche_reader_close(reader);
	}
	out->trusted = r == 0;
	if (out->trusted && print && !t->quiet && !t->silent) {
		str_counted(&s, out->records, "record");
		str_add(&s, " as in ");
		glyph_escape(&s, str_get(&path), path.len, GLYPH_LINE);
		str_add(&s, key ? ", which is signed\n"
		                : " (whoever wrote it: no --key)\n");
		(void)output_line(&s);
	}
	str_done(&s);
	str_done(&path);
}
