/* SPDX-License-Identifier: Apache-2.0 */
/* test_diff.c - what two archives do not have in common is told, once each. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "base/alloc.h"
#include "fiche/rebuild.h"
#include "support/archive_case.h"

static const struct case_plan plan = {
	.seed = 6, .commits = 2, .lines = 30, .files = 3, .text_len = 200
};

static struct io_memory *of_lines(const char *const *lines, size_t count)
{
	struct io_memory *m = io_memory_new();
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	assert_non_null(m);
	assert_int_equal(case_writer(&w, m, FICHE_CREATE, &plan, &err), 0);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(fiche_writer_add_json(w, lines[i],
		                                       strlen(lines[i]), NULL,
		                                       &err),
		                 0);
	assert_int_equal(fiche_writer_commit(w, &err), 0);
	fiche_writer_close(w);
	return m;
}

struct told {
	char text[400];
	size_t len;
	struct fiche_reader *r[2];
	struct fiche_view *v[2];
};

static void put_title(struct told *t, int side, uint64_t number)
{
	struct fiche_error err = { 0 };
	struct fiche_article a;

	assert_int_equal(fiche_view_card(t->v[side], number, &a, &err), 0);
	assert_true(t->len + a.title.len + 4 < sizeof(t->text));
	memcpy(t->text + t->len, a.title.ptr, a.title.len);
	t->len += a.title.len;
}

/* "-A +B ~C>D " */
static int on_difference(void *ctx, const struct fiche_difference *d)
{
	struct told *t = ctx;

	t->text[t->len++] = d->kind == FICHE_ONLY_FIRST    ? '-'
	                    : d->kind == FICHE_ONLY_SECOND ? '+'
	                                                   : '~';
	if (d->kind != FICHE_ONLY_SECOND)
		put_title(t, 0, d->first);
	if (d->kind == FICHE_CHANGED)
		t->text[t->len++] = '>';
	if (d->kind != FICHE_ONLY_FIRST)
		put_title(t, 1, d->second);
	t->text[t->len++] = ' ';
	t->text[t->len] = '\0';
	return 0;
}

static struct fiche_diff_stats compare(struct told *t, struct io_memory *a,
                                       struct io_memory *b)
{
	struct fiche_diff_stats n;
	struct fiche_error err = { 0 };

	memset(t, 0, sizeof(*t));
	assert_int_equal(case_open(&t->r[0], a, false, &err), 0);
	assert_int_equal(case_open(&t->r[1], b, false, &err), 0);
	for (int i = 0; i < 2; i++) {
		t->v[i] = fiche_view_new(t->r[i]);
		assert_non_null(t->v[i]);
	}
	if (fiche_diff(t->r[0], t->r[1], on_difference, t, &n, &err) != 0)
		fail_msg("%s", err.text);
	for (int i = 0; i < 2; i++) {
		fiche_view_free(t->v[i]);
		fiche_reader_close(t->r[i]);
	}
	return n;
}

#define LINE(url, title, date)                                                 \
	"{\"url\":\"https://a.example/" url "\",\"title\":\"" title            \
	"\",\"published\":\"" date "\",\"text\":\"Text of " title ".\"}"
#define NO_URL(title) "{\"title\":\"" title "\"}"

static void each_difference_is_told_once(void **state)
{
	static const struct {
		const char *first[4], *second[4];
		size_t n, m;
		const char *told;
	} cases[] = {
		{ { LINE("1", "A", "2024-01-01") },
		  { LINE("1", "A", "2024-01-01") },
		  1,
		  1,
		  "" },
		{ { LINE("1", "A", "2024-01-01"), NO_URL("N") },
		  { LINE("2", "B", "2024-01-01"), NO_URL("M") },
		  2,
		  2,
		  "-N -A +M +B " },
		{ { LINE("1", "A", "2024-01-01") },
		  { LINE("1", "B", "2024-01-02") },
		  1,
		  1,
		  "~A>B " },
		/* A later version came. */
		{ { LINE("1", "A", "2024-01-01") },
		  { LINE("1", "A", "2024-01-01"),
		    LINE("1", "B", "2024-01-02") },
		  1,
		  2,
		  "~A>B " },
		/* Two did; the newest on the other side stands beside both. */
		{ { LINE("1", "A", "2024-01-01") },
		  { LINE("1", "B", "2024-01-02"),
		    LINE("1", "C", "2024-01-03") },
		  1,
		  2,
		  "~A>C ~A>B " },
		{ { LINE("1", "A", "2024-01-01"),
		    LINE("1", "B", "2024-01-02") },
		  { LINE("1", "A", "2024-01-01") },
		  2,
		  1,
		  "~B>A " },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct io_memory *a = of_lines(cases[i].first, cases[i].n);
		struct io_memory *b = of_lines(cases[i].second, cases[i].m);
		struct told t;

		(void)compare(&t, a, b);
		assert_string_equal(t.text, cases[i].told);
		io_memory_free(a);
		io_memory_free(b);
	}
}

static void an_archive_does_not_differ_from_itself(void **state)
{
	struct archive_case c;
	struct fiche_diff_stats n;
	struct fiche_error err = { 0 };
	struct told t;

	(void)state;
	assert_int_equal(archive_case_make(&c, &plan, &err), 0);
	n = compare(&t, c.memory, c.memory);
	assert_int_equal(n.same, c.record_count);
	assert_int_equal(n.only[0] + n.only[1] + n.changed, 0);
	archive_case_done(&c);
}

static int stop(void *ctx, const struct fiche_difference *d)
{
	(void)d;
	++*(int *)ctx;
	return 7;
}

static void who_has_seen_enough_can_stop(void **state)
{
	static const char *const one[] = { NO_URL("N"), NO_URL("M") };
	static const char *const two[] = { NO_URL("O") };
	struct io_memory *a = of_lines(one, 2), *b = of_lines(two, 1);
	struct fiche_reader *ra, *rb;
	int calls = 0;

	(void)state;
	assert_int_equal(case_open(&ra, a, false, NULL), 0);
	assert_int_equal(case_open(&rb, b, false, NULL), 0);
	assert_int_equal(fiche_diff(ra, rb, stop, &calls, NULL, NULL), 7);
	assert_int_equal(calls, 1);
	fiche_reader_close(ra);
	fiche_reader_close(rb);
	io_memory_free(a);
	io_memory_free(b);
}

/* Each byte of its block in turn: it is counted as different all the same. */
static void a_record_that_cannot_be_read_is_counted(void **state)
{
	static const char *const one[] = { LINE("1", "A", "2024-01-01") };
	static const char *const two[] = { LINE("1", "B", "2024-01-02") };
	struct io_memory *a = of_lines(one, 1), *b = of_lines(two, 1);
	struct buf raw = { 0 };
	const uint8_t *bytes;
	size_t len, damaged = 0;

	(void)state;
	assert_true(io_memory_get(b, CASE_PATH, &bytes, &len));
	buf_put(&raw, bytes, len);
	assert_true(buf_ok(&raw));
	/* The block is the first section behind the superblock. */
	for (size_t at = 4096; at < 4096 + 350; at++) {
		struct fiche_diff_stats n = { 0 };
		struct fiche_error err = { 0 };
		struct fiche_reader *ra, *rb;

		raw.ptr[at] ^= 8;
		assert_int_equal(case_put(b, raw.ptr, raw.len), 0);
		raw.ptr[at] ^= 8;
		assert_int_equal(case_open(&ra, a, false, &err), 0);
		/* What is given up or recovered is another story. */
		if (case_open(&rb, b, false, &err) == 0 && !rb->recovered) {
			if (fiche_diff(ra, rb, NULL, NULL, &n, &err) != 0)
				fail_msg("byte %zu: %s", at, err.text);
			assert_int_equal(n.same, 0);
			damaged += n.damaged > 0;
			/* One of each, or one that has changed. */
			assert_int_equal(n.changed > 0, n.only[0] == 0);
		}
		fiche_reader_close(rb);
		fiche_reader_close(ra);
	}
	assert_true(damaged > 50);
	buf_done(&raw);
	io_memory_free(a);
	io_memory_free(b);
}

static void every_allocation_may_fail(void **state)
{
	static const char *const one[] = { LINE("1", "A", "2024-01-01"),
		                           NO_URL("N") };
	static const char *const two[] = { LINE("1", "B", "2024-01-02"),
		                           NO_URL("M") };
	struct io_memory *a = of_lines(one, 2), *b = of_lines(two, 2);
	size_t tried = 0;

	(void)state;
	for (long n = 0;; n++, tried++) {
		struct fiche_diff_stats stats = { 0 };
		struct fiche_reader *ra = NULL, *rb = NULL;
		unsigned long fired;
		int r;

		alloc_fail_after(n, false);
		r = case_open(&ra, a, false, NULL);
		if (r == 0)
			r = case_open(&rb, b, false, NULL);
		if (r == 0)
			r = fiche_diff(ra, rb, NULL, NULL, &stats, NULL);
		fired = alloc_faults_fired();
		alloc_fail_after(-1, false);
		fiche_reader_close(ra);
		fiche_reader_close(rb);
		if (fired == 0) {
			assert_int_equal(r, 0);
			break;
		}
		assert_true(r == FICHE_ERR_NOMEM || r == 0);
		if (r == 0)
			assert_int_equal(stats.changed, 1);
	}
	assert_true(tried > 20);
	io_memory_free(a);
	io_memory_free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_difference_is_told_once),
		cmocka_unit_test(an_archive_does_not_differ_from_itself),
		cmocka_unit_test(who_has_seen_enough_can_stop),
		cmocka_unit_test(a_record_that_cannot_be_read_is_counted),
		cmocka_unit_test(every_allocation_may_fail),
	};

	case_keep_memory();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
