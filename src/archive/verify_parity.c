/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify_parity.c - parity fits what it protects (spec 3.8).
 *
 * What is damaged was reported by section before; here it is asked whether
 * sections that are whole say the truth of one another.
 */

#include <string.h>

#include "archive/protection.h"
#include "archive/verify.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"

#define CHUNK_PAGES 256

struct parity_check {
	struct verify *v;
	const struct found_commit *c;
	uint32_t count; /* of sections with parity */
	bool others;    /* there are sections of another kind */
	bool unknown;   /* some are damaged, and were reported */
	uint64_t first; /* where the sections begin */
	uint64_t next;  /* where the next zone has to begin */
	uint32_t pages; /* of each zone but the last */
};

static void find(struct parity_check *k, uint64_t at, const char *text)
{
	struct fiche_error why;

	(void)err_set(&why, FICHE_ERR_CORRUPT, at, "%s", text);
	verify_finding(k->v, &why, 0, 0);
}

/* ---- One section ---- */

/* The rules that bind a head to its section and to the zones before; NULL if
 * all hold. */
static const char *broken_rule(struct parity_check *k,
                               const struct parity_head *h,
                               const struct section *s, uint32_t zone)
{
	uint64_t end = h->start + (uint64_t)h->geometry.pages * PARITY_PAGE;

	if (h->offset != s->offset || h->sequence != s->sequence ||
	    h->number != PARITY_NO_TABLE ||
	    section_size(s) != parity_section_size(&h->geometry))
		return "parity is not of the section that it stands in";
	if (h->time != k->c->commit.time ||
	    h->batch_start != k->c->commit.batch_start)
		return "parity is not of the commit behind it";
	if (zone == 0)
		k->pages = h->geometry.pages;
	if (h->zone != zone || h->zones != k->count ||
	    (k->next != FICHE_NOWHERE && h->start != k->next) ||
	    (zone + 1 < k->count
	             ? h->geometry.pages != k->pages
	             : h->geometry.pages > k->pages || end != k->first))
		return "parity leaves a gap in what it protects";
	k->next = end;
	return NULL;
}

static int read_head(struct parity_check *k, const struct section *s,
                     struct parity_head *out, const char **broken,
                     struct fiche_error *err)
{
	static const uint8_t zeros[PARITY_PAGE];
	uint8_t page[PARITY_PAGE];
	struct fiche_error why;
	size_t end = SECTION_HEADER_SIZE + PARITY_HEAD;
	int r;

	*broken = NULL;
	if (section_size(s) < PARITY_PAGE || s->offset % PARITY_PAGE) {
		*broken = "a section of parity has no whole pages";
		return 0;
	}
	r = io_read(k->v->archive->file, s->offset, page, sizeof(page), err);
	if (r < 0)
		return r;
	if (parity_head_decode(out, page + SECTION_HEADER_SIZE, s->offset,
	                       k->v->archive->uuid, &why) < 0) {
		verify_finding(k->v, &why, 0, 0);
		return FICHE_END;
	}
	if (memcmp(page + end, zeros, PARITY_PAGE - end) != 0)
		*broken = "the head of parity is not padded with zeros";
	return 0;
}

/* ---- Tables and tags ---- */

static int load_tables(struct parity_check *k, const struct parity_head *h,
                       uint8_t *tags, const char **broken,
                       struct fiche_error *err)
{
	const struct parity_geometry *g = &h->geometry;
	uint8_t page[PARITY_PAGE];
	struct parity_head head;
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < parity_table_count(g); i++) {
		uint64_t at = parity_table_at(h, i);

		r = io_read(k->v->archive->file, at, page, sizeof(page), err);
		if (r < 0)
			return r;
		if (parity_table_decode(&head, page, at, h->uuid, NULL) < 0 ||
		    head.number != i || !parity_head_same(&head, h)) {
			*broken = "a table of parity is not one";
			return 0;
		}
		memcpy(tags + (size_t)i * PARITY_TAGS_SIZE, page + PARITY_HEAD,
		       PARITY_TAGS_SIZE);
	}
	for (size_t i = (size_t)g->tags * PARITY_TAG;
	     i < g->tables * PARITY_TAGS_SIZE; i++)
		if (tags[i])
			*broken = "a table of parity is not padded with zeros";
	return 0;
}

/* The parity of the table, whose pages stand behind it in `tags`. */
static bool tables_fit(const struct parity_geometry *g, const uint8_t *tags)
{
	uint8_t sum[PARITY_TAGS_SIZE];

	for (uint32_t i = g->tables; i < parity_table_count(g); i++) {
		uint32_t row = (i - g->tables) / g->table_groups;
		uint32_t group = (i - g->tables) % g->table_groups;

		parity_table_sum(sum, g, tags, group, row);
		if (memcmp(sum, tags + (size_t)i * PARITY_TAGS_SIZE,
		           sizeof(sum)) != 0)
			return false;
	}
	return true;
}

static int check_tags(struct parity_check *k, const struct parity_head *h,
                      const uint8_t *tags, uint8_t *chunk,
                      struct fiche_error *err)
{
	uint32_t wrong = 0, tagged = 0;
	uint8_t tag[PARITY_TAG];
	uint64_t first = 0;

	while (tagged < h->geometry.tags) {
		uint32_t end = tagged < h->geometry.pages ? h->geometry.pages
		                                          : h->geometry.tags;
		uint32_t n =
			end - tagged < CHUNK_PAGES ? end - tagged : CHUNK_PAGES;
		int r = io_read(k->v->archive->file, parity_page_at(h, tagged),
		                chunk, (size_t)n * PARITY_PAGE, err);

		if (r < 0)
			return r;
		for (uint32_t i = 0; i < n; i++, tagged++) {
			if (parity_tag(tag, chunk + (size_t)i * PARITY_PAGE) <
			    0)
				return err_nomem(err);
			if (memcmp(tag, tags + (size_t)tagged * PARITY_TAG,
			           PARITY_TAG) == 0)
				continue;
			if (wrong++ == 0)
				first = parity_page_at(h, tagged);
		}
	}
	if (wrong > 0)
		find(k, first, "parity does not fit the pages from here on");
	return 0;
}

static int check_pages(struct parity_check *k, const struct parity_head *h,
                       struct fiche_error *err)
{
	uint8_t *tags = alloc_zeroed(parity_table_count(&h->geometry),
	                             PARITY_TAGS_SIZE);
	uint8_t *chunk = alloc_bytes((size_t)CHUNK_PAGES * PARITY_PAGE);
	const char *broken = NULL;
	int r = tags && chunk ? load_tables(k, h, tags, &broken, err)
	                      : err_nomem(err);

	if (r == 0 && !broken && !tables_fit(&h->geometry, tags))
		broken = "the parity of a table does not fit it";
	if (broken)
		find(k, h->offset, broken);
	else if (r == 0)
		r = check_tags(k, h, tags, chunk, err);
	alloc_free(tags);
	alloc_free(chunk);
	return r;
}

static int check_section(struct parity_check *k, const struct section *s,
                         uint32_t zone, struct fiche_error *err)
{
	struct parity_head h;
	const char *broken;
	int r = read_head(k, s, &h, &broken, err);

	if (r != 0)
		return r < 0 ? r : 0;
	if (!broken)
		broken = broken_rule(k, &h, s, zone);
	if (broken) {
		find(k, s->offset, broken);
		return 0;
	}
	/* Where bytes are damaged their tags say nothing new. */
	if (k->v->opt->quick || k->v->report.findings > 0)
		return 0;
	return check_pages(k, &h, err);
}

/* ---- The generation ---- */

/* Call `each` for the sections with parity, or only count what there is. */
static int walk(struct parity_check *k,
                int (*each)(struct parity_check *k, const struct section *s,
                            uint32_t zone, struct fiche_error *err),
                struct fiche_error *err)
{
	uint64_t end = k->c->section.offset, at = k->first;
	uint32_t zone = 0;
	struct section s;
	int r = 0;

	while (r == 0 && at < end) {
		r = archive_read_header(k->v->archive, at, end, &s, err);
		if (r == FICHE_ERR_IO || r == FICHE_ERR_NOMEM)
			return r;
		if (r < 0 || verify_is_damaged(k->v, at))
			k->unknown = true;
		if (r < 0)
			return 0;
		if (s.type != SECTION_PARITY)
			k->others = true;
		else if (each)
			r = each(k, &s, zone, err);
		zone += s.type == SECTION_PARITY;
		at += section_size(&s);
	}
	if (!each)
		k->count = zone;
	return r;
}

/* The COMMIT repeats the one before. */
static int check_commit(struct parity_check *k,
                        const struct found_commit *before,
                        struct fiche_error *err)
{
	const struct commit *have = &k->c->commit;
	uint64_t at = k->c->section.offset;
	struct buf a = { 0 }, b = { 0 };
	struct commit want;
	int r = protection_commit(&want, before, have->void_len, at, have->time,
	                          err);

	if (r < 0)
		return r;
	memcpy(want.batch_sha256, have->batch_sha256, 32);
	commit_encode(&a, &want, at);
	commit_encode(&b, have, at);
	if (!buf_ok(&a) || !buf_ok(&b))
		r = err_nomem(err);
	else if (a.len != b.len || memcmp(a.ptr, b.ptr, a.len) != 0)
		find(k, at, "the commit of parity is not as the one before it");
	buf_done(&a);
	buf_done(&b);
	commit_done(&want);
	return r;
}

int verify_parity(struct verify *v, const struct found_commit *c,
                  const struct found_commit *before, uint64_t *protected_end,
                  struct fiche_error *err)
{
	struct parity_check k = { .v = v, .c = c, .next = *protected_end };
	bool flag = c->commit.flags & COMMIT_PROTECTED;
	int r;

	k.first = c->commit.batch_start + c->commit.void_len;
	r = walk(&k, NULL, err);
	if (r < 0 || k.unknown) {
		*protected_end = FICHE_NOWHERE;
		return r;
	}
	if (k.count == 0) {
		if (*protected_end != FICHE_NOWHERE &&
		    flag != (*protected_end > 0))
			find(&k, c->section.offset,
			     "a commit is wrong about parity before it");
		return 0;
	}
	if (k.others || c->commit.generation == 1)
		find(&k, k.first,
		     "parity shares its generation with other sections");
	r = walk(&k, check_section, err);
	if (r == 0 && before)
		r = check_commit(&k, before, err);
	*protected_end = c->end;
	return r;
}
