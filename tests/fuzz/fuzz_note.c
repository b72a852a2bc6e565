/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_note.c - any bytes as a key, a note, a checkpoint and a proof.  What is
 * read must be what is written again, and nothing is signed that one key did
 * not sign: all seeds are of the same text.
 */

#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "fiche/proof.h"
#include "format/merkle.h"
#include "format/note.h"
#include "fuzz/fuzz.h"

#define ORIGIN  "fiche-archive/000102030405060708090a0b0c0d0e0f"
#define RECORDS 5
#define NUMBER  3

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void make_key(struct note_key *k)
{
	static const uint8_t seed[ED25519_SEED] = { 1, 2, 3 };

	require(note_key_make(k, "example.org/key", seed, NULL) == 0);
}

static void digest_of(uint8_t out[32], uint8_t record)
{
	require(fiche_record_digest(out, &record, 1) == 0);
}

static void head_of(uint8_t out[32], uint64_t from, uint64_t to)
{
	struct merkle m = { 0 };
	uint8_t digest[32];

	for (uint64_t i = from; i < to; i++) {
		digest_of(digest, (uint8_t)i);
		require(merkle_add(&m, digest) == 0);
	}
	require(merkle_head(out, m.peaks[0], merkle_peak_count(m.leaves)) == 0);
}

static void put_checkpoint(struct buf *out)
{
	struct checkpoint c = { .origin = ORIGIN, .size = RECORDS };

	head_of(c.head, 0, RECORDS);
	checkpoint_put(out, &c);
}

static void put_proof(struct buf *out, const struct buf *note)
{
	struct merkle_range r[MERKLE_PEAKS_MAX];
	struct proof p = { .index = NUMBER };

	p.count = merkle_path(r, NUMBER, RECORDS);
	for (unsigned i = 0; i < p.count; i++)
		head_of(p.path[i], r[i].from, r[i].to);
	p.note = (struct fiche_text){ (const char *)note->ptr, note->len };
	proof_put(out, &p);
}

static void check_key(const char *text, size_t len)
{
	struct buf out = { 0 };
	struct note_key k, again;

	if (note_key_read(&k, text, len, NULL) < 0)
		return;
	if (k.can_sign)
		note_key_put_private(&out, &k);
	else
		note_key_put_public(&out, &k);
	require(buf_ok(&out) && out.len <= len + 1);
	require(note_key_read(&again, (char *)out.ptr, out.len, NULL) == 0);
	require(memcmp(&k, &again, sizeof(k)) == 0);
	buf_done(&out);
}

static void check_checkpoint(const char *text, size_t len)
{
	struct buf out = { 0 };
	struct checkpoint c;

	if (checkpoint_read(&c, text, len, NULL) < 0)
		return;
	checkpoint_put(&out, &c);
	require(buf_ok(&out) && out.len <= len);
	require(memcmp(out.ptr, text, out.len) == 0);
	buf_done(&out);
}

static void check_note(const char *text, size_t len)
{
	size_t text_len = note_text_len(text, len);
	struct buf out = { 0 }, mine = { 0 };
	struct note_key k;
	int r;

	make_key(&k);
	put_checkpoint(&mine);
	require(text_len < len || len == 0);
	r = note_verify(text, len, &k, NULL);
	require(text_len > 0 || r == FICHE_ERR_INPUT);
	if (r == 0)
		require(text_len == mine.len &&
		        memcmp(text, mine.ptr, mine.len) == 0);
	buf_put(&out, text, len);
	if (note_sign(&out, &k, NULL) == 0 && out.len <= NOTE_MAX)
		require(note_verify((char *)out.ptr, out.len, &k, NULL) ==
		        (r < 0 && text_len > 0 ? r : 0));
	buf_done(&out);
	buf_done(&mine);
}

static void check_proof(const char *text, size_t len)
{
	static struct fiche_proof_info info;
	uint8_t digest[32];
	struct buf b = { 0 };
	struct proof p;

	if (proof_read(&p, text, len, NULL) == 0) {
		proof_put(&b, &p);
		require(buf_ok(&b) && b.len <= len);
		buf_clear(&b);
	}
	buf_put(&b, text, len);
	buf_u8(&b, '\0');
	require(buf_ok(&b));
	for (uint8_t i = 0; i < RECORDS; i++) {
		digest_of(digest, i);
		if (fiche_proof_check(&info, (char *)b.ptr, digest, NULL) < 0)
			continue;
		/* Another record fits to hashes that mutations do not find. */
		require(info.number < info.records);
		require(info.number != NUMBER || info.records != RECORDS ||
		        i == NUMBER);
	}
	buf_done(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;

	if (size == 0)
		text = "";
	check_key(text, size);
	check_checkpoint(text, size);
	check_note(text, size);
	check_proof(text, size);
	return 0;
}

/* A checkpoint, without and with signatures, its proof, and the keys. */
bool fuzz_seed(size_t i, struct buf *out)
{
	struct buf note = { 0 };
	struct note_key k;

	make_key(&k);
	put_checkpoint(&note);
	if (i != 0)
		require(note_sign(&note, &k, NULL) == 0);
	if (i == 2)
		buf_text(&note, "\xe2\x80\x94 example.org/witness "
		                "AAAAAQIDBAUGBwg=\n");
	if (i < 3)
		buf_put(out, note.ptr, note.len);
	else if (i == 3)
		put_proof(out, &note);
	else if (i == 4)
		note_key_put_public(out, &k);
	else if (i == 5)
		note_key_put_private(out, &k);
	buf_done(&note);
	return i < 6 && buf_ok(out);
}
