/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_heads.c - each rule of the heads of spec 3.1 to 3.7, broken by one field
 * and by nothing else: all sums are made anew behind it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "format/block.h"
#include "format/commit.h"
#include "format/dict.h"
#include "format/merkle.h"
#include "format/section.h"
#include "support/reseal.h"

#define CORRUPT     FICHE_ERR_CORRUPT
#define UNSUPPORTED FICHE_ERR_UNSUPPORTED
#define LIMIT       FICHE_ERR_LIMIT

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static const uint8_t uuid[UUID_SIZE] = { 1, 2, 3 };

/* A field that is set to what it may not be; where that alone would break
 * another rule before, a second one with it. */
struct bad {
	const char *rule;
	int code;
	const char *says;
	struct {
		size_t at;
		unsigned width;
		uint64_t value;
	} set[2];
};

/* Make the sums anew, and decode: 0 or what is wrong. */
typedef int decoder(struct buf *raw, bool seal, struct fiche_error *err);

static void put(struct buf *b, size_t at, unsigned width, uint64_t value)
{
	assert_true(at + width <= b->len);
	for (unsigned i = 0; i < width; i++)
		b->ptr[at + i] = (uint8_t)(value >> (8 * i));
}

/* Every row is refused as it says, and without them all is well.  The field at
 * `sum` is what is made anew, unless it is the field of the row. */
static void refuse(const struct bad *rows, size_t count, const struct buf *good,
                   decoder *decode, size_t sum)
{
	for (size_t i = 0; i <= count; i++) {
		const struct bad *row = i < count ? &rows[i] : NULL;
		struct fiche_error err = { 0 };
		struct buf raw = { 0 };
		int r;

		buf_put(&raw, good->ptr, good->len);
		assert_true(buf_ok(&raw));
		if (row) {
			for (size_t k = 0; k < COUNT(row->set); k++)
				put(&raw, row->set[k].at, row->set[k].width,
				    row->set[k].value);
		}
		r = decode(&raw, !row || row->set[0].at != sum, &err);
		if (row && (r != row->code || err.code != r ||
		            !strstr(err.text, row->says)))
			fail_msg("%s: %d, '%s'", row->rule, r, err.text);
		if (!row && r != 0)
			fail_msg("what is right is refused: %s", err.text);
		buf_done(&raw);
	}
}

/* ---- section headers ---- */

#define SECTION_AT 8192

static int decode_section(struct buf *raw, bool seal, struct fiche_error *err)
{
	struct section s;

	if (seal)
		reseal_header(raw->ptr);
	return section_decode(&s, raw->ptr, SECTION_AT, uuid, err);
}

/* clang-format off */
static const struct bad sections[] = {
	{ "frame magic", CORRUPT, "no section begins",
	  { { 0, 4, 0x184D2A5C } } },
	{ "sync bytes", CORRUPT, "no section begins", { { 8, 1, 0x88 } } },
	{ "the last of them", CORRUPT, "no section begins", { { 15, 1, 0 } } },
	{ "header CRC", CORRUPT, "CRC mismatch", { { 20, 4, 0 } } },
	{ "its own offset", CORRUPT, "stands at 4096", { { 24, 8, 4096 } } },
	{ "the archive's UUID", CORRUPT, "another archive", { { 63, 1, 9 } } },
	{ "flags 1 to 15", CORRUPT, "reserved section flags 0x3",
	  { { 18, 2, 3 } } },
	{ "the highest of them", CORRUPT, "reserved", { { 18, 2, 0x8001 } } },
	{ "a type unknown to a reader, critical", UNSUPPORTED, "section type 99",
	  { { 16, 1, 99 } } },
	{ "a type that is set aside", UNSUPPORTED, "type 7", { { 16, 1, 7 } } },
	{ "type 0", UNSUPPORTED, "type 0", { { 16, 1, 0 } } },
	{ "version 2", UNSUPPORTED, "version 2", { { 17, 1, 2 } } },
	{ "version 0", UNSUPPORTED, "version 0", { { 17, 1, 0 } } },
	{ "the critical flag", CORRUPT, "lacks the critical",
	  { { 18, 2, 0 } } },
	{ "parity without it", CORRUPT, "has the critical",
	  { { 16, 1, SECTION_PARITY } } },
	{ "a frame length of 88 or more", CORRUPT, "impossible",
	  { { 4, 4, 87 } } },
	{ "an end before 2^63", CORRUPT, "impossible",
	  { { 40, 8, INT64_MAX } } },
	{ "the same by one byte", CORRUPT, "impossible",
	  { { 40, 8, INT64_MAX - SECTION_AT - 95 } } },
	{ "the largest length", CORRUPT, "impossible",
	  { { 40, 8, UINT64_MAX } } },
	{ "a head no longer than the payload", CORRUPT, "lengths disagree",
	  { { 4, 4, 88 + 1001 } } },
	{ "one frame for what is not DATA", CORRUPT, "lengths disagree",
	  { { 16, 1, SECTION_INDEX } } },
};
/* clang-format on */

static struct section good_section(void)
{
	struct section s = { .type = SECTION_DATA,
		             .version = 1,
		             .flags = SECTION_CRITICAL,
		             .inner_len = 60,
		             .offset = SECTION_AT,
		             .sequence = 4,
		             .payload_len = 1000 };

	memcpy(s.uuid, uuid, UUID_SIZE);
	return s;
}

static void a_section_header_is_refused_for_the_rule_it_breaks(void **state)
{
	struct section s = good_section();
	struct buf good = { 0 };

	(void)state;
	buf_zeros(&good, SECTION_HEADER_SIZE);
	assert_true(buf_ok(&good));
	section_encode(good.ptr, &s);
	refuse(sections, COUNT(sections), &good, decode_section, 20);
	buf_done(&good);
}

static void an_unknown_section_is_read_unless_it_is_critical(void **state)
{
	struct fiche_error err = { 0 };

	(void)state;
	for (unsigned type = 0; type < 256; type++) {
		struct section s = good_section(), back;
		uint8_t raw[SECTION_HEADER_SIZE];
		int r;

		s.type = (uint8_t)type;
		s.flags = 0;
		s.version = section_type_known(s.type) ? 1 : 77;
		s.inner_len = (uint32_t)s.payload_len;
		section_encode(raw, &s);
		r = section_decode(&back, raw, SECTION_AT, NULL, &err);
		if (section_type_known(s.type) && type != SECTION_PARITY)
			assert_int_equal(r, CORRUPT);
		else
			assert_int_equal(r, 0);
	}
}

/* ---- the superblock ---- */

static int decode_superblock(struct buf *raw, bool seal,
                             struct fiche_error *err)
{
	struct superblock sb;
	struct section s;

	if (seal)
		assert_int_equal(sha256_of(raw->ptr + 64, raw->ptr + 96, 4000),
		                 0);
	reseal_header(raw->ptr);
	return superblock_decode(&sb, &s, raw->ptr, err);
}

/* clang-format off */
static const struct bad superblocks[] = {
	{ "the sync bytes", FICHE_ERR_FOREIGN, "not a fiche archive",
	  { { 8, 1, 0 } } },
	{ "the header", CORRUPT, "no section begins", { { 0, 4, 0 } } },
	{ "type 1", CORRUPT, "no superblock", { { 16, 1, 2 } } },
	{ "4,096 bytes", CORRUPT, "no superblock",
	  { { 4, 4, 88 + 3999 }, { 40, 8, 3999 } } },
	{ "payload SHA-256", CORRUPT, "SHA-256 mismatch", { { 64, 8, 0 } } },
	{ "major 1", UNSUPPORTED, "needs format 2", { { 96, 2, 2 } } },
	{ "read features", UNSUPPORTED, "0x80000000",
	  { { 100, 4, 1u << 31 } } },
	{ "hash suite", UNSUPPORTED, "hash suite 2", { { 108, 2, 2 } } },
	{ "reserved bytes", CORRUPT, "reserved", { { 127, 1, 1 } } },
	{ "sequence 0", CORRUPT, "reserved", { { 32, 8, 1 } } },
	{ "text in UTF-8", CORRUPT, "not UTF-8", { { 128, 1, 0xff } } },
	{ "zeros behind the text", CORRUPT, "padded", { { 4095, 1, ' ' } } },
	{ "a text that ends early", CORRUPT, "padded", { { 200, 1, 0 } } },
};
/* clang-format on */

static struct buf good_superblock(void)
{
	const struct superblock sb = { .major = 1, .suite = 1 };
	struct buf good = { 0 };

	buf_zeros(&good, SUPERBLOCK_SIZE);
	assert_true(buf_ok(&good));
	assert_int_equal(superblock_encode(good.ptr, &sb, uuid), 0);
	return good;
}

static void a_superblock_is_refused_for_the_rule_it_breaks(void **state)
{
	struct buf good = good_superblock();

	(void)state;
	refuse(superblocks, COUNT(superblocks), &good, decode_superblock, 64);
	buf_done(&good);
}

static void a_superblock_without_text_or_full_of_it_is_one(void **state)
{
	struct buf raw = good_superblock();
	struct fiche_error err = { 0 };

	(void)state;
	memset(raw.ptr + 128, 0, 3968);
	assert_int_equal(decode_superblock(&raw, true, &err), 0);
	memset(raw.ptr + 128, 'x', 3968);
	assert_int_equal(decode_superblock(&raw, true, &err), 0);
	buf_done(&raw);
}

/* ---- footers ---- */

#define FOOTER_END (16 * COMMIT_ALIGN)

static int decode_footer(struct buf *raw, bool seal, struct fiche_error *err)
{
	struct footer f;
	uint32_t crc = crc32_add(0, raw->ptr, 52);

	if (seal)
		put_u32(raw->ptr + 52, crc32_add(crc, raw->ptr + 56, 8));
	return footer_decode(&f, raw->ptr, FOOTER_END, err);
}

/* clang-format off */
static const struct bad footers[] = {
	{ "frame magic", CORRUPT, "no footer", { { 0, 4, 0x184D2A50 } } },
	{ "frame length", CORRUPT, "no footer", { { 4, 4, 57 } } },
	{ "its own bytes", CORRUPT, "no footer", { { 59, 1, 'H' } } },
	{ "CRC", CORRUPT, "CRC mismatch", { { 52, 4, 1 } } },
	{ "reserved", CORRUPT, "CRC mismatch", { { 48, 4, 1 } } },
	{ "its own end", CORRUPT, "belong here",
	  { { 32, 8, FOOTER_END + 4096 } } },
	{ "a commit of 96 bytes or more", CORRUPT, "belong here",
	  { { 16, 8, 95 }, { 8, 8, FOOTER_END - 64 - 95 } } },
	{ "behind the superblock", CORRUPT, "belong here",
	  { { 16, 8, FOOTER_END - 64 }, { 8, 8, 0 } } },
	{ "a commit that ends here", CORRUPT, "belong here",
	  { { 8, 8, FOOTER_END - 64 - 401 } } },
};
/* clang-format on */

static void a_footer_is_refused_for_the_rule_it_breaks(void **state)
{
	const struct footer f = { .commit_offset = FOOTER_END - 64 - 400,
		                  .commit_size = 400,
		                  .generation = 1,
		                  .end = FOOTER_END };
	struct buf good = { 0 };

	(void)state;
	buf_zeros(&good, FOOTER_SIZE);
	assert_true(buf_ok(&good));
	footer_encode(good.ptr, &f);
	refuse(footers, COUNT(footers), &good, decode_footer, 52);
	buf_done(&good);
}

/* ---- commits ---- */

/* A long batch, in front of which a commit of 416 bytes stands, and its footer.
 */
#define COMMIT_AT   (UINT64_C(4) << 20)
#define BATCH_START (UINT64_C(1) << 20)
#define NO_SUM      SIZE_MAX

static int decode_commit(struct buf *raw, bool seal, struct fiche_error *err)
{
	struct commit c = { 0 };
	int r = commit_decode(&c, raw->ptr, raw->len, COMMIT_AT, err);

	(void)seal;
	commit_done(&c);
	return r;
}

/* Three records in two segments; two dictionaries. */
struct parts {
	struct commit_segment segments[2];
	struct commit_dict dicts[2];
};

static struct commit good_commit(struct parts *p)
{
	struct merkle m = { 0 };
	struct commit c = { .major = 1,
		            .generation = 2,
		            .batch_start = BATCH_START,
		            .flags = COMMIT_BATCH_SYNCED,
		            .prev_offset = BATCH_START - 64 - 416,
		            .prev_size = 416,
		            .record_count = 3,
		            .withdrawal = 5000,
		            .segments = p->segments,
		            .segment_count = 2,
		            .dicts = p->dicts,
		            .dict_count = 2 };

	for (uint64_t i = 0; i < 2; i++) {
		p->segments[i] = (struct commit_segment){
			.offset = 8192 + i * 4096,
			.size = 3000,
			.first_record = 2 * i,
			.record_count = 2 - i,
		};
		p->dicts[i] = (struct commit_dict){
			.id = 40000 + (uint32_t)i,
			.class = (uint8_t)(1 + i),
			.offset = 20000,
			.parity_offset = 30000,
			.size = 300,
		};
	}
	for (uint8_t i = 0; i < 3; i++)
		assert_int_equal(merkle_add(&m, (uint8_t[32]){ i }), 0);
	c.peak_count = merkle_peak_count(3);
	memcpy(c.peaks, m.peaks, (size_t)c.peak_count * 32);
	assert_int_equal(merkle_head(c.tree_head, c.peaks[0], c.peak_count), 0);
	return c;
}

static struct buf encode(const struct commit *c)
{
	struct buf b = { 0 };

	commit_encode(&b, c, COMMIT_AT);
	assert_true(buf_ok(&b));
	return b;
}

#define PEAKS    224
#define SEGMENTS (PEAKS + 2 * 32)
#define DICTS    (SEGMENTS + 2 * 64)
#define PADDING  (DICTS + 2 * 64)

/* clang-format off */
static const struct bad commits[] = {
	{ "major 1", UNSUPPORTED, "needs format 3", { { 0, 2, 3 } } },
	{ "read features", UNSUPPORTED, "features 0x8", { { 4, 4, 8 } } },
	{ "generation is not 0", CORRUPT, "generation 0", { { 16, 8, 0 } } },
	{ "a batch behind the superblock", CORRUPT, "batch", { { 32, 8, 0 } } },
	{ "a batch in front of this", CORRUPT, "batch",
	  { { 32, 8, COMMIT_AT + 4096 } } },
	{ "a batch from a page on", CORRUPT, "batch",
	  { { 32, 8, BATCH_START + 1 } } },
	{ "a void in front of this", CORRUPT, "batch",
	  { { 40, 8, COMMIT_AT - BATCH_START + 1 } } },
	{ "the largest void", CORRUPT, "batch", { { 40, 8, UINT64_MAX } } },
	{ "flags 2 to 31", CORRUPT, "reserved commit flags", { { 48, 4, 5 } } },
	{ "a long batch is synced", CORRUPT, "not synced", { { 48, 4, 0 } } },
	{ "segments fit", CORRUPT, "lists do not fit",
	  { { 52, 4, UINT32_MAX } } },
	{ "dictionaries fit", CORRUPT, "lists do not fit",
	  { { 56, 4, UINT32_MAX } } },
	{ "peaks fit", CORRUPT, "lists do not fit", { { 60, 4, 65 } } },
	{ "a predecessor", CORRUPT, "predecessor", { { 96, 8, 0 } } },
	{ "in front of this", CORRUPT, "predecessor",
	  { { 96, 8, UINT64_MAX } } },
	{ "of 96 bytes or more", CORRUPT, "predecessor", { { 104, 8, 95 } } },
	{ "with an end", CORRUPT, "predecessor", { { 104, 8, UINT64_MAX } } },
	{ "64 bytes before the batch", CORRUPT, "predecessor",
	  { { 104, 8, 415 } } },
	{ "generation 1 has none", CORRUPT, "predecessor", { { 16, 8, 1 } } },
	{ "nor its length", CORRUPT, "predecessor",
	  { { 16, 8, 1 }, { 96, 8, 0 } } },
	{ "as many records as listed", CORRUPT, "do not cover",
	  { { 144, 8, 4 } } },
	{ "not less of them", CORRUPT, "index segment", { { 144, 8, 2 } } },
	{ "a withdrawal in front", CORRUPT, "withdrawal",
	  { { 184, 8, COMMIT_AT } } },
	{ "behind the superblock", CORRUPT, "withdrawal",
	  { { 184, 8, 4095 } } },
	{ "the tree head", CORRUPT, "tree head", { { 192, 8, 0 } } },
	{ "a segment's offset", CORRUPT, "index segment",
	  { { SEGMENTS, 8, 0 } } },
	{ "its length", CORRUPT, "index segment",
	  { { SEGMENTS + 8, 8, COMMIT_AT } } },
	{ "its first record", CORRUPT, "index segment",
	  { { SEGMENTS + 16, 8, 1 } } },
	{ "no gap", CORRUPT, "index segment",
	  { { SEGMENTS + 64 + 16, 8, 1 } } },
	{ "not empty", CORRUPT, "index segment", { { SEGMENTS + 24, 8, 0 } } },
	{ "less than 2^32 records", CORRUPT, "index segment",
	  { { SEGMENTS + 24, 8, UINT64_C(1) << 32 } } },
	{ "room for digests", CORRUPT, "index segment",
	  { { SEGMENTS + 8, 8, 96 }, { SEGMENTS + 24, 8, 4 } } },
	{ "a dictionary's id", CORRUPT, "dictionary", { { DICTS, 4, 0 } } },
	{ "in ascending order", CORRUPT, "dictionary",
	  { { DICTS + 64, 4, 40000 } } },
	{ "a class", CORRUPT, "dictionary", { { DICTS + 4, 1, 0 } } },
	{ "class 1 or 2", CORRUPT, "dictionary", { { DICTS + 4, 1, 3 } } },
	{ "reserved bytes", CORRUPT, "not zero", { { DICTS + 7, 1, 1 } } },
	{ "its offset", CORRUPT, "dictionary",
	  { { DICTS + 8, 8, COMMIT_AT } } },
	{ "that of its parity", CORRUPT, "dictionary",
	  { { DICTS + 16, 8, 0 } } },
	{ "its length", CORRUPT, "dictionary", { { DICTS + 24, 8, 0 } } },
	{ "zeros behind all", CORRUPT, "not zero", { { PADDING, 1, 1 } } },
};
/* clang-format on */

static void a_commit_is_refused_for_the_rule_it_breaks(void **state)
{
	struct parts p;
	struct commit c = good_commit(&p);
	struct buf good = encode(&c);

	(void)state;
	assert_true(good.len > PADDING);
	refuse(commits, COUNT(commits), &good, decode_commit, NO_SUM);
	buf_done(&good);
}

static void the_first_commit_has_nothing_before_it(void **state)
{
	struct parts p;
	struct commit c = good_commit(&p);
	struct fiche_error err = { 0 };
	struct buf raw;

	(void)state;
	c.generation = 1;
	c.prev_offset = c.prev_size = 0;
	raw = encode(&c);
	assert_int_equal(decode_commit(&raw, true, &err), CORRUPT);
	assert_non_null(strstr(err.text, "predecessor"));
	put(&raw, 32, 8, SUPERBLOCK_SIZE);
	assert_int_equal(decode_commit(&raw, true, &err), 0);
	buf_done(&raw);
}

static void a_commit_has_as_many_peaks_as_its_count_has_bits(void **state)
{
	struct parts p;
	struct commit c = good_commit(&p);
	struct fiche_error err = { 0 };

	(void)state;
	for (c.peak_count = 0; c.peak_count <= COMMIT_PEAKS_MAX;
	     c.peak_count++) {
		struct buf raw = encode(&c);

		if (c.peak_count == 2) {
			assert_int_equal(decode_commit(&raw, true, &err), 0);
		} else {
			assert_int_equal(decode_commit(&raw, true, &err),
			                 CORRUPT);
			assert_non_null(strstr(err.text, "peaks"));
		}
		buf_done(&raw);
	}
}

static void a_commit_cut_or_drawn_out_anywhere_is_none(void **state)
{
	struct parts p;
	struct commit c = good_commit(&p);
	struct buf raw = encode(&c);
	size_t len = raw.len;
	struct fiche_error err = { 0 };

	(void)state;
	buf_zeros(&raw, 2 * COMMIT_ALIGN);
	assert_true(buf_ok(&raw));
	for (raw.len = 0; raw.len <= len + 2 * COMMIT_ALIGN; raw.len++) {
		int r = decode_commit(&raw, true, &err);

		assert_int_equal(r, raw.len == len ? 0 : CORRUPT);
		if (raw.len < PEAKS)
			assert_non_null(strstr(err.text, "too short"));
		if (raw.len >= PADDING + COMMIT_ALIGN)
			assert_non_null(strstr(err.text, "more than a page"));
	}
	buf_done(&raw);
}

static void a_commit_that_finds_no_memory_is_not_called_damaged(void **state)
{
	struct parts p;
	struct commit c = good_commit(&p), copy;
	struct buf raw = encode(&c);
	struct fiche_error err = { 0 };

	(void)state;
	for (long n = 0; n < 2; n++) {
		alloc_fail_after(n, false);
		assert_int_equal(decode_commit(&raw, true, &err),
		                 FICHE_ERR_NOMEM);
		alloc_fail_after(n, false);
		assert_int_equal(commit_copy(&copy, &c), FICHE_ERR_NOMEM);
	}
	alloc_fail_after(-1, false);
	buf_done(&raw);
}

/* ---- dictionaries ---- */

static int decode_dict(struct buf *raw, bool seal, struct fiche_error *err)
{
	struct dict_head h;

	(void)seal;
	return dict_head_decode(&h, raw->ptr, raw->len, 77, err);
}

/* clang-format off */
static const struct bad dicts[] = {
	{ "an id", CORRUPT, "malformed", { { 0, 4, 0 } } },
	{ "a class", CORRUPT, "malformed", { { 4, 1, 0 } } },
	{ "class 1 or 2", CORRUPT, "malformed", { { 4, 1, 3 } } },
	{ "the same of parity", CORRUPT, "malformed", { { 4, 1, 128 } } },
	{ "and not more", CORRUPT, "malformed", { { 4, 1, 131 } } },
	{ "reserved bytes", CORRUPT, "malformed", { { 7, 1, 1 } } },
	{ "at most 8 MiB", LIMIT, "larger", { { 8, 8, DICT_RAW_MAX + 1 } } },
	{ "and 64 KiB for parity", LIMIT, "larger",
	  { { 8, 8, DICT_PAYLOAD_MAX + 1 }, { 4, 1, 129 } } },
	{ "parity as long as it is", CORRUPT, "wrong length",
	  { { 4, 1, 129 } } },
};
/* clang-format on */

static void a_dictionary_is_refused_for_the_rule_it_breaks(void **state)
{
	struct fiche_error err = { 0 };
	struct buf good = { 0 };

	(void)state;
	dict_head_encode(&good, 40000, DICT_CARDS, DICT_RAW_MAX);
	buf_text(&good, "a frame");
	assert_true(buf_ok(&good));
	refuse(dicts, COUNT(dicts), &good, decode_dict, NO_SUM);
	for (good.len = 0; good.len < DICT_HEAD; good.len++)
		assert_int_equal(decode_dict(&good, true, &err), CORRUPT);
	buf_done(&good);
}

/* ---- blocks ---- */

#define BLOCK_AT    8192
#define PAYLOAD_LEN 1000

static int decode_block(struct buf *raw, bool seal, struct fiche_error *err)
{
	struct block_head h;
	size_t end = raw->len - 4;

	if (seal)
		put_u32(raw->ptr + end, crc32_add(0, raw->ptr, end));
	return block_head_decode(&h, raw->ptr, raw->len, PAYLOAD_LEN, BLOCK_AT,
	                         err);
}

/* Four records: two bodies, one of them again, and what was taken out. */
static struct buf good_block(size_t *entries)
{
	static const struct block_entry each[] = {
		{ KIND_JSON, false, 5 },
		{ KIND_JSON, true, 1 },
		{ KIND_VERBATIM, false, 7 },
		{ KIND_REDACTED, false, 0 },
	};
	struct block_head h = { .first_record = 9,
		                .record_count = COUNT(each),
		                .cards_len = 300,
		                .cards_raw = 400,
		                .bodies_raw = 6 + 8 + 1 };
	struct buf list = { 0 }, out = { 0 };

	for (size_t i = 0; i < COUNT(each); i++)
		block_entry_put(&list, &each[i]);
	h.defaults = (struct bytes){ (const uint8_t *)"{}", 2 };
	h.entries = (struct bytes){ list.ptr, list.len };
	h.bodies_len = PAYLOAD_LEN - h.cards_len - BLOCK_FIXED - 2 - list.len;
	block_head_encode(&out, &h);
	*entries = 56 + 2;
	assert_true(buf_ok(&list) && buf_ok(&out));
	assert_int_equal(out.len, *entries + COUNT(each) + 4);
	buf_done(&list);
	return out;
}

#define ENTRIES 58 /* a byte each */

/* clang-format off */
static const struct bad blocks[] = {
	{ "a head CRC", CORRUPT, "CRC mismatch", { { 62, 4, 0 } } },
	{ "a length as in the frame", CORRUPT, "malformed", { { 12, 4, 65 } } },
	{ "reserved bytes", CORRUPT, "malformed", { { 55, 1, 1 } } },
	{ "defaults that fit", CORRUPT, "malformed", { { 48, 4, 7 } } },
	{ "the longest of them", CORRUPT, "malformed",
	  { { 48, 4, UINT32_MAX } } },
	{ "records", CORRUPT, "contradict", { { 8, 4, 0 } } },
	{ "at most a million", CORRUPT, "contradict",
	  { { 8, 4, BLOCK_RECORDS_MAX + 1 } } },
	{ "numbers that the file can have", CORRUPT, "contradict",
	  { { 0, 8, BLOCK_AT + 1 } } },
	{ "lengths that add up", CORRUPT, "contradict", { { 16, 4, 301 } } },
	{ "bodies that fit", CORRUPT, "contradict",
	  { { 32, 8, PAYLOAD_LEN + 1 } } },
	{ "the longest of them", CORRUPT, "contradict",
	  { { 32, 8, UINT64_MAX } } },
	{ "cards that a reader takes", LIMIT, "larger",
	  { { 20, 4, BLOCK_RAW_MAX + 1 } } },
	{ "and bodies", LIMIT, "larger", { { 40, 8, BLOCK_RAW_MAX + 1 } } },
	{ "entries for all", CORRUPT, "malformed entry", { { 8, 4, 5 } } },
	{ "and for no more", CORRUPT, "add up", { { 8, 4, 3 } } },
	{ "bodies as long as said", CORRUPT, "add up", { { 40, 8, 16 } } },
	{ "not longer", CORRUPT, "pass the end", { { 40, 8, 14 } } },
	{ "one longer than all", CORRUPT, "pass the end",
	  { { ENTRIES, 1, 15 << 3 } } },
	{ "a body that exists", CORRUPT, "cannot exist",
	  { { ENTRIES + 1, 1, 11 << 3 | 4 } } },
	{ "and is not this one", CORRUPT, "cannot exist",
	  { { ENTRIES + 1, 1, 0 << 3 | 4 } } },
	{ "nothing taken out has a body", CORRUPT, "redacted record with",
	  { { ENTRIES + 3, 1, 1 << 3 | 3 } } },
	{ "nor shares one", CORRUPT, "redacted record with",
	  { { ENTRIES + 3, 1, 4 | 3 } } },
	{ "the shortest spelling", CORRUPT, "malformed entry",
	  { { ENTRIES + 2, 2, 0x00b9 } } },
	{ "entries that end", CORRUPT, "malformed entry",
	  { { ENTRIES + 3, 1, 0x80 } } },
};
/* clang-format on */

static void a_block_is_refused_for_the_rule_it_breaks(void **state)
{
	size_t entries;
	struct buf good = good_block(&entries);

	(void)state;
	assert_int_equal(entries, ENTRIES);
	refuse(blocks, COUNT(blocks), &good, decode_block, good.len - 4);
	buf_done(&good);
}

static void a_head_cut_anywhere_is_none(void **state)
{
	size_t entries;
	struct buf raw = good_block(&entries);
	struct fiche_error err = { 0 };

	(void)state;
	for (raw.len--; raw.len > 16; raw.len--) {
		put_u32(raw.ptr + 12, (uint32_t)raw.len);
		assert_int_equal(decode_block(&raw, true, &err), CORRUPT);
	}
	buf_done(&raw);
}

static void a_single_record_may_be_larger_than_many(void **state)
{
	struct block_head h = { .record_count = 1, .cards_len = 300 }, back;
	struct fiche_error err = { 0 };
	struct buf list = { 0 }, raw = { 0 };

	(void)state;
	h.bodies_raw = BLOCK_ALONE_MAX;
	block_entry_put(&list,
	                &(struct block_entry){ .value = BLOCK_ALONE_MAX - 1 });
	h.entries = (struct bytes){ list.ptr, list.len };
	h.bodies_len = PAYLOAD_LEN - h.cards_len - BLOCK_FIXED - list.len;
	block_head_encode(&raw, &h);
	assert_true(buf_ok(&list) && buf_ok(&raw));
	assert_int_equal(block_head_decode(&back, raw.ptr, raw.len, PAYLOAD_LEN,
	                                   BLOCK_AT, &err),
	                 0);
	assert_true(back.bodies_raw == BLOCK_ALONE_MAX);
	put(&raw, 40, 8, BLOCK_ALONE_MAX + 1);
	assert_int_equal(decode_block(&raw, true, &err), LIMIT);
	put(&raw, 40, 8, 0);
	assert_int_equal(decode_block(&raw, true, &err), CORRUPT);
	buf_done(&list);
	buf_done(&raw);
}

/* Limits of the head itself; 0 is the code of what is still allowed. */
static void a_head_has_limits(void **state)
{
	static const struct {
		uint32_t defaults, entries;
		uint64_t first;
		int code;
	} rows[] = {
		{ BLOCK_DEFAULTS_MAX, 1, 0, 0 },
		{ BLOCK_DEFAULTS_MAX + 1, 1, 0, CORRUPT },
		{ 0, BLOCK_HEAD_MAX - BLOCK_FIXED, 0, CORRUPT }, /* too many */
		{ 0, BLOCK_HEAD_MAX - BLOCK_FIXED + 1, 0, CORRUPT },
		{ 0, 1, INT64_MAX - 1, 0 },
		{ 0, 1, INT64_MAX, CORRUPT },
	};
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct block_head h = { .first_record = rows[i].first,
			                .record_count = rows[i].entries,
			                .bodies_raw = rows[i].entries },
				  back;
		struct buf text = { 0 }, raw = { 0 };

		buf_zeros(&text, rows[i].defaults + rows[i].entries);
		assert_true(buf_ok(&text));
		h.defaults = (struct bytes){ text.ptr, rows[i].defaults };
		h.entries = (struct bytes){ text.ptr + rows[i].defaults,
			                    rows[i].entries };
		block_head_encode(&raw, &h);
		assert_true(buf_ok(&raw));
		assert_int_equal(block_head_decode(&back, raw.ptr, raw.len,
		                                   raw.len, INT64_MAX, &err),
		                 rows[i].code);
		buf_done(&text);
		buf_done(&raw);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_section_header_is_refused_for_the_rule_it_breaks),
		cmocka_unit_test(
			an_unknown_section_is_read_unless_it_is_critical),
		cmocka_unit_test(
			a_superblock_is_refused_for_the_rule_it_breaks),
		cmocka_unit_test(
			a_superblock_without_text_or_full_of_it_is_one),
		cmocka_unit_test(a_footer_is_refused_for_the_rule_it_breaks),
		cmocka_unit_test(a_commit_is_refused_for_the_rule_it_breaks),
		cmocka_unit_test(the_first_commit_has_nothing_before_it),
		cmocka_unit_test(
			a_commit_has_as_many_peaks_as_its_count_has_bits),
		cmocka_unit_test(a_commit_cut_or_drawn_out_anywhere_is_none),
		cmocka_unit_test(
			a_commit_that_finds_no_memory_is_not_called_damaged),
		cmocka_unit_test(
			a_dictionary_is_refused_for_the_rule_it_breaks),
		cmocka_unit_test(a_block_is_refused_for_the_rule_it_breaks),
		cmocka_unit_test(a_head_cut_anywhere_is_none),
		cmocka_unit_test(a_single_record_may_be_larger_than_many),
		cmocka_unit_test(a_head_has_limits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
