/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_rebuild.c - articles from archive to archive: nothing is lost, nothing
 * is there twice, and what is made is an archive like any other.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "archive/reader.h"
#include "archive/writer.h"
#include "base/buf.h"
#include "fiche/rebuild.h"
#include "support/archive_case.h"
#include "support/searches.h"

static const struct case_plan small = {
	.seed = 6, .commits = 3, .lines = 40, .files = 4, .text_len = 300
};
static const struct case_plan other = {
	.seed = 9, .commits = 2, .lines = 40, .files = 4, .text_len = 300
};
/* Large enough for dictionaries. */
static const struct case_plan large = {
	.seed = 5, .commits = 1, .lines = 4000, .text_len = 700, .level = 3
};
static const struct case_plan large_other = {
	.seed = 8, .commits = 1, .lines = 4000, .text_len = 700, .level = 3
};

/* ---- archives of lines that a test writes itself ---- */

static struct io_memory *new_memory(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	return m;
}

static void require(int status, const struct fiche_error *err)
{
	if (status != 0)
		fail_msg("%d: %s", status, err->text);
}

static struct fiche_writer *writer(struct io_memory *m,
                                   const struct fiche_writer_options *given)
{
	static const uint8_t uuid[16] = { 1, 2, 3 };
	struct fiche_writer_options opt = { 0 };
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	if (given)
		opt = *given;
	opt.mode = case_exists(m) ? FICHE_APPEND : FICHE_CREATE;
	opt.uuid = uuid;
	opt.has_time = true;
	opt.time = 1600000000;
	if (!opt.level)
		opt.level = 3;
	if (!opt.threads)
		opt.threads = 1;
	require(writer_open_io(&w, io_memory_io(m), CASE_PATH, &opt, &err),
	        &err);
	return w;
}

static void commit(struct fiche_writer *w)
{
	struct fiche_error err = { 0 };

	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_close(w);
}

static struct io_memory *of_lines(const char *const *lines, size_t count,
                                  const struct fiche_writer_options *opt)
{
	struct io_memory *m = new_memory();
	struct fiche_writer *w = writer(m, opt);
	struct fiche_error err = { 0 };

	for (size_t i = 0; i < count; i++)
		require(fiche_writer_add_json(w, lines[i], strlen(lines[i]),
		                              NULL, &err),
		        &err);
	commit(w);
	return m;
}

static struct fiche_reader *opened(struct io_memory *m)
{
	struct fiche_error err = { 0 };
	struct fiche_reader *r;

	require(case_open(&r, m, false, &err), &err);
	return r;
}

static void require_intact(struct io_memory *m)
{
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };

	require(case_verify(m, false, &report, &err), &err);
	assert_true(report.index_compared);
}

/* Copy all of `from` into `to`, in one commit. */
static struct fiche_copy_stats copy_into(struct io_memory *to,
                                         struct io_memory *from,
                                         const struct fiche_copy_options *opt,
                                         const struct fiche_writer_options *wo)
{
	struct fiche_writer *w = writer(to, wo);
	struct fiche_reader *r = opened(from);
	struct fiche_copy_stats stats = { 0 };
	struct fiche_error err = { 0 };

	require(fiche_copy(w, r, opt, &stats, &err), &err);
	commit(w);
	fiche_reader_close(r);
	return stats;
}

static struct fiche_info info_of(struct io_memory *m)
{
	struct fiche_reader *r = opened(m);
	struct fiche_info info;

	fiche_reader_info(r, &info);
	fiche_reader_close(r);
	return info;
}

static struct archive_case make(const struct case_plan *plan)
{
	struct archive_case c;
	struct fiche_error err = { 0 };

	require(archive_case_make(&c, plan, &err), &err);
	return c;
}

/* The records of `m` are those of the cases, in order, each once. */
static void require_records(struct io_memory *m, const struct archive_case *a,
                            const struct archive_case *b)
{
	uint64_t count = a->record_count + (b ? b->record_count : 0);
	struct case_digest *want = calloc((size_t)count, sizeof(*want));
	struct fiche_reader *r = opened(m);
	struct fiche_error err = { 0 };
	struct case_reading got;

	assert_non_null(want);
	memcpy(want, a->digests, (size_t)a->record_count * sizeof(*want));
	if (b)
		memcpy(want + a->record_count, b->digests,
		       (size_t)b->record_count * sizeof(*want));
	require(case_read(&got, r, want, count, true, &err), &err);
	assert_int_equal(got.numbers, count);
	assert_int_equal(got.exact, count);
	fiche_reader_close(r);
	free(want);
}

/* ---- merging ---- */

static void two_archives_become_one(void **state)
{
	struct archive_case a = make(&small), b = make(&other);
	struct io_memory *m = new_memory();
	struct fiche_copy_stats s;

	(void)state;
	s = copy_into(m, a.memory, NULL, NULL);
	assert_int_equal(s.read, a.record_count);
	assert_int_equal(s.blocks_made, 0);
	assert_true(s.blocks_copied > 0);
	s = copy_into(m, b.memory, NULL, NULL);
	assert_int_equal(s.lost, 0);
	require_records(m, &a, &b);
	require_intact(m);
	assert_int_equal(info_of(m).generation, 2);
	io_memory_free(m);
	archive_case_done(&a);
	archive_case_done(&b);
}

static void what_is_there_already_is_counted_and_left_out(void **state)
{
	struct case_plan first = small;
	struct archive_case a, all = make(&small);
	struct io_memory *m = new_memory();
	uint64_t duplicates;

	(void)state;
	first.commits = 1;
	a = make(&first);
	duplicates = info_of(all.memory).duplicates;
	(void)copy_into(m, a.memory, NULL, NULL);
	(void)copy_into(m, all.memory, NULL, NULL);
	require_records(m, &all, NULL);
	require_intact(m);
	assert_int_equal(info_of(m).duplicates, info_of(a.memory).duplicates +
	                                                duplicates +
	                                                a.record_count);
	/* Once more: nothing is new, so nothing is written. */
	(void)copy_into(m, all.memory, NULL, NULL);
	assert_int_equal(info_of(m).generation, 2);
	require_records(m, &all, NULL);
	io_memory_free(m);
	archive_case_done(&a);
	archive_case_done(&all);
}

/* In an archive they stand in the order of their hosts. */
#define BODY                                                                   \
	"The ferry to the island runs again, says the harbour master. It "     \
	"leaves at nine, at noon and at five; bicycles travel free."
#define X                                                                      \
	"{\"url\":\"https://a.example/1\",\"title\":\"One\",\"text\":\"" BODY  \
	"\"}"
#define Y                                                                      \
	"{\"url\":\"https://b.example/1\",\"title\":\"Two\",\"text\":\"" BODY  \
	"\"}"
#define Z "{\"title\":\"Three\",\"text\":\"Something else altogether.\"}"

static bool not_the_first(void *ctx, uint64_t number)
{
	(void)ctx;
	return number > 0;
}

static struct fiche_text record_of(struct fiche_view *v, uint64_t number)
{
	struct fiche_error err = { 0 };
	struct fiche_text t = { NULL, 0 };

	require(fiche_view_record(v, number, &t, &err), &err);
	return t;
}

static void require_lines(struct io_memory *m, const char *const *lines,
                          size_t count)
{
	struct fiche_reader *r = opened(m);
	struct fiche_view *v = fiche_view_new(r);

	assert_non_null(v);
	assert_int_equal(r->record_end, count);
	for (size_t i = 0; i < count; i++) {
		struct fiche_text t = record_of(v, i);

		assert_int_equal(t.len, strlen(lines[i]));
		assert_memory_equal(t.ptr, lines[i], t.len);
	}
	fiche_view_free(v);
	fiche_reader_close(r);
	require_intact(m);
}

/* Y shares its body with X; in the new archive, with the X of that. */
static void a_shared_body_is_found_where_its_article_was_known(void **state)
{
	static const char *const first[] = { Z, X }, *const second[] = { X, Y },
				 *const all[] = { Z, X, Y };
	struct io_memory *a = of_lines(first, 2, NULL);
	struct io_memory *b = of_lines(second, 2, NULL);
	struct io_memory *m = new_memory();

	(void)state;
	assert_int_equal(info_of(b).body_bytes, strlen(BODY));
	(void)copy_into(m, a, NULL, NULL);
	(void)copy_into(m, b, NULL, NULL);
	require_lines(m, all, 3);
	assert_int_equal(info_of(m).body_bytes, info_of(a).body_bytes);
	io_memory_free(a);
	io_memory_free(b);
	io_memory_free(m);
}

static void a_shared_body_outlives_the_article_that_held_it(void **state)
{
	static const char *const lines[] = { X, Y, Z }, *const rest[] = { Y,
		                                                          Z };
	const struct fiche_copy_options opt = { .take = not_the_first };
	struct io_memory *a = of_lines(lines, 2, NULL), *m = new_memory();
	struct fiche_copy_stats s;

	(void)state;
	s = copy_into(m, a, &opt, NULL);
	assert_int_equal(s.read, 1);
	assert_int_equal(s.blocks_copied, 0);
	require_lines(m, rest, 1);
	io_memory_free(a);
	io_memory_free(m);
}

#define V1                                                                     \
	"{\"url\":\"https://a.example/v\",\"published\":\"2024-03-01\","       \
	"\"title\":\"Old\",\"text\":\"First.\"}"
#define V2                                                                     \
	"{\"url\":\"https://a.example/v\",\"published\":\"2024-03-02\","       \
	"\"title\":\"New\",\"text\":\"Second.\"}"

static void versions_are_told_over_all_archives(void **state)
{
	static const char *const newer[] = { V2, Z };
	static const char *const older[] = { V1, Y };
	struct io_memory *a = of_lines(newer, 2, NULL);
	struct io_memory *b = of_lines(older, 2, NULL);
	struct io_memory *m = new_memory();
	struct fiche_selection sel;
	struct fiche_results *found;
	struct fiche_error err = { 0 };
	struct fiche_reader *r;

	(void)state;
	(void)copy_into(m, a, NULL, NULL);
	(void)copy_into(m, b, NULL, NULL);
	require_intact(m);
	r = opened(m);
	fiche_selection_init(&sel);
	require(fiche_select(&found, r, &sel, &err), &err);
	assert_int_equal(fiche_results_count(found), 3);
	assert_int_equal(fiche_results_older(found), 1);
	/* Number 2 is the older one. */
	for (uint64_t i = 0; i < 3; i++)
		assert_int_not_equal(fiche_results_number(found, i), 2);
	fiche_results_free(found);
	fiche_reader_close(r);
	io_memory_free(a);
	io_memory_free(b);
	io_memory_free(m);
}

static void defaults_go_with_their_blocks(void **state)
{
	static const char *const one[] = { Z }, *const two[] = { X };
	static const struct fiche_writer_options
		en = { .defaults = "{\"language\":\"en\"}" },
		de = { .defaults = "{\"language\":\"de\",\"source\":\"s\"}" };
	struct io_memory *a = of_lines(one, 1, &en);
	struct io_memory *b = of_lines(two, 1, &de);

	(void)state;
	for (int dense = 0; dense < 2; dense++) {
		const struct fiche_copy_options opt = { .recompress = dense };
		struct io_memory *m = new_memory();
		struct fiche_error err = { 0 };
		struct fiche_article x;
		struct fiche_reader *r;
		struct fiche_view *v;

		(void)copy_into(m, a, &opt, NULL);
		(void)copy_into(m, b, &opt, NULL);
		require_intact(m);
		r = opened(m);
		v = fiche_view_new(r);
		assert_non_null(v);
		require(fiche_view_card(v, 0, &x, &err), &err);
		assert_memory_equal(x.language.ptr, "en", 2);
		assert_int_equal(x.source.len, 0);
		require(fiche_view_card(v, 1, &x, &err), &err);
		assert_memory_equal(x.language.ptr, "de", 2);
		assert_int_equal(x.source.len, 1);
		fiche_view_free(v);
		fiche_reader_close(r);
		io_memory_free(m);
	}
	io_memory_free(a);
	io_memory_free(b);
}

/* ---- dictionaries ---- */

static void dictionaries_of_the_same_id_get_others(void **state)
{
	struct archive_case a = make(&large), b = make(&large_other);
	size_t da = info_of(a.memory).dictionaries;
	size_t db = info_of(b.memory).dictionaries;
	struct io_memory *m = new_memory();
	struct fiche_copy_stats s;

	(void)state;
	assert_true(da > 0 && db > 0);
	(void)copy_into(m, a.memory, NULL, NULL);
	s = copy_into(m, b.memory, NULL, NULL);
	/* Some bodies of the two series are the same. */
	assert_true(s.blocks_copied > s.blocks_made);
	assert_true(info_of(m).dictionaries > da);
	assert_true(info_of(m).dictionaries <= da + db);
	require_records(m, &a, &b);
	require_intact(m);
	io_memory_free(m);
	archive_case_done(&a);
	archive_case_done(&b);
}

static void a_dictionary_that_is_there_is_not_copied_again(void **state)
{
	struct case_plan plan = large;
	struct archive_case before = make(&large), after;
	struct io_memory *m = new_memory();
	size_t dicts = info_of(before.memory).dictionaries;

	(void)state;
	/* The archive goes on; what is new in it is merged later. */
	plan.commits = 2;
	after = make(&plan);
	(void)copy_into(m, before.memory, NULL, NULL);
	assert_int_equal(info_of(m).dictionaries, dicts);
	(void)copy_into(m, after.memory, NULL, NULL);
	assert_int_equal(info_of(m).dictionaries,
	                 info_of(after.memory).dictionaries);
	require_records(m, &after, NULL);
	require_intact(m);
	io_memory_free(m);
	archive_case_done(&before);
	archive_case_done(&after);
}

static void plain_and_dictionaries_go_into_each_other(void **state)
{
	static const struct fiche_writer_options to_plain = { .plain = true };
	struct case_plan plain_plan = small;
	struct archive_case a = make(&large), b;
	struct io_memory *m = new_memory(), *n = new_memory();
	struct fiche_copy_stats s;

	(void)state;
	plain_plan.plain = true;
	b = make(&plain_plan);
	s = copy_into(m, a.memory, NULL, &to_plain);
	assert_true(s.blocks_made > 0);
	assert_true(info_of(m).plain);
	assert_int_equal(info_of(m).dictionaries, 0);
	require_records(m, &a, NULL);
	require_intact(m);
	s = copy_into(n, b.memory, NULL, NULL);
	assert_int_equal(s.blocks_made, 0);
	require_records(n, &b, NULL);
	require_intact(n);
	io_memory_free(m);
	io_memory_free(n);
	archive_case_done(&a);
	archive_case_done(&b);
}

/* ---- compacting ---- */

static void numbers_stay_and_searches_answer_the_same(void **state)
{
	struct io_memory *a = new_memory(), *m = new_memory();
	struct fiche_error err = { 0 };
	struct searches answers;
	struct fiche_copy_stats s;
	struct fiche_reader *r;
	size_t wrong;

	(void)state;
	require(searches_archive(a, false, &err), &err);
	r = opened(a);
	require(searches_learn(&answers, r, false, &err), &err);
	fiche_reader_close(r);
	s = copy_into(m, a, NULL, NULL);
	assert_int_equal(s.read, info_of(a).records);
	assert_int_equal(s.blocks_made, 0);
	require_intact(m);
	r = opened(m);
	require(searches_repeat(&answers, r, &wrong, &err), &err);
	assert_int_equal(wrong, 0);
	fiche_reader_close(r);
	assert_int_equal(info_of(m).segments, 1);
	assert_int_equal(info_of(m).duplicates, info_of(a).duplicates);
	assert_memory_equal(info_of(m).tree_head, info_of(a).tree_head, 32);
	io_memory_free(a);
	io_memory_free(m);
}

/* An archive of `commits` appends of `lines` articles each. */
static void append_all(struct io_memory *m, const struct case_plan *plan,
                       size_t commits, bool at_once)
{
	struct fiche_error err = { 0 };
	struct fiche_writer *w = NULL;

	for (size_t i = 0; i < commits; i++) {
		if (!w)
			require(case_writer(&w, m,
			                    i == 0 ? FICHE_CREATE
			                           : FICHE_APPEND,
			                    plan, &err),
			        &err);
		require(case_add(w, plan, i, &err), &err);
		if (at_once && i + 1 < commits)
			continue;
		commit(w);
		w = NULL;
	}
}

static void a_year_of_small_appends_becomes_as_small_as_one(void **state)
{
	static const struct case_plan days = {
		.seed = 21, .lines = 12, .text_len = 600, .level = 3
	};
	static const struct fiche_copy_options dense = { .recompress = true };
	struct io_memory *daily = new_memory(), *once = new_memory();
	struct io_memory *m = new_memory();
	uint64_t want, got;

	(void)state;
	append_all(daily, &days, 365, false);
	append_all(once, &days, 365, true);
	(void)copy_into(m, daily, &dense, NULL);
	require_intact(m);
	want = info_of(once).file_size;
	got = info_of(m).file_size;
	print_message("%llu bytes in 365 appends, %llu compacted, %llu packed "
	              "at once\n",
	              (unsigned long long)info_of(daily).file_size,
	              (unsigned long long)got, (unsigned long long)want);
	assert_int_equal(info_of(m).records, info_of(once).records);
	assert_true(got <= want + want / 50);
	io_memory_free(daily);
	io_memory_free(once);
	io_memory_free(m);
}

static void an_archive_made_anew_began_when_the_old_one_did(void **state)
{
	static const char *const lines[] = { X };
	const struct fiche_writer_options opt = { .has_created = true,
		                                  .created = 1234567890 };
	struct io_memory *a = of_lines(lines, 1, NULL), *m = new_memory();

	(void)state;
	(void)copy_into(m, a, NULL, &opt);
	assert_int_equal(info_of(m).created, 1234567890);
	assert_int_equal(info_of(m).committed, 1600000000);
	io_memory_free(a);
	io_memory_free(m);
}

static void threads_do_not_change_a_byte(void **state)
{
	struct archive_case a = make(&large), b = make(&small);
	const uint8_t *first = NULL, *bytes;
	size_t first_len = 0, len;
	struct io_memory *made[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		const struct fiche_writer_options opt = { .threads =
			                                          1 + 3 * i };
		const struct fiche_copy_options half = {
			.take = not_the_first
		};

		made[i] = new_memory();
		(void)copy_into(made[i], b.memory, &half, &opt);
		(void)copy_into(made[i], a.memory, &half, &opt);
		assert_true(io_memory_get(made[i], CASE_PATH, &bytes, &len));
		if (i == 0) {
			first = bytes;
			first_len = len;
		}
	}
	assert_int_equal(len, first_len);
	assert_memory_equal(bytes, first, len);
	io_memory_free(made[0]);
	io_memory_free(made[1]);
	archive_case_done(&a);
	archive_case_done(&b);
}

/* ---- damage ---- */

struct losses {
	uint64_t count, calls;
	int code;
};

static void on_loss(void *ctx, uint64_t number, uint64_t count,
                    const struct fiche_error *why)
{
	struct losses *l = ctx;

	(void)number;
	l->count += count;
	l->calls++;
	l->code = why->code;
}

static uint64_t offset_of_block(struct io_memory *m, uint64_t number)
{
	struct fiche_reader *r = opened(m);
	struct fiche_view *v = fiche_view_new(r);
	struct fiche_error err = { 0 };
	struct block *b;
	uint64_t offset;
	uint32_t i;

	assert_non_null(v);
	require(view_block(v, number, true, &b, &i, &err), &err);
	offset = b->offset + b->stored.len - 20;
	fiche_view_free(v);
	fiche_reader_close(r);
	return offset;
}

static void damage_costs_what_is_damaged(void **state)
{
	struct archive_case a = make(&small);
	struct io_memory *m = new_memory(), *bad = new_memory();
	struct losses l = { 0 };
	const struct fiche_copy_options opt = { .on_loss = on_loss, .ctx = &l };
	struct fiche_copy_stats s;

	(void)state;
	a.bytes.ptr[offset_of_block(a.memory, a.record_count - 1)] ^= 1;
	assert_int_equal(case_put(bad, a.bytes.ptr, a.bytes.len), 0);
	s = copy_into(m, bad, &opt, NULL);
	assert_true(l.count > 0);
	assert_int_equal(l.code, FICHE_ERR_CORRUPT);
	assert_int_equal(s.lost, l.count);
	assert_int_equal(s.read + s.lost, a.record_count);
	assert_int_equal(info_of(m).records, s.read);
	require_intact(m);
	io_memory_free(m);
	io_memory_free(bad);
	archive_case_done(&a);
}

static void a_writer_that_failed_takes_nothing(void **state)
{
	struct archive_case a = make(&other);
	struct io_memory *m = new_memory();
	struct fiche_writer *w = writer(m, NULL);
	struct fiche_reader *r = opened(a.memory);
	struct fiche_error err = { 0 };

	(void)state;
	io_memory_fail(m, IO_FAULT_WRITE, 0, 28, true);
	assert_int_equal(fiche_copy(w, r, NULL, NULL, &err), FICHE_ERR_IO);
	io_memory_fail(m, 0, -1, 0, false);
	assert_int_equal(fiche_copy(w, r, NULL, NULL, &err), FICHE_ERR_STATE);
	fiche_writer_close(w);
	fiche_reader_close(r);
	io_memory_free(m);
	archive_case_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_archives_become_one),
		cmocka_unit_test(what_is_there_already_is_counted_and_left_out),
		cmocka_unit_test(
			a_shared_body_is_found_where_its_article_was_known),
		cmocka_unit_test(
			a_shared_body_outlives_the_article_that_held_it),
		cmocka_unit_test(versions_are_told_over_all_archives),
		cmocka_unit_test(defaults_go_with_their_blocks),
		cmocka_unit_test(dictionaries_of_the_same_id_get_others),
		cmocka_unit_test(
			a_dictionary_that_is_there_is_not_copied_again),
		cmocka_unit_test(plain_and_dictionaries_go_into_each_other),
		cmocka_unit_test(numbers_stay_and_searches_answer_the_same),
		cmocka_unit_test(
			a_year_of_small_appends_becomes_as_small_as_one),
		cmocka_unit_test(
			an_archive_made_anew_began_when_the_old_one_did),
		cmocka_unit_test(threads_do_not_change_a_byte),
		cmocka_unit_test(damage_costs_what_is_damaged),
		cmocka_unit_test(a_writer_that_failed_takes_nothing),
	};

	case_keep_memory();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
