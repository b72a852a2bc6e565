/* SPDX-License-Identifier: Apache-2.0 */
/* digest.c - labelled digests; see digest.h. */
#include "ingest/digest.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>

#include "ingest/head.h"

static const EVP_MD *find_algorithm(struct fiche_text name)
{
	if (head_is(name, "sha1") || head_is(name, "sha-1"))
		return EVP_sha1();
	if (head_is(name, "sha256") || head_is(name, "sha-256"))
		return EVP_sha256();
	if (head_is(name, "sha384") || head_is(name, "sha-384"))
		return EVP_sha384();
	if (head_is(name, "sha512") || head_is(name, "sha-512"))
		return EVP_sha512();
	return head_is(name, "md5") ? EVP_md5() : NULL;
}

static unsigned base32_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a');
	return c >= '2' && c <= '7' ? (unsigned)(c - '2') + 26 : 99;
}

static unsigned hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0');
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10 : 99;
}

/* Digits of `bits` bits each, most significant first, to `size` bytes. */
static bool decode(uint8_t *out, size_t size, struct fiche_text text,
                   unsigned bits, unsigned (*value)(char))
{
	unsigned held = 0, have = 0;
	size_t n = 0;

	if (text.len != (size * 8 + bits - 1) / bits)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		unsigned v = value(text.ptr[i]);

		if (v >= 1u << bits)
			return false;
		held = (held << bits | v) & 0xffff;
		have += bits;
		if (have < 8)
			continue;
		have -= 8;
		if (n < size)
			out[n++] = (uint8_t)(held >> have);
	}
	return n == size;
}

enum digest_verdict digest_check(struct fiche_text label, const void *bytes,
                                 size_t len)
{
	const char *colon =
		label.len > 0 ? memchr(label.ptr, ':', label.len) : NULL;
	uint8_t said[EVP_MAX_MD_SIZE], is[EVP_MAX_MD_SIZE];
	struct fiche_text name = { label.ptr, 0 }, text;
	const EVP_MD *md;
	size_t size;

	if (colon == NULL)
		return DIGEST_UNKNOWN;
	name.len = (size_t)(colon - label.ptr);
	text.ptr = colon + 1;
	text.len = label.len - name.len - 1;
	while (text.len > 0 && text.ptr[text.len - 1] == '=')
		text.len--;
	md = find_algorithm(name);
	if (md == NULL)
		return DIGEST_UNKNOWN;
	size = (size_t)EVP_MD_get_size(md);
	if (!decode(said, size, text, 4, hex_value) &&
	    !decode(said, size, text, 5, base32_value))
		return DIGEST_UNKNOWN;
	/* A library without md5, or without memory, cannot tell. */
	if (EVP_Digest(bytes, len, is, NULL, md, NULL) != 1)
		return DIGEST_UNKNOWN;
	return memcmp(said, is, size) == 0 ? DIGEST_GOOD : DIGEST_BAD;
}
