/* SPDX-License-Identifier: Apache-2.0 */
/* test_hash.c - two messages hashed side by side. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/hash.h"
#include "support/articles.h"

#define LEN_MAX 4096

static void two_at_once_have_the_hashes_that_each_has_alone(void **state)
{
	static uint8_t bytes[2 * LEN_MAX + 1];
	uint8_t a[SHA256_SIZE], b[SHA256_SIZE], alone[SHA256_SIZE];
	uint64_t seed = 5;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)articles_random(&seed);
	for (size_t len = 0; len <= LEN_MAX; len += 64) {
		/* The second is at no even address. */
		const uint8_t *second = bytes + LEN_MAX + 1;

		assert_int_equal(sha256_of_two(a, b, bytes, second, len), 0);
		assert_int_equal(sha256_of(alone, bytes, len), 0);
		assert_memory_equal(a, alone, SHA256_SIZE);
		assert_int_equal(sha256_of(alone, second, len), 0);
		assert_memory_equal(b, alone, SHA256_SIZE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			two_at_once_have_the_hashes_that_each_has_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
