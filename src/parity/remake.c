/* SPDX-License-Identifier: Apache-2.0 */
/* remake.c - see remake.h. */

#include "parity/remake.h"

#include <string.h>

#include "archive/emit.h"
#include "archive/protection.h"
#include "base/alloc.h"
#include "base/err.h"
#include "parity/encode.h"

/* Put what differs from what is there. */
static int put_page(struct overlay *over, uint64_t at, const uint8_t *page,
                    struct fiche_error *err)
{
	uint8_t have[PARITY_PAGE];

	if (io_read(&over->file, at, have, sizeof(have), NULL) == 0 &&
	    memcmp(have, page, sizeof(have)) == 0)
		return 0;
	return overlay_put(over, at, page, err);
}

/* ---- Sections ---- */

/* The overlay as an archive, for its functions that read sections. */
static struct archive archive_of(struct overlay *over,
                                 const struct parity_head *head)
{
	struct archive a = { .file = &over->file, .size = over->size };

	memcpy(a.uuid, head->uuid, UUID_SIZE);
	return a;
}

static bool section_is_good(struct overlay *over,
                            const struct parity_head *head)
{
	uint64_t size = parity_section_size(&head->geometry);
	struct archive a = archive_of(over, head);
	struct section s;
	uint8_t sha[32];

	return archive_read_header(&a, head->offset, a.size, &s, NULL) == 0 &&
	       s.type == SECTION_PARITY && section_size(&s) == size &&
	       s.sequence == head->sequence &&
	       archive_hash(&a, head->offset + SECTION_HEADER_SIZE,
	                    s.payload_len, sha, NULL) == 0 &&
	       memcmp(sha, s.sha256, 32) == 0;
}

/* FICHE_END: what it is made from could not be read. */
static int remake_section(struct overlay *over, const struct parity_head *head,
                          struct io_file *scratch, struct fiche_error *err)
{
	uint64_t size = parity_section_size(&head->geometry);
	uint8_t page[PARITY_PAGE];
	int r = parity_encode(head, &over->file, scratch, false, err);

	if (r < 0)
		return r == FICHE_ERR_NOMEM ? r : FICHE_END;
	for (uint64_t at = 0; r == 0 && at < size; at += PARITY_PAGE) {
		r = io_read(scratch, at, page, sizeof(page), err);
		if (r == 0)
			r = put_page(over, head->offset + at, page, err);
	}
	return r;
}

static int remake_sections(struct overlay *over, const struct parity_head *head,
                           size_t count, struct io *io, const char *beside,
                           struct fiche_error *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++) {
		struct io_file *scratch = NULL;

		if (section_is_good(over, &head[i]))
			continue;
		r = io_open(io, beside, IO_SCRATCH, &scratch, err);
		if (r == 0)
			r = remake_section(over, &head[i], scratch, err);
		io_close(scratch);
	}
	return r;
}

/* ---- COMMIT and FOOTER ---- */

/* The commit that the generation was made on. */
static int read_before(struct archive *a, const struct parity_head *first,
                       struct found_commit *out)
{
	uint64_t end = first->batch_start;
	uint8_t raw[FOOTER_SIZE];
	struct footer f;
	int r = io_read(a->file, end - FOOTER_SIZE, raw, sizeof(raw), NULL);

	if (r == 0)
		r = footer_decode(&f, raw, end, NULL);
	if (r == 0)
		r = archive_read_commit(a, f.commit_offset, out, NULL);
	if (r == 0 && out->end != end) {
		found_commit_done(out);
		r = FICHE_ERR_CORRUPT;
	}
	return r;
}

static int put_commit(struct overlay *over, const struct buf *raw, uint64_t at,
                      struct fiche_error *err)
{
	int r = 0;

	/* It begins and ends with pages. */
	for (size_t i = 0; r == 0 && i < raw->len; i += PARITY_PAGE)
		r = put_page(over, at + i, raw->ptr + i, err);
	return r;
}

static int remake_commit(struct overlay *over, const struct parity_head *first,
                         const struct parity_head *last,
                         struct fiche_error *err)
{
	uint64_t at = last->offset + parity_section_size(&last->geometry);
	struct archive a = archive_of(over, first);
	struct found_commit before;
	struct section section;
	struct buf raw = { 0 };
	struct commit c = { 0 };
	int r = read_before(&a, first, &before);

	if (r < 0)
		return r == FICHE_ERR_NOMEM ? err_nomem(err) : 0;
	r = protection_commit(&c, &before, first->offset - first->batch_start,
	                      at, first->time, err);
	found_commit_done(&before);
	if (r < 0)
		return r;
	/* A void in front of the sections may be lost. */
	r = archive_hash(&a, c.batch_start, at - c.batch_start, c.batch_sha256,
	                 err);
	if (r == 0)
		r = emit_make_commit(&raw, &section, &c, first->uuid, at,
		                     last->sequence + 1, err);
	else if (r != FICHE_ERR_NOMEM)
		r = FICHE_END;
	if (r == 0)
		r = put_commit(over, &raw, at, err);
	buf_done(&raw);
	commit_done(&c);
	return r;
}

/* Do they follow one another, as sections of one generation do? */
static bool are_in_order(const struct parity_head *head, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct parity_head *a = &head[i];

		if (a->zone != i || a->zones != count ||
		    a->batch_start != head->batch_start ||
		    a->time != head->time)
			return false;
		if (i > 0 && (a->sequence != a[-1].sequence + 1 ||
		              a->offset - a[-1].offset !=
		                      parity_section_size(&a[-1].geometry)))
			return false;
	}
	return true;
}

int remake_generation(struct overlay *over, const struct parity_head *head,
                      size_t count, struct io *io, const char *beside,
                      struct fiche_error *err)
{
	int r = 0;

	if (!are_in_order(head, count))
		return 0;
	r = remake_sections(over, head, count, io, beside, err);
	if (r == 0)
		r = remake_commit(over, head, &head[count - 1], err);
	return r == FICHE_END ? 0 : r;
}
