/* SPDX-License-Identifier: Apache-2.0 */
/* test_terms.c - the dictionary of names (spec 3.5, TERM). */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "format/terms.h"

struct dictionary {
	struct buf bytes;
	uint64_t post_len;
	struct terms_fences fences;
};

static size_t make_key(char key[64], unsigned i)
{
	return (size_t)snprintf(key, 64, "tname-%08u%s", i,
	                        i % 3 ? "" : "-and-more");
}

static int load(struct terms_fences *out, const struct buf *bytes,
                uint64_t post_len, struct fiche_error *err)
{
	size_t len = TERMS_HEAD + (size_t)terms_fences_len(bytes->ptr);

	return terms_fences_decode(out, bytes->ptr,
	                           len < bytes->len ? len : bytes->len,
	                           bytes->len, post_len, 77, err);
}

/* Terms 0, 2, 4, ... below 2 * count; term i has i + 1 records. */
static void make(struct dictionary *d, unsigned count)
{
	struct terms_writer w = { 0 };
	struct fiche_error err;
	char key[64];

	memset(d, 0, sizeof(*d));
	for (unsigned i = 0; i < count; i++) {
		size_t len = make_key(key, 2 * i);

		terms_add(&w, key, len, i + 1, i % 7 + 1);
		d->post_len += i % 7 + 1;
	}
	assert_true(terms_finish(&w, &d->bytes));
	terms_writer_done(&w);
	assert_int_equal(load(&d->fences, &d->bytes, d->post_len, &err), 0);
	assert_int_equal(d->fences.term_count, count);
}

static void done(struct dictionary *d)
{
	terms_fences_done(&d->fences);
	buf_done(&d->bytes);
}

static bool find(const struct dictionary *d, const char *key, size_t len,
                 struct terms_page *p)
{
	uint32_t at = terms_fences_find(&d->fences, key, len);

	if (at == d->fences.count)
		return false;
	terms_page_init(p, &d->fences.fence[at],
	                d->bytes.ptr + d->fences.fence[at].page_at);
	while (terms_page_next(p)) {
		if (p->key_len == len && memcmp(p->key, key, len) == 0)
			return true;
	}
	assert_false(p->bad);
	return false;
}

static void every_term_is_on_the_page_its_fence_names(void **state)
{
	static const unsigned counts[] = { 1, 2, 100, 5000 };

	(void)state;
	for (size_t c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
		struct dictionary d;
		uint64_t list_at = 0;
		struct terms_page p;
		char key[64];

		make(&d, counts[c]);
		for (unsigned i = 0; i < counts[c]; i++) {
			size_t len = make_key(key, 2 * i);

			assert_true(find(&d, key, len, &p));
			assert_int_equal(p.docs, i + 1);
			assert_int_equal(p.list_at, list_at);
			assert_int_equal(p.list_len, i % 7 + 1);
			list_at += p.list_len;
			len = make_key(key, 2 * i + 1);
			assert_false(find(&d, key, len, &p));
		}
		assert_false(find(&d, "s", 1, &p));
		assert_false(find(&d, "u", 1, &p));
		done(&d);
	}
}

static void no_term_means_no_page(void **state)
{
	struct dictionary d;
	struct terms_page p;

	(void)state;
	make(&d, 0);
	assert_int_equal(d.bytes.len, TERMS_HEAD);
	assert_int_equal(d.fences.count, 0);
	assert_false(find(&d, "s", 1, &p));
	done(&d);
}

static void the_longest_keys_fit(void **state)
{
	struct terms_writer w = { 0 };
	struct terms_fences f = { 0 };
	struct fiche_error err;
	struct buf bytes = { 0 };
	char key[TERM_KEY_MAX];
	uint32_t found = 0;

	(void)state;
	memset(key, 'x', sizeof(key));
	for (int i = 0; i < 26; i++) {
		key[TERM_KEY_MAX / 2] = (char)('a' + i);
		terms_add(&w, key, sizeof(key), 1, 1);
	}
	assert_true(terms_finish(&w, &bytes));
	terms_writer_done(&w);
	assert_int_equal(load(&f, &bytes, 26, &err), 0);
	for (uint32_t i = 0; i < f.count; i++) {
		struct terms_page p;

		terms_page_init(&p, &f.fence[i],
		                bytes.ptr + f.fence[i].page_at);
		while (terms_page_next(&p)) {
			key[TERM_KEY_MAX / 2] = (char)('a' + found++);
			assert_int_equal(p.key_len, sizeof(key));
			assert_memory_equal(p.key, key, sizeof(key));
		}
		assert_false(p.bad);
	}
	assert_int_equal(found, 26);
	terms_fences_done(&f);
	buf_done(&bytes);
}

static void keys_order_by_bytes_then_by_length(void **state)
{
	(void)state;
	assert_true(term_compare("a", 1, "b", 1) < 0);
	assert_true(term_compare("a", 1, "ab", 2) < 0);
	assert_true(term_compare("b", 1, "ab", 2) > 0);
	assert_true(term_compare("\x7f", 1, "\x80", 1) < 0);
	assert_true(term_compare(NULL, 0, "a", 1) < 0);
	assert_int_equal(term_compare("ab", 2, "ab", 2), 0);
}

struct page_row {
	const char *rule;
	uint8_t bytes[16];
	uint32_t len;
	uint64_t lists_len;
};

static void a_page_that_breaks_a_rule_ends_as_bad(void **state)
{
	static const struct page_row rows[] = {
		{ "keys ascend", { 0, 1, 'b', 1, 1, 0, 1, 'a', 1, 1 }, 10, 2 },
		{ "keys differ", { 0, 1, 'b', 1, 1, 1, 0, 1, 1 }, 9, 2 },
		{ "nothing is shared at the start", { 1, 0, 1, 1 }, 4, 1 },
		{ "shared bytes exist",
		  { 0, 1, 'b', 1, 1, 2, 1, 'c', 1, 1 },
		  10,
		  2 },
		{ "a key has a byte", { 0, 0, 1, 1 }, 4, 1 },
		{ "a term has a record", { 0, 1, 'b', 0, 1 }, 5, 1 },
		{ "lists fill what the fence says", { 0, 1, 'b', 1, 1 }, 5, 2 },
		{ "lists do not pass what the fence says",
		  { 0, 1, 'b', 1, 3 },
		  5,
		  2 },
		{ "an entry is complete", { 0, 1, 'b', 1 }, 4, 1 },
		{ "a key is complete", { 0, 9, 'b' }, 3, 1 },
		{ "a key has at most 1,001 bytes",
		  { 0, 0xea, 7, 'b', 1, 1 },
		  6,
		  1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct terms_fence f = { .page_len = rows[i].len,
			                 .lists_len = rows[i].lists_len };
		struct terms_page p;

		terms_page_init(&p, &f, rows[i].bytes);
		while (terms_page_next(&p))
			assert_true(p.key_len > 0);
		if (!p.bad)
			fail_msg("row %zu: %s", i, rows[i].rule);
	}
}

struct fence_row {
	const char *rule;
	uint32_t pages;
	uint8_t fences[16];
	uint8_t fences_len;
	uint64_t page_bytes, post_len;
};

static void fences_that_break_a_rule_are_corrupt(void **state)
{
	static const struct fence_row rows[] = {
		{ "as many as it says", 2, { 5, 1, 1, 'b' }, 4, 5, 1 },
		{ "no more than it says", 0, { 5, 1, 1, 'b' }, 4, 5, 1 },
		{ "pages fill TERM", 1, { 5, 1, 1, 'b' }, 4, 6, 1 },
		{ "pages do not pass TERM", 1, { 7, 1, 1, 'b' }, 4, 6, 1 },
		{ "no page is empty", 1, { 0, 1, 1, 'b' }, 4, 0, 1 },
		{ "lists fill POST", 1, { 5, 1, 1, 'b' }, 4, 5, 2 },
		{ "lists do not pass POST", 1, { 5, 3, 1, 'b' }, 4, 5, 2 },
		{ "a key has a byte", 1, { 5, 1, 0, 0 }, 4, 5, 1 },
		{ "a key is complete", 1, { 5, 1, 2, 'b' }, 4, 5, 1 },
		{ "first keys ascend",
		  2,
		  { 5, 1, 1, 'b', 5, 1, 1, 'b' },
		  8,
		  10,
		  2 },
		{ "first keys ascend",
		  2,
		  { 5, 1, 1, 'b', 5, 1, 1, 'a' },
		  8,
		  10,
		  2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct fence_row *row = &rows[i];
		struct terms_fences f = { 0 };
		struct buf b = { 0 };
		struct fiche_error err;
		int r;

		buf_u32(&b, row->pages);
		buf_u32(&b, row->fences_len);
		buf_u64(&b, 1);
		buf_put(&b, row->fences, row->fences_len);
		assert_true(buf_ok(&b));
		r = terms_fences_decode(&f, b.ptr, b.len,
		                        b.len + row->page_bytes, row->post_len,
		                        77, &err);
		if (r != FICHE_ERR_CORRUPT)
			fail_msg("row %zu: %s", i, row->rule);
		assert_int_equal(err.offset, 77);
		assert_null(f.fence);
		buf_done(&b);
	}
}

static void walk(const struct terms_fences *f, const struct buf *bytes)
{
	for (uint32_t i = 0; i < f->count; i++) {
		struct terms_page p;

		terms_page_init(&p, &f->fence[i],
		                bytes->ptr + f->fence[i].page_at);
		while (terms_page_next(&p))
			assert_true(p.key_len >= 1 &&
			            p.key_len <= TERM_KEY_MAX);
		(void)terms_fences_find(f, p.key, p.key_len);
	}
}

static void flipped_bits_and_cuts_never_lead_astray(void **state)
{
	struct dictionary d;
	struct fiche_error err;

	(void)state;
	make(&d, 600);
	for (size_t bit = 0; bit < 8 * d.bytes.len; bit++) {
		struct terms_fences f = { 0 };

		d.bytes.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
		if (load(&f, &d.bytes, d.post_len, &err) == 0) {
			walk(&f, &d.bytes);
			terms_fences_done(&f);
		}
		d.bytes.ptr[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	for (size_t len = TERMS_HEAD; len < d.bytes.len; len++) {
		struct terms_fences f = { 0 };
		struct buf cut = { 0 };

		buf_put(&cut, d.bytes.ptr, len);
		assert_int_equal(load(&f, &cut, d.post_len, &err),
		                 FICHE_ERR_CORRUPT);
		buf_done(&cut);
	}
	done(&d);
}

static void every_failing_allocation_is_survived(void **state)
{
	bool finished = false;

	(void)state;
	for (long n = 0; !finished; n++) {
		struct terms_writer w = { 0 };
		struct buf bytes = { 0 };
		char key[64];

		assert_true(n < 1000);
		alloc_fail_after(n, false);
		for (unsigned i = 0; i < 600; i++) {
			size_t len = make_key(key, i);

			terms_add(&w, key, len, 1, 1);
		}
		finished = terms_finish(&w, &bytes);
		assert_int_equal(alloc_faults_fired() == 0, finished);
		alloc_fail_after(-1, false);
		terms_writer_done(&w);
		buf_done(&bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_term_is_on_the_page_its_fence_names),
		cmocka_unit_test(no_term_means_no_page),
		cmocka_unit_test(the_longest_keys_fit),
		cmocka_unit_test(keys_order_by_bytes_then_by_length),
		cmocka_unit_test(a_page_that_breaks_a_rule_ends_as_bad),
		cmocka_unit_test(fences_that_break_a_rule_are_corrupt),
		cmocka_unit_test(flipped_bits_and_cuts_never_lead_astray),
		cmocka_unit_test(every_failing_allocation_is_survived),
	};

	return cmocka_run_group_tests_name("terms", tests, NULL, NULL);
}
