/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_heads.c - any bytes as each of the heads of spec 3, with its checksum
 * right.  What is read must be written again as the same bytes, for every byte
 * of a head means something; and what it tells of must lie within bounds.
 *
 * The first byte says which head, eight more where in a file it stands.
 */

#include <stdlib.h>
#include <string.h>

#include "archive/withdrawal.h"
#include "base/cursor.h"
#include "base/hash.h"
#include "format/block.h"
#include "format/commit.h"
#include "format/dict.h"
#include "format/merkle.h"
#include "format/parity.h"
#include "format/section.h"
#include "fuzz/fuzz.h"
#include "support/reseal.h"

#define AT   8192
#define LEAD 9

static const uint8_t uuid[UUID_SIZE] = { 1, 2, 3 };

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void require_same(const struct buf *b, const uint8_t *raw, size_t len)
{
	require(buf_ok(b) && b->len == len && memcmp(b->ptr, raw, len) == 0);
}

static void require_refused(int r, const struct fiche_error *err)
{
	require((r == FICHE_ERR_CORRUPT || r == FICHE_ERR_UNSUPPORTED ||
	         r == FICHE_ERR_LIMIT) &&
	        err->code == r && err->text[0] != '\0');
}

static void check_section(uint8_t *raw, size_t len, uint64_t at)
{
	uint8_t again[SECTION_HEADER_SIZE];
	struct fiche_error err;
	struct section s;
	int r;

	if (len < SECTION_HEADER_SIZE)
		return;
	reseal_header(raw);
	r = section_decode(&s, raw, at, NULL, &err);
	if (r < 0) {
		require_refused(r, &err);
		return;
	}
	section_encode(again, &s);
	require(memcmp(again, raw, sizeof(again)) == 0);
	require(section_size(&s) >= SECTION_HEADER_SIZE &&
	        s.offset + section_size(&s) > s.offset);
}

static void check_footer(uint8_t *raw, size_t len, uint64_t end)
{
	uint8_t again[FOOTER_SIZE];
	struct fiche_error err;
	struct footer f;
	int r;

	/* The caller has read them: they stand behind a superblock. */
	if (len < FOOTER_SIZE || end < SUPERBLOCK_SIZE + FOOTER_SIZE)
		return;
	reseal_footer(raw);
	r = footer_decode(&f, raw, end, &err);
	if (r < 0) {
		require_refused(r, &err);
		return;
	}
	footer_encode(again, &f);
	require(memcmp(again, raw, sizeof(again)) == 0);
	require(f.commit_offset >= SUPERBLOCK_SIZE &&
	        f.commit_offset + f.commit_size == end - FOOTER_SIZE);
}

static void check_commit(const uint8_t *raw, size_t len, uint64_t at)
{
	struct fiche_error err;
	struct buf again = { 0 };
	struct commit c;
	int r = commit_decode(&c, raw, len, at, &err);

	if (r < 0) {
		require_refused(r, &err);
		return;
	}
	commit_encode(&again, &c, at);
	require_same(&again, raw, len);
	require(c.batch_start <= at && c.void_len <= at - c.batch_start);
	for (size_t i = 0; i < c.segment_count; i++)
		require(c.segments[i].offset < at &&
		        c.segments[i].size <= at - c.segments[i].offset);
	buf_done(&again);
	commit_done(&c);
}

/* A payload that is short is mended with what follows as its parity. */
static void check_dict(const uint8_t *raw, size_t len, uint64_t at)
{
	struct fiche_error err;
	struct buf again = { 0 };
	struct dict_head h;
	uint8_t payload[4096] = { 0 };
	int r = dict_head_decode(&h, raw, len, at, &err);

	if (r < 0) {
		require_refused(r, &err);
		return;
	}
	dict_head_encode(&again, h.id, h.class, h.len);
	buf_put(&again, h.rest.ptr, h.rest.len);
	require_same(&again, raw, len);
	buf_done(&again);
	if (h.class & DICT_PARITY && h.len <= sizeof(payload))
		(void)dict_parity_mend(payload, (size_t)h.len, &h);
}

static void check_block(uint8_t *raw, size_t len, uint64_t at)
{
	struct fiche_error err;
	struct buf again = { 0 };
	struct block_head h;
	struct block_entry e;
	struct cursor c;
	uint64_t bodies = 0, count = 0;
	int r;

	if (len < BLOCK_FIXED)
		return;
	put_u32(raw + 12, (uint32_t)len);
	put_u32(raw + len - 4, crc32_add(0, raw, len - 4));
	r = block_head_decode(&h, raw, len, at, at, &err);
	if (r < 0) {
		require_refused(r, &err);
		return;
	}
	cursor_init(&c, h.entries.ptr, h.entries.len);
	for (; block_entry_next(&c, &e); count++)
		bodies += e.shared ? 0 : e.value;
	require(count == h.record_count && bodies <= h.bodies_raw);
	block_head_encode(&again, &h);
	require_same(&again, raw, len);
	buf_done(&again);
}

static void check_withdrawals(const uint8_t *raw, size_t len, uint64_t records)
{
	struct fiche_error err;
	struct withdrawals w = { 0 }, back = { 0 };
	struct buf again = { 0 };
	int r = withdrawals_decode(&w, raw, len, records, AT, &err);

	if (r < 0) {
		require_refused(r, &err);
		return;
	}
	for (size_t i = 0; i < w.count; i++)
		require(w.list[i].number < records &&
		        (i == 0 || w.list[i - 1].number < w.list[i].number));
	require(withdrawals_encode(&again, &w, &err) == 0);
	require(withdrawals_decode(&back, again.ptr, again.len, records, AT,
	                           &err) == 0);
	require(back.count == w.count);
	withdrawals_done(&back);
	withdrawals_done(&w);
	buf_done(&again);
}

static void check_parity(const uint8_t *raw, size_t len)
{
	uint8_t again[PARITY_HEAD];
	struct fiche_error err;
	struct parity_head h;
	uint64_t end;
	int r;

	if (len < PARITY_HEAD)
		return;
	r = parity_head_decode(&h, raw, AT, NULL, &err);
	if (r < 0) {
		require_refused(r, &err);
		return;
	}
	parity_head_encode(again, &h);
	require(memcmp(again, raw, sizeof(again)) == 0);
	end = h.offset + parity_section_size(&h.geometry);
	require(end > h.offset);
	for (uint32_t i = 0; i < parity_table_count(&h.geometry); i++) {
		uint64_t at = parity_table_at(&h, i);

		require(at >= h.offset && at <= end - PARITY_PAGE);
	}
	for (uint32_t i = 0; i < h.geometry.tags; i += 1 + i / 8) {
		uint64_t at = parity_page_at(&h, i);

		require(at >= h.start && at <= end - PARITY_PAGE);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = { 0 };
	uint64_t at;

	if (size < LEAD)
		return 0;
	at = get_u64(data + 1);
	buf_put(&b, data + LEAD, size - LEAD);
	require(buf_ok(&b));
	switch (data[0] % 7) {
	case 0:
		check_section(b.ptr, b.len, at);
		break;
	case 1:
		check_footer(b.ptr, b.len, at);
		break;
	case 2:
		check_commit(b.ptr, b.len, at);
		break;
	case 3:
		check_dict(b.ptr, b.len, at);
		break;
	case 4:
		check_block(b.ptr, b.len, at);
		break;
	case 5:
		check_withdrawals(b.ptr, b.len, at);
		break;
	default:
		check_parity(b.ptr, b.len);
	}
	buf_done(&b);
	return 0;
}

/* ---- One of each ---- */

static void put_section(struct buf *out)
{
	struct section s = { .type = SECTION_DATA,
		             .version = SECTION_VERSION,
		             .flags = SECTION_CRITICAL,
		             .inner_len = 100,
		             .offset = AT,
		             .sequence = 3,
		             .payload_len = 900 };
	uint8_t raw[SECTION_HEADER_SIZE];

	memcpy(s.uuid, uuid, UUID_SIZE);
	section_encode(raw, &s);
	buf_put(out, raw, sizeof(raw));
}

static void put_footer(struct buf *out)
{
	struct footer f = { .commit_offset = SUPERBLOCK_SIZE,
		            .commit_size = AT - SUPERBLOCK_SIZE - FOOTER_SIZE,
		            .generation = 1,
		            .end = AT };
	uint8_t raw[FOOTER_SIZE];

	footer_encode(raw, &f);
	buf_put(out, raw, sizeof(raw));
}

static void put_commit(struct buf *out)
{
	struct commit_segment s = { .offset = SUPERBLOCK_SIZE,
		                    .size = 1000,
		                    .record_count = 3 };
	struct commit_dict d = { .id = 7,
		                 .class = DICT_BODIES,
		                 .offset = SUPERBLOCK_SIZE + 1000,
		                 .parity_offset = SUPERBLOCK_SIZE + 2000,
		                 .size = 1000 };
	struct commit c = { .major = FORMAT_MAJOR,
		            .fields_version = 1,
		            .tokenizer_version = 1,
		            .generation = 1,
		            .batch_start = SUPERBLOCK_SIZE,
		            .record_count = 3,
		            .block_count = 1,
		            .peak_count = 2,
		            .segments = &s,
		            .segment_count = 1,
		            .dicts = &d,
		            .dict_count = 1 };

	require(merkle_head(c.tree_head, c.peaks[0], c.peak_count) == 0);
	commit_encode(out, &c, AT);
}

static void put_dict(struct buf *out, bool parity)
{
	static const uint8_t payload[700] = { 1, 2, 3 };

	if (parity) {
		dict_parity_encode(out, 7, DICT_BODIES, payload,
		                   sizeof(payload));
		return;
	}
	dict_head_encode(out, 7, DICT_BODIES, 700);
	buf_text(out, "a frame");
}

static void put_block(struct buf *out)
{
	static const struct block_entry entries[] = {
		{ KIND_JSON, false, 40 },
		{ KIND_VERBATIM, false, 50 },
		{ KIND_JSON, true, 1 },
	};
	struct block_head h = { .first_record = 1,
		                .record_count = 3,
		                .cards_len = 100,
		                .cards_raw = 200,
		                .bodies_raw = 90 + 2 };
	struct buf e = { 0 };

	for (size_t i = 0; i < sizeof(entries) / sizeof(*entries); i++)
		block_entry_put(&e, &entries[i]);
	h.entries = (struct bytes){ e.ptr, e.len };
	h.bodies_len = AT - (BLOCK_FIXED + e.len) - h.cards_len;
	block_head_encode(out, &h);
	buf_done(&e);
}

static void put_withdrawals(struct buf *out)
{
	static const char why[] = "names a minor";
	struct fiche_statement s = { .number = 3, .time = 1700000000 };
	struct withdrawals w = { 0 };
	bool added;

	s.reason = (struct fiche_text){ why, sizeof(why) - 1 };
	require(withdrawals_add(&w, &s, &added) == 0 && added);
	s.number = 5;
	require(withdrawals_add(&w, &s, &added) == 0 && added);
	require(withdrawals_encode(out, &w, NULL) == 0);
	withdrawals_done(&w);
}

static void put_parity(struct buf *out, enum fiche_parity profile)
{
	struct parity_head h = { .offset = (uint64_t)504 * PARITY_PAGE,
		                 .start = PARITY_PAGE,
		                 .zones = 1,
		                 .number = PARITY_NO_TABLE,
		                 .profile = (uint8_t)profile };
	uint8_t raw[PARITY_HEAD];

	parity_choose(&h.geometry, profile, 500);
	h.batch_start = h.offset;
	parity_head_encode(raw, &h);
	buf_put(out, raw, sizeof(raw));
}

bool fuzz_seed(size_t i, struct buf *out)
{
	static const uint8_t kind[] = { 0, 1, 2, 3, 3, 4, 5, 6, 6, 6 };
	uint8_t lead[LEAD] = { 0 };

	if (i >= sizeof(kind))
		return false;
	lead[0] = kind[i];
	put_u64(lead + 1, AT);
	buf_put(out, lead, sizeof(lead));
	switch (i) {
	case 0:
		put_section(out);
		break;
	case 1:
		put_footer(out);
		break;
	case 2:
		put_commit(out);
		break;
	case 3:
	case 4:
		put_dict(out, i == 4);
		break;
	case 5:
		put_block(out);
		break;
	case 6:
		put_withdrawals(out);
		break;
	default:
		put_parity(out, (enum fiche_parity)(i - 7 + FICHE_PARITY_LITE));
	}
	return buf_ok(out);
}
