/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shifts.c - which sections stand elsewhere than they say, and which of these
 * are to be believed; see shifts.h.
 *
 * Who writes an article can put a section into it, with all sums right.  It is
 * met only where the block around it is damaged; and then nothing that stands
 * in its place may follow, no room may be claimed that good sections have, nor
 * that of a damaged block whose header is left, and a COMMIT must follow.
 */

#include "archive/shifts.h"

#include <string.h>

#include "archive/file.h"
#include "archive/headers.h"
#include "base/alloc.h"
#include "base/cursor.h"
#include "base/err.h"

#define COMMIT_LEAST 224 /* bytes of its payload: spec 3.6 */

/* A header whose sums are right. */
struct found {
	uint64_t at, own, size;
	/* Of a COMMIT: its batch, and up to where that is void. */
	uint64_t batch, void_end;
	bool is_commit;
	bool good;    /* the payload too; else it tells only of room taken */
	bool is_void; /* not even that */
};

struct look {
	struct archive archive; /* to read from: file, size, uuid */
	const struct shifts_options *opt;
	bool known;   /* the uuid */
	uint64_t end; /* of the last good section in its place */
	struct found *found;
	size_t count, cap;
	uint64_t spent; /* bytes hashed */
};

/* ---- Looking ---- */

static bool ends_with_a_commit(struct archive *a)
{
	uint8_t raw[FOOTER_SIZE], header[SECTION_HEADER_SIZE], sha[32];
	struct section s;
	struct footer f;

	return a->size > SUPERBLOCK_SIZE && a->size % COMMIT_ALIGN == 0 &&
	       io_read(a->file, a->size - FOOTER_SIZE, raw, sizeof(raw),
	               NULL) == 0 &&
	       footer_decode(&f, raw, a->size, NULL) == 0 &&
	       io_read(a->file, f.commit_offset, header, sizeof(header),
	               NULL) == 0 &&
	       section_decode(&s, header, f.commit_offset, NULL, NULL) == 0 &&
	       s.type == SECTION_COMMIT && section_size(&s) == f.commit_size &&
	       archive_hash(a, s.offset + SECTION_HEADER_SIZE, s.payload_len,
	                    sha, NULL) == 0 &&
	       memcmp(sha, s.sha256, sizeof(sha)) == 0;
}

/* Does the payload have its hash?  1 or 0, or a failure. */
static int is_good(struct look *k, const struct found *f,
                   const struct section *s, struct fiche_error *err)
{
	struct archive *a = &k->archive;
	uint8_t sha[32];
	int r;

	if (f->size > a->size - f->at)
		return 0;
	k->spent += f->size;
	r = archive_hash(a, f->at + SECTION_HEADER_SIZE, s->payload_len, sha,
	                 k->opt->pass_over ? NULL : err);
	if (r == FICHE_ERR_NOMEM)
		return err_nomem(err);
	if (r < 0)
		return k->opt->pass_over ? 0 : r;
	return memcmp(sha, s->sha256, sizeof(sha)) == 0;
}

/* What the COMMIT says of its batch; nothing if that cannot be. */
static int read_commit(struct look *k, struct found *f, struct fiche_error *err)
{
	uint64_t void_len;
	uint8_t raw[16];
	int r;

	if (f->size < SECTION_HEADER_SIZE + COMMIT_LEAST)
		return 0;
	r = io_read(k->archive.file, f->at + SECTION_HEADER_SIZE + 32, raw,
	            sizeof(raw), k->opt->pass_over ? NULL : err);
	if (r < 0)
		return k->opt->pass_over ? 0 : r;
	f->batch = get_u64(raw);
	void_len = get_u64(raw + 8);
	f->is_commit = f->batch <= f->own && void_len <= f->own - f->batch;
	f->void_end = f->batch + void_len;
	return 0;
}

static int keep(struct look *k, const struct found *f, struct fiche_error *err)
{
	/* In its place: so nothing before it is shifted. */
	if (f->good && f->at == f->own) {
		k->end = f->at + f->size;
		k->count = 0;
		return 0;
	}
	if (alloc_grow(&k->found, &k->cap, k->count + 1, sizeof(*k->found)) < 0)
		return err_nomem(err);
	k->found[k->count++] = *f;
	return 0;
}

/* The header at `at`, if it is one; *size tells how much is good from there on.
 */
static int look_at(struct look *k, uint64_t at, const uint8_t *raw,
                   uint64_t *size, struct fiche_error *err)
{
	struct archive *a = &k->archive;
	struct found f = { .at = at, .own = get_u64(raw + 24) };
	struct section s;
	int r;

	*size = 1;
	/* A file that lost more than half of itself is not put together. */
	if (f.own > 2 * a->size ||
	    section_decode(&s, raw, f.own, k->known ? a->uuid : NULL, NULL) <
	            0 ||
	    section_size(&s) > 2 * a->size - f.own)
		return 0;
	f.size = section_size(&s);
	r = is_good(k, &f, &s, err);
	if (r < 0 || (r == 0 && !k->known))
		return r;
	f.good = r == 1;
	if (f.good && s.type == SECTION_COMMIT) {
		r = read_commit(k, &f, err);
		if (r < 0)
			return r;
	}
	if (f.good && !k->known)
		memcpy(a->uuid, s.uuid, UUID_SIZE);
	k->known |= f.good;
	if (f.good)
		*size = f.size;
	return keep(k, &f, err);
}

static int look(struct look *k, struct fiche_error *err)
{
	const uint8_t *raw;
	struct headers h;
	uint64_t at, size;
	int r = headers_init(&h, k->archive.file, k->archive.size, k->end, err);

	h.pass_over = k->opt->pass_over;
	while (r == 0 && (r = headers_next(&h, &at, &raw, err)) == 0) {
		r = look_at(k, at, raw, &size, err);
		h.at = at + size;
		/* Headers that lie may overlap. */
		if (k->spent > 16 * k->archive.size + ((uint64_t)1 << 30)) {
			k->count = 0;
			break;
		}
	}
	headers_done(&h);
	return r == FICHE_END ? 0 : r;
}

/* ---- Believing ---- */

/* A header in what a COMMIT declares void tells of bytes that were never
 * written.  Of two batches that meet the later one counts. */
static void mark_voids(struct look *k)
{
	uint64_t batch = UINT64_MAX, void_end = 0;

	for (size_t i = k->count; i-- > 0;) {
		struct found *f = &k->found[i];

		if (f->is_commit && f->own <= batch) {
			batch = f->batch;
			void_end = f->void_end;
		} else if (!f->good && f->own >= batch && f->own < void_end) {
			f->is_void = true;
		}
	}
}

/* Sections in the place of what is good, or of a damaged one that stands where
 * those before it say, are none. */
static void drop_intruders(struct look *k)
{
	uint64_t end = k->end, shift = 0;
	size_t n = 0;

	for (size_t i = 0; i < k->count; i++) {
		struct found f = k->found[i];

		if (f.own < end || f.is_void)
			continue;
		if (f.good) {
			shift = f.at - f.own;
			k->found[n++] = f;
		} else if (f.at - f.own == shift) {
			end = f.own + f.size;
		}
	}
	k->count = n;
}

/* Behind the last COMMIT only what is shifted as it is. */
static void drop_uncommitted(struct look *k)
{
	size_t n = k->count;
	uint64_t shift;

	while (n > 0 && !k->found[n - 1].is_commit)
		n--;
	if (n > 0) {
		shift = k->found[n - 1].at - k->found[n - 1].own;
		while (n < k->count &&
		       k->found[n].at - k->found[n].own == shift)
			n++;
	}
	k->count = n;
}

/* Of sections that claim the same room those count that come later. */
static void drop_rivals(struct look *k)
{
	uint64_t next = UINT64_MAX;
	size_t from = k->count;

	for (size_t i = k->count; i-- > 0;) {
		struct found f = k->found[i];

		if (f.own + f.size > next)
			continue;
		next = f.own;
		k->found[--from] = f;
	}
	k->count -= from;
	if (from > 0)
		memmove(k->found, k->found + from,
		        k->count * sizeof(*k->found));
}

static int make_runs(struct shifts *out, const struct look *k,
                     struct fiche_error *err)
{
	struct io_piece *run;

	if (k->count == 0)
		return 0;
	run = alloc_zeroed(k->count + 1, sizeof(*run));
	if (!run)
		return err_nomem(err);
	out->run = run;
	run[0].size = k->end;
	for (size_t i = 0; i < k->count; i++) {
		const struct found *f = &k->found[i];

		if (f->at - f->own !=
		    run[out->count].from - run[out->count].at) {
			run[++out->count].at = f->own;
			run[out->count].from = f->at;
		}
		run[out->count].size = f->own + f->size - run[out->count].at;
	}
	out->count++;
	return 0;
}

int shifts_find(struct shifts *out, struct io_file *file,
                const struct shifts_options *opt, struct fiche_error *err)
{
	struct look k = { .archive = { .file = file },
		          .opt = opt,
		          .known = opt->uuid != NULL,
		          .end = opt->from };
	int r = io_size(file, &k.archive.size, err);

	memset(out, 0, sizeof(*out));
	out->size = k.archive.size;
	if (opt->uuid)
		memcpy(k.archive.uuid, opt->uuid, UUID_SIZE);
	if (r < 0 || ends_with_a_commit(&k.archive))
		return r;
	r = look(&k, err);
	mark_voids(&k);
	drop_intruders(&k);
	drop_uncommitted(&k);
	drop_rivals(&k);
	if (r == 0)
		r = make_runs(out, &k, err);
	alloc_free(k.found);
	return r;
}

void shifts_done(struct shifts *s)
{
	alloc_free(s->run);
	memset(s, 0, sizeof(*s));
}

/* ---- Showing ---- */

int64_t shifts_before(const struct shifts *s, size_t i)
{
	return (int64_t)(s->run[i].from - s->run[i].at -
	                 (s->run[i - 1].from - s->run[i - 1].at));
}

/* Bytes between two runs, as they belong or as they are, whichever is less. */
static uint64_t room(const struct io_piece *a, const struct io_piece *b)
{
	uint64_t own = b->at - a->at - a->size;
	uint64_t there = b->from - a->from - a->size;

	return own < there ? own : there;
}

enum side { BEFORE, BEHIND };

/* The view with what stands between two runs on the one side or the other. */
static int view(struct io_file **out, const struct shifts *s,
                struct io_file *below, enum side side, struct fiche_error *err)
{
	struct io_piece *piece = alloc_zeroed(s->count, sizeof(*piece)), *last;
	int r;

	if (!piece)
		return err_nomem(err);
	memcpy(piece, s->run, s->count * sizeof(*piece));
	for (size_t i = 1; i < s->count; i++) {
		uint64_t more = room(&s->run[i - 1], &s->run[i]);

		if (side == BEHIND) {
			piece[i].at -= more;
			piece[i].from -= more;
			piece[i].size += more;
		} else {
			piece[i - 1].size += more;
		}
	}
	last = &piece[s->count - 1];
	last->size = s->size - last->from;
	r = io_pieces(out, below, piece, s->count, last->at + last->size, err);
	alloc_free(piece);
	return r;
}

int shifts_views(const struct shifts *s, struct io_file **file,
                 struct io_file **other, struct fiche_error *err)
{
	struct io_file *below, *behind, *before;
	int r = io_borrow(*file, &below, err);

	if (r < 0)
		return r;
	r = view(&behind, s, below, BEHIND, err);
	if (r < 0) {
		io_close(below);
		return r;
	}
	r = view(&before, s, *file, BEFORE, err);
	if (r < 0) {
		io_close(behind);
		return r;
	}
	*file = before;
	*other = behind;
	return 0;
}
