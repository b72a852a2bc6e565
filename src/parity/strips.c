/* SPDX-License-Identifier: Apache-2.0 */
/* strips.c - strips of pages in memory; see strips.h. */

#include "parity/strips.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"

/* For one strip: what is read stays in the caches of the processor until it is
 * summed and hashed, yet a lane is read by some pages at a time. */
#define MEMORY ((uint64_t)8 << 20)

/* Columns of a strip with so many lanes, of `all`. */
static uint32_t width_of(unsigned lanes, uint32_t all)
{
	uint64_t fit = MEMORY / PARITY_PAGE / lanes;

	return fit < all ? (uint32_t)fit : all;
}

static unsigned lanes_of(const struct parity_strip *strip)
{
	return strip->lanes + 2u * strip->rows;
}

int strips_init(struct strips *s, const struct parity_head *head,
                struct fiche_error *err)
{
	const struct parity_geometry *g = &head->geometry;
	struct parity_strip in = parity_inner_strip(g, 0, 0, 1);
	struct parity_strip out = parity_outer_strip(g, 0, 1);
	uint64_t a, b = 0;

	memset(s, 0, sizeof(*s));
	s->head = *head;
	s->inner_width = width_of(lanes_of(&in), g->groups);
	a = (uint64_t)lanes_of(&in) * s->inner_width;
	s->inner = rs_new(in.n, in.lanes, in.rows);
	if (g->outer) {
		s->outer_width = width_of(lanes_of(&out), g->span_pages);
		b = (uint64_t)lanes_of(&out) * s->outer_width;
		s->outer = rs_new(out.n, out.lanes, out.rows);
	}
	s->memory = alloc_bytes((size_t)(a > b ? a : b) * PARITY_PAGE);
	s->tags = alloc_zeroed(g->tables, PARITY_TAGS_SIZE);
	if (s->inner && (s->outer || !g->outer) && s->memory && s->tags)
		return 0;
	strips_done(s);
	return err_nomem(err);
}

void strips_done(struct strips *s)
{
	rs_free(s->inner);
	rs_free(s->outer);
	alloc_free(s->memory);
	alloc_free(s->tags);
	memset(s, 0, sizeof(*s));
}

uint8_t *strips_tag(struct strips *s, uint32_t tagged)
{
	return s->tags + (size_t)tagged * PARITY_TAG;
}

struct io_file *strips_place(const struct strips *s, uint32_t tagged,
                             uint64_t *at)
{
	*at = parity_page_at(&s->head, tagged);
	if (tagged < s->head.geometry.pages)
		return s->data;
	*at += s->sums_at - s->head.offset;
	return s->sums;
}

bool strips_next_inner(const struct strips *s, unsigned span, uint32_t *x,
                       struct parity_strip *out)
{
	const struct parity_geometry *g = &s->head.geometry;
	uint32_t left = g->groups - *x;

	if (left == 0)
		return false;
	*out = parity_inner_strip(
		g, span, *x, left < s->inner_width ? left : s->inner_width);
	*x += out->width;
	return true;
}

bool strips_next_outer(const struct strips *s, uint32_t *x,
                       struct parity_strip *out)
{
	const struct parity_geometry *g = &s->head.geometry;
	uint32_t left = g->span_pages - *x;

	if (!g->outer || left == 0)
		return false;
	*out = parity_outer_strip(
		g, *x, left < s->outer_width ? left : s->outer_width);
	*x += out->width;
	return true;
}

void strips_expect(const struct strips *s, const struct parity_strip *strip)
{
	for (unsigned lane = 0; lane < strip->lanes; lane++) {
		struct io_file *f;
		uint64_t at;
		uint32_t t;

		if (!parity_strip_page(strip, lane, 0, &t))
			continue;
		f = strips_place(s, t, &at);
		io_expect(f, at,
		          (uint64_t)strips_run(strip, lane) * PARITY_PAGE);
	}
}

void strips_lay_out(struct strips *s, const struct parity_strip *strip)
{
	for (unsigned i = 0; i < lanes_of(strip); i++)
		s->lane[i] = s->memory + (size_t)i * strip->width * PARITY_PAGE;
}

void strips_sum(struct strips *s, const struct parity_strip *strip)
{
	bool is_outer = s->outer &&
	                strip->sum_first < s->head.geometry.pages +
	                                           s->head.geometry.outer_pages;

	rs_sum(is_outer ? s->outer : s->inner,
	       (size_t)strip->width * PARITY_PAGE, s->lane,
	       s->lane + strip->lanes);
}

uint32_t strips_run(const struct parity_strip *strip, unsigned lane)
{
	uint32_t t;

	if (!parity_strip_page(strip, lane, 0, &t))
		return 0;
	return lane < strip->lanes && strip->end - t < strip->width
	               ? strip->end - t
	               : strip->width;
}

int strips_load(struct strips *s, const struct parity_strip *strip,
                struct fiche_error *err)
{
	size_t size = (size_t)strip->width * PARITY_PAGE;
	int r = 0;

	strips_lay_out(s, strip);
	for (unsigned lane = 0; r == 0 && lane < strip->lanes; lane++) {
		size_t len = (size_t)strips_run(strip, lane) * PARITY_PAGE;
		struct io_file *f;
		uint64_t at;
		uint32_t t;

		memset(s->lane[lane] + len, 0, size - len);
		if (!parity_strip_page(strip, lane, 0, &t))
			continue;
		f = strips_place(s, t, &at);
		r = io_read(f, at, s->lane[lane], len, err);
	}
	return r;
}

uint8_t *strips_page(const struct strips *s, unsigned lane, uint32_t column)
{
	return s->lane[lane] + (size_t)column * PARITY_PAGE;
}

int strips_solve(struct strips *s, const struct parity_strip *strip,
                 uint32_t column, const uint8_t *lanes, const uint8_t *rows,
                 unsigned count, struct fiche_error *err)
{
	uint8_t *left[255], *out[255];

	for (unsigned i = 0; i < count; i++) {
		unsigned row = strip->lanes + (unsigned)rows[i];
		const uint8_t *want = strips_page(s, row + strip->rows, column);

		left[i] = strips_page(s, row, column);
		out[i] = strips_page(s, lanes[i], column);
		for (size_t k = 0; k < PARITY_PAGE; k++)
			left[i][k] ^= want[k];
	}
	if (rs_solve(strip->n, lanes, rows, count, PARITY_PAGE, left, out) < 0)
		return err_nomem(err);
	return 0;
}

int strips_sum_tables(const struct strips *s, uint32_t group, uint8_t *rows,
                      struct fiche_error *err)
{
	const struct parity_geometry *g = &s->head.geometry;
	uint8_t *in[PARITY_TABLE_K], *out[PARITY_TABLE_ROWS_MAX];
	unsigned columns = 0;
	struct rs *rs;

	for (uint32_t t = group; t < g->tables; t += g->table_groups)
		in[columns++] = s->tags + (size_t)t * PARITY_TAGS_SIZE;
	for (uint32_t r = 0; r < g->table_rows; r++)
		out[r] = rows + (size_t)r * PARITY_TAGS_SIZE;
	rs = rs_new(PARITY_TABLE_K, columns, g->table_rows);
	if (!rs)
		return err_nomem(err);
	rs_sum(rs, PARITY_TAGS_SIZE, in, out);
	rs_free(rs);
	return 0;
}
