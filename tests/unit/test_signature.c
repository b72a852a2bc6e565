/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_signature.c - base64 and Ed25519 are those of their standards, and give
 * nothing a second spelling.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/base64.h"
#include "base/ed25519.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static size_t from_hex(uint8_t *out, const char *hex)
{
	size_t n = strlen(hex) / 2;

	for (size_t i = 0; i < n; i++) {
		char two[3] = { hex[2 * i], hex[2 * i + 1], '\0' };

		out[i] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

/* ---- base64 ---- */

static void base64_is_that_of_the_rfc(void **state)
{
	static const struct {
		const char *plain, *text;
	} rows[] = {
		{ "", "" },
		{ "f", "Zg==" },
		{ "fo", "Zm8=" },
		{ "foo", "Zm9v" },
		{ "foob", "Zm9vYg==" },
		{ "fooba", "Zm9vYmE=" },
		{ "foobar", "Zm9vYmFy" },
		{ "\xfb\xff\xbf", "+/+/" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t len = strlen(rows[i].plain);
		struct buf b = { 0 };
		uint8_t back[8];

		base64_put(&b, rows[i].plain, len);
		assert_int_equal(b.len, strlen(rows[i].text));
		assert_memory_equal(b.len ? (char *)b.ptr : "", rows[i].text,
		                    b.len);
		assert_true(base64_take(back, len, rows[i].text, b.len));
		assert_memory_equal(back, rows[i].plain, len);
		buf_done(&b);
	}
}

static void base64_has_one_spelling(void **state)
{
	static const struct {
		size_t want;
		const char *text;
	} rows[] = {
		{ 1, "Zg" },    { 1, "Zg=" },      { 1, "Zg===" },
		{ 1, "Zh==" },  { 2, "Zm9=" },     { 1, "Z===" },
		{ 1, "=Zg=" },  { 1, "Zm9v" },     { 3, "Zm8=" },
		{ 3, "Zm-_" },  { 3, "Zm9 " },     { 3, "Zm9\n" },
		{ 3, " Zm9v" }, { 3, "Zm9v\n" },   { 3, "Zm\xc3\xa9" },
		{ 3, "====" },  { 4, "Zg==Zg==" }, { 3, "" },
	};
	uint8_t out[8];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		if (base64_take(out, rows[i].want, rows[i].text,
		                strlen(rows[i].text)))
			fail_msg("taken: '%s'", rows[i].text);
}

/* ---- Ed25519 ---- */

struct vector {
	const char *seed, *key, *text, *signature;
};

/* RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc). */
static const struct vector vectors[] = {
	{ "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	  "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	  "",
	  "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	  "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	  "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	  "72",
	  "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	  "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	  "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	  "af82",
	  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	  "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
	{ "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
	  "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
	  "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
	  "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
	  "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
	  "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704" },
};

static void signatures_are_those_of_the_rfc(void **state)
{
	uint8_t seed[32], key[32], text[64], want[64], have[64], mine[32];

	(void)state;
	for (size_t i = 0; i < COUNT(vectors); i++) {
		size_t len = from_hex(text, vectors[i].text);

		(void)from_hex(seed, vectors[i].seed);
		(void)from_hex(key, vectors[i].key);
		(void)from_hex(want, vectors[i].signature);
		assert_int_equal(ed25519_public(mine, seed), 0);
		assert_memory_equal(mine, key, 32);
		assert_int_equal(ed25519_sign(have, seed, text, len), 0);
		assert_memory_equal(have, want, 64);
		assert_true(ed25519_verify(want, key, text, len));
	}
}

static void no_bit_of_a_signature_is_free(void **state)
{
	/* The order of the base point. */
	static const char order[] = "edd3f55c1a631258d69cf7a2def9de14"
				    "00000000000000000000000000000010";
	uint8_t key[32], text[2], s[64], l[32];
	unsigned carry = 0;

	(void)state;
	(void)from_hex(key, vectors[2].key);
	(void)from_hex(text, vectors[2].text);
	(void)from_hex(s, vectors[2].signature);
	(void)from_hex(l, order);
	for (size_t bit = 0; bit < 512; bit++) {
		s[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(ed25519_verify(s, key, text, 2));
		s[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < 256; bit++) {
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(ed25519_verify(s, key, text, 2));
		key[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(ed25519_verify(s, key, text, 2));
	/* The same number, the order added. */
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)s[32 + i] + l[i];
		s[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_false(ed25519_verify(s, key, text, 2));
}

/* The neutral element signs anything with R = 1, S = 0: so its other spellings
 * show whether they are taken. */
static void a_key_has_one_spelling(void **state)
{
	static const struct {
		const char *key;
		bool taken;
	} rows[] = {
		{ "01000000000000000000000000000000"
		  "00000000000000000000000000000000",
		  true },
		{ "01000000000000000000000000000000"
		  "00000000000000000000000000000080",
		  false },
		{ "eeffffffffffffffffffffffffffffff"
		  "ffffffffffffffffffffffffffffff7f",
		  false },
		{ "eeffffffffffffffffffffffffffffff"
		  "ffffffffffffffffffffffffffffffff",
		  false },
	};
	uint8_t key[32], s[64] = { 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		(void)from_hex(key, rows[i].key);
		assert_int_equal(ed25519_verify(s, key, "x", 1), rows[i].taken);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(base64_is_that_of_the_rfc),
		cmocka_unit_test(base64_has_one_spelling),
		cmocka_unit_test(signatures_are_those_of_the_rfc),
		cmocka_unit_test(no_bit_of_a_signature_is_free),
		cmocka_unit_test(a_key_has_one_spelling),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
