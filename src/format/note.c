/* SPDX-License-Identifier: Apache-2.0 */
/* note.c - see note.h.  All that is read here may come from a forger. */

#include "format/note.h"

#include <inttypes.h>
#include <string.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/hex.h"
#include "base/utf8.h"

#define ALGORITHM 1 /* Ed25519, in key and key id */
#define PRIVATE   "PRIVATE+KEY+"
#define DASH      "\xe2\x80\x94 " /* in front of a signature */
#define PROOF     "c2sp.org/tlog-proof@v1\n"

/* What no note may hold: control characters but LF, and bytes that are not
 * UTF-8. */
static bool is_clean(const char *text, size_t len)
{
	if (len > NOTE_MAX || !utf8_is_valid(text, len))
		return false;
	for (size_t i = 0; i < len; i++)
		if ((uint8_t)text[i] < ' ' && text[i] != '\n')
			return false;
	return true;
}

static bool is_space(uint32_t c)
{
	return c <= ' ' || c == 0x85 || c == 0xa0 || c == 0x1680 ||
	       (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
	       c == 0x202f || c == 0x205f || c == 0x3000;
}

static bool is_name(const char *name, size_t len)
{
	unsigned n;
	uint32_t c;

	for (size_t i = 0; i < len; i += n) {
		n = utf8_decode(&c, name + i, len - i);
		if (n == 0 || is_space(c) || c == '+')
			return false;
	}
	return len > 0;
}

static bool is_base64(struct fiche_text t)
{
	uint8_t raw[3];

	for (size_t i = 0; i < t.len; i += 4) {
		size_t want = 3;

		if (t.len - i <= 4)
			want -= (size_t)(t.ptr[t.len - 1] == '=') +
			        (size_t)(t.ptr[t.len - 2] == '=');
		if (t.len - i < 4 || !base64_take(raw, want, t.ptr + i, 4))
			return false;
	}
	return t.len > 0;
}

/* The next line, without its LF; false if there is none. */
static bool take_line(struct fiche_text *out, const char **at, const char *end)
{
	const char *lf = memchr(*at, '\n', (size_t)(end - *at));

	if (!lf)
		return false;
	out->ptr = *at;
	out->len = (size_t)(lf - *at);
	*at = lf + 1;
	return true;
}

/* ---- Keys ---- */

static int set_id(struct note_key *k)
{
	uint8_t in[NOTE_NAME_MAX + 2 + ED25519_PUBLIC], hash[32];
	size_t len = strlen(k->name);
	int r;

	memcpy(in, k->name, len);
	in[len++] = '\n';
	in[len++] = ALGORITHM;
	memcpy(in + len, k->key, ED25519_PUBLIC);
	r = sha256_of(hash, in, len + ED25519_PUBLIC);
	memcpy(k->id, hash, sizeof(k->id));
	return r;
}

int note_key_make(struct note_key *out, const char *name,
                  const uint8_t seed[ED25519_SEED], struct fiche_error *err)
{
	memset(out, 0, sizeof(*out));
	if (strlen(name) > NOTE_NAME_MAX || !is_name(name, strlen(name)))
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "the name of a key has 1 to 200 bytes, no "
		               "blanks and no '+'");
	memcpy(out->name, name, strlen(name));
	memcpy(out->seed, seed, ED25519_SEED);
	out->can_sign = true;
	if (ed25519_public(out->key, seed) < 0 || set_id(out) < 0)
		return err_nomem(err);
	return 0;
}

static void put_key(struct buf *out, const struct note_key *k,
                    const uint8_t secret_or_key[32])
{
	uint8_t raw[33] = { ALGORITHM };

	memcpy(raw + 1, secret_or_key, 32);
	buf_text(out, k->name);
	buf_printf(out, "+%02x%02x%02x%02x+", k->id[0], k->id[1], k->id[2],
	           k->id[3]);
	base64_put(out, raw, sizeof(raw));
	buf_u8(out, '\n');
}

void note_key_put_private(struct buf *out, const struct note_key *k)
{
	buf_text(out, PRIVATE);
	put_key(out, k, k->seed);
}

void note_key_put_public(struct buf *out, const struct note_key *k)
{
	put_key(out, k, k->key);
}

static int no_key(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
	               "this is no key for signed notes");
}

int note_key_read(struct note_key *out, const char *text, size_t len,
                  struct fiche_error *err)
{
	const size_t mark = sizeof(PRIVATE) - 1;
	uint8_t raw[33], id[4] = { 0 };
	const char *plus, *second;
	bool secret;

	memset(out, 0, sizeof(*out));
	while (len > 0 && (uint8_t)text[len - 1] <= ' ')
		len--;
	while (len > 0 && (uint8_t)*text <= ' ') {
		text++;
		len--;
	}
	secret = len > mark && memcmp(text, PRIVATE, mark) == 0;
	if (secret) {
		text += mark;
		len -= mark;
	}
	plus = memchr(text, '+', len);
	if (!plus || plus - text > NOTE_NAME_MAX ||
	    !is_name(text, (size_t)(plus - text)))
		return no_key(err);
	second = memchr(plus + 1, '+', len - (size_t)(plus + 1 - text));
	if (!second ||
	    !hex_decode(id, sizeof(id), plus + 1,
	                (size_t)(second - plus - 1)) ||
	    !base64_take(raw, sizeof(raw), second + 1,
	                 len - (size_t)(second + 1 - text)) ||
	    raw[0] != ALGORITHM)
		return no_key(err);
	memcpy(out->name, text, (size_t)(plus - text));
	memcpy(secret ? out->seed : out->key, raw + 1, 32);
	out->can_sign = secret;
	if ((secret && ed25519_public(out->key, out->seed) < 0) ||
	    set_id(out) < 0)
		return err_nomem(err);
	return memcmp(id, out->id, 4) == 0 ? 0 : no_key(err);
}

/* ---- Notes ---- */

struct signature {
	struct fiche_text name, base64;
};

/* Read a signature line; false if it is none. */
static bool read_signature(struct signature *out, struct fiche_text line)
{
	const size_t dash = sizeof(DASH) - 1;
	const char *name = line.ptr + dash, *blank;

	if (line.len <= dash || memcmp(line.ptr, DASH, dash) != 0)
		return false;
	blank = memchr(name, ' ', line.len - dash);
	if (!blank || !is_name(name, (size_t)(blank - name)))
		return false;
	out->name = (struct fiche_text){ name, (size_t)(blank - name) };
	out->base64.ptr = blank + 1;
	out->base64.len = line.len - (size_t)(blank + 1 - line.ptr);
	/* Four bytes of key id, and something. */
	return out->base64.len >= 8 && is_base64(out->base64) &&
	       (out->base64.len > 8 || out->base64.ptr[6] != '=');
}

/* Where the text ends, its last LF included: in front of the last empty line.
 * 0 if there is none. */
static size_t find_border(const char *note, size_t len)
{
	for (size_t i = len; i >= 2; i--)
		if (note[i - 1] == '\n' && note[i - 2] == '\n')
			return i - 1;
	return 0;
}

size_t note_text_len(const char *note, size_t len)
{
	size_t text_len = is_clean(note, len) ? find_border(note, len) : 0;
	struct signature signature;
	struct fiche_text line;
	const char *at, *end;

	if (text_len == 0)
		return 0;
	at = note + text_len + 1;
	end = note + len;
	while (at < end)
		if (!take_line(&line, &at, end) ||
		    !read_signature(&signature, line))
			return 0;
	return text_len;
}

static int no_note(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
	               "this is no signed note");
}

int note_sign(struct buf *note, const struct note_key *k,
              struct fiche_error *err)
{
	size_t len = note_text_len((const char *)note->ptr, note->len);
	uint8_t line[4 + ED25519_SIGNATURE];

	/* Before it is looked at: a copy that failed is no note, either. */
	if (!buf_ok(note))
		return err_nomem(err);
	if (len == 0) {
		len = note->len;
		if (len == 0 || note->ptr[len - 1] != '\n' ||
		    !is_clean((const char *)note->ptr, len) ||
		    find_border((const char *)note->ptr, len) > 0)
			return no_note(err);
		buf_u8(note, '\n');
	}
	if (!buf_ok(note))
		return err_nomem(err);
	memcpy(line, k->id, 4);
	if (ed25519_sign(line + 4, k->seed, note->ptr, len) < 0)
		return err_nomem(err);
	buf_text(note, DASH);
	buf_text(note, k->name);
	buf_u8(note, ' ');
	base64_put(note, line, sizeof(line));
	buf_u8(note, '\n');
	return buf_ok(note) ? 0 : err_nomem(err);
}

/* Is a signature by this key?  0 yes, 1 by another, below 0 it is wrong. */
static int check_signature(const struct signature *s, const struct note_key *k,
                           const char *text, size_t text_len)
{
	uint8_t raw[4 + ED25519_SIGNATURE], start[6];

	if (s->name.len != strlen(k->name) ||
	    memcmp(s->name.ptr, k->name, s->name.len) != 0)
		return 1;
	/* The id, which not every first eight characters begin with. */
	if (!base64_take(raw, sizeof(raw), s->base64.ptr, s->base64.len))
		return base64_take(start, sizeof(start), s->base64.ptr, 8) &&
		                       memcmp(start, k->id, 4) == 0
		               ? FICHE_ERR_INPUT
		               : 1;
	if (memcmp(raw, k->id, 4) != 0)
		return 1;
	return ed25519_verify(raw + 4, k->key, text, text_len)
	               ? 0
	               : FICHE_ERR_INPUT;
}

int note_verify(const char *note, size_t len, const struct note_key *k,
                struct fiche_error *err)
{
	size_t text_len = note_text_len(note, len);
	const char *at, *end = note + len;
	struct fiche_text line;
	struct signature s;
	int r, status = 1;

	if (text_len == 0)
		return no_note(err);
	at = note + text_len + 1;
	while (take_line(&line, &at, end) && read_signature(&s, line)) {
		r = check_signature(&s, k, note, text_len);
		if (r < 0)
			return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
			               "the signature by %s is wrong", k->name);
		if (r == 0)
			status = 0;
	}
	return status;
}

/* ---- Checkpoints ---- */

void checkpoint_put(struct buf *out, const struct checkpoint *c)
{
	buf_printf(out, "%s\n%" PRIu64 "\n", c->origin, c->size);
	base64_put(out, c->head, sizeof(c->head));
	buf_u8(out, '\n');
}

/* Decimal, without leading zeros, up to the records of an archive (spec 7). */
static bool read_number(uint64_t *out, struct fiche_text t)
{
	uint64_t v = 0;

	if (t.len == 0 || t.len > 19 || (t.len > 1 && t.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < t.len; i++) {
		if (t.ptr[i] < '0' || t.ptr[i] > '9')
			return false;
		v = v * 10 + (uint64_t)(t.ptr[i] - '0');
	}
	*out = v;
	return v <= INT64_MAX;
}

/* Lines none of which is empty: the text of a note, or all there is. */
static size_t checkpoint_len(const char *note, size_t len)
{
	size_t text_len = note_text_len(note, len);

	if (text_len == 0 && is_clean(note, len) && len > 0 &&
	    note[len - 1] == '\n')
		text_len = len;
	return find_border(note, text_len) == 0 ? text_len : 0;
}

int checkpoint_read(struct checkpoint *out, const char *note, size_t len,
                    struct fiche_error *err)
{
	const char *at = note, *end = note + checkpoint_len(note, len);
	struct fiche_text origin, size, head;

	memset(out, 0, sizeof(*out));
	if (!take_line(&origin, &at, end) || !take_line(&size, &at, end) ||
	    !take_line(&head, &at, end) || origin.len == 0 ||
	    origin.len > NOTE_NAME_MAX || !read_number(&out->size, size) ||
	    !base64_take(out->head, 32, head.ptr, head.len))
		return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE,
		               "what should be a checkpoint is none");
	memcpy(out->origin, origin.ptr, origin.len);
	return 0;
}

/* ---- Proofs ---- */

void proof_put(struct buf *out, const struct proof *p)
{
	buf_text(out, PROOF);
	buf_printf(out, "index %" PRIu64 "\n", p->index);
	for (unsigned i = 0; i < p->count; i++) {
		base64_put(out, p->path[i], 32);
		buf_u8(out, '\n');
	}
	buf_u8(out, '\n');
	buf_put(out, p->note.ptr, p->note.len);
}

static int no_proof(struct fiche_error *err)
{
	return err_set(err, FICHE_ERR_INPUT, FICHE_NOWHERE, "this is no proof");
}

int proof_read(struct proof *out, const char *text, size_t len,
               struct fiche_error *err)
{
	const size_t head = sizeof(PROOF) - 1;
	const char *at = text + head, *end = text + len;
	struct fiche_text line;

	memset(out, 0, sizeof(*out));
	if (len < head || len > NOTE_MAX || memcmp(text, PROOF, head) != 0 ||
	    !take_line(&line, &at, end))
		return no_proof(err);
	/* What was added for other readers, by whomever. */
	if (line.len > 6 && memcmp(line.ptr, "extra ", 6) == 0 &&
	    (!is_base64((struct fiche_text){ line.ptr + 6, line.len - 6 }) ||
	     !take_line(&line, &at, end)))
		return no_proof(err);
	if (line.len < 7 || memcmp(line.ptr, "index ", 6) != 0 ||
	    !read_number(&out->index,
	                 (struct fiche_text){ line.ptr + 6, line.len - 6 }))
		return no_proof(err);
	for (;;) {
		if (!take_line(&line, &at, end))
			return no_proof(err);
		if (line.len == 0)
			break;
		if (out->count == PROOF_PATH ||
		    !base64_take(out->path[out->count++], 32, line.ptr,
		                 line.len))
			return no_proof(err);
	}
	out->note = (struct fiche_text){ at, (size_t)(end - at) };
	return 0;
}
