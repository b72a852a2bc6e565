/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair.c - a walk through all copies at once; see fiche/repair.h.
 *
 * At each place where a section should begin, the copies are asked in turn for
 * a good header and then for a payload that has its hash.  What no copy has is
 * put together of the pieces in which two of them differ.
 */

#include "archive/repair.h"

#include <string.h>

#include "archive/realign.h"
#include "base/alloc.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/err.h"
#include "base/hash.h"
#include "format/commit.h"
#include "format/section.h"

#define CHUNK  ((size_t)1 << 20)
#define SECTOR ((size_t)4096)
/* Payloads that are put together of pieces are not longer than this. */
#define MIX_MAX    ((uint64_t)256 << 20)
#define MIX_PIECES 12 /* different pieces: 2 to the power of it are tried */
/* Bytes hashed to put one payload together of two copies, and in all, besides
 * 16 times the longest copy. */
#define MIX_WORK     ((uint64_t)1 << 30)
#define MIX_WORK_ALL ((uint64_t)16 << 30)

struct copy {
	struct io_file *file;
	uint64_t size;
	/* From `from` on there is no good header before `next`: so that no
	 * bytes are looked through for each gap. */
	uint64_t from, next;
};

struct repair {
	struct copy copies[REPAIR_FILES_MAX + 1]; /* and one that is mended */
	size_t count;
	struct io_file *out;
	const struct fiche_repair_options *opt;
	struct fiche_repair_report *report;
	bool known; /* whose archive it is: */
	uint8_t uuid[UUID_SIZE];
	uint64_t at, end;  /* of the longest copy */
	uint64_t void_end; /* up to here nothing means anything */
	uint64_t work;     /* bytes that may still be hashed to put together */
	struct sha256 *hash;
	uint8_t *chunk; /* CHUNK bytes */
};

/* Is what has this many bytes right?  `ctx` is a header or a section. */
typedef bool is_right(struct repair *x, const uint8_t *bytes, size_t len,
                      const void *ctx);

/* ---- Reading copies ---- */

/* A copy that cannot be read there does not have it: damaged media say so. */
static bool read_copy(const struct copy *c, uint64_t at, void *out, size_t len)
{
	return c->size >= len && at <= c->size - len &&
	       io_read(c->file, at, out, len, NULL) == 0;
}

static bool header_of(const struct repair *x, struct section *s,
                      const uint8_t raw[SECTION_HEADER_SIZE], uint64_t at)
{
	/* An unknown critical type may still be copied; but then its hash
	 * cannot be trusted to mean what we think. */
	return section_decode(s, raw, at, x->known ? x->uuid : NULL, NULL) ==
	               0 &&
	       section_size(s) <= x->end - at;
}

static bool payload_is_good(struct repair *x, const struct copy *c,
                            const struct section *s)
{
	uint64_t at = s->offset + SECTION_HEADER_SIZE, left = s->payload_len;
	uint8_t hash[32];

	while (left > 0) {
		size_t n = left < CHUNK ? (size_t)left : CHUNK;

		if (!read_copy(c, at, x->chunk, n)) {
			(void)sha256_end(x->hash, hash);
			return false;
		}
		sha256_add(x->hash, x->chunk, n);
		at += n;
		left -= n;
	}
	return sha256_end(x->hash, hash) == 0 &&
	       memcmp(hash, s->sha256, 32) == 0;
}

/* ---- Putting together ---- */

/* The pieces of `len` bytes in which a and b differ; more than MIX_PIECES if
 * they are too many. */
static size_t differing(size_t at[MIX_PIECES], const uint8_t *a,
                        const uint8_t *b, size_t len, size_t piece)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i += piece) {
		size_t m = len - i < piece ? len - i : piece;

		if (memcmp(a + i, b + i, m) == 0)
			continue;
		if (n == MIX_PIECES)
			return MIX_PIECES + 1;
		at[n++] = i;
	}
	return n;
}

/* Take each differing piece from a or from b until it is right.  `a` holds the
 * result. */
static bool mix(struct repair *x, uint8_t *a, const uint8_t *b, size_t len,
                size_t piece, is_right *right, const void *ctx)
{
	uint8_t *save = alloc_bytes(len ? len : 1);
	size_t at[MIX_PIECES], n = differing(at, a, b, len, piece);
	uint64_t work = (uint64_t)len << n; /* not more than 256 MiB << 13 */
	bool found = false;

	if (!save || n > MIX_PIECES || work > MIX_WORK || work > x->work) {
		alloc_free(save);
		return false;
	}
	x->work -= work;
	memcpy(save, a, len);
	for (size_t set = 1; !found && set < (size_t)1 << n; set++) {
		for (size_t i = 0; i < n; i++) {
			const uint8_t *from = set >> i & 1 ? b : save;
			size_t m = len - at[i] < piece ? len - at[i] : piece;

			memcpy(a + at[i], from + at[i], m);
		}
		found = right(x, a, len, ctx);
	}
	if (!found)
		memcpy(a, save, len);
	alloc_free(save);
	return found;
}

/* Try every two copies.  `out` and `other` have room for `len`. */
static bool mix_copies(struct repair *x, uint8_t *out, uint8_t *other,
                       uint64_t at, size_t len, size_t piece, is_right *right,
                       const void *ctx)
{
	for (size_t i = 0; i < x->count; i++)
		for (size_t k = i + 1; k < x->count; k++)
			if (read_copy(&x->copies[i], at, out, len) &&
			    read_copy(&x->copies[k], at, other, len) &&
			    mix(x, out, other, len, piece, right, ctx))
				return true;
	return false;
}

static bool header_is_right(struct repair *x, const uint8_t *bytes, size_t len,
                            const void *ctx)
{
	const uint64_t *at = ctx;
	struct section s;

	(void)len;
	return header_of(x, &s, bytes, *at);
}

static bool payload_is_right(struct repair *x, const uint8_t *bytes, size_t len,
                             const void *ctx)
{
	const struct section *s = ctx;
	uint8_t hash[32];

	(void)x;
	return sha256_of(hash, bytes, len) == 0 &&
	       memcmp(hash, s->sha256, 32) == 0;
}

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
static int put_copy(struct repair *x, const struct copy *c, uint64_t at,
                    uint64_t len, bool *all, struct fiche_error *err)
{
	int r = 0;

	while (r == 0 && len > 0) {
		size_t n = len < CHUNK ? (size_t)len : CHUNK;

		/* A sector that cannot be read takes no others with it. */
		if (!read_copy(c, at, x->chunk, n)) {
			*all = false;
			n = n < SECTOR ? n : SECTOR - (size_t)(at % SECTOR);
			if (!read_copy(c, at, x->chunk, n))
				memset(x->chunk, 0, n);
		}
		r = put(x, at, x->chunk, n, err);
		at += n;
		len -= n;
	}
	return r;
}

/* Bytes that were good when they were read before: zeros will not do. */
static int put_good(struct repair *x, const struct copy *c, uint64_t at,
                    uint64_t len, struct fiche_error *err)
{
	int r = 0;

	while (r == 0 && len > 0) {
		size_t n = len < CHUNK ? (size_t)len : CHUNK;

		r = io_read(c->file, at, x->chunk, n, err);
		if (r == 0)
			r = put(x, at, x->chunk, n, err);
		at += n;
		len -= n;
	}
	return r;
}

/* ---- One section ---- */

/* A good header at x->at: of a copy, or put together.  *first tells whether the
 * first copy has it. */
static bool find_header(struct repair *x, struct section *s,
                        uint8_t raw[SECTION_HEADER_SIZE], bool *first)
{
	uint8_t other[SECTION_HEADER_SIZE];

	for (size_t i = 0; i < x->count; i++) {
		*first = i == 0;
		if (read_copy(&x->copies[i], x->at, raw, SECTION_HEADER_SIZE) &&
		    header_of(x, s, raw, x->at))
			return true;
	}
	*first = false;
	return mix_copies(x, raw, other, x->at, SECTION_HEADER_SIZE, 8,
	                  header_is_right, &x->at) &&
	       header_of(x, s, raw, x->at);
}

/* A payload that no copy has: put together of two.  0 if it was written,
 * FICHE_END if it cannot be. */
static int put_mixed(struct repair *x, const struct section *s,
                     struct fiche_error *err)
{
	/* Damage comes in sectors, and many in a row; but both copies' may be
	 * near each other. */
	static const size_t pieces[] = { 1 << 20, 1 << 18, 1 << 16, 1 << 14,
		                         1 << 12, 512,     64,      8 };
	uint64_t at = s->offset + SECTION_HEADER_SIZE;
	size_t len = (size_t)s->payload_len;
	uint8_t *a, *b;
	bool found = false;
	int r = FICHE_END;

	if (s->payload_len > MIX_MAX || x->count < 2)
		return FICHE_END;
	a = alloc_bytes(len ? len : 1);
	b = alloc_bytes(len ? len : 1);
	for (size_t i = 0; a && b && !found && i < 8; i++)
		found = mix_copies(x, a, b, at, len, pieces[i],
		                   payload_is_right, s);
	if (!a || !b)
		r = err_nomem(err);
	else if (found)
		r = put(x, at, a, len, err);
	alloc_free(a);
	alloc_free(b);
	return r;
}

/* *whole tells whether the section is as its hash wants it. */
static int put_section(struct repair *x, const struct section *s,
                       const uint8_t raw[SECTION_HEADER_SIZE], bool first,
                       bool *whole, struct fiche_error *err)
{
	uint64_t payload = s->offset + SECTION_HEADER_SIZE;
	bool good = false, all = true;
	size_t i = 0;
	int r;

	for (; !good && i < x->count; i++)
		good = payload_is_good(x, &x->copies[i], s);
	r = put(x, s->offset, raw, SECTION_HEADER_SIZE, err);
	if (r == 0 && good)
		r = put_good(x, &x->copies[i - 1], payload, s->payload_len,
		             err);
	else if (r == 0)
		r = put_mixed(x, s, err);
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

/* The footer that ends at `end`, of any copy that has it. */
static bool find_footer(const struct repair *x, uint64_t end,
                        uint8_t raw[FOOTER_SIZE])
{
	struct footer f;

	for (size_t i = 0; i < x->count; i++)
		if (read_copy(&x->copies[i], end - FOOTER_SIZE, raw,
		              FOOTER_SIZE) &&
		    footer_decode(&f, raw, end, NULL) == 0 &&
		    memcmp(f.uuid8, x->uuid, sizeof(f.uuid8)) == 0)
			return true;
	return false;
}

/* The footer behind a COMMIT that is lost. */
static int put_old_footer(struct repair *x, struct fiche_error *err)
{
	uint64_t at = x->at;
	uint8_t raw[FOOTER_SIZE];
	bool all = true;

	x->at += FOOTER_SIZE;
	if (find_footer(x, x->at, raw))
		return put(x, at, raw, sizeof(raw), err);
	return put_copy(x, &x->copies[0], at, FOOTER_SIZE, &all, err);
}

/* The footer behind a COMMIT: all of it follows from that. */
static int put_footer(struct repair *x, const struct section *s,
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
	if (!read_copy(&x->copies[0], x->at, old, sizeof(old)) ||
	    memcmp(old, raw, sizeof(raw)) != 0)
		tell(x, x->at, FOOTER_SIZE, "footer", true);
	r = put(x, x->at, raw, sizeof(raw), err);
	x->at += FOOTER_SIZE;
	return r;
}

/* ---- Gaps ---- */

/* The next place of the copy, from `at` on, where a good header stands. */
static uint64_t next_header(struct repair *x, const struct copy *c, uint64_t at)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	struct section s;
	uint64_t from = at;

	while (at < c->size && c->size - at >= SECTION_HEADER_SIZE) {
		size_t n =
			c->size - at < CHUNK ? (size_t)(c->size - at) : CHUNK;
		size_t i = 0;

		/* An unreadable stretch is passed over. */
		if (!read_copy(c, at, x->chunk, n)) {
			at += 4096 - at % 4096;
			continue;
		}
		for (; i + SECTION_SYNC_SIZE <= n; i++) {
			const uint8_t *hit =
				memchr(x->chunk + i, SECTION_SYNC[0], n - i);

			if (!hit)
				break;
			i = (size_t)(hit - x->chunk);
			if (i + SECTION_SYNC_SIZE > n)
				break;
			if (memcmp(hit, SECTION_SYNC, SECTION_SYNC_SIZE) != 0 ||
			    at + i < from + SECTION_SYNC_AT)
				continue;
			if (read_copy(c, at + i - SECTION_SYNC_AT, raw,
			              sizeof(raw)) &&
			    header_of(x, &s, raw, at + i - SECTION_SYNC_AT))
				return at + i - SECTION_SYNC_AT;
		}
		if (n < CHUNK)
			break;
		/* Sync bytes may stand across the border. */
		at += n - (SECTION_SYNC_SIZE - 1);
	}
	return UINT64_MAX;
}

/* The next place, from `at` on, where any copy has a good header. */
static uint64_t next_section(struct repair *x, uint64_t at)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < x->count; i++) {
		struct copy *c = &x->copies[i];

		if (at < c->from || at > c->next) {
			c->from = at;
			c->next = next_header(x, c, at);
		}
		if (c->next < next)
			next = c->next;
	}
	return next;
}

/* No copy has a header here: the void of an interrupted append, or damage. */
static int put_gap(struct repair *x, struct fiche_error *err)
{
	uint64_t at = x->at, next = next_section(x, at + 1);
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

/* ---- Voids ---- */

static bool some_copy_has(struct repair *x, const struct section *s, size_t *i)
{
	for (*i = 0; *i < x->count; (*i)++)
		if (payload_is_good(x, &x->copies[*i], s))
			return true;
	return false;
}

/* The void at x->at that the COMMIT at `at` declares; false if that is no
 * good one. */
static bool read_void(struct repair *x, uint64_t at)
{
	uint64_t start = x->at;
	uint8_t raw[SECTION_HEADER_SIZE], said[16];
	struct section s;
	bool found, first;
	size_t i;

	x->at = at;
	found = find_header(x, &s, raw, &first);
	x->at = start;
	if (!found || s.type != SECTION_COMMIT || !some_copy_has(x, &s, &i))
		return false;
	/* Batch start and void length (spec 3.6). */
	if (read_copy(&x->copies[i], at + SECTION_HEADER_SIZE + 32, said,
	              sizeof(said)) &&
	    get_u64(said) == start && get_u64(said + 8) <= at - start)
		x->void_end = start + get_u64(said + 8);
	return true;
}

/* A batch begins at x->at: with a void, as the next good commit says? */
static void find_void(struct repair *x)
{
	uint64_t end = x->at - x->at % COMMIT_ALIGN + COMMIT_ALIGN;
	uint8_t raw[FOOTER_SIZE];
	struct footer f;

	for (; end <= x->end; end += COMMIT_ALIGN)
		if (find_footer(x, end, raw) &&
		    footer_decode(&f, raw, end, NULL) == 0 &&
		    f.commit_offset >= x->at && read_void(x, f.commit_offset))
			return;
}

/* A header in a void may tell of bytes that were never written. */
static bool counts(struct repair *x, const struct section *s)
{
	size_t i;

	return x->at >= x->void_end ||
	       (section_size(s) <= x->void_end - x->at &&
	        some_copy_has(x, s, &i));
}

/* ---- All of it ---- */

/* Where the last commit ends, as far as a copy tells: by its header, or by a
 * footer whose commit is lost. */
static void find_end(struct repair *x)
{
	uint8_t raw[SECTION_HEADER_SIZE], footer[FOOTER_SIZE];
	uint64_t at = 0, committed = SUPERBLOCK_SIZE;
	struct section s;
	bool first;

	while (at < x->end) {
		x->at = at;
		if (find_header(x, &s, raw, &first)) {
			at += section_size(&s);
			if (s.type == SECTION_COMMIT) {
				at += FOOTER_SIZE;
				committed = at;
			}
			continue;
		}
		at = next_section(x, at + 1);
	}
	for (at = committed + 4096; at <= x->end; at += 4096)
		if (find_footer(x, at, footer))
			committed = at;
	x->report->left_out = x->end > committed ? x->end - committed : 0;
	if (committed < x->end)
		x->end = committed;
	x->at = 0;
}

static int walk_section(struct repair *x, const struct section *s,
                        const uint8_t raw[SECTION_HEADER_SIZE], bool first,
                        struct fiche_error *err)
{
	bool whole = false;
	int r = put_section(x, s, raw, first, &whole, err);

	x->at += section_size(s);
	if (r == 0 && s->type == SECTION_COMMIT)
		r = whole ? put_footer(x, s, err) : put_old_footer(x, err);
	if (s->type == SECTION_COMMIT || s->type == SECTION_SUPERBLOCK)
		find_void(x);
	return r;
}

static int walk(struct repair *x, struct fiche_error *err)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	bool first;
	struct section s;
	int r = 0;

	while (r == 0 && x->at < x->end) {
		if (x->opt && x->opt->on_progress)
			x->opt->on_progress(x->opt->ctx, x->at, x->end);
		if (find_header(x, &s, raw, &first) && counts(x, &s))
			r = walk_section(x, &s, raw, first, err);
		else
			r = put_gap(x, err);
	}
	x->report->bytes = x->at;
	return r;
}

/* Where the first bytes are lost in all copies, any section tells. */
static bool find_any_section(struct repair *x)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	struct section s;

	for (size_t i = 0; i < x->count; i++) {
		uint64_t at = next_header(x, &x->copies[i], 0);

		if (at == UINT64_MAX ||
		    !read_copy(&x->copies[i], at, raw, sizeof(raw)) ||
		    !header_of(x, &s, raw, at))
			continue;
		memcpy(x->uuid, s.uuid, UUID_SIZE);
		return true;
	}
	return false;
}

/* The archive that they are copies of: of the first that has a good header. */
static int find_identity(struct repair *x, struct fiche_error *err)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	struct section s;

	for (size_t i = 0; i < x->count; i++) {
		if (!read_copy(&x->copies[i], 0, raw, sizeof(raw)) ||
		    section_decode(&s, raw, 0, NULL, NULL) < 0)
			continue;
		if (x->known && memcmp(s.uuid, x->uuid, UUID_SIZE) != 0)
			return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
			               "these are not copies of one archive");
		memcpy(x->uuid, s.uuid, UUID_SIZE);
		x->known = true;
	}
	if (x->known || find_any_section(x)) {
		x->known = true;
		return 0;
	}
	return err_set(err, FICHE_ERR_FOREIGN, FICHE_NOWHERE,
	               "no copy has a section of an archive");
}

static int run(struct repair *x, struct io *io, const char *out,
               struct fiche_error *err)
{
	int r;

	x->hash = sha256_new();
	x->chunk = alloc_bytes(CHUNK);
	r = x->hash && x->chunk ? find_identity(x, err) : err_nomem(err);
	if (r == 0)
		r = io_open(io, out, IO_CREATE, &x->out, err);
	if (r == 0) {
		x->work = 16 * x->end + MIX_WORK_ALL;
		find_end(x);
		r = walk(x, err);
	}
	if (r == 0)
		r = io_sync(x->out, err);
	if (r == 0)
		r = io_publish(x->out, out, err);
	if (r == 0 && x->report->lost > 0)
		r = err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		            "some parts are damaged in all copies");
	return r;
}

int repair_files(struct io *io, struct io_file *const *files, size_t count,
                 const char *out, const struct fiche_repair_options *opt,
                 struct fiche_repair_report *report, struct fiche_error *err)
{
	struct fiche_repair_report unused;
	struct repair *x = alloc_zeroed(1, sizeof(*x));
	int r = 0;

	if (!x)
		return err_nomem(err);
	x->opt = opt;
	x->report = report ? report : &unused;
	memset(x->report, 0, sizeof(*x->report));
	for (; r == 0 && x->count < count; x->count++) {
		struct copy *c = &x->copies[x->count];

		c->file = files[x->count];
		r = io_size(c->file, &c->size, err);
		if (c->size > x->end)
			x->end = c->size;
	}
	if (r == 0)
		r = run(x, io, out, err);
	io_close(x->out);
	sha256_free(x->hash);
	alloc_free(x->chunk);
	alloc_free(x);
	return r;
}

int repair_open(struct io *io, const char *const *paths, size_t count,
                const struct fiche_repair_options *opt,
                struct io_file *out[REPAIR_FILES_MAX], size_t *files,
                uint64_t *shifts, struct fiche_error *err)
{
	int r = 0;

	memset(out, 0, REPAIR_FILES_MAX * sizeof(*out));
	*files = *shifts = 0;
	if (count == 0 || count > REPAIR_COPIES_MAX)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "from 1 to 64 copies can be read");
	for (size_t i = 0; r == 0 && i < count; i++)
		r = io_open(io, paths[i], IO_READ, &out[i], err);
	*files = count;
	return r < 0 ? r : realign_copies(out, files, opt, shifts, err);
}

void repair_close(struct io_file *files[REPAIR_FILES_MAX])
{
	/* The second view of a copy before the first. */
	for (size_t i = REPAIR_FILES_MAX; i-- > 0;)
		io_close(files[i]);
}

int repair_io(struct io *io, const char *const *paths, size_t count,
              const char *out, const struct fiche_repair_options *opt,
              struct fiche_repair_report *report, struct fiche_error *err)
{
	struct io_file *files[REPAIR_FILES_MAX];
	uint64_t shifts;
	int r;

	if (report)
		memset(report, 0, sizeof(*report));
	r = repair_open(io, paths, count, opt, files, &count, &shifts, err);
	if (r == 0)
		r = repair_files(io, files, count, out, opt, report, err);
	if (report)
		report->mended += shifts;
	repair_close(files);
	return r;
}

int fiche_repair(const char *const *paths, size_t count, const char *out,
                 const struct fiche_repair_options *opt,
                 struct fiche_repair_report *report, struct fiche_error *err)
{
	return repair_io(io_posix(), paths, count, out, opt, report, err);
}
