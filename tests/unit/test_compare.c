/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_compare.c - is a stored index that of its records?  Whatever differs is
 * noticed, but how frames of words are compressed does not matter.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "base/cursor.h"
#include "index/build.h"
#include "index/compare.h"
#include "index/words_proof.h"
#include "support/memory_words.h"
#include "support/texts.h"

#define RECORDS 170
#define OFFSET  4096

/* ---- segments ---- */

/* A segment of records that have nothing but words. */
struct made {
	struct buf bytes;
	struct memory_segment in;
	struct segment segment;
};

static void open_made(struct made *m)
{
	struct fiche_error err = { 0 };

	memory_segment_init(&m->in, m->bytes.ptr, m->bytes.len);
	if (segment_open(&m->segment, &m->in.in, m->bytes.len, OFFSET, 0,
	                 RECORDS, &err) != 0)
		fail_msg("%s", err.text);
}

static void make_basic(struct made *m)
{
	struct index_builder *b = index_builder_new(0);
	const struct index_block block = { .offset = OFFSET,
		                           .size = 900,
		                           .record_count = RECORDS,
		                           .cards_end = 300 };

	memset(m, 0, sizeof(*m));
	assert_non_null(b);
	for (size_t i = 0; i < RECORDS; i++) {
		struct index_record r = { .body_len = i,
			                  .version_time = INT64_MIN,
			                  .source = { "a.example", 9 } };

		memset(r.digest, (int)i, sizeof(r.digest));
		assert_int_equal(index_builder_add(b, &r), 0);
	}
	assert_int_equal(index_builder_block(b, &block), 0);
	assert_int_equal(index_builder_finish(b, &m->bytes), 0);
	index_builder_free(b);
	open_made(m);
}

/* The same with a keyword index: WORD in two parts, as it is made. */
static void add_words(struct made *out, const struct made *basic,
                      const struct buf *norms, const struct buf *head,
                      const struct buf *pages, struct bytes lists)
{
	struct memory_segment basic_in = basic->in, pages_in, lists_in;
	const struct segment_part_in part = { &basic->segment, &basic_in.in };
	struct words_in words = { .norms = norms, .head = head };
	struct fiche_error err = { 0 };
	struct memory_out to;
	uint64_t len;

	memset(out, 0, sizeof(*out));
	memory_segment_init(&pages_in, pages->ptr, pages->len);
	memory_segment_init(&lists_in, lists.ptr, lists.len);
	words.pages = &pages_in.in;
	words.pages_len = pages->len;
	words.lists = &lists_in.in;
	words.lists_len = lists.len;
	memory_out_init(&to);
	assert_int_equal(index_merge(&part, 1, &words, &to.out, &len, &err), 0);
	out->bytes = to.bytes;
	open_made(out);
}

/* What a page of words is changed to. */
struct recoding {
	int level; /* of the frames */
	/* A bit of the lists that is another one; SIZE_MAX: none. */
	size_t flip;
};

static void put_page(struct buf *pages, struct buf *fences,
                     const struct terms_fence *f, struct word_page *page,
                     const struct recoding *how)
{
	const size_t at = pages->len;
	size_t room = ZSTD_compressBound(page->raw.len), n;
	uint8_t *frame = malloc(room);

	assert_non_null(frame);
	n = ZSTD_compress(frame, room, page->raw.ptr, page->raw.len,
	                  how->level);
	assert_false(ZSTD_isError(n));
	buf_varint(pages, n);
	buf_put(pages, frame, n);
	buf_put(pages, page->lists.ptr, page->lists.len);
	if (how->flip < page->lists.len * 8)
		pages->ptr[pages->len - page->lists.len + how->flip / 8] ^=
			(uint8_t)(1u << how->flip % 8);
	buf_varint(fences, pages->len - at);
	buf_varint(fences, f->lists_len);
	buf_varint(fences, f->first.len);
	buf_put(fences, f->first.ptr, f->first.len);
	free(frame);
}

static void recode(struct made *out, const struct made *basic,
                   const struct memory_words *w, const struct recoding *how)
{
	const struct segment *s = &w->segment;
	struct buf pages = { 0 }, fences = { 0 }, head = { 0 };
	const struct bytes lists = { w->bytes.ptr + s->wpst.at,
		                     (size_t)s->wpst.len };
	struct word_page page = { 0 };

	for (uint32_t i = 0; i < w->words.fences.count; i++) {
		const struct terms_fence *f = &w->words.fences.fence[i];
		const struct bytes stored = { w->bytes.ptr + s->word.at +
			                              WORDS_HEAD + f->page_at,
			                      f->page_len };

		assert_int_equal(word_page_load(&page, stored, RECORDS), 0);
		put_page(&pages, &fences, f, &page, how);
	}
	buf_u64(&head, w->words.tokens);
	buf_u32(&head, w->words.fences.count);
	buf_u32(&head, (uint32_t)fences.len);
	buf_u64(&head, w->words.count);
	buf_put(&head, fences.ptr, fences.len);
	assert_true(buf_ok(&head) && buf_ok(&pages) && buf_ok(&fences));
	add_words(out, basic, &w->words.norms, &head, &pages, lists);
	word_page_done(&page);
	buf_done(&pages);
	buf_done(&fences);
	buf_done(&head);
}

static int compare(struct made *stored, struct made *right)
{
	struct fiche_error err = { 0 };
	int r = index_compare(&stored->segment, &stored->in.in, &right->in.in,
	                      right->bytes.len, &err);

	if (r != 0) {
		assert_int_equal(err.code, r);
		assert_true(err.text[0] != '\0');
	}
	return r;
}

struct ground {
	struct texts t;
	struct memory_words words;
	struct made basic, right;
};

static int enter(void **state)
{
	static const struct recoding as_made = { 15, SIZE_MAX };
	static const struct words_plan plan = { 0, 0 };
	static struct ground g;
	struct fiche_error err = { 0 };

	texts_make(&g.t, 12, RECORDS, 9000, 130);
	if (memory_words_make(&g.words, NULL, 0, g.t.article, RECORDS, &plan,
	                      &err) < 0)
		return -1;
	make_basic(&g.basic);
	recode(&g.right, &g.basic, &g.words, &as_made);
	*state = &g;
	return 0;
}

static int leave(void **state)
{
	struct ground *g = *state;

	buf_done(&g->basic.bytes);
	buf_done(&g->right.bytes);
	memory_words_done(&g->words);
	texts_done(&g->t);
	return 0;
}

/* ---- comparing ---- */

/* Spec 3.5: how the frames are compressed is free. */
static void frames_may_be_compressed_in_any_way(void **state)
{
	static const int levels[] = { -5, 1, 3, 9, 19 };
	struct ground *g = *state;
	size_t lengths = 0;

	assert_true(g->words.words.fences.count > 1);
	assert_true(g->words.segment.wpst.len > 0);
	assert_int_equal(compare(&g->right, &g->right), 0);
	for (size_t i = 0; i < sizeof(levels) / sizeof(*levels); i++) {
		const struct recoding how = { levels[i], SIZE_MAX };
		struct made other;

		recode(&other, &g->basic, &g->words, &how);
		lengths += other.bytes.len != g->right.bytes.len;
		assert_int_equal(compare(&other, &g->right), 0);
		assert_int_equal(compare(&g->right, &other), 0);
		buf_done(&other.bytes);
	}
	assert_true(lengths > 0);
}

/* Also where the frames have other lengths, which shifts all behind them. */
static void every_bit_of_the_short_lists_counts(void **state)
{
	struct ground *g = *state;
	size_t bits = 0;

	for (size_t bit = 0; bit < 4000; bit += 7) {
		const struct recoding how = { bit % 2 ? 15 : 1, bit };
		struct made other;

		recode(&other, &g->basic, &g->words, &how);
		assert_int_equal(compare(&other, &g->right), FICHE_ERR_CORRUPT);
		buf_done(&other.bytes);
		bits++;
	}
	print_message("%zu bits\n", bits);
}

/* Of a frame, some bytes may say the same otherwise. */
static void every_byte_counts(void **state)
{
	struct ground *g = *state;
	const struct segment *s = &g->right.segment;
	struct made other;
	size_t opened = 0, same = 0;

	memset(&other, 0, sizeof(other));
	buf_put(&other.bytes, g->right.bytes.ptr, g->right.bytes.len);
	assert_true(buf_ok(&other.bytes));
	for (size_t at = 0; at < other.bytes.len; at++) {
		const bool in_word =
			at >= s->word.at && at < s->word.at + s->word.len;
		struct fiche_error err = { 0 };
		int r;

		other.bytes.ptr[at] ^= (uint8_t)(1u << at % 8);
		memory_segment_init(&other.in, other.bytes.ptr,
		                    other.bytes.len);
		if (segment_open(&other.segment, &other.in.in, other.bytes.len,
		                 OFFSET, 0, RECORDS, &err) == 0) {
			opened++;
			r = compare(&other, &g->right);
			same += r == 0;
			if (r != FICHE_ERR_CORRUPT && (r != 0 || !in_word))
				fail_msg("byte %zu: %d", at, r);
		}
		other.bytes.ptr[at] ^= (uint8_t)(1u << at % 8);
	}
	print_message("%zu bytes, %zu segments, %zu say the same\n",
	              other.bytes.len, opened, same);
	assert_true(same < 40);
	buf_done(&other.bytes);
}

static void with_words_and_without_are_not_the_same(void **state)
{
	struct ground *g = *state;

	assert_int_equal(compare(&g->basic, &g->right), FICHE_ERR_CORRUPT);
	assert_int_equal(compare(&g->right, &g->basic), FICHE_ERR_CORRUPT);
	assert_int_equal(compare(&g->basic, &g->basic), 0);
}

static void a_failing_read_is_no_difference(void **state)
{
	static const struct recoding how = { 1, SIZE_MAX };
	struct ground *g = *state;
	struct made other;
	uint64_t tried = 0;

	recode(&other, &g->basic, &g->words, &how);
	for (int side = 0; side < 2; side++) {
		struct memory_segment *in = side ? &other.in : &g->right.in;

		for (uint64_t n = 1;; n++, tried++) {
			int r;

			in->reads = 0;
			in->fail_at = n;
			r = compare(&other, &g->right);
			in->fail_at = 0;
			if (in->reads < n) {
				assert_int_equal(r, 0);
				break;
			}
			assert_int_equal(r, FICHE_ERR_IO);
		}
	}
	print_message("%u reads failed\n", (unsigned)tried);
	assert_true(tried > 20);
	buf_done(&other.bytes);
}

/* ---- proofs ---- */

static int prove(struct memory_words *w, const struct fiche_article *a,
                 size_t count, size_t per_block)
{
	struct words_proof p = { .seed = { 12345, 6789 } };
	struct words_block *b = words_block_new();
	struct fiche_error err = { 0 };
	int r;

	assert_non_null(b);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(words_block_add(b, &a[i]), 0);
		if ((i + 1) % per_block && i + 1 < count)
			continue;
		assert_int_equal(words_proof_add(&p, b), 0);
		words_block_clear(b);
	}
	r = words_proof_check(&p, &w->words, &w->in.in, &err);
	assert_int_equal(err.code, r);
	words_proof_done(&p);
	words_block_free(b);
	return r;
}

static void the_words_of_the_records_prove_their_index(void **state)
{
	static const size_t sizes[] = { 1, 2, 13, 64, RECORDS };
	struct ground *g = *state;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
		assert_int_equal(
			prove(&g->words, g->t.article, RECORDS, sizes[i]), 0);
}

static void other_records_do_not(void **state)
{
	static const char *const texts[] = {
		"ko", "sta ko", "ko ko", "ko sta ko", "sta", "kostako", "",
	};
	struct ground *g = *state;
	struct fiche_article a[RECORDS];
	size_t tried = 0;

	assert_int_equal(prove(&g->words, g->t.article, RECORDS - 1, 7),
	                 FICHE_ERR_CORRUPT);
	for (size_t i = 0; i < RECORDS; i += 3) {
		memcpy(a, g->t.article, sizeof(a));
		/* Two records change places. */
		if (i + 1 < RECORDS && a[i].text.len != a[i + 1].text.len) {
			a[i] = g->t.article[i + 1];
			a[i + 1] = g->t.article[i];
			assert_int_equal(prove(&g->words, a, RECORDS, 64),
			                 FICHE_ERR_CORRUPT);
			tried++;
		}
		/* A word of the text is in the title. */
		memcpy(a, g->t.article, sizeof(a));
		if (a[i].text.len > 20 && a[i].title.len == 0) {
			a[i].title = a[i].text;
			a[i].text.len = 0;
			assert_int_equal(prove(&g->words, a, RECORDS, 64),
			                 FICHE_ERR_CORRUPT);
			tried++;
		}
		/* Other words. */
		for (size_t k = 0; k < sizeof(texts) / sizeof(*texts); k++) {
			const struct fiche_text text = { texts[k],
				                         strlen(texts[k]) };

			memcpy(a, g->t.article, sizeof(a));
			if (a[i].text.len < 30)
				continue;
			a[i].text = text;
			assert_int_equal(prove(&g->words, a, RECORDS, 64),
			                 FICHE_ERR_CORRUPT);
			tried++;
		}
	}
	print_message("%zu sets of records\n", tried);
	assert_true(tried > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_may_be_compressed_in_any_way),
		cmocka_unit_test(every_bit_of_the_short_lists_counts),
		cmocka_unit_test(every_byte_counts),
		cmocka_unit_test(with_words_and_without_are_not_the_same),
		cmocka_unit_test(a_failing_read_is_no_difference),
		cmocka_unit_test(the_words_of_the_records_prove_their_index),
		cmocka_unit_test(other_records_do_not),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
