/* SPDX-License-Identifier: Apache-2.0 */
/* cmd_list.c - fiche list: one line an article. */

#include "commands.h"

#include "args.h"
#include "confined.h"
#include "listing.h"
#include "output.h"
#include "reading.h"
#include "select.h"

static int list_all(struct listing *l, struct reading *ar,
                    const struct selection *s)
{
	struct tool *t = ar->tool;
	struct picks picks = { 0 };
	struct str older = { 0 };
	int r;

	r = picks_all(&picks, ar, s);
	if (r != 0)
		goto out;
	if (picks.count > 0)
		rows_begin(&l->rows);
	for (uint64_t i = 0; i < picks.count && !output_failed(); i++) {
		struct fiche_error err = { 0 };
		uint64_t number = picks_number(&picks, i);
		int status = listing_add(l, ar, number, &err);

		if (status == FICHE_ERR_NOMEM) {
			(void)out_of_memory(t);
			break;
		}
		if (status < 0 && !reading_lost(ar, number, status, &err))
			break;
	}
	reading_losses(ar);
	if (picks_older(&picks) > 0 && !s->versions_given) {
		str_counted(&older, picks_older(&picks), "older version");
		note(t, NULL, "%s not shown", str_get(&older));
		note_hint(t, "--all-versions shows them too");
	}
	if (picks.count == 0)
		(void)tool_raise(t, RC_NOTHING);
out:
	str_done(&older);
	picks_done(&picks);
	return t->exit_code;
}

int cmd_list(struct tool *t, const struct args *args)
{
	struct listing l = { 0 };
	struct selection s = { 0 };
	struct reading ar = { 0 };
	int r;

	r = listing_read(&l, t, args);
	if (r == 0)
		r = selection_init(&s, t, args);
	s.lib.redacted = true;
	if (r == 0)
		r = confine_reading(t, args->operands, 1);
	if (r == 0)
		r = reading_open(&ar, t, args, args->operands[0]);
	if (r == 0)
		(void)list_all(&l, &ar, &s);
	reading_close(&ar);
	selection_done(&s);
	listing_done(&l);
	return t->exit_code;
}
