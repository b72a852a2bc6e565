/* SPDX-License-Identifier: Apache-2.0 */
/*
 * withdraw.c - a writer that changes which records are withdrawn (spec 3.9,
 * 4.14): the whole list is written anew, behind everything else.
 */

#include <string.h>

#include "archive/statement.h"
#include "archive/writer.h"
#include "base/alloc.h"
#include "base/err.h"

int writer_load_withdrawn(struct fiche_writer *w, struct fiche_error *err)
{
	struct archive *a = &w->archive;
	const struct commit *c = &a->last.commit;
	int r = 0;

	if (w->withdrawn_loaded)
		return 0;
	if (a->has_commit && c->withdrawal)
		r = withdrawals_read(&w->withdrawn, a, c->withdrawal,
		                     c->record_count, err);
	w->withdrawn_loaded = r == 0;
	return r;
}

int writer_write_withdrawn(struct fiche_writer *w, uint64_t *at,
                           struct fiche_error *err)
{
	struct buf raw = { 0 };
	struct section s;
	size_t len;
	int r;

	if (!w->withdrawn_changed)
		return 0;
	buf_zeros(&raw, SECTION_HEADER_SIZE);
	r = withdrawals_encode(&raw, &w->withdrawn, err);
	len = raw.len - SECTION_HEADER_SIZE;
	if (r == 0)
		r = emit_section(&w->emit, SECTION_WITHDRAWAL, raw.ptr, len,
		                 (uint32_t)len, NULL, &s, err);
	buf_done(&raw);
	if (r == 0) {
		*at = s.offset;
		w->withdrawn_changed = false;
	}
	return r;
}

static int check_usable(struct fiche_writer *w, struct fiche_error *err)
{
	if (w->failed)
		return err_set(err, FICHE_ERR_STATE, FICHE_NOWHERE,
		               "the writer failed before and can only be "
		               "closed");
	return writer_load_withdrawn(w, err);
}

/* Take back what a call that failed has added, the newest first. */
static void take_back(struct fiche_writer *w, const uint64_t *added, size_t n)
{
	while (n > 0)
		(void)withdrawals_drop(&w->withdrawn, added[--n]);
}

static int check_size(const struct withdrawals *w, struct fiche_error *err)
{
	struct buf raw = { 0 };
	int r = withdrawals_encode(&raw, w, err);

	buf_done(&raw);
	return r;
}

static int add_all(struct fiche_writer *w, struct fiche_statement *s,
                   const uint64_t *numbers, size_t count, uint64_t *added,
                   size_t *n, struct fiche_error *err)
{
	bool is_new;
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		s->number = numbers[i];
		r = known_digest_of(w, s->number, s->digest, err);
		if (r < 0)
			break;
		if (withdrawals_add(&w->withdrawn, s, &is_new) < 0)
			r = err_nomem(err);
		else if (is_new)
			added[(*n)++] = s->number;
	}
	return r == 0 && *n > 0 ? check_size(&w->withdrawn, err) : r;
}

int fiche_writer_withdraw(struct fiche_writer *w, const uint64_t *numbers,
                          size_t count, const char *reason,
                          const char *authority, uint64_t *changed,
                          struct fiche_error *err)
{
	struct fiche_statement s;
	uint64_t *added = NULL;
	int64_t now = 0;
	size_t n = 0;
	int r = check_usable(w, err);

	if (r == 0)
		r = writer_clock(w, &now, err);
	if (r == 0)
		r = statement_make(&s, now, reason, authority, err);
	if (r < 0)
		return r;
	added = alloc_zeroed(count, sizeof(*added));
	if (!added)
		return err_nomem(err);
	r = add_all(w, &s, numbers, count, added, &n, err);
	if (r < 0)
		take_back(w, added, n);
	alloc_free(added);
	if (r < 0)
		return r;
	w->withdrawn_changed |= n > 0;
	if (changed)
		*changed = n;
	return 0;
}

int fiche_writer_restore(struct fiche_writer *w, const uint64_t *numbers,
                         size_t count, uint64_t *changed,
                         struct fiche_error *err)
{
	uint8_t digest[32];
	uint64_t n = 0;
	int r = check_usable(w, err);

	for (size_t i = 0; r == 0 && i < count; i++)
		r = known_digest_of(w, numbers[i], digest, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++)
		n += withdrawals_drop(&w->withdrawn, numbers[i]);
	w->withdrawn_changed |= n > 0;
	if (changed)
		*changed = n;
	return 0;
}
