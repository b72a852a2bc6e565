/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash.h - the two checks of the format: SHA-256 for identity and audit, CRC-32
 * (the polynomial of gzip, check value cbf43926) for quick reads.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "fiche/error.h"

#define SHA256_SIZE 32

/* A running SHA-256.  sha256_new() returns NULL when out of memory. */
struct sha256 *sha256_new(void);
void sha256_add(struct sha256 *h, const void *data, size_t len);
/* Finish, and make ready for the next message.  Returns 0 or FICHE_ERR_NOMEM
 * (libcrypto failed at any time since the start of the message). */
int sha256_end(struct sha256 *h, uint8_t out[SHA256_SIZE]);
void sha256_free(struct sha256 *h);

/* One message at once: 0 or FICHE_ERR_NOMEM. */
int sha256_of(uint8_t out[SHA256_SIZE], const void *data, size_t len);

/* Continue from `crc` (0 at the start). */
uint32_t crc32_add(uint32_t crc, const void *data, size_t len);

#endif
