/* SPDX-License-Identifier: Apache-2.0 */
/*
 * encode.c - one pass for the outer pages, one for the inner pages and all
 * tags, then the tables, and last the header, which hashes it all.
 */

#include "parity/encode.h"

#include <string.h>

#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "parity/strips.h"
#include "parity/try.h"

#define CHUNK ((size_t)1 << 20)
/* So many pages of each span are asked of the medium at once. */
#define AHEAD 1024u

static int write_rows(struct strips *s, const struct parity_strip *strip,
                      struct fiche_error *err)
{
	int r = 0;

	for (unsigned i = 0; r == 0 && i < strip->rows; i++) {
		unsigned lane = strip->lanes + i;
		struct io_file *f;
		uint64_t at;
		uint32_t t;

		(void)parity_strip_page(strip, lane, 0, &t);
		f = strips_place(s, t, &at);
		r = io_write(f, at, s->lane[lane],
		             (size_t)strip->width * PARITY_PAGE, err);
	}
	return r;
}

static int tag_pages(struct strips *s, const struct parity_strip *strip,
                     struct fiche_error *err)
{
	uint32_t t;

	for (unsigned lane = 0; lane < strip->lanes + (unsigned)strip->rows;
	     lane++)
		if (parity_strip_page(strip, lane, 0, &t) &&
		    parity_tag_run(strips_tag(s, t), s->lane[lane],
		                   strips_run(strip, lane)) < 0)
			return err_nomem(err);
	return 0;
}

static int encode_strip(struct strips *s, const struct parity_strip *strip,
                        bool tags, struct fiche_error *err)
{
	int r = strips_load(s, strip, err);

	if (r < 0)
		return r;
	strips_sum(s, strip);
	if (tags)
		r = tag_pages(s, strip, err);
	return r == 0 ? write_rows(s, strip, err) : r;
}

static int encode_outer(struct strips *s, struct fiche_error *err)
{
	const struct parity_geometry *g = &s->head.geometry;
	struct parity_strip strip;
	uint32_t x = 0, expected = 0;
	int r = 0;

	while (r == 0 && strips_next_outer(s, &x, &strip)) {
		if (expected < x) {
			uint32_t left = g->span_pages - expected;
			struct parity_strip ahead = parity_outer_strip(
				g, expected, left < AHEAD ? left : AHEAD);

			strips_expect(s, &ahead);
			expected += ahead.width;
		}
		r = encode_strip(s, &strip, false, err);
	}
	return r;
}

static int encode_inner(struct strips *s, unsigned span,
                        struct fiche_error *err)
{
	const struct parity_geometry *g = &s->head.geometry;
	struct parity_strip strip = parity_inner_strip(g, span, 0, g->groups);
	uint32_t x = 0;
	int r = 0;

	strips_expect(s, &strip);
	while (r == 0 && strips_next_inner(s, span, &x, &strip))
		r = encode_strip(s, &strip, true, err);
	return r;
}

static int encode_pages(struct strips *s, struct fiche_error *err)
{
	const struct parity_geometry *g = &s->head.geometry;
	int r = encode_outer(s, err);

	for (unsigned span = 0; r == 0 && span < g->spans + (unsigned)g->outer;
	     span++)
		r = encode_inner(s, span, err);
	return r;
}

/* ---- Tables ---- */

static int write_table(struct strips *s, uint32_t number, const uint8_t *tags,
                       struct fiche_error *err)
{
	uint64_t at = parity_table_at(&s->head, number) - s->head.offset;
	uint8_t page[PARITY_PAGE];

	memcpy(page + PARITY_HEAD, tags, PARITY_TAGS_SIZE);
	if (parity_table_seal(page, &s->head, number) < 0)
		return err_nomem(err);
	return io_write(s->sums, s->sums_at + at, page, sizeof(page), err);
}

static int encode_tables(struct strips *s, struct fiche_error *err)
{
	const struct parity_geometry *g = &s->head.geometry;
	uint8_t *rows = alloc_zeroed(g->table_rows, PARITY_TAGS_SIZE);
	int r = rows ? 0 : err_nomem(err);

	for (uint32_t t = 0; r == 0 && t < g->tables; t++)
		r = write_table(s, t, s->tags + (size_t)t * PARITY_TAGS_SIZE,
		                err);
	for (uint32_t h = 0; r == 0 && h < g->table_groups; h++) {
		r = strips_sum_tables(s, h, rows, err);
		for (uint32_t i = 0; r == 0 && i < g->table_rows; i++)
			r = write_table(s, g->tables + i * g->table_groups + h,
			                rows + (size_t)i * PARITY_TAGS_SIZE,
			                err);
	}
	alloc_free(rows);
	return r;
}

/* ---- The first page ---- */

static int hash_payload(struct strips *s, const uint8_t *first, uint64_t size,
                        uint8_t out[SHA256_SIZE], struct fiche_error *err)
{
	struct sha256 *h = sha256_new();
	uint8_t *chunk = alloc_bytes(CHUNK);
	int r = h && chunk ? 0 : err_nomem(err);

	if (r == 0)
		sha256_add(h, first + SECTION_HEADER_SIZE,
		           PARITY_PAGE - SECTION_HEADER_SIZE);
	for (uint64_t at = PARITY_PAGE; r == 0 && at < size;) {
		size_t n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;

		r = io_read(s->sums, s->sums_at + at, chunk, n, err);
		if (r == 0)
			sha256_add(h, chunk, n);
		at += n;
	}
	if (r == 0 && sha256_end(h, out) < 0)
		r = err_nomem(err);
	sha256_free(h);
	alloc_free(chunk);
	return r;
}

static int write_first(struct strips *s, struct fiche_error *err)
{
	uint64_t size = parity_section_size(&s->head.geometry);
	struct parity_head head = s->head;
	struct section header = {
		.type = SECTION_PARITY,
		.version = SECTION_VERSION,
		.offset = head.offset,
		.sequence = head.sequence,
		.payload_len = size - SECTION_HEADER_SIZE,
		.inner_len = (uint32_t)(size - SECTION_HEADER_SIZE),
	};
	uint8_t page[PARITY_PAGE] = { 0 };
	int r;

	head.number = PARITY_NO_TABLE;
	parity_head_encode(page + SECTION_HEADER_SIZE, &head);
	r = hash_payload(s, page, size, header.sha256, err);
	if (r < 0)
		return r;
	memcpy(header.uuid, head.uuid, UUID_SIZE);
	section_encode(page, &header);
	return io_write(s->sums, s->sums_at, page, sizeof(page), err);
}

int parity_encode(const struct parity_head *head, struct io_file *data,
                  struct io_file *out, bool try, struct fiche_error *err)
{
	struct strips s;
	int r = strips_init(&s, head, err);

	if (r < 0)
		return r;
	s.data = data;
	s.sums = out;
	r = encode_pages(&s, err);
	if (r == 0 && try)
		r = parity_try(&s, err);
	if (r == 0)
		r = encode_tables(&s, err);
	if (r == 0)
		r = write_first(&s, err);
	strips_done(&s);
	return r;
}
