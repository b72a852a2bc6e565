/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repair_copies.c - what the copies have at a place: a header, a payload, a
 * footer; and whose archive they are copies of.
 *
 * The first copy that has it gives it.  What no copy has is put together of the
 * pieces in which two of them differ, until the checksum is right.
 */

#include <string.h>

#include "archive/repair_parts.h"
#include "base/alloc.h"
#include "base/err.h"

/* Payloads that are put together of pieces are not longer than this. */
#define MIX_MAX    ((uint64_t)256 << 20)
#define MIX_PIECES 12 /* different pieces: 2 to the power of it are tried */
/* Bytes hashed to put one payload together of two copies. */
#define MIX_WORK ((uint64_t)1 << 30)

/* Is what has this many bytes right?  `ctx` is a header or a section. */
typedef bool is_right(struct repair *x, const uint8_t *bytes, size_t len,
                      const void *ctx);

/* ---- Reading copies ---- */

bool repair_read_copy(const struct repair_copy *c, uint64_t at, void *out,
                      size_t len)
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

bool repair_payload_is_good(struct repair *x, const struct repair_copy *c,
                            const struct section *s)
{
	uint64_t at = s->offset + SECTION_HEADER_SIZE, left = s->payload_len;
	uint8_t hash[32];

	while (left > 0) {
		size_t n = left < REPAIR_CHUNK ? (size_t)left : REPAIR_CHUNK;

		if (!repair_read_copy(c, at, x->chunk, n)) {
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
			if (repair_read_copy(&x->copies[i], at, out, len) &&
			    repair_read_copy(&x->copies[k], at, other, len) &&
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

bool repair_find_header(struct repair *x, struct section *s,
                        uint8_t raw[SECTION_HEADER_SIZE], bool *first)
{
	uint8_t other[SECTION_HEADER_SIZE];

	for (size_t i = 0; i < x->count; i++) {
		*first = i == 0;
		if (repair_read_copy(&x->copies[i], x->at, raw,
		                     SECTION_HEADER_SIZE) &&
		    header_of(x, s, raw, x->at))
			return true;
	}
	*first = false;
	return mix_copies(x, raw, other, x->at, SECTION_HEADER_SIZE, 8,
	                  header_is_right, &x->at) &&
	       header_of(x, s, raw, x->at);
}

int repair_put_mixed(struct repair *x, const struct section *s,
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
		r = io_write(x->out, at, a, len, err);
	alloc_free(a);
	alloc_free(b);
	return r;
}

/* ---- Looking for ---- */

bool repair_find_footer(const struct repair *x, uint64_t end,
                        uint8_t raw[FOOTER_SIZE])
{
	struct footer f;

	for (size_t i = 0; i < x->count; i++)
		if (repair_read_copy(&x->copies[i], end - FOOTER_SIZE, raw,
		                     FOOTER_SIZE) &&
		    footer_decode(&f, raw, end, NULL) == 0 &&
		    memcmp(f.uuid8, x->uuid, sizeof(f.uuid8)) == 0)
			return true;
	return false;
}

/* The next place of the copy, from `at` on, where a good header stands. */
static uint64_t next_header(struct repair *x, const struct repair_copy *c,
                            uint64_t at)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	struct section s;
	uint64_t from = at;

	while (at < c->size && c->size - at >= SECTION_HEADER_SIZE) {
		size_t n = c->size - at < REPAIR_CHUNK ? (size_t)(c->size - at)
		                                       : REPAIR_CHUNK;
		size_t i = 0;

		/* An unreadable stretch is passed over. */
		if (!repair_read_copy(c, at, x->chunk, n)) {
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
			if (repair_read_copy(c, at + i - SECTION_SYNC_AT, raw,
			                     sizeof(raw)) &&
			    header_of(x, &s, raw, at + i - SECTION_SYNC_AT))
				return at + i - SECTION_SYNC_AT;
		}
		if (n < REPAIR_CHUNK)
			break;
		/* Sync bytes may stand across the border. */
		at += n - (SECTION_SYNC_SIZE - 1);
	}
	return UINT64_MAX;
}

uint64_t repair_next_section(struct repair *x, uint64_t at)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < x->count; i++) {
		struct repair_copy *c = &x->copies[i];

		if (at < c->from || at > c->next) {
			c->from = at;
			c->next = next_header(x, c, at);
		}
		if (c->next < next)
			next = c->next;
	}
	return next;
}

/* Where the first bytes are lost in all copies, any section tells. */
static bool find_any_section(struct repair *x)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	struct section s;

	for (size_t i = 0; i < x->count; i++) {
		uint64_t at = next_header(x, &x->copies[i], 0);

		if (at == UINT64_MAX ||
		    !repair_read_copy(&x->copies[i], at, raw, sizeof(raw)) ||
		    !header_of(x, &s, raw, at))
			continue;
		memcpy(x->uuid, s.uuid, UUID_SIZE);
		return true;
	}
	return false;
}

int repair_find_identity(struct repair *x, struct fiche_error *err)
{
	uint8_t raw[SECTION_HEADER_SIZE];
	struct section s;

	for (size_t i = 0; i < x->count; i++) {
		if (!repair_read_copy(&x->copies[i], 0, raw, sizeof(raw)) ||
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
