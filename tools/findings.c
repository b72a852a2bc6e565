/* SPDX-License-Identifier: Apache-2.0 */
/* findings.c - see findings.h. */

#include "findings.h"

#include "output.h"
#include "str.h"

static void print_json(const char *path, const struct fiche_finding *f)
{
	struct str s = { 0 };

	str_char(&s, '{');
	str_key_text(&s, "type", "error");
	str_key_text(&s, "archive", path);
	str_key_text(&s, "code", fiche_status_name(f->code));
	if (f->offset != FICHE_NOWHERE)
		str_key_count(&s, "offset", f->offset);
	str_key_text(&s, "message", f->text);
	str_key_count(&s, "records", f->record_count);
	if (f->record_count > 0) {
		str_key_count(&s, "first_record", f->first_record);
		str_key_text(&s, "id", f->id);
		str_key_text(&s, "title", f->title);
	}
	str_add(&s, "}\n");
	(void)output_line(&s);
	str_done(&s);
}

void finding_tell(struct tool *t, const char *path,
                  const struct fiche_finding *f, bool json)
{
	struct str where = { 0 }, who = { 0 };

	if (json) {
		print_json(path, f);
		return;
	}
	str_add(&where, path);
	if (f->offset != FICHE_NOWHERE)
		str_printf(&where, "@%llu", (unsigned long long)f->offset);
	if (f->record_count > 0) {
		str_add(&who, "; ");
		str_counted(&who, f->record_count, "record");
		str_add(&who, " affected");
		if (f->title || f->id)
			str_add(&who, ", first");
		if (f->title)
			str_printf(&who, " '%s'", f->title);
		if (f->id)
			str_printf(&who, " (id %.12s)", f->id);
	}
	complain(t, str_get(&where), "%s%s", f->text, str_get(&who));
	str_done(&where);
	str_done(&who);
}
