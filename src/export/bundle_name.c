/* SPDX-License-Identifier: Apache-2.0 */
/* bundle_name.c - names in a tar or zip file; see bundle_name.h. */

#include "export/bundle_name.h"

#include "article/date.h"
#include "base/alloc.h"
#include "base/err.h"
#include "export/cell.h"

#define SLUG_MAX   60
#define SOURCE_MAX 100
#define FIRST_CAP  1024

void bundle_ids_done(struct bundle_ids *ids)
{
	alloc_free(ids->slots);
	*ids = (struct bundle_ids){ 0 };
}

/* true: it was there.  Digests are random: who wants many of them close to each
 * other has more to compute than is to be searched through here. */
static bool insert(uint32_t *slots, size_t cap, uint32_t id)
{
	size_t at = (id * UINT32_C(2654435761)) & (cap - 1);

	while (slots[at] != 0 && slots[at] != id)
		at = (at + 1) & (cap - 1);
	if (slots[at] == id)
		return true;
	slots[at] = id;
	return false;
}

static int grow(struct bundle_ids *ids)
{
	size_t cap = ids->cap > 0 ? ids->cap * 2 : FIRST_CAP;
	uint32_t *slots = alloc_zeroed(cap, sizeof(*slots));

	if (!slots)
		return FICHE_ERR_NOMEM;
	for (size_t i = 0; i < ids->cap; i++)
		if (ids->slots[i] != 0)
			(void)insert(slots, cap, ids->slots[i]);
	alloc_free(ids->slots);
	ids->slots = slots;
	ids->cap = cap;
	return 0;
}

static int is_taken(struct bundle_ids *ids, const uint8_t *digest, bool *out,
                    struct fiche_error *err)
{
	uint32_t id = (uint32_t)digest[0] << 24 | (uint32_t)digest[1] << 16 |
	              (uint32_t)digest[2] << 8 | digest[3];

	if (ids->count >= ids->cap / 2 && grow(ids) < 0)
		return err_nomem(err);
	*out = id == 0 || insert(ids->slots, ids->cap, id);
	ids->count += !*out;
	return 0;
}

/*
 * Letters and digits in lower case, and single dashes for what is between.
 * Dots stay where they are asked for, but not at the ends or together: so no
 * "..", and no hidden file.
 */
static bool put_slug(struct buf *out, const struct fiche_text *t, bool dots,
                     size_t most)
{
	size_t len = 0;
	char gap = 0;

	for (size_t i = 0; i < t->len && len < most; i++) {
		char c = t->ptr[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) {
			gap = c == '.' && dots && gap == 0 ? '.' : '-';
			continue;
		}
		if (gap && len > 0) {
			if (len + 2 > most)
				break;
			buf_u8(out, (uint8_t)gap);
			len++;
		}
		gap = 0;
		buf_u8(out, (uint8_t)c);
		len++;
	}
	return len > 0;
}

/* As much of the day as is known. */
static void put_day(struct buf *out, const struct fiche_date *d)
{
	int64_t year;
	unsigned month, day, second;

	if (d->precision == FICHE_DATE_NONE) {
		buf_text(out, "undated/");
		return;
	}
	date_to_civil(d->begin, &year, &month, &day, &second);
	buf_printf(out, "%04lld/", (long long)year);
	if (d->precision >= FICHE_DATE_MONTH)
		buf_printf(out, "%02u/", month);
	if (d->precision >= FICHE_DATE_DAY)
		buf_printf(out, "%02u/", day);
}

int bundle_name(struct buf *out, struct bundle_ids *ids,
                const struct fiche_article *a, struct fiche_error *err)
{
	size_t digest;
	bool taken = false;
	int r = is_taken(ids, a->digest, &taken, err);

	if (r < 0)
		return r;
	put_day(out, &a->published);
	if (!put_slug(out, &a->source, true, SOURCE_MAX))
		buf_text(out, "unknown");
	buf_u8(out, '/');
	if (put_slug(out, &a->title, false, SLUG_MAX) ||
	    put_slug(out, &a->source_id, false, SLUG_MAX))
		buf_u8(out, '-');
	digest = out->len;
	cell_digest(out, a);
	if (!taken && buf_ok(out))
		out->len = digest + 8;
	return buf_ok(out) ? 0 : err_nomem(err);
}
