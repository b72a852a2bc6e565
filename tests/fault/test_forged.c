/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_forged.c - what looks like a section but is none.
 *
 * Articles may hold whole archives, sections of the very archive they are
 * stored in, and headers made for the place where they will stand.  While the
 * block around them is whole nobody looks inside; where it is damaged, a
 * section that does not stand where it says is none (spec 4.3), and what verify
 * finds intact recovers to nothing but what was committed.
 */

/* For memmem(). */
#define _GNU_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "base/hash.h"
#include "format/block.h"
#include "format/section.h"
#include "support/articles.h"
#include "support/damage.h"
#include "support/reseal.h"

static const struct case_plan plan = {
	.seed = 6, .commits = 2, .lines = 12, .files = 1, .text_len = 120
};

static struct archive_case ground;

static int enter(void **state)
{
	struct fiche_error err = { 0 };

	case_keep_memory();
	*state = &ground;
	return archive_case_make(&ground, &plan, &err);
}

static int leave(void **state)
{
	archive_case_done(*state);
	return 0;
}

/* ---- Payloads ---- */

/* A section of the archive, moved to where nobody knows. */
static void put_section(struct buf *out, const struct archive_case *c,
                        uint64_t *seed)
{
	struct damage_map m;
	const struct damage_part *p;

	damage_map(&m, c);
	p = &m.part[articles_random(seed) % m.count];
	buf_put(out, c->bytes.ptr + p->start, (size_t)(p->end - p->start));
}

/* A whole block of one record, header and all, for the offset `at`. */
static void put_block(struct buf *out, const struct archive_case *c,
                      uint64_t at, uint64_t first_record)
{
	struct damage_map m;
	size_t start = out->len;
	uint8_t *p;
	size_t i = 0, len;

	damage_map(&m, c);
	while (m.part[i].type != SECTION_DATA)
		i++;
	len = (size_t)(m.part[i].end - m.part[i].start);
	buf_put(out, c->bytes.ptr + m.part[i].start, len);
	assert_true(buf_ok(out));
	p = out->ptr + start;
	put_u64(p + SECTION_HEADER_SIZE, first_record);
	reseal(p, len);
	put_u64(p + 24, at);
	reseal_header(p);
}

/* Random bytes, which no frame makes smaller: what stands between them is
 * stored as it is. */
#define NOISE 8000

static void put_noise(struct buf *out, size_t len, uint64_t *seed)
{
	for (size_t i = 0; i < len; i++)
		buf_u8(out, (uint8_t)articles_random(seed));
}

/* `at` is the place that a block of its own is made for. */
static void make_payload(struct buf *out, const struct archive_case *c,
                         uint64_t kind, uint64_t at, uint64_t *seed)
{
	buf_clear(out);
	put_noise(out, NOISE, seed);
	if (kind == 0)
		buf_put(out, c->bytes.ptr, c->bytes.len);
	else if (kind == 1)
		put_section(out, c, seed);
	else
		put_block(out, c, at, articles_random(seed) % 30);
	put_noise(out, NOISE, seed);
	assert_true(buf_ok(out));
}

/* The archive with one more commit, of a file with this content. */
static void append_file(struct io_memory *m, const struct buf *payload)
{
	static const char card[] = "{\"path\":\"a\",\"type\":\"x/y\"}";
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	assert_int_equal(case_writer(&w, m, FICHE_APPEND, &plan, &err), 0);
	assert_int_equal(fiche_writer_add_file(w, card, sizeof(card) - 1,
	                                       payload->ptr, payload->len, NULL,
	                                       NULL, &err),
	                 0);
	assert_int_equal(fiche_writer_commit(w, &err), 0);
	fiche_writer_close(w);
}

/* Records that are those of the case or, of the number behind, the payload;
 * whatever else is read was forged. */
static void require_no_forged(struct archive_case *c, bool recover,
                              const struct buf *payload, bool all)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	struct fiche_view *v;
	uint64_t read = 0;

	if (case_open(&r, c->memory, recover, &err) < 0) {
		assert_false(all);
		return;
	}
	v = fiche_view_new(r);
	assert_non_null(v);
	assert_true(r->record_end <= c->record_count + 1);
	for (uint64_t n = 0; n < r->record_end; n++) {
		uint8_t digest[32], want[32];
		struct fiche_text t;

		if (fiche_view_record(v, n, &t, &err) < 0)
			continue;
		read++;
		assert_int_equal(sha256_of(digest, t.ptr, t.len), 0);
		assert_int_equal(sha256_of(want, payload->ptr, payload->len),
		                 0);
		if (n < c->record_count)
			memcpy(want, c->digests[n].sha256, 32);
		assert_memory_equal(digest, want, 32);
	}
	if (all)
		assert_int_equal(read, c->record_count + 1);
	fiche_view_free(v);
	fiche_reader_close(r);
}

/* Where the payload stands in the file, as it is; 0 if it was compressed. */
static uint64_t find_payload(struct io_memory *m, const struct buf *payload)
{
	const uint8_t *bytes, *hit;
	size_t len;

	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	hit = memmem(bytes, len, payload->ptr, NOISE + SECTION_HEADER_SIZE);
	return hit ? (uint64_t)(hit - bytes) : 0;
}

/* In a new file system: an old one keeps what it had. */
static void store(struct archive_case *c, const struct buf *payload)
{
	io_memory_free(c->memory);
	c->memory = io_memory_new();
	assert_non_null(c->memory);
	assert_int_equal(case_put(c->memory, c->bytes.ptr, c->bytes.len), 0);
	append_file(c->memory, payload);
}

static void what_stands_inside_a_whole_article_is_never_looked_at(void **state)
{
	struct archive_case *c = *state;
	uint64_t seed = 11, trials = damage_is_long() ? 10000 : 300, aimed = 0;
	struct buf payload = { 0 };

	for (uint64_t i = 0; i < trials; i++) {
		struct fiche_verify_report report;
		struct fiche_error err = { 0 };
		uint64_t at, again = seed;

		make_payload(&payload, c, i % 3, 0, &seed);
		store(c, &payload);
		at = find_payload(c->memory, &payload);
		if (i % 3 == 2 && at > 0) {
			/* Now for the place where it stands. */
			make_payload(&payload, c, 2, at + NOISE, &again);
			store(c, &payload);
			aimed += find_payload(c->memory, &payload) == at;
		}
		assert_int_equal(case_verify(c->memory, false, &report, &err),
		                 0);
		require_no_forged(c, false, &payload, true);
		require_no_forged(c, true, &payload, true);
	}
	buf_done(&payload);
	assert_true(aimed > 0);
	print_message("%llu payloads, %llu stand where they say; seed 11\n",
	              (unsigned long long)trials, (unsigned long long)aimed);
}

/* The block around is damaged, its header or its payload: all sections inside
 * but those that stand where they say are passed over.  (One that was made for
 * the very place where it stands would be taken.) */
static void nor_inside_a_damaged_one(void **state)
{
	struct archive_case *c = *state;
	uint64_t seed = 12, trials = damage_is_long() ? 10000 : 300;
	struct buf payload = { 0 }, bad = { 0 };

	for (uint64_t i = 0; i < trials; i++) {
		const uint8_t *bytes;
		size_t len, at = c->bytes.len;

		make_payload(&payload, c, i % 3, UINT32_MAX, &seed);
		store(c, &payload);
		assert_true(io_memory_get(c->memory, CASE_PATH, &bytes, &len));
		buf_clear(&bad);
		buf_put(&bad, bytes, len);
		assert_true(buf_ok(&bad));
		bad.ptr[at + articles_random(&seed) % 9000] ^= 1;
		assert_int_equal(case_put(c->memory, bad.ptr, len), 0);
		require_no_forged(c, false, &payload, false);
		require_no_forged(c, true, &payload, false);
		/* And without its end. */
		assert_int_equal(
			case_put(c->memory, bad.ptr,
		                 at + articles_random(&seed) % (len - at)),
			0);
		require_no_forged(c, true, &payload, false);
	}
	buf_done(&payload);
	buf_done(&bad);
	print_message("%llu payloads, seed 12\n", (unsigned long long)trials);
}

/* ---- Where sections are looked for that stand elsewhere ---- */

/* An offset that a shift would have to be believed for: of what was there
 * before, of the block around, or of something behind it. */
static uint64_t tempting_offset(const struct archive_case *c, uint64_t i,
                                uint64_t *seed)
{
	uint64_t end = c->bytes.len;

	switch (i % 4) {
	case 0:
		return articles_random(seed) % end;
	case 1:
		return end + articles_random(seed) % (2 * NOISE);
	case 2:
		return end + 3 * NOISE + articles_random(seed) % NOISE;
	default:
		return end;
	}
}

/* What stands behind the block is found, whatever is inside. */
static void require_last_commit(struct archive_case *c)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;

	assert_int_equal(case_open(&r, c->memory, true, &err), 0);
	assert_true(r->archive.has_commit);
	assert_int_equal(r->archive.last.commit.generation, plan.commits + 1);
	fiche_reader_close(r);
}

/* Bytes are put into the block, or taken from it, so that sections are taken
 * that do not stand at their own offset: those of the archive alone.  (Where
 * the header of the block is hit, too, one inside that claims its place would
 * be taken.) */
static void nor_inside_one_that_was_shifted(void **state)
{
	struct archive_case *c = *state;
	uint64_t seed = 14, trials = damage_is_long() ? 10000 : 300;
	struct buf payload = { 0 }, good = { 0 }, bad = { 0 };

	for (uint64_t i = 0; i < trials; i++) {
		size_t len, start = c->bytes.len, more, at, cut;
		const uint8_t *bytes;

		make_payload(&payload, c, i % 3,
		             tempting_offset(c, i / 3, &seed), &seed);
		store(c, &payload);
		assert_true(io_memory_get(c->memory, CASE_PATH, &bytes, &len));
		buf_clear(&good);
		buf_put(&good, bytes, len);
		assert_true(buf_ok(&good));
		at = start + SECTION_HEADER_SIZE +
		     articles_random(&seed) % (NOISE - SECTION_HEADER_SIZE);
		more = 1 + articles_random(&seed) % 4096;
		cut = articles_random(&seed) % 2 ? 0 : more;
		buf_clear(&bad);
		buf_put(&bad, good.ptr, at);
		if (cut == 0)
			put_noise(&bad, more, &seed);
		buf_put(&bad, good.ptr + at + cut, len - at - cut);
		assert_true(buf_ok(&bad));
		assert_int_equal(case_put(c->memory, bad.ptr, bad.len), 0);
		require_no_forged(c, true, &payload, false);
		require_last_commit(c);
		/* And without its end: nothing says that it was committed. */
		assert_int_equal(
			case_put(c->memory, bad.ptr,
		                 at + articles_random(&seed) % (bad.len - at)),
			0);
		require_no_forged(c, true, &payload, false);
		/* Shifted before, and damaged inside: a section that would
		 * take the place of one that is there. */
		buf_clear(&bad);
		put_noise(&bad, more, &seed);
		buf_put(&bad, good.ptr, len);
		assert_true(buf_ok(&bad));
		bad.ptr[more + at] ^= 1;
		assert_int_equal(case_put(c->memory, bad.ptr, bad.len), 0);
		require_no_forged(c, true, &payload, false);
	}
	buf_done(&payload);
	buf_done(&good);
	buf_done(&bad);
	print_message("%llu payloads, seed 14\n", (unsigned long long)trials);
}

/* ---- Sections that no index names ---- */

/* A section more in front of the last commit, everything else made to fit. */
static void insert_section(struct archive_case *c, const uint8_t *section,
                           size_t size)
{
	struct damage_map m;
	struct buf out = { 0 };
	uint64_t commit;
	uint8_t *p;

	damage_map(&m, c);
	commit = m.part[m.count - 2].start;
	assert_int_equal(m.part[m.count - 2].type, SECTION_COMMIT);
	buf_put(&out, c->bytes.ptr, (size_t)commit);
	buf_put(&out, section, size);
	buf_put(&out, c->bytes.ptr + commit, c->bytes.len - (size_t)commit);
	assert_true(buf_ok(&out));
	/* The commit's padding takes up what is new. */
	p = out.ptr + commit + size;
	assert_true(get_u64(p + 40) > size + 800);
	put_u64(p + 40, get_u64(p + 40) - size);
	put_u32(p + 4, get_u32(p + 4) - (uint32_t)size);
	put_u64(p + 32, get_u64(p + 32) + 1);
	memmove(out.ptr + out.len - size - FOOTER_SIZE,
	        out.ptr + out.len - FOOTER_SIZE, FOOTER_SIZE);
	out.len -= size;
	p = out.ptr + out.len - FOOTER_SIZE;
	put_u64(p + 8, commit + size);
	put_u64(p + 16, get_u64(p + 16) - size);
	reseal(out.ptr, out.len);
	assert_int_equal(case_put(c->memory, out.ptr, out.len), 0);
	buf_done(&out);
}

/* The first section of the type, to stand in front of the last commit. */
static void require_noticed(struct archive_case *c, unsigned type,
                            uint64_t first_record, const char *message)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct damage_map m;
	struct buf section = { 0 };
	size_t i = 0;

	damage_map(&m, c);
	while (m.part[i].type != type)
		i++;
	buf_put(&section, c->bytes.ptr + m.part[i].start,
	        (size_t)(m.part[i].end - m.part[i].start));
	assert_true(buf_ok(&section));
	put_u64(section.ptr + 32,
	        get_u64(c->bytes.ptr + m.part[m.count - 2].start + 32));
	if (type == SECTION_DATA)
		put_u64(section.ptr + SECTION_HEADER_SIZE, first_record);
	insert_section(c, section.ptr, section.len);
	assert_int_equal(case_verify(c->memory, true, &report, &err),
	                 FICHE_ERR_CORRUPT);
	assert_string_equal(err.text, message);
	buf_done(&section);
}

static void a_block_that_no_index_names_is_noticed(void **state)
{
	struct archive_case *c = *state;

	require_noticed(c, SECTION_DATA, 0,
	                "record 0 stands where number 24 belongs");
	require_noticed(c, SECTION_DATA, c->record_count,
	                "record 24 stands where number 26 belongs");
}

/* ---- In other sections ---- */

/* The highest number that a recovery gives, and one. */
static uint64_t recovered_end(struct archive_case *c, const struct buf *bytes)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;
	uint64_t end;

	assert_int_equal(case_put(c->memory, bytes->ptr, bytes->len), 0);
	assert_int_equal(case_open(&r, c->memory, true, &err), 0);
	end = r->record_end;
	fiche_reader_close(r);
	return end;
}

/* A section of a kind that is not known here is passed over in one piece while
 * it is whole: what is in it is its own affair. */
static void nor_inside_a_section_of_another_kind(void **state)
{
	struct archive_case *c = *state;
	struct section s = { .type = 99, .version = 1, .offset = c->bytes.len };
	struct buf all = { 0 }, inside = { 0 };
	struct section first;
	uint8_t raw[SECTION_HEADER_SIZE];

	put_block(&inside, c, c->bytes.len + SECTION_HEADER_SIZE,
	          c->record_count);
	assert_int_equal(section_decode(&first, c->bytes.ptr, 0, NULL, NULL),
	                 0);
	memcpy(s.uuid, first.uuid, UUID_SIZE);
	s.payload_len = inside.len;
	s.inner_len = (uint32_t)inside.len;
	assert_int_equal(sha256_of(s.sha256, inside.ptr, inside.len), 0);
	section_encode(raw, &s);
	buf_put(&all, c->bytes.ptr, c->bytes.len);
	buf_put(&all, raw, sizeof(raw));
	buf_put(&all, inside.ptr, inside.len);
	assert_true(buf_ok(&all));
	assert_int_equal(recovered_end(c, &all), c->record_count);
	/* So it is good for something: where its header is lost, the block
	 * that stands in its place is one. */
	all.ptr[c->bytes.len] ^= 1;
	assert_true(recovered_end(c, &all) > c->record_count);
	buf_done(&all);
	buf_done(&inside);
}

/* ---- Voids ---- */

static uint64_t last_commit(const struct buf *bytes)
{
	return get_u64(bytes->ptr + bytes->len - FOOTER_SIZE + 8);
}

static void take(struct buf *out, struct io_memory *m)
{
	const uint8_t *bytes;
	size_t len;

	buf_clear(out);
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	buf_put(out, bytes, len);
	assert_true(buf_ok(out));
}

/* Also where the commit that tells of the void cannot be believed, as the index
 * segment before it is damaged. */
static void what_is_void_is_not_recovered(void **state)
{
	struct archive_case *c = *state;
	const struct case_plan other = {
		.seed = 99, .commits = 1, .lines = 9, .text_len = 120
	};
	struct fiche_error err = { 0 };
	struct case_digest digests[64] = { 0 };
	struct case_reading seen;
	struct fiche_reader *r;
	struct fiche_view *v;
	struct buf bytes = { 0 };

	/* Whole blocks, which were never committed. */
	assert_int_equal(case_put(c->memory, c->bytes.ptr, c->bytes.len), 0);
	assert_int_equal(case_append(c->memory, &other, &err), 0);
	take(&bytes, c->memory);
	assert_int_equal(
		case_put(c->memory, bytes.ptr, (size_t)last_commit(&bytes)), 0);
	assert_int_equal(case_append(c->memory, &plan, &err), 0);
	assert_int_equal(case_open(&r, c->memory, false, &err), 0);
	v = fiche_view_new(r);
	assert_non_null(v);
	assert_true(r->record_end <= 64 && r->record_end > c->record_count);
	for (uint64_t i = 0; i < r->record_end; i++) {
		struct fiche_text t;

		assert_int_equal(fiche_view_record(v, i, &t, &err), 0);
		assert_int_equal(sha256_of(digests[i].sha256, t.ptr, t.len), 0);
	}
	fiche_view_free(v);
	fiche_reader_close(r);

	take(&bytes, c->memory);
	bytes.ptr[last_commit(&bytes) - 1] ^= 1;
	assert_int_equal(case_put(c->memory, bytes.ptr, bytes.len), 0);
	assert_int_equal(case_open(&r, c->memory, true, &err), 0);
	assert_int_equal(case_read(&seen, r, digests, 64, false, &err), 0);
	assert_int_equal(seen.wrong, 0);
	assert_true(seen.exact > c->record_count);
	fiche_reader_close(r);
	buf_done(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_stands_inside_a_whole_article_is_never_looked_at),
		cmocka_unit_test(nor_inside_a_damaged_one),
		cmocka_unit_test(nor_inside_one_that_was_shifted),
		cmocka_unit_test(a_block_that_no_index_names_is_noticed),
		cmocka_unit_test(nor_inside_a_section_of_another_kind),
		cmocka_unit_test(what_is_void_is_not_recovered),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
