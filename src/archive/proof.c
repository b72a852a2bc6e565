/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof.c - checkpoints of an archive and proofs for its records; see
 * fiche/proof.h.
 *
 * The tree is computed from the digests of the index each time: 32 bytes a
 * record are read, a few hundred thousand records take as long as a blink.
 */

#include "fiche/proof.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/reader.h"
#include "base/err.h"
#include "base/hash.h"
#include "format/merkle.h"
#include "format/note.h"
#include "io/io.h"

#define ORIGIN "fiche-archive/"

static int give(char *out, size_t cap, struct buf *b, struct fiche_error *err)
{
	int r = 0;

	if (!buf_ok(b))
		r = err_nomem(err);
	else if (b->len >= cap)
		r = err_set(err, FICHE_ERR_LIMIT, FICHE_NOWHERE,
		            "the text has more than %zu bytes", cap - 1);
	if (r == 0) {
		memcpy(out, b->ptr, b->len);
		out[b->len] = '\0';
	}
	buf_done(b);
	return r;
}

int fiche_key_new(char private_out[FICHE_KEY_MAX],
                  char public_out[FICHE_KEY_MAX], const char *name,
                  struct fiche_error *err)
{
	uint8_t seed[ED25519_SEED];
	struct note_key k;
	struct buf b = { 0 };
	int r = io_random(io_posix(), seed, sizeof(seed), err);

	if (r < 0)
		return r;
	r = note_key_make(&k, name, seed, err);
	if (r == FICHE_ERR_INPUT) {
		if (err)
			err->code = FICHE_ERR_ARG;
		r = FICHE_ERR_ARG;
	}
	if (r == 0) {
		note_key_put_private(&b, &k);
		r = give(private_out, FICHE_KEY_MAX, &b, err);
	}
	if (r == 0) {
		note_key_put_public(&b, &k);
		r = give(public_out, FICHE_KEY_MAX, &b, err);
	}
	return r;
}

/* ---- The tree ---- */

/* A walk over the digests of records, in order. */
struct digests {
	struct fiche_reader *reader;
	struct fiche_view *view;
	const struct reader_segment *segment;
	uint64_t end; /* of the segment */
};

static int digest_at(struct digests *d, uint64_t number, uint8_t out[32],
                     struct fiche_error *err)
{
	union view_in in;
	int r;

	if (!d->segment || number >= d->end ||
	    number < d->segment->where.first_record) {
		size_t i = reader_find_segment(d->reader, number);

		if (i == d->reader->segment_count)
			return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
			               "record %" PRIu64 " is not in the index",
			               number);
		r = reader_segment(d->reader, d->view, i, false, &d->segment,
		                   err);
		if (r < 0)
			return r;
		d->end = d->segment->where.first_record +
		         d->segment->where.record_count;
	}
	return segment_digest(
		&d->segment->segment, view_in_init(&in, d->view, d->segment),
		number - d->segment->where.first_record, out, err);
}

/* The head over the records [from, to). */
static int head_of(struct digests *d, uint64_t from, uint64_t to,
                   uint8_t out[32], struct fiche_error *err)
{
	struct merkle m = { 0 };
	uint8_t digest[32];
	int r = 0;

	for (uint64_t i = from; r == 0 && i < to; i++) {
		r = digest_at(d, i, digest, err);
		if (r == 0 && merkle_add(&m, digest) < 0)
			r = err_nomem(err);
	}
	if (r == 0 &&
	    merkle_head(out, m.peaks[0], merkle_peak_count(m.leaves)) < 0)
		r = err_nomem(err);
	return r;
}

static int begin(struct digests *d, struct fiche_reader *r,
                 struct fiche_error *err)
{
	*d = (struct digests){ .reader = r, .view = view_borrow(r) };
	return d->view ? 0 : err_nomem(err);
}

static void set_origin(char out[NOTE_NAME_MAX + 1],
                       const struct fiche_info *info)
{
	size_t len = sizeof(ORIGIN) - 1;

	memcpy(out, ORIGIN, len);
	for (size_t i = 0; i < sizeof(info->uuid); i++)
		(void)snprintf(out + len + 2 * i, 3, "%02x", info->uuid[i]);
}

int fiche_checkpoint(struct fiche_reader *r, char out[FICHE_NOTE_MAX],
                     struct fiche_error *err)
{
	struct checkpoint c = { 0 };
	struct fiche_info info;
	struct digests d;
	struct buf b = { 0 };
	int status;

	fiche_reader_info(r, &info);
	if (info.recovered)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "an archive without a whole commit has no "
		               "checkpoint");
	status = begin(&d, r, err);
	if (status < 0)
		return status;
	set_origin(c.origin, &info);
	c.size = info.records;
	status = head_of(&d, 0, c.size, c.head, err);
	view_give_back(d.view);
	if (status < 0)
		return status;
	/* Generation 0 has no commit to say otherwise. */
	if (info.generation > 0 && memcmp(c.head, info.tree_head, 32) != 0)
		return err_set(err, FICHE_ERR_CORRUPT, FICHE_NOWHERE,
		               "the tree of the records is not the one of the "
		               "commit");
	checkpoint_put(&b, &c);
	return give(out, FICHE_NOTE_MAX, &b, err);
}

/* ---- Notes ---- */

int fiche_note_sign(char note[FICHE_NOTE_MAX], const char *key,
                    struct fiche_error *err)
{
	struct note_key k;
	struct buf b = { 0 };
	int r = note_key_read(&k, key, strlen(key), err);

	if (r < 0)
		return r;
	if (!k.can_sign)
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "this key can verify, but not sign: it is the "
		               "public one");
	buf_text(&b, note);
	r = note_sign(&b, &k, err);
	if (r < 0) {
		buf_done(&b);
		return r;
	}
	return give(note, FICHE_NOTE_MAX, &b, err);
}

int fiche_note_verify(const char *note, const char *key,
                      struct fiche_error *err)
{
	struct note_key k;
	int r = note_key_read(&k, key, strlen(key), err);

	return r < 0 ? r : note_verify(note, strlen(note), &k, err);
}

/* ---- What an archive is held against ---- */

static int differs(struct fiche_error *err, const char *what)
{
	return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE, "%s", what);
}

/* Is it of this archive, and of no more records? */
static int covers(struct fiche_reader *r, const struct checkpoint *c,
                  struct fiche_error *err)
{
	char origin[NOTE_NAME_MAX + 1];
	struct fiche_info info;

	fiche_reader_info(r, &info);
	set_origin(origin, &info);
	if (strcmp(origin, c->origin) != 0)
		return differs(err, "the checkpoint is of another archive");
	if (c->size > info.records)
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "the checkpoint counts %" PRIu64
		               " records, the archive has %" PRIu64
		               ": some are gone",
		               c->size, info.records);
	return 0;
}

static int same_head(const uint8_t head[32], const struct checkpoint *c,
                     struct fiche_error *err)
{
	if (memcmp(head, c->head, 32) != 0)
		return differs(err, "the records that the checkpoint vouches "
		                    "for are not those of the archive");
	return 0;
}

int fiche_reader_extends(struct fiche_reader *r, const char *note,
                         uint64_t *records, struct fiche_error *err)
{
	struct checkpoint c;
	struct digests d;
	uint8_t head[32];
	int status = checkpoint_read(&c, note, strlen(note), err);

	if (status == 0)
		status = covers(r, &c, err);
	if (status == 0)
		status = begin(&d, r, err);
	if (status < 0)
		return status;
	status = head_of(&d, 0, c.size, head, err);
	view_give_back(d.view);
	if (status == 0)
		status = same_head(head, &c, err);
	if (status == 0 && records)
		*records = c.size;
	return status;
}

/* ---- Proofs ---- */

static int find_path(struct proof *p, struct digests *d, uint64_t size,
                     struct fiche_error *err)
{
	struct merkle_range ranges[MERKLE_PEAKS_MAX];
	int r = 0;

	p->count = merkle_path(ranges, p->index, size);
	for (unsigned i = 0; r == 0 && i < p->count; i++)
		r = head_of(d, ranges[i].from, ranges[i].to, p->path[i], err);
	return r;
}

int fiche_prove(struct fiche_reader *r, uint64_t number, const char *note,
                char out[FICHE_NOTE_MAX], struct fiche_error *err)
{
	struct proof p = { .index = number, .note = { note, strlen(note) } };
	struct checkpoint c;
	struct digests d;
	struct buf b = { 0 };
	uint8_t digest[32], head[32];
	int status = checkpoint_read(&c, note, strlen(note), err);

	if (status < 0)
		return status;
	if (number >= c.size)
		return err_set(err, FICHE_ERR_ARG, FICHE_NOWHERE,
		               "the checkpoint is older than record %" PRIu64,
		               number);
	status = covers(r, &c, err);
	if (status == 0)
		status = begin(&d, r, err);
	if (status < 0)
		return status;
	status = find_path(&p, &d, c.size, err);
	if (status == 0)
		status = digest_at(&d, number, digest, err);
	view_give_back(d.view);
	if (status == 0 &&
	    merkle_climb(head, digest, number, c.size, p.path[0], p.count) < 0)
		status = err_nomem(err);
	/* Path and leaf are all of the tree, so this is also what
	 * fiche_reader_extends() asks. */
	if (status == 0)
		status = same_head(head, &c, err);
	if (status < 0)
		return status;
	proof_put(&b, &p);
	return give(out, FICHE_NOTE_MAX, &b, err);
}

/* The leaves of another kind of log mean something else. */
static bool is_origin(const char *origin)
{
	size_t mark = sizeof(ORIGIN) - 1;

	return strncmp(origin, ORIGIN, mark) == 0 &&
	       strspn(origin + mark, "0123456789abcdef") == 32 &&
	       origin[mark + 32] == '\0';
}

int fiche_proof_check(struct fiche_proof_info *out, const char *proof,
                      const uint8_t digest[FICHE_DIGEST_SIZE],
                      struct fiche_error *err)
{
	struct checkpoint c;
	struct proof p;
	uint8_t head[32];
	int r = proof_read(&p, proof, strlen(proof), err);

	if (r == 0)
		r = checkpoint_read(&c, p.note.ptr, p.note.len, err);
	if (r < 0)
		return r;
	if (!is_origin(c.origin))
		return differs(err, "the checkpoint is not of a fiche archive");
	r = merkle_climb(head, digest, p.index, c.size, p.path[0], p.count);
	if (r == FICHE_ERR_NOMEM)
		return err_nomem(err);
	if (r < 0 || memcmp(head, c.head, 32) != 0)
		return differs(err, "the proof does not lead from this record "
		                    "to its checkpoint");
	memset(out, 0, sizeof(*out));
	memcpy(out->origin, c.origin, strlen(c.origin));
	out->number = p.index;
	out->records = c.size;
	memcpy(out->note, p.note.ptr, p.note.len);
	return 0;
}

int fiche_record_digest(uint8_t out[FICHE_DIGEST_SIZE], const void *bytes,
                        size_t len)
{
	return sha256_of(out, bytes, len);
}
