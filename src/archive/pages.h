/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.h - the logical bytes of an INDEX segment over its checked pages in the
 * file (spec 3.5).
 */
#ifndef ARCHIVE_PAGES_H
#define ARCHIVE_PAGES_H

#include <stdint.h>

#include "base/buf.h"
#include "index/segment.h"
#include "io/io.h"

#define PAGE_SIZE 4096u
#define PAGE_DATA 4092u

/* Stored length of `logical` bytes, and back; 0 if no such payload exists. */
uint64_t pages_stored_len(uint64_t logical);
uint64_t pages_logical_len(uint64_t stored);

/* CRC-32 of a page's content that will stand at `at`. */
uint32_t page_crc(const void *content, size_t len, uint64_t at);

/* A few pages that were read and checked; one thread's. */
struct page_cache;
struct page_cache *page_cache_new(void); /* NULL: out of memory */
void page_cache_free(struct page_cache *c);

/* A segment_in over a file.  `in` comes first, so that it can be cast. */
struct page_in {
	struct segment_in in;
	struct io_file *file;
	struct page_cache *cache;
	uint64_t payload_at; /* offset of the first page */
	uint64_t payload_len;
};

void page_in_init(struct page_in *p, struct io_file *file,
                  struct page_cache *cache, uint64_t section_offset,
                  uint64_t section_size);

/* A segment_in over memory. */
struct memory_in {
	struct segment_in in;
	const uint8_t *bytes;
	uint64_t len;
};

void memory_in_init(struct memory_in *m, const void *bytes, uint64_t len);

#endif
