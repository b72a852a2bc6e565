/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair_put.c - what is written in place of a section, a footer or a gap, and
 * what is told of it.
 *
 * What is good in a copy is written as it is there, a footer is made anew of
 * its COMMIT; what is lost stays as the first copy has it, so that nothing
 * moves.
 */

#include <string.h>

#include "archive/repair_parts.h"

#define SECTOR ((size_t)4096)

/* ---- Telling ---- */

static void tell(struct repair *x, uint64_t at, uint64_t size, const char *what,
                 bool mended)
{
	if (!mended && at < x->void_end)
		return;
	x->report->mended += mended;
	x->report->lost += !mended;
	if (x->opt && x->opt->on_damage)
		x->opt->on_damage(x->opt->ctx, at, size, what, mended);
}

static const char *name_of(const struct section *s)
{
	switch (s->type) {
	case SECTION_SUPERBLOCK:
		return "superblock";
	case SECTION_DICT:
		return "dictionary";
	case SECTION_DATA:
		return "block of articles";
	case SECTION_INDEX:
		return "index";
	case SECTION_COMMIT:
		return "commit";
	case SECTION_PARITY:
		return "parity";
	default:
		return "section";
	}
}

/* ---- Writing ---- */

static int put(struct repair *x, uint64_t at, const void *bytes, size_t len,
               struct fiche_error *err)
{
	return io_write(x->out, at, bytes, len, err);
}

/* The bytes of a copy as they are; zeros where it has none, and then *all is
 * made false. */
static int put_copy(struct repair *x, const struct repair_copy *c, uint64_t at,
                    uint64_t len, bool *all, struct fiche_error *err)
{
	int r = 0;

	while (r == 0 && len > 0) {
		size_t n = len < REPAIR_CHUNK ? (size_t)len : REPAIR_CHUNK;

		/* A sector that cannot be read takes no others with it. */
		if (!repair_read_copy(c, at, x->chunk, n)) {
			*all = false;
			n = n < SECTOR ? n : SECTOR - (size_t)(at % SECTOR);
			if (!repair_read_copy(c, at, x->chunk, n))
				memset(x->chunk, 0, n);
		}
		r = put(x, at, x->chunk, n, err);
		at += n;
		len -= n;
	}
	return r;
}

/* Bytes that were good when they were read before: zeros will not do. */
static int put_good(struct repair *x, const struct repair_copy *c, uint64_t at,
                    uint64_t len, struct fiche_error *err)
{
	int r = 0;

	while (r == 0 && len > 0) {
		size_t n = len < REPAIR_CHUNK ? (size_t)len : REPAIR_CHUNK;

		r = io_read(c->file, at, x->chunk, n, err);
		if (r == 0)
			r = put(x, at, x->chunk, n, err);
		at += n;
		len -= n;
	}
	return r;
}

/* ---- Sections and footers ---- */

int repair_put_section(struct repair *x, const struct section *s,
                       const uint8_t raw[SECTION_HEADER_SIZE], bool first,
                       bool *whole, struct fiche_error *err)
{
	uint64_t payload = s->offset + SECTION_HEADER_SIZE;
	bool good = false, all = true;
	size_t i = 0;
	int r;

	for (; !good && i < x->count; i++)
		good = repair_payload_is_good(x, &x->copies[i], s);
	r = put(x, s->offset, raw, SECTION_HEADER_SIZE, err);
	if (r == 0 && good)
		r = put_good(x, &x->copies[i - 1], payload, s->payload_len,
		             err);
	else if (r == 0)
		r = repair_put_mixed(x, s, err);
	if (r < 0)
		return r;
	*whole = r == 0;
	if (r == FICHE_END) {
		r = put_copy(x, &x->copies[0], payload, s->payload_len, &all,
		             err);
		tell(x, s->offset, section_size(s), name_of(s), false);
	} else if (!first || i != 1 || !good) {
		tell(x, s->offset, section_size(s), name_of(s), true);
	}
	x->report->sections++;
	return r;
}

int repair_put_old_footer(struct repair *x, struct fiche_error *err)
{
	uint64_t at = x->at;
	uint8_t raw[FOOTER_SIZE];
	bool all = true;

	x->at += FOOTER_SIZE;
	if (repair_find_footer(x, x->at, raw))
		return put(x, at, raw, sizeof(raw), err);
	return put_copy(x, &x->copies[0], at, FOOTER_SIZE, &all, err);
}

int repair_put_footer(struct repair *x, const struct section *s,
                      struct fiche_error *err)
{
	struct footer f = { .commit_offset = s->offset,
		            .commit_size = section_size(s),
		            .end = s->offset + section_size(s) + FOOTER_SIZE };
	uint8_t raw[FOOTER_SIZE], old[FOOTER_SIZE], generation[8];
	int r;

	/* Its generation stands 16 bytes into the payload (spec 3.6). */
	r = io_read(x->out, s->offset + SECTION_HEADER_SIZE + 16, generation,
	            sizeof(generation), err);
	if (r < 0)
		return r;
	for (unsigned i = 0; i < 8; i++)
		f.generation |= (uint64_t)generation[i] << (8 * i);
	memcpy(f.uuid8, x->uuid, sizeof(f.uuid8));
	footer_encode(raw, &f);
	if (!repair_read_copy(&x->copies[0], x->at, old, sizeof(old)) ||
	    memcmp(old, raw, sizeof(raw)) != 0)
		tell(x, x->at, FOOTER_SIZE, "footer", true);
	r = put(x, x->at, raw, sizeof(raw), err);
	x->at += FOOTER_SIZE;
	return r;
}

/* ---- Gaps ---- */

int repair_put_gap(struct repair *x, struct fiche_error *err)
{
	uint64_t at = x->at, next = repair_next_section(x, at + 1);
	bool all = true;
	int r;

	if (next > x->end)
		next = x->end;
	if (at < x->void_end && next > x->void_end)
		next = x->void_end;
	/* What cannot be read may have been anything. */
	r = put_copy(x, &x->copies[0], at, next - at, &all, err);
	tell(x, at, next - at, "section", false);
	x->at = next;
	return r;
}
