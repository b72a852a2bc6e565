/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proof.h - who vouches for an archive, and that an article is in it: keys,
 * checkpoints and proofs (spec 4.10).
 *
 * All of them are short texts, in the forms of C2SP (signed-note,
 * tlog-checkpoint, tlog-proof), to be kept on paper and to be checked without
 * fiche.  A text is returned in a buffer of the caller, with a NUL behind it.
 */
#ifndef FICHE_PROOF_H
#define FICHE_PROOF_H

#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"
#include "fiche/reader.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FICHE_KEY_MAX  512         /* bytes of a key's text */
#define FICHE_NOTE_MAX (64 * 1024) /* of a note or proof */

/*
 * A new Ed25519 key.  `name` says whose it is: no blanks, no '+'; a host and
 * path is customary.  The private text is for the signer alone.  Returns 0,
 * FICHE_ERR_ARG (name), FICHE_ERR_IO (no random bytes) or FICHE_ERR_NOMEM.
 */
FICHE_API int fiche_key_new(char private_out[FICHE_KEY_MAX],
                            char public_out[FICHE_KEY_MAX], const char *name,
                            struct fiche_error *err);

/*
 * The checkpoint of the records an archive has: origin, count and tree head.
 * The head is computed from the digests in the index; to vouch for it is to
 * have verified the archive before (fiche_verify()).  Returns 0,
 * FICHE_ERR_CORRUPT if it is not the head of the commit, or errors of reading.
 */
FICHE_API int fiche_checkpoint(struct fiche_reader *r, char out[FICHE_NOTE_MAX],
                               struct fiche_error *err);

/* Add a signature line to a note in place.  FICHE_ERR_INPUT if the key is no
 * private key or the note is none, FICHE_ERR_LIMIT if there is no room. */
FICHE_API int fiche_note_sign(char note[FICHE_NOTE_MAX], const char *key,
                              struct fiche_error *err);

/*
 * Did the owner of this public key sign the note?  0 yes, FICHE_END no (there
 * is no line by this key), FICHE_ERR_INPUT: there is one and it is wrong, or
 * note or key are none.
 */
FICHE_API int fiche_note_verify(const char *note, const char *key,
                                struct fiche_error *err);

/*
 * Is the archive the one of the checkpoint, or did it only grow since?  0 yes;
 * FICHE_ERR_INPUT with a sentence: no (another archive, fewer records, or
 * others), or it is no checkpoint.  Signatures are not looked at.  *records is
 * what the checkpoint counts; it may be NULL.
 */
FICHE_API int fiche_reader_extends(struct fiche_reader *r, const char *note,
                                   uint64_t *records, struct fiche_error *err);

/*
 * Prove that a record was in the archive of the checkpoint `note`, which the
 * proof then holds.  Returns 0, FICHE_ERR_ARG if the checkpoint does not have
 * that record, FICHE_ERR_INPUT as fiche_reader_extends(), or errors of reading.
 */
FICHE_API int fiche_prove(struct fiche_reader *r, uint64_t number,
                          const char *note, char out[FICHE_NOTE_MAX],
                          struct fiche_error *err);

struct fiche_proof_info {
	char origin[256];          /* which archive */
	uint64_t number;           /* of the record */
	uint64_t records;          /* of the checkpoint */
	char note[FICHE_NOTE_MAX]; /* the checkpoint in it, for
	                              fiche_note_verify() */
};

/*
 * Does the proof lead from a record's SHA-256 to the checkpoint in it?  Without
 * the archive.  0 yes, FICHE_ERR_INPUT no.  Whether to believe the checkpoint
 * is another question: fiche_note_verify().
 */
FICHE_API int fiche_proof_check(struct fiche_proof_info *out, const char *proof,
                                const uint8_t digest[FICHE_DIGEST_SIZE],
                                struct fiche_error *err);
/* SHA-256 of a record: 0 or FICHE_ERR_NOMEM. */
FICHE_API int fiche_record_digest(uint8_t out[FICHE_DIGEST_SIZE],
                                  const void *bytes, size_t len);

#ifdef __cplusplus
}
#endif

#endif
