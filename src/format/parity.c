/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parity.c - what a PARITY section is made of, and where it stands (spec 3.8).
 *
 * All of it follows from one head of 96 bytes, and that stands in the first
 * page of the section and in each page of its tables: what is needed to find
 * parity is never lost before all of the parity is.
 */

#include "format/parity.h"

#include <string.h>

#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/hash.h"

#define TABLE_SHA_AT (PARITY_HEAD + PARITY_TAGS_SIZE)
/* From so many pages on, each of 16 spans fills whole groups. */
#define SPANS        16
#define SPANNED_FROM (SPANS * 239)

_Static_assert(TABLE_SHA_AT + SHA256_SIZE == PARITY_PAGE,
               "head, tags and hash make a page");

/* ---- Geometry ---- */

static uint64_t up(uint64_t a, uint64_t b)
{
	return (a + b - 1) / b;
}

/* Rows of table parity in front, for groups of so many tables; and all. */
static uint64_t near_rows(uint64_t columns)
{
	return up(columns, 4) + 1;
}

static uint64_t table_rows(uint64_t columns)
{
	return columns + 2 * near_rows(columns);
}

/* Pages behind the first one, whose numbers may not fit 32 bits yet. */
static uint64_t section_pages(const struct parity_geometry *g, uint64_t tags)
{
	uint64_t tables = up(tags, PARITY_TAGS);
	uint64_t groups = up(tables, PARITY_TABLE_K);

	return tables + (tags - g->pages) +
	       groups * table_rows(up(tables, groups));
}

bool parity_geometry_init(struct parity_geometry *out, uint32_t pages,
                          unsigned spans, unsigned outer, unsigned k,
                          unsigned p)
{
	struct parity_geometry g = { .pages = pages };
	uint64_t outer_pages, inner_pages, tags;

	if (pages < 1 || pages > PARITY_ZONE_MAX || spans < 1 || outer > 16 ||
	    spans + outer > 255 || k < 1 || p < 1 || k + p > 255)
		return false;
	g.spans = (uint8_t)spans;
	g.outer = (uint8_t)outer;
	g.k = (uint8_t)k;
	g.p = (uint8_t)p;
	g.span_pages = (uint32_t)up(pages, spans);
	if ((spans - 1) * (uint64_t)g.span_pages >= pages)
		return false;
	g.groups = (uint32_t)up(g.span_pages, k);
	outer_pages = (uint64_t)outer * g.span_pages;
	inner_pages = (uint64_t)p * g.groups * (spans + outer);
	tags = pages + outer_pages + inner_pages;
	/* A skippable frame holds it (spec 3.1). */
	if (section_pages(&g, tags) > UINT32_MAX / PARITY_PAGE)
		return false;
	g.outer_pages = (uint32_t)outer_pages;
	g.inner_pages = (uint32_t)inner_pages;
	g.tags = (uint32_t)tags;
	g.tables = (uint32_t)up(tags, PARITY_TAGS);
	g.table_groups = (uint32_t)up(g.tables, PARITY_TABLE_K);
	g.table_rows = (uint32_t)table_rows(up(g.tables, g.table_groups));
	g.near_rows = (uint32_t)near_rows(up(g.tables, g.table_groups));
	*out = g;
	return true;
}

struct choice {
	uint8_t outer, k, p;      /* of zones in spans */
	uint8_t small_k, small_p; /* of others */
	uint8_t more;             /* p, where there are less than small_k */
};

static const struct choice choices[] = {
	[FICHE_PARITY_LITE] = { 0, 239, 16, 239, 16, 2 },
	[FICHE_PARITY_STD] = { 1, 239, 16, 223, 32, 4 },
	[FICHE_PARITY_ARCH] = { 2, 223, 32, 198, 57, 8 },
};

void parity_choose(struct parity_geometry *out, enum fiche_parity profile,
                   uint32_t pages)
{
	const struct choice *c = &choices[profile];
	unsigned k = c->small_k, p = c->small_p;

	if (pages >= SPANNED_FROM) {
		unsigned spans = SPANS;

		if (profile == FICHE_PARITY_LITE)
			spans = (unsigned)up(pages, PARITY_ZONE_MAX / SPANS);
		(void)parity_geometry_init(out, pages, spans, c->outer, c->k,
		                           c->p);
		return;
	}
	if (pages < k) {
		p = (unsigned)up((uint64_t)pages * p, k) + c->more;
		p = p < c->small_p ? p : c->small_p;
		k = pages;
	}
	(void)parity_geometry_init(out, pages, 1, 0, k, p);
}

uint64_t parity_section_size(const struct parity_geometry *g)
{
	return (1 + section_pages(g, g->tags)) * PARITY_PAGE;
}

/* ---- The head ---- */

void parity_head_encode(uint8_t out[PARITY_HEAD], const struct parity_head *h)
{
	const struct parity_geometry *g = &h->geometry;

	memset(out, 0, PARITY_HEAD);
	memcpy(out, PARITY_MAGIC, 8);
	memcpy(out + 8, h->uuid, UUID_SIZE);
	put_u64(out + 24, h->offset);
	put_u64(out + 32, h->sequence);
	put_u64(out + 40, (uint64_t)h->time);
	put_u64(out + 48, h->start);
	put_u32(out + 56, g->pages);
	out[60] = g->spans;
	out[61] = g->outer;
	out[62] = g->k;
	out[63] = g->p;
	put_u32(out + 64, h->zone);
	put_u32(out + 68, h->zones);
	put_u32(out + 72, h->number);
	out[76] = h->profile;
	put_u64(out + 80, h->batch_start);
}

/* The rules between fields; NULL if all hold, else the one broken. */
static const char *broken_rule(const struct parity_head *h)
{
	const struct parity_geometry *g = &h->geometry;

	if (h->offset % PARITY_PAGE || h->start % PARITY_PAGE ||
	    h->batch_start % PARITY_PAGE ||
	    h->batch_start < SUPERBLOCK_SIZE + COMMIT_ALIGN ||
	    h->batch_start > h->offset || h->offset > INT64_MAX / 2)
		return "parity stands at an impossible place";
	if (h->start > h->offset ||
	    g->pages > (h->offset - h->start) / PARITY_PAGE)
		return "parity is of bytes that are not in front of it";
	if (h->zone >= h->zones)
		return "parity is of a zone that its generation does not have";
	if (h->number >= parity_table_count(g) && h->number != PARITY_NO_TABLE)
		return "parity names a page that its table does not have";
	return NULL;
}

int parity_head_decode(struct parity_head *out, const uint8_t raw[PARITY_HEAD],
                       uint64_t at, const uint8_t *uuid,
                       struct fiche_error *err)
{
	struct parity_head h;
	struct cursor c;
	const char *broken;
	uint32_t pages;
	uint8_t shape[4];
	bool fits;

	cursor_init(&c, raw, PARITY_HEAD);
	(void)cursor_take(&c, 8);
	cursor_copy(&c, h.uuid, UUID_SIZE);
	h.offset = cursor_u64(&c);
	h.sequence = cursor_u64(&c);
	h.time = (int64_t)cursor_u64(&c);
	h.start = cursor_u64(&c);
	pages = cursor_u32(&c);
	cursor_copy(&c, shape, sizeof(shape));
	h.zone = cursor_u32(&c);
	h.zones = cursor_u32(&c);
	h.number = cursor_u32(&c);
	h.profile = cursor_u8(&c);
	cursor_zeros(&c, 3);
	h.batch_start = cursor_u64(&c);
	cursor_zeros(&c, 8);

	if (memcmp(raw, PARITY_MAGIC, 8) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "no parity begins here");
	if (!cursor_done(&c))
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "reserved bytes of parity are set");
	if (uuid && memcmp(uuid, h.uuid, UUID_SIZE) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "parity belongs to another archive");
	fits = parity_geometry_init(&h.geometry, pages, shape[0], shape[1],
	                            shape[2], shape[3]);
	broken = fits ? broken_rule(&h) : "parity has an impossible geometry";
	if (broken)
		return err_set(err, FICHE_ERR_CORRUPT, at, "%s", broken);
	*out = h;
	return 0;
}

bool parity_head_same(const struct parity_head *a, const struct parity_head *b)
{
	uint8_t x[PARITY_HEAD], y[PARITY_HEAD];
	struct parity_head c = *b;

	c.number = a->number;
	parity_head_encode(x, a);
	parity_head_encode(y, &c);
	return memcmp(x, y, sizeof(x)) == 0;
}

/* ---- Places in the file ---- */

/* Tables and the parity of them that stands in front. */
static uint32_t near_tables(const struct parity_geometry *g)
{
	return g->tables + g->table_groups * g->near_rows;
}

uint64_t parity_page_at(const struct parity_head *h, uint32_t tagged)
{
	const struct parity_geometry *g = &h->geometry;

	if (tagged < g->pages)
		return h->start + (uint64_t)tagged * PARITY_PAGE;
	return h->offset +
	       (1 + (uint64_t)near_tables(g) + (tagged - g->pages)) *
	               PARITY_PAGE;
}

uint64_t parity_table_at(const struct parity_head *h, uint32_t number)
{
	const struct parity_geometry *g = &h->geometry;
	uint64_t between = number < near_tables(g) ? 0 : g->tags - g->pages;

	return h->offset + (1 + number + between) * PARITY_PAGE;
}

uint32_t parity_table_count(const struct parity_geometry *g)
{
	return g->tables + g->table_groups * g->table_rows;
}

/* ---- Tables ---- */

static int table_sha(uint8_t out[SHA256_SIZE], const uint8_t *page, uint64_t at,
                     const uint8_t uuid[UUID_SIZE])
{
	uint8_t all[TABLE_SHA_AT + 8 + UUID_SIZE];

	memcpy(all, page, TABLE_SHA_AT);
	put_u64(all + TABLE_SHA_AT, at);
	memcpy(all + TABLE_SHA_AT + 8, uuid, UUID_SIZE);
	return sha256_of(out, all, sizeof(all));
}

int parity_table_seal(uint8_t page[PARITY_PAGE], const struct parity_head *h,
                      uint32_t number)
{
	struct parity_head head = *h;

	head.number = number;
	parity_head_encode(page, &head);
	return table_sha(page + TABLE_SHA_AT, page, parity_table_at(h, number),
	                 h->uuid);
}

int parity_table_decode(struct parity_head *out,
                        const uint8_t page[PARITY_PAGE], uint64_t at,
                        const uint8_t *uuid, struct fiche_error *err)
{
	struct parity_head h;
	uint8_t sha[SHA256_SIZE];
	int r = parity_head_decode(&h, page, at, uuid, err);

	if (r < 0)
		return r;
	if (h.number == PARITY_NO_TABLE || parity_table_at(&h, h.number) != at)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "a page of a parity table stands elsewhere than "
		               "it says");
	if (table_sha(sha, page, at, h.uuid) < 0)
		return err_nomem(err);
	if (memcmp(sha, page + TABLE_SHA_AT, sizeof(sha)) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "a page of a parity table is damaged (SHA-256 "
		               "mismatch)");
	*out = h;
	return 0;
}

/* Polynomials modulo 0x11D. */
static uint8_t times(uint8_t a, uint8_t b)
{
	unsigned product = 0, x = a;

	for (; b; b >>= 1) {
		if (b & 1)
			product ^= x;
		x = x << 1 ^ (x & 0x80 ? 0x11Du : 0);
	}
	return (uint8_t)product;
}

/* a to the power of 254. */
static uint8_t inverse(uint8_t a)
{
	uint8_t out = 1;

	for (unsigned i = 0; i < 254; i++)
		out = times(out, a);
	return out;
}

void parity_table_sum(uint8_t out[PARITY_TAGS_SIZE],
                      const struct parity_geometry *g, const uint8_t *tags,
                      uint32_t group, uint32_t row)
{
	memset(out, 0, PARITY_TAGS_SIZE);
	for (uint32_t c = 0; group + c * g->table_groups < g->tables; c++) {
		const uint8_t *in =
			tags + (size_t)(group + c * g->table_groups) *
				       PARITY_TAGS_SIZE;
		uint8_t by = inverse((uint8_t)((PARITY_TABLE_K + row) ^ c));
		uint8_t product[256];

		for (unsigned i = 0; i < 256; i++)
			product[i] = times((uint8_t)i, by);
		for (size_t i = 0; i < PARITY_TAGS_SIZE; i++)
			out[i] ^= product[in[i]];
	}
}

int parity_tag(uint8_t out[PARITY_TAG], const uint8_t page[PARITY_PAGE])
{
	uint8_t sha[SHA256_SIZE];
	int r = sha256_of(sha, page, PARITY_PAGE);

	memcpy(out, sha, PARITY_TAG);
	return r;
}

int parity_tag_run(uint8_t *out, const uint8_t *pages, uint32_t count)
{
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < count; i++)
		r = parity_tag(out + (size_t)i * PARITY_TAG,
		               pages + (size_t)i * PARITY_PAGE);
	return r;
}

/* ---- Strips ---- */

struct parity_strip parity_inner_strip(const struct parity_geometry *g,
                                       unsigned span, uint32_t group,
                                       uint32_t width)
{
	uint32_t first = span * g->span_pages, end = first + g->span_pages;
	struct parity_strip s = {
		.n = g->k,
		.lanes = (uint8_t)up(g->span_pages, g->groups),
		.rows = g->p,
		.width = width,
		.stride = g->groups,
		.sum_first =
			g->pages + g->outer_pages + span * g->groups + group,
		.sum_stride = g->groups * (g->spans + (uint32_t)g->outer),
	};

	/* The last data span may be short, and outer spans go on behind it. */
	if (span >= g->spans) {
		first = g->pages + (span - g->spans) * g->span_pages;
		end = first + g->span_pages;
	} else if (end > g->pages) {
		end = g->pages;
	}
	s.first = first + group;
	s.end = end;
	return s;
}

struct parity_strip parity_outer_strip(const struct parity_geometry *g,
                                       uint32_t x, uint32_t width)
{
	struct parity_strip s = {
		.n = g->spans,
		.lanes = g->spans,
		.rows = g->outer,
		.width = width,
		.first = x,
		.stride = g->span_pages,
		.end = g->pages,
		.sum_first = g->pages + x,
		.sum_stride = g->span_pages,
	};

	return s;
}

bool parity_strip_page(const struct parity_strip *s, unsigned lane,
                       uint32_t column, uint32_t *tagged)
{
	if (lane >= s->lanes) {
		*tagged = s->sum_first + (lane - s->lanes) * s->sum_stride +
		          column;
		return true;
	}
	*tagged = s->first + lane * s->stride + column;
	return *tagged < s->end;
}
