/* SPDX-License-Identifier: Apache-2.0 */
/* protection.c - see protection.h. */

#include "archive/protection.h"

#include <string.h>

#include "base/err.h"

/* A COMMIT without a look at its batch, which may be a megabyte. */
static int read_commit(struct archive *a, uint64_t at, uint64_t size,
                       struct commit *out, struct fiche_error *err)
{
	struct buf raw = { 0 };
	struct section s;
	int r;

	if (size - SECTION_HEADER_SIZE > COMMIT_PAYLOAD_MAX)
		return err_set(err, FICHE_ERR_CORRUPT, at, "no commit is here");
	r = archive_read_section(a, at, size, SECTION_COMMIT, &s, &raw, err);
	if (r == 0)
		r = commit_decode(out, raw.ptr + SECTION_HEADER_SIZE,
		                  (size_t)s.payload_len, at, err);
	buf_done(&raw);
	return r;
}

/* Does the generation of the COMMIT at `at` protect?  Its first section says.
 */
static int look(struct archive *a, const struct commit *c, uint64_t at,
                struct protection *out, struct fiche_error *err)
{
	uint64_t first = c->batch_start + c->void_len;
	uint8_t raw[PARITY_HEAD];
	struct parity_head head;
	struct section s;
	int r;

	if (first == at)
		return 0;
	r = archive_read_header(a, first, at, &s, err);
	if (r < 0 || s.type != SECTION_PARITY)
		return r;
	r = io_read(a->file, first + SECTION_HEADER_SIZE, raw, sizeof(raw),
	            err);
	if (r == 0)
		r = parity_head_decode(&head, raw, first, a->uuid, err);
	if (r < 0)
		return r;
	out->any = true;
	/* It is advice; other numbers are somebody else's. */
	out->profile = head.profile <= FICHE_PARITY_ARCH ? head.profile
	                                                 : FICHE_PARITY_OTHER;
	return 0;
}

int protection_find(struct archive *a, struct protection *out,
                    struct fiche_error *err)
{
	const struct commit *c = &a->last.commit;
	uint64_t at = a->last.section.offset;
	struct protection p = { .end = a->last.end };
	struct commit earlier = { 0 }, next;
	int r = 0;

	*out = (struct protection){ 0 };
	if (!a->has_commit || !(c->flags & COMMIT_PROTECTED))
		return 0;
	for (;;) {
		r = look(a, c, at, &p, err);
		if (r < 0 || p.any)
			break;
		if (c->generation == 1) {
			r = err_set(err, FICHE_ERR_CORRUPT, at,
			            "the archive is said to be protected, but "
			            "has no parity");
			break;
		}
		p.end = c->batch_start;
		at = c->prev_offset;
		r = read_commit(a, at, c->prev_size, &next, err);
		if (r < 0)
			break;
		commit_done(&earlier);
		earlier = next;
		c = &earlier;
	}
	commit_done(&earlier);
	if (r == 0)
		*out = p;
	return r;
}

int protection_commit(struct commit *out, const struct found_commit *before,
                      uint64_t void_len, uint64_t at, int64_t time,
                      struct fiche_error *err)
{
	struct commit c;

	if (commit_copy(&c, &before->commit) < 0)
		return err_nomem(err);
	c.generation++;
	c.time = time;
	c.batch_start = before->end;
	c.void_len = void_len;
	c.flags |= COMMIT_PROTECTED;
	c.flags &= ~(uint32_t)COMMIT_BATCH_SYNCED;
	if (at - c.batch_start > COMMIT_UNSYNCED_MAX)
		c.flags |= COMMIT_BATCH_SYNCED;
	c.prev_offset = before->section.offset;
	c.prev_size = section_size(&before->section);
	memcpy(c.prev_sha256, before->section.sha256, 32);
	*out = c;
	return 0;
}
