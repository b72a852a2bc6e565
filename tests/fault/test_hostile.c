/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_hostile.c - an archive that lies, with every checksum right.
 *
 * Each number of each structure takes the values that make programs fall; then
 * page CRC, head CRC, section and commit hashes, header and footer CRC are made
 * to fit again, as somebody would who means it.  Reading, recovering and
 * verifying end, in bounded memory, and other bytes than went in are never
 * shown; what verifies in full reads as before.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <sys/resource.h>

#include <cmocka.h>

#include "archive/pages.h"
#include "archive/reader.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "format/block.h"
#include "format/commit.h"
#include "format/section.h"
#include "support/archive_case.h"

#define MEMORY_MAX   ((rlim_t)512 << 20)
#define SECTIONS_MAX 64

static const struct case_plan plan = {
	.seed = 7, .commits = 2, .lines = 12, .files = 1, .text_len = 120
};

struct ground {
	struct archive_case c;
	struct section section[SECTIONS_MAX];
	size_t sections;
	size_t tried, opened, intact, served;
};

static struct ground ground;

static int enter(void **state)
{
	struct ground *g = &ground;
	struct fiche_error err = { 0 };
	uint64_t at = 0;

	case_keep_memory();
	if (archive_case_make(&g->c, &plan, &err) < 0) {
		print_error("%s\n", err.text);
		return -1;
	}
	while (at < g->c.bytes.len && g->sections < SECTIONS_MAX) {
		struct section *s = &g->section[g->sections++];

		if (section_decode(s, g->c.bytes.ptr + at, at, NULL, &err) <
		    0) {
			print_error("%s\n", err.text);
			return -1;
		}
		at += section_size(s);
		if (s->type == SECTION_COMMIT)
			at += FOOTER_SIZE;
	}
	*state = g;
	return 0;
}

static int leave(void **state)
{
	struct ground *g = *state;

	archive_case_done(&g->c);
	return 0;
}

/* ---- making everything fit again ---- */

static void seal_pages(uint8_t *p, const struct section *s)
{
	uint64_t len = s->payload_len;

	for (uint64_t at = 0; at < len; at += PAGE_SIZE) {
		uint64_t n = len - at < PAGE_SIZE ? len - at : PAGE_SIZE;
		uint64_t page = s->offset + SECTION_HEADER_SIZE + at;

		if (n > 4)
			put_u32(p + page + n - 4,
			        page_crc(p + page, (size_t)n - 4, page));
	}
}

static void seal_head(uint8_t *p, const struct section *s)
{
	uint8_t *head = p + s->offset + SECTION_HEADER_SIZE;

	put_u32(head + s->inner_len - 4, crc32_add(0, head, s->inner_len - 4));
}

/* Header CRC over what is in the header now. */
static void seal_header(uint8_t *header)
{
	uint32_t crc = crc32_add(0, header, 20);

	put_u32(header + 20,
	        crc32_add(crc, header + 24, SECTION_HEADER_SIZE - 24));
}

static void seal_footer(uint8_t *footer)
{
	uint32_t crc = crc32_add(0, footer, 52);

	put_u32(footer + 52, crc32_add(crc, footer + 56, 8));
}

/*
 * From the section that was changed to the end: each hash follows from what
 * stands before it.  The sections are where they were, whatever they say now.
 */
static void seal_from(struct ground *g, uint8_t *p, size_t first)
{
	uint64_t batch = SUPERBLOCK_SIZE;
	const struct section *last = NULL;

	for (size_t i = 0; i < g->sections; i++) {
		const struct section *s = &g->section[i];
		uint8_t *header = p + s->offset;
		uint8_t *payload = header + SECTION_HEADER_SIZE;

		if (i == first && s->type == SECTION_DATA)
			seal_head(p, s);
		if (i > first && s->type == SECTION_COMMIT) {
			uint32_t segments = get_u32(payload + 52);
			uint32_t peaks = get_u32(payload + 60);
			uint64_t list = 224 + (uint64_t)peaks * 32;

			assert_int_equal(sha256_of(payload + 64, p + batch,
			                           (size_t)(s->offset - batch)),
			                 0);
			memcpy(payload + 112,
			       p + (last ? last->offset : 0) + 64, 32);
			/* Segments that it names, wherever they are. */
			for (uint32_t k = 0; k < segments && k < 8; k++) {
				uint8_t *e = payload + list + (size_t)k * 64;
				uint64_t at;

				if (list + (k + 1) * 64 > s->payload_len)
					break;
				at = get_u64(e);
				if (at < s->offset)
					memcpy(e + 32, p + at + 64, 32);
			}
		}
		if (i >= first) {
			if (s->type == SECTION_INDEX)
				seal_pages(p, s);
			assert_int_equal(sha256_of(header + 64, payload,
			                           (size_t)s->payload_len),
			                 0);
			seal_header(header);
		}
		if (s->type == SECTION_COMMIT) {
			batch = s->offset + section_size(s) + FOOTER_SIZE;
			seal_footer(p + batch - FOOTER_SIZE);
			last = s;
		}
	}
}

/* ---- what is tried ---- */

static void try_bytes(struct ground *g, const uint8_t *p)
{
	struct archive_case *c = &g->c;
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct case_reading seen;
	struct fiche_reader *r;
	bool intact;

	g->tried++;
	assert_int_equal(case_put(c->memory, p, c->bytes.len), 0);
	intact = case_verify(c->memory, false, &report, &err) == 0;
	g->intact += intact;
	for (int recover = 0; recover < 2; recover++) {
		int status = case_open(&r, c->memory, recover, &err);

		if (status < 0) {
			assert_false(intact);
			continue;
		}
		g->opened++;
		/* Somebody who makes all hashes fit may make a record be
		 * another one: then it has another id, and that is all that
		 * can be asked.  Its number may be any. */
		status = case_read(&seen, r, c->digests, c->record_count, true,
		                   &err);
		g->served += seen.exact;
		if (intact) {
			assert_int_equal(status, 0);
			assert_int_equal(seen.exact, c->record_count);
			assert_int_equal(seen.wrong + seen.failed, 0);
		}
		fiche_reader_close(r);
	}
}

static void put_uint(uint8_t *p, unsigned width, uint64_t v)
{
	for (unsigned i = 0; i < width; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* The number of `width` bytes at `at` of section `i` takes all bad values. */
static void lie(struct ground *g, size_t i, uint64_t at, unsigned width)
{
	uint64_t place = g->section[i].offset + at;
	uint64_t good = get_uint(g->c.bytes.ptr + place, width);
	const uint64_t bad[] = {
		0,
		1,
		UINT64_C(1) << 31,
		UINT32_MAX,
		INT64_MAX,
		UINT64_MAX,
		good - 1,
		good + 1,
		good + COMMIT_ALIGN,
		good * 2,
		g->c.bytes.len,
		UINT64_C(0) - g->c.bytes.len,
	};
	struct buf copy = { 0 };

	for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
		buf_clear(&copy);
		buf_put(&copy, g->c.bytes.ptr, g->c.bytes.len);
		assert_true(buf_ok(&copy));
		put_uint(copy.ptr + place, width, bad[k]);
		if (memcmp(copy.ptr + place, g->c.bytes.ptr + place, width) ==
		    0)
			continue;
		seal_from(g, copy.ptr, i);
		try_bytes(g, copy.ptr);
	}
	buf_done(&copy);
}

static void say(struct ground *g, const char *what)
{
	print_message("%s: %zu lies, %zu verify, %zu open, %zu records exact\n",
	              what, g->tried, g->intact, g->opened, g->served);
	g->tried = g->opened = g->intact = g->served = 0;
}

static void headers_may_lie(void **state)
{
	struct ground *g = *state;

	for (size_t i = 0; i < g->sections; i++) {
		lie(g, i, 4, 4);  /* frame length */
		lie(g, i, 16, 1); /* type */
		lie(g, i, 17, 1);
		lie(g, i, 18, 2);
		lie(g, i, 24, 8); /* offset */
		lie(g, i, 32, 8); /* sequence */
		lie(g, i, 40, 8); /* payload length */
	}
	say(g, "headers");
}

static void the_superblock_may_lie(void **state)
{
	struct ground *g = *state;

	lie(g, 0, SECTION_HEADER_SIZE, 2);     /* major */
	lie(g, 0, SECTION_HEADER_SIZE + 4, 4); /* read features */
	lie(g, 0, SECTION_HEADER_SIZE + 12, 2);
	lie(g, 0, SECTION_HEADER_SIZE + 24, 8); /* reserved */
	assert_int_equal(g->intact, 0);
	/* A minor version, append features, a profile, a time: they change
	 * nothing that is read. */
	lie(g, 0, SECTION_HEADER_SIZE + 2, 2);
	lie(g, 0, SECTION_HEADER_SIZE + 8, 4);
	lie(g, 0, SECTION_HEADER_SIZE + 14, 2);
	lie(g, 0, SECTION_HEADER_SIZE + 16, 8);
	say(g, "superblock");
}

static void block_heads_may_lie(void **state)
{
	struct ground *g = *state;

	for (size_t i = 0; i < g->sections; i++) {
		const struct section *s = &g->section[i];

		if (s->type != SECTION_DATA)
			continue;
		lie(g, i, SECTION_HEADER_SIZE, 8);
		for (uint64_t at = 8; at < 32; at += 4)
			lie(g, i, SECTION_HEADER_SIZE + at, 4);
		lie(g, i, SECTION_HEADER_SIZE + 32, 8);
		lie(g, i, SECTION_HEADER_SIZE + 40, 8);
		lie(g, i, SECTION_HEADER_SIZE + 48, 4);
		lie(g, i, SECTION_HEADER_SIZE + 52, 4);
		/* Entries, and the start of both frames. */
		for (uint64_t at = 56; at + 4 < s->inner_len; at++)
			lie(g, i, SECTION_HEADER_SIZE + at, 1);
		for (uint64_t at = 0; at < 12; at++)
			lie(g, i, SECTION_HEADER_SIZE + s->inner_len + at, 1);
	}
	assert_int_equal(g->intact, 0);
	say(g, "block heads");
}

static void index_segments_may_lie(void **state)
{
	struct ground *g = *state;

	for (size_t i = 0; i < g->sections; i++) {
		const struct section *s = &g->section[i];
		const uint8_t *p =
			g->c.bytes.ptr + s->offset + SECTION_HEADER_SIZE;
		uint32_t parts;

		if (s->type != SECTION_INDEX)
			continue;
		lie(g, i, SECTION_HEADER_SIZE, 4);
		lie(g, i, SECTION_HEADER_SIZE + 4, 2);
		lie(g, i, SECTION_HEADER_SIZE + 6, 2);
		for (uint64_t at = 8; at < 32; at += 8)
			lie(g, i, SECTION_HEADER_SIZE + at, 8);
		parts = get_u32(p);
		for (uint32_t k = 0; k < parts; k++) {
			uint64_t at = SECTION_HEADER_SIZE + 32 + k * 24;
			uint64_t start = get_u64(p + 32 + k * 24 + 8);
			uint64_t len = get_u64(p + 32 + k * 24 + 16);

			lie(g, i, at, 1);
			lie(g, i, at + 4, 4);
			lie(g, i, at + 8, 8);
			lie(g, i, at + 16, 8);
			/* All that stands in front of each component; of the
			 * digests, which are no structure, a little. */
			for (uint64_t n = 0; n < len && n < (k ? 64 : 8); n++)
				if (start + n < PAGE_DATA)
					lie(g, i,
					    SECTION_HEADER_SIZE + start + n, 1);
			for (uint64_t n = 0; n + 8 <= len && n < 64; n += 8)
				if (start + n + 8 < PAGE_DATA)
					lie(g, i,
					    SECTION_HEADER_SIZE + start + n, 8);
		}
	}
	/* A frame of words can say the same in other bytes, now and then. */
	assert_true(g->intact * 500 < g->tried);
	say(g, "index segments");
}

/* A minor version, append features, what the segments tell themselves, the
 * time, that it was synced, the count of duplicates: nothing else depends on
 * them. */
static bool is_free(uint64_t at)
{
	return at == 2 || (at >= 8 && at < 16) || at == 24 || at == 48 ||
	       at == 152;
}

/* Bytes of the number at `at` in a commit; 0 in the middle of a hash. */
static unsigned commit_width(uint64_t at)
{
	if (at < 16)
		return 2;
	if (at >= 48 && at < 64)
		return 4;
	if ((at > 64 && at < 96) || (at > 112 && at < 144))
		return 0;
	return 8;
}

static void commits_may_lie(void **state)
{
	struct ground *g = *state;

	for (size_t i = 0; i < g->sections; i++) {
		const struct section *s = &g->section[i];
		const uint8_t *p =
			g->c.bytes.ptr + s->offset + SECTION_HEADER_SIZE;

		if (s->type != SECTION_COMMIT)
			continue;
		for (uint64_t at = 0; at < 192 + 32;) {
			unsigned width = commit_width(at);
			size_t intact = g->intact;

			if (width)
				lie(g, i, SECTION_HEADER_SIZE + at, width);
			if (!is_free(at) && g->intact != intact)
				fail_msg("commit field %llu may lie",
				         (unsigned long long)at);
			at += width ? width : 8;
		}
		/* The lists. */
		for (uint64_t at = 224 + (uint64_t)get_u32(p + 60) * 32, n = 0;
		     n < 32; n++)
			lie(g, i, SECTION_HEADER_SIZE + at + n * 8, 8);
	}
	say(g, "commits");
}

static void footers_may_lie(void **state)
{
	struct ground *g = *state;

	for (size_t i = 0; i < g->sections; i++) {
		const struct section *s = &g->section[i];

		if (s->type != SECTION_COMMIT)
			continue;
		for (uint64_t at = 0; at < 8; at += 4)
			lie(g, i, section_size(s) + at, 4);
		for (uint64_t at = 8; at < 48; at += 8)
			lie(g, i, section_size(s) + at, 8);
		lie(g, i, section_size(s) + 48, 4);
	}
	assert_int_equal(g->intact, 0);
	say(g, "footers");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_may_lie),
		cmocka_unit_test(the_superblock_may_lie),
		cmocka_unit_test(block_heads_may_lie),
		cmocka_unit_test(index_segments_may_lie),
		cmocka_unit_test(commits_may_lie),
		cmocka_unit_test(footers_may_lie),
	};
#if !defined(__SANITIZE_ADDRESS__)
	/* A sanitizer takes the address space for itself. */
	const struct rlimit limit = { MEMORY_MAX, MEMORY_MAX };

	(void)setrlimit(RLIMIT_AS, &limit);
#endif
	return cmocka_run_group_tests(tests, enter, leave);
}
