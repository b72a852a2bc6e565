/* SPDX-License-Identifier: Apache-2.0 */
/* seen.h - a table from hashes to record numbers, for what is not indexed yet.
 */
#ifndef ARCHIVE_SEEN_H
#define ARCHIVE_SEEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 16 bytes of a SHA-256 are enough that nobody meets a collision. */
struct seen_entry {
	uint64_t key[2];
	uint64_t number;
	int64_t time;
};

/* A zeroed struct is an empty table. */
struct seen {
	struct seen_entry *entry; /* number UINT64_MAX: free */
	size_t count;
	size_t cap; /* a power of two, or 0 */
};

/* The entry of a hash, or NULL. */
struct seen_entry *seen_find(const struct seen *s, const uint8_t hash[32]);
/* Add or replace; NULL when out of memory. */
struct seen_entry *seen_put(struct seen *s, const uint8_t hash[32],
                            uint64_t number, int64_t time);
void seen_clear(struct seen *s);
void seen_done(struct seen *s);

#endif
