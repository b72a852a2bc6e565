/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zone.c - tables, then tags, then equations, until nothing changes; see
 * zone.h.
 *
 * Losing pages is what this is about: a page that cannot be read is lost, and
 * only memory and the scratch file may fail.
 */

#include "parity/zone.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "parity/strips.h"

#define CHUNK_PAGES 256
/* Damage takes a few rounds; a geometry made to take one for each page shall
 * not keep us. */
#define ROUNDS_MAX 64

enum state {
	LOST = 0,
	GOOD = 1,
	UNTAGGED = 2, /* nobody could tell whether it is good */
};

struct zone {
	struct strips s;
	struct overlay *over;
	struct io_file *const *others;
	size_t count;
	uint8_t *state;     /* of each tagged page */
	uint8_t *has_table; /* of each page of the table and its parity */
	uint8_t *rows;      /* table parity, tags only */
	uint8_t *chunk;     /* CHUNK_PAGES pages */
};

/* ---- Tables ---- */

/* Page `number` of the table or its parity, of any copy that has it. */
static bool find_table(struct zone *z, uint32_t number,
                       uint8_t page[PARITY_PAGE])
{
	const struct parity_head *want = &z->s.head;
	uint64_t at = parity_table_at(want, number);
	struct parity_head head;

	for (size_t i = 0; i <= z->count; i++) {
		struct io_file *f = i ? z->others[i - 1] : &z->over->file;

		if (io_read(f, at, page, PARITY_PAGE, NULL) == 0 &&
		    parity_table_decode(&head, page, at, want->uuid, NULL) ==
		            0 &&
		    parity_head_same(&head, want))
			return true;
	}
	return false;
}

static uint8_t *tags_of(struct zone *z, uint32_t number)
{
	uint32_t tables = z->s.head.geometry.tables;

	return number < tables
	               ? z->s.tags + (size_t)number * PARITY_TAGS_SIZE
	               : z->rows + (size_t)(number - tables) * PARITY_TAGS_SIZE;
}

static void load_tables(struct zone *z)
{
	uint32_t count = parity_table_count(&z->s.head.geometry);
	uint8_t page[PARITY_PAGE];

	for (uint32_t i = 0; i < count; i++) {
		z->has_table[i] = find_table(z, i, page);
		if (z->has_table[i])
			memcpy(tags_of(z, i), page + PARITY_HEAD,
			       PARITY_TAGS_SIZE);
	}
}

/* Solve for the table pages of a group that are lost: their tags are zero. */
static int solve_tables(struct zone *z, uint32_t group, uint8_t *sums,
                        struct fiche_error *err)
{
	const struct parity_geometry *g = &z->s.head.geometry;
	uint8_t columns[PARITY_TABLE_K], rows[PARITY_TABLE_K];
	uint8_t *left[PARITY_TABLE_K], *out[PARITY_TABLE_K];
	unsigned lost = 0, good = 0;
	int r;

	for (uint32_t c = 0; group + c * g->table_groups < g->tables; c++) {
		uint32_t t = group + c * g->table_groups;

		if (z->has_table[t])
			continue;
		out[lost] = tags_of(z, t);
		columns[lost++] = (uint8_t)c;
	}
	if (lost == 0)
		return 0;
	r = strips_sum_tables(&z->s, group, sums, err);
	if (r < 0)
		return r;
	for (uint32_t i = 0; i < g->table_rows && good < lost; i++) {
		uint32_t t = g->tables + i * g->table_groups + group;
		const uint8_t *want = tags_of(z, t);

		if (!z->has_table[t])
			continue;
		left[good] = sums + (size_t)i * PARITY_TAGS_SIZE;
		for (size_t k = 0; k < PARITY_TAGS_SIZE; k++)
			left[good][k] ^= want[k];
		rows[good++] = (uint8_t)i;
	}
	if (good < lost)
		return 0;
	if (rs_solve(PARITY_TABLE_K, columns, rows, lost, PARITY_TAGS_SIZE,
	             left, out) < 0)
		return err_nomem(err);
	for (unsigned i = 0; i < lost; i++)
		z->has_table[group + columns[i] * g->table_groups] = true;
	return 0;
}

static int mend_tables(struct zone *z, struct fiche_error *err)
{
	const struct parity_geometry *g = &z->s.head.geometry;
	uint8_t *sums = alloc_bytes(g->table_rows * PARITY_TAGS_SIZE);
	int r = sums ? 0 : err_nomem(err);

	if (r == 0)
		load_tables(z);
	for (uint32_t h = 0; r == 0 && h < g->table_groups; h++)
		r = solve_tables(z, h, sums, err);
	alloc_free(sums);
	return r;
}

/* ---- Each page against its tag ---- */

static int judge(struct zone *z, uint32_t t, const uint8_t *page,
                 struct fiche_error *err)
{
	uint8_t tag[PARITY_TAG];

	if (!z->has_table[t / PARITY_TAGS]) {
		z->state[t] = UNTAGGED;
		return 0;
	}
	if (parity_tag(tag, page) < 0)
		return err_nomem(err);
	z->state[t] = memcmp(tag, strips_tag(&z->s, t), PARITY_TAG) == 0 ? GOOD
	                                                                 : LOST;
	return 0;
}

/* If the page is as its tag says, it is put where it was missing. */
static int offer(struct zone *z, uint32_t t, const uint8_t *page,
                 struct fiche_error *err)
{
	int r = judge(z, t, page, err);

	if (r == 0 && z->state[t] == GOOD)
		r = overlay_put(z->over, parity_page_at(&z->s.head, t), page,
		                err);
	return r;
}

static int ask_others(struct zone *z, uint32_t t, struct fiche_error *err)
{
	uint64_t at = parity_page_at(&z->s.head, t);
	uint8_t page[PARITY_PAGE];
	int r = 0;

	for (size_t i = 0; r == 0 && z->state[t] == LOST && i < z->count; i++)
		if (io_read(z->others[i], at, page, sizeof(page), NULL) == 0)
			r = offer(z, t, page, err);
	return r;
}

/* Read pages that stand one after another; of those that cannot be read the
 * bit in `have` is clear. */
static void read_run(struct zone *z, uint64_t at, uint32_t count, uint8_t *out,
                     uint8_t *have)
{
	struct io_file *f = &z->over->file;

	memset(have, 1, count);
	if (io_read(f, at, out, (size_t)count * PARITY_PAGE, NULL) == 0)
		return;
	for (uint32_t i = 0; i < count; i++)
		have[i] = io_read(f, at + (uint64_t)i * PARITY_PAGE,
		                  out + (size_t)i * PARITY_PAGE, PARITY_PAGE,
		                  NULL) == 0;
}

/* The tagged pages [t, end), which stand together. */
static int inspect(struct zone *z, uint32_t t, uint32_t end,
                   struct fiche_error *err)
{
	uint8_t have[CHUNK_PAGES];
	int r = 0;

	while (r == 0 && t < end) {
		uint32_t n = end - t < CHUNK_PAGES ? end - t : CHUNK_PAGES;

		read_run(z, parity_page_at(&z->s.head, t), n, z->chunk, have);
		for (uint32_t i = 0; r == 0 && i < n; i++) {
			z->state[t + i] = z->has_table[(t + i) / PARITY_TAGS]
			                          ? LOST
			                          : UNTAGGED;
			if (have[i])
				r = judge(z, t + i,
				          z->chunk + (size_t)i * PARITY_PAGE,
				          err);
			if (r == 0)
				r = ask_others(z, t + i, err);
		}
		t += n;
	}
	return r;
}

/* ---- Equations ---- */

static bool is_lost(const struct zone *z, const struct parity_strip *strip,
                    unsigned lane, uint32_t column, uint32_t *t)
{
	return parity_strip_page(strip, lane, column, t) &&
	       z->state[*t] != GOOD;
}

static bool has_lost(const struct zone *z, const struct parity_strip *strip,
                     unsigned from, unsigned to)
{
	uint32_t t;

	for (unsigned lane = from; lane < to; lane++)
		for (uint32_t i = 0; i < strip->width; i++)
			if (is_lost(z, strip, lane, i, &t))
				return true;
	return false;
}

/* A lane of data or parity into memory, zeros for what is lost. */
static void load_lane(struct zone *z, const struct parity_strip *strip,
                      unsigned lane, uint8_t *out)
{
	uint32_t count = strips_run(strip, lane), t;
	uint8_t have[CHUNK_PAGES];

	memset(out + (size_t)count * PARITY_PAGE, 0,
	       (size_t)(strip->width - count) * PARITY_PAGE);
	for (uint32_t i = 0; i < count; i += CHUNK_PAGES) {
		uint32_t n = count - i < CHUNK_PAGES ? count - i : CHUNK_PAGES;

		(void)parity_strip_page(strip, lane, i, &t);
		read_run(z, parity_page_at(&z->s.head, t), n,
		         out + (size_t)i * PARITY_PAGE, have);
		for (uint32_t k = 0; k < n; k++) {
			if (!have[k])
				z->state[t + k] = LOST;
			if (z->state[t + k] != GOOD)
				memset(out + (size_t)(i + k) * PARITY_PAGE, 0,
				       PARITY_PAGE);
		}
	}
}

/* All of the data is there: what parity is lost is the sum. */
static int take_sums(struct zone *z, const struct parity_strip *strip,
                     uint32_t column, uint32_t *mended, struct fiche_error *err)
{
	unsigned from = strip->lanes, to = from + strip->rows;
	uint32_t t;
	int r = 0;

	for (unsigned lane = from; r == 0 && lane < to; lane++) {
		if (!is_lost(z, strip, lane, column, &t))
			continue;
		r = offer(z, t, strips_page(&z->s, lane, column), err);
		*mended += z->state[t] == GOOD;
	}
	return r;
}

static int mend_column(struct zone *z, const struct parity_strip *strip,
                       uint32_t column, uint32_t *mended,
                       struct fiche_error *err)
{
	uint8_t lanes[255], rows[255];
	unsigned lost = 0, good = 0;
	uint32_t t;
	int r;

	for (unsigned lane = 0; lane < strip->lanes; lane++)
		if (is_lost(z, strip, lane, column, &t))
			lanes[lost++] = (uint8_t)lane;
	if (lost == 0)
		return take_sums(z, strip, column, mended, err);
	for (unsigned i = 0; i < strip->rows && good < lost; i++)
		if (!is_lost(z, strip, strip->lanes + i, column, &t))
			rows[good++] = (uint8_t)i;
	if (good < lost)
		return 0;
	r = strips_solve(&z->s, strip, column, lanes, rows, lost, err);
	for (unsigned i = 0; r == 0 && i < lost; i++) {
		(void)parity_strip_page(strip, lanes[i], column, &t);
		r = offer(z, t, strips_page(&z->s, lanes[i], column), err);
		*mended += z->state[t] == GOOD;
	}
	return r;
}

static int mend_strip(struct zone *z, const struct parity_strip *strip,
                      uint32_t *mended, struct fiche_error *err)
{
	unsigned lanes = strip->lanes, rows = strip->rows;
	int r = 0;

	strips_lay_out(&z->s, strip);
	for (unsigned i = 0; i < lanes; i++)
		load_lane(z, strip, i, strips_page(&z->s, i, 0));
	for (unsigned i = 0; i < rows; i++)
		load_lane(z, strip, lanes + i,
		          strips_page(&z->s, lanes + rows + i, 0));
	strips_sum(&z->s, strip);
	for (uint32_t i = 0; r == 0 && i < strip->width; i++)
		r = mend_column(z, strip, i, mended, err);
	return r;
}

/* Each group of each span, then each column of spans. */
static int mend_round(struct zone *z, uint32_t *mended, struct fiche_error *err)
{
	const struct parity_geometry *g = &z->s.head.geometry;
	struct parity_strip strip;
	uint32_t x;
	int r = 0;

	for (unsigned span = 0; r == 0 && span < g->spans + (unsigned)g->outer;
	     span++) {
		x = 0;
		strip = parity_inner_strip(g, span, 0, g->groups);
		if (has_lost(z, &strip, 0, strip.lanes))
			strips_expect(&z->s, &strip);
		while (r == 0 && strips_next_inner(&z->s, span, &x, &strip))
			if (has_lost(z, &strip, 0, strip.lanes))
				r = mend_strip(z, &strip, mended, err);
	}
	x = 0;
	while (r == 0 && strips_next_outer(&z->s, &x, &strip))
		if (has_lost(z, &strip, 0, strip.lanes + (unsigned)strip.rows))
			r = mend_strip(z, &strip, mended, err);
	return r;
}

/* ---- All of it ---- */

static uint64_t lost_data(const struct zone *z)
{
	uint64_t n = 0;

	for (uint32_t t = 0; t < z->s.head.geometry.pages; t++)
		n += z->state[t] != GOOD;
	return n;
}

static int mend(struct zone *z, struct zone_result *out,
                struct fiche_error *err)
{
	const struct parity_geometry *g = &z->s.head.geometry;
	uint32_t mended = 1;
	int r = mend_tables(z, err);

	if (r == 0)
		r = inspect(z, 0, g->pages, err);
	if (r == 0)
		r = inspect(z, g->pages, g->tags, err);
	for (unsigned i = 0; r == 0 && mended > 0 && i < ROUNDS_MAX; i++) {
		if (lost_data(z) == 0)
			break;
		mended = 0;
		r = mend_round(z, &mended, err);
	}
	out->lost = lost_data(z);
	return r;
}

int zone_mend(const struct parity_head *head, struct overlay *over,
              struct io_file *const *others, size_t count,
              struct zone_result *out, struct fiche_error *err)
{
	const struct parity_geometry *g = &head->geometry;
	struct zone z = { .over = over, .others = others, .count = count };
	int r = strips_init(&z.s, head, err);

	if (r < 0)
		return r;
	z.s.data = z.s.sums = &over->file;
	z.s.sums_at = head->offset;
	z.state = alloc_zeroed(g->tags, 1);
	z.has_table = alloc_zeroed(parity_table_count(g), 1);
	z.rows = alloc_zeroed((size_t)g->table_groups * g->table_rows,
	                      PARITY_TAGS_SIZE);
	z.chunk = alloc_bytes((size_t)CHUNK_PAGES * PARITY_PAGE);
	r = z.state && z.has_table && z.rows && z.chunk ? mend(&z, out, err)
	                                                : err_nomem(err);
	alloc_free(z.state);
	alloc_free(z.has_table);
	alloc_free(z.rows);
	alloc_free(z.chunk);
	strips_done(&z.s);
	return r;
}
