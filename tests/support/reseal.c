/* SPDX-License-Identifier: Apache-2.0 */
/* reseal.c - see reseal.h. */

#include "support/reseal.h"

#include <string.h>

#include "archive/pages.h"
#include "base/buf.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "format/commit.h"
#include "format/parity.h"
#include "format/section.h"

#define INNER_AT 88 /* frame length of a section without inner payload */

static void sha(uint8_t *out, const uint8_t *from, size_t len)
{
	(void)sha256_of(out, from, len);
}

static void seal_pages(uint8_t *payload, size_t len, uint64_t at)
{
	for (size_t n, i = 0; i < len; i += n) {
		n = len - i < PAGE_SIZE ? len - i : PAGE_SIZE;
		if (n > 4)
			put_u32(payload + i + n - 4,
			        page_crc(payload + i, n - 4, at + i));
	}
}

/* The pages of the tables of parity. */
static void seal_tables(uint8_t *payload, size_t len, uint64_t at)
{
	for (size_t i = PARITY_PAGE - SECTION_HEADER_SIZE;
	     i < len && len - i >= PARITY_PAGE; i += PARITY_PAGE) {
		uint8_t all[PARITY_PAGE - 32 + 8 + UUID_SIZE];
		uint8_t *page = payload + i;

		if (memcmp(page, PARITY_MAGIC, 8) != 0)
			continue;
		memcpy(all, page, PARITY_PAGE - 32);
		put_u64(all + (PARITY_PAGE - 32), at + i);
		memcpy(all + (PARITY_PAGE - 24), page + 8, UUID_SIZE);
		sha(page + PARITY_PAGE - 32, all, sizeof(all));
	}
}

/* `last` is where the commit before begins, or the superblock. */
static void seal_commit(uint8_t *bytes, uint64_t at, size_t len, uint64_t last)
{
	uint8_t *p = bytes + at + SECTION_HEADER_SIZE;
	uint64_t start, entry;

	if (len < 224)
		return;
	start = get_u64(p + 32);
	if (start <= at)
		sha(p + 64, bytes + start, (size_t)(at - start));
	memcpy(p + 112, bytes + last + 64, 32);
	entry = 224 + (uint64_t)get_u32(p + 60) * 32;
	for (uint32_t n = get_u32(p + 52); n > 0 && entry + 64 <= len;
	     n--, entry += 64) {
		uint64_t to = get_u64(p + entry);

		if (to <= at)
			memcpy(p + entry + 32, bytes + to + 64, 32);
	}
}

void reseal_footer(uint8_t *f)
{
	uint32_t crc = crc32_add(0, f, 52);

	put_u32(f + 52, crc32_add(crc, f + 56, 8));
}

void reseal_header(uint8_t *header)
{
	uint32_t crc = crc32_add(0, header, 20);

	put_u32(header + 20,
	        crc32_add(crc, header + 24, SECTION_HEADER_SIZE - 24));
}

void reseal(uint8_t *bytes, size_t len)
{
	uint64_t at = 0, last = 0;

	while (len - at >= SECTION_HEADER_SIZE) {
		uint8_t *header = bytes + at;
		uint8_t *payload = header + SECTION_HEADER_SIZE;
		uint64_t n = get_u64(header + 40);
		uint32_t inner = get_u32(header + 4);
		uint64_t end;

		if (memcmp(header + SECTION_SYNC_AT, SECTION_SYNC,
		           SECTION_SYNC_SIZE) != 0) {
			/* A void, or a piece that was put in. */
			at++;
			continue;
		}
		if (n > len - at - SECTION_HEADER_SIZE)
			n = len - at - SECTION_HEADER_SIZE;
		put_u64(header + 24, at);
		inner = inner < INNER_AT ? 0 : inner - INNER_AT;
		if (header[16] == SECTION_DATA && inner >= 4 && inner <= n)
			put_u32(payload + inner - 4,
			        crc32_add(0, payload, inner - 4));
		else if (header[16] == SECTION_INDEX)
			seal_pages(payload, (size_t)n,
			           at + SECTION_HEADER_SIZE);
		else if (header[16] == SECTION_PARITY)
			seal_tables(payload, (size_t)n,
			            at + SECTION_HEADER_SIZE);
		else if (header[16] == SECTION_COMMIT)
			seal_commit(bytes, at, (size_t)n, last);
		sha(header + 64, payload, (size_t)n);
		reseal_header(header);
		end = at + SECTION_HEADER_SIZE + n;
		if (header[16] == SECTION_COMMIT) {
			last = at;
			if (len - end >= FOOTER_SIZE) {
				reseal_footer(bytes + end);
				end += FOOTER_SIZE;
			}
		}
		at = end;
	}
}
