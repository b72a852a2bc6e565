/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hash_two.c - SHA-256 of two messages side by side.
 *
 * The instructions for it wait for each other's results within a message, so a
 * second message is hashed in the meantime.  libcrypto does this for TLS
 * only.  Where the processor lacks them, one message follows the other.
 */

#include "base/hash.h"

#include <stdbool.h>

/* The C library keeps what the processor can: asking that itself takes longer
 * than hashing a page where there is a hypervisor. */
#if defined(__x86_64__) && __has_include(<sys/platform/x86.h>)

#include <immintrin.h>
#include <sys/platform/x86.h>

#define BLOCK 64

static const uint32_t constants[BLOCK] = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1,
	0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3,
	0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
	0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
	0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
	0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
	0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
	0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

/* As the instructions want them. */
struct state {
	__m128i abef, cdgh;
};

static bool is_supported(void)
{
	return CPU_FEATURE_ACTIVE(SHA) && CPU_FEATURE_ACTIVE(SSE4_1);
}

/* Words 4 * i and following of both blocks, and four rounds with them; w[] has
 * the last sixteen words. */
__attribute__((target("sha,sse4.1"), always_inline)) static inline void
four_rounds(struct state s[2], __m128i w[2][4], const uint8_t *const block[2],
            unsigned i)
{
	const __m128i swap =
		_mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
	const __m128i k = _mm_loadu_si128((const __m128i *)(constants + 4 * i));

	for (unsigned m = 0; m < 2; m++) {
		__m128i *now = &w[m][i % 4], x;

		if (i < 4) {
			x = _mm_loadu_si128(
				(const __m128i *)(block[m] + 16 * i));
			*now = _mm_shuffle_epi8(x, swap);
		} else {
			x = _mm_sha256msg1_epu32(*now, w[m][(i + 1) % 4]);
			x = _mm_add_epi32(x, _mm_alignr_epi8(w[m][(i + 3) % 4],
			                                     w[m][(i + 2) % 4],
			                                     4));
			*now = _mm_sha256msg2_epu32(x, w[m][(i + 3) % 4]);
		}
		x = _mm_add_epi32(*now, k);
		s[m].cdgh = _mm_sha256rnds2_epu32(s[m].cdgh, s[m].abef, x);
		x = _mm_shuffle_epi32(x, 0x0e);
		s[m].abef = _mm_sha256rnds2_epu32(s[m].abef, s[m].cdgh, x);
	}
}

__attribute__((target("sha,sse4.1"))) static void add_blocks(struct state s[2],
                                                             const uint8_t *a,
                                                             const uint8_t *b,
                                                             size_t len)
{
	for (size_t at = 0; at < len; at += BLOCK) {
		const uint8_t *const block[2] = { a + at, b + at };
		struct state now[2] = { s[0], s[1] };
		__m128i w[2][4];

#pragma GCC unroll 16
		for (unsigned i = 0; i < 16; i++)
			four_rounds(now, w, block, i);
		for (unsigned m = 0; m < 2; m++) {
			s[m].abef = _mm_add_epi32(s[m].abef, now[m].abef);
			s[m].cdgh = _mm_add_epi32(s[m].cdgh, now[m].cdgh);
		}
	}
}

__attribute__((target("sha,sse4.1"))) static void put_state(
	uint8_t out[SHA256_SIZE], const struct state *s)
{
	const __m128i swap =
		_mm_set_epi64x(0x08090a0b0c0d0e0f, 0x0001020304050607);
	__m128i badc = _mm_unpackhi_epi64(s->abef, s->cdgh);
	__m128i fehg = _mm_unpacklo_epi64(s->abef, s->cdgh);

	_mm_storeu_si128((__m128i *)out, _mm_shuffle_epi8(badc, swap));
	_mm_storeu_si128((__m128i *)(out + 16), _mm_shuffle_epi8(fehg, swap));
}

static void hash_two(uint8_t *a_out, uint8_t *b_out, const void *a,
                     const void *b, size_t len)
{
	const struct state start = {
		_mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f,
		              (int)0x9b05688c),
		_mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab,
		              0x5be0cd19),
	};
	struct state s[2] = { start, start };
	uint8_t end[BLOCK] = { 0x80 };

	for (unsigned i = 0; i < 8; i++)
		end[BLOCK - 1 - i] = (uint8_t)((uint64_t)len * 8 >> 8 * i);
	add_blocks(s, a, b, len);
	add_blocks(s, end, end, BLOCK);
	put_state(a_out, &s[0]);
	put_state(b_out, &s[1]);
}

#else

static bool is_supported(void)
{
	return false;
}

static void hash_two(uint8_t *a_out, uint8_t *b_out, const void *a,
                     const void *b, size_t len)
{
	(void)a_out, (void)b_out, (void)a, (void)b, (void)len;
}

#endif

int sha256_of_two(uint8_t a_out[SHA256_SIZE], uint8_t b_out[SHA256_SIZE],
                  const void *a, const void *b, size_t len)
{
	int r;

	if (is_supported()) {
		hash_two(a_out, b_out, a, b, len);
		return 0;
	}
	r = sha256_of(a_out, a, len);
	return r == 0 ? sha256_of(b_out, b, len) : r;
}
