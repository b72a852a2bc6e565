/* SPDX-License-Identifier: Apache-2.0 */
/*
 * note.h - the texts by which an archive is vouched for (spec 4.10): keys,
 * signed notes, checkpoints and proofs, in the forms of C2SP (signed-note,
 * tlog-checkpoint, tlog-proof).
 */
#ifndef FORMAT_NOTE_H
#define FORMAT_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/ed25519.h"
#include "fiche/article.h"

#define NOTE_MAX      65535 /* bytes of a note that is read */
#define NOTE_NAME_MAX 200
#define PROOF_PATH    64 /* hashes of a proof, at most */

struct note_key {
	char name[NOTE_NAME_MAX + 1];
	uint8_t id[4];
	uint8_t key[ED25519_PUBLIC];
	uint8_t seed[ED25519_SEED];
	bool can_sign;
};

/* Make the key of a seed.  FICHE_ERR_INPUT if the name is empty, too long, or
 * has blanks or a '+'. */
int note_key_make(struct note_key *out, const char *name,
                  const uint8_t seed[ED25519_SEED], struct fiche_error *err);
/* PRIVATE+KEY+name+id+key, and name+id+key; each with LF. */
void note_key_put_private(struct buf *out, const struct note_key *k);
void note_key_put_public(struct buf *out, const struct note_key *k);
/* Read either; blanks around it are passed over.  0 or FICHE_ERR_INPUT. */
int note_key_read(struct note_key *out, const char *text, size_t len,
                  struct fiche_error *err);

/* The place where the text of a note ends, its last LF included; 0 if it is
 * no note.  It may have no signatures, but nothing else in their place. */
size_t note_text_len(const char *note, size_t len);
/* Append a signature line to a note, or to lines that are its text.
 * FICHE_ERR_INPUT if it is neither. */
int note_sign(struct buf *note, const struct note_key *k,
              struct fiche_error *err);
/* Is there a line by this key, and are all of them right?  Lines of others, and
 * kinds that are not known, say nothing.  0 signed, 1 no line by this key,
 * below 0 FICHE_ERR_INPUT: a line by this key that is wrong, or no note. */
int note_verify(const char *note, size_t len, const struct note_key *k,
                struct fiche_error *err);

struct checkpoint {
	char origin[NOTE_NAME_MAX + 1];
	uint64_t size; /* records */
	uint8_t head[32];
};

/* The text of a note, without signatures: three lines. */
void checkpoint_put(struct buf *out, const struct checkpoint *c);
/* Read a note, or its text alone; more lines of it are passed over.  0 or
 * FICHE_ERR_INPUT. */
int checkpoint_read(struct checkpoint *out, const char *note, size_t len,
                    struct fiche_error *err);

struct proof {
	uint64_t index;
	uint8_t path[PROOF_PATH][32];
	unsigned count;
	struct fiche_text note; /* the checkpoint, signed or not */
};

void proof_put(struct buf *out, const struct proof *p);
/* `note` is borrowed from the text.  0 or FICHE_ERR_INPUT. */
int proof_read(struct proof *out, const char *text, size_t len,
               struct fiche_error *err);

#endif
