/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_merkle.c - heads and paths against the definition of RFC 9162 and the
 * test data of certificate logs.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/hash.h"
#include "format/merkle.h"

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

struct hash {
	uint8_t b[32];
};

static struct hash hashed(uint8_t prefix, const void *a, size_t a_len,
                          const void *b, size_t b_len)
{
	struct buf in = { 0 };
	struct hash out;

	buf_u8(&in, prefix);
	buf_put(&in, a, a_len);
	buf_put(&in, b, b_len);
	assert_int_equal(sha256_of(out.b, in.ptr, in.len), 0);
	buf_done(&in);
	return out;
}

/* RFC 9162, 2.1.1, word for word. */
static struct hash naive(const struct hash *leaf, size_t n)
{
	struct hash left, right;
	size_t k = 1;

	if (n == 0) {
		assert_int_equal(sha256_of(left.b, "", 0), 0);
		return left;
	}
	if (n == 1)
		return leaf[0];
	while (k * 2 < n)
		k *= 2;
	left = naive(leaf, k);
	right = naive(leaf + k, n - k);
	return hashed(1, left.b, 32, right.b, 32);
}

static struct hash hash_of_hex(const char *hex)
{
	struct hash h;

	assert_int_equal(from_hex(h.b, hex), 32);
	return h;
}

/* The test data of the first certificate logs. */
static const char *const ct_leaves[8] = {
	"",
	"00",
	"10",
	"2021",
	"3031",
	"40414243",
	"5051525354555657",
	"606162636465666768696a6b6c6d6e6f",
};
static const char *const ct_heads[8] = {
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

static void heads_and_paths_are_those_of_certificate_logs(void **state)
{
	static const struct {
		unsigned index, size;
		const char *path[4];
	} paths[] = {
		{ 0, 1, { NULL } },
		{ 0,
		  8,
		  { "96a296d224f285c67bee93c30f8a3091"
		    "57f0daa35dc5b87e410b78630a09cfc7",
		    "5f083f0a1a33ca076a95279832580db3"
		    "e0ef4584bdff1f54c8a360f50de3031e",
		    "6b47aaf29ee3c2af9af889bc1fb9254d"
		    "abd31177f16232dd6aab035ca39bf6e4" } },
		{ 5,
		  8,
		  { "bc1a0643b12e4d2d7c77918f44e0f4f7"
		    "9a838b6cf9ec5b5c283e1f4d88599e6b",
		    "ca854ea128ed050b41b35ffc1b87b8eb"
		    "2bde461e9e3b5596ece6b9d5975a0ae0",
		    "d37ee418976dd95753c1c73862b9398f"
		    "a2a2cf9b4ff0fdfe8b30cd95209614b7" } },
		{ 2,
		  3,
		  { "fac54203e7cc696cf0dfcb42c92a1d9d"
		    "baf70ad9e621f4bd8d98662f00e3c125" } },
		{ 1,
		  5,
		  { "6e340b9cffb37a989ca544e6bb780a2c"
		    "78901d3fb33738768511a30617afa01d",
		    "5f083f0a1a33ca076a95279832580db3"
		    "e0ef4584bdff1f54c8a360f50de3031e",
		    "bc1a0643b12e4d2d7c77918f44e0f4f7"
		    "9a838b6cf9ec5b5c283e1f4d88599e6b" } },
	};
	struct merkle_range r[MERKLE_PEAKS_MAX];
	struct hash leaf[8], head, part;
	uint8_t raw[16], peaks[8][32];

	(void)state;
	for (size_t i = 0; i < 8; i++)
		leaf[i] = hashed(0, raw, from_hex(raw, ct_leaves[i]), "", 0);
	for (size_t n = 1; n <= 8; n++) {
		unsigned count = 0;
		size_t at = 0;

		head = naive(leaf, n);
		part = hash_of_hex(ct_heads[n - 1]);
		assert_memory_equal(head.b, part.b, 32);
		for (size_t size = 8; size > 0; size /= 2)
			if (n & size) {
				part = naive(leaf + at, size);
				memcpy(peaks[count++], part.b, 32);
				at += size;
			}
		assert_int_equal(count, merkle_peak_count(n));
		assert_int_equal(merkle_head(part.b, peaks[0], count), 0);
		assert_memory_equal(part.b, head.b, 32);
	}
	for (size_t i = 0; i < COUNT(paths); i++) {
		unsigned n = merkle_path(r, paths[i].index, paths[i].size);

		assert_null(paths[i].path[n]);
		while (n-- > 0) {
			head = hash_of_hex(paths[i].path[n]);
			part = naive(leaf + r[n].from, r[n].to - r[n].from);
			assert_memory_equal(part.b, head.b, 32);
		}
	}
}

#define LEAVES 70

struct forest {
	struct hash digest[LEAVES], leaf[LEAVES];
};

static void fill(struct forest *f)
{
	for (uint8_t i = 0; i < LEAVES; i++) {
		f->digest[i] = hashed(i, "record", 6, "", 0);
		f->leaf[i] = hashed(0, f->digest[i].b, 32, "", 0);
	}
}

static unsigned path_of(uint8_t path[MERKLE_PEAKS_MAX][32],
                        const struct forest *f, size_t index, size_t size)
{
	struct merkle_range r[MERKLE_PEAKS_MAX];
	unsigned count = merkle_path(r, index, size);

	for (unsigned i = 0; i < count; i++) {
		struct hash h = naive(f->leaf + r[i].from, r[i].to - r[i].from);

		memcpy(path[i], h.b, 32);
	}
	return count;
}

static void paths_of_all_leaves_climb_to_the_head(void **state)
{
	uint8_t path[MERKLE_PEAKS_MAX][32];
	struct merkle m = { 0 };
	struct hash have, want;
	struct forest f;

	(void)state;
	fill(&f);
	for (size_t n = 0; n <= LEAVES; n++) {
		want = naive(f.leaf, n);
		assert_int_equal(
			merkle_head(have.b, m.peaks[0], merkle_peak_count(n)),
			0);
		assert_memory_equal(have.b, want.b, 32);
		for (size_t i = 0; i < n; i++) {
			unsigned count = path_of(path, &f, i, n);

			assert_int_equal(merkle_climb(have.b, f.digest[i].b, i,
			                              n, path[0], count),
			                 0);
			assert_memory_equal(have.b, want.b, 32);
			assert_int_equal(merkle_climb(have.b, f.digest[i].b, i,
			                              n, path[0], count + 1),
			                 FICHE_ERR_INPUT);
			assert_int_equal(merkle_climb(have.b, f.digest[i].b, i,
			                              n, path[0],
			                              count ? count - 1 : 2),
			                 FICHE_ERR_INPUT);
		}
		if (n < LEAVES)
			assert_int_equal(merkle_add(&m, f.digest[n].b), 0);
	}
}

static void no_path_is_that_of_a_leaf_that_is_not_there(void **state)
{
	static const uint8_t path[MERKLE_PEAKS_MAX][32];
	static const uint8_t digest[32];
	uint8_t head[32];

	(void)state;
	for (uint64_t n = 0; n <= LEAVES; n++)
		for (unsigned count = 0; count <= MERKLE_PEAKS_MAX; count++)
			assert_int_equal(merkle_climb(head, digest, n, n,
			                              path[0], count),
			                 FICHE_ERR_INPUT);
}

static void the_largest_trees_have_paths_that_fit(void **state)
{
	static const uint64_t sizes[] = { INT64_MAX, (uint64_t)INT64_MAX + 1,
		                          UINT64_MAX, UINT64_MAX - 1 };
	struct merkle_range r[MERKLE_PEAKS_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		uint64_t n = sizes[i];

		assert_in_range(merkle_path(r, 0, n), 63, 64);
		assert_in_range(merkle_path(r, n / 2, n), 1, 64);
		assert_in_range(merkle_path(r, n - 1, n), 1, 64);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(heads_and_paths_are_those_of_certificate_logs),
		cmocka_unit_test(paths_of_all_leaves_climb_to_the_head),
		cmocka_unit_test(no_path_is_that_of_a_leaf_that_is_not_there),
		cmocka_unit_test(the_largest_trees_have_paths_that_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
