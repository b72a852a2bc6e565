/* SPDX-License-Identifier: Apache-2.0 */
/* withdrawal.c - the list of withdrawn records (spec 3.9); see withdrawal.h. */

#include "archive/withdrawal.h"

#include <string.h>

#include "archive/statement.h"
#include "base/alloc.h"
#include "base/err.h"

void withdrawals_done(struct withdrawals *w)
{
	alloc_free(w->list);
	arena_done(&w->texts);
	memset(w, 0, sizeof(*w));
}

/* The place of a number, or where it would be. */
static size_t find_place(const struct withdrawals *w, uint64_t number)
{
	size_t lo = 0, hi = w->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (w->list[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

const struct fiche_statement *withdrawals_find(const struct withdrawals *w,
                                               uint64_t number)
{
	size_t i = find_place(w, number);

	return i < w->count && w->list[i].number == number ? &w->list[i] : NULL;
}

static bool copy_text(struct withdrawals *w, struct fiche_text *t)
{
	t->ptr = arena_strndup(&w->texts, t->len ? t->ptr : "", t->len);
	return t->ptr != NULL;
}

int withdrawals_add(struct withdrawals *w, const struct fiche_statement *s,
                    bool *added)
{
	struct fiche_statement copy = *s;
	size_t i = find_place(w, s->number);

	*added = i == w->count || w->list[i].number != s->number;
	if (!*added)
		return 0;
	if (!copy_text(w, &copy.reason) || !copy_text(w, &copy.authority) ||
	    alloc_grow(&w->list, &w->cap, w->count + 1, sizeof(*w->list)) < 0)
		return FICHE_ERR_NOMEM;
	memmove(w->list + i + 1, w->list + i,
	        (w->count - i) * sizeof(*w->list));
	w->list[i] = copy;
	w->count++;
	return 0;
}

bool withdrawals_drop(struct withdrawals *w, uint64_t number)
{
	size_t i = find_place(w, number);

	if (i == w->count || w->list[i].number != number)
		return false;
	w->count--;
	memmove(w->list + i, w->list + i + 1,
	        (w->count - i) * sizeof(*w->list));
	return true;
}

int withdrawals_encode(struct buf *out, const struct withdrawals *w,
                       struct fiche_error *err)
{
	size_t start = out->len;

	for (size_t i = 0; i < w->count && buf_ok(out); i++) {
		statement_encode(out, STATEMENT_WITHDRAWN, &w->list[i]);
		buf_u8(out, '\n');
		if (out->len - start > WITHDRAWAL_MAX)
			return err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
			               "the list of withdrawn records would "
			               "pass 16 MiB");
	}
	return buf_ok(out) ? 0 : err_nomem(err);
}

/* Each line is one more element. */
static int take_line(struct withdrawals *w, const char *line, size_t len,
                     uint64_t records, uint64_t at, struct fiche_error *err)
{
	struct fiche_statement s;
	int r = statement_decode(&s, &w->texts, STATEMENT_WITHDRAWN, line, len,
	                         at, err);

	if (r < 0)
		return r;
	if (s.number >= records)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "record %llu is withdrawn and does not exist",
		               (unsigned long long)s.number);
	if (w->count > 0 && s.number <= w->list[w->count - 1].number)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "the list of withdrawn records is not in order");
	if (alloc_grow(&w->list, &w->cap, w->count + 1, sizeof(*w->list)) < 0)
		return err_nomem(err);
	w->list[w->count++] = s;
	return 0;
}

int withdrawals_decode(struct withdrawals *out, const uint8_t *payload,
                       size_t len, uint64_t records, uint64_t at,
                       struct fiche_error *err)
{
	const char *line = (const char *)payload, *end = line + len;
	struct withdrawals w = { 0 };
	int r = 0;

	while (r == 0 && line < end) {
		const char *lf = memchr(line, '\n', (size_t)(end - line));

		if (lf)
			r = take_line(&w, line, (size_t)(lf - line), records,
			              at, err);
		else
			r = err_set(err, FICHE_ERR_CORRUPT, at,
			            "the list of withdrawn records does not "
			            "end with a line feed");
		line = lf ? lf + 1 : end;
	}
	if (r < 0)
		withdrawals_done(&w);
	else
		*out = w;
	return r;
}

int withdrawals_read(struct withdrawals *out, struct archive *a, uint64_t at,
                     uint64_t records, struct fiche_error *err)
{
	struct section s;
	struct buf raw = { 0 };
	int r = archive_read_header(a, at, a->size, &s, err);

	if (r < 0)
		return r;
	if (s.type != SECTION_WITHDRAWAL)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "no list of withdrawn records is here");
	if (s.payload_len > WITHDRAWAL_MAX)
		return err_set(err, FICHE_ERR_LIMIT, at,
		               "the list of withdrawn records is longer than a "
		               "reader accepts");
	r = archive_read_section(a, at, section_size(&s), SECTION_WITHDRAWAL,
	                         &s, &raw, err);
	if (r == 0)
		r = withdrawals_decode(out, raw.ptr + SECTION_HEADER_SIZE,
		                       (size_t)s.payload_len, records, at, err);
	buf_done(&raw);
	return r;
}
