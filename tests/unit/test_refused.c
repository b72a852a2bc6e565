/* SPDX-License-Identifier: Apache-2.0 */
/*
 * test_refused.c - what may not be asked of a writer or a reader: the answer
 * names the reason, and the archive stays as it was.
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
#include "fiche/proof.h"
#include "format/section.h"
#include "support/archive_case.h"
#include "support/reseal.h"

static const struct case_plan plan = {
	.seed = 12, .commits = 3, .lines = 4, .files = 1, .text_len = 80
};

static struct archive_case ground;

static int enter(void **state)
{
	return archive_case_enter(state, &ground, &plan);
}

static void require(int status, const struct fiche_error *err)
{
	if (status != 0)
		fail_msg("%d: %s", status, err->text);
}

static struct io_memory *stage(void)
{
	struct io_memory *m = io_memory_new();

	assert_non_null(m);
	assert_int_equal(case_put(m, ground.bytes.ptr, ground.bytes.len), 0);
	return m;
}

/* Opening with these options is refused with this code, and these words. */
static void refuse_writer(const struct fiche_writer_options *opt, int code,
                          const char *says)
{
	struct io_memory *m = stage();
	struct fiche_writer *w = (void *)m;
	struct fiche_error err = { 0 };
	const uint8_t *bytes;
	size_t len;

	assert_int_equal(
		writer_open_io(&w, io_memory_io(m), CASE_PATH, opt, &err),
		code);
	assert_null(w);
	if (!strstr(err.text, says))
		fail_msg("'%s' instead of '%s'", err.text, says);
	assert_true(io_memory_get(m, CASE_PATH, &bytes, &len));
	assert_int_equal(len, ground.bytes.len);
	assert_memory_equal(bytes, ground.bytes.ptr, len);
	io_memory_free(m);
}

static void a_level_that_zstd_does_not_have_is_refused(void **state)
{
	static const int levels[] = { -1, 23, INT32_MAX, INT32_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++)
		refuse_writer(
			&(struct fiche_writer_options){ .mode = FICHE_APPEND,
		                                        .level = levels[i] },
			FICHE_ERR_ARG, "level");
}

static void defaults_that_are_no_object_are_refused(void **state)
{
	static const char *const rows[][2] = {
		{ "", "not a JSON object" },
		{ "[]", "not a JSON object" },
		{ "{", "not a JSON object" },
		{ "{\"a\":}", "not a JSON object" },
		{ "{} {}", "not a JSON object" },
		{ "{\"@fiche\":{\"dates\":\"ymd\"}}", "not understood" },
	};
	char *large = malloc(65538);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		refuse_writer(
			&(struct fiche_writer_options){
				.mode = FICHE_APPEND, .defaults = rows[i][0] },
			FICHE_ERR_ARG, rows[i][1]);
	/* A blank more than there may be. */
	assert_non_null(large);
	memset(large, ' ', 65537);
	large[0] = '{';
	large[1] = '}';
	large[65537] = '\0';
	refuse_writer(&(struct fiche_writer_options){ .mode = FICHE_APPEND,
	                                              .defaults = large },
	              FICHE_ERR_ARG, "longer than 64 KiB");
	free(large);
}

static void a_writer_without_options_creates(void **state)
{
	struct io_memory *m = io_memory_new();
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	(void)state;
	assert_non_null(m);
	require(writer_open_io(&w, io_memory_io(m), CASE_PATH, NULL, &err),
	        &err);
	assert_int_equal(fiche_writer_pending_bytes(w), 0);
	require(fiche_writer_add_json(w, "{\"a\":1}", 7, NULL, &err), &err);
	assert_int_equal(fiche_writer_pending(w), 1);
	assert_int_equal(fiche_writer_pending_bytes(w), 7);
	require(fiche_writer_commit(w, &err), &err);
	assert_int_equal(fiche_writer_pending(w), 0);
	assert_int_equal(fiche_writer_pending_bytes(w), 0);
	fiche_writer_close(w);
	require(case_verify(m, false, &report, &err), &err);
	assert_int_equal(
		writer_open_io(&w, io_memory_io(m), CASE_PATH, NULL, &err),
		FICHE_ERR_EXISTS);
	io_memory_free(m);
}

/* Two of them are more than a batch: the first goes to the file before the
 * second comes. */
static void a_batch_that_is_full_is_written_before_the_commit(void **state)
{
	const size_t len = (size_t)21 << 20;
	struct io_memory *m = io_memory_new();
	struct fiche_verify_report report;
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	char *line = malloc(len);

	(void)state;
	assert_true(m && line);
	memset(line, 'x', len);
	memcpy(line, "{\"text\":\"", 9);
	memcpy(line + len - 2, "\"}", 2);
	require(case_writer(&w, m, FICHE_CREATE, &plan, &err), &err);
	for (char c = 'a'; c < 'c'; c++) {
		line[100] = c;
		require(fiche_writer_add_json(w, line, len, NULL, &err), &err);
	}
	assert_int_equal(fiche_writer_pending(w), 2);
	assert_in_range(fiche_writer_pending_bytes(w), len, 2 * len - 1);
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_close(w);
	require(case_verify(m, true, &report, &err), &err);
	free(line);
	io_memory_free(m);
}

struct card {
	const char *card, *text;
	const char *says;
};

static void a_card_that_cannot_be_a_card_is_refused(void **state)
{
	static const struct card rows[] = {
		{ "[]", NULL, "not a JSON object on one line" },
		{ "", NULL, "not a JSON object on one line" },
		{ "{\"a\":1", NULL, "not a JSON object on one line" },
		{ "{\"a\":1} 2", NULL, "not a JSON object on one line" },
		{ "{\"a\":\n1}", NULL, "not a JSON object on one line" },
		{ "{\"text\":\"\\u001f0:5\"}", NULL, "place of a text" },
		{ "{}", "\xff", "not UTF-8" },
	};
	struct io_memory *m = stage();
	struct fiche_error err = { 0 };
	struct fiche_writer *w;

	(void)state;
	require(case_writer(&w, m, FICHE_APPEND, &plan, &err), &err);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct fiche_text text = { rows[i].text, 1 };

		assert_int_equal(fiche_writer_add_file(
					 w, rows[i].card, strlen(rows[i].card),
					 "body", 4, rows[i].text ? &text : NULL,
					 NULL, &err),
		                 FICHE_ERR_INPUT);
		if (!strstr(err.text, rows[i].says))
			fail_msg("%s: %s", rows[i].card, err.text);
	}
	/* Lengths are looked at before the bytes. */
	assert_int_equal(
		fiche_writer_add_json(w, "{", FICHE_RECORD_MAX + 1, NULL, &err),
		FICHE_ERR_LIMIT);
	assert_int_equal(fiche_writer_add_json(w, "{", SIZE_MAX, NULL, &err),
	                 FICHE_ERR_LIMIT);
	assert_int_equal(fiche_writer_add_file(w, "{}", 2, "body",
	                                       FICHE_RECORD_MAX + 1, NULL, NULL,
	                                       &err),
	                 FICHE_ERR_LIMIT);
	assert_int_equal(fiche_writer_pending(w), 0);
	fiche_writer_close(w);
	io_memory_free(m);
}

/* ---- archives that are not added to ---- */

/* Change some bytes, make all sums anew if asked, and append. */
static int append_to(size_t at, uint8_t with, bool sealed, bool give_up,
                     struct fiche_error *err)
{
	const struct fiche_writer_options opt = { .mode = FICHE_APPEND,
		                                  .level = 1,
		                                  .threads = 1,
		                                  .give_up_commit = give_up };
	struct io_memory *m = io_memory_new();
	struct fiche_verify_report report;
	struct fiche_writer *w;
	struct buf raw = { 0 };
	int r;

	buf_put(&raw, ground.bytes.ptr, ground.bytes.len);
	assert_true(m && buf_ok(&raw));
	raw.ptr[at] ^= with;
	if (sealed)
		reseal(raw.ptr, raw.len);
	assert_int_equal(case_put(m, raw.ptr, raw.len), 0);
	r = writer_open_io(&w, io_memory_io(m), CASE_PATH, &opt, err);
	if (r == 0)
		r = case_add(w, &plan, 7, err);
	if (r == 0)
		r = fiche_writer_commit(w, err);
	fiche_writer_close(w);
	if (r == 0)
		r = case_verify(m, false, &report, err);
	buf_done(&raw);
	io_memory_free(m);
	return r;
}

static void features_that_appending_needs_are_named(void **state)
{
	size_t commit = (size_t)ground.end[3] - FOOTER_SIZE;
	struct fiche_error err = { 0 };

	(void)state;
	/* Of the superblock, and of the last commit. */
	assert_int_equal(
		append_to(SECTION_HEADER_SIZE + 8, 4, true, true, &err),
		FICHE_ERR_UNSUPPORTED);
	assert_non_null(strstr(err.text, "features 0x4"));
	commit = (size_t)ground.end[3] - FOOTER_SIZE -
	         (size_t)ground.bytes.ptr[commit + 16] -
	         ((size_t)ground.bytes.ptr[commit + 17] << 8) -
	         ((size_t)ground.bytes.ptr[commit + 18] << 16);
	assert_int_equal(append_to(commit + SECTION_HEADER_SIZE + 8, 2, true,
	                           true, &err),
	                 FICHE_ERR_UNSUPPORTED);
	assert_non_null(strstr(err.text, "features 0x2"));
}

static void a_damaged_commit_is_given_up_only_when_told_so(void **state)
{
	struct fiche_error err = { 0 };
	/* Of the superblock, the last batch, the last commit, its footer. */
	const size_t places[] = { 200, (size_t)ground.end[2] + 300,
		                  (size_t)ground.end[3] - FOOTER_SIZE - 9,
		                  (size_t)ground.end[3] - 3 };

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		int r = append_to(places[i], 1, false, false, &err);

		/* Without its footer a commit is whole. */
		if (i < 3)
			assert_int_equal(r, FICHE_ERR_CORRUPT);
		if (i == 0)
			assert_non_null(strstr(err.text, "superblock"));
		if (i == 1 || i == 2)
			assert_non_null(strstr(err.text, "last commit"));
		r = append_to(places[i], 1, false, true, &err);
		if (i == 1 || i == 2)
			require(r, &err);
	}
}

/* ---- what a reader is not asked ---- */

static int open_commit(const char *path, struct io_memory *m, uint64_t commit,
                       struct fiche_error *err)
{
	const struct fiche_open_options opt = { .commit = commit };
	struct fiche_reader *r;
	struct io_file *file;
	int status = io_open(io_memory_io(m), path, IO_READ, &file, err);

	if (status == 0)
		status = reader_open_file(&r, file, &opt, err);
	if (status == 0)
		fiche_reader_close(r);
	return status;
}

static void a_commit_that_is_not_there_is_not_opened(void **state)
{
	static const char empty[] = "empty.fiche";
	struct io_memory *m = stage();
	struct fiche_error err = { 0 };

	(void)state;
	for (uint64_t n = 0; n < 6; n++) {
		int r = open_commit(CASE_PATH, m, n, &err);

		if (n > 3) {
			assert_int_equal(r, FICHE_ERR_ARG);
			assert_non_null(strstr(err.text, "commit"));
		} else {
			require(r, &err);
		}
	}
	assert_int_equal(open_commit(CASE_PATH, m, UINT64_MAX, &err),
	                 FICHE_ERR_ARG);
	/* The superblock alone is an archive of no commits. */
	assert_int_equal(
		io_memory_put(m, empty, ground.bytes.ptr, SUPERBLOCK_SIZE), 0);
	require(open_commit(empty, m, 0, &err), &err);
	assert_int_equal(open_commit(empty, m, 1, &err), FICHE_ERR_ARG);
	io_memory_free(m);
}

static void a_checkpoint_is_held_against_its_own_archive_only(void **state)
{
	struct io_memory *m = stage(), *other = io_memory_new();
	char note[FICHE_NOTE_MAX];
	struct fiche_error err = { 0 };
	struct fiche_writer *w;
	struct fiche_reader *r;

	(void)state;
	assert_non_null(other);
	require(writer_open_io(&w, io_memory_io(other), CASE_PATH,
	                       &(struct fiche_writer_options){
				       .uuid = (const uint8_t *)"0123456789"
								"abcdef" },
	                       &err),
	        &err);
	require(fiche_writer_add_json(w, "{}", 2, NULL, &err), &err);
	require(fiche_writer_commit(w, &err), &err);
	fiche_writer_close(w);

	require(case_open(&r, other, false, &err), &err);
	require(fiche_checkpoint(r, note, &err), &err);
	fiche_reader_close(r);
	require(case_open(&r, m, false, &err), &err);
	assert_int_equal(fiche_reader_extends(r, note, NULL, &err),
	                 FICHE_ERR_INPUT);
	assert_non_null(strstr(err.text, "another archive"));
	assert_int_equal(fiche_reader_extends(r, "no note", NULL, &err),
	                 FICHE_ERR_INPUT);
	fiche_reader_close(r);
	/* What was recovered has no commit that could be vouched for. */
	require(case_open(&r, m, true, &err), &err);
	assert_int_equal(fiche_checkpoint(r, note, &err), FICHE_ERR_CORRUPT);
	fiche_reader_close(r);
	io_memory_free(m);
	io_memory_free(other);
}

static void keys_have_names_without_blanks(void **state)
{
	static const char *const names[] = { "", "a b", "a+b", "a\nb" };
	char private_key[FICHE_KEY_MAX], public_key[FICHE_KEY_MAX];
	char note[FICHE_NOTE_MAX] = "a line\n";
	struct fiche_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(
			fiche_key_new(private_key, public_key, names[i], &err),
			FICHE_ERR_ARG);
		assert_int_equal(err.code, FICHE_ERR_ARG);
		assert_int_equal(
			fiche_key_new(private_key, public_key, names[i], NULL),
			FICHE_ERR_ARG);
	}
	require(fiche_key_new(private_key, public_key, "post", &err), &err);
	assert_int_equal(fiche_note_sign(note, public_key, &err),
	                 FICHE_ERR_INPUT);
	assert_non_null(strstr(err.text, "public one"));
	assert_int_equal(fiche_note_sign(note, "no key", &err),
	                 FICHE_ERR_INPUT);
	assert_int_equal(fiche_note_verify(note, "no key", &err),
	                 FICHE_ERR_INPUT);
	/* More signatures than a note has room for. */
	for (int i = 0, r = 0; r == 0; i++) {
		r = fiche_note_sign(note, private_key, &err);
		if (r != 0)
			assert_int_equal(r, FICHE_ERR_LIMIT);
		assert_true(i < 2000);
	}
	require(fiche_note_verify(note, public_key, &err), &err);
}

static void what_is_no_date_is_said_to_be_none(void **state)
{
	static const char *const texts[] = { "", "yesteryear", "2024-13",
		                             "2024-01-01..x" };
	const struct fiche_date none = { 0 };
	struct fiche_error err = { 0 };
	int64_t from, to;
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(
			fiche_parse_dates(&from, &to, texts[i], 0, &err),
			FICHE_ERR_ARG);
	require(fiche_parse_dates(&from, &to, "2024-02", 0, &err), &err);
	assert_int_equal(to - from, 29 * 86400);
	assert_string_equal(fiche_format_date(text, &none), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_level_that_zstd_does_not_have_is_refused),
		cmocka_unit_test(defaults_that_are_no_object_are_refused),
		cmocka_unit_test(a_writer_without_options_creates),
		cmocka_unit_test(
			a_batch_that_is_full_is_written_before_the_commit),
		cmocka_unit_test(a_card_that_cannot_be_a_card_is_refused),
		cmocka_unit_test(features_that_appending_needs_are_named),
		cmocka_unit_test(
			a_damaged_commit_is_given_up_only_when_told_so),
		cmocka_unit_test(a_commit_that_is_not_there_is_not_opened),
		cmocka_unit_test(
			a_checkpoint_is_held_against_its_own_archive_only),
		cmocka_unit_test(keys_have_names_without_blanks),
		cmocka_unit_test(what_is_no_date_is_said_to_be_none),
	};

	return cmocka_run_group_tests(tests, enter, archive_case_leave);
}
