/* SPDX-License-Identifier: Apache-2.0 */
/* ed25519.h - signatures of RFC 8032, by libcrypto. */
#ifndef BASE_ED25519_H
#define BASE_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ED25519_SEED      32
#define ED25519_PUBLIC    32
#define ED25519_SIGNATURE 64

/* The public key of a seed.  0 or FICHE_ERR_NOMEM (libcrypto failed). */
int ed25519_public(uint8_t out[ED25519_PUBLIC],
                   const uint8_t seed[ED25519_SEED]);
int ed25519_sign(uint8_t out[ED25519_SIGNATURE],
                 const uint8_t seed[ED25519_SEED], const void *text,
                 size_t len);
/* Is it the key's signature of the text?  False for a key or signature in
 * another than the canonical spelling, and if libcrypto failed. */
bool ed25519_verify(const uint8_t signature[ED25519_SIGNATURE],
                    const uint8_t key[ED25519_PUBLIC], const void *text,
                    size_t len);

#endif
