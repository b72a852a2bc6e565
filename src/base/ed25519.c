/* SPDX-License-Identifier: Apache-2.0 */
/* ed25519.c - see ed25519.h. */

#include "base/ed25519.h"

#include <openssl/evp.h>

#include "fiche/error.h"

int ed25519_public(uint8_t out[ED25519_PUBLIC],
                   const uint8_t seed[ED25519_SEED])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
	                                             seed, ED25519_SEED);
	size_t len = ED25519_PUBLIC;
	bool ok = key && EVP_PKEY_get_raw_public_key(key, out, &len) == 1 &&
	          len == ED25519_PUBLIC;

	EVP_PKEY_free(key);
	return ok ? 0 : FICHE_ERR_NOMEM;
}

int ed25519_sign(uint8_t out[ED25519_SIGNATURE],
                 const uint8_t seed[ED25519_SEED], const void *text, size_t len)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL,
	                                             seed, ED25519_SEED);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	size_t n = ED25519_SIGNATURE;
	bool ok = key && ctx &&
	          EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	          EVP_DigestSign(ctx, out, &n, text, len) == 1 &&
	          n == ED25519_SIGNATURE;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return ok ? 0 : FICHE_ERR_NOMEM;
}

/* RFC 8032 5.1.3 gives each point one spelling, libcrypto takes all: y is below
 * 2^255 - 19, and where x is 0 (y is 1 or -1) its sign is too. */
static bool is_canonical(const uint8_t key[ED25519_PUBLIC])
{
	uint8_t top = key[31];
	bool zeros = true, ones = true;

	for (size_t i = 1; i < 31; i++) {
		zeros = zeros && key[i] == 0;
		ones = ones && key[i] == 0xff;
	}
	if (ones && (top & 0x7f) == 0x7f && key[0] >= 0xed)
		return false;
	return !(zeros && top == 0x80 && key[0] == 1) &&
	       !(ones && top == 0xff && key[0] == 0xec);
}

bool ed25519_verify(const uint8_t signature[ED25519_SIGNATURE],
                    const uint8_t key[ED25519_PUBLIC], const void *text,
                    size_t len)
{
	EVP_PKEY *k = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key,
	                                          ED25519_PUBLIC);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok = k && ctx && is_canonical(key) &&
	          EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, k) == 1 &&
	          EVP_DigestVerify(ctx, signature, ED25519_SIGNATURE, text,
	                           len) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(k);
	return ok;
}
