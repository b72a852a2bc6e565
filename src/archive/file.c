/* SPDX-License-Identifier: Apache-2.0 */
/*
 * file.c - opening from the tail, and what to do when the tail is not good
 * (spec 4.1, 4.2).
 */

#include "archive/file.h"

#include <string.h>

#include "archive/headers.h"
#include "base/alloc.h"
#include "base/err.h"
#include "base/hash.h"
#include "format/dict.h"

#define CHUNK ((size_t)1 << 20)
#define NEAR  ((size_t)1 << 16) /* most interrupted appends are shorter */

void found_commit_done(struct found_commit *c)
{
	commit_done(&c->commit);
}

int archive_read_header(struct archive *a, uint64_t at, uint64_t end,
                        struct section *out, struct fiche_error *err)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	int r;

	if (at > end || end - at < SECTION_HEADER_SIZE)
		return err_set(err, FICHE_ERR_TRUNCATED, at,
		               "the file ends inside a section header");
	r = io_read(a->file, at, raw, sizeof(raw), err);
	if (r < 0)
		return r;
	r = section_decode(out, raw, at, a->uuid, err);
	if (r < 0)
		return r;
	if (section_size(out) > end - at)
		return err_set(err, FICHE_ERR_TRUNCATED, at,
		               "the file ends inside a section");
	return 0;
}

int archive_read_section(struct archive *a, uint64_t at, uint64_t size,
                         enum section_type type, struct section *out,
                         struct buf *raw, struct fiche_error *err)
{
	size_t start = raw->len;
	struct section s;
	uint8_t sha[32];
	int r;

	if (size < SECTION_HEADER_SIZE || at > a->size || size > a->size - at)
		return err_set(err, FICHE_ERR_TRUNCATED, at,
		               "the file ends inside a section");
	if (!buf_reserve(raw, (size_t)size))
		return err_nomem(err);
	r = io_read(a->file, at, raw->ptr + start, (size_t)size, err);
	if (r < 0)
		return r;
	r = section_decode(&s, raw->ptr + start, at, a->uuid, err);
	if (r < 0)
		return r;
	if (s.type != type || section_size(&s) != size)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "another section stands here than expected");
	if (sha256_of(sha, raw->ptr + start + SECTION_HEADER_SIZE,
	              (size_t)s.payload_len) < 0)
		return err_nomem(err);
	if (memcmp(sha, s.sha256, 32) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, at,
		               "section SHA-256 mismatch");
	raw->len = start + (size_t)size;
	*out = s;
	return 0;
}

int archive_hash(struct archive *a, uint64_t at, uint64_t len, uint8_t out[32],
                 struct fiche_error *err)
{
	size_t cap = len < CHUNK ? (size_t)len : CHUNK;
	struct sha256 *h = sha256_new();
	uint8_t *chunk = alloc_bytes(cap);
	int r = h && chunk ? 0 : err_nomem(err);

	while (r == 0 && len > 0) {
		size_t n = len < cap ? (size_t)len : cap;

		r = io_read(a->file, at, chunk, n, err);
		if (r == 0)
			sha256_add(h, chunk, n);
		at += n;
		len -= n;
	}
	if (r == 0 && sha256_end(h, out) < 0)
		r = err_nomem(err);
	sha256_free(h);
	alloc_free(chunk);
	return r;
}

int archive_read_commit(struct archive *a, uint64_t at,
                        struct found_commit *out, struct fiche_error *err)
{
	struct found_commit f = { 0 };
	struct section s;
	struct buf raw = { 0 };
	uint8_t sha[32];
	int r;

	r = archive_read_header(a, at, a->size, &s, err);
	if (r < 0)
		return r;
	if (s.type != SECTION_COMMIT || s.payload_len > COMMIT_PAYLOAD_MAX)
		return err_set(err, FICHE_ERR_CORRUPT, at, "no commit is here");
	r = archive_read_section(a, at, section_size(&s), SECTION_COMMIT,
	                         &f.section, &raw, err);
	if (r < 0)
		goto out;
	r = commit_decode(&f.commit, raw.ptr + SECTION_HEADER_SIZE,
	                  (size_t)s.payload_len, at, err);
	if (r < 0)
		goto out;
	if (!(f.commit.flags & COMMIT_BATCH_SYNCED)) {
		r = archive_hash(a, f.commit.batch_start,
		                 at - f.commit.batch_start, sha, err);
		if (r < 0) {
			commit_done(&f.commit);
			goto out;
		}
		f.batch_damaged = memcmp(sha, f.commit.batch_sha256, 32) != 0;
	}
	f.end = at + section_size(&s) + FOOTER_SIZE;
	*out = f;
out:
	buf_done(&raw);
	return r;
}

/*
 * Hostile footers may each name a long commit; what is spent on them together
 * is bounded by the size of the file.
 */
static int spend(struct archive *a, uint64_t bytes)
{
	bytes += COMMIT_UNSYNCED_MAX;
	if (a->spent > 16 * a->size + ((uint64_t)1 << 30))
		return FICHE_ERR_LIMIT;
	a->spent += bytes;
	return 0;
}

/*
 * May a commit be believed?  If its batch does not fit, only when all that it
 * needs to be read is there: every section's header, every index segment.  Then
 * a flipped bit costs a block of articles, not the commit.
 */
static int believe(struct archive *a, const struct found_commit *f,
                   struct fiche_error *err)
{
	uint64_t at = f->commit.batch_start + f->commit.void_len;
	struct section s, again;
	int r = 0;

	if (!f->batch_damaged)
		return 0;
	while (r == 0 && at < f->section.offset) {
		r = archive_read_header(a, at, f->section.offset, &s, err);
		if (r == 0 && s.type == SECTION_INDEX) {
			struct buf raw = { 0 };

			r = archive_read_section(a, at, section_size(&s),
			                         SECTION_INDEX, &again, &raw,
			                         err);
			buf_done(&raw);
		}
		if (r == 0)
			at += section_size(&s);
	}
	if (r < 0 && r != FICHE_ERR_IO && r != FICHE_ERR_NOMEM)
		r = err_set(err, FICHE_ERR_CORRUPT, f->section.offset,
		            "commit does not fit the bytes before it");
	return r;
}

/*
 * Judge the footer that would end at `end`, and its commit.  *is_footer tells
 * whether there was one.
 */
static int judge(struct archive *a, uint64_t end, const uint8_t *raw,
                 struct found_commit *out, bool *is_footer,
                 struct fiche_error *err)
{
	struct found_commit f;
	struct footer foot;
	struct section s;
	uint8_t head[SECTION_HEADER_SIZE];
	int r;

	*is_footer = false;
	r = footer_decode(&foot, raw, end, err);
	if (r < 0)
		return r;
	*is_footer = true;
	if (!a->has_superblock) {
		/* Whose archive this is, the commit itself says. */
		r = io_read(a->file, foot.commit_offset, head, sizeof(head),
		            err);
		if (r == 0)
			r = section_decode(&s, head, foot.commit_offset, NULL,
			                   err);
		if (r < 0)
			return r;
		memcpy(a->uuid, s.uuid, UUID_SIZE);
	}
	if (spend(a, foot.commit_size) < 0)
		return err_set(err, FICHE_ERR_LIMIT, end - FOOTER_SIZE,
		               "too many footers without a commit");
	if (memcmp(foot.uuid8, a->uuid, sizeof(foot.uuid8)) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, end - FOOTER_SIZE,
		               "footer belongs to another archive");
	r = archive_read_commit(a, foot.commit_offset, &f, err);
	if (r < 0)
		return r;
	r = believe(a, &f, err);
	if (r < 0) {
		found_commit_done(&f);
		return r;
	}
	if (f.commit.generation != foot.generation || f.end != end) {
		found_commit_done(&f);
		return err_set(err, FICHE_ERR_CORRUPT, end - FOOTER_SIZE,
		               "footer and commit disagree");
	}
	*out = f;
	return 0;
}

static bool is_final(int r)
{
	return r == FICHE_ERR_IO || r == FICHE_ERR_NOMEM ||
	       r == FICHE_ERR_UNSUPPORTED;
}

/* Spec 4.2, first half: the last good footer, from the end down. */
static int scan_back(struct archive *a, struct fiche_error *err)
{
	uint64_t top = a->size / COMMIT_ALIGN * COMMIT_ALIGN;
	uint8_t *chunk = alloc_bytes(CHUNK);
	size_t step = NEAR;
	int r = chunk ? 0 : err_nomem(err);

	while (r == 0 && !a->has_commit && top > SUPERBLOCK_SIZE) {
		uint64_t low = top > step + SUPERBLOCK_SIZE ? top - step
		                                            : SUPERBLOCK_SIZE;

		r = io_read(a->file, low, chunk, (size_t)(top - low), err);
		for (uint64_t end = top; r == 0 && end > low;
		     end -= COMMIT_ALIGN) {
			bool is_footer;

			r = judge(a, end, chunk + (end - low) - FOOTER_SIZE,
			          &a->last, &is_footer, err);
			if (r == 0) {
				a->has_commit = true;
				break;
			}
			a->commit_lost |= is_footer;
			if (!is_final(r))
				r = 0;
		}
		top = low;
		step = CHUNK;
	}
	alloc_free(chunk);
	return r;
}

/* Second half: a good commit behind it whose footer is damaged. */
static int walk_forward(struct archive *a, struct fiche_error *err)
{
	uint64_t at = a->has_commit ? a->last.end : SUPERBLOCK_SIZE;
	struct found_commit f;
	struct section s;
	int r;

	while (at < a->size) {
		r = archive_read_header(a, at, a->size, &s, err);
		if (is_final(r))
			return r;
		if (r < 0) {
			/* A void may be here; batches begin at pages. */
			at = (at / COMMIT_ALIGN + 1) * COMMIT_ALIGN;
			continue;
		}
		at += section_size(&s);
		if (s.type != SECTION_COMMIT || spend(a, section_size(&s)) < 0)
			continue;
		r = archive_read_commit(a, s.offset, &f, err);
		if (r == 0) {
			r = believe(a, &f, err);
			if (r < 0)
				found_commit_done(&f);
		}
		if (is_final(r))
			return r;
		if (r < 0)
			continue;
		/* A footer may be damaged, but not missing: the file would end
		 * before its commit does. */
		if (f.end > a->size) {
			found_commit_done(&f);
			return 0;
		}
		if (a->has_commit)
			found_commit_done(&a->last);
		a->last = f;
		a->has_commit = true;
		a->footer_damaged = true;
		at = f.end;
	}
	return 0;
}

/* Of a COMMIT in the tail that is whole, but not its batch, nobody can say
 * whether it was acknowledged. */
static int look_for_unbelieved(struct archive *a, struct fiche_error *err)
{
	uint64_t at, from = a->has_commit ? a->last.end : SUPERBLOCK_SIZE;
	const uint8_t *raw;
	struct headers h;
	int r = headers_init(&h, a->file, a->size, from, err);

	while (r == 0 && (r = headers_next(&h, &at, &raw, err)) == 0) {
		struct found_commit f;
		struct section s;

		if (section_decode(&s, raw, at, a->uuid, NULL) < 0)
			continue;
		if (section_size(&s) <= a->size - at)
			h.at = at + section_size(&s);
		if (s.type != SECTION_COMMIT || spend(a, section_size(&s)) < 0)
			continue;
		r = archive_read_commit(a, at, &f, err);
		if (r == 0 && f.end <= a->size)
			a->unbelieved = at;
		if (r == 0)
			found_commit_done(&f);
		if (!is_final(r))
			r = 0;
	}
	headers_done(&h);
	return r == FICHE_END ? 0 : r;
}

static int find_commit(struct archive *a, struct fiche_error *err)
{
	uint8_t raw[FOOTER_SIZE];
	bool is_footer;
	int r;

	if (a->size > SUPERBLOCK_SIZE && a->size % COMMIT_ALIGN == 0) {
		r = io_read(a->file, a->size - FOOTER_SIZE, raw, sizeof(raw),
		            err);
		if (r < 0)
			return r;
		r = judge(a, a->size, raw, &a->last, &is_footer, err);
		if (r == 0)
			a->has_commit = true;
		if (r == 0 || is_final(r))
			return r;
	}
	if (a->size == SUPERBLOCK_SIZE)
		return 0;
	r = scan_back(a, err);
	if (r == 0)
		r = walk_forward(a, err);
	if (r == 0)
		r = look_for_unbelieved(a, err);
	a->commit_lost |= a->unbelieved != 0;
	return r;
}

static int open_file(struct archive *out, struct io_file *file, bool is_fiche,
                     struct fiche_error *err)
{
	struct archive a = { .file = file };
	uint8_t raw[SUPERBLOCK_SIZE];
	struct fiche_error head_err = { 0 };
	int r, head = FICHE_ERR_FOREIGN;

	r = io_size(file, &a.size, err);
	if (r < 0)
		goto fail;
	if (a.size < SUPERBLOCK_SIZE) {
		size_t n = (size_t)a.size < 16 ? (size_t)a.size : 16;

		memset(raw, 0, 16);
		r = n ? io_read(file, 0, raw, n, err) : 0;
		if (r == 0)
			r = n == 16 && memcmp(raw + SECTION_SYNC_AT,
			                      SECTION_SYNC,
			                      SECTION_SYNC_SIZE) == 0
			            ? err_set(err, FICHE_ERR_TRUNCATED, a.size,
			                      "the file ends within its first "
			                      "4,096 bytes")
			            : err_set(err, FICHE_ERR_FOREIGN, 0,
			                      "this is not a fiche archive");
		goto fail;
	}
	r = io_read(file, 0, raw, sizeof(raw), err);
	if (r < 0)
		goto fail;
	head = superblock_decode(&a.superblock, &a.superblock_section, raw,
	                         &head_err);
	if (head == FICHE_ERR_UNSUPPORTED || head == FICHE_ERR_NOMEM) {
		r = err_copy(err, &head_err);
		goto fail;
	}
	a.has_superblock = head == 0;
	memcpy(a.uuid, a.superblock_section.uuid, UUID_SIZE);
	r = find_commit(&a, err);
	if (r < 0)
		goto fail;
	/* Without both there may still be blocks; but a file that does not
	 * even begin like a fiche is somebody else's. */
	if (!a.has_superblock && !a.has_commit && head == FICHE_ERR_FOREIGN &&
	    !is_fiche) {
		r = err_copy(err, &head_err);
		goto fail;
	}
	a.end = a.has_commit ? a.last.end : SUPERBLOCK_SIZE;
	*out = a;
	return 0;
fail:
	archive_close(&a);
	return r;
}

int archive_open(struct archive *out, struct io_file *file,
                 struct fiche_error *err)
{
	return open_file(out, file, false, err);
}

int archive_open_rest(struct archive *out, struct io_file *file,
                      struct fiche_error *err)
{
	return open_file(out, file, true, err);
}

void archive_close(struct archive *a)
{
	if (a->has_commit)
		found_commit_done(&a->last);
	io_close(a->other);
	io_close(a->file);
	memset(a, 0, sizeof(*a));
}

int archive_previous(struct archive *a, const struct found_commit *c,
                     struct found_commit *out, struct fiche_error *err)
{
	struct found_commit f;
	int r;

	if (c->commit.generation == 1)
		return FICHE_END;
	r = archive_read_commit(a, c->commit.prev_offset, &f, err);
	if (r < 0)
		return r;
	if (memcmp(f.section.sha256, c->commit.prev_sha256, 32) != 0 ||
	    f.commit.generation + 1 != c->commit.generation) {
		found_commit_done(&f);
		return err_set(err, FICHE_ERR_CORRUPT, c->section.offset,
		               "the commit before is not the one this one "
		               "was made on");
	}
	*out = f;
	return 0;
}

int archive_step_back(struct archive *a, struct fiche_error *err)
{
	struct found_commit f;
	int r = archive_previous(a, &a->last, &f, err);

	if (r < 0)
		return r;
	found_commit_done(&a->last);
	a->has_commit = r == 0;
	if (a->has_commit)
		a->last = f;
	a->end = a->has_commit ? a->last.end : SUPERBLOCK_SIZE;
	return 0;
}

int archive_rewind(struct archive *a, uint64_t n, struct fiche_error *err)
{
	struct found_commit f;
	int r;

	if (!a->has_commit || n == 0 || n > a->last.commit.generation)
		return err_set(
			err, FICHE_ERR_ARG, FICHE_NOWHERE,
			"there is no commit %llu, the last one is %llu",
			(unsigned long long)n,
			a->has_commit
				? (unsigned long long)a->last.commit.generation
				: 0);
	while (a->last.commit.generation > n) {
		r = archive_previous(a, &a->last, &f, err);
		if (r < 0)
			return r;
		found_commit_done(&a->last);
		a->last = f;
	}
	a->end = a->last.end;
	return 0;
}

int archive_take_unbelieved(struct archive *a, struct fiche_error *err)
{
	struct found_commit f;
	int r;

	if (a->unbelieved == 0)
		return 0;
	r = archive_read_commit(a, a->unbelieved, &f, err);
	if (r < 0)
		return r;
	if (a->has_commit)
		found_commit_done(&a->last);
	a->last = f;
	a->has_commit = true;
	a->end = f.end;
	return 0;
}

/* Where only the other view has a cell of the payload, it is taken from there.
 */
static int take_cells(struct archive *a, const struct commit_dict *d,
                      struct buf *raw, const struct dict_head *parity,
                      struct fiche_error *err)
{
	uint8_t *other = a->other ? alloc_bytes(raw->len) : NULL;
	int r = 0;

	if (a->other && !other)
		r = err_nomem(err);
	else if (a->other && io_read(a->other, d->offset + SECTION_HEADER_SIZE,
	                             other, raw->len, NULL) == 0)
		dict_parity_take(raw->ptr, other, raw->len, parity);
	alloc_free(other);
	return r;
}

/* Read the payload of a dictionary whatever its state, and mend it. */
static int mend_dict(struct archive *a, const struct commit_dict *d,
                     struct buf *raw, int *mended, struct fiche_error *err)
{
	struct buf parity = { 0 };
	struct section s;
	struct dict_head head;
	size_t len = (size_t)d->size - SECTION_HEADER_SIZE;
	size_t parity_len = dict_parity_len(len);
	uint8_t sha[32];
	int r;

	r = archive_read_section(a, d->parity_offset,
	                         SECTION_HEADER_SIZE + parity_len, SECTION_DICT,
	                         &s, &parity, err);
	if (r == 0)
		r = dict_head_decode(&head, parity.ptr + SECTION_HEADER_SIZE,
		                     parity_len, s.offset, err);
	if (r == 0 && !buf_reserve(raw, len))
		r = err_nomem(err);
	if (r == 0)
		r = io_read(a->file, d->offset + SECTION_HEADER_SIZE, raw->ptr,
		            len, err);
	if (r == 0) {
		raw->len = len;
		r = take_cells(a, d, raw, &head, err);
	}
	if (r == 0) {
		*mended = dict_parity_mend(raw->ptr, len, &head);
		if (*mended < 0 || sha256_of(sha, raw->ptr, len) < 0 ||
		    memcmp(sha, d->sha256, 32) != 0)
			r = err_set(err, FICHE_ERR_CORRUPT, d->offset,
			            "dictionary %u is damaged beyond what its "
			            "parity can mend",
			            (unsigned)d->id);
	}
	buf_done(&parity);
	return r;
}

int archive_read_dict(struct archive *a, const struct commit_dict *d,
                      struct buf *raw, int *mended, struct fiche_error *err)
{
	struct section s;
	int r;

	*mended = 0;
	buf_clear(raw);
	if (d->size - SECTION_HEADER_SIZE > DICT_PAYLOAD_MAX)
		return err_set(err, FICHE_ERR_LIMIT, d->offset,
		               "dictionary is larger than a reader accepts");
	r = archive_read_section(a, d->offset, d->size, SECTION_DICT, &s, raw,
	                         err);
	if (r == 0 && memcmp(s.sha256, d->sha256, 32) == 0) {
		memmove(raw->ptr, raw->ptr + SECTION_HEADER_SIZE,
		        (size_t)s.payload_len);
		raw->len = (size_t)s.payload_len;
		return 0;
	}
	if (r == FICHE_ERR_NOMEM || r == FICHE_ERR_IO)
		return r;
	buf_clear(raw);
	return mend_dict(a, d, raw, mended, err);
}
